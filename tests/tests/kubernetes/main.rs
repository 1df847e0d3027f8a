//! End-to-end cases on a real Kubernetes control plane.

mod argocd;
mod control_plane;
mod first_lake;
mod gitops;
mod helm;
