//! The calls to a resource, one by one, each held to its rules.

use super::{
    broken_by_apply, broken_by_plan,
    proposed::{self, proposed},
};
use crate::{
    Diagnostics, Path, Stop,
    provider::{ApplyRequest, ImportRequest, PlanRequest, ReadRequest, Resource, UpgradeRequest},
    schema::Schema,
    value::{Type, Value},
};
use serde_json::Value as Json;
use tokio::sync::watch;

/// A core that calls one resource.
pub struct Core<'r> {
    resource: &'r dyn Resource,
    pub(super) schema: Schema,
    ty: Type,
    stop: Stop,
    /// Expresses the wish to stop.
    pub stopping: watch::Sender<bool>,
}

/// An object as a state keeps it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Its attributes; null when there is none.
    pub state: Value,
    /// The provider's own bytes beside them.
    pub private: Vec<u8>,
    /// Whether it would be destroyed and created next.
    pub tainted: bool,
}

/// What Terraform shows before it acts.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The object that the plan started from.
    pub prior: Object,
    /// What will be; null for a deletion.
    pub planned: Value,
    /// The bytes for apply.
    pub private: Vec<u8>,
    /// Whether the object is destroyed and created anew.
    pub replaces: bool,
    /// What the user is told.
    pub diagnostics: Diagnostics,
}

impl Planned {
    pub(super) fn of(object: &Object, planned: Once, replaces: bool) -> Self {
        Planned {
            prior: object.clone(),
            planned: planned.planned,
            private: planned.private,
            replaces,
            diagnostics: planned.diagnostics,
        }
    }

    /// Whether nothing would change.
    #[must_use]
    pub fn is_nothing(&self, schema: &Schema) -> bool {
        proposed::nothing(&schema.block, &self.prior.state, &self.planned)
    }
}

/// The resource broke rules of Terraform's; each in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the resource broke rules of Terraform's: {}", .0.join("; "))]
pub struct Broken(pub Vec<String>);

impl<'r> Core<'r> {
    /// A core that calls this resource.
    #[must_use]
    pub fn new(resource: &'r dyn Resource) -> Self {
        let schema = resource.schema();
        let (stopping, stop) = Stop::channel();
        Core { resource, ty: schema.ty(), schema, stop, stopping }
    }

    /// The resource's schema.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// A state as a file has kept it, brought into today's form (the first call of every run).
    ///
    /// # Errors
    /// When the answer is no state of the schema.
    pub fn upgrade(&self, version: i64, state: Json) -> Result<(Value, Diagnostics), Broken> {
        let answer = self.resource.upgrade(UpgradeRequest { version, state });
        if answer.diagnostics.has_errors() {
            return Ok((Value::Null, answer.diagnostics));
        }
        let state = self.schema.state(&answer.state).map_err(|e| Broken(vec![e.to_string()]))?;
        Ok((self.wire(&state)?, answer.diagnostics))
    }

    /// The object as it is now (`terraform refresh`). Its state comes out of a file, as in every run.
    ///
    /// # Errors
    /// When an answer breaks a rule.
    pub async fn read(&self, mut object: Object) -> Result<(Object, Diagnostics), Broken> {
        if object.state.is_null() {
            return Ok((object, Diagnostics::default()));
        }
        let kept = object.state.to_json().map_err(|e| Broken(vec![format!("a state is kept: {e}")]))?;
        let (state, told) = self.upgrade(self.schema.version, kept)?;
        if told.has_errors() {
            return Ok((object, told));
        }
        object.state = state;
        let request = ReadRequest {
            current: self.wire(&object.state)?,
            private: object.private,
            stop: self.stop.clone(),
        };
        let answer = self.resource.read(request).await;
        let state = self.wire(&answer.state)?;
        if !state.is_wholly_known() {
            return Err(Broken(vec!["what was read holds unknowns".to_owned()]));
        }
        let mut told = told;
        told.extend(answer.diagnostics);
        Ok((Object { state, private: answer.private, tainted: object.tainted }, told))
    }

    /// Find an object that exists, and read it (`terraform import`).
    ///
    /// # Errors
    /// When an answer breaks a rule.
    pub async fn import(&self, id: &str) -> Result<(Object, Diagnostics), Broken> {
        let answer = self.resource.import(ImportRequest { id: id.to_owned(), stop: self.stop.clone() }).await;
        if answer.diagnostics.has_errors() {
            return Ok((Object::default(), answer.diagnostics));
        }
        let object = Object { state: self.wire(&answer.state)?, private: answer.private, tainted: false };
        let (object, mut told) = self.read(object).await?;
        told.extend(answer.diagnostics);
        Ok((object, told))
    }

    /// One call of plan.
    pub(super) async fn plan_once(
        &self,
        prior: &Value,
        config: &Value,
        private: &[u8],
    ) -> Result<Once, Broken> {
        let proposed = proposed(&self.schema.block, prior, config);
        let request = || -> Result<PlanRequest, Broken> {
            Ok(PlanRequest {
                prior: self.wire(prior)?,
                proposed: self.wire(&proposed)?,
                config: self.wire(config)?,
                private: private.to_vec(),
                stop: self.stop.clone(),
            })
        };
        let answer = self.resource.plan(request()?).await;
        let planned = self.wire(&answer.planned)?;
        if !answer.diagnostics.has_errors() {
            let mut broken = broken_by_plan(&self.schema.block, prior, config, &planned);
            let nowhere = |path: &&Path| prior.at(path).is_none() && planned.at(path).is_none();
            let lost = answer.requires_replace.iter().filter(nowhere);
            broken.extend(lost.map(|path| format!("{path}: requires a new object, but leads nowhere")));
            if !broken.is_empty() {
                return Err(Broken(broken));
            }
        }
        Ok(Once {
            planned,
            private: answer.private,
            requires: answer.requires_replace,
            diagnostics: answer.diagnostics,
        })
    }

    /// One call of apply.
    pub(super) async fn apply_once(
        &self,
        object: &Object,
        planned: &Value,
        config: &Value,
        private: Vec<u8>,
    ) -> Result<(Object, Diagnostics), Broken> {
        let request = ApplyRequest {
            prior: self.wire(&object.state)?,
            planned: self.wire(planned)?,
            config: self.wire(config)?,
            private,
            stop: self.stop.clone(),
        };
        let creates = object.state.is_null();
        let answer = self.resource.apply(request).await;
        let state = self.wire(&answer.state)?;
        let failed = answer.diagnostics.has_errors();
        if !failed {
            let broken = broken_by_apply(&self.schema.block, planned, &state);
            if !broken.is_empty() {
                return Err(Broken(broken));
            }
        }
        let object = match (failed, state.is_null(), creates) {
            // What a failed change of an object does not tell is as it was.
            (true, true, false) if !planned.is_null() => object.clone(),
            _ => Object { tainted: failed && creates && !state.is_null(), state, private: answer.private },
        };
        Ok((object, answer.diagnostics))
    }

    /// The value as it comes out at the other end of the wire.
    fn wire(&self, value: &Value) -> Result<Value, Broken> {
        value.fits(&self.ty).map_err(|e| Broken(vec![e.to_string()]))?;
        Value::decode(&self.ty, &value.encode(&self.ty)).map_err(|e| Broken(vec![e.to_string()]))
    }
}

/// What one call of plan answered.
pub(super) struct Once {
    pub(super) planned: Value,
    pub(super) private: Vec<u8>,
    pub(super) requires: Vec<Path>,
    pub(super) diagnostics: Diagnostics,
}
