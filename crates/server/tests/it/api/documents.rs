//! Attaching documents to automations, and listing them.

use std::path::Path;

use automation_hub_domain::{id::IdeaId, role::STANDARD_USER};
use automation_hub_server::error::Error;
use automation_hub_storage::{audit, documents, ideas::IdeaKey, users};
use axum::http::Method;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, answer::answers, assert_problem};
use crate::app::NOON;

pub(super) const PATH: &str = "/automations/one/documents";
const ONE_OF_TWO: &str = "One and only one of embed_link or file need to be specified.";

pub(super) fn file(name: &str, media_type: &str, content: &[u8]) -> Value {
    json!({
        "file_name": name, "mimetype": media_type, "file_content": STANDARD.encode(content),
        "file_encoding": "base64"
    })
}

fn document() -> Value {
    json!({ "document_title": "Plan", "document_description": "How it goes", "document_type_id": 1 })
}

pub(super) fn with_file(name: &str, media_type: &str, content: &[u8]) -> Value {
    let mut body = document();
    body["file"] = file(name, media_type, content);
    body
}

/// A hub with one idea of Ana's, called One, in Accounts payable.
pub(super) async fn begin() -> Api {
    with_idea(Api::start().await).await
}

pub(super) async fn with_idea(api: Api) -> Api {
    let ana = api.hub.add_user("ana@nordwind.example", &[STANDARD_USER]).await;
    api.add_ideas(ana, api.payables, &["One"]).await;
    api
}

pub(super) async fn ana(api: &Api) -> Caller<'_> {
    let email = automation_hub_domain::user::Email::parse("ana@nordwind.example").unwrap();
    let user =
        api.hub.app.store.read(api.hub.tenant, move |s| users::find_by_email(s, &email)).await.unwrap();
    api.user(user.unwrap().id).await
}

/// Nothing was attached, and nothing of a file is left.
pub(super) async fn assert_untouched(api: &Api) {
    assert_eq!(stored(api.hub.folder.path()), Vec::<String>::new());
    let count = api
        .hub
        .app
        .store
        .write(api.hub.tenant, |s| -> Result<_, Error> {
            let idea = automation_hub_storage::ideas::find(s, IdeaKey::Slug("one"))?.unwrap();
            let loose = automation_hub_storage::files::condemn(s, NOON.plus_days(1), 10)?;
            assert_eq!(loose, Vec::<String>::new());
            Ok(documents::count(s, idea.id)?)
        })
        .await
        .unwrap();
    assert_eq!(count, 0);
}

/// Names of all files below a folder.
pub(super) fn stored(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            names.extend(stored(&entry.path()));
        } else {
            names.push(entry.file_name().into_string().unwrap());
        }
    }
    names
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_and_the_record_counts_it() {
    let api = begin().await;
    let ana = ana(&api).await;
    let answer = ana.post(PATH, &with_file("Plän.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let json = answer.json();
    assert_eq!((&json["message"], &json["statusCode"]), (&json!("Resource Created"), &json!(201)));
    let (document, file) = (&json["data"]["document_id"], &json["data"]["file_id"]);
    let data = ana.data(PATH).await;
    assert_eq!(data["totalItems"], 1);
    assert_eq!(
        data["documents"],
        json!([{
            "document_id": document, "process_id": data["documents"][0]["process_id"], "document_title": "Plan",
            "document_description": "How it goes", "document_type_id": 1, "file_id": file, "embed_link": null,
            "file_type": {
                "file_type_id": 1, "file_type_name": "Process Definition Document", "file_type_key": "PDD",
                "accepted_extensions": [], "allow_embed_link": 1
            },
            "document_is_active": 1, "document_created_epoch": NOON.millis()
        }])
    );
    let bytes = ana.get(&format!("/download/file/{file}")).await;
    assert_eq!((bytes.status.as_u16(), bytes.body.as_slice()), (200, b"%PDF-1.7 \x00\xff".as_slice()));
    assert_eq!(ana.data("/automations/one").await["process_num_documents"], 1);

    let id = document.as_i64().unwrap();
    let read =
        move |s: &mut automation_hub_storage::Session<'_>| audit::list_of_object(s, "document", id, 10);
    let events = api.hub.app.store.read(api.hub.tenant, read).await.unwrap();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.action.as_str(), event.actor_user), ("document.create", Some(ana.id())));
    assert!(event.after.as_deref().unwrap().contains("Plän.pdf"), "{event:?}");
}

#[tokio::test]
async fn a_link_is_a_document_without_a_file() {
    let api = begin().await;
    let ana = ana(&api).await;
    let mut body = document();
    body["embed_link"] = json!(" https://wiki.example/Shared Documents/plan?a=1 ");
    let answer = ana.post(PATH, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(answer.json()["data"].get("file_id").is_none());
    let data = ana.data(PATH).await;
    assert_eq!(data["documents"][0]["embed_link"], "https://wiki.example/Shared Documents/plan?a=1");
    assert_eq!(data["documents"][0]["file_id"], Value::Null);
    assert_eq!(ana.data("/automations/one").await["process_num_documents"], 1);
}

#[rstest]
#[case(json!({"document_title": " "}), &["document_title"], "Please fill in all the required information")]
#[case(json!({"document_description": null}), &["document_description"], "Please fill in all the required information")]
#[case(json!({"document_type_id": null}), &["document_type_id"], "Please fill in all the required information")]
#[case(json!({"document_type_id": 12}), &["document_type_id"], "document_type_id: A whole number from 1 to 11 is needed.")]
#[case(json!({"document_type_id": "1"}), &["document_type_id"], "document_type_id: A whole number from 1 to 11 is needed.")]
#[case(json!({"document_title": 7}), &["document_title"], "document_title: A text is needed.")]
#[case(json!({"document_title": "a".repeat(256)}), &["document_title"], "document_title: At most 255 characters; this has 256.")]
#[case(json!({"file": null}), &["embed_link", "file"], ONE_OF_TWO)]
#[case(json!({"embed_link": "https://a.example"}), &["embed_link", "file"], ONE_OF_TWO)]
#[case(json!({"file": null, "embed_link": "javascript:alert(1)"}), &["embed_link"], "embed_link: A link beginning with https:// or http:// is needed.")]
#[case(json!({"file": null, "embed_link": "https://ana:secret@a.example"}), &["embed_link"], "embed_link: A link without a user name and a password is needed.")]
#[case(json!({"file": null, "embed_link": format!("https://a.example/{}", "b".repeat(3000))}), &["embed_link"], "embed_link: At most 2048 characters; this has 3018.")]
#[case(json!({"file": null, "embed_link": 7}), &["embed_link"], "embed_link: A text is needed.")]
#[case(json!({"file": null, "embed_link": "https://a.example", "document_type_id": 10}), &["embed_link"], "embed_link: A Task Capture Document can't be a link.")]
#[case(json!({"document_type_id": 10}), &["file"], "file: A Task Capture Document has to be a zip or ssp file.")]
#[case(json!({"file": "plan.pdf"}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "a", "mimetype": "b/c", "file_content": "YQ=="}}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "a", "mimetype": "b/c", "file_content": "YQ==", "file_encoding": "hex"}}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "a", "mimetype": "b/c", "file_content": "", "file_encoding": "base64"}}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "a", "mimetype": "b/c", "file_content": "Y!==", "file_encoding": "base64"}}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "a", "mimetype": "b/c", "file_content": "data:;base64,YQ==", "file_encoding": "base64"}}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "a", "mimetype": "b/c", "file_content": 7, "file_encoding": "base64"}}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "..", "mimetype": "b/c", "file_content": "YQ==", "file_encoding": "base64"}}), &["file"], "Invalid file.")]
#[case(json!({"file": {"file_name": "a", "mimetype": " ", "file_content": "YQ==", "file_encoding": "base64"}}), &["file"], "Invalid file.")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_and_nothing_is_kept(
    #[case] change: Value,
    #[case] fields: &[&str],
    #[case] message: &str,
) {
    let api = begin().await;
    let mut body = with_file("plan.pdf", "application/pdf", b"x");
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = ana(&api).await.post(PATH, &body).await;
    assert_problem(&answer, 400, "invalid-input");
    let json = answer.json();
    assert_eq!(json["message"], message);
    let mut named: Vec<_> = json["errorDetails"].as_object().unwrap().keys().map(String::as_str).collect();
    named.sort_unstable();
    assert_eq!(named, fields);
    assert_untouched(&api).await;
}

#[rstest]
#[case(json!("plan.pdf"), &["Invalid file. An object of file_name, mimetype, file_encoding and file_content is needed."])]
#[case(json!({"file_name": 5, "mimetype": "b/c", "file_encoding": 5, "file_content": 5}), &["Invalid file.", "file_name: A text is needed.", "file_encoding: A text is needed.", "file_content: A text is needed."])]
#[case(json!({}), &["Invalid file.", "file_name: This is required.", "mimetype: This is required.", "file_encoding: This is required.", "file_content: This is required."])]
#[case(json!({"file_name": "..", "mimetype": "b/c", "file_encoding": "hex", "file_content": "YQ=="}), &["Invalid file.", "file_name: This is no name of a file.", "file_encoding: This has to be base64."])]
#[case(json!({"file_name": "a", "mimetype": "b/c", "file_encoding": "base64", "file_content": "data:;base64,YQ=="}), &["Invalid file.", "file_content: This isn't base64."])]
#[case(json!({"file_name": "a", "mimetype": "b/c", "file_encoding": "base64", "file_content": ""}), &["Invalid file.", "file_content: This is required."])]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_invalid_is_told_why(#[case] file: Value, #[case] rules: &[&str]) {
    let api = begin().await;
    let mut body = document();
    body["file"] = file;
    let answer = ana(&api).await.post(PATH, &body).await;
    assert_eq!(answer.json()["errorDetails"]["file"], json!(rules), "{}", answer.text());
    assert_untouched(&api).await;
}

#[tokio::test]
async fn all_violations_come_in_one_answer() {
    let api = begin().await;
    let body = json!({"document_type_id": 10, "embed_link": "wiki", "document_title": "\u{202e}"});
    let answer = ana(&api).await.post(PATH, &body).await;
    assert_problem(&answer, 400, "invalid-input");
    let details = answer.json()["errorDetails"].clone();
    assert_eq!(details["embed_link"].as_array().unwrap().len(), 2);
    assert!(details["document_description"].is_array() && details["document_title"].is_array(), "{details}");
}

#[tokio::test]
async fn only_who_may_edit_the_automation_attaches() {
    let api = begin().await;
    let body = with_file("plan.pdf", "application/pdf", b"x");
    let bob = api.standard("bob@nordwind.example", None).await;
    assert_problem(&bob.post(PATH, &body).await, 403, "permission-missing");
    assert_eq!(bob.data(PATH).await["totalItems"], 0);
    let eva = api.standard("eva@nordwind.example", Some(api.legal)).await;
    assert_problem(&eva.post(PATH, &body).await, 403, "permission-missing");
    assert_problem(&eva.get(PATH).await, 403, "permission-missing");
    let tenant_level = api.nobody_in_particular().await;
    assert_problem(&tenant_level.post(PATH, &body).await, 403, "submitter-required");
    assert_problem(&tenant_level.get(PATH).await, 403, "submitter-required");
    assert_untouched(&api).await;

    let admin = api.admin().await;
    assert_eq!(admin.post(PATH, &body).await.status, 201);
    assert_eq!(bob.data(PATH).await["totalItems"], 1);
    for path in ["/automations/none/documents", "/automations/99999/documents"] {
        assert_problem(&admin.get(path).await, 404, "not-found");
        assert_problem(&admin.post(path, &body).await, 404, "not-found");
    }
}

#[tokio::test]
async fn documents_are_paged_oldest_first() {
    let api = begin().await;
    let ana = ana(&api).await;
    for number in 1..=3 {
        let mut body = document();
        body["document_title"] = json!(format!("Plan {number}"));
        body["embed_link"] = json!("https://wiki.example");
        assert_eq!(ana.post(PATH, &body).await.status, 201);
    }
    let data = ana.data(&format!("{PATH}?limit=2&offset=1")).await;
    let titles: Vec<_> =
        data["documents"].as_array().unwrap().iter().map(|row| &row["document_title"]).collect();
    assert_eq!(titles, ["Plan 2", "Plan 3"]);
    assert_eq!(
        (&data["totalItems"], &data["totalPages"], &data["pageSize"]),
        (&json!(3), &json!(2), &json!(2))
    );
    assert_problem(&ana.get(&format!("{PATH}?limit=0")).await, 400, "invalid-input");
    assert_eq!(ana.data("/automations/one").await["process_num_documents"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_come_at_once_are_all_counted() {
    let api = begin().await;
    let ana = ana(&api).await;
    let body = with_file("plan.pdf", "application/pdf", b"x");
    let answers = futures_util::future::join_all((0..8).map(|_| ana.post(PATH, &body))).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(ana.data("/automations/one").await["process_num_documents"], 8);
    let id = ana.data(PATH).await["documents"][0]["process_id"].as_i64().unwrap();
    let count = api.hub.app.store.read(api.hub.tenant, move |s| documents::count(s, IdeaId::new(id))).await;
    assert_eq!(count.unwrap(), 8);
}

#[tokio::test]
async fn the_count_stays_when_the_automation_changes() {
    let api = begin().await;
    let ana = ana(&api).await;
    let text = with_file("plan.txt", "text/plain", b"a plan");
    assert_eq!(ana.post(PATH, &text).await.status, 201);
    let renamed = answers("OVR", json!({"OVR-OVERVIEW_NAME": {"value": "Two"}}));
    let filed = json!({"category_id": api.legal.get()});
    for (method, path, body) in
        [(Method::PATCH, "/automations/one", &renamed), (Method::PUT, "/automation/one/categories", &filed)]
    {
        let before = ana.data("/automations/one").await;
        let record = ana.changed(method, path, body).await;
        assert_ne!(record, before, "{path}");
        assert_eq!(record["process_num_documents"], 1, "{path}");
        assert_eq!(ana.data("/automations/one").await, record, "{path}");
        assert_eq!(ana.data("/automations").await["processes"][0]["process_num_documents"], 1, "{path}");
    }
    assert_eq!(ana.post(PATH, &text).await.status, 201);
    assert_eq!(ana.data("/automations/one").await["process_num_documents"], 2);
}

#[tokio::test]
async fn a_document_is_a_change_that_is_followed() {
    let api = begin().await;
    let ana = ana(&api).await;
    let later = NOON.plus_hours(1);
    let changed = format!("/automations?updatedStart={}", later.millis());
    assert_eq!(ana.names(&changed).await, Vec::<String>::new());
    api.hub.clock.set(later);
    assert_eq!(ana.post(PATH, &with_file("Plan.pdf", "application/pdf", b"%PDF-1.7")).await.status, 201);
    assert_eq!(ana.names(&changed).await, ["One"]);
    assert_eq!(ana.data("/automations/one").await["process_updated_epoch"], later.millis());
}
