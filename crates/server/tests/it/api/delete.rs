//! Removing ideas for good.

use automation_hub_domain::id::{IdeaId, RoleId};
use automation_hub_storage::{
    Session, StorageError,
    ideas::{self, IdeaKey},
};
use axum::{body::Body, http::Method};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, assert_problem};
use crate::app::NOON;

#[rstest]
#[case::with_a_reason(json!({"comment": "Nobody needs it"}), Some(json!({"comment": "Nobody needs it"})))]
#[case::without(json!({}), None)]
#[tokio::test]
async fn a_deleted_idea_is_gone_its_name_free_and_the_trail_has_it(
    #[case] body: Value,
    #[case] reason: Option<Value>,
) {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let id = caller.data("/automations/one").await["process_id"].as_i64().unwrap();
    let path = format!("/automations/{id}");
    let answer = caller.call(Method::DELETE, &path, &body).await;
    assert_eq!(answer.json(), json!({"message": "Success", "statusCode": 200, "data": {"process_id": id}}));
    for path in [path.as_str(), "/automations/one", &format!("{path}/schema")] {
        assert_problem(&caller.get(path).await, 404, "not-found");
    }
    assert_problem(&caller.call(Method::DELETE, &path, &json!({})).await, 404, "not-found");
    assert_eq!(caller.data("/automations").await["totalItems"], 0);
    assert_eq!(caller.data("/automations?search=one").await["totalItems"], 0);
    let (action, _, after) = api.trail(id).await.remove(0);
    assert_eq!((action.as_str(), after), ("idea.delete", reason));
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    assert_eq!(caller.data("/automations/one-2").await["process_name"], "One");
}

#[tokio::test]
async fn no_body_is_needed_but_one_that_is_there_has_to_be_right() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let delete =
        async |body: Body| caller.send(Method::DELETE, "/automations/one", "application/json", body).await;
    assert_problem(&delete(Body::from("{")).await, 400, "malformed-body");
    assert_problem(&delete(Body::from("[]")).await, 400, "malformed-body");
    for body in [json!({"comment": 7}), json!({"comment": "a".repeat(3001)})] {
        let answer = delete(Body::from(body.to_string())).await;
        assert_problem(&answer, 400, "invalid-input");
        assert!(answer.json()["errorDetails"]["comment"].is_array());
    }
    assert_eq!(caller.send(Method::DELETE, "/automations/one", "", Body::empty()).await.status, 200);
}

#[rstest]
#[case(RoleId::new(8), 403)]
#[case(RoleId::new(6), 403)]
#[case(RoleId::new(5), 200)]
#[case(RoleId::new(1), 200)]
#[case(RoleId::new(2), 200)]
#[tokio::test]
async fn it_is_for_administrators_and_program_managers(#[case] role: RoleId, #[case] status: u16) {
    let api = Api::start().await;
    let caller = api.with_roles("paula@nordwind.example", &[role]).await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let answer = caller.call(Method::DELETE, "/automations/one", &json!({})).await;
    assert_eq!(answer.status, status, "{}", answer.text());
    let token = api.nobody_in_particular().await;
    assert_problem(
        &token.call(Method::DELETE, "/automations/one", &json!({})).await,
        403,
        "submitter-required",
    );
}

#[tokio::test]
async fn who_keeps_a_copy_is_told_what_was_deleted_where_they_could_see_it() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["One", "Two", "Three"]).await;
    api.add_ideas(admin.id(), api.legal, &["Four"]).await;
    let mut gone = Vec::new();
    for (hours, slug) in [(1, "two"), (2, "four"), (3, "one")] {
        api.hub.clock.set(NOON.plus_hours(hours));
        let id = admin.data(&format!("/automations/{slug}")).await["process_id"].clone();
        assert_eq!(admin.delete(&format!("/automations/{slug}")).await.status, 200);
        gone.push(json!({"process_id": id, "process_deleted_epoch": NOON.plus_hours(hours).millis()}));
    }
    let page = |total: usize, pages: u64, rows: &[Value]| {
        json!({"page": 1, "pageSize": rows.len(), "totalItems": total, "totalPages": pages,
            "processes": [], "deleted": rows})
    };
    assert_eq!(admin.data("/automations?deleted=1").await, page(3, 1, &gone));
    assert_eq!(admin.data("/automations?deleted=1&limit=2").await, page(3, 2, &gone[..2]));
    let since = NOON.plus_hours(2).millis();
    assert_eq!(
        admin.data(&format!("/automations?Deleted=1&updatedStart={since}")).await,
        page(2, 1, &gone[1..])
    );
    let bob = api.standard("bob@nordwind.example", Some(api.finance)).await;
    assert_eq!(bob.data("/automations?deleted=1").await, page(2, 1, &[gone[0].clone(), gone[2].clone()]));
    assert_eq!(admin.names("/automations?deleted=0").await, ["Three"]);
    let walked = admin.get("/automations?deleted=1&cursor=").await;
    assert_problem(&walked, 400, "invalid-input");
    assert!(walked.json()["errorDetails"]["cursor"].is_array());
    let answer = admin.get("/automations?deleted=yes").await;
    assert_problem(&answer, 400, "invalid-input");
    assert!(answer.json()["errorDetails"]["deleted"].is_array());
}

#[tokio::test]
async fn a_long_list_of_what_was_deleted_is_sent_in_parts() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let names: Vec<_> = (0..1201).map(|n| format!("Idea {n}")).collect();
    api.add_ideas(admin.id(), api.payables, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let delete_all = |s: &mut Session<'_>| {
        for id in 1..=1201 {
            if let Some(idea) = ideas::find_to_change(s, IdeaKey::Id(IdeaId::new(id)))? {
                ideas::delete(s, &idea, NOON.plus_hours(id % 7))?;
            }
        }
        Ok::<_, StorageError>(())
    };
    api.hub.app.store.write(api.hub.tenant, delete_all).await.unwrap();
    let answer = admin.data("/automations?deleted=1&limit=1100&offset=100").await;
    assert_eq!(answer["totalItems"], 1201);
    assert_eq!(answer["processes"], json!([]));
    let rows = answer["deleted"].as_array().unwrap();
    let places: Vec<_> =
        rows.iter().map(|row| (row["process_deleted_epoch"].as_i64(), row["process_id"].as_i64())).collect();
    assert_eq!(places.len(), 1100);
    assert!(places.is_sorted_by(|a, b| a < b), "in their order, none twice");
    let all = admin.data("/automations?deleted=1&limit=5000").await;
    assert_eq!(all["deleted"].as_array().unwrap()[100..1200], rows[..]);
}
