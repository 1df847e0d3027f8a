//! The order of calls in which Terraform changes an object.

use super::{
    broken_by_apply, broken_by_plan,
    proposed::{self, proposed},
};
use crate::{
    Diagnostics, Path, Stop,
    path::Step,
    provider::{ApplyRequest, ImportRequest, PlanRequest, ReadRequest, Resource},
    schema::Schema,
    value::{Type, Value},
};
use tokio::sync::watch;

/// A core that calls one resource.
pub struct Core<'r> {
    resource: &'r dyn Resource,
    schema: Schema,
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

    /// The object as it is now (`terraform refresh`).
    ///
    /// # Errors
    /// When the answer breaks a rule.
    pub async fn read(&self, object: Object) -> Result<(Object, Diagnostics), Broken> {
        if object.state.is_null() {
            return Ok((object, Diagnostics::default()));
        }
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
        Ok((Object { state, private: answer.private, tainted: object.tainted }, answer.diagnostics))
    }

    /// What a configuration, or none, would make of an object (`terraform plan -refresh=false`).
    ///
    /// # Errors
    /// When the answer breaks a rule, or a second call answers otherwise.
    pub async fn plan(&self, object: &Object, config: &Value) -> Result<Planned, Broken> {
        let tainted = object.tainted && !config.is_null();
        let (prior, private) =
            if tainted { (&Value::Null, &[][..]) } else { (&object.state, &object.private[..]) };
        let mut planned = self.plan_once(prior, config, private).await?;
        let mut replaces = tainted;
        if !prior.is_null()
            && !config.is_null()
            && planned.requires.iter().any(|path| self.differs(path, prior, &planned.planned))
        {
            // Core asks again, as if there were nothing, with the bytes of the first answer.
            let private = planned.private.clone();
            planned = self.plan_once(&Value::Null, config, &private).await?;
            replaces = true;
        }
        Ok(Planned {
            prior: object.clone(),
            planned: planned.planned,
            private: planned.private,
            replaces,
            diagnostics: planned.diagnostics,
        })
    }

    /// Do what was planned: plan once more with the configuration as it is known by then, and apply. A replacement
    /// destroys first.
    ///
    /// # Errors
    /// When an answer breaks a rule.
    pub async fn apply(&self, planned: Planned, config: &Value) -> Result<(Object, Diagnostics), Broken> {
        let mut told = Diagnostics::default();
        let mut object = planned.prior.clone();
        if planned.replaces {
            let (left, diagnostics) =
                self.apply_once(&object, &Value::Null, &Value::Null, planned.private.clone()).await?;
            if diagnostics.has_errors() {
                return Ok((left, diagnostics));
            }
            told.extend(diagnostics);
            object = Object::default();
        }
        let private = if planned.replaces { Vec::new() } else { object.private.clone() };
        let again = self.plan_once(&object.state, config, &private).await?;
        if again.diagnostics.has_errors() {
            return Ok((object, again.diagnostics));
        }
        let changed = broken_by_apply(&self.schema.block, &planned.planned, &again.planned);
        let changed: Vec<String> =
            changed.into_iter().filter(|rule| !rule.contains("holds unknowns")).collect();
        if !changed.is_empty() {
            return Err(Broken(
                changed.into_iter().map(|rule| format!("planned again, otherwise: {rule}")).collect(),
            ));
        }
        let (object, diagnostics) = self.apply_once(&object, &again.planned, config, again.private).await?;
        told.extend(diagnostics);
        Ok((object, told))
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

    async fn plan_once(&self, prior: &Value, config: &Value, private: &[u8]) -> Result<Once, Broken> {
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
            let broken = broken_by_plan(&self.schema.block, prior, config, &planned);
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

    async fn apply_once(
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

    /// Whether prior and planned state differ at a path, which is when a change there needs a new object.
    fn differs(&self, path: &Path, prior: &Value, planned: &Value) -> bool {
        let walk = |value: &Value| {
            path.0.iter().fold(value.clone(), |value, step| match step {
                Step::Attribute(name) | Step::Key(name) => value.get(name).clone(),
                Step::Index(index) => value.items().get(*index).cloned().unwrap_or_default(),
            })
        };
        walk(prior) != walk(planned)
    }

    /// The value as it comes out at the other end of the wire.
    fn wire(&self, value: &Value) -> Result<Value, Broken> {
        Value::decode(&self.ty, &value.encode(&self.ty)).map_err(|e| Broken(vec![e.to_string()]))
    }
}

struct Once {
    planned: Value,
    private: Vec<u8>,
    requires: Vec<Path>,
    diagnostics: Diagnostics,
}
