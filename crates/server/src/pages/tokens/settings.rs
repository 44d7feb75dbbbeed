//! What a tenant decides about its tokens.

use askama::Template;
use automation_hub_domain::tenant::KeptContents;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{PATH, done};
use crate::{
    app::App,
    error::{Error, Violations},
    pages::{error::PageError, form::Form, format, html, shell::Shell, visit::SignedIn},
    services::tokens::{self, Hit, SettingsInput},
};

#[derive(Template)]
#[template(path = "tokens/settings.html")]
struct SettingsPage {
    shell: Shell,
    path: String,
    input: SettingsInput,
    /// Values that switching off would erase, and tokens that it would refuse.
    hit: Hit,
    kept_text: String,
    never_text: String,
    /// Each choice of whose contents are kept, with its title and whether it is the one.
    kept_contents: [(&'static str, &'static str, bool); 3],
    kept_days: i64,
    /// Whether it is on, whatever the form says.
    allows_never: bool,
    violations: Violations,
}

pub async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response, PageError> {
    let settings = signed_in.actor.tenant.settings;
    let input = SettingsInput {
        is_prefixed: settings.is_prefixed,
        copies_again: settings.copy_again_since.is_some(),
        allows_never_expiring: settings.allows_never_expiring,
        kept_contents: settings.kept_contents,
        confirms_erasing: false,
        confirms_refusing: false,
    };
    respond(&app, &signed_in, StatusCode::OK, input, Violations::default()).await
}

pub async fn save(
    State(app): State<App>,
    signed_in: SignedIn,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let code = form.text("contents");
    let kept_contents = KeptContents::from_code(code);
    let input = SettingsInput {
        is_prefixed: form.is_ticked("prefixed"),
        copies_again: form.is_ticked("copy_again"),
        allows_never_expiring: form.is_ticked("never"),
        // A form of before this setting says nothing of it.
        kept_contents: kept_contents.unwrap_or(signed_in.actor.tenant.settings.kept_contents),
        confirms_erasing: form.is_ticked("confirm"),
        confirms_refusing: form.is_ticked("confirm_never"),
    };
    if kept_contents.is_none() && !code.is_empty() {
        let violations = Violations::one("contents", "Choose one of these.");
        return respond(&app, &signed_in, StatusCode::UNPROCESSABLE_ENTITY, input, violations).await;
    }
    match tokens::change_settings(&app, &signed_in.actor, input).await {
        Ok(()) => Ok(done(&headers, &format!("{}{PATH}?done=settings", signed_in.visit.base()))),
        Err(Error::Invalid(violations)) => {
            respond(&app, &signed_in, StatusCode::UNPROCESSABLE_ENTITY, input, violations).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn respond(
    app: &App,
    signed_in: &SignedIn,
    status: StatusCode,
    input: SettingsInput,
    violations: Violations,
) -> Result<Response, PageError> {
    let hit = tokens::hit_by_settings(app, &signed_in.actor).await?;
    let shell = super::shell(&signed_in.visit)?.below("Settings");
    let path = format!("{}{PATH}", shell.base);
    let kept_text = format::counted(hit.copies, "value", "values");
    let never_text = format::counted(hit.never_expiring, "token", "tokens");
    html::page_with(
        status,
        &SettingsPage {
            shell,
            path,
            input,
            hit,
            kept_text,
            never_text,
            kept_contents: KeptContents::ALL
                .map(|kept| (kept.code(), title(kept), kept == input.kept_contents)),
            kept_days: app.config.open_api.call_log_days,
            allows_never: signed_in.actor.tenant.settings.allows_never_expiring,
            violations,
        },
    )
}

const fn title(kept: KeptContents) -> &'static str {
    match kept {
        KeptContents::OfNone => "Nothing",
        KeptContents::OfChanges => "Changes",
        KeptContents::OfAll => "All calls",
    }
}
