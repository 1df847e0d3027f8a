//! Kinesis data streams: what is written now and read in order, again and again until its hours are over.
//!
//! Sources: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html>, `API_EnhancedMetrics`,
//! `API_UpdateShardCount`. That its registered consumers go with it (`EnforceConsumerDeletion`) is `onDelete: Empty`.

use crate::{
    aws::{Operation, Service},
    error::Retry,
    kinds::{Examples, SimpleKind},
    lint::names::{Rule, has_only},
    policy::{Need, When},
    simple::{
        Simple,
        call::{Call, Change, Ready, Row, Step, Tagging, Update},
        codec::Codec,
        shape::{Literal, Shape},
    },
};
use lake_api::{
    FieldPath, Finding,
    collections::{Set, Tags},
    default::number,
    member::{OnDelete, Settings},
    names::{AwsName, KmsKeyRef},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A Kinesis data stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[aws(birth = "StreamCreationTimestamp")]
#[schemars(example = json!({ "mode": "Provisioned", "shards": 10 }))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stream {
    /// The name. Default: `{lake}-{key}`. Cannot be changed.
    #[aws("StreamName", key)]
    pub name: Option<AwsName>,
    /// Who sees to its capacity. AWS takes two changes a day.
    #[aws("StreamModeDetails.StreamMode")]
    #[serde(default)]
    pub mode: StreamMode,
    /// How many shards it has, with `Provisioned`. AWS doubles or halves them at most, ten times a day, so that more takes some
    /// changes, one after the other.
    #[aws("OpenShardCount")]
    #[schemars(range(min = 1))]
    pub shards: Option<i64>,
    /// The throughput of writes that it is ready for, in MiB per second, with `OnDemand` and in accounts that have committed
    /// themselves to pay for it. Default: as its traffic was.
    #[aws("WarmThroughput.TargetMiBps", empty = 0)]
    #[schemars(range(min = 1), example = 8)]
    pub warm_throughput_mibps: Option<i64>,
    /// How many hours records are kept, 8760 at most.
    #[aws("RetentionPeriodHours", set)]
    #[serde(default = "number::<24>")]
    #[schemars(range(min = 24, max = 8760), example = 48)]
    pub retention_hours: i64,
    /// How large a record may be, in KiB, 10240 at most.
    #[aws("MaxRecordSizeInKiB")]
    #[serde(default = "number::<1024>")]
    #[schemars(range(min = 1024, max = 10240), example = 2048)]
    pub max_record_size_kib: i64,
    /// The KMS key that encrypts records, as an ARN; Kinesis' own is that of the alias `alias/aws/kinesis`. Default: none.
    #[aws("KeyId", set)]
    #[schemars(example = &"arn:aws:kms:eu-west-1:123456789012:key/k")]
    pub kms_key: Option<KmsKeyRef>,
    /// What is counted in CloudWatch for each shard, beside what is counted for the stream.
    #[aws("EnhancedMonitoring", set, codec = METRICS)]
    #[serde(default)]
    #[schemars(example = ["IncomingBytes", "IteratorAgeMilliseconds"], example = ["OutgoingRecords"])]
    pub shard_metrics: Set<ShardMetric>,
    /// Tags beside the lake's.
    #[aws("Tags", tags)]
    #[serde(default)]
    pub tags: Tags,
}

/// Who sees to the capacity of a stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum StreamMode {
    /// AWS: there are as many shards as the traffic needs.
    #[default]
    #[aws("ON_DEMAND")]
    OnDemand,
    /// Whoever says how many `shards` there are.
    #[aws("PROVISIONED")]
    Provisioned,
}

/// What can be counted for each shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Shape)]
pub enum ShardMetric {
    /// Bytes written.
    #[aws("IncomingBytes")]
    IncomingBytes,
    /// Records written.
    #[aws("IncomingRecords")]
    IncomingRecords,
    /// Bytes read.
    #[aws("OutgoingBytes")]
    OutgoingBytes,
    /// Records read.
    #[aws("OutgoingRecords")]
    OutgoingRecords,
    /// Writes refused since they were too many.
    #[aws("WriteProvisionedThroughputExceeded")]
    WriteProvisionedThroughputExceeded,
    /// Reads refused since they were too many.
    #[aws("ReadProvisionedThroughputExceeded")]
    ReadProvisionedThroughputExceeded,
    /// How old what is read is.
    #[aws("IteratorAgeMilliseconds")]
    IteratorAgeMilliseconds,
}

const METRICS: Codec = Codec::Custom(
    |metrics| json!([{ "ShardLevelMetrics": metrics }]),
    |found| found[0]["ShardLevelMetrics"].clone(),
);
/// Tags are written as a map and told as a list.
const TOLD_AS_LIST: Codec = Codec::Custom(Value::clone, |found| Codec::Pairs("Key", "Value").decode(found));

static KINESIS: Service = Service::json11("Kinesis", "kinesis", "Kinesis_20131202");

impl Settings for Stream {
    const ON_DELETE: OnDelete = OnDelete::Retain;
    const HOLDS_DATA: bool = true;
    const CAN_BE_EMPTIED: bool = true;
    const ARN: Option<&'static str> = Some("arn:{partition}:kinesis:{region}:{account}:stream/name");
}

const NAMES: Rule = Rule {
    section: "streams",
    sort: "stream",
    length: (1, 128),
    external: Some(&['/']),
    folds: false,
    letters: |name| {
        (!has_only(name, "._-")).then_some("A stream's name has letters, digits, `.`, `_` and `-`")
    },
    source: "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html",
};

/// Streams.
pub static KIND: SimpleKind = SimpleKind::of::<Stream>(SIMPLE, NAMES, EXAMPLES).sense(sense);

const EXAMPLES: Examples = Examples {
    small: || json!({ "small": {} }),
    full: || {
        json!({
            "full": {
                "name": "full-clicks",
                "mode": "Provisioned",
                "shards": 4,
                "retentionHours": 48,
                "maxRecordSizeKib": 2048,
                "kmsKey": "arn:aws:kms:{region}:{account}:alias/aws/kinesis",
                "shardMetrics": ["IncomingBytes", "IteratorAgeMilliseconds"],
                "tags": { "team": "data" },
            },
            "other": { "mode": "OnDemand", "warmThroughputMibps": 8 },
        })
    },
};

fn sense(settings: &Value, path: &FieldPath, told: &mut Vec<Finding>) {
    let provisioned = settings["mode"] == "Provisioned";
    let mut refuse = |field: &str, summary: &str, detail: &str| {
        told.push(Finding::error(path.field(field), summary, detail));
    };
    match (provisioned, settings["shards"].is_null()) {
        (true, true) => refuse(
            "shards",
            "a stream with `mode: Provisioned` says how many shards it has",
            "Set `shards`, or leave the shards to AWS by `mode: OnDemand`.",
        ),
        (false, false) => refuse(
            "shards",
            "AWS chooses the shards of a stream with `mode: OnDemand`",
            "Set `mode: Provisioned`, or leave `shards` out.",
        ),
        _ => {}
    }
    if provisioned && !settings["warmThroughputMibps"].is_null() {
        refuse(
            "warmThroughputMibps",
            "only a stream with `mode: OnDemand` is kept warm",
            "Set `mode: OnDemand`, or leave `warmThroughputMibps` out and say how many `shards` there are.",
        );
    }
}

const SIMPLE: Simple = Simple {
    arn: "kinesis:stream/{name}",
    create: Call::new(KINESIS.operation("CreateStream"))
        .renamed(&[("OpenShardCount", "ShardCount"), ("WarmThroughput.TargetMiBps", "WarmThroughputMiBps")]),
    read: Call::new(KINESIS.operation("DescribeStreamSummary")).at("StreamDescriptionSummary"),
    update: Update::Steps(CHANGES, steps),
    delete: Call::new(KINESIS.operation("DeleteStream")),
    emptied: &[("EnforceConsumerDeletion", Literal::Switch(true))],
    tags: Some(Tagging {
        codec: Some(TOLD_AS_LIST),
        ..Tagging::by_arn(
            KINESIS.operation("ListTagsForResource"),
            KINESIS.operation("TagResource"),
            KINESIS.operation("UntagResource"),
        )
    }),
    errors: &[
        Row("LimitExceededException", "simultaneously", Retry::Throttled),
        Row::gone("ResourceInUseException", "instead in state DELETING"),
        Row("ResourceInUseException", "already exists", Retry::Propagating),
        Row("KMSAccessDeniedException", "", Retry::Propagating),
        Row("KMSNotFoundException", "", Retry::Propagating),
        Row("KMSInvalidStateException", "", Retry::Propagating),
        Row("KMSThrottlingException", "", Retry::Throttled),
    ],
    ready: Some(Ready { at: "StreamStatus", states: &["ACTIVE"] }),
    beside: |settings, _| {
        let Some(key) = settings["kmsKey"].as_str() else { return Vec::new() };
        // No policy speaks of a key by its alias.
        let on = key.split_once(":alias/").map_or(key.to_owned(), |(place, _)| format!("{place}:key/*"));
        vec![Need::beside(When::Write, &["kms:DescribeKey"], [on])]
    },
    // What AWS chooses in the one mode is no setting of it.
    tidy: |stream| {
        let provisioned = stream["StreamModeDetails"]["StreamMode"] == "PROVISIONED";
        stream[if provisioned { "WarmThroughput" } else { "OpenShardCount" }].take();
    },
    ..Simple::of::<Stream>("stream", "streams")
};

const CHANGES: &[Operation] = &[
    KINESIS.operation("StartStreamEncryption"),
    KINESIS.operation("StopStreamEncryption"),
    KINESIS.operation("UpdateStreamMode"),
    KINESIS.operation("UpdateShardCount"),
    KINESIS.operation("UpdateStreamWarmThroughput"),
    KINESIS.operation("IncreaseStreamRetentionPeriod"),
    KINESIS.operation("DecreaseStreamRetentionPeriod"),
    KINESIS.operation("UpdateMaxRecordSize"),
    KINESIS.operation("EnableEnhancedMonitoring"),
    KINESIS.operation("DisableEnhancedMonitoring"),
];

/// The first change that is left: the stream is `UPDATING` after each of them, and AWS takes no other one then.
fn steps(change: &Change<'_>) -> Vec<Step> {
    let Change { was, wanted, facts } = change;
    let differ = |field: &str| was[field] != wanted[field];
    let numbers =
        |field: &str| Some((was[field].as_i64()?, wanted[field].as_i64()?)).filter(|it| it.0 != it.1);
    let metrics = |of: &Value, others: &Value| -> Vec<Value> {
        let [of, others] = [of, others].map(|it| it["shardMetrics"].as_array().cloned().unwrap_or_default());
        of.into_iter().filter(|metric| !others.contains(metric)).collect()
    };
    let (operation, mut input) = if differ("kmsKey") && wanted["kmsKey"].is_string() {
        (0, json!({ "EncryptionType": "KMS", "KeyId": wanted["kmsKey"] }))
    } else if differ("kmsKey") {
        (1, json!({ "EncryptionType": "KMS", "KeyId": was["kmsKey"] }))
    } else if differ("mode") {
        let mode = if wanted["mode"] == "Provisioned" { "PROVISIONED" } else { "ON_DEMAND" };
        (2, json!({ "StreamModeDetails": { "StreamMode": mode } }))
    } else if let Some((was, wanted)) = numbers("shards") {
        // To twice as many and to half as many at most.
        let reached = wanted.clamp((was + 1) / 2, was * 2);
        (3, json!({ "TargetShardCount": reached, "ScalingType": "UNIFORM_SCALING" }))
    } else if differ("warmThroughputMibps") {
        (4, json!({ "WarmThroughputMiBps": wanted["warmThroughputMibps"].as_i64().unwrap_or_default() }))
    } else if let Some((was, wanted)) = numbers("retentionHours") {
        (if wanted > was { 5 } else { 6 }, json!({ "RetentionPeriodHours": wanted }))
    } else if differ("maxRecordSizeKib") {
        (7, json!({ "MaxRecordSizeInKiB": wanted["maxRecordSizeKib"] }))
    } else {
        match (metrics(wanted, was), metrics(was, wanted)) {
            (more, fewer) if more.is_empty() && fewer.is_empty() => return Vec::new(),
            (more, fewer) if more.is_empty() => (9, json!({ "ShardLevelMetrics": fewer })),
            (more, _) => (8, json!({ "ShardLevelMetrics": more })),
        }
    };
    input["StreamARN"] = json!(facts["arn"]);
    vec![Step { operation, input }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_doubled_and_halved_at_most_by_one_change() {
        let facts = [("arn".to_owned(), "a".to_owned())].into();
        for (was, wanted, reached) in [(4, 100, 8), (5, 1, 3), (5, 9, 9), (1, 2, 2)] {
            let (was, wanted) = (&json!({ "shards": was }), &json!({ "shards": wanted }));
            let input =
                json!({ "StreamARN": "a", "TargetShardCount": reached, "ScalingType": "UNIFORM_SCALING" });
            assert_eq!(steps(&Change { was, wanted, facts: &facts }), [Step { operation: 3, input }]);
        }
    }
}
