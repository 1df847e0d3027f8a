//! What a database needs of whoever drives it.

use super::Database;
use crate::{
    kinds::glue,
    place::Place,
    policy::{Need, When, part},
};

pub(super) fn needs(database: &Database, place: &Place) -> Vec<Need> {
    let (catalog, name) = (part(&database.catalog), part(&database.name));
    let arn = |resource: &str| glue::arn(place, catalog, resource);
    let itself = || arn(&format!("database/{name}"));
    let tables = || arn(&format!("table/{name}/*"));
    let functions = || arn(&format!("userDefinedFunction/{name}/*"));
    vec![
        Need::of(When::Look, &["glue:GetDatabase", "glue:GetDatabases"], [arn("catalog"), itself()]),
        Need::of(When::Look, &["glue:GetTags"], [itself()]),
        // Which of its tables wear the lake's mark, and whether there are any before it is deleted.
        Need::of(When::Look, &["glue:GetTables"], [arn("catalog"), itself(), tables()]),
        Need::of(When::Write, &["glue:CreateDatabase", "glue:UpdateDatabase"], [arn("catalog"), itself()]),
        Need::of(When::Write, &["glue:TagResource", "glue:UntagResource"], [itself()]),
        Need::of(When::Delete, &["glue:DeleteDatabase"], [arn("catalog"), itself(), tables(), functions()]),
        Need::of(When::Empty, &["glue:BatchDeleteTable"], [arn("catalog"), itself(), tables()]),
    ]
}
