//! Requests are those of generated clients that speak the same protocol: method, URL, headers, body and signature.
//!
//! Members stand in the order of their names here, and in the order of the model there: the cases give members of which
//! the two orders are the same.

use super::*;
use crate::{Endpoint, client::send};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextMut},
        runtime_components::{RuntimeComponents, RuntimeComponentsBuilder},
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{Blob, DateTime, config_bag::ConfigBag};
use aws_types::sdk_config::TimeSource;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

static KINESIS: Service = Service::json11("Kinesis", "kinesis", "Kinesis_20131202")
    .endpoints(&[fips_in_govcloud("kinesis.{region}.{domain}")]);
static LOGS: Service = Service::json11("CloudWatch Logs", "logs", "Logs_20140328")
    .endpoints(&[fips_in_govcloud("logs.{region}.{domain}")]);
static SQS: Service = Service::json10("SQS", "sqs", "AmazonSQS")
    .query_compatible()
    .endpoints(&[fips_in_govcloud("sqs.{region}.{domain}")]);
static STS: Service =
    Service::query("STS", "sts", "2011-06-15").endpoints(&[fips_in_govcloud("sts.{region}.{domain}")]);
static EFS: Service = Service::rest("EFS", "elasticfilesystem").endpoints(&[
    efs_over_both("efs.{region}.{domain}", false),
    efs_over_both("efs-fips.{region}.{domain}", true),
]);
static LAMBDA: Service = Service::rest("Lambda", "lambda");

/// GovCloud's usual endpoint of some services is the one of FIPS 140, too.
const fn fips_in_govcloud(host: &'static str) -> Endpoint {
    Endpoint { partitions: &["aws-us-gov"], fips: true, dual_stack: false, host }
}

const fn efs_over_both(host: &'static str, fips: bool) -> Endpoint {
    Endpoint { partitions: &["aws", "aws-cn", "aws-us-gov"], fips, dual_stack: true, host }
}

/// What means something in URLs, forms, JSON or signatures.
const ODD: &str = "é/\u{1f600} *'()~!&=+%25?#[]@:;,$\"\\<>^`{|}-_.";
/// The same with what stands in no URL as it is.
const ODDER: &str = "é/\u{1f600}\"\\/<>\u{0}\u{1}\u{8}\u{c}\n\r\t\u{1f}\u{7f}\u{2028}";

/// A call of a generated client, and the same call of ours.
type Pair = (BoxFuture<'static, ()>, Operation, Value);

macro_rules! same {
    ($call:expr, $operation:expr, $input:tt) => {{
        let call = $call;
        let generated: BoxFuture<'static, ()> = Box::pin(async move { drop(call.send().await) });
        (generated, $operation, json!($input))
    }};
}

macro_rules! client {
    ($sdk:ident, $config:expr) => {
        $sdk::Client::from_conf($sdk::config::Builder::from($config).interceptor(Agent).build())
    };
}

fn of_athena(config: &SdkConfig) -> Vec<Pair> {
    use aws_sdk_athena::types::Tag;
    let athena = client!(aws_sdk_athena, config);
    vec![
        same!(athena.get_work_group().work_group(ODDER), GET, { "WorkGroup": ODDER }),
        same!(
            athena.create_work_group().name("w").tags(Tag::builder().key(ODD).value(ODDER).build()),
            CREATE,
            { "Name": "w", "Description": null, "Tags": [{ "Key": ODD, "Value": ODDER }] }
        ),
        same!(
            athena.batch_get_named_query().named_query_ids("a").named_query_ids("b"),
            ATHENA.operation("BatchGetNamedQuery"),
            { "NamedQueryIds": ["a", "b"] }
        ),
    ]
}

fn of_kinesis(config: &SdkConfig) -> Vec<Pair> {
    use aws_sdk_kinesis::types::PutRecordsRequestEntry;
    let kinesis = client!(aws_sdk_kinesis, config);
    let record = PutRecordsRequestEntry::builder()
        .data(Blob::new([0, 255, 62, 63]))
        .explicit_hash_key("340282366920938463463374607431768211455")
        .partition_key("p");
    let when = DateTime::from_secs_and_nanos(1_515_531_081, 123_000_000);
    vec![
        same!(
            kinesis.describe_stream_summary().stream_name("s"),
            KINESIS.operation("DescribeStreamSummary"),
            { "StreamName": "s" }
        ),
        same!(
            kinesis.create_stream().stream_name("s").tags(ODD, ODD),
            KINESIS.operation("CreateStream"),
            { "StreamName": "s", "Tags": { ODD: ODD } }
        ),
        same!(
            kinesis.put_records().records(record.build().unwrap()).stream_name("s"),
            KINESIS.operation("PutRecords"),
            {
                "Records": [{
                    "Data": "AP8+Pw==",
                    "ExplicitHashKey": "340282366920938463463374607431768211455",
                    "PartitionKey": "p",
                }],
                "StreamName": "s",
            }
        ),
        same!(
            kinesis.list_shards().max_results(5).stream_creation_timestamp(when),
            KINESIS.operation("ListShards"),
            { "MaxResults": 5, "StreamCreationTimestamp": 1_515_531_081.123 }
        ),
        same!(
            kinesis.list_shards().stream_creation_timestamp(DateTime::from_secs(1_515_531_081)),
            KINESIS.operation("ListShards"),
            { "StreamCreationTimestamp": 1_515_531_081 }
        ),
    ]
}

fn of_logs(config: &SdkConfig) -> Vec<Pair> {
    let logs = client!(aws_sdk_cloudwatchlogs, config);
    vec![
        same!(
            logs.put_retention_policy().log_group_name("/lake/é").retention_in_days(30),
            LOGS.operation("PutRetentionPolicy"),
            { "logGroupName": "/lake/é", "retentionInDays": 30 }
        ),
        same!(
            logs.filter_log_events().log_group_name("g").start_time(i64::MAX),
            LOGS.operation("FilterLogEvents"),
            { "logGroupName": "g", "startTime": 9_223_372_036_854_775_807_i64 }
        ),
    ]
}

fn of_sqs(config: &SdkConfig) -> Vec<Pair> {
    use aws_sdk_sqs::types::QueueAttributeName;
    let sqs = client!(aws_sdk_sqs, config);
    vec![
        same!(
            sqs.create_queue().attributes(QueueAttributeName::VisibilityTimeout, "30"),
            SQS.operation("CreateQueue"),
            { "Attributes": { "VisibilityTimeout": "30" } }
        ),
        same!(
            sqs.tag_queue().queue_url("https://sqs/1/q").tags(ODD, ODD),
            SQS.operation("TagQueue"),
            { "QueueUrl": "https://sqs/1/q", "Tags": { ODD: ODD } }
        ),
    ]
}

fn of_efs(config: &SdkConfig) -> Vec<Pair> {
    const TAGS: &str = "/2015-02-01/resource-tags/{ResourceId}";
    let efs = client!(aws_sdk_efs, config);
    let tag = aws_sdk_efs::types::Tag::builder().key("k").value(ODDER).build().unwrap();
    vec![
        same!(
            efs.untag_resource().resource_id(ODD).tag_keys(ODD).tag_keys("c"),
            EFS.http("UntagResource", "DELETE", TAGS).in_query(&[("TagKeys", "tagKeys")]),
            { "ResourceId": ODD, "TagKeys": [ODD, "c"] }
        ),
        same!(
            efs.tag_resource().resource_id("fs-1").tags(tag),
            EFS.http("TagResource", "POST", TAGS),
            { "ResourceId": "fs-1", "Tags": [{ "Key": "k", "Value": ODDER }] }
        ),
        same!(
            efs.describe_file_systems().max_items(5).file_system_id("fs-1"),
            EFS.http("DescribeFileSystems", "GET", "/2015-02-01/file-systems")
                .in_query(&[("MaxItems", "MaxItems"), ("Marker", "Marker"), ("FileSystemId", "FileSystemId")]),
            { "FileSystemId": "fs-1", "MaxItems": 5 }
        ),
        same!(
            efs.describe_file_systems(),
            EFS.http("DescribeFileSystems", "GET", "/2015-02-01/file-systems"),
            {}
        ),
        same!(
            efs.create_file_system().creation_token("t").provisioned_throughput_in_mibps(1024.5),
            EFS.http("CreateFileSystem", "POST", "/2015-02-01/file-systems"),
            { "CreationToken": "t", "ProvisionedThroughputInMibps": 1024.5 }
        ),
        same!(
            efs.delete_access_point().access_point_id("fsap-1"),
            EFS.http("DeleteAccessPoint", "DELETE", "/2015-02-01/access-points/{AccessPointId}"),
            { "AccessPointId": "fsap-1" }
        ),
    ]
}

fn of_lambda(config: &SdkConfig) -> Vec<Pair> {
    use aws_sdk_lambda::types::{InvocationType, LogType};
    const FUNCTION: &str = "/2015-03-31/functions/{FunctionName}";
    let lambda = client!(aws_sdk_lambda, config);
    let invoke = lambda.invoke().function_name("f").invocation_type(InvocationType::Event);
    vec![
        same!(
            lambda.get_function().function_name(ODD).qualifier(ODD),
            LAMBDA.http("GetFunction", "GET", FUNCTION).in_query(&[("Qualifier", "Qualifier")]),
            { "FunctionName": ODD, "Qualifier": ODD }
        ),
        same!(
            lambda.update_function_code().function_name("f").publish(true).zip_file(Blob::new([0, 255, 62, 63])),
            LAMBDA.http("UpdateFunctionCode", "PUT", "/2015-03-31/functions/{FunctionName}/code"),
            { "FunctionName": "f", "Publish": true, "ZipFile": "AP8+Pw==" }
        ),
        same!(
            lambda.publish_version().function_name("f"),
            LAMBDA.http("PublishVersion", "POST", "/2015-03-31/functions/{FunctionName}/versions"),
            { "FunctionName": "f" }
        ),
        same!(
            invoke.log_type(LogType::Tail).payload(Blob::new([123, 0, 255])),
            LAMBDA.http("Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations")
                .in_headers(&[("InvocationType", "x-amz-invocation-type"), ("LogType", "x-amz-log-type")])
                .payload("Payload")
                .answers("Payload"),
            { "FunctionName": "f", "InvocationType": "Event", "LogType": "Tail", "Payload": "ewD/" }
        ),
    ]
}

fn of_sts(config: &SdkConfig) -> Vec<Pair> {
    use aws_sdk_sts::types::Tag;
    let sts = client!(aws_sdk_sts, config);
    let tag = |key, value| Tag::builder().key(key).value(value).build().unwrap();
    let assume = sts.assume_role().role_arn("arn:aws:iam::123456789012:role/é").role_session_name("s");
    vec![same!(
        assume.tags(tag("k", ODDER)).tags(tag(ODD, "")).transitive_tag_keys("k").transitive_tag_keys(ODD),
        STS.operation("AssumeRole"),
        {
            "RoleArn": "arn:aws:iam::123456789012:role/é",
            "RoleSessionName": "s",
            "Tags": [{ "Key": "k", "Value": ODDER }, { "Key": ODD, "Value": "" }],
            "TransitiveTagKeys": ["k", ODD],
        }
    )]
}

/// Always the same moment.
#[derive(Debug)]
struct Still;

impl TimeSource for Still {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }
}

/// Makes all clients call themselves the same, since the signature covers how they do.
#[derive(Debug)]
struct Agent;

impl Intercept for Agent {
    fn name(&self) -> &'static str {
        "agent"
    }

    fn modify_before_signing(
        &self,
        ctx: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        for name in ["user-agent", "x-amz-user-agent"] {
            ctx.request_mut().headers_mut().insert(name, "lake");
        }
        Ok(())
    }
}

/// The one request that a call is.
fn one_of(script: &Script) -> Asked {
    let mut asked = std::mem::take(&mut *script.asked.lock().unwrap());
    assert_eq!(asked.len(), 1, "{asked:?}");
    let mut asked = asked.remove(0);
    // A random number.
    assert!(asked.headers.remove("amz-sdk-invocation-id").is_some());
    assert!(asked.header("authorization").contains("Signature="), "{asked:?}");
    asked
}

/// The request that our client makes.
async fn ours(client: &Client, script: &Script, operation: Operation, input: Value) -> Asked {
    let agent = RuntimeComponentsBuilder::new("agent").with_interceptor(Agent);
    let agent = StaticRuntimePlugin::new().with_runtime_components(agent);
    let sdk = client.prepare(&operation).unwrap().runtime_plugin(agent);
    drop(send(sdk, &operation, input).await);
    one_of(script)
}

#[tokio::test(start_paused = true)]
async fn requests_are_those_of_generated_clients() {
    let regions = [
        "eu-west-1",
        "us-east-1",
        "cn-north-1",
        "us-gov-west-1",
        "us-gov-east-1",
        "eusc-de-east-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "eu-isoe-west-1",
        "us-isof-south-1",
    ];
    let kinds_of_endpoints = [(false, false), (true, false), (false, true), (true, true)];
    for (region, (fips, dual_stack)) in
        regions.iter().flat_map(|region| kinds_of_endpoints.map(|kind| (*region, kind)))
    {
        let script = Script::of([OK; 60]);
        let config = config(&script)
            .region(Region::new(region))
            .use_fips(fips)
            .use_dual_stack(dual_stack)
            .time_source(Still)
            .retry_config(RetryConfig::disabled())
            .build();
        let client = Client::new(&config, &place(region, "generated"), &Hooks::default());
        let services = [of_athena, of_kinesis, of_logs, of_sqs, of_efs, of_lambda, of_sts];
        for (generated, operation, input) in services.iter().flat_map(|of_service| of_service(&config)) {
            let doing = format!("{} {region} {fips} {dual_stack}", operation.action());
            generated.await;
            let generated = one_of(&script);
            assert_eq!(ours(&client, &script, operation, input).await, generated, "{doing}");
        }
    }
}
