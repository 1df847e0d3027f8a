//! States of earlier releases: what their schema did not have is missing in them.

use crate::{
    config::{lake, spec},
    door::Doorway,
    run,
};
use lake_provider::projection::{self, Block, Nesting};
use proptest::prelude::*;
use serde_json::Value as Json;
use tfplug::testing::{Core, Object};

/// Take out of a state some of what it would have in any case: arguments that are null or their default, and blocks that
/// are not there. A release that did not know them would have saved it so.
fn forget(block: &Block, state: &mut Json, forgets: &mut dyn FnMut() -> bool) {
    let Some(state) = state.as_object_mut() else { return };
    for (name, attribute) in &block.attributes {
        let given = state.get(name).filter(|given| !given.is_null());
        if (given.is_none() || given == attribute.default) && forgets() {
            state.remove(name);
        }
    }
    for (name, nested) in &block.blocks {
        let Some(found) = state.get_mut(name) else { continue };
        match nested.nesting {
            Nesting::Single => forget(&nested.block, found, forgets),
            Nesting::List => {
                found
                    .as_array_mut()
                    .into_iter()
                    .flatten()
                    .for_each(|item| forget(&nested.block, item, forgets));
            }
            Nesting::Map => {
                let entries = found.as_object_mut().into_iter().flat_map(|entries| entries.values_mut());
                entries.for_each(|entry| forget(&nested.block, entry, forgets));
            }
        }
        let is_there = match nested.nesting {
            Nesting::Single => !found.is_null(),
            Nesting::List => found.as_array().is_some_and(|items| !items.is_empty()),
            Nesting::Map => found.as_object().is_some_and(|entries| !entries.is_empty()),
        };
        if !is_there && forgets() {
            state.remove(name);
        }
    }
    for beside in ["spec", "sensitive_spec", "timeouts"] {
        if state.get(beside).is_some_and(Json::is_null) && forgets() {
            state.remove(beside);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_state_without_sections_and_blocks_plans_no_changes(spec in spec(), some in prop::option::of(any::<u64>())) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let config = lake(&spec);
            let object = doorway.applied(&core, Default::default(), &config).await;
            let mut kept = object.state.to_json().unwrap();
            let mut draw = some;
            // All of it, or some by the bits of a number.
            let mut forgets = || draw.as_mut().is_none_or(|bits| {
                *bits = bits.rotate_left(1);
                *bits & 1 == 1
            });
            forget(projection::spec(), &mut kept, &mut forgets);
            let (state, told) = core.upgrade(0, kept).unwrap();
            prop_assert!(!told.has_errors(), "{told:#?}");
            prop_assert_eq!(&state, &object.state);
            let object = Object { state, ..object };
            let planned = core.plan(&object, &config).await.unwrap();
            prop_assert!(planned.is_nothing(core.schema()), "{:#?}", planned.planned);
            let (object, _) = core.read(object).await.unwrap();
            let planned = core.plan(&object, &config).await.unwrap();
            prop_assert!(planned.is_nothing(core.schema()), "{:#?}", planned.planned);
            Ok(())
        })?;
    }
}
