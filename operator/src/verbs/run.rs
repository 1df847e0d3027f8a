//! `lake-operator run`: the operator, until it is told to end.

use crate::{
    claim::Candidate,
    connections::{Connections, RealAws},
    identity,
    metrics::Metrics,
    operator::{Operator, Parts},
    options::{LogFormat, Options},
    server,
    tenants::{NoTenants, Register},
    watch::watch,
};
use kube::{Client, runtime::events::Reporter};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};
use tracing_subscriber::EnvFilter;

/// Why the operator cannot begin.
#[derive(Debug, thiserror::Error)]
enum NoBegin {
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
}

/// Run until SIGTERM or SIGINT.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match options.log_format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Text => log.init(),
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let begun = runtime.map_err(NoBegin::Signals).and_then(|runtime| runtime.block_on(operate(options)));
    match begun {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn operate(options: &Options) -> Result<(), NoBegin> {
    let mut term = signal(SignalKind::terminate()).map_err(NoBegin::Signals)?;
    let mut int = signal(SignalKind::interrupt()).map_err(NoBegin::Signals)?;
    let listen = |error| NoBegin::Listen(options.listen, error);
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let tenants = Register::open(options.tenants.as_deref())?;
    let client = Client::try_default().await.map_err(NoBegin::NoCluster)?;
    let identity = options.identity();
    let instance = tokio::select! {
        instance = instance(&client, options) => instance,
        _ = term.recv() => return Ok(()),
        _ = int.recv() => return Ok(()),
    };
    let metrics = Arc::new(Metrics::new());
    let lease = &options.lease_name;
    let candidate =
        Candidate::new(client.clone(), &options.lease_namespace(), lease, &identity, options.lease_duration);
    let claim = candidate.claim.clone();
    let clouds = RealAws { claim: claim.clone(), metrics: metrics.clone() };
    let reporter = Reporter { controller: "lake.dev/operator".to_owned(), instance: Some(identity.clone()) };
    let parts = Parts {
        client: client.clone(),
        reporter,
        metrics: metrics.clone(),
        connections: Connections::new(Arc::new(clouds)),
        tenants,
        claim: claim.clone(),
        instance: instance.clone(),
    };
    let operator = Arc::new(Operator::new(parts, options));
    let namespaces = if options.namespaces.is_empty() {
        vec![None]
    } else {
        options.namespaces.iter().cloned().map(Some).collect()
    };
    operator.store.expect(namespaces.len());
    for namespace in namespaces {
        tokio::spawn(watch(operator.clone(), client.clone(), namespace));
    }
    tokio::spawn(server::serve(listener, operator.clone()));
    tracing::info!(%address, identity, instance, version = env!("CARGO_PKG_VERSION"), "running");

    let (over, ended) = oneshot::channel::<()>();
    let election = tokio::spawn(candidate.run(async {
        let _ = ended.await;
    }));
    let told = tokio::spawn({
        let (metrics, lease) = (metrics.clone(), lease.clone());
        async move {
            loop {
                metrics.leads(&lease, false);
                claim.becomes(true).await;
                tracing::info!("this replica leads");
                metrics.leads(&lease, true);
                claim.becomes(false).await;
            }
        }
    });
    let leading = tokio::spawn({
        let operator = operator.clone();
        async move { operator.lead().await }
    });
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
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
    Ok(())
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
