//! What was done to a token just now, told on the list that the browser is led back to.

use automation_hub_domain::id::TokenId;
use automation_hub_storage::tokens::Token;

use super::PATH;
use crate::{
    app::App,
    auth::actor::Actor,
    error::Error,
    pages::{query::Query, visit::Visit},
    services::tokens,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Saved,
    Rotated,
    Activated,
    Deactivated,
    Revoked,
}

impl Done {
    const ALL: [Self; 5] = [Self::Saved, Self::Rotated, Self::Activated, Self::Deactivated, Self::Revoked];

    const fn key(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Rotated => "rotated",
            Self::Activated => "activated",
            Self::Deactivated => "deactivated",
            Self::Revoked => "revoked",
        }
    }

    /// Whether it still holds: the address may have been kept.
    const fn holds(self, token: &Token) -> bool {
        match self {
            Self::Revoked => token.revoked_at.is_some(),
            Self::Saved | Self::Rotated => token.revoked_at.is_none(),
            Self::Activated => token.revoked_at.is_none() && token.is_switched_on(),
            Self::Deactivated => token.revoked_at.is_none() && !token.is_switched_on(),
        }
    }

    fn sentence(self, name: &str) -> String {
        match self {
            Self::Saved => format!("“{name}” is saved."),
            Self::Rotated => format!("“{name}” has a new value."),
            Self::Activated => format!("“{name}” is active. Calls with it work again."),
            Self::Deactivated => format!("“{name}” is inactive. Calls with it are refused from now on."),
            Self::Revoked => format!("“{name}” is revoked. Calls with it are refused from now on."),
        }
    }
}

/// The list that shows what became of a token: where the form stood, if that was the list itself.
pub(super) fn list_after(visit: &Visit, done: Done, id: TokenId) -> String {
    let path = format!("{}{PATH}", visit.base());
    let mut query = form_urlencoded::Serializer::new(String::new());
    if done == Done::Activated || done == Done::Deactivated {
        let kept = visit.uri.query().filter(|_| visit.uri.path() == path).unwrap_or_default();
        let kept = form_urlencoded::parse(kept.as_bytes());
        query.extend_pairs(kept.filter(|(key, _)| !matches!(key.as_ref(), "token" | "done")));
    }
    query.append_pair("token", &id.to_string()).append_pair("done", done.key());
    format!("{path}?{}", query.finish())
}

/// The sentence above the list.
pub(super) struct Notice {
    pub text: String,
    /// The form that takes it back.
    pub undo: Option<String>,
}

impl Notice {
    pub(super) async fn of(
        app: &App,
        actor: &Actor,
        query: &Query,
        path: &str,
    ) -> Result<Option<Self>, Error> {
        if query.text("done") == "settings" {
            let text = "Settings saved. They hold from now on.".to_owned();
            return Ok(Some(Self { text, undo: None }));
        }
        let done = Done::ALL.into_iter().find(|done| done.key() == query.text("done"));
        let Some((done, id)) = done.zip(token(query)) else { return Ok(None) };
        let token = match tokens::find(app, actor, id).await {
            Ok(token) => token,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(done.holds(&token).then(|| Self {
            text: done.sentence(&token.name),
            undo: (done == Done::Deactivated).then(|| format!("{path}/tokens/{id}/activate")),
        }))
    }
}

/// The token that an address of the list names.
pub(super) fn token(query: &Query) -> Option<TokenId> {
    query.text("token").parse().ok().map(TokenId::new)
}
