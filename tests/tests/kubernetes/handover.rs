//! first-lake from Terraform to Kubernetes and back: marks change, and no resource is made or deleted.

use crate::stage::{Stage, condition, differences, message};
use lake_tests::{
    aws::{Call, Endpoint},
    example,
    terraform::Terraform,
};
use serde_json::Value;

#[test]
fn from_terraform_to_kubernetes_and_back_nothing_is_made_or_deleted() {
    let stage =
        Stage::with("handover", |setting| setting.arguments.push("--adopt-foreign-owners".to_owned()));
    let mut terraform = Terraform::new(&stage.aws);
    example::first_lake(&mut terraform);
    let _ = terraform.apply().ok();
    let world = without_marks(&stage.aws.hand().world());
    stage.aws.clear_journal();

    // Without a word on the receiving side nothing changes hands.
    let _ = stage.namespace.apply(&example::first_lake_manifest()).ok();
    let lake = stage.namespace.until("lake/first", |lake| condition(lake, "Stalled")["status"] == "True");
    assert!(message(&lake).contains("terraform/first-lake/first"), "{}", message(&lake));
    assert_eq!(stage.aws.writes(), []);

    let adopting =
        example::first_lake_manifest().replace("spec:\n", "spec:\n  adoptFrom: terraform/first-lake/first\n");
    let _ = stage.namespace.apply(&adopting).ok();
    let _ = stage.ready("first");
    only_marks(&stage.aws, &world);
    assert!(stage.events("first", "AdoptedFrom")[0].contains("terraform/first-lake/first"));

    // Terraform sees whose it is now, and lets go.
    let _ = terraform.plan().says("Foreign").says("/handover/first");
    let before = stage.aws.hand().world();
    stage.aws.clear_journal();
    let _ = terraform.destroy().ok();
    assert_eq!(stage.aws.writes(), []);
    assert_eq!(stage.aws.hand().world(), before);
    let _ = stage.look("first", "after-terraform");
    let _ = stage.ready("first");

    // And back.
    stage.aws.clear_journal();
    let tags = stage.aws.hand().call(
        "iam",
        "list_role_tags",
        serde_json::json!({ "RoleName": "first-etl-eu-west-1" }),
    );
    let owner = tags["Tags"].as_array().into_iter().flatten().find(|tag| tag["Key"] == "lake.dev/owner");
    let owner = owner.expect("the role wears a mark")["Value"].as_str().expect("a tag is text").to_owned();
    terraform
        .edit("  name = \"first\"\n", &format!("  name       = \"first\"\n  adopt_from = \"{owner}\"\n"));
    let _ = terraform.apply().ok();
    only_marks(&stage.aws, &world);
    terraform.plan().nothing();

    // Kubernetes sees whose it is now, and lets go.
    let before = stage.aws.hand().world();
    stage.aws.clear_journal();
    let asks = "lake.dev/reconcile-requested-at=after-kubernetes";
    // Its own word is taken back first: two that take over from each other would be a fight.
    let _ = stage.namespace.apply(&example::first_lake_manifest()).ok();
    let _ = stage.namespace.kubectl(&["annotate", "--overwrite", "lake/first", asks]).ok();
    let lake = stage.standing("first", "False", "Foreign");
    assert!(message(&lake).contains("terraform/first-lake/first"), "{}", message(&lake));
    assert_eq!(condition(&lake, "Stalled")["status"], "True");
    let _ = stage.namespace.delete("lake/first").ok();
    stage.gone("first");
    assert_eq!(stage.aws.writes(), []);
    assert_eq!(stage.aws.hand().world(), before);
    assert!(stage.events("first", "OwnershipLost")[0].contains("terraform/first-lake/first"));
    assert_eq!(stage.operator.metric("lake_lost_total"), Some(0.0), "it was handed over, and is not lost");
    terraform.plan().nothing();
}

/// Nothing was made or deleted, and but for marks the world is as it was.
fn only_marks(aws: &Endpoint, world: &Value) {
    let writes: Vec<String> = aws.writes().iter().map(Call::name).collect();
    assert!(!writes.is_empty());
    for write in &writes {
        let operation = write.split_once(':').map_or("", |(_, operation)| operation);
        // An object's mark is written by copying it onto itself, and a table's stands among its parameters.
        let marks =
            operation.to_lowercase().contains("tag") || ["CopyObject", "UpdateTable"].contains(&operation);
        assert!(marks, "{write} is more than a mark; all that was written: {writes:?}");
    }
    assert_eq!(differences(&without_marks(&aws.hand().world()), world), Vec::<String>::new());
}

/// What marks say of whose something is: tags, and the metadata of objects.
const WHOSE: [&str; 4] = ["lake.dev/owner", "lake-owner", "lake.dev/lineage", "lake-lineage"];

/// The world without the names of owners, and without what tells their lakes apart.
pub(crate) fn without_marks(world: &Value) -> Value {
    match world {
        Value::Array(all) => {
            let is_whose = |it: &&Value| it["Key"].as_str().is_some_and(|key| WHOSE.contains(&key));
            all.iter().filter(|it| !is_whose(it)).map(without_marks).collect()
        }
        Value::Object(all) => all
            .iter()
            .filter(|(name, _)| !WHOSE.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), without_marks(value)))
            .collect(),
        other => other.clone(),
    }
}
