//! One connection of a host.

use crate::server::Server;
use hyper::{server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{convert::Infallible, error::Error, pin::pin, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::UnixStream,
};
use tokio_rustls::TlsAcceptor;

/// Larger than the schema and the plan of a large configuration, so that no answer waits for a window.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 8 << 20;

/// Serve it to its end. Under a host of our own, its end is ours: terraform was killed, or is done.
pub(super) async fn serve(
    socket: UnixStream,
    acceptor: Option<TlsAcceptor>,
    server: Arc<Server>,
    debug: bool,
) {
    if debug {
        forget_last_wish(&server);
    }
    let served = match acceptor {
        Some(acceptor) => match acceptor.accept(socket).await {
            Ok(stream) => calls(stream, server.clone()).await,
            // Not the host: it goes on waiting for the one it has told of itself.
            Err(error) => {
                tracing::warn!(%error, "a connection was refused");
                return;
            }
        },
        None => calls(socket, server.clone()).await,
    };
    if let Err(error) = served {
        tracing::debug!(error, "a connection ended");
    }
    if !debug {
        server.shutdown.send_replace(true);
    }
}

/// The wish to stop was the last terraform's, once its calls have ended; while they are under way it is theirs.
fn forget_last_wish(server: &Server) {
    if *server.under_way.borrow() == 0 {
        server.stopping.send_replace(false);
    }
}

async fn calls<S>(stream: S, server: Arc<Server>) -> Result<(), Box<dyn Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut shutdown = server.shutdown.subscribe();
    let service = service_fn(move |request| {
        let answer = server.clone().handle(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let mut connection = pin!(
        http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        ended = connection.as_mut() => return Ok(ended?),
        _ = shutdown.wait_for(|wanted| *wanted) => connection.as_mut().graceful_shutdown(),
    }
    Ok(connection.await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Attribute, Block, Diagnostics, Provider, Resource, Schema, Type, Value,
        provider::{
            ApplyRequest, ApplyResponse, BoxFuture, ConfigureRequest, ImportRequest, ImportResponse,
            PlanRequest, PlanResponse, ReadRequest, ReadResponse,
        },
        wire::{ApplyResourceChangeRequest, ApplyResourceChangeResponse, DynamicValue},
    };
    use http::Request;
    use http_body_util::{BodyExt, Full};
    use hyper::{
        body::Bytes,
        client::conn::http2::{SendRequest, handshake},
    };
    use prost::Message;
    use std::collections::BTreeMap;
    use tokio::{sync::mpsc, task::JoinHandle};

    /// A provider whose one resource works until it is told to stop.
    struct Diligent {
        begun: mpsc::UnboundedSender<()>,
        ended: mpsc::UnboundedSender<()>,
    }

    impl Provider for Diligent {
        fn schema(&self) -> Schema {
            Schema::default()
        }

        fn resources(&self) -> BTreeMap<String, Arc<dyn Resource>> {
            let work = Work { begun: self.begun.clone(), ended: self.ended.clone() };
            BTreeMap::from([("work".to_owned(), Arc::new(work) as Arc<dyn Resource>)])
        }

        fn configure(&self, _: ConfigureRequest) -> BoxFuture<'_, Diagnostics> {
            Box::pin(async { Diagnostics::default() })
        }
    }

    struct Work {
        begun: mpsc::UnboundedSender<()>,
        ended: mpsc::UnboundedSender<()>,
    }

    impl Resource for Work {
        fn schema(&self) -> Schema {
            Block::new().attribute("done", Attribute::optional(Type::Bool)).into()
        }

        fn apply(&self, request: ApplyRequest) -> BoxFuture<'_, ApplyResponse> {
            Box::pin(async move {
                self.begun.send(()).unwrap();
                request.stop.wanted().await;
                self.ended.send(()).unwrap();
                ApplyResponse { state: Value::map([("done", Value::Bool(false))]), ..Default::default() }
            })
        }

        fn read(&self, _: ReadRequest) -> BoxFuture<'_, ReadResponse> {
            Box::pin(async { ReadResponse::default() })
        }

        fn plan(&self, _: PlanRequest) -> BoxFuture<'_, PlanResponse> {
            Box::pin(async { PlanResponse::default() })
        }

        fn import(&self, _: ImportRequest) -> BoxFuture<'_, ImportResponse> {
            Box::pin(async { ImportResponse::default() })
        }
    }

    /// A host that has asked for work, which has begun.
    struct Hosted {
        server: Arc<Server>,
        ended: mpsc::UnboundedReceiver<()>,
        host: SendRequest<Full<Bytes>>,
        connection: JoinHandle<()>,
        answer: JoinHandle<Option<ApplyResourceChangeResponse>>,
    }

    async fn working() -> Hosted {
        let (begun, mut has_begun) = mpsc::unbounded_channel();
        let (tell_end, ended) = mpsc::unbounded_channel();
        let server = Arc::new(Server::new(Diligent { begun, ended: tell_end }));
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(calls(ours, server.clone()));
        let (host, connection) = handshake(TokioExecutor::new(), TokioIo::new(theirs)).await.unwrap();
        let connection = tokio::spawn(async move { connection.await.unwrap_or_default() });
        let of = Type::Object([("done".to_owned(), Type::Bool)].into());
        let work = ApplyResourceChangeRequest {
            type_name: "work".to_owned(),
            planned_state: DynamicValue::of(&of, &Value::map([("done", Value::Bool(true))])),
            ..Default::default()
        };
        let asked = call(host.clone(), "ApplyResourceChange", work.encode_to_vec());
        let answer = tokio::spawn(async move { ApplyResourceChangeResponse::decode(asked.await?).ok() });
        has_begun.recv().await.unwrap();
        Hosted { server, ended, host, connection, answer }
    }

    /// One call; the bytes of its answer, if it comes.
    async fn call(mut host: SendRequest<Full<Bytes>>, rpc: &str, message: Vec<u8>) -> Option<Bytes> {
        let length = u32::try_from(message.len()).unwrap();
        let frame = [&[0][..], &length.to_be_bytes()[..], &message].concat();
        let request = Request::post(format!("http://localhost/tfplugin6.Provider/{rpc}"))
            .header("content-type", "application/grpc")
            .body(Full::from(frame))
            .unwrap();
        let body = host.send_request(request).await.ok()?.into_body().collect().await.ok()?.to_bytes();
        body.get(5..).map(Bytes::copy_from_slice)
    }

    #[tokio::test]
    async fn stop_provider_reaches_what_is_under_way_and_its_answer_comes() {
        let Hosted { host, answer, mut ended, .. } = working().await;
        assert!(call(host.clone(), "StopProvider", Vec::new()).await.is_some());
        ended.recv().await.unwrap();
        let answer = answer.await.unwrap().unwrap();
        assert!(answer.new_state.is_some() && answer.diagnostics.is_empty());
    }

    #[tokio::test]
    async fn under_a_debugger_a_wish_to_stop_holds_while_its_calls_are_under_way() {
        let Hosted { server, .. } = working().await;
        server.stopping.send_replace(true);
        forget_last_wish(&server);
        assert!(*server.stopping.borrow(), "the call under way was asked to stop");
        let _ = server.under_way.subscribe().wait_for(|calls| *calls == 0).await;
        forget_last_wish(&server);
        assert!(!*server.stopping.borrow());
    }

    #[tokio::test]
    async fn what_is_under_way_is_finished_though_the_host_has_gone() {
        let Hosted { server, host, connection, answer, mut ended } = working().await;
        answer.abort();
        connection.abort();
        drop(host);
        let mut under_way = server.under_way.subscribe();
        assert_eq!(*under_way.borrow(), 1);
        server.stopping.send_replace(true);
        ended.recv().await.unwrap();
        under_way.wait_for(|calls| *calls == 0).await.unwrap();
    }
}
