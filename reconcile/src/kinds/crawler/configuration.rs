//! The JSON document in which Glue keeps how a crawler makes tables (AWS: "Setting crawler configuration options").
//!
//! What has a field here is taken out of the document, whoever wrote it there; the rest is compared by value.

use super::spec::CrawlerConfiguration;
use lake_api::{Input, names::Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

/// How tables and partitions are made of what is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// Whether files of compatible schemas become one table.
    pub combine_compatible_schemas: bool,
    /// At which level of folders a table begins; `None` lets Glue find out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_level: Option<i64>,
    /// The most tables that a crawl may write; `None` is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_threshold: Option<i64>,
    /// Whether new columns are added and the others of a table stay as they are.
    pub merge_new_columns: bool,
    /// Whether partitions take over columns and format from their table.
    pub partitions_inherit: bool,
    /// Whether new tables get an index of their partitions; Glue's default.
    pub partition_index: bool,
    /// Anything else, as a JSON object in canonical form: keys in order, whole numbers without a fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Input<String>>,
}

impl Default for Configuration {
    fn default() -> Self {
        Configuration {
            combine_compatible_schemas: false,
            table_level: None,
            table_threshold: None,
            merge_new_columns: false,
            partitions_inherit: false,
            partition_index: true,
            other: None,
        }
    }
}

const VERSION: &[&str] = &["Version"];
const GROUPING: &[&str] = &["Grouping", "TableGroupingPolicy"];
const LEVEL: &[&str] = &["Grouping", "TableLevelConfiguration"];
const THRESHOLD: &[&str] = &["CrawlerOutput", "Tables", "TableThreshold"];
const TABLES: &[&str] = &["CrawlerOutput", "Tables", "AddOrUpdateBehavior"];
const PARTITIONS: &[&str] = &["CrawlerOutput", "Partitions", "AddOrUpdateBehavior"];
const INDEX: &[&str] = &["CreatePartitionIndex"];

const COMBINE: &str = "CombineCompatibleSchemas";
const MERGE: &str = "MergeNewColumns";
const INHERIT: &str = "InheritFromTable";

impl Configuration {
    /// What a spec asks for, with whatever its document says that has a field of its own.
    pub(super) fn of(said: &CrawlerConfiguration) -> Self {
        let typed = Configuration {
            combine_compatible_schemas: said.combine_compatible_schemas,
            table_level: said.table_level,
            table_threshold: said.table_threshold,
            merge_new_columns: said.merge_new_columns,
            partitions_inherit: said.partitions_inherit,
            partition_index: said.partition_index,
            other: said.other.as_ref().map(|other| other.input().clone()),
        };
        typed.document().map_or(typed, Configuration::fold)
    }

    /// What Glue's document says; none says nothing.
    pub(super) fn seen(document: Option<&str>) -> Self {
        match document.map(serde_json::from_str::<Value>) {
            Some(Ok(Value::Object(document))) => Configuration::fold(document),
            // Glue keeps only documents that it can read; whatever else stands there differs from all that is wanted.
            Some(_) if document != Some("") => {
                Configuration { other: document.map(Input::from), ..Configuration::default() }
            }
            _ => Configuration::default(),
        }
    }

    /// The document that is sent; `None` where every field has its default.
    pub(super) fn render(&self) -> Option<String> {
        let mut document = self.document()?;
        if document.is_empty() {
            return None;
        }
        document.insert("Version".to_owned(), json!(1.0));
        Some(Value::Object(document).to_string())
    }

    /// Fields and the rest as one document, without the version; `None` where the rest is unknown or no object.
    fn document(&self) -> Option<Map<String, Value>> {
        let mut document = match self.other.as_ref().map(Input::text) {
            None => Map::new(),
            Some(text) => match serde_json::from_str(text?) {
                Ok(Value::Object(document)) => document,
                _ => return None,
            },
        };
        take(&mut document, VERSION, Some);
        if self.combine_compatible_schemas {
            put(&mut document, GROUPING, json!(COMBINE));
        }
        if let Some(level) = self.table_level {
            put(&mut document, LEVEL, json!(level));
        }
        if let Some(most) = self.table_threshold {
            put(&mut document, THRESHOLD, json!(most));
        }
        if self.merge_new_columns {
            put(&mut document, TABLES, json!(MERGE));
        }
        if self.partitions_inherit {
            put(&mut document, PARTITIONS, json!(INHERIT));
        }
        if !self.partition_index {
            put(&mut document, INDEX, json!(false));
        }
        Some(document)
    }

    fn fold(mut document: Map<String, Value>) -> Self {
        let from = &mut document;
        take(from, VERSION, Some);
        let word = |wanted: &'static str| move |value: Value| (value == wanted).then_some(());
        let whole =
            |value: Value| value.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64);
        let folded = Configuration {
            combine_compatible_schemas: take(from, GROUPING, word(COMBINE)).is_some(),
            table_level: take(from, LEVEL, whole),
            table_threshold: take(from, THRESHOLD, whole),
            merge_new_columns: take(from, TABLES, word(MERGE)).is_some(),
            partitions_inherit: take(from, PARTITIONS, word(INHERIT)).is_some(),
            partition_index: take(from, INDEX, |value| value.as_bool()).unwrap_or(true),
            other: None,
        };
        let rest = canonical(Value::Object(document));
        let other = rest.as_object().is_some_and(|rest| !rest.is_empty());
        Configuration { other: other.then(|| Input::Known(rest.to_string())), ..folded }
    }
}

/// Take a value that a field can say, and the objects around it that are empty then.
fn take<T>(from: &mut Map<String, Value>, path: &[&str], say: impl FnOnce(Value) -> Option<T>) -> Option<T> {
    let (first, rest) = path.split_first()?;
    if rest.is_empty() {
        let said = say(from.get(*first)?.clone())?;
        from.remove(*first);
        return Some(said);
    }
    let inner = from.get_mut(*first)?.as_object_mut()?;
    let said = take(inner, rest, say);
    if inner.is_empty() {
        from.remove(*first);
    }
    said
}

/// Put a value in its place, making the objects around it.
fn put(into: &mut Map<String, Value>, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        into.insert((*first).to_owned(), value);
        return;
    }
    let inner = into.entry(*first).or_insert_with(|| json!({}));
    if !inner.is_object() {
        *inner = json!({});
    }
    if let Some(inner) = inner.as_object_mut() {
        put(inner, rest, value);
    }
}

/// One spelling for one value: keys in order, whole numbers without a fraction.
fn canonical(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            fields.into_iter().map(|(name, value)| (name, canonical(value))).collect()
        }
        Value::Number(number) => Value::Number(shortest(number)),
        other => other,
    }
}

fn shortest(number: Number) -> Number {
    /// Beyond, not every whole number has a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
            Number::from(float as i64)
        }
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: Value) -> Configuration {
        Configuration::of(&serde_json::from_value(json).unwrap())
    }

    #[test]
    fn defaults_send_nothing() {
        assert_eq!(said(json!({})), Configuration::default());
        assert_eq!(Configuration::default().render(), None);
        for document in [
            None,
            Some(""),
            Some("{}"),
            Some(r#"{"Version":1}"#),
            Some(r#"{"Version":1.0,"CreatePartitionIndex":true}"#),
        ] {
            assert_eq!(Configuration::seen(document), Configuration::default(), "{document:?}");
        }
    }

    #[test]
    fn every_field_survives_the_document() {
        let all = said(json!({
            "combineCompatibleSchemas": true,
            "tableLevel": 3,
            "tableThreshold": 100,
            "mergeNewColumns": true,
            "partitionsInherit": true,
            "partitionIndex": false,
            "other": r#"{"b":{"x":1.0},"a":[1,2.5]}"#,
        }));
        let document = all.render().unwrap();
        assert_eq!(Configuration::seen(Some(&document)), all);
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(
            document["CrawlerOutput"]["Tables"],
            json!({ "AddOrUpdateBehavior": MERGE, "TableThreshold": 100 })
        );
        assert_eq!(document["Version"], json!(1.0));
    }

    #[test]
    fn a_document_is_compared_by_value() {
        let one = said(json!({ "other": r#"{"Version": 1, "b": 1.0, "a": {"y": 1, "x": 2}}"# }));
        let same = said(json!({ "other": r#"{"a":{"x":2.0,"y":1},"b":1}"# }));
        assert_eq!(one, same);
        assert_eq!(one.other, Some(Input::from(r#"{"a":{"x":2,"y":1},"b":1}"#)));
    }

    #[test]
    fn what_has_a_field_is_no_other() {
        let configuration =
            said(json!({ "other": r#"{"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas"}}"# }));
        assert!(configuration.combine_compatible_schemas);
        assert_eq!(configuration.other, None);
    }

    #[test]
    fn an_unknown_document_stays_unknown() {
        let configuration = said(json!({ "tableLevel": 2, "other": { "$unknown": true } }));
        assert_eq!((configuration.table_level, configuration.other), (Some(2), Some(Input::Unknown)));
    }
}
