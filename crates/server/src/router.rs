//! Every route, grouped by audience.

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post},
};

use crate::{
    api::{self, document_page},
    app::App,
    assets,
    middleware::security,
    pages::{
        automation, home, invitation, keyboard, password, pipeline, profile, setup, sign_in, start, tokens,
        users, visit,
    },
    server::Server,
};

/// Under what people's addresses begin; organisation and tenant by their slugs.
const TENANT: &str = "/{org}/{tenant}/automationhub_";

/// The whole server.
pub fn router(app: App) -> Server {
    let pages = Router::new()
        .route("/", get(start::show))
        .merge(document_page::router())
        .merge(setup_pages(&app))
        .merge(tenant_pages(&app))
        .fallback(start::not_found)
        .method_not_allowed_fallback(start::wrong_method)
        .layer(axum::middleware::from_fn(security::page_headers))
        .merge(assets::router());
    Server::new(app.clone(), api::router::calls(), pages.with_state(app))
}

/// The people of a tenant, in the Admin Console.
fn user_pages() -> Router<App> {
    Router::new()
        .route("/", get(users::show))
        .route("/new", get(users::new::show).post(users::new::create))
        .route("/{id}", get(users::person::show))
        .route("/{id}/invite", get(users::person::show_invite).post(users::person::invite))
        .route("/{id}/roles", post(users::person::assign_roles))
        .route("/{id}/activate", post(users::person::activate))
        .route("/{id}/deactivate", get(users::person::show_deactivate).post(users::person::deactivate))
}

/// What people see before there is anything.
fn setup_pages(app: &App) -> Router<App> {
    Router::new()
        .route("/set-up", get(setup::show).post(setup::finish))
        .route("/set-up/code", post(setup::submit_code))
        .route("/set-up/{code}", get(setup::take_code))
        .method_not_allowed_fallback(start::wrong_method)
        .layer(from_fn_with_state(app.clone(), setup::guard))
}

/// What people see once a tenant is known.
fn tenant_pages(app: &App) -> Router<App> {
    let pages = Router::new()
        .route("/", get(home::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/session", get(sign_in::session))
        .route("/confirm-password", get(sign_in::show_confirm).post(sign_in::confirm))
        .route(automation::PATH, get(automation::show))
        .route(automation::documentation::PATH, get(automation::documentation::show))
        .route(automation::documentation::FILE_PATH, get(automation::documentation::show_file))
        .route(pipeline::PATH, get(pipeline::show))
        .route("/automation-pipeline.csv", get(pipeline::csv::download))
        .route("/invitation", get(invitation::show).post(invitation::accept))
        .route("/invitation/{code}", get(invitation::take_code))
        .route("/profile", get(profile::show))
        .route("/profile/password", get(password::show).post(password::change))
        .route("/profile/theme", post(profile::choose_theme))
        .route("/profile/keys", post(profile::choose_keys))
        .route("/keyboard", get(keyboard::show))
        .route("/profile/end-other-sessions", post(profile::end_other_sessions))
        .route("/profile/sessions/{id}/end", post(profile::end_session))
        .nest(users::PATH, user_pages())
        .nest(tokens::PATH, open_api_console())
        .merge(own_tokens());
    let under = |path: &str| format!("{TENANT}{path}");
    Router::new()
        .nest(TENANT, pages)
        .route(&under("/"), get(home::show))
        .method_not_allowed_fallback(start::wrong_method)
        .layer(from_fn_with_state(app.clone(), visit::recognise))
}

/// Admin Console > Platform Setup > Open API.
fn open_api_console() -> Router<App> {
    use tokens::{call, calls, confirm, form, list, people, reveal, settings, usage};
    Router::new()
        .route("/", get(list::show))
        .route("/calls", get(calls::show))
        .route("/calls/{id}", get(call::show))
        .route("/settings", get(settings::show).post(settings::save))
        .route("/tokens", post(form::create))
        .route("/tokens/new", get(form::show_new))
        .route("/tokens/people", get(people::show))
        .route("/tokens/{id}", get(usage::show))
        .route("/tokens/{id}/edit", get(form::show_edit).post(form::edit))
        .route("/tokens/{id}/rotate", get(confirm::show_rotate).post(confirm::rotate))
        .route("/tokens/{id}/revoke", get(confirm::show_revoke).post(confirm::revoke))
        .route("/tokens/{id}/activate", post(confirm::activate))
        .route("/tokens/{id}/deactivate", post(confirm::deactivate))
        .route("/tokens/{id}/reveal", post(reveal::reveal))
        .route("/tokens/{id}/copy", get(reveal::show))
}

/// What people may do with the tokens that act as them, from their profile.
fn own_tokens() -> Router<App> {
    use tokens::own;
    Router::new().route("/profile/tokens/{id}/revoke", get(own::show_revoke).post(own::revoke))
}
