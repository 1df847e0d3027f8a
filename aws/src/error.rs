//! AWS's errors, and the one table that classifies them.
//!
//! The class decides whether and when the engine comes again, so it is derived from the modelled error code and, for
//! codes that mean several things, from an anchor in the message; never from the HTTP status alone. An answer without
//! a code is no absence.

mod table;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use lake_engine::error::{CloudError, NOT_LEADING, Retry};
use std::error::Error;

/// The gate was shut: nothing was sent.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("this replica no longer leads, so nothing was sent")]
pub(crate) struct NotLeading;

/// An answer of AWS with a code of its own, as inside a batch answer whose HTTP status is 200.
///
/// `doing` is `<service>:<operation>`; the service is that of the table: `s3`, `s3control`, `iam`, `glue`,
/// `lakeformation`, `tagging`, `sts`.
#[must_use]
pub fn answered(doing: &str, code: &str, said: &str) -> CloudError {
    let table::Verdict { retry, remedy } = table::classify(doing, code, said);
    CloudError {
        retry,
        doing: doing.to_owned(),
        code: Some(code.to_owned()),
        said: if said.is_empty() { code } else { said }.to_owned(),
        request_id: None,
        remedy: remedy.map(Into::into),
    }
}

/// The error of an SDK call. `doing` is `<service>:<operation>` as in [`answered`].
///
/// ```text
/// aws.s3.put_bucket_tagging().bucket(name).send().await
///     .map_err(|e| from_sdk("s3:PutBucketTagging", e))?;
/// ```
pub fn from_sdk<E>(doing: &str, error: SdkError<E, HttpResponse>) -> CloudError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(shut) = sources(&error).find_map(|source| source.downcast_ref::<NotLeading>()) {
        return answered(doing, NOT_LEADING, &shut.to_string());
    }
    let answer = error.raw_response();
    let status = answer.map(|answer| answer.status().as_u16());
    let request_id = answer
        .and_then(|answer| {
            let headers = answer.headers();
            headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id"))
        })
        .map(ToOwned::to_owned);
    let head = doing.split_once(':').is_some_and(|(_, operation)| operation.starts_with("Head"));
    let mut told = match (error.code(), status) {
        (_, Some(501)) => CloudError {
            code: error.code().map(ToOwned::to_owned),
            ..CloudError::refused(doing, not_implemented(doing, error.message()))
        },
        (Some(code), _) => answered(doing, code, error.message().unwrap_or_default()),
        (None, Some(status @ 500..)) => {
            CloudError::own(doing, Retry::Unanswered, format!("AWS failed: {}", bare(status, &error)))
        }
        (None, Some(403)) if head => answered(doing, "AccessDenied", table::NO_BODY),
        (None, Some(301)) if head => answered(doing, "PermanentRedirect", table::NO_BODY),
        (None, Some(status)) => CloudError::refused(doing, bare(status, &error)),
        (None, None) => CloudError::own(doing, unanswered(&error), chain(&error)),
    };
    told.request_id = request_id;
    told
}

/// A network failure may have happened before or after the call was done; a request that could not be built, or
/// that no credentials were found for, was never sent. (Of an answer that breaks off the SDK says "other", of a kind.)
fn unanswered<E>(error: &SdkError<E, HttpResponse>) -> Retry {
    match error {
        SdkError::ConstructionFailure(_) => Retry::Never,
        SdkError::DispatchFailure(failure) if failure.is_user() => Retry::Never,
        SdkError::DispatchFailure(failure) if failure.is_other() && failure.as_other().is_none() => {
            Retry::Never
        }
        _ => Retry::Unanswered,
    }
}

/// Emulators answer 501 to what they do not know; S3 itself to headers that it does not know.
fn not_implemented(doing: &str, message: Option<&str>) -> String {
    let said = message.filter(|said| !said.is_empty()).map(|said| format!(": {said}")).unwrap_or_default();
    format!("the endpoint does not implement {doing}{said}")
}

/// An answer that has a status and no code.
fn bare(status: u16, error: &impl ProvideErrorMetadata) -> String {
    let said =
        error.message().filter(|said| !said.is_empty()).map(|said| format!(": {said}")).unwrap_or_default();
    format!("HTTP status {status} without an error code{said}")
}

/// An error and all its sources, outermost first, without saying anything twice and without what only a programmer reads.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    for said in sources(error).skip(1).map(ToString::to_string) {
        if !text.ends_with(&said) && !said.contains(['{', '}']) {
            text.push_str(": ");
            text.push_str(&said);
        }
    }
    text
}

/// An error and all its sources, outermost first.
fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

    fn answer(status: u16) -> HttpResponse {
        let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        answer.headers_mut().insert("x-amz-request-id", "4442587FB7D0A2F9");
        answer
    }

    fn service(status: u16, code: Option<&str>, message: &str) -> CloudError {
        let mut meta = ErrorMetadata::builder().message(message);
        if let Some(code) = code {
            meta = meta.code(code);
        }
        from_sdk("glue:UpdateCrawler", SdkError::service_error(meta.build(), answer(status)))
    }

    #[test]
    fn the_code_decides_and_not_the_status() {
        assert_eq!(service(400, Some("ThrottlingException"), "Rate exceeded").retry, Retry::Throttled);
        assert_eq!(service(400, Some("EntityNotFoundException"), "").retry, Retry::Gone);
        assert_eq!(service(404, None, "").retry, Retry::Never, "no code is no absence");
        assert_eq!(service(503, None, "").retry, Retry::Unanswered);
    }

    #[test]
    fn the_message_decides_where_a_code_means_several_things() {
        let of = |message| service(400, Some("InvalidInputException"), message).retry;
        assert_eq!(of("Cannot update Crawler while running"), Retry::Busy);
        assert_eq!(
            of("Service is unable to assume provided role. Please verify role's TrustPolicy"),
            Retry::Propagating
        );
        assert_eq!(of("Tags created previously for this arn are in deleting state"), Retry::Settling);
        assert_eq!(of("Cron expression is invalid"), Retry::Never);
    }

    #[test]
    fn what_is_not_emulated_is_told_plainly() {
        let error = service(501, Some("NotImplemented"), "");
        assert_eq!(error.retry, Retry::Never);
        assert_eq!(
            error.to_string(),
            "glue:UpdateCrawler: NotImplemented: the endpoint does not implement glue:UpdateCrawler"
        );
    }

    #[test]
    fn an_error_keeps_the_request_id_and_says_nothing_twice() {
        let error = service(403, Some("AccessDeniedException"), "no glue:UpdateCrawler for you");
        assert_eq!(error.request_id.as_deref(), Some("4442587FB7D0A2F9"));
        assert_eq!(
            error.to_string(),
            "glue:UpdateCrawler: AccessDeniedException: no glue:UpdateCrawler for you"
        );
        assert!(error.remedy().is_some());
    }

    #[test]
    fn an_answer_without_a_body_says_what_may_be_read() {
        let head = |status| {
            let bare: SdkError<ErrorMetadata, HttpResponse> =
                SdkError::service_error(ErrorMetadata::builder().build(), answer(status));
            from_sdk("s3:HeadObject", bare)
        };
        let denied = head(403);
        assert_eq!((denied.retry, denied.is("AccessDenied")), (Retry::Never, true));
        assert!(denied.remedy().is_some_and(|remedy| remedy.contains("s3:GetObject")), "{denied}");
        assert!(denied.request_id.is_some());
        assert!(head(301).remedy().is_some_and(|remedy| remedy.contains("region")));
        assert_eq!(head(404).retry, Retry::Never, "no code is no absence");
    }

    #[test]
    fn no_error_is_told_as_a_programmer_reads_it() {
        #[derive(Debug, thiserror::Error)]
        #[error("unhandled error: Error {{ aws_request_id: \"1\" }}")]
        struct Unhandled(#[source] std::io::Error);
        impl ProvideErrorMetadata for Unhandled {
            fn meta(&self) -> &ErrorMetadata {
                static NONE: std::sync::OnceLock<ErrorMetadata> = std::sync::OnceLock::new();
                NONE.get_or_init(|| ErrorMetadata::builder().build())
            }
        }
        let unhandled = || Unhandled(std::io::Error::other("Error { kind: Other }"));
        for doing in ["s3:HeadObject", "s3:PutObject"] {
            let mut all = vec![
                SdkError::construction_failure(unhandled()),
                SdkError::timeout_error(unhandled()),
                SdkError::dispatch_failure(ConnectorError::io(unhandled().into())),
                SdkError::response_error(unhandled(), answer(200)),
            ];
            all.extend(
                [301, 307, 400, 403, 404, 409, 500, 503]
                    .map(|status| SdkError::service_error(unhandled(), answer(status))),
            );
            for error in all {
                let told = from_sdk(doing, error).to_string();
                assert!(!told.contains('{') && !told.contains("unhandled"), "{told}");
            }
        }
    }

    #[test]
    fn a_shut_gate_is_no_answer_of_aws() {
        let shut: SdkError<ErrorMetadata, HttpResponse> =
            SdkError::dispatch_failure(ConnectorError::user(NotLeading.into()));
        let error = from_sdk("s3:CreateBucket", shut);
        assert_eq!((error.retry, error.word()), (Retry::Conflict, "NotLeading"), "it was never sent");
        assert!(error.to_string().contains("no longer leads"), "{error}");
        assert!(error.remedy().is_some_and(|remedy| remedy.contains("replica")));
    }

    #[test]
    fn a_lost_answer_may_have_been_a_success() {
        let lost: SdkError<ErrorMetadata, HttpResponse> =
            SdkError::dispatch_failure(ConnectorError::io("connection reset by peer".into()));
        let error = from_sdk("s3:CreateBucket", lost);
        assert_eq!(error.retry, Retry::Unanswered);
        assert!(error.to_string().contains("connection reset by peer"), "{error}");
        let unsent: SdkError<ErrorMetadata, HttpResponse> = SdkError::construction_failure("no credentials");
        assert_eq!(from_sdk("s3:CreateBucket", unsent).retry, Retry::Never);
    }
}
