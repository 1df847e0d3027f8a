//! Filters as Lake Formation has them.

use super::{Columns, Filter, FilterKey};
use crate::{
    aws::{Aws, Priority, from_sdk},
    error::CloudError,
    inventory::{Facts, Seen, Sight},
    key::Key,
    kinds::{Table, Typed as _, table::TableKey},
    owner::Worn,
    policy::Texts,
};
use aws_sdk_lakeformation::types::{DataCellsFilter, TableResource};
use futures::stream::{self, StreamExt, TryStreamExt};
use lake_api::Input;
use std::collections::BTreeMap;

/// Filters on a page, the most that Lake Formation allows.
const PAGE: i32 = 1000;
/// How many tables or filters are asked for at once.
const AT_ONCE: usize = 8;

/// One filter of a table is asked for by its key; several are one listing. At leisure, those of many tables are one
/// listing, too.
pub(super) async fn read(aws: &Aws, keys: &[FilterKey]) -> Vec<Sight<Filter>> {
    let everywhere = listed(aws, keys).await;
    let mut tables: BTreeMap<TableKey, Vec<FilterKey>> = BTreeMap::new();
    for key in keys.iter().filter(|key| !everywhere.contains_key(key)) {
        tables.entry(key.of_table()).or_default().push(key.clone());
    }
    let looked: Vec<Vec<(FilterKey, Sight<Filter>)>> = stream::iter(tables)
        .map(|(table, keys)| async move {
            if let [key] = keys.as_slice() {
                return vec![(key.clone(), sight(get(aws, key).await))];
            }
            // Who may not list them may still read each.
            let filters = list(aws, &table).await.unwrap_or_default();
            let mut told = Vec::new();
            for key in keys {
                let found = match filters.iter().find(|filter| filter.name == key.name) {
                    Some(filter) => Ok(Some(filter.clone())),
                    // A list leaves out what the caller may not see, so only a get can say that one is absent.
                    None => get(aws, &key).await,
                };
                told.push((key, sight(found)));
            }
            told
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let listed = everywhere.into_iter().map(|(key, filter)| (key, sight(Ok(Some(filter)))));
    let by_key: BTreeMap<FilterKey, Sight<Filter>> = looked.into_iter().flatten().chain(listed).collect();
    keys.iter().map(|key| by_key.get(key).cloned().unwrap_or(Sight::Absent)).collect()
}

/// Those of the account's list, for a look that nobody waits for. Only what is not among them, which may be due to the
/// caller's permissions, is asked for by itself; so is everything where the list is refused.
async fn listed(aws: &Aws, keys: &[FilterKey]) -> BTreeMap<FilterKey, DataCellsFilter> {
    let mut found = BTreeMap::new();
    if keys.len() < 2 || Priority::now() != Priority::Routine {
        return found;
    }
    let (mut pages, mut turned) =
        (aws.lakeformation.list_data_cells_filter().max_results(PAGE).into_paginator().send(), 0);
    while found.len() + turned < keys.len()
        && let Some(page) = pages.next().await
    {
        turned += 1;
        let Ok(page) = page.map_err(|why| from_sdk("lakeformation:ListDataCellsFilter", why)) else {
            break;
        };
        let filters = page.data_cells_filters.unwrap_or_default().into_iter();
        found.extend(filters.map(|filter| (key_of(&filter), filter)).filter(|(key, _)| keys.contains(key)));
    }
    found
}

/// The filter of a key. Where its table does not exist, neither does it.
pub(super) async fn get(aws: &Aws, key: &FilterKey) -> Result<Option<DataCellsFilter>, CloudError> {
    let answer = aws
        .lakeformation
        .get_data_cells_filter()
        .table_catalog_id(&key.catalog)
        .database_name(&key.database)
        .table_name(&key.table)
        .name(&key.name)
        .send()
        .await
        .map_err(|e| from_sdk("lakeformation:GetDataCellsFilter", e));
    match answer {
        Ok(answer) => Ok(answer.data_cells_filter),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether there is a filter that is to the letter what is wanted.
pub(super) async fn is(aws: &Aws, key: &FilterKey, wanted: &Filter) -> Result<bool, CloudError> {
    Ok(get(aws, key).await?.is_some_and(|filter| seen(&filter).settings == *wanted))
}

/// The filters on those tables among some keys.
pub(super) async fn on_tables(aws: &Aws, keys: &[Key]) -> Result<Vec<(FilterKey, Option<Worn>)>, CloudError> {
    let tables: Vec<TableKey> = keys.iter().filter_map(Table::typed_key).collect();
    let filters: Vec<Vec<DataCellsFilter>> = stream::iter(tables)
        .map(|table| async move { list(aws, &table).await })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(filters.into_iter().flatten().map(|filter| (key_of(&filter), None)).collect())
}

/// All filters on a table; none on one that does not exist.
async fn list(aws: &Aws, table: &TableKey) -> Result<Vec<DataCellsFilter>, CloudError> {
    let wanted = TableResource::builder()
        .catalog_id(&table.catalog)
        .database_name(&table.database)
        .name(&table.name)
        .build()
        .map_err(|why| CloudError::refused("lakeformation:ListDataCellsFilter", why.to_string()))?;
    let mut pages = aws
        .lakeformation
        .list_data_cells_filter()
        .table(wanted)
        .max_results(PAGE)
        .into_paginator()
        .items()
        .send();
    let mut filters = Vec::new();
    while let Some(filter) = pages.next().await {
        match filter.map_err(|e| from_sdk("lakeformation:ListDataCellsFilter", e)) {
            Ok(filter) => filters.push(filter),
            Err(error) if error.is_gone() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
    }
    Ok(filters)
}

fn key_of(filter: &DataCellsFilter) -> FilterKey {
    FilterKey {
        catalog: filter.table_catalog_id.clone(),
        database: filter.database_name.clone(),
        table: filter.table_name.clone(),
        name: filter.name.clone(),
    }
}

fn sight(read: Result<Option<DataCellsFilter>, CloudError>) -> Sight<Filter> {
    match read {
        Ok(Some(filter)) => Sight::Present(seen(&filter)),
        Ok(None) => Sight::Absent,
        Err(error) => Sight::Unreadable(error),
    }
}

fn seen(filter: &DataCellsFilter) -> Seen<Filter> {
    let settings = Filter {
        name: filter.name().into(),
        catalog: filter.table_catalog_id().into(),
        database: filter.database_name().into(),
        table: filter.table_name().into(),
        rows: rows(filter),
        columns: columns(filter),
    };
    let facts = Facts::from([("name".to_owned(), filter.name().to_owned())]);
    Seen { settings, facts, worn: None, birth: None }
}

/// All rows come back as an expression that each of them fulfils, `TRUE`
/// (<https://github.com/hashicorp/terraform-provider-aws/issues/36574>).
fn rows(filter: &DataCellsFilter) -> Option<Input<String>> {
    let rows = filter.row_filter().filter(|rows| rows.all_rows_wildcard().is_none())?;
    rows.filter_expression().filter(|text| !text.eq_ignore_ascii_case("true")).map(Input::from)
}

/// All columns come back as a wildcard, with or without an empty list of exceptions.
fn columns(filter: &DataCellsFilter) -> Option<Columns> {
    let texts = |names: &[String]| names.iter().cloned().map(Input::Known).collect::<Texts>();
    match (filter.column_names(), filter.column_wildcard()) {
        ([], wildcard) => {
            let except = wildcard.map(|wildcard| texts(wildcard.excluded_column_names())).unwrap_or_default();
            (!except.is_empty()).then_some(Columns::Except(except))
        }
        (only, _) => Some(Columns::Only(texts(only))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_lakeformation::types::{AllRowsWildcard, ColumnWildcard, RowFilter};

    fn filter() -> aws_sdk_lakeformation::types::builders::DataCellsFilterBuilder {
        DataCellsFilter::builder().table_catalog_id("1").database_name("lake").table_name("t").name("india")
    }

    #[test]
    fn all_rows_and_all_columns_are_absent() {
        let wildcard = RowFilter::builder().all_rows_wildcard(AllRowsWildcard::builder().build());
        for rows in [
            wildcard.clone(),
            wildcard.filter_expression("TRUE"),
            RowFilter::builder().filter_expression("TRUE"),
        ] {
            for wildcard in [
                ColumnWildcard::builder().build(),
                ColumnWildcard::builder().set_excluded_column_names(Some(vec![])).build(),
            ] {
                let all =
                    filter().row_filter(rows.clone().build()).column_wildcard(wildcard).build().unwrap();
                let settings = seen(&all).settings;
                assert_eq!((settings.rows, settings.columns), (None, None));
            }
        }
    }

    #[test]
    fn rows_and_columns_are_told_in_the_users_words() {
        let rows = RowFilter::builder().filter_expression("country = 'IN'").build();
        let wildcard = ColumnWildcard::builder().excluded_column_names("card").build();
        let some = filter().row_filter(rows).column_wildcard(wildcard).build().unwrap();
        let settings = seen(&some).settings;
        assert_eq!(settings.rows, Some("country = 'IN'".into()));
        assert_eq!(settings.columns, Some(Columns::Except(Texts::from(["card".into()]))));
        let only = filter().column_names("b").column_names("a").build().unwrap();
        assert_eq!(seen(&only).settings.columns, Some(Columns::Only(Texts::from(["a".into(), "b".into()]))));
    }
}
