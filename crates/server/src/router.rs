//! Every route, grouped by audience.

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{any, get, post},
};

use crate::{
    api::{self, authenticate, error::ApiError},
    app::App,
    assets,
    middleware::{request, security},
    pages::{automation, home, pipeline, sign_in, start, visit},
};

/// Under what people's addresses begin; organisation and tenant by their slugs.
const TENANT: &str = "/{org}/{tenant}/automationhub_";

/// The whole server.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(start::show))
        .merge(tenant_pages(&app))
        .fallback(start::not_found)
        .layer(axum::middleware::from_fn(security::page_headers))
        .merge(open_api(&app))
        .merge(assets::router())
        .layer(from_fn_with_state(app.clone(), request::identify))
        .with_state(app)
}

/// What people see once a tenant is known.
fn tenant_pages(app: &App) -> Router<App> {
    let pages = Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/confirm-password", get(sign_in::show_confirm).post(sign_in::confirm))
        .route(automation::PATH, get(automation::show))
        .route(pipeline::PATH, get(pipeline::show))
        .route("/automation-pipeline.csv", get(pipeline::csv::download));
    let under = |path: &str| format!("{TENANT}{path}");
    Router::new()
        .nest(TENANT, pages)
        .route(&under("/"), get(home::show))
        .layer(from_fn_with_state(app.clone(), visit::recognise))
}

/// Where the Open API is reached: with the tenant in the address, behind a gateway's prefix, and bare.
const OPEN_API: [&str; 3] =
    ["/{org}/{tenant}/automationhub_/api/v1/openapi", "/automationhub_/api/v1/openapi", "/api/v1/openapi"];

/// The Open API under each of its addresses. Whoever calls proves who they are before a route is looked for.
fn open_api(app: &App) -> Router<App> {
    let (calls, _) = api::router::open_api(app);
    let calls = calls
        .method_not_allowed_fallback(|| async { ApiError::method_not_allowed() })
        // A fallback can't be nested under a base path that begins with a parameter.
        .route("/", any(|| async { ApiError::route_not_found() }))
        .route("/{*rest}", any(|| async { ApiError::route_not_found() }))
        .layer(from_fn_with_state(app.clone(), authenticate::authenticate));
    OPEN_API.into_iter().fold(Router::new(), |router, base| router.nest(base, calls.clone()))
}
