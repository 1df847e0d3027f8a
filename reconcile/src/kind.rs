//! What the engine must know of one kind of AWS resource.

use crate::{
    LakeSpec,
    aws::Aws,
    cloud::Marked,
    contents::Held,
    diff::FieldChange,
    error::CloudError,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kinds::Key,
    owner::{Marking, Owner, Worn},
    place::Place,
    policy::Need,
};
use lake_api::Finding;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, future::Future};

/// What a lake is expanded for: its place, its owner, and the words that names may be made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// Where the lake lives.
    pub place: Place,
    /// Whose it is.
    pub owner: Owner,
    /// The lake's bare name, the `{lake}` of name templates.
    pub lake: String,
    /// The Kubernetes namespace, the `{namespace}` of name templates; empty under Terraform.
    pub namespace: String,
}

/// Where a kind wears its ownership mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wears {
    /// As tags.
    Tags,
    /// As parameters (Glue tables take no tags) or metadata (S3 objects), which the tagging API does not list.
    Parameters,
    /// Nowhere: it belongs to what it hangs on, or to whom the record says.
    Nothing,
}

/// The order of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// The successor is made first, and the old one goes only once it stands.
    CreateFirst,
    /// The old one must go before its successor can be made: they share a key, or AWS lets no two stand at once.
    DeleteFirst,
}

/// What to do with the data of a resource that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// Delete only what is empty; AWS refuses otherwise.
    Keep,
    /// Empty it, then delete it (`onDelete: Empty`).
    Empty,
}

/// Why AWS would refuse some settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The fields of the member that say it, of which one may say all.
    pub fields: &'static [&'static str],
    /// What is wrong with them.
    pub why: String,
    /// What to do.
    pub remedy: String,
}

/// A sort of AWS resource that the engine can drive. The type that implements it is the kind's settings: what a
/// user decides, in the user's words, with every default filled in and *off* as `None`.
///
/// # The law of the four verbs
///
/// `read`, `create`, `update` and `delete` never wait for a state and never retry on a timer (the SDK's own
/// retries of lost connections aside); all of them may be repeated. `create` may find what an earlier, lost call
/// of ours has made, and then answers as AWS does (the next `read` finds our mark). `delete` of what is gone is a
/// success. `read` is the only way a fact enters the program.
pub trait Kind:
    Serialize + DeserializeOwned + JsonSchema + Clone + Debug + PartialEq + Send + Sync + 'static
{
    /// What addresses one resource on AWS: small, serialisable, stable across releases. Reading and deleting need
    /// nothing else.
    type Key: Clone + Debug + Ord + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The kind's word, `bucket`.
    const NAME: &'static str;
    /// The facts it can tell, `arn`.
    const FACTS: &'static [&'static str];
    /// Fields that AWS will not change in place, as field paths below the settings: `name`, or of each entry of a list
    /// `partitionKeys[].name`.
    const FIXED: &'static [&'static str];
    /// Paths that are left to AWS, each with its reason.
    const LEFT_TO_AWS: &'static [(&'static str, &'static str)] = &[];
    /// Paths that are written and never read back, so that they are not compared: what hangs on them is told by
    /// another field, as an object's content is by its digest.
    const UNREAD: &'static [&'static str] = &[];
    /// Paths of maps into which others write too: only entries that are wanted, or were ours, are compared.
    const SHARED: &'static [&'static str] = &[];
    /// Paths at or below which a spec can keep a value secret: `arguments`.
    const SECRET: &'static [&'static str] = &[];
    /// Where it wears its mark.
    const WEARS: Wears;
    /// AWS's word for what it sets once, when the resource is made, where a look tells it: two resources of one key
    /// differ in it.
    const BIRTH: Option<&'static str> = None;
    /// Whether it holds a user's data: then it is never replaced.
    const HOLDS_DATA: bool;
    /// Whether there is one of a name for all regions: its mark says the region of its lake.
    const GLOBAL: bool = false;
    /// Regions in which AWS answers a create with success although the name exists already.
    const UPSERTS_IN: &'static [&'static str] = &[];
    /// The order of a replacement under another key: `DeleteFirst` only where AWS lets no two stand at once, whatever their
    /// keys. Under one key the old one always goes first.
    const REPLACE: Replace = Replace::CreateFirst;
    /// Kinds that are deleted only after this one is gone.
    const GOES_BEFORE: &'static [&'static str];
    /// Calls that list what there is of this kind, wherever it is.
    const LISTS: &'static [&'static str] = &[];

    /// What is wrong with the sense of the kind's own section, for a lake of this name: what its fields say together, its names
    /// on AWS, and what AWS would refuse. Pure; what holds a value that is not known yet is left for the apply.
    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>);

    /// The nodes that the kind's own section of the spec asks for. Pure; cannot fail on a checked spec.
    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)>;

    /// The key, or `None` while a part of it is not known.
    fn key(&self, place: &Place) -> Option<Self::Key>;

    /// The facts that follow from the settings alone.
    fn predict(&self, place: &Place) -> Facts;

    /// Why AWS would refuse these settings whatever there is, as far as they are known, and what to do: a policy that is
    /// too large once it is compiled.
    fn refused(&self, _place: &Place) -> Option<Refusal> {
        None
    }

    /// What it needs of whoever drives it: calls, and the ARNs that they are on.
    fn needs(&self, place: &Place) -> Vec<Need>;

    /// The resource on which one hangs that can wear no mark, or that has no birth of its own: a filter's table, an
    /// object's bucket.
    fn hangs_on(_key: &Self::Key) -> Option<Key> {
        None
    }

    /// The key of a resource of this kind, from its ARN as the tagging API lists it.
    fn key_of_arn(_arn: &str, _place: &Place) -> Option<Self::Key> {
        None
    }

    /// Look at many at once; answers in the order of the keys.
    fn read(aws: &Aws, keys: &[Self::Key]) -> impl Future<Output = Vec<Sight<Self>>> + Send;

    /// When resources were made, where a look does not tell it: a text for each key that is there, that of another
    /// resource of the same key later in the order of texts. What AWS counts as a change may move it to a later one, too.
    /// One call for all of them; nothing of kinds whose looks tell a birth, or that have none.
    fn births(
        _aws: &Aws,
        _keys: &[Self::Key],
    ) -> impl Future<Output = Result<Vec<(Self::Key, String)>, CloudError>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The mark that a resource wears now, asked of its own service; `None` when the resource is gone,
    /// `Some(None)` when it wears none. Asked before anything that exists is written to.
    fn worn(
        aws: &Aws,
        key: &Self::Key,
    ) -> impl Future<Output = Result<Option<Option<Worn>>, CloudError>> + Send;

    /// Make it, wearing `mark` from the first call on wherever AWS allows that. All references are known.
    fn create(&self, aws: &Aws, mark: &Worn) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// Change what differs, and only that. All references are known.
    fn update(
        &self,
        aws: &Aws,
        key: &Self::Key,
        changes: &[FieldChange],
    ) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// Put another mark on, or take it off (a move, an adoption, a retained member, the end of a creation). Tag writes only.
    fn mark(
        aws: &Aws,
        key: &Self::Key,
        marking: &Marking,
    ) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// What it holds that goes with it when it is emptied, by one call at the most; `None` where that is nothing of a user's. A
    /// preview tells it, so it may be refused: nothing hangs on it.
    fn held(_aws: &Aws, _key: &Self::Key) -> impl Future<Output = Result<Option<Held>, CloudError>> + Send {
        async { Ok(None) }
    }

    /// Delete it. What takes many calls goes in portions: one that leaves more to do is told as [`Retry::Progressing`], and
    /// [`progress::done`] is told what went.
    ///
    /// [`Retry::Progressing`]: crate::error::Retry::Progressing
    /// [`progress::done`]: crate::progress::done
    fn delete(aws: &Aws, key: &Self::Key, data: Data) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// What wears this owner's mark and the tagging API does not list: roles under the lake's path, tables and
    /// filters under what is ours. `parents` are the keys of other kinds known to be this lake's.
    fn leftovers(
        _aws: &Aws,
        _owner: &Owner,
        _parents: &[Key],
    ) -> impl Future<Output = Result<Marked<Self::Key>, CloudError>> + Send {
        async { Ok(Vec::new()) }
    }
}
