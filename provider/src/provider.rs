//! The provider's own configuration, named as `hashicorp/aws` names it.

use crate::{
    door::{Clouds, Door, Settings},
    lake::Lake,
    timeouts,
};
use lake_reconcile::aws::{Access, AssumeRole};
use std::{collections::BTreeMap, sync::Arc};
use tfplug::{
    Attribute, Block, BoxFuture, ConfigureRequest, Diagnostics, NestedBlock, Nesting, Path, Provider,
    Resource, Schema, Type, Value,
};

/// Who the lakes of a configuration belong to when it does not say.
pub const OWNER: &str = "terraform";

/// The provider `lake`.
pub struct LakeProvider {
    door: Arc<Door>,
}

impl LakeProvider {
    /// A provider that reaches these clouds.
    #[must_use]
    pub fn new(clouds: Arc<dyn Clouds>) -> Self {
        LakeProvider { door: Arc::new(Door::new(clouds)) }
    }
}

impl Provider for LakeProvider {
    fn schema(&self) -> Schema {
        schema()
    }

    fn resources(&self) -> BTreeMap<String, Arc<dyn Resource>> {
        BTreeMap::from([("lake".to_owned(), Arc::new(Lake::new(self.door.clone())) as Arc<dyn Resource>)])
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        validate(config)
    }

    fn configure(&self, request: ConfigureRequest) -> BoxFuture<'_, Diagnostics> {
        let told = validate(&request.config);
        if !told.has_errors() {
            self.door.configure(settings(&request.config));
        }
        Box::pin(std::future::ready(told))
    }
}

/// The arguments of the provider.
#[must_use]
pub fn schema() -> Schema {
    let text = |description: &str| Attribute::optional(Type::String).describe(description);
    let flag = |description: &str| Attribute::optional(Type::Bool).describe(description);
    let attributes = [
        (
            "owner",
            text(
                "Whose the lakes of this configuration are: part of the mark `lake.dev/owner` on everything that they make. 1 to 64 letters, digits, dots, underscores and hyphens. Set one for each configuration. Default: `terraform`.",
            ),
        ),
        ("region", text("The AWS region of lakes that name none. Default: `AWS_REGION`, or the profile's.")),
        ("profile", text("A profile of the shared configuration files. Default: `AWS_PROFILE`.")),
        (
            "access_key",
            text(
                "An access key id, together with `secret_key`. Default: `AWS_ACCESS_KEY_ID`, or whatever else AWS's tools find.",
            ),
        ),
        ("secret_key", text("The secret of `access_key`. Default: `AWS_SECRET_ACCESS_KEY`.").sensitive()),
        ("token", text("The session token of temporary keys. Default: `AWS_SESSION_TOKEN`.").sensitive()),
        (
            "s3_use_path_style",
            flag(
                "Whether buckets are addressed by path (`endpoint/bucket`) instead of by host, as some other implementations of S3 want it. Default: only at endpoints that are not AWS's.",
            ),
        ),
        (
            "max_retries",
            Attribute::optional(Type::Number)
                .describe("How often a throttled call is repeated. Default: `25`."),
        ),
        (
            "call_timeout",
            text(
                "How long AWS may take to answer one attempt of a call: `30s`. What is not answered is tried again, within four times as long in all; an upload may take 20 times as long. Default: `30s`.",
            ),
        ),
        (
            "allowed_account_ids",
            Attribute::optional(Type::set(Type::String))
                .describe("The only AWS accounts in which anything may be read or written. Default: any."),
        ),
    ];
    let blocks = [
        ("default_tags", NestedBlock { max: 1, ..NestedBlock::new(Nesting::List, default_tags()) }),
        ("assume_role", NestedBlock::new(Nesting::List, assume_role())),
    ];
    Schema {
        version: 0,
        block: Block {
            attributes: attributes.map(|(name, it)| (name.to_owned(), it)).into(),
            blocks: blocks.map(|(name, it)| (name.to_owned(), it)).into(),
            description: "How to reach AWS, and whose the lakes are.".to_owned(),
            deprecated: false,
        },
    }
}

fn default_tags() -> Block {
    let tags = Attribute::optional(Type::map(Type::String))
        .describe("The tags. A lake's own tag of the same key wins, and a member's before that.");
    Block {
        attributes: BTreeMap::from([("tags".to_owned(), tags)]),
        description: "Tags that every member of every lake wears.".to_owned(),
        ..Block::default()
    }
}

fn assume_role() -> Block {
    let text = |description: &str| Attribute::optional(Type::String).describe(description);
    let attributes = [
        ("role_arn", text("The role's ARN. Required.")),
        ("session_name", text("The name of the session. Default: `lake`.")),
        ("external_id", text("What the role's owner demands of third parties.")),
        ("duration", text("How long the credentials last: `1h30m`.")),
        ("policy", text("A policy, as JSON, that narrows the session.")),
        (
            "policy_arns",
            Attribute::optional(Type::set(Type::String))
                .describe("Managed policies, by ARN, that narrow the session."),
        ),
        ("tags", Attribute::optional(Type::map(Type::String)).describe("Tags of the session.")),
    ];
    Block {
        attributes: attributes.map(|(name, it)| (name.to_owned(), it)).into(),
        description: "A role to assume; several are assumed one after the other.".to_owned(),
        ..Block::default()
    }
}

/// Look over the configuration without asking anybody.
fn validate(config: &Value) -> Diagnostics {
    let mut told = Diagnostics::default();
    if let Some(owner) = config.get("owner").as_str().filter(|owner| !is_owner(owner)) {
        told.error(
            Path::root("owner"),
            format!("\"{owner}\" cannot be an owner"),
            "It becomes part of a tag: 1 to 64 letters, digits, dots, underscores and hyphens.",
        );
    }
    let (key, secret) = (config.get("access_key"), config.get("secret_key"));
    if key.is_null() != secret.is_null() {
        let at = if key.is_null() { "secret_key" } else { "access_key" };
        told.error(
            Path::root(at),
            "access_key and secret_key must be given together",
            "Give both, or neither and let the environment or a profile tell them.",
        );
    }
    if config.get("max_retries").as_i64().is_some_and(|times| u32::try_from(times).is_err()) {
        told.error(
            Path::root("max_retries"),
            "max_retries is less than 0",
            "0 means that no call is repeated.",
        );
    }
    if let Some(Err(why)) = config.get("call_timeout").as_str().map(timeouts::parse) {
        told.error(
            Path::root("call_timeout"),
            "The call_timeout cannot be read",
            format!("{why}. Write it as `30s`."),
        );
    }
    for (place, role) in config.get("assume_role").items().iter().enumerate() {
        let at = Path::root("assume_role").index(place);
        if role.get("role_arn").is_null() {
            told.error(
                at.clone().attribute("role_arn"),
                "role_arn is required",
                "Name the role to assume by its ARN.",
            );
        }
        if let Some(Err(why)) = role.get("duration").as_str().map(timeouts::parse) {
            told.error(
                at.attribute("duration"),
                "The duration cannot be read",
                format!("{why}. Write it as `1h30m`."),
            );
        }
    }
    told
}

/// The grammar of an owner, from which a mark within AWS's 256 characters follows.
fn is_owner(owner: &str) -> bool {
    (1..=64).contains(&owner.len())
        && owner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// The settings of a valid configuration, unknown where a part of them is.
fn settings(config: &Value) -> Settings {
    let text = |name: &str| config.get(name).as_str().map(str::to_owned);
    let reach = ["profile", "access_key", "secret_key", "token", "assume_role", "allowed_account_ids"];
    let known = reach.iter().all(|name| config.get(name).is_wholly_known());
    let access = Access {
        region: text("region"),
        profile: text("profile"),
        access_key: text("access_key"),
        secret_key: text("secret_key"),
        token: text("token"),
        assume_role: config.get("assume_role").items().iter().map(role).collect(),
        s3_use_path_style: config.get("s3_use_path_style").as_bool().unwrap_or_default(),
        max_retries: config.get("max_retries").as_i64().and_then(|times| u32::try_from(times).ok()),
        endpoint_url: None,
        call_timeout: text("call_timeout").and_then(|text| timeouts::parse(&text).ok()),
    };
    let tags = config.get("default_tags").items().first().unwrap_or(&Value::Null).get("tags");
    Settings {
        access: known.then_some(access),
        region_unknown: config.get("region").is_unknown(),
        owner: (!config.get("owner").is_unknown()).then(|| text("owner").unwrap_or_else(|| OWNER.to_owned())),
        default_tags: (config.get("default_tags").is_wholly_known()).then(|| strings(tags)),
        allowed_account_ids: texts(config.get("allowed_account_ids")),
    }
}

fn role(role: &Value) -> AssumeRole {
    let text = |name: &str| role.get(name).as_str().map(str::to_owned);
    AssumeRole {
        role_arn: text("role_arn").unwrap_or_default(),
        session_name: text("session_name"),
        external_id: text("external_id"),
        duration: text("duration").and_then(|text| timeouts::parse(&text).ok()),
        policy: text("policy"),
        policy_arns: texts(role.get("policy_arns")),
        tags: strings(role.get("tags")),
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.items().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn strings(value: &Value) -> BTreeMap<String, String> {
    value.entries().filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_told_at_its_place() {
        let config = Value::map([
            ("owner", Value::from("a/b")),
            ("access_key", Value::from("AKIA")),
            ("max_retries", Value::from(-1)),
            ("assume_role", Value::List(vec![Value::map([("duration", Value::from("soon"))])])),
        ]);
        let paths: Vec<String> =
            validate(&config).into_iter().filter_map(|told| told.path).map(|path| path.to_string()).collect();
        assert_eq!(
            paths,
            ["owner", "access_key", "max_retries", "assume_role[0].role_arn", "assume_role[0].duration"]
        );
    }

    #[test]
    fn an_unknown_part_leaves_the_way_unknown() {
        let known = settings(&Value::map([("region", Value::from("eu-west-1"))]));
        assert_eq!(known.owner.as_deref(), Some(OWNER));
        assert_eq!(known.access.unwrap().region.as_deref(), Some("eu-west-1"));
        assert!(settings(&Value::map([("profile", Value::UNKNOWN)])).access.is_none());
        assert!(settings(&Value::map([("region", Value::UNKNOWN)])).region_unknown);
        assert!(settings(&Value::map([("owner", Value::UNKNOWN)])).owner.is_none());
    }
}
