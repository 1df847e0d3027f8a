//! In which order kinds are deleted.

use crate::kinds;
use std::{collections::BTreeMap, sync::LazyLock};

/// How late each kind is deleted. A chain of kinds is no longer than their list: a test forbids circles.
static RANKS: LazyLock<BTreeMap<&str, usize>> = LazyLock::new(|| {
    let mut ranks: BTreeMap<&str, usize> = kinds::ALL.iter().map(|kind| (kind.name, 0)).collect();
    for _ in kinds::ALL {
        for first in kinds::ALL {
            let next = ranks[first.name] + 1;
            for later in first.goes_before {
                let rank = ranks.entry(later).or_default();
                *rank = next.max(*rank);
            }
        }
    }
    ranks
});

/// How late a kind is deleted: 0 for what nothing goes before, and one more than the latest of what goes before it.
pub(crate) fn rank(kind: &str) -> usize {
    RANKS.get(kind).copied().unwrap_or_default()
}

/// The kinds whose resources must be gone before one of this kind is deleted.
pub(crate) fn before(kind: &str) -> impl Iterator<Item = &'static str> {
    kinds::ALL.iter().filter(move |first| first.goes_before.contains(&kind)).map(|first| first.name)
}
