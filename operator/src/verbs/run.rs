//! `lake-operator run`: the operator, until it is told to end.

use crate::{
    connections::{Connections, RealAws},
    context::{Context, Parts},
    identity,
    leader::LeaderElector,
    metrics::Metrics,
    operator::Operator,
    options::{LogFormat, Options},
    server,
    tenants::{NoTenants, TenantsFile},
    watch::watch,
};
use futures::FutureExt;
use kube::{Client, runtime::events::Reporter};
use lake_reconcile::aws::DISCREET;
use std::{io::IsTerminal, panic::AssertUnwindSafe, process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    task::JoinSet,
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Why the operator cannot begin, or not go on.
#[derive(Debug, thiserror::Error)]
enum NoRun {
    #[error("the address {0} cannot be listened on: {1}")]
    Listen(std::net::SocketAddr, std::io::Error),
    #[error(transparent)]
    Tenants(#[from] NoTenants),
    #[error(
        "no way to the API server is configured: {0}. Give KUBECONFIG, or run as a pod with a service account"
    )]
    NoCluster(kube::Error),
    #[error("signals cannot be received: {0}")]
    Signals(std::io::Error),
    #[error("{0} has ended{1}: without it this process is blind, so it ends and is started anew")]
    Ended(&'static str, String),
}

/// Run until SIGTERM or SIGINT.
#[must_use]
pub(super) fn run(options: &Options) -> ExitCode {
    log(options.log_format);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let begun = runtime.map_err(NoRun::Signals).and_then(|runtime| runtime.block_on(operate(options)));
    match begun {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Write the log to standard error from now on, as finely as RUST_LOG says; secrets are in no level of it.
fn log(format: LogFormat) {
    let wanted = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let discreet = Targets::new().with_default(LevelFilter::TRACE).with_targets(DISCREET);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(discreet)).with(wanted).init();
}

async fn operate(options: &Options) -> Result<(), NoRun> {
    let mut term = signal(SignalKind::terminate()).map_err(NoRun::Signals)?;
    let mut int = signal(SignalKind::interrupt()).map_err(NoRun::Signals)?;
    let listen = |error| NoRun::Listen(options.listen, error);
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let tenants = TenantsFile::open(options.tenants.as_deref())?;
    let client = Client::try_default().await.map_err(NoRun::NoCluster)?;
    let identity = options.identity();
    let instance = tokio::select! {
        instance = instance(&client, options) => instance,
        _ = term.recv() => return Ok(()),
        _ = int.recv() => return Ok(()),
    };
    let metrics = Arc::new(Metrics::new());
    let lease = &options.lease_name;
    let elector = LeaderElector::new(
        client.clone(),
        &options.lease_namespace(),
        lease,
        &identity,
        options.lease_duration,
    );
    let leadership = elector.leadership.clone();
    let clouds = RealAws { leadership: leadership.clone(), metrics: metrics.clone() };
    let reporter = Reporter { controller: "lake.dev/operator".to_owned(), instance: Some(identity.clone()) };
    let parts = Parts {
        client: client.clone(),
        reporter,
        metrics: metrics.clone(),
        connections: Connections::new(Arc::new(clouds)),
        tenants,
        leadership: leadership.clone(),
        instance: instance.clone(),
    };
    let operator = Arc::new(Operator::new(Context::new(parts, options)));
    let namespaces = if options.namespaces.is_empty() {
        vec![None]
    } else {
        options.namespaces.iter().cloned().map(Some).collect()
    };
    operator.context.store.expect(namespaces.len());
    // What must not end while the operator runs.
    let mut parts = JoinSet::new();
    for namespace in namespaces {
        let watching = watch(operator.clone(), client.clone(), namespace);
        parts.spawn(named("the watch of the lakes", watching));
    }
    parts.spawn(named("the server of metrics and probes", server::serve(listener, operator.clone())));
    tracing::info!(%address, identity, instance, version = env!("CARGO_PKG_VERSION"), "running");

    let (over, ended) = oneshot::channel::<()>();
    let election = tokio::spawn(elector.run(async {
        let _ = ended.await;
    }));
    let told = tokio::spawn({
        let (metrics, lease) = (metrics.clone(), lease.clone());
        async move {
            loop {
                metrics.leads(&lease, false);
                leadership.becomes(true).await;
                tracing::info!("this replica leads");
                metrics.leads(&lease, true);
                leadership.becomes(false).await;
            }
        }
    });
    let leading = tokio::spawn({
        let operator = operator.clone();
        async move { operator.lead().await }
    });
    let ended = tokio::select! {
        _ = term.recv() => None,
        _ = int.recv() => None,
        ended = first_to_end(&mut parts) => Some(ended),
    };
    if let Some(ended) = &ended {
        tracing::error!("{ended}");
    }
    tracing::info!("ending: the calls under way are finished, and no others begun");
    operator.drain();
    if tokio::time::timeout(options.grace, leading).await.is_err() {
        tracing::warn!("some calls were not finished in time; what they made is found again by its mark");
    }
    told.abort();
    // The lease is handed over only now, so that nobody writes beside us.
    let _ = over.send(());
    let _ = tokio::time::timeout(Duration::from_secs(3), election).await;
    ended.map_or(Ok(()), Err)
}

/// A part of the operator by its name. A panic in it is told as its end.
async fn named(name: &'static str, part: impl Future) -> (&'static str, String) {
    let ended = AssertUnwindSafe(part).catch_unwind().await;
    (name, if ended.is_err() { " by a bug (please report it)".to_owned() } else { String::new() })
}

/// The first part that ends.
async fn first_to_end(parts: &mut JoinSet<(&'static str, String)>) -> NoRun {
    match parts.join_next().await {
        Some(Ok((name, how))) => NoRun::Ended(name, how),
        Some(Err(error)) => NoRun::Ended("a part of the operator", format!(" ({error})")),
        None => std::future::pending().await,
    }
}

/// What marks on AWS call this cluster.
async fn instance(client: &Client, options: &Options) -> String {
    if let Some(given) = &options.instance {
        return given.clone();
    }
    let mut pause = Duration::from_millis(200);
    loop {
        match identity::ask(client).await {
            Ok(uid) => return uid,
            Err(error) => tracing::warn!("{error}: its uid is this cluster's name in marks; trying again"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_that_ends_or_panics_ends_the_operator() {
        let endings: [(fn(), &str); 2] = [(|| (), "has ended:"), (|| panic!("a bug"), "has ended by a bug")];
        for (ends, said) in endings {
            let mut parts = JoinSet::new();
            parts.spawn(named("the server", std::future::pending::<()>()));
            parts.spawn(named("the watch", async move { ends() }));
            let ended = first_to_end(&mut parts).await.to_string();
            assert!(ended.contains("the watch") && ended.contains(said), "{ended}");
        }
    }
}
