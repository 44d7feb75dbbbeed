//! The suggestions under the User field: active people whose name or e-mail holds what is typed.

use std::collections::HashMap;

use askama::Template;
use automation_hub_domain::{
    id::{RoleId, UserId},
    permission::Permission,
    user::User,
};
use automation_hub_storage::{
    Session,
    chunk::Start,
    roles,
    users::{self, UserFilter},
};
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    error::Error,
    pages::{error::PageError, html, query::Query, shell, visit::SignedIn},
    services::tokens::SEARCH_LIMIT,
};

/// As many as can be seen at a glance.
const LIMIT: u64 = 7;

#[derive(Template)]
#[template(path = "tokens/people.html")]
struct People {
    people: Vec<Suggestion>,
}

struct Suggestion {
    id: UserId,
    name: String,
    email: String,
    initials: String,
    tint: u8,
    is_me: bool,
    role: String,
}

pub async fn show(State(app): State<App>, signed_in: SignedIn, query: Query) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    actor.require(Permission::OpenApi)?;
    let search: String = query.text("q").chars().take(SEARCH_LIMIT).collect();
    let me = actor.user()?.id;
    let people = app.store.scan(actor.tenant_id(), move |s| suggest(s, search.clone(), me)).await?;
    html::page(&People { people })
}

fn suggest(s: &mut Session<'_>, search: String, me: UserId) -> Result<Vec<Suggestion>, Error> {
    let is_open = search.is_empty();
    let filter = UserFilter { search: Some(search), is_active: Some(true), ..UserFilter::default() };
    let mut found = users::chunk(s, &filter, &Start::Offset(0), LIMIT)?.items;
    // Oneself is the likeliest and stands first, where it matches at all.
    if is_open && found.iter().all(|user| user.id != me) {
        found.extend(users::find(s, me)?);
    }
    found.sort_by_key(|user| user.id != me);
    let ids: Vec<_> = found.iter().map(|user| user.id).collect();
    let names: HashMap<RoleId, String> =
        roles::list(s)?.into_iter().map(|role| (role.id, role.name)).collect();
    let held = users::role_assignments(s, &ids)?;
    let role = |user: UserId| {
        let first = held.iter().find(|(holder, _)| *holder == user)?;
        names.get(&first.1.role).cloned()
    };
    Ok(found.into_iter().map(|user| suggestion(&user, role(user.id).unwrap_or_default(), me)).collect())
}

fn suggestion(user: &User, role: String, me: UserId) -> Suggestion {
    Suggestion {
        id: user.id,
        name: user.full_name(),
        email: user.email.as_str().to_owned(),
        initials: user.initials(),
        tint: shell::tint(user.id.get()),
        is_me: user.id == me,
        role,
    }
}
