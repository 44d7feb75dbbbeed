//! Reading requests of the Open API, so that whatever is wrong with one is told in our own envelope.

use std::{
    borrow::Cow,
    num::{IntErrorKind, ParseIntError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use percent_encoding::percent_decode_str;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::Value;

use crate::{
    api::{
        encoding::{Encoding, HALF_A_CHARACTER},
        error::ApiError,
    },
    app::App,
    config,
    error::{Error, Violations},
};

/// A JSON object as a body. Its fields are looked at one by one, so that one answer names all that is wrong.
#[derive(Debug)]
pub struct JsonObject(pub serde_json::Map<String, Value>);

impl FromRequest<App> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        Self::of(JsonValue::from_request(request, app).await?)
    }
}

/// Any JSON as a body.
#[derive(Debug)]
pub struct JsonValue(pub Value);

impl FromRequest<App> for JsonValue {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        require_plain_json(request.headers())?;
        let body = read_body(request.into_body(), &app.config.server).await?;
        Self::parse(&body)
    }
}

impl JsonObject {
    pub fn parse(body: &[u8]) -> Result<Self, ApiError> {
        Self::of(JsonValue::parse(body)?)
    }

    fn of(value: JsonValue) -> Result<Self, ApiError> {
        match value.0 {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(ApiError::malformed("The body has to be a JSON object.")),
        }
    }
}

impl JsonValue {
    fn parse(body: &[u8]) -> Result<Self, ApiError> {
        // Windows' tools begin a file so; JSON has no such mark, but lets a reader pass over it.
        let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        if text.trim_ascii().is_empty() {
            return Err(ApiError::empty_body());
        }
        let Strict(value) = serde_json::from_slice(text).map_err(|error| unreadable(body, &error))?;
        Ok(Self(value))
    }
}

/// What to tell of a body that isn't JSON.
fn unreadable(body: &[u8], error: &serde_json::Error) -> ApiError {
    if let Some(fault) = Encoding::of(body).fault() {
        return fault;
    }
    let told = error.to_string();
    // The parser speaks of an escape's end, or of the other half alone.
    let why = if told.contains("surrogate") || told.starts_with("unexpected end of hex escape") {
        format!("{HALF_A_CHARACTER}, at line {} column {}", error.line(), error.column())
    } else {
        told
    };
    ApiError::malformed(format!("The body isn't valid JSON: {why}."))
}

/// As [`JsonObject`], where there may be no body at all.
#[derive(Debug)]
pub struct OptionalJsonObject(pub serde_json::Map<String, Value>);

impl FromRequest<App> for OptionalJsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let body = read_body(body, &app.config.server).await?;
        if body.is_empty() {
            return Ok(Self(serde_json::Map::new()));
        }
        let request = Request::from_parts(parts, Body::from(body));
        match JsonValue::from_request(request, app).await? {
            JsonValue(Value::Null) => Ok(Self(serde_json::Map::new())),
            value => JsonObject::of(value).map(|JsonObject(fields)| Self(fields)),
        }
    }
}

/// Refuses a body that is no JSON, or isn't sent as it is.
pub(super) fn require_plain_json(headers: &HeaderMap) -> Result<(), ApiError> {
    if !is_json(headers) {
        return Err(ApiError::unsupported_media_type());
    }
    if is_encoded(headers) {
        return Err(ApiError::unsupported_encoding());
    }
    Ok(())
}

/// A body, but no more of it than is allowed, and for no longer.
pub async fn read_body(body: Body, server: &config::Server) -> Result<Bytes, ApiError> {
    let limit = server.body_limit_bytes;
    let patience = Duration::from_secs(server.body_timeout_secs);
    // Said ahead, it is refused before a client that waits to be asked for the body has sent any of it.
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(ApiError::body_too_large(limit));
    }
    let collected = tokio::time::timeout(patience, Limited::new(body, limit).collect()).await;
    let collected = collected.map_err(|_| ApiError::body_too_slow(server.body_timeout_secs))?;
    let collected = collected.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            ApiError::body_too_large(limit)
        } else {
            ApiError::malformed("The body broke off.")
        }
    })?;
    Ok(collected.to_bytes())
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(content_type) = content_type else { return false };
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// JSON in which a repeated member is an error. Left to itself the parser would keep the last of two, and a
/// proxy in front might have looked at the first.
pub(super) struct Strict(pub(super) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    // Whole numbers beyond 64 bits are numbers all the same; one of the two parsers tells them so.
    fn visit_i128<E: serde::de::Error>(self, value: i128) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "as every number of this size")]
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: serde::de::Error>(self, value: u128) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "as every number of this size")]
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        // One of the two parsers lets these through.
        if !value.is_finite() {
            return Err(E::custom("a number is out of range"));
        }
        Ok(whole(value).map_or_else(|| value.into(), Value::from))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        if value.contains('\0') {
            return Err(E::custom("a text holds a NUL character"));
        }
        Ok(value.into())
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields = serde_json::Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let Strict(value) = access.next_value()?;
            if fields.insert(name.clone(), value).is_some() {
                return Err(A::Error::custom(repeated(&name)));
            }
        }
        Ok(Value::Object(fields))
    }
}

/// `2.0` is the whole number 2 to JSON Schema, and to clients whose language has one kind of number.
fn whole(value: f64) -> Option<i64> {
    // The least number that is too large: as a float, the largest that isn't would round up to it.
    const END: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole, and lies between the ends")]
    (value.fract() == 0.0 && (-END..END).contains(&value)).then_some(value as i64)
}

/// What is said of a member that its object has already.
pub(super) fn repeated(name: &str) -> String {
    format!("“{}” stands twice in one object", shorten(name))
}

/// At most 64 characters of what the caller sent, for saying which part of it is meant.
pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(64) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

const WHOLE: &str = "A whole number is needed.";
const ONE_VALUE: &str = "Only one value can be given.";

fn not_whole(error: &ParseIntError, needed: &'static str) -> &'static str {
    match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "This number is out of range.",
        _ => needed,
    }
}

/// A whole number, or what is wrong with it.
pub(super) fn whole_number(text: &str) -> Result<i64, &'static str> {
    text.parse().map_err(|error| not_whole(&error, WHOLE))
}

/// The one of the names that was sent, as we write it; the usual one if none was.
fn spelled(names: &[&'static str], sent: &str) -> &'static str {
    let same = names.iter().find(|name| name.eq_ignore_ascii_case(sent));
    same.or(names.first()).copied().unwrap_or_default()
}

/// The parameters of a query. Names are compared without regard to case, as the mirrored API's own samples
/// write one name in two ways; unknown ones are ignored.
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        require_text(query)?;
        Ok(Self::parse(query))
    }
}

/// Refuses what isn't text once it is decoded: read with replacements it would be another value than was meant.
fn require_text(query: &str) -> Result<(), Error> {
    let mut violations = Violations::default();
    for pair in query.split('&') {
        if percent_decode_str(pair).decode_utf8().is_err() {
            let name = percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy();
            violations.add(shorten(&name).into_owned(), "This isn't UTF-8.");
        }
    }
    violations.into_result()
}

impl Query {
    pub fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The first non-empty value under one of the names; several names are several spellings of one thing.
    pub fn text<'q>(&'q self, names: &'q [&str]) -> Option<&'q str> {
        self.texts(names).next()
    }

    /// As [`Query::text`], for what names one record. Another one under the same name is refused: nobody could tell which is
    /// meant.
    pub fn key<'q>(&'q self, names: &'q [&'static str]) -> Result<Option<&'q str>, Error> {
        let mut given = self.given(names);
        let Some((name, key)) = given.next() else { return Ok(None) };
        if given.any(|(other, text)| other.eq_ignore_ascii_case(name) && text != key) {
            return Err(Error::invalid(spelled(names, name), ONE_VALUE));
        }
        Ok(Some(key))
    }

    /// Of the names the one that [`Query::text`] has its value from, for saying what is wrong with it.
    pub fn spelling(&self, names: &[&'static str]) -> &'static str {
        self.given(names).next().map_or_else(|| spelled(names, ""), |(name, _)| spelled(names, name))
    }

    /// Whether there is such a parameter, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    fn texts<'q>(&'q self, names: &'q [&str]) -> impl Iterator<Item = &'q str> {
        self.given(names).map(|(_, text)| text)
    }

    /// What isn't empty under one of the names, with the name it was sent under.
    fn given<'q>(&'q self, names: &'q [&str]) -> impl Iterator<Item = (&'q str, &'q str)> {
        let is_named = |name: &str| names.iter().any(|candidate| candidate.eq_ignore_ascii_case(name));
        self.0
            .iter()
            .filter(move |(name, _)| is_named(name))
            .map(|(name, value)| (name.as_str(), value.trim()))
            .filter(|(_, text)| !text.is_empty())
    }

    /// What is separated by commas, or stands in parameters of its own.
    pub fn parts<'q>(&'q self, names: &'q [&str]) -> impl Iterator<Item = &'q str> {
        self.texts(names).flat_map(separated)
    }

    /// A whole number; anything else is noted against the name it was sent under, and so is another one under the same
    /// name. Of several spellings the first one sent counts.
    pub fn integer(&self, names: &[&'static str], violations: &mut Violations) -> Option<i64> {
        self.number(names, WHOLE, violations)
    }

    /// As [`Query::integer`], for an instant.
    pub fn instant(&self, name: &'static str, violations: &mut Violations) -> Option<i64> {
        self.number(&[name], "A whole number is needed: seconds or milliseconds since 1970.", violations)
    }

    fn number(
        &self,
        names: &[&'static str],
        needed: &'static str,
        violations: &mut Violations,
    ) -> Option<i64> {
        let mut given = self.given(names);
        let (name, text) = given.next()?;
        let field = spelled(names, name);
        let parsed = text.parse::<i64>();
        let mut again = given.filter(|(other, _)| other.eq_ignore_ascii_case(name));
        match &parsed {
            Err(error) => violations.add(field, not_whole(error, needed)),
            Ok(number) if again.any(|(_, text)| text.parse() != Ok(*number)) => {
                violations.add(field, ONE_VALUE);
                return None;
            }
            Ok(_) => {}
        }
        parsed.ok()
    }

    /// Whole numbers, separated by commas or in parameters of their own; `all` means that none is asked for.
    pub fn integers(&self, names: &[&'static str], violations: &mut Violations) -> Option<Vec<i64>> {
        self.listed(names, violations, whole_number)
    }

    /// As [`Query::integers`], of what else can be read. A part that can't is noted against the name it was sent under.
    pub fn listed<T>(
        &self,
        names: &[&'static str],
        violations: &mut Violations,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<Vec<T>> {
        if self.parts(names).any(|part| part.eq_ignore_ascii_case("all")) {
            return None;
        }
        let parts = self.given(names).flat_map(|(name, text)| separated(text).map(move |part| (name, part)));
        let read = |(name, part): (&str, &str)| read(part).map_err(|rule| (spelled(names, name), rule));
        match parts.map(read).collect::<Result<Vec<_>, _>>() {
            Ok(list) => (!list.is_empty()).then_some(list),
            Err((name, rule)) => {
                violations.add(name, rule);
                None
            }
        }
    }
}

/// What stands between commas. One too many separates nothing.
fn separated(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// The variable part of a path, such as the `{id}` of `/automations/{id}`.
#[derive(Clone, Debug)]
pub struct PathPart(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathPart {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.remove().ok_or_else(|| Error::NotFound("record").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_members_are_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":[{"b":1,"b":2}]}"#] {
            assert!(serde_json::from_str::<Strict>(text).is_err(), "{text}");
        }
        let Strict(value) = serde_json::from_str(r#"{"a":[{"b":1},{"b":2.5,"c":null}]}"#).unwrap();
        assert_eq!(value, serde_json::json!({"a": [{"b": 1}, {"b": 2.5, "c": null}]}));
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction() {
        let Strict(value) = serde_json::from_str("[2.0,-1e3,2.5,9223372036854775807,1e19,-0.0]").unwrap();
        let whole: Vec<_> = value.as_array().unwrap().iter().map(Value::as_i64).collect();
        assert_eq!(whole, [Some(2), Some(-1000), None, Some(i64::MAX), None, Some(0)]);
        // A reader that is a step off makes a fraction of the one and another number of the other.
        let Strict(value) = serde_json::from_str("[2118905093892969.0,9007199254740991.0]").unwrap();
        assert_eq!(value, serde_json::json!([2_118_905_093_892_969_i64, 9_007_199_254_740_991_i64]));
    }

    #[test]
    fn deep_nesting_is_refused_without_exhausting_the_stack() {
        let text = "[".repeat(100_000);
        assert!(serde_json::from_str::<Strict>(&text).is_err());
    }

    #[test]
    fn a_record_is_named_once() {
        for (query, key) in [("", None), ("id=", None), ("ID=7", Some("7")), ("id=a&Id=a&other=b", Some("a"))]
        {
            assert_eq!(Query::parse(query).key(&["id", "other"]).unwrap(), key, "{query}");
        }
        let twice = Query::parse("id=1&id=2");
        let Err(Error::Invalid(violations)) = twice.key(&["id"]) else { panic!("one of two was taken") };
        assert!(violations.iter().any(|violation| violation.field == "id" && violation.message == ONE_VALUE));
    }

    #[test]
    fn query_names_ignore_case_and_empty_values() {
        let query = Query::parse("CreatedStart=7&s=&search=two+words%21&other=1");
        let mut violations = Violations::default();
        assert_eq!(query.integer(&["createdStart"], &mut violations), Some(7));
        assert_eq!(query.text(&["s", "search"]), Some("two words!"));
        assert!(violations.is_empty());
    }

    #[test]
    fn numbers_may_be_joined_or_repeated() {
        for (query, expected) in [
            ("status=46,47&status=50", Some(vec![46, 47, 50])),
            ("status=46&Statuses= 47", Some(vec![46, 47])),
            ("status=46&status=all", None),
            ("status=,46,,47 ,", Some(vec![46, 47])),
            ("status=,", None),
            ("status=", None),
        ] {
            let mut violations = Violations::default();
            let found = Query::parse(query).integers(&["status", "statuses"], &mut violations);
            assert_eq!((found, violations.is_empty()), (expected, true), "{query}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_of_the_spelling_that_was_sent() {
        let wrong = |query: &str| {
            let (query, mut violations) = (Query::parse(query), Violations::default());
            query.page(50, &mut violations);
            query.integer(&["token", "token_id"], &mut violations);
            query.integers(&["status", "statuses"], &mut violations);
            violations.iter().map(|violation| violation.field.clone()).collect::<Vec<_>>()
        };
        assert_eq!(wrong("PAGESIZE=0"), ["pageSize"]);
        assert_eq!(wrong("perpage=x&limit=5"), ["perpage"]);
        assert_eq!(wrong("token_id=1&token_id=2"), ["token_id"]);
        assert_eq!(wrong("status=46&statuses=47,x"), ["statuses"]);
        assert_eq!(wrong("limit=0&token=x&status=x"), ["limit", "token", "status"]);
    }

    #[test]
    fn a_number_that_is_too_large_is_told_from_what_is_none() {
        for (query, message) in [
            ("status=99999999999999999999", "This number is out of range."),
            ("status=46,-99999999999999999999", "This number is out of range."),
            ("status=4.5", "A whole number is needed."),
        ] {
            let mut violations = Violations::default();
            assert_eq!(Query::parse(query).integers(&["status"], &mut violations), None);
            let messages: Vec<_> = violations.iter().map(|violation| violation.message.as_ref()).collect();
            assert_eq!(messages, [message], "{query}");
        }
    }

    #[test]
    fn an_empty_body_is_said_to_be_empty() {
        for body in ["", " \r\n", "\u{feff}"] {
            let refused = JsonValue::parse(body.as_bytes()).unwrap_err();
            assert!(format!("{refused:?}").contains("The body is empty"), "{refused:?}");
        }
    }

    #[test]
    fn a_number_has_one_value() {
        for (query, expected) in [
            ("limit=5&limit=6", None),
            ("limit=5&Limit=6", None),
            ("limit=5&limit=05", Some(5)),
            ("limit=5&perPage=6", Some(5)),
            ("limit=&limit=6", Some(6)),
        ] {
            let mut violations = Violations::default();
            let found = Query::parse(query).integer(&["limit", "perpage"], &mut violations);
            let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_ref()).collect();
            let wrong: &[_] = if expected.is_some() { &[] } else { &["limit"] };
            assert_eq!((found, &fields[..]), (expected, wrong), "{query}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_by_its_name() {
        let Err(Error::Invalid(violations)) = require_text("limit=5&search=%ff&%fe=1&name=Z%C3%BCrich")
        else {
            panic!("it is let through");
        };
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_ref()).collect();
        assert_eq!(fields, ["search", "\u{fffd}"]);
        assert!(require_text("search=Z%C3%BCrich+100%25&empty=").is_ok());
    }
}
