//! The sense of objects that are uploaded: one object on AWS is one in the spec, and each has a name of its own among nodes.

use super::spec::Object;
use crate::LakeSpec;
use crate::kinds::bucket::spec::BucketRef;
use crate::lint::template::Words;
use crate::lint::{list, member, release};
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};
use std::collections::BTreeMap;

/// An object that the lake uploads.
struct Uploaded {
    /// Where its key is said.
    path: FieldPath,
    /// Its node, `object/<outer>.<inner>`.
    node: String,
    /// The bucket, as it is referred to, and the key, if both are known.
    address: Option<(String, String)>,
}

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    let words = Words::of(spec, lake);
    let mut all = Vec::new();
    for (bucket, settings) in spec.buckets.own() {
        for (key, object) in settings.objects.own() {
            let path = member("buckets", bucket).field("objects").key(key.as_str());
            check(&path, object, told);
            all.push(Uploaded {
                path: path.field("key"),
                node: format!("object/{}.{}", bucket.as_str(), key.as_str()),
                address: object.key.known().map(|at| (bucket.to_string(), at.to_owned())),
            });
        }
    }
    for (job, settings) in spec.jobs.own() {
        let script = &settings.script;
        if script.is_uploaded() {
            let path = member("jobs", job).field("script");
            let node = format!("object/{}.script", job.as_str());
            told.extend(release::both(spec, &node, &path));
            all.push(Uploaded {
                path: path.field("key"),
                node,
                address: bucket(&script.bucket, spec, &words).zip(script.key.known().map(ToOwned::to_owned)),
            });
        }
    }
    told.extend(shared(&all, |object| object.address.clone(), |(bucket, key)| {
        (
            format!("two uploads are the object `{key}` in `{bucket}`"),
            "The later one would overwrite the earlier. Give each its own key, or upload it once and leave out the \
             script's `content`."
                .to_owned(),
        )
    }));
    told.extend(shared(&all, |object| Some(object.node.clone()), |node| {
        (
            format!("two uploads are called `{node}`"),
            "A job's script is called by the job's key and `script`. Rename the object's key in `objects`, or the job."
                .to_owned(),
        )
    }));
}

fn check(path: &FieldPath, object: &Object, told: &mut Vec<Finding>) {
    if object.tags.len() > 10 {
        told.push(Finding::error(
            path.field("tags"),
            format!("{} tags are more than the 10 that an object takes", object.tags.len()),
            "Remove some.",
        ));
    }
    if object.key.known().is_some_and(|key| key.len() > 1024) {
        told.push(Finding::error(
            path.field("key"),
            "the key has more than 1024 bytes",
            "S3 counts bytes, of which a letter beyond ASCII takes two to four.",
        ));
    }
}

/// The member that a reference means, be it named by key or by an ARN of the name that the member gives itself.
fn bucket(reference: &BucketRef, spec: &LakeSpec, words: &Words<'_>) -> Option<String> {
    let text = reference.known()?;
    let Some((_, name)) = text.split_once(":s3:::") else { return Some(text.to_owned()) };
    let same = |key: &&lake_api::names::MemberKey| {
        spec.buckets.get(key.as_str()).and_then(|bucket| bucket.own()?.name.as_ref()?.known()).is_some_and(
            |own| {
                own == name || words.fill(own).is_ok_and(|own| words.fill(name).is_ok_and(|name| own == name))
            },
        )
    };
    Some(spec.buckets.keys().find(same).map_or_else(|| name.to_owned(), ToString::to_string))
}

/// A finding at every object but the first of those that share something.
fn shared<K: Ord + Clone>(
    all: &[Uploaded],
    of: impl Fn(&Uploaded) -> Option<K>,
    say: impl Fn(&K) -> (String, String),
) -> Vec<Finding> {
    let mut by: BTreeMap<K, Vec<&FieldPath>> = BTreeMap::new();
    for object in all {
        if let Some(what) = of(object) {
            by.entry(what).or_default().push(&object.path);
        }
    }
    by.iter()
        .filter(|(_, paths)| paths.len() > 1)
        .flat_map(|(what, paths)| {
            let (summary, remedy) = say(what);
            let places: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            let detail = format!("They are {}. {remedy}", list(&places));
            paths
                .iter()
                .skip(1)
                .map(move |path| Finding::error((*path).clone(), summary.clone(), detail.clone()))
                .collect::<Vec<_>>()
        })
        .collect()
}
