//! Data goes only as a plan has told, whatever that plan did not know: members, sections, or all of `spec`.

use crate::{
    config::{good, implied, places, told},
    door::Doorway,
    run,
};
use lake_api::{input::unknown, testing::pointers};
use lake_reconcile::{key::Key, kinds::RegisteredKey as _};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use tfplug::{
    Diagnostics, Value,
    testing::{Core, Object},
};

/// Lakes of few members that hold data, and of roles, which hold none.
fn spec() -> impl Strategy<Value = Json> {
    let member = |more: Json| {
        let on_delete = prop::sample::select(vec!["Empty", "Delete", "Retain"]);
        (on_delete, any::<bool>()).prop_map(move |(on_delete, protected)| {
            let mut member = more.clone();
            member["onDelete"] = on_delete.into();
            if protected {
                member["deletionProtection"] = true.into();
            }
            member
        })
    };
    let bucket = prop_oneof![
        4 => member(json!({})),
        1 => member(json!({"name": "named"})),
        1 => Just(json!({"external": "theirs"})),
    ];
    let database = member(json!({})).prop_map(|mut database| {
        if database["onDelete"] == "Empty" {
            database["onDelete"] = "Delete".into();
        }
        database
    });
    let role = Just(json!({"assumedBy": {"services": ["glue.amazonaws.com"]}}));
    let section = |keys: &'static [&'static str], member: BoxedStrategy<Json>| {
        prop::sample::subsequence(keys, 0..=keys.len()).prop_flat_map(move |keys| {
            let members = prop::collection::vec(member.clone(), keys.len());
            members.prop_map(move |members| {
                keys.iter().map(|key| (*key).to_owned()).zip(members).collect::<serde_json::Map<_, _>>()
            })
        })
    };
    let sections = (
        section(&["a", "b", "c"], bucket.boxed()),
        section(&["d", "e"], database.boxed()),
        section(&["r", "s"], role.boxed()),
    );
    sections.prop_map(|(buckets, databases, roles)| {
        good(json!({"buckets": buckets, "databases": databases, "roles": roles}))
    })
}

/// The spec as Terraform knows it too early, and what it turns out to be: what stood there and is no more is null. Blocks are
/// unknown as a whole, and never null.
fn hidden(spec: &Json, was: &Json, hides: &[Index], in_blocks: bool) -> (Json, Json) {
    let (mut early, mut late) = (spec.clone(), spec.clone());
    let all: BTreeSet<String> =
        pointers(spec).into_iter().chain(pointers(was)).filter(|at| !at.is_empty()).collect();
    let depths: &[usize] = if in_blocks { &[1, 3] } else { &[1, 2, 3] };
    let all: Vec<&String> = all.iter().filter(|at| depths.contains(&at.matches('/').count())).collect();
    for hide in hides {
        let Some(at) = all.get(hide.index(all.len().max(1))) else { continue };
        let (parent, name) = at.rsplit_once('/').expect("a pointer");
        let Some(Json::Object(fields)) = early.pointer_mut(parent).filter(|value| **value != unknown())
        else {
            continue;
        };
        fields.insert(name.to_owned(), unknown());
        if let Some(Json::Object(fields)) = late.pointer_mut(parent) {
            fields.entry(name).or_insert(Json::Null);
        }
    }
    (early, late)
}

/// Whether a plan has told that this will be deleted.
fn tells(told: &Diagnostics, key: &Key) -> bool {
    told.0.iter().any(|it| it.summary.ends_with("will be deleted") && it.detail.contains(&format!("({key})")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_holds_data_goes_only_as_a_plan_told(
        first in spec(),
        second in spec(),
        hides in prop::collection::vec(any::<Index>(), 0..3),
        whole in prop::bool::weighted(0.2),
        places in places(),
        in_blocks in any::<bool>(),
        replaced in prop::bool::weighted(0.3),
    ) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let object = doorway.applied(&core, Object::default(), &told(&first, places)).await;
            let object = core.read(object).await.unwrap().0;
            let (early, late) = hidden(&second, &first, &hides, in_blocks);
            let place = if in_blocks { 0 } else { u64::MAX };
            let (mut early, late) = (told(&early, place), told(&late, place));
            if whole && !in_blocks {
                early.set("spec", Value::Dynamic(Box::new(implied(&unknown()))));
            }
            let before = doorway.sim.snapshot();
            let shown = match replaced {
                true => core.plan_replacing(&object, &early).await.unwrap(),
                false => core.plan(&object, &early).await.unwrap(),
            };
            let told = shown.diagnostics.clone();
            // What the plan refuses is not applied. Apply runs in a process of its own, and ends where core finds that the
            // plan it makes there is another one.
            if !told.has_errors() {
                doorway.want(&late);
                let resource = doorway.resource();
                let _ = Core::new(&*resource).apply(shown, &late).await;
            }
            let after = doorway.sim.snapshot();
            let gone = before.keys().filter(|key| key.traits().holds_data && !after.contains_key(key));
            let untold: Vec<&Key> = gone.filter(|key| !tells(&told, key)).collect();
            prop_assert!(untold.is_empty(), "{untold:?} went, and the plan told {told:#?}");
            Ok(())
        })?;
    }
}
