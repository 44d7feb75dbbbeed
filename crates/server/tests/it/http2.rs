//! HTTP/2 by hand: frames as RFC 9113 has them, header fields as literals (RFC 7541), and the calls they carry.

use std::{collections::HashMap, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    app::TestHub,
    calls::{AUTHINFO, Issued, SUBMIT},
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
/// The room for bodies that each side begins with, and for a frame.
const FIRST_ROOM: usize = 65_535;
const FRAME: usize = 16_384;
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
    /// How many bytes of bodies the other side takes: on each stream, and on the connection, which is number 0.
    room: HashMap<u32, usize>,
}

impl Http2 {
    pub async fn open(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(PREFACE).await.unwrap();
        let window = frame(WINDOW_UPDATE, 0, 0, &WINDOW.to_be_bytes());
        stream.write_all(&[frame(SETTINGS, 0, 0, &[]), window].concat()).await.unwrap();
        Self { stream, next: 1, room: HashMap::from([(0, FIRST_ROOM)]) }
    }

    pub async fn get(&mut self, path: &str, fields: &[(&str, &str)]) -> Ended {
        let id = self.begin("GET", path, fields, END_STREAM).await;
        self.answer(id).await
    }

    /// Sends all of a body that the other side makes room for before it looks for the answer.
    async fn post(&mut self, path: &str, fields: &[(&str, &str)], mut rest: &[u8]) -> Ended {
        let id = self.begin("POST", path, fields, 0).await;
        self.room.insert(id, FIRST_ROOM);
        let mut received = Vec::new();
        while !rest.is_empty() {
            let room = self.room_for(id).min(FRAME).min(rest.len());
            if room == 0 {
                received.push(self.frame().await.unwrap());
                continue;
            }
            let (part, after) = rest.split_at(room);
            rest = after;
            for stream in [0, id] {
                *self.room.get_mut(&stream).unwrap() -= room;
            }
            let flags = if rest.is_empty() { END_STREAM } else { 0 };
            self.stream.write_all(&frame(DATA, flags, id, part)).await.unwrap();
        }
        self.answer_after(id, received).await
    }

    fn room_for(&self, id: u32) -> usize {
        [0, id].iter().filter_map(|stream| self.room.get(stream)).copied().min().unwrap_or_default()
    }

    async fn begin(&mut self, method: &str, path: &str, fields: &[(&str, &str)], flags: u8) -> u32 {
        let mut block = Vec::new();
        let pseudo = [(":method", method), (":scheme", "http"), (":authority", "hub"), (":path", path)];
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
        self.stream.write_all(&frame(HEADERS, flags | END_HEADERS, id, &block)).await.unwrap();
        id
    }

    async fn answer(&mut self, id: u32) -> Ended {
        self.answer_after(id, Vec::new()).await
    }

    /// The answer on a stream of which frames may have come already.
    async fn answer_after(&mut self, id: u32, received: Vec<Frame>) -> Ended {
        let mut body = Vec::new();
        let mut received = received.into_iter();
        loop {
            let next = match received.next() {
                Some(frame) => Some(frame),
                None => self.frame().await,
            };
            let Some(Frame { kind, flags, stream, payload }) = next else { return Ended::Reset };
            let is_ours = stream == id;
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

    /// The next frame; none where the connection ended.
    async fn frame(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await.ok()?;
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, l0, l1, l2]) as usize];
        self.stream.read_exact(&mut payload).await.unwrap();
        let stream = u32::from_be_bytes([s0, s1, s2, s3]);
        if kind == WINDOW_UPDATE
            && let Some(room) = self.room.get_mut(&stream)
        {
            *room += u32::from_be_bytes(payload.as_slice().try_into().unwrap()) as usize;
        }
        Some(Frame { kind, flags, stream, payload })
    }
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
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

/// Whoever sends a body that nobody reads gets the answer nevertheless, and others on the connection aren't held up.
#[tokio::test]
async fn bodies_that_are_refused_hold_up_nobody_over_http_2() {
    let hub = TestHub::start().await;
    let (_, token) = hub.issue_personal().await;
    let mut connection = Http2::open(hub.listen().await).await;
    let good = fields(&token);
    let good = good.each_ref().map(|(name, value)| (*name, value.as_str()));
    let sent = [good[0], good[1], ("content-type", "application/json")];
    let body = vec![b' '; 3 << 20];
    for _ in 0..12 {
        for (refused, kind) in [(&sent[1..], "credentials-missing"), (&sent[..], "body-too-large")] {
            let Ended::Answered(answer) = connection.post(SUBMIT, refused, &body).await else {
                panic!("{kind}")
            };
            assert!(answer.contains(kind), "{answer}");
        }
    }
    let Ended::Answered(body) = connection.get(AUTHINFO, &good).await else { panic!("no answer") };
    assert!(body.contains("\"statusCode\":200"), "{body}");
}
