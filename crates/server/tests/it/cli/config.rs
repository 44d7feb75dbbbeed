//! `automation-hub config`, and how a wrong configuration stops every command.

use super::harness::{Bench, set_mode, stderr};

/// A configuration, and how the complaint about it begins.
const COMPLAINTS: &[(&str, &str)] = &[
    (
        "[log]\ncolour = 'red'\n",
        "automation-hub: configuration: log.colour = …: there is no such key; there are format, level\n",
    ),
    (
        "[sessions]\nidle_minutes = 0\n",
        "automation-hub: configuration: sessions.idle_minutes = 0: 1 to 1440\n",
    ),
    (
        "[server]\nlisten = 'everywhere'\n[open_api]\nqueue = -1\n",
        "automation-hub: configuration: open_api.queue = -1: a whole number, 0 or more, is needed\n\
             automation-hub: configuration: server.listen = everywhere: an address and a port are needed, such as \
             127.0.0.1:8080\n",
    ),
    (
        "[log]\nlevel = 'loud'\n",
        "automation-hub: configuration: log.level = loud: off, error, warn, info, debug or trace, or a list \
             such as info,automation_hub_server=debug\n",
    ),
    (
        "[server]\ntrusted_proxies = ['10.0.0.0/33']\n",
        "automation-hub: configuration: server.trusted_proxies = 10.0.0.0/33: “10.0.0.0/33” isn't an address \
             or a network such as 10.0.0.0/8\n",
    ),
    (
        "[mail]\nsmtp_host = 'smtp.test'\nsmtp_port = 0\nsmtp_tls = 'none'\nsmtp_user = 'hub'\nsmtp_password = 'geheim'\n\
             from = 'hub'\n",
        "automation-hub: configuration: mail.smtp_host = smtp.test: server.public_url is needed with it, as mails hold links\n\
             automation-hub: configuration: mail.smtp_port = 0: 1 to 65535\n\
             automation-hub: configuration: mail.from = hub: a sender is needed, such as Automation Hub <hub@example.com>\n\
             automation-hub: configuration: mail.smtp_tls = none: a password isn't sent unencrypted to another machine: \
             starttls or tls is needed",
    ),
    (
        "[server]\npublic_url = 'https://hub.test'\n[mail]\nsmtp_host = 'a b'\nsmtp_password = 'geheim'\nfrom = 'hub@hub.test'\n",
        "automation-hub: configuration: mail.smtp_host = a b: a host's name or address is needed\n\
             automation-hub: configuration: mail.smtp_password = …: smtp_user and smtp_password go together",
    ),
    ("[mail]\nsmtp_tls = 'ssl'\n", "automation-hub: configuration: mail.smtp_tls = "),
    ("[mail]\nsmtp_password = 5\n", "automation-hub: configuration: mail.smtp_password = …: "),
    (
        "[files]\nstore = 's3'\n[files.s3]\nbucket = 'hub'\nendpoint = 'ftp://x'\n",
        "automation-hub: configuration: files.s3.endpoint = ftp://x: an origin is needed: http:// or https://, a \
             host, and nothing after it; or empty for AWS itself\n",
    ),
    ("[files]\nstore = 's3'\n", "automation-hub: configuration: files.s3.bucket = : a bucket is needed\n"),
    (
        "[files.s3]\naccess_key_id = 'hub'\n",
        "automation-hub: configuration: files.s3.secret_access_key = …: it goes together with \
             files.s3.access_key_id: both or neither\n",
    ),
    (
        "[storage]\ndatabase_url = 'postgres://hub:geheim@db:port/hub'\n",
        "automation-hub: configuration: storage.database_url = …: postgres://user:password@host/database, or empty for \
             embedded SQLite",
    ),
    (
        "[storage]\nsqlite_cache_kib = 4294967295\n",
        "automation-hub: configuration: storage.sqlite_cache_kib = 4294967295: 1 to 16777216 KiB",
    ),
    (
        "[server]\npublic_url = 'https://hub.test:99999'\n[files.s3]\nendpoint = 'http://s3 .test'\n",
        "automation-hub: configuration: server.public_url = https://hub.test:99999: an origin is needed: http:// or \
             https://, a host, and nothing after it\n\
             automation-hub: configuration: files.s3.endpoint = http://s3 .test: an origin is needed: ",
    ),
    (
        "[server]\npublic_url = 'https://hub.test'\n[mail]\nsmtp_host = 'smtp.test:25'\nfrom = 'hub@hub.test'\n",
        "automation-hub: configuration: mail.smtp_host = smtp.test:25: a host's name or address is needed; its port \
             stands in mail.smtp_port",
    ),
    (
        "[files]\nstore = 'tape'\n",
        "automation-hub: configuration: files.store = tape: one of disk, s3 is needed\n",
    ),
];

#[test]
fn a_wrong_key_value_or_rule_is_told_in_a_line_each() {
    let bench = Bench::new();
    let wrong = |text: &str| {
        let file = bench.write("hub.toml", text);
        bench.complaint(&["config", "check", "--config", file.to_str().unwrap()], 2)
    };
    for (text, complaint) in COMPLAINTS {
        let told = wrong(text);
        assert!(!told.contains("geheim"), "{told}");
        assert!(told.starts_with(complaint.trim_end()), "{told}");
        assert!(told.lines().all(|line| line.starts_with("automation-hub: configuration: ")), "{told}");
    }
    assert_eq!(wrong("[server]\nlisten = 5\n[log]\nformat = 'xml'\n").lines().count(), 2);
    let told = wrong("[server\n");
    assert!(told.contains("hub.toml: line 1: "), "{told}");
}

#[test]
fn what_a_start_would_find_out_the_check_finds_out_and_makes_nothing() {
    let key = "0123456789abcdef".repeat(4);
    let bench = Bench::new();
    let check = |bench: &Bench, settings: &str| {
        let file = bench.write("hub.toml", settings);
        bench.complaint(&["config", "check", "--config", file.to_str().unwrap()], 2)
    };
    for (settings, why) in [
        (
            "[keys]\npepper_file = 'pepper'",
            "keys.pepper_file = pepper: key file pepper: its name has to end with a dot and its number, such as pepper.1",
        ),
        (
            "[keys]\nouter_key_file = 'outer.0'",
            "keys.outer_key_file = outer.0: key file outer.0: its name has to end with a dot and its number, such as outer.1",
        ),
        (
            "[keys]\npepper_file = 'pepper.1'\nprevious_pepper_file = 'pepper.01'",
            "keys.previous_pepper_file = pepper.01: it has the number 1, as keys.pepper_file",
        ),
        (
            "[keys]\nprevious_pepper_file = 'pepper.7'",
            "keys.previous_pepper_file = pepper.7: there is no such file",
        ),
        ("[files]\nfolder = 'hub.toml'", "files.folder = hub.toml: a folder is needed, and this is none"),
    ] {
        let told = check(&bench, settings);
        assert!(told.starts_with(&format!("automation-hub: configuration: {why}")), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    assert!(!bench.data_dir().exists(), "whoever looks makes nothing");

    std::fs::create_dir(bench.data_dir()).unwrap();
    let file = bench.data_dir().join("pepper.1");
    for (text, mode, why) in [
        (&key[..], 0o644, "can be read by others (mode 0644); run: chmod 600 "),
        (&key[1..], 0o600, "doesn't hold a key: 64 hexadecimal characters are needed, and nothing else"),
    ] {
        std::fs::write(&file, text).unwrap();
        set_mode(&file, mode);
        let told = check(&bench, "");
        assert!(
            told.starts_with(&format!(
                "automation-hub: configuration: keys.pepper_file = {0}: key file {0} {why}",
                file.display()
            )),
            "{told}"
        );
        assert!(!told.contains(&key[1..]), "the key itself is never told");
    }
    std::fs::write(&file, &key).unwrap();
    let mut command = bench.command(&["config", "check"]);
    let output = command.env("AUTOMATION_HUB_KEYS__PEPPER", format!("1:{key}")).output().unwrap();
    let told = stderr(&output);
    assert!(told.starts_with(&format!("automation-hub: configuration: keys.pepper = …: key file {} is there too, and only one of them can count", file.display())), "{told}");
    bench.print(&["config", "check"]);
}

#[test]
fn a_data_folder_that_is_none_is_told() {
    let bench = Bench::new();
    std::fs::write(bench.data_dir(), "").unwrap();
    let told = bench.complaint(&["config", "check"], 2);
    assert!(
        told.contains("storage.data_dir = ") && told.contains(": a folder is needed, and this is none"),
        "{told}"
    );
}

#[test]
fn one_mistake_hides_no_other() {
    let bench = Bench::new();
    let text = "[server]\npublik_url = 'x'\nlisten = 5\npublic_url = 'ftp://hub'\nshutdown_grace_secs = -1\n\
                header_timeout_secs = 'ten'\nsetup_from_anywhere = 'perhaps'\ntrusted_proxies = '10.0.0.1'\n\
                [serverx]\na = 1\n[keys]\npepper = 'geheim'\n[sessions]\nidle_minutes = 0\n\
                [mail]\nsmtp_tls = 'maybe'\n[log]\nlevel = 'shout'\n";
    let file = bench.write("hub.toml", text);
    let file = file.to_str().unwrap();
    let told = bench.complaint(&["config", "check", "--config", file], 2);
    let mut wrong: Vec<_> =
        told.lines().map(|line| line.split(": ").nth(2).unwrap().split(" = ").next().unwrap()).collect();
    wrong.sort_unstable();
    assert_eq!(
        wrong,
        [
            "keys.pepper",
            "log.level",
            "mail.smtp_tls",
            "server.header_timeout_secs",
            "server.listen",
            "server.public_url",
            "server.publik_url",
            "server.setup_from_anywhere",
            "server.shutdown_grace_secs",
            "server.trusted_proxies",
            "serverx",
            "sessions.idle_minutes"
        ],
        "{told}"
    );
    for needed in ["true or false is needed", "a list, such as", "one of none, starttls, tls is needed"] {
        assert!(told.contains(needed), "{told}");
    }
    assert!(!told.contains("geheim"), "{told}");
    let output = bench.command(&["config", "check", "--json", "--config", file]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &json["ok"]), (Some(2), &false.into()));
    assert_eq!(json["errors"].as_array().unwrap().len(), wrong.len(), "{json}");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let bench = Bench::new();
    let told = bench.complaint(&["config", "check", "--config", "none.toml"], 2);
    assert!(
        told.starts_with("automation-hub: configuration: --config = none.toml: it can't be read"),
        "{told}"
    );
}

#[test]
fn flags_come_over_the_environment_and_that_over_the_file() {
    let bench = Bench::new();
    let file =
        bench.write("hub.toml", "[log]\nlevel = 'warn'\n[sessions]\nidle_minutes = 5\nabsolute_hours = 1\n");
    let output = bench
        .command(&["config", "show", "--json", "--log-level", "debug"])
        .env("AUTOMATION_HUB_CONFIG", file)
        .env("AUTOMATION_HUB_LOG__LEVEL", "error")
        .env("AUTOMATION_HUB_SESSIONS__IDLE_MINUTES", "7")
        .output()
        .unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["log"]["level"], "debug");
    assert_eq!(shown["sessions"]["idle_minutes"], 7);
    assert_eq!(shown["sessions"]["absolute_hours"], 1);
    assert_eq!(shown["passwords"]["passes"], 2);
}

#[test]
fn what_is_shown_can_be_used_as_a_file_and_holds_no_password() {
    let bench = Bench::new();
    let shown = bench.print(&["config", "show", "--database-url", "postgres://hub:geheim@db/hub"]);
    assert!(shown.contains("postgres://hub:…@db/hub"), "{shown}");
    let secret = "AUTOMATION_HUB_FILES__S3__SECRET_ACCESS_KEY";
    let mut command = bench.command(&["config", "show"]);
    command.env(secret, "geheim").env("AUTOMATION_HUB_FILES__S3__ACCESS_KEY_ID", "hub");
    let output = command.output().unwrap();
    assert!(output.status.success());
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(told.contains("secret_access_key = \"…\"") && !told.contains("geheim"), "{told}");
    let defaults = bench.print(&["config", "show", "--defaults"]);
    let file = bench.write("hub.toml", &defaults);
    bench.print(&["config", "check", "--config", file.to_str().unwrap()]);
}

#[test]
fn an_unknown_command_or_flag_ends_with_2() {
    let bench = Bench::new();
    assert!(bench.complaint(&["dance"], 2).contains("dance"));
    assert!(bench.complaint(&["serve", "--colour"], 2).contains("--colour"));
}

#[test]
fn the_operations_page_lists_every_key_with_its_default() {
    let page = include_str!("../../../../../docs/operations.md");
    let mut section = "";
    for line in automation_hub_server::config::DEFAULTS.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((key, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            let row = format!("| `{section}.{key}` | `{value}` |");
            assert!(page.contains(&row), "docs/operations.md lacks {row}");
        }
    }
}
