//! Who may make which call: one table, checked in one place.

use automation_hub_domain::{
    flow::{Condition, Flow},
    idea::SubmissionType,
    permission::Permission,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use utoipa::openapi::Paths;

use crate::{
    api::{automations::pipeline, conditional::Named, error::ApiError},
    app::App,
    auth::actor::Actor,
    error::{Denial, Error},
    services::ideas::{EDIT_COST_BENEFIT, VIEW_COST_BENEFIT},
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

/// Where a user needs what a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// In any category: what is shown or done is limited to where it is held.
    Somewhere,
    /// Where that is filed which the call is about.
    There,
    /// In all categories.
    Everywhere,
}

/// What a call asks for beside its permission. The call itself looks at it, as it knows what it is about.
#[derive(Clone, Copy, Debug)]
pub enum Further {
    Nothing,
    Permissions(&'static [Permission]),
    Conditions(&'static [Condition]),
    Flow(FlowPart),
}

/// Which part of a flow says who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowPart {
    /// Of whichever flow the call names.
    Submit,
    /// As [`FlowPart::Submit`], but for what a part in the automation to be changed is worth: the call is about none.
    SubmitByRole,
    /// Of the flow for this kind of submission.
    SubmitInto(SubmissionType),
    Edit,
    Move,
    Delete,
}

impl FlowPart {
    /// One of these is needed; to move an idea, of those for the way that it is to go or to force it.
    pub fn conditions(self, flow: &Flow) -> Vec<Condition> {
        let permissions = &flow.permissions;
        match self {
            Self::Submit | Self::SubmitInto(_) => permissions.submit.clone(),
            Self::SubmitByRole => {
                let is_of_role = |condition: &&Condition| matches!(condition, Condition::Permission(_));
                permissions.submit.iter().filter(is_of_role).copied().collect()
            }
            Self::Edit => permissions.edit.clone(),
            Self::Delete => permissions.delete.clone(),
            Self::Move => {
                let workers = flow.phases.iter().flat_map(|phase| &phase.workers);
                let leading = flow.transitions.iter().flat_map(|way| &way.by);
                workers.chain(leading).chain(&permissions.force).copied().collect()
            }
        }
    }
}

/// One call. Whether a user has the permission somewhere is checked for every call alike; where exactly, and what else is
/// needed, is looked at by the call itself, and told here so that it can be printed and tested.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub callers: Callers,
    pub permission: Option<Permission>,
    pub extent: Extent,
    pub further: Further,
    /// Whether the call looks at `If-Match` itself; else no tag that it names can match.
    pub compares: bool,
}

const fn route(
    method: Method,
    path: &'static str,
    callers: Callers,
    permission: Option<Permission>,
) -> Route {
    let (extent, further) = (Extent::Somewhere, Further::Nothing);
    Route { method, path, callers, permission, extent, further, compares: false }
}

/// One that looks at `If-Match`.
const fn comparing(
    method: Method,
    path: &'static str,
    callers: Callers,
    permission: Option<Permission>,
) -> Route {
    let mut route = route(method, path, callers, permission);
    route.compares = true;
    route
}

pub const ROUTES: &[Route] = &[
    route(Method::GET, "/authinfo", Callers::All, None),
    route(Method::GET, "/hierarchy", Callers::All, None),
    route(Method::GET, "/appinventory", Callers::All, None),
    comparing(Method::PUT, "/appinventory", Callers::Users, Some(Permission::ManageAppInventory)).there(),
    comparing(Method::DELETE, "/appinventory/{id}", Callers::Users, Some(Permission::ManageAppInventory))
        .there(),
    comparing(Method::PUT, "/categories", Callers::Users, Some(Permission::ManageCategories)).there(),
    route(Method::GET, "/roles", Callers::All, Some(Permission::ManageUsers)),
    route(Method::GET, "/users", Callers::All, Some(Permission::ManageUsers)),
    route(Method::POST, "/adduser", Callers::All, Some(Permission::ManageUsers)).everywhere(),
    route(Method::POST, "/edituser", Callers::All, Some(Permission::ManageUserRoles)),
    route(Method::GET, "/idea-flows", Callers::All, None),
    route(Method::GET, "/idea-schema", Callers::All, None).further(Further::Flow(FlowPart::SubmitByRole)),
    route(Method::GET, "/questionnaire", Callers::All, None),
    route(Method::GET, "/automations", Callers::Users, Some(Permission::Explore)),
    route(Method::POST, "/automations", Callers::UsersOrNamedSubmitter, None)
        .there()
        .further(Further::Flow(FlowPart::Submit)),
    route(Method::GET, "/automations/{id}", Callers::Users, Some(Permission::Explore)).there(),
    comparing(Method::PATCH, "/automations/{id}", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Edit)),
    comparing(Method::DELETE, "/automations/{id}", Callers::Users, Some(Permission::DeleteIdea))
        .there()
        .further(Further::Flow(FlowPart::Delete)),
    route(Method::GET, "/automations/{id}/schema", Callers::Users, Some(Permission::Explore)).there(),
    comparing(Method::POST, "/automations/status", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Move)),
    comparing(Method::POST, "/automations/{id}/idea-flow", Callers::Users, Some(Permission::ChangeIdeaFlow))
        .there()
        .further(Further::Flow(FlowPart::SubmitByRole)),
    comparing(Method::PUT, "/automation/{id}/categories", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Edit)),
    route(Method::POST, "/idea-from-schema", Callers::UsersOrNamedSubmitter, None)
        .there()
        .further(Further::Flow(FlowPart::Submit)),
    route(Method::GET, "/automations/{id}/documents", Callers::Users, Some(Permission::Explore)).there(),
    route(Method::POST, "/automations/{id}/documents", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Edit)),
    route(Method::GET, "/automations/{id}/media", Callers::Users, Some(Permission::Explore)).there(),
    route(Method::POST, "/automations/{id}/media", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Edit)),
    route(Method::GET, "/automations/{id}/components", Callers::Users, Some(Permission::Explore)).there(),
    route(Method::GET, "/automations/collaborators", Callers::All, Some(Permission::Explore)).there(),
    route(Method::GET, "/collaborators", Callers::All, Some(Permission::Explore)).there(),
    comparing(Method::POST, "/automations/{id}/collaborators", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Edit)),
    comparing(Method::DELETE, "/automations/{id}/collaborators", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Edit)),
    comparing(Method::POST, "/automations/{id}/tags", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Flow(FlowPart::Edit)),
    route(Method::GET, "/cba", Callers::All, Some(Permission::Explore))
        .there()
        .further(Further::Conditions(&VIEW_COST_BENEFIT)),
    comparing(Method::PUT, "/automations/{id}/cba", Callers::Users, Some(Permission::Explore))
        .there()
        .further(Further::Conditions(&EDIT_COST_BENEFIT)),
    comparing(
        Method::PUT,
        "/automations/cba/{id}/project-plan-baseline",
        Callers::Users,
        Some(Permission::Explore),
    )
    .there()
    .further(Further::Conditions(&EDIT_COST_BENEFIT)),
    route(Method::GET, "/automationpipeline", Callers::Users, Some(Permission::Explore))
        .further(Further::Permissions(pipeline::TABLES)),
    route(Method::GET, "/auditlogs", Callers::Users, Some(Permission::AuditLogs)).everywhere(),
    route(Method::GET, "/components", Callers::All, None),
    route(Method::GET, "/automation-store", Callers::Users, Some(Permission::Explore)),
    route(Method::GET, "/automation-store/{id}/reviews", Callers::Users, Some(Permission::Explore)).there(),
    route(Method::GET, "/download/file/{file_id}", Callers::Users, Some(Permission::Explore)).there(),
    route(
        Method::POST,
        "/automationidea",
        Callers::UsersOrNamedSubmitter,
        Some(Permission::SubmitEmployeeIdea),
    )
    .there()
    .further(Further::Flow(FlowPart::SubmitInto(SubmissionType::EmployeeDriven))),
    route(
        Method::POST,
        "/coe-automationidea",
        Callers::UsersOrNamedSubmitter,
        Some(Permission::SubmitCoeIdea),
    )
    .there()
    .further(Further::Flow(FlowPart::SubmitInto(SubmissionType::CoeDriven))),
    route(
        Method::POST,
        "/processmining-idea",
        Callers::UsersOrNamedSubmitter,
        Some(Permission::SubmitEmployeeIdea),
    )
    .there()
    .further(Further::Flow(FlowPart::SubmitInto(SubmissionType::ProcessMining))),
];

impl Route {
    const fn there(mut self) -> Self {
        self.extent = Extent::There;
        self
    }

    const fn everywhere(mut self) -> Self {
        self.extent = Extent::Everywhere;
        self
    }

    const fn further(mut self, further: Further) -> Self {
        self.further = further;
        self
    }

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
