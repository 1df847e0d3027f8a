//! The calls of one operation.

use super::{
    Tools,
    ledger::{Ledger, Promise},
    ops::Op,
};
use crate::{
    cloud::Write,
    diff::{self, FieldChange},
    error::{CloudError, Retry},
    failure::Cause,
    graph::NodeId,
    inventory::{Facts, Sight},
    key::Key,
    kind::{Data, Wears},
    owner::{Mark, Marking, Worn},
    plan::{Change, Step, Taking},
    settings::Settings,
};
use serde_json::Value;

/// What is called, all references in place.
pub(super) enum Job {
    /// Make or change a resource.
    Make(Box<Make>),
    /// Delete a resource.
    Remove { node: NodeId, key: Key, data: Data, taking: Option<Taking>, holder: Option<Key> },
    /// Mark a resource as left behind.
    Retain { node: NodeId, key: Key, taking: Option<Taking> },
    /// Take the mark of a resource off.
    Release { node: NodeId, key: Key },
    /// Put the sign of a lake that is being created on, or take it off.
    Mark { node: NodeId, key: Key, creating: bool },
}

/// A resource to be made, changed, or taken over.
pub(super) struct Make {
    node: NodeId,
    key: Key,
    settings: Settings,
    /// `None`: it is made.
    changes: Option<Vec<FieldChange>>,
    taking: Option<Taking>,
    /// What of the lake's own it hangs on, if it can wear no mark.
    holder: Option<Key>,
    creating: bool,
    /// Whether the lake's creation is not at its end, and another apply may be creating it at this moment.
    new: bool,
    /// Whether somebody waits for facts that only a look can bring.
    asks: bool,
    /// What the record is told first, where the key was not known before now and nobody looked.
    learnt: Option<Promise>,
}

/// What came of a job.
pub(super) struct Done {
    pub(super) key: Key,
    pub(super) wants: Value,
    pub(super) facts: Facts,
}

impl Job {
    #[expect(clippy::too_many_arguments, reason = "each is a part of one make, told once")]
    pub(super) fn make(
        step: &Step,
        settings: Settings,
        key: Key,
        holder: Option<Key>,
        creating: bool,
        new: bool,
        asks: bool,
        learnt: Option<Promise>,
    ) -> Self {
        let changes = match &step.change {
            Change::Update(changes) => {
                Some(changes.iter().filter_map(|change| known(change, settings.json())).collect())
            }
            _ => None,
        };
        let (node, taking) = (step.node.clone(), step.taking.clone());
        Job::Make(Box::new(Make {
            node,
            key,
            settings,
            changes,
            taking,
            holder,
            creating,
            new,
            asks,
            learnt,
        }))
    }
}

/// The change with what is known by now; `None` when it turns out to be none.
fn known(change: &FieldChange, wants: &Value) -> Option<FieldChange> {
    if !change.is_unknown() {
        return Some(change.clone());
    }
    let wanted = diff::get(wants, &change.path).cloned();
    (change.was != wanted).then(|| FieldChange { wanted, ..change.clone() })
}

pub(super) async fn perform(
    tools: Tools<'_>,
    ledger: &Ledger<'_>,
    op: Op,
    job: Job,
) -> (Op, Result<Done, Cause>) {
    let done = match job {
        Job::Make(make) => make.perform(tools, ledger).await,
        Job::Remove { node, key, data, taking, holder } => {
            let wearing = Expect::of(taking.as_ref());
            remove(tools, &node, &key, holder.as_ref(), data, &wearing).await.map(|()| nothing(key))
        }
        Job::Release { node, key } => {
            remark(tools, &node, &key, Marking::off(), &Expect::Taken(&Taking::Remark))
                .await
                .map(|()| nothing(key))
        }
        Job::Retain { node, key, taking } => {
            let marking = Marking::of(&tools.identity.retained(&node, tools.traits(&key)));
            remark(tools, &node, &key, marking, &Expect::of(taking.as_ref())).await.map(|()| nothing(key))
        }
        Job::Mark { node, key, creating } => sign(tools, &node, &key, creating).await.map(|()| nothing(key)),
    };
    (op, done)
}

/// Put the sign of a lake that is being created on, or take it off: its creation is at its end.
pub(crate) async fn sign(tools: Tools<'_>, node: &NodeId, key: &Key, creating: bool) -> Result<(), Cause> {
    let marking = Marking::of(&tools.identity.mark(node, tools.traits(key), creating));
    remark(tools, node, key, marking, &Expect::Ours).await
}

fn nothing(key: Key) -> Done {
    Done { key, wants: Value::Null, facts: Facts::new() }
}

impl Make {
    async fn perform(self, tools: Tools<'_>, ledger: &Ledger<'_>) -> Result<Done, Cause> {
        let mark = tools.identity.mark(&self.node, tools.traits(&self.key), self.creating);
        expect_holder(tools, self.holder.as_ref()).await?;
        match &self.changes {
            None => self.create(tools, ledger, mark).await?,
            Some(changes) => self.change(tools, mark, changes).await?,
        }
        let facts = if self.asks { look(tools, &self.key).await? } else { Facts::new() };
        Ok(Done { key: self.key, wants: self.settings.json().clone(), facts })
    }

    async fn create(&self, tools: Tools<'_>, ledger: &Ledger<'_>, mark: Worn) -> Result<(), Cause> {
        if let Some(promise) = &self.learnt {
            // Its key was not known when the plan was made. Nothing is created on a guess.
            match tools.cloud.read(vec![self.key.clone()]).await.into_iter().next() {
                Some((_, Sight::Absent)) => {}
                Some((_, Sight::Unreadable(error))) => return Err(Cause::Refused(error)),
                _ => {
                    return Err(Cause::Unsettled(format!(
                        "{} is there already and is looked at first",
                        self.key
                    )));
                }
            }
            ledger.promise(&self.node, &self.key, promise);
            ledger.keep().await.map_err(Cause::Refused)?;
        }
        let create = Write::Create { settings: self.settings.clone(), mark };
        let made = tools.cloud.write(&self.node, create).await.map_err(Cause::Refused);
        // The anchor is read back though AWS answered success: some creates answer so where the name exists. Of the
        // others, only a refusal can tell of another apply.
        if self.new && (self.creating || made.is_err()) {
            self.was_first(tools).await?;
        }
        made
    }

    /// That what is there now was not made by another apply that creates this lake at this moment.
    async fn was_first(&self, tools: Tools<'_>) -> Result<(), Cause> {
        // What cannot be read says nothing; the next look tells.
        let Ok(Some(Some(worn))) = tools.cloud.worn(&self.key).await else { return Ok(()) };
        match tools.identity.reads(&worn, tools.traits(&self.key)) {
            Mark::Other(owner) if worn.is_of(&tools.identity.owner) => Err(Cause::Overtaken(owner)),
            _ => Ok(()),
        }
    }

    async fn change(&self, tools: Tools<'_>, mark: Worn, changes: &[FieldChange]) -> Result<(), Cause> {
        match &self.taking {
            Some(Taking::Found) => {}
            Some(taking) => {
                remark(tools, &self.node, &self.key, Marking::of(&mark), &Expect::Taken(taking)).await?;
            }
            None => expect(tools, &self.key, &Expect::Ours).await?,
        }
        if changes.is_empty() {
            return Ok(());
        }
        let (key, settings) = (self.key.clone(), self.settings.clone());
        let update = Write::Update { key, settings, changes: changes.to_vec() };
        tools.cloud.write(&self.node, update).await.map_err(Cause::Refused)
    }
}

async fn remove(
    tools: Tools<'_>,
    node: &NodeId,
    key: &Key,
    holder: Option<&Key>,
    data: Data,
    wearing: &Expect<'_>,
) -> Result<(), Cause> {
    expect_holder(tools, holder).await?;
    match expect(tools, key, wearing).await {
        Err(Cause::Refused(error)) if error.is_gone() => return Ok(()),
        other => other?,
    }
    let delete = tools.cloud.write(node, Write::Delete { key: key.clone(), data });
    match tools.progress.of(key, delete).await {
        Err(error) if !error.is_gone() => Err(Cause::Refused(error)),
        _ => {
            tools.progress.ended(key);
            Ok(())
        }
    }
}

/// Put a mark on, if the one that is there is as expected. What can wear none is left as it is.
async fn remark(
    tools: Tools<'_>,
    node: &NodeId,
    key: &Key,
    marking: Marking,
    wearing: &Expect<'_>,
) -> Result<(), Cause> {
    if tools.traits(key).wears == Wears::Nothing {
        return Ok(());
    }
    expect(tools, key, wearing).await?;
    tools.cloud.write(node, Write::Mark { key: key.clone(), marking }).await.map_err(Cause::Refused)
}

/// Whose mark a resource must wear now, so that it may be written to.
enum Expect<'a> {
    /// This lake's.
    Ours,
    /// That of whom it is taken from, or already this lake's.
    Taken(&'a Taking),
}

impl<'a> Expect<'a> {
    /// What a step expects that is about a key of the lake's own.
    fn of(taking: Option<&'a Taking>) -> Self {
        taking.filter(|taking| **taking == Taking::Remark).map_or(Expect::Ours, Expect::Taken)
    }
}

/// Ask the resource's own service whose it is now: the plan's look is some time ago.
async fn expect(tools: Tools<'_>, key: &Key, expected: &Expect<'_>) -> Result<(), Cause> {
    if tools.traits(key).wears == Wears::Nothing {
        return Ok(());
    }
    let doing = format!("{}:Mark", key.kind());
    let worn = tools.cloud.worn(key).await.map_err(Cause::Refused)?;
    let Some(worn) = worn else {
        return Err(Cause::Refused(CloudError::own(
            &doing,
            Retry::Gone,
            format!("{key} is gone since it was seen"),
        )));
    };
    let mark = worn.map_or(Mark::Nobody, |worn| tools.identity.reads(&worn, tools.traits(key)));
    let fits = match (expected, &mark) {
        (_, Mark::Ours(_)) => true,
        (Expect::Taken(Taking::Remark), Mark::Incomplete(_) | Mark::Nobody) => true,
        // The record names it, and the mark of another member was put on by somebody.
        (Expect::Taken(Taking::Move(_)), Mark::Incomplete(_)) => true,
        (Expect::Taken(Taking::Resume), Mark::Retained(_)) => true,
        (Expect::Taken(Taking::Adopt(None)), Mark::Left(_) | Mark::Nobody) => true,
        // Should they leave it behind at this very moment, they have let go of it.
        (Expect::Taken(Taking::Adopt(Some(from))), Mark::Other(owner) | Mark::Left(owner)) => from == owner,
        _ => false,
    };
    if fits { Ok(()) } else { Err(was_changed(key)) }
}

/// Ask what of the lake's own something hangs on whose it is now: what can wear no mark goes with it.
async fn expect_holder(tools: Tools<'_>, holder: Option<&Key>) -> Result<(), Cause> {
    let Some(holder) = holder else { return Ok(()) };
    let Some(worn) = tools.cloud.worn(holder).await.map_err(Cause::Refused)? else { return Ok(()) };
    let ours = worn.is_some_and(|worn| {
        matches!(tools.identity.reads(&worn, tools.traits(holder)), Mark::Ours(_) | Mark::Retained(_))
    });
    if ours { Ok(()) } else { Err(was_changed(holder)) }
}

fn was_changed(key: &Key) -> Cause {
    let said = format!("the mark of {key} was changed by somebody since it was seen");
    Cause::Refused(CloudError::own(&format!("{}:Mark", key.kind()), Retry::Conflict, said))
}

/// Facts of what was just made. That they cannot be seen yet is no failure of the one that was made.
async fn look(tools: Tools<'_>, key: &Key) -> Result<Facts, Cause> {
    match tools.cloud.read(vec![key.clone()]).await.into_iter().next() {
        Some((_, Sight::Present(seen))) => Ok(seen.facts),
        _ => Ok(Facts::new()),
    }
}
