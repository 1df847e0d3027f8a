//! `-replace`, taint, `create_before_destroy`, `-refresh=false`, `ignore_changes`, saved plans: the living lake is
//! never destroyed by its own replacement.

use lake_tests::{aws::Endpoint, terraform::Terraform};
use serde_json::json;

const LAKE: &str = r#"resource "lake" "x" {
  name = "again"
  bucket "store" {
    name = "again-store"
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
}
"#;

fn applied(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::new(aws);
    terraform.main(LAKE);
    let _ = terraform.apply().ok();
    aws.clear_journal();
    terraform
}

#[test]
fn a_tainted_lake_is_refused_at_plan() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    let before = aws.hand().world();
    let _ = terraform.run(&["taint", "-no-color", "lake.x"]).ok();
    let _ = terraform.plan().failed().says("untaint");
    let _ = terraform.apply().failed();
    assert_eq!(aws.hand().world(), before);
    let _ = terraform.run(&["untaint", "-no-color", "lake.x"]).ok();
    terraform.plan().nothing();
}

#[test]
fn create_before_destroy_refuses_before_any_write() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit(
        "  name = \"again\"\n",
        "  name = \"again\"\n  lifecycle {\n    create_before_destroy = true\n  }\n",
    );
    let before = aws.hand().world();
    aws.clear_journal();
    let _ = terraform.apply_with(&["-replace=lake.x"]).failed();
    assert_eq!(aws.writes(), []);
    assert_eq!(aws.hand().world(), before);
    terraform.plan().nothing();
}

#[test]
fn replace_destroys_and_makes_the_lake_again() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    let before = aws.hand().world();
    let _ = terraform.apply_with(&["-replace=lake.x"]).ok();
    assert_eq!(aws.hand().world(), before);
    terraform.plan().nothing();
}

#[test]
fn without_refresh_the_lake_is_as_last_applied() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.plan_with(&["-refresh=false"]).nothing();
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    let _ = terraform.apply_with(&["-refresh=false"]).ok();
    terraform.plan().nothing();
}

#[test]
fn ignored_changes_freeze_the_spec() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform.edit(
        "  name = \"again\"\n",
        "  name = \"again\"\n  lifecycle {\n    ignore_changes = [bucket]\n  }\n",
    );
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    terraform.plan().nothing();
}

#[test]
fn a_saved_plan_is_applied_as_it_was_shown() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    let _ = terraform.plan_with(&["-out=saved"]).changes();
    let _ = terraform.run(&["apply", "-no-color", "saved"]).ok();
    terraform.plan().nothing();
}

#[test]
fn a_deletion_that_no_plan_showed_is_not_carried_out() {
    let aws = Endpoint::start();
    let terraform = applied(&aws);
    terraform
        .edit("    name = \"again-store\"\n", "    name       = \"again-store\"\n    versioning = true\n");
    let _ = terraform.plan_with(&["-out=saved"]).changes();
    // The role now wears somebody else's path: only a replacement could mend that.
    let hand = aws.hand();
    hand.does("iam", "delete_role", json!({ "RoleName": "again-etl-eu-west-1" }));
    hand.does(
        "iam",
        "create_role",
        json!({
            "RoleName": "again-etl-eu-west-1",
            "Path": "/elsewhere/",
            "AssumeRolePolicyDocument": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}",
            "Tags": [
                { "Key": "lake.dev/owner", "Value": "terraform/terraform/again" },
                { "Key": "lake.dev/node", "Value": "role/etl" },
            ],
        }),
    );
    let _ = terraform.run(&["apply", "-no-color", "saved"]).failed().says("hanged since the plan was made");
    let versioning = hand.call("s3", "get_bucket_versioning", json!({ "Bucket": "again-store" }));
    assert_eq!(versioning["Status"], "Enabled", "the rest is done");
    let _ = terraform.apply().ok();
    terraform.plan().nothing();
}

const DATA: &str = r#"resource "terraform_data" "later" {
  input = "one"
}

resource "lake" "x" {
  name = "again"
  bucket "store" {
    on_delete = "Empty"
    object "note" {
      key     = "note.txt"
      content = "hello"
    }
  }
  role "etl" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  role "old" {
    assumed_by {
      services = ["glue.amazonaws.com"]
    }
  }
  database "lake" {
    on_delete = "Delete"
  }
  table "events" {
    database  = "lake"
    on_delete = "Delete"
    format    = "Parquet"
    location {
      bucket = "store"
      prefix = "events/"
    }
    column {
      name = "country"
      type = "string"
    }
    column {
      name = "card"
      type = "string"
    }
  }
  access_point "analysts" {
    bucket = "store"
    allow {
      roles = ["etl"]
      read {
        prefix = "events/"
      }
    }
  }
  filter "india" {
    table = "events"
    rows  = "country = 'IN'"
    columns {
      except = ["card"]
    }
  }
  # more
}
"#;

const STORE: &str = "again-store-123456789012-eu-west-1";

/// A lake of each sort of mark and of none, with data that is nobody's member.
fn with_data(aws: &Endpoint) -> Terraform {
    let terraform = Terraform::new(aws);
    terraform.main(DATA);
    let _ = terraform.apply().ok();
    aws.hand().does("s3", "put_object", json!({ "Bucket": STORE, "Key": "events/x", "Body": "1" }));
    terraform
}

#[test]
fn a_replacement_that_fails_half_way_is_gone_on_with_and_forgets_nothing() {
    let aws = Endpoint::start();
    let nothing = aws.hand().world();
    // Where it fails: when it signs what stays, and when it removes what goes.
    for refused in ["(Put|Tag).*", "DeleteRole"] {
        let terraform = with_data(&aws);
        let main = DATA.replace(
            "  role \"old\" {\n    assumed_by {\n      services = [\"glue.amazonaws.com\"]\n    }\n  }\n",
            "",
        );
        assert_ne!(main, DATA);
        terraform.main(&main);
        let before = aws.hand().world();
        aws.faults(json!([{ "operation": refused, "code": "AccessDenied", "status": 403, "message": "no" }]));
        let _ = terraform.apply_with(&["-replace=lake.x"]).failed().says("AccessDenied");
        aws.faults(json!([]));
        assert!(terraform.state().is_object(), "the lake is in the state still");

        let _ = terraform.plan().changes().says("role/old").never_says("bucket/store").never_says("tainted");
        let _ = terraform.apply().ok();
        terraform.plan().nothing();
        let mut after = before.clone();
        after["roles"].as_object_mut().expect("roles").remove("again-old-eu-west-1");
        assert_eq!(aws.hand().world(), after, "refused {refused}: only the role has left");
        let _ = terraform.destroy().ok();
        assert_eq!(aws.hand().world(), nothing, "refused {refused}: all of it was remembered");
    }
}

#[test]
fn a_replacement_that_failed_is_destroyed_whole() {
    let aws = Endpoint::start();
    let nothing = aws.hand().world();
    let terraform = with_data(&aws);
    aws.faults(
        json!([{ "operation": "(Put|Tag).*", "code": "AccessDenied", "status": 403, "message": "no" }]),
    );
    let _ = terraform.apply_with(&["-replace=lake.x"]).failed().says("AccessDenied");
    aws.faults(json!([]));
    let _ = terraform.run(&["destroy", "-no-color", "-auto-approve", "-refresh=false"]).ok();
    assert_eq!(aws.hand().world(), nothing);
}

#[test]
fn a_replacement_that_cannot_tell_what_stays_is_refused() {
    let aws = Endpoint::start();
    let terraform = with_data(&aws);
    let before = aws.hand().world();
    let text = DATA.replace("\"one\"", "\"two\"");
    // Which members there are, where the lake lives, and whose it is are known only after apply.
    let members =
        "  spec = { roles = { for key in [terraform_data.later.output] : key => { external = \"x\" } } }\n";
    for (main, flag) in [
        (text.replace("  # more\n", members), true),
        (
            text.replace(
                "  # more\n",
                "  region = terraform_data.later.output == \"\" ? \"x\" : \"eu-west-1\"\n",
            ),
            true,
        ),
        (
            format!(
                "{text}provider \"lake\" {{\n  owner = terraform_data.later.output == \"\" ? \"x\" : \"terraform\"\n}}\n"
            ),
            true,
        ),
        (
            text.replace(
                "  # more\n",
                &format!(
                    "{members}  lifecycle {{\n    replace_triggered_by = [terraform_data.later]\n  }}\n"
                ),
            ),
            false,
        ),
    ] {
        terraform.main(&main);
        let arguments: &[&str] = if flag { &["-replace=lake.x"] } else { &[] };
        let _ =
            terraform.plan_with(arguments).failed().says("cannot be replaced by a plan that does not know");
        let _ = terraform.apply_with(arguments).failed();
        assert_eq!(aws.hand().world(), before, "{main}");
    }
}
