//! One person as administrators see them: particulars, roles, invitation, and the switch.

use askama::Template;
use automation_hub_domain::{id::UserId, permission::Permission, user::User};
use automation_hub_storage::users;
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, Method},
    response::Response,
};

use crate::{
    app::App,
    error::{Error, Violations},
    pages::{
        error::{self, PageError},
        form::Form,
        format::{Format, Moment},
        html,
        query::Query,
        shell::{Section, Shell, tint},
        users::{
            PATH, Standing,
            roles::{Catalogue, RoleName, RoleRows, assignments},
        },
        visit::SignedIn,
    },
    services::{
        handover::{self, About, Handed},
        people::{self, Invited, Way},
    },
};

#[derive(Template)]
#[template(path = "users/person.html")]
struct PersonPage {
    shell: Shell,
    user: User,
    tint: u8,
    standing: Standing,
    names: Vec<RoleName>,
    roles: RoleRows,
    may_give_roles: bool,
    is_oneself: bool,
    last_sign_in: Option<Moment>,
    /// What was done just now.
    done: Option<&'static str>,
    /// Why nothing was done.
    refusal: Option<String>,
    /// The link of an invitation made just now: shown once.
    link: Option<String>,
    link_hours: i64,
    /// Whether invitations go by mail.
    sends_mail: bool,
}

impl PersonPage {
    fn may_invite(&self) -> bool {
        matches!(self.standing, Standing::NotInvited | Standing::Unsent | Standing::Pending)
    }
}

#[derive(Template)]
#[template(path = "users/deactivate.html")]
struct DeactivatePage {
    shell: Shell,
    user: User,
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    query: Query,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id = id(&params)?;
    let mut page = page(&app, &signed_in, id).await?;
    // HEAD shows nothing, and so takes nothing out.
    if let Some(number) = query.number("shown").filter(|_| method == Method::GET) {
        page.link = link(&app, &signed_in, id, number, &headers).await?;
    }
    page.done = match query.text("done") {
        "created" => Some("Added. Invite them, so that they can sign in."),
        "roles" => Some("Roles saved. They hold from the next request on."),
        "invited" => Some("The invitation is on its way."),
        "activated" => Some("Active again."),
        "deactivated" => Some("Deactivated. All their sessions have ended."),
        _ => None,
    };
    html::page(&page)
}

fn id(params: &RawPathParams) -> Result<UserId, Error> {
    let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse().ok());
    id.map(UserId::new).ok_or(Error::NotFound("person"))
}

async fn page(app: &App, signed_in: &SignedIn, id: UserId) -> Result<PersonPage, Error> {
    let actor = &signed_in.actor;
    actor.require(Permission::ManageUsers)?;
    let shell = Shell::of(&signed_in.visit, Section::Users).ok_or(Error::SignedOut)?;
    let (user, held, catalogue) = app
        .store
        .scan(actor.tenant_id(), move |s| -> Result<_, Error> {
            let user = users::find(s, id)?.ok_or(Error::NotFound("person"))?;
            let held: Vec<_> = users::role_assignments(s, &[id])?.into_iter().map(|(_, one)| one).collect();
            Ok((user, held, Catalogue::load(s)?))
        })
        .await?;
    let format = Format::of(&signed_in.visit.tenant, app.clock.now());
    Ok(PersonPage {
        shell: shell.below(user.full_name()),
        tint: tint(id.get()),
        standing: Standing::of(&user),
        names: held.iter().map(|&one| catalogue.name(one)).collect(),
        roles: RoleRows::new(&catalogue, &held),
        may_give_roles: actor.may(Permission::ManageUserRoles),
        is_oneself: actor.user_id() == Some(id),
        last_sign_in: user.last_sign_in_at.map(|at| format.ago(at)),
        user,
        done: None,
        refusal: None,
        link: None,
        link_hours: app.config.sessions.invitation_hours,
        sends_mail: app.mailer.is_some(),
    })
}

/// The link of the invitation made just now, unless it was shown already.
async fn link(
    app: &App,
    signed_in: &SignedIn,
    id: UserId,
    number: u64,
    headers: &HeaderMap,
) -> Result<Option<String>, Error> {
    let number = i64::try_from(number).unwrap_or_default();
    let handed = handover::take(app, &signed_in.actor, About::Invitation(id), number).await?;
    let origin = app.public_origin.address(headers);
    let base = signed_in.visit.base();
    Ok(handed.map(|handed| format!("{origin}{base}/invitation/{}", handed.value.as_str())))
}

/// Where a browser lands that repeats the address of a form: at the person.
pub async fn show_invite(signed_in: SignedIn, params: RawPathParams) -> Result<Response, PageError> {
    Ok(html::see_other(&format!("{}{PATH}/{}", signed_in.visit.base(), id(&params)?)))
}

/// Sends the link, or leads to the page that shows it once.
pub async fn invite(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    form: Form,
) -> Result<Response, PageError> {
    let id = id(&params)?;
    let way = if form.text("by") == "link" { Way::Link } else { Way::Mail };
    match people::invite(&app, &signed_in.actor, id, way).await {
        Ok(Invited::ByMail) => Ok(back(&signed_in, id, "invited")),
        Ok(Invited::ByLink(code)) => {
            let handed = Handed { value: code.expose().into(), second: None };
            let number = handover::put(&app, &signed_in.actor, About::Invitation(id), handed).await?;
            Ok(html::see_other(&format!("{}{PATH}/{id}?shown={number}", signed_in.visit.base())))
        }
        Err(error) => refused(&app, &signed_in, id, error).await,
    }
}

/// What clashes is told on the page itself; anything else is the page of its failure.
async fn refused(app: &App, signed_in: &SignedIn, id: UserId, error: Error) -> Result<Response, PageError> {
    let first =
        |violations: &Violations| violations.iter().next().map(|violation| violation.message.to_string());
    let told = match error.itself() {
        Error::Conflict(text) => Some(text.to_string()),
        Error::Invalid(violations) => first(violations),
        _ => return Err(error.into()),
    };
    let mut page = page(app, signed_in, id).await?;
    page.refusal = told;
    error::page_of(&error, &page)
}

pub async fn assign_roles(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    form: Form,
) -> Result<Response, PageError> {
    let id = id(&params)?;
    match people::assign_roles(&app, &signed_in.actor, id, assignments(&form)).await {
        Ok(()) => Ok(back(&signed_in, id, "roles")),
        Err(error) => refused(&app, &signed_in, id, error).await,
    }
}

pub async fn activate(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    _form: Form,
) -> Result<Response, PageError> {
    let id = id(&params)?;
    people::set_active(&app, &signed_in.actor, id, true).await?;
    Ok(back(&signed_in, id, "activated"))
}

/// Asks first, as it hits somebody else.
pub async fn show_deactivate(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
) -> Result<Response, PageError> {
    let PersonPage { shell, user, .. } = page(&app, &signed_in, id(&params)?).await?;
    html::page(&DeactivatePage { shell, user })
}

pub async fn deactivate(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    _form: Form,
) -> Result<Response, PageError> {
    let id = id(&params)?;
    match people::set_active(&app, &signed_in.actor, id, false).await {
        Ok(()) => Ok(back(&signed_in, id, "deactivated")),
        Err(error) => refused(&app, &signed_in, id, error).await,
    }
}

fn back(signed_in: &SignedIn, id: UserId, done: &str) -> Response {
    html::see_other(&format!("{}{PATH}/{id}?done={done}", signed_in.visit.base()))
}
