//! Key files with every fault a start can meet.

mod environment;

use super::harness::{Bench, Server, mode, set_mode, stderr};

/// Each fault of a key file that nothing needs yet, and the sentence that stops the start.
#[test]
fn a_faulty_key_file_stops_the_start() {
    let key = "0123456789abcdef".repeat(4);
    for (text, mode, why) in [
        (key.clone(), 0o644, "can be read by others (mode 0644); run: chmod 600 "),
        (key.clone(), 0o640, "can be read by others (mode 0640)"),
        (String::new(), 0o600, "doesn't hold a key: 64 hexadecimal characters are needed, and nothing else"),
        (key[1..].to_owned(), 0o600, "doesn't hold a key"),
        (format!("{key}{key}"), 0o600, "doesn't hold a key"),
        (format!("{}g", &key[1..]), 0o600, "doesn't hold a key"),
    ] {
        for name in ["pepper.1", "outer.1"] {
            let bench = Bench::new();
            std::fs::create_dir(bench.data_dir()).unwrap();
            let file = bench.data_dir().join(name);
            std::fs::write(&file, &text).unwrap();
            set_mode(&file, mode);
            let told = bench.refusal();
            assert!(told.starts_with(&format!("automation-hub: key file {}", file.display())), "{told}");
            assert!(told.contains(why), "{told}");
            assert!(!told.contains(&key[1..]), "the key itself is never told");
        }
    }
}

#[test]
fn names_of_key_files_end_with_their_number() {
    for name in ["pepper", "pepper.0", "pepper.one", "pepper.-1", "pepper.99999999999"] {
        let bench = Bench::new();
        let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
        let output = command.env("AUTOMATION_HUB_KEYS__PEPPER_FILE", bench.path(name)).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = stderr(&output);
        assert!(told.contains("its name has to end with a dot and its number, such as pepper.1"), "{told}");
    }
}

/// A demo's folder has tokens, so its keys can't be done without.
fn folder_with_tokens() -> Bench {
    let bench = Bench::new();
    let demo = bench.command(&["demo", "--listen", "127.0.0.1:0", "--ideas", "1"]);
    Server::start(demo).stop();
    bench
}

#[test]
fn a_lost_pepper_stops_the_start_and_is_not_replaced() {
    let bench = folder_with_tokens();
    let pepper = bench.data_dir().join("pepper.1");
    std::fs::rename(&pepper, bench.path("away")).unwrap();
    let told = bench.refusal();
    assert!(told.ends_with("is missing, and the database needs it; put it back from its backup"), "{told}");
    assert!(!pepper.exists());
    std::fs::rename(bench.path("away"), &pepper).unwrap();
    bench.serve().stop();
}

#[test]
fn a_pepper_of_another_database_stops_the_start() {
    let bench = folder_with_tokens();
    let pepper = bench.data_dir().join("pepper.1");
    std::fs::write(&pepper, "5".repeat(64)).unwrap();
    let told = bench.refusal();
    assert!(told.contains("isn't the key this database was used with"), "{told}");
}

#[test]
fn a_pepper_number_that_tokens_name_has_to_be_configured() {
    let bench = folder_with_tokens();
    let start = |pepper: &str, previous: &str| {
        let mut command = bench.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("AUTOMATION_HUB_KEYS__PEPPER_FILE", bench.data_dir().join(pepper));
        if !previous.is_empty() {
            command.env("AUTOMATION_HUB_KEYS__PREVIOUS_PEPPER_FILE", bench.data_dir().join(previous));
        }
        command
    };
    for (pepper, previous, why) in [
        ("pepper.2", "", "tokens in the database were made under pepper 1, and neither"),
        ("pepper.1", "pepper.01", "both have the number 1"),
        ("pepper.1", "pepper.2", "keys.previous_pepper_file: there is no file"),
    ] {
        let output = start(pepper, previous).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = stderr(&output);
        assert!(told.contains(why), "{told}");
    }
    Server::start(start("pepper.2", "pepper.1")).stop();
    assert_eq!(mode(&bench.data_dir().join("pepper.2")), 0o600, "the new pepper was made");
}
