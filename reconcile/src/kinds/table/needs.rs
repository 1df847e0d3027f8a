//! What a table needs of whoever drives it.

use super::Table;
use crate::{
    kinds::glue,
    place::Place,
    policy::{Need, When, part},
};

pub(super) fn needs(table: &Table, place: &Place) -> Vec<Need> {
    let database = part(&table.database);
    let arn = |resource: &str| glue::arn(place, part(&table.catalog), resource);
    let itself = || {
        let (database, table) =
            (format!("database/{database}"), format!("table/{database}/{}", part(&table.name)));
        [arn("catalog"), arn(&database), arn(&table)]
    };
    vec![
        Need::of(When::Look, &["glue:GetTable", "glue:GetTables"], itself()),
        Need::of(When::Write, &["glue:CreateTable", "glue:UpdateTable"], itself()),
        Need::of(When::Delete, &["glue:DeleteTable"], itself()),
    ]
}
