//! Failures as the Open API tells them: the mirrored envelope and RFC 9457 problem details in one object.
//! Together with `pages/error.rs` the only place that names a status for a failure.

use std::{borrow::Cow, collections::HashSet, error::Error as StdError};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    auth::verify::Refusal,
    error::{Denial, Error, Violation, Violations},
    middleware::request::RequestId,
};

/// What the mirrored API says when a role lacks a permission.
const NOT_PERMITTED: &str = "This user is not permitted to perform this action based on their role.";

const TOO_MANY: &str = "Too many requests. Try again later.";

/// A failure on its way to the wire. Handlers return it; the API's outermost layer adds the request id.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    /// The stable word for this failure, `type` of the problem details.
    kind: &'static str,
    message: Cow<'static, str>,
    violations: Violations,
    challenge: Option<Challenge>,
    retry_after_secs: Option<u32>,
    /// How many bytes there are, where others were asked for.
    size: Option<u64>,
}

/// Which `WWW-Authenticate` a refusal carries (RFC 6750 section 3).
#[derive(Clone, Copy, Debug)]
enum Challenge {
    /// No credential was sent.
    Realm,
    InvalidToken,
    InvalidRequest,
    InsufficientScope,
}

impl Challenge {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Realm => "Bearer realm=\"Automation Hub Open API\"",
            Self::InvalidToken => "Bearer realm=\"Automation Hub Open API\", error=\"invalid_token\"",
            Self::InvalidRequest => "Bearer realm=\"Automation Hub Open API\", error=\"invalid_request\"",
            Self::InsufficientScope => {
                "Bearer realm=\"Automation Hub Open API\", error=\"insufficient_scope\""
            }
        })
    }
}

impl ApiError {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            kind,
            message: message.into(),
            violations: Violations::default(),
            challenge: None,
            retry_after_secs: None,
            size: None,
        }
    }

    pub fn empty_body() -> Self {
        Self::malformed("The body is empty; JSON is needed.")
    }

    /// Malformed before any field could be looked at: not JSON, not UTF-8, a repeated member.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed-body", message)
    }

    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type-unsupported",
            "Send the body as application/json.",
        )
    }

    pub fn unsupported_encoding() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content-encoding-unsupported",
            "Send the body as it is, without Content-Encoding.",
        )
    }

    pub fn body_too_slow(limit_secs: u64) -> Self {
        let message = format!("The body didn't arrive within {limit_secs} seconds.");
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", message)
    }

    pub fn body_too_large(limit: usize) -> Self {
        let message = format!("The body is larger than {limit} bytes.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", message)
    }

    /// Too little of the body came, and not its end.
    pub fn body_stalled(least: usize, limit_secs: u64) -> Self {
        let message = format!("Less than {least} bytes of the body came within {limit_secs} seconds.");
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", message)
    }

    /// Of a file of this size other bytes were asked for than it has.
    pub fn range_not_satisfiable(size: u64) -> Self {
        let message = format!("The file has {size} bytes, and none of those asked for.");
        let mut error = Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "range-not-satisfiable", message);
        error.size = Some(size);
        error
    }

    pub fn route_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "route-not-found", "There is no such call.")
    }

    /// The path names an organisation or tenant that doesn't exist. Clients look for these very words.
    pub fn tenant_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "tenant-not-found", "The tenant was not found in organization.")
    }

    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This call doesn't take this method.")
    }

    /// `If-Match` names tags, and the call has none to compare them with. Not `stale`: reading again leads nowhere.
    pub fn nothing_to_match() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "if-match-unsupported",
            "This call has no ETag to compare If-Match with, so nothing was changed. Send it without If-Match.",
        )
    }

    /// Fields that break a rule, with one of the mirrored API's messages.
    pub fn invalid(message: impl Into<Cow<'static, str>>, violations: Violations) -> Self {
        let mut error = Self::new(StatusCode::BAD_REQUEST, "invalid-input", message);
        error.violations = violations;
        error
    }

    /// What was sent before with this key is still being carried out.
    pub fn idempotency_key_in_use() -> Self {
        let message = "The first request with this Idempotency-Key is still being carried out. Ask again for its answer.";
        let mut error = Self::new(StatusCode::CONFLICT, "idempotency-key-in-use", message);
        error.retry_after_secs = Some(2);
        error
    }

    /// What was sent before with this key was carried out, and nobody knows what the answer was.
    pub fn idempotency_answer_lost() -> Self {
        let message = "The request with this Idempotency-Key was carried out, but its answer was lost. It isn't carried out \
            again: look at what it changed.";
        Self::new(StatusCode::CONFLICT, "idempotency-answer-lost", message)
    }

    pub fn idempotency_key_reused() -> Self {
        let message =
            "This Idempotency-Key was sent with another request. Each request needs one of its own.";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", message)
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    fn challenging(self, challenge: Challenge) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    fn unauthorized(kind: &'static str, message: &'static str, challenge: Challenge) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, kind, message).challenging(challenge)
    }

    fn too_many(retry_after_secs: u32, message: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", message);
        error.retry_after_secs = Some(retry_after_secs);
        error
    }

    /// Whether the app key that was sent is the right one isn't told: it is the same for both.
    fn app_key_locked(retry_after_secs: u32) -> Self {
        let unit = if retry_after_secs == 1 { "second" } else { "seconds" };
        let message = format!(
            "This token is locked for {retry_after_secs} {unit}, because too many wrong app keys were sent with it. Check \
             the one in x-ah-openapi-app-key, then try again: until then none is accepted."
        );
        Self::too_many(retry_after_secs, message)
    }

    fn unavailable() -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The hub can't answer this now. Nothing was changed. Try again in a few seconds.",
        );
        error.retry_after_secs = Some(5);
        error
    }

    fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The hub failed at this. Nothing was changed. Try again, or quote the request id.",
        )
    }
}

impl From<Denial> for ApiError {
    fn from(denial: Denial) -> Self {
        let forbidden = |kind, message: &'static str| {
            Self::new(StatusCode::FORBIDDEN, kind, message).challenging(Challenge::InsufficientScope)
        };
        match denial {
            Denial::Permission(_) => forbidden("permission-missing", NOT_PERMITTED),
            // The mirrored API's own words, which clients look for.
            Denial::Flow => forbidden("permission-missing", "No process made for the given idea flow"),
            Denial::UserNeeded => forbidden(
                "submitter-required",
                "This call needs an acting user, and a tenant-level token has none. Use a token of a user.",
            ),
            Denial::SubmitterNeeded => forbidden(
                "submitter-required",
                "An idea needs a submitter, and a tenant-level token has none. Name an active user in “submitter”, \
                 or use a token of a user.",
            ),
            Denial::SessionNeeded => {
                forbidden("session-required", "Only a person signed in to the web pages can do this.")
            }
            Denial::Origin => {
                let message = "The request didn't come from a page of this hub.";
                Self::new(StatusCode::FORBIDDEN, "origin-rejected", message)
            }
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => {
                Self::new(StatusCode::NOT_FOUND, "not-found", format!("There is no such {what}."))
            }
            Error::Forbidden(denial) => denial.into(),
            Error::SignedOut | Error::StepUp => Self::unauthorized(
                "credentials-missing",
                "Sign in, or send an Open API token.",
                Challenge::Realm,
            ),
            Error::Invalid(violations) => Self::invalid(summary(&violations), violations),
            Error::Conflict(message) => Self::new(StatusCode::CONFLICT, "conflict", message),
            Error::OfField { field, pointer, error } => {
                let mut told = Self::from(*error);
                told.violations.add_at((field, pointer), told.message.clone());
                told
            }
            Error::Stale => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                "The record was changed meanwhile. Read it again, then repeat the change.",
            ),
            Error::TooLarge { limit_bytes } => Self::body_too_large(limit_bytes),
            Error::TooMany { retry_after_secs } => Self::too_many(retry_after_secs, TOO_MANY),
            Error::Unavailable(cause) => {
                log_failure("unavailable", cause.as_ref());
                Self::unavailable()
            }
            Error::Internal(cause) => {
                log_failure("internal", cause.as_ref());
                Self::internal()
            }
        }
    }
}

fn log_failure(kind: &str, cause: &(dyn StdError + 'static)) {
    tracing::error!(kind, error = cause, "request failed");
}

/// One sentence for people when the caller shows nothing but `message`.
fn summary(violations: &Violations) -> String {
    let mut fields: Vec<&str> = Vec::new();
    let mut named = HashSet::new();
    for violation in violations.iter() {
        if named.insert(&violation.field) {
            fields.push(&violation.field);
        }
    }
    match violations.iter().next() {
        Some(first) if fields.len() == 1 => format!("{}: {}", first.field, first.message),
        _ => format!("{} fields need another look: {}", fields.len(), fields.join(", ")),
    }
}

impl From<automation_hub_storage::StorageError> for ApiError {
    fn from(error: automation_hub_storage::StorageError) -> Self {
        Error::from(error).into()
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let kind = refusal.problem_type();
        let rejected = |message| Self::unauthorized(kind, message, Challenge::InvalidToken);
        match refusal {
            Refusal::CredentialsMissing => {
                Self::unauthorized(kind, "Send Authorization: Bearer {tenantId}/{token}.", Challenge::Realm)
            }
            Refusal::TokenRejected { hint: false, .. } => rejected("The token was not accepted."),
            Refusal::TokenRejected { hint: true, .. } => rejected(
                "The token was not accepted. Its form is {tenantId}/{token}, joined by one slash without blanks.",
            ),
            Refusal::TenantInactive => rejected("The tenant is switched off."),
            Refusal::TokenInactive => {
                rejected("The token is switched off. An administrator can activate it.")
            }
            Refusal::TokenExpired => {
                rejected("The token has expired. An administrator can set a later date.")
            }
            Refusal::TokenNotCompliant => rejected(
                "The token never expires, and this tenant doesn't allow that. Give it an expiry date.",
            ),
            Refusal::UserInactive => rejected("The token's user is deactivated."),
            Refusal::AppKeyRequired => rejected("The token has an app key. Send it in x-ah-openapi-app-key."),
            Refusal::AppKeyRejected => rejected("The app key in x-ah-openapi-app-key was not accepted."),
            Refusal::TokenTypeMissing => {
                Self::unauthorized(kind, "Send x-ah-openapi-auth: openapi-token.", Challenge::Realm)
            }
            Refusal::TokenTypeUnknown => Self::unauthorized(
                kind,
                "x-ah-openapi-auth takes openapi-token and nothing else.",
                Challenge::Realm,
            ),
            Refusal::InvalidRequest(header) => Self::new(
                StatusCode::BAD_REQUEST,
                kind,
                format!("{header} may stand in a request only once."),
            )
            .challenging(Challenge::InvalidRequest),
            Refusal::TooMany { retry_after_secs } => Self::too_many(retry_after_secs, TOO_MANY),
            Refusal::AppKeyLocked { retry_after_secs } => Self::app_key_locked(retry_after_secs),
            Refusal::Unavailable => Self::unavailable(),
        }
    }
}

/// The object on the wire. `message`, `statusCode` and `errorDetails` are the mirrored API's.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Problem<'a> {
    /// For people; published clients show it.
    message: &'a str,
    #[serde(rename = "statusCode")]
    status_code: u16,
    /// From each field that breaks a rule to the sentences about it.
    #[serde(rename = "errorDetails")]
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    error_details: serde_json::Map<String, serde_json::Value>,
    /// The stable word for this failure.
    r#type: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    /// Where in the input each violation lies, or what clashes with what is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem<'a>>,
    /// To quote when asking for help.
    #[serde(rename = "requestId")]
    request_id: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct FieldProblem<'a> {
    /// JSON pointer in a URI fragment: `#/process_name`.
    pointer: String,
    detail: &'a str,
}

impl ApiError {
    /// The answer to a request with this id. The only way out for a failure of the Open API.
    pub fn respond(&self, request_id: RequestId) -> Response {
        let problem = self.problem(request_id);
        let mut body = Vec::with_capacity(512);
        // Texts and numbers in memory: neither writing nor their form can fail.
        let _ = serde_json::to_writer(&mut body, &problem);
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge.header());
        }
        if let Some(size) = self.size
            && let Ok(value) = HeaderValue::try_from(format!("bytes */{size}"))
        {
            headers.insert(header::CONTENT_RANGE, value);
        }
        if let Some(seconds) = self.retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            self.tell_quota(headers, seconds);
        }
        response
    }

    /// The drafted `RateLimit` field: what is left of the refusals one may cause, and when there are more.
    fn tell_quota(&self, headers: &mut HeaderMap, seconds: u32) {
        if self.status == StatusCode::TOO_MANY_REQUESTS
            && let Ok(value) = HeaderValue::try_from(format!("\"refusals\";r=0;t={seconds}"))
        {
            headers.insert("ratelimit", value);
        }
    }

    fn problem(&self, request_id: RequestId) -> Problem<'_> {
        let mut details = serde_json::Map::new();
        for violation in self.violations.iter() {
            let sentences = details.entry(violation.field.as_ref()).or_insert_with(|| serde_json::json!([]));
            if let Some(list) = sentences.as_array_mut() {
                list.push(violation.message.as_ref().into());
            }
        }
        // The slashes of a path are those of the pointer.
        let of_field = |field: &str| format!("/{}", field.replace('~', "~0"));
        let pointer = |violation: &Violation| {
            let pointer = violation.pointer.clone().unwrap_or_else(|| of_field(&violation.field));
            format!("#{pointer}")
        };
        let errors = self
            .violations
            .iter()
            .map(|violation| FieldProblem { pointer: pointer(violation), detail: &violation.message })
            .collect();
        Problem {
            message: &self.message,
            status_code: self.status.as_u16(),
            error_details: details,
            r#type: self.kind,
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.message,
            errors,
            request_id: request_id.to_string(),
        }
    }
}

impl IntoResponse for ApiError {
    /// Hands the failure to the API's outermost layer, which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
