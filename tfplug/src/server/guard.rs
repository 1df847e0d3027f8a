//! Panics become diagnostics: the process survives, and the user learns where it happened. A panic outside of any call has
//! no diagnostic, and is told as Go's runtime tells one: Terraform looks for that on standard error, and shows it.

use crate::Diagnostics;
use futures::FutureExt;
use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    io::Write,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Once,
};

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether this thread runs a call whose panic becomes a diagnostic.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Note where a panic happens; printing is left to the diagnostic, where there will be one.
pub(crate) fn install() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            let message = message(panic.payload());
            if let Some(crash) = crash(message, place.as_deref()) {
                // Nobody is left to be told that this could not be told.
                let _ = std::io::stderr().write_all(crash.as_bytes());
            }
            tracing::error!(place, "panicked: {message}");
            PLACE.with(|noted| *noted.borrow_mut() = place);
        }));
    });
}

/// What standard error is told of a panic that no diagnostic will tell.
fn crash(message: &str, place: Option<&str>) -> Option<String> {
    let place = place.unwrap_or("a place that is not known");
    (!GUARDED.get()).then(|| format!("panic: {message}\n\nat {place}\n"))
}

/// Run it; if it panics, the answer is what `told` makes of the diagnostic.
pub(super) async fn guarded<A>(running: impl Future<Output = A>, told: impl FnOnce(Diagnostics) -> A) -> A {
    let mut running = pin!(AssertUnwindSafe(running).catch_unwind());
    let guarded = poll_fn(|context| {
        let outer = GUARDED.replace(true);
        let polled = running.as_mut().poll(context);
        GUARDED.set(outer);
        polled
    });
    match guarded.await {
        Ok(answer) => answer,
        Err(payload) => {
            let place = PLACE.with(|noted| noted.borrow_mut().take());
            let place = place.map_or_else(String::new, |place| format!(" at {place}"));
            let mut diagnostics = Diagnostics::default();
            diagnostics.error(
                None,
                "The provider panicked",
                format!(
                    "{}{place}. This is a bug in the provider: please report it with this text. Nothing was saved of \
                     this call; the provider goes on.",
                    message(payload.as_ref())
                ),
            );
            told(diagnostics)
        }
    }
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_outside_of_a_call_is_told_where_terraform_looks_for_it() {
        let outside = || crash("boom", Some("a.rs:1"));
        assert_eq!(outside().as_deref(), Some("panic: boom\n\nat a.rs:1\n"));
        assert_eq!(guarded(async { outside() }, |_| None).await, None);
        let failed = guarded(async { panic!("boom") }, |told| told.0[0].summary.clone()).await;
        assert_eq!(failed, "The provider panicked");
        assert!(outside().is_some());
    }
}
