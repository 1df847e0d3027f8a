//! A gate in front of the first byte of a write. A call that was let through may have to connect first, and a process that
//! sleeps meanwhile may wake when another leads; so the gate is asked once more when the call's body is wanted, which is
//! in the moment in which all of it is written. A call without a body has no such moment.

use super::{error::NotLeading, hooks::Gate};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::{Error, SdkBody};
use http_body::{Body, Frame, SizeHint};
use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// A body that goes out only while the gate is open.
struct Gated {
    body: SdkBody,
    gate: Arc<dyn Gate>,
}

/// Let the body of a request pass the gate, if it has one.
pub(super) fn behind(gate: &Arc<dyn Gate>, request: &mut HttpRequest) {
    if request.body().content_length() != Some(0) {
        let body = mem::replace(request.body_mut(), SdkBody::taken());
        *request.body_mut() = SdkBody::from_body_1_x(Gated { body, gate: gate.clone() });
    }
}

impl Body for Gated {
    type Data = <SdkBody as Body>::Data;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Error>>> {
        if self.gate.is_open() {
            Pin::new(&mut self.body).poll_frame(cx)
        } else {
            Poll::Ready(Some(Err(NotLeading.into())))
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }
}
