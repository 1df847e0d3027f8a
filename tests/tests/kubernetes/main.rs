//! End-to-end cases on a real Kubernetes control plane.

mod apiserver;
mod argocd;
mod chart;
mod chart_installed;
mod control_plane;
mod first_lake;
mod gitops;
mod gitops_examples;
mod helm;
mod kill;
mod rbac;
mod replicas;
mod scale;
