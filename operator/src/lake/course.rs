//! What this process knows of a lake between two rounds. All of it can be lost: the object holds the rest.

use crate::{connections::Connection, object::Name};
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
    /// The status as this process has told it last; the watch may lag behind.
    pub told: Option<LakeStatus>,
    /// How many rounds in a row have failed.
    pub failures: u32,
    /// How many rounds in a row have done something and found more to do.
    pub restless: u32,
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

    /// Why the lake is as it is: the reason of its condition Ready, and the message.
    fn ready(&self) -> Option<(&str, &str)> {
        let ready = self.told.as_ref()?.ready()?;
        Some((&ready.reason, &ready.message))
    }
}

/// The courses of all lakes.
#[derive(Default)]
pub struct Courses {
    all: Mutex<HashMap<Name, Course>>,
    /// The uids of the objects that were let go and are not gone yet.
    let_go: Mutex<HashSet<String>>,
    /// Why each lake is as it is, also while it is worked on.
    states: Mutex<HashMap<Name, String>>,
}

impl Courses {
    fn all(&self) -> MutexGuard<'_, HashMap<Name, Course>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A lake's course, for the one who works on it.
    pub fn take(&self, name: &Name, uid: &str) -> Course {
        let known = self.all().remove(name).filter(|course| course.uid == uid);
        known.unwrap_or_else(|| Course { uid: uid.to_owned(), ..Course::default() })
    }

    /// Keep a course until the next round.
    pub fn put(&self, name: Name, course: Course) {
        if let Some((reason, _)) = course.ready() {
            let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
            states.insert(name.clone(), reason.to_owned());
        }
        self.all().insert(name, course);
    }

    /// Forget a lake; its last status, if this process has told one.
    pub fn forget(&self, name: &Name) -> Option<LakeStatus> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        self.all().remove(name)?.told
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
        self.states.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.all().clear();
    }

    /// How many lakes stand how: by the reason of their condition Ready.
    pub fn states(&self) -> BTreeMap<String, i64> {
        let mut states = BTreeMap::new();
        for state in self.states.lock().unwrap_or_else(PoisonError::into_inner).values() {
            *states.entry(state.clone()).or_default() += 1;
        }
        states
    }

    /// The lakes that cannot go on because of something of this owner's.
    pub fn behind(&self, owner: &str) -> Vec<Name> {
        let waits = |course: &Course| {
            course.ready().is_some_and(|(reason, said)| {
                ["Blocked", "Foreign"].contains(&reason) && said.contains(owner)
            })
        };
        self.all().iter().filter(|(_, course)| waits(course)).map(|(name, _)| name.clone()).collect()
    }
}
