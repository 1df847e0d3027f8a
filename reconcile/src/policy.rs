//! Policies of IAM, S3 and access points, compared by meaning.
//!
//! Statements are kept under a key: their Sid, or a digest of what they say. One text beside a list of one, the order
//! of statements, actions, resources and condition values, an account's number beside the ARN of its root, and
//! `"Principal": "*"` beside `{"AWS": "*"}` are no difference. AWS keeps the spelling of actions, and so do we.

mod allow;
mod document;
mod fewest;
mod needed;

pub(crate) use allow::{access_point, identity};
pub use document::{Malformed, parse, render};
pub use needed::{Need, Purpose, When, actions, by_kind, needed};
pub(crate) use needed::{anything, part};

use crate::{
    expand::names::Names,
    kind::Refusal,
    spec::statement::{self, Effect},
};
use lake_api::{
    Input,
    collections::Set,
    names::{Text, Word},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A policy's statements by Sid, or by digest where they have none.
pub type Statements = BTreeMap<String, Statement>;

/// Texts of which the order says nothing.
pub type Texts = BTreeSet<Input<String>>;

/// One statement, in canonical form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Statement {
    /// The statement's id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Input<String>>,
    /// Whether the actions are allowed or forbidden.
    pub effect: Effect,
    /// The actions.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub actions: Texts,
    /// All actions but these.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub not_actions: Texts,
    /// The resources by ARN.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub resources: Texts,
    /// All resources but these.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub not_resources: Texts,
    /// Whom it is about, by sort of principal.
    #[serde(default, skip_serializing_if = "Principals::is_empty")]
    pub principals: Principals,
    /// Everybody but these.
    #[serde(default, skip_serializing_if = "Principals::is_empty")]
    pub not_principals: Principals,
    /// When it holds: operator, then key, then values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, BTreeMap<String, Texts>>,
}

/// Principals in the spec's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Principals {
    /// Accounts (as the ARN of their root), roles and users by ARN; `*` is everybody.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub aws: Texts,
    /// Services of AWS.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub services: Texts,
    /// Identity providers by ARN.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub federated: Texts,
    /// Canonical ids of S3, which the spec cannot say but others may have written.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub canonical_users: Texts,
}

impl Principals {
    /// Whether nobody is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Principals::default()
    }

    /// Everybody.
    #[must_use]
    pub fn everybody() -> Self {
        Principals { aws: texts(["*"]), ..Principals::default() }
    }

    /// The principals that the spec names, their templates filled in.
    fn of(said: Option<&statement::Principals>, names: &Names<'_>) -> Self {
        let Some(said) = said else { return Principals::default() };
        let partition = &names.place().partition;
        Principals {
            aws: said.aws.iter().map(|who| names.filled(who).map(|who| root(who, partition))).collect(),
            services: said.services.iter().map(|service| names.filled(service)).collect(),
            federated: said.federated.iter().map(|provider| names.filled(provider)).collect(),
            canonical_users: Texts::new(),
        }
    }
}

impl Statement {
    /// A statement of the spec, its templates filled in.
    pub(crate) fn of(said: &statement::Statement, names: &Names<'_>) -> Self {
        let set = |set: &Option<Set<Text>>| -> Texts {
            set.iter().flat_map(|set| set.iter()).map(|text| names.filled(text)).collect()
        };
        Statement {
            sid: said.sid.as_ref().map(|sid| sid.input().clone()),
            effect: said.effect,
            actions: set(&said.actions),
            not_actions: set(&said.not_actions),
            resources: set(&said.resources),
            not_resources: set(&said.not_resources),
            principals: Principals::of(said.principals.as_ref(), names),
            not_principals: Principals::of(said.not_principals.as_ref(), names),
            conditions: said
                .conditions
                .iter()
                .map(|(operator, keys)| {
                    let keys = keys.iter().map(|(key, values)| {
                        (key.clone(), values.iter().map(|value| names.filled(value)).collect())
                    });
                    (operator.clone(), keys.collect())
                })
                .collect(),
        }
    }

    /// A statement of a resource's policy, on these resources where it says nothing of any: an empty list says none.
    pub(crate) fn on(said: &statement::Statement, names: &Names<'_>, resources: &Texts) -> Self {
        let mut statement = Statement::of(said, names);
        if said.resources.is_none() && said.not_resources.is_none() {
            statement.resources = resources.clone();
        }
        statement
    }

    /// The Sid, or a digest of what it says.
    fn key(&self) -> String {
        match self.sid.as_ref().and_then(Input::text) {
            Some(sid) => sid.to_owned(),
            None => {
                let said = serde_json::to_vec(self).expect("a statement is plain data");
                hex(&Sha256::digest(said)[..6])
            }
        }
    }
}

/// Statements under their keys.
#[must_use]
pub fn keyed(statements: impl IntoIterator<Item = Statement>) -> Statements {
    statements.into_iter().map(|statement| (statement.key(), statement)).collect()
}

/// Why a policy would be refused for its size, with the fields of the member that it is made of. White space does not count
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>). `None` while a part of it is not known.
pub(crate) fn too_large<'a>(
    fields: &'static [&'static str],
    documents: impl IntoIterator<Item = &'a Statements>,
    most: usize,
) -> Option<Refusal> {
    let size = |statements| Some(render(statements)?.chars().filter(|c| !c.is_whitespace()).count());
    let size: usize = documents.into_iter().map(size).sum::<Option<usize>>()?;
    let named = fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(" with ");
    (size > most).then(|| Refusal {
        fields,
        why: format!("{named} comes to {size} characters of policy, and AWS takes {most}"),
        remedy: "Name fewer resources or principals, use `*` where several share a beginning, or move some to managed \
                 policies."
            .to_owned(),
    })
}

/// Known texts.
pub(crate) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Texts {
    texts.into_iter().map(|text| Input::Known(text.into())).collect()
}

/// An account's number as the ARN of its root; anything else as it is.
fn root(principal: String, partition: &str) -> String {
    if principal.len() == 12 && principal.bytes().all(|c| c.is_ascii_digit()) {
        format!("arn:{partition}:iam::{principal}:root")
    } else {
        principal
    }
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
