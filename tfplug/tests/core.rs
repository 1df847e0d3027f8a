//! The in-process core tells what the real one would.
#![expect(clippy::unwrap_used, reason = "a test says by its name what was expected")]

use std::{collections::BTreeMap, sync::Mutex};
use tfplug::{
    ApplyRequest, ApplyResponse, Attribute, Block, BoxFuture, Diagnostics, ImportRequest, ImportResponse,
    NestedBlock, Nesting, Number, Path, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource,
    Schema, Type, Unknown, Value,
    testing::{Broken, Core, Object},
};

/// A resource whose answers a test gives.
#[derive(Default)]
struct Scripted {
    plan: Mutex<Vec<Value>>,
    requires: Vec<Path>,
    state: Mutex<Vec<(Value, bool)>>,
    /// Whether prior and planned state were null in each call of apply, and its bytes.
    applied: Mutex<Vec<(bool, bool, Vec<u8>)>>,
}

impl Resource for Scripted {
    fn schema(&self) -> Schema {
        let attribute = |name: &str, it: Attribute| (name.to_owned(), it);
        let rule = Block {
            attributes: BTreeMap::from([
                attribute("prefix", Attribute::optional(Type::String)),
                attribute("days", Attribute::optional_computed(Type::Number)),
            ]),
            ..Default::default()
        };
        let bucket = Block {
            attributes: BTreeMap::from([attribute("versioning", Attribute::optional_computed(Type::Bool))]),
            blocks: BTreeMap::from([("rule".to_owned(), NestedBlock::new(Nesting::List, rule))]),
            ..Default::default()
        };
        let block = Block {
            attributes: BTreeMap::from([
                attribute("name", Attribute::required(Type::String)),
                attribute("arn", Attribute::computed(Type::String)),
            ]),
            blocks: BTreeMap::from([("bucket".to_owned(), NestedBlock::new(Nesting::Map, bucket))]),
            ..Default::default()
        };
        Schema { version: 0, block }
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, ReadResponse> {
        Box::pin(async {
            ReadResponse { state: request.current, private: request.private, ..Default::default() }
        })
    }

    fn plan(&self, request: PlanRequest) -> BoxFuture<'_, PlanResponse> {
        let planned = self.plan.lock().unwrap().pop().unwrap_or(request.proposed);
        let requires_replace = self.requires.clone();
        Box::pin(async {
            PlanResponse { planned, requires_replace, private: request.private, ..Default::default() }
        })
    }

    fn apply(&self, request: ApplyRequest) -> BoxFuture<'_, ApplyResponse> {
        let called = (request.prior.is_null(), request.planned.is_null(), request.private.clone());
        self.applied.lock().unwrap().push(called);
        let (state, fails) = self.state.lock().unwrap().pop().unwrap_or((request.planned, false));
        let mut diagnostics = Diagnostics::default();
        if fails {
            diagnostics.error(None, "no", "");
        }
        Box::pin(async { ApplyResponse { state, private: request.private, diagnostics } })
    }

    fn import(&self, _: ImportRequest) -> BoxFuture<'_, ImportResponse> {
        Box::pin(async { ImportResponse::default() })
    }
}

fn config(days: impl Into<Value>) -> Value {
    let rule = Value::map([("prefix", Value::from("a/")), ("days", days.into())]);
    let bucket = Value::map([("versioning", Value::Null), ("rule", Value::List(vec![rule]))]);
    Value::map([
        ("name", Value::from("x")),
        ("arn", Value::Null),
        ("bucket", Value::map([("store", bucket)])),
    ])
}

async fn rules_broken_by_planning(planned: Value) -> Vec<String> {
    let resource = Scripted { plan: Mutex::new(vec![planned]), ..Default::default() };
    let outcome = Core::new(&resource).plan(&Object::default(), &config(Value::Null)).await;
    outcome.err().map_or_else(Vec::new, |Broken(rules)| rules)
}

#[tokio::test]
async fn what_is_computed_may_be_planned_and_nothing_else() {
    let mut planned = config(7);
    planned.set("arn", Value::UNKNOWN);
    assert_eq!(rules_broken_by_planning(planned.clone()).await, [""; 0]);

    planned.set("name", Value::from("y"));
    assert!(rules_broken_by_planning(planned).await[0].starts_with("name: planned"));

    let mut without = config(7);
    without.set("bucket", Value::map::<&str>([]));
    assert!(rules_broken_by_planning(without).await[0].starts_with("bucket: planned keys"));
}

#[tokio::test]
async fn what_was_planned_must_be_what_is() {
    let mut state = config(7);
    state.set("arn", Value::from("arn:x"));
    let mut planned = state.clone();
    planned.set("arn", Value::UNKNOWN);
    let resource = Scripted {
        plan: Mutex::new(vec![planned.clone(), planned.clone()]),
        state: Mutex::new(vec![(config(8), false)]),
        ..Default::default()
    };
    let core = Core::new(&resource);
    let shown = core.plan(&Object::default(), &config(Value::Null)).await.unwrap();
    let Broken(rules) = core.apply(shown, &config(Value::Null)).await.unwrap_err();
    assert!(rules[0].starts_with("bucket[\"store\"].rule[0].days: planned"), "{rules:?}");
}

#[tokio::test]
async fn a_second_plan_must_repeat_what_the_first_knew() {
    let resource = Scripted { plan: Mutex::new(vec![config(9), config(7)]), ..Default::default() };
    let core = Core::new(&resource);
    let shown = core.plan(&Object::default(), &config(Value::Null)).await.unwrap();
    let Broken(rules) = core.apply(shown, &config(Value::Null)).await.unwrap_err();
    assert!(rules[0].starts_with("planned again, otherwise: bucket"), "{rules:?}");
}

#[tokio::test]
async fn a_create_that_fails_with_a_state_taints_it_and_without_one_leaves_nothing() {
    for (state, tainted) in [(config(1), true), (Value::Null, false)] {
        let resource = Scripted { state: Mutex::new(vec![(state.clone(), true)]), ..Default::default() };
        let core = Core::new(&resource);
        let shown = core.plan(&Object::default(), &config(1)).await.unwrap();
        let (object, told) = core.apply(shown, &config(1)).await.unwrap();
        assert!(told.has_errors());
        assert_eq!((object.state, object.tainted), (state, tainted));
    }
}

#[tokio::test]
async fn a_replacement_is_planned_again_without_a_prior_state() {
    let resource = Scripted { requires: vec![Path::root("name")], ..Default::default() };
    let core = Core::new(&resource);
    let mut other = config(1);
    other.set("name", Value::from("other"));
    let object = Object { state: other, private: b"memory".to_vec(), tainted: false };
    let shown = core.plan(&object, &config(1)).await.unwrap();
    assert!(shown.replaces);
    assert_eq!(shown.private, b"memory");
    let (object, _) = core.apply(shown, &config(1)).await.unwrap();
    assert_eq!(object.state.get("name"), &Value::from("x"));
}

#[tokio::test]
async fn what_was_promised_of_an_unknown_is_kept() {
    let mut planned = config(7);
    planned.set("arn", Value::Unknown(Unknown::starting_with("arn:aws:")));
    for (arn, broken) in [
        (Value::from("arn:aws:s3:::x"), None),
        (Value::from("x"), Some("arn: promised to start with \"arn:aws:\", and it does not")),
        (Value::Null, Some("arn: promised not to be null, and it is")),
    ] {
        let mut state = config(7);
        state.set("arn", arn);
        let resource = Scripted {
            plan: Mutex::new(vec![planned.clone(), planned.clone()]),
            state: Mutex::new(vec![(state, false)]),
            ..Default::default()
        };
        let core = Core::new(&resource);
        let shown = core.plan(&Object::default(), &config(Value::Null)).await.unwrap();
        let told = core.apply(shown, &config(Value::Null)).await;
        assert_eq!(told.err().map(|Broken(rules)| rules.join("; ")).as_deref(), broken);
    }
}

#[tokio::test]
async fn a_path_that_requires_a_new_object_leads_somewhere() {
    let resource = Scripted { requires: vec![Path::root("nmae")], ..Default::default() };
    let Broken(rules) = Core::new(&resource).plan(&Object::default(), &config(1)).await.unwrap_err();
    assert_eq!(rules, ["nmae: requires a new object, but leads nowhere"]);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_schema_is_told() {
    let mut planned = config(7);
    planned.set("arn", Value::Bool(true));
    assert_eq!(rules_broken_by_planning(planned).await, ["arn: true or false is not of the type \"string\""]);
}

#[tokio::test]
async fn a_deletion_takes_the_bytes_of_its_plan() {
    let resource = Scripted::default();
    let core = Core::new(&resource);
    let object = Object { state: config(1), private: b"memory".to_vec(), tainted: false };
    let shown = core.plan(&object, &Value::Null).await.unwrap();
    assert!(shown.planned.is_null());
    let (left, told) = core.apply(shown, &Value::Null).await.unwrap();
    assert!(left.state.is_null() && !told.has_errors());
    assert_eq!(*resource.applied.lock().unwrap(), [(false, true, b"memory".to_vec())]);
}

#[tokio::test]
async fn a_replacement_destroys_with_the_second_plans_bytes_and_creates_with_none() {
    let resource = Scripted::default();
    let core = Core::new(&resource);
    let object = Object { state: config(1), private: b"memory".to_vec(), tainted: false };
    let shown = core.plan_replacing(&object, &config(2)).await.unwrap();
    core.apply(shown.clone(), &config(2)).await.unwrap();
    let (destroy, create) = ((false, true, b"memory".to_vec()), (true, false, Vec::new()));
    assert_eq!(*resource.applied.lock().unwrap(), [destroy.clone(), create.clone()]);

    resource.applied.lock().unwrap().clear();
    let (object, _) = core.apply_creating_first(shown, &config(2)).await.unwrap();
    assert_eq!(object.state, config(2));
    assert_eq!(*resource.applied.lock().unwrap(), [create, destroy]);
}

#[tokio::test]
async fn what_is_read_comes_out_of_a_file() {
    let resource = Scripted::default();
    let core = Core::new(&resource);
    let mut state = config(1);
    state.set("arn", Value::Number(Number::parse("0.1").unwrap()));
    let Broken(rules) = core.read(Object { state, ..Default::default() }).await.unwrap_err();
    assert_eq!(rules, ["arn: expected \"string\", found a number"]);
    let (object, _) = core.read(Object { state: config(1), ..Default::default() }).await.unwrap();
    assert_eq!(object.state, config(1));
}
