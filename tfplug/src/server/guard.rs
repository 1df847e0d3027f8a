//! Panics become diagnostics: the process survives, and the user learns where it happened.

use crate::Diagnostics;
use futures::FutureExt;
use std::{any::Any, cell::RefCell, future::Future, panic::AssertUnwindSafe, sync::Once};

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Note where a panic happens; printing is left to the diagnostic.
pub(crate) fn install() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            tracing::error!(place, "panicked: {}", message(panic.payload()));
            PLACE.with(|noted| *noted.borrow_mut() = place);
        }));
    });
}

/// Run it; if it panics, the answer is what `told` makes of the diagnostic.
pub(super) async fn guarded<A>(running: impl Future<Output = A>, told: impl FnOnce(Diagnostics) -> A) -> A {
    match AssertUnwindSafe(running).catch_unwind().await {
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
