//! One call of gRPC: decode, run, encode.

use super::{Response, UnderWay};
use crate::wire::{Empty, StdioData};
use http::Request;
use hyper::body::Incoming;
use prost::Message;
use std::{
    future::{Future, Ready, ready},
    pin::Pin,
};
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
    Status,
    server::{Grpc, ServerStreamingService, UnaryService},
};
use tonic_prost::ProstCodec;

/// As large as Go's providers take them.
const LARGEST: usize = 256 << 20;

/// A call with one answer.
pub(super) async fn unary<Q, A, F>(
    request: Request<Incoming>,
    under_way: UnderWay,
    answer: impl FnOnce(Q) -> F + Send + 'static,
) -> Response
where
    Q: Message + Default + 'static,
    A: Message + Default + 'static,
    F: Future<Output = A> + Send + 'static,
{
    Grpc::new(ProstCodec::<A, Q>::default())
        .apply_max_message_size_config(Some(LARGEST), Some(LARGEST))
        .unary(Once(Some((answer, under_way))), request)
        .await
}

struct Once<F>(Option<(F, UnderWay)>);

impl<Q, A, F, G> UnaryService<Q> for Once<G>
where
    G: FnOnce(Q) -> F,
    A: Send + 'static,
    F: Future<Output = A> + Send + 'static,
{
    type Response = A;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<A>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Q>) -> Self::Future {
        let (answer, under_way) = self.0.take().expect("a unary call is made once");
        let answer = answer(request.into_inner());
        // A task of its own goes on when the host drops the connection in the middle of it: what is being made is
        // made, and told to nobody, instead of being cut off between two requests.
        let task = tokio::spawn(async move {
            let _until_answered = under_way;
            answer.await
        });
        Box::pin(async move {
            task.await
                .map(tonic::Response::new)
                .map_err(|failed| Status::internal(format!("the provider failed: {failed}")))
        })
    }
}

/// The stream of what the process writes to its standard streams. That reaches the host already: the stream stays
/// open, and silent, until the end.
pub(super) async fn silent(request: Request<Incoming>, shutdown: watch::Receiver<bool>) -> Response {
    Grpc::new(ProstCodec::<StdioData, Empty>::default()).server_streaming(Silent(shutdown), request).await
}

struct Silent(watch::Receiver<bool>);

impl ServerStreamingService<Empty> for Silent {
    type Response = StdioData;
    type ResponseStream = ReceiverStream<Result<StdioData, Status>>;
    type Future = Ready<Result<tonic::Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, _: tonic::Request<Empty>) -> Self::Future {
        let (open, stream) = mpsc::channel(1);
        let mut shutdown = self.0.clone();
        tokio::spawn(async move {
            // An error says that nobody is left who could end it, which is an end too.
            let _ = shutdown.wait_for(|wanted| *wanted).await;
            drop(open);
        });
        ready(Ok(tonic::Response::new(ReceiverStream::new(stream))))
    }
}
