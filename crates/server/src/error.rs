//! What a use case can fail with. Which status and words that becomes is decided at the edge, in
//! `api/error.rs` and `pages/error.rs`, and nowhere else.

use std::{borrow::Cow, collections::HashSet, error::Error as StdError};

use automation_hub_domain::permission::Permission;
use automation_hub_storage::StorageError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing there, or nothing this caller may know of. Names the kind of thing looked for.
    #[error("no such {0}")]
    NotFound(&'static str),
    #[error("refused: {0}")]
    Forbidden(Denial),
    /// The page needs a signed-in person, and there is none.
    #[error("not signed in")]
    SignedOut,
    /// The step needs the password again: it was last checked more than five minutes ago.
    #[error("the credential check is too old")]
    StepUp,
    #[error("invalid input")]
    Invalid(Violations),
    /// What is asked for clashes with what is there.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// Another of these, because of what stands in one field of the input.
    #[error("{field}: {error}")]
    OfField {
        field: Cow<'static, str>,
        /// As that of a [`Violation`].
        pointer: Option<String>,
        error: Box<Self>,
    },
    /// The record changed since the caller read it.
    #[error("changed meanwhile")]
    Stale,
    /// More was sent than is taken at once.
    #[error("more than {limit_bytes} bytes were sent")]
    TooLarge { limit_bytes: usize },
    #[error("too many requests")]
    TooMany { retry_after_secs: u32 },
    #[error("temporarily unavailable")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    #[error("internal error")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

/// Why a known caller may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    #[error("the role lacks “{0}”")]
    Permission(Permission),
    /// A tenant-level token was used where somebody has to act.
    #[error("a user is needed")]
    UserNeeded,
    /// Whatever the form of a flow shows is for those who may submit it.
    #[error("the flow is for others to submit")]
    Flow,
    /// A tenant-level token submitted an idea without naming who submits it.
    #[error("a submitter is needed")]
    SubmitterNeeded,
    /// An API token was used where only a signed-in person may act.
    #[error("a browser session is needed")]
    SessionNeeded,
    /// The request came from elsewhere than it has to: a write, from one of our own pages; the set-up, from this
    /// machine.
    #[error("the request came from elsewhere")]
    Origin,
}

/// What is said of something that has to be there, and isn't.
pub const REQUIRED: &str = "This is required.";

/// As many are noted of one input. Nobody mends more at once, and a body of a megabyte can break a rule at half a million
/// places.
const MOST_NOTED: usize = 2_000;

/// Everything that is wrong with some input, in one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field as the caller names it: a member of the body, a query parameter or a form field. Where bodies nest it
    /// is the path from the outside in: `user_roles/0/role_id`.
    pub field: Cow<'static, str>,
    /// Where in the body it lies, as a JSON pointer, where the field alone doesn't say so.
    pub pointer: Option<String>,
    /// The rule, as a sentence that can stand under the field.
    pub message: Cow<'static, str>,
}

impl Violations {
    pub fn one(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        let mut violations = Self::default();
        violations.add(field, message);
        violations
    }

    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) {
        self.add_at((field, None), message);
    }

    /// As [`Violations::add`] for what lies deeper in the body than its field's name tells.
    pub fn add_at(
        &mut self,
        (field, pointer): (impl Into<Cow<'static, str>>, Option<String>),
        message: impl Into<Cow<'static, str>>,
    ) {
        if self.0.len() < MOST_NOTED {
            self.0.push(Violation { field: field.into(), pointer, message: message.into() });
        }
    }

    /// Adds all that another look found.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
        self.0.truncate(MOST_NOTED);
    }

    /// Keeps the value, or notes what is wrong with the field and goes on.
    pub fn check<T, E: std::fmt::Display>(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        result: Result<T, E>,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, error.to_string());
                None
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same violations of fields that somebody else calls otherwise.
    #[must_use]
    pub fn renamed(self, rename: impl Fn(&str) -> Cow<'static, str>) -> Self {
        let renamed = |violation: Violation| Violation { field: rename(&violation.field), ..violation };
        Self(self.0.into_iter().map(renamed).collect())
    }

    /// Of several violations of one field the one noted first.
    #[must_use]
    pub fn first_of_each(mut self) -> Self {
        let mut noted = HashSet::new();
        self.0.retain(|violation| noted.insert(violation.field.clone()));
        self
    }

    /// Without those of what lies within a field that is wrong itself.
    #[must_use]
    pub fn outermost(mut self) -> Self {
        let noted: HashSet<_> = self.0.iter().map(|violation| violation.field.clone()).collect();
        self.0.retain(|Violation { field, .. }| {
            let mut above = field.match_indices('/').filter_map(|(end, _)| field.get(..end));
            !above.any(|above| noted.contains(above))
        });
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }

    /// What is wrong with one field, to show beside it.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|violation| violation.field == field).map(|violation| violation.message.as_ref())
    }

    /// The value, unless anything is wrong.
    pub fn complete<T>(self, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self)),
        }
    }

    pub fn into_result(self) -> Result<(), Error> {
        if self.is_empty() { Ok(()) } else { Err(Error::Invalid(self)) }
    }
}

impl Error {
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(Violations::one(field, message))
    }

    /// The same failure, said of the field whose value caused it.
    #[must_use]
    pub fn of_field(self, field: impl Into<Cow<'static, str>>) -> Self {
        self.of_field_at((field.into(), None))
    }

    /// As [`Error::of_field`] for what lies deeper in the body than its field's name tells.
    #[must_use]
    pub fn of_field_at(self, (field, pointer): (Cow<'static, str>, Option<String>)) -> Self {
        Self::OfField { field, pointer, error: Box::new(self) }
    }

    /// What is said of the only field there is, said of what its caller calls it.
    #[must_use]
    pub fn renamed(self, field: &'static str) -> Self {
        match self {
            Self::Invalid(violations) => Self::Invalid(violations.renamed(|_| field.into())),
            other => other,
        }
    }

    /// The failure itself, whichever field it is said of.
    pub fn itself(&self) -> &Self {
        match self {
            Self::OfField { error, .. } => error.itself(),
            other => other,
        }
    }

    pub fn internal(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}

impl From<StorageError> for Error {
    /// Conflicts that a caller can cause are turned into their own words where they can happen; one that
    /// arrives here was not expected there.
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Busy | StorageError::Unavailable(_) => Self::Unavailable(error.into()),
            _ => Self::Internal(error.into()),
        }
    }
}

/// A name as a part of a JSON pointer (RFC 6901).
pub fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
