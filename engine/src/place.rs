//! Where a lake lives: enough to spell ARNs before anything exists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Partition, region and account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The ARN partition: `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`.
    pub partition: String,
    /// The region's code: `eu-west-1`.
    pub region: String,
    /// The account's twelve digits.
    pub account: String,
}

impl Place {
    /// The ARN of a regional resource of this place.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }

    /// The ARN of a resource of a service without regions (IAM).
    #[must_use]
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition, self.account)
    }

    /// The domain of the partition's services.
    #[must_use]
    pub fn domain(&self) -> &'static str {
        self.domains().0
    }

    /// The domain of the partition's endpoints that answer over IPv4 and IPv6.
    #[must_use]
    pub fn dual_stack_domain(&self) -> &'static str {
        self.domains().1
    }

    /// As the SDKs' `partitions.json` tells them.
    fn domains(&self) -> (&'static str, &'static str) {
        match self.partition.as_str() {
            "aws-cn" => ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
            "aws-eusc" => ("amazonaws.eu", "api.amazonwebservices.eu"),
            "aws-iso" => ("c2s.ic.gov", "api.aws.ic.gov"),
            "aws-iso-b" => ("sc2s.sgov.gov", "api.aws.scloud"),
            "aws-iso-e" => ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
            "aws-iso-f" => ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
            _ => ("amazonaws.com", "api.aws"),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "account {}, region {}", self.account, self.region)
    }
}
