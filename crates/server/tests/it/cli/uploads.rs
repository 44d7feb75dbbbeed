//! Uploads over a real connection, to files on disk and to a bucket: large ones, and a server that is killed half-way
//! through one.

#![expect(clippy::indexing_slicing, reason = "an answer without the member is a failed test")]

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
};

use rstest::rstest;
use serde_json::Value;

use super::harness::{Bench, Server};
use crate::bucket::{SECRET, Service};

const DOCUMENTS: &str = "/automations/match-supplier-invoices-to-purchase-orders/documents";
const OPENING: &str = r#"{"document_title":"t","document_description":"d","document_type_id":9,"file":
    {"file_name":"a","mimetype":"text/plain","file_encoding":"base64","file_content":""#;
const CLOSING: &str = "\"}}";
/// 49,152 bytes of the file.
const PIECE_BYTES: usize = 65_536;

/// Where a server keeps its files.
enum Files {
    Disk(PathBuf),
    Bucket(Service),
}

#[derive(Clone, Copy)]
enum Kept {
    OnDisk,
    InABucket,
}

impl Files {
    async fn of(kept: Kept, bench: &mut Bench) -> Self {
        match kept {
            Kept::OnDisk => Self::Disk(bench.data_dir().join("files")),
            Kept::InABucket => {
                let service = Service::start().await;
                for (key, value) in service.settings(SECRET) {
                    bench.set(key, value);
                }
                Self::Bucket(service)
            }
        }
    }

    /// Whole ones, and parts of such as are on their way.
    fn count(&self) -> usize {
        match self {
            Self::Disk(folder) => count(folder),
            Self::Bucket(service) => service.objects().len(),
        }
    }
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

/// Somebody of the sample organisation who may attach documents.
struct Caller {
    credential: String,
}

impl Caller {
    fn of(said: &Value) -> Self {
        let is_hers =
            |token: &&Value| token["user"] == "ines.moreau@nordwind.test" && token["app_key"].is_null();
        let token = said["tokens"].as_array().unwrap().iter().find(is_hers).unwrap();
        let (tenant, token) = (said["tenant_id"].as_str().unwrap(), token["token"].as_str().unwrap());
        Self { credential: format!("{tenant}/{token}") }
    }

    /// Sends a call's head, and what begins its body.
    fn begin(&self, server: &Server, call: &str, more: &str) -> TcpStream {
        let (method, path) = call.split_once(' ').unwrap();
        let mut stream = TcpStream::connect(&server.host).unwrap();
        let head = format!(
            "{method} /api/v1/openapi{path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nx-ah-openapi-auth: openapi-token\r\n{more}",
            self.credential
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    fn begin_upload(&self, server: &Server, pieces: usize) -> TcpStream {
        let length = OPENING.len() + pieces * PIECE_BYTES + CLOSING.len();
        let more = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{OPENING}");
        self.begin(server, &format!("POST {DOCUMENTS}"), &more)
    }

    fn get(&self, server: &Server, path: &str, headers: &str) -> (String, Vec<u8>) {
        read(self.begin(server, &format!("GET {path}"), &format!("{headers}\r\n")))
    }

    fn documents(&self, server: &Server) -> u64 {
        json(&self.get(server, DOCUMENTS, "").1)["data"]["totalItems"].as_u64().unwrap()
    }
}

/// Head and body of an answer.
fn read(mut stream: TcpStream) -> (String, Vec<u8>) {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).unwrap(), body)
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

fn demo(bench: &Bench) -> (Server, Caller) {
    let mut server = Server::start(bench.command(&["demo", "--json", "--listen", "127.0.0.1:0"]));
    let caller = Caller::of(&json(server.first_line().as_bytes()));
    (server, caller)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_half_way_through_an_upload_shows_nothing_of_it(
    #[values(Kept::OnDisk, Kept::InABucket)] kept: Kept,
) {
    let mut bench = Bench::on_tested_engine().await;
    let files = Files::of(kept, &mut bench).await;
    let (server, caller) = demo(&bench);
    let (before, whole) = (caller.documents(&server), files.count());

    let mut stream = caller.begin_upload(&server, 1000);
    // As soon as a part of it is kept.
    while files.count() == whole {
        stream.write_all("aaaa".repeat(PIECE_BYTES / 4).as_bytes()).unwrap();
    }
    server.signal("KILL");
    let mut rest = Vec::new();
    // Cut off without an answer.
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(rest, b"");
    drop(server);

    let server = bench.serve();
    assert_eq!(caller.documents(&server), before);
    match kept {
        Kept::OnDisk => assert_eq!(files.count(), whole + 1, "what is left of it is removed a day later"),
        Kept::InABucket => assert!(files.count() > whole, "parts are left, for the bucket's own rule"),
    }
    server.stop();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_is_held_in_parts_on_its_way_in_and_out(
    #[values(Kept::OnDisk, Kept::InABucket)] kept: Kept,
) {
    const PIECES: usize = 2000;
    const FILE_BYTES: usize = PIECES * PIECE_BYTES / 4 * 3;
    const HELD_KIB: u64 = 48 * 1024;
    let mut bench = Bench::on_tested_engine().await;
    let files = Files::of(kept, &mut bench).await;
    let (server, caller) = demo(&bench);
    let (idle, whole) = (server.anonymous_kib(), files.count());
    let assert_held = |when: &str| {
        let held = server.anonymous_kib().saturating_sub(idle);
        assert!(held < HELD_KIB, "{held} KiB above idle {when}");
    };

    let mut stream = caller.begin_upload(&server, PIECES);
    let piece = "aaaa".repeat(PIECE_BYTES / 4);
    for number in 0..PIECES {
        stream.write_all(piece.as_bytes()).unwrap();
        if number % 50 == 0 {
            assert_held("while it comes in");
        }
    }
    stream.write_all(CLOSING.as_bytes()).unwrap();
    let (head, answer) = read(stream);
    assert!(head.starts_with("HTTP/1.1 201 "), "{head}{}", String::from_utf8_lossy(&answer));
    assert_eq!(files.count(), whole + 1);

    let path = format!("/download/file/{}", json(&answer)["data"]["file_id"]);
    let (head, bytes) = caller.get(&server, &path, "");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(bytes.len(), FILE_BYTES);
    assert!(bytes.chunks(3).all(|three| three == [0x69, 0xa6, 0x9a]));
    assert_held("after it went out");
    // Across two parts of a bucket's file, and its very end.
    for (range, from) in [("5242878-5242883", 5_242_878), ("-4", FILE_BYTES - 4)] {
        let (head, part) = caller.get(&server, &path, &format!("Range: bytes={range}\r\n"));
        assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
        let to = from + part.len();
        assert!(head.contains(&format!("bytes {from}-{}/{FILE_BYTES}\r\n", to - 1)), "{head}");
        assert_eq!(part, bytes[from..to]);
    }
    server.stop();
}
