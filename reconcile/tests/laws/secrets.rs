//! Secrecy: no secret of this or of any earlier spec is told, whatever becomes of it.

use crate::{
    MEMBERS, a_record, a_sim, engine, in_time, keys, killed,
    random::{Lake, evolutions, lakes},
    settle,
    sim::Sim,
    told,
};
use lake_api::{FieldPath, input::FACT};
use lake_reconcile::{
    diff,
    engine::Outcome,
    error::Retry,
    graph::{Graph, Node},
    kinds::{KINDS, RegisteredSettings as _},
    plan::Plan,
    render, report,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What every secret of these lakes begins with.
const CANARY: &str = "canary of";

proptest! {
    /// What is secret is never told: while it is wanted, when it leaves and its removal is refused, when its member is
    /// renamed, when its place is taken by what is no secret, and when the process was killed and all was forgotten.
    #[test]
    fn no_secret_is_told(
        lake in lakes(MEMBERS),
        changes in proptest::collection::vec((evolutions(MEMBERS), any::<u64>(), 1_u64..40, any::<bool>()), 1..3),
        first in any::<u64>(),
        refused in proptest::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        in_time(async {
            let sim = a_sim();
            let mut graph = with_secrets(&lake, first);
            let outcome = settle(&sim, &graph, a_record()).await;
            tells_none(&outcome)?;
            let (mut lake, mut record) = (lake, outcome.record);
            for (change, secrets, after, keeps) in &changes {
                let next = lake.after(change);
                let wanted = with_secrets(&next, *secrets);
                refuse(&sim, &wanted, &refused);
                record = killed(&sim, &wanted, record, *after, *keeps).await;
                if !keeps {
                    // Terraform has lost what the killed process knew.
                    record = engine(&sim).remember_again(&graph).await.expect("it can be listed").0;
                }
                for graph in [&graph, &wanted] {
                    let mut record = record.clone();
                    let seen = engine(&sim).observe(graph, &mut record).await.inventory;
                    says_none(&lake_reconcile::plan::plan(KINDS, graph, &record, &seen))?;
                }
                let outcome = settle(&sim, &wanted, record).await;
                tells_none(&outcome)?;
                (lake, graph, record) = (next, wanted, outcome.record);
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// Some secrets in every member that can keep one: they are told apart by the bits of a number.
fn with_secrets(lake: &Lake, bits: u64) -> Graph {
    let mut graph = lake.graph.clone();
    graph.values_mut().zip(0_u32..).for_each(|(node, at)| hide(node, bits.rotate_right(at * 7)));
    graph
}

fn hide(node: &mut Node, bits: u64) {
    let Some(settings) = node.settings.clone() else { return };
    for path in settings.traits().secret {
        let path: FieldPath = path.parse().expect("a path");
        let mut json = node.settings.as_ref().expect("it is known").json().clone();
        let secret = format!("{CANARY} {} {}", node.origin, bits % 3);
        let at = match diff::get(&json, &path) {
            Some(Value::Object(map)) if !map.contains_key(FACT) => path.key(format!("--{}", bits / 3 % 2)),
            _ => path,
        };
        // By turns nothing, something plain, and the secret.
        let (value, hidden) = match bits / 6 % 4 {
            0 => continue,
            1 => (json!("plain"), false),
            _ => (json!(secret), true),
        };
        if !diff::set(&mut json, &at, Some(value)) {
            continue;
        }
        if let Ok(settings) = KINDS.settings(settings.kind(), json) {
            node.settings = Some(settings);
            node.treatment.secret.extend(hidden.then_some(at));
        }
    }
}

/// Writes of some members are refused from now on, in words that quote what was to be written.
fn refuse(sim: &Sim, graph: &Graph, some: &[prop::sample::Index]) {
    let keys: Vec<_> = keys(graph).into_iter().map(|(_, key)| key).collect();
    let some: BTreeSet<_> = some.iter().filter(|_| !keys.is_empty()).map(|at| at.get(&keys)).collect();
    sim.world(|world| {
        world.faults.refused = some.into_iter().map(|key| (key.clone(), (Retry::Never, u64::MAX))).collect();
    });
}

fn tells_none(outcome: &Outcome) -> Result<(), TestCaseError> {
    says_none(&outcome.plan)?;
    let mut texts = vec![told(outcome)];
    for failure in &outcome.failures {
        texts.extend([failure.detail(), failure.steady_detail(), failure.finding().to_string()]);
    }
    texts.extend(outcome.notes.iter().map(|note| note.said.clone()));
    texts.extend(outcome.unlisted.iter().map(ToString::to_string));
    texts.push(outcome.record.to_string());
    holds_none(&texts)
}

fn says_none(plan: &Plan) -> Result<(), TestCaseError> {
    let report = report::report(plan);
    holds_none(&[render::render(plan), format!("{report:?}")])
}

fn holds_none(texts: &[String]) -> Result<(), TestCaseError> {
    for text in texts {
        prop_assert!(!text.contains(CANARY), "a secret is told:\n{text}");
    }
    Ok(())
}
