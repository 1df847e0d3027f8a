//! What this process knows of a lake between two rounds. All of it can be lost: the object holds the rest.

use crate::{
    connections::Connection,
    object::{Name, Object},
    status_writer::Seen,
    text::Text,
};
use lake_api::LakeStatus;
use lake_reconcile::{engine::Engine, place::Place, plan::Plan};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What is known of one lake.
#[derive(Default)]
pub struct LakeState {
    /// The object's uid: another object of the same name is another lake.
    uid: String,
    /// The term as a leader in which this was learnt: in between, another may have led.
    term: u64,
    /// The object as this process has seen or written it last; the watch may lag behind.
    pub seen: Option<Seen>,
    /// How many rounds in a row have failed.
    pub failures: u32,
    /// How many rounds in a row have done something and found more to do.
    pub flapping: u32,
    /// How many looks in a row have found and set back what somebody else had written.
    pub contested: u32,
    /// The plan that was approved and is being carried out.
    pub approved: Option<Plan>,
    /// Whether the lake is gone.
    pub is_over: bool,
    /// What knows which resources were made moments ago.
    engine: Option<(Place, Engine)>,
}

impl LakeState {
    /// The lake's engine: the one of the last round, unless the way to AWS is another now.
    pub fn engine(&mut self, connection: &Connection, new: impl FnOnce() -> Engine) -> Engine {
        match &self.engine {
            Some((place, engine)) if *place == connection.place => engine.clone(),
            _ => {
                let engine = new();
                self.engine = Some((connection.place.clone(), engine.clone()));
                engine
            }
        }
    }
}

/// What is known of a lake while nobody works on it.
struct Kept {
    /// Without the status that was seen.
    state: LakeState,
    status: Option<Text>,
}

impl Kept {
    /// The object as it was seen last.
    fn seen(&self) -> Option<Seen> {
        Some(self.state.seen.clone()?.saying(self.status.as_ref()?.read()?))
    }
}

/// Why a lake is as it is.
struct Why {
    /// The reason of its condition Ready.
    reason: String,
    /// The message of it.
    said: String,
}

/// What is known of each lake.
#[derive(Default)]
pub struct LakeStates {
    all: Mutex<HashMap<Name, Kept>>,
    /// The uids of the objects that were let go and are not gone yet.
    let_go: Mutex<HashSet<String>>,
    /// Why each lake is as it is, also while it is worked on.
    reasons: Mutex<HashMap<Name, Why>>,
}

impl LakeStates {
    fn all(&self) -> MutexGuard<'_, HashMap<Name, Kept>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reasons(&self) -> MutexGuard<'_, HashMap<Name, Why>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a lake, for the one who works on it in this term.
    pub fn take(&self, name: &Name, uid: &str, term: u64) -> LakeState {
        let known = self.all().remove(name).filter(|it| it.state.uid == uid && it.state.term == term);
        match known {
            Some(kept) => LakeState { seen: kept.seen(), ..kept.state },
            None => LakeState { uid: uid.to_owned(), term, ..LakeState::default() },
        }
    }

    /// Whether the watch has brought another status than was told last.
    pub fn are_contradicted_by(&self, object: &Object) -> bool {
        let all = self.all();
        let kept = all.get(&object.name()).filter(|kept| kept.state.uid == object.uid());
        kept.filter(|kept| kept.state.seen.as_ref().is_some_and(|seen| seen.is_older_than(object)))
            .and_then(Kept::seen)
            .is_some_and(|seen| seen.status != object.status())
    }

    /// Keep what is known until the next round.
    pub fn put(&self, name: Name, mut state: LakeState) {
        let status = state.seen.as_mut().map(|seen| std::mem::take(&mut seen.status));
        if let Some(ready) = status.as_ref().and_then(LakeStatus::ready) {
            let why = Why { reason: ready.reason.clone(), said: ready.message.clone() };
            self.reasons().insert(name.clone(), why);
        }
        self.all().insert(name, Kept { state, status: status.as_ref().map(Text::of) });
    }

    /// Forget a lake; its last status, if this process has seen one.
    pub fn forget(&self, name: &Name) -> Option<LakeStatus> {
        self.reasons().remove(name);
        Some(self.all().remove(name)?.seen()?.status)
    }

    /// A lake's object is about to be let go.
    pub fn lets_go(&self, uid: &str) {
        self.let_go.lock().unwrap_or_else(PoisonError::into_inner).insert(uid.to_owned());
    }

    /// Whether an object that is gone now was let go.
    pub fn was_let_go(&self, uid: &str) -> bool {
        self.let_go.lock().unwrap_or_else(PoisonError::into_inner).remove(uid)
    }

    /// Forget all: another process may have told what this one does not know.
    pub fn clear(&self) {
        self.reasons().clear();
        self.all().clear();
    }

    /// How many of the lakes that are there stand how: by the reason of their condition Ready.
    pub fn states(&self, is_there: impl Fn(&Name) -> bool) -> BTreeMap<String, i64> {
        let mut states = BTreeMap::new();
        for (_, why) in self.reasons().iter().filter(|(name, _)| is_there(name)) {
            *states.entry(why.reason.clone()).or_default() += 1;
        }
        states
    }

    /// The lakes that cannot go on because of something of this owner's.
    pub fn behind(&self, owner: &str) -> Vec<Name> {
        let waits =
            |why: &Why| ["Blocked", "Foreign"].contains(&why.reason.as_str()) && why.said.contains(owner);
        self.reasons().iter().filter(|(_, why)| waits(why)).map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_course_is_taken_up_as_it_was_left() {
        let (lake_states, name) =
            (LakeStates::default(), Name { namespace: "data".into(), name: "events".into() });
        let told: LakeStatus = serde_json::from_value(json!({
            "outputs": { "bucket/store": { "name": "events" } },
            "resources": { "bucket/store": { "state": "Present", "drift": { "tags": "a, wanted b" } } },
            "conditions": [{
                "type": "Ready", "status": "False", "reason": "Blocked", "message": "it is terraform:a:b's",
                "lastTransitionTime": "2026-01-02T03:04:05Z", "observedGeneration": 2,
            }],
            "nextAttempt": "2026-01-02T03:04:35Z",
            "record": "{}",
        }))
        .unwrap();
        let mut state = lake_states.take(&name, "u", 1);
        let seen = Seen::default().saying(told);
        state.seen = Some(seen.clone());
        state.failures = 3;
        lake_states.put(name.clone(), state);
        assert_eq!(lake_states.states(|_| true), BTreeMap::from([("Blocked".to_owned(), 1)]));
        assert_eq!(lake_states.states(|_| false), BTreeMap::new(), "who is not there is not counted");
        assert_eq!(lake_states.behind("terraform:a:b"), std::slice::from_ref(&name));
        let state = lake_states.take(&name, "u", 1);
        assert_eq!((state.seen.as_ref(), state.failures), (Some(&seen), 3));
        for (uid, term, why) in
            [("another", 1, "another object is another lake"), ("u", 2, "another may have led in between")]
        {
            let mut state = lake_states.take(&name, "u", 1);
            state.seen = Some(seen.clone());
            lake_states.put(name.clone(), state);
            assert_eq!(lake_states.take(&name, uid, term).seen, None, "{why}");
        }
    }
}
