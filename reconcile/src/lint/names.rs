//! Names on AWS, once their templates are filled in: their length, their alphabet, and that no two are the same.

use super::{list, member, references, template::Words};
use crate::LakeSpec;
use crate::spec::bucket::BucketNamespace;
use lake_api::member::{Member, Section};
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};
use std::collections::BTreeMap;

/// What AWS allows as the name of one sort of resource.
struct Rule {
    /// The section of its members.
    section: &'static str,
    /// The sort, for people.
    sort: &'static str,
    /// The least and the greatest length.
    length: (usize, usize),
    /// Whether AWS takes upper and lower case for the same.
    folds: bool,
    /// What is wrong with the letters of a name, if something is.
    letters: fn(&str) -> Option<&'static str>,
    /// Where the rule comes from.
    source: &'static str,
}

const BUCKET: Rule = Rule {
    section: "buckets",
    sort: "bucket",
    length: (3, 63),
    folds: false,
    letters: bucket,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
};
const ACCESS_POINT: Rule = Rule {
    section: "accessPoints",
    sort: "access point",
    length: (3, 50),
    folds: false,
    letters: access_point,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations-naming-rules.html",
};
const ROLE: Rule = Rule {
    section: "roles",
    sort: "role",
    length: (1, 64),
    folds: true,
    letters: role,
    source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
};
const DATABASE: Rule = Rule {
    section: "databases",
    sort: "database",
    length: (1, 255),
    folds: true,
    letters: catalog,
    source: "https://docs.aws.amazon.com/glue/latest/webapi/API_DatabaseInput.html",
};
const TABLE: Rule = Rule { section: "tables", sort: "table", ..DATABASE };
const JOB: Rule = Rule {
    section: "jobs",
    sort: "job",
    length: (1, 255),
    folds: false,
    letters: plain,
    source: "https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html",
};
const CRAWLER: Rule = Rule { section: "crawlers", sort: "crawler", ..JOB };
const FILTER: Rule = Rule {
    section: "filters",
    sort: "filter",
    length: (1, 255),
    folds: false,
    letters: plain,
    source: "https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataCellsFilter.html",
};

/// A name, the place where it is said, and what it stands beside: names are unique there.
struct Named {
    path: FieldPath,
    within: String,
    name: String,
    /// The name as people know it, without a made-up place.
    shown: String,
}

pub(super) fn check(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    let names = Names { words: Words::of(spec, lake) };
    names.section(&BUCKET, &spec.buckets, told, |key, bucket| {
        let end = match bucket.bucket_namespace {
            BucketNamespace::Global => "",
            BucketNamespace::AccountRegional => "-an",
        };
        let default = format!("{{lake}}-{key}-{{account}}-{{region}}{end}");
        (String::new(), given(bucket.name.as_ref(), &default))
    });
    for (key, bucket) in spec.buckets.own() {
        let path = member("buckets", key).field("name");
        told.extend(account_regional(bucket, &path));
    }
    let default = |key: &str| format!("{{lake}}-{key}");
    names.section(&ACCESS_POINT, &spec.access_points, told, |key, point| {
        (String::new(), given(point.name.as_ref(), &default(key)))
    });
    names.section(&ROLE, &spec.roles, told, |key, role| {
        (String::new(), given(role.name.as_ref(), &format!("{{lake}}-{key}-{{region}}")))
    });
    names.section(&DATABASE, &spec.databases, told, |key, database| {
        (String::new(), given(database.name.as_ref(), &default(key)))
    });
    names.section(&TABLE, &spec.tables, told, |key, table| {
        (known(&table.database), given(table.name.as_ref(), &default(key)))
    });
    names
        .section(&JOB, &spec.jobs, told, |key, job| (String::new(), given(job.name.as_ref(), &default(key))));
    names.section(&CRAWLER, &spec.crawlers, told, |key, crawler| {
        (String::new(), given(crawler.name.as_ref(), &default(key)))
    });
    names.section(&FILTER, &spec.filters, told, |key, filter| {
        let table = filter.table.as_ref().map(known).unwrap_or_default();
        let database = filter.database.as_ref().map(known).unwrap_or_default();
        let name = filter.table_name.as_ref().map(known).unwrap_or_default();
        (format!("{table}/{database}/{name}"), given(filter.name.as_ref(), &default(key)))
    });
    for (key, role) in spec.roles.own() {
        names.template(&member("roles", key).field("path"), role.path.known(), told);
    }
    for (key, filter) in spec.filters.own() {
        let path = member("filters", key).field("tableName");
        names.template(&path, filter.table_name.as_ref().and_then(Word::known), told);
    }
}

struct Names<'a> {
    words: Words<'a>,
}

impl Names<'_> {
    /// The names of a section's members; `name` tells what a member's name stands beside and what it is.
    fn section<T>(
        &self,
        rule: &Rule,
        section: &Section<T>,
        told: &mut Vec<Finding>,
        name: impl Fn(&str, &T) -> (String, Option<String>),
    ) {
        let mut all = Vec::new();
        for (key, one) in section {
            let path = member(rule.section, key);
            match one {
                Member::Own(own) => {
                    let (within, name) = name(key, &own.settings);
                    all.extend(self.one(rule, path, within, name, told));
                }
                Member::External(name) => {
                    let path = path.field("external");
                    let Some(name) = name.known() else { continue };
                    match self.words.fill(name) {
                        Err(fault) => told.push(references::template_fault(&path, name, &fault)),
                        // A filter's name says nothing without its table.
                        Ok(_) if rule.section == FILTER.section => {}
                        Ok(filled) => {
                            // A table is called by its database as well.
                            let ends: &[char] =
                                if rule.section == TABLE.section { &[':'] } else { &[':', '/'] };
                            let last = |name: &str| name.rsplit(ends).next().unwrap_or_default().to_owned();
                            let (name, shown) = (last(&filled.longest), last(&filled.shown));
                            all.push(Named { path, within: String::new(), name, shown });
                        }
                    }
                }
                Member::Veiled => {}
            }
        }
        told.extend(twice(rule, &all));
    }

    fn one(
        &self,
        rule: &Rule,
        path: FieldPath,
        within: String,
        name: Option<String>,
        told: &mut Vec<Finding>,
    ) -> Option<Named> {
        let name = name?;
        let path = path.field("name");
        let filled = match self.words.fill(&name) {
            Ok(filled) => filled,
            Err(fault) => {
                told.push(references::template_fault(&path, &name, &fault));
                return None;
            }
        };
        let (least, greatest) = rule.length;
        let (shortest, longest) = (filled.shortest.chars().count(), filled.longest.chars().count());
        let (sort, shown) = (rule.sort, &filled.shown);
        let filled_in = if *shown == filled.shortest { "" } else { " once its templates are filled in" };
        let detail = format!("A name here has {least} to {greatest} characters ({}).", rule.source);
        if shortest > greatest {
            let some = if shortest == longest { "" } else { "at least " };
            let summary = format!("the name `{shown}` is too long: {some}{shortest} characters{filled_in}");
            told.push(Finding::error(path.clone(), summary, format!("{detail} Give it a shorter `name`.")));
        } else if longest > greatest {
            let summary = format!("the name `{name}` may become too long: up to {longest} characters");
            told.push(Finding::warning(
                path.clone(),
                summary,
                format!("{detail} It depends on the region or the namespace."),
            ));
        } else if longest < least {
            let summary = format!("the name `{shown}` is too short: {longest} characters{filled_in}");
            told.push(Finding::error(path.clone(), summary, format!("{detail} Give it a longer `name`.")));
        }
        if let Some(why) = (rule.letters)(&filled.longest) {
            let summary = format!("no {sort} can be called `{name}`");
            told.push(Finding::error(path.clone(), summary, format!("{why} ({}).", rule.source)));
        }
        Some(Named { path, within, name: filled.longest, shown: filled.shown })
    }

    fn template(&self, path: &FieldPath, text: Option<&str>, told: &mut Vec<Finding>) {
        if let Some(text) = text
            && let Err(fault) = self.words.fill(text)
        {
            told.push(references::template_fault(path, text, &fault));
        }
    }
}

/// The names that two members share.
fn twice(rule: &Rule, all: &[Named]) -> Vec<Finding> {
    let mut by_name: BTreeMap<(&str, String), Vec<&Named>> = BTreeMap::new();
    for named in all {
        let name = if rule.folds { named.name.to_lowercase() } else { named.name.clone() };
        by_name.entry((&named.within, name)).or_default().push(named);
    }
    by_name
        .values()
        .filter(|same| same.len() > 1)
        .flat_map(|same| {
            let places: Vec<String> = same.iter().map(|named| format!("`{}`", named.path)).collect();
            same.iter().skip(1).map(move |named| {
                Finding::error(
                    named.path.clone(),
                    format!("two members are the {} `{}`", rule.sort, named.shown),
                    format!(
                        "{} name one thing on AWS. Give each its own `name`, or remove one.",
                        list(&places)
                    ),
                )
            })
        })
        .collect()
}

/// A name in the account's own namespace ends as S3 demands.
fn account_regional(bucket: &crate::spec::Bucket, path: &FieldPath) -> Option<Finding> {
    let name = bucket.name.as_ref()?.known()?;
    let regional = bucket.bucket_namespace == BucketNamespace::AccountRegional;
    (regional && !name.ends_with("-{account}-{region}-an")).then(|| {
        Finding::error(
            path.clone(),
            "the name of an account-regional bucket ends with `-{account}-{region}-an`",
            "Put that at the end of `name`, or leave `name` out.",
        )
    })
}

/// The name that is given, or the default; nothing while it is not known.
fn given(name: Option<&impl Word>, default: &str) -> Option<String> {
    match name {
        Some(name) => name.known().map(ToOwned::to_owned),
        None => Some(default.to_owned()),
    }
}

/// A text as it is, or nothing while it is not known.
fn known(word: &impl Word) -> String {
    word.known().unwrap_or_default().to_owned()
}

fn bucket(name: &str) -> Option<&'static str> {
    if !name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-')) {
        return Some("A bucket's name has lower-case letters, digits, hyphens and dots");
    }
    let ends = [name.bytes().next(), name.bytes().last()];
    if !ends.iter().flatten().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return Some("A bucket's name begins and ends with a letter or a digit");
    }
    if name.contains("..") {
        return Some("A bucket's name has no two dots side by side");
    }
    if name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok()) {
        return Some("A bucket's name is no IP address");
    }
    if ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|front| name.starts_with(front)) {
        return Some("S3 keeps names that begin with `xn--`, `sthree-` or `amzn-s3-demo-` to itself");
    }
    if ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| name.ends_with(end)) {
        return Some(
            "S3 keeps names that end with `-s3alias`, `--ol-s3`, `.mrap`, `--x-s3` or `--table-s3` to itself",
        );
    }
    None
}

fn access_point(name: &str) -> Option<&'static str> {
    if !name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
        return Some("An access point's name has lower-case letters, digits and hyphens");
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Some("An access point's name neither begins nor ends with a hyphen");
    }
    if name.starts_with("xn--") || ["-s3alias", "-ext-s3alias"].iter().any(|end| name.ends_with(end)) {
        return Some("S3 keeps names that begin with `xn--` or end with `-s3alias` to itself");
    }
    None
}

fn role(name: &str) -> Option<&'static str> {
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c));
    (!fits).then_some("A role's name has letters, digits and `+=,.@_-`")
}

/// Upper case has a finding of its own, since the catalogue takes it and folds it.
fn catalog(name: &str) -> Option<&'static str> {
    if name.chars().any(char::is_uppercase) {
        return Some("The catalogue folds names to lower case; write it so, then plan and AWS say the same");
    }
    if name.contains('/') {
        return Some("A slash parts database and table in ARNs, so that policies could not name it");
    }
    plain(name)
}

fn plain(name: &str) -> Option<&'static str> {
    name.chars().any(char::is_control).then_some("A name has no control characters")
}
