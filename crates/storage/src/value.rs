//! The five storage classes both engines share, how Rust values go in and how columns come out.

use std::borrow::Cow;

use automation_hub_domain::id;
use uuid::Uuid;

/// A bound parameter, or a column as it was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A parameter that is kept until its statement is sent.
pub(crate) enum OwnedValue {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl OwnedValue {
    pub(crate) fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Real(real) => Value::Real(*real),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

impl From<&Value<'_>> for OwnedValue {
    fn from(value: &Value<'_>) -> Self {
        match *value {
            Value::Null => Self::Null,
            Value::Integer(integer) => Self::Integer(integer),
            Value::Real(real) => Self::Real(real),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Bytes(bytes) => Self::Bytes(bytes.to_owned()),
        }
    }
}

/// Parameters of a statement: `values![tenant, name, &uuid]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl From<$type> for Value<'_> {
            fn from(value: $type) -> Self {
                Self::Integer(i64::from(value))
            }
        }
    )+};
}

integers!(i64, i32, u32, bool);

macro_rules! ids {
    ($($type:ident),+ $(,)?) => {$(
        impl From<id::$type> for Value<'_> {
            fn from(id: id::$type) -> Self {
                Self::Integer(id.get())
            }
        }

        impl<'r> FromColumn<'r> for id::$type {
            fn from_column(value: Value<'r>) -> Option<Self> {
                i64::from_column(value).map(Self::new)
            }
        }
    )+};
}

ids!(
    TenantId,
    UserId,
    RoleId,
    CategoryId,
    ApplicationId,
    IdeaId,
    PhaseId,
    StatusId,
    TokenId,
    SessionId,
    JobId,
    FlowId,
    FileId,
    DocumentId,
    MediaId,
    ComponentId,
);

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a> From<&'a Uuid> for Value<'a> {
    fn from(value: &'a Uuid) -> Self {
        Self::Bytes(value.as_bytes())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A Rust type a column can be read as; `None` means that the column holds something else.
pub trait FromColumn<'r>: Sized {
    fn from_column(value: Value<'r>) -> Option<Self>;
}

impl FromColumn<'_> for i64 {
    fn from_column(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(integer) => Some(integer),
            _ => None,
        }
    }
}

impl FromColumn<'_> for bool {
    fn from_column(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        }
    }
}

impl FromColumn<'_> for f64 {
    fn from_column(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Real(real) => Some(real),
            _ => None,
        }
    }
}

impl<'r> FromColumn<'r> for &'r str {
    fn from_column(value: Value<'r>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<'r> FromColumn<'r> for &'r [u8] {
    fn from_column(value: Value<'r>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl<'r> FromColumn<'r> for String {
    fn from_column(value: Value<'r>) -> Option<Self> {
        <&str>::from_column(value).map(str::to_owned)
    }
}

impl<'r> FromColumn<'r> for Vec<u8> {
    fn from_column(value: Value<'r>) -> Option<Self> {
        <&[u8]>::from_column(value).map(<[u8]>::to_vec)
    }
}

impl<'r> FromColumn<'r> for Uuid {
    fn from_column(value: Value<'r>) -> Option<Self> {
        Self::from_slice(<&[u8]>::from_column(value)?).ok()
    }
}

impl<'r, T: FromColumn<'r>> FromColumn<'r> for Option<T> {
    fn from_column(value: Value<'r>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            present => T::from_column(present).map(Some),
        }
    }
}

/// Text as both engines take it. PostgreSQL refuses NUL, SQLite would cut some comparisons short at it; nothing
/// a person means holds one, so it becomes the sign for an unreadable character.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
