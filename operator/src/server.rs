//! Metrics and probes over HTTP.

use crate::exposition::Format;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ACCEPT, CONTENT_TYPE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// What is served.
pub trait ServerState: Send + Sync + 'static {
    /// All that was counted, as OpenMetrics.
    fn metrics(&self) -> String;
    /// Why the process does not do its work, if it does not: its lakes are not known, or another installation works on
    /// some. Which replica leads, and whether AWS can be reached, says nothing about that.
    fn hindrance(&self) -> Option<String>;
}

/// Serve until the process ends.
pub async fn serve(listener: TcpListener, told: Arc<dyn ServerState>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: that passes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let told = told.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let answer = answer(&request, &*told);
                async move { Ok::<_, Infallible>(answer) }
            });
            let served = http1::Builder::new()
                .timer(hyper_util::rt::TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), answer);
            if let Err(error) = served.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

fn answer(request: &Request<Incoming>, told: &dyn ServerState) -> Response<Full<Bytes>> {
    let accepted = request.headers().get_all(ACCEPT).into_iter().filter_map(|it| it.to_str().ok());
    let accepted: Vec<&str> = accepted.collect();
    let format = Format::asked((!accepted.is_empty()).then(|| accepted.join(",")).as_deref());
    let (status, text) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => (StatusCode::OK, format.write(told.metrics())),
        (&Method::GET, "/livez") => (StatusCode::OK, "ok\n".to_owned()),
        (&Method::GET, "/readyz") => match told.hindrance() {
            None => (StatusCode::OK, "ok\n".to_owned()),
            Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
        },
        _ => (StatusCode::NOT_FOUND, "/metrics, /livez and /readyz are served here\n".to_owned()),
    };
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    let kind = match request.uri().path() {
        "/metrics" => format.content_type(),
        _ => "text/plain; charset=utf-8",
    };
    answer.headers_mut().insert(CONTENT_TYPE, kind.parse().expect("it is a header's value"));
    answer
}
