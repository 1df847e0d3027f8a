//! Making, changing, marking and deleting simple kinds.

use super::{
    Id, Simple,
    call::{Call, Change, Identity, Tagging, Update},
    convert::put,
    read::texts,
    shape::Role,
};
use crate::{
    aws::{Aws, answered},
    diff::FieldChange,
    error::{CloudError, Retry},
    inventory::Facts,
    kind::Data,
    owner::{Marking, Worn},
};
use lake_api::Step as PathStep;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

impl Simple {
    /// Make it, wearing the mark from the first call on.
    ///
    /// Where AWS would change what is there instead of refusing, it is looked for before, and its mark is read back: such a call
    /// takes no tags to what is there, so that what somebody made in between is told by a mark that is not this one.
    ///
    /// # Errors
    /// When AWS refuses, a part of the settings is not known, or something of its name does not wear the mark.
    pub async fn create(&self, settings: &Value, aws: &Aws, mark: &Worn) -> Result<(), CloudError> {
        let mut marked = settings.clone();
        if let (Some(_), Some(field)) = (self.tags, self.tags_field()) {
            marked[field.name] = json!(mark.put_on(texts(&settings[field.name])));
        }
        let takes = |role| !matches!(role, Role::AfterCreate | Role::Set);
        let mut input = self
            .create
            .input(self.shape, &marked, &Value::Null, takes)
            .map_err(|why| Simple::not_known(&self.create.operation, &why))?;
        if let Identity::Made { token: Some(token), .. } = self.identity {
            put(&mut input, token, json!(self.token(settings, mark)));
        }
        let upserted = self.key(settings, &aws.place).filter(|_| self.upserts);
        if let Some(id) = &upserted {
            self.is_free_or_wears(aws, id, mark).await?;
        }
        aws.call(&self.create.operation, input).await.map_err(|error| self.told(error))?;
        match &upserted {
            Some(id) if self.tags.is_some() => self.is_free_or_wears(aws, id, mark).await,
            _ => Ok(()),
        }
    }

    /// That nothing is there, or what is there wears this mark. What is not seen everywhere yet is as good as not there.
    async fn is_free_or_wears(&self, aws: &Aws, id: &Id, mark: &Worn) -> Result<(), CloudError> {
        match self.worn(aws, id).await? {
            None => Ok(()),
            Some(Some(worn)) if worn == *mark => Ok(()),
            Some(_) => Err(answered(
                &self.create.operation.action(),
                "AlreadyExistsException",
                "something of this name is there that does not wear this lake's mark",
            )),
        }
    }

    /// What makes a repeated creation one: of the same node, of the same lake, with the same settings of which a change makes
    /// another resource.
    fn token(&self, settings: &Value, mark: &Worn) -> String {
        let fixed = self.shape.fields().iter().filter(|field| field.role == Role::CreateOnly);
        let fixed: Vec<&Value> = fixed.map(|field| &settings[field.name]).collect();
        let digest = Sha256::digest(json!([mark.owner, mark.node, mark.lineage, fixed]).to_string());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Change what differs.
    ///
    /// # Errors
    /// When AWS refuses, or a part of the settings is not known.
    pub async fn update(
        &self,
        settings: &Value,
        aws: &Aws,
        id: &Id,
        changes: &[FieldChange],
    ) -> Result<(), CloudError> {
        let was = before(settings, changes);
        let of_tags = |change: &FieldChange| {
            let first = change.path.steps().first().and_then(PathStep::name);
            self.tags_field().is_some_and(|field| first == Some(field.name))
        };
        // Tags first: after a change it may be on its way, and takes none then.
        if let (true, Some(tagging), Some(field)) =
            (changes.iter().any(of_tags), &self.tags, self.tags_field())
        {
            let (was, wanted) = (texts(&was[field.name]), texts(&settings[field.name]));
            let put = wanted.iter().filter(|(key, value)| was.get(*key) != Some(value));
            let put = put.map(|(key, value)| (key.clone(), value.clone())).collect();
            let take = was.into_keys().filter(|key| !wanted.contains_key(key)).collect();
            self.retag(aws, id, tagging, &put, take).await?;
        }
        if changes.iter().any(|change| !of_tags(change)) {
            self.change(settings, &was, aws, id).await?;
        }
        Ok(())
    }

    async fn change(&self, settings: &Value, was: &Value, aws: &Aws, id: &Id) -> Result<(), CloudError> {
        match self.update {
            Update::Whole(call) | Update::Put(call) => {
                let was = if let Update::Put(_) = self.update { &Value::Null } else { was };
                let takes = |role| matches!(role, Role::Key | Role::Setting | Role::AfterCreate);
                let mut input = call
                    .input(self.shape, settings, was, takes)
                    .map_err(|why| Simple::not_known(&call.operation, &why))?;
                self.address_made(aws, id, &call, &mut input).await?;
                aws.call(&call.operation, input).await.map_err(|error| self.told(error)).map(drop)
            }
            Update::Steps(operations, steps) => {
                let facts = match self.identity {
                    Identity::Named => self.facts_of_key(&self.fields_of(id), &aws.place),
                    Identity::Made { .. } => self.there(aws, id, "id").await?,
                };
                for step in steps(&Change { was, wanted: settings, facts: &facts }) {
                    let operation = &operations[step.operation];
                    aws.call(operation, step.input).await.map_err(|error| self.told(error))?;
                }
                Ok(())
            }
            Update::Never => Ok(()),
        }
    }

    /// Put another mark on, or take it off.
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn mark(&self, aws: &Aws, id: &Id, marking: &Marking) -> Result<(), CloudError> {
        match &self.tags {
            Some(tagging) => self.retag(aws, id, tagging, &marking.put, marking.take.clone()).await,
            None => Ok(()),
        }
    }

    async fn retag(
        &self,
        aws: &Aws,
        id: &Id,
        tagging: &Tagging,
        put_on: &BTreeMap<String, String>,
        take_off: Vec<String>,
    ) -> Result<(), CloudError> {
        let Some(field) = self.tags_field() else { return Ok(()) };
        let facts = self.there(aws, id, tagging.of.1).await?;
        let of = |call: &Call| {
            let mut input = json!({});
            call.fill_in(&mut input);
            put(&mut input, tagging.of.0, json!(facts.get(tagging.of.1)));
            input
        };
        if !take_off.is_empty() {
            let mut input = of(&tagging.untag);
            put(&mut input, tagging.keys, json!(take_off));
            aws.call(&tagging.untag.operation, input).await.map_err(|error| self.told(error))?;
        }
        if !put_on.is_empty() {
            let tags = json!(put_on);
            let tags =
                tagging.codec.or(field.codec).map_or_else(|| tags.clone(), |codec| codec.encode(&tags));
            let mut input = of(&tagging.tag);
            put(&mut input, &tagging.tag.path(field.path), tags);
            aws.call(&tagging.tag.operation, input).await.map_err(|error| self.told(error))?;
        }
        Ok(())
    }

    /// Delete it, and with it its data where the member says so. What is gone is deleted.
    ///
    /// # Errors
    /// When AWS refuses.
    pub async fn delete(&self, aws: &Aws, id: &Id, data: Data) -> Result<(), CloudError> {
        let mut input = match self.identity {
            Identity::Named => self.address(&self.delete, id),
            Identity::Made { .. } => {
                let mut input = json!({});
                self.delete.fill_in(&mut input);
                match self.address_made(aws, id, &self.delete, &mut input).await {
                    Err(error) if error.is_gone() => return Ok(()),
                    other => other?,
                }
                input
            }
        };
        if data == Data::Empty {
            for (path, literal) in self.emptied {
                put(&mut input, path, literal.json());
            }
        }
        self.call(aws, &self.delete, input).await.map(drop)
    }

    /// Put the id that AWS made into the input of a call.
    async fn address_made(
        &self,
        aws: &Aws,
        id: &Id,
        call: &Call,
        input: &mut Value,
    ) -> Result<(), CloudError> {
        if let Identity::Made { id: path, .. } = self.identity {
            let facts = self.there(aws, id, "id").await?;
            put(input, &call.path(path), json!(facts.get("id")));
        }
        Ok(())
    }

    /// The facts of what is there.
    async fn there(&self, aws: &Aws, id: &Id, needed: &str) -> Result<Facts, CloudError> {
        let gone = || CloudError::own(&self.read.operation.action(), Retry::Gone, "it does not exist");
        self.facts(aws, id, needed).await?.ok_or_else(gone)
    }
}

/// What AWS had before some changes to what is wanted.
fn before(wanted: &Value, changes: &[FieldChange]) -> Value {
    let mut was = wanted.clone();
    for change in changes {
        let place = change.path.steps().iter().try_fold(&mut was, |value, step| match step {
            PathStep::Field(name) | PathStep::Key(name) => {
                if !value.is_object() {
                    *value = json!({});
                }
                Some(&mut value[name.as_str()])
            }
            PathStep::Index(at) => value.get_mut(*at),
        });
        if let Some(place) = place {
            *place = change.was.clone().unwrap_or_default();
        }
    }
    was
}
