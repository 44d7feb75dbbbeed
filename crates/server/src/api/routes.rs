//! Who may make which call: one table, checked in one place.

use automation_hub_domain::permission::Permission;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use utoipa::openapi::Paths;

use crate::{
    api::{conditional::Named, error::ApiError},
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
    /// Whether the call looks at `If-Match` itself; else no tag that it names can match.
    pub compares: bool,
}

const fn route(
    method: Method,
    path: &'static str,
    callers: Callers,
    permission: Option<Permission>,
) -> Route {
    Route { method, path, callers, permission, compares: false }
}

/// One that looks at `If-Match`.
const fn comparing(
    method: Method,
    path: &'static str,
    callers: Callers,
    permission: Option<Permission>,
) -> Route {
    Route { method, path, callers, permission, compares: true }
}

pub const ROUTES: &[Route] = &[
    route(Method::GET, "/authinfo", Callers::All, None),
    route(Method::GET, "/hierarchy", Callers::All, None),
    route(Method::GET, "/appinventory", Callers::All, None),
    route(Method::PUT, "/appinventory", Callers::Users, Some(Permission::ManageAppInventory)),
    route(Method::DELETE, "/appinventory/{id}", Callers::Users, Some(Permission::ManageAppInventory)),
    comparing(Method::PUT, "/categories", Callers::Users, Some(Permission::ManageCategories)),
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
    comparing(Method::PATCH, "/automations/{id}", Callers::Users, Some(Permission::Explore)),
    comparing(Method::DELETE, "/automations/{id}", Callers::Users, Some(Permission::DeleteIdea)),
    route(Method::GET, "/automations/{id}/schema", Callers::Users, Some(Permission::Explore)),
    comparing(Method::POST, "/automations/status", Callers::Users, Some(Permission::Explore)),
    comparing(Method::POST, "/automations/{id}/idea-flow", Callers::Users, Some(Permission::ChangeIdeaFlow)),
    comparing(Method::PUT, "/automation/{id}/categories", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/idea-from-schema", Callers::UsersOrNamedSubmitter, None),
    route(Method::GET, "/automations/{id}/documents", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/automations/{id}/documents", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automations/{id}/media", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/automations/{id}/media", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automations/{id}/components", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automations/collaborators", Callers::All, Some(Permission::Explore)),
    route(Method::GET, "/collaborators", Callers::All, Some(Permission::Explore)),
    comparing(Method::POST, "/automations/{id}/collaborators", Callers::Users, Some(Permission::Explore)),
    comparing(Method::DELETE, "/automations/{id}/collaborators", Callers::Users, Some(Permission::Explore)),
    comparing(Method::POST, "/automations/{id}/tags", Callers::Users, Some(Permission::Explore)),
    // The project manager of an automation may, too.
    route(Method::GET, "/cba", Callers::All, Some(Permission::Explore)),
    comparing(Method::PUT, "/automations/{id}/cba", Callers::Users, Some(Permission::Explore)),
    comparing(
        Method::PUT,
        "/automations/cba/{id}/project-plan-baseline",
        Callers::Users,
        Some(Permission::Explore),
    ),
    // Any permission for a table of the pipeline will do.
    route(Method::GET, "/automationpipeline", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/auditlogs", Callers::Users, Some(Permission::AuditLogs)),
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
    /// The row of a call, by what its description says.
    pub fn of(described: &Paths) -> Option<&'static Self> {
        let (path, item) = described.paths.iter().next()?;
        let methods = [
            (Method::GET, &item.get),
            (Method::PUT, &item.put),
            (Method::POST, &item.post),
            (Method::DELETE, &item.delete),
            (Method::PATCH, &item.patch),
        ];
        let (method, _) = methods.into_iter().find(|(_, operation)| operation.is_some())?;
        ROUTES.iter().find(|route| route.method == method && route.path == path)
    }

    /// Whether an actor may make this call at all: the check that every call passes.
    pub fn check(&self, actor: &Actor) -> Result<(), Error> {
        match (&actor.user, self.permission) {
            (Some(_), Some(permission)) => actor.require(permission),
            (None, _) if self.callers == Callers::Users => Err(Error::Forbidden(Denial::UserNeeded)),
            _ => Ok(()),
        }
    }

    /// A change that has no tag to compare must not be taken for one that was compared.
    pub fn check_condition(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        if self.compares || self.method == Method::GET {
            return Ok(());
        }
        match Named::read(headers, &header::IF_MATCH)? {
            Some(Named::These(_)) => Err(ApiError::nothing_to_match()),
            Some(Named::Any) | None => Ok(()),
        }
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = ApiError;

    /// Whoever makes the call; that they may was settled on the way to it.
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        parts.extensions.remove().ok_or_else(|| Error::SignedOut.into())
    }
}
