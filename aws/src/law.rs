//! The law of the pace: what callers get of services that bear less or more than they are called with at first. It plays
//! the real clients with their retries, in paused time and with seeded chance, against services that throttle as AWS does:
//! a bucket of tokens, a call takes one, and it is filled at a steady rate up to its burst ("Request throttling for the
//! Amazon EC2 API", EC2 API reference).

use super::{Hooks, on_the_way, testing};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use lake_engine::place::Place;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::time::{Duration, Instant, sleep};

/// The rate at which a service is called at first of which nothing is known.
const START: f64 = 25.0;
/// From then on the law holds, and so long it is watched.
const LEARNT: Duration = Duration::from_secs(10);
const WATCHED: Duration = Duration::from_secs(60);

/// A service that bears so many calls a second, and refuses a share of all by chance.
#[derive(Debug)]
struct Bears {
    rate: f64,
    burst: f64,
    chance: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    level: f64,
    at: Instant,
    seed: u64,
    began: Instant,
    /// Calls done and refused since the law holds, by process.
    done: [u32; 2],
    refused: [u32; 2],
}

impl State {
    /// A number from 0 to 1 (xorshift64).
    fn random(&mut self) -> f64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Bears {
    /// One that bears so many times the start, with a burst of so many seconds.
    fn times(times: f64, seconds: f64, chance: f64) -> Arc<Self> {
        let (rate, now) = (times * START, Instant::now());
        let level = rate * seconds;
        let (done, refused) = ([0; 2], [0; 2]);
        let state = State { level, at: now, seed: 0x5eed_1a4e, began: now, done, refused };
        Arc::new(Bears { rate, burst: level, chance, state: Mutex::new(state) })
    }

    /// Whether a call of a process is refused, and how long its answer takes.
    fn ask(&self, process: usize) -> (bool, Duration) {
        let (mut state, now) = (self.state.lock().unwrap(), Instant::now());
        state.level = (state.level + self.rate * (now - state.at).as_secs_f64()).min(self.burst);
        state.at = now;
        let refused = state.random() < self.chance || state.level < 1.0;
        if !refused {
            state.level -= 1.0;
        }
        if now - state.began >= LEARNT {
            let count = if refused { &mut state.refused } else { &mut state.done };
            count[process] += 1;
        }
        (refused, Duration::from_secs_f64(0.03 + 0.04 * state.random()))
    }
}

/// The way of one process to a service.
#[derive(Debug)]
struct Process(usize, Arc<Bears>);

impl HttpConnector for Process {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let (refused, took) = self.1.ask(self.0);
        HttpConnectorFuture::new(async move {
            sleep(took).await;
            let body = "<Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>";
            let (status, body) = if refused { (503, body) } else { (200, "") };
            Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body)))
        })
    }
}

/// A client of a process, which shares nothing with another's but the service.
fn client(process: usize, service: &Arc<Bears>, name: &str) -> aws_sdk_s3::Client {
    let connector = SharedHttpConnector::new(Process(process, service.clone()));
    let config = testing::config(testing::over(connector)).build();
    let account = format!("{name}-{process}");
    let place = Place { partition: "aws".into(), region: "eu-west-1".into(), account };
    // Of a service of this name nothing is known.
    aws_sdk_s3::Client::from_conf(on_the_way!(aws_sdk_s3, "law", &config, &place, &Hooks::default()).build())
}

/// What became of the calls of some processes: done by each, refused in all, failed in all.
struct Outcome {
    done: Vec<f64>,
    refused: f64,
    failed: usize,
}

impl Outcome {
    fn all(&self) -> f64 {
        self.done.iter().sum()
    }

    fn share_refused(&self) -> f64 {
        self.refused / (self.refused + self.all())
    }
}

/// Call a service from some processes, by 150 callers each, who always want something more.
async fn play(service: &Arc<Bears>, processes: usize, name: &str) -> Outcome {
    // The SDK's pauses before it repeats a call are of chance, too.
    fastrand::seed(0x5eed);
    let failed = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for process in 0..processes {
        let client = client(process, service, name);
        for _ in 0..150 {
            let (client, failed) = (client.clone(), failed.clone());
            callers.push(tokio::spawn(async move {
                loop {
                    let put = client.put_bucket_policy().bucket("store").policy("{}").send().await;
                    failed.fetch_add(usize::from(put.is_err()), Ordering::SeqCst);
                }
            }));
        }
    }
    sleep(LEARNT + WATCHED).await;
    callers.iter().for_each(tokio::task::JoinHandle::abort);
    let state = service.state.lock().unwrap();
    Outcome {
        done: state.done[..processes].iter().map(|done| f64::from(*done)).collect(),
        refused: state.refused.iter().map(|refused| f64::from(*refused)).sum(),
        failed: failed.load(Ordering::SeqCst),
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_service_bears_is_used_and_hardly_exceeded() {
    for (times, burst) in
        [(0.25, 1.0), (0.5, 1.0), (1.0, 1.0), (1.0, 5.0), (2.0, 1.0), (4.0, 1.0), (8.0, 1.0)]
    {
        let service = Bears::times(times, burst, 0.0);
        let outcome = play(&service, 1, &format!("bears-{times}-{burst}")).await;
        let used = outcome.all() / (service.rate * WATCHED.as_secs_f64());
        let refused = outcome.share_refused();
        assert!((0.8..=1.2).contains(&used), "× {times}, burst of {burst} s: {used:.2} of it are used");
        assert!(refused <= 0.05, "× {times}, burst of {burst} s: {refused:.3} of all calls are refused");
        assert_eq!(outcome.failed, 0, "× {times}, burst of {burst} s");
    }
}

#[tokio::test(start_paused = true)]
async fn two_processes_share_what_a_service_bears() {
    for times in [0.5, 1.0, 2.0, 4.0, 8.0] {
        let service = Bears::times(times, 1.0, 0.0);
        let outcome = play(&service, 2, &format!("shared-{times}")).await;
        let (one, two) = (outcome.done[0], outcome.done[1]);
        let used = outcome.all() / (service.rate * WATCHED.as_secs_f64());
        let refused = outcome.share_refused();
        assert!(one <= 2.0 * two && two <= 2.0 * one, "× {times}: {one} and {two} calls");
        assert!((0.8..=1.2).contains(&used), "× {times}: {used:.2} of it are used");
        assert!(refused <= 0.05, "× {times}: {refused:.3} of all calls are refused");
        assert_eq!(outcome.failed, 0, "× {times}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_by_chance_leave_more_than_half_of_the_start() {
    let service = Bears::times(1_000.0, 1.0, 0.3);
    let outcome = play(&service, 1, "chance").await;
    let made = (outcome.all() + outcome.refused) / (START * WATCHED.as_secs_f64());
    assert!((0.5..=1.0).contains(&made), "{made:.2} of the start");
    assert_eq!(outcome.failed, 0);
}
