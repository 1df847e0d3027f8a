//! A lake as Kubernetes keeps it, read before anybody looked at what it says.

use serde_json::Value;

use crate::LakeStatus;

/// A lake as the apiserver sends it.
///
/// The spec stays JSON: a spec that an older and laxer definition let in, or whose contents stand elsewhere still, must
/// not keep a whole list of lakes from being read. [`contract::decode`](crate::contract::decode) tells what is wrong
/// with it, with paths. Its resource is `kube::core::ApiResource::erase::<Lake>(&())`.
pub type WireLake = kube::core::Object<Value, LakeStatus>;
