//! The tables in a database that is to be deleted.

use super::DatabaseKey;
use crate::{
    aws::{Aws, answered, from_sdk},
    contents::{Count, Held},
    error::CloudError,
    kind::Data,
    kinds::table,
    owner::OWNER,
    progress,
};
use aws_sdk_glue::types::Table;

/// Tables that one call deletes.
const BATCH: usize = 100;
/// So many names are told.
const TOLD: usize = 5;

/// The tables in a database, from the first page of their list.
pub(super) async fn held(aws: &Aws, key: &DatabaseKey) -> Result<Option<Held>, CloudError> {
    let (tables, more) = table::list_first(aws, &key.catalog, &key.name).await?;
    Ok(Some(Held { count: Count::new(tables.len(), "table"), more }))
}

/// Make sure that nobody's table is lost with the database.
///
/// With [`Data::Keep`] any table is in the way. With [`Data::Empty`] tables are deleted, such as crawls and engines
/// made, unless one wears a lake's mark: then that lake owns it, or its member said `Retain`.
pub(super) async fn clear(aws: &Aws, key: &DatabaseKey, data: Data) -> Result<(), CloudError> {
    let tables = match table::list(aws, &key.catalog, &key.name).await {
        Err(gone) if gone.is_gone() => return Ok(()),
        tables => tables?,
    };
    let in_the_way: Vec<&str> = tables
        .iter()
        .filter(|table| data == Data::Keep || is_marked(table))
        .map(|table| table.name.as_str())
        .collect();
    if !in_the_way.is_empty() {
        return Err(CloudError::refused("glue:DeleteDatabase", refusal(key, &in_the_way, data)));
    }
    let names: Vec<String> = tables.into_iter().map(|table| table.name).collect();
    for some in names.chunks(BATCH) {
        let answer = aws
            .glue
            .batch_delete_table()
            .catalog_id(&key.catalog)
            .database_name(&key.name)
            .set_tables_to_delete(Some(some.to_vec()))
            .send()
            .await
            .map_err(|error| from_sdk("glue:BatchDeleteTable", error))?;
        progress::done(Count::new(some.len().saturating_sub(answer.errors().len()), "table"));
        for failed in answer.errors() {
            let Some(detail) = failed.error_detail() else { continue };
            let said = detail.error_message().unwrap_or_default();
            let error = answered(
                "glue:BatchDeleteTable",
                detail.error_code().unwrap_or_default(),
                &format!("table {}: {said}", failed.table_name().unwrap_or_default()),
            );
            if !error.is_gone() {
                return Err(error);
            }
        }
    }
    Ok(())
}

fn is_marked(table: &Table) -> bool {
    table.parameters().is_some_and(|parameters| parameters.contains_key(OWNER))
}

fn refusal(key: &DatabaseKey, tables: &[&str], data: Data) -> String {
    let mut names = tables[..tables.len().min(TOLD)].join(", ");
    if tables.len() > TOLD {
        names.push_str(", …");
    }
    let holds = format!("database {} holds {} table(s) ({names})", key.name, tables.len());
    match data {
        Data::Keep => format!(
            "{holds}, which would be deleted with it. Delete them, or set onDelete: Empty and apply before removing \
             the database."
        ),
        Data::Empty => {
            format!("{holds} that wear the mark of a lake. Delete them first, or keep the database.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_some_tables_and_the_remedy() {
        let key = DatabaseKey { catalog: "123456789012".into(), name: "lake".into() };
        let said = refusal(&key, &["a", "b", "c", "d", "e", "f"], Data::Keep);
        assert!(said.contains("6 table(s) (a, b, c, d, e, …)") && said.contains("onDelete: Empty"), "{said}");
    }
}
