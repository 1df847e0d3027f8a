//! The sense of databases of the catalogue.

use super::spec::Database;
use crate::LakeSpec;
use crate::lint::member;
use crate::lint::names::{self, Names, Rule, given};
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};

/// What the catalogue takes for the name of a database, and of a table in it.
pub(crate) const NAME: Rule = Rule {
    section: "databases",
    sort: "database",
    length: (1, 255),
    external: Some(&[':', '/']),
    folds: true,
    letters,
    source: "https://docs.aws.amazon.com/glue/latest/webapi/API_DatabaseInput.html",
};

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    Names::of(spec, lake).section(&NAME, &spec.databases, told, |key, database| {
        (String::new(), given(database.name.as_ref(), &names::default(key)))
    });
    for (key, database) in spec.databases.own() {
        check(&member(NAME.section, key), database, told);
    }
}

/// Upper case has a finding of its own, since the catalogue takes it and folds it.
fn letters(name: &str) -> Option<&'static str> {
    if name.chars().any(char::is_uppercase) {
        return Some("The catalogue folds names to lower case; write it so, then plan and AWS say the same");
    }
    if name.contains('/') {
        return Some("A slash parts database and table in ARNs, so that policies could not name it");
    }
    names::plain(name)
}

fn check(path: &FieldPath, database: &Database, told: &mut Vec<Finding>) {
    for (index, one) in database.create_table_defaults.permissions.iter().enumerate() {
        let at = path.field("createTableDefaults").field("permissions").index(index);
        if one.permissions.is_empty() {
            told.push(Finding::error(
                at.field("permissions"),
                "nothing is permitted",
                "Name permissions, or remove this entry.",
            ));
        }
        if one.principal.known() == Some("IAM_ALLOWED_PRINCIPALS") {
            told.push(Finding::error(
                at.field("principal"),
                "`IAM_ALLOWED_PRINCIPALS` has a field of its own",
                "Remove this entry and set `createTableDefaults.iamAllowed: true`.",
            ));
        }
    }
}
