//! What a user reads when a spec is wrong: all of it at once, each at its place.

use expect_test::{Expect, expect};
use lake_reconcile::CONTRACT;
use serde_json::{Value, json};

/// The findings of a spec in YAML, as people read them.
fn told(yaml: &str) -> String {
    let spec: Value = serde_saphyr::from_str(yaml).expect("the test is written in good YAML");
    CONTRACT.check(&spec).iter().map(|finding| format!("{finding}\n")).collect()
}

fn expect_told(yaml: &str, expect: Expect) {
    expect.assert_eq(&told(yaml));
}

#[test]
fn twelve_mistakes_are_twelve_findings() {
    expect_told(
        r#"
region: Ireland
bukets: {}
buckets:
  Store:
    versioning: "yes"
    lifecycleRules:
      - expire: { days: 0, date: "2030-01-01" }
  raw:
    encryption: { sse: KMS }
    onDelete: Empti
roles:
  etl:
    assumedBy: {}
    maxSessionDuration: 60
    managedPolicies: ["arn:aws:iam::aws:policy/a", "arn:aws:iam::aws:policy/a"]
jobs:
  etl:
    role: etl
    script: { bucket: store/raw, key: etl.py }
"#,
        expect![[r#"
            error: buckets.Store: "Store" cannot be a key
              Keys are 1 to 63 lower-case letters, digits and inner hyphens: they become part of names and marks on AWS.
            error: buckets.Store.lifecycleRules[0].expire: exactly one of `days`, `date` or `expiredObjectDeleteMarker` must be given
              Given here: `days`, `date`.
            error: buckets.Store.lifecycleRules[0].expire.days: 0 is less than 1
              Days after the object was created.
            error: buckets.Store.versioning: true or false is needed here, not a text
              Whether S3 keeps former versions of objects. Once switched on, off means suspended: S3 knows no way back.
            error: buckets.raw.encryption.sse: "KMS" is none of S3, Kms, KmsDsse
              Did you mean "Kms"?
            error: buckets.raw.onDelete: "Empti" is none of Delete, Retain, Empty
              Did you mean "Empty"?
            error: bukets: there is no field "bukets" here
              Did you mean "buckets"?
            error: jobs.etl.script.bucket: "store/raw" is neither the key of a member of `buckets` nor an ARN
              The bucket: the key of a member of `buckets`, or an ARN.
            error: region: "Ireland" does not fit here
              A region is called as `eu-west-1`. The AWS region that the lake lives in. Default: the region of the provider or the operator. Another region is another lake.
            error: roles.etl.assumedBy: at least one of `services`, `accounts`, `arns` or `statements` must be given
              None of them is given.
            error: roles.etl.managedPolicies[1]: "arn:aws:iam::aws:policy/a" is here twice
              The order of these values means nothing, so none may be there twice.
            error: roles.etl.maxSessionDuration: 60 is less than 3600
              How long a session of the role may last, in seconds.
        "#]],
    );
}

#[test]
fn what_is_not_this_lakes_has_no_settings() {
    expect_told(
        "
roles:
  lent: { external: deployer }
  both: { external: deployer, assumedBy: { services: [glue.amazonaws.com] } }
  none: {}
",
        expect![[r#"
            error: roles.both: `external` stands alone: what is not this lake's has no settings here
              Given here: `assumedBy`.
            error: roles.none.assumedBy: `assumedBy` is required
              Who may assume the role.
        "#]],
    );
}

#[test]
fn a_secret_is_not_told() {
    expect_told(
        "
buckets:
  store:
    objects:
      salt: { key: salt, secretContent: 12 }
jobs:
  etl:
    role: etl
    script: { bucket: store, key: etl.py }
    secretArguments: { --salt: [pepper] }
",
        expect![[r#"
            error: buckets.store.objects.salt.secretContent: a text is needed here, not a number
              Quote it. The content as text that is never shown, at most 512 KiB.
            error: jobs.etl.secretArguments.--salt: a text is needed here, not a list
              Arguments that are never shown in plans, drift, status or events; merged with `arguments`. Glue shows them to whoever may read the job.
        "#]],
    );
}

#[test]
fn what_is_unknown_is_left_to_the_apply() {
    let unknown = json!({"$unknown": true});
    let spec = json!({
        "region": unknown,
        "buckets": {
            "named": { "name": unknown },
            "switched": { "versioning": unknown },
            "holding": { "objects": { "script": { "key": "a", "content": unknown, "tags": unknown } } },
        },
        "filters": { "half": { "database": unknown, "tableName": unknown } },
    });
    let read = CONTRACT.decode(spec).unwrap();
    assert!(read.buckets["named"].own().is_some_and(|bucket| bucket.name.is_some()));
    assert!(read.buckets["switched"].own().is_none());
    assert!(read.buckets["holding"].own().is_some_and(|bucket| bucket.objects["script"].own().is_none()));
    assert!(read.filters["half"].own().is_some());

    let tags = CONTRACT.decode(json!({ "tags": unknown, "buckets": { "store": {} } })).unwrap();
    assert!(tags.buckets["store"].own().is_none(), "the lake's tags go into every member");

    let section = CONTRACT.check(&json!({ "buckets": unknown }));
    expect![[r#"
        error: buckets: which members buckets has is not known yet
          The keys of members must be known when a plan is made; what the members say may be unknown. Derive the keys from variables or locals instead of attributes of other resources."#]].assert_eq(&section[0].to_string());
}
