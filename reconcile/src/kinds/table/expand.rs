//! Tables of a spec as nodes.

use super::{Bucketing, Column, Serde, SortColumn, Table, format, projection, spec};
use crate::{
    LakeSpec,
    aliases::{Aliases, path},
    expand::{
        Scope,
        members::{Wanted, members},
        names::{Names, TheTable, given, inputs, nodes},
    },
    graph::{Hold, Node, NodeId, Open, Treatment},
    kinds::{
        Typed as _,
        glue::{ObjectPlace, wide},
    },
};
use lake_api::{FieldPath, Input, member::Own, names::Word};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn all(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
    let names = Names::new(spec, scope);
    members(
        "tables",
        &spec.tables,
        |key, member| own(&names, key, member),
        |name| Table::named(names.table_of(&names.filled(name))),
    )
}

/// A table that no member declares: looked at, because something waits for it. `origin` is what waits, `brought_by`
/// who may bring it. Its node is named after the table, so that all who wait for it wait for one node; while the
/// name is unknown, after `waiting`, the member that waits.
pub(crate) fn looked_at(
    table: TheTable,
    waiting: &str,
    origin: FieldPath,
    brought_by: BTreeSet<NodeId>,
) -> (NodeId, Node) {
    let full =
        table.database.text().zip(table.name.text()).map(|(database, name)| format!("{database}.{name}"));
    let after = nodes([table.node.clone()]);
    let node = Node {
        settings: Some(Table::named(table).erased()),
        after,
        origin,
        hold: Hold::LookAt,
        treatment: Treatment::default(),
        brought_by,
        open: if full.is_some() { Open::Nothing } else { Open::Node },
        aliases: Aliases::default(),
    };
    (NodeId::new("table", &full.unwrap_or_else(|| format!("{waiting}.table"))), node)
}

fn own(names: &Names<'_>, key: &str, member: &Own<spec::Table>) -> Wanted<Table> {
    let database = names.database(&member.database);
    let (location, bucket) = member.location.as_ref().map(|at| names.location(at)).unzip();
    let metadata = member.iceberg.as_ref().map(|at| (names.bucket(&at.bucket), at.key.input().clone()));
    let after = nodes([
        database.node,
        bucket.flatten(),
        metadata.as_ref().and_then(|(bucket, _)| bucket.node.clone()),
    ]);
    let named = Table::named(TheTable {
        catalog: database.catalog,
        database: database.name,
        name: names.name(member.name.as_ref(), key),
        node: None,
    });
    let settings = Table {
        description: given(member.description.as_ref()),
        retention: wide(member.retention),
        parameters: parameters(names, member),
        ..named
    };
    let settings = match metadata {
        Some((bucket, key)) => Table { iceberg: Some(ObjectPlace { bucket: bucket.name, key }), ..settings },
        None => Table {
            columns: member.columns.iter().map(Column::of).collect(),
            partition_keys: member.partition_keys.iter().map(Column::of).collect(),
            location,
            serde: serde(member),
            compressed: member.compressed,
            buckets: member.buckets.as_ref().map(|said| Bucketing {
                columns: said.columns.iter().map(|column| lower(column.input())).collect(),
                count: wide(said.count),
            }),
            sort_columns: member
                .sort_columns
                .iter()
                .map(|said| SortColumn { column: lower(said.column.input()), order: said.order })
                .collect(),
            ..settings
        },
    };
    Wanted { settings, after, secret: BTreeSet::new(), aliases: aliases(names, member) }
}

/// The format's own way, and what the member says instead.
fn serde(member: &spec::Table) -> Option<Serde> {
    let own = member.format.map(format::serde).unwrap_or_default();
    let said = member.serde.as_ref();
    let text = |said: Option<&lake_api::names::Text>, own| given(said).or(own);
    let mut parameters = own.parameters;
    parameters.extend(said.map(|said| inputs(&said.parameters)).unwrap_or_default());
    let whole = Serde {
        name: text(said.and_then(|said| said.name.as_ref()), own.name),
        library: text(said.and_then(|said| said.library.as_ref()), own.library),
        input_format: text(said.and_then(|said| said.input_format.as_ref()), own.input_format),
        output_format: text(said.and_then(|said| said.output_format.as_ref()), own.output_format),
        parameters,
    };
    Some(whole).filter(|whole| *whole != Serde::default())
}

/// What the format and the projection say, and what the member says instead.
fn parameters(names: &Names<'_>, member: &spec::Table) -> BTreeMap<String, Input<String>> {
    let mut all = BTreeMap::new();
    if let Some(format) = member.format {
        all.insert("classification".to_owned(), Input::from(format::word(format)));
    }
    all.extend(member.projection.as_ref().map(|it| projection::parameters(names, it)).unwrap_or_default());
    all.extend(inputs(&member.parameters));
    all
}

/// A format is kept as a way to read rows and a parameter, a projection as parameters. What a member tells there in its
/// own words is known by these.
fn aliases(names: &Names<'_>, member: &spec::Table) -> Aliases {
    let parameter = |key: &str| FieldPath::root().field("parameters").key(key);
    let own =
        member.parameters.keys().map(|key| parameter(key)).chain(member.serde.iter().map(|_| path("serde")));
    let mut aliases = own.fold(Aliases::default(), |all, own| all.renamed(own.clone(), own));
    if member.format.is_some() {
        let format = || path("format");
        aliases = aliases.compiled(format(), path("serde")).compiled(format(), parameter("classification"));
    }
    let projected = member.projection.iter().flat_map(|said| projection::parameters(names, said));
    projected.fold(aliases, |all, (key, _)| all.compiled(path("projection"), parameter(&key)))
}

impl Table {
    /// A table of which nothing but the name is known.
    fn named(table: TheTable) -> Self {
        Table {
            catalog: table.catalog,
            database: table.database,
            name: table.name,
            description: None,
            columns: Vec::new(),
            partition_keys: Vec::new(),
            location: None,
            serde: None,
            iceberg: None,
            compressed: false,
            buckets: None,
            sort_columns: Vec::new(),
            parameters: BTreeMap::new(),
            retention: 0,
        }
    }
}

impl Column {
    fn of(said: &spec::Column) -> Self {
        Column {
            name: lower(said.name.input()),
            column_type: said.column_type.input().clone().map(|hive| format::tidy(&hive)),
            comment: given(said.comment.as_ref()),
            parameters: inputs(&said.parameters),
        }
    }
}

/// A name as the catalogue keeps it.
fn lower(name: &Input<String>) -> Input<String> {
    name.clone().map(|name| name.to_lowercase())
}
