//! Whose a lake is: one name twice, another owner, an import, a replacement; and what a plan deletes.

use lake_tests::{
    aws::{ACCOUNT, Endpoint, REGION},
    terraform::Terraform,
};
use serde_json::{Value, json};

const LAKE: &str = r#"resource "lake" "x" {
  name = "lk"
  bucket "a" {
    on_delete = "Empty"
  }
  role "r" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
}
"#;

fn bucket(key: &str) -> String {
    format!("lk-{key}-{ACCOUNT}-{REGION}")
}

fn applied(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::new(aws);
    terraform.main(LAKE);
    let _ = terraform.apply().ok();
    terraform
}

fn put_data(aws: &Endpoint) {
    aws.hand().does("s3", "put_object", json!({ "Bucket": bucket("a"), "Key": "data/x", "Body": "1" }));
}

fn data_is_there(aws: &Endpoint) -> bool {
    let listed = aws.hand().call("s3", "list_objects_v2", json!({ "Bucket": bucket("a") }));
    listed["KeyCount"] == 1
}

#[test]
fn of_two_lakes_of_one_name_in_one_apply_one_is_created() {
    let aws = Endpoint::start();
    let terraform = Terraform::new(&aws);
    terraform.main(
        &LAKE.replace("  name = \"lk\"", "  for_each = toset([\"dev\", \"prod\"])\n  name     = \"lk\""),
    );
    let _ = terraform.apply().failed().says("The lake lk exists already").says("import {");
    let state =
        std::fs::read(terraform.folder().join("terraform.tfstate")).expect("one of them is in the state");
    let state: Value = serde_json::from_slice(&state).expect("a state is JSON");
    assert_eq!(state["resources"][0]["instances"].as_array().map(Vec::len), Some(1));
    aws.assert_nothing_made_twice();
}

#[test]
fn another_owner_neither_changes_nor_destroys_a_lake_and_takes_it_over_when_told() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    let before = aws.hand().world();
    let of = |owner: &str| format!("provider \"lake\" {{\n  owner = \"{owner}\"\n}}\n{LAKE}");
    terraform.main(&of("team-b"));
    aws.clear_journal();
    let _ = terraform
        .plan()
        .failed()
        .says("terraform/terraform/lk")
        .says("adopt_from")
        .says("owner = \"terraform\"");
    let _ = terraform.apply().failed();
    let _ = terraform.destroy().failed().says("belongs to another owner");
    assert_eq!(aws.writes(), []);
    assert_eq!(aws.hand().world(), before);
    terraform.main(
        &of("team-b")
            .replace("  name = \"lk\"", "  name       = \"lk\"\n  adopt_from = \"terraform/terraform/lk\""),
    );
    let _ = terraform.apply().ok();
    assert!(!aws.writes().iter().any(|call| call.operation.starts_with("Create")));
    terraform.main(&of("team-b"));
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let _ = terraform.destroy().ok();
}

#[test]
fn a_replacement_of_a_lake_by_itself_empties_no_bucket() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    put_data(&aws);
    let _ = terraform.apply_with(&["-replace=lake.x"]).ok().says("made anew");
    assert!(data_is_there(&aws));
    terraform.plan().nothing();
    terraform.main("resource \"lake\" \"x\" {\n  name = \"lk\"\n  database \"d\" {}\n}\n");
    let _ = terraform
        .apply_with(&["-replace=lake.x"])
        .failed()
        .says("holds data and is not replaced")
        .says("bucket/a");
    assert!(data_is_there(&aws));
}

#[test]
fn an_import_deletes_nothing_that_no_member_names() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    std::fs::remove_file(terraform.folder().join("terraform.tfstate")).expect("there is a state");
    let before = aws.hand().world();
    let import = "import {\n  to = lake.x\n  id = \"lk\"\n}\n";
    terraform.main(&format!("{import}resource \"lake\" \"x\" {{\n  name = \"lk\"\n}}\n"));
    let _ = terraform
        .apply()
        .failed()
        .says("does not name all that was imported")
        .says("release = [\"role/r\"]")
        .says("bucket/a");
    assert_eq!(aws.hand().world(), before);
    terraform.main(&format!(
        "{import}resource \"lake\" \"x\" {{\n  name    = \"lk\"\n  release = [\"role/r\"]\n  bucket \"a\" {{\n    on_delete = \
         \"Empty\"\n  }}\n}}\n"
    ));
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let role = &aws.hand().world()["roles"];
    assert!(role.as_object().is_some_and(|roles| roles.len() == 1), "{role:#}");
    assert!(!role.to_string().contains("lake.dev/"), "it wears no mark any more: {role:#}");
    let _ = terraform.destroy().ok();
    assert_eq!(&aws.hand().world()["roles"], role, "what was released is not the lake's");
}

#[test]
fn a_plan_says_once_what_it_deletes_and_protected_data_stays() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    put_data(&aws);
    terraform.edit(
        "    on_delete = \"Empty\"",
        "    on_delete           = \"Empty\"\n    deletion_protection = true",
    );
    let _ = terraform.apply().ok();
    let gone = "resource \"lake\" \"x\" {\n  name = \"lk\"\n  database \"d\" {}\n}\n";
    terraform.main(gone);
    let _ = terraform.plan().failed().says("protected from deletion").says("bucket/a");
    let _ = terraform.destroy().failed().says("protected from deletion");
    assert!(data_is_there(&aws));
    terraform.main(LAKE);
    let _ = terraform.apply().ok();
    terraform.main(gone);
    let _ = terraform
        .plan()
        .changes()
        .says("2 resources will be deleted")
        .says("emptied and deleted")
        .says("role/r");
    let _ = terraform.apply().ok();
    assert!(!aws.hand().world().to_string().contains(&bucket("a")));
}

#[test]
fn without_the_list_of_marks_a_living_lake_is_not_taken_over() {
    let aws = Endpoint::start();
    let _first = applied(&aws);
    aws.faults(json!([{
        "operation": "GetResources", "code": "AccessDeniedException", "status": 400,
        "message": "not authorized to perform: tag:GetResources",
    }]));
    let before = aws.hand().world();
    let second = Terraform::new(&aws);
    second.main(&LAKE.replace("role \"r\"", "role \"two\""));
    let _ = second.apply().failed().says("The lake lk exists already");
    assert_eq!(aws.hand().world(), before);
    assert_eq!(second.state(), Value::Null);
}

#[test]
fn a_replaced_role_whose_deletion_failed_is_drift_until_it_is_gone() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit("  role \"r\" {\n", "  role \"r\" {\n    name = \"lk-new\"\n");
    aws.faults(
        json!([{ "service": "iam", "operation": "DeleteRole", "code": "AccessDenied", "status": 403 }]),
    );
    let _ = terraform.apply().failed().says("DeleteRole");
    aws.faults(json!([]));
    let _ = terraform.plan().changes().says("is there still");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    let roles = aws.hand().world()["roles"].clone();
    assert_eq!(roles.as_object().map(|roles| roles.len()), Some(1), "{roles:#}");
}

#[test]
fn an_object_that_somebody_overwrote_is_drift_and_a_stranger_in_its_place_blocks_nobody() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit(
        "    on_delete = \"Empty\"\n",
        "    on_delete = \"Empty\"\n    object \"o\" {\n      key     = \"s.py\"\n      content = \"print(1)\"\n    }\n",
    );
    let _ = terraform.apply().ok();
    aws.hand().does("s3", "put_object", json!({ "Bucket": bucket("a"), "Key": "s.py", "Body": "print(2)" }));
    let _ = terraform.plan().changes().never_says("Choose another name");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
    // A stranger deletes the role and makes one of that name.
    let name = aws.hand().world()["roles"]
        .as_object()
        .and_then(|roles| roles.keys().next().cloned())
        .expect("a role");
    aws.hand().does("iam", "delete_role", json!({ "RoleName": name }));
    let trust = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";
    let theirs = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust });
    aws.hand().does("iam", "create_role", theirs);
    terraform.edit("    on_delete = \"Empty\"\n", "    on_delete  = \"Empty\"\n    versioning = true\n");
    let _ = terraform.plan().changes().says("role/r is not the lake's any more");
    let _ = terraform.apply().failed().says("made anew");
    let versioning = aws.hand().call("s3", "get_bucket_versioning", json!({ "Bucket": bucket("a") }));
    assert_eq!(versioning["Status"], "Enabled", "all others are done");
    let _ = terraform.destroy().ok();
    assert!(aws.hand().world()["roles"][&name].is_object(), "the stranger's stays");
}
