//! ValidateResourceConfig: all that is wrong with a configuration, at once, without asking anybody.

use crate::{
    diagnostics,
    spec::{self, Sources},
    timeouts,
};
use lake_api::{Finding, names::MemberKey};
use lake_reconcile::{
    LakeSpec,
    expand::refusals,
    lint::{lint, look_over_by},
};
use tfplug::{Diagnostics, Path, Value};

/// A lake's name while it is not known: short, so that no name made of it is too long.
const UNNAMED: &str = "lake";

/// Look over the configuration of a lake.
#[must_use]
pub fn validate(config: &Value) -> Diagnostics {
    let mut told = Diagnostics::default();
    let name = config.get("name").as_str();
    if let Some(name) = name.filter(|name| !MemberKey::fits(name)) {
        told.error(
            Path::root("name"),
            format!("\"{name}\" cannot be a lake's name"),
            "It becomes part of names and marks on AWS: 1 to 63 lower-case letters, digits and inner hyphens.",
        );
    }
    told.extend(diagnostics::findings(of_spec(&Sources::of(config), name)));
    let given = config.get("timeouts");
    for operation in timeouts::OPERATIONS {
        if let Some(Err(why)) = given.get(operation).as_str().map(timeouts::parse) {
            let at = Path::root("timeouts").attribute(*operation);
            told.error(at, "The time cannot be read", format!("{why}. Write it as `30m` or `1h30m`."));
        }
    }
    told
}

/// What is wrong with the spec, and with where it is told. A reference into a section whose members are not known yet may
/// be right.
fn of_spec(sources: &Sources, lake: Option<&str>) -> Vec<Finding> {
    let mut found = spec::findings(sources);
    let sense = |spec: &LakeSpec| {
        let mut told = lint(spec, lake.unwrap_or(UNNAMED));
        // Names that are not known have no length.
        told.extend(lake.map(|lake| refusals(spec, lake, "")).unwrap_or_default());
        told
    };
    let senses = look_over_by(&sources.whole(), sense).into_iter();
    found.extend(senses.filter(|it| !sources.is_open(&it.path)).map(|it| spec::hide(sources, it)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake_api::input::unknown;
    use lake_reconcile::lint::look_over;
    use serde_json::{Value as Json, json};

    fn paths(spec: Json) -> Vec<String> {
        look_over(&spec, "events").iter().map(|finding| finding.path.to_string()).collect()
    }

    #[test]
    fn mistakes_of_form_and_of_sense_are_told_together() {
        let spec = json!({
            "buckets": {"store": {"tlsOnly": "perhaps"}},
            "roles": {"etl": {}},
            "databases": {"lake": {"location": {"bucket": "stor"}}},
        });
        let paths = paths(spec);
        for path in ["buckets.store.tlsOnly", "roles.etl.assumedBy", "databases.lake.location.bucket"] {
            assert!(paths.iter().any(|it| it == path), "{path} is not among {paths:?}");
        }
    }

    /// What a configuration of a role that reads a bucket is told, beside this `spec`.
    fn told(spec: Value) -> Vec<(String, Option<Path>)> {
        let bucket = Value::map([("bucket", Value::from("raw"))]);
        let services = Value::List(vec![Value::from("glue.amazonaws.com")]);
        let role = Value::map([
            ("assumed_by", Value::map([("services", services)])),
            ("allow", Value::List(vec![Value::map([("read", bucket)])])),
        ]);
        let config = Value::map([
            ("name", Value::from("events")),
            ("role", Value::map([("reader", role)])),
            ("spec", spec),
        ]);
        validate(&config).into_iter().map(|told| (told.summary, told.path)).collect()
    }

    #[test]
    fn a_reference_into_what_is_not_known_yet_is_no_mistake() {
        let buckets = |buckets: Value| Value::map([("buckets", buckets)]);
        assert_eq!(told(Value::UNKNOWN), []);
        assert_eq!(told(buckets(Value::UNKNOWN)), []);
        assert_eq!(told(buckets(Value::map([("raw", Value::UNKNOWN)]))), []);
        let wrong = told(buckets(Value::map([("row", Value::map::<&str>([]))])));
        assert!(matches!(&wrong[..], [(said, Some(_))] if said.contains("no member of")), "{wrong:?}");
    }

    #[test]
    fn a_mistake_in_spec_is_told_with_its_whole_path_and_in_its_own_words() {
        let raw = Value::map([("versioning", Value::from("true")), ("tls_only", Value::from(true))]);
        let told = told(Value::map([("buckets", Value::map([("raw", raw)])), ("bukets", Value::Null)]));
        let (summaries, paths): (Vec<String>, Vec<Option<Path>>) = told.into_iter().unzip();
        assert_eq!(
            summaries,
            [
                "spec.buckets.raw.tls_only: there is no field \"tls_only\" here",
                "spec.buckets.raw.versioning: true or false is needed here, not a text",
            ]
        );
        assert_eq!(paths, [Some(Path::root("spec")), Some(Path::root("spec"))]);
    }

    #[test]
    fn unknowns_are_no_mistakes() {
        let spec = json!({"buckets": {"store": {"name": unknown(), "versioning": unknown()}}});
        assert_eq!(paths(spec), Vec::<String>::new());
    }
}
