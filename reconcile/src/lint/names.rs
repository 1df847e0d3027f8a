//! Names on AWS, once their templates are filled in: their length, their alphabet, and that no two are the same.

use super::{list, member, references, template::Words};
use crate::LakeSpec;
use lake_api::member::{Member, Section};
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};
use std::collections::BTreeMap;

/// What AWS allows as the name of one sort of resource.
pub struct Rule {
    /// The section of its members.
    pub section: &'static str,
    /// The sort, for people.
    pub sort: &'static str,
    /// The least and the greatest length.
    pub length: (usize, usize),
    /// What parts the name of one that is not ours from what stands before it in its ARN; `None` where a name says nothing alone.
    pub external: Option<&'static [char]>,
    /// Whether AWS takes upper and lower case for the same.
    pub folds: bool,
    /// What is wrong with the letters of a name, if something is.
    pub letters: fn(&str) -> Option<&'static str>,
    /// Where the rule comes from.
    pub source: &'static str,
}

impl Rule {
    /// The name of one that is not ours, from its ARN or alone; nothing where a name says nothing alone. What an ARN says behind
    /// the name, as the `:*` of a log group, is none of it.
    pub(crate) fn name_in(&self, said: &str) -> Option<String> {
        let said = said.strip_suffix(":*").unwrap_or(said);
        Some(said.rsplit(self.external?).next().unwrap_or_default().to_owned())
    }
}

/// A name, the place where it is said, and what it stands beside: names are unique there.
struct Named {
    path: FieldPath,
    within: String,
    name: String,
    /// The name as people know it, without a made-up place.
    shown: String,
}

/// The names of a lake's members, their templates filled in as far as that is known.
pub(crate) struct Names<'a> {
    words: Words<'a>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(spec: &'a LakeSpec, lake: &'a str) -> Self {
        Names { words: Words::of(spec, lake) }
    }

    /// The names of a section's members; `name` tells what a member's name stands beside and what it is.
    pub(crate) fn section<T>(
        &self,
        rule: &Rule,
        section: &Section<T>,
        told: &mut Vec<Finding>,
        name: impl Fn(&str, &T) -> (String, Option<String>),
    ) {
        self.all(rule, section.iter().map(|(key, one)| (key.as_str(), one)), told, name);
    }

    /// The same of members that stand in no section of a type.
    pub(crate) fn all<'m, T: 'm>(
        &self,
        rule: &Rule,
        members: impl Iterator<Item = (&'m str, &'m Member<T>)>,
        told: &mut Vec<Finding>,
        name: impl Fn(&str, &T) -> (String, Option<String>),
    ) {
        let mut all = Vec::new();
        for (key, one) in members {
            let path = member(rule.section, key);
            match one {
                Member::Own(own) => {
                    let (within, name) = name(key, &own.settings);
                    all.extend(self.one(rule, path, within, name, told));
                }
                Member::External(name) => {
                    let path = path.field("external");
                    let Some(name) = name.known() else { continue };
                    match self.words.fill(name) {
                        Err(fault) => told.push(references::template_fault(&path, name, &fault)),
                        Ok(filled) => {
                            let names = (rule.name_in(&filled.longest), rule.name_in(&filled.shown));
                            let (Some(name), Some(shown)) = names else { continue };
                            all.push(Named { path, within: String::new(), name, shown });
                        }
                    }
                }
                Member::Veiled => {}
            }
        }
        told.extend(twice(rule, &all));
    }

    fn one(
        &self,
        rule: &Rule,
        path: FieldPath,
        within: String,
        name: Option<String>,
        told: &mut Vec<Finding>,
    ) -> Option<Named> {
        let name = name?;
        let path = path.field("name");
        let filled = match self.words.fill(&name) {
            Ok(filled) => filled,
            Err(fault) => {
                told.push(references::template_fault(&path, &name, &fault));
                return None;
            }
        };
        let (least, greatest) = rule.length;
        let (shortest, longest) = (filled.shortest.chars().count(), filled.longest.chars().count());
        let (sort, shown) = (rule.sort, &filled.shown);
        let filled_in = if *shown == filled.shortest { "" } else { " once its templates are filled in" };
        let detail = format!("A name here has {least} to {greatest} characters ({}).", rule.source);
        if shortest > greatest {
            let some = if shortest == longest { "" } else { "at least " };
            let summary = format!("the name `{shown}` is too long: {some}{shortest} characters{filled_in}");
            told.push(Finding::error(path.clone(), summary, format!("{detail} Give it a shorter `name`.")));
        } else if longest > greatest {
            let summary = format!("the name `{name}` may become too long: up to {longest} characters");
            told.push(Finding::warning(
                path.clone(),
                summary,
                format!("{detail} It depends on the region or the namespace."),
            ));
        } else if longest < least {
            let summary = format!("the name `{shown}` is too short: {longest} characters{filled_in}");
            told.push(Finding::error(path.clone(), summary, format!("{detail} Give it a longer `name`.")));
        }
        if let Some(why) = (rule.letters)(&filled.longest) {
            let summary = format!("no {sort} can be called `{name}`");
            told.push(Finding::error(path.clone(), summary, format!("{why} ({}).", rule.source)));
        }
        Some(Named { path, within, name: filled.longest, shown: filled.shown })
    }

    /// A text that is no name and holds templates.
    pub(crate) fn template(&self, path: &FieldPath, text: Option<&str>, told: &mut Vec<Finding>) {
        if let Some(text) = text
            && let Err(fault) = self.words.fill(text)
        {
            told.push(references::template_fault(path, text, &fault));
        }
    }
}

/// The names that two members share.
fn twice(rule: &Rule, all: &[Named]) -> Vec<Finding> {
    let mut by_name: BTreeMap<(&str, String), Vec<&Named>> = BTreeMap::new();
    for named in all {
        let name = if rule.folds { named.name.to_lowercase() } else { named.name.clone() };
        by_name.entry((&named.within, name)).or_default().push(named);
    }
    by_name
        .values()
        .filter(|same| same.len() > 1)
        .flat_map(|same| {
            let places: Vec<String> = same.iter().map(|named| format!("`{}`", named.path)).collect();
            same.iter().skip(1).map(move |named| {
                Finding::error(
                    named.path.clone(),
                    format!("two members are the {} `{}`", rule.sort, named.shown),
                    format!(
                        "{} name one thing on AWS. Give each its own `name`, or remove one.",
                        list(&places)
                    ),
                )
            })
        })
        .collect()
}

/// The name of a member that has none of its own.
pub(crate) fn default(key: &str) -> String {
    format!("{{lake}}-{key}")
}

/// The name that is given, or the default; nothing while it is not known.
pub(crate) fn given(name: Option<&impl Word>, default: &str) -> Option<String> {
    match name {
        Some(name) => name.known().map(ToOwned::to_owned),
        None => Some(default.to_owned()),
    }
}

/// A text as it is, or nothing while it is not known.
pub(crate) fn known(word: &impl Word) -> String {
    word.known().unwrap_or_default().to_owned()
}

/// Whether a name is made of ASCII letters, digits and these signs.
pub(crate) fn has_only(name: &str, signs: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || signs.contains(letter))
}

/// The letters of a name of which AWS says nothing else.
pub(crate) fn plain(name: &str) -> Option<&'static str> {
    name.chars().any(char::is_control).then_some("A name has no control characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_what_is_not_ours_is_the_end_of_its_arn() {
        let rule = |external| Rule {
            section: "things",
            sort: "thing",
            length: (1, 9),
            external,
            folds: false,
            letters: plain,
            source: "",
        };
        let (group, role): (&[char], &[char]) = (&[':'], &['/']);
        for (ends, said, name) in [
            (group, "arn:aws:logs:eu-west-1:123456789012:log-group:/lake/api", "/lake/api"),
            (group, "arn:aws:logs:eu-west-1:123456789012:log-group:/lake/api:*", "/lake/api"),
            (group, "/lake/api", "/lake/api"),
            (role, "arn:aws:iam::123456789012:role/ops/admin", "admin"),
        ] {
            assert_eq!(rule(Some(ends)).name_in(said).as_deref(), Some(name));
        }
        assert_eq!(rule(None).name_in("orders"), None);
    }
}
