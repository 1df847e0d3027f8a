//! From a type's JSON schema to its form, over a closed vocabulary of keywords.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map as Json, Value};

use super::clean::{BEYOND, clean};
use super::shape::{Field, List, Map, Number, Object, Set, Shape, Text};
use crate::rule::{RULE, Rule};

/// A type that cannot be said in both doors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schema at `{at}` cannot be said in both doors: {why}")]
pub struct NoShape {
    /// The path of fields from the type's root, by slashes.
    pub at: String,
    /// What cannot be said.
    pub why: String,
}

/// The form of a type, from its own JSON schema.
pub fn shape_of<T: JsonSchema>() -> Result<Shape, NoShape> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
        settings.transforms.clear();
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    clean(&mut schema, true);
    shape(&schema, "")
}

/// The keywords that may stand beside each type, apart from those that any may have.
fn vocabulary(of: &str) -> &'static [&'static str] {
    match of {
        "object" => &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
            "x-lake-members",
            "x-lake-arn",
            "x-lake-external",
            VALIDATIONS,
            BEYOND,
        ],
        "array" => &["items", "minItems", "maxItems", "x-kubernetes-list-type"],
        "string" => &[
            "enum",
            "pattern",
            "minLength",
            "maxLength",
            "x-lake-allowed",
            "x-lake-member-of",
            "x-lake-path",
            "x-lake-json",
            "x-lake-secret",
        ],
        "integer" | "number" => &["minimum", "maximum"],
        _ => &[],
    }
}

const VALIDATIONS: &str = "x-kubernetes-validations";

/// The keywords that any schema may have.
const ANY: &[&str] = &["type", "description", "default", "x-lake-door"];

fn shape(schema: &Value, at: &str) -> Result<Shape, NoShape> {
    let no = |why: String| NoShape { at: at.to_owned(), why };
    let keywords = schema.as_object().ok_or_else(|| no("a schema that allows anything".into()))?;
    let sort = keywords.get("type").and_then(Value::as_str).ok_or_else(|| no("no type".into()))?;
    let allowed = vocabulary(sort);
    if let Some(alien) =
        keywords.keys().find(|key| !ANY.contains(&key.as_str()) && !allowed.contains(&key.as_str()))
    {
        return Err(no(format!("the keyword `{alien}` beside the type `{sort}`")));
    }
    match sort {
        "object" if keywords.contains_key("properties") => object(keywords, at).map(Shape::Object),
        "object" => {
            let rules = rules(keywords, at)?;
            Ok(Shape::Map(Map {
                entry: entry(keywords, "additionalProperties", at)?,
                min: size(keywords, "minProperties").unwrap_or(0),
                max: size(keywords, "maxProperties").unwrap_or(usize::MAX),
                members: flag(keywords, "x-lake-members"),
                arn: word(schema, "x-lake-arn"),
                external: word(schema, "x-lake-external"),
                keyed: rules.contains(&Rule::Keys),
                in_cel: !keywords.contains_key(BEYOND),
            }))
        }
        "array" => {
            let entry = entry(keywords, "items", at)?;
            let min = size(keywords, "minItems").unwrap_or(0);
            let max = size(keywords, "maxItems").unwrap_or(usize::MAX);
            Ok(match keywords.get("x-kubernetes-list-type").and_then(Value::as_str) {
                Some("set") => Shape::Set(Set { entry, min, max }),
                _ => Shape::List(List { entry, min, max }),
            })
        }
        "string" => Ok(Shape::Text(text(keywords))),
        "boolean" => Ok(Shape::Bool),
        "integer" => Ok(Shape::Integer(number(keywords))),
        "number" => Ok(Shape::Number(number(keywords))),
        other => Err(no(format!("the type `{other}`"))),
    }
}

fn object(keywords: &Json<String, Value>, at: &str) -> Result<Object, NoShape> {
    let rules = rules(keywords, at)?;
    let required: Vec<&str> = keywords
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let fields = keywords.get("properties").and_then(Value::as_object).into_iter().flatten();
    let fields = fields
        .map(|(name, schema)| {
            let field = Field {
                shape: shape(schema, &format!("{at}/{name}"))?,
                required: required.contains(&name.as_str()),
                default: schema.get("default").cloned(),
                description: word(schema, "description").unwrap_or_default(),
                door: word(schema, "x-lake-door"),
                immutable: rules.contains(&Rule::Fixed(name.clone())),
            };
            Ok((name.clone(), field))
        })
        .collect::<Result<_, NoShape>>()?;
    Ok(Object { fields, rules, in_cel: !keywords.contains_key(BEYOND) })
}

fn rules(keywords: &Json<String, Value>, at: &str) -> Result<Vec<Rule>, NoShape> {
    let rules =
        [VALIDATIONS, BEYOND].into_iter().filter_map(|place| keywords.get(place)?.as_array()).flatten();
    rules
        .map(|rule| {
            serde_json::from_value(rule[RULE].clone())
                .map_err(|_| NoShape { at: at.to_owned(), why: format!("the rule `{}`", rule["rule"]) })
        })
        .collect()
}

fn entry(keywords: &Json<String, Value>, keyword: &str, at: &str) -> Result<Box<Shape>, NoShape> {
    let schema = keywords.get(keyword).unwrap_or(&Value::Null);
    shape(schema, &format!("{at}/*")).map(Box::new)
}

fn text(keywords: &Json<String, Value>) -> Text {
    let words = keywords.get("enum").and_then(Value::as_array).into_iter().flatten();
    Text {
        min: size(keywords, "minLength").unwrap_or(0),
        max: size(keywords, "maxLength"),
        pattern: keywords.get("pattern").and_then(Value::as_str).map(str::to_owned),
        allowed: keywords.get("x-lake-allowed").and_then(Value::as_str).map(str::to_owned),
        words: words.filter_map(Value::as_str).map(str::to_owned).collect(),
        description: keywords.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        member_of: keywords.get("x-lake-member-of").and_then(Value::as_str).map(str::to_owned),
        path: flag(keywords, "x-lake-path"),
        json: flag(keywords, "x-lake-json"),
        secret: flag(keywords, "x-lake-secret"),
    }
}

fn number(keywords: &Json<String, Value>) -> Number {
    let bound = |keyword: &str| keywords.get(keyword).and_then(Value::as_f64);
    Number { min: bound("minimum"), max: bound("maximum") }
}

fn size(keywords: &Json<String, Value>, keyword: &str) -> Option<usize> {
    keywords.get(keyword).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok())
}

fn flag(keywords: &Json<String, Value>, keyword: &str) -> bool {
    keywords.get(keyword) == Some(&Value::Bool(true))
}

fn word(schema: &Value, keyword: &str) -> Option<String> {
    schema.get(keyword).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only the schema is looked at")]
    struct Loose {
        anything: Value,
    }

    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only the schema is looked at")]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(i64),
    }

    #[test]
    fn what_both_doors_cannot_say_is_refused_with_its_place() {
        assert_eq!(shape_of::<Loose>().unwrap_err().at, "/anything");
        assert!(shape_of::<Either>().is_err());
    }
}
