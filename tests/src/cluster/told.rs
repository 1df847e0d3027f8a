//! What the operator tells in the cluster, searched for what is secret.

use crate::canary;
use serde_json::Value;

/// Fail if what the operator has written of an object tells a secret: the status of a lake, or an event. A lake's spec is its
/// user's.
pub(crate) fn tells_no_secret(object: &Value) {
    let kind = object["kind"].as_str().unwrap_or_default();
    let told = match kind {
        "Lake" => &object["status"],
        "Event" => object,
        _ => return,
    };
    canary::none_in(&format!("{kind} {}", object["metadata"]["name"]), &told.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::canary;
    use serde_json::json;

    #[test]
    fn what_the_operator_writes_is_searched_and_what_the_user_writes_is_not() {
        let secret = canary("told");
        let tells = |object: Value| std::panic::catch_unwind(|| tells_no_secret(&object)).is_err();
        assert!(tells(json!({ "kind": "Lake", "status": { "plan": { "text": secret } } })));
        assert!(tells(json!({ "kind": "Event", "note": secret })));
        assert!(!tells(json!({ "kind": "Lake", "spec": { "jobs": secret }, "status": {} })));
    }
}
