//! Session, categories, people and applications; and who may call what.

use automation_hub_domain::{clock::Timestamp, id::ApplicationId};
use automation_hub_storage::applications::{self, NewApplication};
use rstest::rstest;
use serde_json::json;

use super::{Api, assert_problem};

#[tokio::test]
async fn authinfo_tells_tenant_and_person() {
    let api = Api::start().await;
    let caller = api.standard("ana@nordwind.example", None).await;
    let data = caller.data("/authinfo").await;
    assert_eq!(data["type"], "openapi-token");
    assert_eq!(data["tenant"]["tenant_uuid"], "8f3c1b52-6a0e-4d8e-9d7b-2f41c6a0b9e3");
    assert_eq!(data["tenant"]["tenant_company_name"], "Nordwind Group - Production");
    assert_eq!(data["tenant"]["tenant_url"], "http://127.0.0.1:8080/nordwind/production/automationhub_");
    assert_eq!(
        data["user"],
        json!({
            "user_id": caller.id().get(), "user_email": "ana@nordwind.example", "user_first_name": "Ana",
            "user_last_name": "Tester", "user_job_title": null, "user_department": null,
            "user_business_unit": "Not Specified", "user_is_admin": 0, "user_is_active": 1,
            "user_roles": ["ah-standard-user"]
        })
    );
}

#[tokio::test]
async fn a_tenant_level_token_has_no_user_and_reaches_only_what_needs_none() {
    let api = Api::start().await;
    let caller = api.nobody_in_particular().await;
    assert_eq!(caller.data("/authinfo").await["user"], json!(null));
    for path in ["/hierarchy", "/appinventory", "/roles", "/users"] {
        caller.data(path).await;
    }
    for path in ["/automations", "/automations/1"] {
        assert_problem(&caller.get(path).await, 403, "submitter-required");
    }
}

#[rstest]
#[case("/roles")]
#[case("/users")]
#[case("/automations")]
#[case("/automations/1")]
#[tokio::test]
async fn a_user_without_the_permission_is_refused(#[case] path: &str) {
    let api = Api::start().await;
    let answer = api.powerless().await.get(path).await;
    assert_problem(&answer, 403, "permission-missing");
    assert_eq!(
        answer.json()["message"],
        "This user is not permitted to perform this action based on their role."
    );
}

#[tokio::test]
async fn the_hierarchy_nests_categories_and_shows_archived_ones() {
    let api = Api::start().await;
    let data = api.nobody_in_particular().await.data("/hierarchy?page=3").await;
    assert_eq!(
        data["levels"],
        json!([{"category_level_id": 1, "category_level_name": "Business Area", "category_level_slug": "business-area"}])
    );
    let top = data["categories"].as_array().unwrap();
    assert_eq!(top.len(), 3);
    assert_eq!(
        top[0],
        json!({
            "category_id": api.finance.get(), "category_name": "Finance", "category_level_id": 1,
            "category_order_number": 1, "category_is_other": 0, "category_is_active": 1, "category_scope": 3,
            "subcategories": [{
                "category_id": api.payables.get(), "category_name": "Accounts payable", "category_level_id": 2,
                "category_order_number": 1, "category_is_other": 0, "category_is_active": 1, "category_scope": 3,
                "subcategories": []
            }]
        })
    );
    assert_eq!(top[2]["category_is_active"], 0);
}

#[tokio::test]
async fn users_are_found_by_either_spelling_and_paged() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.standard("berta@nordwind.example", Some(api.finance)).await;
    for path in ["/users?s=berta", "/users?search=BERTA%40nord", "/users?search=berta&inviteStatus=active"] {
        let data = caller.data(path).await;
        assert_eq!(data["totalItems"], 1, "{path}");
        assert_eq!(data["users"][0]["user_roles"], json!([{"role_id": 8, "category_id": api.finance.get()}]));
        assert_eq!(data["users"][0]["user_invite_status"], 3);
    }
    let data = caller.data("/users?limit=1&page=2").await;
    assert_eq!(
        (&data["page"], &data["pageSize"], &data["totalItems"], &data["totalPages"]),
        (&json!(2), &json!(1), &json!(2), &json!(2))
    );
    assert_problem(&caller.get("/users?inviteStatus=gone").await, 400, "invalid-input");
    let roles = caller.data("/roles").await;
    assert!(roles["roles"].as_array().unwrap().iter().any(|role| role["role_slug"] == "ah-system-admin"));
}

#[tokio::test]
async fn the_inventory_shows_entries_in_the_mirrored_shape() {
    let api = Api::start().await;
    let new = NewApplication {
        name: "Signicat".into(),
        version: "2026".into(),
        language: "English".into(),
        comments: String::new(),
        is_thin_client: true,
        is_added_by_end_user: false,
        categories: vec![api.legal],
        created_at: Timestamp::from_millis(7),
    };
    let id: ApplicationId =
        api.hub.app.store.write(api.hub.tenant, move |s| applications::insert(s, &new)).await.unwrap();
    let data = api.powerless().await.data("/appinventory?limit=5&unknown=1").await;
    assert_eq!(
        data["applications"],
        json!([{
            "application_id": id.get(), "application_name": "Signicat", "application_version": "2026",
            "application_language": "English", "application_comments": "", "application_code": "signicat-2026",
            "application_is_citrix_client": 1, "application_is_active": 1, "application_added_by_end_user": 0,
            "categoryIds": [api.legal.get()], "application_created_epoch": 7
        }])
    );
}
