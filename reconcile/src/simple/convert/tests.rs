//! The walks over a kind of everything.

use super::*;
use crate::{
    kinds::role::spec::RoleRef,
    simple::{
        codec::Codec,
        shape::{Shape, Shaped},
    },
    spec::location::Location,
};
use lake_api::{
    Input,
    collections::Tags,
    names::{AwsName, JsonText, Secret, Text},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Shape)]
#[aws(birth = "Created")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sink {
    #[aws("SinkName", key)]
    name: Option<AwsName>,
    #[aws("Text.Description", empty = "")]
    description: Option<Text>,
    #[aws("Config.Output.Place", codec = Codec::S3Uri, clear = "RemovePlace")]
    place: Option<Location>,
    #[aws("Config.Limit", clear = "RemoveLimit")]
    scan_limit: Option<i64>,
    #[aws("Config.Mode", create_only)]
    #[serde(default)]
    mode: Mode,
    #[aws("State", after_create, codec = Codec::Switch("OFF", "ON"))]
    #[serde(default = "yes")]
    enabled: bool,
    #[aws("Labels")]
    #[serde(default)]
    labels: BTreeSet<Text>,
    #[aws("RoleName", fact = "name")]
    role: Option<RoleRef>,
    #[aws("Policy")]
    policy: Option<JsonText>,
    #[aws("Config.Encryption", clear = "RemoveEncryption")]
    encryption: Option<Encryption>,
    #[aws("Steps")]
    #[serde(default)]
    steps: Vec<Step>,
    #[aws("", create_only)]
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<Beside>,
    #[aws("Tags", tags, codec = Codec::Pairs("Key", "Value"))]
    #[serde(default)]
    tags: Tags,
    #[aws(skip)]
    #[serde(default)]
    members: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "camelCase")]
struct Encryption {
    #[aws("Key")]
    key: Option<Text>,
    #[aws("Password")]
    password: Option<Secret>,
    #[aws("Strict")]
    #[serde(default = "yes")]
    strict: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "camelCase")]
struct Step {
    #[aws("Do")]
    run: Input<Text>,
    #[aws("OnError", create_only)]
    #[serde(default)]
    on_error: Mode,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Shape)]
struct Beside {
    #[aws("Left")]
    left: Option<Text>,
    #[aws("Right", computed = "AWS has a default of its own")]
    right: Option<Text>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Shape)]
enum Mode {
    #[default]
    #[aws("ON_DEMAND")]
    OnDemand,
    #[aws("PROVISIONED")]
    Provisioned,
}

fn yes() -> bool {
    true
}

fn whole() -> Value {
    json!({
        "name": "n", "description": "d", "place": { "bucket": "b", "prefix": "x/" }, "scanLimit": 5,
        "mode": "Provisioned", "enabled": false, "labels": ["x", "y"], "role": "r",
        "policy": r#"{"a":1}"#, "encryption": { "key": "k", "password": "p", "strict": true },
        "steps": [{ "run": "a", "onError": "OnDemand" }], "beside": { "left": "l" }, "tags": { "t": "1" },
    })
}

fn sent(settings: &Value, was: &Value, spelling: Spelling<'_>) -> Value {
    to_aws(Sink::SHAPE, settings, was, spelling).unwrap()
}

#[test]
fn settings_go_to_aws_and_come_back() {
    let aws = sent(&whole(), &Value::Null, Spelling::WHOLE);
    assert_eq!(
        aws,
        json!({
            "SinkName": "n", "Text": { "Description": "d" },
            "Config": {
                "Output": { "Place": "s3://b/x/" }, "Limit": 5, "Mode": "PROVISIONED",
                "Encryption": { "Key": "k", "Password": "p", "Strict": true },
            },
            "State": "OFF", "Labels": ["x", "y"], "RoleName": "r", "Policy": r#"{"a":1}"#,
            "Steps": [{ "Do": "a", "OnError": "ON_DEMAND" }], "Left": "l",
            "Tags": [{ "Key": "t", "Value": "1" }],
        })
    );
    let back = from_aws(Sink::SHAPE, &aws);
    assert_eq!(back, whole());
    assert!(serde_json::from_value::<Sink>(back).is_ok());
}

#[test]
fn what_aws_does_not_tell_has_its_default() {
    let least = json!({ "mode": "OnDemand", "enabled": true, "labels": [], "steps": [], "tags": {} });
    assert_eq!(from_aws(Sink::SHAPE, &json!({})), least);
    assert_eq!(from_aws(Sink::SHAPE, &json!({ "Text": { "Description": "" }, "Config": null })), least);
    let nested = from_aws(Sink::SHAPE, &json!({ "Config": { "Encryption": { "Key": "k" } } }));
    assert_eq!(nested["encryption"], json!({ "key": "k", "strict": true }));
    let unknown = from_aws(Sink::SHAPE, &json!({ "Config": { "Mode": "NEW" }, "State": "BROKEN" }));
    assert_eq!((&unknown["mode"], &unknown["enabled"]), (&json!("NEW"), &json!("BROKEN")));
}

#[test]
fn off_is_told_only_where_it_was_on() {
    let off = json!({ "name": "n", "labels": [], "enabled": true });
    assert_eq!(sent(&off, &Value::Null, Spelling::WHOLE), json!({ "SinkName": "n", "State": "ON" }));
    let spelling = Spelling { takes: |role| matches!(role, Role::Key | Role::Setting), ..Spelling::WHOLE };
    assert_eq!(
        sent(&off, &whole(), spelling),
        json!({
            "SinkName": "n", "Text": { "Description": "" }, "Labels": [],
            "Config": { "Output": { "RemovePlace": true }, "RemoveLimit": true, "RemoveEncryption": true },
        })
    );
}

#[test]
fn a_call_takes_its_fields_by_its_paths() {
    let spelling = Spelling {
        takes: |role| matches!(role, Role::Key | Role::Setting),
        renamed: &[
            ("Config", "Updates"),
            ("Config.Output", "Updates.OutputUpdates"),
            ("SinkName", "Sink"),
            ("Text", ""),
        ],
    };
    let wanted = json!({ "name": "n", "description": "d", "mode": "OnDemand", "scanLimit": 1, "enabled": true, "tags": {} });
    assert_eq!(
        sent(&wanted, &whole(), spelling),
        json!({
            "Sink": "n", "Description": "d",
            "Updates": { "OutputUpdates": { "RemovePlace": true }, "Limit": 1, "RemoveEncryption": true },
        })
    );
    assert_eq!(spelling.path("Configs.Output"), "Configs.Output", "a name is no part of another");
}

#[test]
fn what_is_not_known_is_refused_with_its_path() {
    let fact = json!({ "$fact": { "node": "role/r", "name": "arn" } });
    for (path, settings) in [
        ("name", json!({ "name": { "$unknown": true } })),
        ("place.bucket", json!({ "place": { "bucket": fact } })),
        ("encryption.key", json!({ "encryption": { "key": fact } })),
        ("encryption", json!({ "encryption": { "$unknown": true } })),
        ("steps[1].run", json!({ "steps": [{ "run": "a" }, { "run": fact }] })),
        ("tags.t", json!({ "tags": { "t": fact } })),
        ("tags", json!({ "tags": { "$unknown": true } })),
    ] {
        let refused = to_aws(Sink::SHAPE, &settings, &Value::Null, Spelling::WHOLE).unwrap_err();
        assert_eq!(refused.to_string(), format!("{path} is not known yet"));
        assert_eq!(complete(Sink::SHAPE, &settings)[path.split(['.', '[']).next().unwrap()], {
            let mut whole = settings.clone();
            if let Some(encryption) = whole["encryption"].as_object_mut().filter(|it| it.contains_key("key"))
            {
                encryption.insert("strict".into(), json!(true));
            }
            for step in whole["steps"].as_array_mut().into_iter().flatten() {
                step["onError"] = json!("OnDemand");
            }
            whole[path.split(['.', '[']).next().unwrap()].clone()
        });
    }
    let key = Spelling { takes: |role| role == Role::Key, ..Spelling::WHOLE };
    assert!(to_aws(Sink::SHAPE, &json!({ "name": "n", "role": fact }), &Value::Null, key).is_ok());
}

#[test]
fn settings_that_mean_the_same_are_equal_once_they_are_complete() {
    let complete = |settings: Value| complete(Sink::SHAPE, &settings);
    let one = complete(
        json!({ "labels": ["b", "a", "b"], "policy": "{ \"a\": 1.0 }", "place": { "bucket": "b", "prefix": "" }, "description": "" }),
    );
    let other = complete(
        json!({ "labels": ["a", "b"], "policy": "{\"a\":1}", "place": { "bucket": "b" }, "enabled": true }),
    );
    assert_eq!(one, other);
    assert_eq!(complete(one.clone()), one);
    assert_eq!(
        complete(json!({ "labels": [] }))["labels"],
        json!([]),
        "what is said to be empty has no default"
    );
}

struct Lake;

impl Names for Lake {
    fn fill(&self, text: &str) -> String {
        text.replace("{lake}", "events").replace("{account}", "1")
    }

    fn of_member(&self, section: &str, key: &str, fact: &str) -> (Value, Option<NodeId>) {
        let node = NodeId::new(section.trim_end_matches('s'), key);
        match fact {
            "name" => (json!(format!("events-{key}")), Some(node)),
            _ => (json!({ "$fact": { "node": node, "name": fact } }), Some(node)),
        }
    }

    fn of_arn(&self, _section: &str, arn: &str, fact: &str) -> Value {
        json!(if fact == "name" { arn.rsplit(['/', ':']).next().unwrap_or_default() } else { arn })
    }
}

#[test]
fn references_and_templates_become_what_they_mean() {
    let mut settings = json!({
        "name": "{lake}-x", "description": "{lake}", "role": "etl",
        "place": { "bucket": "store", "prefix": "{lake}" }, "steps": [{ "run": { "$unknown": true } }],
    });
    let nodes = resolve(Sink::SHAPE, &mut settings, &Lake);
    assert_eq!(
        settings,
        json!({
            "name": "events-x", "description": "{lake}", "role": "events-etl",
            "place": { "bucket": "events-store", "prefix": "{lake}" }, "steps": [{ "run": { "$unknown": true } }],
        })
    );
    assert_eq!(nodes, BTreeSet::from([NodeId::new("bucket", "store"), NodeId::new("role", "etl")]));
    let mut foreign = json!({ "role": "arn:aws:iam::{account}:role/x/etl" });
    assert_eq!(resolve(Sink::SHAPE, &mut foreign, &Lake), BTreeSet::new());
    assert_eq!(foreign["role"], "etl");
}

#[test]
fn a_shape_tells_the_paths_of_its_words() {
    let paths = |is: fn(&Field) -> bool| Sink::SHAPE.paths(is);
    assert_eq!(
        paths(|field| matches!(field.role, Role::Key | Role::CreateOnly)),
        ["name", "mode", "steps[].onError", "beside"]
    );
    assert_eq!(paths(Field::is_secret), ["encryption.password"]);
    assert_eq!(paths(|field| field.computed.is_some()), ["beside.right"]);
    assert_eq!(Sink::BIRTH, Some("Created"));
}
