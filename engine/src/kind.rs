//! A kind of AWS resource as a value: what graph, plan, record and rounds must know of it. Nothing here calls AWS.

use crate::{
    inventory::Facts,
    key::{Id, Key},
    place::Place,
    settings::Settings,
};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Debug};

/// Where a kind wears its ownership mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wears {
    /// As tags.
    Tags,
    /// As parameters (Glue tables take no tags) or metadata (S3 objects), which the tagging API does not list.
    Parameters,
    /// Nowhere: it belongs to what it hangs on, or to whom the record says.
    Nothing,
}

/// The order of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// The successor is made first, and the old one goes only once it stands.
    CreateFirst,
    /// The old one must go before its successor can be made: they share a key, or AWS lets no two stand at once.
    DeleteFirst,
}

/// What to do with the data of a resource that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// Delete only what is empty; AWS refuses otherwise.
    Keep,
    /// Empty it, then delete it (`onDelete: Empty`).
    Empty,
}

/// Why AWS would refuse some settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The fields of the member that say it, of which one may say all.
    pub fields: &'static [&'static str],
    /// What is wrong with them.
    pub why: String,
    /// What to do.
    pub remedy: String,
}

/// Where AWS answers a create with success although the name exists already.
#[derive(Clone, Copy, Debug)]
pub enum Upserts {
    /// Nowhere: it refuses.
    Nowhere,
    /// In these regions.
    In(&'static [&'static str]),
    /// Everywhere: what creates is what changes.
    Everywhere,
}

impl Upserts {
    /// Whether it does so in a region.
    #[must_use]
    pub fn reach(self, region: &str) -> bool {
        match self {
            Upserts::Nowhere => false,
            Upserts::In(regions) => regions.contains(&region),
            Upserts::Everywhere => true,
        }
    }
}

/// What is true of a kind as such.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    /// The kind's word, `bucket`.
    pub name: &'static str,
    /// The facts it can tell, `arn`.
    pub facts: &'static [&'static str],
    /// Fields that AWS will not change in place, as paths below the settings, `[]` for any entry of a list:
    /// `partitionKeys[].name`.
    pub fixed: &'static [&'static str],
    /// Paths left to AWS, each with its reason.
    pub left_to_aws: &'static [(&'static str, &'static str)],
    /// Paths that are written and never read back, so that they are not compared: what hangs on them is told by another
    /// field, as an object's content is by its digest.
    pub unread: &'static [&'static str],
    /// Paths of maps into which others write too: only entries that are wanted, or were ours, are compared.
    pub shared: &'static [&'static str],
    /// Paths at or below which a spec can keep a value secret: `arguments`.
    pub secret: &'static [&'static str],
    /// Where it wears its mark.
    pub wears: Wears,
    /// AWS's word for what it sets once, when the resource is made, where a look tells it: two resources of one key differ in
    /// it.
    pub birth: Option<&'static str>,
    /// Whether it holds a user's data: then it is never replaced.
    pub holds_data: bool,
    /// Whether there is one of a name for all regions: its mark says the region of its lake.
    pub global: bool,
    /// Where AWS answers a create with success although the name exists already.
    pub upserts: Upserts,
    /// The order of a replacement under another key: `DeleteFirst` only where AWS lets no two stand at once, whatever their
    /// keys. Under one key the old one always goes first.
    pub replace: Replace,
    /// Kinds that are deleted only after this one is gone.
    pub goes_before: &'static [&'static str],
    /// The JSON schema of its settings.
    pub schema: fn() -> schemars::Schema,
}

/// A kind of AWS resource, as far as it is pure.
pub trait Kind: Debug + Sync {
    /// What is true of it as such.
    fn traits(&'static self) -> &'static Traits;

    /// Settings as the kind spells them: defaults filled in, sets in their order, and nothing said of what is off.
    ///
    /// # Errors
    /// When the JSON is no such settings.
    fn settings(&self, json: Value) -> Result<Value, serde_json::Error>;

    /// Whether an id is one of this kind, as this release spells them.
    fn is_id(&self, id: &Id) -> bool;

    /// The id of a resource with these settings, or `None` while a part of it is not known.
    fn id(&self, settings: &Value, place: &Place) -> Option<Id>;

    /// The facts that follow from the settings alone.
    fn predict(&self, settings: &Value, place: &Place) -> Facts;

    /// Why AWS would refuse these settings whatever there is, as far as they are known, and what to do: a policy that is
    /// too large once it is compiled.
    fn refused(&self, settings: &Value, place: &Place) -> Option<Refusal>;

    /// The resource on which one hangs that can wear no mark, or that has no birth of its own: a filter's table, an
    /// object's bucket.
    fn hangs_on(&self, id: &Id) -> Option<Key>;
}

/// The kinds that there are. Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Kinds(&'static [&'static dyn Kind]);

impl Kinds {
    /// These kinds, each with a word of its own.
    #[must_use]
    pub const fn new(all: &'static [&'static dyn Kind]) -> Self {
        Kinds(all)
    }

    /// What is true of each kind, in the order of registration.
    pub fn all(self) -> impl Iterator<Item = &'static Traits> + Clone {
        self.0.iter().map(|kind| kind.traits())
    }

    /// The kind of a word.
    #[must_use]
    pub fn named(self, word: &str) -> Option<&'static dyn Kind> {
        self.0.iter().copied().find(|kind| kind.traits().name == word)
    }

    /// What is true of the kind of a word.
    #[must_use]
    pub fn traits(self, word: &str) -> Option<&'static Traits> {
        self.named(word).map(Kind::traits)
    }

    /// What is true of the kind of a key.
    #[must_use]
    pub fn of(self, key: &Key) -> &'static Traits {
        self.kind_of(key.kind()).traits()
    }

    /// Whether a key is one of a kind that there is, as that kind spells it.
    #[must_use]
    pub fn knows(self, key: &Key) -> bool {
        self.named(key.kind()).is_some_and(|kind| kind.is_id(key.id()))
    }

    /// The resource on which one hangs that can wear no mark, or that has no birth of its own.
    #[must_use]
    pub fn hangs_on(self, key: &Key) -> Option<Key> {
        self.kind_of(key.kind()).hangs_on(key.id())
    }

    /// Settings of the kind of a word, as that kind spells them.
    ///
    /// # Errors
    /// When there is no such kind, or the JSON is not its settings.
    pub fn settings(self, word: &str, json: Value) -> Result<Settings, serde_json::Error> {
        let unknown = || serde::de::Error::custom(format!("no kind {word}"));
        let kind = self.named(word).ok_or_else(unknown)?;
        Ok(Settings::new(kind.traits().name, kind.settings(json)?))
    }

    /// The key of a resource with these settings, or `None` while a part of it is not known.
    #[must_use]
    pub fn key(self, settings: &Settings, place: &Place) -> Option<Key> {
        let kind = self.kind_of(settings.kind());
        Some(Key::new(kind.traits().name, kind.id(settings.json(), place)?))
    }

    /// The facts that follow from settings alone.
    #[must_use]
    pub fn predict(self, settings: &Settings, place: &Place) -> Facts {
        self.kind_of(settings.kind()).predict(settings.json(), place)
    }

    /// Why AWS would refuse settings whatever there is, and what to do.
    #[must_use]
    pub fn refused(self, settings: &Settings, place: &Place) -> Option<Refusal> {
        self.kind_of(settings.kind()).refused(settings.json(), place)
    }

    /// The kinds whose resources must be gone before one of this kind is deleted.
    pub fn before(self, word: &str) -> impl Iterator<Item = &'static str> {
        self.all().filter(move |first| first.goes_before.contains(&word)).map(|first| first.name)
    }

    /// How late each kind is deleted: 0 for what nothing goes before, and one more than the latest of what goes before it. A
    /// chain of kinds is no longer than their list: a test forbids circles.
    #[must_use]
    pub fn ranks(self) -> Ranks {
        let mut ranks: BTreeMap<&str, usize> = self.all().map(|kind| (kind.name, 0)).collect();
        for _ in self.all() {
            for first in self.all() {
                let next = ranks[first.name] + 1;
                for later in first.goes_before {
                    let rank = ranks.entry(later).or_default();
                    *rank = next.max(*rank);
                }
            }
        }
        Ranks(ranks)
    }

    /// The kind of a word that stands in a graph or a record, which hold none but those that there are.
    fn kind_of(self, word: &str) -> &'static dyn Kind {
        self.named(word).unwrap_or_else(|| unreachable!("no kind is called {word}"))
    }
}

/// How late each kind is deleted.
#[derive(Clone, Debug)]
pub struct Ranks(BTreeMap<&'static str, usize>);

impl Ranks {
    /// How late a kind is deleted; what no release knows yet goes first.
    #[must_use]
    pub fn of(&self, word: &str) -> usize {
        self.0.get(word).copied().unwrap_or_default()
    }
}
