//! What this process knows of a lake between two rounds. All of it can be lost: the object holds the rest.

use super::Seen;
use crate::{
    connections::Connection,
    object::{Name, Object},
    text::Text,
};
use lake_api::LakeStatus;
use lake_reconcile::{engine::Engine, place::Place, plan::Plan};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One lake's course.
#[derive(Default)]
pub struct Course {
    /// The object's uid: another object of the same name is another lake.
    uid: String,
    /// The term as a leader in which this was learnt: in between, another may have led.
    term: u64,
    /// The object as this process has seen or written it last; the watch may lag behind.
    pub seen: Option<Seen>,
    /// How many rounds in a row have failed.
    pub failures: u32,
    /// How many rounds in a row have done something and found more to do.
    pub restless: u32,
    /// How many looks in a row have found and set back what somebody else had written.
    pub contested: u32,
    /// The plan that was approved and is being carried out.
    pub approved: Option<Plan>,
    /// Whether the lake is gone.
    pub is_over: bool,
    /// What knows which resources were made moments ago.
    engine: Option<(Place, Engine)>,
}

impl Course {
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

/// A course while nobody works on the lake.
struct Kept {
    /// Without the status that was seen.
    course: Course,
    status: Option<Text>,
}

impl Kept {
    /// The object as it was seen last.
    fn seen(&self) -> Option<Seen> {
        Some(self.course.seen.clone()?.saying(self.status.as_ref()?.read()?))
    }
}

/// Why a lake is as it is.
struct Why {
    /// The reason of its condition Ready.
    reason: String,
    /// The message of it.
    said: String,
}

/// The courses of all lakes.
#[derive(Default)]
pub struct Courses {
    all: Mutex<HashMap<Name, Kept>>,
    /// The uids of the objects that were let go and are not gone yet.
    let_go: Mutex<HashSet<String>>,
    /// Why each lake is as it is, also while it is worked on.
    whys: Mutex<HashMap<Name, Why>>,
}

impl Courses {
    fn all(&self) -> MutexGuard<'_, HashMap<Name, Kept>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn whys(&self) -> MutexGuard<'_, HashMap<Name, Why>> {
        self.whys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A lake's course, for the one who works on it in this term.
    pub fn take(&self, name: &Name, uid: &str, term: u64) -> Course {
        let known = self.all().remove(name).filter(|it| it.course.uid == uid && it.course.term == term);
        match known {
            Some(kept) => Course { seen: kept.seen(), ..kept.course },
            None => Course { uid: uid.to_owned(), term, ..Course::default() },
        }
    }

    /// Whether the watch has brought another status than was told last.
    pub fn are_contradicted_by(&self, object: &Object) -> bool {
        let all = self.all();
        let kept = all.get(&object.name()).filter(|kept| kept.course.uid == object.uid());
        kept.filter(|kept| kept.course.seen.as_ref().is_some_and(|seen| seen.is_older_than(object)))
            .and_then(Kept::seen)
            .is_some_and(|seen| seen.status != object.status())
    }

    /// Keep a course until the next round.
    pub fn put(&self, name: Name, mut course: Course) {
        let status = course.seen.as_mut().map(|seen| std::mem::take(&mut seen.status));
        if let Some(ready) = status.as_ref().and_then(LakeStatus::ready) {
            let why = Why { reason: ready.reason.clone(), said: ready.message.clone() };
            self.whys().insert(name.clone(), why);
        }
        self.all().insert(name, Kept { course, status: status.as_ref().map(Text::of) });
    }

    /// Forget a lake; its last status, if this process has seen one.
    pub fn forget(&self, name: &Name) -> Option<LakeStatus> {
        self.whys().remove(name);
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
        self.whys().clear();
        self.all().clear();
    }

    /// How many of the lakes that are there stand how: by the reason of their condition Ready.
    pub fn states(&self, is_there: impl Fn(&Name) -> bool) -> BTreeMap<String, i64> {
        let mut states = BTreeMap::new();
        for (_, why) in self.whys().iter().filter(|(name, _)| is_there(name)) {
            *states.entry(why.reason.clone()).or_default() += 1;
        }
        states
    }

    /// The lakes that cannot go on because of something of this owner's.
    pub fn behind(&self, owner: &str) -> Vec<Name> {
        let waits =
            |why: &Why| ["Blocked", "Foreign"].contains(&why.reason.as_str()) && why.said.contains(owner);
        self.whys().iter().filter(|(_, why)| waits(why)).map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_course_is_taken_up_as_it_was_left() {
        let (courses, name) = (Courses::default(), Name { namespace: "data".into(), name: "events".into() });
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
        let mut course = courses.take(&name, "u", 1);
        let seen = Seen::default().saying(told);
        course.seen = Some(seen.clone());
        course.failures = 3;
        courses.put(name.clone(), course);
        assert_eq!(courses.states(|_| true), BTreeMap::from([("Blocked".to_owned(), 1)]));
        assert_eq!(courses.states(|_| false), BTreeMap::new(), "who is not there is not counted");
        assert_eq!(courses.behind("terraform:a:b"), std::slice::from_ref(&name));
        let course = courses.take(&name, "u", 1);
        assert_eq!((course.seen.as_ref(), course.failures), (Some(&seen), 3));
        for (uid, term, why) in
            [("another", 1, "another object is another lake"), ("u", 2, "another may have led in between")]
        {
            let mut course = courses.take(&name, "u", 1);
            course.seen = Some(seen.clone());
            courses.put(name.clone(), course);
            assert_eq!(courses.take(&name, uid, term).seen, None, "{why}");
        }
    }
}
