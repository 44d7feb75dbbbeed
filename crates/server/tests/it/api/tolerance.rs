//! What clients in the field send beside the documented forms, and what must not break anything on either engine.

use automation_hub_domain::user::InviteStatus;
use automation_hub_storage::users;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use rstest::rstest;
use serde_json::json;

use super::{Api, assert_problem};
use crate::app::Answer;

#[tokio::test]
async fn a_client_that_counts_pages_and_always_sends_offset_zero_sees_every_page() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.legal, &["One", "Two", "Three"]).await;
    let mut seen = Vec::new();
    for page in 1..=3 {
        seen.extend(caller.names(&format!("/automations?limit=1&offset=0&page={page}")).await);
    }
    assert_eq!(seen, ["Three", "Two", "One"]);
}

/// A published client asks on until `page` is `totalPages`, also after the list shrank under it.
#[rstest]
#[case("page=9&limit=2", 2, 2)]
#[case("offset=400&limit=2", 2, 2)]
#[case("page=9223372036854775807&limit=9223372036854775807", 1, 1)]
#[case("page=2&limit=2", 2, 2)]
#[tokio::test]
async fn a_page_beyond_the_last_ends_a_loop(#[case] query: &str, #[case] page: u64, #[case] pages: u64) {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.legal, &["One", "Two", "Three"]).await;
    let data = caller.data(&format!("/automations?{query}")).await;
    assert_eq!((&data["page"], &data["totalPages"]), (&json!(page), &json!(pages)));
}

#[tokio::test]
async fn what_has_one_value_can_have_no_other_and_is_text() {
    let api = Api::start().await;
    let caller = api.admin().await;
    for (query, field) in
        [("limit=5&limit=6", "limit"), ("perPage=5&perpage=6", "perpage"), ("search=%FF", "search")]
    {
        let answer = caller.get(&format!("/automations?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.json()["errorDetails"][field].is_array(), "{query}: {}", answer.text());
    }
}

#[tokio::test]
async fn repeated_parameters_add_up() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.legal, &["Law"]).await;
    api.add_ideas(caller.id(), api.payables, &["Pay"]).await;
    for query in ["category={l}&category={p}", "category={l},{p}", "category={l}&category_id={p}"] {
        let query = query.replace("{l}", &api.legal.to_string()).replace("{p}", &api.payables.to_string());
        assert_eq!(caller.names(&format!("/automations?{query}")).await.len(), 2, "{query}");
    }
}

#[tokio::test]
async fn pending_users_are_those_with_and_without_a_mail() {
    let api = Api::start().await;
    let caller = api.admin().await;
    for (email, status) in [
        ("mailed@nordwind.example", InviteStatus::Pending),
        ("unsent@nordwind.example", InviteStatus::PendingUnsent),
    ] {
        let id = api.hub.add_user(email, &[]).await;
        let now = crate::app::NOON;
        api.hub
            .app
            .store
            .write(api.hub.tenant, move |s| users::set_invite_status(s, id, status, now))
            .await
            .unwrap();
    }
    let data = caller.data("/users?inviteStatus=pending").await;
    let emails: Vec<_> = data["users"].as_array().unwrap().iter().map(|user| &user["user_email"]).collect();
    assert_eq!(emails, ["mailed@nordwind.example", "unsent@nordwind.example"]);
}

/// One engine can't keep U+0000; on both it is a character like any other that nothing holds.
#[rstest]
#[case("/automations?search=a%00b")]
#[case("/automations?search=a%00b&limit=30000")]
#[case("/automations?bu=a%00")]
#[case("/users?s=a%00b")]
#[tokio::test]
async fn a_nul_character_in_a_query_finds_nothing(#[case] path: &str) {
    let api = Api::start().await;
    assert_eq!(api.admin().await.data(path).await["totalItems"], 0);
}

#[tokio::test]
async fn a_nul_character_in_a_body_is_malformed() {
    let api = Api::start().await;
    let answer = api.admin().await.post("/automationidea", &json!({"process_name": "a\0b"})).await;
    assert_problem(&answer, 400, "malformed-body");
}

#[rstest]
#[case("/automations/%00")]
#[case("/automations/one%00")]
#[case("/automations/%FF")]
#[tokio::test]
async fn a_path_that_can_be_nobodys_is_not_found(#[case] path: &str) {
    let api = Api::start().await;
    assert_problem(&api.admin().await.get(path).await, 404, "not-found");
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over_and_a_coding_refused() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let answer =
        caller.send(Method::POST, "/automationidea", "application/json", Body::from("\u{feff}{}")).await;
    assert_problem(&answer, 400, "invalid-input");
    let request = Request::post("/automationidea")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "gzip")
        .body(Body::from("{}"))
        .unwrap();
    let answer = Answer::of(caller.answer(request).await).await;
    assert_problem(&answer, 415, "content-encoding-unsupported");
}
