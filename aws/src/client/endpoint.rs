//! Where a service is.

use super::Service;
use crate::endpoint::configured;
use aws_config::SdkConfig;
use lake_engine::place::Place;

/// The endpoint of a service: what is configured, else where AWS has it. A configured one is taken as it is, so that
/// it cannot be of a kind that is asked for.
pub(super) fn of(service: &Service, config: &SdkConfig, place: &Place) -> Result<String, &'static str> {
    let (fips, dual_stack) = (config.use_fips() == Some(true), config.use_dual_stack() == Some(true));
    match configured(config, service.id) {
        None => Ok(of_aws(service, place, fips, dual_stack)),
        Some(_) if fips => Err("FIPS endpoints are asked for, and another endpoint is configured"),
        Some(_) if dual_stack => {
            Err("dual-stack endpoints are asked for, and another endpoint is configured")
        }
        Some(url) => Ok(url),
    }
}

fn of_aws(service: &Service, place: &Place, fips: bool, dual_stack: bool) -> String {
    let domain = if dual_stack { place.dual_stack_domain() } else { place.domain() };
    let own = service.endpoints.iter().find(|it| {
        (it.fips, it.dual_stack) == (fips, dual_stack) && it.partitions.contains(&place.partition.as_str())
    });
    let host = match own {
        Some(it) => it.host.replace("{region}", &place.region).replace("{domain}", domain),
        None => {
            format!("{}{}.{}.{domain}", service.host, if fips { "-fips" } else { "" }, place.region)
        }
    };
    format!("https://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Endpoint, tests::place};

    static EFS: Service = Service::rest("EFS", "elasticfilesystem").endpoints(&[Endpoint {
        partitions: &["aws", "aws-us-gov"],
        fips: true,
        dual_stack: true,
        host: "efs-fips.{region}.{domain}",
    }]);

    /// The domains of `partitions.json`, which AWS's SDKs share.
    #[test]
    fn each_partition_has_its_domains() {
        for (region, usual, dual_stack) in [
            ("eu-west-1", "amazonaws.com", "api.aws"),
            ("cn-north-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
            ("us-gov-west-1", "amazonaws.com", "api.aws"),
            ("eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"),
            ("us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"),
            ("eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
            ("us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        ] {
            let of = |fips, dual_stack| of_aws(&EFS, &place(region, "endpoints"), fips, dual_stack);
            assert_eq!(of(false, false), format!("https://elasticfilesystem.{region}.{usual}"));
            assert_eq!(of(true, false), format!("https://elasticfilesystem-fips.{region}.{usual}"));
            assert_eq!(of(false, true), format!("https://elasticfilesystem.{region}.{dual_stack}"));
            let excepted = ["eu-west-1", "us-gov-west-1"].contains(&region);
            let host = if excepted { "efs-fips" } else { "elasticfilesystem-fips" };
            assert_eq!(of(true, true), format!("https://{host}.{region}.{dual_stack}"));
        }
    }
}
