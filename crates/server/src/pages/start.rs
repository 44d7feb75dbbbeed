//! The root address, before a tenant is known: leads to the only tenant, or asks which.

use askama::Template;
use axum::{
    extract::{Extension, State},
    http::{HeaderMap, Uri},
    response::Response,
};

use crate::{
    app::App,
    error::Error,
    middleware::request::RequestContext,
    pages::{
        error,
        error::PageError,
        html,
        visit::{self, Visit},
    },
};

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    tenants: Vec<TenantLink>,
}

struct TenantLink {
    organization: String,
    tenant: String,
    href: String,
}

pub async fn show(State(app): State<App>) -> Result<Response, PageError> {
    let tenants: Vec<_> = app
        .tenants()
        .iter()
        .filter(|tenant| tenant.is_active)
        .map(|tenant| TenantLink {
            organization: tenant.organization_name.clone(),
            tenant: tenant.tenant_name.clone(),
            href: format!("{}/", tenant.base_path()),
        })
        .collect();
    match tenants.as_slice() {
        [only] => Ok(html::see_other(&only.href)),
        _ => html::page(&StartPage { tenants }),
    }
}

/// An address that is there, asked in a way it doesn't answer: mostly that of a form, typed or kept.
pub async fn wrong_method(context: RequestContext, visit: Option<Extension<Visit>>) -> Response {
    error::wrong_method(visit.as_ref().map(|Extension(visit)| visit), context.id)
}

/// An address that leads nowhere; told within the shell to whoever is signed in where it would lie.
pub async fn not_found(
    State(app): State<App>,
    context: RequestContext,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let visit = visit::find(&app, &headers, uri, context).await;
    error::respond(visit.as_ref(), &Error::NotFound("page"), context.id)
}
