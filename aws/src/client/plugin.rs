//! What a generated client would bring along for its service: configuration, signing, retries, telemetry, and what this
//! program adds to every client.

use super::Service;
use crate::{call::Name, patience, trace::Trace};
use aws_config::SdkConfig;
use aws_runtime::{
    auth::{SigV4OperationSigningConfig, sigv4},
    invocation_id::InvocationIdInterceptor,
    recursion_detection::RecursionDetectionInterceptor,
    request_info::RequestInfoInterceptor,
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::{
        DisableClockSkewCorrection, ServiceClockSkewClassifier, ServiceClockSkewInterceptor,
    },
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_runtime::client::{
    http::connection_poisoning::ConnectionPoisoningInterceptor,
    identity::IdentityCache,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
    stalled_stream_protection::StalledStreamProtectionInterceptor,
};
use aws_smithy_runtime_api::client::{
    auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
    identity::SharedIdentityCache,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin},
};
use aws_smithy_types::{
    config_bag::{FrozenLayer, Layer},
    error::ErrorMetadata,
    retry::RetryConfig,
};
use aws_types::{SigningName, region::SigningRegion};

/// The plugin of a service. `way` is the shared configuration with the way to the service before its connections.
pub(super) fn of(service: &Service, config: &SdkConfig, way: &SdkConfig) -> SharedRuntimePlugin {
    let mut components = RuntimeComponentsBuilder::new("service")
        .with_http_client(way.http_client())
        .with_identity_cache(Some(identities(way)))
        .with_sleep_impl(way.sleep_impl())
        .with_time_source(way.time_source())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID])))
        .with_auth_scheme(sigv4::SigV4AuthScheme::new())
        .with_interceptor(StalledStreamProtectionInterceptor::default())
        .with_interceptor(ConnectionPoisoningInterceptor::new())
        .with_interceptor(ServiceClockSkewInterceptor::new())
        .with_interceptor(RequestInfoInterceptor::new())
        .with_interceptor(UserAgentInterceptor::new())
        .with_interceptor(InvocationIdInterceptor::new())
        .with_interceptor(RecursionDetectionInterceptor::new())
        .with_interceptor(Name::of(config))
        .with_interceptor(Trace)
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(patience::Patience);
    if let Some(credentials) = way.credentials_provider() {
        components.set_identity_resolver(sigv4::SCHEME_ID, credentials);
    }
    let plugin = StaticRuntimePlugin::new().with_config(layer(service, way));
    SharedRuntimePlugin::new(plugin.with_runtime_components(components))
}

/// The cache that all clients of a configuration share; an own one where it has none.
fn identities(way: &SdkConfig) -> SharedIdentityCache {
    way.identity_cache().unwrap_or_else(|| IdentityCache::lazy().build())
}

fn layer(service: &Service, way: &SdkConfig) -> FrozenLayer {
    let mut layer = Layer::new("service");
    layer.store_put(SigningName::from_static(service.signing));
    layer.store_put(SigV4OperationSigningConfig::default());
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(ApiMetadata::new(service.id, env!("CARGO_PKG_VERSION")));
    layer.store_put(way.retry_config().cloned().unwrap_or_else(RetryConfig::standard));
    layer.store_put(patience::unrationed());
    if let Some(region) = way.region().cloned() {
        layer.store_put(SigningRegion::from(region.clone()));
        layer.store_put(region);
    }
    if let Some(limits) = way.timeout_config() {
        layer.store_put(limits.clone());
    }
    if let Some(protection) = way.stalled_stream_protection() {
        layer.store_put(protection);
    }
    if let Some(disabled) = way.disable_clock_skew_correction() {
        layer.store_put(DisableClockSkewCorrection::from(disabled));
    }
    if let Some(name) = way.app_name() {
        layer.store_put(name.clone());
    }
    layer.freeze()
}
