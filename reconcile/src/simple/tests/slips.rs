//! Each slip that a kind's file can hold, planted in a kind that holds: the law tells it, in these words.

use super::{
    law,
    toy::{THING, Toy, UPSERTED, WIDGET},
};
use crate::simple::{
    Simple,
    call::{Call, Row, Tagging, Update},
    codec::Codec,
    shape::{Field, Literal, Off, Role, Shape},
};
use expect_test::{Expect, expect};
use serde_json::json;

/// The kind with one field told otherwise.
fn field(name: &str, slip: fn(Field) -> Field) -> Simple {
    let fields = WIDGET.shape.fields().iter().map(|it| if it.name == name { slip(*it) } else { *it });
    let fields: &'static [Field] = fields.collect::<Vec<_>>().leak();
    Simple { shape: Box::leak(Box::new(Shape::Object(fields))), ..WIDGET }
}

fn update(renamed: &'static [(&'static str, &'static str)]) -> Simple {
    let Update::Whole(call) = WIDGET.update else { unreachable!("widgets are updated as a whole") };
    Simple { update: Update::Whole(call.renamed(renamed)), ..WIDGET }
}

async fn told(kind: &Simple, account: &str) -> Vec<String> {
    law::broken(kind, &Toy::default().aws(account), &json!({ "name": "it" }), &|_| true).await
}

#[tokio::test]
async fn a_kind_without_a_slip_holds() {
    assert_eq!(told(&WIDGET, "000000000101").await, [""; 0]);
    assert_eq!(told(&UPSERTED, "000000000103").await, [""; 0]);
    let things = law::broken(&THING, &Toy::default().aws("000000000102"), &json!({}), &|_| true).await;
    assert_eq!(things, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_law_tells_each_slip() {
    let tags = WIDGET.tags.expect("widgets wear tags");
    let slips: Vec<(&str, Simple, Expect)> = vec![
        (
            "a path that is none",
            field("description", |it| Field { path: "Desription", ..it }),
            expect![[
                r#"a path that is none: description = "a widget": update: toy:UpdateWidget: ValidationException: no member Desription"#
            ]],
        ),
        (
            "a clear word that is none",
            field("limit", |it| it.clear("RemoveLimits")),
            expect![
                "a clear word that is none: without limit = 5: update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.RemoveLimits"
            ],
        ),
        (
            "no clear word",
            field("place", |it| Field { off: Off::Omitted, ..it }),
            expect![[
                r#"no clear word: without place = {"bucket":"store","prefix":"x/"}: after 6 updates: place is {"bucket":"store","prefix":"x/"}, not nothing"#
            ]],
        ),
        (
            "no empty word",
            field("description", |it| Field { off: Off::Omitted, ..it }),
            expect![[
                r#"no empty word: without description = "a widget": after 6 updates: description is "a widget", not nothing"#
            ]],
        ),
        (
            "another empty value",
            field("document", |it| it.empty(Literal::Text("[]"))),
            expect![[r#"another empty value: after it is made: document is "{}", not nothing"#]],
        ),
        (
            "a word of an enum that is none",
            field("mode", |it| Field { shape: &Shape::Words(&[("Slow", "SLOW"), ("Fast", "QUICK")]), ..it }),
            expect![[
                r#"a word of an enum that is none: mode = "Fast": update: toy:UpdateWidget: ValidationException: Config.Mode is none of ["SLOW", "FAST"]: QUICK"#
            ]],
        ),
        (
            "words of a switch that are swapped",
            field("running", |it| it.codec(Codec::Switch("RUNNING", "STOP"))),
            expect![[r#"
                words of a switch that are swapped: the least: update: toy:UpdateWidget: ValidationException: State is none of ["STOPPED", "RUNNING"]: STOP
                  size = 2: update: toy:UpdateWidget: ValidationException: State is none of ["STOPPED", "RUNNING"]: STOP
                  zone = "b": update: toy:UpdateWidget: ValidationException: State is none of ["STOPPED", "RUNNING"]: STOP"#]],
        ),
        (
            "a codec of another sort",
            field("place", |it| it.codec(Codec::S3Object)),
            expect![[r#"
            a codec of another sort: place = {"bucket":"store","prefix":"x/"}, there and back: place.prefix is nothing, not "x/"
              place = {"bucket":"store","prefix":"x/"}: after 6 updates: place.prefix is nothing, not "x/""#]],
        ),
        (
            "a field that cannot be changed taken for one that can",
            field("size", |it| Field { role: Role::Setting, ..it }),
            expect![[r#"
                a field that cannot be changed taken for one that can: description = "a widget": update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  size = 2: update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  mode = "Fast": update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  place = {"bucket":"store","prefix":"x/"}: update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  limit = 5: update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  labels = ["b","a"]: update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  document = "{ \"do\": 1.0 }": update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  running = false: update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size
                  password = "pepper": update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Size"#]],
        ),
        (
            "a field that the creation does not take",
            field("running", |it| Field { role: Role::Setting, ..it }),
            expect![[r#"
                a field that the creation does not take: it: create: toy:CreateWidget: ValidationException: no member State
                  size = 2: create: toy:CreateWidget: ValidationException: no member State
                  zone = "b": create: toy:CreateWidget: ValidationException: no member State"#]],
        ),
        (
            "a field that is never told",
            field("password", |it| Field { write_only: false, ..it }),
            expect![[
                r#"a field that is never told: password = "pepper": after 6 updates: password is nothing, not "pepper""#
            ]],
        ),
        (
            "a field that AWS decides",
            field("zone", |it| Field { computed: None, ..it }),
            expect![[r#"
            a field that AWS decides: the least: after 6 updates: zone is "a", not nothing
              size = 2: after 6 updates: zone is "a", not nothing"#]],
        ),
        (
            "a set taken for a list",
            field("labels", |it| Field { shape: &Shape::List(&Shape::Plain), ..it }),
            expect![[
                r#"a set taken for a list: labels = ["b","a"]: after 6 updates: labels[0] is "a", not "b"; labels[1] is "b", not "a""#
            ]],
        ),
        (
            "no call that lists tags",
            Simple { tags: Some(Tagging { list: None, ..tags }), ..WIDGET },
            expect![[r#"
                no call that lists tags: it wears None, not Worn { owner: "terraform/tests/law", node: "widget/it", creating: false, lineage: Some("0123456789abcdef"), region: None }
                  tags = {"team":"data"}: after 6 updates: tags.team is nothing, not "data"
                  it wears None, not Some(Worn { owner: "terraform/tests/law", node: "widget/it", creating: true, lineage: Some("0123456789abcdef"), region: None }), or more than that changed"#]],
        ),
        (
            "another member of keys of tags",
            Simple { tags: Some(Tagging { keys: "Keys", ..tags }), ..WIDGET },
            expect![[r#"
                another member of keys of tags: without tags = {"team":"data"}: update: toy:UntagResource: ValidationException: no member Keys
                  mark: toy:UntagResource: ValidationException: no member Keys"#]],
        ),
        (
            "no renaming in the update",
            update(&[("Name", "Widget")]),
            expect![[r#"
            no renaming in the update: description = "a widget": update: toy:UpdateWidget: ValidationException: no member Config
              mode = "Fast": update: toy:UpdateWidget: ValidationException: no member Config
              place = {"bucket":"store","prefix":"x/"}: update: toy:UpdateWidget: ValidationException: no member Config
              limit = 5: update: toy:UpdateWidget: ValidationException: no member Config
              labels = ["b","a"]: update: toy:UpdateWidget: ValidationException: no member Config
              document = "{ \"do\": 1.0 }": update: toy:UpdateWidget: ValidationException: no member Config
              running = false: update: toy:UpdateWidget: ValidationException: no member Config
              password = "pepper": update: toy:UpdateWidget: ValidationException: no member Config"#]],
        ),
        (
            "a renaming of another path",
            update(&[("Name", "Widget"), ("Config", "ConfigUpdates")]),
            expect![[
                r#"a renaming of another path: place = {"bucket":"store","prefix":"x/"}: update: toy:UpdateWidget: ValidationException: no member ConfigUpdates.Output"#
            ]],
        ),
        (
            "no row for what is gone",
            Simple { errors: const { &[Row::gone("InvalidRequestException", "no such")] }, ..WIDGET },
            expect![[r#"
                no row for what is gone: before it is made: read: toy:GetWidget: InvalidRequestException: Widget it is not found
                  delete: toy:DeleteWidget: InvalidRequestException: Widget it is not found
                  size = 2: read: toy:GetWidget: InvalidRequestException: Widget it is not found
                  zone = "b": read: toy:GetWidget: InvalidRequestException: Widget it is not found"#]],
        ),
        (
            "another ARN",
            Simple { arn: "toy:widgets/{name}", ..WIDGET },
            expect![[r#"
                another ARN: after it is made: its service does not know it everywhere
                  size = 2: its service does not know it everywhere
                  zone = "b": its service does not know it everywhere"#]],
        ),
        (
            "a fact that is nowhere",
            Simple { facts: &[("serial", "SerialNumber")], ..WIDGET },
            expect!["a fact that is nowhere: it does not tell its serial"],
        ),
        (
            "a birth that is nowhere",
            Simple { birth: Some("CreatedAt"), ..WIDGET },
            expect!["a birth that is nowhere: it does not tell its birth"],
        ),
        (
            "an answer read elsewhere",
            Simple { read: Call { at: "Gadget", ..WIDGET.read }, ..WIDGET },
            expect![[r#"
                an answer read elsewhere: after it is made: it is not there
                  size = 2: it is not there
                  zone = "b": it is not there"#]],
        ),
    ];
    for (at, (slip, kind, words)) in slips.into_iter().enumerate() {
        let told = told(&kind, &format!("0000000002{at:02}")).await;
        assert!(!told.is_empty(), "{slip}: the law holds");
        words.assert_eq(&format!("{slip}: {}", told.join("\n  ")));
    }
}
