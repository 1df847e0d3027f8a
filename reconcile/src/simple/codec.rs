//! How AWS spells what the language says otherwise.

use lake_api::input::is_unknown;
use serde_json::{Map, Value, json};

/// How a value is spelt on AWS, after its parts are. What AWS has and no codec could have written stays as it is, so that it is
/// shown as a difference.
#[derive(Clone, Copy, Debug)]
pub enum Codec {
    /// A switch by two words, off and on: `Switch("DISABLED", "ENABLED")`.
    Switch(&'static str, &'static str),
    /// A map as a list of objects with these two members, as tags mostly are: `Pairs("Key", "Value")`.
    Pairs(&'static str, &'static str),
    /// A number as text: `30` as `"30"`.
    NumberText,
    /// A value as a JSON document in a text.
    Document,
    /// Texts as one text with this between them: `Joined(",")`.
    Joined(&'static str),
    /// A value as a list of it alone.
    Single,
    /// A value as an object of it alone, by the name of its member: `Member("KmsKey")`.
    Member(&'static str),
    /// A [`Location`](crate::spec::location::Location) as `s3://bucket/prefix`.
    S3Uri,
    /// An [`ObjectLocation`](crate::spec::location::ObjectLocation) as `s3://bucket/key`.
    S3Object,
    /// By two functions, to AWS and back. The second one answers `null` for what means that nothing is set.
    Custom(fn(&Value) -> Value, fn(&Value) -> Value),
}

impl Codec {
    /// The value as AWS spells it.
    #[must_use]
    pub fn encode(self, value: &Value) -> Value {
        match self {
            Codec::Switch(off, on) => {
                value.as_bool().map_or_else(|| value.clone(), |is| json!(if is { on } else { off }))
            }
            Codec::Pairs(key, member) => {
                entries(value).map(|(name, value)| json!({ key: name, member: value })).collect()
            }
            Codec::NumberText => json!(value.to_string()),
            Codec::Document => json!(canonical(value).to_string()),
            Codec::Joined(between) => {
                json!(items(value).filter_map(Value::as_str).collect::<Vec<_>>().join(between))
            }
            Codec::Single => json!([value]),
            Codec::Member(name) => json!({ name: value }),
            Codec::S3Uri => uri(value, "Prefix"),
            Codec::S3Object => uri(value, "Key"),
            Codec::Custom(to, _) => to(value),
        }
    }

    /// The value that AWS spells so.
    #[must_use]
    pub fn decode(self, found: &Value) -> Value {
        let decoded = match self {
            Codec::Switch(off, on) => {
                [(off, false), (on, true)].iter().find(|(word, _)| found == word).map(|it| json!(it.1))
            }
            Codec::Pairs(key, member) => found.as_array().map(|pairs| {
                let pair = |pair: &Value| Some((pair[key].as_str()?.to_owned(), pair.get(member)?.clone()));
                pairs.iter().filter_map(pair).collect::<Map<_, _>>().into()
            }),
            Codec::NumberText => {
                found.as_str().and_then(|text| serde_json::from_str(text).ok()).filter(Value::is_number)
            }
            Codec::Document => found.as_str().and_then(|text| serde_json::from_str(text).ok()),
            Codec::Joined(between) => found
                .as_str()
                .map(|text| text.split(between).filter(|part| !part.is_empty()).collect::<Vec<_>>().into()),
            Codec::Single => found
                .as_array()
                .filter(|all| all.len() < 2)
                .map(|all| all.first().cloned().unwrap_or_default()),
            Codec::Member(name) => found.as_object().map(|it| it.get(name).cloned().unwrap_or_default()),
            Codec::S3Uri => place(found, "Prefix"),
            Codec::S3Object => place(found, "Key"),
            Codec::Custom(_, from) => Some(from(found)),
        };
        decoded.unwrap_or_else(|| found.clone())
    }
}

/// A JSON document by value: of white space, the order of keys and `1` beside `1.0` nothing is left.
#[must_use]
pub fn canonical(document: &Value) -> Value {
    match document {
        Value::Number(number) => match number.as_f64() {
            #[allow(
                clippy::cast_possible_truncation,
                reason = "it is whole, and far from the end of what fits"
            )]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
                json!(float as i64)
            }
            _ => document.clone(),
        },
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), canonical(field))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A text that is a JSON document, by value; one that is none as it is.
#[must_use]
pub fn canonical_text(text: &Value) -> Value {
    let document = text.as_str().and_then(|text| serde_json::from_str(text).ok());
    document.map_or_else(|| text.clone(), |document| json!(canonical(&document).to_string()))
}

fn uri(place: &Value, rest: &str) -> Value {
    match place["Bucket"].as_str() {
        Some(bucket) => json!(format!("s3://{bucket}/{}", place[rest].as_str().unwrap_or_default())),
        None => place.clone(),
    }
}

fn place(uri: &Value, rest: &str) -> Option<Value> {
    let path = uri.as_str()?.strip_prefix("s3://")?;
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    Some(if key.is_empty() { json!({ "Bucket": bucket }) } else { json!({ "Bucket": bucket, rest: key }) })
}

/// The items of a list; none of what is no list.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The entries of an object; none of what is no object, or stands for one that is not known yet.
pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().filter(|_| !is_unknown(value)).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_there_comes_back() {
        let upper = Codec::Custom(
            |text| json!(text.as_str().map(str::to_uppercase)),
            |text| json!(text.as_str().map(str::to_lowercase)),
        );
        for (codec, ours, aws) in [
            (Codec::Switch("DISABLED", "ENABLED"), json!(true), json!("ENABLED")),
            (Codec::Switch("DISABLED", "ENABLED"), json!(false), json!("DISABLED")),
            (Codec::Pairs("Key", "Value"), json!({ "a": "1" }), json!([{ "Key": "a", "Value": "1" }])),
            (Codec::NumberText, json!(30), json!("30")),
            (Codec::Document, json!({ "b": [1, null], "a": "x" }), json!(r#"{"a":"x","b":[1,null]}"#)),
            (Codec::Joined(","), json!(["a", "b"]), json!("a,b")),
            (Codec::Joined(","), json!([]), json!("")),
            (Codec::Single, json!({ "A": 1 }), json!([{ "A": 1 }])),
            (Codec::Member("KmsKey"), json!("k"), json!({ "KmsKey": "k" })),
            (Codec::S3Uri, json!({ "Bucket": "b", "Prefix": "x/" }), json!("s3://b/x/")),
            (Codec::S3Uri, json!({ "Bucket": "b" }), json!("s3://b/")),
            (Codec::S3Object, json!({ "Bucket": "b", "Key": "x/y" }), json!("s3://b/x/y")),
            (upper, json!("word"), json!("WORD")),
        ] {
            assert_eq!(codec.encode(&ours), aws, "{codec:?}");
            assert_eq!(codec.decode(&aws), ours, "{codec:?}");
        }
    }

    #[test]
    fn what_no_codec_writes_stays_as_it_is() {
        for (codec, found) in [
            (Codec::Switch("DISABLED", "ENABLED"), json!("SUSPENDED")),
            (Codec::NumberText, json!("many")),
            (Codec::NumberText, json!("\"30\"")),
            (Codec::Document, json!("{")),
            (Codec::S3Uri, json!("hdfs://b/x")),
            (Codec::Single, json!([1, 2])),
        ] {
            assert_eq!(codec.decode(&found), found, "{codec:?}");
        }
    }

    #[test]
    fn documents_are_equal_by_value() {
        let canonical = |text: &str| canonical_text(&json!(text));
        assert_eq!(canonical(r#"{ "b": 1.0, "a": [2.50] }"#), canonical(r#"{"a":[2.5],"b":1}"#));
        assert_ne!(canonical("[1,2]"), canonical("[2,1]"));
        assert_eq!(canonical("{ none"), json!("{ none"));
    }
}
