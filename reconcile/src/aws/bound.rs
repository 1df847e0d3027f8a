//! Bounds on what this process asks of one service in one account and region, shared by all lakes: AWS counts per
//! account and region, and one lake's haste must not throttle another's.

use crate::place::Place;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tokio::{
    sync::Semaphore,
    time::{Duration, Instant, sleep_until},
};

/// What one service bears.
#[derive(Clone, Copy, Debug)]
struct Rate {
    /// Calls a second, in the long run.
    steady: f64,
    /// Calls at once after a rest.
    burst: f64,
    /// Calls under way at one time.
    parallel: usize,
}

/// AWS publishes figures for few of these services and accounts differ. These keep well below what is known to be
/// throttled (Glue: some 15 calls at one moment) and are not felt by a lake of usual size.
fn rate(service: &str) -> Rate {
    match service {
        "s3" => Rate { steady: 200.0, burst: 400.0, parallel: 64 },
        "glue" => Rate { steady: 25.0, burst: 60.0, parallel: 12 },
        "iam" => Rate { steady: 25.0, burst: 80.0, parallel: 16 },
        "lakeformation" => Rate { steady: 15.0, burst: 30.0, parallel: 8 },
        "tagging" => Rate { steady: 10.0, burst: 15.0, parallel: 4 },
        _ => Rate { steady: 25.0, burst: 60.0, parallel: 16 },
    }
}

/// A bucket of tokens that fills steadily; a call takes one, ahead of time if it must wait for it.
#[derive(Debug)]
struct Tokens {
    rate: Rate,
    /// What is in the bucket; below zero are the tokens taken by those who wait.
    level: f64,
    at: Instant,
}

impl Tokens {
    fn new(rate: Rate, now: Instant) -> Self {
        Tokens { rate, level: rate.burst, at: now }
    }

    /// Take one, and tell when it is there.
    fn take(&mut self, now: Instant) -> Instant {
        let filled = now.saturating_duration_since(self.at).as_secs_f64() * self.rate.steady;
        self.level = (self.level + filled).min(self.rate.burst) - 1.0;
        self.at = now;
        let wait = (-self.level / self.rate.steady).max(0.0);
        now + Duration::from_secs_f64(wait)
    }
}

/// The bounds of one service in one account and region.
#[derive(Debug)]
struct Bound {
    tokens: Mutex<Tokens>,
    parallel: Semaphore,
}

impl Bound {
    fn new(rate: Rate) -> Self {
        Bound {
            tokens: Mutex::new(Tokens::new(rate, Instant::now())),
            parallel: Semaphore::new(rate.parallel),
        }
    }

    /// The bounds that everybody in this process shares.
    fn of(service: &'static str, place: &Place) -> Arc<Self> {
        type All = Mutex<HashMap<(&'static str, String, String), Arc<Bound>>>;
        static ALL: OnceLock<All> = OnceLock::new();
        let mut all = ALL.get_or_init(All::default).lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((service, place.account.clone(), place.region.clone()))
            .or_insert_with(|| Arc::new(Bound::new(rate(service))))
            .clone()
    }
}

/// The shared configuration with one service's bounds before its connections.
pub(super) fn bounded(config: &SdkConfig, service: &'static str, place: &Place) -> SdkConfig {
    let mut builder = config.to_builder();
    if let Some(inner) = config.http_client() {
        builder.set_http_client(Some(SharedHttpClient::new(Bounded {
            inner,
            bound: Bound::of(service, place),
        })));
    }
    builder.build()
}

/// A client whose calls keep within bounds.
#[derive(Debug)]
struct Bounded<T> {
    inner: T,
    bound: Arc<Bound>,
}

impl HttpClient for Bounded<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Bounded { inner, bound: self.bound.clone() })
    }
}

impl HttpConnector for Bounded<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, bound) = (self.inner.clone(), self.bound.clone());
        HttpConnectorFuture::new(async move {
            let _under_way = bound.parallel.acquire().await.expect("the semaphore is never closed");
            let ready = bound.tokens.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now());
            sleep_until(ready).await;
            inner.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_calls_queue_at_the_steady_rate() {
        let start = Instant::now();
        let mut tokens = Tokens::new(Rate { steady: 10.0, burst: 2.0, parallel: 1 }, start);
        assert_eq!((tokens.take(start), tokens.take(start)), (start, start));
        assert_eq!(tokens.take(start), start + Duration::from_millis(100));
        assert_eq!(tokens.take(start), start + Duration::from_millis(200));
        let later = start + Duration::from_secs(60);
        assert_eq!(
            (tokens.take(later), tokens.take(later)),
            (later, later),
            "a rest fills the bucket, no more"
        );
        assert_eq!(tokens.take(later), later + Duration::from_millis(100));
    }

    #[tokio::test]
    async fn bounds_are_shared_per_service_account_and_region() {
        let place = |region: &str| Place {
            partition: "aws".into(),
            region: region.into(),
            account: "123456789012".into(),
        };
        let bound = Bound::of("glue", &place("eu-west-1"));
        assert!(Arc::ptr_eq(&bound, &Bound::of("glue", &place("eu-west-1"))));
        assert!(!Arc::ptr_eq(&bound, &Bound::of("glue", &place("eu-west-2"))));
        assert!(!Arc::ptr_eq(&bound, &Bound::of("iam", &place("eu-west-1"))));
    }
}
