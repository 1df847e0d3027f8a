//! `terraform-provider-lake policy FILE`: what AWS must allow whoever plans or applies the lakes of a file.

use crate::{config, door::Settings, provider::OWNER, wanted};
use lake_api::Finding;
use lake_reconcile::{
    CONTRACT,
    expand::{Scope, expand},
    graph::Graph,
    lint::lint,
    owner::Owner,
    place::Place,
    policy::{Purpose, needed},
};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    io::{self, Read},
};
use tfplug::Value;

/// How it is called.
pub const USAGE: &str = "usage: terraform-provider-lake policy FILE --account ID [--for plan|apply] [--region REGION] [--partition aws]

Prints the IAM policy of whoever plans or applies the lakes of FILE, a line for each lake, and calls nobody. FILE is a
lake.yaml, or what `terraform show -json` prints of a plan or a state; `-` is standard input. --for is apply unless it is
said; --region is that of lakes that name none, AWS_REGION unless it is said.";

/// What is asked.
#[derive(Debug, PartialEq)]
struct Question {
    file: String,
    purpose: Purpose,
    place: Place,
}

/// The policy documents, one a line, of the lakes that the arguments name; `region` is that of the environment.
///
/// # Errors
/// A text for whoever has asked.
pub fn policy(arguments: &[&str], region: Option<String>) -> Result<String, String> {
    let question = question(arguments, region)?;
    let text = read(&question.file).map_err(|error| format!("{}: {error}", question.file))?;
    answer(&text, &question)
}

fn question(arguments: &[&str], region: Option<String>) -> Result<Question, String> {
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    let mut file = None;
    let mut rest = arguments.iter().copied();
    while let Some(argument) = rest.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        };
        match name {
            "--for" | "--account" | "--region" | "--partition" => {
                let value =
                    value.or_else(|| rest.next()).ok_or_else(|| format!("{name} needs a value\n{USAGE}"))?;
                said.insert(name, value);
            }
            _ if file.is_none() && (argument == "-" || !argument.starts_with('-')) => file = Some(argument),
            other => return Err(format!("unexpected argument {other}\n{USAGE}")),
        }
    }
    let wanted = |what: &str| format!("{what} is missing\n{USAGE}");
    let region = said.get("--region").map(|region| (*region).to_owned()).or(region);
    Ok(Question {
        file: file.ok_or_else(|| wanted("FILE"))?.to_owned(),
        purpose: said.get("--for").map_or(Ok(Purpose::Apply), |word| word.parse())?,
        place: Place {
            partition: said.get("--partition").copied().unwrap_or("aws").to_owned(),
            region: region.unwrap_or_default(),
            account: said.get("--account").ok_or_else(|| wanted("--account"))?.to_string(),
        },
    })
}

fn read(file: &str) -> io::Result<String> {
    let mut text = String::new();
    match file {
        "-" => _ = io::stdin().read_to_string(&mut text)?,
        path => text = std::fs::read_to_string(path)?,
    }
    Ok(text)
}

fn answer(text: &str, question: &Question) -> Result<String, String> {
    let lakes = match serde_json::from_str::<Json>(text) {
        Ok(shown) if shown["format_version"].is_string() => of_terraform(&shown, question)?,
        _ => of_manifests(text, question)?,
    };
    if lakes.is_empty() {
        return Err(format!("{}: there is no lake in it", question.file));
    }
    let policies: Vec<String> =
        lakes.iter().map(|(graph, place)| needed(graph, place, question.purpose)).collect();
    Ok(policies.join("\n"))
}

/// The lakes of what `terraform show -json` prints: those that a plan will have, or those of a state.
fn of_terraform(shown: &Json, question: &Question) -> Result<Vec<(Graph, Place)>, String> {
    let mut found = Vec::new();
    if let Some(changes) = shown["resource_changes"].as_array() {
        for change in changes.iter().filter(|change| change["type"] == "lake" && change["mode"] == "managed")
        {
            let (told, unknown) = match &change["change"]["after"] {
                Json::Null => (&change["change"]["before"], &Json::Null),
                after => (after, &change["change"]["after_unknown"]),
            };
            found.push((change["address"].clone(), value(told, unknown)));
        }
    } else {
        of_module(&shown["values"]["root_module"], &mut found);
    }
    let graph = |(address, lake): (Json, Value)| {
        let place = placed(lake.get("region").as_str(), question);
        let owner = owner(lake.get("name").as_str().unwrap_or_default());
        let settings = Settings { default_tags: Some(BTreeMap::new()), ..Settings::default() };
        let graph = wanted::graph(&lake, &settings, &place, &owner);
        graph.map(|graph| (graph, place)).map_err(|wrong| told(address.as_str().unwrap_or_default(), &wrong))
    };
    found.into_iter().map(graph).collect()
}

fn of_module(module: &Json, found: &mut Vec<(Json, Value)>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["type"] == "lake" && resource["mode"] == "managed" {
            found.push((resource["address"].clone(), config::value(&resource["values"])));
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        of_module(child, found);
    }
}

/// A value of which a plan tells apart what is known and what is not.
fn value(known: &Json, unknown: &Json) -> Value {
    match (known, unknown) {
        (_, Json::Bool(true)) => Value::UNKNOWN,
        (Json::Object(known), Json::Object(unknown)) => {
            let names = known.keys().chain(unknown.keys().filter(|name| !known.contains_key(*name)));
            Value::map(names.map(|name| {
                let of = |all: &serde_json::Map<String, Json>| all.get(name).cloned().unwrap_or_default();
                (name.clone(), value(&of(known), &of(unknown)))
            }))
        }
        (Json::Array(known), Json::Array(unknown)) => {
            let unknown = unknown.iter().chain(std::iter::repeat(&Json::Null));
            Value::List(known.iter().zip(unknown).map(|(known, unknown)| value(known, unknown)).collect())
        }
        (known, _) => config::value(known),
    }
}

/// The lakes of a manifest, as kubectl takes it. What is no lake is passed over.
fn of_manifests(text: &str, question: &Question) -> Result<Vec<(Graph, Place)>, String> {
    let documents: Vec<Json> = serde_saphyr::from_multiple(text)
        .map_err(|error| format!("{}: this is no good YAML: {error}", question.file))?;
    let mut lakes = Vec::new();
    for manifest in documents.into_iter().filter(|document| document["kind"] == "Lake") {
        let name = manifest["metadata"]["name"].as_str().unwrap_or_default();
        let spec = match CONTRACT.decode(manifest["spec"].clone()) {
            Ok(spec) => spec,
            Err(wrong) => return Err(told(name, &wrong)),
        };
        let wrong: Vec<Finding> = lint(&spec, name).into_iter().filter(Finding::is_error).collect();
        if !wrong.is_empty() {
            return Err(told(name, &wrong));
        }
        let place = placed(manifest["spec"]["region"].as_str(), question);
        let scope = Scope {
            place: place.clone(),
            owner: owner(name),
            lake: name.to_owned(),
            namespace: manifest["metadata"]["namespace"].as_str().unwrap_or_default().to_owned(),
        };
        lakes.push((expand(&spec, &scope), place));
    }
    Ok(lakes)
}

/// Where a lake lives: in its own region, if it names one.
fn placed(region: Option<&str>, question: &Question) -> Place {
    let region = region.unwrap_or(&question.place.region).to_owned();
    Place { region, ..question.place.clone() }
}

fn owner(lake: &str) -> Owner {
    Owner { door: "terraform".to_owned(), instance: OWNER.to_owned(), lake: lake.to_owned() }
}

fn told(lake: &str, findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(|finding| format!("{lake}: {finding}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LAKE: &str = "kind: Lake\nmetadata: { name: events }\nspec: { buckets: { store: {} } }\n";

    fn asked(purpose: Purpose) -> Question {
        let place =
            Place { partition: "aws".into(), region: "eu-west-1".into(), account: "123456789012".into() };
        Question { file: "-".to_owned(), purpose, place }
    }

    fn actions(policy: &str) -> Vec<String> {
        let document: Json = serde_json::from_str(policy).expect("a policy is JSON");
        let statements = document["Statement"].as_array().expect("statements").clone();
        let of = |statement: Json| match &statement["Action"] {
            Json::Array(all) => all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            one => vec![one.as_str().unwrap_or_default().to_owned()],
        };
        statements.into_iter().flat_map(of).collect()
    }

    #[test]
    fn arguments_are_told_in_any_order() {
        let said =
            question(&["--for", "plan", "lake.yaml", "--account=123456789012"], Some("eu-west-1".to_owned()));
        assert_eq!(said, Ok(Question { file: "lake.yaml".to_owned(), ..asked(Purpose::Plan) }));
        for (wrong, says) in [
            (&["lake.yaml"][..], "--account is missing"),
            (&["--account", "1"], "FILE is missing"),
            (&["a", "b"], "unexpected argument b"),
            (&["a", "--account", "1", "--for", "destroy"], "neither \"plan\" nor \"apply\""),
            (&["a", "--account"], "--account needs a value"),
        ] {
            assert!(question(wrong, None).is_err_and(|told| told.contains(says)), "{says}");
        }
    }

    #[test]
    fn who_plans_may_write_nothing() {
        let plan = actions(&answer(LAKE, &asked(Purpose::Plan)).expect("a policy"));
        let apply = actions(&answer(LAKE, &asked(Purpose::Apply)).expect("a policy"));
        assert!(plan.iter().all(|action| apply.contains(action)), "{plan:?} {apply:?}");
        assert!(apply.contains(&"s3:CreateBucket".to_owned()), "{apply:?}");
        let reads = |action: &String| {
            action
                .split_once(':')
                .is_some_and(|(_, verb)| verb.starts_with("Get") || verb.starts_with("List"))
        };
        assert_eq!(plan.iter().find(|action| !reads(action)), None);
    }

    #[test]
    fn a_plan_a_state_and_a_manifest_ask_for_the_same() {
        let lake = json!({ "name": "events", "bucket": { "store": {} } });
        let change = json!({ "after": lake, "after_unknown": { "outputs": true } });
        let plan = json!({ "format_version": "1.2", "resource_changes":
            [{ "type": "lake", "mode": "managed", "address": "lake.events", "change": change }] });
        let resource =
            json!({ "type": "lake", "mode": "managed", "address": "module.a.lake.events", "values": lake });
        let state = json!({ "format_version": "1.0", "values":
            { "root_module": { "child_modules": [{ "resources": [resource] }] } } });
        let manifest = answer(LAKE, &asked(Purpose::Apply));
        assert!(manifest.is_ok(), "{manifest:?}");
        assert_eq!(answer(&plan.to_string(), &asked(Purpose::Apply)), manifest);
        assert_eq!(answer(&state.to_string(), &asked(Purpose::Apply)), manifest);
    }

    #[test]
    fn what_is_not_known_may_be_anything() {
        let change = json!({
            "after": { "name": "events", "bucket": { "store": {} } },
            "after_unknown": { "bucket": { "store": { "name": true } } },
        });
        let plan = json!({ "format_version": "1.2", "resource_changes":
            [{ "type": "lake", "mode": "managed", "address": "lake.events", "change": change }] });
        let policy = answer(&plan.to_string(), &asked(Purpose::Apply)).expect("a policy");
        assert!(policy.contains("arn:aws:s3:::*"), "{policy}");
    }

    #[test]
    fn what_is_wrong_is_told() {
        let wrong = LAKE.replace("store: {}", "store: { versions: true }");
        let told = answer(&wrong, &asked(Purpose::Apply)).expect_err("an unknown field");
        assert!(told.starts_with("events: ") && told.contains("buckets.store.versions"), "{told}");
        assert_eq!(
            answer("kind: Pod\n", &asked(Purpose::Apply)),
            Err("-: there is no lake in it".to_owned())
        );
    }
}
