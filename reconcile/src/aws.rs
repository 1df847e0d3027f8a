//! SDK clients for one place and one set of credentials.

mod access;
mod bound;
mod endpoint;
mod patience;
mod tagging;
mod trace;

pub use access::{Access, AssumeRole, NoAccess};
pub(crate) use tagging::{tagged, tags_of};

use crate::place::Place;
use aws_config::SdkConfig;

/// The clients of one place. Cheap to clone: all share one pool of connections.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Where the credentials lead.
    pub place: Place,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// S3 Control: access points.
    pub s3control: aws_sdk_s3control::Client,
    /// Identity and access management.
    pub iam: aws_sdk_iam::Client,
    /// Glue.
    pub glue: aws_sdk_glue::Client,
    /// Lake Formation.
    pub lakeformation: aws_sdk_lakeformation::Client,
    /// The resource groups tagging API.
    pub tagging: aws_sdk_resourcegroupstagging::Client,
}

impl Aws {
    /// Connect, and learn by one call (`sts:GetCallerIdentity`) to which partition and account the credentials
    /// belong. The region is the configured one.
    ///
    /// # Errors
    /// When no region or no credentials are configured, or AWS does not accept them; the error says what to do.
    pub async fn connect(access: &Access) -> Result<Self, NoAccess> {
        let config = access.load().await?;
        let place = access::identify(access, &config).await?;
        tracing::debug!(%place, "connected");
        Ok(Aws::over(&config, place, access.s3_use_path_style))
    }

    fn over(config: &SdkConfig, place: Place, path_style: bool) -> Self {
        /// A service's configuration: the shared one, with this service's own bounds.
        macro_rules! of {
            ($sdk:ident, $service:literal) => {
                $sdk::config::Builder::from(&bound::bounded(config, $service, &place))
                    .interceptor(trace::Trace)
                    .retry_classifier(patience::Patience)
            };
        }
        let local = endpoint::local(config, "S3").is_some();
        let mut s3control = of!(aws_sdk_s3control, "s3control");
        if let Some(url) = endpoint::local(config, "S3 Control") {
            s3control = s3control.endpoint_resolver(endpoint::AsGiven(url));
        }
        Aws {
            s3: aws_sdk_s3::Client::from_conf(
                of!(aws_sdk_s3, "s3").force_path_style(path_style || local).build(),
            ),
            s3control: aws_sdk_s3control::Client::from_conf(s3control.build()),
            iam: aws_sdk_iam::Client::from_conf(of!(aws_sdk_iam, "iam").build()),
            glue: aws_sdk_glue::Client::from_conf(of!(aws_sdk_glue, "glue").build()),
            lakeformation: aws_sdk_lakeformation::Client::from_conf(
                of!(aws_sdk_lakeformation, "lakeformation").build(),
            ),
            tagging: aws_sdk_resourcegroupstagging::Client::from_conf(
                of!(aws_sdk_resourcegroupstagging, "tagging").build(),
            ),
            place,
        }
    }
}
