//! What operators do without the pages: tenants, people, backups.

use std::{
    collections::BTreeMap,
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use super::harness::{Bench, Server, mode, stderr};

pub fn found(bench: &Bench) -> serde_json::Value {
    bench.json(&[
        "tenant",
        "create",
        "Nordwind Group",
        "Production",
        "--time-zone",
        "Europe/Copenhagen",
        "--json",
    ])
}

pub fn with_input(bench: &Bench, arguments: &[&str], input: &str) -> Output {
    let mut command = bench.command(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_tenant_is_founded_once_and_listed() {
    let bench = Bench::new();
    let made = found(&bench);
    assert_eq!(
        (made["organization"].as_str(), made["tenant"].as_str()),
        (Some("nordwind-group"), Some("production"))
    );
    assert_eq!(bench.json(&["tenant", "list", "--json"]), serde_json::json!([made]));
    let id = made["tenant_id"].as_str().unwrap();
    assert_eq!(
        bench.print(&["tenant", "list"]),
        format!(
            "Tenant ID                             Address                    Organisation    Tenant      Active\n\
             {id}  nordwind-group/production  Nordwind Group  Production  yes\n"
        )
    );
    let again = bench.complaint(&["tenant", "create", "Nordwind Group", "Production"], 1);
    assert_eq!(
        again.lines().last(),
        Some("automation-hub: there is a tenant with these short names already")
    );
    bench.print(&["tenant", "create", "Nordwind A/S", "Production", "--organization-slug", "nordwind"]);
    let second = bench.json(&["tenant", "create", "Nordwind A/S", "Test", "--json"]);
    assert_eq!(second["organization"], "nordwind", "the one it has already");
    bench.print(&["tenant", "create", "Nordwind A/S", "Test", "--organization-slug", "nordwind-2"]);
    let told = bench.complaint(&["tenant", "create", "Nordwind A/S", "Third"], 1);
    assert!(told.contains("choose one of nordwind, nordwind-2 with --organization-slug"), "{told}");
    let told = bench.complaint(&["demo", "--listen", "127.0.0.1:0"], 1);
    assert!(told.contains("would give strangers access"), "{told}");
}

#[test]
fn wrong_particulars_of_a_tenant_are_told() {
    let bench = Bench::new();
    for (arguments, why) in [
        (["請求書", "P", "--currency=EUR"], "--organization-slug: Type a short name of a-z and 0-9;"),
        (["O", " ", "--currency=EUR"], "TENANT: This can't be empty."),
        (["O", "P", "--currency=eur"], "--currency: One of these is needed: EUR, USD, "),
        (["O", "P", "--currency=ABC"], "--currency: One of these is needed: EUR, USD, "),
        (["O", "P", "--time-zone=Mars/Base"], "--time-zone: UTC or the name of a place is needed,"),
        (["O", "P", "--time-zone=Etc/GMT+5"], "--time-zone: UTC or the name of a place is needed,"),
        (["O", "P", "--tenant-slug=A b"], "--tenant-slug: Only a-z, 0-9 and hyphens between them."),
    ] {
        let told = bench.complaint(&[&["tenant", "create"], &arguments[..]].concat(), 1);
        assert!(told.contains(why), "{told}");
    }
    assert_eq!(
        bench.json(&["tenant", "list", "--json"]),
        serde_json::json!([]),
        "a refused command changes nothing"
    );
}

#[test]
fn a_tenant_of_the_command_line_is_founded_as_one_of_the_set_up_page() {
    let bench = Bench::new();
    let name = format!("Müller & Söhne {}", "x".repeat(80));
    let made = bench.json(&["tenant", "create", &name, "Prüfstand", "--json"]);
    assert_eq!(made["organization"], format!("muller-sohne-{}", "x".repeat(37)));
    assert_eq!(made["tenant"], "prufstand", "accents are dropped, not the letters under them");
    let all_at_once = bench.complaint(&["tenant", "create", "O", "", "--currency=X", "--time-zone=Y"], 1);
    for field in ["TENANT: ", "--currency: ", "--time-zone: "] {
        assert!(all_at_once.contains(field), "{all_at_once}");
    }
}

#[test]
fn a_person_gets_a_link_or_a_password() {
    let bench = Bench::new();
    found(&bench);
    let made = bench.json(&[
        "user",
        "create",
        "ines@nordwind.test",
        "Ines",
        "Moreau",
        "--role",
        "ah-system-admin",
        "--json",
    ]);
    let link = made["link"].as_str().unwrap();
    assert!(
        link.starts_with("http://127.0.0.1:8080/nordwind-group/production/automationhub_/invitation/"),
        "{link}"
    );
    let other = bench.json(&["user", "reset-password", "ines@nordwind.test", "--json"]);
    assert_ne!(other["link"], made["link"]);
    let arguments = ["user", "reset-password", "INES@nordwind.test", "--password-stdin"];
    let output = with_input(&bench, &arguments, "correct horse battery\n");
    assert!(output.status.success(), "{}", stderr(&output));
    let output = with_input(&bench, &arguments, "short\n");
    assert_eq!(stderr(&output), "automation-hub: the password: At least 12 characters; this has 5.\n");
}

#[test]
fn people_who_are_there_or_not_are_told() {
    let bench = Bench::new();
    let create = ["user", "create", "ines@nordwind.test", "Ines", "Moreau"];
    assert!(bench.complaint(&create, 1).contains("there is no database in"));
    for looking in [["tenant", "list"], ["token", "list"]] {
        assert!(bench.complaint(&looking, 1).contains("there is no database in"), "{looking:?}");
    }
    assert!(!bench.data_dir().exists(), "whoever looks makes nothing");
    bench.print(&["migrate"]);
    assert!(bench.complaint(&create, 1).contains("there is no tenant yet"));
    found(&bench);
    let told = bench.print(&create);
    assert!(
        told.contains("where people reach the hub by another one, set server.public_url.\nhttp://"),
        "{told}"
    );
    let reset = ["user", "reset-password", "ines@nordwind.test"];
    let mut command = bench.command(&reset);
    let told = command.env("AUTOMATION_HUB_SERVER__PUBLIC_URL", "https://hub.test").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("it works once.\nhttps://hub.test/"), "{told}");
    let told = bench.complaint(&create, 1);
    assert!(told.contains("ines@nordwind.test is a person of this tenant already"), "{told}");
    let told = bench.complaint(&["user", "create", "o@n.test", "O", "N", "--role", "boss"], 1);
    assert!(told.contains("there is no role boss; there are ah-account-owner, "), "{told}");
    let told = bench.complaint(&["user", "reset-password", "nobody@nordwind.test"], 1);
    assert!(told.contains("there is no person nobody@nordwind.test"), "{told}");
    bench.print(&["tenant", "create", "Other", "Test"]);
    assert!(bench.complaint(&create, 1).contains("there are several tenants: name one with --tenant"));
    bench.print(&[&create[..], &["--tenant", "other/test"]].concat());
}

#[test]
fn people_are_listed_with_their_status_and_roles() {
    let bench = Bench::new();
    assert!(bench.complaint(&["user", "list"], 1).contains("there is no database in"));
    found(&bench);
    assert_eq!(bench.json(&["user", "list", "--json"]), serde_json::json!([]));
    let create = ["user", "create", "ines@nordwind.test", "Ines", "Moreau"];
    let made = bench.json(
        &[&create[..], &["--role", "ah-system-admin", "--role", "ah-idea-approver", "--json"]].concat(),
    );
    let arguments = ["user", "create", "bo@nordwind.test", "Bo", "Lind", "--password-stdin"];
    assert!(with_input(&bench, &arguments, "correct horse battery\n").status.success());
    assert_eq!(
        bench.print(&["user", "list"]),
        "E-mail              Name         Status                 Roles\n\
         bo@nordwind.test    Bo Lind      Active                 ah-standard-user\n\
         ines@nordwind.test  Ines Moreau  Pending, no mail sent  ah-system-admin, ah-idea-approver\n"
    );
    let told = bench.json(&["user", "list", "--json"]);
    assert_eq!(
        told[1],
        serde_json::json!({
            "id": made["id"],
            "email": "ines@nordwind.test",
            "name": "Ines Moreau",
            "status": "unsent",
            "roles": [
                {"role": "ah-system-admin", "category_id": null},
                {"role": "ah-idea-approver", "category_id": null},
            ],
        })
    );
    bench.print(&["tenant", "create", "Other", "Test"]);
    assert!(
        bench.complaint(&["user", "list"], 1).contains("there are several tenants: name one with --tenant")
    );
    assert_eq!(bench.json(&["user", "list", "--json", "--tenant", "other/test"]), serde_json::json!([]));
    let both = bench.json(&["user", "list", "--json", "--tenant", "nordwind-group/production"]);
    assert_eq!(both, told);
}

#[test]
fn a_backup_of_a_running_server_comes_back_whole() {
    let bench = Bench::new();
    found(&bench);
    let server = bench.serve();
    let file = bench.path("copy.sqlite");
    let file = file.to_str().unwrap();
    let made = bench.json(&["backup", file, "--json"]);
    assert_eq!(made["bytes"], std::fs::metadata(file).unwrap().len());
    assert_eq!(mode(file.as_ref()), 0o600);
    assert!(bench.complaint(&["backup", file], 1).contains("is there already; --force replaces it"));
    bench.print(&["backup", file, "--force"]);
    let data_dir = bench.data_dir();
    for inside in ["automation-hub.sqlite", "copy.sqlite", "files/copy.sqlite"] {
        let told = bench.complaint(&["backup", data_dir.join(inside).to_str().unwrap(), "--force"], 1);
        assert!(told.contains("a backup belongs elsewhere"), "{inside}: {told}");
    }
    let told = bench.complaint(&["backup", bench.path("").to_str().unwrap(), "--force"], 1);
    assert!(told.contains("is a folder; name a file in it"), "{told}");
    let told = bench.complaint(&["restore", file], 1);
    assert!(told.contains("while a server runs; stop it first"), "{told}");
    server.stop();
    assert!(
        bench
            .complaint(&["restore", file], 1)
            .contains("holds a database; --force puts the backup in its place")
    );

    bench.print(&["tenant", "create", "Later", "Test"]);
    bench.print(&["restore", file, "--force"]);
    assert_eq!(
        bench.json(&["tenant", "list", "--json"]).as_array().unwrap().len(),
        1,
        "as it was at the backup"
    );
    let first = std::fs::read(data_dir.join("automation-hub.sqlite.replaced")).unwrap();
    let told = bench.json(&["restore", file, "--force", "--json"]);
    let second = data_dir.join("automation-hub.sqlite.replaced-2");
    assert_eq!(told["kept_as"], second.to_str().unwrap());
    assert!(second.exists());
    assert_eq!(std::fs::read(data_dir.join("automation-hub.sqlite.replaced")).unwrap(), first);
    bench.serve().stop();

    let other = Bench::new();
    other.print(&["restore", file]);
    assert_eq!(other.json(&["tenant", "list", "--json"]), bench.json(&["tenant", "list", "--json"]));
    other.serve().stop();
}

/// The files below a folder with what they hold.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let (path, name) =
            entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(name, std::fs::read(path).unwrap());
        }
    }
    found
}

#[test]
fn uploaded_files_go_with_a_backup_and_come_back() {
    let bench = Bench::new();
    // The sample organisation has some.
    Server::start(bench.command(&["demo", "--listen", "127.0.0.1:0"])).stop();
    let files = contents(&bench.data_dir().join("files"));
    assert!(files.len() >= 5, "{}", files.len());
    let file = bench.path("copy.sqlite");
    let file = file.to_str().unwrap();
    let made = bench.json(&["backup", file, "--json"]);
    let beside = bench.path("copy.sqlite.files");
    assert_eq!(made["files"], beside.to_str().unwrap());
    assert_eq!((contents(&beside), mode(&beside)), (files.clone(), 0o700));

    let other = Bench::new();
    other.print(&["restore", file]);
    assert_eq!(contents(&other.data_dir().join("files")), files);
    other.print(&["restore", file, "--force"]);
    assert_eq!(contents(&other.data_dir().join("files.replaced")), files);

    let lost = contents(&beside).into_keys().next().unwrap();
    std::fs::remove_file(beside.join(&lost[..2]).join(&lost)).unwrap();
    let third = Bench::new();
    let told = third.complaint(&["restore", file], 1);
    assert!(told.contains("the files of ") && told.contains(&lost), "{told}");
    assert!(
        !third.data_dir().join("files").exists() && !third.data_dir().join("automation-hub.sqlite").exists()
    );
    std::fs::remove_file(bench.data_dir().join("files").join(&lost[..2]).join(&lost)).unwrap();
    let told = bench.complaint(&["backup", file, "--force"], 1);
    assert!(told.contains(&lost), "{told}");
}

#[test]
fn a_backup_whose_keys_are_others_replaces_nothing() {
    let bench = Bench::new();
    // The sample organisation has tokens, which need the pepper.
    Server::start(bench.command(&["demo", "--listen", "127.0.0.1:0", "--ideas", "1"])).stop();
    let file = bench.path("copy.sqlite");
    let file = file.to_str().unwrap();
    bench.print(&["backup", file]);
    let keys = |from: &Bench, to: &Bench| {
        std::fs::copy(from.data_dir().join("pepper.1"), to.data_dir().join("pepper.1")).unwrap();
    };

    let other = Bench::new();
    found(&other);
    other.serve().stop();
    let before = contents(&other.data_dir());
    let told = other.complaint(&["restore", file, "--force"], 1);
    assert!(
        told.contains("the keys don't fit it (--ignore-keys puts it in place all the same): key file ")
            && told.contains("pepper.1 isn't the key this database was used with"),
        "{told}"
    );
    assert_eq!(contents(&other.data_dir()), before, "what was there stays");
    let numbered = ["restore", file, "--force"];
    let output =
        other.command(&numbered).env("AUTOMATION_HUB_KEYS__PEPPER_FILE", other.path("pepper.2")).output();
    assert!(stderr(&output.unwrap()).contains("were made under pepper 1"));

    let told = other.print(&["restore", file, "--force", "--ignore-keys"]);
    assert!(told.contains("The keys in the folder have to be those of the backup."), "{told}");
    assert!(other.refusal().contains("isn't the key this database was used with"));
    keys(&bench, &other);
    let told = other.print(&["restore", file, "--force"]);
    assert!(told.contains("The keys that it needs are there."), "{told}");
    other.serve().stop();

    let fresh = Bench::new();
    let told = fresh.json(&["restore", file, "--json"]);
    assert_eq!(told["missing_keys"].as_array().unwrap().len(), 1, "{told}");
    let told = fresh.print(&["restore", file, "--force"]);
    assert!(told.contains("Put back what it needs before a server starts: key file "), "{told}");
    keys(&bench, &fresh);
    fresh.serve().stop();
}

#[test]
fn only_a_whole_database_of_ours_is_restored() {
    let bench = Bench::new();
    found(&bench);
    bench.print(&["backup", "good.sqlite"]);
    let good = std::fs::read(bench.path("good.sqlite")).unwrap();
    bench.write("text.sqlite", "not a database");
    bench.write("empty.sqlite", "");
    let mut damaged = good.clone();
    damaged.truncate(good.len() / 2);
    std::fs::write(bench.path("damaged.sqlite"), damaged).unwrap();
    let other = Bench::new();
    for (name, why) in [
        ("text.sqlite", "it isn't a database of Automation Hub"),
        ("empty.sqlite", "it isn't a database of Automation Hub"),
        ("damaged.sqlite", "can't be restored: "),
        ("none.sqlite", "there is no file "),
    ] {
        let told = other.complaint(&["restore", bench.path(name).to_str().unwrap()], 1);
        assert!(told.contains(why), "{name}: {told}");
        assert!(!other.data_dir().exists(), "{name}: what was refused leaves nothing");
    }
}

#[test]
fn a_backup_needs_a_database_that_is_embedded() {
    let bench = Bench::new();
    assert!(bench.complaint(&["backup", "copy.sqlite"], 1).contains("there is no database in "));
    let told = bench.complaint(&["backup", "copy.sqlite", "--database-url", "postgres://db/hub"], 1);
    assert!(told.contains("pg_dump"), "{told}");
}

#[test]
fn migrating_ahead_tells_how_much_there_was_to_do() {
    let bench = Bench::new();
    let pending = bench.json(&["migrate", "--dry-run", "--json"]);
    assert!(pending["pending"].as_u64().unwrap() > 0);
    assert!(!bench.data_dir().exists(), "whoever looks makes nothing");
    assert_eq!(bench.json(&["migrate", "--json"])["applied"], pending["pending"]);
    assert_eq!(bench.json(&["migrate", "--json"])["applied"], 0);
    Server::start(bench.command(&["serve", "--listen", "127.0.0.1:0"])).stop();
}

#[test]
fn shells_get_their_completions() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = bench.print(&["completions", shell]);
        assert!(script.contains("reset-password"), "{shell}");
        // Descriptions are what one of them has no place for.
        let listing =
            if shell == "bash" { "__user,list)" } else { "List people with their status and roles" };
        assert!(script.contains(listing), "{shell}");
    }
}

#[test]
fn a_fresh_server_prints_a_set_up_link_until_there_is_a_tenant() {
    let bench = Bench::new();
    let first = {
        let mut server = bench.serve();
        server.signal("TERM");
        server.rest_of_output()
    };
    assert!(first.contains("/set-up/"), "{first}");
    let mut server = bench.serve();
    server.signal("TERM");
    let second = server.rest_of_output();
    assert!(second.contains("/set-up/") && second != first, "{second}");
    assert!(!server.start_log.contains("/set-up/"), "the log doesn't hold the code");
}

#[test]
fn a_server_whose_tenant_has_nobody_says_how_the_first_person_comes() {
    let bench = Bench::new();
    found(&bench);
    let output = || {
        let mut server = bench.serve();
        server.signal("TERM");
        server.rest_of_output()
    };
    let told = output();
    assert!(told.starts_with("Nobody can sign in to nordwind-group/production yet."), "{told}");
    assert!(!told.contains("/set-up/"), "{told}");
    bench.print(&[
        "user",
        "create",
        "ines@nordwind.test",
        "Ines",
        "Moreau",
        "--tenant",
        "nordwind-group/production",
    ]);
    assert_eq!(output(), "");
}

#[test]
fn the_document_of_the_open_api_can_be_printed() {
    let bench = Bench::new();
    assert!(bench.json(&["openapi"])["paths"].as_object().unwrap().len() >= 8);
}
