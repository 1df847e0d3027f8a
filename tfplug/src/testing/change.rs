//! The order of calls in which Terraform changes an object.

use super::{
    broken_by_plan_again,
    core::{Broken, Core, Object, Planned},
};
use crate::{Diagnostics, Value};

impl Core<'_> {
    /// What a configuration, or none (null: a deletion), would make of an object (`terraform plan -refresh=false`).
    ///
    /// # Errors
    /// When an answer breaks a rule.
    pub async fn plan(&self, object: &Object, config: &Value) -> Result<Planned, Broken> {
        if object.tainted && !config.is_null() {
            // Nothing of a tainted object is asked for: no prior state, no bytes.
            let planned = self.plan_once(&Value::Null, config, &[]).await?;
            return Ok(Planned::of(object, planned, true));
        }
        let planned = self.plan_once(&object.state, config, &object.private).await?;
        let found = |path, value: &Value| value.at(path).cloned().unwrap_or_default();
        let differs = |path| found(path, &object.state) != found(path, &planned.planned);
        let replaces = !object.state.is_null() && !config.is_null() && planned.requires.iter().any(differs);
        if replaces {
            return self.plan_anew(object, config, &planned.private).await;
        }
        Ok(Planned::of(object, planned, false))
    }

    /// What a configuration would make of an object that the user wants replaced (`terraform plan -replace`).
    ///
    /// # Errors
    /// When an answer breaks a rule.
    pub async fn plan_replacing(&self, object: &Object, config: &Value) -> Result<Planned, Broken> {
        let planned = self.plan_once(&object.state, config, &object.private).await?;
        if planned.diagnostics.has_errors() {
            return Ok(Planned::of(object, planned, true));
        }
        self.plan_anew(object, config, &planned.private).await
    }

    /// Core asks again, as if there were nothing, with the bytes of the first answer.
    async fn plan_anew(&self, object: &Object, config: &Value, private: &[u8]) -> Result<Planned, Broken> {
        let planned = self.plan_once(&Value::Null, config, private).await?;
        Ok(Planned::of(object, planned, true))
    }

    /// Do what was planned: plan once more with the configuration as it is known by then, and apply. A replacement
    /// destroys first.
    ///
    /// # Errors
    /// When an answer breaks a rule.
    pub async fn apply(&self, planned: Planned, config: &Value) -> Result<(Object, Diagnostics), Broken> {
        if !planned.replaces && !planned.planned.is_null() {
            return self.make(&planned.prior, &planned.planned, config).await;
        }
        let (left, mut told) = self.destroy(&planned.prior, planned.private).await?;
        if told.has_errors() || planned.planned.is_null() {
            return Ok((left, told));
        }
        let (object, more) = self.make(&Object::default(), &planned.planned, config).await?;
        told.extend(more);
        Ok((object, told))
    }

    /// Do a replacement that was planned, and create before destroying (`create_before_destroy`). What is left is the
    /// new object; the old one where the new one was not made.
    ///
    /// # Errors
    /// When an answer breaks a rule.
    pub async fn apply_creating_first(
        &self,
        planned: Planned,
        config: &Value,
    ) -> Result<(Object, Diagnostics), Broken> {
        let old = planned.prior;
        let (new, mut told) = self.make(&Object::default(), &planned.planned, config).await?;
        if told.has_errors() {
            return Ok((if new.state.is_null() { old } else { new }, told));
        }
        // The old object is planned for deletion on its own, with its own bytes.
        let deletion = self.plan_once(&old.state, &Value::Null, &old.private).await?;
        told.extend(deletion.diagnostics);
        let (_, more) = self.destroy(&old, deletion.private).await?;
        told.extend(more);
        Ok((new, told))
    }

    /// Create or update.
    async fn make(
        &self,
        object: &Object,
        shown: &Value,
        config: &Value,
    ) -> Result<(Object, Diagnostics), Broken> {
        let again = self.plan_once(&object.state, config, &object.private).await?;
        if again.diagnostics.has_errors() {
            return Ok((object.clone(), again.diagnostics));
        }
        let broken = broken_by_plan_again(&self.schema.block, shown, &again.planned);
        if !broken.is_empty() {
            return Err(Broken(broken));
        }
        self.apply_once(object, &again.planned, config, again.private).await
    }

    async fn destroy(&self, object: &Object, private: Vec<u8>) -> Result<(Object, Diagnostics), Broken> {
        self.apply_once(object, &Value::Null, &Value::Null, private).await
    }
}
