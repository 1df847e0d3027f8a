//! The grammar of templates, `{lake}-{region}`: one implementation for those who judge a text and those who fill it.
//!
//! A word stands in single braces. What stands in braces behind a `$`, a variable of IAM's policy language or of Athena's
//! location templates (`${aws:username}`, `${region}`), is none and stays as it is.

/// The words that a template may name.
pub const WORDS: [&str; 5] = ["account", "lake", "namespace", "partition", "region"];

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A brace that no other one closes or opens.
    Unbalanced,
    /// A word that no template may name.
    NoSuchWord(String),
}

/// One piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// As it is.
    Plain(&'t str),
    /// What stands in braces, without them.
    Word(&'t str),
    /// A brace without its other half.
    Stray(&'t str),
}

/// The pieces of a text, in order.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (piece, length) = match rest.find(['{', '}']) {
            None => (Piece::Plain(rest), rest.len()),
            Some(0) => braced(rest, text[..at].ends_with('$')),
            Some(end) => (Piece::Plain(&rest[..end]), end),
        };
        at += length;
        Some(piece)
    })
}

/// The piece at the beginning of a text that begins with a brace, and its length; `variable` is whether a `$` stands before.
fn braced(rest: &str, variable: bool) -> (Piece<'_>, usize) {
    let end = rest[1..].find(['{', '}']).map(|end| end + 1);
    match end.filter(|end| rest.starts_with('{') && rest[*end..].starts_with('}')) {
        Some(end) if variable => (Piece::Plain(&rest[..=end]), end + 1),
        Some(end) => (Piece::Word(&rest[1..end]), end + 1),
        None => (Piece::Stray(&rest[..1]), 1),
    }
}

/// The text that a template becomes.
///
/// # Errors
/// The first brace or word that no template has.
pub fn fill(template: &str, value: impl Fn(&str) -> String) -> Result<String, Fault> {
    pieces(template)
        .map(|piece| match piece {
            Piece::Plain(text) => Ok(text.to_owned()),
            Piece::Word(word) if WORDS.contains(&word) => Ok(value(word)),
            Piece::Word(word) => Err(Fault::NoSuchWord(word.to_owned())),
            Piece::Stray(_) => Err(Fault::Unbalanced),
        })
        .collect()
}

/// A text with the words of templates filled in. Other words in braces, and braces alone, stay as they are.
#[must_use]
pub fn fill_known(text: &str, value: impl Fn(&str) -> String) -> String {
    pieces(text)
        .map(|piece| match piece {
            Piece::Plain(text) | Piece::Stray(text) => text.to_owned(),
            Piece::Word(word) if WORDS.contains(&word) => value(word),
            Piece::Word(word) => format!("{{{word}}}"),
        })
        .collect()
}

/// Whether a template is one, whatever its words become.
///
/// # Errors
/// The first brace or word that no template has.
pub fn check(template: &str) -> Result<(), Fault> {
    fill(template, |_| String::new()).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn variables_of_others_stay_as_they_are() {
        let text = "s3://b/{lake}/${region}/${aws:username}/{day}/{";
        let filled = fill_known(text, |word| format!("<{word}>"));
        assert_eq!(filled, "s3://b/<lake>/${region}/${aws:username}/{day}/{");
        assert_eq!(check("arn:aws:s3:::home/${aws:username}/*"), Ok(()));
    }

    #[test]
    fn what_is_no_template_is_told() {
        assert_eq!(check("{lake"), Err(Fault::Unbalanced));
        assert_eq!(check("lake}"), Err(Fault::Unbalanced));
        assert_eq!(check("{{lake}}"), Err(Fault::Unbalanced));
        assert_eq!(check("{acount}"), Err(Fault::NoSuchWord("acount".to_owned())));
        assert_eq!(check("{}"), Err(Fault::NoSuchWord(String::new())));
    }

    proptest! {
        #[test]
        fn what_is_a_template_is_filled_alike_by_both(text in "[${}a-z:é]{0,12}([{]lake[}]|[{]region[}]|[$][{]region[}])?[${}a-z]{0,6}") {
            let value = |word: &str| word.to_uppercase();
            if let Ok(filled) = fill(&text, value) {
                prop_assert_eq!(fill_known(&text, value), filled);
            }
            prop_assert_eq!(fill_known(&text, |word| format!("{{{word}}}")), text);
        }
    }
}
