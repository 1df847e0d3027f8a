//! The loops that the doors call.
//!
//! [`Engine::round`] is one pass and never waits: it tells when to come again. [`Engine::settle`] goes round until
//! all is quiet, within a time. Both observe, plan, apply, and observe what was touched.

mod fence;
mod lineages;
mod pass;
mod patience;
mod recall;
mod round;
mod settle;
mod stop;

pub use lineages::{Lineages, Members, Rivals, new_lineage};
pub use patience::pause;
pub use recall::Recalled;
pub use round::Look;
pub use stop::Stop;

use crate::{
    apply::{self, Tools},
    cloud::Cloud,
    contents::{Contents, Held},
    deadline::{self, Timely},
    error::{CloudError, Retry},
    failure::{Action, Failure},
    graph::{Graph, NodeId},
    inventory::{Inventory, Presence},
    key::Key,
    kind::{Data, Kinds, Wears},
    observe::{self, Observed},
    owner::{Identity, Lineage, Owner},
    place::Place,
    plan::{Change, Note, Plan},
    progress::Progress,
    record::Record,
    secrets::Secrets,
};
use futures::future::{BoxFuture, join, join_all};
use lake_api::FieldPath;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How many calls are under way at once, where nothing else is said.
pub const CONCURRENCY: usize = 16;

/// How long AWS may take to show what was made: terraform-provider-aws waits as long for a new Glue or IAM resource.
const VISIBLE_WITHIN: Duration = Duration::from_secs(120);

/// Where the record is kept while a lake is worked on, as Kubernetes does it: before each create. What is ours is then
/// never forgotten, so no sign of an unfinished creation is needed, and no list of all that wears the lake's mark unless
/// the memory was lost. Terraform can keep the record only when all is done, and has no such memory.
pub trait Memory: Send + Sync {
    /// Keep the record. Nothing is created before this has succeeded. An apply calls it once at a time, and each time
    /// with all that it learnt so far.
    fn keep<'a>(&'a self, record: &'a Record) -> BoxFuture<'a, Result<(), CloudError>>;
}

/// What works on the lakes of one owner at one place. Cheap to clone; clones share what they know.
#[derive(Clone)]
pub struct Engine {
    cloud: Arc<dyn Cloud>,
    owner: Owner,
    place: Place,
    /// The lineage of a lake that this engine creates, and whether lineages are compared at all.
    lineage: Lineage,
    memory: Option<Arc<dyn Memory>>,
    /// Keys of the lake that nothing is done about, and that join no record.
    kept: Arc<BTreeSet<Key>>,
    stop: Stop,
    concurrency: usize,
    /// When each key was made by this process.
    made: Arc<Mutex<BTreeMap<Key, Instant>>>,
    /// How far this process has come with what it does in portions.
    progress: Progress,
}

/// What came of a round, or of all rounds of a settle.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is left to do: quiet when all is as wanted.
    pub plan: Plan,
    /// What the lake remembers now.
    pub record: Record,
    /// What was found last.
    pub inventory: Inventory,
    /// What was not done, and why. Empty when all went well.
    pub failures: Vec<Failure>,
    /// What the user should be told of what was done.
    pub notes: Vec<Note>,
    /// Why lists of what wears the lake's mark failed, one for each that did: leftovers may have been overlooked.
    pub unlisted: Vec<CloudError>,
    /// Other lakes of this owner and name, beside which nothing was written.
    pub rivals: Option<Rivals>,
    /// Whether the user stopped it before it was through.
    pub stopped: bool,
}

/// One pass, carried out.
#[derive(Clone, Debug)]
pub struct Round {
    /// What was to be done when it began.
    pub plan: Plan,
    /// What came of it.
    pub outcome: Outcome,
    /// When to come again.
    pub again: Again,
}

/// When a lake asks for another round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// When the spec changes, or the world does.
    Quiet,
    /// At once: what was done makes way for more.
    Now,
    /// After a pause of this class ([`pause`]), since something failed.
    After(Retry),
}

impl Engine {
    /// An engine for one lake. `lineage` is the one that a lake gets which is made anew.
    #[must_use]
    pub fn new(cloud: Arc<dyn Cloud>, owner: Owner, place: Place, lineage: Lineage) -> Self {
        Engine {
            cloud: Arc::new(Timely(cloud)),
            owner,
            place,
            lineage,
            memory: None,
            kept: Arc::default(),
            stop: Stop::default(),
            concurrency: CONCURRENCY,
            made: Arc::default(),
            progress: Progress::default(),
        }
    }

    /// Keep the record there while working.
    #[must_use]
    pub fn with_memory(self, memory: Arc<dyn Memory>) -> Self {
        Engine { memory: Some(memory), ..self }
    }

    /// Work through another handle on the same cloud.
    #[must_use]
    pub fn with_cloud(self, cloud: Arc<dyn Cloud>) -> Self {
        Engine { cloud: Arc::new(Timely(cloud)), ..self }
    }

    /// Leave these keys of the lake to whoever works on it next.
    #[must_use]
    pub fn with_kept(self, kept: BTreeSet<Key>) -> Self {
        Engine { kept: Arc::new(kept), ..self }
    }

    /// Stop when this handle says so.
    #[must_use]
    pub fn with_stop(self, stop: Stop) -> Self {
        Engine { stop, ..self }
    }

    /// Have at most this many calls under way at once.
    #[must_use]
    pub fn with_concurrency(self, concurrency: usize) -> Self {
        Engine { concurrency: concurrency.max(1), ..self }
    }

    /// Look at all that is wanted or remembered, and at what wears this lake's mark and is not remembered: that
    /// joins the record.
    ///
    /// A new lake whose lineage is compared learns here which lineages of its owner's lake there are.
    pub async fn observe(&self, graph: &Graph, record: &mut Record) -> Observed {
        let blind = self.compares() && (record.lineage.is_none() || record.nodes.is_empty());
        let planned = if blind { record.lineage.take() } else { None };
        let mut observed = self.observe_marked(graph, record).await;
        if record.lineage.is_none() {
            self.find_lineage(planned, record, &mut observed);
        }
        observed
    }

    async fn observe_marked(&self, graph: &Graph, record: &mut Record) -> Observed {
        let mut inventory = Inventory::new();
        let listed = if self.memory.is_none() || self.was_forgotten(graph, record, &mut inventory).await {
            // Neither needs the other, and somebody waits for both.
            let known = record.clone();
            join(self.leftovers(graph, record), self.observe_missing(graph, &known, &mut inventory)).await.0
        } else {
            Default::default()
        };
        self.observe_missing(graph, record, &mut inventory).await;
        let (leftovers, mut unlisted) = listed;
        if !unlisted.is_empty() {
            let secrets = Secrets::of(self.kinds(), graph, record, &inventory);
            unlisted.iter_mut().for_each(|error| secrets.censor(error));
        }
        Observed { inventory, leftovers, unlisted, rivals: None }
    }

    /// List what wears the lake's mark and is not remembered: that joins the record, but for what is kept for whoever
    /// works on the lake next.
    async fn leftovers(
        &self,
        graph: &Graph,
        record: &mut Record,
    ) -> (BTreeSet<(NodeId, Key)>, Vec<CloudError>) {
        let identity = self.identity(record);
        let (mut leftovers, unlisted) = observe::leftovers(&*self.cloud, &identity, graph, record).await;
        leftovers.retain(|(node, key)| {
            let kept = self.kept.contains(key);
            if kept {
                record.forget(node, key);
            }
            !kept
        });
        (leftovers, unlisted)
    }

    /// Whether a lake that is kept in a memory seems to have lost it: nothing is remembered, and something that is wanted
    /// wears its mark. A new lake, which is much the same to look at, is spared the search for what else might.
    async fn was_forgotten(&self, graph: &Graph, record: &Record, inventory: &mut Inventory) -> bool {
        if !record.nodes.is_empty() {
            return false;
        }
        self.observe_missing(graph, record, inventory).await;
        inventory.values().flat_map(BTreeMap::values).any(Presence::may_be_ours)
    }

    /// Look at what is wanted or remembered and is not in the inventory yet.
    pub async fn observe_missing(&self, graph: &Graph, record: &Record, inventory: &mut Inventory) {
        let fresh = self.fresh();
        observe::observe(&*self.cloud, &self.identity(record), graph, record, &fresh, inventory).await;
        observe::births_of_unmarked(&*self.cloud, record, inventory).await;
        self.trust_sight_of(inventory);
        let unread = |presence: &Presence| matches!(presence, Presence::Unreadable(_));
        if inventory.values().flat_map(BTreeMap::values).any(unread) {
            let secrets = Secrets::of(self.kinds(), graph, record, inventory);
            for presence in inventory.values_mut().flat_map(BTreeMap::values_mut) {
                if let Presence::Unreadable(error) = presence {
                    secrets.censor(error);
                }
            }
        }
    }

    /// Observe and plan: what a round would do, which the caller may let it do or leave.
    pub async fn look<'a>(&'a self, graph: &'a Graph, record: Record) -> Look<'a> {
        Look::at(self, graph, record).await
    }

    /// What goes with what a plan empties: a call for each, side by side, and none for any other plan. What cannot be told, for
    /// want of a permission for one, is left out.
    pub async fn contents(&self, plan: &Plan) -> Contents {
        let emptied = plan.steps.iter().filter(|step| step.change == Change::Delete(Data::Empty));
        let keys: Vec<Key> = emptied.filter_map(|step| step.key.clone()).collect();
        join_all(keys.into_iter().map(|key| self.held(key))).await.into_iter().flatten().collect()
    }

    async fn held(&self, key: Key) -> Option<(Key, Held)> {
        let held = self.cloud.held(&key).await;
        let held = held.inspect_err(|error| tracing::debug!("what is in {key} cannot be told: {error}"));
        let held = held.ok().flatten()?;
        Some((key, held))
    }

    /// One pass: observe, plan, apply, and look at what was touched. Never waits for a time.
    pub async fn round(&self, graph: &Graph, record: Record) -> Round {
        self.look(graph, record).await.go().await
    }

    /// Passes until all is quiet, nothing more can be done, or the time is over: what has no answer by then is unanswered.
    /// An empty graph destroys the lake.
    ///
    /// `fence` is the plan that the user was shown: what it does not say will be destroyed fails with "changed since
    /// the plan was made", and what it shows as waiting is left out.
    pub async fn settle<'a>(
        &'a self,
        graph: &'a Graph,
        record: Record,
        within: Duration,
        fence: Option<&'a Plan>,
    ) -> Outcome {
        deadline::by(Instant::now() + within, async {
            let mut look = self.look(graph, record).await;
            look.list(within).await;
            look.settle(within, fence).await
        })
        .await
    }

    /// The record of a lake that exists, from the marks it wears (an import): of this lineage, or of the only one there is.
    ///
    /// # Errors
    /// When what wears the mark cannot be listed.
    pub async fn recall(&self, lineage: Option<&str>) -> Result<Recalled, CloudError> {
        recall::recall(self, lineage).await
    }

    /// The record of a lake of which only what was last applied is remembered, `was`: Terraform forgets the record with a
    /// provider that dies within an update. What wears the lake's mark is the lake's, and so is what hangs on that; what
    /// can wear none and hangs on nothing of the lake is from now on only used.
    ///
    /// # Errors
    /// When what wears the mark cannot be listed.
    pub async fn remember_again(&self, was: &Graph) -> Result<(Record, Observed), CloudError> {
        recall::remember_again(self, was).await
    }

    /// Remember when some of a lake's resources were made, where a list tells it and a look does not.
    async fn list_births(&self, mut keys: Vec<Key>, record: &mut Record) {
        let kinds = self.kinds();
        keys.retain(|key| kinds.of(key).birth.is_none() && kinds.of(key).wears == Wears::Tags);
        if keys.is_empty() {
            return;
        }
        // Who may not list them is told so when a mark is missing.
        let Ok(births) = self.cloud.births(&keys).await else { return };
        for (key, keeping) in record.nodes.values_mut().flat_map(|it| &mut it.keys) {
            if let Some(birth) = births.get(key) {
                keeping.birth = Some(birth.clone());
            }
        }
    }

    /// Put the sign of an unfinished creation on one of some resources of the lake that a record speaks of: whoever creates the
    /// lake next goes on with them.
    ///
    /// # Errors
    /// The failure where none of them could be signed.
    pub async fn sign(&self, some: &[(NodeId, Key)], record: &Record) -> Result<(), Failure> {
        let identity = self.identity(record);
        let markable = some.iter().find(|(_, key)| self.kinds().of(key).wears != Wears::Nothing);
        let Some((node, key)) = markable else { return Ok(()) };
        apply::sign(self.tools(&identity), node, key, true).await.map_err(|cause| Failure {
            node: node.clone(),
            origin: FieldPath::root(),
            action: Action::Update,
            cause,
            done: None,
        })
    }

    /// The kinds that there are.
    fn kinds(&self) -> Kinds {
        self.cloud.kinds()
    }

    fn tools<'t>(&'t self, identity: &'t Identity) -> Tools<'t> {
        Tools {
            cloud: &*self.cloud,
            identity,
            memory: self.memory.as_deref(),
            stop: &self.stop,
            concurrency: self.concurrency,
            progress: &self.progress,
        }
    }

    /// Keys that this process made so lately that a read may not see them yet.
    fn fresh(&self) -> BTreeSet<Key> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|_, when| when.elapsed() < VISIBLE_WITHIN);
        made.keys().cloned().collect()
    }

    /// What has been seen is visible: should it be absent at the next look, somebody has deleted it.
    fn trust_sight_of(&self, inventory: &Inventory) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, presence) in inventory.values().flatten() {
            if matches!(presence, Presence::Present { .. }) {
                made.remove(key);
            }
        }
    }

    fn remember_making(&self, made: &BTreeSet<Key>, removed: &BTreeSet<Key>) {
        let mut known = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|key, _| !removed.contains(key));
        known.extend(made.iter().map(|key| (key.clone(), Instant::now())));
    }
}
