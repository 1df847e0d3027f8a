//! Whether a value is of a type.

use super::{DecodeError, Type, Value};

impl Value {
    /// Whether the value is of a type, so that [`Value::encode`] tells all of it. Null and unknown are of every type; an
    /// object may leave attributes out, which are null then.
    ///
    /// # Errors
    /// Where it is not, and what it is instead. Values are not told: they may be secrets.
    pub fn fits(&self, of: &Type) -> Result<(), DecodeError> {
        match (of, self) {
            (_, Value::Null | Value::Unknown(_))
            | (Type::Bool, Value::Bool(_))
            | (Type::Number, Value::Number(_))
            | (Type::String, Value::String(_)) => Ok(()),
            (Type::Dynamic, Value::Dynamic(typed)) => typed.1.fits(&typed.0),
            (Type::List(item) | Type::Set(item), Value::List(items)) => {
                let fits =
                    |(index, one): (usize, &Value)| one.fits(item).map_err(|e| e.within(&index.to_string()));
                items.iter().enumerate().try_for_each(fits)
            }
            (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => {
                types.iter().zip(items).try_for_each(|(of, item)| item.fits(of))
            }
            (Type::Map(item), Value::Map(entries)) => {
                entries.iter().try_for_each(|(key, entry)| entry.fits(item).map_err(|e| e.within(key)))
            }
            (Type::Object(fields), Value::Map(entries)) => entries.iter().try_for_each(|(name, entry)| {
                let of = fields.get(name).ok_or_else(|| DecodeError::new("the schema has no such attribute"));
                of.and_then(|of| entry.fits(of)).map_err(|e| e.within(name))
            }),
            (of, value) => {
                Err(DecodeError::new(format!("{} is not of the type {}", value.sort(), of.to_json())))
            }
        }
    }

    /// What sort of value it is, without telling it.
    fn sort(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Unknown(_) => "an unknown",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Dynamic(_) => "a value with a type of its own",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told_with_its_place_and_without_its_value() {
        let member = Type::Object([("count".to_owned(), Type::Number)].into());
        let of = Type::map(Type::list(member));
        let held = |entry: Value| Value::map([("a", Value::List(vec![Value::map([("count", entry)])]))]);
        assert_eq!(held(Value::from(1)).fits(&of), Ok(()));
        assert_eq!(held(Value::UNKNOWN).fits(&of), Ok(()));
        let wrong = held(Value::from("secret")).fits(&of).unwrap_err();
        assert_eq!(wrong.to_string(), "a.0.count: text is not of the type \"number\"");
    }

    #[test]
    fn an_attribute_too_many_does_not_fit_and_one_too_few_does() {
        let of = Type::Object([("a".to_owned(), Type::Bool)].into());
        assert_eq!(Value::map::<&str>([]).fits(&of), Ok(()));
        let wrong = Value::map([("b", Value::Null)]).fits(&of).unwrap_err();
        assert_eq!(wrong.to_string(), "b: the schema has no such attribute");
    }
}
