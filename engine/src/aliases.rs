//! Paths that a spec's member and the settings of its node call differently, both ways.
//!
//! Most paths are called the same in both, and none of those stands here. `ignoreDrift` leads from the member to the
//! settings; plans, drift and errors lead back.

use lake_api::FieldPath;
use std::collections::BTreeSet;

/// The paths of one member that its node's settings call differently. Of several that fit, the first tells the member's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aliases(Vec<Alias>);

/// One path under two names.
#[derive(Clone, Debug, PartialEq)]
struct Alias {
    /// Its name below the member.
    member: FieldPath,
    /// Its name below the settings.
    settings: FieldPath,
    /// Whether what lies below it is called the same in both; else one part of the member becomes many of the settings,
    /// or many one, and only the whole of it can be named.
    alike_below: bool,
}

impl Aliases {
    /// Add a path that is called differently, while all below it is called the same.
    #[must_use]
    pub fn renamed(self, member: FieldPath, settings: FieldPath) -> Self {
        self.and(Alias { member, settings, alike_below: true })
    }

    /// Add a path of which only the whole can be named in both: a policy that is compiled from it.
    #[must_use]
    pub fn compiled(self, member: FieldPath, settings: FieldPath) -> Self {
        self.and(Alias { member, settings, alike_below: false })
    }

    fn and(mut self, alias: Alias) -> Self {
        self.0.push(alias);
        self
    }

    /// All paths below the settings that a path below the member means.
    #[must_use]
    pub fn in_settings(&self, member: &FieldPath) -> BTreeSet<FieldPath> {
        let at_or_above = |alias: &Alias| {
            let rest = member.below(&alias.member)?;
            Some(if alias.alike_below { alias.settings.join(&rest) } else { alias.settings.clone() })
        };
        let named: BTreeSet<FieldPath> = self.0.iter().filter_map(at_or_above).collect();
        if !named.is_empty() {
            return named;
        }
        let below = self.0.iter().filter(|alias| alias.member.starts_with(member));
        below.map(|alias| alias.settings.clone()).chain([member.clone()]).collect()
    }

    /// The path below the member by which its user knows a path below the settings.
    #[must_use]
    pub fn in_member(&self, settings: &FieldPath) -> FieldPath {
        let named = self.0.iter().find_map(|alias| {
            let rest = settings.below(&alias.settings)?;
            Some(if alias.alike_below { alias.member.join(&rest) } else { alias.member.clone() })
        });
        named.unwrap_or_else(|| settings.clone())
    }
}

/// A path that a kind's code spells out.
#[must_use]
pub fn path(text: &str) -> FieldPath {
    text.parse().expect("a kind's paths are paths")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases() -> Aliases {
        Aliases::default()
            .renamed(path("lifecycleRules[0]"), path("lifecycleRules.old"))
            .compiled(path("policy.statements"), path("policy.statements"))
            .compiled(path("policy.statements"), path("policy.besideOthers"))
    }

    fn meant(member: &str) -> Vec<String> {
        aliases().in_settings(&path(member)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_path_of_the_member_means_all_that_is_made_of_it() {
        assert_eq!(meant("lifecycleRules[0].prefix"), ["lifecycleRules.old.prefix"]);
        assert_eq!(meant("policy.statements[1].sid"), ["policy.besideOthers", "policy.statements"]);
        assert_eq!(meant("policy"), ["policy", "policy.besideOthers", "policy.statements"]);
        assert_eq!(meant("versioning"), ["versioning"]);
    }

    #[test]
    fn what_is_made_of_a_path_is_told_by_it() {
        let told = |settings: &str| aliases().in_member(&path(settings)).to_string();
        assert_eq!(told("lifecycleRules.old.prefix"), "lifecycleRules[0].prefix");
        assert_eq!(told("policy.besideOthers.Mine.effect"), "policy.statements");
        assert_eq!(told("lifecycleRules.theirs"), "lifecycleRules.theirs", "it is in no member");
        assert_eq!(told("policy"), "policy");
    }
}
