//! The protocol's messages, by hand: what a server of managed resources and data sources reads and writes, of the
//! fields that Terraform 1.11 and OpenTofu 1.12 send. Fields that are not named here are passed over.

mod convert;
mod data;
mod plugin;
mod resource;
pub(crate) mod schema;

pub(crate) use data::{ReadDataSourceRequest, ReadDataSourceResponse};
pub(crate) use plugin::{Empty, HealthResponse, StdioData};
pub(crate) use resource::{
    ApplyResourceChangeRequest, ApplyResourceChangeResponse, ImportResourceStateRequest,
    ImportResourceStateResponse, ImportedResource, MoveResourceStateResponse, PlanResourceChangeRequest,
    PlanResourceChangeResponse, ReadResourceRequest, ReadResourceResponse, UpgradeResourceStateRequest,
    UpgradeResourceStateResponse,
};
pub(crate) use schema::{
    ConfigureProviderRequest, GetFunctionsResponse, GetMetadataResponse, GetProviderSchemaResponse,
    GetResourceIdentitySchemasResponse, ServerCapabilities, StopResponse, Told, TypeName,
    ValidateConfigRequest, ValidateProviderConfigRequest, ValidateProviderConfigResponse,
};

/// Messages in one line a field.
macro_rules! messages {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident : $type:ty),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, prost::Message)]
        pub(crate) struct $name { $($(#[$field_meta])* pub(crate) $field: $type),* }
    )*};
}
pub(crate) use messages;

messages! {
    DynamicValue {
        #[prost(bytes = "vec", tag = "1")] msgpack: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")] json: Vec<u8>,
    }
    Diagnostic {
        #[prost(enumeration = "Severity", tag = "1")] severity: i32,
        #[prost(string, tag = "2")] summary: String,
        #[prost(string, tag = "3")] detail: String,
        #[prost(message, optional, tag = "4")] attribute: Option<AttributePath>,
    }
    AttributePath {
        #[prost(message, repeated, tag = "1")] steps: Vec<Step>,
    }
    Step {
        #[prost(oneof = "Selector", tags = "1, 2, 3")] selector: Option<Selector>,
    }
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Selector {
    #[prost(string, tag = "1")]
    AttributeName(String),
    #[prost(string, tag = "2")]
    ElementKeyString(String),
    #[prost(int64, tag = "3")]
    ElementKeyInt(i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum Severity {
    Invalid = 0,
    Error = 1,
    Warning = 2,
}
