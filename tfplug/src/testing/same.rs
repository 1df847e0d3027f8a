//! Equality of values of a type.

use crate::value::{Type, Value};

/// Whether two values of a type are equal; sets have no order.
#[must_use]
pub fn same(of: &Type, left: &Value, right: &Value) -> bool {
    match (of, left, right) {
        (Type::Set(item), Value::List(left), Value::List(right)) => {
            let within = |one: &Value, all: &[Value]| all.iter().any(|other| same(item, one, other));
            left.len() == right.len()
                && left.iter().all(|one| within(one, right))
                && right.iter().all(|one| within(one, left))
        }
        (Type::List(item), Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(item, left, right))
        }
        (Type::Map(item), Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(item, left, right)))
        }
        (Type::Object(fields), Value::Map(_), Value::Map(_)) => {
            fields.iter().all(|(name, of)| same(of, left.get(name), right.get(name)))
        }
        (_, Value::Unknown(_), Value::Unknown(_)) => true,
        _ => left == right,
    }
}
