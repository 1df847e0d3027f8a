//! Whose turn comes first where calls have to wait.

/// How soon a call is wanted. What writes is always urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody waits for it.
    #[default]
    Urgent,
    /// A look at a lake that is most likely as it should be.
    Routine,
}

tokio::task_local! {
    static NOW: Priority;
}

impl Priority {
    /// Make all calls of some work so soon. What the work spawns is not among them.
    pub async fn of<F: Future>(self, work: F) -> F::Output {
        NOW.scope(self, work).await
    }

    /// How soon the work that asks is wanted; urgent, unless said otherwise.
    #[must_use]
    pub fn now() -> Self {
        NOW.try_with(|priority| *priority).unwrap_or_default()
    }
}
