//! What is wrong with a text that has a grammar, and where.

/// A text that is not in its grammar, and the first place where it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The first character that does not fit, from 0.
    pub(crate) at: usize,
    /// What does not fit there and what would.
    pub(crate) why: String,
}

impl Refusal {
    pub(crate) fn new(at: usize, why: impl Into<String>) -> Self {
        Refusal { at, why: why.into() }
    }

    /// The reason as a sentence, and the place in the text with a caret under it.
    pub(crate) fn shown(&self, text: &str) -> String {
        let mut letters = self.why.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{}.\n{}", letters.as_str(), point(text, self.at))
    }
}

/// The place of a character of a text, with a caret under it: the line that holds it, shortened to what fits a
/// terminal.
pub(crate) fn point(text: &str, at: usize) -> String {
    const AROUND: usize = 36;
    let chars: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let at = at.min(chars.len());
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND).min(chars.len());
    let (before, after) = (if from > 0 { "…" } else { "" }, if to < chars.len() { "…" } else { "" });
    let line: String = chars[from..to].iter().collect();
    let indent = " ".repeat(at - from + before.chars().count());
    format!("{before}{line}{after}\n{indent}^")
}
