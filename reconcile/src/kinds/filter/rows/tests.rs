//! What is in the grammar, what is not, and where.

use super::*;
use crate::lint::point;
use expect_test::expect;
use proptest::prelude::*;
use std::fmt::Write as _;

fn columns(text: &str) -> Vec<String> {
    read(text)
        .unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"))
        .iter()
        .map(|m| m.names.join("."))
        .collect()
}

#[test]
fn the_examples_of_the_documentation_are_in_the_grammar() {
    for text in [
        "year > 2010 and country != 'US'",
        "(year > 2010 and country = 'US') or (month < 8 and id > 23)",
        "(country between 'Z' and 'U') and (year = 2018)",
        "(country like '%ited%') and (year > 2000)",
        "year > 2010 and customer.customerId <> 1",
        "\"first\" = 'x'",
    ] {
        read(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
    }
}

#[test]
fn every_condition_is_read() {
    for text in [
        "a=1",
        "a<>-1.5e3 AND b IS NULL OR NOT c IS NOT NULL",
        "NOT (a NOT IN (1, 2) AND b NOT BETWEEN 'a' AND 'b')",
        "a NOT LIKE 'x\\_%' ESCAPE '\\'",
        "a = 'it''s'",
        "a = TRUE and b = false",
        "a\n=\t1",
    ] {
        read(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
    }
}

#[test]
fn columns_are_told_with_their_place_and_their_use() {
    assert_eq!(columns("Country = 'IN' and \"Card\".No is null"), ["country", "Card.no"]);
    let mentions = read("Country = 'IN' and last is null").unwrap();
    assert_eq!((mentions[1].at, mentions[1].null_test, mentions[1].reserved), (19, true, true));
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    let mut told = String::new();
    for text in [
        "",
        "country",
        "country == 'IN'",
        "country = \"IN\"",
        "country = IN",
        "country = other",
        "country = NULL",
        "'IN' = country",
        "upper(country) = 'IN'",
        "country = upper('in')",
        "country = 'IN",
        "country = 'IN' &",
        "country = 'IN' country = 'US'",
        "(country = 'IN'",
        "country = 'IN')",
        "country IN 'IN'",
        "country IN ('IN' 'US')",
        "country NOT = 'IN'",
        "year BETWEEN 1 2",
        "country LIKE 1",
        "country = 'IN' AND",
        "AND country = 'IN'",
        "address. = 1",
        "country IS 'IN'",
        "year = 1x",
        "country = 'IN';",
        "(a-very-long-name-of-a-column = 'IN' and another-very-long-name = 'of a column')",
    ] {
        let refusal = read(text).unwrap_err();
        writeln!(told, "{}\n{}\n", point(text, refusal.at), refusal.why).unwrap();
    }
    expect![[r#"

        ^
        an expression is missing; absent `rows` lets all rows pass

        country
               ^
        a comparison is missing at the end; there are `= <> != < <= > >= BETWEEN IN LIKE IS`

        country == 'IN'
                 ^
        one sign is enough; there are `= <> != < <= > >= BETWEEN IN LIKE IS`

        country = "IN"
                  ^
        double quotes name a column, and columns are not compared with columns; a text is `'IN'`

        country = IN
                  ^
        a constant is expected: columns are not compared with columns, and a text stands in single quotes

        country = other
                  ^
        a constant is expected: columns are not compared with columns, and a text stands in single quotes

        country = NULL
                  ^
        nothing equals `NULL`; write `IS NULL` or `IS NOT NULL`

        'IN' = country
        ^
        the column comes first: `country = 'IN'`, not `'IN' = country`

        upper(country) = 'IN'
        ^
        functions are not allowed, and `upper(` reads like one

        country = upper('in')
                  ^
        functions are not allowed; only constants are

        country = 'IN
                  ^
        the quote ' that opens here is never closed

        country = 'IN' &
                       ^
        `&` cannot stand here: no column, comparison or constant begins with it

        country = 'IN' country = 'US'
                       ^
        `country` cannot stand here; `AND` or `OR` joins conditions

        (country = 'IN'
        ^
        this parenthesis is never closed

        country = 'IN')
                      ^
        this parenthesis was never opened

        country IN 'IN'
                   ^
        `IN` is followed by constants in parentheses: `IN ('IN', 'US')`

        country IN ('IN' 'US')
                         ^
        `,` or `)` is missing

        country NOT = 'IN'
                    ^
        after `NOT` comes `BETWEEN`, `IN` or `LIKE`

        year BETWEEN 1 2
                       ^
        `AND` is missing

        country LIKE 1
                     ^
        `LIKE` is followed by a pattern in single quotes: `LIKE '%ited%'`

        country = 'IN' AND
                          ^
        a condition is missing at the end

        AND country = 'IN'
        ^
        a column is missing before `AND`

        address. = 1
                 ^
        the name of a nested field is missing after the dot

        country IS 'IN'
                   ^
        `NULL` is missing

        year = 1x
                ^
        a number ends here; a text stands in single quotes

        country = 'IN';
                      ^
        `;` cannot stand here: an expression has no semicolon

        (a-very-long-name-of-a-column = 'IN' a…
          ^
        `-` cannot stand here: there is no arithmetic; a column whose name has a hyphen stands in double quotes

    "#]].assert_eq(&told);
}

#[test]
fn a_long_or_a_deep_expression_is_refused_and_not_read() {
    let long = format!("a = '{}'", "x".repeat(LONGEST));
    assert_eq!(read(&long).unwrap_err().at, LONGEST);
    assert!(read(&"(".repeat(LONGEST)).unwrap_err().why.contains("nest"));
    assert!(read(&"not ".repeat(LONGEST / 4)).unwrap_err().why.contains("nest"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_within_itself(text in "\\PC{0,60}") {
        if let Err(refusal) = read(&text) {
            prop_assert!(refusal.at <= text.chars().count());
            prop_assert!(!point(&text, refusal.at).is_empty());
        }
    }

    #[test]
    fn any_mixture_of_tokens_is_read_or_refused(tokens in proptest::collection::vec(
        proptest::sample::select(vec![
            "a", "\"b\"", "'c'", "1", "-", "(", ")", ",", ".", "=", "<>", "and", "or", "not", "in", "between",
            "like", "is", "null", "escape", "true", "select", "é",
        ]), 0..40)) {
        let text = tokens.join(" ");
        if let Err(refusal) = read(&text) {
            prop_assert!(refusal.at <= text.chars().count());
        }
    }
}
