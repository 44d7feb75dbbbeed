//! Adding a person.

use std::borrow::Cow;

use askama::Template;
use automation_hub_domain::{permission::Permission, role::STANDARD_USER, user::RoleAssignment};
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    error::{Error, Violations},
    pages::{
        error::{self, PageError},
        fields::{Fields, Titles},
        form::Form,
        html,
        shell::{Section, Shell},
        users::{
            PATH,
            roles::{Catalogue, RoleRows, assignments},
        },
        visit::SignedIn,
    },
    services::people::{self, PersonInput},
};

const FIELDS: Titles = &[
    ("first_name", "First name", "first_name"),
    ("last_name", "Last name", "last_name"),
    ("email", "E-mail", "email"),
    ("job_title", "Job title", "job_title"),
    ("department", "Department", "department"),
    ("business_unit", "Business unit", "business_unit"),
    ("location", "City", "location"),
    ("role", "Roles", "role-1"),
];

#[derive(Template)]
#[template(path = "users/new.html")]
struct NewPage {
    shell: Shell,
    fields: Fields,
    may_give_roles: bool,
    roles: RoleRows,
}

pub async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response, PageError> {
    let standard = [RoleAssignment { role: STANDARD_USER, category: None }];
    html::page(&page(&app, &signed_in, Fields::default(), &standard).await?)
}

async fn page(
    app: &App,
    signed_in: &SignedIn,
    fields: Fields,
    chosen: &[RoleAssignment],
) -> Result<NewPage, Error> {
    signed_in.actor.require(Permission::ManageUsers)?;
    let shell = Shell::of(&signed_in.visit, Section::Users).ok_or(Error::SignedOut)?;
    let catalogue = app.store.scan(signed_in.actor.tenant_id(), Catalogue::load).await?;
    let is_wrong = fields.error("role").is_some();
    Ok(NewPage {
        shell: shell.below("Add person"),
        fields: fields.titled(FIELDS),
        may_give_roles: signed_in.actor.may(Permission::ManageUserRoles),
        roles: RoleRows { is_wrong, ..RoleRows::new(&catalogue, chosen) },
    })
}

pub async fn create(State(app): State<App>, signed_in: SignedIn, form: Form) -> Result<Response, PageError> {
    let input = input(&form);
    let roles = input.roles.clone();
    let violations = match people::create(&app, &signed_in.actor, input, Violations::default()).await {
        Ok(id) => {
            return Ok(html::see_other(&format!("{}{PATH}/{id}?done=created", signed_in.visit.base())));
        }
        Err(Error::Invalid(violations)) => violations.renamed(at_field),
        Err(error) => match error.itself() {
            // The address is all that can be taken.
            Error::Conflict(told) => Violations::one("email", told.clone()),
            _ => return Err(error.into()),
        },
    };
    refused(&app, &signed_in, form, violations, &roles).await
}

async fn refused(
    app: &App,
    signed_in: &SignedIn,
    form: Form,
    violations: Violations,
    chosen: &[RoleAssignment],
) -> Result<Response, PageError> {
    let page = page(app, signed_in, Fields::new(form, violations), chosen).await?;
    error::form_again(&page)
}

/// All rows of roles have one place for what is wrong with them.
fn at_field(field: &str) -> Cow<'static, str> {
    if field.starts_with("roles/") { "role".into() } else { field.to_owned().into() }
}

fn input(form: &Form) -> PersonInput {
    let text = |name: &str| form.text(name).to_owned();
    PersonInput {
        email: text("email"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        job_title: text("job_title"),
        department: text("department"),
        business_unit: text("business_unit"),
        location: text("location"),
        roles: assignments(form),
        ..PersonInput::default()
    }
}
