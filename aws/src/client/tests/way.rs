//! The client gets what every generated client gets: repetitions, limits, the gate, the meter, the clock.

use super::*;
use crate::{Gate, testing::Noting};
use aws_credential_types::provider::{ProvideCredentials, future::ProvideCredentials as Provided};
use aws_types::sdk_config::TimeSource;
use lake_engine::error::{CloudError, Retry};
use serde_json::{Value, json};
use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, SystemTime},
};
use tokio::time::Instant;
use tracing::{
    Event, Metadata, Subscriber,
    field::Field,
    span::{Attributes, Id, Record},
};

const THROTTLED: Answer = (400, &[], r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
const FAILED: Answer = (503, &[], "<html>");

static SQS: Service = Service::json10("SQS", "sqs", "AmazonSQS").query_compatible();
static EFS: Service = Service::rest("EFS", "elasticfilesystem");
static SNS: Service = Service::query("SNS", "sns", "2010-03-31");
static EC2: Service = Service::ec2("EC2", "ec2", "2016-11-15");

/// A clock that goes on by a second each time that it is looked at.
#[derive(Debug, Default)]
struct Ticking(AtomicUsize);

const START: u64 = 1_800_000_000;

impl TimeSource for Ticking {
    fn now(&self) -> SystemTime {
        let ticks = self.0.fetch_add(1, Ordering::SeqCst) as u64;
        SystemTime::UNIX_EPOCH + Duration::from_secs(START + ticks)
    }
}

#[derive(Default)]
struct Lease(AtomicBool);

impl Gate for Lease {
    fn is_open(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_and_failures_are_repeated_and_each_attempt_is_signed_anew() {
    let script = Script::of([THROTTLED, FAILED, OK]);
    let meter = Arc::new(Noting::default());
    let hooks = Hooks { gate: None, meter: Some(meter.clone()) };
    let config = config(&script).time_source(Ticking::default()).build();
    let client = Client::new(&config, &place("eu-west-1", "repeated"), &hooks);
    assert_eq!(client.call(&GET, json!({ "WorkGroup": "w" })).await, Ok(json!({})));
    let asked = script.asked();
    assert_eq!(asked.len(), 3);
    for (at, attempt) in (1..).zip(&asked) {
        assert_eq!(attempt.uri, "https://athena.eu-west-1.amazonaws.com/");
        assert_eq!(attempt.body, br#"{"WorkGroup":"w"}"#);
        assert!(attempt.header("authorization").contains("/eu-west-1/athena/aws4_request"), "{attempt:?}");
        assert_eq!(attempt.header("amz-sdk-request"), format!("attempt={at}; max=26"));
        assert_eq!(attempt.header("amz-sdk-invocation-id"), asked[0].header("amz-sdk-invocation-id"));
        assert!(attempt.header("x-amz-user-agent").contains("api/Athena"), "{attempt:?}");
    }
    for (one, next) in asked.iter().zip(&asked[1..]) {
        assert_ne!(one.header("x-amz-date"), next.header("x-amz-date"));
        assert_ne!(one.header("authorization"), next.header("authorization"));
    }
    let told = ["Throttled", "Unanswered", "Done"].map(|result| format!("athena:GetWorkGroup {result}"));
    assert_eq!(*meter.0.lock().unwrap(), told);
}

#[tokio::test(start_paused = true)]
async fn no_ration_of_repetitions_runs_dry() {
    let refused = [THROTTLED; 8].into_iter().chain([OK]);
    let script = Script::of((0..20).flat_map(|_| refused.clone()));
    let client = script.client("ration", &Hooks::default());
    for _ in 0..20 {
        client.call(&GET, json!({})).await.unwrap();
    }
    assert_eq!(script.asked().len(), 180);
}

#[tokio::test(start_paused = true)]
async fn what_fails_within_is_tried_five_times() {
    let script = Script::of([FAILED; 26]);
    let error = script.client("fails", &Hooks::default()).call(&GET, json!({})).await.unwrap_err();
    assert_eq!((error.retry, script.asked().len()), (Retry::Unanswered, 5), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_never_answered_ends() {
    let script = Script::default();
    let start = Instant::now();
    let error = script.client("silent", &Hooks::default()).call(&CREATE, json!({})).await.unwrap_err();
    assert_eq!((error.retry, script.asked().len()), (Retry::Unanswered, 4), "{error}");
    assert!(error.to_string().contains("no answer came within"), "{error}");
    assert!(start.elapsed() <= Duration::from_secs(125), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_shut_gate_keeps_writes_back_and_lets_reads_through() {
    let script = Script::of([OK, OK]);
    let lease = Arc::new(Lease::default());
    let meter = Arc::new(Noting::default());
    let hooks = Hooks { gate: Some(lease.clone()), meter: Some(meter.clone()) };
    let client = script.client("gate", &hooks);
    let error = client.call(&CREATE, json!({ "Name": "w" })).await.unwrap_err();
    assert_eq!((error.word(), script.asked().len()), ("NotLeading", 0));
    client.call(&GET, json!({ "WorkGroup": "w" })).await.unwrap();
    assert_eq!(*meter.0.lock().unwrap(), ["athena:GetWorkGroup Done"]);
    lease.0.store(true, Ordering::SeqCst);
    client.call(&CREATE, json!({ "Name": "w" })).await.unwrap();
    assert_eq!(*meter.0.lock().unwrap(), ["athena:GetWorkGroup Done", "athena:CreateWorkGroup Done"]);
}

/// A service's first refusal, as what the engine learns of it.
async fn refused(operation: &Operation, input: Value, answer: Answer) -> CloudError {
    let script = Script::of([answer]);
    let error = script.client("refused", &Hooks::default()).call(operation, input).await.unwrap_err();
    assert_eq!(script.asked().len(), 1, "{error}");
    error
}

#[tokio::test]
async fn refusals_are_classified_in_each_protocol() {
    let get_queue = SQS.operation("GetQueueUrl");
    let error = refused(
        &get_queue,
        json!({ "QueueName": "q" }),
        (
            400,
            &[
                ("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"),
                ("x-amzn-requestid", "r"),
            ],
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no queue"}"#,
        ),
    )
    .await;
    assert_eq!(error.to_string(), "sqs:GetQueueUrl: AWS.SimpleQueueService.NonExistentQueue: no queue");
    assert_eq!(error.request_id.as_deref(), Some("r"));

    let missing: Answer = (400, &[], r#"{"__type":"ResourceNotFoundException","Message":"no group"}"#);
    assert_eq!(refused(&GET, json!({}), missing).await.retry, Retry::Gone);
    let denied: Answer = (403, &[("x-amzn-errortype", "AccessDeniedException:")], r#"{"message":"no"}"#);
    let describe = EFS.http("DescribeFileSystems", "GET", "/2015-02-01/file-systems");
    let error = refused(&describe, json!({}), denied).await;
    assert_eq!(error.to_string(), "elasticfilesystem:DescribeFileSystems: AccessDeniedException: no");
    assert_eq!(error.retry, Retry::Never);

    let conflict: Answer = (
        400,
        &[],
        "<ErrorResponse><Error><Type>Sender</Type><Code>ConcurrentModification</Code><Message>a &amp; b</Message></Error>\
         <RequestId>r</RequestId></ErrorResponse>",
    );
    let error = refused(&SNS.operation("CreateTopic"), json!({ "Name": "t" }), conflict).await;
    assert_eq!((error.retry, error.said.as_str()), (Retry::Conflict, "a & b"));
    let refusal: Answer = (
        403,
        &[],
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors>\
         <RequestID>r</RequestID></Response>",
    );
    let error = refused(&EC2.operation("DescribeSubnets"), json!({}), refusal).await;
    assert_eq!(error.to_string(), "ec2:DescribeSubnets: UnauthorizedOperation: no");
    assert!(error.remedy().is_some(), "the table knows it");
}

#[tokio::test]
async fn nothing_is_sent_for_what_cannot_be_spelt() {
    let script = Script::default();
    let client = script.client("spelt", &Hooks::default());
    let tag = EFS.http("TagResource", "POST", "/2015-02-01/resource-tags/{ResourceId}");
    let error = client.call(&tag, json!({ "Tags": [] })).await.unwrap_err();
    assert!(error.said.contains("the path of TagResource needs ResourceId"), "{error}");
    assert_eq!((error.retry, script.asked().len()), (Retry::Never, 0));
}

/// Credentials, and how often they were asked for.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicUsize>);

impl ProvideCredentials for Counting {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        self.0.fetch_add(1, Ordering::SeqCst);
        Provided::new(async { keys().provide_credentials().await })
    }
}

#[tokio::test]
async fn credentials_are_asked_for_once() {
    let script = Script::of([OK, OK, OK]);
    let counting = Counting::default();
    let provider = SharedCredentialsProvider::new(counting.clone());
    let config = config(&script).credentials_provider(provider).build();
    let client = Client::new(&config, &place("eu-west-1", "once"), &Hooks::default());
    for _ in 0..3 {
        client.call(&GET, json!({})).await.unwrap();
    }
    assert_eq!(counting.0.load(Ordering::SeqCst), 1);
}

/// The clock is an hour late: the service refuses, tells the time, and is asked again with it; the next call begins with it.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_is_set_once() {
    const HOUR: &[(&str, &str)] = &[("date", "Fri, 15 Jan 2027 09:00:00 GMT")];
    let skewed = (400, HOUR, r#"{"__type":"InvalidSignatureException","message":"Signature expired"}"#);
    let script = Script::of([skewed, (200, HOUR, "{}"), (200, HOUR, "{}")]);
    let config = config(&script).time_source(Ticking::default()).build();
    let client = Client::new(&config, &place("eu-west-1", "clock"), &Hooks::default());
    for _ in 0..2 {
        client.call(&GET, json!({})).await.unwrap();
    }
    let hours: Vec<String> =
        script.asked().iter().map(|it| it.header("x-amz-date")[..11].to_owned()).collect();
    assert_eq!(hours, ["20270115T08", "20270115T09", "20270115T09"]);
}

/// Keeps what the trace says.
struct Lines(Arc<Mutex<Vec<String>>>);

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().ends_with("::trace")
    }

    fn event(&self, event: &Event<'_>) {
        let mut lines = self.0.lock().unwrap();
        event.record(&mut |field: &Field, value: &dyn fmt::Debug| {
            if field.name() == "message" {
                lines.push(format!("{value:?}"));
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_call_is_a_line_of_the_debug_log() {
    const PATH: &str = "/2015-02-01/traced";
    let lines = Arc::new(Mutex::new(Vec::new()));
    // For the whole process: what a thread hears for itself alone is lost where others meet an event first. Theirs are heard too.
    tracing::subscriber::set_global_default(Lines(lines.clone())).unwrap();
    let script = Script::of([OK]);
    let client = script.client("trace", &Hooks::default());
    client.call(&EFS.http("DescribeFileSystems", "GET", PATH), json!({})).await.unwrap();
    let mut lines = lines.lock().unwrap();
    lines.retain(|line: &String| line.contains(PATH));
    assert_eq!(lines.len(), 1, "{lines:?}");
    let start = format!("efs:DescribeFileSystems GET {PATH} → 200 in ");
    assert!(lines[0].starts_with(&start), "{lines:?}");
}
