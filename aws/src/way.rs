//! The way to one service: each attempt of each call waits for its turn, asks the gate if it can change something, is
//! sent, and tells by its answer how fast to go on.

use super::{
    answer,
    bound::{Bounds, Inside},
    call::{Operation, mutates},
    gated,
    hooks::{Called, Hooks},
    limit::{self, CALL_TIMEOUT, Clock},
    patience::Tried,
    priority::Priority,
};
use crate::error::NotLeading;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use lake_engine::{error::Retry, place::Place};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

/// The shared configuration with the way to one service before its connections.
pub(super) fn to(service: &'static str, config: &SdkConfig, place: &Place, hooks: &Hooks) -> SdkConfig {
    let mut builder = config.to_builder();
    if let Some(inner) = config.http_client() {
        let way = Way { inner, service, bounds: Bounds::of(service, place), hooks: hooks.clone() };
        builder.set_http_client(Some(SharedHttpClient::new(way)));
    }
    // What is left of the limits the operation's clock keeps.
    builder.set_timeout_config(Some(limit::of_connections(config.timeout_config())));
    builder.build()
}

/// A call that has had no answer for so long hangs. Nearly all of AWS's answers come within a second.
const HANGS: Duration = Duration::from_secs(5);

/// No answer came in time.
#[derive(Debug, thiserror::Error)]
#[error("no answer came within {}", span(*.0))]
struct Late(Duration);

/// A span of time in words: `30 s`.
fn span(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}

/// A client, or a connector, whose calls go the way.
#[derive(Clone, Debug)]
struct Way<T> {
    inner: T,
    service: &'static str,
    bounds: Arc<Bounds>,
    hooks: Hooks,
}

impl HttpClient for Way<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let Way { inner, service, bounds, hooks } = self.clone();
        SharedHttpConnector::new(Way {
            inner: inner.http_connector(settings, components),
            service,
            bounds,
            hooks,
        })
    }
}

impl HttpConnector for Way<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let way = self.clone();
        HttpConnectorFuture::new(async move { way.go(request).await })
    }
}

impl Way<SharedHttpConnector> {
    async fn go(self, mut request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        // What bears no name might do anything.
        let operation = request.extension::<Operation>().map_or_else(String::new, |it| it.0.clone());
        let writes = mutates(&operation);
        let clock = request.extension::<Clock>().cloned();
        let clock = clock.unwrap_or_else(|| Clock::start(&operation, CALL_TIMEOUT));
        let tried = Tried::of(&request);
        let asked = Instant::now();
        let priority = if writes { Priority::Urgent } else { Priority::now() };
        let mut inside = self.bounds.enter(&operation, priority).await;
        let sent = Instant::now();
        clock.waited(sent - asked);
        if let Some(meter) = &self.hooks.meter {
            meter.waited(self.service, sent - asked);
        }
        if let Some(gate) = self.hooks.gate.as_ref().filter(|_| writes) {
            if !gate.is_open() {
                // An error of the caller's own is repeated by nobody.
                return Err(ConnectorError::user(NotLeading.into()));
            }
            gated::behind(gate, &mut request);
        }
        let limit = clock.left();
        let answer = timeout(limit, self.answer(&operation, request, &mut inside)).await;
        let took = sent.elapsed();
        let answer = answer.unwrap_or_else(|_| Err(ConnectorError::timeout(Late(limit).into())));
        let failed = match &answer {
            Ok((_, failed)) => *failed,
            Err(_) => Some(Retry::Unanswered),
        };
        match failed {
            Some(Retry::Throttled) => inside.refused(),
            // Silence tells nothing of how much the service bears.
            Some(Retry::Unanswered) => {}
            _ => inside.done(),
        }
        drop(inside);
        if let Some(meter) = &self.hooks.meter {
            meter.called(&Called { service: self.service, operation: &operation, failed, took });
        }
        let tried = tried(clock.is_over());
        match answer {
            Ok((mut answer, _)) => {
                answer.add_extension(tried);
                Ok(answer)
            }
            Err(error) => Err(tried.told_by(error)),
        }
    }

    /// The whole answer to a request, and the class of the error that it is.
    async fn answer(
        &self,
        operation: &str,
        request: HttpRequest,
        inside: &mut Inside,
    ) -> Result<(HttpResponse, Option<Retry>), ConnectorError> {
        let answer = async {
            let mut answer = self.inner.call(request).await?;
            let body = answer::whole(&mut answer).await?;
            let class = answer::class(self.service, operation, &answer, body.as_ref())?;
            Ok((answer, class))
        };
        let mut answer = pin!(answer);
        match timeout(HANGS, &mut answer).await {
            Ok(answer) => answer,
            Err(_) => {
                inside.hangs();
                answer.await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Gate,
        error::from_sdk,
        on_the_way,
        testing::{self, Noting},
    };
    use aws_smithy_types::body::SdkBody;
    use futures::{StreamExt, stream};
    use http_body::Body;
    use lake_engine::error::CloudError;
    use std::{
        future::poll_fn,
        pin::Pin,
        sync::atomic::{AtomicUsize, Ordering},
    };
    use tokio::time::sleep;

    /// An S3 that takes 50 ms for an answer, and refuses calls whose number is of some residues modulo ten.
    #[derive(Debug)]
    struct S3 {
        refuses: fn(usize) -> bool,
        calls: Arc<AtomicUsize>,
    }

    impl HttpConnector for S3 {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let refused = (self.refuses)(self.calls.fetch_add(1, Ordering::SeqCst));
            HttpConnectorFuture::new(async move {
                sleep(Duration::from_millis(50)).await;
                let (status, body) = match refused {
                    true => (
                        503,
                        "<Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>",
                    ),
                    false => (200, ""),
                };
                Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body)))
            })
        }
    }

    /// Open for so many questions.
    struct Counting(AtomicUsize);

    impl Gate for Counting {
        fn is_open(&self) -> bool {
            self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
        }
    }

    /// A client on the way to an S3, of an account of its own; and the number of calls that came there.
    fn client(
        account: &str,
        refuses: fn(usize) -> bool,
        hooks: &Hooks,
    ) -> (aws_sdk_s3::Client, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let connector = SharedHttpConnector::new(S3 { refuses, calls: calls.clone() });
        (client_of(connector, account, hooks), calls)
    }

    fn client_of(connector: SharedHttpConnector, account: &str, hooks: &Hooks) -> aws_sdk_s3::Client {
        let config = testing::config(testing::over(connector)).build();
        let place = Place { partition: "aws".into(), region: "eu-west-1".into(), account: account.into() };
        aws_sdk_s3::Client::from_conf(on_the_way!(aws_sdk_s3, "s3", &config, &place, hooks).build())
    }

    async fn write(client: &aws_sdk_s3::Client) -> Result<(), CloudError> {
        let put = client.put_bucket_policy().bucket("store").policy("{}").send().await;
        put.map(drop).map_err(|error| from_sdk("s3:PutBucketPolicy", error))
    }

    #[tokio::test(start_paused = true)]
    async fn a_shut_gate_keeps_writes_back_and_lets_reads_through() {
        let meter = Arc::new(Noting::default());
        let hooks = Hooks { gate: Some(Arc::new(Counting(0.into()))), meter: Some(meter.clone()) };
        let (client, calls) = client("shut", |_| false, &hooks);
        let error = write(&client).await.unwrap_err();
        assert_eq!((error.word(), calls.load(Ordering::SeqCst)), ("NotLeading", 0));
        client.get_bucket_policy().bucket("store").send().await.unwrap();
        assert_eq!(*meter.0.lock().unwrap(), ["s3:GetBucketPolicy Done"]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_gate_is_asked_before_each_attempt() {
        let meter = Arc::new(Noting::default());
        let hooks = Hooks { gate: Some(Arc::new(Counting(2.into()))), meter: Some(meter.clone()) };
        let (client, calls) = client("twice", |_| true, &hooks);
        let error = write(&client).await.unwrap_err();
        assert_eq!((error.word(), calls.load(Ordering::SeqCst)), ("NotLeading", 2), "{error}");
        assert_eq!(*meter.0.lock().unwrap(), ["s3:PutBucketPolicy Throttled"; 2]);
    }

    /// An S3 to which a connection is opened first, and that gets a body as hyper sends it.
    #[derive(Debug)]
    struct Far(Arc<AtomicUsize>);

    impl HttpConnector for Far {
        fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
            let arrived = self.0.clone();
            HttpConnectorFuture::new(async move {
                sleep(Duration::from_millis(50)).await;
                let mut sent = 0;
                while let Some(frame) = poll_fn(|cx| Pin::new(request.body_mut()).poll_frame(cx)).await {
                    let frame = frame.map_err(ConnectorError::user)?;
                    sent += frame.into_data().map_or(0, |data| data.len());
                }
                arrived.fetch_add(sent, Ordering::SeqCst);
                Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::empty()))
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_gate_is_asked_once_more_before_the_first_byte() {
        for (open, word, bytes) in [(1, Some("NotLeading"), 0), (usize::MAX, None, 2)] {
            let hooks = Hooks { gate: Some(Arc::new(Counting(open.into()))), meter: None };
            let arrived = Arc::new(AtomicUsize::new(0));
            let client = client_of(SharedHttpConnector::new(Far(arrived.clone())), "far", &hooks);
            assert_eq!(write(&client).await.err().map(|error| error.word().to_owned()).as_deref(), word);
            assert_eq!(arrived.load(Ordering::SeqCst), bytes);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_waited_for_its_turn_asks_the_gate_after_it() {
        let hooks = Hooks { gate: Some(Arc::new(Counting(1.into()))), meter: None };
        let (client, calls) = client("late", |_| false, &hooks);
        let place = Place { partition: "aws".into(), region: "eu-west-1".into(), account: "late".into() };
        let bounds = Bounds::of("s3", &place);
        let mut others = Vec::new();
        for _ in 0..64 {
            others.push(bounds.enter("PutBucketPolicy", Priority::Urgent).await);
        }
        let waiting = tokio::spawn(async move { write(&client).await });
        sleep(Duration::from_secs(1)).await;
        assert!(hooks.gate.as_ref().unwrap().is_open(), "nobody has asked yet");
        drop(others);
        assert_eq!(waiting.await.unwrap().unwrap_err().word(), "NotLeading");
        assert_eq!(calls.load(Ordering::SeqCst), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn three_of_ten_calls_throttled_let_two_hundred_buckets_come_to_be_within_90_s() {
        let (client, calls) = client("throttled", |n| [0, 3, 7].contains(&(n % 10)), &Hooks::default());
        let start = Instant::now();
        let bucket = |_| async {
            for _ in 0..16 {
                write(&client).await.unwrap();
            }
        };
        stream::iter(0..200).map(bucket).buffer_unordered(64).count().await;
        let took = start.elapsed();
        assert!(took < Duration::from_secs(90), "{took:?} for {} calls", calls.load(Ordering::SeqCst));
    }

    /// An S3 that never answers.
    #[derive(Debug)]
    struct Silent(Arc<AtomicUsize>);

    impl HttpConnector for Silent {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            self.0.fetch_add(1, Ordering::SeqCst);
            HttpConnectorFuture::new(std::future::pending())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_never_answered_ends() {
        let calls = Arc::new(AtomicUsize::new(0));
        let client = client_of(SharedHttpConnector::new(Silent(calls.clone())), "silent", &Hooks::default());
        let start = Instant::now();
        let error = write(&client).await.unwrap_err();
        assert_eq!((error.retry, calls.load(Ordering::SeqCst)), (Retry::Unanswered, 4), "{error}");
        assert!(error.to_string().contains("no answer came within"), "{error}");
        assert!(start.elapsed() <= Duration::from_secs(125), "{:?}", start.elapsed());
        let start = Instant::now();
        client.put_object().bucket("store").key("k").send().await.unwrap_err();
        let took = start.elapsed();
        assert!(took > Duration::from_secs(1_190) && took < Duration::from_secs(1_225), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_hang_keep_nobody_else_waiting() {
        let calls = Arc::new(AtomicUsize::new(0));
        let silent = client_of(SharedHttpConnector::new(Silent(calls)), "half", &Hooks::default());
        let _hanging: Vec<_> = (0..100)
            .map(|_| {
                let silent = silent.clone();
                tokio::spawn(async move { write(&silent).await })
            })
            .collect();
        let (client, _) = client("half", |_| false, &Hooks::default());
        sleep(Duration::from_millis(1)).await;
        let asked = Instant::now();
        write(&client).await.unwrap();
        assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
    }

    /// An S3 whose answers break off.
    #[derive(Debug)]
    struct Broken(Arc<AtomicUsize>);

    impl HttpConnector for Broken {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            self.0.fetch_add(1, Ordering::SeqCst);
            let body = SdkBody::from("<Error><Code>NoSuchBuck");
            HttpConnectorFuture::ready(Ok(HttpResponse::new(404.try_into().unwrap(), body)))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_that_breaks_off_is_asked_for_again() {
        let calls = Arc::new(AtomicUsize::new(0));
        let client = client_of(SharedHttpConnector::new(Broken(calls.clone())), "broken", &Hooks::default());
        let error = write(&client).await.unwrap_err();
        assert_eq!((error.retry, calls.load(Ordering::SeqCst)), (Retry::Unanswered, 5), "{error}");
        assert!(error.to_string().contains("HTTP status 404"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_always_throttled_ends() {
        let (client, _) = client("always", |_| true, &Hooks::default());
        let start = Instant::now();
        let error = write(&client).await.unwrap_err();
        assert_eq!(error.retry, Retry::Throttled);
        assert!(start.elapsed() < Duration::from_secs(160), "{:?}", start.elapsed());
    }
}
