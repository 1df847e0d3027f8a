//! Writes to filters. Each of them may be repeated.

use super::{Columns, Filter, FilterKey, read};
use crate::{
    aws::{Aws, from_sdk},
    error::{CloudError, Retry},
    kinds::Typed,
    policy::Texts,
};
use aws_sdk_lakeformation::types::{AllRowsWildcard, ColumnWildcard, DataCellsFilter, RowFilter};
use lake_api::Input;

pub(super) async fn create(filter: &Filter, aws: &Aws) -> Result<(), CloudError> {
    const DOING: &str = "lakeformation:CreateDataCellsFilter";
    let data = data(DOING, filter, None)?;
    let answer = aws.lakeformation.create_data_cells_filter().table_data(data).send().await;
    match answer.map(drop).map_err(|e| from_sdk(DOING, e)) {
        // A filter is made only once its table was seen: Lake Formation learns of it a moment after the catalogue.
        Err(error) if error.is_gone() => Err(CloudError { retry: Retry::Settling, ..error }),
        // It was absent a moment ago, so one that is to the letter what we asked for came from a call of ours whose answer
        // was lost: a filter wears no mark that could tell.
        Err(error) if error.is("AlreadyExistsException") => match filter.key(&aws.place) {
            Some(key) if read::is(aws, &key, filter).await? => Ok(()),
            _ => Err(error),
        },
        other => other,
    }
}

/// In place, so that grants on the filter survive. With the version that was just read, Lake Formation refuses the
/// change if somebody else was faster.
pub(super) async fn update(filter: &Filter, aws: &Aws, key: &FilterKey) -> Result<(), CloudError> {
    const DOING: &str = "lakeformation:UpdateDataCellsFilter";
    let Some(there) = read::get(aws, key).await? else {
        return Err(CloudError::own(
            DOING,
            Retry::Conflict,
            format!("the filter {} has gone meanwhile", key.name),
        ));
    };
    let data = data(DOING, filter, there.version_id)?;
    let answer = aws.lakeformation.update_data_cells_filter().table_data(data).send().await;
    answer.map(drop).map_err(|e| from_sdk(DOING, e))
}

pub(super) async fn delete(aws: &Aws, key: &FilterKey) -> Result<(), CloudError> {
    let answer = aws
        .lakeformation
        .delete_data_cells_filter()
        .table_catalog_id(&key.catalog)
        .database_name(&key.database)
        .table_name(&key.table)
        .name(&key.name)
        .send()
        .await;
    match answer.map(drop).map_err(|e| from_sdk("lakeformation:DeleteDataCellsFilter", e)) {
        Err(error) if error.is_gone() => Ok(()),
        other => other,
    }
}

fn data(doing: &str, filter: &Filter, version: Option<String>) -> Result<DataCellsFilter, CloudError> {
    let known = |field: &str, value: &Input<String>| {
        let text = value.text().map(ToOwned::to_owned);
        text.ok_or_else(|| CloudError::refused(doing, format!("{field} is not known yet")))
    };
    let names =
        |columns: &Texts| columns.iter().map(|name| known("columns", name)).collect::<Result<Vec<_>, _>>();
    let rows = match &filter.rows {
        Some(rows) => RowFilter::builder().filter_expression(known("rows", rows)?).build(),
        None => RowFilter::builder().all_rows_wildcard(AllRowsWildcard::builder().build()).build(),
    };
    let data = DataCellsFilter::builder()
        .table_catalog_id(known("catalog", &filter.catalog)?)
        .database_name(known("database", &filter.database)?)
        .table_name(known("table", &filter.table)?)
        .name(known("name", &filter.name)?)
        .row_filter(rows)
        .set_version_id(version);
    // One of the two forms, never both: Lake Formation refuses that.
    let data = match &filter.columns {
        Some(Columns::Only(columns)) => data.set_column_names(Some(names(columns)?)),
        Some(Columns::Except(columns)) => {
            let wildcard = ColumnWildcard::builder().set_excluded_column_names(Some(names(columns)?));
            data.column_wildcard(wildcard.build())
        }
        None => data.column_wildcard(ColumnWildcard::builder().build()),
    };
    data.build().map_err(|why| CloudError::refused(doing, why.to_string()))
}
