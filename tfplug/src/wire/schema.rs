//! Messages about the provider: schemas, its own configuration, its end.

use super::{Diagnostic, DynamicValue, messages};
use std::collections::HashMap;

messages! {
    Schema {
        #[prost(int64, tag = "1")] version: i64,
        #[prost(message, optional, tag = "2")] block: Option<Block>,
    }
    Block {
        #[prost(int64, tag = "1")] version: i64,
        #[prost(message, repeated, tag = "2")] attributes: Vec<Attribute>,
        #[prost(message, repeated, tag = "3")] block_types: Vec<NestedBlock>,
        #[prost(string, tag = "4")] description: String,
        #[prost(int32, tag = "5")] description_kind: i32,
        #[prost(bool, tag = "6")] deprecated: bool,
    }
    Attribute {
        #[prost(string, tag = "1")] name: String,
        #[prost(bytes = "vec", tag = "2")] r#type: Vec<u8>,
        #[prost(message, optional, tag = "10")] nested_type: Option<Object>,
        #[prost(string, tag = "3")] description: String,
        #[prost(bool, tag = "4")] required: bool,
        #[prost(bool, tag = "5")] optional: bool,
        #[prost(bool, tag = "6")] computed: bool,
        #[prost(bool, tag = "7")] sensitive: bool,
        #[prost(int32, tag = "8")] description_kind: i32,
        #[prost(bool, tag = "9")] deprecated: bool,
        #[prost(bool, tag = "11")] write_only: bool,
    }
    NestedBlock {
        #[prost(string, tag = "1")] type_name: String,
        #[prost(message, optional, tag = "2")] block: Option<Block>,
        #[prost(int32, tag = "3")] nesting: i32,
        #[prost(int64, tag = "4")] min_items: i64,
        #[prost(int64, tag = "5")] max_items: i64,
    }
    Object {
        #[prost(message, repeated, tag = "1")] attributes: Vec<Attribute>,
        #[prost(int32, tag = "3")] nesting: i32,
    }
    ServerCapabilities {
        #[prost(bool, tag = "1")] plan_destroy: bool,
        #[prost(bool, tag = "2")] get_provider_schema_optional: bool,
        #[prost(bool, tag = "3")] move_resource_state: bool,
    }
    TypeName {
        #[prost(string, tag = "1")] type_name: String,
    }
    GetMetadataResponse {
        #[prost(message, optional, tag = "1")] server_capabilities: Option<ServerCapabilities>,
        #[prost(message, repeated, tag = "2")] diagnostics: Vec<Diagnostic>,
        #[prost(message, repeated, tag = "3")] data_sources: Vec<TypeName>,
        #[prost(message, repeated, tag = "4")] resources: Vec<TypeName>,
    }
    GetProviderSchemaResponse {
        #[prost(message, optional, tag = "1")] provider: Option<Schema>,
        #[prost(map = "string, message", tag = "2")] resource_schemas: HashMap<String, Schema>,
        #[prost(map = "string, message", tag = "3")] data_source_schemas: HashMap<String, Schema>,
        #[prost(message, repeated, tag = "4")] diagnostics: Vec<Diagnostic>,
        #[prost(message, optional, tag = "5")] provider_meta: Option<Schema>,
        #[prost(message, optional, tag = "6")] server_capabilities: Option<ServerCapabilities>,
    }
    GetFunctionsResponse {}
    GetResourceIdentitySchemasResponse {}
    /// What several calls answer that have nothing else to tell.
    Told {
        #[prost(message, repeated, tag = "1")] diagnostics: Vec<Diagnostic>,
    }
    ValidateProviderConfigRequest {
        #[prost(message, optional, tag = "1")] config: Option<DynamicValue>,
    }
    ValidateProviderConfigResponse {
        #[prost(message, repeated, tag = "2")] diagnostics: Vec<Diagnostic>,
    }
    /// The configuration of a resource or a data source.
    ValidateConfigRequest {
        #[prost(string, tag = "1")] type_name: String,
        #[prost(message, optional, tag = "2")] config: Option<DynamicValue>,
        #[prost(message, optional, tag = "3")] client_capabilities: Option<ClientCapabilities>,
    }
    ClientCapabilities {
        #[prost(bool, tag = "2")] write_only_attributes_allowed: bool,
    }
    ConfigureProviderRequest {
        #[prost(string, tag = "1")] terraform_version: String,
        #[prost(message, optional, tag = "2")] config: Option<DynamicValue>,
    }
    StopResponse {
        #[prost(string, tag = "1")] error: String,
    }
}
