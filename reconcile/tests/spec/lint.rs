//! What a user reads when a spec makes no sense as a whole: all of it at once, each at its place, with its remedy.

use expect_test::{Expect, expect};
use lake_api::testing::{json, json_with_unknowns};
use lake_reconcile::lint::{lint, lint_for, lint_in, look_over};
use lake_reconcile::{CONTRACT, LakeSpec};
use proptest::prelude::*;
use serde_json::Value;

/// The findings of a spec in YAML, for a lake called `events`.
fn told(yaml: &str) -> String {
    let spec: Value = serde_saphyr::from_str(yaml).expect("the test is written in good YAML");
    look_over(&spec, "events").iter().map(|finding| format!("{finding}\n")).collect()
}

fn expect_told(yaml: &str, expect: Expect) {
    expect.assert_eq(&told(yaml));
}

#[test]
fn references_mean_members_or_arns_of_the_right_sort() {
    expect_told(
        r#"
buckets:
  store: {}
  ring: { logging: { bucket: knot } }
  knot: { logging: { bucket: ring } }
  self: { logging: { bucket: self } }
accessPoints:
  door: { bucket: stor, allow: [{ roles: [etl, "arn:aws:iam::111122223333:user/x"], read: {} }] }
roles:
  etl:
    assumedBy: { arns: ["arn:{partitoin}:iam::111122223333:role/x"] }
    managedPolicies: ["arn:aws:iam::aws"]
    allow: [{ read: { bucket: "arn:aws:glue:eu-west-1:111122223333:database/x" } }, { passRole: { role: etl } }]
jobs:
  etl: { role: elt, script: { bucket: "arn:aws:s3:::b/key", key: a.py } }
crawlers:
  c: { role: etl, database: lake, targets: { catalog: [{ database: lake, tables: [orders] }] }, schemaChange: { delete: Log } }
"#,
        expect![[r#"
            error: accessPoints.door.allow[0].roles[0]: `arn:aws:iam::111122223333:user/x` is no ARN of a member of `roles`
              It would be `arn:{partition}:iam::{account}:role/name`.
            error: accessPoints.door.bucket: `stor` is no member of `buckets`
              Did you mean `store`? A reference is the key of a member of `buckets`, or an ARN.
            error: buckets.knot.logging.bucket: these references wait for each other
              `buckets.knot.logging.bucket` means `ring` and `buckets.ring.logging.bucket` means `knot`. Name one of them by its ARN instead.
            error: buckets.self.logging.bucket: the bucket logs requests to itself
              Each log object that S3 writes would be a request to log, without end. Name another bucket.
            error: crawlers.c.database: `lake` is no member of `databases`
              The spec has no `databases`. A reference is the key of a member of `databases`, or an ARN.
            error: crawlers.c.role: Glue cannot assume the role `etl`
              Add `glue.amazonaws.com` to `assumedBy.services` of `roles.etl`, or name another role.
            error: crawlers.c.targets.catalog[0].database: `lake` is no member of `databases`
              The spec has no `databases`. A reference is the key of a member of `databases`, or an ARN.
            error: crawlers.c.targets.catalog[0].tables[0]: `orders` is no member of `tables`
              The spec has no `tables`. A reference is the key of a member of `tables`, or an ARN.
            error: jobs.etl.role: `elt` is no member of `roles`
              Did you mean `etl`? A reference is the key of a member of `roles`, or an ARN.
            error: jobs.etl.script.bucket: `arn:aws:s3:::b/key` is no ARN of a member of `buckets`
              It would be `arn:{partition}:s3:::name`.
            error: roles.etl.allow[0].read.bucket: `arn:aws:glue:eu-west-1:111122223333:database/x` is no ARN of a member of `buckets`
              It would be `arn:{partition}:s3:::name`.
            error: roles.etl.assumedBy.arns[0]: `{partitoin}` is no word of templates
              Did you mean `{partition}`? There are `{account}`, `{lake}`, `{namespace}`, `{partition}` and `{region}`.
            error: roles.etl.managedPolicies[0]: `arn:aws:iam::aws` is no ARN
              An ARN has six parts: `arn:partition:service:region:account:resource`; parts may be empty.
        "#]],
    );
}

#[test]
fn names_fit_aws_once_their_templates_are_filled_in() {
    expect_told(
        r#"
buckets:
  long: { name: "{lake}-{account}-{region}-a-name-that-is-too-long-everywhere" }
  wide: { name: "{lake}-{region}-0123456789012345678901234567890123456789012" }
  odd: { name: "xn--{lake}" }
  short: { name: "ab.", bucketNamespace: AccountRegional }
  word: { name: "{lake}-{acount}" }
  one: { name: "taken" }
  two: { external: "arn:aws:s3:::taken" }
roles:
  longlonglonglonglonglonglonglonglonglonglonglonglonglonglong: { assumedBy: { services: [glue.amazonaws.com] }, path: "/{region/" }
  upper: { name: "ETL", assumedBy: { services: [glue.amazonaws.com] } }
  lower: { name: "etl", assumedBy: { services: [glue.amazonaws.com] } }
databases:
  lake: { name: "Lake" }
  same: { name: "lake" }
tables:
  a: { name: t, database: lake, format: Parquet, location: { bucket: one }, columns: [{ name: a, type: int }] }
  b: { name: t, database: lake, format: Parquet, location: { bucket: one }, columns: [{ name: a, type: int }] }
  c: { name: t, database: same, format: Parquet, location: { bucket: one }, columns: [{ name: a, type: int }] }
"#,
        expect![[r#"
            error: buckets.long.name: the name `events-{account}-{region}-a-name-that-is-too-long-everywhere` is too long: at least 64 characters once its templates are filled in
              A name here has 3 to 63 characters (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). Give it a shorter `name`.
            error: buckets.odd.name: no bucket can be called `xn--{lake}`
              S3 keeps names that begin with `xn--`, `sthree-` or `amzn-s3-demo-` to itself (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
            error: buckets.short.name: no bucket can be called `ab.`
              A bucket's name begins and ends with a letter or a digit (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
            error: buckets.short.name: the name of an account-regional bucket ends with `-{account}-{region}-an`
              Put that at the end of `name`, or leave `name` out.
            error: buckets.two.external: two members are the bucket `taken`
              `buckets.one.name` and `buckets.two.external` name one thing on AWS. Give each its own `name`, or remove one.
            warning: buckets.wide.name: the name `{lake}-{region}-0123456789012345678901234567890123456789012` may become too long: up to 65 characters
              A name here has 3 to 63 characters (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html). It depends on the region or the namespace.
            error: buckets.word.name: `{acount}` is no word of templates
              Did you mean `{account}`? There are `{account}`, `{lake}`, `{namespace}`, `{partition}` and `{region}`.
            error: databases.lake.name: no database can be called `Lake`
              The catalogue folds names to lower case; write it so, then plan and AWS say the same (https://docs.aws.amazon.com/glue/latest/webapi/API_DatabaseInput.html).
            error: databases.same.name: two members are the database `lake`
              `databases.lake.name` and `databases.same.name` name one thing on AWS. Give each its own `name`, or remove one.
            error: roles.longlonglonglonglonglonglonglonglonglonglonglonglonglonglong.name: the name `events-longlonglonglonglonglonglonglonglonglonglonglonglonglonglong-{region}` is too long: at least 77 characters once its templates are filled in
              A name here has 1 to 64 characters (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html). Give it a shorter `name`.
            error: roles.longlonglonglonglonglonglonglonglonglonglonglonglonglonglong.path: `/{region/` has a brace without its other half
              A template's words stand in single braces, `{lake}`; names have no braces of their own.
            error: roles.upper.name: two members are the role `ETL`
              `roles.lower.name` and `roles.upper.name` name one thing on AWS. Give each its own `name`, or remove one.
            error: tables.b.name: two members are the table `t`
              `tables.a.name` and `tables.b.name` name one thing on AWS. Give each its own `name`, or remove one.
        "#]],
    );
}

#[test]
fn what_is_not_ours_can_be_found() {
    expect_told(
        r#"
buckets:
  theirs: { external: "arn:aws:sns:eu-west-1:111122223333:topic" }
roles:
  named: { external: admin }
  arn: { external: "arn:{partition}:iam::{account}:role/ops/admin" }
tables:
  bare: { external: orders }
  whole: { external: sales/orders }
filters:
  bare: { external: orders/india }
  whole: { external: sales/orders/india }
"#,
        expect![[r#"
            error: buckets.theirs.external: `arn:aws:sns:eu-west-1:111122223333:topic` is no ARN of a member of `buckets`
              It would be `arn:{partition}:s3:::name`.
            error: filters.bare.external: `orders/india` does not say where to look
              Write it as `database/table/filter`.
            error: roles.named.external: two members are the role `admin`
              `roles.arn.external` and `roles.named.external` name one thing on AWS. Give each its own `name`, or remove one.
            error: tables.bare.external: `orders` does not say where to look
              Write it as `database/table`.
        "#]],
    );
}

#[test]
fn tags_and_custody_make_sense() {
    expect_told(
        r#"
tags: { Team: data, "aws:x": z }
buckets:
  store:
    tags: { "lake.dev/owner": me, "a#b": "c!" }
    ignoreDrift: [tags.team, versionin, "lifecycleRules[0].prefix", encryption.sse.deep, "a..b"]
    objects: { script: { key: a.py, content: a, ignoreDrift: [contnt] } }
roles:
  etl: { assumedBy: { services: [glue.amazonaws.com] }, tags: { team: other }, adoptFrom: terraform/team-a/events }
databases: { lake: {} }
tables:
  t: { database: lake, format: Parquet, location: { bucket: store }, columns: [{ name: a, type: int }], parameters: { "lake.dev/node": x } }
"#,
        expect![[r#"
            error: buckets.store.ignoreDrift[0]: `a..b` is no field path: a name is missing at character 2
              A path is `tags.team`, `workers.count` or `rules[0].days`.
            error: buckets.store.ignoreDrift[1]: there is no field `encryption.sse.deep` to leave alone
              Nothing lies below that.
            error: buckets.store.ignoreDrift[4]: there is no field `versionin` to leave alone
              Did you mean `versioning`?
            error: buckets.store.objects.script.ignoreDrift[0]: there is no field `contnt` to leave alone
              Did you mean `content`?
            error: buckets.store.tags["a#b"]: the key of the tag holds `#`
              Tags take letters, digits, spaces and `_.:/=+-@`.
            error: buckets.store.tags["a#b"]: the value of the tag holds `!`
              Tags take letters, digits, spaces and `_.:/=+-@`.
            error: buckets.store.tags["lake.dev/owner"]: `lake.dev/owner` is the lake's own
              What begins with `lake.dev/` says whose a resource is. Choose another key.
            error: roles.etl.tags: `Team` and `team` are one tag to IAM
              Its keys do not tell upper from lower case. Keep one of them; the lake's tags count too.
            error: tables.t.parameters["lake.dev/node"]: `lake.dev/node` is the lake's own
              What begins with `lake.dev/` says whose a resource is. Choose another key.
            error: tags["aws:x"]: the tag `aws:x` is AWS's own
              Only AWS sets tags that begin with `aws:`. Choose another key.
        "#]],
    );
}

#[test]
fn one_object_is_uploaded_once() {
    expect_told(
        r#"
buckets:
  store:
    name: "{lake}-store"
    objects:
      script: { key: etl.py, content: a }
      again: { key: etl.py, content: b }
jobs:
  store: { role: "arn:aws:iam::111122223333:role/x", script: { bucket: "arn:aws:s3:::events-store", key: etl.py, content: c } }
  other: { role: "arn:aws:iam::111122223333:role/x", script: { bucket: store, key: etl.py } }
"#,
        expect![[r#"
            error: buckets.store.objects.script.key: two uploads are the object `etl.py` in `store`
              They are `buckets.store.objects.again.key`, `buckets.store.objects.script.key` and `jobs.store.script.key`. The later one would overwrite the earlier. Give each its own key, or upload it once and leave out the script's `content`.
            error: jobs.store.script.key: two uploads are called `object/store.script`
              They are `buckets.store.objects.script.key` and `jobs.store.script.key`. A job's script is called by the job's key and `script`. Rename the object's key in `objects`, or the job.
            error: jobs.store.script.key: two uploads are the object `etl.py` in `store`
              They are `buckets.store.objects.again.key`, `buckets.store.objects.script.key` and `jobs.store.script.key`. The later one would overwrite the earlier. Give each its own key, or upload it once and leave out the script's `content`.
        "#]],
    );
}

#[test]
fn buckets_and_access_points_make_sense() {
    expect_told(
        r#"
buckets:
  store:
    encryption: { sse: S3, key: "arn:aws:kms:eu-west-1:111122223333:key/x" }
    objectOwnership: ObjectWriter
    publicAccessBlock: { blockPublicAcls: false }
    policy:
      statements:
        - { sid: Same, principals: { aws: ["*"] }, actions: ["s3:GetObject"] }
        - { sid: Same, principals: { aws: ["*"] }, actions: ["s3:GetObject"], conditions: { StringEquals: { "aws:PrincipalOrgID": [o-1] } } }
        - { actions: ["s3:GetObject"] }
        - { sid: LakeTlsOnly, effect: Deny, principals: { aws: ["*"] }, actions: ["s3:*"] }
    corsRules: [{ allowedOrigins: ["https://*.*.org"], allowedMethods: [Get] }]
    lifecycleRules:
      - { id: a, transitions: [{ days: 10, storageClass: StandardIa }] }
      - { id: a, expire: { days: 20 }, transitions: [{ days: 60, storageClass: Glacier }] }
      - transitions: [{ days: 90, storageClass: DeepArchive }, { days: 120, storageClass: Glacier }]
      - transitions: [{ days: 30, storageClass: StandardIa }, { days: 40, storageClass: GlacierIr }]
      - transitions: [{ days: 90, storageClass: Glacier }, { days: 90, storageClass: Glacier }]
      - { transitions: [{ days: 90, storageClass: Glacier }], expire: { date: "2030-01-01" } }
      - { tags: { a: b }, abortIncompleteUploadDays: 7 }
      - { largerThan: 10, smallerThan: 10, expire: { expiredObjectDeleteMarker: true } }
      - { expireNoncurrent: { days: 10 }, noncurrentTransitions: [{ days: 10, storageClass: OnezoneIa }, { days: 40, storageClass: OnezoneIa }] }
accessPoints:
  door:
    name: "-{lake}"
    bucket: store
    bucketAccount: "444455556666"
    allow: [{ roles: [], read: {} }]
    statements: [{ principals: { aws: ["*"] }, actions: ["s3:GetObject"] }]
"#,
        expect![[r#"
            error: accessPoints.door.allow[0].roles: `roles` is empty
              Given and empty is not the same as not given. Name one at least, or remove `roles`. The roles: keys of members of `roles`, or ARNs.
            error: accessPoints.door.bucketAccount: the bucket `store` is this lake's, so its account is this one
              Remove `bucketAccount`, or name the other account's bucket by its ARN.
            error: accessPoints.door.name: no access point can be called `-{lake}`
              An access point's name neither begins nor ends with a hyphen (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations-naming-rules.html).
            error: accessPoints.door.statements[0]: the statement is public, and `publicAccessBlock.blockPublicPolicy` refuses public policies
              Name the principals, bound them by a condition on fixed values such as `aws:PrincipalOrgID`, or set `blockPublicPolicy: false` and `restrictPublicBuckets: false` in `publicAccessBlock`.
            error: buckets.store.corsRules[0].allowedOrigins: `https://*.*.org` has more than one `*`
              S3 takes one `*` in an origin.
            error: buckets.store.encryption.key: a KMS key is named, and S3's own keys encrypt
              Set `sse: Kms`, or remove `key`.
            error: buckets.store.lifecycleRules[0].transitions[0].days: 10 days are too few for an infrequent-access class
              S3 moves objects to StandardIa and OnezoneIa after 30 days or later.
            error: buckets.store.lifecycleRules[1].id: two rules have the id `a`
              Ids are unique within a bucket. Rename one, or leave it out.
            error: buckets.store.lifecycleRules[1].transitions[0]: objects expire before they move
              Move them earlier, or let them expire later: `expire` must come after every transition.
            error: buckets.store.lifecycleRules[2].transitions[1]: the move to `Glacier` after 120 days does not follow that to `DeepArchive` after 90
              Objects move down only: StandardIa, IntelligentTiering, OnezoneIa, GlacierIr, Glacier, DeepArchive, each later than the one before.
            error: buckets.store.lifecycleRules[3].transitions[1].days: objects stay only 10 days in `StandardIa`
              S3 keeps them there for at least 30 days: move them on after 60 or more.
            error: buckets.store.lifecycleRules[4].transitions[1].storageClass: two transitions move to `Glacier`
              Remove one of them.
            error: buckets.store.lifecycleRules[5]: the rule mixes days and dates
              S3 takes either `days` or `date` throughout a rule. Split it in two.
            error: buckets.store.lifecycleRules[6].abortIncompleteUploadDays: `abortIncompleteUploadDays` does not go with a filter by tags or size
              Delete markers and unfinished uploads have neither. Put this into a rule of its own, with a prefix at most.
            error: buckets.store.lifecycleRules[7].expire: `expire` does not go with a filter by tags or size
              Delete markers and unfinished uploads have neither. Put this into a rule of its own, with a prefix at most.
            error: buckets.store.lifecycleRules[7].smallerThan: no object is both larger and smaller than that
              `smallerThan` (10) must exceed `largerThan` (10).
            warning: buckets.store.lifecycleRules[8]: the rule is about former versions, and the bucket keeps none
              It works on versions from a time when versioning was on. Otherwise set `versioning: true`, or remove it.
            error: buckets.store.lifecycleRules[8].noncurrentTransitions[0]: former versions are deleted before they move
              Move them earlier, or let `expireNoncurrent` come later.
            error: buckets.store.lifecycleRules[8].noncurrentTransitions[0].days: 10 days are too few for an infrequent-access class
              S3 moves objects to StandardIa and OnezoneIa after 30 days or later.
            error: buckets.store.lifecycleRules[8].noncurrentTransitions[1]: former versions are deleted before they move
              Move them earlier, or let `expireNoncurrent` come later.
            error: buckets.store.lifecycleRules[8].noncurrentTransitions[1].storageClass: two transitions move to `OnezoneIa`
              Remove one of them.
            error: buckets.store.policy.statements[0]: the statement is public, and `publicAccessBlock.blockPublicPolicy` refuses public policies
              Name the principals, bound them by a condition on fixed values such as `aws:PrincipalOrgID`, or set `blockPublicPolicy: false` and `restrictPublicBuckets: false` in `publicAccessBlock`.
            error: buckets.store.policy.statements[1].sid: two statements have the id `Same`
              Ids are unique within a policy. Rename one, or leave it out.
            error: buckets.store.policy.statements[2]: the statement names no principals
              Add `principals`, with `aws: ["*"]` for everybody.
            error: buckets.store.policy.statements[3].sid: `LakeTlsOnly` is the id of the statement that `tlsOnly` makes
              Choose another id, or remove the statement and set `tlsOnly`.
            warning: buckets.store.publicAccessBlock.blockPublicAcls: anybody who may write objects may make them public
              ACLs are in force because of `objectOwnership`. Leave `blockPublicAcls` on, or let the bucket's owner own all objects.
        "#]],
    );
}

#[test]
fn roles_make_sense() {
    expect_told(
        r#"
roles:
  etl:
    assumedBy:
      services: [glue.example.com]
      arns: ["arn:aws:s3:::b"]
      statements: [{ actions: ["sts:AssumeRole"], resources: ["*"] }]
    permissionsBoundary: "arn:aws:iam::111122223333:role/x"
    managedPolicies: ["arn:aws:iam::aws:policy/a", "arn:aws:iam::aws:policy/b", "arn:aws:iam::aws:policy/c",
      "arn:aws:iam::aws:policy/d", "arn:aws:iam::aws:policy/e", "arn:aws:iam::aws:policy/f", "arn:aws:iam::aws:policy/g",
      "arn:aws:iam::aws:policy/h", "arn:aws:iam::aws:policy/i", "arn:aws:iam::aws:policy/j", "arn:aws:iam::aws:policy/k"]
    inlinePolicies:
      lake: { statements: [] }
      own: { statements: [{ sid: "a b", actions: ["s3:GetObject"] }, { principals: { aws: ["*"] }, actions: ["s3:GetObject"], resources: ["*"] }] }
"#,
        expect![[r#"
            error: roles.etl.assumedBy.arns: `arn:aws:s3:::b` can assume nothing
              Only roles, users, their sessions and accounts can; services belong to `services`.
            warning: roles.etl.assumedBy.services: `glue.example.com` looks like no service of AWS
              Services are called as `glue.amazonaws.com`; the partition's own ending is put there for you.
            error: roles.etl.assumedBy.statements[0]: the statement names no principals
              Add `principals`, with `aws: ["*"]` for everybody.
            error: roles.etl.inlinePolicies.lake: the name `lake` is taken by the policy that `allow` is compiled into
              Give the policy another `name`.
            error: roles.etl.inlinePolicies.lake.statements: `statements` is empty
              Given and empty is not the same as not given. Name one at least, or remove `statements`. Its statements, which have no principals.
            error: roles.etl.inlinePolicies.own.statements[0]: the statement says nothing about resources
              Add `resources`, which may be `*`, or `notResources`.
            error: roles.etl.inlinePolicies.own.statements[0].sid: `a b` is no id of a statement
              Use letters and digits only.
            error: roles.etl.inlinePolicies.own.statements[1].principals: a role's own policy names no principals
              It is about the role itself. Who may assume the role is said in `assumedBy`.
            warning: roles.etl.managedPolicies: 11 managed policies are more than an account allows unless its quota was raised
              The quota is 10; AWS raises it to 20 on request.
            error: roles.etl.permissionsBoundary: `arn:aws:iam::111122223333:role/x` is no managed policy
              It would be `arn:{partition}:iam::aws:policy/name` or `arn:{partition}:iam::{account}:policy/name`.
        "#]],
    );
}

#[test]
fn databases_and_tables_make_sense() {
    expect_told(
        r#"
buckets: { store: {} }
databases:
  lake: { createTableDefaults: { permissions: [{ principal: IAM_ALLOWED_PRINCIPALS, permissions: [] }] } }
tables:
  folded:
    database: lake
    location: { bucket: store }
    format: Parquet
    serde: { library: org.openx.data.jsonserde.JsonSerDe }
    columns: [{ name: Day, type: "array<int" }, { name: day, type: string }]
    partitionKeys: [{ name: day, type: string }]
    buckets: { columns: [nothing], count: 4 }
    sortColumns: [{ column: neither }]
  bare: { database: lake, location: { bucket: store }, serde: { library: a.B } }
  ice: { database: lake, iceberg: { bucket: store, key: m.json }, columns: [{ name: a, type: int }], parameters: { metadata_location: s3://b/m.json } }
  by-hand:
    database: lake
    location: { bucket: store }
    format: Parquet
    columns: [{ name: a, type: int }]
    parameters: { table_type: iceberg }
  projected:
    database: lake
    location: { bucket: store }
    format: Json
    columns: [{ name: a, type: int }]
    partitionKeys: [{ name: day, type: string }, { name: hour, type: int }, { name: shop, type: int }, { name: none, type: string }]
    parameters: { "projection.enabled": "true" }
    projection:
      locationTemplate: "s3://b/${day}/${hour}/"
      columns:
        day: { type: Date, range: "2020-01-01" }
        hour: { type: Integer, range: "23,0", values: [a] }
        shop: { type: Enum, digits: 2 }
        stray: { type: Injected, interval: 1 }
"#,
        expect![[r#"
            error: databases.lake.createTableDefaults.permissions[0].permissions: `permissions` is empty
              Given and empty is not the same as not given. Name one at least, or remove `permissions`. What it may do.
            error: databases.lake.createTableDefaults.permissions[0].principal: `IAM_ALLOWED_PRINCIPALS` has a field of its own
              Remove this entry and set `createTableDefaults.iamAllowed: true`.
            warning: tables.bare.columns: the table has no columns
              No engine can read it until a crawler adds some. Name them here, or crawl the table.
            error: tables.bare.serde: `inputFormat` is missing
              Without a `format`, `serde` says all of `library`, `inputFormat` and `outputFormat`.
            error: tables.bare.serde: `outputFormat` is missing
              Without a `format`, `serde` says all of `library`, `inputFormat` and `outputFormat`.
            error: tables.by-hand.parameters.table_type: `table_type` says that the table is Iceberg's
              Remove the parameter, and name the table's metadata file as `iceberg` in place of `format`, `location` and columns.
            error: tables.folded.buckets.columns[0]: the table has no column `nothing`
              Name one of `columns`.
            error: tables.folded.columns[0].name: the catalogue folds `Day` to lower case
              Write `day`.
            error: tables.folded.columns[0].type: `array<int` is no type
              A bracket is never closed.
            error: tables.folded.columns[1].name: two columns are called `day`
              The other is `tables.folded.columns[0].name`. A column that partitions the table is not among `columns`.
            error: tables.folded.partitionKeys[0].name: two columns are called `day`
              The other is `tables.folded.columns[1].name`. A column that partitions the table is not among `columns`.
            error: tables.folded.serde.library: `org.openx.data.jsonserde.jsonserde` reads no `Parquet`
              Remove `library`, so that the format's own is used, or remove `format` and say all of `serde`.
            error: tables.folded.sortColumns[0].column: the table has no column `neither`
              Name one of `columns`.
            error: tables.ice.columns: an Iceberg table has its own `columns`
              They are in its metadata, which engines write. Remove them here.
            error: tables.ice.parameters.metadata_location: `metadata_location` is written by `iceberg`
              Remove the parameter; `iceberg` says the same.
            error: tables.projected.parameters["projection.enabled"]: `projection.enabled` is written by `projection`
              Remove the parameter; `projection` says the same.
            error: tables.projected.projection.columns: the partition key `none` is not projected
              Athena projects all partition keys or none. Add it.
            error: tables.projected.projection.columns.day: `format` of `day` is missing
              A projection by `Date` needs it.
            error: tables.projected.projection.columns.day.range: `2020-01-01` is no range
              A range is the first and the last value with a comma between: `1,100`, `2020-01-01,NOW`.
            error: tables.projected.projection.columns.hour.range: `23,0` runs backwards
              The first value comes first.
            error: tables.projected.projection.columns.hour.values: `values` does not go with `Integer`
              Remove it, or choose another `type`.
            error: tables.projected.projection.columns.shop: `values` of `shop` is missing
              A projection by `Enum` needs it.
            error: tables.projected.projection.columns.shop.digits: `digits` does not go with `Enum`
              Remove it, or choose another `type`.
            warning: tables.projected.projection.columns.shop.type: the partition key `shop` is of type `int`
              Athena projects `Enum` onto partition keys of type `string`.
            error: tables.projected.projection.columns.stray: `stray` is no partition key
              Only partition keys are projected. Add it to `partitionKeys`, or remove it.
            error: tables.projected.projection.columns.stray.interval: `interval` does not go with `Injected`
              Remove it, or choose another `type`.
            error: tables.projected.projection.locationTemplate: `${none}` is missing
              The template names every partition key, so that each partition has a place of its own.
            error: tables.projected.projection.locationTemplate: `${shop}` is missing
              The template names every partition key, so that each partition has a place of its own.
        "#]],
    );
}

#[test]
fn jobs_make_sense() {
    expect_told(
        r#"
buckets: { store: {} }
roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } }
jobs:
  shell:
    role: etl
    command: PythonShell
    script: { bucket: store, key: a.py }
    workers: {}
    pythonVersion: "2"
    bookmarks: true
    sparkUi: { bucket: store }
    executionClass: Flex
    maintenanceWindow: "Sun:3"
  part: { role: etl, command: PythonShell, script: { bucket: store, key: a.py }, maxCapacity: 2 }
  old: { role: etl, script: { bucket: store, key: a.py }, glueVersion: "2.0", workers: { type: G.4X, count: 1 }, autoScaling: true, executionClass: Flex }
  sized: { role: etl, script: { bucket: store, key: a.py }, maxCapacity: 4 }
  ancient: { role: etl, script: { bucket: store, key: a.py }, glueVersion: "1.0", maxCapacity: 2.5 }
  small: { role: etl, script: { bucket: store, key: a.py }, workers: { type: G.025X } }
  standard: { role: etl, script: { bucket: store, key: a.py }, workers: { type: Standard } }
  ray: { role: etl, script: { bucket: store, key: a.py }, workers: { type: Z.2X } }
  large: { role: etl, script: { bucket: store, key: a.py }, glueVersion: "3.0", workers: { type: R.1X }, observabilityMetrics: true }
  scala: { role: etl, script: { bucket: store, key: a.scala }, language: Scala, pythonVersion: "3" }
  python: { role: etl, script: { bucket: store, key: a.py }, mainClass: A, pythonVersion: "3.9" }
  stream: { role: etl, command: GlueStreaming, script: { bucket: store, key: a.py }, bookmarks: true }
  late: { role: etl, script: { bucket: store, key: a.py }, timeout: 10, notifyDelay: 10 }
  argued:
    role: etl
    script: { bucket: store, key: a.py }
    arguments: { "--TempDir": "s3://b/", "salt": a, "--salt": a }
    nonOverridableArguments: { "--salt": b, "--spark-event-logs-path": "s3://b/" }
    secretArguments: { "--salt": c }
"#,
        expect![[r#"
            error: jobs.ancient.maxCapacity: a Spark job cannot have 2.5 units
              It takes 2 or more, in whole units.
            error: jobs.argued.arguments.--TempDir: `--TempDir` has a field of its own
              Remove it here and set `tempDir`.
            error: jobs.argued.arguments.salt: the argument `salt` does not begin with `--`
              Glue hands over only those that do. Write `--salt`.
            error: jobs.argued.nonOverridableArguments.--salt: `--salt` is also in `arguments`
              They are merged, and one would be lost. Keep one of them.
            error: jobs.argued.nonOverridableArguments.--spark-event-logs-path: `--spark-event-logs-path` has a field of its own
              Remove it here and set `sparkUi`.
            error: jobs.argued.secretArguments.--salt: `--salt` is also in `arguments`
              They are merged, and one would be lost. Keep one of them.
            error: jobs.argued.secretArguments.--salt: `--salt` is also in `nonOverridableArguments`
              They are merged, and one would be lost. Keep one of them.
            error: jobs.large.observabilityMetrics: `observabilityMetrics` needs Glue 4.0 or later
              Raise `glueVersion`, or remove it.
            error: jobs.large.workers.type: `R.1X` needs Glue 4.0 or later, and the job has 3.0
              Raise `glueVersion`, or choose `G.1X` or `G.2X`.
            warning: jobs.late.notifyDelay: no notice will ever be sent
              A run is stopped after 10 minutes, and the notice is due after 10 minutes.
            error: jobs.old.autoScaling: `autoScaling` needs Glue 3.0 or later
              Raise `glueVersion`, or remove it.
            error: jobs.old.executionClass: `Flex` needs Glue 3.0 or later
              Raise `glueVersion`, or set `executionClass: Standard`.
            error: jobs.old.workers.count: one worker is too few
              Spark takes 2 or more: one of them is the driver.
            error: jobs.old.workers.type: `Flex` takes no `G.4X`
              Choose `G.1X` or `G.2X`, or set `executionClass: Standard`.
            error: jobs.old.workers.type: `G.4X` needs Glue 3.0 or later, and the job has 2.0
              Raise `glueVersion`, or choose `G.1X` or `G.2X`.
            error: jobs.part.maxCapacity: a `PythonShell` job cannot have 2 units
              It takes 0.0625 or 1.
            error: jobs.python.mainClass: a Python script starts with no class
              Remove it, or set `language: Scala`.
            error: jobs.python.pythonVersion: this command does not run Python 3.9
              Spark's Python is `3`; `glueVersion` decides which.
            error: jobs.ray.workers.type: `Z.2X` is a worker of Ray jobs
              Choose one of Spark's: `G.1X` to `G.16X`, `R.1X` to `R.8X`.
            error: jobs.scala.mainClass: a Scala script needs the class that it starts with
              Set `mainClass`, `GlueApp` in Glue's own examples.
            error: jobs.scala.pythonVersion: a Scala script has no version of Python
              Remove it.
            error: jobs.shell.bookmarks: a `PythonShell` job knows no `bookmarks`
              It is Spark's. Remove it, or set `command: GlueEtl`.
            error: jobs.shell.executionClass: only `GlueEtl` jobs run on spare capacity
              Set `executionClass: Standard`.
            error: jobs.shell.maintenanceWindow: only `GlueStreaming` jobs have a maintenance window
              Other jobs end by themselves. Remove it.
            error: jobs.shell.pythonVersion: this command does not run Python 2
              `PythonShell` runs 3.9 and 3.6.
            error: jobs.shell.sparkUi: a `PythonShell` job knows no `sparkUi`
              It is Spark's. Remove it, or set `command: GlueEtl`.
            error: jobs.shell.workers: a `PythonShell` job has no workers
              It runs on a part of one machine: set `maxCapacity` to 0.0625 or 1 instead.
            error: jobs.sized.maxCapacity: Spark is not sized by `maxCapacity` from Glue 2.0 on
              Set `workers` instead: one `G.1X` is one unit.
            error: jobs.small.workers.type: `G.025X` takes `GlueStreaming` jobs only
              Choose `G.1X` or larger.
            warning: jobs.stream.bookmarks: streaming jobs keep their place by checkpoints, not by bookmarks
              Set `checkpointLocation` in the script, and remove this.
        "#]],
    );
}

#[test]
fn alarms_make_sense() {
    expect_told(
        r#"
alarms:
  none: {}
  both:
    metric: { namespace: app, name: m, periodSeconds: 45, statistic: Sum, extendedStatistic: p90 }
    metricQueries:
      - { id: a, expression: a, returnData: true, metric: { namespace: app, name: m, periodSeconds: 5, statistic: Sum } }
      - { id: a, returnData: true }
    comparisonOperator: GreaterThanThreshold
    threshold: 1
    thresholdMetricId: b
    evaluationPeriods: 1
    datapointsToAlarm: 2
  alone: { metric: { namespace: app, name: m, periodSeconds: 5 }, thresholdMetricId: b, comparisonOperator: LessThanThreshold, evaluationPeriods: 1 }
  asked: { promql: { query: up, intervalSeconds: 60 }, threshold: 1, evaluationPeriods: 1, tagsPropagation: { includedTagKeys: [a], excludedTagKeys: [b] } }
  fine: { metric: { namespace: app, name: m, periodSeconds: 10, statistic: Sum }, threshold: 1, comparisonOperator: LessThanThreshold, evaluationPeriods: 1 }
  named: { name: "a:b", promql: { query: up, intervalSeconds: 60 } }
"#,
        expect![[r#"
            error: alarms.alone.comparisonOperator: it does not go with this threshold
              Choose `LessThanLower…` or `GreaterThanUpper…` with `thresholdMetricId`, and one of the others with `threshold`.
            error: alarms.alone.metric.periodSeconds: CloudWatch has no such period
              Choose a multiple of 60, or 10, 20, 30.
            error: alarms.alone.metric.statistic: a metric is watched by one statistic
              Set it, or `extendedStatistic`, and not both.
            error: alarms.alone.thresholdMetricId: there are no queries of which it could be one
              Set `metricQueries`, or a `threshold` instead.
            error: alarms.asked.evaluationPeriods: it goes with no `promql`
              The query itself tells what is too much. Remove it.
            error: alarms.asked.tagsPropagation: tags are included, or others are excluded
              Remove `includedTagKeys` or `excludedTagKeys`.
            error: alarms.asked.threshold: it goes with no `promql`
              The query itself tells what is too much. Remove it.
            error: alarms.both.comparisonOperator: it does not go with this threshold
              Choose `LessThanLower…` or `GreaterThanUpper…` with `thresholdMetricId`, and one of the others with `threshold`.
            error: alarms.both.datapointsToAlarm: more periods than are looked at
              Set it to `evaluationPeriods` at most, or remove it.
            error: alarms.both.metric.periodSeconds: CloudWatch has no such period
              Choose a multiple of 60, or 10, 20, 30.
            error: alarms.both.metric.statistic: a metric is watched by one statistic
              Set it, or `extendedStatistic`, and not both.
            error: alarms.both.metricQueries: `thresholdMetricId` names no band among these
              Name the query whose `expression` is `ANOMALY_DETECTION_BAND(…)`, or add it.
            error: alarms.both.metricQueries: one query is watched, and here are 2
              Set `returnData: true` at the one, and at no other but a band.
            error: alarms.both.metricQueries: there is `metric` beside it
              An alarm watches one: remove the other.
            error: alarms.both.metricQueries[0].metric: a query is a metric or an expression
              Set it, or `expression`, and not both.
            error: alarms.both.metricQueries[1].id: another query has this id
              Choose another one.
            error: alarms.both.metricQueries[1].metric: a query is a metric or an expression
              Set it, or `expression`, and not both.
            error: alarms.both.threshold: an alarm on metrics has one threshold
              Set it, or `thresholdMetricId`, and not both.
            error: alarms.named.name: no alarm can be called `a:b`
              An alarm's name has no control characters, and no colon, by which its ARN is parted (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html).
            error: alarms.none.metric: an alarm watches something
              Set it, `metricQueries` or `promql`.
        "#]],
    );
}

#[test]
fn crawlers_make_sense() {
    expect_told(
        r#"
buckets: { store: {} }
databases: { lake: {} }
roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } }
crawlers:
  often: { role: etl, database: lake, targets: { s3: [{ bucket: store }] }, schedule: "cron(0/3 * * * ? *)" }
  fields: { role: etl, database: lake, targets: { s3: [{ bucket: store }] }, schedule: "cron(0 10 * * * *)", tablePrefix: Raw- }
  folders: { role: etl, database: lake, targets: { s3: [{ bucket: store }] }, recrawl: NewFoldersOnly }
  events:
    role: etl
    database: lake
    targets:
      s3: [{ bucket: store, deadLetterQueue: "arn:aws:sns:eu-west-1:111122223333:q" }]
      dynamodb: [{ table: t }]
    recrawl: EventMode
  queue: { role: etl, database: lake, targets: { s3: [{ bucket: store, eventQueue: "arn:aws:sqs:eu-west-1:111122223333:q" }] } }
  mixed:
    role: etl
    database: lake
    tablePrefix: a
    targets: { s3: [{ bucket: store }], catalog: [{ database: lake, tableNames: [t] }] }
  other: { role: etl, database: lake, targets: { s3: [{ bucket: store }] }, configuration: { other: '{"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas"}}' } }
  list: { role: etl, database: lake, targets: { s3: [{ bucket: store }] }, configuration: { other: '[]' } }
"#,
        expect![[r#"
            error: crawlers.events.recrawl: `EventMode` needs a queue of events
              Name the SQS queue that takes the bucket's events as `eventQueue` of a target.
            error: crawlers.events.schemaChange.delete: `recrawl: EventMode` takes only `Log` here
              A crawl that does not look at everything cannot tell what went. Set `delete: Log`, or crawl `Everything`.
            error: crawlers.events.targets.dynamodb: `recrawl: EventMode` takes targets in S3 and the catalogue only
              Give these targets a crawler of their own.
            error: crawlers.events.targets.s3[0].deadLetterQueue: `arn:aws:sns:eu-west-1:111122223333:q` is no queue
              It would be `arn:{partition}:sqs:{region}:{account}:name`.
            error: crawlers.events.targets.s3[0].deadLetterQueue: there is no queue whose events could fail
              Add `eventQueue`, or remove this.
            error: crawlers.fields.schedule: `cron(0 10 * * * *)` is no schedule of Glue
              One of day of month and day of week must be `?`, since the other decides.
              cron(0 10 * * * *)
                            ^
            error: crawlers.fields.tablePrefix: the catalogue folds names to lower case
              Write `raw-`.
            error: crawlers.folders.schemaChange.delete: `recrawl: NewFoldersOnly` takes only `Log` here
              A crawl that does not look at everything cannot tell what went. Set `delete: Log`, or crawl `Everything`.
            error: crawlers.folders.schemaChange.update: `recrawl: NewFoldersOnly` takes only `Log` here
              A crawl of new folders changes no table that is there. Set `update: Log`, or crawl `Everything`.
            error: crawlers.list.configuration.other: the document is no object
              Write it as `{"Key": …}`.
            error: crawlers.mixed.schemaChange.delete: a crawler of catalogue tables takes only `Log` here
              Set `delete: Log`: it does not delete the tables that it is told to look at.
            warning: crawlers.mixed.tablePrefix: the prefix is not used
              A crawler of catalogue tables makes no new ones. Remove it.
            error: crawlers.mixed.targets.s3: catalogue tables go with no other targets
              Give these targets a crawler of their own.
            error: crawlers.often.schedule: `cron(0/3 * * * ? *)` is no schedule of Glue
              Starts are 3 minutes apart here, and Glue wants at least 5.
              cron(0/3 * * * ? *)
                   ^
            error: crawlers.other.configuration.other: `Grouping.TableGroupingPolicy` has a field of its own
              Remove it here and set `configuration.combineCompatibleSchemas`.
            warning: crawlers.queue.targets.s3[0].eventQueue: the queue is not used
              Set `recrawl: EventMode`, or remove the queue.
        "#]],
    );
}

#[test]
fn filters_make_sense() {
    expect_told(
        r#"
buckets: { store: {} }
databases: { lake: {}, other: {} }
roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } }
crawlers:
  raw: { role: etl, database: lake, tablePrefix: raw-, targets: { s3: [{ bucket: store, prefix: in/ }] } }
  again: { role: etl, database: lake, targets: { catalog: [{ database: lake, tables: [looked-at] }] }, schemaChange: { delete: Log } }
tables:
  orders:
    database: lake
    location: { bucket: store }
    format: Parquet
    columns: [{ name: country, type: string }, { name: card, type: string }, { name: items, type: "array<string>" }, { name: first, type: string }]
    partitionKeys: [{ name: day, type: string }]
  looked-at: { database: lake, location: { bucket: store }, format: Json, columns: [{ name: a, type: int }] }
filters:
  typo: { table: orders, database: other, rows: "contry = 'IN'", columns: { except: [crad] } }
  syntax: { table: orders, rows: "country = 'IN' AND upper(card) = 'X'" }
  kinds: { table: orders, rows: " day IS NULL OR items = 'x' OR first = 'y'", columns: { only: [] } }
  never: { database: lake, tableName: processed-x }
  crawled: { database: lake, tableName: raw-in, rows: "anything = 1" }
  nobody: { database: other, tableName: t }
  member: { database: lake, tableName: events-orders }
  upper: { database: lake, tableName: raw-IN }
  growing: { table: looked-at, rows: "added = 1" }
"#,
        expect![[r#"
            error: filters.kinds.columns.only: `only` is empty
              Given and empty is not the same as not given. Name one at least, or remove `only`. These columns and no others.
            error: filters.kinds.rows: the column `items` is of type `array<string>`, on which no row filter works
              Filter on texts, numbers, booleans, or fields of structs.
               day IS NULL OR items = 'x' OR first = 'y'
                              ^
            error: filters.kinds.rows: the partition key `day` cannot be tested for NULL
              Lake Formation takes `IS NULL` on other columns only.
               day IS NULL OR items = 'x' OR first …
               ^
            error: filters.kinds.rows: the row filter begins or ends with white space
              Lake Formation refuses that. Remove it.
            warning: filters.kinds.rows: `first` is a word that PartiQL reserves
              Write it in double quotes, `"first"`, lest Lake Formation refuses it.
               day IS NULL OR items = 'x' OR first = 'y'
                                             ^
            error: filters.member.tableName: the table `events-orders` is a member
              Set `table: "orders"` instead of `tableName`.
            warning: filters.never.tableName: no member crawler can make a table `processed-x`
              What crawls into that database calls its tables otherwise: `crawlers.again` and `crawlers.raw`. The filter waits until something else makes the table.
            warning: filters.nobody.tableName: no member crawler can make a table `t`
              No member crawls into that database. The filter waits until something else makes the table.
            error: filters.syntax.rows: Lake Formation cannot read the row filter at character 20
              Functions are not allowed, and `upper(` reads like one.
              country = 'IN' AND upper(card) = 'X'
                                 ^
            error: filters.typo.columns.except: the table has no column `crad`
              Did you mean `card`?
            error: filters.typo.database: the table is in the database `lake`, not in `other`
              Remove `database`: the table brings its own.
            error: filters.typo.rows: the table has no column `contry`
              Did you mean `country`?
              contry = 'IN'
              ^
            error: filters.upper.tableName: the catalogue folds names to lower case
              Write `raw-in`.
        "#]],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_spec_is_linted_whatever_is_not_known(spec in prop_oneof![json(CONTRACT.shape()), json_with_unknowns(CONTRACT.shape())]) {
        let spec: LakeSpec = serde_json::from_value(CONTRACT.veil(spec)).unwrap();
        for finding in lint(&spec, "events") {
            prop_assert!(!finding.summary.is_empty() && !finding.summary.ends_with('.'), "{finding}");
            prop_assert!(!finding.detail.is_empty(), "{finding}");
            prop_assert!(!finding.path.is_root(), "{finding}");
            prop_assert!(!finding.summary.contains("$unknown"), "{finding}");
        }
    }
}

#[test]
fn log_groups_and_streams_make_sense() {
    expect_told(
        r#"
logGroups:
  api: { name: aws/api }
  old: { retentionDays: 31 }
  older: { retentionDays: 3653 }
  lambda: { class: Delivery, retentionDays: 1 }
streams:
  chosen: { mode: Provisioned, shards: 2 }
  few: { mode: Provisioned }
  many: { shards: 2 }
  name: { name: "clicks/raw" }
  warm: { mode: Provisioned, shards: 1, warmThroughputMibps: 8 }
"#,
        expect![[r#"
            error: logGroups.api.name: no log group can be called `aws/api`
              A log group's name has letters, digits, `.`, `_`, `-`, `/` and `#`, and does not begin with `aws/` (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html).
            error: logGroups.lambda.retentionDays: a log group of the class `Delivery` takes no retention
              AWS forgets its events by itself. Leave `retentionDays` out.
            error: logGroups.old.retentionDays: AWS keeps no events for 31 days
              Say 60, or leave it out to keep events for ever.
            error: streams.few.shards: a stream with `mode: Provisioned` says how many shards it has
              Set `shards`, or leave the shards to AWS by `mode: OnDemand`.
            error: streams.many.shards: AWS chooses the shards of a stream with `mode: OnDemand`
              Set `mode: Provisioned`, or leave `shards` out.
            error: streams.name.name: no stream can be called `clicks/raw`
              A stream's name has letters, digits, `.`, `_` and `-` (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html).
            error: streams.warm.warmThroughputMibps: only a stream with `mode: OnDemand` is kept warm
              Set `mode: OnDemand`, or leave `warmThroughputMibps` out and say how many `shards` there are.
        "#]],
    );
}

#[test]
fn a_lake_is_not_taken_over_from_itself() {
    let yaml = r#"
adoptFrom: terraform/team-a/events
buckets: { store: { adoptFrom: kubernetes/prod/data/events, objects: { a: { key: a, content: a, adoptFrom: terraform/team-a/events } } } }
"#;
    let spec = CONTRACT.decode(serde_saphyr::from_str(yaml).unwrap()).unwrap();
    let told =
        |owner: &str| lint_for(&spec, owner).iter().map(|finding| format!("{finding}\n")).collect::<String>();
    expect![[r#"
        error: adoptFrom: `terraform/team-a/events` is this lake itself
          Write the owner that has it now, which its tag `lake.dev/owner` tells, or remove this.
        error: buckets.store.objects.a.adoptFrom: `terraform/team-a/events` is this lake itself
          Write the owner that has it now, which its tag `lake.dev/owner` tells, or remove this.
    "#]]
    .assert_eq(&told("terraform/team-a/events"));
    assert_eq!(told("terraform/team-a/others"), "");
}

#[test]
fn what_only_aws_told_is_told_by_the_spec() {
    expect_told(
        r#"
region: eu-west-1
buckets:
  store:
    lifecycleRules:
      - { id: a, expire: { date: "2030-02-30" } }
      - { id: b, expire: { date: "2031-02-29" } }
      - { id: c, expire: { date: "2032-02-29" } }
      - { id: d, expire: { expiredObjectDeleteMarker: false } }
      - { id: e, expire: { expiredObjectDeleteMarker: false }, expireNoncurrent: { days: 3 } }
    requestMetrics: { first: { name: EntireBucket }, whole: { name: EntireBucket }, again: { name: EntireBucket } }
    objects: { bad: { key: a, contentBase64: A }, good: { key: b, contentBase64: "QQ==" } }
roles:
  etl:
    description: "Nächtliche Läufe – „Bestellungen“"
    assumedBy: { services: [ec2.amazonaws.com] }
    managedPolicies: ["arn:aws-cn:iam::aws:policy/x"]
    inlinePolicies: { s3: { name: lake, statements: [{ actions: ["s3:*"], resources: ["*"] }] } }
  fine: { assumedBy: { statements: [{ actions: ["sts:AssumeRole"], principals: { services: [glue.amazonaws.com] } }] } }
jobs:
  shell: { role: fine, command: PythonShell, script: { bucket: store, key: b }, arguments: { library-set: analytics }, timeout: 1, notifyDelay: 1 }
  spark: { role: etl, script: { bucket: store, key: b }, arguments: { library-set: analytics } }
databases: { lake: {} }
crawlers:
  new:
    role: fine
    database: lake
    recrawl: NewFoldersOnly
    schemaChange: { update: Log, delete: Log }
    targets: { s3: [{ bucket: store }], delta: [{ locations: [{ bucket: store }] }] }
"#,
        expect![[r#"
            error: buckets.store.lifecycleRules[0].expire.date: there is no day `2030-02-30`
              S3 would leave the date out and keep the rest of the rule. Write a day of the calendar.
            error: buckets.store.lifecycleRules[1].expire.date: there is no day `2031-02-29`
              S3 would leave the date out and keep the rest of the rule. Write a day of the calendar.
            error: buckets.store.lifecycleRules[3]: the rule does nothing
              Add `transitions`, `expire`, `noncurrentTransitions`, `expireNoncurrent` or `abortIncompleteUploadDays`.
            warning: buckets.store.lifecycleRules[4]: the rule is about former versions, and the bucket keeps none
              It works on versions from a time when versioning was on. Otherwise set `versioning: true`, or remove it.
            error: buckets.store.objects.bad.contentBase64: "A" does not fit here
              Base64 is letters, digits, `+` and `/` in groups of four, the last one filled up with `=`. The content in base64, for what is no text; at most 512 KiB once decoded.
            error: buckets.store.requestMetrics.first: two request metrics are called `EntireBucket`
              The other is `buckets.store.requestMetrics.again`. Give one of them another `name`.
            error: buckets.store.requestMetrics.whole: two request metrics are called `EntireBucket`
              The other is `buckets.store.requestMetrics.first`. Give one of them another `name`.
            error: crawlers.new.targets.delta: `recrawl: NewFoldersOnly` takes targets in S3 only
              Only folders in S3 can be told to be new. Give these targets a crawler of their own, or crawl `Everything`.
            warning: jobs.shell.notifyDelay: no notice will ever be sent
              A run is stopped after 1 minute, and the notice is due after 1 minute.
            error: jobs.spark.arguments.library-set: the argument `library-set` does not begin with `--`
              Glue hands over only those that do. Write `--library-set`.
            error: jobs.spark.role: Glue cannot assume the role `etl`
              Add `glue.amazonaws.com` to `assumedBy.services` of `roles.etl`, or name another role.
            error: roles.etl.description: "Nächtliche Läufe – „Bestellungen“" does not fit here
              IAM takes the letters and signs of Latin-1 only, no `–`, `„` or `…`. A description, at most 1000 characters of Latin-1.
            error: roles.etl.inlinePolicies.s3: the name `lake` is taken by the policy that `allow` is compiled into
              Give the policy another `name`.
            error: roles.etl.managedPolicies[0]: `arn:aws-cn:iam::aws:policy/x` is of the partition `aws-cn`, and the lake lives in `aws`
              An ARN of another partition names nothing here. Write `arn:{partition}:…`, which fits wherever the lake lives.
        "#]],
    );
}

#[test]
fn a_mistake_of_form_hides_none_of_sense() {
    expect_told(
        r#"
buckets:
  a:
    onDelete: Maybe
    logging: { bucket: a }
    lifecycleRules:
      - { id: dup, expire: { days: 5 } }
      - { id: dup, transitions: [{ days: 30, storageClass: Glacier }], expire: { days: 30 } }
    encryption: { sse: S3, key: "arn:aws:kms:eu-west-1:123456789012:key/1" }
    ignoreDrift: [no.such.path]
roles:
  etl: { assumedBy: { services: [glue.amazonaws.com] } }
jobs:
  etl: { role: etl, command: GlueStreamin, script: 5, maintenanceWindow: "Sun:3", arguments: { "x": "" } }
crawlers:
  c: { role: etl, database: nodb, targets: {} }
"#,
        expect![[r#"
            error: buckets.a.encryption.key: a KMS key is named, and S3's own keys encrypt
              Set `sse: Kms`, or remove `key`.
            error: buckets.a.ignoreDrift[0]: there is no field `no.such.path` to leave alone
              There are `adopt`, `adoptFrom`, `bucketNamespace`, `corsRules`, `delegateToAccessPoints`, `deletionProtection`, `encryption`, `eventBridge`, `external`, `ignoreDrift`, `lifecycleRules`, `logging`, `name`, `objectOwnership`, `objects`, `onDelete`, `policy`, `publicAccessBlock`, `requestMetrics`, `tags`, `tlsOnly`, `transitionMinimumSize` and `versioning`.
            error: buckets.a.lifecycleRules[1].id: two rules have the id `dup`
              Ids are unique within a bucket. Rename one, or leave it out.
            error: buckets.a.lifecycleRules[1].transitions[0]: objects expire before they move
              Move them earlier, or let them expire later: `expire` must come after every transition.
            error: buckets.a.logging.bucket: the bucket logs requests to itself
              Each log object that S3 writes would be a request to log, without end. Name another bucket.
            error: buckets.a.onDelete: "Maybe" is none of Delete, Retain, Empty
              There are: Delete, Retain, Empty.
            error: crawlers.c.database: `nodb` is no member of `databases`
              The spec has no `databases`. A reference is the key of a member of `databases`, or an ARN.
            error: crawlers.c.targets: at least one of `s3`, `catalog`, `jdbc`, `dynamodb`, `mongodb`, `delta`, `iceberg` or `hudi` must be given
              None of them is given.
            error: jobs.etl.arguments.x: the argument `x` does not begin with `--`
              Glue hands over only those that do. Write `--x`.
            error: jobs.etl.command: "GlueStreamin" is none of GlueEtl, GlueStreaming, PythonShell
              Did you mean "GlueStreaming"?
            error: jobs.etl.script: an object is needed here, not a number
              The script.
        "#]],
    );
}

#[test]
fn arns_are_of_the_partition_that_the_lake_lives_in() {
    let spec: Value = serde_saphyr::from_str(
        r#"
buckets:
  store:
    policy:
      statements:
        - { actions: ["s3:*"], principals: { aws: ["arn:aws-cn:iam::111122223333:root", "111122223333", "*"] }, effect: Deny }
        - { actions: ["s3:*"], principals: { aws: ["arn:{partition}:iam::111122223333:root"] }, resources: ["arn:*:s3:::b/*"] }
"#,
    )
    .unwrap();
    let spec = CONTRACT.decode(spec).unwrap();
    assert_eq!(lint(&spec, "events"), vec![]);
    assert_eq!(lint_in(&spec, "aws-cn"), vec![]);
    let told: Vec<String> = lint_in(&spec, "aws").iter().map(|finding| finding.path.to_string()).collect();
    assert_eq!(told, ["buckets.store.policy.statements[0].principals.aws[2]"]);
}
