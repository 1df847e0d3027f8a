//! A policy as the JSON document that AWS takes and gives.

use super::{Principals, Statement, Statements, Texts, keyed, root};
use crate::spec::statement::Effect;
use lake_api::Input;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A text that is no policy document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a policy document: {0}")]
pub struct Malformed(String);

/// The statements of a document.
///
/// # Errors
/// When the text is no JSON, or no policy.
pub fn parse(document: &str, partition: &str) -> Result<Statements, Malformed> {
    let document: Map<String, Value> =
        serde_json::from_str(document).map_err(|why| Malformed(why.to_string()))?;
    let statements = match document.get("Statement") {
        Some(Value::Array(many)) => many.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        None => Vec::new(),
        Some(_) => return Err(Malformed("Statement is neither a list nor an object".to_owned())),
    };
    let statements: Result<Vec<_>, _> =
        statements.into_iter().map(|statement| parse_statement(statement, partition)).collect();
    statements.map(keyed)
}

/// The document of some statements; `None` while a part of them is not known.
#[must_use]
pub fn render(statements: &Statements) -> Option<String> {
    let statements: Option<Vec<Value>> = statements.values().map(render_statement).collect();
    Some(json!({ "Version": "2012-10-17", "Statement": statements? }).to_string())
}

fn parse_statement(statement: &Value, partition: &str) -> Result<Statement, Malformed> {
    let of = |element: &str| statement.get(element);
    let effect = match of("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(Malformed("a statement's Effect is neither Allow nor Deny".to_owned())),
    };
    Ok(Statement {
        sid: of("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()).map(Input::from),
        effect,
        actions: parse_texts(of("Action"))?,
        not_actions: parse_texts(of("NotAction"))?,
        resources: parse_texts(of("Resource"))?,
        not_resources: parse_texts(of("NotResource"))?,
        principals: parse_principals(of("Principal"), partition)?,
        not_principals: parse_principals(of("NotPrincipal"), partition)?,
        conditions: parse_conditions(of("Condition"))?,
    })
}

/// One text or a list of them; numbers and truths of conditions are the texts that spell them.
fn parse_texts(value: Option<&Value>) -> Result<Texts, Malformed> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(Input::from(text.as_str())),
        Value::Bool(_) | Value::Number(_) => Ok(Input::Known(value.to_string())),
        _ => Err(Malformed(format!("{value} stands where a text is expected"))),
    };
    match value {
        None => Ok(Texts::new()),
        Some(Value::Array(many)) => many.iter().map(one).collect(),
        Some(value) => one(value).map(|text| Texts::from([text])),
    }
}

fn parse_principals(value: Option<&Value>, partition: &str) -> Result<Principals, Malformed> {
    match value {
        None => Ok(Principals::default()),
        Some(Value::String(all)) if all == "*" => Ok(Principals::everybody()),
        Some(Value::Object(sorts)) => Ok(Principals {
            aws: parse_texts(sorts.get("AWS"))?
                .into_iter()
                .map(|who| who.map(|who| root(who, partition)))
                .collect(),
            services: parse_texts(sorts.get("Service"))?,
            federated: parse_texts(sorts.get("Federated"))?,
            canonical_users: parse_texts(sorts.get("CanonicalUser"))?,
        }),
        Some(other) => Err(Malformed(format!("{other} is no principal"))),
    }
}

fn parse_conditions(value: Option<&Value>) -> Result<BTreeMap<String, BTreeMap<String, Texts>>, Malformed> {
    let objects = |value: &Value| {
        value.as_object().cloned().ok_or_else(|| Malformed("a condition is no object".to_owned()))
    };
    let Some(value) = value else { return Ok(BTreeMap::new()) };
    objects(value)?
        .into_iter()
        .map(|(operator, keys)| {
            let keys =
                objects(&keys)?.into_iter().map(|(key, values)| Ok((key, parse_texts(Some(&values))?)));
            Ok((operator, keys.collect::<Result<_, Malformed>>()?))
        })
        .collect()
}

fn render_statement(statement: &Statement) -> Option<Value> {
    let mut elements = Map::new();
    let mut put = |element: &str, value: Value| elements.insert(element.to_owned(), value);
    if let Some(sid) = &statement.sid {
        put("Sid", json!(sid.known()?));
    }
    put(
        "Effect",
        json!(match statement.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        }),
    );
    for (element, texts) in [
        ("Action", &statement.actions),
        ("NotAction", &statement.not_actions),
        ("Resource", &statement.resources),
        ("NotResource", &statement.not_resources),
    ] {
        if !texts.is_empty() {
            put(element, render_texts(texts)?);
        }
    }
    for (element, principals) in
        [("Principal", &statement.principals), ("NotPrincipal", &statement.not_principals)]
    {
        if !principals.is_empty() {
            put(element, render_principals(principals)?);
        }
    }
    if !statement.conditions.is_empty() {
        let conditions: Option<Map<String, Value>> = statement
            .conditions
            .iter()
            .map(|(operator, keys)| {
                let keys: Option<Map<String, Value>> =
                    keys.iter().map(|(key, values)| Some((key.clone(), render_texts(values)?))).collect();
                Some((operator.clone(), Value::Object(keys?)))
            })
            .collect();
        put("Condition", Value::Object(conditions?));
    }
    Some(Value::Object(elements))
}

/// One text as itself, as AWS gives it back; several as a list.
fn render_texts(texts: &Texts) -> Option<Value> {
    let known: Option<Vec<&str>> = texts.iter().map(Input::text).collect();
    Some(match known?.as_slice() {
        [one] => json!(one),
        many => json!(many),
    })
}

fn render_principals(principals: &Principals) -> Option<Value> {
    let mut sorts = Map::new();
    for (sort, texts) in [
        ("AWS", &principals.aws),
        ("Service", &principals.services),
        ("Federated", &principals.federated),
        ("CanonicalUser", &principals.canonical_users),
    ] {
        if !texts.is_empty() {
            sorts.insert(sort.to_owned(), render_texts(texts)?);
        }
    }
    Some(Value::Object(sorts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(document: Value) -> Statements {
        parse(&document.to_string(), "aws").unwrap()
    }

    #[test]
    fn spellings_of_one_meaning_are_one() {
        let short = parsed(json!({
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
                "Condition": { "Bool": { "aws:SecureTransport": true }, "NumericLessThan": { "s3:max-keys": 10 } },
            },
        }));
        let long = parsed(json!({
            "Statement": [{
                "Sid": "", "Effect": "Allow", "Principal": { "AWS": ["*"] }, "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::b/*"],
                "Condition": { "NumericLessThan": { "s3:max-keys": ["10"] }, "Bool": { "aws:SecureTransport": "true" } },
            }],
        }));
        assert_eq!(short, long);
    }

    #[test]
    fn order_says_nothing_and_an_account_is_its_root() {
        let statement = |actions: [&str; 2], who: &str| json!({ "Effect": "Allow", "Principal": { "AWS": who }, "Action": actions, "Resource": "*" });
        let deny = json!({ "Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "Resource": "*" });
        assert_eq!(
            parsed(json!({ "Statement": [statement(["s3:A", "s3:B"], "123456789012"), deny] })),
            parsed(
                json!({ "Statement": [deny, statement(["s3:B", "s3:A"], "arn:aws:iam::123456789012:root")] })
            ),
        );
    }

    #[test]
    fn what_is_rendered_reads_back_the_same() {
        let statements = parsed(json!({ "Statement": [
            { "Sid": "One", "Effect": "Allow", "Principal": { "AWS": ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"],
              "Service": "glue.amazonaws.com", "Federated": "arn:aws:iam::1:saml-provider/x", "CanonicalUser": "79a5" },
              "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b",
              "Condition": { "StringLike": { "s3:prefix": ["a/*", "b/*"] } } },
            { "Effect": "Deny", "NotPrincipal": { "AWS": "arn:aws:iam::1:root" }, "NotAction": "s3:*", "NotResource": "*" },
        ] }));
        assert_eq!(parse(&render(&statements).unwrap(), "aws").unwrap(), statements);
        assert!(statements.keys().any(|key| key.len() == 12), "one without a Sid goes by its digest");
        assert!(statements.contains_key("One"));
    }

    #[test]
    fn what_is_not_known_is_not_rendered() {
        let statement = Statement { resources: Texts::from([Input::Unknown]), ..Statement::default() };
        assert_eq!(render(&keyed([statement])), None);
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for text in ["{", "[1]", r#"{"Statement": 1}"#, r#"{"Statement": {"Effect": "Maybe"}}"#] {
            assert!(parse(text, "aws").is_err(), "{text}");
        }
    }
}
