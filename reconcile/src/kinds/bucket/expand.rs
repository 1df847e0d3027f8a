//! Buckets of the spec.

use super::{
    Bucket, BucketPolicy, Encryption, Logging, RequestMetrics, delivery,
    spec::{
        self, BucketNamespace, Sse,
        lifecycle::{LifecycleRule, TransitionMinimumSize},
    },
    switches,
};
use crate::{
    LakeSpec,
    aliases::{Aliases, path},
    expand::{
        members::{Wanted, members},
        names::Names,
    },
    graph::{Hold, Node, NodeId},
    kinds::Typed as _,
    policy::{self, Statement},
};
use lake_api::{
    FieldPath, Input,
    member::Own,
    names::{ExternalName, MemberKey, Word},
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The nodes of the section `buckets`.
pub(super) fn expand(spec: &LakeSpec, names: &Names<'_>) -> Vec<(NodeId, Node)> {
    let own = |key: &MemberKey, member: &Own<spec::Bucket>| wanted(key, member, names);
    let external = |name: &ExternalName| {
        Bucket::of(names.filled(name).map(|name| name.rsplit(':').next().unwrap_or(&name).to_owned()))
    };
    let mut nodes = members("buckets", &spec.buckets, own, external);
    let mut logged = delivery::to_members(spec, names);
    for (id, node) in &mut nodes {
        if let (Hold::Own, Some(sources), Some(mut bucket)) =
            (node.hold, logged.remove(id), node.settings.as_ref().and_then(Bucket::typed))
        {
            let statement = delivery::statement(&bucket.name, sources, names.place());
            let policy = &mut bucket.policy;
            let to = if policy.keep_others { &mut policy.beside_others } else { &mut policy.statements };
            to.extend(policy::keyed([statement]));
            node.settings = Some(bucket.erased());
        }
        let member = spec.buckets.get(id.name()).and_then(|member| member.own());
        if member.and_then(|own| own.policy.as_ref()).is_some_and(|policy| policy.keep_others) {
            // All statements there are is what others decide, too.
            node.treatment.ignore_drift.insert(FieldPath::root().field("policy").field("statements"));
        }
    }
    nodes
}

fn wanted(key: &MemberKey, bucket: &spec::Bucket, names: &Names<'_>) -> Wanted<Bucket> {
    let name = names.bucket_name(bucket, key);
    let log = bucket.logging.as_ref().map(|logging| (names.bucket(&logging.bucket), logging));
    let after: BTreeSet<NodeId> = log.iter().filter_map(|(target, _)| target.node.clone()).collect();
    let lifecycle_rules: BTreeMap<String, LifecycleRule> = bucket.lifecycle_rules.iter().map(rule).collect();
    Wanted {
        settings: Bucket {
            bucket_namespace: bucket.bucket_namespace,
            versioning: bucket.versioning,
            encryption: encryption(&bucket.encryption, names),
            public_access_block: bucket.public_access_block.clone(),
            object_ownership: bucket.object_ownership,
            tls_only: bucket.tls_only,
            delegate_to_access_points: bucket.delegate_to_access_points,
            policy: bucket.policy.as_ref().map(|policy| statements(policy, &name, names)).unwrap_or_default(),
            // It is kept with the rules, and without any it is not kept at all.
            transition_minimum_size: if lifecycle_rules.is_empty() {
                TransitionMinimumSize::default()
            } else {
                bucket.transition_minimum_size
            },
            lifecycle_rules,
            cors_rules: bucket.cors_rules.clone(),
            logging: log.map(|(target, logging)| Logging {
                bucket: target.name,
                prefix: logging.prefix.as_ref().map_or_else(Input::default, |prefix| prefix.input().clone()),
                key_format: logging.key_format,
            }),
            event_bridge: bucket.event_bridge,
            request_metrics: bucket
                .request_metrics
                .iter()
                .map(|(key, metrics)| {
                    (metrics_id(key.as_str(), metrics).to_owned(), request_metrics(metrics, names))
                })
                .collect(),
            tags: names.tags(&bucket.tags),
            name,
        },
        after: after.into_iter().filter(|node| node.name() != key.as_str()).collect(),
        secret: BTreeSet::new(),
        aliases: aliases(bucket),
    }
}

fn encryption(said: &spec::Encryption, names: &Names<'_>) -> Encryption {
    Encryption {
        sse: said.sse,
        key: names.kms_key(said),
        bucket_key: (said.sse == Sse::Kms).then_some(said.bucket_key),
        block_customer_keys: said.block_customer_keys,
    }
}

fn statements(said: &spec::BucketPolicy, bucket: &Input<String>, names: &Names<'_>) -> BucketPolicy {
    let all = switches::everything(bucket, names.place());
    let statements =
        policy::keyed(said.statements.iter().map(|statement| Statement::on(statement, names, &all)));
    if said.keep_others {
        BucketPolicy { beside_others: statements, keep_others: true, ..BucketPolicy::default() }
    } else {
        BucketPolicy { statements, ..BucketPolicy::default() }
    }
}

/// The policy is kept in two forms, rules and metrics by their ids.
fn aliases(bucket: &spec::Bucket) -> Aliases {
    let statements = || path("policy.statements");
    let aliases = Aliases::default()
        .compiled(statements(), statements())
        .compiled(statements(), path("policy.besideOthers"));
    let rules = FieldPath::root().field("lifecycleRules");
    let aliases = bucket
        .lifecycle_rules
        .iter()
        .enumerate()
        .fold(aliases, |all, (place, said)| all.renamed(rules.index(place), rules.key(rule(said).0)));
    let metrics = FieldPath::root().field("requestMetrics");
    bucket.request_metrics.iter().fold(aliases, |all, (key, said)| {
        all.renamed(metrics.key(key.as_str()), metrics.key(metrics_id(key.as_str(), said)))
    })
}

/// A rule under its id: the given one, or a digest of what it says.
fn rule(said: &LifecycleRule) -> (String, LifecycleRule) {
    let mut rule = LifecycleRule { id: None, ..said.clone() };
    super::lifecycle::sort(&mut rule);
    let id = match said.id.as_ref().and_then(Word::known) {
        Some(id) => id.to_owned(),
        None => {
            let text = serde_json::to_vec(&rule).expect("a rule is plain data");
            format!("lake-{}", policy::hex(&Sha256::digest(text)[..6]))
        }
    };
    (id, rule)
}

/// The id of request metrics: their name, else their key.
fn metrics_id<'a>(key: &'a str, said: &'a spec::RequestMetrics) -> &'a str {
    said.name.as_ref().and_then(Word::known).unwrap_or(key)
}

fn request_metrics(said: &spec::RequestMetrics, names: &Names<'_>) -> RequestMetrics {
    RequestMetrics {
        prefix: said.prefix.as_ref().map(|prefix| prefix.input().clone()).filter(|p| p.text() != Some("")),
        tags: said.tags.iter().map(|(key, value)| (key.clone(), value.input().clone())).collect(),
        access_point: said.access_point.as_ref().map(|point| names.access_point_arn(point)),
    }
}

impl Bucket {
    /// A new bucket of this name, as S3 makes it where nothing is said.
    pub(crate) fn of(name: Input<String>) -> Self {
        Bucket {
            name,
            bucket_namespace: BucketNamespace::Global,
            versioning: false,
            encryption: Encryption { sse: Sse::S3, key: None, bucket_key: None, block_customer_keys: true },
            public_access_block: spec::PublicAccessBlock::default(),
            object_ownership: spec::ObjectOwnership::BucketOwnerEnforced,
            tls_only: false,
            delegate_to_access_points: false,
            policy: BucketPolicy::default(),
            lifecycle_rules: BTreeMap::new(),
            transition_minimum_size: TransitionMinimumSize::default(),
            cors_rules: Vec::new(),
            logging: None,
            event_bridge: false,
            request_metrics: BTreeMap::new(),
            tags: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{expand::Scope, owner::Owner, place::Place};

    fn buckets(yaml: &str) -> BTreeMap<NodeId, Node> {
        let spec: LakeSpec = serde_saphyr::from_str(yaml).unwrap();
        let owner = Owner { door: "terraform".into(), instance: "t".into(), lake: "l".into() };
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        let scope = Scope { place, owner, lake: "l".into(), namespace: String::new() };
        expand(&spec, &Names::new(&spec, &scope)).into_iter().collect()
    }

    fn settings(nodes: &BTreeMap<NodeId, Node>, key: &str) -> Bucket {
        let settings = &nodes[&NodeId::new("bucket", key)].settings;
        settings.as_ref().and_then(Bucket::typed).expect("a bucket")
    }

    #[test]
    fn names_are_made_of_the_lake_unless_they_are_given() {
        let nodes = buckets(
            "buckets: { a: {}, b: { name: 'x-{region}' }, c: { bucketNamespace: AccountRegional }, d: { external: 'arn:aws:s3:::y' } }",
        );
        let name = |key: &str| settings(&nodes, key).name.text().map(ToOwned::to_owned);
        assert_eq!(name("a").as_deref(), Some("l-a-123456789012-eu-west-1"));
        assert_eq!(name("b").as_deref(), Some("x-eu-west-1"));
        assert_eq!(name("c").as_deref(), Some("l-c-123456789012-eu-west-1-an"));
        assert_eq!(name("d").as_deref(), Some("y"));
        assert_eq!(nodes[&NodeId::new("bucket", "d")].hold, Hold::LookAt);
    }

    #[test]
    fn a_members_tags_win_over_the_lakes() {
        let nodes = buckets("{ tags: { a: lake, b: lake }, buckets: { a: { tags: { b: own } } } }");
        let tags = settings(&nodes, "a").tags;
        assert_eq!((tags["a"].text(), tags["b"].text()), (Some("lake"), Some("own")));
    }

    #[test]
    fn a_log_goes_to_a_bucket_that_is_made_before() {
        let nodes = buckets("buckets: { a: { logging: { bucket: b } }, b: { logging: { bucket: b } } }");
        let after = |key: &str| nodes[&NodeId::new("bucket", key)].after.clone();
        assert_eq!(after("a"), BTreeSet::from([NodeId::new("bucket", "b")]));
        assert_eq!(after("b"), BTreeSet::new(), "a bucket that logs to itself waits for nobody");
        assert_eq!(settings(&nodes, "a").logging.unwrap().prefix, Input::from(""));
    }

    #[test]
    fn a_bucket_that_takes_logs_lets_s3_deliver_them() {
        let nodes = buckets(
            "buckets: { a: { logging: { bucket: logs, prefix: a/ } }, b: { logging: { bucket: logs } },
               c: { logging: { bucket: theirs } }, theirs: { external: theirs }, logs: { policy: { keepOthers: true, statements: [] } } }",
        );
        assert_eq!(settings(&nodes, "a").policy, BucketPolicy::default());
        let policy = settings(&nodes, "logs").policy;
        assert_eq!(policy.statements.len(), 0);
        let statement = &policy.beside_others["LakeLogDelivery"];
        let logs = "arn:aws:s3:::l-logs-123456789012-eu-west-1";
        assert_eq!(statement.resources, policy::texts([format!("{logs}/*"), format!("{logs}/a/*")]));
        let sources = ["a", "b"].map(|key| format!("arn:aws:s3:::l-{key}-123456789012-eu-west-1"));
        assert_eq!(statement.conditions["ArnLike"]["aws:SourceArn"], policy::texts(sources));
        assert_eq!(statement.principals.services, policy::texts(["logging.s3.amazonaws.com"]));
    }

    #[test]
    fn the_id_of_a_rule_without_one_follows_from_what_it_says() {
        let ids = |rule: &str| -> Vec<String> {
            let nodes = buckets(&format!("buckets: {{ a: {{ lifecycleRules: [ {rule} ] }} }}"));
            settings(&nodes, "a").lifecycle_rules.into_keys().collect()
        };
        assert_eq!(ids("{ id: tmp, expire: { days: 1 } }"), ["tmp"]);
        assert_eq!(ids("{ expire: { days: 1 } }"), ids("{ expire: { days: 1 }, prefix: '' }"));
        assert_ne!(ids("{ expire: { days: 1 } }"), ids("{ expire: { days: 2 } }"));
    }

    #[test]
    fn what_hangs_on_something_that_is_off_is_off() {
        let nodes = buckets(
            "buckets: { a: { transitionMinimumSize: VariesByClass, encryption: { bucketKey: false } } }",
        );
        let bucket = settings(&nodes, "a");
        assert_eq!(bucket.transition_minimum_size, TransitionMinimumSize::AllClasses128K);
        assert_eq!(bucket.encryption.bucket_key, None);
    }

    #[test]
    fn statements_beside_others_leave_all_that_there_is_alone() {
        let nodes = buckets(
            "buckets: { a: { policy: { keepOthers: true, statements: [ { sid: Ours, actions: ['s3:*'] } ] } } }",
        );
        let policy = settings(&nodes, "a").policy;
        assert!(policy.statements.is_empty() && policy.beside_others.contains_key("Ours"));
        assert_eq!(policy.beside_others["Ours"].resources.len(), 2, "the bucket and all in it");
        let ignored = &nodes[&NodeId::new("bucket", "a")].treatment.ignore_drift;
        assert!(ignored.contains(&"policy.statements".parse().unwrap()));
    }
}
