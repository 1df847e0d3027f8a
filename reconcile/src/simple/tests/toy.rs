//! A service as AWS has them: strict about what it knows, merging what an update tells, forgetting by flags.

mod kinds;

pub(super) use kinds::{BATCHED, THING, TOY, UPSERTED, WIDGET, Widget};

use crate::{
    aws::Aws,
    place::Place,
    simple::convert::{at, put},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// The service.
#[derive(Clone, Debug, Default)]
pub(super) struct Toy(Arc<Mutex<World>>);

#[derive(Debug, Default)]
struct World {
    widgets: BTreeMap<String, Value>,
    things: BTreeMap<String, Value>,
    made: u32,
    /// What somebody else asks right before the next call of an operation.
    meanwhile: Option<(&'static str, (&'static str, Value))>,
    asked: Vec<(String, Value)>,
}

/// Code and message.
type Refusal = (&'static str, String);

impl Toy {
    /// Clients of this service, in an account of their own.
    pub(super) fn aws(&self, account: &str) -> Aws {
        let connector = SharedHttpConnector::new(self.clone());
        let place = Place { partition: "aws".into(), region: "eu-west-1".into(), account: account.into() };
        Aws::over_http(http_client_fn(move |_, _| connector.clone()), place)
    }

    /// What was asked since this was asked last.
    pub(super) fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    /// Let somebody else ask this right before the next call of an operation.
    pub(super) fn meanwhile(&self, before: &'static str, operation: &'static str, input: Value) {
        self.0.lock().unwrap().meanwhile = Some((before, (operation, input)));
    }
}

impl HttpConnector for Toy {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.trim_start_matches("Toy.").to_owned();
        let input: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap();
        let mut world = self.0.lock().unwrap();
        if let Some((_, (other, input))) = world.meanwhile.take_if(|(before, _)| *before == operation) {
            world.answer(other, &input).unwrap();
        }
        world.asked.push((operation.clone(), input.clone()));
        let (status, body) = match world.answer(&operation, &input) {
            Ok(answer) => (200, answer),
            Err((code, message)) => (400, json!({ "__type": code, "message": message })),
        };
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_string()));
        HttpConnectorFuture::ready(Ok(answer))
    }
}

impl World {
    fn answer(&mut self, operation: &str, input: &Value) -> Result<Value, Refusal> {
        let arn = |name: &str| format!("widget/{name}");
        let text = |path: &str| at(input, path).and_then(Value::as_str).unwrap_or_default().to_owned();
        match operation {
            "CreateWidget" => {
                knows(
                    input,
                    "Name Description Config.Size Config.Mode Config.Output.Place Config.Limit Labels Document Zone Password Tags",
                )?;
                let name = text("Name");
                if self.widgets.contains_key(&name) {
                    return refused("InvalidRequestException", &format!("Widget {name} is already created"));
                }
                self.made += 1;
                let mut widget = json!({
                    "State": "RUNNING", "Zone": "a", "Serial": self.made, "CreationTime": 1_700_000_000 + self.made,
                    "Document": "{}", "Config": { "Mode": "SLOW" },
                });
                merge(&mut widget, input);
                checked(&mut widget)?;
                self.widgets.insert(name, widget);
                Ok(json!({}))
            }
            "PutWidget" => {
                let old = self.widgets.remove(&text("Name"));
                let mut told = input.clone();
                let state = told.as_object_mut().unwrap().remove("State");
                self.answer("CreateWidget", &told)?;
                let widget = self.widget(&text("Name"))?;
                for kept in ["CreationTime", "Serial", "Zone", "Config.Size", "Tags"] {
                    if let Some(old) = &old {
                        put(widget, kept, at(old, kept).cloned().unwrap_or_default());
                    }
                }
                merge(widget, &json!({ "State": state }));
                checked(widget)?;
                Ok(json!({}))
            }
            "GetWidget" => {
                knows(input, "Widget")?;
                Ok(json!({ "Widget": shown(self.widget(&text("Widget"))?) }))
            }
            "BatchGetWidgets" => {
                knows(input, "Names")?;
                let names: Vec<&Value> = input["Names"].as_array().unwrap().iter().collect();
                if names.len() > 2 {
                    return refused("ValidationException", "two names at the most");
                }
                let found = names.iter().rev().filter_map(|name| self.widgets.get(name.as_str()?));
                Ok(json!({ "Widgets": found.map(shown).collect::<Vec<_>>() }))
            }
            "UpdateWidget" => {
                knows(
                    input,
                    "Widget Description ConfigUpdates.Mode ConfigUpdates.OutputUpdates.Place ConfigUpdates.OutputUpdates.RemovePlace ConfigUpdates.Limit ConfigUpdates.RemoveLimit Labels Document State Password",
                )?;
                let mut told = input.clone();
                let mut updates = told.as_object_mut().unwrap().remove("ConfigUpdates").unwrap_or_default();
                if let Some(output) = updates.as_object_mut().and_then(|it| it.remove("OutputUpdates")) {
                    updates["Output"] = output;
                }
                let widget = self.widget(&text("Widget"))?;
                told["Config"] = updates;
                told.as_object_mut().unwrap().remove("Widget");
                merge(widget, &told);
                for (flag, path) in [
                    ("Config.Output.RemovePlace", "Config.Output.Place"),
                    ("Config.RemoveLimit", "Config.Limit"),
                ] {
                    if at(&told, flag) == Some(&json!(true)) {
                        put(widget, path, Value::Null);
                        put(widget, flag, Value::Null);
                    }
                }
                checked(widget)?;
                Ok(json!({}))
            }
            "DeleteWidget" => {
                knows(input, "Widget")?;
                self.widget(&text("Widget"))?;
                self.widgets.remove(&text("Widget"));
                Ok(json!({}))
            }
            "ListTagsForResource" | "TagResource" | "UntagResource" => {
                knows(input, "ResourceARN Tags TagKeys")?;
                let told = text("ResourceARN");
                let name =
                    self.widgets.keys().find(|name| told.ends_with(&format!(":{}", arn(name)))).cloned();
                let widget = self.widget(&name.unwrap_or_default())?;
                let key = |tag: &Value| tag["Key"].as_str().unwrap_or_default().to_owned();
                let mut tags: BTreeMap<String, Value> = widget["Tags"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|tag| (key(tag), tag.clone()))
                    .collect();
                tags.extend(
                    input["Tags"].as_array().into_iter().flatten().map(|tag| (key(tag), tag.clone())),
                );
                tags.retain(|key, _| {
                    !input["TagKeys"].as_array().into_iter().flatten().any(|gone| gone == key)
                });
                widget["Tags"] = tags.into_values().collect();
                Ok(json!({ "Tags": widget["Tags"] }))
            }
            "CreateThing" => {
                knows(input, "Note Root.Path Tags ClientToken")?;
                if self.things.values().any(|thing| thing["ClientToken"] == input["ClientToken"]) {
                    return Ok(json!({}));
                }
                self.made += 1;
                let mut thing = input.clone();
                thing["ThingId"] = json!(format!("thing-{}", self.made));
                self.things.insert(thing["ThingId"].as_str().unwrap().to_owned(), thing);
                Ok(json!({}))
            }
            "ListThings" => {
                knows(input, "NextToken")?;
                let first = text("NextToken").parse::<usize>().unwrap_or_default();
                let page: Vec<_> = self.things.values().skip(first).take(1).collect();
                let more = (self.things.len() > first + 1).then(|| (first + 1).to_string());
                Ok(json!({ "Things": page, "NextToken": more }))
            }
            "UpdateThing" | "TagThing" => {
                knows(input, if operation == "TagThing" { "ThingId Tags" } else { "ThingId Note" })?;
                merge(self.thing(&text("ThingId"))?, input);
                Ok(json!({}))
            }
            "UntagThing" => {
                knows(input, "ThingId TagKeys")?;
                let tags = self.thing(&text("ThingId"))?["Tags"].as_object_mut().unwrap();
                tags.retain(|key, _| !input["TagKeys"].as_array().unwrap().iter().any(|gone| gone == key));
                Ok(json!({}))
            }
            "DeleteThing" => {
                knows(input, "ThingId")?;
                self.thing(&text("ThingId"))?;
                self.things.remove(&text("ThingId"));
                Ok(json!({}))
            }
            other => refused("UnknownOperationException", other),
        }
    }

    fn widget(&mut self, name: &str) -> Result<&mut Value, Refusal> {
        let gone = || ("InvalidRequestException", format!("Widget {name} is not found"));
        self.widgets.get_mut(name).ok_or_else(gone)
    }

    fn thing(&mut self, id: &str) -> Result<&mut Value, Refusal> {
        self.things.get_mut(id).ok_or_else(|| ("ResourceNotFoundException", id.to_owned()))
    }
}

fn refused<T>(code: &'static str, said: &str) -> Result<T, Refusal> {
    Err((code, said.to_owned()))
}

/// Refuses members that no model has.
fn knows(input: &Value, members: &str) -> Result<(), Refusal> {
    fn walk(value: &Value, path: &str, members: &[&str]) -> Result<(), Refusal> {
        let below = format!("{path}.");
        match value {
            _ if members.contains(&path) => Ok(()),
            Value::Object(fields) if path.is_empty() || members.iter().any(|it| it.starts_with(&below)) => {
                let path =
                    |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                fields.iter().try_for_each(|(name, value)| walk(value, &path(name), members))
            }
            _ => refused("ValidationException", &format!("no member {path}")),
        }
    }
    walk(input, "", &members.split(' ').collect::<Vec<_>>())
}

/// Refuses words that no enum has, and puts a set into an order of its own.
fn checked(widget: &mut Value) -> Result<(), Refusal> {
    for (path, words) in [("Config.Mode", ["SLOW", "FAST"]), ("State", ["STOPPED", "RUNNING"])] {
        let word = at(widget, path).and_then(Value::as_str).unwrap_or_default().to_owned();
        if !words.contains(&word.as_str()) {
            return refused("ValidationException", &format!("{path} is none of {words:?}: {word}"));
        }
    }
    if let Some(labels) = widget["Labels"].as_array_mut() {
        labels.sort_by_key(Value::to_string);
    }
    // Documents come back as the service likes them.
    let document: Option<Value> =
        widget["Document"].as_str().and_then(|text| serde_json::from_str(text).ok());
    widget["Document"] = json!(match document {
        Some(Value::Object(fields)) if fields.is_empty() => "{}".to_owned(),
        document => serde_json::to_string_pretty(&document).unwrap(),
    });
    Ok(())
}

/// A widget as a look tells it: without tags and password.
fn shown(widget: &Value) -> Value {
    let fields =
        widget.as_object().unwrap().iter().filter(|(name, _)| !["Tags", "Password"].contains(&name.as_str()));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// What is told, in what is there.
fn merge(there: &mut Value, told: &Value) {
    match (there, told) {
        (Value::Object(there), Value::Object(told)) => {
            for (name, value) in told {
                merge(there.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (there, told) => *there = told.clone(),
    }
}
