//! States that earlier releases have saved are read as they were meant.

use lake_tests::{aws::Endpoint, example::FULL, frozen, terraform::Terraform};

/// What is secret in the states that were saved before their secrets were canaries.
const SECRETS: [&str; 4] = ["nobody reads this", "AAECAw==", "grains", "cHJpbnQoMSkK"];

/// A state holds arguments, outputs, what is true on AWS, and the private bytes: record and inventory, of every kind.
#[test]
fn a_state_of_every_release_plans_no_changes() {
    let aws = Endpoint::start();
    let full = FULL;
    frozen::keep("main.tf", || full.to_owned());
    frozen::keep("state.json", || {
        let terraform = Terraform::new(&aws);
        terraform.main(full);
        let _ = terraform.apply().ok();
        // Once more, so that nothing is left that only a look brings.
        let _ = terraform.apply_with(&["-refresh-only"]).ok();
        std::fs::read_to_string(terraform.folder().join("terraform.tfstate")).expect("there is a state")
    });
    for ((release, main), (_, state)) in frozen::all("main.tf").into_iter().zip(frozen::all("state.json")) {
        aws.reset();
        for kind in
            ["accessPoint", "bucket", "crawler", "database", "filter", "job", "object", "role", "table"]
        {
            assert!(state.contains(&format!("\"{kind}/")), "{release} has every kind: {kind}");
        }
        let mut terraform = Terraform::new(&aws);
        for secret in SECRETS {
            terraform.keeps_secret(secret);
        }
        terraform.main(&main);
        terraform.file("terraform.tfstate", &state);
        // Nothing of it is on AWS: what is planned comes from the state alone.
        let planned = terraform.plan_with(&["-refresh=false"]);
        assert_eq!(planned.code, 0, "{release}: {}", planned.text);
        planned.nothing();
        assert_eq!(aws.writes(), [], "{release}");
    }
}
