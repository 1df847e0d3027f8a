//! A crawler in the words of Glue's API.

use super::{
    Configuration, Crawler, LakeFormation, Targets, arn, facts,
    spec::{OnDataChanged, OnDataGone, Recrawl, SchemaChange},
};
use crate::{
    aws::{Aws, from_sdk},
    error::{CloudError, Retry},
    inventory::Sight,
    kinds::glue::{self, Batch, role_name, seen, text},
    owner::Worn,
};
use aws_sdk_glue::types::{
    self, CrawlerLineageSettings, DeleteBehavior, LakeFormationConfiguration, LineageConfiguration,
    RecrawlBehavior, RecrawlPolicy, SchemaChangePolicy, UpdateBehavior,
};
use lake_api::Input;
use std::collections::BTreeMap;

/// Look at crawlers.
pub(super) async fn read(aws: &Aws, keys: &[String]) -> Vec<Sight<Crawler>> {
    let doing = "glue:BatchGetCrawlers";
    let ask = |names| async move {
        let answer = aws.glue.batch_get_crawlers().set_crawler_names(Some(names)).send().await;
        let answer = answer.map_err(|error| from_sdk(doing, error))?;
        Ok(Batch::of(answer.crawlers, types::Crawler::name, answer.crawlers_not_found))
    };
    let seen = |key: &str, crawler: &_, tags| {
        (Crawler { tags, ..Crawler::seen(key, crawler) }, facts(&aws.place, key))
    };
    glue::look(aws, keys, doing, ask, |key| arn(&aws.place, key), types::Crawler::creation_time, seen).await
}

/// Make a crawler.
pub(super) async fn create(crawler: &Crawler, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
    let mut tags = glue::map(&crawler.tags);
    tags.extend(mark.tags());
    aws.glue
        .create_crawler()
        .name(text(&crawler.name))
        .set_tags(Some(tags))
        .role(crawler.role())
        .database_name(text(&crawler.database))
        .set_description(crawler.description.as_ref().map(text))
        .targets(crawler.targets.wire())
        .set_schedule(crawler.schedule.as_ref().map(text))
        .set_classifiers(Some(glue::texts(&crawler.classifiers)))
        .set_table_prefix(crawler.table_prefix.as_ref().map(text))
        .schema_change_policy(crawler.schema_change_policy())
        .recrawl_policy(crawler.recrawl_policy())
        .lineage_configuration(crawler.lineage_configuration())
        .set_lake_formation_configuration(
            crawler.lake_formation.as_ref().map(|_| crawler.lake_formation_configuration()),
        )
        .set_configuration(crawler.configuration.render())
        .set_crawler_security_configuration(crawler.security_configuration.as_ref().map(text))
        .send()
        .await
        .map_err(|error| from_sdk("glue:CreateCrawler", error))?;
    Ok(())
}

/// Change a crawler: all fields, and an empty text where nothing is wanted, since an update keeps what is left out.
pub(super) async fn update(crawler: &Crawler, aws: &Aws, key: &str) -> Result<(), CloudError> {
    let or_empty = |input: &Option<Input<String>>| input.as_ref().map(text).unwrap_or_default();
    aws.glue
        .update_crawler()
        .name(key)
        .role(crawler.role())
        .database_name(text(&crawler.database))
        .description(or_empty(&crawler.description))
        .targets(crawler.targets.wire())
        .schedule(or_empty(&crawler.schedule))
        .set_classifiers(Some(glue::texts(&crawler.classifiers)))
        .table_prefix(or_empty(&crawler.table_prefix))
        .schema_change_policy(crawler.schema_change_policy())
        .recrawl_policy(crawler.recrawl_policy())
        .lineage_configuration(crawler.lineage_configuration())
        .lake_formation_configuration(crawler.lake_formation_configuration())
        .configuration(crawler.configuration.render().unwrap_or_default())
        .crawler_security_configuration(or_empty(&crawler.security_configuration))
        .send()
        .await
        .map_err(|error| from_sdk("glue:UpdateCrawler", error))?;
    Ok(())
}

/// Delete a crawler, stopping it first where it runs.
pub(super) async fn delete(aws: &Aws, key: &str) -> Result<(), CloudError> {
    let error = match aws.glue.delete_crawler().name(key).send().await {
        Ok(_) => return Ok(()),
        Err(error) => from_sdk("glue:DeleteCrawler", error),
    };
    match error.retry {
        Retry::Gone => Ok(()),
        Retry::Busy => {
            stop(aws, key).await?;
            Err(error)
        }
        _ => Err(error),
    }
}

/// Ask a crawler to stop. One that does not run, or stops already, is left to it.
async fn stop(aws: &Aws, key: &str) -> Result<(), CloudError> {
    let Err(error) = aws.glue.stop_crawler().name(key).send().await else { return Ok(()) };
    let error = from_sdk("glue:StopCrawler", error);
    let stands = error.is("CrawlerNotRunningException") || error.is("CrawlerStoppingException");
    if stands || error.is_gone() { Ok(()) } else { Err(error) }
}

impl Crawler {
    fn role(&self) -> String {
        text(self.role_arn.as_ref().unwrap_or(&self.role))
    }

    fn schema_change_policy(&self) -> SchemaChangePolicy {
        SchemaChangePolicy::builder()
            .update_behavior(match self.schema_change.update {
                OnDataChanged::Log => UpdateBehavior::Log,
                OnDataChanged::UpdateInDatabase => UpdateBehavior::UpdateInDatabase,
            })
            .delete_behavior(match self.schema_change.delete {
                OnDataGone::Log => DeleteBehavior::Log,
                OnDataGone::DeleteFromDatabase => DeleteBehavior::DeleteFromDatabase,
                OnDataGone::DeprecateInDatabase => DeleteBehavior::DeprecateInDatabase,
            })
            .build()
    }

    fn recrawl_policy(&self) -> RecrawlPolicy {
        RecrawlPolicy::builder()
            .recrawl_behavior(match self.recrawl {
                Recrawl::Everything => RecrawlBehavior::CrawlEverything,
                Recrawl::NewFoldersOnly => RecrawlBehavior::CrawlNewFoldersOnly,
                Recrawl::EventMode => RecrawlBehavior::CrawlEventMode,
            })
            .build()
    }

    fn lineage_configuration(&self) -> LineageConfiguration {
        LineageConfiguration::builder()
            .crawler_lineage_settings(match self.lineage {
                true => CrawlerLineageSettings::Enable,
                false => CrawlerLineageSettings::Disable,
            })
            .build()
    }

    fn lake_formation_configuration(&self) -> LakeFormationConfiguration {
        let wanted = self.lake_formation.clone().unwrap_or_default();
        LakeFormationConfiguration::builder()
            .use_lake_formation_credentials(wanted.use_credentials)
            .account_id(wanted.account.as_ref().map(text).unwrap_or_default())
            .build()
    }

    /// What AWS has, in the words in which it is asked for; without tags.
    fn seen(name: &str, live: &types::Crawler) -> Self {
        Crawler {
            name: Input::from(name),
            description: seen(live.description()),
            role: Input::Known(role_name(live.role().unwrap_or_default())),
            role_arn: None,
            database: Input::from(live.database_name().unwrap_or_default()),
            targets: live.targets().map(Targets::seen).unwrap_or_default(),
            table_prefix: seen(live.table_prefix()),
            schedule: seen(live.schedule().and_then(|schedule| schedule.schedule_expression())),
            schema_change: live.schema_change_policy().map(schema_change).unwrap_or_default(),
            recrawl: match live.recrawl_policy().and_then(RecrawlPolicy::recrawl_behavior) {
                Some(RecrawlBehavior::CrawlNewFoldersOnly) => Recrawl::NewFoldersOnly,
                Some(RecrawlBehavior::CrawlEventMode) => Recrawl::EventMode,
                _ => Recrawl::Everything,
            },
            lineage: live.lineage_configuration().and_then(LineageConfiguration::crawler_lineage_settings)
                == Some(&CrawlerLineageSettings::Enable),
            lake_formation: live.lake_formation_configuration().map(LakeFormation::seen).filter(
                // This is how Glue spells "none".
                |seen| *seen != LakeFormation::default(),
            ),
            classifiers: live.classifiers().iter().map(|name| Input::from(name.as_str())).collect(),
            configuration: Configuration::seen(live.configuration()),
            security_configuration: seen(live.crawler_security_configuration()),
            tags: BTreeMap::new(),
        }
    }
}

impl LakeFormation {
    fn seen(live: &LakeFormationConfiguration) -> Self {
        LakeFormation {
            use_credentials: live.use_lake_formation_credentials.unwrap_or_default(),
            account: seen(live.account_id()),
        }
    }
}

fn schema_change(live: &SchemaChangePolicy) -> SchemaChange {
    SchemaChange {
        update: match live.update_behavior() {
            Some(UpdateBehavior::Log) => OnDataChanged::Log,
            _ => OnDataChanged::UpdateInDatabase,
        },
        delete: match live.delete_behavior() {
            Some(DeleteBehavior::Log) => OnDataGone::Log,
            Some(DeleteBehavior::DeleteFromDatabase) => OnDataGone::DeleteFromDatabase,
            _ => OnDataGone::DeprecateInDatabase,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn crawler() -> Crawler {
        serde_json::from_value(json!({
            "name": "events-processed",
            "role": "events-etl",
            "database": "lake",
            "targets": { "s3": [{ "bucket": "store", "prefix": "out/" }] },
            "schemaChange": { "update": "UpdateInDatabase", "delete": "DeprecateInDatabase" },
            "recrawl": "Everything",
            "lineage": false,
            "configuration": {
                "combineCompatibleSchemas": false,
                "mergeNewColumns": false,
                "partitionsInherit": false,
                "partitionIndex": true,
            },
        }))
        .unwrap()
    }

    fn full() -> Crawler {
        Crawler {
            description: Some(Input::from("told")),
            table_prefix: Some(Input::from("p_")),
            schedule: Some(Input::from("cron(0 3 * * ? *)")),
            schema_change: SchemaChange { update: OnDataChanged::Log, delete: OnDataGone::Log },
            recrawl: Recrawl::NewFoldersOnly,
            lineage: true,
            lake_formation: Some(LakeFormation { use_credentials: true, account: None }),
            classifiers: vec![Input::from("mine")],
            security_configuration: Some(Input::from("kms")),
            targets: serde_json::from_value(json!({
                "s3": [{ "bucket": "store", "prefix": "", "exclusions": ["**.tmp"], "sampleSize": 3, "connection": "vpc",
                         "eventQueue": "arn:aws:sqs:eu-west-1:1:q", "deadLetterQueue": "arn:aws:sqs:eu-west-1:1:d" }],
                "catalog": [{ "database": "lake", "tables": ["a", "b"] }],
                "jdbc": [{ "connection": "db", "path": "sales/%", "exclusions": ["x"], "metadata": ["Comments", "RawTypes"] }],
                "dynamodb": [{ "table": "t", "scanAll": false, "scanRate": 0.7 }],
                "mongodb": [{ "connection": "m", "path": "shop/orders", "scanAll": true }],
                "delta": [{ "locations": [{ "bucket": "store", "prefix": "d/" }], "writeManifest": true, "createNativeTable": false }],
                "iceberg": [{ "locations": [{ "bucket": "store", "prefix": "i/" }], "maxDepth": 4 }],
                "hudi": [{ "locations": [{ "bucket": "store", "prefix": "h/" }], "exclusions": ["y"], "maxDepth": 10 }],
            }))
            .unwrap(),
            ..crawler()
        }
    }

    /// The crawler as Glue keeps it, with what it fills in.
    fn live(crawler: &Crawler) -> types::Crawler {
        types::Crawler::builder()
            .name(text(&crawler.name))
            .role(text(&crawler.role))
            .database_name(text(&crawler.database))
            .set_description(crawler.description.as_ref().map(text))
            .targets(crawler.targets.wire())
            .set_classifiers(Some(glue::texts(&crawler.classifiers)))
            .set_table_prefix(crawler.table_prefix.as_ref().map(text))
            .set_schedule(
                crawler
                    .schedule
                    .as_ref()
                    .map(|cron| types::Schedule::builder().schedule_expression(text(cron)).build()),
            )
            .schema_change_policy(crawler.schema_change_policy())
            .recrawl_policy(crawler.recrawl_policy())
            .lineage_configuration(crawler.lineage_configuration())
            .lake_formation_configuration(crawler.lake_formation_configuration())
            .set_configuration(crawler.configuration.render())
            .set_crawler_security_configuration(crawler.security_configuration.as_ref().map(text))
            .build()
    }

    #[test]
    fn what_is_sent_is_what_is_seen() {
        for crawler in [crawler(), full()] {
            assert_eq!(Crawler::seen("events-processed", &live(&crawler)), crawler);
        }
    }

    #[test]
    fn what_glue_fills_in_is_no_difference() {
        let mut bare = live(&crawler());
        bare.schema_change_policy = None;
        bare.recrawl_policy = None;
        bare.lineage_configuration = None;
        bare.lake_formation_configuration = None;
        bare.description = Some(String::new());
        bare.table_prefix = Some(String::new());
        bare.configuration = Some(r#"{"Version":1.0}"#.to_owned());
        assert_eq!(Crawler::seen("events-processed", &bare), crawler());
    }
}
