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
        // Null is null, whatever its type.
        (Type::Dynamic, Value::Dynamic(typed), Value::Null)
        | (Type::Dynamic, Value::Null, Value::Dynamic(typed)) => typed.1.is_null(),
        (Type::Dynamic, Value::Dynamic(left), Value::Dynamic(right)) => {
            left.0 == right.0 && same(&left.0, &left.1, &right.1)
        }
        _ => left == right,
    }
}

/// Whether a type is one that another allows, in which what is not known may have any.
pub(super) fn conforms(of: &Type, planned: &Type) -> bool {
    match (of, planned) {
        (_, Type::Dynamic) => true,
        (Type::List(of), Type::List(planned))
        | (Type::Set(of), Type::Set(planned))
        | (Type::Map(of), Type::Map(planned)) => conforms(of, planned),
        (Type::Object(of), Type::Object(planned)) => {
            of.keys().eq(planned.keys())
                && of.values().zip(planned.values()).all(|(of, planned)| conforms(of, planned))
        }
        (Type::Tuple(of), Type::Tuple(planned)) => {
            of.len() == planned.len() && of.iter().zip(planned).all(|(of, planned)| conforms(of, planned))
        }
        _ => of == planned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_any_type_are_equal_with_their_types() {
        let dynamic = |of: Type, value: Value| Value::Dynamic(Box::new((of, value)));
        let same = |left: &Value, right: &Value| same(&Type::Dynamic, left, right);
        let list = |of: Type| dynamic(of, Value::List(vec![Value::from("a")]));
        assert!(same(&list(Type::list(Type::String)), &list(Type::list(Type::String))));
        assert!(!same(&list(Type::list(Type::String)), &list(Type::Tuple(vec![Type::String]))));
        assert!(same(&dynamic(Type::String, Value::Null), &Value::Null));
        assert!(!same(&dynamic(Type::String, Value::from("")), &Value::Null));
    }
}
