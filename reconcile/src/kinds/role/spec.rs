//! The section of IAM roles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::database::spec::DatabaseRef;
use crate::kinds::glue::texts::Description;
use crate::spec::location::Location;
use crate::spec::statement::{ServicePrincipal, Statement};
use lake_api::collections::{Keyed, Set, Tags};
use lake_api::member::{OnDelete, Settings};
use lake_api::names::REFERENCE;
use lake_api::names::{AccountId, Arn};
use lake_api::{Input, default, rule};

/// An IAM role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// The role's name on AWS, at most 64 characters. Default: `{lake}-{key}-{region}`, since roles are one for all regions.
    /// Cannot be changed: another name is another role.
    pub name: Option<RoleName>,

    /// The role's path. The default lets the lake find its roles by it. Cannot be changed.
    #[serde(default = "lake_path")]
    pub path: IamPath,

    /// A description, at most 1000 characters of Latin-1.
    #[schemars(with = "Option<RoleDescription>")]
    pub description: Option<Description>,

    /// Who may assume the role.
    pub assumed_by: AssumedBy,

    /// What the role may do with members of this lake, in short; compiled into least privilege.
    #[serde(default)]
    pub allow: Vec<Allow>,

    /// Managed policies by ARN, `arn:{partition}:iam::aws:policy/…`, at most 20. Others that somebody attaches are
    /// drift.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub managed_policies: Set<Arn>,

    /// Further inline policies, each under its `name` or else its key; 10,240 characters in all, `allow` included.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 20))]
    pub inline_policies: Keyed<InlinePolicy>,

    /// The policy that bounds what the role may do, by ARN.
    pub permissions_boundary: Option<Arn>,

    /// How long a session of the role may last, in seconds.
    #[serde(default = "default::number::<3600>")]
    #[schemars(range(min = 3600, max = 43_200))]
    pub max_session_duration: i64,

    /// Tags of the role, beside the lake's.
    #[serde(default)]
    pub tags: Tags,
}

impl Settings for Role {
    const ON_DELETE: OnDelete = OnDelete::Delete;
    const ARN: Option<&'static str> = Some("arn:{partition}:iam::{account}:role/name");
}

/// The default path of a lake's roles.
fn lake_path() -> IamPath {
    IamPath(Input::from("/lake/{lake}/"))
}

/// Who may assume a role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::at_least_one(&["services", "accounts", "arns", "statements"]),
]))]
pub struct AssumedBy {
    /// Services of AWS, `glue.amazonaws.com`.
    #[serde(default)]
    pub services: Set<ServicePrincipal>,
    /// Accounts, whose own policies then decide.
    #[serde(default)]
    pub accounts: Set<AccountId>,
    /// Roles and users by ARN.
    #[serde(default)]
    pub arns: Set<Arn>,
    /// Further statements of the trust policy, as for identity providers or with conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub statements: Vec<Statement>,
}

/// One thing that a role may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [
    rule::exactly_one(&["read", "write", "use", "passRole"]),
]))]
pub struct Allow {
    /// List and read objects of a bucket, below a prefix.
    pub read: Option<Location>,
    /// List, read, write and delete objects of a bucket, below a prefix.
    pub write: Option<Location>,
    /// Read and write a database of the catalogue, its tables and their partitions.
    pub r#use: Option<UseDatabase>,
    /// Hand a role to a service.
    pub pass_role: Option<PassRole>,
}

/// A database that a role may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UseDatabase {
    /// The database: the key of a member of `databases`, or an ARN.
    pub database: DatabaseRef,
}

/// A role that a role may hand to a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PassRole {
    /// The role: the key of a member of `roles`, or an ARN.
    pub role: RoleRef,
    /// The services that it may be handed to, `glue.amazonaws.com`. Default: any.
    #[schemars(length(min = 1))]
    pub services: Option<Set<ServicePrincipal>>,
}

/// An inline policy of a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InlinePolicy {
    /// The policy's name on AWS, unique in the role. Default: its key.
    pub name: Option<PolicyName>,
    /// Its statements, which have no principals.
    #[schemars(length(min = 1, max = 50))]
    pub statements: Vec<Statement>,
}

crate::simple::words! {
    /// The name of an IAM role, at most 64 characters once its templates are filled in. May use `{lake} {namespace} {account} {region} {partition}`.
    RoleName { max: 255, pattern: Some("^([A-Za-z0-9+=,.@_-]|\\{[a-z]+\\})+$"), allowed: Some("Letters, digits, `+=,.@_-` and templates in single braces are allowed") }
    /// A reference to a role: the key of a member of `roles`, or an ARN.
    RoleRef { max: 512, pattern: Some(REFERENCE), member_of: Some("roles") }
    /// A description of a role, at most 1000 characters of Latin-1 (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>).
    RoleDescription { min: 0, max: 1000, pattern: Some("^[\\t\\n\\r -~¡-ÿ]*$"), allowed: Some("IAM takes the letters and signs of Latin-1 only, no `–`, `„` or `…`") }
    /// The name of an inline policy of a role (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>).
    PolicyName { max: 128, pattern: Some("^[A-Za-z0-9+=,.@_-]+$"), allowed: Some("Letters, digits and `+=,.@_-` are allowed") }
    /// The path of an IAM role, from slash to slash. May use `{lake} {namespace}`.
    IamPath { max: 512, pattern: Some("^/([!-~]+/)?$"), allowed: Some("A path begins and ends with a slash and has no spaces") }
}
