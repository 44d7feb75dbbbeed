//! Changing one's own password.

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    auth::password::Password,
    error::{Error, Violations},
    pages::{
        error::{self, PageError},
        fields::Fields,
        form::Form,
        html,
        shell::{Section, Shell},
        visit::SignedIn,
    },
    services::people,
};

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    shell: Shell,
    email: String,
    fields: Fields,
}

pub async fn show(signed_in: SignedIn) -> Result<Response, PageError> {
    html::page(&page(&signed_in, Violations::default())?)
}

fn page(signed_in: &SignedIn, violations: Violations) -> Result<PasswordPage, Error> {
    let shell = Shell::of(&signed_in.visit, Section::Profile).ok_or(Error::SignedOut)?;
    let email = signed_in.actor.user()?.email.clone();
    Ok(PasswordPage {
        shell: shell.below("Change password"),
        email,
        fields: Fields::new(Form::default(), violations),
    })
}

pub async fn change(State(app): State<App>, signed_in: SignedIn, form: Form) -> Result<Response, PageError> {
    let current = Password::typed(form.raw("current"));
    match people::change_password(&app, &signed_in.actor, current, form.raw("password")).await {
        Ok(()) => Ok(html::see_other(&format!("{}/profile?done=password", signed_in.visit.base()))),
        Err(Error::Invalid(violations)) => error::form_again(&page(&signed_in, violations)?),
        Err(error) => Err(error.into()),
    }
}
