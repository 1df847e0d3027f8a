//! Applies that go on by turns: each call waits until a schedule says that it is the next one.
//!
//! No time passes between two calls and nothing is left to chance, so that a schedule, played again, leads to the same end.

use crate::{random::place, sim::Sim};
use futures::{
    channel::oneshot,
    future::{BoxFuture, poll_fn},
};
use lake_reconcile::{
    cloud::{Cloud, Listed, Write},
    error::CloudError,
    graph::NodeId,
    inventory::Sight,
    key::Key,
    kind::Kinds,
    kinds::{KINDS, RegisteredSettings as _},
    owner::{Owner, Worn},
    settings::Settings,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turn {
    /// This call of an apply is made and answered, by how many calls the apply had begun before.
    Call { who: usize, number: usize },
    /// An apply that waits for a time has waited for it.
    Wake { who: usize },
}

impl Turn {
    /// Whose turn it is.
    pub(crate) fn who(self) -> usize {
        match self {
            Turn::Call { who, .. } | Turn::Wake { who } => who,
        }
    }
}

/// Keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Keys {
    All,
    Some(BTreeSet<Key>),
}

impl Keys {
    fn meet(&self, other: &Keys) -> bool {
        match (self, other) {
            (Keys::Some(some), _) | (_, Keys::Some(some)) if some.is_empty() => false,
            (Keys::Some(one), Keys::Some(other)) => !one.is_disjoint(other),
            _ => true,
        }
    }
}

/// What a turn looks at and what it changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Touches {
    looks_at: Keys,
    changes: Keys,
}

impl Touches {
    fn nothing() -> Self {
        Touches { looks_at: Keys::Some(BTreeSet::new()), changes: Keys::Some(BTreeSet::new()) }
    }

    /// A look at one key, or a write to it.
    pub(crate) fn one(key: Key, writes: bool) -> Self {
        let touches = Touches::looks_at([key]);
        if writes { Touches { changes: touches.looks_at.clone(), ..touches } } else { touches }
    }

    fn looks_at(keys: impl IntoIterator<Item = Key>) -> Self {
        Touches { looks_at: Keys::Some(keys.into_iter().collect()), ..Touches::nothing() }
    }

    /// Whether both come to the same in either order: neither changes what the other looks at or changes.
    pub(crate) fn commutes_with(&self, other: &Touches) -> bool {
        let hits = |one: &Touches, other: &Touches| {
            one.changes.meet(&other.looks_at) || one.changes.meet(&other.changes)
        };
        !hits(self, other) && !hits(other, self)
    }
}

/// A write that was made.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) who: usize,
    pub(crate) key: Key,
    pub(crate) creates: bool,
    /// The mark that was there before; `None` where nothing was there.
    pub(crate) before: Option<Option<Worn>>,
    pub(crate) succeeded: bool,
    /// How many marks this apply had asked for and been told of when it began this write.
    pub(crate) begun_after: usize,
    /// The same when it was answered.
    pub(crate) ended_after: usize,
}

/// The calls that wait for their turn, and what was done.
#[derive(Default)]
pub(crate) struct Table {
    waiting: BTreeMap<Turn, (Touches, oneshot::Sender<()>)>,
    begun: BTreeMap<usize, usize>,
    /// Calls whose turn it is: they are answered with the next tick of the runtime.
    under_way: usize,
    marks_told: BTreeMap<usize, usize>,
    pub(crate) written: Vec<Written>,
}

/// The simulated cloud as one of several applies sees it, whose calls wait for their turn.
pub(crate) struct ByTurns {
    pub(crate) sim: Arc<Sim>,
    pub(crate) who: usize,
    pub(crate) table: Arc<Mutex<Table>>,
}

impl ByTurns {
    fn table<T>(&self, look: impl FnOnce(&mut Table) -> T) -> T {
        look(&mut self.table.lock().unwrap())
    }

    async fn in_turn<T>(&self, touches: Touches, call: impl Future<Output = T>) -> T {
        let (go, my_turn) = oneshot::channel();
        self.table(|table| {
            let begun = table.begun.entry(self.who).or_default();
            table.waiting.insert(Turn::Call { who: self.who, number: *begun }, (touches, go));
            *begun += 1;
        });
        my_turn.await.expect("who gives turns outlives those who take them");
        let answer = call.await;
        self.table(|table| table.under_way -= 1);
        answer
    }

    fn marks_told(&self) -> usize {
        self.table(|table| table.marks_told.get(&self.who).copied().unwrap_or_default())
    }

    async fn write(&self, node: &NodeId, write: Write) -> Result<(), CloudError> {
        let key = match &write {
            Write::Create { settings, .. } => settings.key(&place()).expect("a create knows its key"),
            Write::Update { key, .. } | Write::Mark { key, .. } | Write::Delete { key, .. } => key.clone(),
        };
        let mut touches = Touches::one(key.clone(), true);
        if matches!(write, Write::Delete { .. }) {
            // It asks who uses what goes.
            touches.looks_at = Keys::All;
        }
        let (creates, begun_after) = (matches!(write, Write::Create { .. }), self.marks_told());
        self.in_turn(touches, async {
            let before = self.sim.world(|world| world.resources.get(&key).map(|it| it.worn.clone()));
            let answer = self.sim.write(node, write).await;
            let (who, ended_after) = (self.who, self.marks_told());
            let succeeded = answer.is_ok();
            let written = Written { who, key, creates, before, succeeded, begun_after, ended_after };
            self.table(|table| table.written.push(written));
            answer
        })
        .await
    }
}

impl Cloud for ByTurns {
    fn kinds(&self) -> Kinds {
        KINDS
    }

    fn read<'a>(&'a self, keys: Vec<Key>) -> BoxFuture<'a, Vec<(Key, Sight<Settings>)>> {
        Box::pin(self.in_turn(Touches::looks_at(keys.clone()), self.sim.read(keys)))
    }

    fn births<'a>(&'a self, keys: &'a [Key]) -> BoxFuture<'a, Result<BTreeMap<Key, String>, CloudError>> {
        Box::pin(self.in_turn(Touches::looks_at(keys.iter().cloned()), self.sim.births(keys)))
    }

    fn worn<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Option<Worn>>, CloudError>> {
        Box::pin(async move {
            let worn = self.in_turn(Touches::looks_at([key.clone()]), self.sim.worn(key)).await;
            self.table(|table| *table.marks_told.entry(self.who).or_default() += 1);
            worn
        })
    }

    fn write<'a>(&'a self, node: &'a NodeId, write: Write) -> BoxFuture<'a, Result<(), CloudError>> {
        Box::pin(ByTurns::write(self, node, write))
    }

    fn marked<'a>(&'a self, owner: &'a Owner, parents: &'a [Key]) -> BoxFuture<'a, Listed> {
        let touches = Touches { looks_at: Keys::All, ..Touches::nothing() };
        Box::pin(self.in_turn(touches, self.sim.marked(owner, parents)))
    }
}

/// One of the applies.
struct Player<'a, T> {
    apply: BoxFuture<'a, T>,
    woken: Arc<Woken>,
    /// It waits for a time, and may go on only when its turn comes.
    sleeps: bool,
    end: Option<T>,
}

/// Whether an apply was woken since it was polled last.
#[derive(Default)]
struct Woken {
    yes: AtomicBool,
    whole: Mutex<Option<Waker>>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.yes.store(true, Ordering::SeqCst);
        if let Some(whole) = self.whole.lock().unwrap().take() {
            whole.wake();
        }
    }
}

impl<T> Player<'_, T> {
    /// Let it go on, if something has woken it and it does not wait for its turn to wake; whether it did.
    fn goes_on(&mut self, whole: &Waker) -> bool {
        *self.woken.whole.lock().unwrap() = Some(whole.clone());
        if self.end.is_some() || self.sleeps || !self.woken.yes.swap(false, Ordering::SeqCst) {
            return false;
        }
        let waker = Waker::from(self.woken.clone());
        if let Poll::Ready(end) = self.apply.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.end = Some(end);
        }
        true
    }
}

/// Let applies go on until all of them have ended, one turn after the other. `schedule` says whose turn it is; `None` where
/// it breaks the game off.
pub(crate) async fn by_turns<'a, T: 'a>(
    applies: Vec<BoxFuture<'a, T>>,
    table: &Mutex<Table>,
    mut schedule: impl FnMut(&BTreeMap<Turn, Touches>) -> Option<Turn>,
) -> Option<Vec<T>> {
    let player = |apply: BoxFuture<'a, T>| Player {
        // Tokio would have it come back later after some polls.
        apply: Box::pin(tokio::task::unconstrained(apply)) as BoxFuture<'a, T>,
        woken: Arc::new(Woken { yes: AtomicBool::new(true), ..Woken::default() }),
        sleeps: false,
        end: None,
    };
    let mut players: Vec<Player<'_, T>> = applies.into_iter().map(player).collect();
    let mut wakes = None;
    let ended = poll_fn(|cx| {
        loop {
            let went_on: Vec<usize> =
                (0..players.len()).filter(|who| players[*who].goes_on(cx.waker())).collect();
            if !went_on.is_empty() {
                wakes = wakes.filter(|who| !went_on.contains(who));
                continue;
            }
            let mut table = table.lock().unwrap();
            if table.under_way > 0 || wakes.is_some() {
                return Poll::Pending;
            }
            if players.iter().all(|player| player.end.is_some()) {
                return Poll::Ready(true);
            }
            let mut turns: BTreeMap<Turn, Touches> =
                table.waiting.iter().map(|(turn, (touches, _))| (*turn, touches.clone())).collect();
            let calling: BTreeSet<usize> = turns.keys().map(|turn| turn.who()).collect();
            for (who, player) in players.iter_mut().enumerate() {
                player.sleeps = player.end.is_none() && !calling.contains(&who);
                if player.sleeps {
                    turns.insert(Turn::Wake { who }, Touches::nothing());
                }
            }
            match schedule(&turns) {
                None => return Poll::Ready(false),
                Some(Turn::Wake { who }) => {
                    players[who].sleeps = false;
                    wakes = Some(who);
                }
                Some(turn) => {
                    let (_, go) = table.waiting.remove(&turn).expect("a call that waits is chosen");
                    table.under_way += 1;
                    go.send(()).expect("who waits for a turn takes it");
                }
            }
        }
    });
    let ended = ended.await;
    ended.then(|| players.into_iter().map(|player| player.end.expect("all have ended")).collect())
}
