//! The kinds. One line each; everything else about a kind is in its own file.

mod cloud;
mod driver;
pub mod glue;
mod registered;
mod simple;
mod typed;

pub use cloud::AwsCloud;
pub use driver::Driver;
pub use registered::{RegisteredKey, RegisteredSettings};
pub use simple::{Examples, InLake, Sense, SimpleKind};
pub use typed::{Erased, Typed};

use crate::{LakeSpec, expand::Scope, graph::Graph, key::Key, kind::Kinds, spec::singular::camel};
use lake_api::member::Section;

/// What the list of all kinds makes of one: its module, its driver, and its section.
macro_rules! register {
    ($($driven:ident $module:ident $Kind:ident {
        $($(#[$doc:meta])+ $section:ident: $($member:ident)::+)?
    })+) => {
        $(pub mod $module;)+
        $(pub use $module::$Kind;)+

        /// Every kind, as far as it is pure.
        pub static KINDS: Kinds = Kinds::new(&[$(driven!($driven $module $Kind)),+]);

        /// Every kind, with its calls.
        static DRIVERS: &[&dyn Driver] = &[$(driven!($driven $module $Kind)),+];

        /// The kinds that are data.
        pub fn simple() -> impl Iterator<Item = &'static SimpleKind> {
            [$(data!($driven $module)),+].into_iter().flatten()
        }

        /// The sections, each with the kind of its members, as Rust spells both.
        static SECTIONS: &[(&str, &str)] = &[$($((stringify!($section), stringify!($module)),)?)+];

        $($(impl InLake for $module::$($member)::+ {
            fn section(spec: &LakeSpec) -> &Section<Self> {
                &spec.$section
            }
        })?)+
    };
}

/// The driver of a kind.
macro_rules! driven {
    (typed $module:ident $Kind:ident) => {
        &Erased::<$Kind>::KIND
    };
    (simple $module:ident $Kind:ident) => {
        &$module::KIND
    };
}

/// A kind, if it is data.
macro_rules! data {
    (typed $module:ident) => {
        None
    };
    (simple $module:ident) => {
        Some(&$module::KIND)
    };
}

kinds!(register);

/// The word of the kind whose members stand in a section, `bucket` of `buckets`.
#[must_use]
pub fn of_section(section: &str) -> Option<&'static str> {
    let (_, module) = SECTIONS.iter().find(|(field, _)| camel(field) == section)?;
    Some(driver(&camel(module))?.traits().name)
}

/// The sections of a lake, each with the kind of its members.
pub fn sections() -> impl Iterator<Item = (String, &'static dyn Driver)> {
    SECTIONS.iter().filter_map(|(section, module)| Some((camel(section), driver(&camel(module))?)))
}

/// The driver of the kind of a word.
#[must_use]
pub fn driver(word: &str) -> Option<&'static dyn Driver> {
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
