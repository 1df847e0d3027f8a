//! References: each means a member that is there, or an ARN of the right sort; none waits for itself.

use super::{list, meant, template, template::Fault, texts};
use crate::CONTRACT;
use lake_api::contract::{Map, Shape};
use lake_api::{FieldPath, Finding, Step};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// References that no resource waits for: policies and metrics name ARNs that need not exist yet.
const WAIT_FOR_NOTHING: [&str; 2] = ["allow", "requestMetrics"];

/// A reference from one member to another.
struct Edge {
    from: Node,
    to: Node,
    path: FieldPath,
}

/// A member: section and key.
type Node = (String, String);

pub(super) fn check(spec: &Value, told: &mut Vec<Finding>) {
    let keys = |section: &str| -> Vec<&str> {
        let members = spec.get(section).and_then(Value::as_object);
        members.into_iter().flatten().map(|(key, _)| key.as_str()).collect()
    };
    let mut edges = Vec::new();
    texts::each(spec, &mut |path, form, text| {
        let names: Vec<&str> = path.steps().iter().filter_map(Step::name).collect();
        if let [section, _, "external"] = names.as_slice() {
            told.extend(external(path, section, text));
        }
        let section = form.member_of.as_deref();
        let is_arn = form.pattern.as_deref().is_some_and(|pattern| pattern.contains("arn:"));
        if text.starts_with("arn:") && is_arn {
            told.extend(arn(path, section, text));
        } else if let Some(section) = section {
            let known = keys(section);
            if known.contains(&text) {
                edges.extend(edge(path, section, text));
            } else {
                told.push(missing(path, section, text, &known));
            }
        }
    });
    told.extend(cycles(&edges));
}

fn missing(path: &FieldPath, section: &str, text: &str, known: &[&str]) -> Finding {
    let hint = match (meant(text, known.iter().copied()), known) {
        (Some(name), _) => format!("Did you mean `{name}`?"),
        (None, []) => format!("The spec has no `{section}`."),
        (None, known) => format!("There are {}.", list(known)),
    };
    Finding::error(
        path.clone(),
        format!("`{text}` is no member of `{section}`"),
        format!("{hint} A reference is the key of a member of `{section}`, or an ARN."),
    )
}

/// Something that is not ours: an ARN of the right sort, or a name with all that it needs to be found.
fn external(path: &FieldPath, section: &str, text: &str) -> Option<Finding> {
    if text.starts_with("arn:") {
        return arn(path, Some(section), text);
    }
    let form = section_of(section)?.external.as_deref()?;
    let fits =
        text.split('/').count() == form.split('/').count() && text.split('/').all(|part| !part.is_empty());
    (!fits).then(|| {
        Finding::error(
            path.clone(),
            format!("`{text}` does not say where to look"),
            format!("Write it as `{form}`."),
        )
    })
}

fn arn(path: &FieldPath, section: Option<&str>, text: &str) -> Option<Finding> {
    match template::check(text) {
        Err(fault) => return Some(template_fault(path, text, &fault)),
        Ok(()) if text.splitn(6, ':').count() < 6 => {
            return Some(Finding::error(
                path.clone(),
                format!("`{text}` is no ARN"),
                "An ARN has six parts: `arn:partition:service:region:account:resource`; parts may be empty.",
            ));
        }
        Ok(()) => {}
    }
    let section = section?;
    let form = section_of(section)?.arn.as_deref()?;
    (!is_like(text, form)).then(|| {
        Finding::error(
            path.clone(),
            format!("`{text}` is no ARN of a member of `{section}`"),
            format!("It would be `{form}`."),
        )
    })
}

/// Whether an ARN of six parts is of the same service and sort of resource as a form of one.
fn is_like(arn: &str, form: &str) -> bool {
    let [arn, form] = [arn, form].map(|arn| arn.splitn(6, ':').collect::<Vec<_>>());
    let ([_, _, service, _, _, name], [_, _, of_service, _, _, of_name]) = (&*arn, &*form) else {
        return false;
    };
    let name = match of_name.split_once('/') {
        Some((sort, _)) => name.strip_prefix(sort).and_then(|rest| rest.strip_prefix('/')),
        None => Some(*name).filter(|name| !name.contains('/')),
    };
    service == of_service && name.is_some_and(|name| !name.is_empty())
}

/// What the schema says of a section.
fn section_of(name: &str) -> Option<&'static Map> {
    match &CONTRACT.shape().object()?.fields.get(name)?.shape {
        Shape::Map(map) if map.members => Some(map),
        _ => None,
    }
}

/// A template that is none.
pub(super) fn template_fault(path: &FieldPath, text: &str, fault: &Fault) -> Finding {
    match fault {
        Fault::Unbalanced => Finding::error(
            path.clone(),
            format!("`{text}` has a brace without its other half"),
            "A template's words stand in single braces, `{lake}`; names have no braces of their own.",
        ),
        Fault::NoSuchWord(word) => {
            let hint = match meant(word, template::WORDS) {
                Some(name) => format!("Did you mean `{{{name}}}`? "),
                None => String::new(),
            };
            Finding::error(
                path.clone(),
                format!("`{{{word}}}` is no word of templates"),
                format!("{hint}There are {}.", list(&template::WORDS.map(|word| format!("`{{{word}}}`")))),
            )
        }
    }
}

/// The wait that a reference brings, if it brings one.
fn edge(path: &FieldPath, section: &str, text: &str) -> Option<Edge> {
    let names: Vec<&str> = path.steps().iter().filter_map(Step::name).collect();
    let [from, key, rest @ ..] = names.as_slice() else { return None };
    let to = (section.to_owned(), text.to_owned());
    let from = ((*from).to_owned(), (*key).to_owned());
    // What refers to itself has a finding of its own, where that is wrong at all.
    let waits = from != to && !rest.iter().any(|field| WAIT_FOR_NOTHING.contains(field));
    waits.then(|| Edge { from, to, path: path.clone() })
}

/// Each cycle once, told at its first reference.
fn cycles(edges: &[Edge]) -> Vec<Finding> {
    let mut by_node: BTreeMap<&Node, Vec<&Edge>> = BTreeMap::new();
    for edge in edges {
        by_node.entry(&edge.from).or_default().push(edge);
    }
    let mut told = Vec::new();
    let mut done = BTreeSet::new();
    for start in by_node.keys() {
        if done.contains(*start) {
            continue;
        }
        if let Some(way) = way_back(start, &by_node) {
            done.extend(way.iter().map(|edge| &edge.from));
            let steps: Vec<String> =
                way.iter().map(|edge| format!("`{}` means `{}`", edge.path, edge.to.1)).collect();
            told.push(Finding::error(
                way[0].path.clone(),
                "these references wait for each other",
                format!("{}. Name one of them by its ARN instead.", list(&steps)),
            ));
        }
    }
    told
}

/// The shortest way from a member back to itself.
fn way_back<'a>(start: &Node, edges: &BTreeMap<&Node, Vec<&'a Edge>>) -> Option<Vec<&'a Edge>> {
    let mut ways: Vec<Vec<&'a Edge>> = edges.get(start)?.iter().map(|edge| vec![*edge]).collect();
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let Some(last) = way.last() else { continue };
            if last.to == *start {
                return Some(way);
            }
            if seen.insert(&last.to) {
                for edge in edges.get(&last.to).into_iter().flatten() {
                    longer.push(way.iter().copied().chain([*edge]).collect());
                }
            }
        }
        ways = longer;
    }
    None
}
