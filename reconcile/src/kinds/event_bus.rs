//! EventBridge event buses, without the rules on them.
//!
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>.

use super::{Examples, SimpleKind};
use crate::{
    aws::Service,
    lint::names::{Rule, has_only},
    simple::{
        Simple,
        call::{Call, Change, Step, Tagging, Update},
        codec::Codec,
        shape::{Role, Shape, Shaped},
    },
};
use lake_api::{
    collections::Tags,
    member::{OnDelete, Settings},
    names::{Arn, AwsName, JsonText, KmsKeyRef, Text},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An EventBridge event bus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[aws(birth = "CreationTime")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventBus {
    /// The name. Default: `{lake}-{key}`. Cannot be changed.
    #[aws("Name", key)]
    pub name: Option<AwsName>,
    /// What it is for.
    #[aws("Description", empty = "")]
    #[schemars(example = &"card events")]
    pub description: Option<Text>,
    /// The KMS key that encrypts events. Default: one of AWS's.
    #[aws("KmsKeyIdentifier")]
    #[schemars(example = &"arn:aws:kms:eu-west-1:123456789012:key/k")]
    pub kms_key: Option<KmsKeyRef>,
    /// The queue of SQS, by ARN, for events that cannot be encrypted or decrypted. Default: they are dropped.
    #[aws("DeadLetterConfig.Arn")]
    #[schemars(example = &"arn:aws:sqs:eu-west-1:123456789012:dead")]
    pub dead_letters: Option<Arn>,
    /// What the bus logs. Default: nothing.
    #[aws("LogConfig", codec = LOG)]
    pub log: Option<Log>,
    /// Who else may put events on the bus: a whole policy as JSON, compared by value; AWS tells an account as the ARN of its root.
    /// Default: this account alone.
    #[aws("Policy", set)]
    #[schemars(example = &POLICY)]
    pub policy: Option<JsonText>,
    /// Tags beside the lake's.
    #[aws("Tags", tags, codec = Codec::Pairs("Key", "Value"))]
    #[serde(default)]
    pub tags: Tags,
}

/// What an event bus logs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Log {
    /// How much of it.
    #[aws("Level")]
    pub level: Level,
    /// Whether the events themselves are told, with what goes to targets.
    #[aws("IncludeDetail", codec = Codec::Switch("NONE", "FULL"))]
    #[serde(default)]
    pub detail: bool,
}

/// How much an event bus logs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum Level {
    /// Errors.
    #[aws("ERROR")]
    Error,
    /// Each step.
    #[aws("INFO")]
    Info,
    /// All.
    #[aws("TRACE")]
    Trace,
}

/// After the first update AWS tells a level of `OFF` where nothing is logged.
const LOG: Codec =
    Codec::Custom(Value::clone, |found| if found["Level"] == "OFF" { Value::Null } else { found.clone() });

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"other","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"events:PutEvents","Resource":"arn:aws:events:eu-west-1:123456789012:event-bus/full-events"}]}"#;

impl Settings for EventBus {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const ARN: Option<&'static str> = Some("arn:{partition}:events:{region}:{account}:event-bus/name");
}

const NAMES: Rule = Rule {
    section: "eventBuses",
    sort: "event bus",
    length: (1, 256),
    external: Some(&['/']),
    folds: false,
    letters: |name| match name {
        "default" => Some("The default bus is there in each account: refer to it by `external: default`"),
        _ if has_only(name, "._-") => None,
        _ => Some("The name of an event bus has letters, digits, `.`, `_` and `-`"),
    },
    source: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html",
};

static EVENTS: Service = Service::json11("EventBridge", "events", "AWSEvents");
const UPDATE: Call = Call::new(EVENTS.operation("UpdateEventBus"));

/// Event buses. The policy has calls of its own.
pub static KIND: SimpleKind = SimpleKind::of::<EventBus>(
    Simple {
        arn: "events:event-bus/{name}",
        create: Call::new(EVENTS.operation("CreateEventBus")),
        read: Call::new(EVENTS.operation("DescribeEventBus")),
        update: Update::Steps(
            &[UPDATE.operation, EVENTS.operation("PutPermission"), EVENTS.operation("RemovePermission")],
            changed,
        ),
        delete: Call::new(EVENTS.operation("DeleteEventBus")),
        tags: Some(Tagging::by_arn(
            EVENTS.operation("ListTagsForResource"),
            EVENTS.operation("TagResource"),
            EVENTS.operation("UntagResource"),
        )),
        ..Simple::of::<EventBus>("eventBus", "eventBuses")
    },
    NAMES,
    Examples {
        small: || json!({ "small": {} }),
        full: || {
            json!({ "full": {
                "name": "full-events",
                "description": "card events",
                "kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/k",
                "deadLetters": "arn:aws:sqs:eu-west-1:123456789012:dead",
                "log": { "level": "Info", "detail": true },
                "policy": POLICY,
                "tags": { "team": "data" },
            } })
        },
    },
);

fn changed(change: &Change<'_>) -> Vec<Step> {
    let (was, wanted) = (&change.was["policy"], &change.wanted["policy"]);
    let policy = (was != wanted).then(|| match wanted {
        Value::Null => Step {
            operation: 2,
            input: json!({ "EventBusName": change.wanted["name"], "RemoveAllPermissions": true }),
        },
        policy => {
            Step { operation: 1, input: json!({ "EventBusName": change.wanted["name"], "Policy": policy }) }
        }
    });
    let takes = |role| matches!(role, Role::Key | Role::Setting);
    let input = |of: &Value| UPDATE.input(EventBus::SHAPE, of, change.was, takes).ok();
    let rest = input(change.wanted).filter(|wanted| input(change.was).as_ref() != Some(wanted));
    rest.map(|input| Step { operation: 0, input }).into_iter().chain(policy).collect()
}
