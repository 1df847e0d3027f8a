//! The calls about managed resources.

use super::{
    Offer, Server,
    guard::guarded,
    provider::{read, write},
    write_only,
};
use crate::{
    Diagnostics, Resource,
    provider::{ApplyRequest, ImportRequest, PlanRequest, ReadRequest, UpgradeRequest},
    value::parse_exactly,
    wire::{
        ApplyResourceChangeRequest, ApplyResourceChangeResponse, ImportResourceStateRequest,
        ImportResourceStateResponse, ImportedResource, MoveResourceStateResponse, PlanResourceChangeRequest,
        PlanResourceChangeResponse, ReadResourceRequest, ReadResourceResponse, Told,
        UpgradeResourceStateRequest, UpgradeResourceStateResponse, ValidateConfigRequest,
    },
};
use std::sync::Arc;

type Answer<A> = Result<A, Diagnostics>;

impl Server {
    fn resource(&self, name: &str) -> Answer<&Offer<dyn Resource>> {
        self.offers().resources.get(name).ok_or_else(|| unknown_type("resource", name))
    }

    pub(super) async fn validate_resource(self: Arc<Self>, request: ValidateConfigRequest) -> Told {
        let told = |told: Diagnostics| Told { diagnostics: told.into() };
        let checked = async {
            let check = || -> Answer<Diagnostics> {
                let resource = self.resource(&request.type_name)?;
                let config = read(&resource.ty, request.config.as_ref())?;
                let mut told = resource.it.validate(&config);
                if !request.client_capabilities.unwrap_or_default().write_only_attributes_allowed {
                    told.extend(write_only::refuse(&resource.schema.block, &config));
                }
                Ok(told)
            };
            told(check().unwrap_or_else(|wrong| wrong))
        };
        guarded(checked, told).await
    }

    pub(super) async fn upgrade(
        self: Arc<Self>,
        request: UpgradeResourceStateRequest,
    ) -> UpgradeResourceStateResponse {
        let told = |told: Diagnostics| UpgradeResourceStateResponse {
            upgraded_state: None,
            diagnostics: told.into(),
        };
        let upgraded = async {
            let upgrade = || -> Answer<UpgradeResourceStateResponse> {
                let resource = self.resource(&request.type_name)?;
                let raw = request.raw_state.unwrap_or_default().json;
                let state = parse_exactly(&raw).map_err(|e| unreadable_state(&e.to_string()))?;
                let answer = resource.it.upgrade(UpgradeRequest { version: request.version, state });
                if answer.diagnostics.has_errors() {
                    return Err(answer.diagnostics);
                }
                let state =
                    resource.schema.state(&answer.state).map_err(|e| unreadable_state(&e.to_string()))?;
                Ok(UpgradeResourceStateResponse {
                    upgraded_state: write(&resource.ty, &state)?,
                    diagnostics: answer.diagnostics.into(),
                })
            };
            upgrade().unwrap_or_else(told)
        };
        guarded(upgraded, told).await
    }

    pub(super) async fn read(self: Arc<Self>, request: ReadResourceRequest) -> ReadResourceResponse {
        // An error leaves the state as it was.
        let (as_it_was, private) = (request.current_state.clone(), request.private.clone());
        let told = |told: Diagnostics| ReadResourceResponse {
            new_state: as_it_was,
            diagnostics: told.into(),
            private,
        };
        let looked = async {
            let resource = self.resource(&request.type_name)?;
            let current = read(&resource.ty, request.current_state.as_ref())?;
            let answer =
                resource.it.read(ReadRequest { current, private: request.private, stop: self.stop() }).await;
            Ok(ReadResourceResponse {
                new_state: write(&resource.ty, &answer.state)?,
                diagnostics: answer.diagnostics.into(),
                private: answer.private,
            })
        };
        guarded(looked, Err).await.unwrap_or_else(told)
    }

    pub(super) async fn plan(
        self: Arc<Self>,
        request: PlanResourceChangeRequest,
    ) -> PlanResourceChangeResponse {
        let told =
            |told: Diagnostics| PlanResourceChangeResponse { diagnostics: told.into(), ..Default::default() };
        let decided = async {
            let resource = self.resource(&request.type_name)?;
            let request = PlanRequest {
                prior: read(&resource.ty, request.prior_state.as_ref())?,
                proposed: read(&resource.ty, request.proposed_new_state.as_ref())?,
                config: read(&resource.ty, request.config.as_ref())?,
                private: request.prior_private,
                stop: self.stop(),
            };
            let answer = resource.it.plan(request).await;
            Ok(PlanResourceChangeResponse {
                planned_state: write(&resource.ty, &answer.planned)?,
                requires_replace: answer.requires_replace.into_iter().map(Into::into).collect(),
                planned_private: answer.private,
                diagnostics: answer.diagnostics.into(),
            })
        };
        guarded(decided, Err).await.unwrap_or_else(told)
    }

    pub(super) async fn apply(
        self: Arc<Self>,
        request: ApplyResourceChangeRequest,
    ) -> ApplyResourceChangeResponse {
        // The prior state stays: of a create it is null, so that a panic taints nothing.
        let (as_it_was, private) = (request.prior_state.clone(), request.planned_private.clone());
        let told = |told: Diagnostics| ApplyResourceChangeResponse {
            new_state: as_it_was,
            private,
            diagnostics: told.into(),
        };
        let done = async {
            let resource = self.resource(&request.type_name)?;
            let request = ApplyRequest {
                prior: read(&resource.ty, request.prior_state.as_ref())?,
                planned: read(&resource.ty, request.planned_state.as_ref())?,
                config: read(&resource.ty, request.config.as_ref())?,
                private: request.planned_private,
                stop: self.stop(),
            };
            let answer = resource.it.apply(request).await;
            Ok(ApplyResourceChangeResponse {
                new_state: write(&resource.ty, &answer.state)?,
                private: answer.private,
                diagnostics: answer.diagnostics.into(),
            })
        };
        guarded(done, Err).await.unwrap_or_else(told)
    }

    pub(super) async fn import(
        self: Arc<Self>,
        request: ImportResourceStateRequest,
    ) -> ImportResourceStateResponse {
        let told = |told: Diagnostics| ImportResourceStateResponse {
            diagnostics: told.into(),
            ..Default::default()
        };
        let found = async {
            let resource = self.resource(&request.type_name)?;
            let answer = resource.it.import(ImportRequest { id: request.id, stop: self.stop() }).await;
            let imported = ImportedResource {
                type_name: request.type_name.clone(),
                state: write(&resource.ty, &answer.state)?,
                private: answer.private,
            };
            let failed = answer.diagnostics.has_errors();
            Ok(ImportResourceStateResponse {
                imported_resources: if failed { Vec::new() } else { vec![imported] },
                diagnostics: answer.diagnostics.into(),
            })
        };
        guarded(found, Err).await.unwrap_or_else(told)
    }
}

/// No type of resource takes the states of another.
pub(super) fn no_move() -> MoveResourceStateResponse {
    let mut told = Diagnostics::default();
    told.error(
        None,
        "Cannot move the state",
        "This provider takes over no state of another type of resource.",
    );
    MoveResourceStateResponse { target_state: None, diagnostics: told.into() }
}

pub(super) fn unknown_type(what: &str, name: &str) -> Diagnostics {
    let mut told = Diagnostics::default();
    told.error(
        None,
        format!("No {what} {name}"),
        format!("This provider offers no {what} of the type {name}."),
    );
    told
}

fn unreadable_state(why: &str) -> Diagnostics {
    let mut told = Diagnostics::default();
    told.error(
        None,
        "Cannot read the saved state",
        format!("{why}. Restore the state from a backup, or use the version of the provider that wrote it."),
    );
    told
}
