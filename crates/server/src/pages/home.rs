//! Home: where a person lands after signing in.

use askama::Template;
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    error::Error,
    pages::{
        error::PageError,
        html,
        shell::{Section, Shell},
        visit::SignedIn,
    },
};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    first_name: String,
}

pub async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response, PageError> {
    let shell = Shell::of(&app, &signed_in.visit, Section::Home).ok_or(Error::SignedOut)?;
    let first_name = signed_in.actor.user()?.first_name.clone();
    html::page(&HomePage { shell, first_name })
}
