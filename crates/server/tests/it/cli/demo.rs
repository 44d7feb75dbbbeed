//! `automation-hub demo`: what scripts start from, and what it refuses.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use super::harness::{Bench, Server};

fn demo(bench: &Bench, arguments: &[&str]) -> (Server, Value) {
    let fixed = ["demo", "--json", "--listen", "127.0.0.1:0"];
    let mut server = Server::start(bench.command(&[&fixed, arguments].concat()));
    let line = server.first_line();
    (server, serde_json::from_str(&line).unwrap())
}

fn texts<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
    list.as_array().unwrap().iter().map(|entry| entry[member].as_str().unwrap_or_default()).collect()
}

#[test]
fn the_first_line_is_all_that_a_script_needs() {
    let bench = Bench::new();
    let (server, said) = demo(&bench, &["--ideas", "30"]);
    let members: Vec<_> = said.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["address", "organization", "tenant", "tenant_id", "tokens", "users"]);
    assert_eq!(said["address"], format!("http://{}", server.host));
    assert_eq!(
        (said["organization"].as_str(), said["tenant"].as_str()),
        (Some("nordwind"), Some("production"))
    );
    assert_eq!(said["tenant_id"].as_str().unwrap().len(), 36);
    assert_eq!(texts(&said["users"], "role"), ["System Admin", "Program Manager", "Standard User"]);
    assert!(
        said["users"].as_array().unwrap().iter().all(|user| user["password"].as_str().unwrap().len() >= 12)
    );
    let tokens = said["tokens"].as_array().unwrap();
    assert!(
        tokens.iter().any(|token| token["app_key"].is_null())
            && tokens.iter().any(|token| token["app_key"].is_string())
    );
    let emails: HashSet<_> = texts(&said["users"], "email").into_iter().collect();
    for token in tokens {
        let kind = token["type"].as_str().unwrap();
        assert!(["personal", "user-assigned", "tenant-level"].contains(&kind));
        assert_eq!(token["user"].is_null(), kind == "tenant-level", "{}", token["name"]);
        assert_eq!(token["token"].as_str().unwrap().len(), 36);
    }
    for email in emails {
        assert!(tokens.iter().any(|token| token["user"] == email), "{email} has a token");
    }
    server.stop();
}

#[test]
fn further_questions_are_answered_by_every_idea_that_is_asked() {
    let bench = Bench::new();
    let (server, said) = demo(&bench, &["--ideas", "30", "--answers", "4"]);
    let tenant = said["tenant_id"].as_str().unwrap();
    let token = said["tokens"].as_array().unwrap().iter().find(|token| token["type"] == "personal").unwrap();
    let value = token["token"].as_str().unwrap();
    let app_key = token["app_key"].as_str().unwrap_or_default();
    let mut stream = TcpStream::connect(&server.host).unwrap();
    write!(
        stream,
        "GET /api/v1/openapi/automations?limit=30 HTTP/1.0\r\nhost: hub\r\nx-ah-openapi-auth: openapi-token\r\n\
         authorization: Bearer {tenant}/{value}\r\nx-ah-openapi-app-key: {app_key}\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let body: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let records = body["data"]["processes"].as_array().unwrap();
    assert!(records.len() > 20, "{}", records.len());
    for record in records {
        assert!((1..=4).all(|number| !record[format!("ovr-further_{number:03}")].is_null()), "{record}");
        assert!(record["ovr-further_005"].is_null(), "{record}");
    }
    server.stop();
}

#[test]
fn every_start_draws_new_secrets_and_keeps_the_ideas() {
    let bench = Bench::new();
    let (server, first) = demo(&bench, &["--ideas", "30"]);
    server.stop();
    let (server, second) = demo(&bench, &["--ideas", "60", "--tokens", "25"]);
    server.stop();
    assert_eq!(first["tenant_id"], second["tenant_id"]);
    assert_eq!(texts(&first["tokens"], "name"), texts(&second["tokens"], "name"));
    for (list, secret) in [("users", "password"), ("tokens", "token"), ("tokens", "app_key")] {
        let (old, new) = (texts(&first[list], secret), texts(&second[list], secret));
        assert!(
            old.iter().zip(new).all(|(old, new)| old.is_empty() && new.is_empty() || *old != new),
            "{secret}"
        );
    }
}

#[test]
fn people_get_words_and_a_call_to_paste() {
    let bench = Bench::new();
    let command = bench.command(&["demo", "--listen", "127.0.0.1:0", "--ideas", "5"]);
    let mut server = Server::start(command);
    let host = server.host.clone();
    server.signal("TERM");
    let words = server.rest_of_output();
    for part in [
        &format!("Open       http://{host}"),
        "System Admin     ines.moreau@nordwind.test",
        "Tenant ID  ",
        &format!(
            "curl -s 'http://{host}/nordwind/production/automationhub_/api/v1/openapi/automations?limit=3'"
        ),
        "-H 'x-ah-openapi-auth: openapi-token'",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn a_demo_refuses_the_folder_of_a_server_and_leaves_it_as_it_was() {
    let bench = Bench::new();
    bench.serve().stop();
    let told = bench.complaint(&["demo", "--listen", "127.0.0.1:0"], 1);
    assert!(told.contains("this database was made by `automation-hub serve`"), "{told}");
    bench.serve().stop();
}

#[test]
fn a_server_opens_the_folder_of_a_demo_and_says_so() {
    let bench = Bench::new();
    demo(&bench, &["--ideas", "30"]).0.stop();
    let command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    assert!(server.start_log.contains("this is the sample organisation of a demo"), "{}", server.start_log);
    server.stop();
}
