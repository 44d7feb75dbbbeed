//! Uploads over a real connection: a server that is killed half-way through one.

#![expect(clippy::indexing_slicing, reason = "an answer without the member is a failed test")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
};

use serde_json::Value;

use super::harness::{Bench, Server};

const IDEA: &str = "match-supplier-invoices-to-purchase-orders";
const OPENING: &str = r#"{"document_title":"t","document_description":"d","document_type_id":9,"file":
    {"file_name":"a","mimetype":"text/plain","file_encoding":"base64","file_content":""#;

/// The head of a call that is accepted; with a body of this many bytes, if it has one.
fn head(said: &Value, method: &str, path: &str, length: Option<usize>) -> String {
    let token = said["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .find(|token| token["user"] == "ines.moreau@nordwind.test" && token["app_key"].is_null());
    let token = token.unwrap()["token"].as_str().unwrap();
    let body = length.map(|length| format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"));
    format!(
        "{method} /api/v1/openapi{path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\
         Authorization: Bearer {}/{token}\r\nx-ah-openapi-auth: openapi-token\r\n{}\r\n",
        said["tenant_id"].as_str().unwrap(),
        body.unwrap_or_default()
    )
}

fn documents(server: &Server, said: &Value) -> u64 {
    let mut stream = TcpStream::connect(&server.host).unwrap();
    let path = format!("/automations/{IDEA}/documents");
    stream.write_all(head(said, "GET", &path, None).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    body["data"]["totalItems"].as_u64().unwrap()
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

#[test]
fn a_server_killed_half_way_through_an_upload_shows_nothing_of_it() {
    let bench = Bench::new();
    let mut server = Server::start(bench.command(&["demo", "--json", "--listen", "127.0.0.1:0"]));
    let said: Value = serde_json::from_str(&server.first_line()).unwrap();
    let before = documents(&server, &said);
    let files = bench.data_dir().join("files");
    let whole = count(&files);

    let mut stream = TcpStream::connect(&server.host).unwrap();
    let path = format!("/automations/{IDEA}/documents");
    stream.write_all(head(&said, "POST", &path, Some(50_000_000)).as_bytes()).unwrap();
    stream.write_all(OPENING.as_bytes()).unwrap();
    // As soon as a part of it is on disk.
    while count(&files) == whole {
        stream.write_all("aaaa".repeat(16_384).as_bytes()).unwrap();
    }
    server.signal("KILL");
    let mut rest = String::new();
    // Cut off without an answer.
    let _ = BufReader::new(&stream).read_line(&mut rest);
    assert_eq!(rest, "");
    drop(server);

    let server = bench.serve();
    assert_eq!(documents(&server, &said), before);
    assert_eq!(count(&files), whole + 1, "what is left of it is removed a day later");
    server.stop();
}
