//! Kinds whose calls are written by hand: typed within, and JSON at their edge.

use super::driver::Driver;
use crate::{
    LakeSpec,
    aws::Aws,
    cloud::Marked,
    contents::Held,
    diff::FieldChange,
    error::CloudError,
    expand::Scope,
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    key::{Id, Key},
    kind::{Data, Kind, Refusal, Replace, Traits, Upserts, Wears},
    lint::names,
    owner::{Marking, Owner, Worn},
    place::Place,
    policy::Need,
    settings::Settings,
};
use futures::future::BoxFuture;
use lake_api::Finding;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{any::type_name, fmt, fmt::Debug, future::Future, marker::PhantomData};

/// The settings of a kind whose calls are written by hand: what a user decides, in the user's words, with every default
/// filled in and *off* as `None`. What the words mean: [`Traits`], [`Kind`] and [`Driver`].
pub trait Typed:
    Serialize + DeserializeOwned + JsonSchema + Clone + Debug + PartialEq + Send + Sync + 'static
{
    /// What the kind finds a resource by: a text, or a structure of texts.
    type Key: Clone + Debug + Ord + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The kind's word.
    const NAME: &'static str;
    /// The facts it can tell.
    const FACTS: &'static [&'static str];
    /// Fields that AWS will not change in place.
    const FIXED: &'static [&'static str];
    /// Paths that are left to AWS.
    const LEFT_TO_AWS: &'static [(&'static str, &'static str)] = &[];
    /// Paths that are written and never read back.
    const UNREAD: &'static [&'static str] = &[];
    /// Paths of maps into which others write too.
    const SHARED: &'static [&'static str] = &[];
    /// Paths at or below which a spec can keep a value secret.
    const SECRET: &'static [&'static str] = &[];
    /// Where it wears its mark.
    const WEARS: Wears;
    /// AWS's word for what it sets once, when the resource is made.
    const BIRTH: Option<&'static str> = None;
    /// Whether it holds a user's data.
    const HOLDS_DATA: bool;
    /// Whether there is one of a name for all regions.
    const GLOBAL: bool = false;
    /// Where AWS answers a create with success although the name exists already.
    const UPSERTS: Upserts = Upserts::Nowhere;
    /// The order of a replacement under another key.
    const REPLACE: Replace = Replace::CreateFirst;
    /// Kinds that are deleted only after this one is gone.
    const GOES_BEFORE: &'static [&'static str];
    /// Calls that list what there is of this kind.
    const LISTS: &'static [&'static str] = &[];
    /// What AWS takes for the names of its members.
    const NAMES: Option<&'static names::Rule>;

    /// The least that makes sense as members of its section, called `small`.
    fn small() -> Value;

    /// What is wrong with the sense of the kind's own section.
    fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>);

    /// The nodes that the kind's own section of the spec asks for.
    fn expand(spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)>;

    /// What it is found by, or `None` while a part of that is not known.
    fn key(&self, place: &Place) -> Option<Self::Key>;

    /// The facts that follow from the settings alone.
    fn predict(&self, place: &Place) -> Facts;

    /// Why AWS would refuse these settings whatever there is.
    fn refused(&self, _place: &Place) -> Option<Refusal> {
        None
    }

    /// What it needs of whoever drives it.
    fn needs(&self, place: &Place) -> Vec<Need>;

    /// The resource on which one hangs.
    fn hangs_on(_key: &Self::Key) -> Option<Key> {
        None
    }

    /// The key of a resource of this kind, from its ARN.
    fn key_of_arn(_arn: &str, _place: &Place) -> Option<Self::Key> {
        None
    }

    /// Look at many at once; answers in the order of the keys.
    fn read(aws: &Aws, keys: &[Self::Key]) -> impl Future<Output = Vec<Sight<Self>>> + Send;

    /// When resources were made, where a look does not tell it.
    fn births(
        _aws: &Aws,
        _keys: &[Self::Key],
    ) -> impl Future<Output = Result<Vec<(Self::Key, String)>, CloudError>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The mark that a resource wears now.
    fn worn(
        aws: &Aws,
        key: &Self::Key,
    ) -> impl Future<Output = Result<Option<Option<Worn>>, CloudError>> + Send;

    /// Make it.
    fn create(&self, aws: &Aws, mark: &Worn) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// Change what differs.
    fn update(
        &self,
        aws: &Aws,
        key: &Self::Key,
        changes: &[FieldChange],
    ) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// Put another mark on, or take it off.
    fn mark(
        aws: &Aws,
        key: &Self::Key,
        marking: &Marking,
    ) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// What it holds that goes with it when it is emptied.
    fn held(_aws: &Aws, _key: &Self::Key) -> impl Future<Output = Result<Option<Held>, CloudError>> + Send {
        async { Ok(None) }
    }

    /// Delete it.
    fn delete(aws: &Aws, key: &Self::Key, data: Data) -> impl Future<Output = Result<(), CloudError>> + Send;

    /// What wears this owner's mark and the tagging API does not list.
    fn leftovers(
        _aws: &Aws,
        _owner: &Owner,
        _parents: &[Key],
    ) -> impl Future<Output = Result<Marked<Self::Key>, CloudError>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The settings as the engine holds them.
    #[must_use]
    fn erased(&self) -> Settings {
        Settings::new(Self::NAME, to_json(self))
    }

    /// Settings that are of this kind, typed.
    #[must_use]
    fn typed(settings: &Settings) -> Option<Self> {
        (settings.kind() == Self::NAME).then(|| parse(settings.json()))
    }

    /// A key as the engine holds it.
    #[must_use]
    fn erased_key(key: &Self::Key) -> Key {
        Key::new(Self::NAME, id(key))
    }

    /// A key that is of this kind, typed.
    #[must_use]
    fn typed_key(key: &Key) -> Option<Self::Key> {
        (key.kind() == Self::NAME).then(|| self::key(key.id()))
    }
}

/// The one value of a typed kind, as it is registered.
pub struct Erased<T>(PhantomData<fn() -> T>);

impl<T: Typed> Erased<T> {
    /// The value.
    pub const KIND: Self = Erased(PhantomData);

    const TRAITS: Traits = Traits {
        name: T::NAME,
        facts: T::FACTS,
        fixed: T::FIXED,
        left_to_aws: T::LEFT_TO_AWS,
        unread: T::UNREAD,
        shared: T::SHARED,
        secret: T::SECRET,
        wears: T::WEARS,
        birth: T::BIRTH,
        holds_data: T::HOLDS_DATA,
        global: T::GLOBAL,
        upserts: T::UPSERTS,
        replace: T::REPLACE,
        goes_before: T::GOES_BEFORE,
        schema: || schemars::schema_for!(T),
    };
}

impl<T> Debug for Erased<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<T>())
    }
}

/// Settings that the kind itself has spelt, typed again.
fn parse<T: DeserializeOwned>(settings: &Value) -> T {
    T::deserialize(settings).unwrap_or_else(|why| unreachable!("{} as it spells it: {why}", type_name::<T>()))
}

/// An id that the kind itself has spelt, typed again.
fn key<K: DeserializeOwned>(id: &Id) -> K {
    parse(&to_json(id))
}

fn to_json(plain: &impl Serialize) -> Value {
    serde_json::to_value(plain).expect("settings and keys are plain data")
}

fn id(key: &impl Serialize) -> Id {
    serde_json::from_value(to_json(key)).expect("a key is a text or a structure of texts")
}

impl<T: Typed> Kind for Erased<T> {
    fn traits(&'static self) -> &'static Traits {
        const { &Self::TRAITS }
    }

    fn settings(&self, json: Value) -> Result<Value, serde_json::Error> {
        Ok(to_json(&serde_json::from_value::<T>(json)?))
    }

    fn is_id(&self, id: &Id) -> bool {
        serde_json::from_value::<T::Key>(to_json(id)).is_ok()
    }

    fn id(&self, settings: &Value, place: &Place) -> Option<Id> {
        parse::<T>(settings).key(place).map(|key| id(&key))
    }

    fn predict(&self, settings: &Value, place: &Place) -> Facts {
        parse::<T>(settings).predict(place)
    }

    fn refused(&self, settings: &Value, place: &Place) -> Option<Refusal> {
        parse::<T>(settings).refused(place)
    }

    fn hangs_on(&self, id: &Id) -> Option<Key> {
        T::hangs_on(&key(id))
    }
}

impl<T: Typed> Driver for Erased<T> {
    fn lint(&self, spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        T::lint(spec, lake, told);
    }

    fn names(&self) -> Option<&names::Rule> {
        T::NAMES
    }

    fn small(&self) -> Value {
        T::small()
    }

    fn expand(&self, spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        T::expand(spec, scope)
    }

    fn needs(&self, settings: &Value, place: &Place) -> Vec<Need> {
        parse::<T>(settings).needs(place)
    }

    fn lists(&self) -> &'static [&'static str] {
        T::LISTS
    }

    fn id_of_arn(&self, arn: &str, place: &Place) -> Option<Id> {
        T::key_of_arn(arn, place).map(|key| id(&key))
    }

    fn read<'a>(&'a self, aws: &'a Aws, ids: &'a [Id]) -> BoxFuture<'a, Vec<Sight<Value>>> {
        Box::pin(async move {
            let keys: Vec<T::Key> = ids.iter().map(key).collect();
            let sights = T::read(aws, &keys).await;
            debug_assert_eq!(sights.len(), keys.len(), "every key is answered");
            sights.into_iter().map(|sight| sight.map(|settings| to_json(&settings))).collect()
        })
    }

    fn births<'a>(
        &'a self,
        aws: &'a Aws,
        ids: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<(Id, String)>, CloudError>> {
        Box::pin(async move {
            let keys: Vec<T::Key> = ids.iter().map(key).collect();
            let births = T::births(aws, &keys).await?;
            Ok(births.into_iter().map(|(key, birth)| (id(&key), birth)).collect())
        })
    }

    fn worn<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
    ) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(async move { T::worn(aws, &key(id)).await })
    }

    fn create<'a>(
        &'a self,
        aws: &'a Aws,
        settings: &'a Value,
        mark: &'a Worn,
    ) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { parse::<T>(settings).create(aws, mark).await })
    }

    fn update<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
        settings: &'a Value,
        changes: &'a [FieldChange],
    ) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { parse::<T>(settings).update(aws, &key(id), changes).await })
    }

    fn mark<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
        marking: &'a Marking,
    ) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { T::mark(aws, &key(id), marking).await })
    }

    fn held<'a>(&'a self, aws: &'a Aws, id: &'a Id) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        Box::pin(async move { T::held(aws, &key(id)).await })
    }

    fn delete<'a>(&'a self, aws: &'a Aws, id: &'a Id, data: Data) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { T::delete(aws, &key(id), data).await })
    }

    fn leftovers<'a>(
        &'a self,
        aws: &'a Aws,
        owner: &'a Owner,
        parents: &'a [Key],
    ) -> BoxFuture<'a, Result<Marked<Id>, CloudError>> {
        Box::pin(async move {
            let listed = T::leftovers(aws, owner, parents).await?;
            Ok(listed.into_iter().map(|(key, worn)| (id(&key), worn)).collect())
        })
    }
}
