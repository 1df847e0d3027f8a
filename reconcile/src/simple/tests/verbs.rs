//! The verbs of a kind as data: what they ask, and what they make of the answers.

use super::toy::{BATCHED, THING, TOY, Toy, UPSERTED, WIDGET, Widget};
use crate::{
    aws::{Aws, Operation},
    diff::{FieldChange, Sharing, diff},
    error::Retry,
    graph::NodeId,
    inventory::Sight,
    kind::{Data, Wears},
    owner::{Marking, Owner, Worn},
    policy::When,
    simple::{
        Simple,
        call::{Change, Ready, Step, Update},
        shape::Literal,
    },
};
use serde_json::{Value, json};

fn mark(node: &str) -> Worn {
    Worn {
        owner: "terraform/tests/toys".into(),
        node: node.into(),
        lineage: Some("ab".into()),
        ..Worn::default()
    }
}

fn owner() -> Owner {
    Owner { door: "terraform".into(), instance: "tests".into(), lake: "toys".into() }
}

fn names(toy: &Toy) -> Vec<String> {
    toy.asked().into_iter().map(|(operation, _)| operation).collect()
}

async fn make(kind: &Simple, aws: &Aws, names: &[&str]) {
    for name in names {
        let settings = kind.complete(&json!({ "name": name, "tags": { "team": "data" } }));
        kind.create(&settings, aws, &mark(&format!("widget/{name}"))).await.unwrap();
    }
}

fn changes(was: &Value, wanted: &Value) -> Vec<FieldChange> {
    diff(was, wanted, Sharing::default())
}

#[tokio::test]
async fn many_are_looked_at_in_the_order_of_their_ids() {
    let toy = Toy::default();
    let aws = toy.aws("000000000001");
    make(&WIDGET, &aws, &["a", "b", "c"]).await;
    let ids = ["c", "none", "a", "b"].map(|name| json!(name));
    for (kind, looks) in [(&WIDGET, "GetWidget"), (&BATCHED, "BatchGetWidgets")] {
        toy.asked();
        let sights = kind.read(&aws, &ids).await;
        let there: Vec<Option<String>> = sights
            .iter()
            .map(|sight| match sight {
                Sight::Present(seen) => {
                    Some(format!("{} {}", seen.settings["name"], seen.worn.as_ref().unwrap().node))
                }
                Sight::Absent => None,
                other => panic!("{other:?}"),
            })
            .collect();
        let is = |name: &str| Some(format!("\"{name}\" widget/{name}"));
        assert_eq!(there, [is("c"), None, is("a"), is("b")]);
        let calls = names(&toy);
        let many = if looks == "GetWidget" { 4 } else { 2 };
        assert_eq!(calls.iter().filter(|call| *call == looks).count(), many, "{calls:?}");
        assert_eq!(calls.iter().filter(|call| *call == "ListTagsForResource").count(), 3, "{calls:?}");
    }
}

#[tokio::test]
async fn what_aws_makes_ids_of_is_found_by_its_mark_in_one_list() {
    let toy = Toy::default();
    let aws = toy.aws("000000000002");
    let (node, settings) = (NodeId::new("thing", "it"), THING.complete(&json!({ "path": "/" })));
    for mark in [mark("thing/it"), mark("thing/other"), mark("thing/it")] {
        THING.create(&settings, &aws, &mark).await.unwrap();
    }
    toy.asked();
    let ids = [Simple::key_of_node(&owner(), &node), json!({ "owner": "x", "node": "y" })];
    let sights = THING.read(&aws, &ids).await;
    assert_eq!(names(&toy), ["ListThings", "ListThings"], "a repeated creation made no third one");
    let (Sight::Present(seen), Sight::Absent) = (&sights[0], &sights[1]) else { panic!("{sights:?}") };
    assert_eq!((&seen.settings, seen.facts["id"].as_str()), (&settings, "thing-1"));
    let left = THING.leftovers(&aws, &owner()).await.unwrap();
    assert_eq!(left.len(), 2);
    assert_eq!(left[0], (ids[0].clone(), Some(mark("thing/it"))));
    THING.mark(&aws, &ids[0], &Marking::of(&Worn::retained(&owner(), &node, None))).await.unwrap();
    let worn = THING.worn(&aws, &ids[0]).await.unwrap().flatten().unwrap();
    assert!(worn.is_retained(), "{worn:?}");
    for _ in 0..2 {
        THING.delete(&aws, &ids[0], Data::Keep).await.unwrap();
    }
    assert!(matches!(THING.read(&aws, &ids[..1]).await[0], Sight::Absent));
    let error = THING.update(&settings, &aws, &ids[0], &changes(&json!({ "note": "x" }), &json!({}))).await;
    assert!(error.unwrap_err().is_gone());
}

#[tokio::test]
async fn a_creation_that_aws_takes_for_a_change_takes_nothing_that_is_somebody_elses() {
    let toy = Toy::default();
    let aws = toy.aws("000000000009");
    let create = async |name: &str| {
        let settings = UPSERTED.complete(&json!({ "name": name, "description": "ours" }));
        let made = UPSERTED.create(&settings, &aws, &mark(&format!("widget/{name}"))).await;
        (made.map_err(|error| (error.code.unwrap_or_default(), error.retry)), names(&toy))
    };
    let taken = Err(("AlreadyExistsException".to_owned(), Retry::Propagating));
    let looked = ["ListTagsForResource", "PutWidget", "ListTagsForResource"].map(str::to_owned);
    assert_eq!(create("a").await, (Ok(()), looked.to_vec()), "nothing was there");
    assert_eq!(create("a").await, (Ok(()), looked.to_vec()), "an answer of ours was lost");
    let settings = WIDGET.complete(&json!({ "name": "b" }));
    WIDGET.create(&settings, &aws, &mark("widget/other")).await.unwrap();
    toy.asked();
    assert_eq!(create("b").await, (taken.clone(), vec![looked[0].clone()]), "it was there");
    toy.meanwhile("PutWidget", "CreateWidget", json!({ "Name": "c" }));
    assert_eq!(create("c").await, (taken, looked.to_vec()), "somebody made it in between");
    let untagged = Simple { tags: None, ..UPSERTED };
    let settings = untagged.complete(&json!({ "name": "d" }));
    untagged.create(&settings, &aws, &mark("widget/d")).await.unwrap();
    assert!(untagged.create(&settings, &aws, &mark("widget/d")).await.is_err(), "no mark tells whose it is");
}

#[tokio::test]
async fn an_update_tells_what_differs_and_tags_have_calls_of_their_own_before_it() {
    let toy = Toy::default();
    let aws = toy.aws("000000000003");
    make(&WIDGET, &aws, &["a"]).await;
    toy.asked();
    let was = WIDGET.complete(&json!({ "name": "a", "limit": 5, "tags": { "team": "data", "gone": "1" } }));
    let wanted = WIDGET.complete(&json!({ "name": "a", "running": false, "tags": { "team": "lake" } }));
    WIDGET.update(&wanted, &aws, &json!("a"), &changes(&was, &wanted)).await.unwrap();
    let arn = "arn:aws:toy:eu-west-1:000000000003:widget/a";
    assert_eq!(
        toy.asked(),
        [
            ("UntagResource".to_owned(), json!({ "ResourceARN": arn, "TagKeys": ["gone"] })),
            (
                "TagResource".to_owned(),
                json!({ "ResourceARN": arn, "Tags": [{ "Key": "team", "Value": "lake" }] })
            ),
            (
                "UpdateWidget".to_owned(),
                json!({ "Widget": "a", "ConfigUpdates": { "Mode": "SLOW", "RemoveLimit": true }, "State": "STOPPED" })
            ),
        ]
    );
    let only_tags = WIDGET.complete(&json!({ "name": "a", "running": false }));
    WIDGET.update(&only_tags, &aws, &json!("a"), &changes(&wanted, &only_tags)).await.unwrap();
    assert_eq!(names(&toy), ["UntagResource"]);
}

const STEPS: &[Operation] = &[TOY.operation("UpdateWidget")];

fn steps(change: &Change<'_>) -> Vec<Step> {
    let Change { was, wanted, facts } = change;
    let of = |member: &str, value: Value| json!({ "Widget": facts["name"], member: value });
    let description = (was["description"] != wanted["description"])
        .then(|| of("Description", wanted["description"].clone()));
    let state = (was["running"] != wanted["running"]).then(|| of("State", json!("STOPPED")));
    description.into_iter().chain(state).map(|input| Step { operation: 0, input }).collect()
}

#[tokio::test]
async fn steps_follow_from_a_change() {
    let toy = Toy::default();
    let aws = toy.aws("000000000004");
    let kind = Simple { update: Update::Steps(STEPS, steps), ..WIDGET };
    make(&kind, &aws, &["a"]).await;
    toy.asked();
    let was = kind.complete(&json!({ "name": "a" }));
    let wanted = kind.complete(&json!({ "name": "a", "description": "d", "running": false }));
    kind.update(&wanted, &aws, &json!("a"), &changes(&was, &wanted)).await.unwrap();
    let asked: Vec<Value> = toy.asked().into_iter().map(|(_, input)| input).collect();
    assert_eq!(
        asked,
        [json!({ "Widget": "a", "Description": "d" }), json!({ "Widget": "a", "State": "STOPPED" })]
    );
    let never = Simple { update: Update::Never, ..WIDGET };
    never.update(&wanted, &aws, &json!("a"), &changes(&was, &wanted)).await.unwrap();
    assert_eq!(names(&toy), [""; 0]);
}

#[tokio::test]
async fn errors_are_what_the_kind_says_they_are() {
    let toy = Toy::default();
    let aws = toy.aws("000000000005");
    make(&WIDGET, &aws, &["a"]).await;
    let again = WIDGET.create(&WIDGET.complete(&json!({ "name": "a" })), &aws, &mark("widget/a")).await;
    assert_eq!(again.unwrap_err().retry, Retry::Propagating);
    assert_eq!(WIDGET.worn(&aws, &json!("none")).await.unwrap(), None);
    assert_eq!(WIDGET.worn(&aws, &json!("a")).await.unwrap(), Some(Some(mark("widget/a"))));
    let unknown = json!({ "name": "b", "limit": { "$unknown": true } });
    let refused = WIDGET.create(&unknown, &aws, &mark("widget/b")).await.unwrap_err();
    assert_eq!(refused.to_string(), "toy:CreateWidget: limit is not known yet");
    let strange = Simple { errors: &[], ..WIDGET };
    let sight = strange.read(&aws, &[json!("none")]).await.pop();
    assert!(
        matches!(sight, Some(Sight::Unreadable(_))),
        "an error that nobody knows is no absence: {sight:?}"
    );
}

#[tokio::test]
async fn what_is_on_its_way_is_told_with_its_state() {
    let toy = Toy::default();
    let aws = toy.aws("000000000006");
    let kind = Simple { ready: Some(Ready { at: "State", states: &["STOPPED"] }), ..WIDGET };
    make(&kind, &aws, &["a"]).await;
    let sight = kind.read(&aws, &[json!("a")]).await.pop();
    assert!(matches!(&sight, Some(Sight::Settling(why)) if why == "it is RUNNING"), "{sight:?}");
}

#[tokio::test]
async fn data_goes_only_where_the_member_says_so() {
    let toy = Toy::default();
    let aws = toy.aws("000000000007");
    let kind = Simple { emptied: &[("Recursive", Literal::Switch(true))], ..WIDGET };
    for (data, input) in
        [(Data::Keep, json!({ "Widget": "a" })), (Data::Empty, json!({ "Widget": "a", "Recursive": true }))]
    {
        toy.asked();
        let _ = kind.delete(&aws, &json!("a"), data).await;
        assert_eq!(toy.asked(), [("DeleteWidget".to_owned(), input)]);
    }
}

#[test]
fn a_kind_tells_the_engine_what_follows_from_its_fields() {
    let place = Toy::default().aws("000000000008").place;
    let settings = WIDGET.complete(&json!({ "name": "a" }));
    assert_eq!(WIDGET.key(&settings, &place), Some(json!("a")));
    assert_eq!(WIDGET.key(&json!({ "name": { "$unknown": true } }), &place), None);
    let arn = "arn:aws:toy:eu-west-1:000000000008:widget/a";
    assert_eq!(WIDGET.predict(&settings, &place)["arn"], arn);
    assert_eq!(WIDGET.key_of_arn(arn, &place), Some(json!("a")));
    for other in [
        "arn:aws:toy:eu-west-1:000000000008:widget/a/b",
        "arn:aws:toy:eu-west-1:1:widget/a",
        "arn:aws:toy:eu-west-1:000000000008:gadget/a",
    ] {
        assert_eq!(WIDGET.key_of_arn(other, &place), None, "{other}");
    }
    assert_eq!(WIDGET.fixed(), ["name", "size", "zone"]);
    assert_eq!(
        (WIDGET.unread(), WIDGET.secret()),
        (vec!["password".to_owned()], vec!["password".to_owned()])
    );
    assert_eq!(WIDGET.left_to_aws(), [("zone".to_owned(), "AWS takes one that has room")]);
    assert_eq!(WIDGET.fact_names(), ["arn", "name", "serial"]);
    assert_eq!((WIDGET.wears(), WIDGET.birth), (Wears::Tags, Some("CreationTime")));
    let needs = |kind: &Simple, when| {
        let needs = kind.needs(&json!({}), &place).into_iter().filter(move |need| need.when == when);
        needs.map(|need| format!("{} on {}", need.calls.join(" "), need.on.join(" "))).collect::<Vec<_>>()
    };
    let any = "arn:aws:toy:eu-west-1:000000000008:widget/*";
    assert_eq!(
        needs(&WIDGET, When::Look),
        [format!("toy:GetWidget on {any}"), format!("toy:ListTagsForResource on {any}")]
    );
    assert_eq!(needs(&WIDGET, When::Delete), [format!("toy:DeleteWidget on {any}")]);
    assert_eq!(needs(&WIDGET, When::Write).len(), 4);
    assert_eq!(needs(&THING, When::Look), ["toy:ListThings on *"]);
    let inner = Simple { read: WIDGET.read.on_all(), policy_arn: Some("toy:widget/{name}:*"), ..WIDGET };
    let tags = format!("toy:ListTagsForResource on {any}");
    assert_eq!(needs(&inner, When::Look), ["toy:GetWidget on *".to_owned(), tags]);
    assert_eq!(needs(&inner, When::Delete), [format!("toy:DeleteWidget on {any}:*")]);
    assert_eq!(
        needs(&inner, When::Write)[2..],
        [format!("toy:TagResource on {any}"), format!("toy:UntagResource on {any}")]
    );
    let typed: Widget = serde_json::from_value(settings).unwrap();
    assert_eq!(typed.size, 1);
}
