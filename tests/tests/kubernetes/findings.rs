//! A spec that cannot be as it is.

use crate::stage::{Stage, condition, is_of_this_spec, manifest, message};
use serde_json::json;

#[test]
fn what_the_api_server_cannot_see_is_told_with_every_path_and_mended_at_once() {
    let stage = Stage::new("findings");
    let wrong = json!({
        "jobs": { "etl": {
            "role": "nobody",
            "script": { "bucket": "nowhere", "key": "etl.py" },
        } },
        "accessPoints": { "analysts": { "bucket": "elsewhere" } },
    });
    let _ = stage.namespace.apply(&manifest("wrong", &wrong)).ok();
    let lake = stage.standing("wrong", "False", "InvalidSpec");
    for path in
        ["spec.jobs.etl.role: ", "spec.jobs.etl.script.bucket: ", "spec.accessPoints.analysts.bucket: "]
    {
        assert!(message(&lake).contains(path), "{path} is not in {}", message(&lake));
    }
    assert_eq!(condition(&lake, "Stalled")["status"], "True");
    assert_eq!(condition(&lake, "Stalled")["message"], message(&lake));
    assert_eq!(lake["status"]["nextAttempt"], json!(null), "only the user can help");
    assert_eq!(stage.events("wrong", "InvalidSpec"), [message(&lake)]);
    assert_eq!(stage.aws.journal(), [], "nothing is asked of AWS");

    let right = json!({ "spec": {
        "accessPoints": null,
        "roles": { "nobody": { "assumedBy": { "services": ["glue.amazonaws.com"] } } },
        "buckets": { "nowhere": { "objects": { "etl": { "key": "etl.py", "content": "print(1)" } } } },
    } });
    let _ = stage.namespace.patch("lake/wrong", &right).ok();
    let lake = stage.ready("wrong");
    assert_eq!(lake["status"]["members"], "4/4");

    // What exists is left alone while the spec is wrong again.
    let _ = stage.namespace.patch("lake/wrong", &json!({ "spec": { "roles": null } })).ok();
    stage.aws.clear_journal();
    let lake = stage.standing("wrong", "False", "InvalidSpec");
    assert!(is_of_this_spec(&lake) && lake["status"]["members"] == "4/4", "{lake:#}");
    assert_eq!(stage.aws.writes(), []);
}
