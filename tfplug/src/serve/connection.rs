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
        tracing::warn!(error, "a connection ended");
    }
    if !debug {
        server.shutdown.send_replace(true);
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
