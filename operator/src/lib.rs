//! The Kubernetes door: the same lake, the same engine, told by `kubectl`.

pub mod verbs;
