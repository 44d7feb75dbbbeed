//! HTTP/2 by hand: frames as RFC 9113 has them, header fields as literals (RFC 7541), and the calls they carry.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    app::TestHub,
    calls::{AUTHINFO, Issued},
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
/// How much more all answers together may hold.
const WINDOW: u32 = 1 << 30;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// How a stream ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// With an answer, whose body is this.
    Answered(String),
    /// Because the other side would not have the request.
    Reset,
}

pub struct Http2 {
    stream: TcpStream,
    next: u32,
}

impl Http2 {
    pub async fn open(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(PREFACE).await.unwrap();
        let window = frame(WINDOW_UPDATE, 0, 0, &WINDOW.to_be_bytes());
        stream.write_all(&[frame(SETTINGS, 0, 0, &[]), window].concat()).await.unwrap();
        Self { stream, next: 1 }
    }

    pub async fn get(&mut self, path: &str, fields: &[(&str, &str)]) -> Ended {
        let mut block = Vec::new();
        let pseudo = [(":method", "GET"), (":scheme", "http"), (":authority", "hub"), (":path", path)];
        for (name, value) in pseudo.iter().chain(fields) {
            // A literal that neither side keeps, with its name written out.
            block.push(0);
            for text in [name, value] {
                write_length(&mut block, text.len());
                block.extend_from_slice(text.as_bytes());
            }
        }
        let id = self.next;
        self.next += 2;
        self.stream.write_all(&frame(HEADERS, END_STREAM | END_HEADERS, id, &block)).await.unwrap();
        self.answer(id).await
    }

    async fn answer(&mut self, id: u32) -> Ended {
        let mut body = Vec::new();
        loop {
            let mut head = [0; 9];
            if self.stream.read_exact(&mut head).await.is_err() {
                return Ended::Reset;
            }
            let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = head;
            let mut payload = vec![0; u32::from_be_bytes([0, l0, l1, l2]) as usize];
            self.stream.read_exact(&mut payload).await.unwrap();
            let is_ours = u32::from_be_bytes([s0, s1, s2, s3]) == id;
            match kind {
                DATA if is_ours => body.extend_from_slice(&payload),
                RST_STREAM if is_ours => return Ended::Reset,
                GOAWAY => return Ended::Reset,
                _ => {}
            }
            if is_ours && matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
                return Ended::Answered(String::from_utf8(body).unwrap());
            }
        }
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, l0, l1, l2] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[l0, l1, l2, kind, flags][..], &stream.to_be_bytes(), payload].concat()
}

/// A length of seven bits, and more bytes where it takes them.
fn write_length(block: &mut Vec<u8>, length: usize) {
    let Some(mut rest) = length.checked_sub(127) else {
        block.push(u8::try_from(length).unwrap());
        return;
    };
    block.push(127);
    while rest >= 128 {
        block.push(u8::try_from(rest % 128).unwrap() | 128);
        rest /= 128;
    }
    block.push(u8::try_from(rest).unwrap());
}

fn fields(token: &Issued) -> [(&'static str, String); 2] {
    [("authorization", token.credential()), ("x-ah-openapi-auth", "openapi-token".to_owned())]
}

#[tokio::test]
async fn calls_are_answered_over_http_2_one_after_the_other() {
    let hub = TestHub::start().await;
    let (_, token) = hub.issue_personal().await;
    let mut connection = Http2::open(hub.listen().await).await;
    let good = fields(&token);
    let good = good.each_ref().map(|(name, value)| (*name, value.as_str()));
    for _ in 0..2 {
        let Ended::Answered(body) = connection.get(AUTHINFO, &good).await else { panic!("no answer") };
        assert!(body.contains("\"statusCode\":200") && body.contains("ana@nordwind.example"), "{body}");
        for (bad, kind) in [
            (&good[1..], "credentials-missing"),
            (&good[..1], "token-type-missing"),
            (&[("authorization", "Bearer x"), good[1]][..], "token-rejected"),
            (&[good[0], good[0], good[1]], "invalid-request"),
        ] {
            let Ended::Answered(body) = connection.get(AUTHINFO, bad).await else { panic!("{kind}") };
            assert!(body.contains(kind), "{kind}: {body}");
        }
    }
}

/// RFC 9113 section 8.2: a name with a capital in it makes the request malformed.
#[tokio::test]
async fn names_are_lower_case_over_http_2() {
    let hub = TestHub::start().await;
    let (_, token) = hub.issue_personal().await;
    let address = hub.listen().await;
    let [(_, credential), (_, kind)] = fields(&token);
    let capital = [("Authorization", credential.as_str()), ("x-ah-openapi-auth", kind.as_str())];
    assert_eq!(Http2::open(address).await.get(AUTHINFO, &capital).await, Ended::Reset);
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused_over_http_2() {
    let hub = TestHub::start().await;
    let (_, token) = hub.issue_personal().await;
    let address = hub.listen().await;
    let [(_, credential), (_, kind)] = fields(&token);
    for (length, is_taken) in [(8192, true), (8193, false)] {
        let padding = "a".repeat(length);
        let padded = [
            ("authorization", credential.as_str()),
            ("x-ah-openapi-auth", kind.as_str()),
            ("x-padding", padding.as_str()),
        ];
        let answer = Http2::open(address).await.get(AUTHINFO, &padded).await;
        match answer {
            Ended::Answered(body) => assert_eq!(!body.is_empty(), is_taken, "{length}: {body}"),
            Ended::Reset => assert!(!is_taken, "{length}"),
        }
    }
}
