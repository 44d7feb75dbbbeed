//! The Automation Store: what is published there, and what people say of it.

use automation_hub_domain::{
    id::{PhaseId, StatusId},
    lifecycle::LIVE,
    review::Stars,
    role::STANDARD_USER,
};
use automation_hub_server::{error::Error, services::store_listings};
use automation_hub_storage::audit;
use axum::http::Method;
use serde_json::{Value, json};

use super::{Api, Caller, answer::answers, assert_problem, documents::ana, idea};
use crate::app::{NOON, found_tenant};

const PATH: &str = "/automation-store";
const REVIEWS: &str = "/automation-store/one/reviews";
const LIVE_ONGOING: StatusId = StatusId::new(96);

/// A hub with two live automations of Ana's, One in Accounts payable and Two in Legal, and an idea, Three.
async fn begin() -> Api {
    let api = Api::start().await;
    let ana = api.hub.add_user("ana@nordwind.example", &[STANDARD_USER]).await;
    let live = |name: &str, category| {
        let new = idea(name, ana, category, 0);
        automation_hub_domain::idea::NewIdea { phase: LIVE, status: LIVE_ONGOING, ..new }
    };
    api.add(vec![live("One", api.payables), live("Two", api.legal), idea("Three", ana, api.legal, 0)]).await;
    assert_eq!(LIVE, PhaseId::new(9));
    api
}

async fn publish(caller: &Caller<'_>, key: &str, summary: &str) -> Result<(), Error> {
    store_listings::publish(&caller.api.hub.app, &caller.actor, key, summary.to_owned()).await
}

async fn review(caller: &Caller<'_>, key: &str, stars: i64, comment: &str) -> Result<(), Error> {
    let stars = Stars::new(stars).unwrap();
    store_listings::review(&caller.api.hub.app, &caller.actor, key, stars, comment.to_owned()).await
}

async fn names(caller: &Caller<'_>, path: &str) -> Vec<String> {
    let data = caller.data(path).await;
    let name = |row: &Value| row["process_name"].as_str().unwrap().to_owned();
    data["automations"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_live_automation_is_published_seen_and_withdrawn() {
    let api = begin().await;
    let (ana, bob) = (ana(&api).await, api.standard("bob@nordwind.example", None).await);
    assert_eq!(ana.data("/automations/one").await["process_is_published"], 0);
    assert!(matches!(publish(&ana, "three", "s").await, Err(Error::Conflict(_))));
    assert!(matches!(publish(&ana, "one", " ").await, Err(Error::Invalid(_))));
    assert!(matches!(publish(&bob, "one", "s").await, Err(Error::Forbidden(_))));
    assert!(matches!(publish(&ana, "none", "s").await, Err(Error::NotFound(_))));
    publish(&ana, "one", " Releases invoices ").await.unwrap();
    assert!(matches!(publish(&ana, "one", "s").await, Err(Error::Conflict(_))));

    let data = bob.data(PATH).await;
    assert_eq!((&data["totalItems"], &data["pageSize"]), (&json!(1), &json!(1)));
    let row = &data["automations"][0];
    assert_eq!(
        *row,
        json!({
            "process_id": row["process_id"], "process_slug": "one", "process_name": "One",
            "process_submission_type": 1, "process_is_published": 1, "category_id": api.payables.get(),
            "category_name": "Accounts payable", "owner": null, "store_summary": "Releases invoices",
            "store_rating": null, "store_num_reviews": 0,
            "published_by": {
                "user_id": ana.id().get(), "user_email": "ana@nordwind.example", "user_first_name": "Ana",
                "user_last_name": "Tester"
            },
            "store_published_epoch": NOON.millis()
        })
    );
    assert_eq!(bob.data("/automations/one").await["process_is_published"], 1);
    review(&bob, "one", 5, "Good").await.unwrap();

    store_listings::withdraw(&api.hub.app, &ana.actor, "one").await.unwrap();
    assert!(matches!(
        store_listings::withdraw(&api.hub.app, &ana.actor, "one").await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(names(&bob, PATH).await, Vec::<String>::new());
    assert_eq!(bob.data("/automations/one").await["process_is_published"], 0);
    assert_eq!(bob.data(REVIEWS).await["reviews"], json!([]));
    publish(&ana, "one", "Back").await.unwrap();
    assert_eq!(bob.data(REVIEWS).await["totalItems"], 1);

    let id = row["process_id"].as_i64().unwrap();
    let read = move |s: &mut automation_hub_storage::Session<'_>| audit::list_of_object(s, "idea", id, 20);
    let events = api.hub.app.store.read(api.hub.tenant, read).await.unwrap();
    let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["idea.publish", "idea.withdraw", "idea.review", "idea.publish"]);
}

#[tokio::test]
async fn each_sees_the_store_of_their_categories() {
    let api = begin().await;
    let ana = ana(&api).await;
    publish(&ana, "one", "s").await.unwrap();
    publish(&ana, "two", "s").await.unwrap();
    assert_eq!(names(&ana, PATH).await, ["Two", "One"]);
    assert_eq!(names(&ana, "/automation-store?limit=1&offset=1").await, ["One"]);
    assert_eq!(names(&ana, "/automation-store?search=tWO").await, ["Two"]);
    let bob = api.standard("bob@nordwind.example", Some(api.finance)).await;
    assert_eq!(names(&bob, PATH).await, ["One"]);
    assert_problem(&bob.get("/automation-store/two/reviews").await, 403, "permission-missing");
    assert!(matches!(review(&bob, "two", 5, "").await, Err(Error::Forbidden(_))));
    assert_problem(&api.powerless().await.get(PATH).await, 403, "permission-missing");
    assert_problem(&api.nobody_in_particular().await.get(PATH).await, 403, "submitter-required");
    assert_problem(&ana.get("/automation-store?limit=x").await, 400, "invalid-input");
}

#[tokio::test]
async fn reviews_are_one_for_each_person_the_newest_first() {
    let api = begin().await;
    let (ana, bob) = (ana(&api).await, api.standard("bob@nordwind.example", None).await);
    assert!(matches!(review(&bob, "one", 5, "").await, Err(Error::Conflict(_))));
    assert_eq!(ana.data(REVIEWS).await["reviews"], json!([]));
    publish(&ana, "one", "s").await.unwrap();
    review(&bob, "one", 2, "Slow").await.unwrap();
    api.hub.clock.set(NOON.plus_hours(1));
    review(&ana, "one", 5, " ").await.unwrap();
    api.hub.clock.set(NOON.plus_hours(2));
    review(&bob, "one", 4, "Faster now").await.unwrap();
    assert!(matches!(review(&bob, "one", 4, &"a".repeat(3001)).await, Err(Error::Invalid(_))));
    let data = ana.data(REVIEWS).await;
    assert_eq!(data["totalItems"], 2);
    let rows = &data["reviews"];
    assert_eq!(
        rows[0],
        json!({
            "review_id": rows[0]["review_id"], "review_rating": 4, "review_comment": "Faster now",
            "user": {
                "user_id": bob.id().get(), "user_email": "bob@nordwind.example", "user_first_name": "Bob",
                "user_last_name": "Tester"
            },
            "review_created_epoch": NOON.millis(), "review_updated_epoch": NOON.plus_hours(2).millis()
        })
    );
    assert_eq!((&rows[1]["review_rating"], &rows[1]["review_comment"]), (&json!(5), &json!("")));
    let row = ana.data(PATH).await["automations"][0].clone();
    assert_eq!((&row["store_rating"], &row["store_num_reviews"]), (&json!(4.5), &json!(2)));
    assert_problem(&ana.get("/automation-store/none/reviews").await, 404, "not-found");
}

#[tokio::test]
async fn another_tenants_store_is_not_there() {
    let mut api = begin().await;
    publish(&ana(&api).await, "one", "s").await.unwrap();
    let uuid = uuid::Uuid::from_u128(7);
    api.hub.tenant = found_tenant(&api.hub.database, "solveig", "production", uuid).await;
    let stranger = api.admin().await;
    assert_eq!(names(&stranger, PATH).await, Vec::<String>::new());
    assert_problem(&stranger.get(REVIEWS).await, 404, "not-found");
    assert_problem(&stranger.get("/automation-store/1/reviews").await, 404, "not-found");
    assert!(matches!(review(&stranger, "one", 1, "").await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn a_published_automation_stays_so_when_it_changes() {
    let api = begin().await;
    let ana = ana(&api).await;
    publish(&ana, "one", "Releases invoices").await.unwrap();
    let body = answers("OVR", json!({"OVR-OVERVIEW_DESCRIPTION": {"value": "By machine"}}));
    let record = ana.changed(Method::PATCH, "/automations/one", &body).await;
    assert_eq!(
        (&record["process_description"], &record["process_is_published"]),
        (&json!("By machine"), &json!(1))
    );
    assert_eq!(ana.data("/automations/one").await, record);
    store_listings::withdraw(&api.hub.app, &ana.actor, "one").await.unwrap();
    assert_eq!(ana.data("/automations/one").await["process_is_published"], 0);
}
