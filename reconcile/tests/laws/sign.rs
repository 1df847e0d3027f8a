//! The sign of a creation: whatever a creation has made so far, something of it says that it is not at its end.

use crate::{
    MEMBERS, a_record, a_sim, graph, in_time, is_for_the_user, killed, no_crime,
    random::{evolutions, lakes, place},
    settle, told,
};
use lake_reconcile::{graph::Hold, kinds::RegisteredSettings as _};
use proptest::prelude::*;

proptest! {
    /// A creation that was killed is taken up by that of a lake that was changed meanwhile: the sign is handed over
    /// before what wears it goes, is made anew, or becomes another node; and it is taken off by the very last write.
    #[test]
    fn a_creation_wears_its_sign_until_its_end(
        lake in lakes(MEMBERS),
        change in evolutions(MEMBERS),
        after in 1_u64..30,
    ) {
        in_time(async {
            let sim = a_sim();
            let record = killed(&sim, &lake.graph, a_record(), after, false).await;
            // It came to its end before.
            let ended = sim.world(|world| world.bare.last() == Some(&true));
            prop_assume!(record.nodes.is_empty() && !ended);
            let outcome = settle(&sim, &lake.after(&change).graph, record).await;
            prop_assert!(outcome.failures.iter().all(is_for_the_user), "{}", told(&outcome));
            let (bare, events) = sim.world(|world| (world.bare.clone(), world.events.clone()));
            let Some((last, earlier)) = bare.split_last() else { return Ok(()) };
            for (at, bare) in earlier.iter().enumerate() {
                prop_assert!(!bare, "after {:?} nothing wears the sign: {events:#?}", events[at]);
            }
            // What is for the user to mend keeps the creation from its end.
            let ended = outcome.failures.is_empty();
            let signed = sim.snapshot().values().any(|(_, worn)| worn.as_ref().is_some_and(|worn| worn.creating));
            prop_assert!(!last || ended, "it is not at its end: {}", told(&outcome));
            prop_assert!(!signed || !ended, "its sign stays on: {}", told(&outcome));
            no_crime(&sim)
        })?;
    }
}

/// A creation that is killed after so many calls, and one of another lake that takes it up: after no write but the very
/// last does something wear the lake's mark and nothing the sign.
fn is_signed_to_the_end(first: &str, after: u64, second: &str) {
    in_time(async {
        let sim = a_sim();
        let (first, second) = (graph(first), graph(second));
        for node in first.values().filter(|node| node.hold == Hold::LookAt) {
            let theirs = node.settings.as_ref().expect("no member is veiled");
            sim.plant(theirs.key(&place()).expect("its name is given"), theirs, None);
        }
        killed(&sim, &first, a_record(), after, false).await;
        let outcome = settle(&sim, &second, a_record()).await;
        assert!(outcome.failures.is_empty(), "{}", told(&outcome));
        let (bare, events) = sim.world(|world| (world.bare.clone(), world.events.clone()));
        let (end, before) = bare.split_last().expect("something was made");
        assert!(*end && before.iter().all(|bare| !bare), "{events:#?}");
    });
}

/// What wore the sign was marked as another node, without the sign.
#[test]
fn what_moves_keeps_the_sign() {
    is_signed_to_the_end(
        "buckets: { store: { name: one } }",
        3,
        "{ buckets: { moved: { name: one } }, roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } } }",
    );
}

/// All that was there went, what wore the sign last, and what was made beside it wore none.
#[test]
fn the_sign_outlives_all_that_was_there() {
    let first = "{ databases: { lake: { onDelete: Delete } }, \
                 roles: { etl: { assumedBy: { services: [glue.amazonaws.com] } } }, \
                 crawlers: { raw: { role: etl, database: lake, targets: { s3: [{ bucket: 'arn:aws:s3:::theirs' }] } } } }";
    is_signed_to_the_end(first, 4, "roles: { other: { assumedBy: { services: [glue.amazonaws.com] } } }");
}

/// The first that can wear a mark was made after what can wear none, and wore no sign.
#[test]
fn what_is_made_after_the_unmarkable_wears_the_sign() {
    let lake = "databases: { theirs: { external: theirs } }\n\
                tables: { t: { database: theirs, location: { bucket: 'arn:aws:s3:::theirs', prefix: t/ }, format: Parquet, \
                columns: [{ name: c, type: string }] } }\n\
                crawlers: { raw: { role: 'arn:aws:iam::123456789012:role/theirs', database: theirs, \
                targets: { catalog: [{ database: theirs, tables: [t] }] } } }";
    is_signed_to_the_end(lake, 1, lake);
}
