//! Who may make which call: one table, checked in one place.

use std::sync::{Arc, OnceLock};

use automation_hub_domain::permission::Permission;
use axum::{
    extract::{FromRequestParts, MatchedPath},
    http::{Method, request::Parts},
};

use crate::{
    api::error::ApiError,
    app::App,
    auth::actor::Actor,
    error::{Denial, Error},
};

/// Which kinds of token a call accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// Tokens of a user and tenant-level ones.
    All,
    /// Tokens of a user; the call needs somebody who acts.
    Users,
    /// Tokens of a user; a tenant-level one too if the body names who submits.
    UsersOrNamedSubmitter,
}

/// One call. A user needs the permission somewhere; where exactly is for the call itself to look at.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub callers: Callers,
    pub permission: Option<Permission>,
}

const fn route(
    method: Method,
    path: &'static str,
    callers: Callers,
    permission: Option<Permission>,
) -> Route {
    Route { method, path, callers, permission }
}

pub const ROUTES: &[Route] = &[
    route(Method::GET, "/authinfo", Callers::All, None),
    route(Method::GET, "/hierarchy", Callers::All, None),
    route(Method::GET, "/appinventory", Callers::All, None),
    route(Method::PUT, "/appinventory", Callers::Users, Some(Permission::ManageAppInventory)),
    route(Method::DELETE, "/appinventory/{id}", Callers::Users, Some(Permission::ManageAppInventory)),
    route(Method::PUT, "/categories", Callers::Users, Some(Permission::ManageCategories)),
    route(Method::GET, "/roles", Callers::All, Some(Permission::ManageUsers)),
    route(Method::GET, "/users", Callers::All, Some(Permission::ManageUsers)),
    route(Method::POST, "/adduser", Callers::All, Some(Permission::ManageUsers)),
    route(Method::POST, "/edituser", Callers::All, Some(Permission::ManageUserRoles)),
    route(Method::GET, "/idea-flows", Callers::All, None),
    route(Method::GET, "/idea-schema", Callers::All, None),
    route(Method::GET, "/questionnaire", Callers::All, None),
    route(Method::GET, "/automations", Callers::Users, Some(Permission::Explore)),
    // Who may submit what is said by the flow.
    route(Method::POST, "/automations", Callers::UsersOrNamedSubmitter, None),
    route(Method::GET, "/automations/{id}", Callers::Users, Some(Permission::Explore)),
    // Who may change, move and file an idea is said by its flow.
    route(Method::PATCH, "/automations/{id}", Callers::Users, Some(Permission::Explore)),
    route(Method::DELETE, "/automations/{id}", Callers::Users, Some(Permission::DeleteIdea)),
    route(Method::GET, "/automations/{id}/schema", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/automations/status", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/automations/{id}/idea-flow", Callers::Users, Some(Permission::ChangeIdeaFlow)),
    route(Method::PUT, "/automation/{id}/categories", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/idea-from-schema", Callers::UsersOrNamedSubmitter, None),
    route(Method::GET, "/automations/{id}/documents", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/automations/{id}/documents", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automations/{id}/media", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/automations/{id}/media", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automations/{id}/components", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/components", Callers::All, None),
    route(Method::GET, "/automation-store", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automation-store/{id}/reviews", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/download/file/{file_id}", Callers::Users, Some(Permission::Explore)),
    route(
        Method::POST,
        "/automationidea",
        Callers::UsersOrNamedSubmitter,
        Some(Permission::SubmitEmployeeIdea),
    ),
    route(
        Method::POST,
        "/coe-automationidea",
        Callers::UsersOrNamedSubmitter,
        Some(Permission::SubmitCoeIdea),
    ),
    route(
        Method::POST,
        "/processmining-idea",
        Callers::UsersOrNamedSubmitter,
        Some(Permission::SubmitEmployeeIdea),
    ),
];

impl Route {
    fn find(method: &Method, path: &str) -> Option<&'static Self> {
        // What answers GET answers HEAD.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        ROUTES.iter().find(|route| route.method == *method && route.path == path)
    }

    fn check(&self, actor: &Actor) -> Result<(), Error> {
        match (&actor.user, self.permission) {
            (Some(_), Some(permission)) => actor.require(permission),
            (None, _) if self.callers == Callers::Users => Err(Error::Forbidden(Denial::UserNeeded)),
            _ => Ok(()),
        }
    }
}

/// Which row of the table a call turned out to be, for its record.
#[derive(Clone, Debug, Default)]
pub struct CalledRoute(Arc<OnceLock<&'static str>>);

impl CalledRoute {
    /// `/automations/{id}`; empty for a call that doesn't exist.
    pub fn path(&self) -> &'static str {
        self.0.get().copied().unwrap_or_default()
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = ApiError;

    /// The check every call passes: who wants to know its caller has its row of the table looked at. A call
    /// without a row is nobody's.
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        let actor: &Self = parts.extensions.get().ok_or(Error::SignedOut)?;
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let route = Route::find(&parts.method, path).ok_or_else(ApiError::route_not_found)?;
        if let Some(called) = parts.extensions.get::<CalledRoute>() {
            // Set once: a request is routed once.
            let _ = called.0.set(route.path);
        }
        route.check(actor)?;
        Ok(actor.clone())
    }
}
