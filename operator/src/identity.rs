//! What marks on AWS call a cluster, where nobody has said otherwise.

use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, Client, ResourceExt};

/// Why a cluster's name is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoIdentity {
    /// The API server does not tell.
    #[error("the namespace kube-system cannot be read: {0}")]
    Unasked(#[from] kube::Error),
    /// It is no real API server.
    #[error("the namespace kube-system has no uid")]
    Nameless,
}

/// Ask for the uid of the namespace kube-system, which every cluster has and none shares.
///
/// # Errors
/// When the API server does not tell it.
pub(crate) async fn ask(client: &Client) -> Result<String, NoIdentity> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    namespaces.get("kube-system").await?.uid().ok_or(NoIdentity::Nameless)
}
