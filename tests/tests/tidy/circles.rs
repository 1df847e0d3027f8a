//! Modules import in one direction: in no folder do modules that stand side by side need each other in a circle.

use crate::{crates, read, sources, words};
use lake_tests::root;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A path of the code as it is written, or of a module: its names.
type Names = Vec<String>;

/// Folders whose modules may need each other: a kind is one thing, however many files it has; and a lake is made of kinds, each of
/// which reads the lake that it is in.
const ONE_THING: [(&str, &[&str]); 5] = [
    ("reconcile", &[]),
    ("reconcile", &["kinds"]),
    ("engine", &[]),
    ("engine", &["apply"]),
    ("engine", &["plan"]),
];

/// What the modules of one crate import.
struct Imports {
    /// What each module names, in full.
    named: BTreeMap<Names, Vec<Named>>,
}

/// A path that a module names, and as what.
struct Named {
    path: Names,
    alias: String,
}

impl Imports {
    /// Read a crate's sources, without their tests.
    fn of(krate: &str) -> Self {
        let folder = root().join(krate).join("src");
        let files = sources(&format!("{krate}/src")).into_iter();
        let modules = files.filter_map(|file| Some((module(file.strip_prefix(&folder).ok()?)?, read(&file))));
        Self::read(modules.collect())
    }

    fn read(sources: BTreeMap<Names, String>) -> Self {
        let named = sources.into_iter().map(|(module, text)| (module, paths(&words(&text)))).collect();
        Imports { named }
    }

    /// The module that a path means, seen from a module, and what of the path is left. A name that the module only hands on
    /// leads to where it is from.
    fn meant(&self, from: &[String], path: &[String], steps: usize) -> Option<Names> {
        let below = |at: &[String], name: &String| {
            let below = [at, std::slice::from_ref(name)].concat();
            self.named.contains_key(&below).then_some(below)
        };
        let (mut at, mut rest) = match path.first()?.as_str() {
            "crate" => (Names::new(), &path[1..]),
            "self" => (from.to_vec(), &path[1..]),
            "super" => {
                let up = path.iter().take_while(|name| *name == "super").count();
                (from[..from.len().checked_sub(up)?].to_vec(), &path[up..])
            }
            _ => (below(from, &path[0])?, &path[1..]),
        };
        while let Some(deeper) = rest.first().and_then(|name| below(&at, name)) {
            (at, rest) = (deeper, &rest[1..]);
        }
        let handed_on =
            rest.first().and_then(|name| self.named.get(&at)?.iter().find(|it| it.alias == *name));
        match handed_on.filter(|_| at.as_slice() != from && steps < 8) {
            Some(named) => self.meant(&at, &named.path, steps + 1).or(Some(at)),
            None => Some(at),
        }
    }

    /// By folder: which module needs which other beside it, and the first two files for which that is so.
    fn beside(&self) -> BTreeMap<Names, BTreeMap<(String, String), String>> {
        let mut found: BTreeMap<Names, BTreeMap<(String, String), String>> = BTreeMap::new();
        for (from, named) in &self.named {
            for to in named.iter().filter_map(|named| self.meant(from, &named.path, 0)) {
                let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
                if let (Some(one), Some(other)) = (from.get(common), to.get(common)) {
                    let edges = found.entry(from[..common].to_vec()).or_default();
                    let why = format!("{} needs {}", from.join("::"), to.join("::"));
                    edges.entry((one.clone(), other.clone())).or_insert(why);
                }
            }
        }
        found
    }

    /// The edges that are part of a circle, by folder.
    fn circles(&self) -> BTreeMap<Names, Vec<String>> {
        let in_circles = |edges: BTreeMap<(String, String), String>| -> Vec<String> {
            let leads_back = |(one, other): &(String, String)| reached(&edges, other).contains(one);
            edges.iter().filter(|(edge, _)| leads_back(edge)).map(|(_, why)| why.clone()).collect()
        };
        let all = self.beside().into_iter().map(|(folder, edges)| (folder, in_circles(edges)));
        all.filter(|(_, edges)| !edges.is_empty()).collect()
    }
}

/// What a module needs, and what that needs, and so on.
fn reached(edges: &BTreeMap<(String, String), String>, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([from.to_owned()]);
    let mut new = vec![from.to_owned()];
    while let Some(module) = new.pop() {
        let next = edges.keys().filter(|(one, _)| *one == module).map(|(_, other)| other.clone());
        new.extend(next.filter(|other| found.insert(other.clone())).collect::<Vec<_>>());
    }
    found
}

/// The module of a file below `src`; `None` for tests.
fn module(file: &Path) -> Option<Names> {
    let mut names: Names =
        file.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| ["lib", "main", "mod"].contains(&name.as_str())) {
        names.pop();
    }
    let is_of_tests = names.iter().any(|name| ["tests", "testing"].contains(&name.as_str()));
    (!is_of_tests).then_some(names)
}

/// The paths that begin in this crate, and what `use` brings from anywhere.
fn paths(words: &[String]) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let is_inside = at > 1 && words[at - 1] == ":" && words[at - 2] == ":";
        let begins = !is_inside && ["crate", "super", "self"].contains(&words[at].as_str());
        let is_use = at > 0 && words[at - 1] == "use";
        if begins || is_use {
            at = tree(words, at, &[], &mut found).max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}

/// Read a path, or a tree of paths, from a word on; the word behind it.
fn tree(words: &[String], mut at: usize, before: &[String], found: &mut Vec<Named>) -> usize {
    let mut path = before.to_vec();
    loop {
        match words.get(at).map(String::as_str) {
            Some("(") => {
                at += 1;
                while words.get(at).is_some_and(|word| word != ")") {
                    at = if words[at] == "," { at + 1 } else { tree(words, at, &path, found).max(at + 1) };
                }
                return at + 1;
            }
            Some(name) if name != "*" => path.push(name.to_owned()),
            _ => {}
        }
        at += 1;
        let goes_on = words.get(at).is_some_and(|word| word == ":")
            && words.get(at + 1).is_some_and(|word| word == ":");
        if !goes_on {
            break;
        }
        at += 2;
    }
    let mut alias = path.last().cloned().unwrap_or_default();
    if words.get(at).is_some_and(|word| word == "as") {
        alias = words.get(at + 1).cloned().unwrap_or_default();
        at += 2;
    }
    found.push(Named { path, alias });
    at
}

#[test]
fn a_circle_is_found_wherever_it_is_hidden() {
    let read = |sources: &[(&str, &str)]| {
        let module =
            |path: &str| path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Imports::read(sources.iter().map(|(path, text)| (module(path), (*text).to_owned())).collect())
    };
    let crate_ = ("", "mod a; mod b; mod c; pub use b::inner::Deep;");
    let told = |sources: &[(&str, &str)]| {
        read(&[&[crate_], sources].concat()).circles().into_values().flatten().collect()
    };
    let none: Vec<String> = Vec::new();
    let b = ("b", "pub mod inner;");
    let circles: Vec<String> = told(&[
        ("a", "use crate::b::B;"),
        b,
        ("b::inner", "use super::Own; fn f() { crate::c::g() }"),
        ("c", ""),
    ]);
    assert_eq!(circles, none, "one direction");
    let circles: Vec<String> = told(&[
        ("a", "use crate::{c::{X, self}, Deep as D};"),
        b,
        ("b::inner", ""),
        ("c", "fn f() { super::a::h() }"),
    ]);
    assert_eq!(circles, ["a needs c", "c needs a"]);
    let circles: Vec<String> =
        told(&[("a", "use super::Deep;"), b, ("b::inner", "use crate::a;"), ("c", "use crate::a::A;")]);
    assert_eq!(
        circles,
        ["a needs b::inner", "b::inner needs a"],
        "what the crate hands on is where it is from"
    );
    let in_tests =
        told(&[("a", "use crate::b;"), ("b", "#[cfg(test)] mod tests { use crate::a; }"), ("c", "")]);
    assert_eq!(in_tests, none, "tests may");
}

#[test]
fn modules_import_in_one_direction() {
    let mut told = Vec::new();
    for krate in crates().into_iter().filter(|name| *name != "tests") {
        for (folder, edges) in Imports::of(krate).circles() {
            let is_one = ONE_THING.iter().any(|(of, at)| *of == krate && folder == *at);
            let is_in_a_kind = krate == "reconcile" && folder.len() > 1 && folder[0] == "kinds";
            if !is_one && !is_in_a_kind {
                told.push(format!("{krate}::{}: {}", folder.join("::"), edges.join(", ")));
            }
        }
    }
    assert!(told.is_empty(), "modules need each other in a circle:\n{}", told.join("\n"));
}
