//! Admin Console > Manage Access > Assign Roles: the people of the tenant.

pub mod new;
pub mod person;
pub mod roles;

use askama::Template;
use automation_hub_domain::{
    id::{RoleId, UserId},
    page::{Page, PageRequest},
    permission::Permission,
    user::{InviteStatus, User},
};
use automation_hub_storage::{
    Session,
    users::{self, UserFilter},
};
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    error::Error,
    pages::{
        error::PageError,
        format::{Format, Moment},
        html,
        paging::{self, Turn, turns},
        query::{Ignored, Query},
        shell::{Section, Shell, tint},
        users::roles::{Catalogue, RoleName},
        visit::SignedIn,
    },
};

pub const PATH: &str = "/admin/manage-access/assign-roles";
const SEARCH_LIMIT: usize = 256;

/// Where an account stands, as one word and one shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    Pending,
    Unsent,
    NotInvited,
    Inactive,
}

impl Standing {
    pub const ALL: [Self; 5] = [Self::Active, Self::Pending, Self::Unsent, Self::NotInvited, Self::Inactive];

    pub fn of(user: &User) -> Self {
        match user.invite_status {
            _ if !user.is_active => Self::Inactive,
            InviteStatus::Active => Self::Active,
            InviteStatus::Pending => Self::Pending,
            InviteStatus::PendingUnsent => Self::Unsent,
            InviteStatus::NotInvited => Self::NotInvited,
        }
    }

    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Unsent => "unsent",
            Self::NotInvited => "not-invited",
            Self::Inactive => "inactive",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Pending => "Pending",
            Self::Unsent => "Pending, no mail sent",
            Self::NotInvited => "Not invited",
            Self::Inactive => "Inactive",
        }
    }

    pub const fn tone(self) -> &'static str {
        match self {
            Self::Active => "ok",
            Self::Pending => "work",
            Self::Unsent | Self::NotInvited => "warn",
            Self::Inactive => "off",
        }
    }

    fn narrow(self, filter: &mut UserFilter) {
        let (is_active, status) = match self {
            Self::Active => (true, Some(InviteStatus::Active)),
            Self::Pending => (true, Some(InviteStatus::Pending)),
            Self::Unsent => (true, Some(InviteStatus::PendingUnsent)),
            Self::NotInvited => (true, Some(InviteStatus::NotInvited)),
            Self::Inactive => (false, None),
        };
        filter.is_active = Some(is_active);
        filter.invite_status = status.map(|status| status..=status);
    }
}

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    shell: Shell,
    search: String,
    standing: Option<Standing>,
    role: i64,
    roles: Vec<(i64, String)>,
    rows: Vec<Row>,
    total: u64,
    first: u64,
    turns: Vec<Turn>,
    passed_over: Option<String>,
}

impl UsersPage {
    fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.standing.is_some() || self.role != 0
    }

    fn last(&self) -> u64 {
        (self.first + self.rows.len() as u64).saturating_sub(1)
    }
}

type Found = (Page<User>, Vec<Row>, Vec<(i64, String)>);

struct Row {
    id: UserId,
    name: String,
    email: String,
    initials: String,
    tint: u8,
    standing: Standing,
    roles: Vec<RoleName>,
    last_sign_in: Option<Moment>,
}

pub async fn show(State(app): State<App>, signed_in: SignedIn, query: Query) -> Result<Response, PageError> {
    signed_in.actor.require(Permission::ManageUsers)?;
    let search: String = query.text("search").chars().take(SEARCH_LIMIT).collect();
    let standing = Standing::ALL.into_iter().find(|one| one.key() == query.text("status"));
    let role = query.number("role").and_then(|role| i64::try_from(role).ok()).unwrap_or_default();
    let mut filter = UserFilter {
        search: Some(search.clone()),
        role: Some(role).filter(|&role| role != 0).map(RoleId::new),
        ..UserFilter::default()
    };
    if let Some(standing) = standing {
        standing.narrow(&mut filter);
    }
    let request = PageRequest::numbered(paging::number(query.text("page")), PageRequest::DEFAULT_LIMIT);
    let format = Format::of(&signed_in.visit.tenant, app.clock.now());
    let read = app.store.scan(signed_in.actor.tenant_id(), move |s| read(s, &filter, request, &format));
    let (people, rows, roles) = read.await?;
    let mut ignored = Ignored::default();
    ignored.unless(standing.is_some(), "status", query.text("status"));
    ignored.unless(role != 0 && roles.iter().any(|(id, _)| *id == role), "role", query.text("role"));
    let address = |page| page_address(&signed_in.visit.base(), &search, standing, role, page);
    html::page(&UsersPage {
        shell: Shell::of(&signed_in.visit, Section::Users).ok_or(Error::SignedOut)?,
        turns: turns(people.request.number(), people.total_pages(), address),
        first: first(&people),
        total: people.total,
        search,
        standing,
        role,
        roles,
        rows,
        passed_over: ignored.sentence(),
    })
}

/// A page of people with what its rows show, and the roles to filter by.
fn read(
    s: &mut Session<'_>,
    filter: &UserFilter,
    request: PageRequest,
    format: &Format,
) -> Result<Found, Error> {
    let mut people = users::list(s, filter, request)?;
    if let Some(last) = request.back_within(people.total) {
        people = users::list(s, filter, last)?;
    }
    let catalogue = Catalogue::load(s)?;
    let ids: Vec<_> = people.items.iter().map(|user| user.id).collect();
    let held = users::role_assignments(s, &ids)?;
    let names = |id| {
        let own = held.iter().filter(move |(user, _)| *user == id);
        own.map(|(_, assignment)| catalogue.name(*assignment)).collect()
    };
    let rows = people.items.iter().map(|user| row(user, names(user.id), format)).collect();
    let roles = catalogue.roles.iter().map(|role| (role.id.get(), role.name.clone())).collect();
    Ok((people, rows, roles))
}

fn row(user: &User, roles: Vec<RoleName>, format: &Format) -> Row {
    Row {
        id: user.id,
        name: user.full_name(),
        email: user.email.as_str().to_owned(),
        initials: user.initials(),
        tint: tint(user.id.get()),
        standing: Standing::of(user),
        roles,
        last_sign_in: user.last_sign_in_at.map(|at| format.ago(at)),
    }
}

fn first(people: &Page<User>) -> u64 {
    people.request.offset.saturating_add(1)
}

fn page_address(base: &str, search: &str, standing: Option<Standing>, role: i64, page: u64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("search", search);
    }
    if let Some(standing) = standing {
        query.append_pair("status", standing.key());
    }
    if role != 0 {
        query.append_pair("role", &role.to_string());
    }
    query.append_pair("page", &page.to_string());
    format!("{base}{PATH}?{}", query.finish())
}
