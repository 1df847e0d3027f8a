//! In which order kinds are deleted.

use crate::kinds;

/// How late a kind is deleted: 0 for what nothing goes before, and one more than the latest of what goes before it.
pub(crate) fn rank(kind: &str) -> usize {
    // A chain without a circle is no longer than the list of kinds: a circle would end here, and a test forbids it.
    fn at(kind: &str, depth: usize) -> usize {
        if depth == 0 {
            return 0;
        }
        kinds::ALL
            .iter()
            .filter(|other| other.goes_before.contains(&kind))
            .map(|other| at(other.name, depth - 1) + 1)
            .max()
            .unwrap_or(0)
    }
    at(kind, kinds::ALL.len())
}

/// Whether resources of the first kind must be gone before one of the second is deleted.
pub(crate) fn goes_before(first: &str, second: &str) -> bool {
    kinds::traits(first).is_some_and(|first| first.goes_before.contains(&second))
}
