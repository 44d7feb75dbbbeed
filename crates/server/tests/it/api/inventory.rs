//! The application inventory: searching it, changing it, deleting from it.

use automation_hub_domain::id::{ApplicationId, RoleId};
use automation_hub_storage::{
    StorageError,
    applications::{self, NewApplication},
    categories,
};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Api, Caller, SYSTEM_ADMIN, assert_problem, idea, node};
use crate::app::{NOON, found_tenant};

fn entry(api: &Api, name: &str, version: &str) -> Value {
    json!({"application_id": null, "application_name": name, "application_version": version,
        "application_language": "English", "categoryIds": [api.finance.get()]})
}

fn with(mut entry: Value, change: Value) -> Value {
    let Value::Object(members) = change else { panic!("an object is needed") };
    entry.as_object_mut().unwrap().extend(members);
    entry
}

async fn save(caller: &Caller<'_>, rows: Value) -> Vec<Value> {
    let answer = caller.put("/appinventory", &rows).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["message"], "Resource Updated");
    answer.json()["data"]["applications"].as_array().unwrap().clone()
}

fn id(entry: &Value) -> i64 {
    entry["application_id"].as_i64().unwrap()
}

async fn codes(caller: &Caller<'_>, path: &str) -> Vec<String> {
    let data = caller.data(path).await;
    let code = |entry: &Value| entry["application_code"].as_str().unwrap().to_owned();
    data["applications"].as_array().unwrap().iter().map(code).collect()
}

#[tokio::test]
async fn entries_are_added_and_changed_in_one_call() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let added = save(&admin, json!([entry(&api, "SAP GUI", "8.00")])).await;
    let change = json!({"application_id": id(&added[0]), "application_version": "8.10",
        "application_is_citrix_client": 1, "application_comments": "Terminal server",
        "categoryIds": [api.legal.get(), api.finance.get(), api.legal.get()]});
    let rows =
        json!({"applications": [with(entry(&api, "SAP GUI", ""), change), entry(&api, "Excel", "365")]});
    let saved = save(&admin, rows).await;
    assert_eq!(
        saved[0],
        json!({
            "application_id": id(&added[0]), "application_name": "SAP GUI", "application_version": "8.10",
            "application_language": "English", "application_comments": "Terminal server",
            "application_code": "sap-gui-8.10", "application_is_citrix_client": 1, "application_is_active": 1,
            "application_added_by_end_user": 0, "categoryIds": [api.finance.get(), api.legal.get()],
            "application_created_epoch": NOON.millis()
        })
    );
    assert_eq!(codes(&admin, "/appinventory").await, ["excel-365", "sap-gui-8.10"]);
    assert_eq!(save(&admin, json!(saved)).await, saved, "its own answer changes nothing");
    let actions = api.actions("application", id(&added[0])).await;
    assert_eq!(actions, ["application.create", "application.edit"]);
    assert_eq!(api.actions("application", id(&saved[1])).await, ["application.create"]);
}

#[tokio::test]
async fn what_is_left_out_of_a_change_stays() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let full =
        json!({"application_comments": "Old", "application_is_citrix_client": 1, "application_is_active": 0});
    let added = save(&admin, json!([with(entry(&api, "Jira", "Cloud"), full)])).await;
    assert_eq!(added[0]["application_is_active"], 0);
    let again = with(entry(&api, "Jira", "Cloud"), json!({"application_id": id(&added[0])}));
    assert_eq!(save(&admin, json!([again])).await, added);
}

#[tokio::test]
async fn one_that_is_there_by_name_and_version_is_not_added_twice() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let added = save(&admin, json!([entry(&api, "SAP GUI", "8.00")])).await;
    let again = with(entry(&api, " sap  gui", "8.00"), json!({"application_language": "German"}));
    let saved = save(&admin, json!([again])).await;
    assert_eq!((id(&saved[0]), &saved[0]["application_language"]), (id(&added[0]), &json!("German")));
    assert_eq!(codes(&admin, "/appinventory").await.len(), 1);
}

#[tokio::test]
async fn name_and_version_of_another_entry_are_refused() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let rows = save(&admin, json!([entry(&api, "SAP GUI", "8.00"), entry(&api, "Excel", "365")])).await;
    let renamed =
        with(rows[1].clone(), json!({"application_name": "SAP GUI", "application_version": "8.00"}));
    let answer = admin.put("/appinventory", &json!([renamed])).await;
    assert_problem(&answer, 400, "invalid-input");
    let told = format!("Application {} has this name and version already.", id(&rows[0]));
    assert_eq!(answer.json()["errorDetails"], json!({"0/application_name": [told]}));

    let twice = json!([entry(&api, "Jira", "Cloud"), entry(&api, "JIRA", "cloud"), rows[0], rows[0]]);
    let answer = admin.put("/appinventory", &twice).await;
    assert_problem(&answer, 400, "invalid-input");
    let pointers: Vec<_> = answer.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pointers, ["#/1/application_name", "#/3/application_id", "#/3/application_name"]);
    assert_eq!(codes(&admin, "/appinventory").await.len(), 2, "all or nothing");

    let swapped = json!([
        with(rows[0].clone(), json!({"application_name": "Excel", "application_version": "365"})),
        with(rows[1].clone(), json!({"application_name": "Word", "application_version": "365"})),
    ]);
    assert_problem(&admin.put("/appinventory", &swapped).await, 400, "invalid-input");
}

#[test]
fn the_schema_of_a_row_takes_what_the_list_shows() {
    let document = serde_json::to_value(automation_hub_server::api::router::document()).unwrap();
    let row = &document["components"]["schemas"]["ApplicationRequest"]["properties"];
    for member in ["application_version", "application_language"] {
        assert_eq!(
            (&row[member]["maxLength"], &row[member]["minLength"]),
            (&json!(50), &json!(null)),
            "{row}"
        );
        assert_eq!(row[member]["pattern"], row["application_comments"]["pattern"], "as of what may be empty");
    }
    assert_eq!(row["categoryIds"]["minItems"], json!(null));
}

#[rstest]
#[case(json!({"application_id": 99_999}), "0/application_id", "There is no such application.")]
#[case(json!({"application_id": "1"}), "0/application_id", "A whole number is needed.")]
#[case(json!({"application_name": " "}), "0/application_name", "This is required.")]
#[case(json!({"application_name": "x".repeat(101)}), "0/application_name", "At most 100 characters; this has 101.")]
#[case(json!({"application_version": null}), "0/application_version", "This is required.")]
#[case(json!({"application_version": "\u{200b}"}), "0/application_version", "This is required.")]
#[case(json!({"application_version": 8}), "0/application_version", "A text is needed.")]
#[case(json!({"application_language": "a\u{7}b"}), "0/application_language", "Control and text-direction characters aren't allowed.")]
#[case(json!({"categoryIds": []}), "0/categoryIds", "At least one category is needed.")]
#[case(json!({"categoryIds": null}), "0/categoryIds", "This is required.")]
#[case(json!({"categoryIds": 7}), "0/categoryIds", "A list is needed.")]
#[case(json!({"categoryIds": ["1"]}), "0/categoryIds/0", "A whole number is needed.")]
#[case(json!({"categoryIds": [1, 99_999]}), "0/categoryIds/1", "There is no such category.")]
#[case(json!({"application_is_active": "yes"}), "0/application_is_active", "0 or 1 is needed.")]
#[tokio::test]
async fn what_is_wrong_with_a_row_is_named(#[case] change: Value, #[case] field: &str, #[case] rule: &str) {
    let api = Api::start().await;
    let admin = api.admin().await;
    let rows = json!([with(entry(&api, "Jira", "Cloud"), change), entry(&api, "Excel", "365")]);
    let answer = admin.put("/appinventory", &rows).await;
    assert_problem(&answer, 400, "invalid-input");
    let json = answer.json();
    assert_eq!(json["errors"], json!([{"pointer": format!("#/{field}"), "detail": rule}]));
    assert_eq!(json["errorDetails"][field], json!([rule]));
    assert!(codes(&admin, "/appinventory").await.is_empty(), "all or nothing");
}

#[tokio::test]
async fn every_row_tells_its_own_mistakes() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let rows =
        json!([7, entry(&api, "Excel", "365"), with(entry(&api, "", "1"), json!({"categoryIds": [77]}))]);
    let answer = admin.put("/appinventory", &rows).await;
    assert_problem(&answer, 400, "invalid-input");
    let json = answer.json();
    let fields: Vec<_> = json["errorDetails"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["0", "2/application_name", "2/categoryIds/0"]);
    let answer = admin.put("/appinventory", &json!({"rows": []})).await;
    assert!(answer.json()["errorDetails"]["applications"].is_array(), "{}", answer.text());
    assert_problem(&admin.put("/appinventory", &json!("Excel")).await, 400, "malformed-body");
}

#[tokio::test]
async fn the_inventory_is_searched() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let rows = [("SAP GUI", "8.00"), ("SAP Ariba", "2602"), ("Körber WMS", "9.4"), ("100% Office", "1_2")];
    let rows: Vec<_> = rows.iter().map(|(name, version)| entry(&api, name, version)).collect();
    save(&admin, json!(rows)).await;
    for (query, expected) in [
        ("search=sap", vec!["sap-ariba-2602", "sap-gui-8.00"]),
        ("s=GUI+8.0", vec!["sap-gui-8.00"]),
        ("search=sap-gui", vec!["sap-gui-8.00"]),
        ("search=K%C3%96RBER", vec!["körber-wms-9.4"]),
        ("search=%25", vec!["100%-office-1_2"]),
        ("search=1_2", vec!["100%-office-1_2"]),
        ("search=none", vec![]),
        ("search=sap&limit=1&page=2", vec!["sap-gui-8.00"]),
    ] {
        assert_eq!(codes(&admin, &format!("/appinventory?{query}")).await, expected, "{query}");
    }
    assert_eq!(admin.data("/appinventory?search=sap&limit=1").await["totalItems"], 2);
}

#[tokio::test]
async fn every_entry_can_be_sent_back_as_it_was_read() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let scant = NewApplication {
        name: "Named in an idea".into(),
        version: String::new(),
        language: String::new(),
        comments: String::new(),
        is_thin_client: false,
        is_added_by_end_user: true,
        categories: Vec::new(),
        created_at: NOON,
    };
    api.hub.app.store.write(api.hub.tenant, move |s| applications::insert(s, &scant)).await.unwrap();
    save(&admin, json!([entry(&api, "Excel", "365")])).await;
    let read = admin.data("/appinventory").await["applications"].clone();
    assert_eq!(Value::from(save(&admin, read.clone()).await), read);
    let [full, scant] = read.as_array().unwrap().as_slice() else { panic!("{read}") };
    let empty = json!({"application_version": "", "application_language": " ", "categoryIds": []});
    let answer = admin.put("/appinventory", &json!([scant, with(full.clone(), empty)])).await;
    assert_problem(&answer, 400, "invalid-input");
    let wrong = answer.json()["errorDetails"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(wrong, ["1/application_language", "1/application_version", "1/categoryIds"]);
}

async fn add_idea_with(api: &Api, caller: &Caller<'_>, application: i64) {
    let mut new = idea("Uses it", caller.id(), api.finance, 0);
    new.content.applications = vec![ApplicationId::new(application)];
    api.add(vec![new]).await;
}

#[tokio::test]
async fn an_entry_is_deleted_unless_ideas_name_it() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let rows = save(&admin, json!([entry(&api, "Excel", "365"), entry(&api, "Jira", "Cloud")])).await;
    let path = format!("/appinventory/{}", id(&rows[0]));
    let answer = admin.delete(&path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["data"], json!({"application_id": id(&rows[0])}));
    assert_eq!(codes(&admin, "/appinventory").await, ["jira-cloud"]);
    assert_eq!(api.actions("application", id(&rows[0])).await, ["application.create", "application.delete"]);
    for gone in [path.as_str(), "/appinventory/99999", "/appinventory/x"] {
        assert_problem(&admin.delete(gone).await, 404, "not-found");
    }

    let path = format!("/appinventory/{}", id(&rows[1]));
    add_idea_with(&api, &admin, id(&rows[1])).await;
    let answer = admin.delete(&path).await;
    assert_problem(&answer, 409, "conflict");
    assert!(answer.json()["message"].as_str().unwrap().contains("application_is_active"));
    assert_eq!(admin.data("/appinventory").await["applications"][0], rows[1], "nothing of it is gone");
}

#[tokio::test]
async fn only_who_manages_the_inventory_changes_it() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let rows = save(&admin, json!([entry(&api, "Excel", "365")])).await;
    let path = format!("/appinventory/{}", id(&rows[0]));
    let manager = api.person("paula@nordwind.example", &[(RoleId::new(5), None)]).await;
    for caller in [manager, api.powerless().await] {
        let answer = caller.put("/appinventory", &json!([])).await;
        assert_problem(&answer, 403, "permission-missing");
        assert_eq!(
            answer.json()["message"],
            "This user is not permitted to perform this action based on their role."
        );
        assert_problem(&caller.delete(&path).await, 403, "permission-missing");
    }
    let token = api.nobody_in_particular().await;
    assert_problem(&token.put("/appinventory", &json!([])).await, 403, "submitter-required");
    assert_problem(&token.delete(&path).await, 403, "submitter-required");
}

#[tokio::test]
async fn who_manages_one_category_leaves_the_others_alone() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let legal = with(entry(&api, "Veeam", "12"), json!({"categoryIds": [api.legal.get()]}));
    let both =
        with(entry(&api, "Excel", "365"), json!({"categoryIds": [api.legal.get(), api.finance.get()]}));
    let rows = save(&admin, json!([legal, both])).await;
    let fay = api.person("fay@nordwind.example", &[(SYSTEM_ADMIN, Some(api.finance))]).await;
    for row in [
        rows[0].clone(),
        rows[1].clone(),
        with(rows[0].clone(), json!({"categoryIds": [api.finance.get()]})),
        with(entry(&api, "Word", "1"), json!({"categoryIds": [api.legal.get()]})),
        with(entry(&api, "Veeam", "12"), json!({})),
    ] {
        assert_problem(&fay.put("/appinventory", &json!([row])).await, 403, "permission-missing");
    }
    let path = |row: &Value| format!("/appinventory/{}", id(row));
    assert_problem(&fay.delete(&path(&rows[1])).await, 403, "permission-missing");
    let own = with(entry(&api, "Kofax", "7"), json!({"categoryIds": [api.payables.get()]}));
    let own = save(&fay, json!([own])).await;
    assert_eq!(fay.delete(&path(&own[0])).await.status, 200);
}

#[tokio::test]
async fn another_tenants_entries_and_categories_are_none() {
    let api = Api::start().await;
    let other = found_tenant(&api.hub.database, "suedwind", "test", Uuid::from_u128(2)).await;
    let new = NewApplication {
        name: "Excel".into(),
        version: "365".into(),
        language: "German".into(),
        comments: String::new(),
        is_thin_client: false,
        is_added_by_end_user: false,
        categories: Vec::new(),
        created_at: NOON,
    };
    let (theirs, category) = api
        .hub
        .app
        .store
        .write(other, move |s| -> Result<_, StorageError> {
            Ok((applications::insert(s, &new)?, categories::insert(s, &node("Theirs", None, 1))?))
        })
        .await
        .unwrap();
    let admin = api.admin().await;
    let row = with(
        entry(&api, "Jira", "1"),
        json!({"application_id": theirs.get(), "categoryIds": [category.get()]}),
    );
    let answer = admin.put("/appinventory", &json!([row])).await;
    assert_problem(&answer, 400, "invalid-input");
    let json = answer.json();
    let fields: Vec<_> = json["errorDetails"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["0/application_id", "0/categoryIds/0"]);
    assert_problem(&admin.delete(&format!("/appinventory/{theirs}")).await, 404, "not-found");
    assert_ne!(id(&save(&admin, json!([entry(&api, "Excel", "365")])).await[0]), theirs.get());
    let found = api.hub.app.store.read(other, move |s| applications::find(s, theirs)).await.unwrap().unwrap();
    assert_eq!(found.language, "German");
}

#[tokio::test]
async fn two_who_add_the_same_entry_at_once_get_one() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let rows = json!([entry(&api, "Excel", "365")]);
    let answers = tokio::join!(admin.put("/appinventory", &rows), admin.put("/appinventory", &rows));
    for status in [answers.0.status.as_u16(), answers.1.status.as_u16()] {
        assert!(matches!(status, 201 | 409), "{status}");
    }
    assert_eq!(codes(&admin, "/appinventory").await, ["excel-365"]);
}
