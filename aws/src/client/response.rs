//! How an answer is read.

use super::{Operation, Protocol, xml};
use crate::answer::told;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::orchestrator::{HttpResponse, OrchestratorError},
};
use aws_smithy_types::error::ErrorMetadata;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

/// The answer, or the error that it is.
pub(super) fn read(
    operation: &Operation,
    answer: &HttpResponse,
) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    if !answer.status().is_success() {
        return Err(OrchestratorError::operation(metadata(answer)));
    }
    output(operation, answer.body().bytes().unwrap_or_default()).map_err(OrchestratorError::other)
}

fn output(operation: &Operation, body: &[u8]) -> Result<Value, BoxError> {
    if let Some(member) = operation.answer {
        let blob = Value::String(BASE64_STANDARD.encode(body));
        return Ok(Value::Object(Map::from_iter([(member.to_owned(), blob)])));
    }
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match operation.service.protocol {
        Protocol::Json { .. } | Protocol::Rest => Ok(serde_json::from_slice(body)?),
        Protocol::Query { .. } => {
            // Around it stands the request's id. A call that tells nothing has no result.
            let root = xml::root(body)?;
            let result = root.child(&format!("{}Result", operation.name));
            let members = result.map(|result| result.members(operation, "")).transpose()?;
            Ok(Value::Object(members.unwrap_or_default()))
        }
        Protocol::Ec2 { .. } => {
            let mut members = xml::root(body)?.members(operation, "")?;
            members.remove("requestId");
            Ok(Value::Object(members))
        }
    }
}

/// The error as the SDK's retries read it.
fn metadata(answer: &HttpResponse) -> ErrorMetadata {
    let (code, said) = told(answer.headers(), answer.body().bytes().unwrap_or_default());
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = code {
        metadata = metadata.code(code);
    }
    if let Some(said) = said {
        metadata = metadata.message(said);
    }
    metadata.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Form, Service};
    use serde_json::json;

    static SNS: Service = Service::query("SNS", "sns", "2010-03-31");
    static EC2: Service = Service::ec2("EC2", "ec2", "2016-11-15");
    static LAMBDA: Service = Service::rest("Lambda", "lambda");

    #[track_caller]
    fn read_as(operation: &Operation, body: &str, wanted: Value) {
        assert_eq!(output(operation, body.as_bytes()).unwrap(), wanted);
    }

    /// "Response serialization" of "AWS query protocol" and of "AWS EC2 query protocol"
    /// (https://smithy.io/2.0/aws/protocols/).
    #[test]
    fn answers_are_those_of_the_protocols_pages() {
        let test = SNS.operation("XmlTest");
        read_as(
            &test,
            "<XmlTestResponse xmlns=\"https://example.com/\">\n    <XmlTestResult>\n        <testValue>Hello!</testValue>\n    \
             </XmlTestResult>\n    <ResponseMetadata>\n        <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n    \
             </ResponseMetadata>\n</XmlTestResponse>",
            json!({ "testValue": "Hello!" }),
        );
        read_as(
            &EC2.operation("XmlTest"),
            "<XmlTestResponse xmlns=\"https://example.com/\">\n    <testValue>Hello!</testValue>\n</XmlTestResponse>",
            json!({ "testValue": "Hello!" }),
        );
    }

    /// Lists and maps as "XML bindings" (https://smithy.io/2.0/spec/protocol-traits.html) shows them: wrapped, renamed and
    /// flattened.
    #[test]
    fn lists_and_maps_are_what_the_operation_says() {
        let test = SNS.operation("Test").forms(&[
            ("wrapped", Form::MEMBERS),
            ("wrapped.inner", Form::List("Item")),
            ("flat", Form::Flat),
            ("map", Form::ENTRIES),
            ("flatMap", Form::FlatMap("Name", "Setting")),
        ]);
        let around = |result: &str| format!("<TestResponse><TestResult>{result}</TestResult></TestResponse>");
        read_as(
            &test,
            &around(
                "<wrapped><member><inner><Item>1</Item></inner></member></wrapped><flat>a</flat>\
                 <map><entry><key>k</key><value>v</value></entry></map>\
                 <flatMap><Name>n</Name><Setting><a>s</a></Setting></flatMap>",
            ),
            json!({
                "wrapped": [{ "inner": ["1"] }],
                "flat": ["a"],
                "map": { "k": "v" },
                "flatMap": { "n": { "a": "s" } },
            }),
        );
        read_as(
            &test,
            &around(
                "<wrapped/><flat>a</flat><text/><flat>b</flat><map></map>\
                 <flatMap><Name>n</Name><Setting>1</Setting></flatMap><flatMap><Name>m</Name><Setting>2</Setting></flatMap>",
            ),
            json!({ "wrapped": [], "flat": ["a", "b"], "text": "", "map": {}, "flatMap": { "n": "1", "m": "2" } }),
        );
        let twice = output(&test, around("<a>1</a><a>2</a>").as_bytes()).unwrap_err().to_string();
        assert!(twice.contains("a comes more than once, and Test knows no list there"), "{twice}");
    }

    /// Shaped as the examples of `GetTopicAttributes` and `ListTagsForResource` in the SNS API Reference.
    #[test]
    fn answers_of_sns_are_read() {
        read_as(
            &SNS.operation("GetTopicAttributes").forms(&[("Attributes", Form::ENTRIES)]),
            "<GetTopicAttributesResponse xmlns=\"https://sns.amazonaws.com/doc/2010-03-31/\">\n  <GetTopicAttributesResult>\n    \
             <Attributes>\n      <entry>\n        <key>Owner</key>\n        <value>123456789012</value>\n      </entry>\n      \
             <entry>\n        <key>Policy</key>\n        <value>{&quot;Version&quot;:&quot;2008-10-17&quot;}</value>\n      \
             </entry>\n    </Attributes>\n  </GetTopicAttributesResult>\n  <ResponseMetadata>\n    \
             <RequestId>057f074c-33a7-11df-9540-99d0768312d3</RequestId>\n  </ResponseMetadata>\n</GetTopicAttributesResponse>",
            json!({ "Attributes": { "Owner": "123456789012", "Policy": "{\"Version\":\"2008-10-17\"}" } }),
        );
        read_as(
            &SNS.operation("ListTagsForResource").forms(&[("Tags", Form::MEMBERS)]),
            "<ListTagsForResourceResponse><ListTagsForResourceResult><Tags><member><Value>a</Value><Key>team</Key></member></Tags>\
             </ListTagsForResourceResult></ListTagsForResourceResponse>",
            json!({ "Tags": [{ "Key": "team", "Value": "a" }] }),
        );
        read_as(
            &SNS.operation("DeleteTopic"),
            "<DeleteTopicResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DeleteTopicResponse>",
            json!({}),
        );
    }

    /// Shaped as the example of `DescribeSubnets` in the EC2 API Reference, cut to one subnet.
    #[test]
    fn answers_of_ec2_are_read() {
        let describe = EC2
            .operation("DescribeSubnets")
            .forms(&[("subnetSet", Form::ITEMS), ("subnetSet.tagSet", Form::ITEMS)]);
        read_as(
            &describe,
            "<DescribeSubnetsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n  \
             <requestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</requestId>\n  <subnetSet>\n    <item>\n      \
             <subnetId>subnet-9d4a7b6c</subnetId>\n      <state>available</state>\n      <vpcId>vpc-1a2b3c4d</vpcId>\n      \
             <availableIpAddressCount>251</availableIpAddressCount>\n      <defaultForAz>false</defaultForAz>\n      \
             <tagSet/>\n    </item>\n  </subnetSet>\n</DescribeSubnetsResponse>",
            json!({ "subnetSet": [{
                "subnetId": "subnet-9d4a7b6c",
                "state": "available",
                "vpcId": "vpc-1a2b3c4d",
                "availableIpAddressCount": "251",
                "defaultForAz": "false",
                "tagSet": [],
            }] }),
        );
    }

    #[test]
    fn json_keeps_its_types_and_a_blob_is_told_in_base64() {
        let get = LAMBDA.http("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}");
        let body =
            r#"{"Big":9223372036854775807,"Most":18446744073709551615,"When":1515531081.123,"Code":"AAE="}"#;
        read_as(
            &get,
            body,
            json!({ "Big": i64::MAX, "Most": u64::MAX, "When": 1_515_531_081.123, "Code": "AAE=" }),
        );
        read_as(&get, "", json!({}));
        assert!(output(&get, b"{\"a\":").is_err());
        let invoke = LAMBDA.http("Invoke", "POST", "/").payload("Payload").answers("Payload");
        assert_eq!(output(&invoke, b"\x00\x01").unwrap(), json!({ "Payload": "AAE=" }));
        read_as(&invoke, "", json!({ "Payload": "" }));
    }
}
