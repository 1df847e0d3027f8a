//! Query's form: an input as one level of names and values.

use super::{
    Form, Operation, Protocol,
    service::below,
    text::{encoded, text},
};
use aws_smithy_runtime_api::box_error::BoxError;
use serde_json::{Map, Value};

/// The form for an input.
pub(super) fn form(
    operation: &Operation,
    version: &str,
    input: &Map<String, Value>,
) -> Result<String, BoxError> {
    let form = format!("Action={}&Version={}", encoded(operation.name), encoded(version));
    let mut writer = Writer { operation, form };
    writer.members("", "", input)?;
    Ok(writer.form)
}

struct Writer<'a> {
    operation: &'a Operation,
    form: String,
}

impl Writer<'_> {
    fn pair(&mut self, key: &str, value: &str) {
        self.form.extend(["&", key, "=", &encoded(value)]);
    }

    fn members(&mut self, key: &str, path: &str, members: &Map<String, Value>) -> Result<(), BoxError> {
        for (name, member) in members {
            self.value(&below(key, &self.name(name)), &below(path, name), member)?;
        }
        Ok(())
    }

    /// A member's name in keys: EC2's begin with a capital letter.
    fn name(&self, name: &str) -> String {
        let mut letters = name.chars();
        match (self.operation.service.protocol, letters.next()) {
            (Protocol::Ec2 { .. }, Some(first)) => format!("{}{}", first.to_uppercase(), letters.as_str()),
            _ => name.to_owned(),
        }
    }

    fn value(&mut self, key: &str, path: &str, value: &Value) -> Result<(), BoxError> {
        match value {
            Value::Object(members) => match self.operation.form(path) {
                Some(Form::Map(k, v)) => self.entries(&below(key, "entry"), (k, v), path, members),
                Some(Form::FlatMap(k, v)) => self.entries(key, (k, v), path, members),
                _ => self.members(key, path, members),
            },
            Value::Array(items) => self.items(key, path, items),
            value => {
                self.pair(key, &text(value)?);
                Ok(())
            }
        }
    }

    fn entries(
        &mut self,
        key: &str,
        (k, v): (&str, &str),
        path: &str,
        entries: &Map<String, Value>,
    ) -> Result<(), BoxError> {
        for (n, (name, value)) in (1..).zip(entries) {
            self.pair(&format!("{key}.{n}.{k}"), name);
            self.within(&format!("{key}.{n}.{v}"), path, value)?;
        }
        Ok(())
    }

    fn items(&mut self, key: &str, path: &str, items: &[Value]) -> Result<(), BoxError> {
        let of_ec2 = matches!(self.operation.service.protocol, Protocol::Ec2 { .. });
        if items.is_empty() && !of_ec2 {
            // A list without items is told, too; by EC2 it is not.
            self.pair(key, "");
        }
        let key = match self.operation.form(path) {
            Some(Form::List(item)) => below(key, item),
            Some(Form::Flat) => key.to_owned(),
            _ if of_ec2 => key.to_owned(),
            _ => below(key, "member"),
        };
        for (n, item) in (1..).zip(items) {
            self.within(&format!("{key}.{n}"), path, item)?;
        }
        Ok(())
    }

    /// What an item of a list or a value of a map is. Of the same path as those it is no list or map again.
    fn within(&mut self, key: &str, path: &str, value: &Value) -> Result<(), BoxError> {
        match value {
            Value::Object(members) => self.members(key, path, members),
            value => {
                self.pair(key, &text(value)?);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Service, request};
    use serde_json::json;

    static QUERY: Service = Service::query("Query", "query", "2020-07-02");
    static EC2: Service = Service::ec2("EC2 of the page", "ec2", "2020-07-02");

    fn sent(operation: &Operation, input: Value) -> String {
        let request = request::of(operation, input).unwrap();
        assert_eq!((request.method(), request.uri()), ("POST", "/"));
        let headers = request.headers();
        assert_eq!(headers.get("content-type"), Some("application/x-www-form-urlencoded"));
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        assert_eq!(headers.get("content-length"), Some(body.len().to_string().as_str()));
        body
    }

    /// The examples of "AWS query protocol", Example requests
    /// (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html).
    #[test]
    fn requests_are_those_of_the_protocols_page() {
        let structures = QUERY.operation("QueryStructures");
        assert_eq!(
            sent(
                &structures,
                json!({ "Custom": "example2", "baz": { "temp": "example3" }, "foo": "example1" })
            ),
            "Action=QueryStructures&Version=2020-07-02&Custom=example2&baz.temp=example3&foo=example1"
        );
        let lists = QUERY.operation("QueryLists").forms(&[
            ("FlattenedListArg", Form::Flat),
            ("Hi", Form::Flat),
            ("ListArgWithXmlNameMember", Form::List("item")),
        ]);
        assert_eq!(
            sent(
                &lists,
                json!({
                    "ComplexListArg": [{ "hi": "hello" }, { "hi": "hola" }],
                    "FlattenedListArg": ["A", "B"],
                    "Hi": ["A", "B"],
                    "ListArg": ["foo", "bar", "baz"],
                    "ListArgWithXmlNameMember": ["A", "B"],
                })
            ),
            "Action=QueryLists&Version=2020-07-02\
             &ComplexListArg.member.1.hi=hello&ComplexListArg.member.2.hi=hola\
             &FlattenedListArg.1=A&FlattenedListArg.2=B\
             &Hi.1=A&Hi.2=B\
             &ListArg.member.1=foo&ListArg.member.2=bar&ListArg.member.3=baz\
             &ListArgWithXmlNameMember.item.1=A&ListArgWithXmlNameMember.item.2=B"
        );
        let maps = QUERY.operation("QueryMaps").forms(&[
            ("MapArg", Form::ENTRIES),
            ("reNamed", Form::ENTRIES),
            ("ComplexMapArg", Form::ENTRIES),
            ("MapWithXmlMemberName", Form::Map("K", "V")),
        ]);
        assert_eq!(
            sent(
                &maps,
                json!({
                    "ComplexMapArg": { "bar": { "hi": "Bar" }, "foo": { "hi": "Foo" } },
                    "MapArg": { "bar": "Bar", "foo": "Foo" },
                    "MapWithXmlMemberName": { "bar": "Bar", "foo": "Foo" },
                    "reNamed": { "foo": "Foo" },
                })
            ),
            "Action=QueryMaps&Version=2020-07-02\
             &ComplexMapArg.entry.1.key=bar&ComplexMapArg.entry.1.value.hi=Bar\
             &ComplexMapArg.entry.2.key=foo&ComplexMapArg.entry.2.value.hi=Foo\
             &MapArg.entry.1.key=bar&MapArg.entry.1.value=Bar\
             &MapArg.entry.2.key=foo&MapArg.entry.2.value=Foo\
             &MapWithXmlMemberName.entry.1.K=bar&MapWithXmlMemberName.entry.1.V=Bar\
             &MapWithXmlMemberName.entry.2.K=foo&MapWithXmlMemberName.entry.2.V=Foo\
             &reNamed.entry.1.key=foo&reNamed.entry.1.value=Foo"
        );
    }

    /// The examples of "AWS EC2 query protocol"
    /// (https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html), members called as on the wire.
    #[test]
    fn requests_of_ec2_are_those_of_its_page() {
        assert_eq!(
            sent(
                &EC2.operation("Ec2QueryStructures"),
                json!({ "A": "example0", "B": "example1", "c": "example2", "baz": { "temp": "example3" }, "foo": "bar" })
            ),
            "Action=Ec2QueryStructures&Version=2020-07-02\
             &A=example0&B=example1&Baz.Temp=example3&C=example2&Foo=bar"
        );
        assert_eq!(
            sent(
                &EC2.operation("Ec2QueryLists"),
                json!({
                    "ComplexListArg": [{ "hi": "hello" }, { "hi": "hola" }],
                    "ListArg": ["foo", "bar", "baz"],
                    "Renamed": ["A", "B"],
                })
            ),
            "Action=Ec2QueryLists&Version=2020-07-02\
             &ComplexListArg.1.Hi=hello&ComplexListArg.2.Hi=hola\
             &ListArg.1=foo&ListArg.2=bar&ListArg.3=baz\
             &Renamed.1=A&Renamed.2=B"
        );
    }

    /// "x-www-form-urlencoded shape serialization" of both pages; empty lists are `EmptyQueryLists` and
    /// `Ec2EmptyQueryLists` of the protocols' compliance tests.
    #[test]
    fn values_are_texts_and_keep_nothing_that_a_form_means() {
        let put = QUERY.operation("Put").forms(&[("Map", Form::FlatMap("Name", "Value"))]);
        let input = json!({ "A": true, "B": 1.5, "C": "", "D": [], "E": "a b&c=d+é", "Map": { "x/y": "z" }, "N": null });
        assert_eq!(
            sent(&put, input),
            "Action=Put&Version=2020-07-02&A=true&B=1.5&C=&D=&E=a%20b%26c%3Dd%2B%C3%A9\
             &Map.1.Name=x%2Fy&Map.1.Value=z"
        );
        assert_eq!(sent(&EC2.operation("Put"), json!({ "A": [] })), "Action=Put&Version=2020-07-02");
        let nested = request::of(&put, json!({ "A": [["b"]] })).unwrap_err().to_string();
        assert!(nested.contains("cannot be told as a text"), "{nested}");
    }
}
