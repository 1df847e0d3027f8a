//! Statements joined until there are no fewer that mean the same: quotas count characters.

use super::{Statement, Texts};
use std::collections::BTreeMap;

/// A part of two statements that may be joined, since each allows what it allows for every value of the part.
type Part = fn(&mut Statement) -> &mut Texts;

/// Parts of which a statement holds for each entry: what allows one resource and what allows another, and says the same
/// beside that, is one that allows both.
const PARTS: [Part; 4] = [
    |statement| prefixes(&mut statement.conditions),
    |statement| &mut statement.resources,
    |statement| &mut statement.principals.aws,
    |statement| &mut statement.actions,
];

/// The fewest statements that allow the same. All of them allow, and none says `notActions` and the like.
pub(super) fn fewest(statements: impl IntoIterator<Item = Statement>) -> Vec<Statement> {
    let mut all: Vec<Statement> = statements.into_iter().collect();
    for part in PARTS {
        let mut joined: Vec<Statement> = Vec::new();
        for mut statement in all {
            let texts = std::mem::take(part(&mut statement));
            let same = |other: &Statement| {
                let mut other = other.clone();
                let theirs = std::mem::take(part(&mut other));
                // What says nothing of a part holds whatever it is: that is another thing than any entry of it.
                theirs.is_empty() == texts.is_empty() && other == statement
            };
            let twin = joined.iter().position(same);
            match twin {
                Some(twin) => part(&mut joined[twin]).extend(texts),
                None => {
                    *part(&mut statement) = texts;
                    joined.push(statement);
                }
            }
        }
        all = joined;
    }
    drop_bounded(&mut all);
    for statement in &mut all {
        prune(&mut statement.resources);
        prune(prefixes(&mut statement.conditions));
        statement.conditions.retain(|_, keys| {
            keys.retain(|_, values| !values.is_empty());
            !keys.is_empty()
        });
    }
    all
}

/// Below which prefixes a bucket may be listed.
fn prefixes(conditions: &mut BTreeMap<String, BTreeMap<String, Texts>>) -> &mut Texts {
    conditions.entry("StringLike".to_owned()).or_default().entry("s3:prefix".to_owned()).or_default()
}

/// Drop what is allowed below some prefixes where another statement allows the same below any.
fn drop_bounded(all: &mut Vec<Statement>) {
    let mut free = all.clone();
    free.retain_mut(|statement| prefixes(&mut statement.conditions).is_empty());
    all.retain_mut(|statement| {
        let bounds = std::mem::take(prefixes(&mut statement.conditions));
        let covers = |other: &Statement| {
            let rest = Statement {
                actions: other.actions.clone(),
                resources: other.resources.clone(),
                ..statement.clone()
            };
            rest == *other
                && statement.actions.is_subset(&other.actions)
                && statement.resources.is_subset(&other.resources)
        };
        let covered = !bounds.is_empty() && free.iter().any(covers);
        *prefixes(&mut statement.conditions) = bounds;
        !covered
    });
}

/// Drop what another entry that ends with `*` means, too.
fn prune(texts: &mut Texts) {
    let fronts: Vec<String> =
        texts.iter().filter_map(|text| text.text()?.strip_suffix('*')).map(ToOwned::to_owned).collect();
    let covers = |front: &String, text: &str| text.starts_with(front.as_str()) && text != format!("{front}*");
    texts.retain(|text| !text.text().is_some_and(|text| fronts.iter().any(|front| covers(front, text))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::texts;

    fn statement(actions: &[&str], resources: &[&str], prefixes: &[&str]) -> Statement {
        let mut statement = Statement {
            actions: texts(actions.iter().copied()),
            resources: texts(resources.iter().copied()),
            ..Statement::default()
        };
        if !prefixes.is_empty() {
            super::prefixes(&mut statement.conditions).extend(texts(prefixes.iter().copied()));
        }
        statement
    }

    #[test]
    fn what_differs_in_one_part_is_one_statement() {
        let joined = fewest([
            statement(&["l"], &["b"], &["x/*"]),
            statement(&["l"], &["b"], &["y/*"]),
            statement(&["r"], &["b/x/*"], &[]),
            statement(&["r"], &["b/y/*"], &[]),
            statement(&["w"], &["b/x/*", "b/y/*"], &[]),
        ]);
        let listed = statement(&["l"], &["b"], &["x/*", "y/*"]);
        assert_eq!(joined, [listed, statement(&["r", "w"], &["b/x/*", "b/y/*"], &[])]);
    }

    #[test]
    fn what_differs_in_two_parts_stays_two_statements() {
        let apart = [statement(&["r"], &["b/*"], &[]), statement(&["w"], &["c/*"], &[])];
        assert_eq!(fewest(apart.clone()), apart);
        let bounded = [statement(&["l"], &["b"], &[]), statement(&["l"], &["c"], &["x/*"])];
        assert_eq!(fewest(bounded.clone()), bounded, "no condition is another thing than one");
    }

    #[test]
    fn what_another_entry_covers_is_not_said() {
        let [one] = fewest([statement(&["r"], &["b/*", "b/x/*", "c/x"], &[])]).try_into().unwrap();
        assert_eq!(one.resources, texts(["b/*", "c/x"]));
        let free = statement(&["l", "m"], &["b", "c"], &[]);
        assert_eq!(fewest([statement(&["l"], &["b"], &["x/*"]), free.clone()]), [free]);
    }
}
