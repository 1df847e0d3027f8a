//! An S3 access point: a door into a bucket with an address and a policy of its own.

mod expand;
mod lint;
mod needs;
mod read;
pub mod spec;
mod write;

use crate::{
    LakeSpec,
    aws::{Aws, from_sdk},
    diff::FieldChange,
    error::CloudError,
    expand::{Scope, names::Names},
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    kind::{Data, Refusal, Wears},
    kinds::{Typed, bucket::spec::PublicAccessBlock},
    lint::names::Rule,
    owner::{Marking, Worn},
    place::Place,
    policy::{self, Need, Statements},
};
use lake_api::{Finding, Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An S3 access point, as a lake asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessPoint {
    /// The access point's name, unique in account and region.
    pub name: Input<String>,
    /// The name of the bucket behind it.
    pub bucket: Input<String>,
    /// The account that owns the bucket.
    pub bucket_account: Input<String>,
    /// The one VPC from which it can be reached; without one, the internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<Input<String>>,
    /// What is refused that would make data public.
    pub public_access_block: PublicAccessBlock,
    /// The statements of its policy, those of `allow` among them.
    #[serde(default)]
    pub statements: Statements,
    /// The user's tags.
    #[serde(default)]
    pub tags: BTreeMap<String, Input<String>>,
}

impl Typed for AccessPoint {
    /// The access point's name.
    type Key = String;

    const NAME: &'static str = "accessPoint";
    const FACTS: &'static [&'static str] = &["arn", "alias", "name", "domainName", "networkOrigin"];
    const FIXED: &'static [&'static str] = &["name", "bucket", "bucketAccount", "vpcId", "publicAccessBlock"];
    const BIRTH: Option<&'static str> = Some("CreationDate");
    const WEARS: Wears = Wears::Tags;
    const HOLDS_DATA: bool = <spec::AccessPoint as lake_api::member::Settings>::HOLDS_DATA;
    const GOES_BEFORE: &'static [&'static str] = &["bucket", "role"];
    const LISTS: &'static [&'static str] = &["s3control:ListAccessPoints"];
    const NAMES: Option<&'static Rule> = Some(&lint::NAME);

    fn small() -> Value {
        json!({ "small": { "bucket": "small", "allow": [{ "roles": ["small"], "read": { "prefix": "processed/" } }] } })
    }

    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        lint::lint(spec, lake, told);
    }

    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        expand::expand(spec, &Names::new(spec, scope))
    }

    fn key(&self, _place: &Place) -> Option<String> {
        self.name.known().cloned()
    }

    fn predict(&self, place: &Place) -> Facts {
        let mut facts = self.name.text().map(|name| facts(name, place)).unwrap_or_default();
        let origin = if self.vpc_id.is_some() { "VPC" } else { "Internet" };
        facts.insert("networkOrigin".to_owned(), origin.to_owned());
        facts
    }

    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations.html>: 20 KB.
    fn refused(&self, _place: &Place) -> Option<Refusal> {
        policy::too_large(&["allow", "statements"], [&self.statements], 20 * 1024)
    }

    fn needs(&self, place: &Place) -> Vec<Need> {
        needs::needs(self, place)
    }

    fn key_of_arn(arn: &str, place: &Place) -> Option<String> {
        arn.strip_prefix(&place.arn("s3", "accesspoint/")).map(ToOwned::to_owned)
    }

    async fn read(aws: &Aws, keys: &[String]) -> Vec<Sight<Self>> {
        read::read(aws, keys).await
    }

    async fn worn(aws: &Aws, name: &String) -> Result<Option<Option<Worn>>, CloudError> {
        match read::tags(aws, name).await {
            Ok(tags) => Ok(Some(Worn::part(tags).1)),
            Err(error) if read::is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create(&self, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        write::create(self, aws, mark).await
    }

    async fn update(&self, aws: &Aws, name: &String, changes: &[FieldChange]) -> Result<(), CloudError> {
        write::update(self, aws, name, changes).await
    }

    async fn mark(aws: &Aws, name: &String, marking: &Marking) -> Result<(), CloudError> {
        write::mark(aws, name, marking).await
    }

    /// Its policy goes with it.
    async fn delete(aws: &Aws, name: &String, _data: Data) -> Result<(), CloudError> {
        let deleted =
            aws.s3control.delete_access_point().account_id(&aws.place.account).name(name).send().await;
        match deleted.map_err(|e| from_sdk("s3control:DeleteAccessPoint", e)) {
            Err(error) if !read::is_gone(&error) => Err(error),
            _ => Ok(()),
        }
    }
}

fn arn(name: &str, place: &Place) -> String {
    place.arn("s3", &format!("accesspoint/{name}"))
}

/// What follows from an access point's name.
fn facts(name: &str, place: &Place) -> Facts {
    let domain = format!("{name}-{}.s3-accesspoint.{}.{}", place.account, place.region, place.domain());
    Facts::from([
        ("arn".to_owned(), arn(name, place)),
        ("name".to_owned(), name.to_owned()),
        ("domainName".to_owned(), domain),
    ])
}
