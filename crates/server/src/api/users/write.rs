//! `POST /adduser` and `POST /edituser`.

use std::borrow::Cow;

use automation_hub_domain::{
    id::{CategoryId, RoleId, UserId},
    user::{InviteStatus, RoleAssignment},
};
use axum::{extract::State, response::Response};
use serde_json::Value;
use utoipa::ToSchema;

use super::{UserEntry, find_entry};
use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
        extract::JsonObject,
        fields::{Fields, REQUIRED, REQUIRED_MESSAGE},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::people::{self, PersonChange, PersonInput},
};

/// A person to add.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose fields are read one by one to name all that is wrong"
)]
pub struct AddUserRequest {
    /// Unique in the tenant, ignoring case.
    #[schema(format = "email", max_length = 64)]
    user_email: String,
    #[schema(format = "line", max_length = 50)]
    user_first_name: String,
    #[schema(format = "line", max_length = 50)]
    user_last_name: String,
    /// 0 not invited, 1 invited without a mail, 2 with one. Nobody becomes active but by signing in.
    #[schema(minimum = 0, maximum = 2)]
    user_invite_status: Option<u8>,
    #[serde(flatten)]
    particulars: UserParticulars,
}

/// A person to change.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose fields are read one by one to name all that is wrong"
)]
pub struct EditUserRequest {
    /// Picks who is changed, ignoring case.
    #[schema(format = "email")]
    user_email: String,
    #[schema(format = "line", max_length = 50)]
    user_first_name: Option<String>,
    #[schema(format = "line", max_length = 50)]
    user_last_name: Option<String>,
    /// As where somebody is added; 3 stands for somebody who has signed in.
    #[schema(minimum = 0, maximum = 3)]
    user_invite_status: Option<u8>,
    #[serde(flatten)]
    particulars: UserParticulars,
}

/// What may be left out of a person.
#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "describes a part of the body")]
struct UserParticulars {
    #[schema(format = "optional-line", max_length = 50)]
    user_location: Option<String>,
    #[schema(format = "optional-line", max_length = 50)]
    user_department: Option<String>,
    #[schema(format = "optional-line", max_length = 50)]
    user_business_unit: Option<String>,
    #[schema(format = "optional-line", max_length = 50)]
    user_job_title: Option<String>,
    /// 1 unless given.
    #[schema(minimum = 0, maximum = 1)]
    user_is_active: Option<u8>,
    /// In place of all roles held so far. Somebody new becomes a Standard User unless given.
    user_roles: Option<Vec<UserRoleRequest>>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body")]
struct UserRoleRequest {
    role_id: i64,
    /// 0, like none, stands for all categories.
    category_id: Option<i64>,
}

/// Adds a person. Other roles than Standard User need the permission to manage user roles.
#[utoipa::path(
    post, path = "/adduser", tag = "Users", request_body = AddUserRequest,
    responses(
        (status = 201, description = "Resource Updated.", body = Envelope<UserEntry>),
        (status = 409, description = "Somebody has this address.")
    )
)]
pub async fn add_user(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut wrong = Violations::default();
    let input = input(&mut Fields::of(&body, &mut wrong));
    let id = people::create(&app, &actor, input, as_field(wrong)).await.map_err(refused)?;
    answer(&app, &actor, id).await
}

/// Changes the person with this address. What is left out stays; `user_roles` replaces all roles.
#[utoipa::path(
    post, path = "/edituser", tag = "Users", request_body = EditUserRequest,
    responses(
        (status = 201, description = "Resource Updated.", body = Envelope<UserEntry>),
        (status = 404, description = "Nobody has this address."),
        (status = 409, description = "Nobody would be left to administer the tenant.")
    )
)]
pub async fn edit_user(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut wrong = Violations::default();
    let (email, change) = change(&mut Fields::of(&body, &mut wrong));
    let id = people::edit(&app, &actor, email, change, as_field(wrong)).await.map_err(refused)?;
    answer(&app, &actor, id).await
}

async fn answer(app: &App, actor: &Actor, id: UserId) -> Result<Response, ApiError> {
    envelope::updated(app.store.read(actor.tenant_id(), move |s| find_entry(s, id)).await?)
}

/// All members begin so on the wire; the use case knows its fields without.
const PREFIX: &str = "user_";

fn as_field(wrong: Violations) -> Violations {
    wrong.renamed(|member| Cow::Owned(member.strip_prefix(PREFIX).unwrap_or(member).to_owned()))
}

fn refused(error: Error) -> ApiError {
    let violations = match error {
        Error::Invalid(violations) => violations,
        Error::OfField { field, error, .. } => return error.of_field(format!("{PREFIX}{field}")).into(),
        error => return error.into(),
    };
    // A member that could not be read is found missing by the use case too, and so is what would lie within it.
    let violations =
        violations.first_of_each().outermost().renamed(|field| Cow::Owned(format!("{PREFIX}{field}")));
    if violations.iter().any(|violation| violation.message == REQUIRED) {
        ApiError::invalid(REQUIRED_MESSAGE, violations)
    } else {
        Error::Invalid(violations).into()
    }
}

fn input(body: &mut Fields<'_, '_>) -> PersonInput {
    let mut required = |name| body.required_text(name).unwrap_or_default().to_owned();
    let email = required("user_email");
    let first_name = required("user_first_name");
    let last_name = required("user_last_name");
    let mut optional = |name| body.text(name).unwrap_or_default().to_owned();
    PersonInput {
        email,
        first_name,
        last_name,
        job_title: optional("user_job_title"),
        department: optional("user_department"),
        business_unit: optional("user_business_unit"),
        location: optional("user_location"),
        is_inactive: body.flag("user_is_active") == Some(false),
        invite_status: invite_status(body),
        roles: roles(body).unwrap_or_default(),
    }
}

/// Whom to change, and how.
fn change<'b>(body: &mut Fields<'b, '_>) -> (&'b str, PersonChange) {
    let email = body.required_text("user_email").unwrap_or_default();
    let mut name = |name| {
        let given = body.is_given(name).then(|| body.required_text(name).unwrap_or_default());
        given.map(ToOwned::to_owned)
    };
    let (first_name, last_name) = (name("user_first_name"), name("user_last_name"));
    // Null takes away what was there.
    let mut optional = |name| body.has(name).then(|| body.text(name).unwrap_or_default().to_owned());
    let change = PersonChange {
        first_name,
        last_name,
        job_title: optional("user_job_title"),
        department: optional("user_department"),
        business_unit: optional("user_business_unit"),
        location: optional("user_location"),
        is_active: body.flag("user_is_active"),
        invite_status: invite_status(body),
        roles: roles(body),
    };
    (email, change)
}

fn invite_status(body: &mut Fields<'_, '_>) -> Option<InviteStatus> {
    let code = body.integer("user_invite_status")?;
    let status = InviteStatus::from_code(code);
    if status.is_none() {
        body.refuse("user_invite_status", "A whole number from 0 to 3 is needed.");
    }
    status
}

fn roles(body: &mut Fields<'_, '_>) -> Option<Vec<RoleAssignment>> {
    let items = body.items("user_roles")?;
    let assignments = items.iter().map(|(at, item)| assignment(item, at, body.violations()));
    Some(assignments.collect())
}

/// What can't be read becomes what isn't there, so that the others keep their places in the list.
fn assignment(item: &Value, at: &str, wrong: &mut Violations) -> RoleAssignment {
    const NONE: i64 = -1;
    let Some(mut fields) = Fields::of_item(item, at, wrong) else {
        return RoleAssignment { role: RoleId::new(NONE), category: None };
    };
    let role = fields.required_integer("role_id").unwrap_or(NONE);
    let is_somewhere = fields.is_given("category_id");
    let category = fields.integer("category_id").unwrap_or(if is_somewhere { NONE } else { 0 });
    RoleAssignment { role: RoleId::new(role), category: (category != 0).then_some(CategoryId::new(category)) }
}
