//! The in-process core tells what the real one would.

use std::{collections::BTreeMap, sync::Mutex};
use tfplug::{
    ApplyRequest, ApplyResponse, Attribute, Block, BoxFuture, Diagnostics, ImportRequest, ImportResponse,
    NestedBlock, Nesting, Path, PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource, Schema, Type,
    Value,
    testing::{Broken, Core, Object},
};

/// A resource whose answers a test gives.
#[derive(Default)]
struct Scripted {
    plan: Mutex<Vec<Value>>,
    requires: Vec<Path>,
    state: Mutex<Vec<(Value, bool)>>,
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
