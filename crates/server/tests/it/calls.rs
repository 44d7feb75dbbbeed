//! Open API calls as scripts make them: issued tokens, requests in process, and bytes over a real connection.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU32, Ordering},
};

use automation_hub_domain::{
    id::{TokenId, UserId},
    role::STANDARD_USER,
    token::{
        TokenName,
        value::{TokenForm, TokenValue},
    },
};
use automation_hub_server::{
    auth::digest::{Purpose, StoredDigest},
    error::Error,
    listen,
    middleware::request::Peer,
    router::router,
};
use automation_hub_storage::tokens::{self, KeyedDigest, NewToken};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::ServiceExt;
use uuid::Uuid;

use crate::app::{NOON, TestHub};

pub const AUTHINFO: &str = "/api/v1/openapi/authinfo";
pub const SUBMIT: &str = "/api/v1/openapi/automationidea";
pub const TYPE: &str = "x-ah-openapi-auth: openapi-token\r\n";

/// A token as its holder knows it.
#[derive(Clone, Debug)]
pub struct Issued {
    pub id: TokenId,
    /// First half of the credential.
    pub tenant: Uuid,
    pub value: String,
    pub app_key: Option<String>,
}

/// A token before it is stored, with its secrets.
pub struct Drawn {
    pub row: NewToken,
    value: String,
    app_key: Option<String>,
}

impl Issued {
    /// What stands in `Authorization`.
    pub fn credential(&self) -> String {
        format!("Bearer {}/{}", self.tenant, self.value)
    }

    pub fn request(&self, path: &str) -> Request<Body> {
        let request = Request::get(path)
            .header(header::AUTHORIZATION, self.credential())
            .header("x-ah-openapi-auth", "openapi-token");
        let request = match &self.app_key {
            Some(app_key) => request.header("x-ah-openapi-app-key", app_key),
            None => request,
        };
        request.body(Body::empty()).unwrap()
    }
}

impl TestHub {
    /// A person of the Standard User role and a token of theirs.
    pub async fn issue_personal(&self) -> (UserId, Issued) {
        let user = self.add_user("ana@nordwind.example", &[STANDARD_USER]).await;
        (user, self.issue(Some(user), TokenForm::Uuid, None).await)
    }

    /// Makes a token that expires in ninety days.
    pub async fn issue(&self, user: Option<UserId>, form: TokenForm, app_key: Option<&str>) -> Issued {
        let [issued] = &self.issue_all(vec![self.draw(user, form, app_key)]).await[..] else {
            panic!("one was asked for");
        };
        self.token_changed(issued.id).await;
        issued.clone()
    }

    /// Stores many in one transaction. Who calls this has the hub load them.
    pub async fn issue_all(&self, drawn: Vec<Drawn>) -> Vec<Issued> {
        let (rows, secrets): (Vec<_>, Vec<_>) =
            drawn.into_iter().map(|drawn| (drawn.row, (drawn.value, drawn.app_key))).unzip();
        let insert = move |s: &mut automation_hub_storage::Session<'_>| -> Result<Vec<TokenId>, Error> {
            rows.iter().map(|row| Ok(tokens::insert(s, row)?)).collect()
        };
        let ids = self.app.store.write(self.tenant, insert).await.unwrap();
        let tenant = self.tenant_uuid();
        let issued = ids.into_iter().zip(secrets);
        issued.map(|(id, (value, app_key))| Issued { id, tenant, value, app_key }).collect()
    }

    pub fn draw(&self, user: Option<UserId>, form: TokenForm, app_key: Option<&str>) -> Drawn {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut random = [0; 32];
        getrandom::fill(&mut random).unwrap();
        let value = TokenValue::from_random(form, random);
        let value = value.expose();
        let row = NewToken {
            name: TokenName::parse(&format!("Test token {number}")).unwrap(),
            user,
            creator: user,
            value: keyed(self.digest(Purpose::Token, value)),
            last_four: value[value.len() - 4..].to_owned(),
            app_key: app_key.map(|app_key| keyed(self.digest(Purpose::AppKey, app_key))),
            created_at: NOON,
            expires_at: Some(NOON.plus_days(90)),
            is_active: true,
        };
        Drawn { row, value: value.to_owned(), app_key: app_key.map(str::to_owned) }
    }

    pub fn digest(&self, purpose: Purpose, secret: &str) -> StoredDigest {
        self.app.keys.peppers.current().store(purpose, self.tenant_uuid(), secret.as_bytes())
    }

    fn tenant_uuid(&self) -> Uuid {
        let tenants = self.app.tenants();
        tenants.iter().find(|tenant| tenant.id == self.tenant).unwrap().uuid
    }

    /// What every change of a token does once it is committed and before it is answered.
    pub async fn token_changed(&self, id: TokenId) {
        self.app.tokens.refresh_token(&self.app.store, self.tenant, id).await.unwrap();
    }

    /// The status of a call made from an address of its caller's own.
    pub async fn call_from(&self, address: Ipv4Addr, issued: &Issued) -> StatusCode {
        let mut request = issued.request(AUTHINFO);
        request.extensions_mut().insert(Peer(SocketAddr::from((address, 40_000))));
        self.router.clone().oneshot(request).await.unwrap().status()
    }

    /// Serves this hub on a port of its own until the test ends.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = self.app.clone();
        tokio::spawn(async move {
            let stop = std::future::pending();
            listen::serve(listener, router(app.clone()), &app.config, stop).await
        });
        address
    }
}

pub fn keyed(stored: StoredDigest) -> KeyedDigest {
    KeyedDigest { digest: *stored.digest.as_bytes(), pepper_number: stored.pepper.get() }
}

/// A program with a token, each of whose calls goes over a connection of its own.
#[derive(Clone, Debug)]
pub struct Script {
    pub address: SocketAddr,
    pub token: Issued,
}

impl Script {
    pub fn head(&self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
        let headers: String = headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
        let credential = self.token.credential();
        let base = if path.contains("/openapi/") { "" } else { "/api/v1/openapi" };
        format!(
            "{method} {base}{path} HTTP/1.1\r\nhost: hub\r\nauthorization: {credential}\r\n{TYPE}\
             content-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n"
        )
    }

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> RawAnswer {
        let mut wire = Wire::open(self.address).await;
        let head = self.head(method, path, headers, body.len());
        wire.ask(format!("{head}{body}").as_bytes()).await.unwrap()
    }
}

/// A connection on which every byte is the test's own.
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

#[derive(Debug)]
pub struct RawAnswer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl RawAnswer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Wire {
    pub async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), read: Vec::new() }
    }

    /// Sends as much as the other side takes: it may answer and close in the middle.
    pub async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    pub async fn ask(&mut self, request: &[u8]) -> Option<RawAnswer> {
        self.send(request).await;
        self.answer().await
    }

    /// The next answer; none if the connection ends instead.
    pub async fn answer(&mut self) -> Option<RawAnswer> {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.fill().await {
                return None;
            }
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = RawAnswer { status, head, body: String::new() };
        let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.read.len() < length {
            assert!(self.fill().await, "the body of an answer is cut off");
        }
        answer.body = String::from_utf8(self.read.drain(..length).collect()).unwrap();
        Some(answer)
    }

    /// Whether the other side has ended the connection, with nothing more to say.
    pub async fn is_closed(&mut self) -> bool {
        self.read.is_empty() && !self.fill().await
    }

    /// Waits for more bytes, where an answer's end can't be told from its head.
    pub async fn more(&mut self) -> bool {
        self.fill().await
    }

    pub fn seen(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }

    /// Whatever else comes, up to the end.
    pub async fn rest(&mut self) -> &[u8] {
        while self.fill().await {}
        &self.read
    }

    async fn fill(&mut self) -> bool {
        matches!(self.stream.read_buf(&mut self.read).await, Ok(1..))
    }
}
