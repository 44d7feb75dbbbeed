//! Key files with every fault a start can meet.

use super::harness::{Bench, set_mode};

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
        let told = super::harness::stderr(&output);
        assert!(told.contains("its name has to end with a dot and its number, such as pepper.1"), "{told}");
    }
}
