//! One generic comparison of what is wanted with what was found, for every kind.

use lake_api::{FieldPath, Step, input::is_unknown};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field's path below the settings, in the user's words.
    pub path: FieldPath,
    /// What AWS has; `None` when it has nothing there.
    pub was: Option<Value>,
    /// What is wanted; `None` when nothing is, `$unknown` when it is not known yet.
    pub wanted: Option<Value>,
}

impl FieldChange {
    /// Whether a part of what is wanted is not known yet.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.wanted.as_ref().is_some_and(crate::reference::has_unknown)
    }

    /// Whether the change touches a path, which may lie above or below its own.
    #[must_use]
    pub fn touches(&self, path: &FieldPath) -> bool {
        self.path.starts_with(path) || path.starts_with(&self.path)
    }

    /// Whether the change touches a path of a kind, in which `[]` is any entry of a list: `partitionKeys[].name`. A list
    /// of another length touches all that is in it.
    #[must_use]
    pub fn touches_any(&self, paths: &str) -> bool {
        let parsed = |path: &str| path.parse::<FieldPath>().expect("a kind's paths are paths");
        let Some((list, rest)) = paths.split_once("[].") else { return self.touches(&parsed(paths)) };
        let list = parsed(list);
        if list.starts_with(&self.path) {
            return true;
        }
        let below = self.path.steps().get(list.steps().len() + 1..).unwrap_or_default();
        let rest = parsed(rest);
        self.path.starts_with(&list) && below.iter().zip(rest.steps()).all(|(one, other)| one == other)
    }
}

/// Maps into which others write too, and which of their entries are ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sharing<'a> {
    /// The paths of the maps below the settings.
    pub maps: &'a [&'static str],
    /// The paths of the entries that we put there.
    pub owned: Option<&'a BTreeSet<String>>,
}

/// The fields in which settings differ, in the order of their names. Facts are already in place.
///
/// Objects are compared by key, lists of one length by place and otherwise as a whole, numbers by value
/// (`1 == 1.0`); `null` is absence.
#[must_use]
pub fn diff(was: &Value, wanted: &Value, sharing: Sharing<'_>) -> Vec<FieldChange> {
    let mut walk = Walk { sharing, at: Vec::new(), changes: Vec::new() };
    walk.compare(Some(was), Some(wanted));
    walk.changes
}

/// The value at a path, if there is one.
#[must_use]
pub fn get<'v>(settings: &'v Value, path: &FieldPath) -> Option<&'v Value> {
    path.steps().iter().try_fold(settings, |value, step| match step {
        Step::Field(name) | Step::Key(name) => value.get(name),
        Step::Index(index) => value.get(index),
    })
}

/// Put a value at a path, or take it away; `false` where nothing holds such a path.
pub fn set(settings: &mut Value, path: &FieldPath, value: Option<Value>) -> bool {
    let Some((last, above)) = path.steps().split_last() else { return false };
    let holder = above.iter().try_fold(settings, |value, step| match step {
        Step::Field(name) | Step::Key(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    });
    match (holder, last) {
        (Some(Value::Object(fields)), Step::Field(name) | Step::Key(name)) => {
            match value {
                Some(value) => fields.insert(name.clone(), value),
                None => fields.remove(name),
            };
            true
        }
        (Some(Value::Array(items)), Step::Index(index)) => match (items.get_mut(*index), value) {
            (Some(item), Some(value)) => {
                *item = value;
                true
            }
            _ => false,
        },
        _ => false,
    }
}

struct Walk<'a> {
    sharing: Sharing<'a>,
    at: Vec<Step>,
    changes: Vec<FieldChange>,
}

impl Walk<'_> {
    fn compare(&mut self, was: Option<&Value>, wanted: Option<&Value>) {
        let was = was.filter(|value| !value.is_null());
        let wanted = wanted.filter(|value| !value.is_null());
        match (was, wanted) {
            (None, None) => {}
            (_, Some(unknown)) if is_unknown(unknown) => self.differs(was, wanted),
            _ if self.is_shared() => self.compare_shared(was, wanted),
            (Some(Value::Object(was)), Some(Value::Object(wanted))) => {
                for name in was.keys().chain(wanted.keys().filter(|name| !was.contains_key(*name))) {
                    self.below(Step::Field(name.clone()), was.get(name), wanted.get(name));
                }
            }
            (Some(Value::Array(was)), Some(Value::Array(wanted))) if was.len() == wanted.len() => {
                for (place, (was, wanted)) in was.iter().zip(wanted).enumerate() {
                    self.below(Step::Index(place), Some(was), Some(wanted));
                }
            }
            (Some(Value::Number(one)), Some(Value::Number(other))) if one.as_f64() == other.as_f64() => {}
            (Some(one), Some(other)) if one == other => {}
            _ => self.differs(was, wanted),
        }
    }

    /// Only what is wanted, and what we put there earlier, is compared: the rest is somebody else's.
    fn compare_shared(&mut self, was: Option<&Value>, wanted: Option<&Value>) {
        let none = Map::new();
        let was = was.and_then(Value::as_object).unwrap_or(&none);
        let wanted = wanted.and_then(Value::as_object).unwrap_or(&none);
        for name in was.keys().chain(wanted.keys().filter(|name| !was.contains_key(*name))) {
            self.at.push(Step::Key(name.clone()));
            if wanted.contains_key(name) || self.is_owned() {
                self.compare(was.get(name), wanted.get(name));
            }
            self.at.pop();
        }
    }

    fn below(&mut self, step: Step, was: Option<&Value>, wanted: Option<&Value>) {
        self.at.push(step);
        self.compare(was, wanted);
        self.at.pop();
    }

    fn is_shared(&self) -> bool {
        !self.sharing.maps.is_empty() && {
            let here = self.path().to_string();
            self.sharing.maps.contains(&here.as_str())
        }
    }

    fn is_owned(&self) -> bool {
        self.sharing.owned.is_some_and(|owned| owned.contains(&self.path().to_string()))
    }

    fn path(&self) -> FieldPath {
        self.at.iter().cloned().collect()
    }

    fn differs(&mut self, was: Option<&Value>, wanted: Option<&Value>) {
        self.changes.push(FieldChange { path: self.path(), was: was.cloned(), wanted: wanted.cloned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(was: Value, wanted: Value) -> Vec<String> {
        diff(&was, &wanted, Sharing::default()).iter().map(|change| change.path.to_string()).collect()
    }

    #[test]
    fn what_is_equal_by_value_is_equal() {
        assert!(paths(json!({"a": 1, "b": null}), json!({"a": 1.0, "c": null})).is_empty());
    }

    #[test]
    fn objects_differ_by_key_and_lists_by_place() {
        assert_eq!(
            paths(
                json!({"a": {"x": 1, "y": 2}, "l": [1, 2], "m": [1]}),
                json!({"a": {"x": 1, "z": 3}, "l": [1, 3], "m": [1, 2]})
            ),
            ["a.y", "a.z", "l[1]", "m"]
        );
    }

    #[test]
    fn an_object_that_appears_is_one_change() {
        assert_eq!(
            paths(json!({}), json!({"encryption": {"key": "k", "algorithm": "aws:kms"}})),
            ["encryption"]
        );
    }

    #[test]
    fn of_a_shared_map_only_our_entries_count() {
        let owned = BTreeSet::from(["parameters.gone".to_owned()]);
        let sharing = Sharing { maps: &["parameters"], owned: Some(&owned) };
        let was = json!({"parameters": {"theirs": "1", "ours": "2", "gone": "3"}});
        let changes = diff(&was, &json!({"parameters": {"ours": "4"}}), sharing);
        let paths: Vec<_> = changes.iter().map(|change| change.path.to_string()).collect();
        assert_eq!(paths, ["parameters.gone", "parameters.ours"]);
        assert_eq!(diff(&was, &json!({}), sharing).len(), 1);
    }

    #[test]
    fn a_path_of_any_entry_is_touched_in_each_and_by_the_whole_list() {
        let change = |path: &str| FieldChange { path: path.parse().unwrap(), was: None, wanted: None };
        for (path, touched) in [
            ("keys", true),
            ("keys[3]", true),
            ("keys[3].name", true),
            ("keys[3].name.x", true),
            ("keys[3].comment", false),
            ("key[3].name", false),
        ] {
            assert_eq!(change(path).touches_any("keys[].name"), touched, "{path}");
        }
    }

    #[test]
    fn what_is_not_known_yet_differs() {
        let changes = diff(&json!({"role": "r"}), &json!({"role": {"$unknown": true}}), Sharing::default());
        assert!(changes[0].is_unknown());
    }

    #[test]
    fn values_are_read_and_put_by_path() {
        let mut settings = json!({"a": {"b": [1, 2]}});
        let path: FieldPath = "a.b[1]".parse().unwrap();
        assert_eq!(get(&settings, &path), Some(&json!(2)));
        assert!(set(&mut settings, &path, Some(json!(3))));
        assert!(set(&mut settings, &"a.c".parse().unwrap(), Some(json!(4))));
        assert!(!set(&mut settings, &"x.y".parse().unwrap(), Some(json!(5))));
        assert_eq!(settings, json!({"a": {"b": [1, 3], "c": 4}}));
    }
}
