//! What one registration line makes of a kind: its variants and its dispatch.

macro_rules! kinds {
    ($($module:ident :: $Kind:ident),+ $(,)?) => {
        $(pub mod $module;)+
        $(pub use $module::$Kind;)+

        use crate::{LakeSpec, aws::Aws, cloud::{Cloud, Listed, Marked, Write}, contents::Held, diff::FieldChange, error::CloudError, graph::{Graph, NodeId}, inventory::{Facts, Sight}, kind::{Kind, Replace, Scope, Wears}, owner::{Marking, Owner, Worn}, place::Place};
        use futures::future::BoxFuture;
        use serde::{Deserialize, Serialize};
        use std::collections::BTreeMap;

        /// The settings of one resource, of whatever kind.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "camelCase")]
        pub enum Settings {
            $(#[doc = concat!("The settings of a [`", stringify!($Kind), "`].")] $Kind(Box<$Kind>)),+
        }

        $(impl From<$Kind> for Settings {
            fn from(settings: $Kind) -> Self {
                Settings::$Kind(Box::new(settings))
            }
        })+

        /// What addresses one resource on AWS, of whatever kind.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum Key {
            $(#[doc = concat!("The key of a [`", stringify!($Kind), "`].")] $Kind(<$Kind as Kind>::Key)),+
        }

        /// What is true of a kind as such.
        #[derive(Clone, Copy, Debug)]
        pub struct Traits {
            /// The kind's word.
            pub name: &'static str,
            /// The facts it can tell.
            pub facts: &'static [&'static str],
            /// Fields that AWS will not change in place, `[]` for any entry of a list: see `FieldChange::touches_any`.
            pub fixed: &'static [&'static str],
            /// Paths left to AWS, each with its reason.
            pub left_to_aws: &'static [(&'static str, &'static str)],
            /// Paths that are written and never read back.
            pub unread: &'static [&'static str],
            /// Maps into which others write too.
            pub shared: &'static [&'static str],
            /// Paths at or below which a spec can keep a value secret.
            pub secret: &'static [&'static str],
            /// Where it wears its mark.
            pub wears: Wears,
            /// AWS's word for what it sets once, when the resource is made, where a look tells it.
            pub birth: Option<&'static str>,
            /// Whether it holds a user's data.
            pub holds_data: bool,
            /// Whether there is one of a name for all regions.
            pub global: bool,
            /// Regions in which AWS answers a create with success although the name exists already.
            pub upserts_in: &'static [&'static str],
            /// The order of its replacement under another key.
            pub replace: Replace,
            /// Kinds that are deleted only after this one is gone.
            pub goes_before: &'static [&'static str],
            /// The JSON schema of its settings.
            pub schema: fn() -> schemars::Schema,
        }

        /// Every registered kind, by name.
        pub const ALL: &[Traits] = &[$(Traits {
            name: <$Kind as Kind>::NAME,
            facts: <$Kind as Kind>::FACTS,
            fixed: <$Kind as Kind>::FIXED,
            left_to_aws: <$Kind as Kind>::LEFT_TO_AWS,
            unread: <$Kind as Kind>::UNREAD,
            shared: <$Kind as Kind>::SHARED,
            secret: <$Kind as Kind>::SECRET,
            wears: <$Kind as Kind>::WEARS,
            birth: <$Kind as Kind>::BIRTH,
            holds_data: <$Kind as Kind>::HOLDS_DATA,
            global: <$Kind as Kind>::GLOBAL,
            upserts_in: <$Kind as Kind>::UPSERTS_IN,
            replace: <$Kind as Kind>::REPLACE,
            goes_before: <$Kind as Kind>::GOES_BEFORE,
            schema: || schemars::schema_for!($Kind),
        }),+];

        /// The calls by which each kind lists what there is of it.
        pub(crate) const LISTINGS: &[&[&str]] = &[$(<$Kind as Kind>::LISTS),+];

        /// What is true of the kind of this name.
        #[must_use]
        pub fn traits(name: &str) -> Option<&'static Traits> {
            ALL.iter().find(|kind| kind.name == name)
        }

        /// What is wrong with the sense of each kind's section, for a lake of this name.
        pub(crate) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<lake_api::Finding>) {
            $(<$Kind as Kind>::lint(spec, lake, told);)+
        }

        /// All nodes that a spec asks for.
        pub(crate) fn expand(spec: &LakeSpec, scope: &Scope) -> Graph {
            let mut graph = Graph::new();
            $(graph.extend(<$Kind as Kind>::expand(spec, scope));)+
            graph
        }

        impl Settings {
            /// The word of the kind.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Settings::$Kind(_) => <$Kind as Kind>::NAME),+ }
            }

            /// What is true of the kind.
            #[must_use]
            pub fn traits(&self) -> &'static Traits {
                traits(self.kind()).expect("every variant is registered")
            }

            /// The key, or `None` while a part of it is not known.
            #[must_use]
            pub fn key(&self, place: &Place) -> Option<Key> {
                match self { $(Settings::$Kind(it) => it.key(place).map(Key::$Kind)),+ }
            }

            /// The facts that follow from the settings alone.
            #[must_use]
            pub fn predict(&self, place: &Place) -> Facts {
                match self { $(Settings::$Kind(it) => it.predict(place)),+ }
            }

            /// Why AWS would refuse these settings whatever there is, and what to do.
            #[must_use]
            pub fn refused(&self, place: &Place) -> Option<crate::kind::Refusal> {
                match self { $(Settings::$Kind(it) => it.refused(place)),+ }
            }

            /// What it needs of whoever drives it.
            #[must_use]
            pub fn needs(&self, place: &Place) -> Vec<crate::policy::Need> {
                match self { $(Settings::$Kind(it) => it.needs(place)),+ }
            }

            /// The settings as JSON, without the kind's word.
            #[must_use]
            pub fn to_json(&self) -> serde_json::Value {
                match self {
                    $(Settings::$Kind(it) => serde_json::to_value(it).expect("settings are plain data")),+
                }
            }

            /// Settings of a kind from JSON without the kind's word.
            ///
            /// # Errors
            /// When no kind of that name is registered, or the JSON is not its settings.
            pub fn from_json(kind: &str, json: serde_json::Value) -> Result<Self, serde_json::Error> {
                match kind {
                    $(<$Kind as Kind>::NAME => serde_json::from_value(json).map(Settings::$Kind),)+
                    other => Err(serde::de::Error::custom(format!("no kind {other}"))),
                }
            }
        }

        impl Key {
            /// The word of the kind.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Key::$Kind(_) => <$Kind as Kind>::NAME),+ }
            }

            /// What is true of the kind.
            #[must_use]
            pub fn traits(&self) -> &'static Traits {
                traits(self.kind()).expect("every variant is registered")
            }

            /// The resource on which one hangs that can wear no mark, or that has no birth of its own.
            #[must_use]
            pub fn hangs_on(&self) -> Option<Key> {
                match self { $(Key::$Kind(key) => <$Kind as Kind>::hangs_on(key)),+ }
            }

            /// The key of a resource, from its ARN as the tagging API lists it.
            #[must_use]
            pub fn of_arn(arn: &str, place: &Place) -> Option<Key> {
                None$(.or_else(|| <$Kind as Kind>::key_of_arn(arn, place).map(Key::$Kind)))+
            }
        }

        impl std::fmt::Display for Key {
            /// The words of the key, from the outermost to the innermost: `123456789012.lake.events`.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&register::spell(&serde_json::to_value(self).expect("keys are plain data")))
            }
        }

        /// When some resources were made, where a list tells it.
        async fn births(aws: &Aws, keys: &[Key]) -> Result<BTreeMap<Key, String>, CloudError> {
            let mut told = BTreeMap::new();
            $({
                let keys: Vec<<$Kind as Kind>::Key> = keys.iter().filter_map(|key| match key {
                    Key::$Kind(key) => Some(key.clone()),
                    _ => None,
                }).collect();
                if !keys.is_empty() {
                    let births = <$Kind as Kind>::births(aws, &keys).await?;
                    told.extend(births.into_iter().map(|(key, birth)| (Key::$Kind(key), birth)));
                }
            })+
            Ok(told)
        }

        /// What a resource holds that goes with it when it is emptied.
        async fn held(aws: &Aws, key: &Key) -> Result<Option<Held>, CloudError> {
            match key { $(Key::$Kind(key) => <$Kind as Kind>::held(aws, key).await),+ }
        }

        /// The mark that a resource wears now.
        async fn worn(aws: &Aws, key: &Key) -> Result<Option<Option<Worn>>, CloudError> {
            match key { $(Key::$Kind(key) => <$Kind as Kind>::worn(aws, key).await),+ }
        }

        /// Look at the keys of each kind together, the kinds side by side.
        async fn read(aws: &Aws, keys: Vec<Key>) -> Vec<(Key, Sight<Settings>)> {
            let readings: Vec<BoxFuture<'_, Vec<(Key, Sight<Settings>)>>> = vec![$({
                let keys: Vec<<$Kind as Kind>::Key> = keys.iter().filter_map(|key| match key {
                    Key::$Kind(key) => Some(key.clone()),
                    _ => None,
                }).collect();
                Box::pin(async move {
                    if keys.is_empty() {
                        return Vec::new();
                    }
                    let sights = <$Kind as Kind>::read(aws, &keys).await;
                    debug_assert_eq!(sights.len(), keys.len(), "every key is answered");
                    keys.into_iter().map(Key::$Kind).zip(sights.into_iter().map(|s| s.map(Settings::from))).collect()
                })
            }),+];
            futures::future::join_all(readings).await.into_iter().flatten().collect()
        }

        async fn create(settings: &Settings, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
            match settings { $(Settings::$Kind(it) => it.create(aws, mark).await),+ }
        }

        async fn update(
            settings: &Settings,
            aws: &Aws,
            key: &Key,
            changes: &[FieldChange],
        ) -> Result<(), CloudError> {
            match (settings, key) {
                $((Settings::$Kind(it), Key::$Kind(key)) => it.update(aws, key, changes).await,)+
                _ => unreachable!("a key and settings of two kinds"),
            }
        }

        async fn mark(aws: &Aws, key: &Key, marking: &Marking) -> Result<(), CloudError> {
            match key { $(Key::$Kind(key) => <$Kind as Kind>::mark(aws, key, marking).await),+ }
        }

        async fn delete(aws: &Aws, key: &Key, data: crate::kind::Data) -> Result<(), CloudError> {
            match key { $(Key::$Kind(key) => <$Kind as Kind>::delete(aws, key, data).await),+ }
        }

        /// What each kind lists of itself, the kinds side by side.
        async fn leftovers(aws: &Aws, owner: &Owner, parents: &[Key]) -> Vec<Result<Marked<Key>, CloudError>> {
            let lists: Vec<BoxFuture<'_, Result<Marked<Key>, CloudError>>> = vec![$(Box::pin(async move {
                let listed = <$Kind as Kind>::leftovers(aws, owner, parents).await?;
                Ok(listed.into_iter().map(|(key, worn)| (Key::$Kind(key), worn)).collect())
            })),+];
            futures::future::join_all(lists).await
        }

        impl Cloud for Aws {
            fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
                Box::pin(read(self, keys))
            }

            fn births<'a>(
                &'a self,
                keys: &'a [Key],
            ) -> BoxFuture<'a, Result<BTreeMap<Key, String>, CloudError>> {
                Box::pin(births(self, keys))
            }

            fn held<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
                Box::pin(held(self, key))
            }

            fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
                Box::pin(worn(self, key))
            }

            fn write<'a>(&'a self, _node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
                Box::pin(async move {
                    match write {
                        Write::Create { settings, mark } => create(&settings, self, &mark).await,
                        Write::Update { key, settings, changes } => update(&settings, self, &key, &changes).await,
                        Write::Mark { key, marking } => mark(self, &key, &marking).await,
                        Write::Delete { key, data } => delete(self, &key, data).await,
                    }
                })
            }

            fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
                Box::pin(async move {
                    let tagged = crate::aws::tagged(self, owner);
                    let (tagged, lists) = futures::future::join(tagged, leftovers(self, owner, parents)).await;
                    let mut all = Listed::default();
                    for list in std::iter::once(tagged).chain(lists) {
                        match list {
                            Ok(listed) => all.marked.extend(listed),
                            Err(error) => all.failed.push(error),
                        }
                    }
                    all
                })
            }
        }
    };
}
pub(super) use kinds;

/// The texts in a value, in its order, with dots between.
pub(super) fn spell(value: &serde_json::Value) -> String {
    fn collect<'v>(value: &'v serde_json::Value, words: &mut Vec<&'v str>) {
        match value {
            serde_json::Value::String(word) => words.push(word),
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
            serde_json::Value::Object(fields) => fields.values().for_each(|field| collect(field, words)),
            _ => {}
        }
    }
    let mut words = Vec::new();
    collect(value, &mut words);
    words.join(".")
}
