//! The sense of a whole spec: what no single field can tell.
//!
//! The schema says what a field may be, CEL what one object may be; what is left needs the whole lake: references,
//! names once their templates are filled in, and fields that only go together. Pure; all findings at once, sorted by
//! their place. What holds a value that is not known yet is left for the apply.

mod access_point;
mod bucket;
mod crawler;
pub mod crawls;
mod cron;
mod custody;
mod filter;
mod job;
mod lifecycle;
mod names;
mod objects;
mod reconcile;
mod references;
mod release;
mod role;
pub mod rows;
mod statement;
mod table;
mod tags;
mod template;
mod texts;

use crate::{FieldPath, Finding, LakeSpec};
pub use custody::adopted_from;

/// All that is wrong with the sense of a spec, for a lake of this name (in Kubernetes without its namespace).
#[must_use]
pub fn lint(spec: &LakeSpec, lake: &str) -> Vec<Finding> {
    let mut told = Vec::new();
    references::check(spec, &mut told);
    names::check(spec, lake, &mut told);
    objects::check(spec, lake, &mut told);
    tags::check(spec, &mut told);
    custody::check(spec, &mut told);
    release::check(spec, &mut told);
    reconcile::check(spec, &mut told);
    for (key, bucket) in spec.buckets.own() {
        bucket::check(&member("buckets", key), key, bucket, &mut told);
    }
    for (key, point) in spec.access_points.own() {
        access_point::check(&member("accessPoints", key), point, spec, &mut told);
    }
    for (key, role) in spec.roles.own() {
        role::check(&member("roles", key), role, &mut told);
    }
    for (key, database) in spec.databases.own() {
        table::check_database(&member("databases", key), database, &mut told);
    }
    for (key, one) in spec.tables.own() {
        table::check(&member("tables", key), one, &mut told);
    }
    for (key, job) in spec.jobs.own() {
        job::check(&member("jobs", key), job, &mut told);
    }
    for (key, crawler) in spec.crawlers.own() {
        crawler::check(&member("crawlers", key), crawler, &mut told);
    }
    for (key, one) in spec.filters.own() {
        filter::check(&member("filters", key), one, spec, lake, &mut told);
    }
    told.sort();
    told.dedup();
    told
}

/// What is wrong with a spec because of whose the lake is: `owner` as its marks spell it, `terraform/team-a/events`.
#[must_use]
pub fn lint_for(spec: &LakeSpec, owner: &str) -> Vec<Finding> {
    let mut told = Vec::new();
    custody::own(spec, owner, &mut told);
    told.sort();
    told
}

/// The place of a member.
fn member(section: &str, key: &str) -> FieldPath {
    FieldPath::root().field(section).key(key)
}

/// Names for people: `a`, `a and b`, `a, b and c`.
fn list<T: AsRef<str>>(names: &[T]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [front @ .., last] => {
            let front: Vec<&str> = front.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", front.join(", "), last.as_ref())
        }
    }
}

/// The known name that a word was probably meant to be.
fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count().min(word.chars().count()) / 4)
        .min()
        .map(|(_, name)| name)
}
