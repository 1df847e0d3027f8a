//! What Terraform does not know yet: whatever it turns out to be, what the plan told comes true.

use crate::{
    config::{good, places, retyped, told, veiled},
    door::Doorway,
    run,
};
use lake_api::{
    input::{UNKNOWN, unknown},
    testing::pointers,
};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value as Json, json};
use tfplug::{
    Unknown, Value,
    testing::{Core, broken_by_plan_again},
};

/// Lakes whose members refer to each other by few names, so that one hidden word decides what the others are.
fn spec() -> impl Strategy<Value = Json> {
    let place = || prop::sample::select(vec!["a", "b", "arn:aws:s3:::somebodys"]);
    let key = || prop::sample::select(vec!["x.py", "y.py"]);
    let role = || prop::sample::select(vec!["r", "arn:aws:iam::123456789012:role/theirs"]);
    let object = key().prop_map(|key| json!({"key": key, "content": "print(1)"}));
    let bucket = prop_oneof![
        3 => (some("objects", map(&["m", "n"], object)), some("versioning", any::<bool>().prop_map(Json::from))).prop_map(whole),
        1 => Just(json!({"external": "theirs"})),
    ];
    let roles = prop_oneof![
        2 => Just(json!({"assumedBy": {"services": ["glue.amazonaws.com"]}})),
        1 => Just(json!({"external": "theirs"})),
    ];
    let database = prop_oneof![
        2 => some("name", Just(json!("d"))).prop_map(|name| whole((name, None))),
        1 => Just(json!({"external": "theirs"})),
    ];
    let table = prop_oneof![
        2 => Just(json!({"database": "d", "columns": [{"name": "country", "type": "string"}]})),
        1 => Just(json!({"external": "d/theirs"})),
    ];
    let job = (role(), place(), key(), any::<bool>()).prop_map(|(role, bucket, key, uploaded)| {
        let mut script = json!({"bucket": bucket, "key": key});
        if uploaded {
            script["content"] = json!("print(2)");
        }
        json!({"role": role, "script": script, "workers": {"count": 2}})
    });
    let crawler = (role(), place()).prop_map(
        |(role, bucket)| json!({"role": role, "database": "d", "targets": {"s3": [{"bucket": bucket}]}}),
    );
    let filter =
        prop_oneof![Just(json!({"table": "t"})), Just(json!({"database": "d", "tableName": "raw"})),];
    let sections = (
        (some("buckets", map(&["a", "b"], bucket)), some("roles", map(&["r"], roles))),
        (some("databases", map(&["d"], database)), some("tables", map(&["t"], table))),
        (some("jobs", map(&["i", "j"], job)), some("crawlers", map(&["c"], crawler))),
        some("filters", map(&["e", "f"], filter)),
    );
    sections.prop_map(|((a, b), (c, d), (e, f), g)| {
        good(Json::Object([a, b, c, d, e, f, g].into_iter().flatten().collect()))
    })
}

type Field = Option<(String, Json)>;

/// A field that is given three times out of four.
fn some(name: &'static str, value: impl Strategy<Value = Json>) -> impl Strategy<Value = Field> {
    prop::option::weighted(0.75, value).prop_map(move |value| Some((name.to_owned(), value?)))
}

fn whole((one, other): (Field, Field)) -> Json {
    Json::Object([one, other].into_iter().flatten().collect())
}

/// An object with some of these keys.
fn map(
    keys: &'static [&'static str],
    entry: impl Strategy<Value = Json> + Clone,
) -> impl Strategy<Value = Json> {
    prop::sample::subsequence(keys, 0..=keys.len()).prop_flat_map(move |keys| {
        let entries = prop::collection::vec(entry.clone(), keys.len());
        entries.prop_map(move |entries| {
            keys.iter().map(|key| (*key).to_owned()).zip(entries).collect::<serde_json::Map<_, _>>().into()
        })
    })
}

/// The spec as Terraform knows it too early: some of what it says is not known, nor is some of what it does not say.
fn hidden(spec: &Json, said: &[(bool, Index)], unsaid: &[Index]) -> Json {
    let mut hidden = spec.clone();
    for (decides, choice) in said {
        let mut all = pointers(&hidden);
        all.retain(|at| may_be_hidden(at) && (!decides || DECIDING.iter().any(|word| at.ends_with(word))));
        if let Some(value) = all.get(choice.index(all.len().max(1))).and_then(|at| hidden.pointer_mut(at)) {
            *value = unknown();
        }
    }
    let unsaids: Vec<(String, &str)> = pointers(&hidden)
        .into_iter()
        .flat_map(|at| {
            UNSAID.iter().map(move |(depth, section, field)| (at.clone(), *depth, *section, *field))
        })
        .filter(|(at, depth, section, _)| at.starts_with(section) && at.matches('/').count() == *depth)
        .map(|(at, _, _, field)| (at, field))
        .collect();
    for choice in unsaid {
        let Some((at, field)) = unsaids.get(choice.index(unsaids.len().max(1))) else { continue };
        if let Some(Json::Object(fields)) = hidden.pointer_mut(at).filter(|value| **value != unknown()) {
            fields.entry(*field).or_insert_with(unknown);
        }
    }
    hidden
}

/// The spec as it turns out: what was hidden and is not said is null.
fn revealed(spec: &Json, hidden: &Json) -> Json {
    match (spec, hidden) {
        (Json::Object(fields), Json::Object(hidden)) if !hidden.contains_key(UNKNOWN) => {
            let field = |(name, hidden): (&String, &Json)| {
                (name.clone(), fields.get(name).map_or(Json::Null, |field| revealed(field, hidden)))
            };
            hidden.iter().map(field).collect::<serde_json::Map<_, _>>().into()
        }
        _ => spec.clone(),
    }
}

/// Which members there are is known, and so are those in them.
fn may_be_hidden(at: &str) -> bool {
    at.matches('/').count() > 1 && !at.ends_with("/objects") && !at.contains(UNKNOWN)
}

/// What decides which nodes there are, and what they hang on.
const DECIDING: [&str; 7] = ["/key", "/bucket", "/role", "/database", "/table", "/tableName", "/name"];

/// Fields that will be null: so deep below which section they stand.
const UNSAID: [(usize, &str, &str); 9] = [
    (2, "/buckets/", "external"),
    (2, "/roles/", "external"),
    (2, "/databases/", "name"),
    (2, "/databases/", "external"),
    (2, "/tables/", "external"),
    (2, "/filters/", "table"),
    (2, "/filters/", "tableName"),
    (3, "/jobs/i/script", "content"),
    (3, "/jobs/j/script", "content"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_a_plan_tells_comes_true_whatever_it_did_not_know(
        first in spec(),
        second in spec(),
        said in prop::collection::vec(any::<(bool, Index)>(), 0..3),
        unsaid in prop::collection::vec(any::<Index>(), 0..2),
        places in places(),
    ) {
        run(async {
            let doorway = Doorway::new();
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let hidden = hidden(&second, &said, &unsaid);
            let (early, late) = (told(&hidden, places), told(&revealed(&second, &hidden), places));
            let mut object = Default::default();
            for exists in [false, true] {
                if exists {
                    object = doorway.applied(&core, object, &told(&first, places)).await;
                    object = core.read(object).await.unwrap().0;
                }
                let shown = core.plan(&object, &early).await.unwrap();
                // Apply runs in a process of its own.
                let resource = doorway.resource();
                let again = Core::new(&*resource).plan(&object, &late).await.unwrap();
                if shown.diagnostics.has_errors() || again.diagnostics.has_errors() {
                    continue;
                }
                let broken = broken_by_plan_again(&core.schema().block, &shown.planned, &again.planned);
                prop_assert!(broken.is_empty(), "{broken:#?}\n{hidden}");
            }
            Ok(())
        })?;
    }

    /// Core holds the second plan to the types of the first, and those of what was applied may be others.
    #[test]
    fn what_turns_out_as_it_was_in_other_types_keeps_to_the_plan(
        spec in spec(),
        said in prop::collection::vec(any::<(bool, Index)>(), 0..3),
        places in places(),
        types in (any::<u64>(), any::<u64>()),
    ) {
        run(async {
            let doorway = Doorway::new();
            let hidden = hidden(&spec, &said, &[]);
            let known = told(&spec, places);
            let late = retyped(&told(&revealed(&spec, &hidden), places), types.1);
            let early = veiled(&late, &told(&hidden, places));
            let resource = doorway.resource();
            let core = Core::new(&*resource);
            let first = retyped(&known, types.0);
            let object = doorway.applied(&core, Default::default(), &first).await;
            let object = core.read(object).await.unwrap().0;
            // What waits for somebody else's is never as it will be.
            if core.plan(&object, &first).await.unwrap().is_nothing(core.schema()) {
                let nothing = core.plan(&object, &late).await.unwrap();
                prop_assert!(nothing.is_nothing(core.schema()), "{:#?}", nothing.planned);
            }
            let mut other = late.clone();
            let hours = ["create", "update", "delete"].map(|operation| (operation, Value::from("1h")));
            other.set("timeouts", Value::map(hours));
            for (early, late) in [(early, late), (other.clone(), other)] {
                let shown = core.plan(&object, &early).await.unwrap();
                // Of what changes nothing, nothing is applied.
                if shown.diagnostics.has_errors() || shown.is_nothing(core.schema()) {
                    continue;
                }
                // Apply runs in a process of its own.
                let resource = doorway.resource();
                let again = Core::new(&*resource).plan(&object, &late).await.unwrap();
                let broken = broken_by_plan_again(&core.schema().block, &shown.planned, &again.planned);
                prop_assert!(broken.is_empty(), "{broken:#?}\n{hidden}");
            }
            Ok(())
        })?;
    }
}

/// Of a text that is not known yet, core knows how it begins where a template or `jsonencode` makes it.
#[test]
fn a_document_of_which_the_beginning_was_known_keeps_to_it() {
    let crawler = |other: &str| {
        json!({
            "buckets": {"a": {}},
            "roles": {"r": {"assumedBy": {"services": ["glue.amazonaws.com"]}}},
            "databases": {"d": {}},
            "crawlers": {"c": {
                "role": "r", "database": "d", "targets": {"s3": [{"bucket": "a"}]}, "configuration": {"other": other},
            }},
        })
    };
    run(async {
        let doorway = Doorway::new();
        let resource = doorway.resource();
        let core = Core::new(&*resource);
        let was = told(&crawler(r#"{"Version":1,"Custom":{"a":2}}"#), 0);
        let late = told(&crawler(r#"{ "Version": 1, "Custom": { "a": 2 } }"#), 0);
        let object = doorway.applied(&core, Default::default(), &was).await;
        let object = core.read(object).await.unwrap().0;
        assert!(core.plan(&object, &late).await.unwrap().is_nothing(core.schema()));

        let mut early = late.clone();
        let other = ["crawler", "c", "configuration", "other"];
        let other = other.iter().try_fold(&mut early, |value, name| match value {
            Value::Map(entries) => entries.get_mut(*name),
            _ => None,
        });
        *other.expect("the crawler has it") = Value::Unknown(Unknown::starting_with("{ \"Version\""));
        let shown = core.plan(&object, &early).await.unwrap();
        assert!(!shown.diagnostics.has_errors(), "{:#?}", shown.diagnostics);
        let resource = doorway.resource();
        let again = Core::new(&*resource).plan(&object, &late).await.unwrap();
        assert_eq!(broken_by_plan_again(&core.schema().block, &shown.planned, &again.planned), [""; 0]);
    });
}
