//! A database in the words of Glue's API.

use super::{CreateTableDefaults, Database, DatabaseKey};
use crate::{
    aws::{Aws, born, from_sdk},
    diff::FieldChange,
    error::CloudError,
    inventory::{Seen, Sight},
    kinds::glue::{self, Location},
};
use aws_sdk_glue::types::{self, DataLakePrincipal, DatabaseInput, Permission, PrincipalPermissions};
use lake_api::Input;
use std::collections::{BTreeMap, BTreeSet};

/// Whom IAM alone admits.
const IAM_ALLOWED: &str = "IAM_ALLOWED_PRINCIPALS";
/// From so many databases on, a listing may cost fewer calls than asking for each.
const MANY: usize = 3;
/// Databases on a page, the most that Glue allows.
const PAGE: i32 = 100;

/// Look at databases. A listing leaves out what the caller may not see, so only a get can say that one is absent.
pub(super) async fn read(aws: &Aws, keys: &[DatabaseKey]) -> Vec<Sight<Database>> {
    let mut by_catalog: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for key in keys {
        by_catalog.entry(&key.catalog).or_default().insert(&key.name);
    }
    let many = by_catalog.into_iter().filter(|(_, names)| names.len() >= MANY);
    let listings = many.map(|(catalog, names)| list(aws, catalog, names));
    // What is not listed is asked for one by one, and tells then why it cannot be read.
    let listed: BTreeMap<DatabaseKey, types::Database> =
        glue::side_by_side(listings).await.into_iter().flatten().flatten().collect();
    let listed = &listed;
    let live = keys.iter().map(|key| async move {
        match listed.get(key) {
            Some(database) => Ok(types::Database::clone(database)),
            None => get(aws, key).await,
        }
    });
    let live = glue::side_by_side(live).await;
    let arns: Vec<String> =
        keys.iter().zip(&live).filter(|(_, live)| live.is_ok()).map(|(key, _)| key.arn(&aws.place)).collect();
    let mut tags = glue::tags_of(aws, &arns).await;
    keys.iter()
        .zip(live)
        .map(|(key, live)| match live {
            Ok(live) => match tags.remove(&key.arn(&aws.place)).unwrap_or(Ok(None)) {
                // Another account tells nobody its tags.
                Ok(None) if key.catalog == aws.place.account => Sight::Settling(glue::SETTLING.to_owned()),
                Ok(told) => {
                    let (tags, worn) = told.unwrap_or_default();
                    Sight::Present(Seen {
                        settings: Database { tags, ..Database::seen(key, &live) },
                        facts: key.facts(&aws.place),
                        worn,
                        birth: born(live.create_time()),
                    })
                }
                Err(error) => Sight::Unreadable(error),
            },
            Err(error) if error.is_gone() => Sight::Absent,
            Err(error) => Sight::Unreadable(error),
        })
        .collect()
}

/// One database.
pub(super) async fn get(aws: &Aws, key: &DatabaseKey) -> Result<types::Database, CloudError> {
    aws.glue
        .get_database()
        .catalog_id(&key.catalog)
        .name(&key.name)
        .send()
        .await
        .map_err(|error| from_sdk("glue:GetDatabase", error))?
        .database
        .ok_or_else(|| CloudError::refused("glue:GetDatabase", "the answer holds no database"))
}

/// Databases of a catalog, page by page, until all that are wanted were among them, or the next page would cost more than
/// asking for each that is missing has cost already.
async fn list(
    aws: &Aws,
    catalog: &str,
    mut wanted: BTreeSet<&str>,
) -> Result<Vec<(DatabaseKey, types::Database)>, CloudError> {
    let mut pages = aws.glue.get_databases().catalog_id(catalog).max_results(PAGE).into_paginator().send();
    let (mut found, mut turned) = (Vec::new(), 0);
    while wanted.len() > turned
        && let Some(page) = pages.next().await
    {
        turned += 1;
        for database in page.map_err(|error| from_sdk("glue:GetDatabases", error))?.database_list {
            if wanted.remove(database.name.as_str()) {
                let key = DatabaseKey { catalog: catalog.to_owned(), name: database.name.clone() };
                found.push((key, database));
            }
        }
    }
    Ok(found)
}

impl Database {
    /// What is sent to create it. Permissions are always sent, since an account's own default would stand in.
    pub(super) fn input(&self) -> DatabaseInput {
        self.builder(glue::map(&self.parameters))
    }

    /// What is sent to change it: its own fields, and what changes do not name as it is there.
    pub(super) fn merged(&self, live: types::Database, changes: &[FieldChange]) -> DatabaseInput {
        let (set, gone) = glue::entries(changes, &["parameters"], &self.parameters);
        let mut parameters = live.parameters.unwrap_or_default();
        parameters.retain(|key, _| !gone.contains(key));
        parameters.extend(set);
        let mut input = self.builder(parameters);
        input.target_database = live.target_database;
        input.federated_database = live.federated_database;
        input
    }

    fn builder(&self, parameters: std::collections::HashMap<String, String>) -> DatabaseInput {
        DatabaseInput::builder()
            .name(glue::text(&self.name))
            .set_description(self.description.as_ref().map(glue::text))
            .set_location_uri(self.location.as_ref().map(|at| glue::text(&at.uri())))
            .set_parameters(Some(parameters))
            .set_create_table_default_permissions(Some(self.create_table_defaults.wire()))
            .build()
            .expect("a database input needs a name only")
    }

    /// What AWS has, in the words in which it is asked for; without tags.
    pub(super) fn seen(key: &DatabaseKey, live: &types::Database) -> Self {
        Database {
            catalog: Input::Known(key.catalog.clone()),
            name: Input::Known(key.name.clone()),
            description: glue::seen(live.description()),
            location: Location::seen(live.location_uri()),
            parameters: glue::seen_map(live.parameters()),
            create_table_defaults: CreateTableDefaults::seen(live.create_table_default_permissions()),
            tags: BTreeMap::new(),
        }
    }
}

impl CreateTableDefaults {
    fn wire(&self) -> Vec<PrincipalPermissions> {
        let entry = |principal: &str, permissions: Vec<Permission>| {
            PrincipalPermissions::builder()
                .principal(DataLakePrincipal::builder().data_lake_principal_identifier(principal).build())
                .set_permissions(Some(permissions))
                .build()
        };
        let iam = self.iam_allowed.then(|| entry(IAM_ALLOWED, vec![Permission::All]));
        let further = self.permissions.iter().map(|one| {
            let words = one.permissions.iter().map(|word| glue::screaming(word).as_str().into()).collect();
            entry(&glue::text(&one.principal), words)
        });
        iam.into_iter().chain(further).collect()
    }

    fn seen(live: &[PrincipalPermissions]) -> Self {
        let mut iam_allowed = false;
        let mut further = Vec::new();
        for entry in live {
            let principal = entry.principal().and_then(|who| who.data_lake_principal_identifier());
            let principal = principal.unwrap_or_default();
            for permission in entry.permissions() {
                if principal == IAM_ALLOWED && *permission == Permission::All {
                    iam_allowed = true;
                } else {
                    further.push((Input::from(principal), glue::pascal(permission.as_str())));
                }
            }
        }
        CreateTableDefaults::of(iam_allowed, further)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn database() -> Database {
        serde_json::from_value(json!({
            "catalog": "123456789012",
            "name": "lake",
            "description": "events",
            "location": { "bucket": "store", "prefix": "db/" },
            "parameters": { "team": "data" },
            "createTableDefaults": {
                "iamAllowed": true,
                "permissions": [{ "principal": "arn:aws:iam::123456789012:role/x", "permissions": ["Alter", "Select"] }],
            },
        }))
        .unwrap()
    }

    fn key() -> DatabaseKey {
        DatabaseKey { catalog: "123456789012".into(), name: "lake".into() }
    }

    /// A database as Glue keeps it.
    fn live(input: DatabaseInput) -> types::Database {
        types::Database::builder()
            .name(input.name)
            .set_description(input.description)
            .set_location_uri(input.location_uri)
            .set_parameters(input.parameters)
            .set_create_table_default_permissions(input.create_table_default_permissions)
            .build()
            .unwrap()
    }

    #[test]
    fn what_is_sent_is_what_is_seen() {
        assert_eq!(Database::seen(&key(), &live(database().input())), database());
        let closed = Database {
            create_table_defaults: CreateTableDefaults { iam_allowed: false, permissions: Vec::new() },
            ..database()
        };
        assert_eq!(Database::seen(&key(), &live(closed.input())), closed);
    }

    #[test]
    fn an_update_keeps_what_engines_wrote() {
        let mut there = live(database().input());
        let theirs = there.parameters.get_or_insert_default();
        theirs.insert("trino_created".into(), "yes".into());
        theirs.insert("old".into(), "ours".into());
        let gone =
            FieldChange { path: "parameters.old".parse().unwrap(), was: Some(json!("ours")), wanted: None };
        let sent = database().merged(there, &[gone]).parameters.unwrap();
        assert_eq!(sent.get("trino_created").map(String::as_str), Some("yes"));
        assert_eq!(sent.get("team").map(String::as_str), Some("data"));
        assert!(!sent.contains_key("old"));
    }
}
