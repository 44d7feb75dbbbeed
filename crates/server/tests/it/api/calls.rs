//! Session, categories, people and applications; and who may call what.

use automation_hub_domain::{
    clock::Timestamp,
    id::ApplicationId,
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment},
};
use automation_hub_storage::{
    Session, StorageError,
    applications::{self, NewApplication},
    users,
};
use axum::{
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, STANDARD_USER, assert_problem};
use crate::app::{Answer, NOON};

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
async fn authinfo_never_repeats_a_host_that_isn_t_ours() {
    let api = Api::start().await;
    let caller = api.nobody_in_particular().await;
    for (host, origin) in
        [("evil.test", "http://127.0.0.1:8080"), ("localhost:9000", "http://localhost:9000")]
    {
        let request = Request::get("/authinfo").header(header::HOST, host);
        let answer = caller.answer(request.body(Body::empty()).unwrap()).await;
        let url = Answer::of(answer).await.json()["data"]["tenant"]["tenant_url"].clone();
        assert_eq!(url, format!("{origin}/nordwind/production/automationhub_"), "{host}");
    }
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

/// How many chunks a list's body comes in, and the text of all of them.
async fn chunks(caller: &Caller<'_>, path: &str) -> (usize, Vec<u8>) {
    let answer = caller.answer(Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
    let (mut count, mut text, mut body) = (0, Vec::new(), answer.into_body());
    while let Some(frame) = body.frame().await {
        count += 1;
        text.extend_from_slice(&frame.unwrap().into_data().unwrap());
    }
    (count, text)
}

/// The list with this limit leaves in so many chunks, and holds to the letter what pages of 300 hold.
async fn assert_streams(caller: &Caller<'_>, path: &str, rows: &str, (limit, expected): (usize, usize)) {
    let total = caller.data(&format!("{path}?limit=1")).await["totalItems"].as_u64().unwrap();
    let (count, long) = chunks(caller, &format!("{path}?limit={limit}")).await;
    assert_eq!(count, expected, "{path} {limit}");
    let mut paged: Vec<String> = Vec::new();
    for page in 1..=total.div_ceil(300) {
        let (whole, text) = chunks(caller, &format!("{path}?limit=300&page={page}")).await;
        assert_eq!(whole, 1);
        let text = String::from_utf8(text).unwrap();
        let (_, entries) = text.split_once(&format!("\"{rows}\":[")).unwrap();
        paged.push(entries.strip_suffix("]}}").unwrap().to_owned());
    }
    let opening = format!(
        "{{\"message\":\"Success\",\"statusCode\":200,\"data\":{{\"page\":1,\"pageSize\":{total},\
         \"totalItems\":{total},\"totalPages\":1,\"{rows}\":["
    );
    assert_eq!(String::from_utf8(long).unwrap(), format!("{opening}{}]}}}}", paged.join(",")));
}

#[tokio::test]
async fn a_long_list_of_people_leaves_in_parts_that_read_as_one() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let legal = api.legal;
    let add = |from: usize, to: usize| {
        api.hub.app.store.write(api.hub.tenant, move |s| -> Result<_, StorageError> {
            for n in from..to {
                let user = users::insert(s, &person(&format!("p{n}@nordwind.example")))?;
                let role = RoleAssignment { role: STANDARD_USER, category: (n % 2 == 0).then_some(legal) };
                users::set_role_assignments(s, user, &[role])?;
            }
            Ok(())
        })
    };
    // The administrator is the 500th: the first part is full, and nothing follows.
    add(0, 499).await.unwrap();
    assert_streams(&caller, "/users", "users", (10_000, 2)).await;
    add(499, 1100).await.unwrap();
    assert_streams(&caller, "/users", "users", (2000, 3)).await;
    let (_, part) = chunks(&caller, "/users?limit=600&offset=400").await;
    let part: Value = serde_json::from_slice(&part).unwrap();
    assert_eq!(part["data"]["users"].as_array().unwrap().len(), 600);
}

#[tokio::test]
async fn a_long_inventory_leaves_in_parts_that_read_as_one() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let (finance, legal) = (api.finance, api.legal);
    let add = move |s: &mut Session<'_>| -> Result<_, StorageError> {
        for n in 0..1001 {
            let new = NewApplication {
                name: format!("Tool \"{n}\""),
                version: "1".into(),
                language: "English".into(),
                comments: String::new(),
                is_thin_client: false,
                is_added_by_end_user: false,
                categories: if n % 2 == 0 { vec![finance] } else { vec![finance, legal] },
                created_at: Timestamp::from_millis(7),
            };
            applications::insert(s, &new)?;
        }
        Ok(())
    };
    api.hub.app.store.write(api.hub.tenant, add).await.unwrap();
    assert_streams(&caller, "/appinventory", "applications", (30_000, 3)).await;
}

fn person(email: &str) -> NewUser {
    NewUser {
        email: Email::parse(email).unwrap(),
        profile: Profile { first_name: "Pat".into(), last_name: "Tester".into(), ..Profile::default() },
        is_active: true,
        invite_status: InviteStatus::Active,
        password_hash: None,
        created_at: NOON,
    }
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
