//! What a change of an idea answers: the record as it is now.

use automation_hub_storage::Session;
use axum::response::Response;

use super::show::{self, Wanted};
use crate::{
    api::{envelope::UPDATED, error::ApiError},
    app::App,
    auth::actor::Actor,
};

pub(super) async fn record(app: &App, actor: Actor, key: String) -> Result<Response, ApiError> {
    let (shared, tenant) = (app.clone(), actor.tenant_id());
    let work = move |s: &mut Session<'_>| {
        show::read(&shared, s, &actor, &Wanted { key: &key, opening: UPDATED, known: None, selection: None })
    };
    Ok(app.store.read(tenant, work).await?.respond()?)
}
