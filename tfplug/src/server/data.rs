//! The calls about data sources.

use super::{
    Offer, Server,
    guard::guarded,
    provider::{read, write},
    resource::unknown_type,
};
use crate::{
    DataSource, Diagnostics,
    provider::ReadRequest,
    wire::{ReadDataSourceRequest, ReadDataSourceResponse, Told, ValidateConfigRequest},
};
use std::sync::Arc;

impl Server {
    fn data_source(&self, name: &str) -> Result<&Offer<dyn DataSource>, Diagnostics> {
        self.offers().data_sources.get(name).ok_or_else(|| unknown_type("data source", name))
    }

    pub(super) async fn validate_data(self: Arc<Self>, request: ValidateConfigRequest) -> Told {
        let told = |told: Diagnostics| Told { diagnostics: told.into() };
        let checked = async {
            let check = || -> Result<Diagnostics, Diagnostics> {
                let source = self.data_source(&request.type_name)?;
                Ok(source.it.validate(&read(&source.ty, request.config.as_ref())?))
            };
            told(check().unwrap_or_else(|wrong| wrong))
        };
        guarded(checked, told).await
    }

    pub(super) async fn read_data(self: Arc<Self>, request: ReadDataSourceRequest) -> ReadDataSourceResponse {
        let told = |told: Diagnostics| ReadDataSourceResponse { state: None, diagnostics: told.into() };
        let looked = async {
            let source = self.data_source(&request.type_name)?;
            let current = read(&source.ty, request.config.as_ref())?;
            let answer =
                source.it.read(ReadRequest { current, private: Vec::new(), stop: self.stop() }).await;
            Ok(ReadDataSourceResponse {
                state: write(&source.ty, &answer.state)?,
                diagnostics: answer.diagnostics.into(),
            })
        };
        guarded(looked, Err).await.unwrap_or_else(told)
    }
}
