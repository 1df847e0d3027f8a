//! Contents that stand in config maps and secrets beside the lake.

use expect_test::{Expect, expect};
use lake_api::content::{Content, ContentReference, Holder, references, resolve};
use lake_api::contract::Shape;
use lake_api::names::Word;
use lake_api::testing::json;
use lake_reconcile::CONTRACT;
use lake_reconcile::lint::lint;
use proptest::prelude::*;
use serde_json::{Value, json};

fn spec() -> Value {
    serde_saphyr::from_str(
        r#"
buckets:
  store:
    objects:
      script: { key: a.py, contentFrom: { configMapKeyRef: { name: scripts, key: a.py } } }
      jar: { key: a.jar, contentFrom: { configMapKeyRef: { name: scripts, key: a.jar } } }
      key: { key: key.pem, contentFrom: { secretKeyRef: { name: keys, key: key.pem } } }
      store: { key: key.jks, contentFrom: { secretKeyRef: { name: keys, key: key.jks } } }
roles:
  etl: { assumedBy: { services: [glue.amazonaws.com] } }
jobs:
  etl:
    role: etl
    script: { bucket: store, key: etl.py, contentFrom: { configMapKeyRef: { name: scripts, key: etl.py } } }
    secretArguments: { --pepper: plain }
    secretArgumentsFrom: { --salt: { secretKeyRef: { name: keys, key: salt } } }
"#,
    )
    .unwrap()
}

/// What the tests' namespace holds.
fn cluster(reference: &ContentReference) -> Option<Content> {
    let bytes: &[u8] = match (reference.holder, reference.name.as_str(), reference.key.as_str()) {
        (Holder::ConfigMap, "scripts", "a.py" | "etl.py") => b"print('hello')",
        (Holder::ConfigMap, "scripts", "a.jar") => &[0x50, 0x4b, 0xff],
        (Holder::Secret, "keys", "key.pem") => b"-----BEGIN",
        (Holder::Secret, "keys", "key.jks") => &[0xfe, 0xed, 0xff],
        (Holder::Secret, "keys", "salt") => b"grains",
        _ => return None,
    };
    Some(Content(bytes.to_vec()))
}

/// The findings of resolving a spec in YAML.
fn expect_told(yaml: &str, lookup: impl Fn(&ContentReference) -> Option<Content>, expect: Expect) {
    let mut spec: Value = serde_saphyr::from_str(yaml).unwrap();
    assert_eq!(CONTRACT.check(&spec), vec![], "the references themselves are well written");
    let told: String = resolve(CONTRACT.shape(), &mut spec, lookup)
        .unwrap_err()
        .iter()
        .map(|finding| format!("{finding}\n"))
        .collect();
    expect.assert_eq(&told);
}

#[test]
fn every_reference_is_found_at_its_place() {
    let spec = spec();
    let found: Vec<String> = references(CONTRACT.shape(), &spec)
        .iter()
        .map(|it| format!("{}: {} {} {}", it.path, it.holder, it.name, it.key))
        .collect();
    assert_eq!(
        found,
        [
            "buckets.store.objects.jar.contentFrom.configMapKeyRef: config map scripts a.jar",
            "buckets.store.objects.key.contentFrom.secretKeyRef: secret keys key.pem",
            "buckets.store.objects.script.contentFrom.configMapKeyRef: config map scripts a.py",
            "buckets.store.objects.store.contentFrom.secretKeyRef: secret keys key.jks",
            "jobs.etl.script.contentFrom.configMapKeyRef: config map scripts etl.py",
            "jobs.etl.secretArgumentsFrom.--salt.secretKeyRef: secret keys salt",
        ]
    );
}

#[test]
fn what_is_found_takes_its_place_and_secrets_stay_secret() {
    let mut spec = spec();
    assert_eq!(
        lint(&CONTRACT.decode(spec.clone()).unwrap(), "events"),
        vec![],
        "a spec makes sense before it is resolved"
    );
    resolve(CONTRACT.shape(), &mut spec, cluster).unwrap();
    assert_eq!(references(CONTRACT.shape(), &spec), vec![]);
    let objects = &spec["buckets"]["store"]["objects"];
    assert_eq!(objects["script"], json!({ "key": "a.py", "content": "print('hello')" }));
    assert_eq!(objects["jar"], json!({ "key": "a.jar", "contentBase64": "UEv/" }));
    assert_eq!(objects["key"], json!({ "key": "key.pem", "secretContent": "-----BEGIN" }));
    assert_eq!(objects["store"], json!({ "key": "key.jks", "secretContentBase64": "/u3/" }));
    let read = CONTRACT.decode(spec).unwrap();
    assert_eq!(lint(&read, "events"), vec![]);
    let job = read.jobs["etl"].own().unwrap();
    assert_eq!(job.secret_arguments["--salt"].known(), Some("grains"));
    assert_eq!(job.secret_arguments["--pepper"].known(), Some("plain"));
    assert!(job.secret_arguments_from.is_empty() && job.script.is_uploaded());
}

#[test]
fn what_is_missing_is_told_at_its_place_all_at_once() {
    expect_told(
        r#"
buckets: { store: { objects: { a: { key: a, contentFrom: { configMapKeyRef: { name: script, key: a.py } } } } } }
jobs:
  etl:
    role: "arn:aws:iam::123456789012:role/etl"
    script: { bucket: store, key: etl.py }
    secretArgumentsFrom: { --salt: { secretKeyRef: { name: keys, key: sugar } } }
"#,
        cluster,
        expect![[r#"
            error: buckets.store.objects.a.contentFrom.configMapKeyRef: there is no config map `script` with a key `a.py`
              It must stand in the lake's own namespace. Create the config map or the key in it, or correct the names here; the lake goes on as soon as it is there.
            error: jobs.etl.secretArgumentsFrom.--salt.secretKeyRef: there is no secret `keys` with a key `sugar`
              It must stand in the lake's own namespace. Create the secret or the key in it, or correct the names here; the lake goes on as soon as it is there.
        "#]],
    );
}

#[test]
fn what_does_not_fit_is_told_without_being_shown() {
    let large = |reference: &ContentReference| match reference.key.as_str() {
        "binary" => Some(Content(vec![0xff])),
        _ => Some(Content(vec![b'x'; 600_000])),
    };
    expect_told(
        r#"
buckets: { store: { objects: { a: { key: a, contentFrom: { secretKeyRef: { name: s, key: large } } } } } }
jobs:
  etl:
    role: "arn:aws:iam::123456789012:role/etl"
    script: { bucket: store, key: etl.py }
    secretArgumentsFrom: { --a: { secretKeyRef: { name: s, key: binary } }, --b: { secretKeyRef: { name: s, key: long } } }
"#,
        large,
        expect![[r#"
            error: buckets.store.objects.a.contentFrom.secretKeyRef: the key `large` of the secret `s` is 600000 bytes long
              An object that comes with the lake has at most 512 KiB. Upload it by other means, and leave the content out to only refer to it.
            error: jobs.etl.secretArgumentsFrom.--a.secretKeyRef: the key `binary` of the secret `s` is no text
              An argument is a text in UTF-8. Put what is no text into an object of a bucket.
            error: jobs.etl.secretArgumentsFrom.--b.secretKeyRef: the key `long` of the secret `s` is 600000 characters long
              An argument has at most 4096. Put what is longer into an object of a bucket.
        "#]],
    );
    assert_eq!(
        format!("{:?}", large(&references(CONTRACT.shape(), &spec())[0]).unwrap()),
        "Content(600000 bytes)"
    );
}

#[test]
fn content_is_said_once() {
    let both = json!({ "buckets": { "store": { "objects": { "a": {
        "key": "a", "content": "here", "contentFrom": { "configMapKeyRef": { "name": "scripts", "key": "a.py" } },
    } } } } });
    let mut resolved = both.clone();
    resolve(CONTRACT.shape(), &mut resolved, cluster).unwrap();
    assert_eq!(resolved, both, "nothing is overwritten");
    let told =
        |spec: &Value| CONTRACT.check(spec).iter().map(|finding| format!("{finding}\n")).collect::<String>();
    expect![[r#"
        error: buckets.store.objects.a: exactly one of `content`, `contentBase64`, `secretContent`, `secretContentBase64` or `contentFrom` must be given
          Given here: `content`, `contentFrom`.
    "#]]
    .assert_eq(&told(&both));
    // Who writes for Terraform is not told of a field that only Kubernetes knows.
    expect![[r#"
        error: buckets.store.objects.a: exactly one of `content`, `contentBase64`, `secretContent` or `secretContentBase64` must be given
          None of them is given.
    "#]]
    .assert_eq(&told(&json!({ "buckets": { "store": { "objects": { "a": { "key": "a" } } } } })));
}

#[test]
fn an_argument_is_said_once() {
    let mut spec = spec();
    spec["jobs"]["etl"]["secretArguments"] = json!({ "--salt": "plain" });
    resolve(CONTRACT.shape(), &mut spec, cluster).unwrap();
    assert_eq!(spec["jobs"]["etl"]["secretArguments"]["--salt"], "plain", "nothing is overwritten");
    let told: Vec<String> =
        lint(&CONTRACT.decode(spec).unwrap(), "events").iter().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].contains("jobs.etl.secretArgumentsFrom.--salt"), "{told:#?}");
}

#[test]
fn no_reference_leaves_its_namespace() {
    fn walk(shape: &Shape, at: &str, seen: &mut usize) {
        if let Shape::Object(object) = shape {
            for (name, field) in &object.fields {
                if name.ends_with("KeyRef") {
                    let fields: Vec<&String> = field.shape.object().unwrap().fields.keys().collect();
                    assert_eq!(fields, ["key", "name"], "{at}/{name}");
                    *seen += 1;
                }
                walk(&field.shape, &format!("{at}/{name}"), seen);
            }
        }
        if let Some(entry) = shape.entry() {
            walk(entry, &format!("{at}/*"), seen);
        }
    }
    let mut seen = 0;
    walk(CONTRACT.shape(), "", &mut seen);
    assert_eq!(seen, 5, "two for objects, two for scripts, one for arguments");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever fits the schema can be resolved where all is there, and then fits it still and refers to nothing.
    #[test]
    fn what_is_resolved_is_a_spec(spec in json(CONTRACT.shape())) {
        let mut resolved = spec.clone();
        let there = |_: &ContentReference| Some(Content(b"text".to_vec()));
        prop_assert_eq!(resolve(CONTRACT.shape(), &mut resolved, there), Ok(()));
        prop_assert_eq!(CONTRACT.check(&resolved), vec![]);
        prop_assert!(CONTRACT.decode(resolved.clone()).is_ok());
        if references(CONTRACT.shape(), &spec).is_empty() {
            prop_assert_eq!(resolved, spec);
        }
    }

    /// Whatever is there, reading references does not panic.
    #[test]
    fn misspelt_references_are_left_to_the_contract(
        from in prop_oneof![Just(json!(1)), Just(json!({ "secretKeyRef": 1 })), Just(json!({ "secretKeyRef": { "name": "a" } })), Just(json!([]))],
    ) {
        let mut spec = json!({ "buckets": { "b": { "objects": { "o": { "key": "k", "contentFrom": from } } } }, "jobs": 1 });
        prop_assert_eq!(references(CONTRACT.shape(), &spec), vec![]);
        let before = spec.clone();
        prop_assert_eq!(resolve(CONTRACT.shape(), &mut spec, |_| None), Ok(()));
        prop_assert!(spec == before && !CONTRACT.check(&spec).is_empty());
    }
}
