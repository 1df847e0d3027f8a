//! Looking at simple kinds: one call a key, some keys a call, or one list of all.

use super::{
    Id, Simple,
    call::{Call, Identity, Keys, Tagging},
    convert::{at, from_aws, put},
    shape::Role,
};
use crate::{
    aws::{Aws, born_as_told, tags_at_leisure},
    error::{CloudError, Retry},
    inventory::{Facts, Seen, Sight},
    owner::{Owner, Worn},
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Calls of one kind that are under way at one time.
const PARALLEL: usize = 4;
/// No list is longer; a token that never ends is an endpoint's fault.
const PAGES: usize = 10_000;

/// Parts of a service agree a moment after something was made or deleted: what one of them does not find is no absence, and it
/// does not wear no mark.
const HALF_KNOWN: &str = "its service does not know it everywhere";

/// What a call told, or that it does not exist.
type Told<T> = Result<Option<T>, CloudError>;

/// A resource as a look tells it, before its tags are known where they have to be asked for.
struct Found {
    settings: Value,
    facts: Facts,
    tags: BTreeMap<String, String>,
    birth: Option<String>,
    on_its_way: Option<String>,
}

impl Simple {
    /// Look at many at once; answers in the order of the ids.
    pub async fn read(&self, aws: &Aws, ids: &[Id]) -> Vec<Sight<Value>> {
        let mut found: Vec<Told<Found>> = self
            .things(aws, ids)
            .await
            .into_iter()
            .zip(ids)
            .map(|(told, id)| Ok(told?.map(|it| self.found(it, id, aws))))
            .collect();
        if let Some((tagging, list)) = self.tags.and_then(|tagging| Some((tagging, tagging.list?))) {
            self.find_tags(aws, &tagging, &list, &mut found).await;
        }
        found.into_iter().map(|found| self.sight(found)).collect()
    }

    /// The mark that a resource wears now, asked of its own service; `None` when the resource is gone, `Some(None)` when it wears
    /// none.
    ///
    /// # Errors
    /// When AWS does not tell.
    pub async fn worn(&self, aws: &Aws, id: &Id) -> Told<Option<Worn>> {
        let facts = self.facts_of_key(&self.fields_of(id), &aws.place);
        match self.tags.and_then(|tagging| Some((tagging, tagging.list?))) {
            Some((tagging, list)) if facts.contains_key(tagging.of.1) => {
                let tags = self.tags_of(aws, &tagging, &list, &facts).await?;
                Ok(tags.map(|tags| Worn::part(tags).1))
            }
            _ => match self.read(aws, std::slice::from_ref(id)).await.pop() {
                Some(Sight::Present(Seen { worn, .. })) => Ok(Some(worn)),
                Some(Sight::Unreadable(error)) => Err(error),
                Some(Sight::Settling(why)) => {
                    Err(CloudError::own(&self.read.operation.action(), Retry::Settling, why))
                }
                Some(Sight::Absent) | None => Ok(None),
            },
        }
    }

    /// What wears this owner's mark, of kinds whose ids AWS makes: no ARN tells their keys, so that they are listed.
    ///
    /// # Errors
    /// When AWS does not tell.
    pub async fn leftovers(&self, aws: &Aws, owner: &Owner) -> Result<Vec<(Id, Option<Worn>)>, CloudError> {
        let Identity::Made { .. } = self.identity else { return Ok(Vec::new()) };
        let all = self.all(aws).await?;
        let marked = all.iter().filter_map(|thing| self.mark_on(thing)).filter(|worn| worn.is_of(owner));
        Ok(marked
            .map(|worn| (json!({ "owner": worn.owner_name(), "node": worn.node }), Some(worn)))
            .collect())
    }

    /// What AWS tells of each id.
    async fn things(&self, aws: &Aws, ids: &[Id]) -> Vec<Told<Value>> {
        match (self.identity, self.read.keys) {
            (Identity::Made { .. }, _) | (_, Keys::All { .. }) => {
                let all = self.all(aws).await;
                ids.iter().map(|id| Ok(all.clone()?.into_iter().find(|thing| self.is(thing, id)))).collect()
            }
            (Identity::Named, Keys::One) => side_by_side(ids.iter().map(|id| self.one(aws, id))).await,
            (Identity::Named, Keys::Listed(most)) => {
                let batches = self.batches(ids, most.max(1));
                let answers = batches.iter().map(|(input, ids)| self.some(aws, input.clone(), ids));
                let answers = side_by_side(answers).await;
                let mut told: Vec<Told<Value>> = ids.iter().map(|_| Ok(None)).collect();
                for ((_, places), answer) in batches.iter().zip(answers) {
                    for (at, (place, _)) in places.iter().enumerate() {
                        told[*place] = answer.clone().map(|mut things| things[at].take());
                    }
                }
                told
            }
        }
    }

    async fn one(&self, aws: &Aws, id: &Id) -> Told<Value> {
        let answer = self.call(aws, &self.read, self.address(&self.read, id)).await?;
        Ok(answer.and_then(|answer| match at(&answer, self.read.at) {
            Some(Value::Array(things)) => things.first().cloned(),
            thing => thing.filter(|thing| !thing.is_null()).cloned(),
        }))
    }

    /// Ids with their places, by calls of so many at most: those whose keys differ in the last part alone go together.
    fn batches<'a>(&self, ids: &'a [Id], most: usize) -> Vec<(Value, Vec<(usize, &'a Id)>)> {
        let Some(last) = self.keys().last() else { return Vec::new() };
        let mut groups: BTreeMap<String, Vec<(usize, &Id)>> = BTreeMap::new();
        for (place, id) in ids.iter().enumerate() {
            let mut fields = self.fields_of(id);
            fields[last.name].take();
            groups.entry(fields.to_string()).or_default().push((place, id));
        }
        let chunks = groups.values().flat_map(|group| group.chunks(most));
        chunks
            .map(|chunk| {
                let mut fields = self.fields_of(chunk[0].1);
                let parts: Value = chunk.iter().map(|(_, id)| self.fields_of(id)[last.name].take()).collect();
                fields[last.name].take();
                let mut input = self
                    .read
                    .input(self.shape, &fields, &Value::Null, |role| role == Role::Key)
                    .unwrap_or_default();
                put(&mut input, &self.read.path(last.path), parts);
                (input, chunk.to_vec())
            })
            .collect()
    }

    async fn some(
        &self,
        aws: &Aws,
        input: Value,
        ids: &[(usize, &Id)],
    ) -> Result<Vec<Option<Value>>, CloudError> {
        let answer = self.call(aws, &self.read, input).await?.unwrap_or_default();
        let things =
            at(&answer, self.read.at).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(ids.iter().map(|(_, id)| things.iter().find(|thing| self.is(thing, id)).cloned()).collect())
    }

    /// All that there are.
    async fn all(&self, aws: &Aws) -> Result<Vec<Value>, CloudError> {
        let mut input = json!({});
        self.read.fill_in(&mut input);
        Ok(self.pages(aws, &self.read, input).await?.unwrap_or_default())
    }

    /// The items of all pages.
    async fn pages(&self, aws: &Aws, call: &Call, mut input: Value) -> Told<Vec<Value>> {
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let Some(answer) = self.call(aws, call, input.clone()).await? else { return Ok(None) };
            all.extend(at(&answer, call.at).and_then(Value::as_array).into_iter().flatten().cloned());
            match call.keys {
                Keys::All { asked, answered } => match at(&answer, answered).and_then(Value::as_str) {
                    Some(next) if !next.is_empty() => put(&mut input, asked, json!(next)),
                    _ => return Ok(Some(all)),
                },
                _ => return Ok(Some(all)),
            }
        }
        Err(CloudError::refused(&call.operation.action(), "the list does not end"))
    }

    /// Whether a thing is the one of an id. What it does not tell of a key was asked for.
    fn is(&self, thing: &Value, id: &Id) -> bool {
        match self.identity {
            Identity::Made { .. } => {
                let of = |worn: Worn| id["owner"] == worn.owner_name() && id["node"] == worn.node;
                self.mark_on(thing).is_some_and(of)
            }
            Identity::Named => {
                let (told, asked) = (from_aws(self.shape, thing), self.fields_of(id));
                self.keys().all(|key| told.get(key.name).is_none_or(|told| *told == asked[key.name]))
            }
        }
    }

    fn mark_on(&self, thing: &Value) -> Option<Worn> {
        let tags = from_aws(self.shape, thing)[self.tags_field()?.name].take();
        Worn::part(texts(&tags)).1
    }

    fn found(&self, mut thing: Value, id: &Id, aws: &Aws) -> Found {
        (self.tidy)(&mut thing);
        let mut settings = from_aws(self.shape, &thing);
        if let (Identity::Named, Some(fields)) = (self.identity, settings.as_object_mut()) {
            fields.extend(self.fields_of(id).as_object().cloned().unwrap_or_default());
        }
        let mut facts = self.facts_of_key(&settings, &aws.place);
        let made = match self.identity {
            Identity::Made { id, .. } => Some(("id", id)),
            Identity::Named => None,
        };
        facts.extend(self.facts.iter().copied().chain(made).filter_map(|(fact, path)| {
            let told = at(&thing, path)?;
            Some((fact.to_owned(), told.as_str().map_or_else(|| told.to_string(), str::to_owned)))
        }));
        let tags = self.tags_field().map(|field| texts(&settings[field.name])).unwrap_or_default();
        let on_its_way = self.ready.and_then(|ready| {
            let state = at(&thing, ready.at).and_then(Value::as_str).unwrap_or_default();
            (!ready.states.contains(&state)).then(|| format!("it is {state}"))
        });
        let birth = self.birth.and_then(|path| born_as_told(at(&thing, path)?));
        Found { settings, facts, tags, birth, on_its_way }
    }

    fn sight(&self, found: Told<Found>) -> Sight<Value> {
        match found {
            Ok(None) => Sight::Absent,
            Err(error) => Sight::Unreadable(error),
            Ok(Some(Found { on_its_way: Some(why), .. })) => Sight::Settling(why),
            Ok(Some(Found { mut settings, facts, tags, birth, on_its_way: None })) => {
                let (own, worn) = Worn::part(tags);
                if let Some(field) = self.tags_field() {
                    settings[field.name] = json!(own);
                }
                Sight::Present(Seen { settings, facts, worn, birth })
            }
        }
    }

    /// The tags of what was found: those of many by one call of the tagging API where nobody waits, the others of the service.
    async fn find_tags(&self, aws: &Aws, tagging: &Tagging, list: &Call, found: &mut [Told<Found>]) {
        let arn = |found: &Told<Found>| found.as_ref().ok()?.as_ref()?.facts.get("arn").cloned();
        let arns: Vec<String> = found.iter().filter_map(arn).collect();
        let listed = &tags_at_leisure(aws, &arns).await;
        let asked = found.iter_mut().filter_map(|told| match told {
            Ok(Some(it)) => Some((it.facts.clone(), told)),
            _ => None,
        });
        let answers = asked.map(|(facts, told)| async move {
            let tags = match facts.get("arn").and_then(|arn| listed.get(arn)) {
                Some(tags) => Ok(Some(tags.clone())),
                None => self.tags_of(aws, tagging, list, &facts).await,
            };
            match (tags, &mut *told) {
                (Ok(Some(tags)), Ok(Some(found))) => found.tags = tags,
                (Ok(None), Ok(Some(found))) => found.on_its_way = Some(HALF_KNOWN.to_owned()),
                (Err(error), _) => *told = Err(error),
                (Ok(_), _) => {}
            }
        });
        side_by_side(answers).await;
    }

    async fn tags_of(
        &self,
        aws: &Aws,
        tagging: &Tagging,
        list: &Call,
        facts: &Facts,
    ) -> Told<BTreeMap<String, String>> {
        let mut input = json!({});
        list.fill_in(&mut input);
        put(&mut input, tagging.of.0, json!(facts.get(tagging.of.1)));
        let codec = tagging.codec.or_else(|| self.tags_field()?.codec);
        let tags = match list.keys {
            Keys::All { .. } => self.pages(aws, list, input).await?.map(Value::Array),
            _ => self
                .call(aws, list, input)
                .await?
                .map(|answer| at(&answer, list.at).cloned().unwrap_or_default()),
        };
        Ok(tags.map(|tags| texts(&codec.map_or_else(|| tags.clone(), |codec| codec.decode(&tags)))))
    }

    /// The facts of a resource that its calls are addressed by: those that follow from its key, or else those that a look tells;
    /// `None` when it is gone.
    pub(super) async fn facts(&self, aws: &Aws, id: &Id, needed: &str) -> Told<Facts> {
        let facts = match self.identity {
            Identity::Named => self.facts_of_key(&self.fields_of(id), &aws.place),
            Identity::Made { .. } => Facts::new(),
        };
        if facts.contains_key(needed) {
            return Ok(Some(facts));
        }
        let mut things = self.things(aws, std::slice::from_ref(id)).await;
        let thing = things.pop().unwrap_or(Ok(None))?;
        Ok(thing.map(|thing| self.found(thing, id, aws).facts))
    }

    /// The members of a call that address a resource by its name.
    pub(super) fn address(&self, call: &Call, id: &Id) -> Value {
        let fields = self.fields_of(id);
        let mut input =
            call.input(self.shape, &fields, &Value::Null, |role| role == Role::Key).unwrap_or_default();
        if let (Keys::Listed(_), Some(last)) = (call.keys, self.keys().last()) {
            put(&mut input, &call.path(last.path), json!([fields[last.name]]));
        }
        input
    }

    /// Make a call; `None` where what it is about does not exist.
    pub(super) async fn call(&self, aws: &Aws, call: &Call, input: Value) -> Told<Value> {
        match aws.call(&call.operation, input).await.map_err(|error| self.told(error)) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The answers to many calls, a few at a time, in their order.
async fn side_by_side<F: Future>(calls: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let calls: Vec<F> = calls.into_iter().collect();
    stream::iter(calls).buffered(PARALLEL).collect().await
}

/// A map of texts.
pub(super) fn texts(map: &Value) -> BTreeMap<String, String> {
    let entries = map.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}
