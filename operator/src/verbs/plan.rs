//! `lake-operator plan FILE`: what would be done about lakes, without doing it.

use super::lakes::{self, NoLakes, Wanted};
use crate::{
    identity::{self, NoIdentity},
    object::{Name, Object},
    options::instance,
};
use kube::{Api, Client};
use lake_reconcile::{
    aws::{Access, Aws, NoAccess},
    contents::Contents,
    engine::{Engine, new_lineage},
    kinds::{AwsCloud, KINDS},
    owner::Lineage,
    plan::Plan,
    record::{NoRecord, Record},
    render::preview,
};
use std::{
    io::{Write, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

/// What is planned, and for whom.
#[derive(Clone, Debug, clap::Args)]
pub struct Question {
    /// A file with lakes, as kubectl takes it; `-` for standard input.
    file: PathBuf,
    /// The namespace of lakes that name none.
    #[arg(long, short, default_value = "default")]
    namespace: String,
    /// What marks on AWS call the cluster. Default: the uid of its namespace kube-system.
    #[arg(long, env = "LAKE_INSTANCE", value_parser = instance)]
    instance: Option<String>,
    /// The AWS region of lakes that name none. Default: AWS_REGION, or the profile's.
    #[arg(long, env = "LAKE_REGION")]
    region: Option<String>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
enum NoPlan {
    #[error(transparent)]
    Lakes(#[from] NoLakes),
    #[error("{0}. {remedy}", remedy = .0.remedy())]
    Access(Box<NoAccess>),
    #[error(
        "the cluster cannot be asked ({0}): what marks on AWS call it is not known. Set KUBECONFIG, or give --instance"
    )]
    Cluster(NoIdentity),
    #[error("{0}: the record in its status cannot be used: {1}. {remedy}", remedy = .1.remedy())]
    Record(Name, NoRecord),
}

/// Print the plans. The exit code is 0 when there is nothing to do, 2 when there is, and 1 when that cannot be told.
#[must_use]
pub(super) fn plan(question: &Question) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a process can have a runtime of one thread");
    match runtime.block_on(answer(question)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            let _ = writeln!(stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn answer(question: &Question) -> Result<bool, NoPlan> {
    let cluster = Cluster::find(question.instance.as_deref()).await?;
    let lakes = lakes::read(&question.file, &question.namespace, &cluster.instance)?;
    let mut quiet = true;
    for lake in &lakes {
        for warning in lake.name.warnings(&lake.spec) {
            let _ = writeln!(stderr(), "{}: {warning}", lake.name);
        }
        let (plan, contents) = look(lake, &cluster, question.region.as_deref()).await?;
        quiet &= plan.is_quiet();
        // Whoever closes the output has read enough.
        let _ = write!(stdout(), "{}\n{}", lake.name, preview(&plan, &contents));
    }
    Ok(quiet)
}

/// The cluster whose lakes they are; without a client where only its name was given.
struct Cluster {
    client: Option<Client>,
    instance: String,
}

impl Cluster {
    async fn find(given: Option<&str>) -> Result<Self, NoPlan> {
        let client = Client::try_default().await;
        match (given, client) {
            (Some(given), client) => Ok(Cluster { client: client.ok(), instance: given.to_owned() }),
            (None, Ok(client)) => {
                let instance = identity::ask(&client).await.map_err(NoPlan::Cluster)?;
                Ok(Cluster { client: Some(client), instance })
            }
            (None, Err(error)) => Err(NoPlan::Cluster(error.into())),
        }
    }

    /// What the lake remembers, if it is in the cluster already.
    async fn remembered(&self, name: &Name) -> Result<Option<Record>, NoPlan> {
        let Some(client) = &self.client else { return Ok(None) };
        let api: Api<Object> = Api::namespaced(client.clone(), &name.namespace);
        let object = match api.get_opt(&name.name).await {
            Ok(object) => object,
            // The cluster's name was given, so what wears its mark is found without it.
            Err(error) => {
                let _ = writeln!(
                    stderr(),
                    "{name}: the cluster cannot be asked ({error}); planned from the marks on AWS"
                );
                None
            }
        };
        let record = object.and_then(|object| object.status().record);
        record
            .map(|text| Record::read(KINDS, &text).map_err(|error| NoPlan::Record(name.clone(), error)))
            .transpose()
    }
}

/// What would be done about a lake, and what goes with what that empties.
async fn look(lake: &Wanted, cluster: &Cluster, region: Option<&str>) -> Result<(Plan, Contents), NoPlan> {
    let record = cluster.remembered(&lake.name).await?;
    let lives = record.as_ref().map(|record| record.place.region.clone());
    let region = lives.or_else(|| lake.region()).or_else(|| region.map(str::to_owned));
    let aws = Aws::connect(&Access { region, ..Access::default() })
        .await
        .map_err(|error| NoPlan::Access(Box::new(error)))?;
    let place = aws.place.clone();
    let owner = lake.name.owner(&cluster.instance);
    let graph = lake.name.graph(&lake.spec, &place, &owner);
    let record = record.unwrap_or_else(|| Record::new(place.clone()));
    let engine = Engine::new(Arc::new(AwsCloud(aws)), owner, place, Lineage::Written(new_lineage()));
    let look = engine.look(&graph, record).await;
    let contents = look.contents().await;
    Ok((look.leave().plan, contents))
}
