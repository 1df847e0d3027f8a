//! What the API server did not take or did not tell, in the words of a lake's status.

use kube::{Error, core::Status};
use lake_reconcile::error::Retry;

/// Why the API server was asked in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// One PascalCase word, as conditions have it.
    pub(crate) reason: &'static str,
    /// What happened, and what helps.
    pub(crate) message: String,
    /// How soon it is worth asking again.
    pub(crate) retry: Retry,
}

impl Refusal {
    /// What an error of the client means. `right` is what was asked for as a rule of a role says it, `patch lakes/status`.
    pub(crate) fn of(right: &str, error: &Error) -> Self {
        let Error::Api(status) = error else {
            let message = format!("The API server did not answer ({right}): {error}.");
            return Refusal { reason: "Unanswered", message, retry: Retry::Unanswered };
        };
        let (reason, retry) = match status.code {
            401 | 403 => ("Forbidden", Retry::Never),
            409 => ("Conflict", Retry::Conflict),
            429 => ("Throttled", Retry::Throttled),
            400..500 => ("Refused", Retry::Never),
            _ => ("Unanswered", Retry::Unanswered),
        };
        let said = format!("The API server, asked to {right}: {}.", words(status));
        Refusal { reason, message: format!("{said}{}", missing(right, status)), retry }
    }

    /// Another operator has told of the lake since this one did: what it remembers counts.
    pub(crate) fn another_tells() -> Self {
        let message = "Another operator has written this lake's record meanwhile: it is read before anything is done. \
                       If this comes back, two installations work on this namespace: see which leases are held.";
        Refusal { reason: "Conflict", message: message.to_owned(), retry: Retry::Conflict }
    }

    /// Whoever has lost the lead, by a pause of the process for one, knows less than who leads now.
    pub(crate) fn not_leading() -> Self {
        let message = "This replica does not lead any more.".to_owned();
        Refusal { reason: "Conflict", message, retry: Retry::Unanswered }
    }

    /// The object is gone, or is another of the same name.
    pub(crate) fn gone() -> Self {
        let message = "The object is not there any more.".to_owned();
        Refusal { reason: "Gone", message, retry: Retry::Gone }
    }
}

/// What the server said, or its code where it said nothing.
fn words(status: &Status) -> String {
    match status.message.trim().trim_end_matches('.') {
        "" => format!("{} {}", status.code, status.reason).trim_end().to_owned(),
        said => said.to_owned(),
    }
}

/// Which rule is missing, where it is a role that forbids: admission plugins forbid too, and say why themselves
/// (Kubernetes, "Authorization Overview": the reason of RBAC says who cannot do what).
fn missing(right: &str, status: &Status) -> String {
    if status.code == 403 && status.message.contains(" cannot ") {
        format!(
            " The operator's role lacks the rule to {right}: the chart brings it (rbac.create), so install the chart \
             anew, or add the rule to the role that stands in its place."
        )
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: u16, message: &str) -> Error {
        Error::Api(Box::new(Status { code, message: message.to_owned(), ..Status::default() }))
    }

    #[test]
    fn each_refusal_has_its_own_word_and_no_debug_text() {
        let forbidden = r#"lakes.lake.dev "rf" is forbidden: User "system:serviceaccount:lake:lake" cannot patch resource "lakes/status" in API group "lake.dev" in the namespace "v""#;
        for (code, said, reason, retry) in [
            (403, forbidden, "Forbidden", Retry::Never),
            (401, "Unauthorized", "Forbidden", Retry::Never),
            (409, "the object has been modified", "Conflict", Retry::Conflict),
            (422, "status.members: Invalid value", "Refused", Retry::Never),
            (429, "too many requests", "Throttled", Retry::Throttled),
            (500, "etcdserver: request timed out", "Unanswered", Retry::Unanswered),
            (503, "", "Unanswered", Retry::Unanswered),
        ] {
            let refusal = Refusal::of("patch lakes/status", &answered(code, said));
            assert_eq!((refusal.reason, refusal.retry), (reason, retry), "{code}");
            assert!(refusal.message.contains(said), "{}", refusal.message);
            assert!(!refusal.message.contains("Status {"), "{}", refusal.message);
        }
    }

    #[test]
    fn a_right_that_is_missing_is_named_and_what_admission_forbids_is_not_called_one() {
        let rbac = answered(403, r#"User "lake" cannot patch resource "lakes" in API group "lake.dev""#);
        let refusal = Refusal::of("patch lakes", &rbac);
        assert!(refusal.message.contains("lacks the rule to patch lakes"), "{}", refusal.message);
        let webhook = answered(403, r#"admission webhook "policy.example" denied the request: no"#);
        let refusal = Refusal::of("patch lakes", &webhook);
        assert!(!refusal.message.contains("rule"), "{}", refusal.message);
    }
}
