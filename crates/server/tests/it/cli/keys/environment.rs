//! Keys that stand in the environment: that they do what files do, and every fault a start can meet with them.
#![expect(clippy::indexing_slicing, reason = "a line that isn't there is a failed test")]

use std::process::Command;

use super::{folder_with_tokens, stderr};
use crate::cli::{
    harness::{Bench, Server},
    operators::found,
};

const PEPPER: &str = "AUTOMATION_HUB_KEYS__PEPPER";
const PREVIOUS: &str = "AUTOMATION_HUB_KEYS__PREVIOUS_PEPPER";
const OUTER: &str = "AUTOMATION_HUB_KEYS__OUTER_KEY";
/// Easily found wherever it should not be.
const SECRET: &str = "5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4e75ec4";

fn given(number: i64) -> String {
    format!("{number}:{SECRET}")
}

fn other(number: i64) -> String {
    format!("{number}:{}", "0ddba11".repeat(10).get(..64).unwrap())
}

fn serve(bench: &Bench, keys: &[(&str, &str)]) -> Command {
    let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.envs(keys.iter().copied());
    command
}

/// A start that must be refused with this exit code and for this reason, told in one line without the key.
fn refused(mut command: Command, code: i32, why: &str) {
    let output = command.output().unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{told}");
    let lines: Vec<_> = told.lines().filter(|line| line.starts_with("automation-hub: ")).collect();
    assert_eq!(lines.len(), 1, "{told}");
    assert!(lines[0].contains(why), "{told}");
    assert!(!told.contains(&SECRET[1..8]) && !told.contains("0ddba11"), "a key is never told: {told}");
}

#[test]
fn keys_of_the_environment_need_no_files_and_are_shown_by_number() {
    let bench = Bench::new();
    let (pepper, outer) = (given(3), other(1));
    let keys = [(PEPPER, pepper.as_str()), (OUTER, outer.as_str())];
    for _ in 0..2 {
        Server::start(serve(&bench, &keys)).stop();
    }
    for name in ["pepper.1", "pepper.3", "outer.1"] {
        assert!(!bench.data_dir().join(name).exists(), "{name} was made");
    }
    let output = bench.command(&["config", "show"]).envs(keys).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("pepper = \"3:…\"") && shown.contains("outer_key = \"1:…\""), "{shown}");
    assert!(!shown.contains(&SECRET[..8]), "{shown}");
}

#[test]
fn a_key_of_another_form_stops_the_start() {
    let bench = Bench::new();
    for (text, why) in [
        (SECRET.to_owned(), "a number, a colon and 64 hexadecimal characters are needed, as in 1:0123…"),
        ("7".repeat(64), "a number, a colon and 64 hexadecimal characters"),
        ("5107".to_owned(), "a text is needed"),
        (format!("0:{SECRET}"), "the number before the colon has to be 1 to 4294967295"),
        (format!("-1:{SECRET}"), "the number before the colon"),
        (format!("one:{SECRET}"), "the number before the colon"),
        (format!("4294967296:{SECRET}"), "the number before the colon"),
        (format!("1:{}", &SECRET[1..]), "and nothing else; there are 63 characters"),
        (format!("1:{SECRET}0"), "there are 65 characters"),
        (format!("1:{}g", &SECRET[1..]), "there are 64 characters"),
        (format!("1:{SECRET}{SECRET}"), "there are 128 characters"),
    ] {
        for (name, setting) in
            [(PEPPER, "keys.pepper"), (PREVIOUS, "keys.previous_pepper"), (OUTER, "keys.outer_key")]
        {
            let start = || serve(&bench, &[(name, &text)]);
            refused(start(), 2, why);
            refused(start(), 2, &format!("configuration: {setting} = …: "));
        }
    }
    assert!(!bench.data_dir().exists(), "nothing is made by a start that is refused");
}

#[test]
fn a_key_in_the_configuration_file_stops_the_start() {
    for name in ["pepper", "previous_pepper", "outer_key"] {
        let bench = Bench::new();
        let file = bench.write("hub.toml", &format!("[keys]\n{name} = \"1:{SECRET}\"\n"));
        let mut start = serve(&bench, &[]);
        start.arg("--config").arg(file);
        refused(
            start,
            2,
            &format!("keys.{name} = …: a key stands in a file of its own or in the environment"),
        );
    }
}

#[test]
fn a_key_comes_from_one_place() {
    let bench = Bench::new();
    let (pepper, elsewhere) = (given(1), bench.path("elsewhere.1"));
    for (name, setting) in
        [(PEPPER, "keys.pepper"), (PREVIOUS, "keys.previous_pepper"), (OUTER, "keys.outer_key")]
    {
        let file = format!("{name}_FILE");
        let keys = [(name, pepper.as_str()), (file.as_str(), elsewhere.to_str().unwrap())];
        refused(serve(&bench, &keys), 2, &format!("{setting} = …: {setting}_file is set too"));
    }
    bench.serve().stop();
    let outer = other(1);
    refused(serve(&bench, &[(PEPPER, &pepper)]), 1, "keys.pepper is set, and key file ");
    refused(serve(&bench, &[(OUTER, &outer)]), 1, "keys.outer_key is set, and key file ");
}

#[test]
fn two_peppers_have_two_numbers() {
    let bench = Bench::new();
    let (new, old) = (given(2), other(2));
    let why = "keys.pepper and keys.previous_pepper both have the number 2";
    refused(serve(&bench, &[(PEPPER, &new), (PREVIOUS, &old)]), 1, why);
    let file = bench.path("pepper.2");
    let keys =
        [(PEPPER, new.as_str()), ("AUTOMATION_HUB_KEYS__PREVIOUS_PEPPER_FILE", file.to_str().unwrap())];
    refused(serve(&bench, &keys), 1, "keys.pepper and keys.previous_pepper_file both have the number 2");
}

#[test]
fn a_pepper_moves_from_its_file_into_the_environment() {
    let bench = folder_with_tokens();
    let file = bench.data_dir().join("pepper.1");
    let content = std::fs::read_to_string(&file).unwrap();
    let moved = format!("1:{}", content.trim_end());
    let (wrong, new) = (given(1), given(2));

    refused(
        serve(&bench, &[(PEPPER, &new)]),
        1,
        "tokens in the database were made under pepper 1, and neither",
    );
    let old_file =
        [(PEPPER, new.as_str()), ("AUTOMATION_HUB_KEYS__PREVIOUS_PEPPER_FILE", file.to_str().unwrap())];
    Server::start(serve(&bench, &old_file)).stop();
    std::fs::remove_file(&file).unwrap();
    refused(serve(&bench, &[(PEPPER, &wrong)]), 1, "keys.pepper isn't the key this database was used with");
    let wrong_previous = [(PEPPER, new.as_str()), (PREVIOUS, wrong.as_str())];
    refused(
        serve(&bench, &wrong_previous),
        1,
        "keys.previous_pepper isn't the key this database was used with",
    );
    Server::start(serve(&bench, &[(PEPPER, &new), (PREVIOUS, &moved)])).stop();
    Server::start(serve(&bench, &[(PEPPER, &moved)])).stop();
    assert!(!file.exists(), "no new file in the place of a key that came from the environment");
    refused(serve(&bench, &[]), 1, "pepper.1 is missing, and the database needs it");
}

#[test]
fn tokens_made_at_the_command_line_need_the_servers_key() {
    let bench = Bench::new();
    found(&bench);
    let (pepper, wrong, outer) = (given(1), other(1), other(1));
    Server::start(serve(&bench, &[(PEPPER, &pepper), (OUTER, &outer)])).stop();
    let create = |pepper: &str| {
        let mut command = bench.command(&["token", "create", "Intake", "--tenant-level"]);
        command.envs([(PEPPER, pepper), (OUTER, outer.as_str())]);
        command
    };
    assert!(create(&pepper).output().unwrap().status.success());
    refused(create(&wrong), 1, "keys.pepper isn't the key this database was used with");
    refused(create(&given(2)), 1, "no server has used keys.pepper with this database yet");
}
