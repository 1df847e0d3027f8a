//! Resources of Glue that one call tells many of, by their names.

use super::{SETTLING, side_by_side, tags_of};
use crate::{
    aws::{Aws, born},
    error::CloudError,
    inventory::{Facts, Seen, Sight},
};
use aws_sdk_glue::primitives::DateTime;
use lake_api::Input;
use std::collections::BTreeMap;

/// Names that one call takes, the most that Glue allows.
const BATCH: usize = 100;

/// What one call tells.
pub(crate) struct Batch<T> {
    /// What is there, by name.
    pub(crate) there: BTreeMap<String, T>,
    /// The names of what does not exist.
    pub(crate) missing: Vec<String>,
}

impl<T> Batch<T> {
    /// What an answer holds, and the names that it says do not exist.
    pub(crate) fn of(
        there: Option<Vec<T>>,
        name: impl Fn(&T) -> Option<&str>,
        missing: Option<Vec<String>>,
    ) -> Self {
        let named = |one: T| Some((name(&one)?.to_owned(), one));
        Batch {
            there: there.into_iter().flatten().filter_map(named).collect(),
            missing: missing.unwrap_or_default(),
        }
    }

    /// What became of a name. One that is neither told nor missing was withheld.
    fn tells(&self, name: &str, doing: &str) -> Result<Option<&T>, CloudError> {
        match self.there.get(name) {
            Some(one) => Ok(Some(one)),
            None if self.missing.iter().any(|missing| missing == name) => Ok(None),
            None => Err(CloudError::refused(doing, format!("the answer does not tell of {name}"))),
        }
    }
}

/// Look at resources by their names, 100 a call, and at their tags. `born_on` tells when one that is there was made,
/// `seen` makes its settings and facts.
pub(crate) async fn look<T, K, Answer>(
    aws: &Aws,
    names: &[String],
    doing: &str,
    ask: impl Fn(Vec<String>) -> Answer,
    arn: impl Fn(&str) -> String,
    born_on: impl Fn(&T) -> Option<&DateTime>,
    seen: impl Fn(&str, &T, BTreeMap<String, Input<String>>) -> (K, Facts),
) -> Vec<Sight<K>>
where
    Answer: Future<Output = Result<Batch<T>, CloudError>>,
{
    let answers = side_by_side(names.chunks(BATCH).map(|some| ask(some.to_vec()))).await;
    let found: Vec<Result<Option<&T>, CloudError>> = names
        .chunks(BATCH)
        .zip(&answers)
        .flat_map(|(some, answer)| some.iter().map(move |name| (name, answer)))
        .map(|(name, answer)| {
            answer.as_ref().map_err(CloudError::clone).and_then(|batch| batch.tells(name, doing))
        })
        .collect();
    let there = names.iter().zip(&found).filter(|(_, one)| matches!(one, Ok(Some(_))));
    let arns: Vec<String> = there.map(|(name, _)| arn(name)).collect();
    let tags = tags_of(aws, &arns).await;
    names
        .iter()
        .zip(found)
        .map(|(name, one)| match one {
            Ok(Some(one)) => match &tags[&arn(name)] {
                Ok(Some((tags, worn))) => {
                    let (settings, facts) = seen(name, one, tags.clone());
                    Sight::Present(Seen { settings, facts, worn: worn.clone(), birth: born(born_on(one)) })
                }
                Ok(None) => Sight::Settling(SETTLING.to_owned()),
                Err(error) => Sight::Unreadable(error.clone()),
            },
            Ok(None) => Sight::Absent,
            Err(error) => Sight::Unreadable(error),
        })
        .collect()
}
