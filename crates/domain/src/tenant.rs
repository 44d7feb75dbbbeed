//! A tenant: one company's separate hub, and the short names by which addresses find it.

use std::fmt;

use uuid::Uuid;

use crate::{clock::Timestamp, id::TenantId};

/// A part of an address: 1 to 50 lower-case letters, digits and inner hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    #[error("This can't be empty.")]
    Empty,
    #[error("At most 50 characters; this has {0}.")]
    TooLong(usize),
    #[error("Only a-z, 0-9 and hyphens between them.")]
    Characters,
    #[error("“{0}” is needed by the server itself. Choose another.")]
    Reserved(String),
}

impl Slug {
    const LIMIT: usize = 50;
    /// First parts of addresses that the server uses itself.
    const RESERVED: &'static [&'static str] = &["api", "assets", "automationhub_", "healthz", "set-up"];

    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        if text.len() > Self::LIMIT {
            return Err(SlugError::TooLong(text.chars().count()));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !text.chars().all(allowed) || text.starts_with('-') || text.ends_with('-') {
            return Err(SlugError::Characters);
        }
        if Self::RESERVED.contains(&text) {
            return Err(SlugError::Reserved(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    /// The Tenant ID of the Open API page, first half of each credential.
    pub uuid: Uuid,
    pub organization_slug: Slug,
    pub organization_name: String,
    pub tenant_slug: Slug,
    pub tenant_name: String,
    /// ISO 4217.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub settings: TokenSettings,
}

impl Tenant {
    /// `/{organisation}/{tenant}/automationhub_`, under which all its pages and calls live.
    pub fn base_path(&self) -> String {
        format!("/{}/{}/automationhub_", self.organization_slug, self.tenant_slug)
    }
}

/// A tenant that doesn't exist yet.
#[derive(Clone, Debug)]
pub struct NewTenant {
    pub uuid: Uuid,
    pub organization_slug: Slug,
    pub organization_name: String,
    pub tenant_slug: Slug,
    pub tenant_name: String,
    pub currency: String,
    pub time_zone: String,
    pub created_at: Timestamp,
}

/// What a tenant decides about its Open API tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenSettings {
    /// New values start with `ahp_` and end with a checksum, so that secret scanners know them.
    pub is_prefixed: bool,
    /// Values made since this instant can be copied again by administrators.
    pub copy_again_since: Option<Timestamp>,
    pub allows_never_expiring: bool,
    pub kept_contents: KeptContents,
}

/// Of which accepted calls the tenant keeps what was sent and answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeptContents {
    #[default]
    OfNone,
    /// Of calls that may change something: all methods but GET and HEAD.
    OfChanges,
    OfAll,
}

impl KeptContents {
    pub const ALL: [Self; 3] = [Self::OfNone, Self::OfChanges, Self::OfAll];

    /// As it is stored, and as forms send it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OfNone => "none",
            Self::OfChanges => "changes",
            Self::OfAll => "all",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kept| kept.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_parts_of_addresses() {
        assert_eq!(Slug::parse(" nordwind ").map(|slug| slug.to_string()), Ok("nordwind".to_owned()));
        for (text, error) in [
            ("", SlugError::Empty),
            ("Nordwind", SlugError::Characters),
            ("a/b", SlugError::Characters),
            ("-a", SlugError::Characters),
            ("api", SlugError::Reserved("api".to_owned())),
        ] {
            assert_eq!(Slug::parse(text), Err(error), "{text:?}");
        }
    }
}
