//! Code and message of an error, in each form in which AWS tells them.

use super::unescaped;
use aws_smithy_runtime_api::http::Headers;
use serde_json::Value;

/// What the answer says of an error. The code is, in this order, that of
///
/// * `x-amzn-query-error: Code;Fault`, by which services that spoke query before tell the codes of that time
///   ("AWS query protocol", `awsQueryCompatible`),
/// * `x-amzn-errortype`, by which restJson1 tells it,
/// * `code` or `__type` of a body in JSON,
/// * the element `Code` of a body in XML: within `Error`, as S3, IAM and query tell it, and within `Errors`, as EC2 does.
pub(crate) fn told(headers: &Headers, body: &[u8]) -> (Option<String>, Option<String>) {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = |names: &[&str]| names.iter().find_map(|name| json.get(name)?.as_str());
    let body = String::from_utf8_lossy(body);
    let of_query = headers.get("x-amzn-query-error").and_then(|told| told.split(';').next());
    let code = of_query.or_else(|| headers.get("x-amzn-errortype")).or_else(|| member(&["code", "__type"]));
    let code = code.map(|code| bare(code).to_owned()).or_else(|| element(&body, "Code"));
    let said = member(&["message", "Message", "errorMessage"]).map(ToOwned::to_owned);
    (code, said.or_else(|| element(&body, "Message")))
}

/// `namespace#Code:http://…` without what is around it.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.split_once('#').map_or(code, |(_, code)| code)
}

/// What stands in the first element of a name. The rest may be cut off: the SDK's own clients read no further, either.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(unescaped(text).unwrap_or_else(|_| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn tells(header: Option<(&'static str, &'static str)>, body: &str, code: &str, said: &str) {
        let mut headers = Headers::new();
        if let Some((name, value)) = header {
            headers.insert(name, value);
        }
        let (told_code, told_said) = told(&headers, body.as_bytes());
        assert_eq!((told_code.as_deref(), told_said.unwrap_or_default().as_str()), (Some(code), said));
    }

    #[test]
    fn each_way_of_telling_an_error_is_read() {
        let body = r#"{"__type":"com.amazonaws.athena#MetadataException","Message":"no"}"#;
        tells(None, body, "MetadataException", "no");
        tells(None, r#"{"__type":"ThrottlingException","message":"no"}"#, "ThrottlingException", "no");
        tells(None, r#"{"code":"BadRequest","__type":"x#Other","errorMessage":"no"}"#, "BadRequest", "no");
        let typed = ("x-amzn-errortype", "AccessPointNotFound:http://internal.amazon.com/coral/");
        tells(Some(typed), r#"{"ErrorCode":"x","message":"no"}"#, "AccessPointNotFound", "no");
        let typed = ("x-amzn-errortype", "aws.protocoltests.restjson#FooError:http://amazon.com/#a");
        tells(Some(typed), "{}", "FooError", "");
        let of_query = ("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender");
        let body = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}"#;
        tells(Some(of_query), body, "AWS.SimpleQueueService.NonExistentQueue", "no");
        let error =
            "<Error><Type>Sender</Type><Code>NotFound</Code><Message>no &quot;t&quot;</Message></Error>";
        for around in
            [("<ErrorResponse>", "</ErrorResponse>"), ("<Response><Errors>", "</Errors></Response>")]
        {
            tells(None, &format!("{}{error}{}", around.0, around.1), "NotFound", "no \"t\"");
        }
    }

    #[test]
    fn what_tells_no_code_has_none() {
        for body in
            ["", "<html>Forbidden</html>", "{\"code\":404}", "{\"message\":\"no\"}", "<Error><Code>NoSuch"]
        {
            assert_eq!(told(&Headers::new(), body.as_bytes()).0, None, "{body}");
        }
    }
}
