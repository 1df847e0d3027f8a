//! Databases of a spec as nodes.

use super::{
    CreateTableDefaults, Database,
    spec::{self, CreateTableDefaults as Said},
};
use crate::{
    LakeSpec,
    aliases::Aliases,
    expand::{
        Scope,
        members::{Wanted, members},
        names::{Names, given, inputs, nodes},
    },
    graph::{Node, NodeId},
    lint,
};
use lake_api::{Input, member::Own};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn all(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
    let names = Names::new(spec, scope);
    members(
        "databases",
        &spec.databases,
        |key, member| own(&names, key, member),
        |name| {
            let database = names.database_of(&names.filled(name));
            Database::named(database.catalog, database.name)
        },
    )
}

fn own(names: &Names<'_>, key: &str, member: &Own<spec::Database>) -> Wanted<Database> {
    let (location, bucket) = member.location.as_ref().map(|at| names.location(at)).unzip();
    let settings = Database {
        description: given(member.description.as_ref()),
        location,
        parameters: inputs(&member.parameters),
        create_table_defaults: defaults(names, &member.create_table_defaults),
        tags: names.tags(&member.tags),
        ..Database::named(names.catalog(), names.name(member.name.as_ref(), key))
    };
    Wanted {
        settings,
        after: nodes([bucket.flatten()]),
        secret: BTreeSet::new(),
        aliases: Aliases::default(),
    }
}

/// The permissions by principal: two entries of one principal are one.
fn defaults(names: &Names<'_>, said: &Said) -> CreateTableDefaults {
    CreateTableDefaults::of(
        said.iam_allowed,
        said.permissions.iter().flat_map(|entry| {
            let principal = names.filled(&entry.principal);
            entry.permissions.iter().map(move |permission| (principal.clone(), lint::word(permission)))
        }),
    )
}

impl Database {
    /// A database of which nothing but the name is known.
    fn named(catalog: Input<String>, name: Input<String>) -> Self {
        Database {
            catalog,
            name,
            description: None,
            location: None,
            parameters: BTreeMap::new(),
            create_table_defaults: CreateTableDefaults { iam_allowed: true, permissions: Vec::new() },
            tags: BTreeMap::new(),
        }
    }
}
