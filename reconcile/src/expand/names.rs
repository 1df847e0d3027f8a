//! What a spec's names and references mean on AWS.

use crate::{
    LakeSpec,
    expand::Scope,
    graph::NodeId,
    kinds::{
        self,
        access_point::spec::AccessPointRef,
        bucket::{
            self,
            spec::{BucketNamespace, BucketRef, Sse},
        },
        database::spec::DatabaseRef,
        glue::Location,
        role::{self, spec::RoleRef},
        table::spec::TableRef,
    },
    place::Place,
    simple::convert,
    spec::location,
};
use lake_api::{
    Input,
    collections::Tags,
    member::{Member, Section},
    names::{Target, Word},
    template::fill_known,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The names of one lake.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    spec: &'a LakeSpec,
    scope: &'a Scope,
}

/// A bucket that is referred to.
pub(crate) struct TheBucket {
    /// Its name.
    pub(crate) name: Input<String>,
    /// The member that it is, if it is one.
    pub(crate) node: Option<NodeId>,
}

/// A role that is referred to.
pub(crate) struct TheRole {
    /// Its name, without the path.
    pub(crate) name: Input<String>,
    /// Its ARN: a member's is a fact.
    pub(crate) arn: Input<String>,
    /// The member that it is, if it is one.
    pub(crate) node: Option<NodeId>,
}

/// A database that is referred to.
pub(crate) struct TheDatabase {
    /// The catalog: an account's 12 digits.
    pub(crate) catalog: Input<String>,
    /// Its name.
    pub(crate) name: Input<String>,
    /// The member that it is, if it is one.
    pub(crate) node: Option<NodeId>,
}

/// A table that is referred to.
pub(crate) struct TheTable {
    /// The catalog: an account's 12 digits.
    pub(crate) catalog: Input<String>,
    /// Its database's name.
    pub(crate) database: Input<String>,
    /// Its name.
    pub(crate) name: Input<String>,
    /// The member that it is, if it is one.
    pub(crate) node: Option<NodeId>,
}

impl<'a> Names<'a> {
    /// The names of the lake that a spec tells, in its scope.
    pub(crate) fn new(spec: &'a LakeSpec, scope: &'a Scope) -> Self {
        Names { spec, scope }
    }

    /// Where the lake lives.
    pub(crate) fn place(&self) -> &'a Place {
        &self.scope.place
    }

    /// A text with its templates filled in: `{lake} {namespace} {account} {region} {partition}`. After a `$` braces are
    /// somebody else's, as Athena's `${region}` in the template of a projection's location.
    pub(crate) fn fill(&self, text: &str) -> String {
        let Scope { place, lake, namespace, .. } = self.scope;
        fill_known(text, |word| {
            match word {
                "lake" => lake,
                "namespace" => namespace,
                "account" => &place.account,
                "partition" => &place.partition,
                _ => &place.region,
            }
            .clone()
        })
    }

    /// A name or an ARN with its templates filled in.
    pub(crate) fn filled(&self, word: &impl Word) -> Input<String> {
        word.input().clone().map(|text| self.fill(&text))
    }

    /// The texts of a map with their templates filled in. Braces around other words stay as they are.
    pub(crate) fn all_filled<W: Word>(&self, words: &BTreeMap<String, W>) -> BTreeMap<String, Input<String>> {
        words.iter().map(|(key, word)| (key.clone(), self.filled(word))).collect()
    }

    /// A member's name, `{lake}-{key}` where it has none of its own.
    pub(crate) fn name(&self, given: Option<&impl Word>, key: &str) -> Input<String> {
        given.map_or_else(|| Input::Known(format!("{}-{key}", self.scope.lake)), |name| self.filled(name))
    }

    /// A role's name, `{lake}-{key}-{region}` where it has none of its own: roles are one for all regions.
    pub(crate) fn role_name(&self, role: &role::spec::Role, key: &str) -> Input<String> {
        let default = || Input::Known(self.fill(&format!("{{lake}}-{key}-{{region}}")));
        role.name.as_ref().map_or_else(default, |name| self.filled(name))
    }

    /// A bucket's name, `{lake}-{key}-{account}-{region}` where it has none of its own: they are shared by all
    /// accounts. Those of the account's own namespace end with `-an`.
    pub(crate) fn bucket_name(&self, bucket: &bucket::spec::Bucket, key: &str) -> Input<String> {
        let end = match bucket.bucket_namespace {
            BucketNamespace::Global => "",
            BucketNamespace::AccountRegional => "-an",
        };
        match &bucket.name {
            Some(name) => self.filled(name),
            None => Input::Known(self.fill(&format!("{{lake}}-{key}-{{account}}-{{region}}{end}"))),
        }
    }

    /// The bucket that is referred to.
    pub(crate) fn bucket(&self, reference: &BucketRef) -> TheBucket {
        match self.target(reference) {
            Some(Meant::Arn(arn)) => TheBucket { name: Input::Known(last(&arn, ':')), node: None },
            Some(Meant::Member(key)) => TheBucket {
                name: self.of_member(
                    &self.spec.buckets,
                    key,
                    |own| self.bucket_name(own, key),
                    |name| last(name, ':'),
                ),
                node: Some(NodeId::new("bucket", key)),
            },
            None => TheBucket { name: Input::Unknown, node: None },
        }
    }

    /// The key of KMS that encrypts a member's objects, by ARN. AWS's own key for S3 is used by whoever uses S3, and is
    /// none.
    pub(crate) fn bucket_key(&self, reference: &BucketRef) -> Option<Input<String>> {
        let Some(Meant::Member(key)) = self.target(reference) else { return None };
        let Member::Own(own) = self.spec.buckets.get(key)? else { return None };
        self.kms_key(&own.encryption)
    }

    /// The key of KMS that an encryption names; `None` for AWS's own key for S3, which is what no key means.
    pub(crate) fn kms_key(&self, said: &bucket::spec::Encryption) -> Option<Input<String>> {
        let key = said.key.as_ref().filter(|_| said.sse != Sse::S3).map(|key| self.filled(key));
        key.filter(|key| !key.text().is_some_and(is_s3s_own))
    }

    /// A place in a bucket, and the member that the bucket is.
    pub(crate) fn location(&self, location: &location::Location) -> (Location, Option<NodeId>) {
        let bucket = self.bucket(&location.bucket);
        let prefix = location.prefix.as_ref().map_or_else(Input::default, |prefix| prefix.input().clone());
        (Location { bucket: bucket.name, prefix }, bucket.node)
    }

    /// The role that is referred to.
    pub(crate) fn role(&self, reference: &RoleRef) -> TheRole {
        match self.target(reference) {
            Some(Meant::Arn(arn)) => {
                TheRole { name: Input::Known(last(&arn, '/')), arn: Input::Known(arn), node: None }
            }
            Some(Meant::Member(key)) => {
                let node = NodeId::new("role", key);
                let name = self.of_member(
                    &self.spec.roles,
                    key,
                    |own| self.role_name(own, key),
                    |name| last(name, '/'),
                );
                let arn = Input::Fact { node: node.to_string(), name: "arn".to_owned() };
                TheRole { name, arn, node: Some(node) }
            }
            None => TheRole { name: Input::Unknown, arn: Input::Unknown, node: None },
        }
    }

    /// The ARN of the access point that is referred to.
    pub(crate) fn access_point_arn(&self, reference: &AccessPointRef) -> Input<String> {
        let arn = |name: String| self.place().arn("s3", &format!("accesspoint/{name}"));
        match self.target(reference) {
            Some(Meant::Arn(given)) => Input::Known(given),
            Some(Meant::Member(key)) => {
                let name = self.of_member(
                    &self.spec.access_points,
                    key,
                    |own| self.name(own.name.as_ref(), key),
                    |name| last(name, '/'),
                );
                name.map(arn)
            }
            None => Input::Unknown,
        }
    }

    /// The ARN of the role that is referred to, spelt out: policies are compared as sets of texts, in which a fact
    /// has no place.
    pub(crate) fn role_arn(&self, reference: &RoleRef) -> Input<String> {
        match self.target(reference) {
            Some(Meant::Arn(given)) => Input::Known(given),
            Some(Meant::Member(key)) => match self.spec.roles.get(key) {
                Some(Member::Own(own)) => self.own_role_arn(key, own),
                Some(Member::External(name)) => self.filled(name).map(|name| {
                    if name.starts_with("arn:") {
                        name
                    } else {
                        self.place().global_arn("iam", &format!("role/{name}"))
                    }
                }),
                Some(Member::Veiled) | None => Input::Unknown,
            },
            None => Input::Unknown,
        }
    }

    /// The ARN of a role of this lake.
    pub(crate) fn own_role_arn(&self, key: &str, own: &role::spec::Role) -> Input<String> {
        let name = self.role_name(own, key);
        let arn = |role: String| self.place().global_arn("iam", &format!("role{role}"));
        Input::concat([&self.filled(&own.path), &name]).map(arn)
    }

    /// The database that is referred to.
    pub(crate) fn database(&self, reference: &DatabaseRef) -> TheDatabase {
        match self.target(reference) {
            Some(Meant::Arn(arn)) => self.database_of(&Input::Known(arn)),
            Some(Meant::Member(key)) => {
                let node = Some(NodeId::new("database", key));
                match self.spec.databases.get(key) {
                    Some(Member::External(name)) => {
                        TheDatabase { node, ..self.database_of(&self.filled(name)) }
                    }
                    Some(Member::Own(own)) => {
                        TheDatabase { catalog: self.catalog(), name: self.name(own.name.as_ref(), key), node }
                    }
                    _ => TheDatabase { catalog: self.catalog(), name: Input::Unknown, node },
                }
            }
            None => TheDatabase { catalog: self.catalog(), name: Input::Unknown, node: None },
        }
    }

    /// A database by its name or its ARN, `arn:aws:glue:eu-west-1:123456789012:database/sales`.
    pub(crate) fn database_of(&self, name: &Input<String>) -> TheDatabase {
        let parts = name.clone().map(|name| glue_arn(&name, "database/").unwrap_or((None, name)));
        let catalog = match &parts {
            Input::Known((Some(account), _)) => Input::Known(account.clone()),
            _ => self.catalog(),
        };
        TheDatabase { catalog, name: parts.map(|(_, name)| name), node: None }
    }

    /// The table that is referred to.
    pub(crate) fn table(&self, reference: &TableRef) -> TheTable {
        let unknown =
            |node| TheTable { catalog: self.catalog(), database: Input::Unknown, name: Input::Unknown, node };
        match self.target(reference) {
            Some(Meant::Arn(arn)) => self.table_of(&Input::Known(arn)),
            Some(Meant::Member(key)) => {
                let node = Some(NodeId::new("table", key));
                match self.spec.tables.get(key) {
                    Some(Member::External(name)) => TheTable { node, ..self.table_of(&self.filled(name)) },
                    Some(Member::Own(own)) => {
                        let database = self.database(&own.database);
                        TheTable {
                            catalog: database.catalog,
                            database: database.name,
                            name: self.name(own.name.as_ref(), key),
                            node,
                        }
                    }
                    _ => unknown(node),
                }
            }
            None => unknown(None),
        }
    }

    /// A table by its database and name, `sales/orders`, or by its ARN,
    /// `arn:aws:glue:eu-west-1:123456789012:table/sales/orders`.
    pub(crate) fn table_of(&self, name: &Input<String>) -> TheTable {
        let parts = name.clone().map(|name| {
            let (account, rest) = glue_arn(&name, "table/").unwrap_or((None, name));
            let (database, table) = rest.split_once('/').unwrap_or(("", &rest));
            (account, database.to_owned(), table.to_owned())
        });
        let catalog = match &parts {
            Input::Known((Some(account), ..)) => Input::Known(account.clone()),
            _ => self.catalog(),
        };
        TheTable {
            catalog,
            database: parts.clone().map(|(_, database, _)| database),
            name: parts.map(|(.., table)| table),
            node: None,
        }
    }

    /// The catalog of this lake: its account's.
    pub(crate) fn catalog(&self) -> Input<String> {
        Input::Known(self.scope.place.account.clone())
    }

    /// The tags of a member: the lake's, and its own, which win.
    pub(crate) fn tags(&self, own: &Tags) -> BTreeMap<String, Input<String>> {
        self.spec
            .tags
            .iter()
            .chain(own.iter())
            .map(|(key, value)| (key.clone(), value.input().clone()))
            .collect()
    }

    /// Put the lake's tags on a member's, told as JSON; its own win.
    pub(crate) fn put_tags(&self, own: &mut Value) {
        let mut tags: Map<_, _> =
            self.spec.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        tags.extend(own.as_object().cloned().unwrap_or_default());
        *own = Value::Object(tags);
    }

    /// The name of a member of a section; unknown while the member is veiled.
    fn of_member<T>(
        &self,
        section: &Section<T>,
        key: &str,
        own: impl FnOnce(&T) -> Input<String>,
        external: impl FnOnce(&str) -> String,
    ) -> Input<String> {
        match section.get(key) {
            Some(Member::Own(member)) => own(&member.settings),
            Some(Member::External(name)) => self.filled(name).map(|name| external(&name)),
            Some(Member::Veiled) | None => Input::Unknown,
        }
    }

    /// What a reference means, with templates filled in; `None` while that is unknown.
    fn target<'r>(&self, reference: &'r impl Word) -> Option<Meant<'r>> {
        Some(match reference.target()? {
            Target::Member(key) => Meant::Member(key),
            Target::Arn(arn) => Meant::Arn(self.fill(arn)),
        })
    }
}

impl convert::Names for Names<'_> {
    fn fill(&self, text: &str) -> String {
        Names::fill(self, text)
    }

    /// Every fact of a member is told by its node: those that follow from its settings are there when the plan is made.
    fn of_member(&self, section: &str, key: &str, fact: &str) -> (Value, Option<NodeId>) {
        match kinds::of_section(section) {
            Some(kind) => {
                let node = NodeId::new(kind, key);
                let told = Input::<String>::Fact { node: node.to_string(), name: fact.to_owned() };
                (json!(told), Some(node))
            }
            None => (json!(key), None),
        }
    }

    fn of_arn(&self, _section: &str, arn: &str, fact: &str) -> Value {
        json!(if fact == "arn" { arn } else { arn.rsplit([':', '/']).next().unwrap_or_default() })
    }
}

/// What a reference means, with its templates filled in.
enum Meant<'r> {
    Member(&'r str),
    Arn(String),
}

/// Whether a key of KMS is AWS's own for S3, which is what a KMS algorithm without a key means
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html>).
pub(crate) fn is_s3s_own(key: &str) -> bool {
    key == "alias/aws/s3" || key.ends_with(":alias/aws/s3")
}

/// The nodes among some that are members.
pub(crate) fn nodes<const N: usize>(some: [Option<NodeId>; N]) -> BTreeSet<NodeId> {
    some.into_iter().flatten().collect()
}

/// A text that may be left out; an empty one is left out, since AWS tells no difference.
pub(crate) fn given(word: Option<&impl Word>) -> Option<Input<String>> {
    word.map(|word| word.input().clone()).filter(|text| text.text() != Some(""))
}

/// The texts of a map.
pub(crate) fn inputs<K: Clone + Ord, W: Word>(words: &BTreeMap<K, W>) -> BTreeMap<K, Input<String>> {
    words.iter().map(|(key, word)| (key.clone(), word.input().clone())).collect()
}

/// What stands after the last `mark` of a text.
fn last(text: &str, mark: char) -> String {
    text.rsplit(mark).next().unwrap_or(text).to_owned()
}

/// The account and the resource's name, from the ARN of a Glue resource of one sort.
fn glue_arn(arn: &str, sort: &str) -> Option<(Option<String>, String)> {
    let mut parts = arn.strip_prefix("arn:")?.splitn(5, ':').skip(3);
    let account = parts.next()?.to_owned();
    let name = parts.next()?.strip_prefix(sort)?.to_owned();
    Some((Some(account).filter(|account| !account.is_empty()), name))
}
