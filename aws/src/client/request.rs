//! How a request is spelt.

use super::{
    Operation, Protocol, query,
    text::{encoded, encoded_but, text},
};
use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::HttpRequest};
use aws_smithy_types::body::SdkBody;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use std::fmt::Write;

/// The content type of a body, and its bytes.
type Body = (&'static str, Vec<u8>);

/// The request for an input. What cannot be spelt is told by an error, and nothing is sent.
pub(super) fn of(operation: &Operation, input: Value) -> Result<HttpRequest, BoxError> {
    let Value::Object(mut members) = input else { return Err("the input of a call is an object".into()) };
    leave_nulls_out(&mut members);
    let mut request = HttpRequest::new(SdkBody::empty());
    request.set_method(operation.http.method)?;
    for (name, value) in operation.service.headers {
        request.headers_mut().try_insert(*name, *value)?;
    }
    let body = match operation.service.protocol {
        Protocol::Json { version, target } => {
            request.set_uri("/")?;
            request.headers_mut().try_insert("x-amz-target", format!("{target}.{}", operation.name))?;
            let content_type = match version {
                "1.0" => "application/x-amz-json-1.0",
                _ => "application/x-amz-json-1.1",
            };
            Some((content_type, serde_json::to_vec(&members)?))
        }
        Protocol::Rest => {
            let uri = uri(operation, &mut members)?;
            request.set_uri(uri)?;
            for (member, header) in operation.http.headers {
                if let Some(value) = members.remove(*member) {
                    request.headers_mut().try_insert(*header, text(&value)?)?;
                }
            }
            rest_of(operation, members)?
        }
        Protocol::Query { version } | Protocol::Ec2 { version } => {
            request.set_uri("/")?;
            let form = query::form(operation, version, &members)?;
            Some(("application/x-www-form-urlencoded", form.into_bytes()))
        }
    };
    if let Some((content_type, body)) = body {
        request.headers_mut().try_insert("content-type", content_type)?;
        request.headers_mut().try_insert("content-length", body.len().to_string())?;
        *request.body_mut() = SdkBody::from(body);
    }
    Ok(request)
}

/// The SDK's `None`: absent, at every depth.
fn leave_nulls_out(members: &mut Map<String, Value>) {
    fn within(value: &mut Value) {
        match value {
            Value::Object(members) => leave_nulls_out(members),
            Value::Array(items) => items.iter_mut().for_each(within),
            _ => {}
        }
    }
    members.retain(|_, member| !member.is_null());
    members.values_mut().for_each(within);
}

/// The body under restJson1: the members that are nowhere else. Methods that only name what they are about have none.
fn rest_of(operation: &Operation, mut members: Map<String, Value>) -> Result<Option<Body>, BoxError> {
    let payload = operation.http.payload.map(|name| members.remove(name));
    let has_body = matches!(operation.http.method, "PATCH" | "POST" | "PUT") && payload.is_none();
    if let Some(member) = members.keys().next().filter(|_| !has_body) {
        return Err(format!("{} has no place for {member}", operation.name).into());
    }
    match payload.flatten() {
        Some(Value::String(blob)) => Ok(Some(("application/octet-stream", BASE64_STANDARD.decode(blob)?))),
        Some(_) => Err("a blob is a text in base64".into()),
        None if has_body => Ok(Some(("application/json", serde_json::to_vec(&members)?))),
        None => Ok(None),
    }
}

/// Path and query; the members in them are taken out.
fn uri(operation: &Operation, members: &mut Map<String, Value>) -> Result<String, BoxError> {
    let mut uri = String::new();
    for (at, piece) in operation.http.path.split(['{', '}']).enumerate() {
        if at % 2 == 0 {
            uri.push_str(piece);
            continue;
        }
        let (member, kept) = piece.strip_suffix('+').map_or((piece, ""), |member| (member, "/"));
        let value = members.remove(member).map(|value| text(&value)).transpose()?;
        let value = value.filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| format!("the path of {} needs {member}", operation.name))?;
        uri.push_str(&encoded_but(kept, &value));
    }
    let mut mark = '?';
    for (member, name) in operation.http.query {
        let values = match members.remove(*member) {
            None => continue,
            Some(Value::Array(values)) => values,
            Some(value) => vec![value],
        };
        for value in values {
            write!(uri, "{mark}{}={}", encoded(name), encoded(&text(&value)?))?;
            mark = '&';
        }
    }
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Service;
    use serde_json::json;

    static API: Service = Service::rest("API", "api");

    #[test]
    fn what_cannot_be_spelt_is_an_error() {
        for (operation, input, said) in [
            (API.http("Get", "GET", "/things/{Key+}"), json!({}), "the path of Get needs Key"),
            (API.http("Get", "GET", "/things/{Key+}"), json!({ "Key": "" }), "the path of Get needs Key"),
            (
                API.http("Get", "GET", "/things/{Key}"),
                json!({ "Key": { "a": 1 } }),
                "{\"a\":1} cannot be told as a text",
            ),
            (API.http("Get", "GET", "/things"), json!({ "Kye": "a" }), "Get has no place for Kye"),
            (
                API.http("Put", "PUT", "/things").payload("Body"),
                json!({ "Body": "YQ==", "Kye": "a" }),
                "Put has no place for Kye",
            ),
            (API.http("Put", "PUT", "/things").payload("Body"), json!({ "Body": {} }), "a blob is a text"),
            (API.http("Get", "GET", "/things"), json!([]), "the input of a call is an object"),
        ] {
            let error = of(&operation, input).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn null_is_absent_at_every_depth() {
        let put = API.http("Put", "PUT", "/things/{Key+}").in_query(&[("Kind", "kind")]);
        let input = json!({ "Key": "a b/é", "Kind": null, "A": { "B": null, "C": [{ "D": null, "E": 1 }] } });
        let request = of(&put, input).unwrap();
        assert_eq!(request.uri(), "/things/a%20b/%C3%A9");
        assert_eq!(request.body().bytes(), Some(&br#"{"A":{"C":[{"E":1}]}}"#[..]));
    }
}
