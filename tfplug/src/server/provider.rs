//! The calls about the provider itself.

use super::{Offer, Server, guard::guarded};
use crate::{
    DataSource, Diagnostics, Resource, Value,
    provider::ConfigureRequest,
    value::Type,
    wire::{
        ConfigureProviderRequest, DynamicValue, GetFunctionsResponse, GetMetadataResponse,
        GetProviderSchemaResponse, GetResourceIdentitySchemasResponse, ServerCapabilities, StopResponse,
        Told, TypeName, ValidateProviderConfigRequest, ValidateProviderConfigResponse,
    },
};
use std::sync::Arc;

impl Server {
    pub(super) async fn metadata(self: Arc<Self>) -> GetMetadataResponse {
        let told = |told: Diagnostics| GetMetadataResponse { diagnostics: told.into(), ..Default::default() };
        let names = |name: &String| TypeName { type_name: name.clone() };
        let offered = async {
            GetMetadataResponse {
                server_capabilities: capabilities(),
                diagnostics: Vec::new(),
                data_sources: self.offers().data_sources.keys().map(names).collect(),
                resources: self.offers().resources.keys().map(names).collect(),
            }
        };
        guarded(offered, told).await
    }

    pub(super) async fn schemas(self: Arc<Self>) -> GetProviderSchemaResponse {
        let told =
            |told: Diagnostics| GetProviderSchemaResponse { diagnostics: told.into(), ..Default::default() };
        let offered = async {
            let offers = self.offers();
            let resource =
                |(name, it): (&String, &Offer<dyn Resource>)| (name.clone(), it.schema.clone().into());
            let source =
                |(name, it): (&String, &Offer<dyn DataSource>)| (name.clone(), it.schema.clone().into());
            GetProviderSchemaResponse {
                provider: Some(offers.schema.clone().into()),
                resource_schemas: offers.resources.iter().map(resource).collect(),
                data_source_schemas: offers.data_sources.iter().map(source).collect(),
                diagnostics: Vec::new(),
                provider_meta: None,
                server_capabilities: capabilities(),
            }
        };
        guarded(offered, told).await
    }

    pub(super) async fn validate_provider(
        self: Arc<Self>,
        request: ValidateProviderConfigRequest,
    ) -> ValidateProviderConfigResponse {
        let told = |told: Diagnostics| ValidateProviderConfigResponse { diagnostics: told.into() };
        let checked = async {
            told(match read(&self.offers().ty, request.config.as_ref()) {
                Ok(config) => self.provider.validate(&config),
                Err(diagnostics) => diagnostics,
            })
        };
        guarded(checked, told).await
    }

    pub(super) async fn configure(self: Arc<Self>, request: ConfigureProviderRequest) -> Told {
        let told = |told: Diagnostics| Told { diagnostics: told.into() };
        let configured = async {
            told(match read(&self.offers().ty, request.config.as_ref()) {
                Ok(config) => {
                    let terraform_version = request.terraform_version;
                    let stop = self.stop();
                    self.provider.configure(ConfigureRequest { config, terraform_version, stop }).await
                }
                Err(diagnostics) => diagnostics,
            })
        };
        guarded(configured, told).await
    }

    pub(super) fn stop_provider(&self) -> StopResponse {
        tracing::info!("asked to stop: the calls under way are finished, no more are begun");
        self.stopping.send_replace(true);
        StopResponse::default()
    }
}

/// The value in a message, or what to tell when it is none.
pub(super) fn read(of: &Type, message: Option<&DynamicValue>) -> Result<Value, Diagnostics> {
    DynamicValue::read(of, message).map_err(|wrong| {
        let mut told = Diagnostics::default();
        told.error(
            None,
            "Cannot read what terraform sent",
            format!("{wrong}. The state or the plan may come from another version of the provider."),
        );
        told
    })
}

/// A message of a value that is of its type, or what to tell when it is not.
pub(super) fn write(of: &Type, value: &Value) -> Result<Option<DynamicValue>, Diagnostics> {
    value.fits(of).map(|()| DynamicValue::of(of, value)).map_err(|wrong| {
        let mut told = Diagnostics::default();
        told.error(
            None,
            "The provider's answer does not fit its schema",
            format!("{wrong}. This is a bug in the provider: please report it with this text."),
        );
        told
    })
}

/// Nothing here has an identity beside its state.
pub(super) fn no_identities() -> GetResourceIdentitySchemasResponse {
    GetResourceIdentitySchemasResponse {}
}

/// No functions are offered.
pub(super) fn no_functions() -> GetFunctionsResponse {
    GetFunctionsResponse {}
}

#[allow(clippy::unnecessary_wraps, reason = "the message's field is optional")]
fn capabilities() -> Option<ServerCapabilities> {
    Some(ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: false,
    })
}
