//! Athena workgroups: where queries write, and how much each may scan.
//!
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html>. What is for notebooks of
//! Spark alone is none of a lake's: `MonitoringConfiguration`. The recursion of a deletion is `onDelete: Empty`.

use crate::{
    aws::Service,
    error::Retry,
    kinds::{Examples, SimpleKind, role::spec::RoleRef},
    lint::names::{Rule, has_only},
    policy::Need,
    simple::{
        Simple,
        call::{Call, Row, Tagging, Update},
        codec::Codec,
        shape::{Literal, Shape},
    },
    spec::location::Location,
};
use lake_api::{
    collections::Tags,
    default::yes,
    member::{OnDelete, Settings},
    names::{AccountId, Arn, AwsName, KmsKeyRef, Text},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An Athena workgroup: where the queries of its users write, and how much each may scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[aws(birth = "CreationTime")]
#[schemars(example = json!({ "identityCenter": "arn:aws:sso:::instance/ssoins-1234567890abcdef", "executionRole": "athena", "accessGrants": { "userPrefixes": true } }))]
#[schemars(example = json!({ "managedResults": true, "managedResultsKmsKey": "arn:aws:kms:eu-west-1:123456789012:key/k" }))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workgroup {
    /// The name. Default: `{lake}-{key}`. Cannot be changed.
    #[aws("Name", key)]
    pub name: Option<AwsName>,
    /// What it is for.
    #[aws("Description", empty = "")]
    #[schemars(example = &"ad hoc queries")]
    pub description: Option<Text>,
    /// Where results go. A slash at the end of the prefix is kept as written. Default: where each query says.
    #[aws("Configuration.ResultConfiguration.OutputLocation", codec = Codec::S3Uri, clear = "RemoveOutputLocation")]
    #[schemars(example = json!({ "bucket": "results", "prefix": "athena/" }), example = json!({ "bucket": "results" }))]
    pub results: Option<Location>,
    /// How results are encrypted. Default: as their bucket says.
    #[aws(
        "Configuration.ResultConfiguration.EncryptionConfiguration",
        clear = "RemoveEncryptionConfiguration"
    )]
    #[schemars(example = json!({ "sse": "S3" }), example = json!({ "sse": "Kms", "kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/k" }))]
    pub encryption: Option<Encryption>,
    /// The account that the bucket of the results has to belong to. Default: any.
    #[aws("Configuration.ResultConfiguration.ExpectedBucketOwner", clear = "RemoveExpectedBucketOwner")]
    #[schemars(example = &"123456789012")]
    pub expected_bucket_owner: Option<AccountId>,
    /// The canned ACL of results in a bucket that still takes ACLs. Default: none.
    #[aws("Configuration.ResultConfiguration.AclConfiguration", codec = Codec::Member("S3AclOption"), clear = "RemoveAclConfiguration")]
    pub acl: Option<Acl>,
    /// Whether Athena stores results itself, for 24 hours. Stands without `results`.
    #[aws("Configuration.ManagedQueryResultsConfiguration.Enabled", empty = false)]
    #[serde(default)]
    pub managed_results: bool,
    /// The KMS key of managed results. Default: one of AWS's.
    #[aws("Configuration.ManagedQueryResultsConfiguration.EncryptionConfiguration", codec = Codec::Member("KmsKey"), clear = "RemoveEncryptionConfiguration")]
    pub managed_results_kms_key: Option<KmsKeyRef>,
    /// Whether queries take these settings whatever their client says.
    #[aws("Configuration.EnforceWorkGroupConfiguration")]
    #[serde(default = "yes")]
    pub enforce: bool,
    /// Whether queries are counted in CloudWatch.
    #[aws("Configuration.PublishCloudWatchMetricsEnabled")]
    #[serde(default = "yes")]
    pub metrics: bool,
    /// A query that has scanned so many bytes is cancelled, 10 MB at least. Default: no limit.
    #[aws("Configuration.BytesScannedCutoffPerQuery", clear = "RemoveBytesScannedCutoffPerQuery")]
    #[schemars(range(min = 10_000_000), example = 10_000_000)]
    pub bytes_scanned_cutoff: Option<i64>,
    /// Whether members of the workgroup may query buckets whose requester pays.
    #[aws("Configuration.RequesterPaysEnabled")]
    #[serde(default)]
    pub requester_pays: bool,
    /// Whether results are encrypted at least as the workgroup says, where clients may say more.
    #[aws("Configuration.EnableMinimumEncryptionConfiguration")]
    #[serde(default)]
    pub minimum_encryption: bool,
    /// The engine: `AUTO`, or `Athena engine version 3`.
    #[aws("Configuration.EngineVersion.SelectedEngineVersion")]
    #[serde(default = "auto")]
    #[schemars(example = &"Athena engine version 3")]
    pub engine: Text,
    /// The KMS key by which Athena encrypts what users write into it. Default: one of AWS's.
    #[aws("Configuration.CustomerContentEncryptionConfiguration", codec = Codec::Member("KmsKey"), clear = "RemoveCustomerContentEncryptionConfiguration")]
    #[schemars(example = &"arn:aws:kms:eu-west-1:123456789012:key/k")]
    pub content_kms_key: Option<KmsKeyRef>,
    /// The role by which Athena acts for users of Identity Center, who need one. Cannot be changed, since AWS takes none off.
    #[aws("Configuration.ExecutionRole", create_only)]
    pub execution_role: Option<RoleRef>,
    /// The instance of Identity Center whose users it is for. Cannot be changed.
    #[aws("Configuration.IdentityCenterConfiguration", create_only, codec = IDENTITY_CENTER)]
    pub identity_center: Option<Arn>,
    /// Access Grants of S3 for results of those users. Cannot be changed, since AWS takes none off.
    #[aws("Configuration.QueryResultsS3AccessGrantsConfiguration", create_only, codec = ACCESS_GRANTS)]
    pub access_grants: Option<AccessGrants>,
    /// Whether queries may be started.
    #[aws("State", after_create, codec = Codec::Switch("DISABLED", "ENABLED"))]
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Tags beside the lake's.
    #[aws("Tags", tags, codec = Codec::Pairs("Key", "Value"))]
    #[serde(default)]
    pub tags: Tags,
}

/// How results are encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Encryption {
    /// By whose keys.
    #[aws("EncryptionOption")]
    pub sse: Sse,
    /// The KMS key, with `Kms` and `ClientSideKms`.
    #[aws("KmsKey")]
    pub kms_key: Option<KmsKeyRef>,
}

/// By whose keys results are encrypted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum Sse {
    /// S3's.
    #[aws("SSE_S3")]
    S3,
    /// One of KMS.
    #[aws("SSE_KMS")]
    Kms,
    /// One of KMS, before they are sent.
    #[aws("CSE_KMS")]
    ClientSideKms,
}
/// A canned ACL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
pub enum Acl {
    /// The bucket's owner has full control.
    #[aws("BUCKET_OWNER_FULL_CONTROL")]
    BucketOwnerFullControl,
}

/// Access Grants of S3 by the identities of a directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Shape)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessGrants {
    /// Whether each user's results lie under a prefix of their own.
    #[aws("CreateUserLevelPrefix")]
    #[serde(default)]
    pub user_prefixes: bool,
}

fn auto() -> Text {
    "AUTO".into()
}

const IDENTITY_CENTER: Codec = Codec::Custom(
    |instance| json!({ "EnableIdentityCenter": true, "IdentityCenterInstanceArn": instance }),
    |found| found["IdentityCenterInstanceArn"].clone(),
);
const ACCESS_GRANTS: Codec = Codec::Custom(
    |grants| json!({ "EnableS3AccessGrants": true, "AuthenticationType": "DIRECTORY_IDENTITY", "CreateUserLevelPrefix": grants["CreateUserLevelPrefix"] }),
    |found| if found["EnableS3AccessGrants"] == true { found.clone() } else { Value::Null },
);

const MANAGED: &str = "Configuration.ManagedQueryResultsConfiguration";
static ATHENA: Service = Service::json11("Athena", "athena", "AmazonAthena");

impl Settings for Workgroup {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const CAN_BE_EMPTIED: bool = true;
    const ARN: Option<&'static str> = Some("arn:{partition}:athena:{region}:{account}:workgroup/name");
}

const NAMES: Rule = Rule {
    section: "workgroups",
    sort: "workgroup",
    length: (1, 128),
    external: Some(&['/']),
    folds: false,
    letters: |name| {
        (!has_only(name, "._-")).then_some("A workgroup's name has letters, digits, `.`, `_` and `-`")
    },
    source: "https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html",
};

/// Workgroups. What does not exist is an invalid request, told by its message alone.
pub static KIND: SimpleKind = SimpleKind::of::<Workgroup>(SIMPLE, NAMES, EXAMPLES);

const EXAMPLES: Examples = Examples {
    small: || json!({ "small": { "results": { "bucket": "small" } } }),
    full: || {
        json!({
            "full": {
                "name": "full-queries",
                "description": "ad hoc queries",
                "results": { "bucket": "full", "prefix": "athena/" },
                "encryption": { "sse": "Kms", "kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/k" },
                "expectedBucketOwner": "123456789012",
                "acl": "BucketOwnerFullControl",
                "managedResults": false,
                "enforce": false,
                "metrics": false,
                "bytesScannedCutoff": 10_000_000,
                "requesterPays": true,
                "minimumEncryption": true,
                "engine": "Athena engine version 3",
                "contentKmsKey": "arn:aws:kms:eu-west-1:123456789012:key/k",
                "executionRole": "full",
                "identityCenter": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
                "accessGrants": { "userPrefixes": true },
                "enabled": false,
                "tags": { "team": "data" },
            },
            "other": {
                "managedResults": true,
                "managedResultsKmsKey": "arn:aws:kms:eu-west-1:123456789012:key/k",
            },
        })
    },
};

const SIMPLE: Simple = Simple {
    arn: "athena:workgroup/{name}",
    create: Call::new(ATHENA.operation("CreateWorkGroup")),
    read: Call::new(ATHENA.operation("GetWorkGroup")).renamed(&[("Name", "WorkGroup")]).at("WorkGroup"),
    update: Update::Whole(Call::new(ATHENA.operation("UpdateWorkGroup")).renamed(&[
        ("Name", "WorkGroup"),
        ("Configuration", "ConfigurationUpdates"),
        ("Configuration.ResultConfiguration", "ConfigurationUpdates.ResultConfigurationUpdates"),
        (MANAGED, "ConfigurationUpdates.ManagedQueryResultsConfigurationUpdates"),
    ])),
    delete: Call::new(ATHENA.operation("DeleteWorkGroup")).renamed(&[("Name", "WorkGroup")]),
    emptied: &[("RecursiveDeleteOption", Literal::Switch(true))],
    tags: Some(Tagging::by_arn(
        ATHENA.operation("ListTagsForResource"),
        ATHENA.operation("TagResource"),
        ATHENA.operation("UntagResource"),
    )),
    facts: &[("effectiveEngine", "Configuration.EngineVersion.EffectiveEngineVersion")],
    errors: &[
        Row::gone("InvalidRequestException", "not found"),
        Row::gone("InvalidRequestException", "does not exist"),
        Row("InvalidRequestException", "already created", Retry::Propagating),
    ],
    beside: |settings, _| {
        let role = settings["executionRole"].as_str();
        role.map(|role| Need::pass(role.to_owned(), "athena.amazonaws.com")).into_iter().collect()
    },
    ..Simple::of::<Workgroup>("workgroup", "workgroups")
};
