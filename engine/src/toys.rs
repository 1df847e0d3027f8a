//! Kinds that there are in tests alone: settings of them are objects with a `name`, by which each is found.
//!
//! `scan` and `task` use what a `store` holds and run as a `user`; a `part` hangs on its `store` and can wear no mark.

use crate::{
    inventory::Facts,
    key::{Id, Key},
    kind::{Kind, Kinds, Refusal, Replace, Traits, Upserts, Wears},
    place::Place,
};
use serde_json::Value;

/// The toy kinds.
pub const TOYS: Kinds = Kinds::new(&[
    &Toy(Traits { goes_before: &["store", "user"], birth: Some("Made"), ..toy("scan") }),
    &Toy(Traits { goes_before: &["store", "user"], birth: Some("Made"), ..toy("task") }),
    &Toy(Traits { goes_before: &["store"], wears: Wears::Nothing, ..toy("part") }),
    &Toy(Traits { holds_data: true, ..toy("store") }),
    &Toy(Traits { global: true, secret: &["password"], ..toy("user") }),
]);

/// A kind that is nothing but its traits.
#[derive(Debug)]
struct Toy(Traits);

const fn toy(name: &'static str) -> Traits {
    Traits {
        name,
        facts: &["arn"],
        fixed: &["name"],
        left_to_aws: &[],
        unread: &[],
        shared: &[],
        secret: &[],
        wears: Wears::Tags,
        birth: None,
        holds_data: false,
        global: false,
        upserts: Upserts::Nowhere,
        replace: Replace::CreateFirst,
        goes_before: &[],
        schema: || schemars::json_schema!({ "type": "object" }),
    }
}

fn name(settings: &Value) -> Option<&str> {
    settings.get("name")?.as_str()
}

impl Kind for Toy {
    fn traits(&'static self) -> &'static Traits {
        &self.0
    }

    fn settings(&self, json: Value) -> Result<Value, serde_json::Error> {
        Ok(json)
    }

    fn is_id(&self, id: &Id) -> bool {
        matches!(id, Id::Text(_))
    }

    fn id(&self, settings: &Value, _: &Place) -> Option<Id> {
        name(settings).map(Id::from)
    }

    fn predict(&self, settings: &Value, place: &Place) -> Facts {
        let arn = name(settings).map(|name| place.arn(self.0.name, name));
        arn.into_iter().map(|arn| ("arn".to_owned(), arn)).collect()
    }

    fn refused(&self, _: &Value, _: &Place) -> Option<Refusal> {
        None
    }

    fn hangs_on(&self, id: &Id) -> Option<Key> {
        (self.0.name == "part").then(|| Key::new("store", id.clone()))
    }
}
