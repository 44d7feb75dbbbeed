//! Every way a credential can be wrong, through the whole server: what is answered, and what no refusal does.

mod app_key;
mod authorization;
mod isolation;
mod matrix;
mod reach;
mod roles;
mod state;
mod tenant_id;
mod token_type;
mod value;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU32, Ordering},
};

use automation_hub_domain::{
    clock::Timestamp,
    id::{TokenId, UserId},
    page::{Direction, PageRequest},
    token::value::TokenForm,
};
use automation_hub_server::{auth::digest::Purpose, error::Error, middleware::request::Peer};
use automation_hub_storage::{
    Session,
    tokens::{self, TokenFilter, TokenSort},
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request},
};
use uuid::Uuid;

use super::assert_problem;
use crate::{
    app::{Answer, NOON, TENANT_UUID, TestHub, found_tenant},
    calls::{AUTHINFO, Issued},
};

const OTHER_UUID: Uuid = Uuid::from_u128(0x1c7e_55aa_0b1d_4f6f_8a53_90d2_4e71_b8c4);
/// A token nobody was given.
const NEVER_ISSUED: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";
const AUTHORIZATION: &str = "authorization";
const TOKEN_TYPE: &str = "x-ah-openapi-auth";
const APP_KEY: &str = "x-ah-openapi-app-key";

/// What a call that names its automation in the query has to ask.
fn asked(path: &str, id: &str) -> String {
    match path {
        "/automations/collaborators" | "/collaborators" | "/cba" => format!("?id={id}"),
        _ => String::new(),
    }
}

/// A hub with two tenants: Ana and her token in the first, a tenant-level token in the second.
struct Desk {
    hub: TestHub,
    ana: UserId,
    token: Issued,
    /// Works whatever happens to the first tenant.
    witness: Issued,
}

impl Desk {
    async fn start() -> Self {
        let mut hub = TestHub::start().await;
        let (ana, token) = hub.issue_personal().await;
        let home = hub.tenant;
        hub.tenant = found_tenant(&hub.database, "solveig", "production", OTHER_UUID).await;
        hub.app.tenant_changed(hub.tenant).await.unwrap();
        let witness = hub.issue(None, TokenForm::Uuid, None).await;
        hub.tenant = home;
        Self { hub, ana, token, witness }
    }

    /// Ana's call, all right.
    fn call(&self) -> Call {
        Call::of(&self.token)
    }

    /// Ana's call with another second half of the credential.
    fn call_with_value(&self, value: &str) -> Call {
        self.call().with(AUTHORIZATION, format!("Bearer {TENANT_UUID}/{value}"))
    }

    async fn send(&self, call: &Call) -> Answer {
        self.hub.send(call.request()).await
    }

    async fn accepted(&self, call: &Call) -> Answer {
        let answer = self.send(call).await;
        assert!(answer.status.is_success(), "{call:?}: {}", answer.text());
        answer
    }

    /// A call that has to be refused like this, with all that goes for every refusal.
    async fn refused(&self, call: &Call, status: u16, kind: &str) -> Answer {
        let before = self.last_used().await;
        let answer = self.send(call).await;
        assert_eq!(answer.status, status, "{call:?}: {}", answer.text());
        assert_problem(&answer, status, kind);
        assert_headers(&answer, kind);
        self.assert_tells_nothing(call, &answer);
        assert_eq!(self.last_used().await, before, "{call:?}: a refusal is no use");
        self.accepted(&Call::of(&self.witness)).await;
        answer
    }

    /// Refused in the one way in which everything is that hasn't matched: the same as a token never issued.
    async fn rejected(&self, call: &Call) {
        let answer = self.refused(call, 401, "token-rejected").await;
        let unknown = self.send(&self.call_with_value(NEVER_ISSUED)).await;
        assert_eq!(told(&answer), told(&unknown), "{call:?}");
    }

    /// When each token of the first tenant was last used, as stored after everything that waits was written.
    async fn last_used(&self) -> Vec<(TokenId, Option<Timestamp>, Option<String>)> {
        self.hub.app.calls.flush(&self.hub.app).await.unwrap();
        let list = |s: &mut Session<'_>| {
            let sort = (TokenSort::default(), Direction::Ascending);
            tokens::list(s, &TokenFilter::default(), sort, (PageRequest::default(), None), NOON)
        };
        let tokens = self.hub.app.store.read(self.hub.tenant, list).await.unwrap();
        tokens.into_iter().map(|token| (token.id, token.last_used_at, token.last_used_address)).collect()
    }

    /// Neither what was sent nor whose it may be is in the answer.
    fn assert_tells_nothing(&self, call: &Call, answer: &Answer) {
        let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n"));
        let text = headers.collect::<String>() + &String::from_utf8_lossy(&answer.body);
        let mut forbidden: Vec<String> =
            ["ana@", "Tester", "Nordwind Group", "Production"].map(str::to_owned).to_vec();
        for secret in call.secrets() {
            forbidden.push(hex(self.hub.digest(Purpose::Token, &secret).digest.as_bytes()));
            forbidden.push(secret);
        }
        for word in forbidden {
            assert!(!text.contains(&word), "{call:?}: {word:?} in {text}");
        }
    }

    /// Changes something in the first tenant that verification depends on.
    async fn write(&self, work: impl FnMut(&mut Session<'_>) -> Result<bool, Error> + Send + 'static) {
        assert!(self.hub.app.store.write(self.hub.tenant, work).await.unwrap());
    }

    /// The words of the audit log about a token, newest first. Alarms are stored beside the refusal.
    async fn audited(&self, token: TokenId, action: &str) -> usize {
        let read = move |s: &mut Session<'_>| {
            automation_hub_storage::audit::list_of_object(s, "token", token.get(), 50)
        };
        let events = self.hub.app.store.read(self.hub.tenant, read).await.unwrap();
        events.iter().filter(|event| event.action == action).count()
    }
}

/// What every refusal carries, and what it doesn't.
fn assert_headers(answer: &Answer, kind: &str) {
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.json()["requestId"], answer.header("x-request-id"));
    assert_eq!(answer.header("x-request-id").len(), 12);
    for name in ["set-cookie", "access-control-allow-origin", "location", "x-ah-token-retiring-until"] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
    let realm = r#"Bearer realm="Automation Hub Open API""#;
    let challenge = answer.header("www-authenticate");
    let expected = match (answer.status.as_u16(), kind) {
        (401, "credentials-missing" | "token-type-missing" | "token-type-unknown") => realm.to_owned(),
        (401, _) => format!(r#"{realm}, error="invalid_token""#),
        (400, "invalid-request") => format!(r#"{realm}, error="invalid_request""#),
        (403, _) => format!(r#"{realm}, error="insufficient_scope""#),
        _ => String::new(),
    };
    assert_eq!(challenge, expected, "{kind}");
    let waits = matches!(answer.status.as_u16(), 429 | 503);
    assert_eq!(answer.headers.contains_key("retry-after"), waits, "{kind}");
    let limit = format!(r#""refusals";r=0;t={}"#, answer.header("retry-after"));
    let expected = if answer.status == 429 { limit.as_str() } else { "" };
    assert_eq!(answer.header("ratelimit"), expected, "{kind}");
}

/// Everything by which one refusal could be told from another.
fn told(answer: &Answer) -> (u16, Vec<(String, HeaderValue)>, usize, serde_json::Value) {
    let is_told = |name: &str| !matches!(name, "x-request-id" | "date");
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| is_told(name.as_str()))
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    headers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("requestId");
    (answer.status.as_u16(), headers, answer.body.len(), body)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap()
}

/// A call to be made, any number of times.
#[derive(Clone, Debug)]
struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: String,
    address: Option<IpAddr>,
}

impl Call {
    /// Nothing but a path.
    fn bare() -> Self {
        Self {
            method: Method::GET,
            path: AUTHINFO.to_owned(),
            headers: HeaderMap::new(),
            body: String::new(),
            address: None,
        }
    }

    /// With all three headers as the token's holder sends them.
    fn of(token: &Issued) -> Self {
        let call = Self::bare().with(AUTHORIZATION, token.credential()).with(TOKEN_TYPE, "openapi-token");
        match &token.app_key {
            Some(app_key) => call.with(APP_KEY, app_key),
            None => call,
        }
    }

    /// With this header in the place of the one that is there.
    fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).and(name, value)
    }

    /// With one more header.
    fn and(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.append(name, HeaderValue::from_bytes(value.as_ref()).unwrap());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    fn at(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    fn by(self, method: Method) -> Self {
        Self { method, ..self }
    }

    fn from(self, address: impl Into<IpAddr>) -> Self {
        Self { address: Some(address.into()), ..self }
    }

    fn sending(self, media_type: &str, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self.with("content-type", media_type) }
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::builder().method(&self.method).uri(&self.path);
        *request.headers_mut().unwrap() = self.headers.clone();
        let mut request =
            request.header("host", "127.0.0.1:8080").body(Body::from(self.body.clone())).unwrap();
        let address = self.address.unwrap_or_else(somewhere);
        request.extensions_mut().insert(Peer(SocketAddr::from((address, 40_000))));
        request
    }

    /// What in it must not come back.
    fn secrets(&self) -> Vec<String> {
        let values = |name: &str| {
            let values = self.headers.get_all(name).into_iter();
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect::<Vec<_>>()
        };
        let pairs = values(AUTHORIZATION).into_iter().filter_map(|value| {
            let at = value.rfind(['/', '\\', ' '])?;
            value.get(at + 1..).map(str::to_owned)
        });
        let others = [TOKEN_TYPE, APP_KEY].iter().flat_map(|name| values(name));
        pairs.chain(others).filter(|value| value.len() >= 8 && value != "openapi-token").collect()
    }
}

/// Each call comes from an address of its own, unless a test says otherwise.
fn somewhere() -> IpAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + NEXT.fetch_add(1, Ordering::Relaxed)).into()
}
