//! A table in the words of Glue's API.

use super::{Bucketing, Column, Serde, SortColumn, Table, TableKey, format, spec::SortOrder};
use crate::{
    aws::{Aws, born, from_sdk},
    error::CloudError,
    inventory::{Seen, Sight},
    key::Key,
    kinds::{
        Database, Typed as _,
        glue::{self, Location, ObjectPlace, seen, seen_map, text},
    },
    owner::{Owner, Worn},
};
use aws_sdk_glue::{
    operation::get_tables::paginator::GetTablesPaginator,
    types::{self, Order, SerDeInfo, StorageDescriptor, TableInput},
};
use lake_api::Input;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The parameter that says that a table is Iceberg's, and what it says then.
const TABLE_TYPE: (&str, &str) = ("table_type", "ICEBERG");
/// The parameter that names the metadata file of an Iceberg table.
const METADATA: &str = "metadata_location";
/// From so many tables of one database on, a listing may cost fewer calls than asking for each.
const MANY: usize = 2;
/// Pages of a database's tables that are searched for what wears the lake's mark.
const SEARCHED: usize = 10;
/// Tables on a page, the most that Glue allows.
const PAGE: i32 = 100;

/// Look at tables, those of one database together. A listing leaves out what the caller may not see, so only a get
/// can say that a table is absent.
pub(super) async fn read(aws: &Aws, keys: &[TableKey]) -> Vec<Sight<Table>> {
    let mut by_database: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for key in keys {
        by_database.entry((&key.catalog, &key.database)).or_default().insert(&key.name);
    }
    let many = by_database.into_iter().filter(|(_, names)| names.len() >= MANY);
    let listings = many.map(|((catalog, database), names)| some(aws, catalog, database, names));
    // What is not listed is asked for one by one, and tells then why it cannot be read.
    let listed: BTreeMap<TableKey, types::Table> =
        glue::side_by_side(listings).await.into_iter().flatten().flatten().collect();
    let listed = &listed;
    let sights = keys.iter().map(|key| async move {
        let live = match listed.get(key) {
            Some(table) => Ok(table.clone()),
            None => get(aws, key).await,
        };
        match live {
            Ok(live) => Sight::Present(Seen {
                worn: worn(&live),
                birth: born(live.create_time()),
                facts: key.facts(&aws.place),
                settings: Table::seen(key, live),
            }),
            Err(error) if error.is_gone() => Sight::Absent,
            Err(error) => Sight::Unreadable(error),
        }
    });
    glue::side_by_side(sights).await
}

/// Tables of a database, page by page, until all that are wanted were among them, or the next page would cost more than
/// asking for each that is missing has cost already: a crawl may have made thousands.
async fn some(
    aws: &Aws,
    catalog: &str,
    database: &str,
    mut wanted: BTreeSet<&str>,
) -> Result<Vec<(TableKey, types::Table)>, CloudError> {
    let (mut pages, mut found, mut turned) = (pages(aws, catalog, database).send(), Vec::new(), 0);
    while wanted.len() > turned
        && let Some(page) = pages.next().await
    {
        turned += 1;
        let page = page.map_err(|error| from_sdk("glue:GetTables", error))?;
        for table in page.table_list.unwrap_or_default() {
            if wanted.remove(table.name.as_str()) {
                found.push((key_of(catalog, database, &table), table));
            }
        }
    }
    Ok(found)
}

/// One table.
pub(super) async fn get(aws: &Aws, key: &TableKey) -> Result<types::Table, CloudError> {
    let call = aws.glue.get_table().catalog_id(&key.catalog).database_name(&key.database);
    call.name(&key.name)
        .send()
        .await
        .map_err(|error| from_sdk("glue:GetTable", error))?
        .table
        .ok_or_else(|| CloudError::refused("glue:GetTable", "the answer holds no table"))
}

/// All tables of a database that the caller may see.
pub(crate) async fn list(aws: &Aws, catalog: &str, database: &str) -> Result<Vec<types::Table>, CloudError> {
    let (mut pages, mut all) = (pages(aws, catalog, database).send(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| from_sdk("glue:GetTables", error))?;
        all.extend(page.table_list.unwrap_or_default());
    }
    Ok(all)
}

/// The first page of the tables of a database, and whether there are more.
pub(crate) async fn list_first(
    aws: &Aws,
    catalog: &str,
    database: &str,
) -> Result<(Vec<types::Table>, bool), CloudError> {
    let page = pages(aws, catalog, database).send().next().await.transpose();
    let page = page.map_err(|error| from_sdk("glue:GetTables", error))?;
    Ok(page.map(|page| (page.table_list.unwrap_or_default(), page.next_token.is_some())).unwrap_or_default())
}

fn pages(aws: &Aws, catalog: &str, database: &str) -> GetTablesPaginator {
    aws.glue.get_tables().catalog_id(catalog).database_name(database).max_results(PAGE).into_paginator()
}

/// Put another definition in the place of one version. Old versions are not kept: their number is limited.
pub(super) async fn put(
    aws: &Aws,
    key: &TableKey,
    input: TableInput,
    version: Option<String>,
) -> Result<(), CloudError> {
    aws.glue
        .update_table()
        .catalog_id(&key.catalog)
        .database_name(&key.database)
        .table_input(input)
        .skip_archive(true)
        .set_version_id(version)
        .send()
        .await
        .map_err(|error| from_sdk("glue:UpdateTable", error))?;
    Ok(())
}

/// Tables under this lake's databases that wear its mark, be it in its lake or left behind by it. Only the first tables of
/// a database are searched: a crawl may have made tens of thousands, of which a list tells a hundred a call, and what a
/// lake wants or remembers is asked for by name.
pub(super) async fn leftovers(
    aws: &Aws,
    owner: &Owner,
    parents: &[Key],
) -> Result<Vec<(TableKey, Option<Worn>)>, CloudError> {
    let databases = parents.iter().filter_map(Database::typed_key);
    let searched = databases.map(|database| async move {
        let tables = match first(aws, &database.catalog, &database.name).await {
            Err(gone) if gone.is_gone() => return Ok(Vec::new()),
            tables => tables?,
        };
        let marked = tables.iter().filter_map(|table| {
            let worn = worn(table).filter(|worn| worn.is_of(owner))?;
            Some((key_of(&database.catalog, &database.name, table), Some(worn)))
        });
        Ok(marked.collect())
    });
    let marked: Vec<Result<Vec<_>, CloudError>> = glue::side_by_side(searched).await;
    Ok(marked.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// The first tables of a database, of as many pages as are searched.
async fn first(aws: &Aws, catalog: &str, database: &str) -> Result<Vec<types::Table>, CloudError> {
    let (mut pages, mut all) = (pages(aws, catalog, database).send(), Vec::new());
    for _ in 0..SEARCHED {
        let Some(page) = pages.next().await else { return Ok(all) };
        let page = page.map_err(|error| from_sdk("glue:GetTables", error))?;
        let more = page.next_token.is_some();
        all.extend(page.table_list.unwrap_or_default());
        if !more {
            return Ok(all);
        }
    }
    tracing::debug!(database, "has more tables than are searched for what wears the lake's mark");
    Ok(all)
}

/// The mark among a table's parameters.
pub(super) fn worn(live: &types::Table) -> Option<Worn> {
    Worn::part(live.parameters().cloned().unwrap_or_default().into_iter().collect()).1
}

fn key_of(catalog: &str, database: &str, table: &types::Table) -> TableKey {
    TableKey { catalog: catalog.to_owned(), database: database.to_owned(), name: table.name.clone() }
}

impl Table {
    /// What is sent to create it.
    pub(super) fn input(&self, mark: &Worn) -> TableInput {
        let mut parameters = glue::map(&self.parameters);
        parameters.extend(mark.tags());
        if let Some(metadata) = &self.iceberg {
            parameters.insert(TABLE_TYPE.0.to_owned(), TABLE_TYPE.1.to_owned());
            parameters.insert(METADATA.to_owned(), text(&metadata.uri()));
        }
        let input = TableInput::builder()
            .name(text(&self.name))
            .set_description(self.description.as_ref().map(text))
            .retention(self.retention)
            .table_type("EXTERNAL_TABLE")
            // Athena refuses a table without this list, be it empty.
            .set_partition_keys(Some(columns(&self.partition_keys)))
            .set_parameters(Some(parameters));
        let input = if self.iceberg.is_some() { input } else { input.storage_descriptor(self.stored()) };
        input.build().expect("a table input needs a name only")
    }

    fn stored(&self) -> StorageDescriptor {
        let serde = self.serde.clone().unwrap_or_default();
        StorageDescriptor::builder()
            .set_columns(Some(columns(&self.columns)))
            .set_location(self.location.as_ref().map(|at| text(&at.uri())))
            .set_input_format(serde.input_format.as_ref().map(text))
            .set_output_format(serde.output_format.as_ref().map(text))
            .serde_info(
                SerDeInfo::builder()
                    .set_name(serde.name.as_ref().map(text))
                    .set_serialization_library(serde.library.as_ref().map(text))
                    .set_parameters(Some(glue::map(&serde.parameters)))
                    .build(),
            )
            .compressed(self.compressed)
            .number_of_buckets(self.buckets.as_ref().map_or(0, |buckets| buckets.count))
            .set_bucket_columns(Some(bucket_columns(self.buckets.as_ref())))
            .set_sort_columns(Some(sort_columns(&self.sort_columns)))
            .build()
    }

    /// What AWS has, in the words in which it is asked for.
    pub(super) fn seen(key: &TableKey, live: types::Table) -> Self {
        let all = live.parameters.unwrap_or_default();
        let is_iceberg = all.get(TABLE_TYPE.0).is_some_and(|word| word.eq_ignore_ascii_case(TABLE_TYPE.1));
        let iceberg =
            is_iceberg.then(|| ObjectPlace::of(all.get(METADATA).map(String::as_str).unwrap_or_default()));
        let (parameters, _) = Worn::part(all.into_iter().collect());
        let table = Table {
            catalog: Input::Known(key.catalog.clone()),
            database: Input::Known(key.database.clone()),
            name: Input::Known(key.name.clone()),
            description: seen(live.description.as_deref()),
            columns: Vec::new(),
            partition_keys: Vec::new(),
            location: None,
            serde: None,
            iceberg,
            compressed: false,
            buckets: None,
            sort_columns: Vec::new(),
            parameters: parameters.into_iter().map(|(key, value)| (key, Input::Known(value))).collect(),
            retention: live.retention,
        };
        let Some(stored) = live.storage_descriptor.filter(|_| !is_iceberg) else { return table };
        Table {
            columns: seen_columns(stored.columns()),
            partition_keys: seen_columns(&live.partition_keys.unwrap_or_default()),
            location: Location::seen(stored.location()),
            serde: Serde::seen(&stored),
            compressed: stored.compressed,
            buckets: Bucketing::seen(&stored),
            sort_columns: stored.sort_columns().iter().map(SortColumn::seen).collect(),
            ..table
        }
    }
}

impl Serde {
    fn seen(stored: &StorageDescriptor) -> Option<Self> {
        let info = stored.serde_info();
        let serde = Serde {
            name: seen(info.and_then(SerDeInfo::name)),
            library: seen(info.and_then(SerDeInfo::serialization_library)),
            input_format: seen(stored.input_format()),
            output_format: seen(stored.output_format()),
            parameters: seen_map(info.and_then(SerDeInfo::parameters)),
        };
        Some(serde).filter(|serde| *serde != Serde::default())
    }
}

impl Bucketing {
    /// Crawlers write -1 for "no buckets".
    fn seen(stored: &StorageDescriptor) -> Option<Self> {
        (stored.number_of_buckets > 0).then(|| Bucketing {
            columns: stored.bucket_columns().iter().map(|column| Input::from(column.as_str())).collect(),
            count: stored.number_of_buckets,
        })
    }
}

impl SortColumn {
    fn seen(live: &Order) -> Self {
        let order = if live.sort_order == 0 { SortOrder::Descending } else { SortOrder::Ascending };
        SortColumn { column: Input::from(live.column.as_str()), order }
    }
}

fn seen_columns(live: &[types::Column]) -> Vec<Column> {
    live.iter()
        .map(|column| Column {
            name: Input::Known(column.name.to_lowercase()),
            column_type: Input::Known(format::tidy(column.r#type().unwrap_or_default())),
            comment: seen(column.comment()),
            parameters: seen_map(column.parameters()),
        })
        .collect()
}

/// Columns as they are sent.
pub(super) fn columns(columns: &[Column]) -> Vec<types::Column> {
    columns
        .iter()
        .map(|column| {
            let parameters: HashMap<String, String> = glue::map(&column.parameters);
            types::Column::builder()
                .name(text(&column.name))
                .r#type(text(&column.column_type))
                .set_comment(column.comment.as_ref().map(text))
                .set_parameters(Some(parameters).filter(|parameters| !parameters.is_empty()))
                .build()
                .expect("a column needs a name only")
        })
        .collect()
}

/// The columns that spread data over files, as they are sent.
pub(super) fn bucket_columns(buckets: Option<&Bucketing>) -> Vec<String> {
    glue::texts(buckets.into_iter().flat_map(|buckets| &buckets.columns))
}

/// The columns that files are sorted by, as they are sent.
pub(super) fn sort_columns(columns: &[SortColumn]) -> Vec<Order> {
    columns
        .iter()
        .map(|sort| {
            Order::builder()
                .column(text(&sort.column))
                .sort_order(i32::from(sort.order == SortOrder::Ascending))
                .build()
                .expect("column and order are given")
        })
        .collect()
}
