//! The laws of the Terraform door, over random lakes, in an in-process Terraform core and a simulated cloud:
//!
//! * **contract**: no answer breaks a rule of Terraform's, and what is planned twice is planned alike;
//! * **convergence**: a second plan is empty;
//! * **states**: a state of a release that knew fewer sections reads as a lake without members of them;
//! * **unknowns**: what a plan tells comes true, whatever it did not know;
//! * **unseen**: what holds data goes only as a plan told, whatever it did not know;
//! * **data**: a plan tells how much data goes, and an apply that runs out of time how much went;
//! * **crash**: a create that dies after any call leaves no state, and the next one finishes; nothing is ever tainted.

mod config;
mod door;
mod emptying;
#[path = "../../../reconcile/tests/sim/mod.rs"]
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_imports,
    clippy::unwrap_used,
    reason = "the reconciler's own laws use all of it"
)]
mod sim;
mod states;
mod unknowns;
mod unseen;

use config::{implied, lake, places, spec, spec_with_unknowns, told};
use door::Doorway;
use proptest::prelude::*;
use tfplug::{Value, testing::Core};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_lake_is_created_and_then_there_is_nothing_to_do(spec in spec(), places in places()) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let config = told(&spec, places);
            let object = doorway.applied(&core, Default::default(), &config).await;
            let (object, _) = core.read(object).await.unwrap();
            let again = core.plan(&object, &config).await.unwrap();
            prop_assert!(again.is_nothing(core.schema()), "{:#?}", again.planned);
            Ok(())
        })?;
    }

    #[test]
    fn one_lake_becomes_another_and_then_there_is_nothing_to_do(
        first in spec(),
        second in spec(),
        places in (places(), places()),
    ) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let object = doorway.applied(&core, Default::default(), &told(&first, places.0)).await;
            let (object, _) = core.read(object).await.unwrap();
            let config = told(&second, places.1);
            let planned = core.plan(&object, &config).await.unwrap();
            // What data forbids is refused at plan, and then nothing is done.
            if planned.diagnostics.has_errors() {
                prop_assert!(door::refuses_to_lose(&planned.diagnostics), "{:#?}", planned.diagnostics);
                return Ok(());
            }
            let object = doorway.applied(&core, object, &config).await;
            let (object, _) = core.read(object).await.unwrap();
            let again = core.plan(&object, &config).await.unwrap();
            prop_assert!(again.is_nothing(core.schema()), "{:#?}", again.planned);
            Ok(())
        })?;
    }

    #[test]
    fn what_is_not_known_yet_is_planned_by_the_rules(
        first in spec(),
        second in spec_with_unknowns(),
        places in places(),
    ) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let config = told(&second, places);
            core.plan(&Default::default(), &config).await.unwrap();
            let object = doorway.applied(&core, Default::default(), &lake(&first)).await;
            let (object, _) = core.read(object).await.unwrap();
            core.plan(&object, &config).await.unwrap();
        });
    }

    #[test]
    fn without_a_refresh_a_lake_is_as_last_applied(spec in spec(), places in places()) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let config = told(&spec, places);
            let object = doorway.applied(&core, Default::default(), &config).await;
            let again = core.plan(&object, &config).await.unwrap();
            prop_assert!(again.is_nothing(core.schema()), "{:#?}", again.planned);
            Ok(())
        })?;
    }

    #[test]
    fn what_moves_between_blocks_and_spec_is_the_same_lake(spec in spec(), places in (places(), places())) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let object = doorway.applied(&core, Default::default(), &told(&spec, places.0)).await;
            let (object, _) = core.read(object).await.unwrap();
            let before = doorway.sim.world(|world| world.faults.writes);
            let moved = told(&spec, places.1);
            let planned = core.plan(&object, &moved).await.unwrap();
            for computed in ["resources", "outputs"] {
                prop_assert_eq!(planned.planned.get(computed), object.state.get(computed));
            }
            let object = doorway.applied(&core, object, &moved).await;
            prop_assert_eq!(doorway.sim.world(|world| world.faults.writes), before);
            let (object, _) = core.read(object).await.unwrap();
            prop_assert!(core.plan(&object, &moved).await.unwrap().is_nothing(core.schema()));
            Ok(())
        })?;
    }

    #[test]
    fn a_create_that_dies_is_finished_by_the_next(spec in spec(), after in 1_u64..40) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let config = lake(&spec);
            let planned = core.plan(&Default::default(), &config).await.unwrap();
            prop_assert!(!planned.diagnostics.has_errors(), "{:#?}", planned.diagnostics);
            doorway.sim.world(|world| world.faults.kill_after = Some(world.faults.calls + after));
            let ended = tokio::select! {
                ended = core.apply(planned, &config) => Some(ended.unwrap().0),
                () = doorway.sim.killed() => None,
            };
            doorway.sim.world(|world| world.faults.kill_after = None);
            // A killed process leaves Terraform what it had: nothing.
            let object = ended.unwrap_or_default();
            prop_assert!(!object.tainted);
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let object = if object.state.is_null() && doorway.is_finished() {
                let (object, told) = core.import("events").await.unwrap();
                prop_assert!(!told.has_errors(), "{told:#?}");
                object
            } else {
                object
            };
            let object = doorway.applied(&core, object, &config).await;
            let (object, _) = core.read(object).await.unwrap();
            let again = core.plan(&object, &config).await.unwrap();
            prop_assert!(again.is_nothing(core.schema()), "{:#?}", again.planned);
            prop_assert_eq!(doorway.sim.world(|world| world.crimes.clone()), Vec::<String>::new());
            Ok(())
        })?;
    }

    #[test]
    fn a_lake_is_destroyed(spec in spec()) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let object = doorway.applied(&core, Default::default(), &lake(&spec)).await;
            let (object, _) = core.read(object).await.unwrap();
            let planned = core.plan(&object, &Value::Null).await.unwrap();
            // What is protected is refused at plan.
            if planned.diagnostics.has_errors() {
                prop_assert!(door::refuses_to_lose(&planned.diagnostics), "{:#?}", planned.diagnostics);
                return Ok(());
            }
            let object = doorway.applied(&core, object, &Value::Null).await;
            prop_assert!(object.state.is_null());
            Ok(())
        })?;
    }
}

#[test]
fn a_lake_is_imported_by_its_name_and_then_only_written_down() {
    run(async {
        let doorway = Doorway::new();
        let resource = doorway.resource();
        let core = Core::new(&*resource);
        let config = lake(&serde_json::json!({"buckets": {"store": {}}, "roles": {"etl": {
            "assumedBy": {"services": ["glue.amazonaws.com"]},
        }}}));
        let _ = doorway.applied(&core, Default::default(), &config).await;
        let before = doorway.sim.snapshot();

        let lost = core.plan(&Default::default(), &config).await.unwrap();
        assert!(format!("{:?}", lost.diagnostics).contains("import {"), "{:#?}", lost.diagnostics);
        let (object, told) = core.apply(lost, &config).await.unwrap();
        assert!(told.has_errors() && object.state.is_null(), "{told:#?}");

        let (object, told) = core.import("events").await.unwrap();
        assert!(!told.has_errors(), "{told:#?}");
        let object = doorway.applied(&core, object, &config).await;
        let (object, _) = core.read(object).await.unwrap();
        assert!(core.plan(&object, &config).await.unwrap().is_nothing(core.schema()));
        assert_eq!(doorway.sim.snapshot(), before);
    });
}

#[test]
fn a_tainted_lake_is_refused() {
    run(async {
        let doorway = Doorway::new();
        let resource = doorway.resource();
        let core = Core::new(&*resource);
        let config = lake(&serde_json::json!({"buckets": {"store": {}}}));
        let mut object = doorway.applied(&core, Default::default(), &config).await;
        object.tainted = true;
        let planned = core.plan(&object, &config).await.unwrap();
        assert!(format!("{:?}", planned.diagnostics).contains("untaint"), "{:#?}", planned.diagnostics);
        // Had the look not been possible, the destroy leg would refuse: it has no record.
        let before = doorway.sim.snapshot();
        let (_, told) = core.apply(planned, &config).await.unwrap();
        assert!(format!("{told:?}").contains("untaint"), "{told:#?}");
        assert_eq!(doorway.sim.snapshot(), before);
    });
}

#[test]
fn an_unknown_provider_plans_without_a_call() {
    run(async {
        let doorway = Doorway::unknown();
        let resource = doorway.resource();
        let core = Core::new(&*resource);
        let config = lake(&serde_json::json!({"buckets": {"store": {}}}));
        let planned = core.plan(&Default::default(), &config).await.unwrap();
        assert!(!planned.diagnostics.has_errors(), "{:#?}", planned.diagnostics);
        assert!(planned.planned.get("resources").is_unknown() && planned.planned.get("region").is_unknown());
        assert_eq!(planned.planned.get("bucket").get("store").get("tls_only"), &Value::from(true));
        assert_eq!(doorway.sim.world(|world| world.faults.calls), 0);
    });
}

#[test]
fn tags_of_the_provider_that_changed_are_seen_without_a_refresh() {
    run(async {
        let doorway = Doorway::new().with_default_tags(&[("team", "data")]);
        let config = lake(&serde_json::json!({"buckets": {"store": {}}}));
        let resource = doorway.resource();
        let object = doorway.applied(&Core::new(&*resource), Default::default(), &config).await;
        let changed = doorway.with_default_tags(&[("team", "events")]);
        let resource = changed.resource();
        let core = Core::new(&*resource);
        for refresh in [false, true] {
            let object = if refresh { core.read(object.clone()).await.unwrap().0 } else { object.clone() };
            let object = changed.applied(&core, object, &config).await;
            let bucket = format!("{:?}", changed.sim.snapshot());
            assert!(bucket.contains("events") && !bucket.contains("\"data\""), "{bucket}");
            assert!(core.plan(&object, &config).await.unwrap().is_nothing(core.schema()));
        }
    });
}

#[test]
fn an_apply_that_reaches_nobody_says_so() {
    run(async {
        let doorway = Doorway::new();
        let config = lake(&serde_json::json!({"buckets": {"store": {}}}));
        let resource = doorway.resource();
        let object = doorway.applied(&Core::new(&*resource), Default::default(), &config).await;
        let unknown = Doorway::unknown();
        let resource = unknown.resource();
        let core = Core::new(&*resource);
        for object in [Default::default(), object] {
            for config in [&config, &Value::Null] {
                if config.is_null() && object == Default::default() {
                    continue;
                }
                let planned = core.plan(&object, config).await.unwrap();
                let (after, told) = core.apply(planned, config).await.unwrap();
                assert!(format!("{told:?}").contains("configuration is not known"), "{told:#?}");
                assert_eq!(after.state, object.state);
            }
        }
    });
}

#[test]
fn a_lake_of_the_same_name_in_another_region_is_another_lake() {
    run(async {
        let doorway = Doorway::new();
        let config = lake(&serde_json::json!({"buckets": {"store": {}}}));
        let resource = doorway.resource();
        let _ = doorway.applied(&Core::new(&*resource), Default::default(), &config).await;
        for (region, fails) in [("us-east-1", false), ("eu-west-1", true)] {
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            core.upgrade(0, serde_json::json!({"name": "events", "region": region})).unwrap();
            let planned = core.plan(&Default::default(), &config).await.unwrap();
            assert!(format!("{:?}", planned.diagnostics).contains("exists already"), "{planned:#?}");
            assert_eq!(planned.diagnostics.has_errors(), fails, "{:#?}", planned.diagnostics);
        }
    });
}

#[test]
fn what_stands_in_sensitive_spec_is_shown_in_no_drift_and_no_plan() {
    const CANARY: &str = "canary-in-the-cage";
    run(async {
        let doorway = Doorway::new();
        let resource = doorway.resource();
        let core = Core::new(&*resource);
        let spec = |canary: &str| {
            serde_json::json!({
                "buckets": {"store": {"tags": {"hidden": canary, "shown": "x"}}},
                "databases": {"lake": {"description": canary}},
            })
        };
        let hidden = |canary: &str| {
            let mut lake = told(&serde_json::json!({"buckets": {"store": {}}}), 0);
            let mut value = spec(canary);
            value["databases"]["lake"]["onDelete"] = "Delete".into();
            lake.set("sensitive_spec", Value::Dynamic(Box::new(implied(&value))));
            lake
        };
        let object = doorway.applied(&core, Default::default(), &hidden(CANARY)).await;
        let planned = core.plan(&object, &hidden("another-canary")).await.unwrap();
        // Applied by another's hand: what is there differs from what is wanted.
        let _ = doorway.applied(&core, object.clone(), &hidden("another-canary")).await;
        let (drifted, _) = core.read(object).await.unwrap();
        let shown = format!(
            "{:?}{:?}{:?}",
            planned.diagnostics,
            planned.planned.get("resources"),
            drifted.state.get("resources")
        );
        assert!(shown.contains("(secret, differs)"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    });
}
