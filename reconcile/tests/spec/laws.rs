//! What holds for every spec, not for chosen ones.

use std::sync::OnceLock;

use kube::core::cel::{CompiledSchema, KubeCelExt, Validator, cel, compile_schema};
use lake_api::contract::{Shape, json_schema};
use lake_api::rule::Rule;
use lake_api::testing::{in_cel, is_by_rule, json, json_with_unknowns, pointers};
use lake_api::{FieldPath, Step};
use lake_reconcile::{CONTRACT, Lake, LakeSpec};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The keys of all members, by section.
fn members(spec: &LakeSpec) -> Vec<(String, Vec<String>)> {
    let Shape::Object(object) = CONTRACT.shape() else { panic!("a spec is an object") };
    let spec = serde_json::to_value(spec).unwrap();
    let sections = object.fields.iter().filter(|(_, it)| matches!(&it.shape, Shape::Map(map) if map.members));
    let keys = |name: &str| spec[name].as_object().into_iter().flatten().map(|(key, _)| key.clone());
    sections.map(|(name, _)| (name.clone(), keys(name).collect())).collect()
}

/// Any JSON at all, with the spec's own words among its keys.
fn anything() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "buckets",
            "jobs",
            "store",
            "external",
            "name",
            "tags",
            "$unknown",
            "$fact",
            "lifecycleRules",
            "expire",
            "",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The rules of the CRD as kube's own evaluator reads them.
fn compiled() -> &'static CompiledSchema {
    static COMPILED: OnceLock<CompiledSchema> = OnceLock::new();
    COMPILED.get_or_init(|| compile_schema(&json_schema::<Lake>()["properties"]["spec"]))
}

/// What is broken in one place of a spec, so that rules have something to refuse.
fn broken() -> impl Strategy<Value = Value> {
    (json(CONTRACT.shape()), any::<prop::sample::Index>()).prop_map(|(mut spec, place)| {
        let objects = pointers(&spec);
        let chosen = &objects[place.index(objects.len())];
        if let Some((object, field)) = chosen.rsplit_once('/') {
            let field = field.replace("~1", "/").replace("~0", "~");
            if let Some(fields) = spec.pointer_mut(object).and_then(Value::as_object_mut) {
                fields.remove(&field);
            }
        }
        spec
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_json_makes_the_contract_panic(value in anything()) {
        let _ = CONTRACT.check(&value);
        let _ = CONTRACT.complete(value.clone());
        let _ = CONTRACT.veil(value.clone());
        let _ = CONTRACT.sketch(value.clone());
        let _ = CONTRACT.decode(value);
    }

    #[test]
    fn what_fits_the_schema_is_a_spec(spec in json(CONTRACT.shape())) {
        prop_assert_eq!(CONTRACT.check(&spec), vec![]);
        prop_assert!(CONTRACT.decode(spec).is_ok());
    }

    #[test]
    fn a_sketch_has_all_members_and_no_more(spec in json_with_unknowns(CONTRACT.shape())) {
        let sketched = members(&CONTRACT.sketch(spec.clone()).unwrap());
        prop_assert_eq!(sketched, members(&CONTRACT.decode(spec).unwrap()));
    }

    #[test]
    fn filling_in_the_defaults_changes_no_meaning(spec in json(CONTRACT.shape())) {
        let whole = CONTRACT.complete(spec.clone());
        prop_assert_eq!(CONTRACT.check(&whole), vec![]);
        prop_assert_eq!(CONTRACT.complete(whole.clone()), whole.clone());
        prop_assert_eq!(CONTRACT.decode(whole), CONTRACT.decode(spec));
    }

    #[test]
    fn a_spec_survives_being_written(spec in json(CONTRACT.shape())) {
        let read = CONTRACT.decode(spec).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        prop_assert_eq!(CONTRACT.decode(written), Ok(read));
    }

    #[test]
    fn an_unknown_never_hides_which_members_exist(spec in json_with_unknowns(CONTRACT.shape())) {
        prop_assert_eq!(CONTRACT.check(&spec), vec![]);
        let read = CONTRACT.decode(spec.clone()).unwrap();
        for section in ["buckets", "jobs", "filters"] {
            let given = spec[section].as_object().map_or(0, serde_json::Map::len);
            let kept = serde_json::to_value(&read).unwrap()[section].as_object().map_or(0, serde_json::Map::len);
            prop_assert_eq!(given, kept, "{}", section);
        }
    }

    #[test]
    fn the_rules_say_the_same_here_and_in_the_apiserver(spec in prop_oneof![json(CONTRACT.shape()), broken()]) {
        let whole = CONTRACT.complete(spec);
        let theirs = Validator::new().validate_compiled(compiled(), &whole, None);
        let ours = CONTRACT.check(&whole);
        prop_assert!(theirs.is_ok() || !ours.is_empty(), "only CEL refuses: {theirs:?}");
        // What is too dear for the apiserver is the contract's alone.
        let refused = ours.iter().any(|finding| is_by_rule(finding) && in_cel(CONTRACT.shape(), finding));
        prop_assert!(!refused || theirs.is_err(), "only the contract refuses: {ours:?}");
    }
}

#[test]
fn every_rule_compiles_as_cel() {
    let compiled = compiled();
    assert!(!compiled.has_errors(), "{:?}", compiled.compilation_errors());
    assert!(Validator::new().validate_compiled(compiled, &json!({}), None).is_ok());
}

#[test]
fn each_rule_says_the_same_in_cel_whatever_is_given() {
    let mut rules = Vec::new();
    visit(CONTRACT.shape(), &FieldPath::root(), &mut |_, shape| {
        let found = shape.object().into_iter().flat_map(|object| &object.rules);
        rules.extend(found.filter(|rule| !matches!(rule, Rule::Keys | Rule::Fixed(_))).cloned());
    });
    assert!(rules.len() > 30, "{} rules", rules.len());
    for rule in rules {
        let program = cel::Program::compile(&rule.cel()).unwrap();
        let mut names = rule.fields();
        names.truncate(6);
        names.push("external");
        for given in 0..1_u32 << names.len() {
            let object: serde_json::Map<String, Value> = names
                .iter()
                .enumerate()
                .filter(|(place, _)| given & (1 << place) != 0)
                .map(|(_, name)| ((*name).to_owned(), json!("x")))
                .collect();
            let mut context = cel::Context::default().with_all();
            context.add_variable("self", &object).unwrap();
            let theirs = program.execute(&context).unwrap();
            assert_eq!(
                rule.holds(&object).map(cel::Value::from),
                Some(theirs),
                "{} of {object:?}",
                rule.cel()
            );
        }
    }
}

#[test]
fn a_misspelt_field_is_told_at_every_depth_with_the_right_word() {
    let mut fields = 0;
    visit(CONTRACT.shape(), &FieldPath::root(), &mut |path, shape| {
        for name in shape.object().into_iter().flat_map(|object| object.fields.keys()) {
            fields += 1;
            let wrong = path.field(format!("{name}x"));
            let findings = CONTRACT.check(&wrap(wrong.steps()));
            let right = format!("\"{name}\"");
            let told =
                findings.iter().any(|finding| finding.path == wrong && finding.detail.contains(&right));
            assert!(told, "{wrong}: {findings:?}");
        }
    });
    assert!(fields > 300, "{fields} fields");
}

/// A value that has something at a path.
fn wrap(steps: &[Step]) -> Value {
    match steps {
        [] => json!(true),
        [Step::Index(_), rest @ ..] => json!([wrap(rest)]),
        [Step::Field(name) | Step::Key(name), rest @ ..] => json!({ name: wrap(rest) }),
    }
}

/// Looks at every form below one, with the path of one value that has it.
fn visit(shape: &Shape, path: &FieldPath, look: &mut impl FnMut(&FieldPath, &Shape)) {
    look(path, shape);
    match shape {
        Shape::Object(object) => {
            object.fields.iter().for_each(|(name, field)| visit(&field.shape, &path.field(name), look));
        }
        Shape::Map(map) => visit(&map.entry, &path.key("key"), look),
        Shape::List(list) => visit(&list.entry, &path.index(0), look),
        Shape::Set(set) => visit(&set.entry, &path.index(0), look),
        Shape::Text(_) | Shape::Bool | Shape::Integer(_) | Shape::Number(_) => {}
    }
}
