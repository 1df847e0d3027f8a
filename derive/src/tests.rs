//! What is made of a type, and at which word an error stands.

use crate::expand;
use proc_macro2::TokenStream;
use syn::DeriveInput;

/// What is made of a type, without white space.
fn made(source: &str) -> String {
    let input: DeriveInput = syn::parse_str(source).unwrap();
    let made = expand::shaped(&input).unwrap_or_else(|error| panic!("{source}: {error}")).to_string();
    made.replace([' ', '\n'], "").replace("::lake_reconcile::simple::shape::", "")
}

/// The error of a type, and the text that it stands at.
fn refused(source: &str) -> (String, String) {
    let input: DeriveInput = syn::parse_str(source).unwrap();
    let error = expand::shaped(&input).expect_err(source);
    let (start, end) = (error.span().start(), error.span().end());
    assert_eq!(start.line, end.line, "{source}");
    let line = source.lines().nth(start.line - 1).unwrap();
    let at = line.chars().skip(start.column).take(end.column - start.column).collect();
    (error.to_string(), at)
}

/// The error of a struct with one field of these words, and the text that it stands at.
fn of_field(words: &str) -> (String, String) {
    refused(&format!("struct It {{ #[aws({words})] one: Text }}"))
}

#[test]
fn a_field_is_its_name_its_path_its_type_and_its_words() {
    let one = made(
        r#"#[serde(rename_all = "camelCase", deny_unknown_fields)] struct It {
            #[aws("A.B", after_create, computed = "so", codec = Codec::Switch("OFF", "ON"))]
            #[serde(default = "yes", skip_serializing_if = "Not::not")]
            scan_limit: bool,
        }"#,
    );
    assert_eq!(
        one,
        "implShapedforIt{constSHAPE:&'staticShape=&Shape::Object(&[Field::new(\"scanLimit\",\"A.B\",\
         <boolasShaped>::SHAPE,).after_create().computed(\"so\").codec(Codec::Switch(\"OFF\",\"ON\"))\
         .default(||{letmade:bool=yes();json(&made)})]);}"
    );
}

#[test]
fn names_are_serdes() {
    let names = |of_type: &str, field: &str| {
        let made = made(&format!("{of_type} struct It {{ #[aws(\"A\")] {field}: Text }}"));
        made.split('"').nth(1).unwrap().to_owned()
    };
    let camel = "#[serde(rename_all = \"camelCase\")]";
    assert_eq!(names("", "scan_limit"), "scan_limit");
    assert_eq!(names(camel, "scan_limit"), "scanLimit");
    assert_eq!(names(camel, "r#type"), "type");
    assert_eq!(names(camel, "#[serde(rename = \"it\")] scan_limit"), "it");
}

#[test]
fn words_of_an_enum_are_told_in_pairs() {
    let pairs =
        made("enum It { #[aws(\"ON_DEMAND\")] OnDemand, #[serde(rename = \"own\")] #[aws(\"P\")] Ours }");
    assert!(pairs.contains("Shape::Words(&[(\"OnDemand\",\"ON_DEMAND\"),(\"own\",\"P\")])"), "{pairs}");
    let camel = made("#[serde(rename_all = \"camelCase\")] enum It { #[aws(\"X\")] OnDemand }");
    assert!(camel.contains("(\"onDemand\",\"X\")"), "{camel}");
}

#[test]
fn what_is_empty_is_a_literal() {
    for (empty, variant) in [
        ("\"\"", "Text(\"\")"),
        ("0", "Number(0)"),
        ("false", "Switch(false)"),
        ("[]", "List"),
        ("{}", "Object"),
    ] {
        let made = made(&format!("struct It {{ #[aws(\"A\", empty = {empty})] a: Text }}"));
        assert!(made.contains(&format!(".empty(Literal::{variant})")), "{made}");
    }
}

#[test]
fn a_misspelt_word_is_an_error_at_the_word() {
    let (said, at) = of_field("\"Name\", creat_only");
    assert_eq!(
        said,
        "`creat_only` is none of key, create_only, after_create, set, tags, clear, empty, computed, codec, fact, \
         secret, write_only"
    );
    assert_eq!(at, "creat_only");
    let (said, at) = refused("#[aws(born = \"A\")] struct It {}");
    assert_eq!((said.as_str(), at.as_str()), ("a struct tells its `birth`, not `born`", "born"));
}

#[test]
fn a_missing_path_is_an_error_at_the_field() {
    let (said, at) = refused("struct It { name: Text }");
    assert_eq!((said.as_str(), at.as_str()), ("tell where `name` is on AWS: #[aws(\"Path\")]", "name"));
    let (said, at) = of_field("key, \"Name\"");
    assert_eq!((said.as_str(), at.as_str()), ("the path on AWS comes first: #[aws(\"Path\", …)]", "key"));
    let (said, at) = refused("enum It { OnDemand }");
    assert_eq!(
        (said.as_str(), at.as_str()),
        ("tell AWS's word for `OnDemand`: #[aws(\"WORD\")]", "OnDemand")
    );
}

#[test]
fn a_path_that_is_none_is_an_error_at_the_path() {
    for path in ["\"A..B\"", "\".A\"", "\"A/B\"", "\"A B\""] {
        let (said, at) = of_field(path);
        assert_eq!(said, "a path is names with dots between: \"Configuration.State\"");
        assert_eq!(at, path);
    }
    let (said, at) = of_field("\"A\", clear = \"\"");
    assert_eq!((said.as_str(), at.as_str()), ("the flag has a name", "\"\""));
}

#[test]
fn a_contradiction_is_an_error_at_the_later_word() {
    for (words, said) in [
        ("key, create_only", "`create_only` beside `key`: a field is in the calls that one word tells"),
        ("set, tags", "`tags` beside `set`: a field is in the calls that one word tells"),
        ("key, key", "`key` beside `key`: once is enough"),
        ("clear = \"R\", empty = \"\"", "`empty` beside `clear`: off is told in one way"),
        ("create_only, clear = \"R\"", "`clear` beside `create_only`: no update turns it off"),
        ("empty = 0, key", "`key` beside `empty`: no update turns it off"),
        ("computed = \"so\", clear = \"R\"", "`clear` beside `computed`: what is left out is left to AWS"),
        ("computed = \"so\", key", "`key` beside `computed`: AWS chooses neither"),
        ("write_only, tags", "`tags` beside `write_only`: that has to be read"),
        ("computed = \"so\", write_only", "`write_only` beside `computed`: that has to be read"),
        ("secret, key", "`key` beside `secret`: both are shown"),
    ] {
        let (told, at) = of_field(&format!("\"A\", {words}"));
        assert_eq!(told, said);
        assert_eq!(Some(at.as_str()), said.split('`').nth(1), "{words}");
    }
}

#[test]
fn a_value_that_is_missing_or_too_much_is_an_error() {
    for (words, said) in [
        ("clear", "`clear` needs a value: clear = …"),
        ("computed", "`computed` needs a value: computed = …"),
        ("codec", "`codec` needs a value: codec = …"),
        ("key = 1", "`key` has no value"),
        ("empty = 1.5", "empty is a text, a number, `true`, `false`, `[]` or `{}`"),
        ("empty = [1]", "what is empty has nothing in it"),
    ] {
        assert_eq!(of_field(&format!("\"A\", {words}")).0, said);
    }
    assert_eq!(of_field("skip, key").0, "`skip` stands alone");
    assert_eq!(refused("struct It { #[aws(\"A\")] #[aws(\"B\")] a: Text }").0, "one `#[aws(…)]` tells all");
}

#[test]
fn what_has_no_shape_is_refused() {
    for (source, said) in [
        ("struct It(Text);", "fields need names"),
        (
            "enum It { #[aws(\"A\")] A(Text) }",
            "a variant with a value has no word: make the choice a struct of optional fields",
        ),
        ("enum It { #[aws(\"A\")] A, #[aws(\"A\")] B }", "this is AWS's word for `A`, too"),
        ("#[aws(birth = \"A\")] enum It { #[aws(\"A\")] A }", "an enum's variants tell AWS's words for them"),
        ("#[serde(rename_all = \"kebab-case\")] struct It {}", "names in JSON are camelCase"),
        ("#[serde(default)] struct It {}", "`default` of a whole type has no shape: tell it at the field"),
        (
            "struct It { #[aws(\"A\")] #[serde(flatten)] a: Text }",
            "fields that lie beside on AWS have the path \"\"; in JSON none do",
        ),
    ] {
        assert_eq!(refused(source).0, said, "{source}");
    }
}

#[test]
fn what_has_a_default_of_its_own_is_never_off() {
    for word in ["clear", "empty"] {
        let (said, at) = refused(&format!(
            "struct It {{ #[serde(default = \"day\")] #[aws(\"A\", {word} = \"R\")] one: Text }}"
        ));
        assert_eq!(said, format!("`{word}` beside a default of its own: what is left out is never off"));
        assert_eq!(at, word);
    }
    made("struct It { #[serde(default)] #[aws(\"A\", empty = [])] some: Vec<Text> }");
}

/// Each example of the crate's page is one, and each word has one.
#[test]
fn every_word_has_an_example_that_holds() {
    let page: Vec<&str> =
        include_str!("lib.rs").lines().filter_map(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let page = page.join("\n");
    let examples: Vec<&str> =
        page.split("```text").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    for example in &examples {
        let source = match example.trim() {
            whole if whole.contains("struct ") => whole.to_owned(),
            variant if variant.ends_with("OnDemand,") => format!("enum It {{ {variant} }}"),
            fields => format!("struct It {{ {fields} }}"),
        };
        let made: TokenStream = made(&source).parse().unwrap();
        assert!(!made.is_empty());
    }
    let all = examples.concat();
    for word in crate::words::WORDS.iter().chain(&["skip", "birth"]) {
        let tells = |line: &str| line.contains("aws(") && line.contains(word);
        assert!(all.lines().any(tells), "{word} has no example");
        assert!(page.contains(&format!("\n`{word}`")), "{word} is not explained");
    }
}
