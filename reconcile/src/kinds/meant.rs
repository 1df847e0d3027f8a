//! A path of a spec's member in the words of a kind's settings, where they differ.

use lake_api::FieldPath;

/// A path of the member at or below `said`, as the same place at or below `kept`.
pub(crate) fn moved(path: &FieldPath, said: &str, kept: &str) -> Option<FieldPath> {
    let (said, kept) = (parsed(said), parsed(kept));
    let rest: FieldPath = path.steps().get(said.steps().len()..)?.iter().cloned().collect();
    path.starts_with(&said).then(|| kept.join(&rest))
}

/// A path of the member at or below `said`, as all that is at `kept`.
pub(crate) fn whole(path: &FieldPath, said: &str, kept: &str) -> Option<FieldPath> {
    path.starts_with(&parsed(said)).then(|| parsed(kept))
}

fn parsed(path: &str) -> FieldPath {
    path.parse().expect("a kind's paths are paths")
}
