//! Crawlers of a spec as nodes.

use super::{
    CatalogTarget, Configuration, Crawler, DeltaTarget, DynamodbTarget, JdbcTarget, LakeFormation,
    MongodbTarget, S3Target, TableFormatTarget, Targets,
    spec::{self, Recrawl, SchemaChange},
};
use crate::{
    LakeSpec,
    aliases::Aliases,
    expand::{
        Scope,
        members::{Wanted, members},
        names::{Names, given, nodes},
    },
    graph::{Node, NodeId},
    kinds::glue::{Location, role_name, wide},
    spec::location,
};
use lake_api::{Input, member::Own, names::Word};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn all(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
    let names = Names::new(spec, scope);
    members(
        "crawlers",
        &spec.crawlers,
        |key, member| own(&names, key, member),
        |name| Crawler::named(names.filled(name).map(|name| role_name(&name))),
    )
}

fn own(names: &Names<'_>, key: &str, member: &Own<spec::Crawler>) -> Wanted<Crawler> {
    let role = names.role(&member.role);
    let database = names.database(&member.database);
    let mut aim = Aim { names, after: nodes([role.node, database.node]) };
    let settings = Crawler {
        name: names.name(member.name.as_ref(), key),
        description: given(member.description.as_ref()),
        role: role.name,
        role_arn: Some(role.arn),
        database: database.name,
        targets: aim.targets(&member.targets),
        table_prefix: given(member.table_prefix.as_ref()),
        schedule: given(member.schedule.as_ref()),
        schema_change: member.schema_change.clone(),
        recrawl: member.recrawl,
        lineage: member.lineage,
        lake_formation: member
            .lake_formation
            .as_ref()
            .map(|said| LakeFormation {
                use_credentials: said.use_credentials,
                account: given(said.account.as_ref()),
            })
            .filter(|said| *said != LakeFormation::default()),
        classifiers: all_filled(names, &member.classifiers),
        configuration: Configuration::of(&member.configuration),
        security_configuration: member.security_configuration.as_ref().map(|name| names.filled(name)),
        tags: names.tags(&member.tags),
    };
    Wanted { settings, after: aim.after, secret: BTreeSet::new(), aliases: Aliases::default() }
}

/// The targets' names, and the members that must be there before they are crawled.
struct Aim<'a> {
    names: &'a Names<'a>,
    after: BTreeSet<NodeId>,
}

impl Aim<'_> {
    fn targets(&mut self, said: &spec::Targets) -> Targets {
        let names = self.names;
        Targets {
            s3: said.s3.iter().map(|target| self.s3(target)).collect(),
            catalog: said.catalog.iter().map(|target| self.catalog(target)).collect(),
            jdbc: said
                .jdbc
                .iter()
                .map(|target| JdbcTarget {
                    connection: names.filled(&target.connection),
                    path: target.path.input().clone(),
                    exclusions: texts(&target.exclusions),
                    metadata: target.metadata.iter().copied().collect(),
                })
                .collect(),
            dynamodb: said
                .dynamodb
                .iter()
                .map(|target| DynamodbTarget {
                    table: names.filled(&target.table),
                    scan_all: target.scan_all,
                    scan_rate: target.scan_rate,
                })
                .collect(),
            mongodb: said
                .mongodb
                .iter()
                .map(|target| MongodbTarget {
                    connection: names.filled(&target.connection),
                    path: target.path.input().clone(),
                    scan_all: target.scan_all,
                })
                .collect(),
            delta: said
                .delta
                .iter()
                .map(|target| DeltaTarget {
                    locations: self.locations(&target.locations),
                    connection: self.name(target.connection.as_ref()),
                    write_manifest: target.write_manifest,
                    create_native_table: target.create_native_table,
                })
                .collect(),
            iceberg: said.iceberg.iter().map(|target| self.table_format(target)).collect(),
            hudi: said.hudi.iter().map(|target| self.table_format(target)).collect(),
        }
    }

    fn s3(&mut self, target: &spec::S3Target) -> S3Target {
        let bucket = self.names.bucket(&target.bucket);
        self.after.extend(bucket.node);
        S3Target {
            bucket: bucket.name,
            prefix: given(target.prefix.as_ref()).unwrap_or_default(),
            exclusions: texts(&target.exclusions),
            sample_size: target.sample_size.map(wide),
            connection: self.name(target.connection.as_ref()),
            event_queue: self.name(target.event_queue.as_ref()),
            dead_letter_queue: self.name(target.dead_letter_queue.as_ref()),
        }
    }

    fn catalog(&mut self, target: &spec::CatalogTarget) -> CatalogTarget {
        let database = self.names.database(&target.database);
        self.after.extend(database.node);
        let mut tables: BTreeSet<Input<String>> =
            target.table_names.iter().map(|name| self.names.filled(name)).collect();
        for reference in &target.tables {
            let table = self.names.table(reference);
            self.after.extend(table.node);
            tables.insert(table.name);
        }
        CatalogTarget {
            database: database.name,
            tables,
            connection: self.name(target.connection.as_ref()),
            event_queue: self.name(target.event_queue.as_ref()),
            dead_letter_queue: self.name(target.dead_letter_queue.as_ref()),
        }
    }

    fn table_format(&mut self, target: &spec::TableFormatTarget) -> TableFormatTarget {
        TableFormatTarget {
            locations: self.locations(&target.locations),
            connection: self.name(target.connection.as_ref()),
            exclusions: texts(&target.exclusions),
            max_depth: wide(target.max_depth),
        }
    }

    fn locations(&mut self, said: &[location::Location]) -> Vec<Location> {
        said.iter()
            .map(|location| {
                let (location, bucket) = self.names.location(location);
                self.after.extend(bucket);
                location
            })
            .collect()
    }

    fn name(&self, word: Option<&impl Word>) -> Option<Input<String>> {
        word.map(|word| self.names.filled(word))
    }
}

impl Crawler {
    /// A crawler of which nothing but the name is known.
    fn named(name: Input<String>) -> Self {
        Crawler {
            name,
            description: None,
            role: Input::default(),
            role_arn: None,
            database: Input::default(),
            targets: Targets::default(),
            table_prefix: None,
            schedule: None,
            schema_change: SchemaChange::default(),
            recrawl: Recrawl::default(),
            lineage: false,
            lake_formation: None,
            classifiers: Vec::new(),
            configuration: Configuration::default(),
            security_configuration: None,
            tags: BTreeMap::new(),
        }
    }
}

fn all_filled(names: &Names<'_>, words: &[impl Word]) -> Vec<Input<String>> {
    words.iter().map(|word| names.filled(word)).collect()
}

fn texts(words: &[impl Word]) -> Vec<Input<String>> {
    words.iter().map(|word| word.input().clone()).collect()
}
