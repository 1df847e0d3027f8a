//! A kind that is data: the shape of its settings, and what to call. One driver serves all of them.
//!
//! ```text
//! pub static KIND: Simple = Simple {
//!     arn: "athena:workgroup/{name}",
//!     create: Call::new(ATHENA.operation("CreateWorkGroup")),
//!     read: Call::new(ATHENA.operation("GetWorkGroup")).renamed(&[("Name", "WorkGroup")]).at("WorkGroup"),
//!     update: Update::Whole(Call::new(ATHENA.operation("UpdateWorkGroup")).renamed(…)),
//!     delete: Call::new(ATHENA.operation("DeleteWorkGroup")).renamed(&[("Name", "WorkGroup")]),
//!     tags: Some(Tagging::by_arn(…)),
//!     errors: &[Row::gone("InvalidRequestException", "not found")],
//!     ..Simple::of::<Workgroup>("workgroup", "workgroups")
//! };
//! ```
//!
//! Settings are JSON in the user's words, complete ([`Simple::complete`]). The id of a key is the text of the one field that is
//! the key, or an object of several of them.

mod arn;
pub mod call;
pub mod codec;
pub mod convert;
mod read;
pub mod shape;
#[cfg(test)]
pub(crate) mod tests;
mod write;

pub(crate) use shape::words;

use self::{
    call::{Call, Identity, Ready, Row, Tagging, Update},
    shape::{Field, Literal, Role, Shape, Shaped},
};
use crate::{
    aws::{Operation, Service},
    error::CloudError,
    graph::NodeId,
    inventory::Facts,
    kind::{Replace, Wears},
    owner::Owner,
    place::Place,
    policy::{Need, When},
};
use schemars::{JsonSchema, schema_for};
use serde_json::{Map, Value, json};
use std::{borrow::Cow, collections::BTreeSet};

/// What addresses one resource of a kind.
pub type Id = Value;

/// A kind that is data.
#[derive(Clone, Copy, Debug)]
pub struct Simple {
    /// The kind's word, `workgroup`.
    pub name: &'static str,
    /// The section that its members stand in, `workgroups`.
    pub section: &'static str,
    /// The shape of its settings.
    pub shape: &'static Shape,
    /// The path in what a look tells of what AWS sets once, when the resource is made.
    pub birth: Option<&'static str>,
    /// The JSON schema of its settings.
    pub schema: fn() -> schemars::Schema,
    /// Its ARN after the account, with fields of the key in braces: `athena:workgroup/{name}`. Empty where it has none, or where
    /// only AWS knows it.
    pub arn: &'static str,
    /// Its ARN in policies, where those have another one in all actions but the ones for tags: `logs:log-group:{name}:*`.
    pub policy_arn: Option<&'static str>,
    /// How it is known again.
    pub identity: Identity,
    /// How it is made.
    pub create: Call,
    /// How it is looked at.
    pub read: Call,
    /// How it is changed.
    pub update: Update,
    /// How it is deleted.
    pub delete: Call,
    /// Members of that call by which data goes with it.
    pub emptied: &'static [(&'static str, Literal)],
    /// How its tags, its mark among them, are read and changed; `None` where it wears none.
    pub tags: Option<Tagging>,
    /// What AWS decides, and where a look tells it.
    pub facts: &'static [(&'static str, &'static str)],
    /// What errors of its service mean.
    pub errors: &'static [Row],
    /// When it is on its way to another state; `None` where it never is.
    pub ready: Option<Ready>,
    /// Whether it holds a user's data: then it is never replaced.
    pub holds_data: bool,
    /// Whether there is one of a name for all regions.
    pub global: bool,
    /// Whether AWS answers the call that creates it with success although its name exists already, and changes what is there.
    pub upserts: bool,
    /// The order of its replacement under another key.
    pub replace: Replace,
    /// Kinds that are deleted only after this one is gone.
    pub goes_before: &'static [&'static str],
    /// What it needs of whoever drives it beside its calls: passing a role, writing to a bucket.
    pub beside: fn(&Value, &Place) -> Vec<Need>,
    /// Puts right what a look told before it is read: the last word of a kind on an answer that no field describes.
    pub tidy: fn(&mut Value),
}

/// What the calls of a kind are until it tells them.
const UNTOLD: Call = {
    static NOBODY: Service = Service::json10("", "", "");
    Call::new(NOBODY.operation(""))
};

impl Simple {
    /// What most kinds are: named by a user, always ready, without data. Calls, ARN and tags are for the kind to tell.
    #[must_use]
    pub const fn of<T: Shaped + JsonSchema>(name: &'static str, section: &'static str) -> Self {
        Simple {
            name,
            section,
            shape: T::SHAPE,
            birth: T::BIRTH,
            schema: || schema_for!(T),
            arn: "",
            policy_arn: None,
            identity: Identity::Named,
            create: UNTOLD,
            read: UNTOLD,
            update: Update::Never,
            delete: UNTOLD,
            emptied: &[],
            tags: None,
            facts: &[],
            errors: &[],
            ready: None,
            holds_data: false,
            global: false,
            upserts: false,
            replace: Replace::CreateFirst,
            goes_before: &[],
            beside: |_, _| Vec::new(),
            tidy: |_| {},
        }
    }

    /// The paths of fields that AWS will not change in place; `[]` is any entry of a list.
    #[must_use]
    pub fn fixed(&self) -> Vec<String> {
        self.shape.paths(|field| matches!(field.role, Role::Key | Role::CreateOnly))
    }

    /// The paths that AWS never tells.
    #[must_use]
    pub fn unread(&self) -> Vec<String> {
        self.shape.paths(|field| field.write_only)
    }

    /// The paths that are shown nowhere.
    #[must_use]
    pub fn secret(&self) -> Vec<String> {
        self.shape.paths(Field::is_secret)
    }

    /// The paths that are left to AWS where nothing is said, each with its reason.
    #[must_use]
    pub fn left_to_aws(&self) -> Vec<(String, &'static str)> {
        let mut reasons = BTreeSet::new();
        self.shape.each(&mut |field| reasons.extend(field.computed));
        let of = |reason: &'static str| {
            let paths = self.shape.paths(move |field| field.computed == Some(reason));
            paths.into_iter().map(move |path| (path, reason))
        };
        reasons.into_iter().flat_map(of).collect()
    }

    /// Where it wears its mark.
    #[must_use]
    pub fn wears(&self) -> Wears {
        if self.tags.is_some() { Wears::Tags } else { Wears::Nothing }
    }

    /// The facts that it can tell.
    #[must_use]
    pub fn fact_names(&self) -> Vec<&'static str> {
        let told = self.facts.iter().map(|(fact, _)| *fact);
        let follow =
            (!self.arn.is_empty()).then_some("arn").into_iter().chain(self.keys().map(|key| key.name));
        let made = matches!(self.identity, Identity::Made { .. }).then_some("id");
        let mut all: Vec<&str> = told.chain(follow).chain(made).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Settings with every default in its place, spelt in one way.
    #[must_use]
    pub fn complete(&self, settings: &Value) -> Value {
        convert::complete(self.shape, settings)
    }

    /// The id of the key, or `None` while a part of it is not known, and of what AWS makes the id of: there the engine makes it
    /// by [`key_of_node`](Self::key_of_node).
    #[must_use]
    pub fn key(&self, settings: &Value, _place: &Place) -> Option<Id> {
        match self.identity {
            Identity::Named => self.id_in(settings),
            Identity::Made { .. } => None,
        }
    }

    /// The id of the key of a node whose id AWS makes.
    #[must_use]
    pub fn key_of_node(owner: &Owner, node: &NodeId) -> Id {
        json!({ "owner": owner.to_string(), "node": node.as_str() })
    }

    /// The facts that follow from the settings alone.
    #[must_use]
    pub fn predict(&self, settings: &Value, place: &Place) -> Facts {
        match self.identity {
            Identity::Named => self.facts_of_key(settings, place),
            Identity::Made { .. } => Facts::new(),
        }
    }

    /// What it needs of whoever drives it: its calls, on its ARN, or a pattern of it while a part is not known.
    #[must_use]
    pub fn needs(&self, settings: &Value, place: &Place) -> Vec<Need> {
        let itself = arn::pattern(self, self.policy_arn.unwrap_or(self.arn), settings, place);
        let worn = arn::pattern(self, self.arn, settings, place);
        let need = |when, call: &Call, on: &String| Need {
            when,
            calls: vec![Cow::Owned(call.operation.action())],
            beside: &[],
            on: vec![if call.is_on_all() { "*".to_owned() } else { on.clone() }],
            to: None,
        };
        let changes: Vec<Call> = match self.update {
            Update::Whole(call) | Update::Put(call) => vec![call],
            Update::Steps(operations, _) => {
                operations.iter().map(|operation| Call::new(*operation)).collect()
            }
            Update::Never => Vec::new(),
        };
        let tagging = self.tags.into_iter();
        let marks = tagging.clone().flat_map(|it| [it.tag, it.untag]);
        [need(When::Look, &self.read, &itself)]
            .into_iter()
            .chain(tagging.filter_map(|it| it.list).map(|call| need(When::Look, &call, &worn)))
            .chain([self.create].into_iter().chain(changes).map(|call| need(When::Write, &call, &itself)))
            .chain(marks.map(|call| need(When::Write, &call, &worn)))
            .chain([need(When::Delete, &self.delete, &itself)])
            .chain((self.beside)(settings, place))
            .collect()
    }

    /// The id of a resource of this kind, from its ARN as the tagging API lists it.
    #[must_use]
    pub fn key_of_arn(&self, arn: &str, place: &Place) -> Option<Id> {
        match self.identity {
            Identity::Named => self.id_in(&Value::Object(arn::words(self, arn, place)?)),
            Identity::Made { .. } => None,
        }
    }

    /// The fields that make its key.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.shape.fields().iter().filter(|field| field.role == Role::Key)
    }

    pub(crate) fn tags_field(&self) -> Option<&'static Field> {
        self.shape.fields().iter().find(|field| field.role == Role::Tags)
    }

    /// The id that the fields of settings make.
    fn id_in(&self, settings: &Value) -> Option<Id> {
        let parts = self.keys().map(|key| {
            let part = settings.get(key.name).filter(|part| part.is_string() || part.is_number())?;
            Some((key.name.to_owned(), part.clone()))
        });
        let mut parts = parts.collect::<Option<Map<_, _>>>()?;
        match self.keys().collect::<Vec<_>>().as_slice() {
            [only] => parts.remove(only.name),
            _ => Some(Value::Object(parts)),
        }
    }

    /// The fields of settings that an id is made of.
    fn fields_of(&self, id: &Id) -> Value {
        match self.keys().collect::<Vec<_>>().as_slice() {
            [only] => json!({ only.name: id }),
            _ => id.clone(),
        }
    }

    /// What follows from the fields of a key: they themselves, and the ARN.
    fn facts_of_key(&self, settings: &Value, place: &Place) -> Facts {
        let fields = self.keys().filter_map(|key| {
            let text = settings.get(key.name)?.as_str()?;
            Some((key.name.to_owned(), text.to_owned()))
        });
        fields.chain(arn::of(self, settings, place).map(|arn| ("arn".to_owned(), arn))).collect()
    }

    /// An error of this kind's service, as its rows class it.
    fn told(&self, error: CloudError) -> CloudError {
        let fits = |row: &&Row| error.is(row.0) && error.said.contains(row.1);
        match self.errors.iter().find(fits) {
            Some(row) => CloudError { retry: row.2, ..error },
            None => error,
        }
    }

    /// That what a call needs is not known yet.
    fn not_known(operation: &Operation, why: &convert::NotKnown) -> CloudError {
        CloudError::refused(&operation.action(), why.to_string())
    }
}
