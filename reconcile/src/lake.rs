//! The lake: what a user may say, all sections of it.

use std::borrow::Cow;
use std::sync::LazyLock;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{CustomResource, CustomResourceExt};
use lake_api::collections::{Set, Tags};
use lake_api::contract::{Contract, resource_schema};
use lake_api::member::Section;
use lake_api::names::{NodeId, OwnerName, Region};
use lake_api::{LakeStatus, rule};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::spec::reconcile::Reconcile;

/// What a lake's spec may say, and how it is read.
pub static CONTRACT: LazyLock<Contract<LakeSpec>> =
    LazyLock::new(|| Contract::of().expect("the spec's types stay within the closed vocabulary"));

/// Hand the list of all kinds to a macro, one entry each: how it is driven (`typed`: calls written by hand; `simple`: calls that
/// are data), its module below `kinds`, its type there, and the section of its members with what that is, and their type below
/// the module. The kind's word is the module's name in camelCase.
macro_rules! kinds {
    ($then:ident) => {
        $then! {
            typed access_point AccessPoint {
                /// S3 access points: doors of their own into a bucket, each with its own policy.
                access_points: spec::AccessPoint
            }
            simple alarm Alarm {
                /// CloudWatch alarms on metrics: what is watched, when that is too much, and what is done then.
                alarms: Alarm
            }
            typed bucket Bucket {
                /// S3 buckets and the objects in them.
                buckets: spec::Bucket
            }
            typed crawler Crawler {
                /// Glue crawlers, which find tables and partitions in data.
                crawlers: spec::Crawler
            }
            typed database Database {
                /// Databases of the Glue catalogue.
                databases: spec::Database
            }
            simple event_bus EventBus {
                /// EventBridge event buses.
                event_buses: EventBus
            }
            typed filter Filter {
                /// Data cells filters of Lake Formation: the rows and columns of a table that a grant on the filter opens.
                filters: spec::Filter
            }
            typed job Job {
                /// Glue jobs.
                jobs: spec::Job
            }
            simple log_group LogGroup {
                /// Log groups of CloudWatch Logs: where the events of one source are kept, and for how long.
                log_groups: LogGroup
            }
            typed object Object {}
            typed role Role {
                /// IAM roles with least privilege on members of this lake.
                roles: spec::Role
            }
            simple stream Stream {
                /// Kinesis data streams: what is written now and read in order, again and again until its hours are over.
                streams: Stream
            }
            typed table Table {
                /// Tables of the Glue catalogue that are declared rather than crawled.
                tables: spec::Table
            }
            simple workgroup Workgroup {
                /// Athena workgroups: where queries write their results, and how much each may scan.
                workgroups: Workgroup
            }
        }
    };
}

/// The spec: its own fields, and a section for each kind that has one.
macro_rules! spec {
    ($($driven:ident $module:ident $Kind:ident {
        $($(#[$doc:meta])+ $section:ident: $($member:ident)::+)?
    })+) => {
        /// A data lake on AWS: what it is made of, each part under a key of the user's choice.
        ///
        /// A reference from one part to another is the key of a member of the section that the field points into, or an
        /// ARN. What is left out is off or has the default that is told here, never "whatever AWS has".
        #[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[kube(
            group = "lake.dev",
            version = "v1alpha1",
            kind = "Lake",
            plural = "lakes",
            shortname = "lk",
            category = "lakes",
            namespaced,
            status = "LakeStatus",
            schema = "manual",
            derive = "PartialEq",
            doc = "A data lake on AWS, declared as one object.",
            printcolumn = r#"{"name": "Ready", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status"}"#,
            printcolumn = r#"{"name": "Reason", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].reason"}"#,
            printcolumn = r#"{"name": "Members", "type": "string", "jsonPath": ".status.members"}"#,
            printcolumn = r#"{"name": "Drifted", "type": "integer", "jsonPath": ".status.drifted"}"#,
            printcolumn = r#"{"name": "Account", "type": "string", "jsonPath": ".status.place.account", "priority": 1}"#,
            printcolumn = r#"{"name": "Region", "type": "string", "jsonPath": ".status.place.region", "priority": 1}"#,
            printcolumn = r#"{"name": "Message", "type": "string", "jsonPath": ".status.conditions[?(@.type==\"Ready\")].message", "priority": 1}"#,
            printcolumn = r#"{"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}"#
        )]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[schemars(extend("x-kubernetes-validations" = [rule::fixed("region")]))]
        pub struct LakeSpec {
            /// The AWS region that the lake lives in. Default: the region of the provider or the operator. Another region is
            /// another lake.
            pub region: Option<Region>,

            /// The owner from whom the whole lake is taken over, `terraform/team-a/events` or
            /// `kubernetes/<cluster>/<namespace>/<lake>`: the value of the tag `lake.dev/owner`. What wears that owner's mark gets
            /// this lake's, and nothing is made anew. Holds for every member that has no `adoptFrom` of its own.
            pub adopt_from: Option<OwnerName>,

            /// Whether what holds data is guarded: nothing of it is deleted or emptied, and a plan that would do either is an error,
            /// until an apply has set this to `false`. A member's own `deletionProtection` stands above this one.
            #[serde(default)]
            pub deletion_protection: bool,

            /// Nodes, `job/old`, that leave the lake and stay on AWS as they are: the lake's marks are taken off, and nothing else
            /// of them is touched, whatever `onDelete` and `deletionProtection` say. What the lake does not know is passed over, so
            /// that an entry may stay. None may be declared beside it.
            #[serde(default)]
            pub release: Set<NodeId>,

            /// Tags that every member wears, beside its own; a member's tag of the same key wins. In Terraform the provider's
            /// `default_tags` are among them; together there is room for 45.
            #[serde(default)]
            pub tags: Tags,

            $($(
                $(#[$doc])+
                #[serde(default)]
                pub $section: Section<crate::kinds::$module::$($member)::+>,
            )?)+

            /// How the operator goes about this lake. Known in Kubernetes only.
            #[schemars(extend("x-lake-door" = "kubernetes"))]
            pub reconcile: Option<Reconcile>,
        }
    };
}
kinds!(spec);

impl JsonSchema for Lake {
    fn schema_name() -> Cow<'static, str> {
        "Lake".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        resource_schema::<LakeSpec>("A data lake on AWS, declared as one object.", generator)
    }
}

/// The definition of the custom resource `lakes.lake.dev`, as it is installed in a cluster.
#[must_use]
pub fn crd() -> CustomResourceDefinition {
    Lake::crd()
}
