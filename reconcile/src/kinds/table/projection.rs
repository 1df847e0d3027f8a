//! Partition projection, which Athena reads from a table's parameters
//! (AWS: "Supported types for partition projection").

use super::spec::{IntervalUnit, ProjectedColumn, Projection, ProjectionType};
use crate::expand::names::Names;
use lake_api::{Input, names::Word};
use std::collections::BTreeMap;

/// A projection as parameters.
pub(super) fn parameters(names: &Names<'_>, projection: &Projection) -> BTreeMap<String, Input<String>> {
    let mut all = BTreeMap::from([("projection.enabled".to_owned(), Input::from("true"))]);
    if let Some(template) = &projection.location_template {
        all.insert("storage.location.template".to_owned(), names.filled(template));
    }
    for (name, column) in &projection.columns {
        let name = name.to_lowercase();
        all.extend(rule(column).map(|(key, value)| (format!("projection.{name}.{key}"), value)));
    }
    all
}

fn rule(column: &ProjectedColumn) -> impl Iterator<Item = (&'static str, Input<String>)> {
    let number = |number: Option<i64>| number.map(|number| Input::Known(number.to_string()));
    let kind = match column.projection_type {
        ProjectionType::Enum => "enum",
        ProjectionType::Integer => "integer",
        ProjectionType::Date => "date",
        ProjectionType::Injected => "injected",
    };
    [
        ("type", Some(Input::from(kind))),
        ("values", (!column.values.is_empty()).then(|| list(column))),
        ("range", column.range.as_ref().map(|range| range.input().clone())),
        ("interval", number(column.interval)),
        ("interval.unit", column.interval_unit.map(|unit| Input::from(unit_word(unit)))),
        ("format", column.format.as_ref().map(|format| format.input().clone())),
        ("digits", number(column.digits)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
}

/// The values with commas between.
fn list(column: &ProjectedColumn) -> Input<String> {
    let comma = Input::from(",");
    let mut parts = Vec::with_capacity(column.values.len() * 2);
    for value in &column.values {
        if !parts.is_empty() {
            parts.push(&comma);
        }
        parts.push(value.input());
    }
    Input::concat(parts)
}

fn unit_word(unit: IntervalUnit) -> &'static str {
    match unit {
        IntervalUnit::Years => "YEARS",
        IntervalUnit::Months => "MONTHS",
        IntervalUnit::Weeks => "WEEKS",
        IntervalUnit::Days => "DAYS",
        IntervalUnit::Hours => "HOURS",
        IntervalUnit::Minutes => "MINUTES",
        IntervalUnit::Seconds => "SECONDS",
        IntervalUnit::Milliseconds => "MILLISECONDS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LakeSpec;
    use crate::{expand::Scope, owner::Owner, place::Place};
    use serde_json::json;

    #[test]
    fn a_projection_is_parameters() {
        let projection: Projection = serde_json::from_value(json!({
            "columns": {
                "day": { "type": "Date", "range": "2020-01-01,NOW", "interval": 1, "intervalUnit": "Days", "format": "yyyy-MM-dd" },
                "Country": { "type": "Enum", "values": ["IN", "DE"] },
            },
            "locationTemplate": "s3://store-{account}/out/${day}/${region}/{region}/{other",
        }))
        .unwrap();
        let scope = Scope {
            place: Place {
                partition: "aws".into(),
                region: "eu-west-1".into(),
                account: "111122223333".into(),
            },
            owner: Owner { door: "terraform".into(), instance: "t".into(), lake: "events".into() },
            lake: "events".into(),
            namespace: String::new(),
        };
        let spec = LakeSpec::default();
        let parameters = serde_json::to_value(parameters(&Names::new(&spec, &scope), &projection)).unwrap();
        assert_eq!(
            parameters,
            json!({
                "projection.enabled": "true",
                "projection.country.type": "enum",
                "projection.country.values": "IN,DE",
                "projection.day.format": "yyyy-MM-dd",
                "projection.day.interval": "1",
                "projection.day.interval.unit": "DAYS",
                "projection.day.range": "2020-01-01,NOW",
                "projection.day.type": "date",
                "storage.location.template": "s3://store-111122223333/out/${day}/${region}/eu-west-1/{other",
            })
        );
    }
}
