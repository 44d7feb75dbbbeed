//! People as records name them, beside what they did.

use std::collections::HashMap;

use automation_hub_domain::{id::UserId, user::User};
use automation_hub_storage::{Session, users};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;

/// Somebody a record names.
#[derive(Clone, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub struct PersonEntry {
    user_id: i64,
    user_email: String,
    user_first_name: String,
    user_last_name: String,
}

impl From<&User> for PersonEntry {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.get(),
            user_email: user.email.as_str().to_owned(),
            user_first_name: user.profile.first_name.clone(),
            user_last_name: user.profile.last_name.clone(),
        }
    }
}

/// The people that a page of records names.
pub struct People(HashMap<UserId, PersonEntry>);

impl People {
    /// Reads each person once.
    pub fn read(session: &mut Session<'_>, ids: impl IntoIterator<Item = UserId>) -> Result<Self, Error> {
        let mut people = HashMap::new();
        for id in ids {
            if !people.contains_key(&id)
                && let Some(user) = users::find(session, id)?
            {
                people.insert(id, PersonEntry::from(&user));
            }
        }
        Ok(Self(people))
    }

    pub fn entry(&self, id: UserId) -> Option<PersonEntry> {
        self.0.get(&id).cloned()
    }
}
