//! From whom lakes are taken over: from others of their namespace, and from whom whoever runs the operator permits.
//!
//! `adoptFrom` and `adopt: Any` are words of whoever writes a lake, and in Kubernetes a namespace is a boundary: what may
//! reach over it is said by the tenants file (`adoptFrom` of a namespace) and `--adopt-foreign-owners`, which no tenant
//! writes.

use crate::tenants::Tenant;
use lake_api::Finding;
use lake_reconcile::{LakeSpec, graph::Reach, lint};

/// What lets a lake reach further.
const FURTHER: &str = "Whoever runs the operator can permit it: by `adoptFrom` of this namespace in the tenants file or, \
                       for owners outside of this cluster, by the chart's `adoption.foreignOwners`.";

/// From whom the lakes of a namespace may be taken over: `instance` is the cluster's name in marks, `tenant` what the
/// tenants file says of the namespace, `foreign` whether owners outside of this cluster are within everybody's reach.
#[must_use]
pub(crate) fn reach(namespace: &str, instance: &str, tenant: Option<&Tenant>, foreign: bool) -> Reach {
    let cluster = format!("kubernetes/{instance}");
    let mut owners = tenant.map(|tenant| tenant.adopt_from.clone()).unwrap_or_default();
    owners.insert(format!("{cluster}/{namespace}"));
    Reach::Only { owners, outside: foreign.then_some(cluster), further: FURTHER.to_owned() }
}

/// The places of a spec that name an owner out of reach.
#[must_use]
pub(crate) fn check(spec: &LakeSpec, reach: &Reach) -> Vec<Finding> {
    let named = lint::adopted_from(spec).into_iter();
    named
        .filter_map(|(path, owner)| {
            let further = reach.refuses(&owner)?;
            let summary = format!("this lake may not take over from `{owner}`");
            let detail = format!("{further} If the lake has been taken over already, remove this line.");
            Some(Finding::error(path, summary, detail))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenants::Tenants;
    use lake_reconcile::CONTRACT;
    use serde_json::json;

    /// The findings about a lake of team-b that takes over its bucket from this owner, and all from another.
    fn told(owner: &str, tenants: &Tenants, foreign: bool) -> Vec<String> {
        let spec = CONTRACT
            .decode(json!({
                "tags": { "adoptFrom": "kubernetes/prod/team-a/events" },
                "buckets": { "store": { "adoptFrom": owner } },
            }))
            .unwrap();
        let reach = reach("team-b", "prod", tenants.tenant("team-b"), foreign);
        check(&spec, &reach).iter().map(ToString::to_string).collect()
    }

    fn file(text: &str) -> Tenants {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn a_namespace_is_a_boundary() {
        let nobody = Tenants::everybody();
        assert_eq!(told("kubernetes/prod/team-b/events", &nobody, false), [""; 0], "its own");
        for owner in
            ["kubernetes/prod/team-a/events", "kubernetes/old/team-b/events", "terraform/team-b/events"]
        {
            let told = told(owner, &nobody, false);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains("buckets.store.adoptFrom") && told[0].contains(owner), "{told:?}");
            assert!(
                told[0].contains("tenants file") && told[0].contains("adoption.foreignOwners"),
                "{told:?}"
            );
        }
    }

    #[test]
    fn owners_outside_of_the_cluster_are_within_reach_where_that_is_said() {
        let nobody = Tenants::everybody();
        for (owner, refused) in [
            ("terraform/team-b/events", 0),
            ("kubernetes/old/team-a/events", 0),
            ("kubernetes/production/team-a/events", 0),
            ("kubernetes/prod/team-a/events", 1),
        ] {
            assert_eq!(told(owner, &nobody, true).len(), refused, "{owner}");
        }
    }

    #[test]
    fn the_tenants_file_permits_exactly_whom_it_names() {
        let tenants = file(
            "default: {}\nnamespaces: { team-b: { adoptFrom: [kubernetes/prod/team-a/events, terraform/analytics/] } }",
        );
        for (owner, refused) in [
            ("kubernetes/prod/team-a/events", 0),
            ("kubernetes/prod/team-a/events2", 1),
            ("terraform/analytics/any", 0),
            ("terraform/analytics2/any", 1),
            ("kubernetes/prod/team-b/own", 0),
        ] {
            assert_eq!(told(owner, &tenants, false).len(), refused, "{owner}");
        }
        let of_all = file("default: { adoptFrom: [terraform/analytics] }");
        assert_eq!(told("terraform/analytics/any", &of_all, false).len(), 0);
        let another = file("default: {}\nnamespaces: { team-c: { adoptFrom: [terraform/analytics] } }");
        assert_eq!(told("terraform/analytics/any", &another, false).len(), 1);
    }
}
