//! The sign of a creation: whatever a creation has made so far, something of it says that it is not at its end.

use crate::{
    MEMBERS, a_record, a_sim, in_time, is_for_the_user, killed, no_crime,
    random::{evolutions, lakes},
    settle, told,
};
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
