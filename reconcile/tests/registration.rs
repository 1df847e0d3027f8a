//! What a kind says of itself when it is registered makes sense.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use lake_api::{FieldPath, Step};
use lake_reconcile::kinds;
use serde_json::Value;
use std::collections::BTreeSet;

/// Kinds whose end must come before this one's, directly or not.
fn before(kind: &str, seen: &mut BTreeSet<&'static str>) {
    for other in kinds::ALL.iter().filter(|other| other.goes_before.contains(&kind)) {
        if seen.insert(other.name) {
            before(other.name, seen);
        }
    }
}

#[test]
fn no_kind_goes_before_itself() {
    for kind in kinds::ALL {
        let mut seen = BTreeSet::new();
        before(kind.name, &mut seen);
        assert!(!seen.contains(kind.name), "{} goes before itself, through {seen:?}", kind.name);
        for later in kind.goes_before {
            assert!(kinds::traits(later).is_some(), "{} goes before {later}, which is no kind", kind.name);
        }
    }
}

#[test]
fn every_path_that_a_kind_names_is_in_its_settings() {
    for kind in kinds::ALL {
        let schema: Value = (kind.schema)().into();
        let left = kind.left_to_aws.iter().map(|(path, _)| path);
        for path in kind.fixed.iter().chain(kind.shared).chain(kind.unread).chain(left) {
            let steps: FieldPath = path.parse().unwrap_or_else(|error| panic!("{}: {error}", kind.name));
            assert!(holds(&schema, &schema, steps.steps()), "{} has no {path}", kind.name);
        }
    }
}

/// Whether a schema, or one of the schemas that it is made of, has a field at a path.
fn holds(schema: &Value, root: &Value, path: &[Step]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix("#/$defs/"));
    let parts = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten();
    let here = first.name().map(|name| &schema["properties"][name]).filter(|field| !field.is_null());
    here.is_some_and(|field| holds(field, root, rest))
        || target.is_some_and(|target| holds(&root["$defs"][target], root, path))
        || parts.into_iter().any(|part| holds(part, root, path))
}

#[test]
fn kinds_and_facts_are_camel_case_words() {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let mut names = BTreeSet::new();
    for kind in kinds::ALL {
        assert!(names.insert(kind.name), "{} is registered twice", kind.name);
        for word in kind.facts.iter().chain([&kind.name]) {
            assert!(is_word(word), "{} is no camelCase word", word);
        }
    }
}

#[test]
fn what_is_left_to_aws_is_left_for_a_reason() {
    for kind in kinds::ALL {
        for (path, reason) in kind.left_to_aws {
            assert!(
                reason.split_whitespace().count() >= 3,
                "{}: {path} is left to AWS without a reason",
                kind.name
            );
        }
    }
}
