//! `GET /automations/collaborators`, and `POST` and `DELETE /automations/{id}/collaborators`.

use automation_hub_domain::{
    collaborator::CHANGE_LIMIT,
    id::{RoleId, UserId},
    page::PageRequest,
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::refusal::refused;
use crate::{
    api::{
        conditional::IfMatch,
        envelope::{self, Envelope},
        error::ApiError,
        extract::{JsonObject, OptionalJsonObject, Query},
        fields::{Fields, REQUIRED},
        paging::{Paging, PagingIfAsked, PartQuery},
        people::PersonEntry,
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::ideas::{self, IdeaChoice, Member, Named, PersonKey, RoleKey},
};

/// Somebody who works on an automation, in one role.
#[derive(Serialize, ToSchema)]
pub struct CollaboratorEntry {
    #[serde(flatten)]
    person: PersonEntry,
    role_id: i64,
    role_slug: String,
    role_name: String,
}

impl From<Member> for CollaboratorEntry {
    fn from(Member { user, role }: Member) -> Self {
        let person = PersonEntry::from(&user);
        Self { person, role_id: role.id.get(), role_slug: role.slug, role_name: role.name }
    }
}

#[derive(Serialize, ToSchema)]
pub struct CollaboratorList {
    /// An entry for each person and role; submitter and owner come first.
    collaborators: Vec<CollaboratorEntry>,
    #[serde(flatten)]
    paging: PagingIfAsked,
}

/// The people of an automation: its submitter and owner, then those that were added.
#[utoipa::path(
    get, path = "/automations/collaborators", tag = "Collaborators",
    params(
        ("id" = String, Query, description = "`process_id` or `process_slug`; `collaborators` means the same."),
        PartQuery,
    ),
    responses((status = 200, body = Envelope<CollaboratorList>), (status = 404))
)]
pub async fn list_collaborators(
    State(app): State<App>,
    actor: Actor,
    query: Query,
) -> Result<Response, ApiError> {
    let (key, page) = asked(&query)?;
    envelope::success(listed(&app, &actor, key, page).await?)
}

/// The people of an automation, by the shorter of two paths: as `GET /automations/collaborators`.
#[utoipa::path(
    get, path = "/collaborators", tag = "Collaborators",
    params(
        ("id" = String, Query, description = "`process_id` or `process_slug`; `collaborators` means the same."),
        PartQuery,
    ),
    responses((status = 200, body = Envelope<CollaboratorList>), (status = 404))
)]
pub async fn list_collaborators_of(
    State(app): State<App>,
    actor: Actor,
    query: Query,
) -> Result<Response, ApiError> {
    let (key, page) = asked(&query)?;
    envelope::success(listed(&app, &actor, key, page).await?)
}

/// The automation that a query names, and which of its people.
fn asked(query: &Query) -> Result<(&str, PageRequest), ApiError> {
    let key = query.key(&["id", "collaborators"])?;
    let key = key.ok_or_else(|| refused(Error::invalid("id", REQUIRED)))?;
    Ok((key, query.page_if_asked()?))
}

async fn listed(app: &App, actor: &Actor, key: &str, page: PageRequest) -> Result<CollaboratorList, Error> {
    let members = ideas::list_collaborators(app, actor, key).await?;
    let paging = Paging::if_asked(page, members.len());
    Ok(CollaboratorList { collaborators: page.of(members).map(CollaboratorEntry::from).collect(), paging })
}

/// People to add to an automation: all or, if anything is wrong, none.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct CollaboratorsRequest {
    #[schema(min_items = 1, max_items = 100)]
    collaborators: Vec<CollaboratorRequest>,
}

/// Somebody to add: a person by address or id, and a role by id or slug.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body")]
struct CollaboratorRequest {
    /// In any letter case.
    #[schema(format = "email", min_length = 3)]
    user_email: Option<String>,
    user_id: Option<i64>,
    role_id: Option<i64>,
    /// With or without `ah-`.
    #[schema(format = "filled-text")]
    role_slug: Option<String>,
}

/// People to take off an automation: all or, if anything is wrong, none.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct FormerCollaboratorsRequest {
    #[schema(min_items = 1, max_items = 100)]
    collaborators: Vec<FormerCollaboratorRequest>,
}

/// Somebody to take off: a person by address or id, and in which role. Without a role it is all of theirs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body")]
struct FormerCollaboratorRequest {
    /// In any letter case.
    #[schema(format = "email", min_length = 3)]
    user_email: Option<String>,
    user_id: Option<i64>,
    role_id: Option<i64>,
    /// With or without `ah-`.
    #[schema(format = "filled-text")]
    role_slug: Option<String>,
}

/// Adds people to an automation. They have to be active, and to see its category.
#[utoipa::path(
    post, path = "/automations/{id}/collaborators", tag = "Collaborators", request_body = CollaboratorsRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses((status = 201, body = Envelope<CollaboratorList>), (status = 404), (status = 412))
)]
pub async fn add_collaborators(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let (named, wrong) = read(&body, true);
    let key = choice.key.clone();
    ideas::add_collaborators(&app, &actor, choice, named, wrong).await.map_err(refused)?;
    envelope::created(listed(&app, &actor, &key, PageRequest::WHOLE).await?)
}

/// Takes people off an automation.
#[utoipa::path(
    delete, path = "/automations/{id}/collaborators", tag = "Collaborators",
    request_body = FormerCollaboratorsRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses((status = 200, body = Envelope<CollaboratorList>), (status = 404), (status = 412))
)]
pub async fn remove_collaborators(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    // Without a body it is still the list that is missing.
    OptionalJsonObject(body): OptionalJsonObject,
) -> Result<Response, ApiError> {
    let (named, wrong) = read(&body, false);
    let key = choice.key.clone();
    ideas::remove_collaborators(&app, &actor, choice, named, wrong).await.map_err(refused)?;
    envelope::success(listed(&app, &actor, &key, PageRequest::WHOLE).await?)
}

/// The rows as far as they can be read, and what is wrong with the rest.
fn read(body: &Map<String, Value>, needs_role: bool) -> (Vec<Named>, Violations) {
    const LIST: &str = "collaborators";
    let mut violations = Violations::default();
    let mut fields = Fields::of(body, &mut violations);
    fields.require(LIST);
    let items = fields.items(LIST);
    if items.as_ref().is_some_and(Vec::is_empty) {
        fields.refuse(LIST, REQUIRED);
    }
    let mut items = items.unwrap_or_default();
    if items.len() > CHANGE_LIMIT {
        fields.refuse(LIST, format!("At most {CHANGE_LIMIT} at a time; these are {}.", items.len()));
    }
    // What is beyond the limit needn't be looked at.
    items.truncate(CHANGE_LIMIT);
    let named =
        items.into_iter().filter_map(|(at, item)| one(item, at, needs_role, fields.violations())).collect();
    (named, violations)
}

fn one(item: &Value, at: String, needs_role: bool, violations: &mut Violations) -> Option<Named> {
    let mut fields = Fields::of_item(item, &at, violations)?;
    let person = if fields.is_given("user_id") && !fields.is_given("user_email") {
        fields.integer("user_id").map(|id| PersonKey::Id(UserId::new(id)))
    } else {
        fields.required_text("user_email").map(|text| PersonKey::Email(text.to_owned()))
    };
    let names_role = needs_role || fields.is_given("role_slug") || fields.is_given("role_id");
    let role = if fields.is_given("role_slug") && !fields.is_given("role_id") {
        fields.required_text("role_slug").map(|text| RoleKey::Slug(text.to_owned()))
    } else {
        if needs_role {
            fields.require("role_id");
        }
        fields.integer("role_id").map(|id| RoleKey::Id(RoleId::new(id)))
    };
    let user_id = match person {
        Some(PersonKey::Email(_)) => fields.integer("user_id").map(UserId::new),
        _ => None,
    };
    let role_slug = match role {
        Some(RoleKey::Id(_)) => fields.text("role_slug").map(str::to_owned),
        _ => None,
    };
    let is_whole = person.is_some() && (role.is_some() || !names_role);
    Some(Named { at, person, user_id, role, role_slug, is_whole })
}
