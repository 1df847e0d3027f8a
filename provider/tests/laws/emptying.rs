//! What holds data goes in portions: the plan tells how much there is, and an apply that runs out of time how far it came.

use crate::{config::lake, door::Doorway, run};
use lake_reconcile::key::Key;
use serde_json::json;
use tfplug::{Diagnostics, Value, testing::Core};

/// A lake, each of whose operations may take two seconds.
fn hurried(spec: serde_json::Value) -> Value {
    let mut lake = lake(&spec);
    let two = || Value::from("2s");
    lake.set("timeouts", Value::map([("create", two()), ("update", two()), ("delete", two())]));
    lake
}

fn said(told: &Diagnostics, words: &str) -> bool {
    told.0.iter().any(|it| it.summary.contains(words) || it.detail.contains(words))
}

#[test]
fn a_plan_tells_how_much_goes_and_an_apply_how_much_went() {
    run(async {
        let doorway = Doorway::new();
        let resource = doorway.resource();
        let core = Core::new(&*resource);
        let role = json!({ "assumedBy": { "services": ["glue.amazonaws.com"] } });
        let bucket = json!({ "name": "emptied", "onDelete": "Empty" });
        let config = hurried(json!({ "buckets": { "store": bucket }, "roles": { "etl": role } }));
        let object = doorway.applied(&core, Default::default(), &config).await;
        doorway.sim.world(|world| {
            world.contents.insert(Key::new("bucket", "emptied"), 100);
            world.expendable = world.resources.keys().cloned().collect();
            world.portion = 20;
        });
        let (object, _) = core.read(object).await.unwrap();

        let before = doorway.sim.world(|world| world.faults.calls);
        let same = core.plan(&object, &config).await.unwrap();
        assert!(same.is_nothing(core.schema()));
        assert_eq!(
            doorway.sim.world(|world| world.faults.calls),
            before,
            "what empties nothing counts nothing"
        );
        let line = "- bucket/store (emptied) is emptied and deleted, with the 100 objects in it";
        let dropped = core.plan(&object, &hurried(json!({ "roles": { "etl": role } }))).await.unwrap();
        assert!(said(&dropped.diagnostics, line), "{:#?}", dropped.diagnostics);

        doorway.sim.want(&Default::default());
        let (mut object, mut went) = (object, 0);
        for _ in 0..100 {
            let planned = core.plan(&object, &Value::Null).await.unwrap();
            let left = 100 - went;
            let line = format!("(emptied) is emptied and deleted, with the {left} objects in it");
            assert!(said(&planned.diagnostics, &line), "{:#?}", planned.diagnostics);
            let (after, told) = core.apply(planned, &Value::Null).await.unwrap();
            object = after;
            let now = doorway.sim.world(|world| 100 - world.contents.values().sum::<usize>());
            if !told.has_errors() {
                break;
            }
            let (done, goes_on) =
                (format!("{} objects deleted so far.", now - went), "goes on where this stopped");
            assert!(said(&told, &done) && said(&told, goes_on), "{told:#?}");
            went = now;
        }
        assert!(object.state.is_null() && went > 0, "{went}");
        assert_eq!(doorway.sim.snapshot().len(), 0);
    });
}

#[test]
fn a_plan_that_may_not_count_tells_the_rest() {
    run(async {
        let doorway = Doorway::new();
        let resource = doorway.resource();
        let core = Core::new(&*resource);
        let config = hurried(json!({ "buckets": { "store": { "name": "emptied", "onDelete": "Empty" } } }));
        let object = doorway.applied(&core, Default::default(), &config).await;
        let (object, _) = core.read(object).await.unwrap();
        doorway.sim.world(|world| world.faults.unreadable.insert(Key::new("bucket", "emptied")));
        let planned = core.plan(&object, &Value::Null).await.unwrap();
        assert!(!planned.diagnostics.has_errors());
        assert!(said(&planned.diagnostics, "(emptied) is emptied and deleted, with all data in it"));
    });
}
