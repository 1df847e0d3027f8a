//! End-to-end cases on a real Kubernetes control plane.

mod control_plane;
mod helm;
