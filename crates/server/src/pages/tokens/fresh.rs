//! A value shown once: the credential, the app key, and a call to try them with.

use automation_hub_domain::token::{app_key::AppKey, value::TokenValue};
use automation_hub_storage::tokens::Token;
use axum::http::HeaderMap;

use super::words;
use crate::{app::App, auth::actor::Actor, services::tokens::Secrets};

/// What stands under the row of a token that was just saved.
pub(super) struct Fresh {
    pub tenant_uuid: String,
    pub token: Option<String>,
    pub app_key: Option<String>,
    pub needs_app_key: bool,
    pub curl: Vec<String>,
    pub call_path: String,
    pub kind: &'static str,
    pub until: String,
}

impl Fresh {
    pub(super) fn new(
        app: &App,
        actor: &Actor,
        headers: &HeaderMap,
        token: &Token,
        secrets: &Secrets,
    ) -> Self {
        let tenant_uuid = actor.tenant.uuid.to_string();
        let value = secrets.value.as_ref().map(|value| TokenValue::expose(value).to_owned());
        let app_key = secrets.app_key.as_ref().map(|key| AppKey::expose(key).to_owned());
        let call_path = format!("{}/authinfo", api_path(actor));
        let address = format!("{}{call_path}", app.public_origin.address(headers));
        Self {
            curl: curl(&address, &tenant_uuid, value.as_deref(), app_key.as_deref(), token.has_app_key),
            tenant_uuid,
            token: value,
            needs_app_key: token.has_app_key,
            app_key,
            call_path,
            kind: token.token_type().name(),
            until: token.expires_at.map_or_else(|| "revoked".to_owned(), words::expiry_instant),
        }
    }

    /// What goes into the `Authorization` header after `Bearer`.
    pub(super) fn credential(&self) -> Option<String> {
        self.token.as_ref().map(|token| format!("{}/{token}", self.tenant_uuid))
    }

    pub(super) fn curl_text(&self) -> String {
        self.curl.join(" \\\n  ")
    }
}

/// Where the Open API of the actor's tenant answers, below the origin.
pub(super) fn api_path(actor: &Actor) -> String {
    format!("{}/api/v1/openapi", actor.tenant.base_path())
}

fn curl(
    address: &str,
    tenant: &str,
    token: Option<&str>,
    app_key: Option<&str>,
    needs_app_key: bool,
) -> Vec<String> {
    let header = |text: String| format!("-H {}", quoted(&text));
    let mut lines = vec![
        format!("curl {}", quoted(address)),
        header(format!("Authorization: Bearer {tenant}/{}", token.unwrap_or("YOUR-TOKEN"))),
        header("x-ah-openapi-auth: openapi-token".to_owned()),
    ];
    if needs_app_key {
        lines.push(header(format!("x-ah-openapi-app-key: {}", app_key.unwrap_or("YOUR-APP-KEY"))));
    }
    lines
}

/// Single quotes keep everything but themselves from the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_key_can_say_nothing_to_the_shell() {
        let lines = curl("http://h/authinfo", "T", Some("V"), Some("it's $HOME `x`"), true);
        assert_eq!(lines[3], r"-H 'x-ah-openapi-app-key: it'\''s $HOME `x`'");
    }
}
