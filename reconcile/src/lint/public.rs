//! What S3 takes for public: statements that let in everybody, unless a condition bounds them by fixed values.
//!
//! Source: "The meaning of public" in
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>.

use crate::spec::statement::{Effect, Statement};
use lake_api::names::{Text, Word};
use lake_api::{FieldPath, Finding};
use std::net::IpAddr;

/// Condition keys whose fixed values bound who may come.
const BOUNDING: [&str; 13] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Operators that let in what is named, and nothing where the key is absent.
const NAMING: [&str; 6] =
    ["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"];

/// A statement that opens data to everybody, while the public access block refuses such policies.
pub(crate) fn check(path: &FieldPath, statement: &Statement, told: &mut Vec<Finding>) {
    let everybody = statement
        .principals
        .as_ref()
        .is_some_and(|principals| principals.aws.iter().any(|principal| principal.known() == Some("*")))
        || statement.not_principals.is_some();
    let mut conditions = statement.conditions.iter();
    let bounded =
        conditions.any(|(operator, keys)| keys.iter().any(|(key, values)| bounds(operator, key, values)));
    if statement.effect == Effect::Allow && everybody && !bounded {
        told.push(Finding::error(
            path.clone(),
            "the statement is public, and `publicAccessBlock.blockPublicPolicy` refuses public policies",
            "Name the principals, bound them by a condition on fixed values such as `aws:PrincipalOrgID`, or set \
             `blockPublicPolicy: false` and `restrictPublicBuckets: false` in `publicAccessBlock`.",
        ));
    }
}

/// Whether a condition bounds who may come. What is not known yet may.
fn bounds(operator: &str, key: &str, values: &[Text]) -> bool {
    let operator = operator.to_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    let key = key.to_lowercase();
    let fixed = |value: &Text| value.known().is_none_or(|value| is_fixed(&key, value));
    NAMING.contains(&operator)
        && match operator {
            "ipaddress" => key == "aws:sourceip",
            _ => BOUNDING.contains(&key.as_str()),
        }
        && !values.is_empty()
        && values.iter().all(fixed)
}

/// Whether a value names somebody, rather than anybody.
fn is_fixed(key: &str, value: &str) -> bool {
    if value.contains("${") {
        return false;
    }
    let plain = |text: &str| !text.contains(['*', '?']);
    match key {
        "aws:sourceip" => is_narrow(value),
        // The access point's name may be a wildcard as long as its account is none.
        "s3:dataaccesspointarn" => {
            value.split(':').nth(4).is_some_and(|account| !account.is_empty() && plain(account))
        }
        // A path of organisational units ends with one, below an organisation that is named.
        "aws:principalorgpaths" => value.split('/').next().is_some_and(plain),
        _ => plain(value),
    }
}

/// Whether a range of addresses is no broader than `/8`, of IPv6 than `/32`.
fn is_narrow(range: &str) -> bool {
    let (address, bits) = range.split_once('/').unwrap_or((range, "128"));
    match (address.parse(), bits.parse::<u8>()) {
        (Ok(IpAddr::V4(_)), Ok(bits)) => bits >= 8,
        (Ok(IpAddr::V6(_)), Ok(bits)) => bits >= 32,
        // What is no range is AWS's to refuse.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operator_and_values_count() {
        for (operator, key, value, expected) in [
            ("StringEquals", "aws:PrincipalOrgID", "o-1", true),
            ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*", true),
            ("StringNotEquals", "aws:SourceVpc", "vpc-1", false),
            ("StringEqualsIfExists", "aws:SourceVpc", "vpc-1", false),
            ("ForAllValues:StringEquals", "aws:SourceVpc", "vpc-1", false),
            ("StringLike", "aws:SourceVpc", "vpc-*", false),
            ("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}", false),
            ("ArnLike", "aws:PrincipalArn", "*", false),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/etl", true),
            ("IpAddress", "aws:SourceIp", "0.0.0.0/0", false),
            ("IpAddress", "aws:SourceIp", "0.0.0.0/1", false),
            ("IpAddress", "aws:SourceIp", "10.0.0.0/8", true),
            ("IpAddress", "aws:SourceIp", "192.0.2.1", true),
            ("IpAddress", "aws:SourceIp", "2001:db8::/32", true),
            ("IpAddress", "aws:SourceIp", "::/0", false),
            ("NotIpAddress", "aws:SourceIp", "192.0.2.1", false),
            ("StringEquals", "aws:userid", "AROAEXAMPLE:session", true),
            ("StringLike", "aws:userid", "AROAEXAMPLE:*", false),
            ("StringEquals", "aws:SourceOwner", "111122223333", true),
            ("StringEquals", "s3:DataAccessPointAccount", "111122223333", true),
            ("StringLike", "s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:111122223333:accesspoint/*", true),
            ("StringLike", "s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:*:accesspoint/a", false),
            ("StringEquals", "s3:prefix", "raw/", false),
        ] {
            assert_eq!(bounds(operator, key, &[Text::from(value)]), expected, "{operator} {key} {value}");
        }
    }
}
