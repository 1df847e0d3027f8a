//! Paths of the spec in Terraform's words, and back: `buckets.a.lifecycleRules[0].prefix` is
//! `bucket.a.lifecycle_rule[0].prefix` there.

use crate::projection::{self, Block, Nesting};
use lake_api::{FieldPath, Step};
use lake_reconcile::spec::singular::snake;

/// A path of the spec in Terraform's words.
#[must_use]
pub fn in_words(path: &FieldPath) -> FieldPath {
    spelt(projection::spec(), path)
}

/// A path below a member in Terraform's words; `kind` is that of the member's node, `bucket` or `accessPoint`.
#[must_use]
pub fn below_member(kind: &str, path: &FieldPath) -> FieldPath {
    match member(projection::spec(), &snake(kind)) {
        Some(block) => spelt(block, path),
        None => path.clone(),
    }
}

/// The block of a kind's members, nested ones included.
fn member(block: &'static Block, word: &str) -> Option<&'static Block> {
    let members = block.blocks.iter().filter(|(_, nested)| nested.members);
    members
        .clone()
        .find(|(name, _)| *name == word)
        .map(|(_, nested)| &nested.block)
        .or_else(|| members.filter_map(|(_, nested)| member(&nested.block, word)).next())
}

fn spelt(block: &Block, path: &FieldPath) -> FieldPath {
    translated(block, path, |block, name| {
        let attribute =
            block.attributes.iter().find(|(_, it)| it.field == name).map(|(word, _)| (word.clone(), None));
        let nested = || block.blocks.iter().find(|(_, it)| it.field == name);
        // What the settings of a resource know and no spec says, as a digest.
        let other = || (snake(name), None);
        attribute.or_else(|| nested().map(|(word, it)| (word.clone(), Some(it)))).unwrap_or_else(other)
    })
}

/// A path in Terraform's words, below a block, as the spec says it. What is no word of Terraform's stays as it is, to be
/// told with what was probably meant.
#[must_use]
pub fn of_words(block: &Block, path: &FieldPath) -> FieldPath {
    translated(block, path, |block, name| match (block.attributes.get(name), block.blocks.get(name)) {
        (Some(attribute), _) => (attribute.field.to_owned(), None),
        (None, Some(nested)) => (nested.field.to_owned(), Some(nested)),
        (None, None) => (name.to_owned(), None),
    })
}

/// A path with the names of its fields translated, down to the first value that is no block: keys stay as they are.
fn translated<'b>(
    block: &'b Block,
    path: &FieldPath,
    word: impl Fn(&'b Block, &str) -> (String, Option<&'b projection::Nested>),
) -> FieldPath {
    let mut told = FieldPath::root();
    let mut here = Some(block);
    let mut steps = path.steps().iter();
    while let Some(step) = steps.next() {
        let (Some(block), Some(name)) = (here, step.name()) else {
            told = push(&told, step);
            continue;
        };
        let (word, nested) = word(block, name);
        told = told.field(word);
        here = nested.map(|nested| &nested.block);
        if nested.is_some_and(|nested| nested.nesting != Nesting::Single)
            && let Some(step) = steps.next()
        {
            told = push(&told, step);
        }
    }
    told
}

fn push(path: &FieldPath, step: &Step) -> FieldPath {
    match step {
        Step::Field(name) => path.field(name),
        Step::Key(name) => path.key(name),
        Step::Index(index) => path.index(*index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_api::contract::Shape;
    use lake_reconcile::CONTRACT;

    /// Every path of a form, one entry of each collection among them.
    fn paths(shape: &Shape, at: &FieldPath, found: &mut Vec<FieldPath>) {
        found.push(at.clone());
        match shape {
            Shape::Object(object) => {
                let known = object.fields.iter().filter(|(_, field)| field.door.is_none());
                known.for_each(|(name, field)| paths(&field.shape, &at.field(name), found));
            }
            Shape::Map(map) => paths(&map.entry, &at.key("some-key"), found),
            Shape::List(list) => paths(&list.entry, &at.index(0), found),
            Shape::Set(set) => paths(&set.entry, &at.index(0), found),
            _ => {}
        }
    }

    #[test]
    fn every_path_of_the_spec_survives_the_way_there_and_back() {
        let mut all = Vec::new();
        paths(CONTRACT.shape(), &FieldPath::root(), &mut all);
        assert!(all.len() > 400, "{} paths", all.len());
        for path in all {
            let there = in_words(&path);
            let words = there.steps().iter().filter_map(Step::name).filter(|name| *name != "some-key");
            for word in words {
                assert_eq!(word, snake(word), "{path} is {there}");
            }
            assert_eq!(of_words(projection::spec(), &there), path, "{there}");
        }
    }

    #[test]
    fn paths_are_told_as_the_configuration_says_them() {
        for (path, told) in [
            ("buckets.a.lifecycleRules[0].prefix", "bucket.a.lifecycle_rule[0].prefix"),
            ("buckets.a.objects.b.contentType", "bucket.a.object.b.content_type"),
            ("roles.r.assumedBy.services[0]", "role.r.assumed_by.services[0]"),
            ("jobs.etl.arguments.--TempDir", "job.etl.arguments.--TempDir"),
        ] {
            assert_eq!(
                in_words(&path.parse().unwrap()).to_string(),
                told.parse::<FieldPath>().unwrap().to_string()
            );
        }
        let below = |kind: &str, path: &str| below_member(kind, &path.parse().unwrap()).to_string();
        assert_eq!(
            below("bucket", "publicAccessBlock.blockPublicAcls"),
            "public_access_block.block_public_acls"
        );
        assert_eq!(below("accessPoint", "bucketAccount"), "bucket_account");
        assert_eq!(below("object", "contentType"), "content_type");
        assert_eq!(below("bucket", "tags.costCentre"), "tags.costCentre");
    }
}
