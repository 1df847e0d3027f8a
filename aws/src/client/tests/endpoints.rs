//! Endpoints that are configured are those that the SDK's own clients would take.

use super::*;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use serde_json::json;

static LOGS: Service = Service::json11("CloudWatch Logs", "logs", "Logs_20140328");

/// The URL that a call goes to, or what is said instead of it.
async fn asked(config: &SdkConfig, script: &Script, operation: &Operation) -> String {
    let client = Client::new(config, &place("eu-west-1", "endpoints"), &Hooks::default());
    match client.call(operation, json!({})).await {
        Ok(_) => script.asked()[0].uri.clone(),
        Err(error) => error.said,
    }
}

#[tokio::test]
async fn a_profile_is_heeded_as_the_sdk_heeds_it() {
    const AMONG: &str = "services = s\n[services s]\nathena =\n  endpoint_url = http://own:2\n";
    const ANOTHER: &str = "services = s\n[services s]\nkinesis =\n  endpoint_url = http://own:2\n";
    let all = "endpoint_url = http://all:1\n";
    for (profile, url) in [
        (String::new(), "https://athena.eu-west-1.amazonaws.com/"),
        (all.into(), "http://all:1/"),
        (format!("{all}{AMONG}"), "http://own:2/"),
        (format!("{all}{ANOTHER}"), "http://all:1/"),
        ("endpoint_url = http://all:1/base\n".into(), "http://all:1/base/"),
        (
            format!("ignore_configured_endpoint_urls = true\n{all}{AMONG}"),
            "https://athena.eu-west-1.amazonaws.com/",
        ),
        ("use_fips_endpoint = true\n".into(), "https://athena-fips.eu-west-1.amazonaws.com/"),
        (
            "use_fips_endpoint = true\nuse_dualstack_endpoint = true\n".into(),
            "https://athena-fips.eu-west-1.api.aws/",
        ),
        (
            format!("use_fips_endpoint = true\n{AMONG}"),
            "FIPS endpoints are asked for, and another endpoint is configured",
        ),
        (
            format!("use_dualstack_endpoint = true\n{all}"),
            "dual-stack endpoints are asked for, and another endpoint is configured",
        ),
    ] {
        let script = Script::of([OK]);
        let file = format!("[default]\n{profile}");
        let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, file).build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .empty_test_environment()
            .profile_files(files)
            .region(Region::new("eu-west-1"))
            .http_client(script.http_client())
            .credentials_provider(keys())
            .load()
            .await;
        assert_eq!(asked(&config, &script, &GET).await, url, "{profile}");
    }
}

/// What the environment tells of CloudWatch Logs.
#[derive(Debug)]
struct Variable;

impl LoadServiceConfig for Variable {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let name = format!("{}_{}", key.env(), key.service_id().replace(' ', "_").to_uppercase());
        (name == "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS").then(|| "http://variable:3".to_owned())
    }
}

#[tokio::test]
async fn a_variable_is_asked_for_by_the_services_id_unless_the_code_says_more() {
    for (origin, url) in [
        (aws_types::origin::Origin::shared_environment_variable(), "http://variable:3/"),
        (aws_types::origin::Origin::shared_config(), "http://all:1/"),
    ] {
        let script = Script::of([OK]);
        let mut config = config(&script).service_config(Variable).endpoint_url("http://all:1");
        config.insert_origin("endpoint_url", origin);
        assert_eq!(asked(&config.build(), &script, &LOGS.operation("DescribeLogGroups")).await, url);
    }
}
