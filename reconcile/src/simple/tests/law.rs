//! The field law: what is set is read, what is unset again leaves no trace, what cannot be changed makes another resource. No kind
//! writes it for itself.

use super::samples::{self, Sample};
use crate::{
    aws::Aws,
    diff::{FieldChange, Sharing, diff},
    graph::NodeId,
    inventory::{Seen, Sight},
    kind::Data,
    owner::{Marking, Owner, Worn},
    simple::{
        Id, Simple,
        call::Identity,
        convert::{Spelling, from_aws, to_aws},
        shape::Role,
    },
};
use lake_api::FieldPath;
use serde_json::Value;
use std::time::Duration;

/// Updates that a change may take.
const ROUNDS: usize = 6;
/// Looks at what is on its way.
const LOOKS: usize = 200;

/// What did not hold of a kind, in its own words; nothing where all holds. `named` is the key, in the words of its settings, and
/// what else no schema tells; `makes_sense` tells what goes together.
pub(crate) async fn broken(
    kind: &Simple,
    aws: &Aws,
    named: &Value,
    makes_sense: &dyn Fn(&Value) -> bool,
) -> Vec<String> {
    let tried = samples::of(kind, named, makes_sense);
    let owner = Owner { door: "terraform".into(), instance: "tests".into(), lake: "law".into() };
    let node = NodeId::new(kind.name, "it");
    let id = match kind.identity {
        Identity::Named => kind.key(&tried.least, &aws.place).expect("the key is named"),
        Identity::Made { .. } => Simple::key_of_node(&owner, &node),
    };
    let mark = Worn {
        owner: owner.to_string(),
        node: node.to_string(),
        lineage: Some("0123456789abcdef".into()),
        ..Worn::default()
    };
    let fixed = kind.fixed();
    let (anew, changed): (Vec<_>, Vec<_>) = tried.each.iter().partition(|sample| {
        let changes = differences(kind, &tried.least, &sample.settings);
        changes.iter().any(|change| fixed.iter().any(|path| change.touches_any(path)))
    });
    let mut told = tried.untold;
    told.extend(tried.each.iter().filter_map(|sample| changed_on_the_way(kind, sample)));
    let law = Law { kind, aws, id, mark, least: tried.least };
    match law.lives(&changed).await {
        Ok(more) => told.extend(more),
        Err(end) => {
            told.push(end);
            told.extend(
                kind.delete(aws, &law.id, Data::Keep).await.err().map(|error| format!("delete: {error}")),
            );
        }
    }
    for sample in anew {
        if let Err(why) = law.begins_anew(sample).await {
            told.push(why);
            // What is there may keep the next one from being made; what is not is deleted already.
            let _ = kind.delete(aws, &law.id, Data::Keep).await;
        }
    }
    told
}

/// What of a sample is another thing once it went to AWS and came back, without a cloud between.
fn changed_on_the_way(kind: &Simple, sample: &Sample) -> Option<String> {
    let there = match to_aws(kind.shape, &sample.settings, &Value::Null, Spelling::WHOLE) {
        Ok(there) => there,
        Err(why) => return Some(format!("{}: {why}", sample.of)),
    };
    let changes = differences(kind, &from_aws(kind.shape, &there), &sample.settings);
    (!changes.is_empty()).then(|| format!("{}, there and back: {}", sample.of, spelt(&changes)))
}

/// What differs, as a plan sees it.
fn differences(kind: &Simple, was: &Value, wanted: &Value) -> Vec<FieldChange> {
    let mut changes = diff(was, wanted, Sharing::default());
    let (unread, left) = (kind.unread(), kind.left_to_aws());
    changes.retain(|change| {
        let at = |path: &str| path.parse().is_ok_and(|path: FieldPath| change.path.starts_with(&path));
        let is_left = change.wanted.is_none() && left.iter().any(|(path, _)| at(path));
        !is_left && !unread.iter().any(|path| at(path))
    });
    changes
}

fn spelt(changes: &[FieldChange]) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
    let one = |it: &FieldChange| format!("{} is {}, not {}", it.path, value(&it.was), value(&it.wanted));
    changes.iter().map(one).collect::<Vec<_>>().join("; ")
}

struct Law<'a> {
    kind: &'a Simple,
    aws: &'a Aws,
    id: Id,
    mark: Worn,
    least: Value,
}

impl Law<'_> {
    /// From the first look at nothing to the last one.
    async fn lives(&self, changed: &[&Sample]) -> Result<Vec<String>, String> {
        let Law { kind, aws, id, mark, least } = self;
        let mut told = Vec::new();
        if self.look("before it is made").await?.is_some() {
            return Err("before it is made: it is there".into());
        }
        self.create("it", least).await?;
        let first = self.there("after it is made").await?;
        told.extend(self.is_whole(&first));
        let allowed = kind.shape.paths(|field| matches!(field.role, Role::AfterCreate | Role::Set));
        let mut missing = differences(kind, &first.settings, least);
        missing.retain(|change| !allowed.iter().any(|path| change.touches_any(path)));
        if !missing.is_empty() {
            told.push(format!("after it is made: {}", spelt(&missing)));
        }
        let settled = self.settle("the least", least).await?;
        for sample in changed {
            if let Err(why) = self.comes_and_goes(sample, &settled).await {
                told.push(why);
                self.makes_anew().await?;
            }
        }
        told.extend(self.changes_marks(mark).await.err());
        for _ in 0..2 {
            kind.delete(aws, id, Data::Keep).await.map_err(|error| format!("delete: {error}"))?;
        }
        if self.look("after it is deleted").await?.is_some() {
            told.push("after it is deleted: it is there".into());
        }
        Ok(told)
    }

    /// A setting is set, and unset again.
    async fn comes_and_goes(&self, sample: &Sample, before: &Seen<Value>) -> Result<(), String> {
        self.settle(&sample.of, &sample.settings).await?;
        let without = format!("without {}", sample.of);
        let back = self.settle(&without, &self.least).await?;
        let trace = diff(&back.settings, &before.settings, Sharing::default());
        if trace.is_empty() { Ok(()) } else { Err(format!("{without}: a trace stays: {}", spelt(&trace))) }
    }

    /// After a slip, so that the next one is told for itself.
    async fn makes_anew(&self) -> Result<(), String> {
        let deleted = self.kind.delete(self.aws, &self.id, Data::Keep).await;
        deleted.map_err(|error| format!("delete: {error}"))?;
        self.create("it", &self.least).await?;
        self.settle("the least", &self.least).await.map(drop)
    }

    /// What of a resource that was just made is not as its kind says.
    fn is_whole(&self, seen: &Seen<Value>) -> Vec<String> {
        let mut told = Vec::new();
        if self.kind.tags.is_some() && seen.worn.as_ref() != Some(&self.mark) {
            told.push(format!("it wears {:?}, not {:?}", seen.worn, self.mark));
        }
        for (fact, foreseen) in self.kind.predict(&self.least, &self.aws.place) {
            let found = seen.facts.get(&fact);
            if found != Some(&foreseen) {
                told.push(format!("{fact} is {found:?}, foreseen was {foreseen:?}"));
            }
        }
        for fact in self.kind.fact_names() {
            if !seen.facts.contains_key(fact) {
                told.push(format!("it does not tell its {fact}"));
            }
        }
        if seen.birth.is_none() && self.kind.birth.is_some() {
            told.push("it does not tell its birth".into());
        }
        told
    }

    /// A mark is taken off and put on; the rest stays.
    async fn changes_marks(&self, mark: &Worn) -> Result<(), String> {
        if self.kind.tags.is_none() {
            return Ok(());
        }
        let before = self.there("before its mark changes").await?;
        let retained = Worn { creating: true, ..mark.clone() };
        for (marking, worn) in [(Marking::of(&retained), Some(&retained)), (Marking::of(mark), Some(mark))] {
            let marked = self.kind.mark(self.aws, &self.id, &marking).await;
            marked.map_err(|error| format!("mark: {error}"))?;
            let seen = self.there("after its mark changed").await?;
            if seen.worn.as_ref() != worn || seen.settings != before.settings {
                return Err(format!("it wears {:?}, not {worn:?}, or more than that changed", seen.worn));
            }
            let asked = self.kind.worn(self.aws, &self.id).await.map_err(|error| format!("worn: {error}"))?;
            if asked.as_ref().and_then(Option::as_ref) != worn {
                return Err(format!("it is told to wear {asked:?}, not {worn:?}"));
            }
        }
        if matches!(self.kind.identity, Identity::Made { .. }) {
            return Ok(()); // Without a mark nobody finds it.
        }
        let off = self.kind.mark(self.aws, &self.id, &Marking::off()).await;
        off.map_err(|error| format!("mark: {error}"))?;
        match self.there("after its mark is off").await?.worn {
            None => Ok(()),
            Some(worn) => Err(format!("it wears {worn:?}, which was taken off")),
        }
    }

    /// What cannot be changed is there from the beginning.
    async fn begins_anew(&self, sample: &Sample) -> Result<(), String> {
        self.create(&sample.of, &sample.settings).await?;
        self.settle(&sample.of, &sample.settings).await?;
        let deleted = self.kind.delete(self.aws, &self.id, Data::Keep).await;
        deleted.map_err(|error| format!("{}: delete: {error}", sample.of))?;
        match self.look(&sample.of).await? {
            None => Ok(()),
            Some(_) => Err(format!("{}: it is there after it is deleted", sample.of)),
        }
    }

    async fn create(&self, of: &str, settings: &Value) -> Result<(), String> {
        let made = self.kind.create(settings, self.aws, &self.mark).await;
        made.map_err(|error| format!("{of}: create: {error}"))
    }

    /// Updates until nothing differs.
    async fn settle(&self, of: &str, wanted: &Value) -> Result<Seen<Value>, String> {
        let mut last = String::new();
        for round in 0..=ROUNDS {
            let seen = self.there(of).await?;
            let mut changes = differences(self.kind, &seen.settings, wanted);
            if round == 0 {
                changes.extend(self.unread(wanted));
            }
            if changes.is_empty() {
                return Ok(seen);
            }
            last = spelt(&changes);
            let updated = self.kind.update(wanted, self.aws, &self.id, &changes).await;
            updated.map_err(|error| format!("{of}: update: {error}"))?;
        }
        Err(format!("{of}: after {ROUNDS} updates: {last}"))
    }

    /// What is written and never read differs as often as somebody says so.
    fn unread(&self, wanted: &Value) -> Vec<FieldChange> {
        let paths = self.kind.unread().into_iter().filter_map(|path| path.parse::<FieldPath>().ok());
        let said = |path: FieldPath| Some((crate::diff::get(wanted, &path)?.clone(), path));
        let change = |(value, path)| FieldChange { path, was: None, wanted: Some(value) };
        paths.filter_map(said).map(change).collect()
    }

    async fn there(&self, when: &str) -> Result<Seen<Value>, String> {
        self.look(when).await?.ok_or_else(|| format!("{when}: it is not there"))
    }

    /// Look until it is on its way no more.
    async fn look(&self, when: &str) -> Result<Option<Seen<Value>>, String> {
        let mut why = String::new();
        for _ in 0..LOOKS {
            match self.kind.read(self.aws, std::slice::from_ref(&self.id)).await.pop() {
                Some(Sight::Present(seen)) => return Ok(Some(seen)),
                Some(Sight::Settling(state)) => why = state,
                Some(Sight::Unreadable(error)) => return Err(format!("{when}: read: {error}")),
                Some(Sight::Absent) | None => return Ok(None),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{when}: {why}"))
    }
}
