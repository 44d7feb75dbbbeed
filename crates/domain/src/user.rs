//! A person of a tenant: who they are, how they came in, and whether they may still.

use std::fmt;

use crate::{
    clock::Timestamp,
    id::{CategoryId, RoleId, UserId},
    text,
};

/// An e-mail address as the person writes it; [`Email::key`] is what makes it one and the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    #[error("This can't be empty.")]
    Empty,
    #[error("At most 64 characters; this has {0}.")]
    TooLong(usize),
    #[error("This isn't an e-mail address. It needs a name, an @ and a domain.")]
    Shape,
}

impl Email {
    const LIMIT: usize = 64;

    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        let length = text.chars().count();
        if length > Self::LIMIT {
            return Err(EmailError::TooLong(length));
        }
        let shape = text.rsplit_once('@').is_some_and(|(name, domain)| {
            !name.is_empty()
                && !name.contains('@')
                && !domain.is_empty()
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
        let forbidden = |c: char| c.is_whitespace() || text::is_unprintable(c) || "<>()[],;:\"\\".contains(c);
        if !shape || text.contains(forbidden) {
            return Err(EmailError::Shape);
        }
        Ok(Self(text.to_owned()))
    }

    /// As [`Email::parse`], of somebody to be added. There was a time when two dots in a row were let through, which no
    /// address has: whoever was added then keeps theirs.
    pub fn of_new(text: &str) -> Result<Self, EmailError> {
        let email = Self::parse(text)?;
        if email.0.contains("..") { Err(EmailError::Shape) } else { Ok(email) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal for the spellings of one address.
    pub fn key(&self) -> String {
        text::fold(&self.0)
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `user_invite_status` on the wire. An inactive person has 0 too; `is_active` tells the two apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteStatus {
    NotInvited,
    PendingUnsent,
    Pending,
    Active,
}

impl InviteStatus {
    pub const fn code(self) -> i64 {
        match self {
            Self::NotInvited => 0,
            Self::PendingUnsent => 1,
            Self::Pending => 2,
            Self::Active => 3,
        }
    }

    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::NotInvited),
            1 => Some(Self::PendingUnsent),
            2 => Some(Self::Pending),
            3 => Some(Self::Active),
            _ => None,
        }
    }
}

/// Why a person can't be given an invite status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InviteStatusError {
    #[error("Nobody becomes active but by signing in: 0, 1 or 2 is needed.")]
    NeverSignedIn,
    #[error("Somebody who is inactive can't be sent an invitation: 0 is needed.")]
    Inactive,
}

impl InviteStatus {
    /// What becomes of it where nobody sends mail: the invitation is open, and handed over in another way.
    #[must_use]
    pub const fn without_mail(self) -> Self {
        match self {
            Self::Pending => Self::PendingUnsent,
            other => other,
        }
    }

    /// The status of a person to be added; not invited unless asked otherwise. Of an inactive one the mirrored API's
    /// own samples say 1 as well as 0.
    pub fn of_new(asked: Option<Self>, is_active: bool) -> Result<Self, InviteStatusError> {
        match (asked, is_active) {
            (Some(Self::Active), _) => Err(InviteStatusError::NeverSignedIn),
            (Some(Self::Pending), false) => Err(InviteStatusError::Inactive),
            (_, false) | (None, true) => Ok(Self::NotInvited),
            (Some(asked), true) => Ok(asked),
        }
    }

    /// The status of a person who is there, once somebody asks for another. Whoever has signed in stays so: clients
    /// send 0 for them after reading it of somebody inactive, and one status for everybody when they change something
    /// else of many.
    pub fn change(self, asked: Option<Self>, is_active: bool) -> Result<Self, InviteStatusError> {
        let Some(asked) = asked.filter(|&asked| asked != self) else { return Ok(self) };
        match (self, asked) {
            (_, Self::Active) => Err(InviteStatusError::NeverSignedIn),
            (Self::Active, _) => Ok(self),
            (_, Self::Pending) if !is_active => Err(InviteStatusError::Inactive),
            _ if !is_active => Ok(self),
            _ => Ok(asked),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: Email,
    pub profile: Profile,
    pub is_active: bool,
    pub invite_status: InviteStatus,
    pub deactivated_at: Option<Timestamp>,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl User {
    pub fn full_name(&self) -> String {
        self.profile.full_name()
    }

    /// Up to two capital letters, for the round picture.
    pub fn initials(&self) -> String {
        self.profile.initials()
    }
}

/// What a person shows of themselves: 50 characters each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub first_name: String,
    pub last_name: String,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub business_unit: Option<String>,
    pub location: Option<String>,
}

impl Profile {
    pub const FIELD_LIMIT: usize = 50;

    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    pub fn initials(&self) -> String {
        initials(&self.first_name, &self.last_name)
    }
}

/// Up to two capital letters, for the round picture.
pub fn initials(first_name: &str, last_name: &str) -> String {
    let names = [first_name, last_name];
    names.iter().filter_map(|name| name.chars().next()).flat_map(char::to_uppercase).collect()
}

/// A person who doesn't exist yet.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: Email,
    pub profile: Profile,
    pub is_active: bool,
    pub invite_status: InviteStatus,
    pub password_hash: Option<String>,
    pub created_at: Timestamp,
}

/// One role of one person, for all categories or for one and those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RoleAssignment {
    pub role: RoleId,
    pub category: Option<CategoryId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_mail_addresses_have_a_shape_and_one_key() {
        for text in [
            "",
            "ines",
            "@nordwind.test",
            "ines@",
            "a b@nordwind.test",
            "a@b@c",
            "a@.c",
            "<a@b.c>",
            "a@b.c\n;",
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
        for text in ["a@b..c", "a..b@c.d", "a@b", "a@.c"] {
            assert_eq!(Email::of_new(text).is_ok(), text == "a@b", "{text}");
        }
        let email = Email::parse(" Ines.Moreau@Nordwind.test ").map(|email| email.key());
        assert_eq!(email, Ok("ines.moreau@nordwind.test".to_owned()));
    }

    #[test]
    fn a_new_person_has_never_signed_in() {
        use InviteStatus::{Active, NotInvited, Pending, PendingUnsent};
        use InviteStatusError::{Inactive, NeverSignedIn};
        for (asked, active, inactive) in [
            (None, Ok(NotInvited), Ok(NotInvited)),
            (Some(NotInvited), Ok(NotInvited), Ok(NotInvited)),
            (Some(PendingUnsent), Ok(PendingUnsent), Ok(NotInvited)),
            (Some(Pending), Ok(Pending), Err(Inactive)),
            (Some(Active), Err(NeverSignedIn), Err(NeverSignedIn)),
        ] {
            assert_eq!(InviteStatus::of_new(asked, true), active, "{asked:?}");
            assert_eq!(InviteStatus::of_new(asked, false), inactive, "{asked:?}");
        }
    }

    #[test]
    fn an_invite_status_changes_as_far_as_it_can() {
        use InviteStatus::{Active, NotInvited, Pending, PendingUnsent};
        use InviteStatusError::{Inactive, NeverSignedIn};
        let asked = [NotInvited, PendingUnsent, Pending, Active];
        for (from, active, inactive) in [
            (
                NotInvited,
                [Ok(NotInvited), Ok(PendingUnsent), Ok(Pending), Err(NeverSignedIn)],
                [Ok(NotInvited), Ok(NotInvited), Err(Inactive), Err(NeverSignedIn)],
            ),
            (
                PendingUnsent,
                [Ok(NotInvited), Ok(PendingUnsent), Ok(Pending), Err(NeverSignedIn)],
                [Ok(PendingUnsent), Ok(PendingUnsent), Err(Inactive), Err(NeverSignedIn)],
            ),
            (
                Pending,
                [Ok(NotInvited), Ok(PendingUnsent), Ok(Pending), Err(NeverSignedIn)],
                [Ok(Pending), Ok(Pending), Ok(Pending), Err(NeverSignedIn)],
            ),
            (Active, [Ok(Active); 4], [Ok(Active); 4]),
        ] {
            assert_eq!(asked.map(|asked| from.change(Some(asked), true)), active, "{from:?}");
            assert_eq!(asked.map(|asked| from.change(Some(asked), false)), inactive, "{from:?}, inactive");
            assert_eq!(from.change(None, true), Ok(from));
        }
    }

    #[test]
    fn initials_come_from_both_names() {
        let profile =
            Profile { first_name: "Łukasz".into(), last_name: "ostrowski".into(), ..Profile::default() };
        assert_eq!(profile.initials(), "ŁO");
        assert_eq!(initials("Maria Luisa", "de la Cruz"), "MD");
        assert_eq!(initials("", "Ito"), "I");
    }
}
