//! The client before an AWS that answers as it is told to.

mod endpoints;
mod generated;
mod way;

use super::{Client, Operation, Service};
use crate::{Hooks, testing};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use lake_engine::place::Place;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

static ATHENA: Service = Service::json11("Athena", "athena", "AmazonAthena");
static GET: Operation = ATHENA.operation("GetWorkGroup");
static CREATE: Operation = ATHENA.operation("CreateWorkGroup");

/// A place of an account, in the partition of its region.
pub(super) fn place(region: &str, account: &str) -> Place {
    let partition = match region.rsplit_once('-').and_then(|(area, _)| area.rsplit_once('-')) {
        Some(("cn", _)) => "aws-cn",
        Some(("us-gov", _)) => "aws-us-gov",
        Some(("eusc-de", _)) => "aws-eusc",
        Some(("us-iso", _)) => "aws-iso",
        Some(("us-isob", _)) => "aws-iso-b",
        Some(("eu-isoe", _)) => "aws-iso-e",
        Some(("us-isof", _)) => "aws-iso-f",
        _ => "aws",
    };
    Place { partition: partition.into(), region: region.into(), account: account.into() }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    method: String,
    uri: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Asked {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is answered: a status, headers, a body.
type Answer = (u16, &'static [(&'static str, &'static str)], &'static str);

const OK: Answer = (200, &[], "{}");

/// An AWS that gives its answers one after the other, and none from then on; it keeps what it was asked.
#[derive(Clone, Debug, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Script {
    fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        Script { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Script::default() }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn http_client(&self) -> SharedHttpClient {
        testing::over(SharedHttpConnector::new(self.clone()))
    }

    /// A client in an account of its own, whose pace is nobody else's.
    fn client(&self, account: &str, hooks: &Hooks) -> Client {
        Client::new(&config(self).build(), &place("eu-west-1", account), hooks)
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter();
        self.asked.lock().unwrap().push(Asked {
            method: request.method().to_owned(),
            uri: request.uri().to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: request.body().bytes().unwrap_or_default().to_vec(),
        });
        let Some((status, headers, body)) = self.answers.lock().unwrap().pop_front() else {
            return HttpConnectorFuture::new(std::future::pending());
        };
        let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        for (name, value) in headers {
            answer.headers_mut().insert(*name, *value);
        }
        HttpConnectorFuture::ready(Ok(answer))
    }
}

fn keys() -> SharedCredentialsProvider {
    let keys = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", Some("session".into()), None, "test");
    SharedCredentialsProvider::new(keys)
}

fn config(script: &Script) -> aws_types::sdk_config::Builder {
    testing::config(script.http_client()).credentials_provider(keys())
}
