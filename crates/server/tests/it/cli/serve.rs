//! `automation-hub serve`: its start, its end, and what it leaves in the data folder.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use super::harness::{Bench, Server, mode};

#[test]
fn the_first_start_makes_a_folder_and_keys_that_nobody_else_can_read() {
    let bench = Bench::new();
    let server = bench.serve();
    assert_eq!(mode(&bench.data_dir()), 0o700);
    for name in ["pepper.1", "outer.1", "automation-hub.sqlite"] {
        assert_eq!(mode(&bench.data_dir().join(name)), 0o600, "{name}");
    }
    let pepper = std::fs::read_to_string(bench.data_dir().join("pepper.1")).unwrap();
    assert_eq!(pepper.trim_end().len(), 64);
    server.stop();
    bench.serve().stop();
    assert_eq!(std::fs::read_to_string(bench.data_dir().join("pepper.1")).unwrap(), pepper, "it is kept");
}

#[test]
fn a_request_in_flight_is_finished_before_the_end() {
    let bench = Bench::new();
    let mut server = bench.serve();
    let mut stream = TcpStream::connect(&server.host).unwrap();
    // The first answer proves that the connection is being served when the signal comes.
    write!(stream, "GET / HTTP/1.1\r\nhost: {}\r\n\r\nGET / HTTP/1.1\r\nhost: ", server.host).unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first[..9], b"HTTP/1.1 ");
    server.signal("TERM");
    server.wait_for("stopping");
    let _ = write!(stream, "{}\r\n\r\n", server.host);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    let (status, log) = server.end();
    assert!(status.success(), "{log}");
    assert!(log.contains("stopped"), "{log}");
}

#[test]
fn one_data_folder_serves_one_server() {
    let bench = Bench::new();
    let server = bench.serve();
    let why = bench.refusal();
    assert!(why.starts_with("automation-hub: another server is using the data folder "), "{why}");
    server.stop();
    bench.serve().stop();
}

#[test]
fn an_address_that_is_taken_is_told() {
    let (bench, other) = (Bench::new(), Bench::new());
    let server = bench.serve();
    let told = other.complaint(&["serve", "--listen", &server.host], 1);
    assert!(told.contains(&format!("automation-hub: can't listen on {}: ", server.host)), "{told}");
}

#[test]
fn logs_can_be_json() {
    let bench = Bench::new();
    let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
    let output =
        command.env("AUTOMATION_HUB_LOG__FORMAT", "json").env("AUTOMATION_HUB_KEYS__OUTER_KEY_FILE", "x");
    let output = output.output().unwrap();
    let log = super::harness::stderr(&output);
    let lines: Vec<serde_json::Value> = log
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().any(|line| line["level"] == "INFO"), "{log}");
}

#[test]
fn killing_a_server_frees_its_folder() {
    let bench = Bench::new();
    drop(bench.serve());
    let server: Server = bench.serve();
    server.stop();
}

/// Signs that begin a line, move a cursor or turn text round, in everything a stranger can send.
#[test]
fn nobodys_input_forges_a_line_of_the_log() {
    let bench = Bench::new();
    super::operators::found(&bench);
    let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("AUTOMATION_HUB_LOG__LEVEL", "debug");
    let server = Server::start(command);
    let forged = "a%0D%0AERROR%20forged%1B%5B31m%E2%80%AE%C2%85";
    let base = "/nordwind-group/production/automationhub_";
    let form = format!("email={forged}&password={forged}&next={forged}&csrf_token={forged}");
    let body = format!(
        "content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    for request in [
        format!("GET /{forged} HTTP/1.1\r\nhost: {forged}\r\n\r\n"),
        format!(
            "GET {base}/{forged}?x={forged} HTTP/1.1\r\nhost: hub\r\nuser-agent: a\u{85}\u{202e}b\tc\r\n\r\n"
        ),
        format!(
            "GET {base}/api/v1/openapi/{forged} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {forged}\r\n\r\n"
        ),
        format!("POST {base}/sign-in HTTP/1.1\r\nhost: hub\r\norigin: \u{202e}\r\n{body}"),
        "GET / HTTP/1.1\r\nhost: hub\r\nx-forged: a\u{1b}[31m\r\nERROR forged\r\n\r\n".to_owned(),
        "\u{1b}[31mERROR forged\r\n\r\n".to_owned(),
    ] {
        let mut stream = TcpStream::connect(&server.host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 9];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 ", "{request}");
    }
    server.signal("TERM");
    let (status, log) = server.end();
    assert!(status.success() && log.contains("stopped"), "{log}");
    for line in log.lines() {
        assert!(line.starts_with("20"), "a line begins with its instant: {line:?}");
        assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
    }
}
