//! The calls of a kind, as data.

use super::{
    codec::Codec,
    convert::{NotKnown, Spelling, put, to_aws},
    shape::{Literal, Role, Shape},
};
use crate::{aws::Operation, error::Retry, inventory::Facts};
use serde_json::Value;

/// A call of a kind: an operation, and what it says otherwise than the fields do.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The operation.
    pub operation: Operation,
    /// Paths of fields that its input spells otherwise, and all below them.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Members of its input that are always the same.
    pub with: &'static [(&'static str, Literal)],
    /// Where its answer tells what it is about.
    pub at: &'static str,
    /// How it takes keys.
    pub keys: Keys,
    /// Whether policies allow it on all resources alone.
    pub on_all: bool,
}

/// How a call takes keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// One of them.
    One,
    /// So many at most, the last part of each in a list.
    Listed(usize),
    /// None: it tells all there are, page by page. The members by which a page asks for the next one: asked, answered.
    All {
        /// The member of the input.
        asked: &'static str,
        /// The member of the answer before it.
        answered: &'static str,
    },
}

impl Call {
    /// A call that takes one key and says all as the fields do.
    #[must_use]
    pub const fn new(operation: Operation) -> Self {
        Call { operation, renamed: &[], with: &[], at: "", keys: Keys::One, on_all: false }
    }

    /// The same, whose input spells some paths otherwise, and all below them: `("Name", "WorkGroup")`. Of an empty one what is
    /// below lies where the path lay.
    #[must_use]
    pub const fn renamed(self, renamed: &'static [(&'static str, &'static str)]) -> Self {
        Call { renamed, ..self }
    }

    /// The same with members that are always the same: `("MaxResults", Literal::Number(100))`.
    #[must_use]
    pub const fn with(self, with: &'static [(&'static str, Literal)]) -> Self {
        Call { with, ..self }
    }

    /// The same, whose answer tells what it is about at a path: `"WorkGroup"`. There, of a call that takes several keys, is a
    /// list.
    #[must_use]
    pub const fn at(self, at: &'static str) -> Self {
        Call { at, ..self }
    }

    /// The same, which takes a list of keys and gets one in it.
    #[must_use]
    pub const fn listed(self) -> Self {
        self.batch(1)
    }

    /// The same, which takes a list of so many keys at most: the last part of each key stands in it.
    #[must_use]
    pub const fn batch(self, most: usize) -> Self {
        Call { keys: Keys::Listed(most), ..self }
    }

    /// The same, which takes no keys and tells all there are, page by page: the members by which a page asks for the next one, as
    /// asked and as answered.
    #[must_use]
    pub const fn pages(self, asked: &'static str, answered: &'static str) -> Self {
        Call { keys: Keys::All { asked, answered }, ..self }
    }

    /// The same, which policies allow on all resources alone, though it takes keys.
    #[must_use]
    pub const fn on_all(self) -> Self {
        Call { on_all: true, ..self }
    }

    /// Whether policies allow it on all resources alone.
    #[must_use]
    pub const fn is_on_all(&self) -> bool {
        self.on_all || matches!(self.keys, Keys::All { .. })
    }

    /// The input of the call for settings, in which it takes these fields.
    ///
    /// # Errors
    /// When one of them holds what is not known yet.
    pub fn input(
        &self,
        shape: &Shape,
        settings: &Value,
        was: &Value,
        takes: fn(Role) -> bool,
    ) -> Result<Value, NotKnown> {
        let mut input = to_aws(shape, settings, was, Spelling { takes, renamed: self.renamed })?;
        self.fill_in(&mut input);
        Ok(input)
    }

    /// Put the members that are always the same into an input.
    pub fn fill_in(&self, input: &mut Value) {
        for (path, literal) in self.with {
            put(input, path, literal.json());
        }
    }

    /// A path of the fields as this call spells it.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        Spelling { takes: |_| true, renamed: self.renamed }.path(path)
    }
}

/// How a resource is changed.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one of each kind, in a constant")]
pub enum Update {
    /// By one call with all settings, which keeps what it is not told: what is off now is told so.
    Whole(Call),
    /// By one call that puts all settings in the place of those that were: what is off is left out.
    Put(Call),
    /// By calls that follow from a change, one after the other. A kind that is on its way after one of them answers that one
    /// alone: the next look shows what is left. All operations that may be among them stand here.
    Steps(&'static [Operation], fn(&Change<'_>) -> Vec<Step>),
    /// Not at all but for its tags.
    Never,
}

/// A change of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The settings that AWS has.
    pub was: &'a Value,
    /// Those that are wanted, with the key.
    pub wanted: &'a Value,
    /// What AWS decided of it, as far as its key tells.
    pub facts: &'a Facts,
}

/// A call that is a part of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which of the operations of the kind's [`Update::Steps`], by its place.
    pub operation: usize,
    /// Its input.
    pub input: Value,
}

/// How tags are read and changed, where the kind wears any.
#[derive(Clone, Copy, Debug)]
pub struct Tagging {
    /// The call that lists them, and where its answer has them; `None` where the look brings them.
    pub list: Option<Call>,
    /// The call that puts some on. Its tags stand where the field's path says, unless the call spells that otherwise.
    pub tag: Call,
    /// The call that takes some off.
    pub untag: Call,
    /// The member of these calls that tells whose tags they are, and the fact that it holds: `("ResourceARN", "arn")`.
    pub of: (&'static str, &'static str),
    /// The member of the call that takes some off that lists their keys.
    pub keys: &'static str,
    /// How these calls spell tags, where the field's codec does not tell it.
    pub codec: Option<Codec>,
}

impl Tagging {
    /// Tags by ARN, by these three operations, as most services have them.
    #[must_use]
    pub const fn by_arn(list: Operation, tag: Operation, untag: Operation) -> Self {
        Tagging {
            list: Some(Call::new(list).at("Tags")),
            tag: Call::new(tag),
            untag: Call::new(untag),
            of: ("ResourceARN", "arn"),
            keys: "TagKeys",
            codec: None,
        }
    }
}

/// How a resource is known again.
#[derive(Clone, Copy, Debug)]
pub enum Identity {
    /// By the fields of its key, which a user chooses.
    Named,
    /// By an id that AWS makes. Nobody knows it before, so that the key is owner and node, and the resource is found by its mark
    /// among all that a look lists.
    Made {
        /// The id's path, in answers and in the input of calls.
        id: &'static str,
        /// The member of the call that creates that makes it repeatable, if it has one.
        token: Option<&'static str>,
    },
}

/// What an error means of this kind's service: code, anchor in the message, class. The first row that fits counts, and an empty
/// anchor always fits. What no row fits is classified as of any service.
#[derive(Clone, Copy, Debug)]
pub struct Row(pub &'static str, pub &'static str, pub Retry);

impl Row {
    /// It does not exist.
    #[must_use]
    pub const fn gone(code: &'static str, anchor: &'static str) -> Self {
        Row(code, anchor, Retry::Gone)
    }
}

/// Where a look tells a state, and those in which nothing is on its way.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    /// The state's path in what the look tells.
    pub at: &'static str,
    /// States that stay.
    pub states: &'static [&'static str],
}
