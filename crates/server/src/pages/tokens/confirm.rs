//! Rotating, switching and revoking: what is asked before, and what happens then.

use askama::Template;
use automation_hub_domain::{clock::Timestamp, permission::Permission, token::Overlap};
use automation_hub_storage::tokens::Token;
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    PATH, done,
    notice::{Done, list_after},
    token_id, words,
};
use crate::{
    app::App,
    error::{Error, Violations},
    pages::{
        error::PageError,
        form::Form,
        format::{self, Format},
        html,
        shell::Shell,
        visit::SignedIn,
    },
    services::tokens::{self, RotateInput},
};

#[derive(Template)]
#[template(path = "tokens/confirm_page.html")]
struct ConfirmPage {
    shell: Shell,
    confirm: Confirm,
    in_dialog: bool,
}

#[derive(Template)]
#[template(path = "tokens/confirm.html")]
struct ConfirmPart {
    confirm: Confirm,
    in_dialog: bool,
}

/// A question with its consequence. The safe answer comes first.
pub(super) struct Confirm {
    pub title: String,
    pub text: String,
    pub action: String,
    pub back: String,
    pub keep: &'static str,
    pub go: &'static str,
    pub busy: &'static str,
    pub csrf_token: String,
    pub is_dangerous: bool,
    pub rotation: Option<Rotate>,
}

impl Confirm {
    fn changed(&self) -> Option<&[(&'static str, String)]> {
        self.rotation.as_ref()?.changed.as_deref()
    }
}

/// The fields of the Rotate form.
pub(super) struct Rotate {
    revision: i64,
    overlaps: Vec<(i64, &'static str, bool)>,
    needs_password: bool,
    violations: Violations,
    /// How the token stands, where it was changed since the form was opened.
    changed: Option<Vec<(&'static str, String)>>,
}

impl Rotate {
    fn error(&self, field: &str) -> Option<&str> {
        self.violations.of(field)
    }
}

const OVERLAPS: [(i64, &str); 5] =
    [(0, "At once"), (5, "5 minutes"), (60, "1 hour"), (8 * 60, "8 hours"), (24 * 60, "24 hours")];

pub async fn show_revoke(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let usage = tokens::usage(&app, &signed_in.actor, token_id(&params)?).await?;
    if usage.token.revoked_at.is_some() {
        return Err(Error::NotFound("token").into());
    }
    let back = format!("{}{PATH}", signed_in.visit.base());
    let calls = (usage.today(), usage.yesterday());
    let confirm = revocation(&app, &signed_in, back, &usage.token, calls);
    respond(&signed_in, &headers, StatusCode::OK, confirm)
}

/// Asks whether to revoke, and says what stops: accepted calls of today and yesterday, and the last use.
pub(super) fn revocation(
    app: &App,
    signed_in: &SignedIn,
    back: String,
    token: &Token,
    calls: (u64, u64),
) -> Confirm {
    let last = token.last_used_at.map(|at| Format::of(&signed_in.visit.tenant, app.clock.now()).ago(at).text);
    Confirm {
        title: format!("Revoke “{}”?", token.name),
        text: format!(
            "Calls with it fail from now on: {}. This can’t be undone.",
            what_stops(calls, last.as_deref())
        ),
        action: format!("{back}/tokens/{}/revoke", token.id),
        back,
        keep: "Keep it",
        go: "Revoke token",
        busy: "Revoking…",
        csrf_token: signed_in.visit.csrf_token(),
        is_dangerous: true,
        rotation: None,
    }
}

fn what_stops((today, yesterday): (u64, u64), last: Option<&str>) -> String {
    let made = match (today, yesterday, last) {
        (0, 0, None) => return "it was never used".to_owned(),
        (0, 0, Some(_)) => "none was made today or yesterday".to_owned(),
        (0, 1, _) => "1 was made yesterday, none today".to_owned(),
        (0, calls, _) => format!("{} were made yesterday, none today", format::count(calls)),
        (1, 0, _) => "1 was made today".to_owned(),
        (calls, 0, _) => format!("{} were made today", format::count(calls)),
        (1, calls, _) => format!("1 was made today, {} yesterday", format::count(calls)),
        (today, calls, _) => {
            format!("{} were made today, {} yesterday", format::count(today), format::count(calls))
        }
    };
    match last {
        Some(last) => format!("{made}; last used {last}"),
        None => made,
    }
}

pub async fn revoke(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
    _form: Form,
) -> Result<Response, PageError> {
    signed_in.actor.require(Permission::OpenApi)?;
    let token = tokens::revoke(&app, &signed_in.actor, token_id(&params)?).await?;
    Ok(done(&headers, &list_after(&signed_in.visit, Done::Revoked, token.id)))
}

pub async fn activate(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
    _form: Form,
) -> Result<Response, PageError> {
    switch(&app, &signed_in, &params, &headers, true).await
}

pub async fn deactivate(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
    _form: Form,
) -> Result<Response, PageError> {
    switch(&app, &signed_in, &params, &headers, false).await
}

async fn switch(
    app: &App,
    signed_in: &SignedIn,
    params: &RawPathParams,
    headers: &HeaderMap,
    is_active: bool,
) -> Result<Response, PageError> {
    let id = token_id(params)?;
    tokens::set_active(app, &signed_in.actor, id, is_active).await?;
    let what = if is_active { Done::Activated } else { Done::Deactivated };
    Ok(done(headers, &list_after(&signed_in.visit, what, id)))
}

pub async fn show_rotate(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let chosen = Overlap::default().minutes();
    let confirm = rotation(&app, &signed_in, &params, (chosen, Asked::First)).await?;
    respond(&signed_in, &headers, StatusCode::OK, confirm)
}

pub async fn rotate(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let id = token_id(&params)?;
    let minutes = form.text("overlap").parse().unwrap_or(-1);
    let revision = form.text("revision").parse().unwrap_or_default();
    let rotated = match Overlap::from_minutes(minutes) {
        Ok(overlap) => {
            let password = form.raw("password").to_owned();
            let input = RotateInput { revision, overlap, password };
            tokens::rotate(&app, &signed_in.actor, id, input).await
        }
        Err(error) => Err(Error::invalid("overlap", error.to_string())),
    };
    match rotated {
        Ok(()) => Ok(done(&headers, &list_after(&signed_in.visit, Done::Rotated, id))),
        Err(Error::Invalid(violations)) => {
            let asked = (minutes, Asked::Wrongly(revision, violations));
            let confirm = rotation(&app, &signed_in, &params, asked).await?;
            respond(&signed_in, &headers, StatusCode::UNPROCESSABLE_ENTITY, confirm)
        }
        Err(Error::Stale) => {
            let confirm = rotation(&app, &signed_in, &params, (minutes, Asked::TooLate)).await?;
            respond(&signed_in, &headers, StatusCode::PRECONDITION_FAILED, confirm)
        }
        Err(error) => Err(error.into()),
    }
}

/// What became of the Rotate form before it is shown.
enum Asked {
    First,
    /// It was sent with this revision, and something in it is wrong.
    Wrongly(i64, Violations),
    /// The token was changed since it was opened.
    TooLate,
}

async fn rotation(
    app: &App,
    signed_in: &SignedIn,
    params: &RawPathParams,
    (chosen, asked): (i64, Asked),
) -> Result<Confirm, Error> {
    let actor = &signed_in.actor;
    let token = tokens::find(app, actor, token_id(params)?).await?;
    if token.revoked_at.is_some() {
        return Err(Error::NotFound("token"));
    }
    let back = format!("{}{PATH}", signed_in.visit.base());
    let is_for_other = token.user.as_ref().is_some_and(|user| Some(user.id) != actor.user_id());
    let now = app.clock.now();
    let is_stale = actor.require_fresh_credential(now).is_err();
    let changed = matches!(asked, Asked::TooLate).then(|| words::facts(&token));
    let (revision, violations) = match asked {
        Asked::Wrongly(revision, violations) => (revision, violations),
        Asked::First | Asked::TooLate => (token.revision, Violations::default()),
    };
    Ok(Confirm {
        title: format!("Rotate “{}”?", token.name),
        text: what_rotates(&token, now),
        action: format!("{back}/tokens/{}/rotate", token.id),
        back,
        keep: "Cancel",
        go: "Rotate token",
        busy: "Rotating…",
        csrf_token: signed_in.visit.csrf_token(),
        is_dangerous: false,
        rotation: Some(Rotate {
            revision,
            overlaps: OVERLAPS
                .iter()
                .map(|(minutes, title)| (*minutes, *title, *minutes == chosen))
                .collect(),
            needs_password: is_for_other && is_stale,
            violations,
            changed,
        }),
    })
}

/// A token has at most one value on its way out: the one before it can't stay.
fn what_rotates(token: &Token, now: Timestamp) -> String {
    let text =
        "A new value takes the place of this one and is shown once. Name, user, expiry and app key stay.";
    match token.retired_until.filter(|until| *until > now) {
        Some(until) => format!(
            "{text} The value rotated away before, with {}, stops working now.",
            words::time_left(until, now)
        ),
        None => text.to_owned(),
    }
}

pub(super) fn respond(
    signed_in: &SignedIn,
    headers: &HeaderMap,
    status: StatusCode,
    confirm: Confirm,
) -> Result<Response, PageError> {
    if html::is_htmx(headers) {
        return html::page_with(status, &ConfirmPart { confirm, in_dialog: true });
    }
    let shell = super::shell(&signed_in.visit)?.below(confirm.go);
    html::page_with(status, &ConfirmPage { shell, confirm, in_dialog: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_names_the_last_days_and_the_last_use() {
        for (calls, last, told) in [
            ((0, 0), None, "it was never used"),
            ((0, 0), Some("14 Nov"), "none was made today or yesterday; last used 14 Nov"),
            ((3, 0), Some("just now"), "3 were made today; last used just now"),
            ((1, 352), Some("just now"), "1 was made today, 352 yesterday; last used just now"),
            ((0, 1), Some("yesterday"), "1 was made yesterday, none today; last used yesterday"),
            ((2, 1), None, "2 were made today, 1 yesterday"),
        ] {
            assert_eq!(what_stops(calls, last), told);
        }
    }
}
