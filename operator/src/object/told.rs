//! What was told of a lake, read a field at a time: a release reads what an earlier or a later one has told.

use crate::text::Text;
use lake_api::LakeStatus;
use serde_json::{Map, Value};

/// A memory that is in the status in a form that no release up to this one writes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is of a form that this release does not know; a later one may have written it")]
pub struct Unreadable(&'static str);

/// What a status says, without what cannot be read. All but the record is told anew by each round.
pub(super) fn status(text: &Text) -> LakeStatus {
    let mut status: LakeStatus = text.read().unwrap_or_else(|| {
        let fields: Map<String, Value> = text.read().unwrap_or_default();
        let readable = fields.into_iter().filter(|field| read(Map::from_iter([field.clone()])).is_some());
        read(readable.collect()).unwrap_or_default()
    });
    // The definition's default, -1, says that nobody has looked yet.
    status.observed_generation = status.observed_generation.filter(|generation| *generation >= 0);
    status
}

fn read(fields: Map<String, Value>) -> Option<LakeStatus> {
    serde_json::from_value(Value::Object(fields)).ok()
}

/// The record in a status, by itself: nothing beside it says that there is none.
pub(super) fn record(text: &Text) -> Result<Option<String>, Unreadable> {
    match text.read() {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(mut status)) => match status.remove("record") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(record)) => Ok(Some(record)),
            Some(_) => Err(Unreadable("status.record")),
        },
        Some(_) => Err(Unreadable("status")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_api::status::State;
    use serde_json::json;

    #[test]
    fn one_word_of_a_later_release_hides_nothing_else() {
        let told = Text::of(&json!({
            "resources": { "bucket/store": { "state": "Novel" }, "job/etl": { "state": "Present" } },
            "members": "2/2",
            "record": "{}",
        }));
        let read = status(&told);
        assert_eq!(read.resources["bucket/store"].state, State::Unknown("Novel".to_owned()));
        assert_eq!(read.resources["job/etl"].state, State::Present);
        assert_eq!((read.members.as_deref(), read.record.as_deref()), (Some("2/2"), Some("{}")));
    }

    #[test]
    fn a_field_of_another_form_hides_no_other_one() {
        let told =
            Text::of(&json!({ "drifted": "some", "members": { "of": 2 }, "place": 7, "record": "{}" }));
        assert_eq!(status(&told), LakeStatus { record: Some("{}".to_owned()), ..LakeStatus::default() });
        assert_eq!(record(&told), Ok(Some("{}".to_owned())));
    }

    #[test]
    fn what_the_definition_says_before_the_first_look_says_nothing() {
        assert_eq!(status(&Text::of(&json!({ "observedGeneration": -1 }))), LakeStatus::default());
    }

    #[test]
    fn what_cannot_be_read_is_not_nothing() {
        for nothing in [Text::default(), Text::of(&json!(null)), Text::of(&json!({ "members": 7 }))] {
            assert_eq!(record(&nothing), Ok(None));
        }
        for unreadable in [json!({ "record": { "v": 2 } }), json!({ "record": 7 }), json!("all is well")] {
            assert!(record(&Text::of(&unreadable)).is_err(), "{unreadable}");
        }
    }
}
