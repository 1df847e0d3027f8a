//! What is wanted: a step for each node of the graph.

use super::{
    Change, Later, Note, Plan, Reason, Step, Taking, leaving,
    present::left_alone,
    standing::{Scene, Standing},
    taking::take,
};
use crate::{
    diff::{self, FieldChange, Sharing},
    failure::words,
    graph::{Hold, Node, NodeId},
    inventory::{Facts, Presence},
    key::Key,
    kind::{Refusal, Traits, Wears},
    record::Got,
    wish::Wish,
};
use lake_api::FieldPath;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The walk through the graph, each node after what it needs.
pub(super) struct Course<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) plan: Plan,
    facts: BTreeMap<NodeId, BTreeMap<String, Later<String>>>,
    /// Nodes that wait for others, and for what.
    pub(super) waits: BTreeMap<NodeId, String>,
    /// Nodes of which only a part waits.
    pub(super) partly: BTreeMap<NodeId, String>,
    /// The place in the spec of each node that was decided.
    pub(super) origins: BTreeMap<NodeId, FieldPath>,
    /// Nodes that nobody looked at, and what hangs on them.
    unseen: BTreeSet<NodeId>,
    /// Keys that are taken over: what can wear no mark and hangs on them comes along.
    taken_over: BTreeSet<Key>,
}

/// A node about to be decided.
pub(super) struct Case<'a> {
    pub(super) wish: &'a Wish<'a>,
    pub(super) traits: &'static Traits,
    /// What is wanted, every known fact in its place.
    pub(super) wants: &'a Value,
    pub(super) key: Key,
    predicted: Facts,
}

/// What is there of a node already.
pub(super) struct There<'a> {
    pub(super) has: &'a Value,
    pub(super) facts: &'a Facts,
}

impl<'a> Course<'a> {
    pub(super) fn new(scene: &'a Scene<'a>) -> Self {
        Course {
            scene,
            plan: Plan::default(),
            facts: BTreeMap::new(),
            waits: BTreeMap::new(),
            partly: BTreeMap::new(),
            origins: BTreeMap::new(),
            unseen: BTreeSet::new(),
            taken_over: BTreeSet::new(),
        }
    }

    /// Decide about a node of which all that it needs is decided.
    pub(super) fn decide(&mut self, wish: &Wish<'_>) {
        if wish.node.hold == Hold::Release {
            for key in self.scene.keys(wish.id) {
                leaving::release(self.scene, wish.id, key, &mut self.plan);
            }
            return;
        }
        let kinds = self.scene.kinds;
        let traits = kinds.traits(wish.id.kind()).expect("a graph holds kinds that there are");
        let known = |node: &NodeId, name: &str| self.facts.get(node)?.get(name)?.known().cloned();
        let Some(settings) = wish.resolve(&known) else {
            return self.add(wish, None, Change::Unknown(Vec::new()), later(traits, &Facts::new(), None));
        };
        let predicted = kinds.predict(&settings, &self.scene.record.place);
        let refused =
            kinds.refused(&settings, &self.scene.record.place).filter(|_| wish.node.hold == Hold::Own);
        if let Some(Refusal { why, remedy, .. }) = refused {
            let reason =
                Reason { why: format!("{} {}: {why}", words(wish.id.kind()), wish.id.name()), remedy };
            let key = kinds.key(&settings, &self.scene.record.place);
            return self.add(wish, key.as_ref(), Change::Blocked(reason), later(traits, &predicted, None));
        }
        match kinds.key(&settings, &self.scene.record.place) {
            Some(key) => {
                let case = Case { wish, traits, wants: settings.json(), key, predicted };
                match wish.node.hold {
                    Hold::Own => self.own(&case),
                    Hold::LookAt | Hold::Release => self.look_at(&case),
                }
            }
            None => self.unnamed(wish, traits, settings.json(), &predicted),
        }
    }

    /// A node that needs itself can never be made.
    pub(super) fn circular(&mut self, wish: &Wish<'_>) {
        let reason = Reason {
            why: format!("{} needs itself, through {}", wish.id, list(wish.needs.iter())),
            remedy: "Take one of these references away.".to_owned(),
        };
        self.add(wish, None, Change::Blocked(reason), BTreeMap::new());
    }

    /// A part of the key is not known yet, and so neither is whether the name stays.
    fn unnamed(&mut self, wish: &Wish<'_>, traits: &'static Traits, wants: &Value, predicted: &Facts) {
        let there = self.scene.keys(wish.id).into_iter().find_map(|key| self.living(wish.id, key));
        let change = match &there {
            _ if wish.node.hold == Hold::LookAt => Change::Unseen,
            Some(there) => Change::Unknown(self.changes(wish.id, wish.node, traits, there.has, wants)),
            None => self.make(wish),
        };
        self.add(wish, None, change, later(traits, predicted, None));
    }

    /// What is somebody else's is looked at and waited for.
    fn look_at(&mut self, case: &Case<'_>) {
        let (id, key) = (case.wish.id, &case.key);
        let mut facts = later(case.traits, &case.predicted, None);
        let change = match self.scene.presence(id, key) {
            None => {
                self.unseen.insert(id.clone());
                Change::Unseen
            }
            Some(Presence::Absent) => self.wait(id, absence(id, case.wish.node)),
            Some(Presence::Settling(reason)) => Change::Settle(reason.clone()),
            // It need not be readable by whoever applies: it is taken as there, and that is told.
            Some(Presence::Unreadable(error)) => Change::Unreadable(error.clone()),
            Some(found @ Presence::Present { facts: told, .. }) => {
                facts = later(case.traits, told, None);
                let standing = self.scene.standing(id, key, found);
                if matches!(standing, Some(Standing::Ours | Standing::Unmarked)) {
                    self.release(case);
                }
                self.misnamed(case, told);
                Change::Keep
            }
        };
        self.add(case.wish, Some(key), change, facts);
        for old in self.scene.keys(id).into_iter().filter(|old| *old != key) {
            leaving::decide(self.scene, id, old, &mut self.plan);
        }
    }

    /// What we made and are now only to look at stays where it is, and no longer as ours.
    fn release(&mut self, case: &Case<'_>) {
        let (id, key) = (case.wish.id, &case.key);
        let said = format!("{key} is only referred to now: it leaves the lake and stays on AWS");
        let origin = case.wish.node.origin.clone();
        self.plan.notes.push(Note { node: id.clone(), origin, word: "Retained", said });
        if case.traits.wears == Wears::Nothing {
            self.plan.forget.insert((id.clone(), key.clone()));
        } else {
            let taking = self.scene.remarked(id, key);
            self.plan.steps.push(Step { taking, ..leaving::step(id, key, Change::Retain) });
        }
    }

    /// What is found by its name may have another ARN than the name lets expect, as a role below a path has.
    fn misnamed(&mut self, case: &Case<'_>, told: &Facts) {
        let arns = case.predicted.get("arn").zip(told.get("arn"));
        if let Some((expected, told)) = arns.filter(|(expected, told)| expected != told) {
            let said = format!(
                "{} {} is {told}, while this lake takes it for {expected}: policies that name the latter name nobody. Write \
                 its ARN as `external`",
                words(case.wish.id.kind()),
                case.key
            );
            let origin = case.wish.node.origin.clone();
            self.plan.notes.push(Note { node: case.wish.id.clone(), origin, word: "OtherArn", said });
        }
    }

    fn own(&mut self, case: &Case<'_>) {
        let (id, key) = (case.wish.id, &case.key);
        let mut facts = later(case.traits, &case.predicted, None);
        let mut taking = None;
        let mut wanted = case.wish.json.cloned();
        if self.scene.is_wanted_by_another(id, key) {
            let others = self.scene.wanted_by[key].iter().copied().filter(|other| *other != id);
            let reason = Reason {
                why: format!("{id} and {} are both {key}", list(others)),
                remedy: "Give one of them another name, or remove it.".to_owned(),
            };
            return self.add(case.wish, Some(key), Change::Blocked(reason), facts);
        }
        let change = match self.scene.presence(id, key) {
            // Whatever is under the new name, what lives under the old one goes: that much is told unseen.
            None => self.rename(case).unwrap_or_else(|| {
                self.unseen.insert(id.clone());
                Change::CreateUnseen
            }),
            Some(Presence::Settling(reason)) => Change::Settle(reason.clone()),
            Some(Presence::Unreadable(error)) => Change::Unreadable(error.clone()),
            Some(Presence::Absent) => {
                self.would_be_lost(case).or_else(|| self.rename(case)).unwrap_or_else(|| self.make(case.wish))
            }
            Some(found @ Presence::Present { settings, facts: told, .. }) => {
                let there = There { has: settings.json(), facts: told };
                let leave = left_alone(case, &there);
                let changes = self.changes(id, case.wish.node, case.traits, there.has, case.wants);
                if let Some(wanted) = &mut wanted {
                    leave.into_iter().for_each(|(path, value)| {
                        diff::set(wanted, &path, value);
                    });
                }
                let standing = self.scene.standing(id, key, found).expect("it is there");
                let how = take(case, &standing, &changes, self.scene.got(id, key));
                let change = match how.or_else(|no| if self.comes_along(key) { Ok(None) } else { Err(no) }) {
                    Ok(how) => {
                        taking = how;
                        let (change, held) = self.present(case, changes, taking.as_ref());
                        if let Some(wanted) = &mut wanted {
                            for path in held {
                                diff::set(wanted, &path, diff::get(there.has, &path).cloned());
                            }
                        }
                        change
                    }
                    Err(change) => change,
                };
                let keeps = matches!(change, Change::Keep | Change::Wait(_));
                facts = match &change {
                    Change::Replace { .. } | Change::Unknown(_) => facts,
                    Change::Keep | Change::Wait(_) => later(case.traits, there.facts, Some(&case.predicted)),
                    _ => later(case.traits, &case.predicted, Some(there.facts)),
                };
                if keeps {
                    let found = taking == Some(Taking::Found) || matches!(standing, Standing::Loose { .. });
                    self.remember(case, if found { Got::Found } else { Got::Made });
                }
                change
            }
        };
        let (change, superseded) = self.former_keys(case, change);
        if let Change::Replace { old, .. } = &change {
            taking = taking.or_else(|| self.scene.remarked(id, old));
        }
        if let (Change::Update(_), Some(Taking::Adopt(_))) = (&change, &taking) {
            self.taken_over.insert(key.clone());
        }
        self.add(case.wish, Some(key), change, facts);
        if let Some(step) =
            self.plan.steps.iter_mut().rev().find(|step| &step.node == id && step.wanted.is_some())
        {
            if let Some(Taking::Move(was)) = &taking {
                step.secret.extend(self.scene.record.secrets(self.scene.kinds, was));
            }
            step.taking = taking;
            step.wanted = wanted;
            step.superseded = superseded;
        }
    }

    /// Whether what a key names can wear no mark and hangs on what is taken over before it is changed.
    fn comes_along(&self, key: &Key) -> bool {
        let kinds = self.scene.kinds;
        let holder = kinds.hangs_on(key).filter(|_| kinds.of(key).wears == Wears::Nothing);
        holder.is_some_and(|holder| self.taken_over.contains(&holder))
    }

    /// What can wear no mark is not made on what became somebody else's and a member wants: it would be theirs. What no
    /// member wants any more is a thing outside the lake, as if it never had been the lake's.
    fn would_be_lost(&self, case: &Case<'_>) -> Option<Change> {
        let is_made = self.comes_along(&case.key) || self.scene.hangs_on_what_left(&case.key);
        if case.traits.wears != Wears::Nothing || is_made {
            return None;
        }
        let lost = self.scene.lost_with_holder(&case.key)?;
        let lost = take(case, &lost, &[], Some(Got::Made)).err();
        lost.filter(|change| matches!(change, Change::Foreign(_) | Change::Anew(_)))
    }

    fn make(&mut self, wish: &Wish<'_>) -> Change {
        if let Some(reason) = self.waits_for(wish) {
            return self.wait(wish.id, reason);
        }
        if wish.needs.iter().any(|need| self.unseen.contains(need)) {
            self.unseen.insert(wish.id.clone());
            return Change::CreateUnseen;
        }
        Change::Create
    }

    /// The fields that differ, but for what is left alone.
    pub(super) fn changes(
        &self,
        id: &NodeId,
        node: &Node,
        traits: &Traits,
        has: &Value,
        wants: &Value,
    ) -> Vec<FieldChange> {
        let owned = self.scene.record.nodes.get(id).map(|remembered| &remembered.owned);
        let mut changes = diff::diff(has, wants, Sharing { maps: traits.shared, owned });
        changes.retain(|change| {
            let ignored = node.treatment.ignore_drift.iter().any(|path| change.path.starts_with(path));
            let left = change.wanted.is_none() && is_left_to_aws(traits, &change.path);
            !(ignored || left || is_among(traits.unread.iter(), &change.path))
        });
        changes
    }

    pub(super) fn waits_for(&self, wish: &Wish<'_>) -> Option<String> {
        wish.needs.iter().find_map(|need| self.waits.get(need)).cloned()
    }

    pub(super) fn wait(&mut self, id: &NodeId, reason: String) -> Change {
        self.waits.insert(id.clone(), reason.clone());
        Change::Wait(reason)
    }

    fn remember(&mut self, case: &Case<'_>, got: Got) {
        self.plan.remember.insert((case.wish.id.clone(), case.key.clone()), got);
    }

    fn add(
        &mut self,
        wish: &Wish<'_>,
        key: Option<&Key>,
        change: Change,
        facts: BTreeMap<String, Later<String>>,
    ) {
        self.facts.insert(wish.id.clone(), facts.clone());
        self.origins.insert(wish.id.clone(), wish.node.origin.clone());
        self.plan.steps.push(Step {
            node: wish.id.clone(),
            key: key.cloned(),
            change,
            taking: None,
            facts,
            origin: wish.node.origin.clone(),
            after: wish.needs.clone(),
            hold: wish.node.hold,
            waits: self.partly.get(wish.id).cloned(),
            superseded: BTreeSet::new(),
            wanted: wish.json.cloned().or(Some(Value::Null)),
            secret: wish
                .node
                .treatment
                .secret
                .union(&self.scene.record.secrets(self.scene.kinds, wish.id))
                .cloned()
                .collect(),
            aliases: wish.node.aliases.clone(),
        });
    }
}

fn is_left_to_aws(traits: &Traits, path: &FieldPath) -> bool {
    is_among(traits.left_to_aws.iter().map(|(left, _)| left), path)
}

/// Whether a path is one of some, or lies below one.
fn is_among<'p>(mut paths: impl Iterator<Item = &'p &'static str>, path: &FieldPath) -> bool {
    paths.any(|among| among.parse::<FieldPath>().is_ok_and(|among| path.starts_with(&among)))
}

/// The facts of a kind after a step: the first that is known.
fn later(traits: &Traits, first: &Facts, second: Option<&Facts>) -> BTreeMap<String, Later<String>> {
    let known = |name: &str| first.get(name).or_else(|| second?.get(name)).cloned();
    let listed =
        traits.facts.iter().map(|name| ((*name).to_owned(), known(name).map_or(Later::Later, Later::Known)));
    let others = first.iter().map(|(name, value)| (name.clone(), Later::Known(value.clone())));
    others.chain(listed).collect()
}

/// Why a node that is looked at is waited for.
fn absence(id: &NodeId, node: &Node) -> String {
    let what = format!("waits for {} {}", words(id.kind()), id.name());
    if node.brought_by.is_empty() {
        return format!("{what}, which does not exist");
    }
    let makers = node.brought_by.iter().map(|by| format!("{} {}", words(by.kind()), by.name()));
    format!("{what}, which {} makes", makers.collect::<Vec<_>>().join(" or "))
}

pub(super) fn list<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}
