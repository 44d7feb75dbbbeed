//! Requests that no HTTP client would send: what arrives is what stands here, byte by byte.

use std::net::SocketAddr;

use automation_hub_domain::token::value::TokenForm;

use crate::{
    app::{TENANT_UUID, TestHub},
    calls::{AUTHINFO, Issued, RawAnswer, SUBMIT, TYPE, Wire},
};

/// Where a connection stands after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Open,
    Closed,
}

struct Server {
    hub: TestHub,
    address: SocketAddr,
    token: Issued,
}

impl Server {
    async fn start() -> Self {
        let hub = TestHub::start().await;
        let (_, token) = hub.issue_personal().await;
        Self { address: hub.listen().await, hub, token }
    }

    /// A call that is accepted.
    fn good(&self) -> Vec<u8> {
        let credential = self.token.credential();
        format!("GET {AUTHINFO} HTTP/1.1\r\nhost: hub\r\nauthorization: {credential}\r\n{TYPE}\r\n")
            .into_bytes()
    }

    /// Sends one request on a connection of its own, and a good one behind its answer where it stays open.
    async fn expect(&self, name: &str, request: &[u8], status: u16, after: After) -> RawAnswer {
        let mut wire = Wire::open(self.address).await;
        let answer = wire.ask(request).await.unwrap_or_else(|| panic!("{name}: no answer"));
        assert_eq!(answer.status, status, "{name}: {} {}", answer.head, answer.body);
        match after {
            After::Open => {
                let next = wire.ask(&self.good()).await;
                let next = next.unwrap_or_else(|| panic!("{name}: the connection ended"));
                assert_eq!(next.status, 200, "{name}: the next call: {}", next.body);
            }
            After::Closed => assert!(wire.is_closed().await, "{name}: the connection stayed"),
        }
        answer
    }
}

/// A call with these bytes as the value of `Authorization`.
fn with_value(value: &[u8]) -> Vec<u8> {
    let begin = format!("GET {AUTHINFO} HTTP/1.1\r\nhost: hub\r\n{TYPE}authorization:");
    [begin.as_bytes(), value, b"\r\n\r\n"].concat()
}

fn with_lines(lines: &str) -> Vec<u8> {
    format!("GET {AUTHINFO} HTTP/1.1\r\nhost: hub\r\n{lines}\r\n").into_bytes()
}

#[tokio::test]
async fn blanks_around_a_value_are_not_part_of_it() {
    let server = Server::start().await;
    let good = server.token.credential();
    for (name, value) in [
        ("none", good.clone()),
        ("many", format!("   {good}   ")),
        ("tabs", format!("\t{good}\t")),
        ("inside", good.replace(' ', "    ")),
        ("other case", good.replace("Bearer", "bEARER")),
    ] {
        server.expect(name, &with_value(value.as_bytes()), 200, After::Open).await;
    }
    for (name, value) in [("empty", ""), ("blanks", "   "), ("tabs", "\t\t")] {
        let answer = server.expect(name, &with_value(value.as_bytes()), 401, After::Open).await;
        assert!(answer.body.contains("credentials-missing"), "{name}: {}", answer.body);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(!challenge.contains("error="), "{name}: nothing was sent that could be invalid");
    }
}

#[tokio::test]
async fn bytes_that_no_token_has_are_rejected_like_any_unknown_token() {
    let server = Server::start().await;
    let (tenant, token) = (TENANT_UUID.to_string(), &server.token.value);
    let pair = |before: &[u8], between: &[u8], after: &[u8]| {
        let parts: [&[u8]; 7] =
            [b"Bearer ", before, tenant.as_bytes(), b"/", between, token.as_bytes(), after];
        with_value(&parts.concat())
    };
    let never_issued = with_value(format!("Bearer {tenant}/0f8fad5b-d9cb-469f-a165-70867728950e").as_bytes());
    let expected = server.expect("never issued", &never_issued, 401, After::Open).await;
    for (name, request) in [
        ("Latin-1", pair(b"", b"", b"\xe9")),
        ("UTF-8", pair(b"", b"", "é".as_bytes())),
        ("overlong slash", pair(b"", b"\xc0\xaf", b"")),
        ("lone surrogate", pair(b"", b"\xed\xa0\x80", b"")),
        ("fullwidth digits", pair(b"", "１２".as_bytes(), b"")),
        ("zero-width space", pair(b"", "\u{200b}".as_bytes(), b"")),
        ("soft hyphen", pair(b"", "\u{ad}".as_bytes(), b"")),
        ("byte order mark", pair(b"\xef\xbb\xbf", b"", b"")),
        ("tab behind the scheme", with_value(format!("Bearer\t{tenant}/{token}").as_bytes())),
        ("scheme alone", with_value(b"Bearer")),
        ("scheme and blanks", with_value(b"Bearer    ")),
        ("256 characters", with_value(format!("Bearer {tenant}/{}", "a".repeat(256)).as_bytes())),
        ("4 KiB", with_value(format!("Bearer {tenant}/{}", "a".repeat(4096)).as_bytes())),
        ("8 KiB", with_value(format!("Bearer {}", "a".repeat(8192 - 7)).as_bytes())),
    ] {
        let answer = server.expect(name, &request, 401, After::Open).await;
        assert_eq!(without_request_id(&answer), without_request_id(&expected), "{name}");
    }
}

/// Everything of an answer that may tell one refusal from another.
fn without_request_id(answer: &RawAnswer) -> (Vec<String>, serde_json::Value) {
    let is_told = |line: &&str| !line.starts_with("x-request-id") && !line.starts_with("date");
    let mut body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    body.as_object_mut().unwrap().remove("requestId");
    (answer.head.lines().filter(is_told).map(str::to_owned).collect(), body)
}

#[tokio::test]
async fn what_is_not_http_ends_the_connection() {
    let server = Server::start().await;
    let good = server.token.credential();
    let split = |middle: &str| with_value(format!("{}{middle}{}", &good[..60], &good[60..]).as_bytes());
    for (name, request) in [
        ("NUL", split("\0")),
        ("carriage return", split("\r")),
        ("line feed", split("\n")),
        ("both", split("\r\n")),
        ("folded line", split("\r\n ")),
        ("folded with a tab", split("\r\n\t")),
        ("escape", split("\x1b[2J")),
        ("blank before the colon", with_lines(&format!("authorization : {good}\r\n{TYPE}"))),
        ("no name", with_lines(&format!(": {good}\r\n{TYPE}"))),
        ("no version", format!("GET {AUTHINFO}\r\nauthorization: {good}\r\n{TYPE}\r\n").into_bytes()),
        ("unknown version", format!("GET {AUTHINFO} HTTP/1.2\r\nhost: hub\r\n\r\n").into_bytes()),
    ] {
        let answer = server.expect(name, &request, 400, After::Closed).await;
        assert_eq!(answer.body, "", "{name}");
    }
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused_before_anything_is_hashed() {
    let server = Server::start().await;
    let name_alone = "x-padding: ";
    let field = |length: usize| format!("{name_alone}{}\r\n", "a".repeat(length));
    let filler = |count: usize| (0..count).map(|n| format!("x-{n}: y\r\n")).collect::<Vec<_>>().concat();
    let good = format!("authorization: {}\r\n{TYPE}", server.token.credential());
    for (name, lines) in [
        ("8 KiB + 1 in one field", format!("{good}{}", field(8193))),
        ("a credential of 8 KiB + 1", format!("{TYPE}authorization: {}\r\n", "a".repeat(8193))),
        ("an app key of 8 KiB + 1", format!("{good}x-ah-openapi-app-key: {}\r\n", "a".repeat(8193))),
        ("16 KiB in all", format!("{good}{}{}{}", field(6000), field(6000), field(6000))),
        ("101 fields", format!("{good}{}", filler(101))),
        ("1 MiB in one field", format!("{good}{}", field(1 << 20))),
        ("10,000 fields", format!("{good}{}", filler(10_000))),
    ] {
        let mut wire = Wire::open(server.address).await;
        wire.send(&with_lines(&lines)).await;
        // The rest may still be on its way when the connection is cut, which can take the answer with it.
        if let Some(answer) = wire.answer().await {
            assert_eq!((answer.status, answer.body.as_str()), (431, ""), "{name}: {}", answer.head);
        } else {
            assert!(lines.len() > 64 * 1024, "{name}: no answer");
        }
        assert_eq!(wire.rest().await, b"", "{name}");
    }
    let most = format!("{good}{}{}", field(8192 - name_alone.len()), filler(90));
    server.expect("as much as is allowed", &with_lines(&most), 200, After::Open).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn large_heads_leave_memory_flat() {
    let server = Server::start().await;
    let request = with_lines(&format!("authorization: {}\r\n{TYPE}", "a".repeat(1 << 20)));
    let mut before = 0;
    for round in 0..60 {
        if round == 10 {
            before = anonymous_kib();
        }
        let mut wire = Wire::open(server.address).await;
        wire.send(&request).await;
        wire.rest().await;
    }
    let grown = anonymous_kib().saturating_sub(before);
    assert!(grown < 4096, "fifty heads of 1 MiB left {grown} KiB behind");
}

#[cfg(target_os = "linux")]
pub fn anonymous_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn credentials_sent_twice_are_used_neither() {
    let server = Server::start().await;
    let good = format!("authorization: {}\r\n", server.token.credential());
    let bad = "Authorization: Bearer 00000000-0000-0000-0000-000000000000/0\r\n";
    let basic = "authorization: Basic eDp5\r\n";
    for (name, lines) in [
        ("equal", format!("{good}{good}{TYPE}")),
        ("good first", format!("{good}{bad}{TYPE}")),
        ("good last", format!("{bad}{good}{TYPE}")),
        ("another scheme first", format!("{basic}{good}{TYPE}")),
        ("another scheme last", format!("{good}{TYPE}{basic}")),
        ("apart", format!("{good}{TYPE}x-between: 1\r\n{good}")),
        ("type twice", format!("{good}{TYPE}{TYPE}")),
        ("type twice, different", format!("{good}{TYPE}x-ah-openapi-auth: other\r\n")),
    ] {
        let answer = server.expect(name, &with_lines(&lines), 400, After::Open).await;
        assert!(answer.body.contains("invalid-request"), "{name}: {}", answer.body);
        assert!(!answer.body.contains(&server.token.value), "{name}: no value is echoed");
    }
}

#[tokio::test]
async fn app_keys_sent_twice_are_refused_only_where_one_is_needed() {
    let server = Server::start().await;
    let (user, app_key) = (server.token.clone(), "correct-app-key");
    let keyed = server.hub.issue(None, TokenForm::Uuid, Some(app_key)).await;
    let twice = format!("x-ah-openapi-app-key: {app_key}\r\nX-AH-OpenAPI-App-Key: {app_key}\r\n");
    let of = |token: &Issued, lines: &str| {
        with_lines(&format!("authorization: {}\r\n{TYPE}{lines}", token.credential()))
    };
    server.expect("no app key", &of(&user, &twice), 200, After::Open).await;
    server.expect("twice", &of(&keyed, &twice), 400, After::Open).await;
    let joined = format!("x-ah-openapi-app-key: {app_key},{app_key}\r\n");
    let answer = server.expect("joined", &of(&keyed, &joined), 401, After::Open).await;
    assert!(answer.body.contains("app-key-rejected"), "{}", answer.body);
    let latin = of(&keyed, "x-ah-openapi-app-key: caf");
    let latin = [&latin[..latin.len() - 2], b"\xe9\r\n\r\n"].concat();
    let answer = server.expect("not ASCII", &latin, 401, After::Open).await;
    assert!(answer.body.contains("app-key-rejected"), "{}", answer.body);
    let once = format!("x-ah-openapi-app-key: {app_key}\r\n");
    server.expect("once", &of(&keyed, &once), 200, After::Open).await;
}

#[tokio::test]
async fn header_names_are_known_in_any_case_and_old_clients_are_answered() {
    let server = Server::start().await;
    let good = server.token.credential();
    for (name, lines) in [
        ("capitals", format!("AUTHORIZATION: {good}\r\nX-AH-OPENAPI-AUTH: openapi-token\r\n")),
        ("mixed", format!("aUtHoRiZaTiOn:{good}\r\nx-Ah-OpEnApI-aUtH:openapi-token\r\n")),
    ] {
        server.expect(name, &with_lines(&lines), 200, After::Open).await;
    }
    let old = format!("GET {AUTHINFO} HTTP/1.0\r\nauthorization: {good}\r\n{TYPE}\r\n");
    server.expect("HTTP/1.0", old.as_bytes(), 200, After::Closed).await;
    let asked = format!(
        "GET {AUTHINFO} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\nauthorization: {good}\r\n{TYPE}\r\n"
    );
    server.expect("close", asked.as_bytes(), 200, After::Closed).await;
}

#[tokio::test]
async fn a_body_has_one_length() {
    let server = Server::start().await;
    let good = format!("authorization: {}\r\n{TYPE}", server.token.credential());
    let post = |lines: &str, body: &str| {
        format!("POST {AUTHINFO} HTTP/1.1\r\nhost: hub\r\n{good}{lines}\r\n{body}").into_bytes()
    };
    for (name, lines) in [
        ("two lengths", "content-length: 2\r\ncontent-length: 3\r\n"),
        ("a list of lengths", "content-length: 2, 3\r\n"),
        ("a negative length", "content-length: -2\r\n"),
        ("a length with a sign", "content-length: +2\r\n"),
        ("a length in hexadecimal", "content-length: 0x2\r\n"),
        ("an unknown encoding", "transfer-encoding: cow\r\n"),
        ("chunked, but not last", "transfer-encoding: chunked, identity\r\n"),
    ] {
        server.expect(name, &post(lines, "{}"), 400, After::Closed).await;
    }
}

/// RFC 9112 section 6.1: the encoding counts, and nothing behind such a request can be trusted.
#[tokio::test]
async fn a_length_beside_an_encoding_smuggles_nothing() {
    let server = Server::start().await;
    let good = format!("authorization: {}\r\n{TYPE}", server.token.credential());
    let smuggled = String::from_utf8(server.good()).unwrap();
    let hidden = format!("{:x}\r\n{smuggled}\r\n0\r\n\r\n", smuggled.len());
    for lines in [
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
    ] {
        let mut wire = Wire::open(server.address).await;
        let head = format!("GET {AUTHINFO} HTTP/1.1\r\nhost: hub\r\n{good}{lines}\r\n");
        let answer = wire.ask(format!("{head}{hidden}").as_bytes()).await.unwrap();
        assert!(matches!(answer.status, 200 | 400), "{lines}: {}", answer.head);
        assert_eq!(wire.rest().await, b"", "{lines}: what the body hides is no request");
    }
}

#[tokio::test]
async fn refusals_without_a_body_leave_the_connection_in_step() {
    let server = Server::start().await;
    let credential = server.token.credential().replace('/', "/x");
    let head = format!("HEAD {AUTHINFO} HTTP/1.1\r\nhost: hub\r\nauthorization: {credential}\r\n{TYPE}\r\n");
    let mut wire = Wire::open(server.address).await;
    wire.send(head.as_bytes()).await;
    wire.send(&server.good()).await;
    let text = loop {
        assert!(wire.more().await, "the connection ended");
        let text = wire.seen();
        if text.matches("HTTP/1.1 ").count() == 2 && text.ends_with('}') {
            break text;
        }
    };
    let (first, second) = text.split_once("\r\n\r\n").unwrap();
    assert!(first.starts_with("HTTP/1.1 401 "), "{first}");
    assert!(second.starts_with("HTTP/1.1 200 "), "an answer to HEAD has no body: {second}");
    let options = format!("OPTIONS {AUTHINFO} HTTP/1.1\r\nhost: hub\r\norigin: https://evil.example\r\n\r\n");
    let answer = server.expect("preflight", options.as_bytes(), 204, After::Open).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

/// A client that sends all of its body before it looks for an answer finds one, and may go on.
#[tokio::test]
async fn bodies_that_are_refused_are_taken_to_their_end() {
    let server = Server::start().await;
    let length = 24 << 20;
    let post = |credential: &str, lines: &str| {
        let head = format!(
            "POST {SUBMIT} HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n{TYPE}authorization: {credential}\r\n"
        );
        [head, lines.to_owned(), format!("content-length: {length}\r\n\r\n"), " ".repeat(length)].concat()
    };
    let good = server.token.credential();
    server.expect("too large", post(&good, "").as_bytes(), 413, After::Open).await;
    server.expect("not read at all", post("Bearer x", "").as_bytes(), 401, After::Open).await;
}

/// Whoever waits for leave to send a body that is refused is not asked for it.
#[tokio::test]
async fn bodies_that_are_refused_are_not_asked_for() {
    let server = Server::start().await;
    let head = format!(
        "POST {SUBMIT} HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n{TYPE}authorization: {}\r\n",
        server.token.credential()
    );
    let waiting = format!("{head}content-length: 25165824\r\nexpect: 100-continue\r\n\r\n");
    server.expect("waiting", waiting.as_bytes(), 413, After::Closed).await;
}
