//! Lifecycle rules in S3's words and in the spec's.

use super::spec::{
    Day, Prefix,
    lifecycle::{Expire, ExpireNoncurrent, LifecycleRule, NoncurrentTransition, StorageClass, Transition},
};
use aws_sdk_s3::{
    error::BuildError,
    primitives::{DateTime, DateTimeFormat},
    types::{
        AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration, LifecycleRule as Theirs,
        LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration,
        NoncurrentVersionTransition, Tag, Transition as TheirTransition, TransitionStorageClass,
    },
};
use lake_api::{
    Input,
    names::{TagValue, Word},
};

/// Put transitions in the order of time: S3 takes them for a set.
pub(super) fn sort(rule: &mut LifecycleRule) {
    rule.transitions
        .sort_by(|a, b| (a.days, day_of(a), a.storage_class).cmp(&(b.days, day_of(b), b.storage_class)));
    rule.noncurrent_transitions.sort_by_key(|a| (a.days, a.storage_class));
    if rule.prefix.as_ref().and_then(Word::known) == Some("") {
        rule.prefix = None;
    }
    if let Some(expire) = &mut rule.expire {
        expire.expired_object_delete_marker = expire.expired_object_delete_marker.filter(|on| *on);
    }
    // S3 takes no empty `Expiration`: one that says nothing is none
    // (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html>).
    rule.expire = rule.expire.take().filter(|expire| {
        expire.days.is_some() || expire.date.is_some() || expire.expired_object_delete_marker.is_some()
    });
}

fn day_of(transition: &Transition) -> Option<&str> {
    transition.date.as_ref().and_then(Word::known)
}

/// A rule as S3 tells it, with its id.
pub(super) fn read(rule: &Theirs) -> (String, LifecycleRule) {
    let filter = rule.filter();
    let and = filter.and_then(LifecycleRuleFilter::and);
    #[allow(deprecated, reason = "S3 still answers with the older form for rules that were put in it")]
    let prefix = filter
        .and_then(|filter| filter.prefix())
        .or_else(|| and.and_then(|and| and.prefix()))
        .or_else(|| rule.prefix());
    let tags =
        filter.and_then(|filter| filter.tag()).into_iter().chain(and.iter().flat_map(|and| and.tags()));
    let mut read = LifecycleRule {
        id: None,
        enabled: rule.status() == &ExpirationStatus::Enabled,
        prefix: prefix.map(|prefix| Prefix(Input::from(prefix))),
        tags: tags.map(|tag| (tag.key().to_owned(), TagValue::from(tag.value()))).collect(),
        larger_than: filter
            .and_then(|filter| filter.object_size_greater_than())
            .or_else(|| and.and_then(|and| and.object_size_greater_than())),
        smaller_than: filter
            .and_then(|filter| filter.object_size_less_than())
            .or_else(|| and.and_then(|and| and.object_size_less_than())),
        transitions: rule
            .transitions()
            .iter()
            .filter_map(|transition| {
                Some(Transition {
                    days: transition.days().filter(|_| transition.date().is_none()).map(i64::from),
                    date: transition.date().map(read_day),
                    storage_class: read_class(transition.storage_class()?)?,
                })
            })
            .collect(),
        expire: rule.expiration().map(|expiration| Expire {
            days: expiration.days().filter(|days| *days > 0).map(i64::from),
            date: expiration.date().map(read_day),
            expired_object_delete_marker: expiration.expired_object_delete_marker(),
        }),
        noncurrent_transitions: rule
            .noncurrent_version_transitions()
            .iter()
            .filter_map(|transition| {
                Some(NoncurrentTransition {
                    days: transition.noncurrent_days().map_or(0, i64::from),
                    keep_newest: transition.newer_noncurrent_versions().map(i64::from),
                    storage_class: read_class(transition.storage_class()?)?,
                })
            })
            .collect(),
        expire_noncurrent: rule.noncurrent_version_expiration().map(|expiration| ExpireNoncurrent {
            days: expiration.noncurrent_days().map_or(0, i64::from),
            keep_newest: expiration.newer_noncurrent_versions().map(i64::from),
        }),
        abort_incomplete_upload_days: rule
            .abort_incomplete_multipart_upload()
            .and_then(|abort| abort.days_after_initiation())
            .map(i64::from),
    };
    sort(&mut read);
    (rule.id().unwrap_or_default().to_owned(), read)
}

/// A rule as S3 takes it.
pub(super) fn write(id: &str, rule: &LifecycleRule) -> Result<Theirs, BuildError> {
    let expiration = rule.expire.as_ref().map(|expire| {
        LifecycleExpiration::builder()
            .set_days(expire.days.map(narrow))
            .set_date(expire.date.as_ref().and_then(write_day))
            .set_expired_object_delete_marker(expire.expired_object_delete_marker)
            .build()
    });
    let transitions = rule.transitions.iter().map(|transition| {
        TheirTransition::builder()
            .set_days(transition.days.map(narrow))
            .set_date(transition.date.as_ref().and_then(write_day))
            .storage_class(write_class(transition.storage_class))
            .build()
    });
    let noncurrent = rule.noncurrent_transitions.iter().map(|transition| {
        NoncurrentVersionTransition::builder()
            .noncurrent_days(narrow(transition.days))
            .set_newer_noncurrent_versions(transition.keep_newest.map(narrow))
            .storage_class(write_class(transition.storage_class))
            .build()
    });
    let expire_noncurrent = rule.expire_noncurrent.as_ref().map(|expire| {
        NoncurrentVersionExpiration::builder()
            .noncurrent_days(narrow(expire.days))
            .set_newer_noncurrent_versions(expire.keep_newest.map(narrow))
            .build()
    });
    let abort = rule
        .abort_incomplete_upload_days
        .map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(narrow(days)).build());
    Theirs::builder()
        .id(id)
        .status(if rule.enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled })
        .filter(write_filter(rule)?)
        .set_expiration(expiration)
        .set_transitions(some(transitions.collect()))
        .set_noncurrent_version_transitions(some(noncurrent.collect()))
        .set_noncurrent_version_expiration(expire_noncurrent)
        .set_abort_incomplete_multipart_upload(abort)
        .build()
}

/// A filter says one thing by itself and several under `And`.
fn write_filter(rule: &LifecycleRule) -> Result<LifecycleRuleFilter, BuildError> {
    let prefix = rule.prefix.as_ref().and_then(Word::known);
    let tags: Vec<Tag> = rule
        .tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value.known().unwrap_or_default()).build())
        .collect::<Result<_, _>>()?;
    let said = usize::from(prefix.is_some())
        + tags.len()
        + usize::from(rule.larger_than.is_some())
        + usize::from(rule.smaller_than.is_some());
    let filter = LifecycleRuleFilter::builder();
    Ok(match said {
        0 => filter.prefix(""),
        1 => filter
            .set_prefix(prefix.map(ToOwned::to_owned))
            .set_tag(tags.into_iter().next())
            .set_object_size_greater_than(rule.larger_than)
            .set_object_size_less_than(rule.smaller_than),
        _ => filter.and(
            LifecycleRuleAndOperator::builder()
                .set_prefix(prefix.map(ToOwned::to_owned))
                .set_tags(some(tags))
                .set_object_size_greater_than(rule.larger_than)
                .set_object_size_less_than(rule.smaller_than)
                .build(),
        ),
    }
    .build())
}

fn read_day(at: &DateTime) -> Day {
    let text = at.fmt(DateTimeFormat::DateTime).unwrap_or_default();
    Day(Input::from(text.split('T').next().unwrap_or_default()))
}

fn write_day(day: &Day) -> Option<DateTime> {
    DateTime::from_str(&format!("{}T00:00:00Z", day.known()?), DateTimeFormat::DateTime).ok()
}

fn read_class(class: &TransitionStorageClass) -> Option<StorageClass> {
    Some(match class {
        TransitionStorageClass::StandardIa => StorageClass::StandardIa,
        TransitionStorageClass::OnezoneIa => StorageClass::OnezoneIa,
        TransitionStorageClass::IntelligentTiering => StorageClass::IntelligentTiering,
        TransitionStorageClass::GlacierIr => StorageClass::GlacierIr,
        TransitionStorageClass::Glacier => StorageClass::Glacier,
        TransitionStorageClass::DeepArchive => StorageClass::DeepArchive,
        _ => return None,
    })
}

fn write_class(class: StorageClass) -> TransitionStorageClass {
    match class {
        StorageClass::StandardIa => TransitionStorageClass::StandardIa,
        StorageClass::OnezoneIa => TransitionStorageClass::OnezoneIa,
        StorageClass::IntelligentTiering => TransitionStorageClass::IntelligentTiering,
        StorageClass::GlacierIr => TransitionStorageClass::GlacierIr,
        StorageClass::Glacier => TransitionStorageClass::Glacier,
        StorageClass::DeepArchive => TransitionStorageClass::DeepArchive,
    }
}

/// A list, or nothing instead of an empty one.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// The contract bounds numbers of days and versions far below this.
fn narrow(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(yaml: &str) -> LifecycleRule {
        serde_saphyr::from_str(yaml).unwrap()
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        for text in [
            "{ expire: { days: 7 } }",
            "{ prefix: tmp/, expire: { days: 7 } }",
            "{ enabled: false, tags: { a: b }, expire: { date: 2030-01-31 } }",
            "{ tags: { a: b, c: d }, expire: { expiredObjectDeleteMarker: true } }",
            "{ largerThan: 5, abortIncompleteUploadDays: 3 }",
            "{ prefix: a/, smallerThan: 9, transitions: [ { days: 30, storageClass: StandardIa }, { days: 90, storageClass: DeepArchive } ] }",
            "{ expireNoncurrent: { days: 10, keepNewest: 2 }, noncurrentTransitions: [ { days: 3, keepNewest: 1, storageClass: Glacier } ] }",
            "{ transitions: [ { date: 2031-12-31, storageClass: OnezoneIa } ] }",
        ] {
            let rule = rule(text);
            assert_eq!(read(&write("an-id", &rule).unwrap()), ("an-id".to_owned(), rule), "{text}");
        }
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        let mut empty = rule("{ prefix: '', expire: { days: 1, expiredObjectDeleteMarker: false } }");
        sort(&mut empty);
        assert_eq!(empty, rule("{ expire: { days: 1 } }"));
    }
}
