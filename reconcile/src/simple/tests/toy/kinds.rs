//! Kinds of the service of tests.

use crate::{
    aws::Service,
    error::Retry,
    simple::{
        Simple,
        call::{Call, Identity, Row, Tagging, Update},
        codec::Codec,
        shape::Shape,
    },
    spec::location::Location,
};
use lake_api::{
    collections::{Set, Tags},
    names::{AwsName, JsonText, Text},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) static TOY: Service = Service::json11("Toy", "toy", "Toy");

const fn call(name: &'static str) -> Call {
    Call::new(TOY.operation(name))
}

/// A widget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[aws(birth = "CreationTime")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Widget {
    /// The name.
    #[aws("Name", key)]
    pub(crate) name: Option<AwsName>,
    /// What it is for.
    #[aws("Description", empty = "")]
    #[schemars(example = &"a widget")]
    pub(crate) description: Option<Text>,
    /// How large it is.
    #[aws("Config.Size", create_only)]
    #[serde(default = "one")]
    #[schemars(example = 2)]
    pub(crate) size: u32,
    /// How fast it is.
    #[aws("Config.Mode")]
    #[serde(default)]
    pub(crate) mode: Mode,
    /// Where it writes.
    #[aws("Config.Output.Place", codec = Codec::S3Uri, clear = "RemovePlace")]
    #[schemars(example = json!({ "bucket": "store", "prefix": "x/" }))]
    pub(crate) place: Option<Location>,
    /// How much it takes.
    #[aws("Config.Limit", clear = "RemoveLimit")]
    #[schemars(example = 5)]
    pub(crate) limit: Option<i64>,
    /// What it is called.
    #[aws("Labels")]
    #[serde(default)]
    #[schemars(example = ["b", "a"])]
    pub(crate) labels: Set<Text>,
    /// What it does.
    #[aws("Document", empty = "{}")]
    #[schemars(example = &r#"{ "do": 1.0 }"#)]
    pub(crate) document: Option<JsonText>,
    /// Whether it runs.
    #[aws("State", after_create, codec = Codec::Switch("STOPPED", "RUNNING"))]
    #[serde(default = "yes")]
    pub(crate) running: bool,
    /// Where it stands.
    #[aws("Zone", create_only, computed = "AWS takes one that has room")]
    #[schemars(example = &"b")]
    pub(crate) zone: Option<Text>,
    /// Who may use it.
    #[aws("Password", write_only, secret)]
    #[schemars(example = &"pepper")]
    pub(crate) password: Option<Text>,
    /// Tags beside the lake's.
    #[aws("Tags", tags, codec = Codec::Pairs("Key", "Value"))]
    #[serde(default)]
    pub(crate) tags: Tags,
}

/// How fast a widget is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub(crate) enum Mode {
    /// Slow.
    #[default]
    #[aws("SLOW")]
    Slow,
    /// Fast.
    #[aws("FAST")]
    Fast,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// Widgets, which are looked at one by one.
pub(crate) static WIDGET: Simple = Simple {
    arn: "toy:widget/{name}",
    create: call("CreateWidget"),
    read: call("GetWidget").renamed(&[("Name", "Widget")]).at("Widget"),
    update: Update::Whole(call("UpdateWidget").renamed(&[
        ("Name", "Widget"),
        ("Config", "ConfigUpdates"),
        ("Config.Output", "ConfigUpdates.OutputUpdates"),
    ])),
    delete: call("DeleteWidget").renamed(&[("Name", "Widget")]),
    tags: Some(Tagging::by_arn(
        TOY.operation("ListTagsForResource"),
        TOY.operation("TagResource"),
        TOY.operation("UntagResource"),
    )),
    facts: &[("serial", "Serial")],
    errors: &[
        Row::gone("InvalidRequestException", "not found"),
        Row("InvalidRequestException", "already created", Retry::Propagating),
    ],
    ..Simple::of::<Widget>("widget", "widgets")
};

/// Widgets, two of which are looked at by one call.
pub(crate) static BATCHED: Simple =
    Simple { read: call("BatchGetWidgets").renamed(&[("Name", "Names")]).batch(2).at("Widgets"), ..WIDGET };

/// Widgets, of which one call makes those that are not there and changes the others.
pub(crate) static UPSERTED: Simple =
    Simple { create: call("PutWidget"), upserts: true, update: Update::Put(call("PutWidget")), ..WIDGET };

/// Something that AWS makes an id of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Thing {
    /// What it is for.
    #[aws("Note", empty = "")]
    #[schemars(example = &"a thing")]
    pub(crate) note: Option<Text>,
    /// Where it is.
    #[aws("Root.Path", create_only)]
    #[schemars(example = &"/lake", example = &"/other")]
    pub(crate) path: Text,
    /// Tags beside the lake's.
    #[aws("Tags", tags)]
    #[serde(default)]
    pub(crate) tags: Tags,
}

/// Things, which are listed page by page.
pub(crate) static THING: Simple = Simple {
    identity: Identity::Made { id: "ThingId", token: Some("ClientToken") },
    create: call("CreateThing"),
    read: call("ListThings").pages("NextToken", "NextToken").at("Things"),
    update: Update::Whole(call("UpdateThing")),
    delete: call("DeleteThing"),
    tags: Some(Tagging {
        list: None,
        tag: call("TagThing"),
        untag: call("UntagThing"),
        of: ("ThingId", "id"),
        keys: "TagKeys",
        codec: None,
    }),
    ..Simple::of::<Thing>("thing", "things")
};
