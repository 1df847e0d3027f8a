//! How to reach AWS, and what to say when that fails.

use super::{Hooks, limit, on_the_way};
use crate::error::{answered, from_sdk};
use aws_config::{
    AppName, BehaviorVersion, Region, SdkConfig, profile::ProfileFileCredentialsProvider,
    provider_config::ProviderConfig, retry::RetryConfig,
    stalled_stream_protection::StalledStreamProtectionConfig, sts::AssumeRoleProvider,
};
use aws_credential_types::{Credentials, provider::error::CredentialsError};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, SharedHttpClient},
    runtime_components::RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;
use lake_engine::{error::CloudError, place::Place};
use std::{collections::BTreeMap, error::Error, fmt, sync::OnceLock, time::Duration};

/// As in hashicorp/aws: throttled calls are repeated so often before they count as failed.
const MAX_RETRIES: u32 = 25;
/// The pause before the first repetition is at most so long, and doubles from then on. Most throttling passes within a
/// second, and the bounds on calls of this process keep it from coming back.
const FIRST_BACKOFF: Duration = Duration::from_millis(300);
/// The longest pause between two attempts.
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// How to reach AWS: what the provider block or the operator's arguments say. What is left out is found as the
/// SDKs find it: `AWS_*` variables (`AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` among them), profiles,
/// web identity, container and instance metadata.
#[derive(Clone, Default, PartialEq)]
pub struct Access {
    /// The region's code, `eu-west-1`.
    pub region: Option<String>,
    /// A profile of the shared configuration files.
    pub profile: Option<String>,
    /// An access key id, with [`secret_key`](Self::secret_key).
    pub access_key: Option<String>,
    /// The secret of the access key. Never printed.
    pub secret_key: Option<String>,
    /// The session token of temporary keys. Never printed.
    pub token: Option<String>,
    /// Roles to assume one after the other, each with the credentials of the one before.
    pub assume_role: Vec<AssumeRole>,
    /// Whether S3 buckets are addressed by path (`endpoint/bucket`) instead of by host. Always so at an endpoint
    /// that is not AWS's.
    pub s3_use_path_style: bool,
    /// How often a throttled call is repeated; 25 when left out.
    pub max_retries: Option<u32>,
    /// One endpoint for all services, before what the environment says.
    pub endpoint_url: Option<String>,
    /// How long an attempt of a call may take; [`CALL_TIMEOUT`](super::CALL_TIMEOUT) when left out. One that sends the
    /// content of an object may take 20 times as long, and an operation with all its attempts 4 times.
    pub call_timeout: Option<Duration>,
}

/// A role to assume.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The session's name; `lake` when left out.
    pub session_name: Option<String>,
    /// What the role's owner demands of third parties.
    pub external_id: Option<String>,
    /// How long the credentials last.
    pub duration: Option<Duration>,
    /// A policy, as JSON, that narrows the session.
    pub policy: Option<String>,
    /// ARNs of managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// The session's tags.
    pub tags: BTreeMap<String, String>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |value: &Option<String>| value.as_ref().map(|_| "(secret)");
        f.debug_struct("Access")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("access_key", &self.access_key)
            .field("secret_key", &hidden(&self.secret_key))
            .field("token", &hidden(&self.token))
            .field("assume_role", &self.assume_role)
            .field("s3_use_path_style", &self.s3_use_path_style)
            .field("max_retries", &self.max_retries)
            .field("endpoint_url", &self.endpoint_url)
            .field("call_timeout", &self.call_timeout)
            .finish()
    }
}

/// AWS could not be reached as somebody. `Display` tells what is wrong, [`remedy`](Self::remedy) what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoAccess {
    /// No region is configured.
    #[error("no AWS region is configured")]
    NoRegion,
    /// Only one half of a key pair is given.
    #[error("access_key and secret_key must be given together")]
    HalfAKey,
    /// No credentials were found.
    #[error("no AWS credentials were found: {0}")]
    NoCredentials(String),
    /// The credentials were not accepted.
    #[error("AWS does not accept the credentials: {0}")]
    Refused(CloudError),
    /// The endpoint did not answer, or not as AWS does.
    #[error("AWS could not be asked who we are: {0}")]
    NoAnswer(CloudError),
}

impl NoAccess {
    /// What the user can do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            NoAccess::NoRegion => {
                "Set `region` in the spec or the provider, or AWS_REGION in the environment, or a region in the profile."
            }
            NoAccess::HalfAKey => "Give both, or neither and let the environment or a profile tell them.",
            NoAccess::NoCredentials(_) => {
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a `profile`, or run `aws sso login` for one that signs on."
            }
            NoAccess::Refused(error)
                if error.code.as_deref().is_some_and(|code| code.contains("Expired")) =>
            {
                "The session has expired: get new credentials (`aws sso login`, or assume the role again)."
            }
            NoAccess::Refused(error) if error.is("AccessDenied") => {
                "Allow sts:AssumeRole on the role that is to be assumed, on both sides: the caller's policy and the role's trust policy."
            }
            NoAccess::Refused(_) => {
                "Check the access key, its secret and the session token, and that the key is active."
            }
            NoAccess::NoAnswer(_) => {
                "Check the network, HTTPS_PROXY, the region's code, and AWS_ENDPOINT_URL if it is set."
            }
        }
    }
}

impl Access {
    /// The configuration that all clients share.
    pub(super) async fn load(&self) -> Result<SdkConfig, NoAccess> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http())
            .timeout_config(limit::of_attempts(self.call_timeout.unwrap_or(limit::CALL_TIMEOUT)))
            .app_name(AppName::new("lake").expect("the name is of allowed characters"))
            // An upload that waits for its turn is not stalled, and no body is larger than a few hundred kilobytes.
            .stalled_stream_protection(StalledStreamProtectionConfig::enabled().upload_enabled(false).build())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(self.max_retries.unwrap_or(MAX_RETRIES).saturating_add(1))
                    .with_initial_backoff(FIRST_BACKOFF)
                    .with_max_backoff(MAX_BACKOFF),
            );
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            // A profile that is asked for stands above keys in the environment, as in AWS's other SDKs
            // (`resolveCredentialChain` of aws-sdk-go-v2, whose order hashicorp/aws has); the default chain of this
            // SDK would take the keys.
            let how = ProviderConfig::without_region()
                .with_http_client(http())
                .with_region(self.region.clone().map(Region::new));
            let of_profile = ProfileFileCredentialsProvider::builder().configure(&how).profile_name(profile);
            loader = loader.profile_name(profile).credentials_provider(of_profile.build());
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        match (&self.access_key, &self.secret_key) {
            (Some(id), Some(secret)) => {
                let keys = Credentials::new(id, secret, self.token.clone(), None, "configuration");
                loader = loader.credentials_provider(keys);
            }
            (None, None) => {}
            _ => return Err(NoAccess::HalfAKey),
        }
        let mut config = loader.load().await;
        // A variable of the environment that is empty is as good as none.
        if config.region().is_none_or(|region| region.as_ref().is_empty()) {
            return Err(NoAccess::NoRegion);
        }
        for role in &self.assume_role {
            let provider = role.provider(&config).await;
            config = config.to_builder().credentials_provider(provider).build();
        }
        Ok(config)
    }
}

impl AssumeRole {
    async fn provider(
        &self,
        config: &SdkConfig,
    ) -> aws_credential_types::provider::SharedCredentialsProvider {
        let mut role = AssumeRoleProvider::builder(&self.role_arn)
            .configure(config)
            .session_name(self.session_name.as_deref().unwrap_or("lake"))
            .tags(self.tags.clone());
        if let Some(id) = &self.external_id {
            role = role.external_id(id);
        }
        if let Some(duration) = self.duration {
            role = role.session_length(duration);
        }
        if let Some(policy) = &self.policy {
            role = role.policy(policy);
        }
        if !self.policy_arns.is_empty() {
            role = role.policy_arns(self.policy_arns.clone());
        }
        let provider = match config.credentials_provider() {
            Some(base) => role.build_from_provider(base).await,
            None => role.build().await,
        };
        aws_credential_types::provider::SharedCredentialsProvider::new(provider)
    }
}

/// Ask AWS who we are.
pub(super) async fn identify(access: &Access, config: &SdkConfig, hooks: &Hooks) -> Result<Place, NoAccess> {
    let region = config.region().ok_or(NoAccess::NoRegion)?.to_string();
    let nowhere = Place { partition: String::new(), region: region.clone(), account: String::new() };
    let sts =
        aws_sdk_sts::Client::from_conf(on_the_way!(aws_sdk_sts, "sts", config, &nowhere, hooks).build());
    let identity = sts.get_caller_identity().send().await.map_err(|error| {
        let missing = credentials_error(&error).map(|cause| (cause, refusal(cause)));
        match missing {
            // The role was refused, or the profile's own role.
            Some((_, Some(refused))) => NoAccess::Refused(refused),
            Some((cause, None)) => NoAccess::NoCredentials(reason(cause, access)),
            None => {
                let told = from_sdk("sts:GetCallerIdentity", error);
                if told.code.is_some() { NoAccess::Refused(told) } else { NoAccess::NoAnswer(told) }
            }
        }
    })?;
    let partition = identity.arn().and_then(|arn| arn.split(':').nth(1)).filter(|part| !part.is_empty());
    match (partition, identity.account()) {
        (Some(partition), Some(account)) => {
            Ok(Place { partition: partition.to_owned(), region, account: account.to_owned() })
        }
        _ => Err(NoAccess::NoAnswer(CloudError::refused(
            "sts:GetCallerIdentity",
            "the answer names no account and ARN",
        ))),
    }
}

/// The error of the credentials' provider, where that is what failed.
fn credentials_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CredentialsError> {
    std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
}

/// What STS said when it refused a role.
fn refusal(error: &CredentialsError) -> Option<CloudError> {
    use aws_smithy_types::error::metadata::ProvideErrorMetadata;
    std::iter::successors(Some(error as &(dyn Error + 'static)), |error| (*error).source())
        .find_map(|error| error.downcast_ref::<aws_sdk_sts::operation::assume_role::AssumeRoleError>())
        .and_then(|said| Some(answered("sts:AssumeRole", said.code()?, said.message().unwrap_or_default())))
}

/// The innermost reason why there are no credentials.
fn reason(error: &CredentialsError, access: &Access) -> String {
    let innermost = std::iter::successors(Some(error as &(dyn Error + 'static)), |error| (*error).source())
        .last()
        .map(ToString::to_string)
        .unwrap_or_default();
    match &access.profile {
        Some(profile) => format!("profile {profile}: {innermost}"),
        None => innermost,
    }
}

/// One pool of connections for all clients of this process.
fn http() -> SharedHttpClient {
    static HTTP: OnceLock<SharedHttpClient> = OnceLock::new();
    HTTP.get_or_init(|| {
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
    })
    .clone()
}

/// Read what a first connection takes some milliseconds to read, the system's root certificates.
pub(super) fn prepare() {
    // How the SDK's own clients have it read before their first call. What is wrong is told by the connection itself.
    let _ = http().validate_base_client_config(&RuntimeComponentsBuilder::new("prepare"), &ConfigBag::base());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Aws;

    #[test]
    fn secrets_are_not_printed() {
        let access = Access {
            access_key: Some("AKIA".into()),
            secret_key: Some("hush".into()),
            token: Some("hush".into()),
            ..Access::default()
        };
        let printed = format!("{access:?}");
        assert!(printed.contains("AKIA") && !printed.contains("hush"), "{printed}");
    }

    #[tokio::test]
    async fn half_a_key_is_told_before_any_call() {
        let access = Access { access_key: Some("AKIA".into()), ..Access::default() };
        assert_eq!(Aws::connect(&access).await.err(), Some(NoAccess::HalfAKey));
    }

    #[test]
    fn an_expired_session_has_a_remedy_of_its_own() {
        let refused = |code| NoAccess::Refused(answered("sts:GetCallerIdentity", code, ""));
        assert!(refused("ExpiredToken").remedy().contains("expired"));
        assert!(refused("InvalidClientTokenId").remedy().contains("active"));
    }
}
