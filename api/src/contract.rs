//! The contract: what a spec may say, as data that both doors' schemas are projections of.
//!
//! [`Contract`] holds the form of one type as a tree of [`Shape`]s: [`Contract::check`] holds a JSON value against it and
//! tells all findings at once; [`Contract::complete`] fills in the defaults; [`Contract::decode`] does all of that and reads
//! the spec.

mod check;
mod clean;
mod complete;
mod crd;
mod read;
mod readings;
mod shape;
mod veil;

pub use check::check_against;
pub use complete::complete_against;
pub use crd::{json_schema, resource_schema};
pub use read::{NoShape, shape_of};
pub use readings::Readings;
pub use shape::{Field, List, Map, Number, Object, Set, Shape, Text};

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{FieldPath, Finding};

/// What specs of one type may say, and how they are read.
#[derive(Clone, Debug)]
pub struct Contract<T> {
    shape: Shape,
    read_as: PhantomData<fn() -> T>,
}

impl<T: JsonSchema + DeserializeOwned> Contract<T> {
    /// The contract that a type's own schema is.
    ///
    /// # Errors
    /// When the type cannot be said in both doors.
    pub fn of() -> Result<Self, NoShape> {
        Ok(Self { shape: shape_of::<T>()?, read_as: PhantomData })
    }

    /// What a spec may say.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// What is wrong with a spec: types, unknown fields, missing ones, words, patterns, lengths, ranges, keys, and the rules
    /// of each object. Whatever holds an unknown is left to the apply; a null is absence.
    pub fn check(&self, spec: &Value) -> Vec<Finding> {
        check::check(&self.shape, spec)
    }

    /// A spec with the defaults of what is absent, at every depth, and without nulls, which are absence too.
    ///
    /// The apiserver does the same at admission; in Terraform it is done before `expand`, since a block that is absent stays
    /// absent in state. Unknowns stay as they are.
    pub fn complete(&self, spec: Value) -> Value {
        complete_against(&self.shape, spec)
    }

    /// Puts a veil over each member that holds an unknown which is no text: the member stays, what it says is known only when
    /// Terraform applies. The innermost member is veiled. What stands outside of any member (the lake's tags) goes into
    /// every one of them, so an unknown there veils them all.
    pub fn veil(&self, spec: Value) -> Value {
        veil::veil(&self.shape, spec)
    }

    /// The paths of the members that refer to something not known yet. Those in a veiled member are its own.
    pub fn open_references(&self, spec: &Value) -> Vec<FieldPath> {
        veil::open_references(&self.shape, spec)
    }

    /// Reads a spec: checks it, fills in the defaults, and veils what unknowns hide. All findings at once.
    ///
    /// # Errors
    /// What is wrong with the spec.
    pub fn decode(&self, spec: Value) -> Result<T, Vec<Finding>> {
        let findings = self.check(&spec);
        if !findings.is_empty() {
            return Err(findings);
        }
        self.typed(self.veil(spec))
    }

    /// Reads as much of a checked spec as tells which members there are and what they refer to: unknowns that are no texts
    /// are left out. A member stays veiled where they decide that.
    ///
    /// # Errors
    /// A finding where the types refuse what the contract let in.
    pub fn sketch(&self, spec: Value) -> Result<T, Vec<Finding>> {
        self.typed(veil::sketch(&self.shape, spec))
    }

    /// Reads a spec that may be wrong in form. A finding of sense that holds in all readings does not depend on what is
    /// broken.
    #[must_use]
    pub fn readings(&self, spec: &Value) -> Readings<T> {
        readings::readings(self, spec)
    }

    fn typed(&self, spec: Value) -> Result<T, Vec<Finding>> {
        serde_json::from_value(self.complete(spec)).map_err(|error| {
            let detail = "The contract let this in and the types did not: please report it.";
            vec![Finding::error(FieldPath::root(), format!("the spec cannot be read: {error}"), detail)]
        })
    }

    /// The fields that cannot be changed once they are given, below the spec. Kinds have fixed fields of their own, which
    /// the engine treats member by member.
    pub fn immutable(&self) -> Vec<FieldPath> {
        let fields = self.shape.object().into_iter().flat_map(|spec| &spec.fields);
        fields.filter(|(_, field)| field.immutable).map(|(name, _)| FieldPath::root().field(name)).collect()
    }
}
