//! Cases in which a law did not hold once, each as small as it could be told.

use crate::{
    Kept, a_record, a_sim, engine, graph, in_time, keys, killed, owner,
    rounds::rounds,
    settle,
    sim::{Event, Rng, Sim},
    told,
};
use lake_reconcile::{
    engine::{Again, Outcome},
    error::Retry,
    failure::Cause,
    graph::{Graph, NodeId},
    key::Key,
    kinds::KINDS,
    owner::{Owner, Worn},
    plan::Change,
};
use std::{collections::BTreeMap, sync::Arc};

/// The key that a graph wants of a node.
fn key(graph: &Graph, node: &str) -> Key {
    let keys: BTreeMap<&NodeId, Key> = keys(graph).into_iter().collect();
    keys[&NodeId::from(node)].clone()
}

fn is_there(sim: &Sim, key: &Key) -> bool {
    sim.snapshot().contains_key(key)
}

/// One lake, and then another in its place.
async fn one_after_the_other(sim: &Arc<Sim>, first: &Graph, second: &Graph) -> Outcome {
    let outcome = settle(sim, first, a_record()).await;
    assert!(outcome.failures.is_empty(), "{}", told(&outcome));
    settle(sim, second, outcome.record).await
}

fn is_skipped(outcome: &Outcome, node: &str, after: &str) -> bool {
    let after = NodeId::from(after);
    outcome.failures.iter().any(|it| it.node.as_str() == node && it.cause == Cause::Skipped(after.clone()))
}

const CRAWLER: &str =
    "crawlers: { raw: { role: ROLE, database: lake, targets: { s3: [{ bucket: store }] } } }";

fn crawled_by(role: &str, roles: &str) -> Graph {
    graph(&format!(
        "buckets: {{ store: {{}} }}\ndatabases: {{ lake: {{}} }}\nroles: {{ {roles} }}\n{}",
        CRAWLER.replace("ROLE", role)
    ))
}

const OLD: &str = "old: { assumedBy: { services: [glue.amazonaws.com] } }";
const NEW: &str = "new: { assumedBy: { services: [glue.amazonaws.com] } }";

/// A role was deleted beside the update that took its crawler to another role.
#[test]
fn a_role_goes_after_its_crawler_has_another() {
    in_time(async {
        let sim = a_sim();
        let (first, second) = (crawled_by("old", OLD), crawled_by("new", NEW));
        let outcome = one_after_the_other(&sim, &first, &second).await;
        assert!(outcome.failures.is_empty(), "{}", told(&outcome));
        let events = sim.world(|world| world.events.clone());
        let follows = events.iter().position(|event| *event == Event::Updated(key(&first, "crawler/raw")));
        let goes = events.iter().position(|event| *event == Event::Deleted(key(&first, "role/old")));
        assert!(follows.is_some() && follows < goes, "{events:#?}");
    });
}

/// The same where that update is refused: in the next pass nothing held the role any more.
#[test]
fn a_role_stays_while_its_crawler_cannot_have_another() {
    in_time(async {
        let sim = a_sim();
        let (first, second) = (crawled_by("old", OLD), crawled_by("new", NEW));
        let outcome = settle(&sim, &first, a_record()).await;
        let crawler = key(&first, "crawler/raw");
        sim.world(|world| world.faults.refused.insert(crawler, (Retry::Never, u64::MAX)));
        let outcome = settle(&sim, &second, outcome.record).await;
        assert!(is_skipped(&outcome, "role/old", "crawler/raw"), "{}", told(&outcome));
        assert!(is_there(&sim, &key(&first, "role/old")));
        assert!(is_there(&sim, &key(&second, "role/new")));
        sim.world(|world| world.faults.refused.clear());
        let outcome = settle(&sim, &second, outcome.record).await;
        assert!(outcome.failures.is_empty(), "{}", told(&outcome));
        assert!(!is_there(&sim, &key(&first, "role/old")));
    });
}

const STORED: &str = "buckets: { store: { onDelete: Empty } }\n\
                      databases: { lake: { name: one, location: { bucket: store, prefix: db/ } } }";

/// A bucket was emptied and deleted while a database that could not be renamed went on lying in it.
#[test]
fn what_a_blocked_member_uses_stays() {
    in_time(async {
        let sim = a_sim();
        let (first, second) = (graph(STORED), graph("databases: { lake: { name: two } }"));
        let outcome = one_after_the_other(&sim, &first, &second).await;
        assert!(is_skipped(&outcome, "bucket/store", "database/lake"), "{}", told(&outcome));
        assert!(is_there(&sim, &key(&first, "bucket/store")));
        // The user takes the old name back.
        let outcome = settle(&sim, &graph("databases: { lake: { name: one } }"), outcome.record).await;
        assert!(outcome.failures.is_empty(), "{}", told(&outcome));
        assert!(!is_there(&sim, &key(&first, "bucket/store")));
    });
}

/// The policy of a member that could not become another resource was taken for that of the one that it was.
#[test]
fn a_name_that_is_blocked_brings_no_policy_for_what_is_there() {
    in_time(async {
        let sim = a_sim();
        let first = graph("databases: { lake: { name: one, onDelete: Retain } }");
        let second = graph("databases: { lake: { name: two, onDelete: Delete } }");
        let outcome = one_after_the_other(&sim, &first, &second).await;
        settle(&sim, &Graph::new(), outcome.record).await;
        assert!(is_there(&sim, &key(&first, "database/lake")));
    });
}

/// The same where another member came by the key, and the move of what was there is held up.
#[test]
fn a_move_that_is_held_up_leaves_no_policy_behind() {
    in_time(async {
        let sim = a_sim();
        let logged = "logging: { bucket: logs, prefix: store/ }";
        let first = graph(&format!(
            "buckets: {{ store: {{ name: one, onDelete: Retain, {logged} }}, logs: {{ name: old }} }}"
        ));
        let second = graph(&format!(
            "buckets: {{ moved: {{ name: one, onDelete: Retain, {logged} }}, store: {{ name: two, onDelete: Empty }}, \
             logs: {{ name: new }} }}"
        ));
        let outcome = one_after_the_other(&sim, &first, &second).await;
        assert!(is_skipped(&outcome, "bucket/moved", "bucket/logs"), "{}", told(&outcome));
        settle(&sim, &Graph::new(), outcome.record).await;
        assert!(is_there(&sim, &key(&first, "bucket/store")));
        assert!(!is_there(&sim, &key(&second, "bucket/store")));
    });
}

fn filtered(table: &str, on_delete: &str) -> Graph {
    graph(&format!(
        "buckets: {{ store: {{}} }}\n\
         databases: {{ lake: {{}} }}\n\
         tables: {{ t: {{ name: {table}, database: lake, location: {{ bucket: store, prefix: t/ }}, format: Parquet, \
         columns: [{{ name: c, type: string }}] }} }}\n\
         filters: {{ f: {{ database: lake, table: t, onDelete: {on_delete} }} }}"
    ))
}

/// A filter gave way to one on a table that could not be renamed.
#[test]
fn nothing_gives_way_to_what_cannot_be_made() {
    in_time(async {
        let sim = a_sim();
        let (first, second) = (filtered("one", "Delete"), filtered("two", "Delete"));
        let outcome = one_after_the_other(&sim, &first, &second).await;
        assert!(is_skipped(&outcome, "filter/f", "table/t"), "{}", told(&outcome));
        assert!(is_there(&sim, &key(&first, "filter/f")));
    });
}

/// A stranger deletes a table with its filter and makes one of the name.
fn make_table_anew(sim: &Sim, graph: &Graph) {
    let (table, filter) = (key(graph, "table/t"), key(graph, "filter/f"));
    sim.world(|world| {
        world.resources.remove(&filter);
        let table = world.resources.get_mut(&table).expect("it was made");
        let owner = Owner { lake: "another".into(), ..owner() };
        let worn = table.worn.take().expect("the lake's mark");
        table.worn = Some(Worn { owner: owner.to_string(), ..worn });
    });
}

/// What needed a filter that went with its table was tried all the same, until AWS had refused it for long enough.
#[test]
fn what_needs_what_went_with_a_table_waits() {
    in_time(async {
        let sim = a_sim();
        let mut second = filtered("one", "Delete");
        let outcome = settle(&sim, &second, a_record()).await;
        make_table_anew(&sim, &second);
        second.extend(graph("buckets: { late: {} }"));
        second.get_mut(&NodeId::from("bucket/late")).expect("it is wanted").after.insert("filter/f".into());
        let outcome = settle(&sim, &second, outcome.record).await;
        assert!(is_skipped(&outcome, "bucket/late", "filter/f"), "{}", told(&outcome));
        assert!(!is_there(&sim, &key(&second, "filter/f")));
    });
}

/// A filter that went with its table was kept from a lake that had let go of the table, and made by the next apply.
#[test]
fn a_filter_is_made_on_what_its_lake_lets_go_of() {
    in_time(async {
        let sim = a_sim();
        let first = filtered("one", "Delete");
        let mut second = first.clone();
        second.remove(&NodeId::from("table/t"));
        let filter = second.get_mut(&NodeId::from("filter/f")).expect("it is wanted");
        filter.after.remove(&NodeId::from("table/t"));
        let outcome = settle(&sim, &first, a_record()).await;
        make_table_anew(&sim, &first);
        let outcome = settle(&sim, &second, outcome.record).await;
        assert!(outcome.failures.is_empty() && outcome.plan.is_quiet(), "{}", told(&outcome));
        assert!(is_there(&sim, &key(&second, "filter/f")));
    });
}

/// What waited for a fact that a round had just brought was told to have failed, and came after a pause; beside a member that
/// was blocked, with the next change.
#[test]
fn what_a_round_makes_known_is_for_the_next_one_at_once() {
    in_time(async {
        for blocked in [false, true] {
            let (sim, kept) = (a_sim(), Kept::new());
            let named = |database: &str| {
                let mut graph = graph(&format!(
                    "buckets: {{ store: {{}} }}\naccessPoints: {{ door: {{ bucket: store }} }}\n\
                     roles: {{ {OLD} }}\ndatabases: {{ lake: {{ name: {database} }} }}"
                ));
                let door = graph.get_mut(&NodeId::from("accessPoint/door")).expect("it is wanted");
                let mut json = door.settings.as_ref().expect("settings").json().clone();
                json["bucket"] = serde_json::json!({"$fact": {"node": "role/old", "name": "uniqueId"}});
                door.settings = Some(KINDS.settings("accessPoint", json).expect("settings of the kind"));
                door.after.insert("role/old".into());
                graph
            };
            let first = named("one");
            rounds(&sim, &first, &kept).await.expect("an end");
            sim.world(|world| world.resources.remove(&key(&first, "role/old")));
            let second = named(if blocked { "two" } else { "one" });
            sim.want(&second);
            let engine = engine(&sim).with_memory(kept.clone());
            let round = engine.round(&second, kept.record()).await;
            assert_eq!(round.again, Again::Now, "{}", told(&round.outcome));
            assert_eq!(round.outcome.failures.is_empty(), !blocked, "{}", told(&round.outcome));
            let round = engine.round(&second, round.outcome.record).await;
            let door = round.outcome.plan.step(&NodeId::from("accessPoint/door"));
            assert!(door.is_some_and(|step| step.change == Change::Keep), "{}", told(&round.outcome));
        }
    });
}

/// A filter was left behind on a table that could not be read just then; when it could, the filter was deleted.
#[test]
fn what_was_left_behind_stays_when_what_it_hangs_on_cannot_be_read() {
    in_time(async {
        let sim = a_sim();
        let first = filtered("one", "Retain");
        let mut second = first.clone();
        second.remove(&NodeId::from("filter/f"));
        let mut record = settle(&sim, &first, a_record()).await.record;
        for unreadable in [vec![key(&first, "table/t")], vec![]] {
            sim.world(|world| world.faults.unreadable = unreadable.into_iter().collect());
            record = settle(&sim, &second, record).await.record;
        }
        assert!(is_there(&sim, &key(&first, "filter/f")));
    });
}

/// That the old one of a replaced role could not go yet hid that the new one was to be tried again.
#[test]
fn a_step_of_two_is_tried_again_when_one_of_them_may_succeed() {
    in_time(async {
        let sim = a_sim();
        let role = |name: &str, database: &str| {
            graph(&format!(
                "roles: {{ etl: {{ name: {name}, assumedBy: {{ services: [glue.amazonaws.com] }} }} }}\n\
                 databases: {{ lake: {{ name: {database} }} }}"
            ))
        };
        let (first, second) = (role("one", "one"), role("two", "two"));
        let new = key(&second, "role/etl");
        sim.world(|world| world.faults.refused.insert(new.clone(), (Retry::Throttled, 3)));
        let outcome = one_after_the_other(&sim, &first, &second).await;
        assert!(is_there(&sim, &new), "{}", told(&outcome));
        assert!(is_there(&sim, &key(&first, "role/etl")));
    });
}

/// Beside a member that is for the user to mend, the last look found AWS too busy, and told of resources that they
/// cannot be read.
#[test]
fn the_last_look_sees_all() {
    for seed in 0..20 {
        in_time(async {
            let sim = a_sim();
            let outcome = settle(&sim, &graph(STORED), a_record()).await;
            sim.world(|world| {
                world.faults.throttled = 60;
                world.faults.rng = Rng::new(seed);
            });
            let renamed = graph(&STORED.replace("name: one", "name: two"));
            let outcome = settle(&sim, &renamed, outcome.record).await;
            let unseen = outcome.plan.steps.iter().any(|step| matches!(step.change, Change::Unreadable(_)));
            assert!(!unseen && outcome.failures.len() == 1, "{}", told(&outcome));
        });
    }
}

/// What a killed creation had left was overlooked when AWS was too busy to list it.
#[test]
fn what_was_left_is_listed_before_anything_is_done() {
    for seed in 0..20 {
        in_time(async {
            let sim = a_sim();
            let (first, second) = (crawled_by("old", OLD), crawled_by("new", NEW));
            let record = killed(&sim, &first, a_record(), 5, false).await;
            assert!(record.nodes.is_empty() && is_there(&sim, &key(&first, "role/old")));
            sim.world(|world| {
                world.faults.throttled = 60;
                world.faults.rng = Rng::new(seed);
            });
            sim.want(&second);
            let outcome = engine(&sim).settle(&second, record, crate::LONG, None).await;
            assert!(outcome.failures.is_empty(), "{}", told(&outcome));
            assert!(!is_there(&sim, &key(&first, "role/old")), "it was overlooked");
        });
    }
}

/// The same in rounds: once something was made the lake remembered, and nobody listed any more.
#[test]
fn a_round_does_nothing_before_it_knows_what_was_left() {
    for seed in 0..20 {
        in_time(async {
            let sim = a_sim();
            let (first, second) = (crawled_by("old", OLD), crawled_by("new", NEW));
            killed(&sim, &first, a_record(), 5, false).await;
            assert!(is_there(&sim, &key(&first, "role/old")));
            sim.world(|world| {
                world.faults.throttled = 60;
                world.faults.rng = Rng::new(seed);
            });
            let round = rounds(&sim, &second, &Kept::new()).await.unwrap();
            assert!(round.outcome.failures.is_empty(), "{}", told(&round.outcome));
            assert!(!is_there(&sim, &key(&first, "role/old")), "it was overlooked");
        });
    }
}

/// That one kind could not be listed hid what a killed creation had left of all others.
#[test]
fn a_list_that_fails_takes_nothing_from_the_others() {
    in_time(async {
        let sim = a_sim();
        let (first, second) = (crawled_by("old", OLD), crawled_by("new", NEW));
        let record = killed(&sim, &first, a_record(), 5, false).await;
        assert!(record.nodes.is_empty() && is_there(&sim, &key(&first, "role/old")));
        sim.world(|world| world.faults.unlisted.insert("job"));
        let outcome = settle(&sim, &second, record).await;
        assert_eq!(outcome.unlisted.len(), 1);
        assert!(!is_there(&sim, &key(&first, "role/old")), "it was overlooked: {}", told(&outcome));
    });
}

/// A call that was never answered was waited for without end, whatever the user's timeout said.
#[test]
fn what_is_never_answered_ends_at_the_deadline() {
    for (held, keeps) in [(2, true), (5, false), (8, false)] {
        in_time(async {
            let sim = a_sim();
            let first = crawled_by("old", OLD);
            sim.want(&first);
            sim.world(|world| world.faults.held_after = Some(held));
            let begun = tokio::time::Instant::now();
            let within = std::time::Duration::from_secs(20);
            let engine = if keeps { engine(&sim).with_memory(Kept::new()) } else { engine(&sim) };
            let outcome = engine.settle(&first, a_record(), within, None).await;
            assert!(begun.elapsed() <= within, "{:?} after call {held}", begun.elapsed());
            assert!(!outcome.failures.is_empty() && !outcome.plan.is_quiet(), "{}", told(&outcome));
            // What was made is found, and nothing twice.
            sim.world(|world| world.faults.held_after = None);
            let outcome = settle(&sim, &first, outcome.record).await;
            assert!(outcome.failures.is_empty() && outcome.plan.is_quiet(), "{}", told(&outcome));
        });
    }
}

/// The SDK repeated the creation of a filter whose first answer was lost, AWS said that it exists, and so it was taken for
/// somebody else's: on a table that wears no mark it was never changed and never deleted.
#[test]
fn what_was_made_by_an_attempt_whose_answer_was_lost_is_remembered() {
    in_time(async {
        let sim = a_sim();
        let first = graph(
            "databases: { lake: {} }\n\
             filters: { f: { database: lake, tableName: crawled, rows: \"country='IN'\" } }",
        );
        let table = first.iter().find(|(id, _)| id.kind() == "table").expect("it is looked at");
        sim.plant(key(&first, table.0.as_str()), table.1.settings.as_ref().expect("it is known"), None);
        let filter = key(&first, "filter/f");
        sim.world(|world| world.faults.retried.insert(filter.clone()));
        let outcome = settle(&sim, &first, a_record()).await;
        assert!(outcome.failures.is_empty() && is_there(&sim, &filter), "{}", told(&outcome));
        let outcome = settle(&sim, &Graph::new(), outcome.record).await;
        assert!(!is_there(&sim, &filter), "{}", told(&outcome));
    });
}
