//! Log groups of CloudWatch Logs: where the events of one source are kept, and for how long.
//!
//! Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html>. A retention policy of the
//! account stands above a group's own, and is what a look tells then: leave it alone by `ignoreDrift: [retentionDays]`.

use crate::{
    aws::{Operation, Service},
    error::Retry,
    kinds::{Examples, SimpleKind},
    lint::names::{Rule, has_only},
    simple::{
        Simple,
        call::{Call, Change, Row, Step, Tagging, Update},
        shape::{Shape, words},
    },
};
use lake_api::{
    FieldPath, Finding,
    collections::Tags,
    member::{OnDelete, Settings},
    names::KmsKeyRef,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

words! {
    /// The name of a log group. May use `{lake} {namespace} {account} {region} {partition}`.
    LogGroupName { max: 512, template: true }
}

/// A log group: where the events of one source are kept, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[aws(birth = "creationTime")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogGroup {
    /// The name, as in `/lake/api`. Default: `{lake}-{key}`. Cannot be changed.
    #[aws("logGroupName", key)]
    pub name: Option<LogGroupName>,
    /// What it can do, and what it costs. Cannot be changed.
    #[aws("logGroupClass", create_only)]
    #[serde(default)]
    pub class: LogGroupClass,
    /// How many days events are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    /// 3288 or 3653. Default: for ever.
    #[aws("retentionInDays", set)]
    #[schemars(range(min = 1, max = 3653), example = 30, example = 3653)]
    pub retention_days: Option<i64>,
    /// The KMS key that encrypts what is written from then on, by the ARN of the key itself. Default: one of CloudWatch's.
    #[aws("kmsKeyId")]
    #[schemars(example = &"arn:aws:kms:eu-west-1:123456789012:key/k")]
    pub kms_key: Option<KmsKeyRef>,
    /// Whether AWS refuses to delete it, whoever asks: this lake, too, until an apply has set this to `false`.
    #[aws("deletionProtectionEnabled")]
    #[serde(default)]
    pub deletion_protection_enabled: bool,
    /// Tags beside the lake's.
    #[aws("tags", tags)]
    #[serde(default)]
    pub tags: Tags,
}

/// What a log group can do, and what it costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum LogGroupClass {
    /// Everything that CloudWatch Logs can.
    #[default]
    #[aws("STANDARD")]
    Standard,
    /// A part of it, for less.
    #[aws("INFREQUENT_ACCESS")]
    InfrequentAccess,
    /// Handing on events of Lambda to S3 or Firehose, after which AWS soon forgets them.
    #[aws("DELIVERY")]
    Delivery,
    /// Another part of it, for less.
    #[aws("ESSENTIALS")]
    Essentials,
}

/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>.
const DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

static LOGS: Service = Service::json11("CloudWatch Logs", "logs", "Logs_20140328");

impl Settings for LogGroup {
    const ON_DELETE: OnDelete = OnDelete::Retain;
    const HOLDS_DATA: bool = true;
    const ARN: Option<&'static str> = Some("arn:{partition}:logs:{region}:{account}:log-group:name");
}

const NAMES: Rule = Rule {
    section: "logGroups",
    sort: "log group",
    length: (1, 512),
    external: Some(&[':']),
    folds: false,
    letters: |name| {
        let told = "A log group's name has letters, digits, `.`, `_`, `-`, `/` and `#`, and does not begin with `aws/`";
        (name.starts_with("aws/") || !has_only(name, "._-/#")).then_some(told)
    },
    source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
};

/// Log groups.
pub static KIND: SimpleKind = SimpleKind::of::<LogGroup>(SIMPLE, NAMES, EXAMPLES).sense(sense);

const EXAMPLES: Examples = Examples {
    small: || json!({ "small": {} }),
    full: || {
        json!({
            "full": {
                "name": "/full/api",
                "class": "InfrequentAccess",
                "retentionDays": 30,
                "kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/k",
                "deletionProtectionEnabled": false,
                "tags": { "team": "data" },
            },
            "other": { "class": "Delivery" },
        })
    },
};

fn sense(settings: &Value, path: &FieldPath, told: &mut Vec<Finding>) {
    let Some(days) = settings["retentionDays"].as_i64() else { return };
    let (summary, detail) = if settings["class"] == "Delivery" {
        let summary = "a log group of the class `Delivery` takes no retention".to_owned();
        (summary, "AWS forgets its events by itself. Leave `retentionDays` out.".to_owned())
    } else if !DAYS.contains(&days) {
        let longer = DAYS.iter().find(|known| **known > days).unwrap_or(&DAYS[DAYS.len() - 1]);
        let detail = format!("Say {longer}, or leave it out to keep events for ever.");
        (format!("AWS keeps no events for {days} days"), detail)
    } else {
        return;
    };
    told.push(Finding::error(path.field("retentionDays"), summary, detail));
}

const SIMPLE: Simple = Simple {
    arn: "logs:log-group:{name}",
    policy_arn: Some("logs:log-group:{name}:*"),
    create: Call::new(LOGS.operation("CreateLogGroup")),
    read: Call::new(LOGS.operation("DescribeLogGroups"))
        .renamed(&[("logGroupName", "logGroupIdentifiers")])
        .batch(50)
        .at("logGroups")
        .on_all(),
    update: Update::Steps(CHANGES, steps),
    delete: Call::new(LOGS.operation("DeleteLogGroup")),
    tags: Some(Tagging {
        list: Some(Call::new(LOGS.operation("ListTagsForResource")).at("tags")),
        tag: Call::new(LOGS.operation("TagResource")),
        untag: Call::new(LOGS.operation("UntagResource")),
        of: ("resourceArn", "arn"),
        keys: "tagKeys",
        codec: None,
    }),
    errors: &[
        Row("OperationAbortedException", "", Retry::Conflict),
        Row("ResourceAlreadyExistsException", "", Retry::Propagating),
        // A key whose policy does not name CloudWatch Logs yet.
        Row("InvalidParameterException", "KMS", Retry::Propagating),
    ],
    tidy: |group| {
        // In milliseconds, unlike the dates of other services.
        group["creationTime"] = json!(group["creationTime"].as_f64().map(|millis| millis / 1000.0));
        if group["logGroupClass"] == "DELIVERY" {
            group["retentionInDays"].take(); // AWS's own.
        }
    },
    ..Simple::of::<LogGroup>("logGroup", "logGroups")
};

const CHANGES: &[Operation] = &[
    LOGS.operation("PutRetentionPolicy"),
    LOGS.operation("DeleteRetentionPolicy"),
    LOGS.operation("AssociateKmsKey"),
    LOGS.operation("DisassociateKmsKey"),
    LOGS.operation("PutLogGroupDeletionProtection"),
];

fn steps(change: &Change<'_>) -> Vec<Step> {
    let step = |field: &str, group: &str, member: &str, [set, unset]: [usize; 2]| {
        let (was, wanted) = (&change.was[field], &change.wanted[field]);
        let mut input = json!({ group: change.facts["name"] });
        if !wanted.is_null() {
            input[member] = wanted.clone();
        }
        let operation = if wanted.is_null() { unset } else { set };
        (was != wanted).then_some(Step { operation, input })
    };
    let retention = step("retentionDays", "logGroupName", "retentionInDays", [0, 1]);
    let key = step("kmsKey", "logGroupName", "kmsKeyId", [2, 3]);
    let protection = "deletionProtectionEnabled";
    let protection = step(protection, "logGroupIdentifier", protection, [4, 4]);
    [key, retention, protection].into_iter().flatten().collect()
}
