//! Objects of the spec: those of buckets, and the scripts of jobs.

use super::{
    Object,
    spec::{self, ObjectKey},
};
use crate::{
    LakeSpec,
    aliases::{Aliases, path},
    expand::{
        members::treatment,
        names::{Names, nodes},
    },
    graph::{Hold, Node, NodeId, Open, Reach, Treatment},
    kinds::{Typed as _, bucket::spec::BucketRef, job::spec::Script},
    policy,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use lake_api::{
    FieldPath, Input,
    content_from::ContentFrom,
    member::{Adopt, OnDelete, Own},
    names::{Content, ContentBase64, SecretContent, SecretContentBase64, Word},
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What an object holds, in base64, as one of a spec's fields says it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Source {
    content: Input<String>,
    secret: bool,
    /// The field that says it.
    field: &'static str,
}

impl Source {
    /// What an object of a bucket holds.
    fn of(object: &spec::Object) -> Option<Self> {
        Self::said(
            object.content.as_ref(),
            object.content_base64.as_ref(),
            object.secret_content.as_ref(),
            object.secret_content_base64.as_ref(),
            object.content_from.as_ref(),
        )
    }

    /// What a script holds; nothing when it is only referred to.
    pub(crate) fn of_script(script: &Script) -> Option<Self> {
        Self::said(
            script.content.as_ref(),
            script.content_base64.as_ref(),
            script.secret_content.as_ref(),
            script.secret_content_base64.as_ref(),
            script.content_from.as_ref(),
        )
    }

    /// Whether it is known by now.
    pub(crate) fn is_known(&self) -> bool {
        self.content.is_known()
    }

    fn said(
        text: Option<&Content>,
        base64: Option<&ContentBase64>,
        secret: Option<&SecretContent>,
        secret_base64: Option<&SecretContentBase64>,
        elsewhere: Option<&ContentFrom>,
    ) -> Option<Self> {
        let encoded = |text: &Input<String>| text.clone().map(|text| BASE64_STANDARD.encode(text));
        let plain = |field, content| Source { content, secret: false, field };
        let hidden = |field, content| Source { content, secret: true, field };
        (text.map(|text| plain("content", encoded(text.input()))))
            .or_else(|| base64.map(|base64| plain("contentBase64", base64.input().clone())))
            .or_else(|| secret.map(|text| hidden("secretContent", encoded(text.input()))))
            .or_else(|| secret_base64.map(|base64| hidden("secretContentBase64", base64.input().clone())))
            // Nobody has looked there yet.
            .or_else(|| elsewhere.map(|_| hidden("contentFrom", Input::Unknown)))
    }
}

/// The node of an object at a place in a bucket: our own if it has content, else one that is looked at.
///
/// `origin` is the path in the spec whose fields say the object's settings.
pub(crate) fn node(
    names: &Names<'_>,
    bucket: &BucketRef,
    key: &ObjectKey,
    source: Option<Source>,
    origin: FieldPath,
) -> Node {
    let bucket = names.bucket(bucket);
    let secret = source.as_ref().is_some_and(|source| source.secret);
    let aliases = source.iter().fold(Aliases::default(), |all, source| {
        let said = || path(source.field);
        all.compiled(said(), path("content")).compiled(said(), path("bytes"))
    });
    let content = source.map(|source| source.content);
    let settings = Object {
        bucket: bucket.name,
        key: names.filled(key),
        content: content.as_ref().map(digest).unwrap_or_default(),
        bytes: content.clone(),
        content_type: Input::from(Object::TYPE),
        tags: BTreeMap::new(),
    };
    let field = |name: &str| FieldPath::root().field(name);
    Node {
        settings: Some(settings.erased()),
        after: nodes([bucket.node]),
        origin,
        hold: if content.is_some() { Hold::Own } else { Hold::LookAt },
        treatment: Treatment {
            protected: None,
            on_delete: OnDelete::Delete,
            adopt: Adopt::Never,
            adopt_from: None,
            reach: Reach::All,
            ignore_drift: BTreeSet::new(),
            secret: match secret {
                true => BTreeSet::from([field("content"), field("bytes")]),
                false => BTreeSet::new(),
            },
        },
        brought_by: BTreeSet::new(),
        open: Open::Nothing,
        aliases,
    }
}

/// The nodes of `buckets.<b>.objects`.
pub(super) fn expand(spec: &LakeSpec, names: &Names<'_>) -> Vec<(NodeId, Node)> {
    spec.buckets
        .own()
        .flat_map(|(bucket, own)| own.objects.iter().map(move |(key, member)| (bucket, key, member)))
        .map(|(bucket, key, member)| {
            let origin =
                FieldPath::root().field("buckets").key(bucket.as_str()).field("objects").key(key.as_str());
            let node = match member.own() {
                Some(object) => in_bucket(names, bucket.as_str(), object, origin),
                // An object stands for nothing that is somebody else's, so this one is veiled.
                None => veiled(bucket.as_str(), origin),
            };
            (NodeId::new("object", &format!("{bucket}.{key}")), node)
        })
        .collect()
}

fn in_bucket(names: &Names<'_>, bucket: &str, object: &Own<spec::Object>, origin: FieldPath) -> Node {
    let bucket = BucketRef(Input::from(bucket));
    let mut node = node(names, &bucket, &object.key, Source::of(object), origin);
    if let Some(mut settings) = node.settings.as_ref().and_then(Object::typed) {
        settings.content_type = object
            .content_type
            .as_ref()
            .map_or_else(|| Input::from(Object::TYPE), |kind| kind.input().clone());
        settings.tags = object.tags.iter().map(|(key, value)| (key.clone(), value.input().clone())).collect();
        node.settings = Some(settings.erased());
    }
    let secret = std::mem::take(&mut node.treatment.secret);
    node.treatment = Treatment { secret, ..treatment(&object.custody, &node.aliases) };
    node
}

fn veiled(bucket: &str, origin: FieldPath) -> Node {
    Node {
        settings: None,
        after: BTreeSet::from([NodeId::new("bucket", bucket)]),
        origin,
        hold: Hold::Own,
        treatment: Treatment {
            protected: None,
            on_delete: OnDelete::Delete,
            adopt: Adopt::Never,
            adopt_from: None,
            reach: Reach::All,
            ignore_drift: BTreeSet::new(),
            secret: BTreeSet::new(),
        },
        brought_by: BTreeSet::new(),
        open: Open::Nothing,
        aliases: Aliases::default(),
    }
}

/// `sha256:` and the digest of what a base64 text spells. One that spells nothing is refused by the contract.
fn digest(base64: &Input<String>) -> Input<String> {
    base64.clone().map(|text| {
        let bytes = BASE64_STANDARD.decode(text).unwrap_or_default();
        format!("sha256:{}", policy::hex(&Sha256::digest(bytes)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{expand::Scope, owner::Owner, place::Place};

    fn scope() -> Scope {
        let owner = Owner { door: "terraform".into(), instance: "t".into(), lake: "l".into() };
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        Scope { place, owner, lake: "l".into(), namespace: String::new() }
    }

    fn settings(node: &Node) -> Object {
        node.settings.as_ref().and_then(Object::typed).expect("an object")
    }

    #[test]
    fn the_same_content_has_the_same_digest_however_it_is_said() {
        let spec: LakeSpec = serde_saphyr::from_str(
            "buckets: { b: { objects: { text: { key: a, content: abc }, coded: { key: b, contentBase64: YWJj },
                secret: { key: c, secretContent: abc }, hidden: { key: d, secretContentBase64: YWJj } } } }",
        )
        .unwrap();
        let nodes = expand(&spec, &Names::new(&spec, &scope()));
        let digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for (id, node) in &nodes {
            assert_eq!(settings(node).content, Input::from(digest), "{id}");
            assert_eq!(node.after, BTreeSet::from([NodeId::new("bucket", "b")]));
            let shown = ["b.text", "b.coded"].contains(&id.name());
            assert_eq!(node.treatment.secret.is_empty(), shown, "{id}");
        }
        assert_eq!(nodes.len(), 4);
    }

    #[test]
    fn content_that_nobody_has_looked_up_is_not_known() {
        let spec: LakeSpec = serde_saphyr::from_str(
            "buckets: { b: { objects: { a: { key: a, contentFrom: { configMapKeyRef: { name: m, key: k } } } } } }",
        )
        .unwrap();
        let nodes = expand(&spec, &Names::new(&spec, &scope()));
        let (_, node) = &nodes[0];
        assert_eq!((node.hold, &settings(node).content), (Hold::Own, &Input::Unknown));
    }

    #[test]
    fn an_object_without_content_is_looked_at() {
        let spec: LakeSpec = serde_saphyr::from_str("buckets: { b: {} }").unwrap();
        let scope = scope();
        let names = Names::new(&spec, &scope);
        let bucket = BucketRef(Input::from("b"));
        let key = ObjectKey(Input::from("etl.py"));
        let node = node(&names, &bucket, &key, None, FieldPath::root().field("jobs").key("etl"));
        assert_eq!(node.hold, Hold::LookAt);
        assert_eq!(settings(&node).bucket, Input::from("l-b-123456789012-eu-west-1"));
    }
}
