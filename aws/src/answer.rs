//! What an answer says of itself before the SDK has read it: the class of its error.
//!
//! For the pace and the meter alone: what the engine does about an error is decided by what the SDK has read.

mod error;

use crate::error::answered;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{orchestrator::HttpResponse, result::ConnectorError},
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use lake_engine::error::Retry;

pub(crate) use error::told;

/// Read an answer to its end, and put it back. An answer that breaks off is none.
pub(super) async fn whole(answer: &mut HttpResponse) -> Result<impl AsRef<[u8]> + use<>, ConnectorError> {
    let body = std::mem::replace(answer.body_mut(), SdkBody::empty());
    let body = ByteStream::new(body).collect().await.map_err(|error| ConnectorError::io(error.into()))?;
    let body = body.into_bytes();
    *answer.body_mut() = SdkBody::from(body.clone());
    Ok(body)
}

/// The class of the error that an answer of this body is, `None` when it is none. A refusal that is not told as AWS does
/// was cut short, or comes from something on the way: it is no answer.
pub(super) fn class(
    service: &str,
    operation: &str,
    answer: &HttpResponse,
    body: &[u8],
) -> Result<Option<Retry>, ConnectorError> {
    if answer.status().is_success() {
        return Ok(None);
    }
    let status = answer.status().as_u16();
    let (code, said) = told(answer.headers(), body);
    Ok(Some(match code {
        Some(code) => {
            let said = said.unwrap_or_default();
            answered(&format!("{service}:{operation}"), &code, &said).retry
        }
        None if !body.is_empty() && status < 500 => {
            let said = format!("HTTP status {status} came with a body that is no whole answer of AWS");
            return Err(ConnectorError::io(said.into()));
        }
        // An answer to HEAD has no body.
        None => match status {
            404 => Retry::Gone,
            429 => Retry::Throttled,
            500.. => Retry::Unanswered,
            _ => Retry::Never,
        },
    }))
}

/// A text with its references replaced.
pub(crate) fn unescaped(text: &str) -> Result<String, BoxError> {
    let mut pieces = text.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(';').ok_or("a reference without an end")?;
        let number = name.strip_prefix('#');
        out.push(match (name, number) {
            ("amp", _) => '&',
            ("lt", _) => '<',
            ("gt", _) => '>',
            ("quot", _) => '"',
            ("apos", _) => '\'',
            (_, Some(digits)) => {
                let hex = digits.strip_prefix('x').map(|digits| u32::from_str_radix(digits, 16));
                let code = hex.unwrap_or_else(|| digits.parse())?;
                char::from_u32(code).ok_or_else(|| format!("&{name}; is no character"))?
            }
            _ => return Err(format!("&{name}; is not known").into()),
        });
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn class_of(service: &str, status: u16, typed: Option<&str>, body: &str) -> Option<Retry> {
        let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        if let Some(typed) = typed {
            answer.headers_mut().insert("x-amzn-errortype", typed.to_owned());
        }
        let read = whole(&mut answer).await.unwrap();
        assert_eq!(answer.body().bytes(), Some(body.as_bytes()), "the SDK still reads it");
        class(service, "GetAnything", &answer, read.as_ref()).unwrap_or(Some(Retry::Unanswered))
    }

    #[tokio::test]
    async fn each_way_of_telling_an_error_is_understood() {
        let xml = |code: &str| {
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>")
        };
        assert_eq!(class_of("s3", 200, None, "").await, None);
        assert_eq!(class_of("s3", 503, None, &xml("SlowDown")).await, Some(Retry::Throttled));
        assert_eq!(class_of("s3", 404, None, &xml("NoSuchBucket")).await, Some(Retry::Gone));
        let wrapped = format!("<ErrorResponse>{}</ErrorResponse>", xml("Throttling"));
        assert_eq!(class_of("iam", 400, None, &wrapped).await, Some(Retry::Throttled));
        let glue = |code: &str, said: &str| {
            format!(r#"{{"__type":"com.amazonaws.glue#{code}","Message":"{said}"}}"#)
        };
        let busy = glue("InvalidInputException", "Cannot update Crawler while running");
        assert_eq!(class_of("glue", 400, None, &busy).await, Some(Retry::Busy), "the message decides, too");
        assert_eq!(
            class_of("glue", 400, None, &glue("ThrottlingException", "Rate exceeded")).await,
            Some(Retry::Throttled)
        );
        let typed = Some("AccessDeniedException:http://internal.amazon.com/coral/");
        assert_eq!(class_of("lakeformation", 400, typed, r#"{"Message":"no"}"#).await, Some(Retry::Never));
    }

    #[tokio::test]
    async fn an_answer_without_a_code_is_told_by_its_status() {
        for (status, class) in [(404, Retry::Gone), (403, Retry::Never), (502, Retry::Unanswered)] {
            assert_eq!(class_of("s3", status, None, "").await, Some(class), "{status}");
        }
    }

    #[tokio::test]
    async fn a_refusal_that_breaks_off_is_no_answer() {
        for body in ["<Error><Code>NoSuch", "{\"__type\":\"com.amazonaws.glue#Ent", "<html>Forbidden</html>"]
        {
            assert_eq!(class_of("s3", 404, None, body).await, Some(Retry::Unanswered), "{body}");
        }
    }
}
