//! The half of a kind that calls AWS.

use crate::{
    LakeSpec,
    aws::Aws,
    cloud::Marked,
    contents::Held,
    diff::FieldChange,
    error::CloudError,
    expand::Scope,
    graph::{Node, NodeId},
    inventory::Sight,
    key::{Id, Key},
    kind::{Data, Kind},
    lint::names,
    owner::{Marking, Owner, Worn},
    place::Place,
    policy::Need,
};
use futures::future::BoxFuture;
use lake_api::Finding;
use serde_json::Value;

/// A kind that a lake can have members of: what they ask for, and the calls that drive them.
///
/// # The law of the four verbs
///
/// `read`, `create`, `update` and `delete` never wait for a state and never retry on a timer (the SDK's own
/// retries of lost connections aside); all of them may be repeated. `create` may find what an earlier, lost call
/// of ours has made, and then answers as AWS does (the next `read` finds our mark). `delete` of what is gone is a
/// success. `read` is the only way a fact enters the program.
pub trait Driver: Kind {
    /// What is wrong with the sense of the kind's own section, for a lake of this name: what its fields say together, its names
    /// on AWS, and what AWS would refuse. Pure; what holds a value that is not known yet is left for the apply.
    fn lint(&self, spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>);

    /// What AWS takes for the names of its members; `None` of what is called otherwise than by a name.
    fn names(&self) -> Option<&names::Rule>;

    /// Members of its section as a user would write them, in the words of the CRD: the least that makes sense, called `small`, and
    /// what they refer to is called so, too.
    fn small(&self) -> Value;

    /// The nodes that the kind's own section of the spec asks for. Pure; cannot fail on a checked spec.
    fn expand(&self, spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)>;

    /// What a resource with these settings needs of whoever drives it: calls, and the ARNs that they are on.
    fn needs(&self, settings: &Value, place: &Place) -> Vec<Need>;

    /// Calls that list what there is of this kind, wherever it is.
    fn lists(&self) -> &'static [&'static str];

    /// The id of a resource of this kind, from its ARN as the tagging API lists it.
    fn id_of_arn(&self, arn: &str, place: &Place) -> Option<Id>;

    /// Look at many at once; answers in the order of the ids.
    fn read<'a>(&'a self, aws: &'a Aws, ids: &'a [Id]) -> BoxFuture<'a, Vec<Sight<Value>>>;

    /// When resources were made, where a look does not tell it: a text for each id that is there, that of another
    /// resource of the same id later in the order of texts. What AWS counts as a change may move it to a later one, too.
    /// One call for all of them; nothing of kinds whose looks tell a birth, or that have none.
    fn births<'a>(
        &'a self,
        aws: &'a Aws,
        ids: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<(Id, String)>, CloudError>>;

    /// The mark that a resource wears now, asked of its own service; `None` when the resource is gone,
    /// `Some(None)` when it wears none. Asked before anything that exists is written to.
    fn worn<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
    ) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>>;

    /// Make it, wearing `mark` from the first call on wherever AWS allows that. All references are known.
    fn create<'a>(
        &'a self,
        aws: &'a Aws,
        settings: &'a Value,
        mark: &'a Worn,
    ) -> BoxFuture<'a, Result<(), CloudError>>;

    /// Change what differs, and only that. All references are known.
    fn update<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
        settings: &'a Value,
        changes: &'a [FieldChange],
    ) -> BoxFuture<'a, Result<(), CloudError>>;

    /// Put another mark on, or take it off (a move, an adoption, a retained member, the end of a creation). Tag writes only.
    fn mark<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
        marking: &'a Marking,
    ) -> BoxFuture<'a, Result<(), CloudError>>;

    /// What it holds that goes with it when it is emptied, by one call at the most; `None` where that is nothing of a user's. A
    /// preview tells it, so it may be refused: nothing hangs on it.
    fn held<'a>(&'a self, aws: &'a Aws, id: &'a Id) -> BoxFuture<'a, Result<Option<Held>, CloudError>>;

    /// Delete it. What takes many calls goes in portions: one that leaves more to do is told as [`Retry::Progressing`], and
    /// [`progress::done`] is told what went.
    ///
    /// [`Retry::Progressing`]: crate::error::Retry::Progressing
    /// [`progress::done`]: crate::progress::done
    fn delete<'a>(&'a self, aws: &'a Aws, id: &'a Id, data: Data) -> BoxFuture<'a, Result<(), CloudError>>;

    /// What wears this owner's mark and the tagging API does not list: roles under the lake's path, tables and
    /// filters under what is ours. `parents` are the keys of other kinds known to be this lake's.
    fn leftovers<'a>(
        &'a self,
        aws: &'a Aws,
        owner: &'a Owner,
        parents: &'a [Key],
    ) -> BoxFuture<'a, Result<Marked<Id>, CloudError>>;
}
