//! `GET /users` and `GET /roles`; what changes people is in `write`.

pub mod write;

use std::collections::HashMap;

use automation_hub_domain::{
    id::{CategoryId, TenantId, UserId},
    page::PageRequest,
    user::{InviteStatus, RoleAssignment, User},
};
use automation_hub_storage::{
    Session,
    chunk::{Chunk, Position, Start},
    roles,
    users::{self, UserFilter},
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
        extract::Query,
        paging::{PageQuery, Paging, PagingIfAsked, PartQuery},
        stream::{self, Part, Source},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
};

/// What a part usually takes at the most.
const PART_BYTES: usize = 16 * 1024;

/// The answer as the API document describes it. It is written without such a value.
#[derive(Serialize, ToSchema)]
pub struct UserPage {
    #[serde(flatten)]
    paging: Paging,
    users: Vec<UserEntry>,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub struct UserEntry {
    user_id: i64,
    user_email: String,
    user_first_name: String,
    user_last_name: String,
    user_location: Option<String>,
    user_department: Option<String>,
    user_business_unit: Option<String>,
    user_job_title: Option<String>,
    user_is_active: u8,
    /// 0 not invited or inactive, 1 and 2 invited, 3 active.
    user_invite_status: i64,
    user_roles: Vec<UserRole>,
}

#[derive(Serialize, ToSchema)]
struct UserRole {
    role_id: i64,
    /// 0 stands for all categories.
    category_id: i64,
}

/// People by name. Without `inviteStatus` the deactivated ones are left out.
#[utoipa::path(
    get, path = "/users", tag = "Users",
    params(
        ("search" = Option<String>, Query, description = "Part of a name or an e-mail address; `s` means the same."),
        ("inviteStatus" = Option<String>, Query, pattern = "^(all|active|inactive|pending)$", description = "`all`, `active`, `inactive` or `pending`."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<UserPage>))
)]
pub async fn list_users(State(app): State<App>, actor: Actor, query: Query) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
    let filter = filter(&query, &mut violations);
    violations.into_result()?;
    let people = People { app, tenant: actor.tenant_id(), filter, offset: request.offset };
    Ok(stream::answer(people, request).await?)
}

fn filter(query: &Query, violations: &mut Violations) -> UserFilter {
    let search = query.text(&["search", "s"]).map(str::to_owned);
    let mut filter = UserFilter { search, is_active: Some(true), ..UserFilter::default() };
    match query.text(&["inviteStatus"]).map(str::to_ascii_lowercase).as_deref() {
        None => {}
        Some("all") => filter.is_active = None,
        Some("active") => filter.invite_status = Some(InviteStatus::Active..=InviteStatus::Active),
        Some("inactive") => filter.is_active = Some(false),
        Some("pending") => filter.invite_status = Some(InviteStatus::PendingUnsent..=InviteStatus::Pending),
        Some(_) => violations.add("inviteStatus", "One of all, active, inactive and pending is needed."),
    }
    filter
}

/// One caller's way through the list.
struct People {
    app: App,
    tenant: TenantId,
    filter: UserFilter,
    offset: u64,
}

impl Source for People {
    type Position = Position;
    const NAME: &'static str = "users";
    const PART: u64 = 500;

    async fn first(&self, limit: u64) -> Result<(u64, Part<Position>), Error> {
        let (filter, start) = (self.filter.clone(), Start::Offset(self.offset));
        let work = move |s: &mut Session<'_>| {
            let total = users::count(s, &filter)?;
            let chunk = users::chunk(s, &filter, &start, limit)?;
            Ok((total, written(s, Part::first(PART_BYTES), chunk)?))
        };
        self.app.store.scan(self.tenant, work).await
    }

    async fn next(&self, after: Position, limit: u64, room: usize) -> Result<Part<Position>, Error> {
        let (filter, start) = (self.filter.clone(), Start::After(after));
        let work = move |s: &mut Session<'_>| {
            let chunk = users::chunk(s, &filter, &start, limit)?;
            written(s, Part::following(room), chunk)
        };
        self.app.store.scan(self.tenant, work).await
    }
}

/// The part with these people in it.
fn written(
    session: &mut Session<'_>,
    mut part: Part<Position>,
    chunk: Chunk<User>,
) -> Result<Part<Position>, Error> {
    let ids: Vec<_> = chunk.items.iter().map(|user| user.id).collect();
    let mut held: HashMap<UserId, Vec<UserRole>> = HashMap::new();
    for (user, assignment) in users::role_assignments(session, &ids)? {
        held.entry(user).or_default().push(assignment.into());
    }
    for user in chunk.items {
        let roles = held.remove(&user.id).unwrap_or_default();
        serde_json::to_writer(part.record(), &entry(user, roles)).map_err(Error::internal)?;
    }
    Ok(part.ending(chunk.end))
}

/// One person as lists show them.
fn find_entry(session: &mut Session<'_>, id: UserId) -> Result<UserEntry, Error> {
    let user = users::find(session, id)?.ok_or(Error::NotFound("person"))?;
    let held = users::role_assignments(session, &[id])?;
    Ok(entry(user, held.into_iter().map(|(_, one)| UserRole::from(one)).collect()))
}

impl From<RoleAssignment> for UserRole {
    fn from(assignment: RoleAssignment) -> Self {
        Self { role_id: assignment.role.get(), category_id: assignment.category.map_or(0, CategoryId::get) }
    }
}

fn entry(user: User, user_roles: Vec<UserRole>) -> UserEntry {
    UserEntry {
        user_id: user.id.get(),
        user_email: user.email.to_string(),
        user_first_name: user.profile.first_name,
        user_last_name: user.profile.last_name,
        user_location: user.profile.location,
        user_department: user.profile.department,
        user_business_unit: user.profile.business_unit,
        user_job_title: user.profile.job_title,
        user_is_active: u8::from(user.is_active),
        user_invite_status: if user.is_active { user.invite_status.code() } else { 0 },
        user_roles,
    }
}

#[derive(Serialize, ToSchema)]
pub struct RoleList {
    roles: Vec<RoleEntry>,
    #[serde(flatten)]
    paging: PagingIfAsked,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
struct RoleEntry {
    role_id: i64,
    role_name: String,
    role_slug: String,
    role_is_active: u8,
}

/// The roles of the tenant, its own ones included.
#[utoipa::path(
    get, path = "/roles", tag = "Users",
    params(
        PartQuery,
    ),
    responses((status = 200, body = Envelope<RoleList>))
)]
pub async fn list_roles(State(app): State<App>, actor: Actor, query: Query) -> Result<Response, ApiError> {
    let request = query.page_if_asked()?;
    let roles = app.store.read(actor.tenant_id(), |s| roles::list(s).map_err(Error::from)).await?;
    let paging = Paging::if_asked(request, roles.len());
    let entries = request.of(roles).map(|role| RoleEntry {
        role_id: role.id.get(),
        role_name: role.name,
        role_slug: role.slug,
        role_is_active: u8::from(role.is_active),
    });
    envelope::success(RoleList { roles: entries.collect(), paging })
}
