//! Endpoints that are not AWS's: the AWS of tests, an emulator.
//!
//! Production rules put the bucket (S3) or the account (S3 Control) before the host, which no resolver knows for
//! `127.0.0.1` or a container's name. Endpoints below a domain of AWS, such as VPC endpoints, keep those rules.

use aws_config::SdkConfig;
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_types::service_config::ServiceConfigKey;

/// The domains under which AWS serves its APIs, all partitions.
const DOMAINS: &[&str] =
    &["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn", "aws"];

/// The endpoint that is configured for a service, when it is not one of AWS's. `service` is the SDK's id of it:
/// `S3 Control`.
pub(super) fn local(config: &SdkConfig, service: &str) -> Option<String> {
    configured(config, service).filter(|url| !is_aws(url))
}

/// What the SDK's own clients would take: the code's word, then the service's variable or profile line, then the
/// common one. Where `ignore_configured_endpoint_urls` is set, the configuration tells the code's word alone.
pub(super) fn configured(config: &SdkConfig, service: &str) -> Option<String> {
    let common = || config.endpoint_url().map(ToOwned::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return common();
    }
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .expect("all three parts are given");
    config.service_config().and_then(|own| own.load_config(key)).or_else(common)
}

fn is_aws(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    DOMAINS.iter().any(|domain| host.strip_suffix(domain).is_some_and(|front| front.ends_with('.')))
}

/// S3 Control at a URL that is taken as it is.
#[derive(Debug)]
pub(super) struct AsGiven(pub(super) String);

impl ResolveEndpoint for AsGiven {
    fn resolve_endpoint<'a>(&'a self, _params: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_aws_keep_their_rules() {
        for url in [
            "https://s3.eu-west-1.amazonaws.com",
            "https://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com",
            "https://s3.cn-north-1.amazonaws.com.cn/",
            "https://s3-control.dualstack.us-east-1.api.aws:443",
        ] {
            assert!(is_aws(url), "{url}");
        }
        for url in
            ["http://127.0.0.1:5000", "http://localhost:4566/", "http://moto:5000", "http://notamazonaws.com"]
        {
            assert!(!is_aws(url), "{url}");
        }
    }
}
