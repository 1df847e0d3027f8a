//! The one table: (service, code, anchor in the message) → class.
//!
//! Codes and wordings are those of AWS's service models and of the messages that terraform-provider-aws waits on
//! (`internal/service/*/`, `tfresource.RetryWhen…`). The first row that fits decides, so rows with an anchor stand
//! before rows without.

use lake_engine::error::Retry::{
    self, Busy, Conflict, Gone, Never, Propagating, Settling, Throttled, Unanswered,
};

/// One row. An empty service, code or anchor fits everything.
struct Row {
    service: &'static str,
    code: &'static str,
    anchor: &'static str,
    verdict: Verdict,
}

/// What the table says of an answer.
#[derive(Clone, Copy)]
pub(super) struct Verdict {
    pub(super) retry: Retry,
    pub(super) remedy: Option<&'static str>,
}

/// The class of an answer; what no row knows is permanent.
pub(super) fn classify(doing: &str, code: &str, said: &str) -> Verdict {
    find(doing, code, said).map_or(Verdict { retry: Never, remedy: None }, |row| row.verdict)
}

fn find(doing: &str, code: &str, said: &str) -> Option<&'static Row> {
    let service = doing.split(':').next().unwrap_or_default();
    TABLE.iter().find(|row| {
        (row.service.is_empty() || row.service == service)
            && (row.code.is_empty() || row.code == code)
            && said.contains(row.anchor)
    })
}

const DENIED: &str = "Allow the call in the policy of the credentials in use.";
const EXPIRED: &str = "Renew the credentials.";
const QUOTA: &str = "Ask AWS to raise the quota, or remove what is no longer needed.";
const TAKEN: &str = "Bucket names are shared by all accounts of a partition. Choose another name.";
const MADE_MEANWHILE: &str =
    "Something of this name was made at the same moment: the next look tells whose it is.";
const EMPTY_FIRST: &str =
    "It still holds data. Empty it, or let its member say onDelete: Empty before it leaves.";
const DETACH_FIRST: &str = "Somebody else attached something to it. Detach that.";
const ELSEWHERE: &str = "Nothing need be done: the replica that leads now goes on with it.";
const LF_ADMIN: &str = "Make the credentials in use a Lake Formation administrator of the account, or grant them the \
                        permission with the grant option.";

/// What stands in for the message where there is none: an answer to HEAD has no body.
pub(super) const NO_BODY: &str = "AWS answers this call without saying more";
const OBJECT: &str = "Allow s3:GetObject on the object and s3:ListBucket on its bucket in the policy of the credentials in \
                      use, and see that no policy of the bucket denies them.";
const REGION: &str = "The bucket is in another region than the lake.";
const CLOCK: &str = "The clock of this machine differs from AWS's by more than 15 minutes: set it.";

const fn row(service: &'static str, code: &'static str, anchor: &'static str, retry: Retry) -> Row {
    Row { service, code, anchor, verdict: Verdict { retry, remedy: None } }
}

const fn told(
    service: &'static str,
    code: &'static str,
    anchor: &'static str,
    retry: Retry,
    remedy: &'static str,
) -> Row {
    Row { service, code, anchor, verdict: Verdict { retry, remedy: Some(remedy) } }
}

static TABLE: &[Row] = &[
    // Too many calls. Several services say so with status 400.
    row("", "", "Rate exceeded", Throttled),
    row("", "Throttling", "", Throttled),
    row("", "ThrottlingException", "", Throttled),
    row("", "ThrottledException", "", Throttled),
    row("", "RequestThrottled", "", Throttled),
    row("", "RequestThrottledException", "", Throttled),
    row("", "TooManyRequestsException", "", Throttled),
    row("", "RequestLimitExceeded", "", Throttled),
    row("", "BandwidthLimitExceeded", "", Throttled),
    row("", "SlowDown", "", Throttled),
    row("", "ServiceUnavailable", "", Throttled),
    row("", "ServiceUnavailableException", "", Throttled),
    // AWS failed within: the call may have been done.
    row("", "InternalError", "", Unanswered),
    row("", "InternalFailure", "", Unanswered),
    row("", "InternalServiceException", "", Unanswered),
    row("", "InternalServerException", "", Unanswered),
    row("", "InternalServiceError", "", Unanswered),
    row("", "ServiceFailure", "", Unanswered),
    row("", "OperationTimeoutException", "", Unanswered),
    row("", "RequestTimeout", "", Unanswered),
    row("", "RequestTimeoutException", "", Unanswered),
    // A role, a policy or a grant that is not visible everywhere yet.
    row("", "", "is unable to assume provided role", Propagating),
    row("", "", "is unable to assume the role", Propagating),
    row("", "", "Service is unable to assume role", Propagating),
    row("", "", "verify the role's TrustPolicy", Propagating),
    row("", "", "verify role's TrustPolicy", Propagating),
    row("", "", "security token included in the request is invalid. (Service:", Propagating),
    row("", "", "Invalid principal in policy", Propagating),
    row("glue", "InvalidInputException", "is not authorized to perform", Propagating),
    row("glue", "InvalidInputException", "or the role provided does not have access", Propagating),
    row("glue", "", "Insufficient Lake Formation permission", Propagating),
    row("s3", "MalformedPolicy", "Invalid principal", Propagating),
    row("s3control", "MalformedPolicy", "Invalid principal", Propagating),
    row("iam", "MalformedPolicyDocument", "Invalid principal", Propagating),
    row("lakeformation", "", "Invalid principal", Propagating),
    row("lakeformation", "", "Grantee has no permissions", Propagating),
    row("lakeformation", "", "register the S3 path", Propagating),
    row("lakeformation", "", "is not authorized to access requested permissions", Propagating),
    told("lakeformation", "", "Insufficient Lake Formation permission", Propagating, LF_ADMIN),
    // Made by a call of ours whose answer was lost, and not visible yet: the next look finds our mark, or somebody's.
    told("s3", "BucketAlreadyOwnedByYou", "", Propagating, MADE_MEANWHILE),
    row("s3", "PreconditionFailed", "", Conflict),
    told("s3control", "AccessPointAlreadyOwnedByYou", "", Propagating, MADE_MEANWHILE),
    told("", "AlreadyExistsException", "", Propagating, MADE_MEANWHILE),
    told("", "EntityAlreadyExists", "", Propagating, MADE_MEANWHILE),
    told("", "EntityAlreadyExistsException", "", Propagating, MADE_MEANWHILE),
    told("s3", "BucketAlreadyExists", "", Never, TAKEN),
    // At work.
    row("glue", "CrawlerRunningException", "", Busy),
    row("glue", "CrawlerStoppingException", "", Busy),
    row("glue", "SchedulerTransitioningException", "", Busy),
    row("glue", "ConcurrentRunsExceededException", "", Busy),
    row("glue", "InvalidInputException", "while running", Busy),
    // On its way to another state.
    row("", "ResourceInUseException", "", Settling),
    row("", "ResourceNotReadyException", "", Settling),
    row("", "ResourceConflictException", "", Settling),
    row("", "", "not in available life cycle state", Settling),
    row("", "", "in deleting state", Settling),
    row("s3", "BucketHasAccessPointsAttached", "", Settling),
    told("iam", "DeleteConflict", "", Settling, DETACH_FIRST),
    // Our own: the gate was shut.
    told("", "NotLeading", "", Conflict, ELSEWHERE),
    // Somebody was faster.
    row("", "ConcurrentModificationException", "", Conflict),
    row("", "ConcurrentModification", "", Conflict),
    row("", "VersionMismatchException", "", Conflict),
    row("", "ConflictException", "", Conflict),
    row("", "", "was modified while", Conflict),
    row("s3", "OperationAborted", "", Conflict),
    row("s3", "ConditionalRequestConflict", "", Conflict),
    row("s3control", "OperationAborted", "", Conflict),
    row("iam", "EntityTemporarilyUnmodifiable", "", Conflict),
    // Not there.
    row("", "EntityNotFoundException", "", Gone),
    row("", "NoSuchEntity", "", Gone),
    row("", "NoSuchEntityException", "", Gone),
    row("", "ResourceNotFoundException", "", Gone),
    row("s3", "NotFound", "", Gone),
    row("s3", "NoSuchBucket", "", Gone),
    row("s3", "NoSuchKey", "", Gone),
    row("s3", "NoSuchVersion", "", Gone),
    row("s3", "NoSuchUpload", "", Gone),
    row("s3", "NoSuchTagSet", "", Gone),
    row("s3", "NoSuchBucketPolicy", "", Gone),
    row("s3", "NoSuchLifecycleConfiguration", "", Gone),
    row("s3", "NoSuchCORSConfiguration", "", Gone),
    row("s3", "NoSuchConfiguration", "", Gone),
    row("s3", "NoSuchPublicAccessBlockConfiguration", "", Gone),
    row("s3", "OwnershipControlsNotFoundError", "", Gone),
    row("s3", "ServerSideEncryptionConfigurationNotFoundError", "", Gone),
    row("s3control", "InvalidRequest", "only be created for existing bucket", Gone),
    row("s3control", "NoSuchAccessPoint", "", Gone),
    row("s3control", "NoSuchAccessPointPolicy", "", Gone),
    row("s3control", "NoSuchTagSet", "", Gone),
    row("s3control", "NoSuchResource", "", Gone),
    // Nothing changes by coming again; each with what the user can do.
    told("s3", "BucketNotEmpty", "", Never, EMPTY_FIRST),
    told("", "ExpiredToken", "", Never, EXPIRED),
    told("", "ExpiredTokenException", "", Never, EXPIRED),
    told("", "InvalidClientTokenId", "", Never, EXPIRED),
    told("", "UnrecognizedClientException", "", Never, EXPIRED),
    told("", "InvalidAccessKeyId", "", Never, EXPIRED),
    told("", "SignatureDoesNotMatch", "", Never, EXPIRED),
    told("", "RequestTimeTooSkewed", "", Never, CLOCK),
    told("s3", "PermanentRedirect", "", Never, REGION),
    told("s3", "AccessDenied", NO_BODY, Never, OBJECT),
    told("", "AccessDenied", "", Never, DENIED),
    told("", "AccessDeniedException", "", Never, DENIED),
    told("", "AllAccessDisabled", "", Never, DENIED),
    told("", "UnauthorizedOperation", "", Never, DENIED),
    told("", "TooManyBuckets", "", Never, QUOTA),
    told("", "LimitExceeded", "", Never, QUOTA),
    told("", "LimitExceededException", "", Never, QUOTA),
    told("", "ResourceNumberLimitExceededException", "", Never, QUOTA),
    told("", "ServiceQuotaExceededException", "", Never, QUOTA),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_reached() {
        for row in TABLE {
            let doing = format!("{}:Anything", if row.service.is_empty() { "sts" } else { row.service });
            let code = if row.code.is_empty() { "SomeException" } else { row.code };
            let found = find(&doing, code, row.anchor).expect("the row itself fits");
            assert!(std::ptr::eq(found, row), "{doing} {code} {:?} is hidden by an earlier row", row.anchor);
        }
    }
}
