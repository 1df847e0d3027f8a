//! Lake Formation's grammar of row filters, a small part of PartiQL:
//!
//! ```text
//! rows      = all ("OR" all)*
//! all       = one ("AND" one)*
//! one       = "NOT" one | "(" rows ")" | column condition
//! condition = ("=" | "<>" | "!=" | "<" | "<=" | ">" | ">=") constant
//!           | ["NOT"] "BETWEEN" constant "AND" constant
//!           | ["NOT"] "IN" "(" constant ("," constant)* ")"
//!           | ["NOT"] "LIKE" text ["ESCAPE" text]
//!           | "IS" ["NOT"] "NULL"
//! column    = name ("." name)*
//! constant  = text | ["-"] number | "TRUE" | "FALSE"
//! ```
//!
//! Source: <https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html>: no functions, no comparison
//! of columns with columns, texts in single quotes, columns named like keywords in double quotes.

mod tokens;
mod words;

use crate::lint::Refusal;
use tokens::{Token, Tokens};

/// The greatest length of an expression, in characters (`RowFilter` of Lake Formation's API).
pub(crate) const LONGEST: usize = 2048;

/// How deep parentheses and `NOT` may nest. AWS states no limit; this one keeps the reading of a hostile text from
/// exhausting the stack, and is far beyond what a person writes.
const DEEPEST: usize = 64;

/// A column as an expression names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The column and, for a nested field, the fields below it. Unquoted names are in lower case.
    pub(crate) names: Vec<String>,
    /// Where it begins, in characters from 0.
    pub(crate) at: usize,
    /// Whether it is tested for `NULL`, which partition columns cannot be.
    pub(crate) null_test: bool,
    /// Whether it is a word that PartiQL reserves, written without double quotes.
    pub(crate) reserved: bool,
}

/// The columns that an expression names, in its order.
///
/// # Errors
/// The first place that does not fit the grammar.
pub(crate) fn read(text: &str) -> Result<Vec<Mention>, Refusal> {
    if text.chars().count() > LONGEST {
        return Err(Refusal::new(LONGEST, format!("an expression has at most {LONGEST} characters")));
    }
    let mut reader = Reader { tokens: Tokens::of(text)?, mentions: Vec::new(), depth: 0 };
    reader.any()?;
    match reader.tokens.next() {
        (Token::End, _) => Ok(reader.mentions),
        (Token::Close, at) => Err(Refusal::new(at, "this parenthesis was never opened")),
        (token, at) => {
            Err(Refusal::new(at, format!("{token} cannot stand here; `AND` or `OR` joins conditions")))
        }
    }
}

struct Reader {
    tokens: Tokens,
    mentions: Vec<Mention>,
    depth: usize,
}

impl Reader {
    fn any(&mut self) -> Result<(), Refusal> {
        self.all()?;
        while self.tokens.take_word("or") {
            self.all()?;
        }
        Ok(())
    }

    fn all(&mut self) -> Result<(), Refusal> {
        self.one()?;
        while self.tokens.take_word("and") {
            self.one()?;
        }
        Ok(())
    }

    fn one(&mut self) -> Result<(), Refusal> {
        let (token, at) = self.tokens.next();
        match token {
            Token::Open => self.deeper(at, |reader| {
                reader.any()?;
                match reader.tokens.next() {
                    (Token::Close, _) => Ok(()),
                    (Token::End, _) => Err(Refusal::new(at, "this parenthesis is never closed")),
                    (token, at) => {
                        Err(Refusal::new(at, format!("{token} cannot stand here; `)`, `AND` or `OR` can")))
                    }
                }
            }),
            Token::Word(word) if word == "not" => self.deeper(at, Reader::one),
            Token::Word(word) if words::is_structure(&word) => {
                Err(Refusal::new(at, format!("a column is missing before `{}`", word.to_uppercase())))
            }
            Token::Word(word) => {
                let reserved = words::is_reserved(&word);
                self.column(word, at, reserved)
            }
            Token::Quoted(name) => self.column(name, at, false),
            Token::End if at == 0 => {
                Err(Refusal::new(at, "an expression is missing; absent `rows` lets all rows pass"))
            }
            Token::End => Err(Refusal::new(at, "a condition is missing at the end")),
            Token::Text(_) | Token::Number(_) => {
                Err(Refusal::new(at, "the column comes first: `country = 'IN'`, not `'IN' = country`"))
            }
            token => Err(Refusal::new(at, format!("a column is missing before {token}"))),
        }
    }

    fn deeper(
        &mut self,
        at: usize,
        inner: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        if self.depth == DEEPEST {
            return Err(Refusal::new(at, format!("conditions nest deeper than {DEEPEST}")));
        }
        self.depth += 1;
        inner(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn column(&mut self, first: String, at: usize, reserved: bool) -> Result<(), Refusal> {
        let mut names = vec![first];
        while self.tokens.take(&Token::Dot) {
            match self.tokens.next() {
                (Token::Word(name) | Token::Quoted(name), _) => names.push(name),
                (_, at) => {
                    return Err(Refusal::new(at, "the name of a nested field is missing after the dot"));
                }
            }
        }
        if let (Token::Open, _) = self.tokens.peek() {
            return Err(Refusal::new(
                at,
                format!("functions are not allowed, and `{}(` reads like one", names.join(".")),
            ));
        }
        let null_test = self.condition()?;
        self.mentions.push(Mention { names, at, null_test, reserved });
        Ok(())
    }

    /// What follows a column; whether it is a test for `NULL`.
    fn condition(&mut self) -> Result<bool, Refusal> {
        let (token, at) = self.tokens.next();
        match token {
            Token::Compare(_) => self.constant().map(|()| false),
            Token::Word(word) => match word.as_str() {
                "is" => {
                    self.tokens.take_word("not");
                    self.expect("null").map(|()| true)
                }
                "not" => {
                    let (token, at) = self.tokens.next();
                    match token {
                        Token::Word(word) if ["between", "in", "like"].contains(&word.as_str()) => {
                            self.test(&word).map(|()| false)
                        }
                        _ => Err(Refusal::new(at, "after `NOT` comes `BETWEEN`, `IN` or `LIKE`")),
                    }
                }
                "between" | "in" | "like" => self.test(&word).map(|()| false),
                _ => Err(Refusal::new(at, format!("`{word}` is no comparison; {COMPARISONS}"))),
            },
            Token::End => Err(Refusal::new(at, format!("a comparison is missing at the end; {COMPARISONS}"))),
            token => Err(Refusal::new(at, format!("{token} is no comparison; {COMPARISONS}"))),
        }
    }

    fn test(&mut self, word: &str) -> Result<(), Refusal> {
        match word {
            "between" => {
                self.constant()?;
                self.expect("and")?;
                self.constant()
            }
            "in" => {
                let (token, at) = self.tokens.next();
                if token != Token::Open {
                    return Err(Refusal::new(
                        at,
                        "`IN` is followed by constants in parentheses: `IN ('IN', 'US')`",
                    ));
                }
                loop {
                    self.constant()?;
                    match self.tokens.next() {
                        (Token::Comma, _) => {}
                        (Token::Close, _) => return Ok(()),
                        (_, at) => return Err(Refusal::new(at, "`,` or `)` is missing")),
                    }
                }
            }
            _ => {
                self.text("`LIKE` is followed by a pattern in single quotes: `LIKE '%ited%'`")?;
                if self.tokens.take_word("escape") {
                    self.text("`ESCAPE` is followed by a character in single quotes")?;
                }
                Ok(())
            }
        }
    }

    fn text(&mut self, otherwise: &str) -> Result<(), Refusal> {
        match self.tokens.next() {
            (Token::Text(_), _) => Ok(()),
            (_, at) => Err(Refusal::new(at, otherwise)),
        }
    }

    fn constant(&mut self) -> Result<(), Refusal> {
        let (token, at) = self.tokens.next();
        match token {
            Token::Text(_) | Token::Number(_) => Ok(()),
            Token::Word(word) if ["true", "false"].contains(&word.as_str()) => Ok(()),
            Token::Word(word) if word == "null" => {
                Err(Refusal::new(at, "nothing equals `NULL`; write `IS NULL` or `IS NOT NULL`"))
            }
            Token::Word(_) if self.tokens.peek().0 == Token::Open => {
                Err(Refusal::new(at, "functions are not allowed; only constants are"))
            }
            Token::Word(_) => Err(Refusal::new(
                at,
                "a constant is expected: columns are not compared with columns, and a text stands in single quotes",
            )),
            Token::Compare(_) => Err(Refusal::new(at, format!("one sign is enough; {COMPARISONS}"))),
            Token::Quoted(name) => Err(Refusal::new(
                at,
                format!(
                    "double quotes name a column, and columns are not compared with columns; a text is `'{name}'`"
                ),
            )),
            Token::End => Err(Refusal::new(at, "a constant is missing at the end")),
            token => Err(Refusal::new(at, format!("a constant is missing before {token}"))),
        }
    }

    fn expect(&mut self, word: &str) -> Result<(), Refusal> {
        match self.tokens.next() {
            (Token::Word(found), _) if found == word => Ok(()),
            (_, at) => Err(Refusal::new(at, format!("`{}` is missing", word.to_uppercase()))),
        }
    }
}

const COMPARISONS: &str = "there are `= <> != < <= > >= BETWEEN IN LIKE IS`";

#[cfg(test)]
mod tests;
