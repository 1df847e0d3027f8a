//! The kinds. One line each; everything else about a kind is in its own file.

mod cloud;
mod driver;
pub mod glue;
mod registered;
mod typed;
#[cfg(test)]
pub mod workgroup;

pub use cloud::AwsCloud;
pub use driver::Driver;
pub use registered::{RegisteredKey, RegisteredSettings};
pub use typed::{Erased, Typed};

use crate::{LakeSpec, expand::Scope, graph::Graph, key::Key, kind::Kinds};

/// What one line makes of a kind: its module, and its place among all kinds.
macro_rules! kinds {
    ($($module:ident :: $Kind:ident),+ $(,)?) => {
        $(pub mod $module;)+
        $(pub use $module::$Kind;)+

        /// Every kind, as far as it is pure.
        pub const KINDS: Kinds = Kinds::new(&[$(&Erased::<$Kind>::KIND),+]);

        /// Every kind, with its calls.
        static DRIVERS: &[&dyn Driver] = &[$(&Erased::<$Kind>::KIND),+];
    };
}

kinds! {
    access_point::AccessPoint,
    bucket::Bucket,
    crawler::Crawler,
    database::Database,
    filter::Filter,
    job::Job,
    object::Object,
    role::Role,
    table::Table,
}

/// The driver of the kind of a word.
fn driver(word: &str) -> Option<&'static dyn Driver> {
    DRIVERS.iter().copied().find(|kind| kind.traits().name == word)
}

/// The key of a resource, from its ARN as the tagging API lists it.
fn key_of_arn(arn: &str, place: &crate::place::Place) -> Option<Key> {
    DRIVERS.iter().find_map(|kind| Some(Key::new(kind.traits().name, kind.id_of_arn(arn, place)?)))
}

/// The calls by which each kind lists what there is of it.
pub(crate) fn lists() -> impl Iterator<Item = &'static [&'static str]> {
    DRIVERS.iter().map(|kind| kind.lists())
}

/// What is wrong with the sense of each kind's section, for a lake of this name.
pub(crate) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<lake_api::Finding>) {
    DRIVERS.iter().for_each(|kind| kind.lint(spec, lake, told));
}

/// All nodes that a spec asks for.
pub(crate) fn expand(spec: &LakeSpec, scope: &Scope) -> Graph {
    DRIVERS.iter().flat_map(|kind| kind.expand(spec, scope)).collect()
}
