//! What a command ended with, and what a test says of it.

use std::process::Output;

/// What a command ended with.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output and error.
    pub text: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ran { code: output.status.code().unwrap_or(-1), text }
    }
}

impl Ran {
    /// Go on only if the command succeeded.
    ///
    /// # Panics
    /// When it did not.
    #[must_use]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.text);
        self
    }

    /// Go on only if the command failed.
    ///
    /// # Panics
    /// When it succeeded.
    #[must_use]
    pub fn failed(self) -> Self {
        assert_eq!(self.code, 1, "{}", self.text);
        self
    }

    /// Go on only if the text holds these words, wherever its lines were broken.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn says(self, words: &str) -> Self {
        assert!(self.flat().contains(words), "{words:?} is not in:\n{}", self.text);
        self
    }

    /// Go on only if the text does not hold these words.
    ///
    /// # Panics
    /// When it does.
    #[must_use]
    pub fn never_says(self, words: &str) -> Self {
        assert!(!self.flat().contains(words), "{words:?} is in:\n{}", self.text);
        self
    }

    /// The text in one line.
    #[must_use]
    pub fn flat(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
