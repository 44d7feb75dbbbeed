//! One token as a row of the console's table.

use automation_hub_domain::{clock::Timestamp, id::TokenId, token::state::TokenState};
use automation_hub_storage::tokens::{Token, TokenPerson};

use super::{fresh::Fresh, words};
use crate::{
    auth::actor::Actor,
    pages::{
        format::{self, Format, Moment},
        shell,
    },
};

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that the row shows")]
pub(super) struct Row {
    pub id: TokenId,
    pub name: String,
    pub kind: &'static str,
    pub made: String,
    pub last_four: String,
    pub user: Option<Person>,
    pub expires: Option<Expires>,
    pub state_class: &'static str,
    pub state: String,
    pub state_detail: Option<String>,
    pub has_app_key: bool,
    pub used: Option<Moment>,
    pub used_address: String,
    pub is_active: bool,
    pub is_revoked: bool,
    pub can_copy: bool,
    pub fresh: Option<Fresh>,
}

pub(super) struct Person {
    pub name: String,
    pub detail: String,
    pub initials: String,
    pub tint: u8,
}

pub(super) struct Expires {
    pub day: String,
    pub title: String,
    pub distance: Option<String>,
}

/// What all rows of a page share.
pub(super) struct Writer<'a> {
    actor: &'a Actor,
    format: Format,
    now: Timestamp,
}

impl<'a> Writer<'a> {
    pub(super) fn new(actor: &'a Actor, now: Timestamp) -> Self {
        Self { actor, format: Format::of(&actor.tenant, now), now }
    }

    pub(super) fn row(&self, token: Token, fresh: Option<Fresh>) -> Row {
        let settings = self.actor.tenant.settings;
        let (state_class, state) = words::state(&token, settings.allows_never_expiring, self.now);
        Row {
            id: token.id,
            kind: token.token_type().name(),
            made: self.made(&token),
            user: token.user.as_ref().map(|user| self.person(user)),
            expires: token.expires_at.map(|at| Expires {
                day: words::expiry_day(at),
                title: words::expiry_instant(at),
                distance: words::distance(at, self.now),
            }),
            state_class,
            state,
            state_detail: self.state_detail(&token),
            has_app_key: token.has_app_key,
            used: token.last_used_at.map(|at| self.format.ago(at)),
            used_address: token.last_used_address.clone().unwrap_or_default(),
            is_active: token.is_switched_on(),
            is_revoked: token.revoked_at.is_some(),
            can_copy: settings.copy_again_since.is_some() && token.is_sealed,
            name: token.name,
            last_four: token.last_four,
            fresh,
        }
    }

    fn made(&self, token: &Token) -> String {
        let by = token.creator.as_ref().map_or_else(|| "the operator".to_owned(), |by| self.name(by));
        format!("by {by}, {}", self.format.ago(token.created_at).text)
    }

    fn name(&self, person: &TokenPerson) -> String {
        if self.is_me(person) { "you".to_owned() } else { person.name.clone() }
    }

    fn is_me(&self, person: &TokenPerson) -> bool {
        self.actor.user_id() == Some(person.id)
    }

    fn person(&self, user: &TokenPerson) -> Person {
        let detail = match (user.is_active, user.deactivated_at) {
            (false, Some(at)) => format!("deactivated {}", words::day(at)),
            (false, None) => "deactivated".to_owned(),
            (true, _) if self.is_me(user) => "you".to_owned(),
            (true, _) => user.email.clone(),
        };
        Person {
            name: user.name.clone(),
            detail,
            initials: user.initials.clone(),
            tint: shell::tint(user.id.get()),
        }
    }

    /// The one thing that explains the state further.
    fn state_detail(&self, token: &Token) -> Option<String> {
        if let Some(at) = token.revoked_at {
            let by = token.switched_by.as_ref().map(|by| format!(" by {}", self.name(by)));
            return Some(format!("{}{}", words::day(at), by.unwrap_or_default()));
        }
        if let Some(at) = token.suspended_at {
            return Some(format!("too many wrong app keys, {}", self.format.ago(at).text));
        }
        if !token.is_active {
            return token.switched_by.as_ref().map(|by| format!("switched off by {}", self.name(by)));
        }
        if let Some(until) = token.retired_until.filter(|until| *until > self.now) {
            return Some(format!("rotated, {}", words::time_left(until, self.now)));
        }
        let works = token
            .state(self.actor.tenant.settings.allows_never_expiring, self.now)
            .is_some_and(TokenState::works);
        (!works && token.refused_calls > 0)
            .then(|| format!("{} refused", format::counted(token.refused_calls, "call", "calls")))
    }
}
