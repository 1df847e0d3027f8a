//! The partitions of ARNs: AWS's own, China's, the governments'. What one holds means nothing in another.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.

use super::texts;
use crate::LakeSpec;
use lake_api::{Finding, Step, names::Word};
use serde_json::Value;

/// How the regions of partitions begin that are not AWS's own.
const PARTITIONS: [(&str, &str); 8] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("", "aws"),
];

/// Fields of statements whose texts may be ARNs, beside those that must be some.
const FIELDS: [&str; 5] = ["resources", "notResources", "aws", "principal", "external"];

/// Where the spec names a region, its ARNs are of that region's partition.
pub(super) fn check(spec: &LakeSpec, json: &Value, told: &mut Vec<Finding>) {
    let region = spec.region.as_ref().and_then(Word::known);
    let of =
        |region: &str| PARTITIONS.iter().find(|(start, _)| region.starts_with(start)).map(|(_, name)| *name);
    if let Some(partition) = region.and_then(of) {
        check_in(json, partition, told);
    }
}

/// ARNs of other partitions than this one.
pub(super) fn check_in(spec: &Value, partition: &str, told: &mut Vec<Finding>) {
    texts::each(spec, &mut |path, form, text| {
        let field = path.steps().iter().filter_map(Step::name).next_back().unwrap_or_default();
        let is_arn = form.pattern.as_deref().is_some_and(|pattern| pattern.contains("arn:"));
        let Some(rest) = text.strip_prefix("arn:").filter(|_| is_arn || FIELDS.contains(&field)) else {
            return;
        };
        let theirs = rest.split(':').next().unwrap_or_default();
        if theirs != partition && !theirs.contains(['{', '*', '?', '$']) {
            told.push(Finding::error(
                path.clone(),
                format!("`{text}` is of the partition `{theirs}`, and the lake lives in `{partition}`"),
                "An ARN of another partition names nothing here. Write `arn:{partition}:…`, which fits wherever the lake lives.",
            ));
        }
    });
}
