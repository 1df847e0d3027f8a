//! What whoever drives a lake must be allowed, and nothing more.
//!
//! Each kind says which calls it makes on which ARNs (`Driver::needs`); here calls become the actions that IAM knows
//! them by, and the needs of all members one document.

use super::{Statement, Statements, Texts, texts};
use crate::{
    expand,
    graph::{Graph, Hold, Node, NodeId},
    kinds::{self, Bucket, KINDS, Object, RegisteredSettings as _, Typed as _},
    place::Place,
    settings::Settings,
    spec::statement::Effect,
};
use lake_api::{Input, member::OnDelete};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

/// When a need arises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// At each look, also at what is not ours.
    Look,
    /// When it is made, changed or marked.
    Write,
    /// When it is deleted.
    Delete,
    /// When a plan tells how much data would be deleted with it. Without the permission it tells the same without a number.
    Preview,
    /// When its data is deleted before it.
    Empty,
}

/// What somebody is allowed to do about a lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Look at it, and tell what would be done.
    Plan,
    /// Make it, change any of its settings, and take it down as its members say.
    Apply,
}

impl Purpose {
    fn covers(self, when: When) -> bool {
        self == Purpose::Apply || matches!(when, When::Look | When::Preview)
    }
}

impl FromStr for Purpose {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "plan" => Ok(Purpose::Plan),
            "apply" => Ok(Purpose::Apply),
            other => Err(format!("\"{other}\" is neither \"plan\" nor \"apply\"")),
        }
    }
}

/// What one resource needs of whoever drives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// When.
    pub when: When,
    /// Calls, as errors name them: `s3:PutBucketTagging`.
    pub calls: Vec<Cow<'static, str>>,
    /// Actions that are no call of ours, which AWS asks for beside the calls: `iam:PassRole`.
    pub beside: &'static [&'static str],
    /// The ARNs of what they are on, or patterns of them.
    pub on: Vec<String>,
    /// For whom alone, where AWS lets it be said: the service to which a role is passed.
    pub to: Option<&'static str>,
}

impl Need {
    /// Calls on these ARNs.
    #[must_use]
    pub fn of<const N: usize>(when: When, calls: &'static [&'static str], on: [String; N]) -> Self {
        let calls = calls.iter().map(|call| Cow::Borrowed(*call)).collect();
        Need { when, calls, beside: &[], on: on.into(), to: None }
    }

    /// Actions beside calls, on these ARNs.
    #[must_use]
    pub fn beside<const N: usize>(when: When, actions: &'static [&'static str], on: [String; N]) -> Self {
        Need { when, calls: Vec::new(), beside: actions, on: on.into(), to: None }
    }

    /// The actions, as IAM knows them.
    fn actions(&self) -> impl Iterator<Item = String> {
        let called = self.calls.iter().flat_map(|call| actions(call));
        called.chain(self.beside.iter().map(|action| (*action).to_owned()))
    }

    /// Passing a role to a service.
    #[must_use]
    pub fn pass(role: String, to: &'static str) -> Self {
        Need { when: When::Write, calls: Vec::new(), beside: &["iam:PassRole"], on: vec![role], to: Some(to) }
    }
}

/// A text in an ARN; a pattern for all where it is not known.
pub(crate) fn part(input: &Input<String>) -> &str {
    input.text().unwrap_or("*")
}

/// Everything, for actions that know no resources.
pub(crate) fn anything() -> [String; 1] {
    ["*".to_owned()]
}

/// The actions that a call needs on the resource that it is on.
///
/// From the Service Authorization Reference, <https://docs.aws.amazon.com/service-authorization/latest/reference/>
/// (`list_amazons3`, `list_awsglue`, `list_awsidentityandaccessmanagementiam`, `list_awslakeformation`,
/// `list_amazonresourcegrouptaggingapi`), for S3 from "Required permissions for Amazon S3 API operations",
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>, and for Kinesis from
/// <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html>. What has no row is called by its own
/// name.
const ACTIONS: &[(&str, &[&str])] = &[
    ("kinesis:CreateStream", &["kinesis:CreateStream", "kinesis:AddTagsToStream"]),
    ("s3:CopyObject", &["s3:GetObject", "s3:GetObjectTagging", "s3:PutObject", "s3:PutObjectTagging"]),
    ("s3:CreateBucket", &["s3:CreateBucket", "s3:PutBucketOwnershipControls", "s3:TagResource"]),
    ("s3:DeleteBucketCors", &["s3:PutBucketCORS"]),
    ("s3:DeleteBucketLifecycle", &["s3:PutLifecycleConfiguration"]),
    ("s3:DeleteBucketMetricsConfiguration", &["s3:PutMetricsConfiguration"]),
    ("s3:DeleteObjects", &["s3:DeleteObject", "s3:DeleteObjectVersion"]),
    ("s3:GetBucketCors", &["s3:GetBucketCORS"]),
    ("s3:GetBucketEncryption", &["s3:GetEncryptionConfiguration"]),
    ("s3:GetBucketLifecycleConfiguration", &["s3:GetLifecycleConfiguration"]),
    ("s3:GetBucketNotificationConfiguration", &["s3:GetBucketNotification"]),
    ("s3:GetPublicAccessBlock", &["s3:GetBucketPublicAccessBlock"]),
    ("s3:HeadBucket", &["s3:ListBucket"]),
    ("s3:HeadObject", &["s3:GetObject"]),
    ("s3:ListBucketMetricsConfigurations", &["s3:GetMetricsConfiguration"]),
    ("s3:ListBuckets", &["s3:ListAllMyBuckets"]),
    ("s3:ListMultipartUploads", &["s3:ListBucketMultipartUploads"]),
    ("s3:ListObjectVersions", &["s3:ListBucketVersions"]),
    ("s3:PutBucketCors", &["s3:PutBucketCORS"]),
    ("s3:PutBucketEncryption", &["s3:PutEncryptionConfiguration"]),
    ("s3:PutBucketLifecycleConfiguration", &["s3:PutLifecycleConfiguration"]),
    ("s3:PutBucketMetricsConfiguration", &["s3:PutMetricsConfiguration"]),
    ("s3:PutBucketNotificationConfiguration", &["s3:PutBucketNotification"]),
    ("s3:PutObject", &["s3:PutObject", "s3:PutObjectTagging"]),
    ("s3:PutPublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    ("s3control:CreateAccessPoint", &["s3:CreateAccessPoint", "s3:PutAccessPointPublicAccessBlock"]),
];

/// Services whose actions begin otherwise than our words for their calls.
const PREFIXES: [(&str, &str); 2] = [("s3control:", "s3:"), ("tagging:", "tag:")];

/// The actions that a call needs on what it is on.
#[must_use]
pub fn actions(call: &str) -> Vec<String> {
    if let Some((_, actions)) = ACTIONS.iter().find(|(named, _)| *named == call) {
        return actions.iter().map(|action| (*action).to_owned()).collect();
    }
    let other =
        PREFIXES.iter().find_map(|(ours, theirs)| Some(format!("{theirs}{}", call.strip_prefix(ours)?)));
    vec![other.unwrap_or_else(|| call.to_owned())]
}

/// The calls that no kind makes, but whoever looks at a lake: what wears its mark is listed.
const OF_ALL: &[&str] = &["tagging:GetResources"];

/// The policy document of whoever drives this lake for a purpose, as JSON. Nothing that a member retains can be deleted,
/// and no data but where a member says `Empty`.
///
/// Asking who one is (`sts:GetCallerIdentity`) takes no permission. Lake Formation has permissions of its own beside
/// these.
#[must_use]
pub fn needed(graph: &Graph, place: &Place, purpose: Purpose) -> String {
    super::render(&statements(graph, place, purpose)).unwrap_or_else(|| unreachable!("all texts are known"))
}

/// The actions that the resources of each kind need, by the kind's word and by when they need them. Those by which kinds
/// are listed stand under no word: every lake needs them.
#[must_use]
pub fn by_kind(graph: &Graph, place: &Place) -> BTreeMap<&'static str, BTreeMap<When, BTreeSet<String>>> {
    let listed = listings().map(|need| ("", need));
    let of_nodes = graph.iter().flat_map(|(id, node)| {
        let kind = KINDS.traits(id.kind()).map_or("", |kind| kind.name);
        of_node(id, node, graph, place).into_iter().map(move |need| (kind, need))
    });
    let mut table: BTreeMap<_, BTreeMap<_, BTreeSet<_>>> = BTreeMap::new();
    for (kind, need) in listed.chain(of_nodes) {
        table.entry(kind).or_default().entry(need.when).or_default().extend(need.actions());
    }
    table
}

/// The statements of that document: each action once, together with all others on the same resources.
fn statements(graph: &Graph, place: &Place, purpose: Purpose) -> Statements {
    let mut on: BTreeMap<(String, Option<&str>), BTreeSet<String>> = BTreeMap::new();
    let of_nodes = graph.iter().flat_map(|(id, node)| of_node(id, node, graph, place));
    for need in listings().chain(of_nodes).filter(|need| purpose.covers(need.when)) {
        for action in need.actions() {
            on.entry((action, need.to)).or_default().extend(need.on.iter().cloned());
        }
    }
    let mut grouped: BTreeMap<(BTreeSet<String>, Option<&str>), BTreeSet<String>> = BTreeMap::new();
    for ((action, to), mut on) in on {
        let patterns: Vec<String> =
            on.iter().filter_map(|arn| arn.strip_suffix('*')).map(ToOwned::to_owned).collect();
        on.retain(|arn| arn.ends_with('*') || !patterns.iter().any(|front| arn.starts_with(front)));
        grouped.entry((on, to)).or_default().insert(action);
    }
    let statements = grouped.into_iter().map(|((on, to), actions)| Statement {
        effect: Effect::Allow,
        actions: texts(actions),
        resources: texts(on),
        conditions: to.map(passed_to).into_iter().collect(),
        ..Statement::default()
    });
    statements.enumerate().map(|(at, statement)| (format!("{at:04}"), statement)).collect()
}

fn passed_to(service: &str) -> (String, BTreeMap<String, Texts>) {
    ("StringEquals".to_owned(), BTreeMap::from([("iam:PassedToService".to_owned(), texts([service]))]))
}

/// What every lake needs.
fn listings() -> impl Iterator<Item = Need> {
    let listings = kinds::lists().chain([OF_ALL]).filter(|calls| !calls.is_empty());
    listings.map(|calls| Need::of(When::Look, calls, anything()))
}

/// What one resource of a lake needs.
fn of_node(id: &NodeId, node: &Node, graph: &Graph, place: &Place) -> Vec<Need> {
    let Some(settings) = &node.settings else { return Vec::new() };
    // What another member will be called is known before it is there.
    let settings = expand::foreseen(id, settings, graph, place);
    let all = settings.driver().needs(settings.json(), place).into_iter().chain(key(&settings, graph));
    all.filter(|need| arises(need.when, node, &settings)).collect()
}

/// Whether a node ever has a need. What is retained is never deleted, unless it makes way for one of the same name.
fn arises(when: When, node: &Node, settings: &Settings) -> bool {
    let on_delete = node.treatment.on_delete;
    match when {
        When::Look => true,
        When::Write => node.hold == Hold::Own,
        When::Delete => {
            node.hold == Hold::Own && (on_delete != OnDelete::Retain || !settings.traits().holds_data)
        }
        When::Preview | When::Empty => node.hold == Hold::Own && on_delete == OnDelete::Empty,
    }
}

/// An object in a bucket that a key of KMS encrypts is uploaded and looked at with the help of that key.
fn key(settings: &Settings, graph: &Graph) -> Option<Need> {
    let object = Object::typed(settings)?;
    let buckets = graph.values().filter_map(|node| Bucket::typed(node.settings.as_ref()?));
    let key =
        buckets.filter(|bucket| bucket.name == object.bucket).find_map(|bucket| bucket.encryption.key)?;
    Some(Need::beside(When::Look, &["kms:Decrypt", "kms:GenerateDataKey"], [part(&key).to_owned()]))
}
