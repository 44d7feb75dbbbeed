//! `automation-hub token` beside a running server, which takes over what it does, and without one.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use serde_json::Value;

use super::{
    harness::{Bench, Server, stderr},
    operators::{found, with_input},
};

const USER: &str = "ines@nordwind.test";

fn prepared() -> Bench {
    let bench = Bench::new();
    found(&bench);
    bench.print(&["user", "create", USER, "Ines", "Moreau"]);
    bench
}

/// The status of a call with a token as `token create --json` printed it.
fn call(server: &Server, made: &Value, app_key: Option<&str>) -> u16 {
    let (tenant, token) = (made["tenant_id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let app_key = app_key.map(|key| format!("x-ah-openapi-app-key: {key}\r\n")).unwrap_or_default();
    let mut stream = TcpStream::connect(&server.host).unwrap();
    write!(
        stream,
        "GET /api/v1/openapi/authinfo HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\
         x-ah-openapi-auth: openapi-token\r\nauthorization: Bearer {tenant}/{token}\r\n{app_key}\r\n"
    )
    .unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    line.split(' ').nth(1).unwrap().parse().unwrap()
}

/// A server that says each time it has taken over what other processes changed.
fn telling(bench: &Bench) -> Server {
    let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("AUTOMATION_HUB_LOG__LEVEL", "info,automation_hub_server::feed=debug");
    Server::start(command)
}

/// Asks again after each change that is taken over, until the answer is this.
fn becomes(server: &mut Server, made: &Value, app_key: Option<&str>, status: u16) {
    while call(server, made, app_key) != status {
        server.wait_for("took over what was changed");
    }
}

#[test]
fn a_running_server_accepts_a_new_token_and_refuses_a_revoked_one() {
    let bench = prepared();
    let mut server = telling(&bench);
    let made = bench.json(&["token", "create", "Nightly export", "--user", USER, "--json"]);
    becomes(&mut server, &made, None, 200);
    let id = made["id"].to_string();
    let revoked = bench.json(&["token", "revoke", &id, "--json"]);
    assert_eq!(revoked["name"], "Nightly export");
    becomes(&mut server, &made, None, 401);
    assert!(bench.complaint(&["token", "revoke", &id], 1).contains(&format!("there is no token {id}")));
    server.stop();
}

#[test]
fn a_running_server_knows_a_new_tenant_and_its_token() {
    let bench = prepared();
    let mut server = telling(&bench);
    bench.print(&["tenant", "create", "Later", "Test"]);
    let place = ["--tenant", "later/test"];
    let create = ["token", "create", "Intake", "--tenant-level", "--generate-app-key", "--json"];
    let made = bench.json(&[&create[..], &place].concat());
    becomes(&mut server, &made, made["app_key"].as_str(), 200);
    assert_eq!(call(&server, &made, None), 401, "the app key is demanded");
    bench.print(&[&["token", "revoke", "--name", "Intake"], &place[..]].concat());
    becomes(&mut server, &made, made["app_key"].as_str(), 401);
    server.stop();
}

#[test]
fn a_token_made_before_the_first_start_works_after_it() {
    let bench = prepared();
    let arguments = ["token", "create", "Early", "--user", USER, "--app-key-stdin", "--json"];
    let output = with_input(&bench, &arguments, "correct horse\n");
    assert!(output.status.success(), "{}", stderr(&output));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(made["app_key"], Value::Null, "whoever typed it knows it");
    let server = bench.serve();
    assert_eq!(call(&server, &made, Some("correct horse")), 200);
    assert_eq!(call(&server, &made, Some("wrong horse")), 401);
    server.stop();
}

#[test]
fn a_list_shows_everything_but_values() {
    let bench = prepared();
    let made = bench.json(&["token", "create", "Nightly export", "--user", USER, "--json"]);
    let value = made["token"].as_str().unwrap();
    let words = bench.print(&["token", "list"]);
    let json = bench.print(&["token", "list", "--json"]);
    assert!(!words.contains(value) && !json.contains(value));
    let end = &value[value.len() - 4..];
    let expires = made["expires_at"].as_str().unwrap();
    let [headings, row] = words.lines().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(
        headings.split_whitespace().collect::<Vec<_>>().join(" "),
        "Number Token Name Token User Expires App Key State"
    );
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>().join(" "),
        format!("{} Nightly export …{end} {USER} {expires} no Active", made["id"])
    );
    assert_eq!(headings.find("User"), row.find(USER).map(|at| at - '…'.len_utf8() + 1));
    let listed: Value = serde_json::from_str(&json).unwrap();
    for (member, expected) in
        [("last_four", end), ("user", USER), ("state", "Active"), ("type", "user-assigned")]
    {
        assert_eq!(listed[0][member], expected);
    }
    bench.print(&["token", "revoke", "--name", "Nightly export"]);
    assert_eq!(bench.json(&["token", "list", "--json"]), serde_json::json!([]));
}

#[test]
fn words_show_the_value_once() {
    let bench = prepared();
    let told = bench.print(&["token", "create", "Export", "--user", USER]);
    let value = told.lines().find_map(|line| line.strip_prefix("Token          ")).unwrap();
    assert!(told.contains(&format!("/{value}\n")), "the header it goes into: {told}");
    assert!(told.contains("this is shown once"), "{told}");
}

#[test]
fn wrong_particulars_of_a_token_are_told() {
    let bench = prepared();
    for (arguments, why) in [
        (&["A", "--user", "no@nordwind.test"][..], "--user no@nordwind.test: there is no such person"),
        (&["A", "--user", "no address"], "--user no address: "),
        (&["", "--tenant-level"], "NAME: "),
        (&["A", "--tenant-level", "--never-expires"], "--never-expires: This tenant wants an expiry."),
        (
            &["A", "--tenant-level", "--tenant", "no/where"],
            "there is no tenant no/where: --tenant takes ORGANISATION/TENANT",
        ),
    ] {
        let told = bench.complaint(&[&["token", "create"], arguments].concat(), 1);
        assert!(told.contains(why), "{told}");
    }
    for arguments in [
        &["A"][..],
        &["A", "--tenant-level", "--user", USER],
        &["A", "--tenant-level", "--expires-days", "0"],
        &["A", "--tenant-level", "--expires-days", "-1"],
        &["A", "--tenant-level", "--expires-days", "9", "--never-expires"],
        &["A", "--tenant-level", "--app-key-stdin", "--generate-app-key"],
    ] {
        bench.complaint(&[&["token", "create"], arguments].concat(), 2);
    }
    let output = with_input(&bench, &["token", "create", "A", "--tenant-level", "--app-key-stdin"], "short");
    assert!(
        stderr(&output).contains("the app key: At least 8 characters; this has 5."),
        "{}",
        stderr(&output)
    );
    assert_eq!(bench.json(&["token", "list", "--json"]), serde_json::json!([]), "nothing came of it");
}

#[test]
fn a_name_that_several_tokens_have_revokes_none() {
    let bench = prepared();
    for _ in 0..2 {
        bench.print(&["token", "create", "Twin", "--tenant-level"]);
    }
    let told = bench.complaint(&["token", "revoke", "--name", "Twin"], 1);
    assert!(told.contains("several tokens are called “Twin”: revoke one by its number, of "), "{told}");
    assert!(bench.complaint(&["token", "revoke", "--name", "None"], 1).contains("there is no token “None”"));
    assert_eq!(bench.json(&["token", "list", "--json"]).as_array().unwrap().len(), 2);
}

#[test]
fn keys_that_the_server_does_not_use_make_no_tokens() {
    let bench = prepared();
    bench.serve().stop();
    let create = ["token", "create", "Lost", "--tenant-level"];
    let (pepper, aside) = (bench.data_dir().join("pepper.1"), bench.path("aside"));
    std::fs::rename(&pepper, &aside).unwrap();
    assert!(bench.complaint(&create, 1).contains("is missing, and the database needs it"));
    assert!(!pepper.exists(), "no new key in its place");
    std::fs::copy(bench.data_dir().join("outer.1"), &pepper).unwrap();
    assert!(bench.complaint(&create, 1).contains("isn't the key this database was used with"));
    std::fs::rename(&aside, &pepper).unwrap();
    let config = bench.write("other.toml", "[keys]\npepper_file = \"other/pepper.2\"\n");
    let told = bench.complaint(&[&create[..], &["--config", config.to_str().unwrap()]].concat(), 1);
    assert!(told.contains("no server has used key file other/pepper.2 with this database yet"), "{told}");
    bench.print(&create);
}
