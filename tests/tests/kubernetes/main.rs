//! End-to-end cases on a real Kubernetes control plane.

mod adversity;
mod apiserver;
mod argocd;
mod chart;
mod chart_installed;
mod content;
mod control_plane;
mod deletion;
mod findings;
mod first_lake;
mod gitops;
mod gitops_examples;
mod handover;
mod helm;
mod kill;
mod kstatus;
mod misfortune;
mod parity;
mod plan_mode;
mod rbac;
mod replicas;
mod scale;
mod secrets;
mod stage;
mod tenants;
mod wire;
