//! Kinds that are data, as they are registered: [`Simple`] drives them, and what a section of the lake asks for follows from the
//! shape of its members.

use super::driver::Driver;
use crate::{
    LakeSpec,
    aws::Aws,
    cloud::Marked,
    contents::Held,
    diff::FieldChange,
    error::CloudError,
    expand::{
        Scope,
        members::{Wanted, nodes},
        names::Names,
    },
    graph::{Node, NodeId},
    inventory::{Facts, Sight},
    key::{Id, Key},
    kind::{Data, Kind, Refusal, Traits, Upserts},
    lint::{member, names},
    owner::{Marking, Owner, Worn},
    place::Place,
    policy::Need,
    settings::Settings,
    simple::{Simple, convert, shape},
};
use futures::future::BoxFuture;
use lake_api::{
    FieldPath, Finding,
    member::{self, Member, OnDelete, Own, Section},
    names::{ExternalName, MemberKey},
};
use serde_json::{Map, Value, json};
use std::{fmt, ops::Deref, sync::OnceLock};

/// A type whose values are the members of a section.
pub trait InLake: member::Settings + 'static {
    /// The section.
    fn section(spec: &LakeSpec) -> &Section<Self>;
}

/// What is wrong with the sense of a member's settings: the settings, their place, and where it is told.
pub type Sense = fn(&Value, &FieldPath, &mut Vec<Finding>);

/// Members of a section as a user would write them, in the words of the CRD.
#[derive(Clone, Copy)]
pub struct Examples {
    /// The least that makes sense: members called `small`.
    pub small: fn() -> Value,
    /// Every field: members called `full`, and `other` for what one argument excludes. What they refer to is called so, too.
    pub full: fn() -> Value,
}

/// The members of a section, their settings as JSON.
type Members = fn(&LakeSpec) -> Vec<(&MemberKey, Member<Value>)>;

/// A kind that is data, as it is registered.
pub struct SimpleKind {
    simple: Simple,
    members: Members,
    on_delete: OnDelete,
    names: names::Rule,
    sense: Sense,
    examples: Examples,
    traits: OnceLock<Traits>,
}

impl SimpleKind {
    /// A kind whose members are the values of a type, what AWS takes for their names, and examples of its section.
    #[must_use]
    pub(crate) const fn of<T: InLake>(simple: Simple, names: names::Rule, examples: Examples) -> Self {
        SimpleKind {
            simple: Simple { holds_data: T::HOLDS_DATA, ..simple },
            members: |spec| T::section(spec).iter().map(|(key, one)| (key, erased(one))).collect(),
            on_delete: T::ON_DELETE,
            names,
            sense: |_, _, _| {},
            examples,
            traits: OnceLock::new(),
        }
    }

    /// The same, of whose members some sense is to be told that neither the schema nor their names tell.
    #[must_use]
    pub const fn sense(mut self, sense: Sense) -> Self {
        self.sense = sense;
        self
    }

    /// Examples of its section, and the word of that.
    #[must_use]
    pub fn examples(&'static self) -> (&'static str, Examples) {
        (self.section, self.examples)
    }

    /// Whether settings make sense.
    #[cfg(test)]
    pub(crate) fn makes_sense(&self, settings: &Value) -> bool {
        let mut told = Vec::new();
        (self.sense)(settings, &FieldPath::root(), &mut told);
        told.is_empty()
    }

    fn field_of_name(&self) -> &'static str {
        self.keys().last().expect("a kind that is named has a key").name
    }

    /// Settings with every default in its place; the name is `{lake}-{key}` where none is given.
    fn wanted(&self, key: &MemberKey, own: &Value, names: &Names<'_>) -> Wanted<Settings> {
        let mut settings = own.clone();
        if settings[self.field_of_name()].is_null() {
            settings[self.field_of_name()] = json!(names::default(key));
        }
        if let Some(tags) = self.tags_field() {
            names.put_tags(&mut settings[tags.name]);
        }
        let after = convert::resolve(self.simple.shape, &mut settings, names);
        let secret = self.simple.secret().into_iter().filter_map(|path| path.parse().ok());
        Wanted {
            settings: Settings::new(self.simple.name, self.simple.complete(&settings)),
            after,
            secret: secret.collect(),
            aliases: crate::aliases::Aliases::default(),
        }
    }

    /// What is somebody else's is found by its name, which the last part of an ARN is.
    fn external(&self, name: &ExternalName, names: &Names<'_>) -> Settings {
        let last = |name: String| self.names.name_in(&name).unwrap_or(name);
        let mut settings = Map::new();
        settings.insert(self.field_of_name().to_owned(), json!(names.filled(name).map(last)));
        Settings::new(self.simple.name, self.simple.complete(&Value::Object(settings)))
    }
}

/// A member whose settings are JSON.
fn erased<T: member::Settings>(one: &Member<T>) -> Member<Value> {
    match one {
        Member::Own(own) => {
            Member::Own(Own { settings: shape::json(&own.settings), custody: own.custody.clone() })
        }
        Member::External(name) => Member::External(name.clone()),
        Member::Veiled => Member::Veiled,
    }
}

impl Deref for SimpleKind {
    type Target = Simple;

    fn deref(&self) -> &Simple {
        &self.simple
    }
}

impl fmt::Debug for SimpleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.simple.name)
    }
}

/// A list that is made once, when the kind is asked for the first time.
fn kept<T>(list: Vec<T>) -> &'static [T] {
    list.leak()
}

fn texts(list: Vec<String>) -> &'static [&'static str] {
    kept(list.into_iter().map(|text| &*text.leak()).collect())
}

impl Kind for SimpleKind {
    fn traits(&'static self) -> &'static Traits {
        let Simple { name, birth, holds_data, global, upserts, replace, goes_before, schema, .. } =
            self.simple;
        let left = |(path, reason): (String, _)| (&*path.leak(), reason);
        self.traits.get_or_init(|| Traits {
            name,
            facts: kept(self.fact_names()),
            fixed: texts(self.fixed()),
            left_to_aws: kept(self.left_to_aws().into_iter().map(left).collect()),
            unread: texts(self.unread()),
            shared: &[],
            secret: texts(self.secret()),
            wears: self.wears(),
            birth,
            holds_data,
            global,
            upserts: if upserts { Upserts::Everywhere } else { Upserts::Nowhere },
            replace,
            goes_before,
            schema,
        })
    }

    fn settings(&self, json: Value) -> Result<Value, serde_json::Error> {
        Ok(self.complete(&json))
    }

    fn is_id(&self, id: &Id) -> bool {
        match id {
            Id::Text(_) => self.keys().count() == 1,
            Id::Words(words) => self.keys().map(|field| field.name).eq(words.keys()),
        }
    }

    fn id(&self, settings: &Value, place: &Place) -> Option<Id> {
        serde_json::from_value(self.key(settings, place)?).ok()
    }

    fn predict(&self, settings: &Value, place: &Place) -> Facts {
        self.simple.predict(settings, place)
    }

    fn refused(&self, _settings: &Value, _place: &Place) -> Option<Refusal> {
        None
    }

    fn hangs_on(&self, _id: &Id) -> Option<Key> {
        None
    }
}

impl Driver for SimpleKind {
    fn lint(&self, spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
        let members = (self.members)(spec);
        let name = self.field_of_name();
        let names = names::Names::of(spec, lake);
        names.all(&self.names, members.iter().map(|(key, one)| (key.as_str(), one)), told, |key, own| {
            let name = match &own[name] {
                Value::Null => Some(names::default(key)),
                said => said.as_str().map(str::to_owned),
            };
            (String::new(), name)
        });
        for (key, own) in members.iter().filter_map(|(key, one)| Some((key, one.own()?))) {
            (self.sense)(&own.settings, &member(self.section, key), told);
        }
    }

    fn names(&self) -> Option<&names::Rule> {
        Some(&self.names)
    }

    fn small(&self) -> Value {
        (self.examples.small)()
    }

    fn expand(&self, spec: &LakeSpec, scope: &Scope) -> Vec<(NodeId, Node)> {
        let names = Names::new(spec, scope);
        let members = (self.members)(spec);
        let members = members.iter().map(|(key, one)| (*key, one));
        let own = |key: &MemberKey, own: &Own<Value>| self.wanted(key, &own.settings, &names);
        let section = FieldPath::root().field(self.section);
        nodes(self.name, &section, self.on_delete, members, own, |name| self.external(name, &names))
    }

    fn needs(&self, settings: &Value, place: &Place) -> Vec<Need> {
        self.simple.needs(settings, place)
    }

    fn lists(&self) -> &'static [&'static str] {
        &[]
    }

    fn id_of_arn(&self, arn: &str, place: &Place) -> Option<Id> {
        serde_json::from_value(self.key_of_arn(arn, place)?).ok()
    }

    fn read<'a>(&'a self, aws: &'a Aws, ids: &'a [Id]) -> BoxFuture<'a, Vec<Sight<Value>>> {
        Box::pin(async move {
            let ids: Vec<Value> = ids.iter().map(shape::json).collect();
            self.simple.read(aws, &ids).await
        })
    }

    /// A look tells it.
    fn births<'a>(
        &'a self,
        _aws: &'a Aws,
        _ids: &'a [Id],
    ) -> BoxFuture<'a, Result<Vec<(Id, String)>, CloudError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn worn<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
    ) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(async move { self.simple.worn(aws, &shape::json(id)).await })
    }

    fn create<'a>(
        &'a self,
        aws: &'a Aws,
        settings: &'a Value,
        mark: &'a Worn,
    ) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { self.simple.create(settings, aws, mark).await })
    }

    fn update<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
        settings: &'a Value,
        changes: &'a [FieldChange],
    ) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { self.simple.update(settings, aws, &shape::json(id), changes).await })
    }

    fn mark<'a>(
        &'a self,
        aws: &'a Aws,
        id: &'a Id,
        marking: &'a Marking,
    ) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { self.simple.mark(aws, &shape::json(id), marking).await })
    }

    fn held<'a>(&'a self, _aws: &'a Aws, _id: &'a Id) -> BoxFuture<'a, Result<Option<Held>, CloudError>> {
        Box::pin(async { Ok(None) })
    }

    fn delete<'a>(&'a self, aws: &'a Aws, id: &'a Id, data: Data) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(async move { self.simple.delete(aws, &shape::json(id), data).await })
    }

    fn leftovers<'a>(
        &'a self,
        aws: &'a Aws,
        owner: &'a Owner,
        _parents: &'a [Key],
    ) -> BoxFuture<'a, Result<Marked<Id>, CloudError>> {
        Box::pin(async move {
            let listed = self.simple.leftovers(aws, owner).await?;
            let id = |(id, worn)| Some((serde_json::from_value(id).ok()?, worn));
            Ok(listed.into_iter().filter_map(id).collect())
        })
    }
}
