//! The sense of crawlers.

use super::spec::{Crawler, OnDataChanged, OnDataGone, Recrawl};
use crate::LakeSpec;
use crate::kinds::glue::{cron, runs_as};
use crate::kinds::job;
use crate::lint::member;
use crate::lint::names::{self, Names, Rule, given};
use lake_api::names::{Arn, Word};
use lake_api::{FieldPath, Finding};
use serde_json::Value;

/// Keys of a crawler's configuration that have fields of their own: path in the document, and field.
const TYPED: [(&[&str], &str); 6] = [
    (&["Grouping", "TableGroupingPolicy"], "combineCompatibleSchemas"),
    (&["Grouping", "TableLevelConfiguration"], "tableLevel"),
    (&["CrawlerOutput", "Tables", "TableThreshold"], "tableThreshold"),
    (&["CrawlerOutput", "Tables", "AddOrUpdateBehavior"], "mergeNewColumns"),
    (&["CrawlerOutput", "Partitions", "AddOrUpdateBehavior"], "partitionsInherit"),
    (&["CreatePartitionIndex"], "partitionIndex"),
];

/// What Glue takes for the name of a crawler.
pub(super) const NAME: Rule = Rule { section: "crawlers", sort: "crawler", ..job::lint::NAME };

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    Names::of(spec, lake).section(&NAME, &spec.crawlers, told, |key, crawler| {
        (String::new(), given(crawler.name.as_ref(), &names::default(key)))
    });
    for (key, crawler) in spec.crawlers.own() {
        let path = member(NAME.section, key);
        told.extend(runs_as::shut_out(spec, &path.field("role"), &crawler.role));
        check(&path, crawler, told);
    }
}

fn check(path: &FieldPath, crawler: &Crawler, told: &mut Vec<Finding>) {
    if let Some(schedule) = crawler.schedule.as_ref().and_then(Word::known)
        && let Err(refusal) = cron::check(schedule)
    {
        told.push(Finding::error(
            path.field("schedule"),
            format!("`{schedule}` is no schedule of Glue"),
            refusal.shown(schedule),
        ));
    }
    changes(path, crawler, told);
    events(path, crawler, told);
    catalog(path, crawler, told);
    prefix(path, crawler, told);
    configuration(path, crawler, told);
    for (index, target) in crawler.targets.s3.iter().enumerate() {
        if target.exclusions.len() > 100 {
            told.push(Finding::error(
                path.field("targets").field("s3").index(index).field("exclusions"),
                format!("{} exclusions are more than the 100 that Glue takes", target.exclusions.len()),
                "Merge patterns, as in `{a,b}/**`.",
            ));
        }
    }
}

/// Source: `RecrawlPolicy` and "Incremental crawls" in
/// <https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html>; event mode keeps the deletion rule only.
fn changes(path: &FieldPath, crawler: &Crawler, told: &mut Vec<Finding>) {
    let at = path.field("schemaChange");
    let word = match crawler.recrawl {
        Recrawl::Everything => return,
        Recrawl::NewFoldersOnly => "NewFoldersOnly",
        Recrawl::EventMode => "EventMode",
    };
    if crawler.recrawl == Recrawl::NewFoldersOnly {
        let catalog = (!crawler.targets.catalog.is_empty()).then_some("catalog");
        for field in others(crawler).into_iter().chain(catalog) {
            told.push(Finding::error(
                path.field("targets").field(field),
                format!("`recrawl: {word}` takes targets in S3 only"),
                "Only folders in S3 can be told to be new. Give these targets a crawler of their own, or crawl `Everything`.",
            ));
        }
    }
    if crawler.schema_change.delete != OnDataGone::Log {
        told.push(Finding::error(
            at.field("delete"),
            format!("`recrawl: {word}` takes only `Log` here"),
            "A crawl that does not look at everything cannot tell what went. Set `delete: Log`, or crawl `Everything`.",
        ));
    }
    if crawler.recrawl == Recrawl::NewFoldersOnly && crawler.schema_change.update != OnDataChanged::Log {
        told.push(Finding::error(
            at.field("update"),
            format!("`recrawl: {word}` takes only `Log` here"),
            "A crawl of new folders changes no table that is there. Set `update: Log`, or crawl `Everything`.",
        ));
    }
}

fn events(path: &FieldPath, crawler: &Crawler, told: &mut Vec<Finding>) {
    let targets = &crawler.targets;
    let at = path.field("targets");
    let s3 = targets.s3.iter().enumerate().map(|(index, target)| {
        (at.field("s3").index(index), target.event_queue.as_ref(), target.dead_letter_queue.as_ref())
    });
    let catalog = targets.catalog.iter().enumerate().map(|(index, target)| {
        (at.field("catalog").index(index), target.event_queue.as_ref(), target.dead_letter_queue.as_ref())
    });
    let mut queues = 0;
    for (at, queue, dead) in s3.chain(catalog) {
        queues += usize::from(queue.is_some());
        for (field, queue) in [("eventQueue", queue), ("deadLetterQueue", dead)] {
            told.extend(queue.and_then(|queue| no_queue(&at.field(field), queue)));
        }
        if queue.is_some() && crawler.recrawl != Recrawl::EventMode {
            told.push(Finding::warning(
                at.field("eventQueue"),
                "the queue is not used",
                "Set `recrawl: EventMode`, or remove the queue.",
            ));
        }
        if queue.is_none() && dead.is_some() {
            told.push(Finding::error(
                at.field("deadLetterQueue"),
                "there is no queue whose events could fail",
                "Add `eventQueue`, or remove this.",
            ));
        }
    }
    if crawler.recrawl != Recrawl::EventMode {
        return;
    }
    if queues == 0 {
        told.push(Finding::error(
            path.field("recrawl"),
            "`EventMode` needs a queue of events",
            "Name the SQS queue that takes the bucket's events as `eventQueue` of a target.",
        ));
    }
    for field in others(crawler) {
        told.push(Finding::error(
            at.field(field),
            "`recrawl: EventMode` takes targets in S3 and the catalogue only",
            "Give these targets a crawler of their own.",
        ));
    }
}

fn no_queue(path: &FieldPath, queue: &Arn) -> Option<Finding> {
    let arn = queue.known()?;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    (parts.len() == 6 && parts[2] != "sqs").then(|| {
        Finding::error(
            path.clone(),
            format!("`{arn}` is no queue"),
            "It would be `arn:{partition}:sqs:{region}:{account}:name`.",
        )
    })
}

/// The fields of targets that are neither S3's nor the catalogue's.
fn others(crawler: &Crawler) -> Vec<&'static str> {
    let targets = &crawler.targets;
    [
        ("jdbc", targets.jdbc.is_empty()),
        ("dynamodb", targets.dynamodb.is_empty()),
        ("mongodb", targets.mongodb.is_empty()),
        ("delta", targets.delta.is_empty()),
        ("iceberg", targets.iceberg.is_empty()),
        ("hudi", targets.hudi.is_empty()),
    ]
    .into_iter()
    .filter(|(_, empty)| !empty)
    .map(|(field, _)| field)
    .collect()
}

fn catalog(path: &FieldPath, crawler: &Crawler, told: &mut Vec<Finding>) {
    let targets = &crawler.targets;
    if targets.catalog.is_empty() {
        return;
    }
    let others = others(crawler).into_iter().chain((!targets.s3.is_empty()).then_some("s3"));
    for field in others {
        told.push(Finding::error(
            path.field("targets").field(field),
            "catalogue tables go with no other targets",
            "Give these targets a crawler of their own.",
        ));
    }
    if crawler.schema_change.delete != OnDataGone::Log && crawler.recrawl == Recrawl::Everything {
        told.push(Finding::error(
            path.field("schemaChange").field("delete"),
            "a crawler of catalogue tables takes only `Log` here",
            "Set `delete: Log`: it does not delete the tables that it is told to look at.",
        ));
    }
    if crawler.table_prefix.is_some() {
        told.push(Finding::warning(
            path.field("tablePrefix"),
            "the prefix is not used",
            "A crawler of catalogue tables makes no new ones. Remove it.",
        ));
    }
}

fn prefix(path: &FieldPath, crawler: &Crawler, told: &mut Vec<Finding>) {
    let Some(prefix) = crawler.table_prefix.as_ref().and_then(Word::known) else { return };
    if prefix.chars().any(char::is_uppercase) {
        told.push(Finding::error(
            path.field("tablePrefix"),
            "the catalogue folds names to lower case",
            format!("Write `{}`.", prefix.to_lowercase()),
        ));
    }
    if prefix.chars().count() > 128 {
        told.push(Finding::error(
            path.field("tablePrefix"),
            format!("{} characters are more than the 128 that Glue takes", prefix.chars().count()),
            "Shorten it.",
        ));
    }
}

fn configuration(path: &FieldPath, crawler: &Crawler, told: &mut Vec<Finding>) {
    let at = path.field("configuration").field("other");
    let Some(text) = crawler.configuration.other.as_ref().and_then(Word::known) else { return };
    let document: Value = match serde_json::from_str(text) {
        Ok(document @ Value::Object(_)) => document,
        Ok(_) => {
            told.push(Finding::error(at, "the document is no object", "Write it as `{\"Key\": …}`."));
            return;
        }
        Err(why) => {
            told.push(Finding::error(at, "the text is no JSON", format!("{why}.")));
            return;
        }
    };
    for (keys, field) in TYPED {
        if keys.iter().try_fold(&document, |value, key| value.get(key)).is_some() {
            told.push(Finding::error(
                at.clone(),
                format!("`{}` has a field of its own", keys.join(".")),
                format!("Remove it here and set `configuration.{field}`."),
            ));
        }
    }
}
