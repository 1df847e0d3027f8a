//! Lifecycle rules of buckets.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html>.

use crate::kinds::bucket::spec::lifecycle::{Expire, LifecycleRule, StorageClass, Transition};
use crate::kinds::bucket::spec::{Bucket, Day};
use crate::lint::word;
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};
use std::collections::BTreeSet;

/// The rules that S3 takes for a bucket.
const MOST: usize = 1000;
/// The least days before objects move to an infrequent-access class.
const INFREQUENT: i64 = 30;

pub(super) fn check(path: &FieldPath, bucket: &Bucket, told: &mut Vec<Finding>) {
    let at = path.field("lifecycleRules");
    if bucket.lifecycle_rules.len() > MOST {
        let summary =
            format!("{} rules are more than the {MOST} that S3 takes", bucket.lifecycle_rules.len());
        told.push(Finding::error(
            at.clone(),
            summary,
            "Merge rules that do the same under several prefixes.",
        ));
    }
    let mut ids = BTreeSet::new();
    for (index, rule) in bucket.lifecycle_rules.iter().enumerate() {
        let at = at.index(index);
        if let Some(id) = rule.id.as_ref().and_then(Word::known)
            && !ids.insert(id)
        {
            told.push(Finding::error(
                at.field("id"),
                format!("two rules have the id `{id}`"),
                "Ids are unique within a bucket. Rename one, or leave it out.",
            ));
        }
        one(&at, rule, told);
        if !bucket.versioning && (rule.expire_noncurrent.is_some() || !rule.noncurrent_transitions.is_empty())
        {
            told.push(Finding::warning(
                at,
                "the rule is about former versions, and the bucket keeps none",
                "It works on versions from a time when versioning was on. Otherwise set `versioning: true`, or remove it.",
            ));
        }
    }
}

fn one(at: &FieldPath, rule: &LifecycleRule, told: &mut Vec<Finding>) {
    let acts = !rule.transitions.is_empty()
        || rule.expire.as_ref().is_some_and(|expire| expire.expired_object_delete_marker != Some(false))
        || !rule.noncurrent_transitions.is_empty()
        || rule.expire_noncurrent.is_some()
        || rule.abort_incomplete_upload_days.is_some();
    if !acts {
        told.push(Finding::error(
            at.clone(),
            "the rule does nothing",
            "Add `transitions`, `expire`, `noncurrentTransitions`, `expireNoncurrent` or `abortIncompleteUploadDays`.",
        ));
    }
    if let (Some(larger), Some(smaller)) = (rule.larger_than, rule.smaller_than)
        && larger >= smaller
    {
        told.push(Finding::error(
            at.field("smallerThan"),
            "no object is both larger and smaller than that",
            format!("`smallerThan` ({smaller}) must exceed `largerThan` ({larger})."),
        ));
    }
    let moves = rule.transitions.iter().enumerate();
    let dates =
        moves.map(|(index, one)| (at.field("transitions").index(index).field("date"), one.date.as_ref()));
    let end = rule.expire.as_ref().map(|expire| (at.field("expire").field("date"), expire.date.as_ref()));
    for (at, date) in dates.chain(end) {
        if let Some(day) = date.and_then(Word::known).filter(|day| !is_in_calendar(day)) {
            told.push(Finding::error(
                at,
                format!("there is no day `{day}`"),
                "S3 would leave the date out and keep the rest of the rule. Write a day of the calendar.",
            ));
        }
    }
    transitions(at, rule, told);
    noncurrent(at, rule, told);
    let sized = rule.larger_than.is_some() || rule.smaller_than.is_some();
    let filtered = !rule.tags.is_empty() || sized;
    let marker = rule.expire.as_ref().is_some_and(|expire| expire.expired_object_delete_marker == Some(true));
    if filtered && (marker || rule.abort_incomplete_upload_days.is_some()) {
        let field = if marker { "expire" } else { "abortIncompleteUploadDays" };
        told.push(Finding::error(
            at.field(field),
            format!("`{field}` does not go with a filter by tags or size"),
            "Delete markers and unfinished uploads have neither. Put this into a rule of its own, with a prefix at most.",
        ));
    }
}

/// Whether a text in the form of a day is one of the calendar.
fn is_in_calendar(day: &str) -> bool {
    let parts: Vec<u32> = day.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = parts[..] else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=last).contains(&day)
}

fn transitions(at: &FieldPath, rule: &LifecycleRule, told: &mut Vec<Finding>) {
    for (index, transition) in rule.transitions.iter().enumerate() {
        let at = at.field("transitions").index(index);
        if let Some(days) = transition.days
            && is_infrequent(transition.storage_class)
            && days < INFREQUENT
        {
            told.push(too_early(&at.field("days"), days));
        }
        for earlier in &rule.transitions[..index] {
            told.extend(order(&at, earlier, transition));
        }
        if let Some(expire) = &rule.expire
            && expires_first(transition, expire)
        {
            told.push(Finding::error(
                at,
                "objects expire before they move",
                "Move them earlier, or let them expire later: `expire` must come after every transition.",
            ));
        }
    }
    let dated = |date: bool, days: bool| date && days;
    let days = rule.transitions.iter().any(|t| t.days.is_some())
        || rule.expire.as_ref().is_some_and(|expire| expire.days.is_some());
    let dates = rule.transitions.iter().any(|t| t.date.is_some())
        || rule.expire.as_ref().is_some_and(|expire| expire.date.is_some());
    if dated(dates, days) {
        told.push(Finding::error(
            at.clone(),
            "the rule mixes days and dates",
            "S3 takes either `days` or `date` throughout a rule. Split it in two.",
        ));
    }
}

/// Objects only move down, and only after what moved them before.
fn order(at: &FieldPath, earlier: &Transition, later: &Transition) -> Option<Finding> {
    if earlier.storage_class == later.storage_class {
        return Some(Finding::error(
            at.field("storageClass"),
            format!("two transitions move to `{}`", word(later.storage_class)),
            "Remove one of them.",
        ));
    }
    let (first, second) = (earlier.days?, later.days?);
    let down = rank(later.storage_class) > rank(earlier.storage_class);
    if (second > first) != down || first == second {
        return Some(Finding::error(
            at.clone(),
            format!(
                "the move to `{}` after {second} days does not follow that to `{}` after {first}",
                word(later.storage_class),
                word(earlier.storage_class)
            ),
            "Objects move down only: StandardIa, IntelligentTiering, OnezoneIa, GlacierIr, Glacier, DeepArchive, each \
             later than the one before.",
        ));
    }
    (is_infrequent(earlier.storage_class) && second < first + INFREQUENT).then(|| {
        Finding::error(
            at.field("days"),
            format!("objects stay only {} days in `{}`", second - first, word(earlier.storage_class)),
            format!(
                "S3 keeps them there for at least {INFREQUENT} days: move them on after {} or more.",
                first + INFREQUENT
            ),
        )
    })
}

fn noncurrent(at: &FieldPath, rule: &LifecycleRule, told: &mut Vec<Finding>) {
    for (index, transition) in rule.noncurrent_transitions.iter().enumerate() {
        let at = at.field("noncurrentTransitions").index(index);
        if is_infrequent(transition.storage_class) && transition.days < INFREQUENT {
            told.push(too_early(&at.field("days"), transition.days));
        }
        if rule.noncurrent_transitions[..index]
            .iter()
            .any(|other| other.storage_class == transition.storage_class)
        {
            told.push(Finding::error(
                at.field("storageClass"),
                format!("two transitions move to `{}`", word(transition.storage_class)),
                "Remove one of them.",
            ));
        }
        if let Some(end) = &rule.expire_noncurrent
            && end.days <= transition.days
        {
            told.push(Finding::error(
                at,
                "former versions are deleted before they move",
                "Move them earlier, or let `expireNoncurrent` come later.",
            ));
        }
    }
}

fn expires_first(transition: &Transition, expire: &Expire) -> bool {
    let by_days = transition.days.zip(expire.days).is_some_and(|(moved, gone)| gone <= moved);
    let date = |day: &Option<Day>| day.as_ref().and_then(|day| day.known().map(ToOwned::to_owned));
    let by_date = date(&transition.date).zip(date(&expire.date)).is_some_and(|(moved, gone)| gone <= moved);
    by_days || by_date
}

/// The place of a class in S3's waterfall, down which objects move.
fn rank(class: StorageClass) -> u8 {
    match class {
        StorageClass::StandardIa => 0,
        StorageClass::IntelligentTiering => 1,
        StorageClass::OnezoneIa => 2,
        StorageClass::GlacierIr => 3,
        StorageClass::Glacier => 4,
        StorageClass::DeepArchive => 5,
    }
}

fn is_infrequent(class: StorageClass) -> bool {
    matches!(class, StorageClass::StandardIa | StorageClass::OnezoneIa)
}

fn too_early(path: &FieldPath, days: i64) -> Finding {
    Finding::error(
        path.clone(),
        format!("{days} days are too few for an infrequent-access class"),
        format!("S3 moves objects to StandardIa and OnezoneIa after {INFREQUENT} days or later."),
    )
}
