//! The JSON of values, as states keep them.

use super::{DecodeError, Type, Value};
use serde_json::Value as Json;

impl Value {
    /// The JSON of a wholly known value.
    ///
    /// # Errors
    /// When a part of it is unknown: a state holds no unknowns.
    pub fn to_json(&self) -> Result<Json, DecodeError> {
        Ok(match self {
            Value::Null => Json::Null,
            Value::Unknown(_) => return Err(DecodeError::new("an unknown value has no JSON")),
            Value::Bool(bool) => Json::Bool(*bool),
            Value::Number(number) => number.to_json(),
            Value::String(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Value::to_json).collect::<Result<_, _>>()?),
            Value::Map(entries) => {
                let entry = |(name, value): (&String, &Value)| Ok((name.clone(), value.to_json().map_err(|e| e.within(name))?));
                Json::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
            Value::Dynamic(typed) => serde_json::json!({ "type": typed.0.to_json(), "value": typed.1.to_json()? }),
        })
    }

    /// The value of a type that JSON tells.
    ///
    /// # Errors
    /// When the JSON is not of that type.
    pub fn from_json(of: &Type, json: &Json) -> Result<Value, DecodeError> {
        Ok(match (of, json) {
            (_, Json::Null) => Value::Null,
            (Type::Bool, Json::Bool(bool)) => Value::Bool(*bool),
            (Type::Number, json) => {
                Value::Number(super::Number::from_json(json).ok_or_else(|| DecodeError::mismatch(of, json))?)
            }
            (Type::String, Json::String(text)) => Value::String(text.clone()),
            (Type::List(item) | Type::Set(item), Json::Array(items)) => {
                Value::List(items.iter().map(|json| Value::from_json(item, json)).collect::<Result<_, _>>()?)
            }
            (Type::Tuple(types), Json::Array(items)) if types.len() == items.len() => {
                let item = |(of, json)| Value::from_json(of, json);
                Value::List(types.iter().zip(items).map(item).collect::<Result<_, _>>()?)
            }
            (Type::Map(item), Json::Object(entries)) => {
                let entry = |(name, json): (&String, &Json)| {
                    Ok((name.clone(), Value::from_json(item, json).map_err(|e| e.within(name))?))
                };
                Value::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
            (Type::Object(fields), Json::Object(entries)) => {
                let field = |(name, of): (&String, &Type)| {
                    let json = entries.get(name).unwrap_or(&Json::Null);
                    Ok((name.clone(), Value::from_json(of, json).map_err(|e| e.within(name))?))
                };
                Value::Map(fields.iter().map(field).collect::<Result<_, _>>()?)
            }
            (Type::Dynamic, Json::Object(typed)) => {
                let of = typed.get("type").and_then(Type::from_json);
                let of = of.ok_or_else(|| DecodeError::new("a dynamic value tells no type"))?;
                let value = Value::from_json(&of, typed.get("value").unwrap_or(&Json::Null))?;
                Value::Dynamic(Box::new((of, value)))
            }
            (of, json) => return Err(DecodeError::mismatch(of, json)),
        })
    }
}
