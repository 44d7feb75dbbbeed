//! Who may make which call: one table, checked in one place.

use automation_hub_domain::permission::Permission;
use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    api::error::ApiError,
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
    route(Method::GET, "/roles", Callers::All, Some(Permission::ManageUsers)),
    route(Method::GET, "/users", Callers::All, Some(Permission::ManageUsers)),
    route(Method::GET, "/automations", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automations/{id}", Callers::Users, Some(Permission::Explore)),
    route(
        Method::POST,
        "/automationidea",
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

/// The check every call passes before its handler runs. A call without a row is nobody's.
pub async fn authorize(path: MatchedPath, actor: Actor, request: Request, next: Next) -> Response {
    let matched = path.as_str();
    // The calls stand under several base paths, all of which end in this part.
    let path = matched.rsplit_once("/openapi").map_or(matched, |(_, path)| path);
    let Some(route) = Route::find(request.method(), path) else {
        return ApiError::route_not_found().into_response();
    };
    match route.check(&actor) {
        Ok(()) => next.run(request).await,
        Err(error) => ApiError::from(error).into_response(),
    }
}
