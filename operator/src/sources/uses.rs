//! Which lake takes contents from where, and as of which version it has read them.

use crate::object::Name;
use lake_api::content::Holder;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One config map or secret: its namespace, its kind and its name.
pub(super) type Place = (String, Holder, String);

/// The resourceVersion of what stands at a place; `None` where nothing does.
pub(super) type Version = Option<String>;

/// What lakes take from where.
#[derive(Default)]
pub(super) struct Uses(HashMap<Place, Use>);

#[derive(Default)]
struct Use {
    /// What the watch has told last, if it has told anything since somebody takes from here.
    told: Option<Version>,
    /// Who takes from here, and what each has read; nothing while it is about to read.
    lakes: BTreeMap<Name, Option<Version>>,
}

impl Uses {
    /// A lake takes from these places, and from no others; it is about to read them.
    pub(super) fn takes(&mut self, lake: &Name, places: &BTreeSet<Place>) {
        self.0.retain(|place, of| {
            if !places.contains(place) {
                of.lakes.remove(lake);
            }
            !of.lakes.is_empty()
        });
        for place in places {
            self.0.entry(place.clone()).or_default().lakes.insert(lake.clone(), None);
        }
    }

    /// A lake has read this version; whether the watch has told of another one meanwhile.
    pub(super) fn read(&mut self, lake: &Name, place: &Place, version: Version) -> bool {
        let Some(of) = self.0.get_mut(place) else { return false };
        let is_old = of.told.as_ref().is_some_and(|told| *told != version);
        if let Some(read) = of.lakes.get_mut(lake) {
            *read = Some(version);
        }
        is_old
    }

    /// The watch tells what stands at a place; the lakes that have read something else there.
    pub(super) fn told(&mut self, place: &Place, version: Version) -> Vec<Name> {
        let Some(of) = self.0.get_mut(place) else { return Vec::new() };
        let read_otherwise = |read: &Option<Version>| read.as_ref().is_some_and(|read| *read != version);
        let moved = of.lakes.iter().filter(|(_, read)| read_otherwise(read)).map(|(lake, _)| lake.clone());
        let moved = moved.collect();
        of.told = Some(version);
        moved
    }

    /// The watch has listed all that stands in a namespace; the lakes that have read what is gone.
    pub(super) fn listed(&mut self, namespace: &str, holder: Holder, names: &BTreeSet<String>) -> Vec<Name> {
        let gone = |(at, of, name): &&Place| at == namespace && *of == holder && !names.contains(name);
        let gone: Vec<Place> = self.0.keys().filter(gone).cloned().collect();
        gone.iter().flat_map(|place| self.told(place, None)).collect()
    }

    /// The namespaces and kinds from which anything is taken.
    pub(super) fn watched(&self) -> BTreeSet<(String, Holder)> {
        self.0.keys().map(|(namespace, holder, _)| (namespace.clone(), *holder)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lake(name: &str) -> Name {
        Name { namespace: "data".into(), name: name.into() }
    }

    fn place(name: &str) -> Place {
        ("data".into(), Holder::Secret, name.into())
    }

    fn version(text: &str) -> Version {
        Some(text.to_owned())
    }

    fn read(salt: &str) -> Uses {
        let mut uses = Uses::default();
        uses.takes(&lake("events"), &[place("salt")].into());
        assert!(!uses.read(&lake("events"), &place("salt"), version(salt)));
        uses
    }

    #[test]
    fn a_change_between_the_read_and_the_first_list_is_noticed() {
        assert_eq!(read("1").told(&place("salt"), version("2")), [lake("events")]);
        assert_eq!(read("1").told(&place("salt"), version("1")), [], "it is what was read");
        assert_eq!(read("1").told(&place("others"), version("2")), [], "nobody takes from there");
    }

    #[test]
    fn a_change_while_the_read_is_under_way_is_noticed() {
        let mut uses = read("1");
        uses.takes(&lake("events"), &[place("salt")].into());
        assert_eq!(uses.told(&place("salt"), version("2")), []);
        assert!(uses.read(&lake("events"), &place("salt"), version("1")), "the answer was older");
        assert!(!uses.read(&lake("events"), &place("salt"), version("2")));
    }

    #[test]
    fn what_goes_while_nobody_watches_is_noticed() {
        let listed = |uses: &mut Uses, names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            uses.listed("data", Holder::Secret, &names)
        };
        let mut uses = read("1");
        assert_eq!(listed(&mut uses, &["salt", "pepper"]), []);
        assert_eq!(listed(&mut uses, &["pepper"]), [lake("events")]);
        assert_eq!(uses.listed("other", Holder::Secret, &BTreeSet::new()), []);
        assert_eq!(uses.listed("data", Holder::ConfigMap, &BTreeSet::new()), []);
    }

    #[test]
    fn each_lake_has_read_for_itself() {
        let mut uses = read("1");
        uses.takes(&lake("logs"), &[place("salt")].into());
        assert!(!uses.read(&lake("logs"), &place("salt"), version("2")));
        assert_eq!(uses.told(&place("salt"), version("2")), [lake("events")]);
    }

    #[test]
    fn nothing_is_watched_when_the_last_lake_has_gone() {
        let mut uses = read("1");
        uses.takes(&lake("logs"), &[place("salt")].into());
        assert_eq!(uses.watched(), [("data".to_owned(), Holder::Secret)].into());
        uses.takes(&lake("events"), &BTreeSet::new());
        assert_eq!(uses.watched().len(), 1);
        uses.takes(&lake("logs"), &BTreeSet::new());
        assert_eq!(uses.watched(), BTreeSet::new());
    }
}
