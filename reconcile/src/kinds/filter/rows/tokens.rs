//! The words, signs and constants of a row filter, each with its place.

use crate::lint::Refusal;
use std::fmt;

/// One piece of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a keyword, in lower case.
    Word(String),
    /// A name in double quotes, as written.
    Quoted(String),
    /// A text in single quotes, as meant.
    Text(String),
    /// A number, as written.
    Number(String),
    /// A sign that compares.
    Compare(&'static str),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// The end of the expression.
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(word) | Token::Number(word) => write!(f, "`{word}`"),
            Token::Quoted(name) => write!(f, "`\"{name}\"`"),
            Token::Text(text) => write!(f, "`'{text}'`"),
            Token::Compare(sign) => write!(f, "`{sign}`"),
            Token::Open => f.write_str("`(`"),
            Token::Close => f.write_str("`)`"),
            Token::Comma => f.write_str("`,`"),
            Token::Dot => f.write_str("`.`"),
            Token::End => f.write_str("the end"),
        }
    }
}

/// The pieces of an expression, in order; after the last one comes the end, for ever.
pub(super) struct Tokens {
    /// Backwards, so that the next one is the last.
    rest: Vec<(Token, usize)>,
    end: usize,
}

impl Tokens {
    pub(super) fn of(text: &str) -> Result<Self, Refusal> {
        let chars: Vec<char> = text.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&c) = chars.get(at) {
            let start = at;
            let token = if c.is_whitespace() {
                at += 1;
                continue;
            } else if c == '\'' || c == '"' {
                let (inner, next) = quoted(&chars, at)?;
                at = next;
                if c == '"' { Token::Quoted(inner) } else { Token::Text(inner) }
            } else if c.is_ascii_digit() || (c == '-' && chars.get(at + 1).is_some_and(char::is_ascii_digit))
            {
                at = number(&chars, at)?;
                Token::Number(chars[start..at].iter().collect())
            } else if is_name(c) {
                at += chars[at..].iter().take_while(|c| is_name(**c) || c.is_ascii_digit()).count();
                Token::Word(chars[start..at].iter().collect::<String>().to_lowercase())
            } else {
                let (token, length) = sign(&chars[at..]).ok_or_else(|| stranger(c, at))?;
                at += length;
                token
            };
            tokens.push((token, start));
        }
        tokens.reverse();
        Ok(Tokens { rest: tokens, end: chars.len() })
    }

    pub(super) fn next(&mut self) -> (Token, usize) {
        self.rest.pop().unwrap_or((Token::End, self.end))
    }

    pub(super) fn peek(&self) -> (Token, usize) {
        self.rest.last().cloned().unwrap_or((Token::End, self.end))
    }

    /// Step over a token if it is the next one.
    pub(super) fn take(&mut self, token: &Token) -> bool {
        let there = self.rest.last().is_some_and(|(next, _)| next == token);
        if there {
            self.rest.pop();
        }
        there
    }

    /// Step over a keyword, given in lower case, if it is the next token.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let there = matches!(self.rest.last(), Some((Token::Word(next), _)) if next == word);
        if there {
            self.rest.pop();
        }
        there
    }
}

/// A name begins with a letter or an underscore. Hyphens end it: a column with one needs double quotes.
fn is_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// What stands between quotes, with doubled quotes undone, and the place behind them.
fn quoted(chars: &[char], start: usize) -> Result<(String, usize), Refusal> {
    let quote = chars[start];
    let mut inner = String::new();
    let mut at = start + 1;
    loop {
        match chars.get(at) {
            None => {
                return Err(Refusal::new(
                    start,
                    format!("the quote {quote} that opens here is never closed"),
                ));
            }
            Some(c) if *c == quote && chars.get(at + 1) == Some(&quote) => {
                inner.push(quote);
                at += 2;
            }
            Some(c) if *c == quote => return Ok((inner, at + 1)),
            Some(c) => {
                inner.push(*c);
                at += 1;
            }
        }
    }
}

/// The place behind a number: digits, a fraction, an exponent.
fn number(chars: &[char], start: usize) -> Result<usize, Refusal> {
    let digits =
        |from: usize| chars[from.min(chars.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut at = start + usize::from(chars[start] == '-');
    at += digits(at);
    if chars.get(at) == Some(&'.') {
        at += 1 + digits(at + 1);
    }
    if matches!(chars.get(at), Some('e' | 'E')) {
        let sign = usize::from(matches!(chars.get(at + 1), Some('+' | '-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    match chars.get(at) {
        Some(c) if is_name(*c) => Err(Refusal::new(at, "a number ends here; a text stands in single quotes")),
        _ => Ok(at),
    }
}

fn sign(rest: &[char]) -> Option<(Token, usize)> {
    let two = match rest {
        ['<', '>', ..] => Some("<>"),
        ['!', '=', ..] => Some("!="),
        ['<', '=', ..] => Some("<="),
        ['>', '=', ..] => Some(">="),
        _ => None,
    };
    if let Some(sign) = two {
        return Some((Token::Compare(sign), 2));
    }
    let one = match rest.first()? {
        '=' => Token::Compare("="),
        '<' => Token::Compare("<"),
        '>' => Token::Compare(">"),
        '(' => Token::Open,
        ')' => Token::Close,
        ',' => Token::Comma,
        '.' => Token::Dot,
        _ => return None,
    };
    Some((one, 1))
}

fn stranger(c: char, at: usize) -> Refusal {
    let hint = match c {
        ';' => "an expression has no semicolon",
        '-' => "there is no arithmetic; a column whose name has a hyphen stands in double quotes",
        '+' | '*' | '/' | '%' | '|' => "there is no arithmetic",
        '`' => "a column whose name is a keyword stands in double quotes, not in backticks",
        '‘' | '’' | '“' | '”' => "quotes are straight: ' and \"",
        _ => "no column, comparison or constant begins with it",
    };
    Refusal::new(at, format!("`{c}` cannot stand here: {hint}"))
}
