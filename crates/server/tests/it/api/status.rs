//! Moving ideas between phases and statuses.

use automation_hub_domain::{
    id::{IdeaId, RoleId},
    idea::SubmissionType,
};
use automation_hub_storage::ideas::{self, IdeaFilter, IdeaKey};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, STANDARD_USER, SYSTEM_ADMIN, answer::answers, assert_problem, idea};

const IDEA_APPROVER: RoleId = RoleId::new(6);
const PROGRAM_MANAGER: RoleId = RoleId::new(5);

/// An idea of somebody else awaiting its review, and its id.
async fn waiting(api: &Api) -> i64 {
    let omar = api.hub.add_user("omar@nordwind.example", &[STANDARD_USER]).await;
    api.add_ideas(omar, api.payables, &["One"]).await;
    id_of(api, "one").await
}

async fn id_of(api: &Api, slug: &'static str) -> i64 {
    let find = move |s: &mut automation_hub_storage::Session<'_>| ideas::find(s, IdeaKey::Slug(slug));
    api.hub.app.store.read(api.hub.tenant, find).await.unwrap().unwrap().id.get()
}

async fn status_of(api: &Api, id: i64) -> i64 {
    let find =
        move |s: &mut automation_hub_storage::Session<'_>| ideas::find(s, IdeaKey::Id(IdeaId::new(id)));
    api.hub.app.store.read(api.hub.tenant, find).await.unwrap().unwrap().status.get()
}

async fn moved(caller: &Caller<'_>, id: i64, status: i64) -> u16 {
    let answer =
        caller.post("/automations/status", &json!({"process_id": id, "phase_status_id": status})).await;
    if answer.status == 201 {
        assert_eq!(
            answer.json(),
            json!({"message": "Resource Updated", "statusCode": 201, "data": {"message": "Sync Successful."}})
        );
    } else {
        assert_problem(&answer, 403, "permission-missing");
    }
    answer.status.as_u16()
}

#[tokio::test]
async fn a_move_changes_phase_and_status_counts_and_the_trail() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let caller = api.admin().await;
    assert_eq!(moved(&caller, id, 53).await, 201);
    let record = caller.data(&format!("/automations/{id}")).await;
    assert_eq!((&record["process_phase_id"], &record["process_phase_status_id"]), (&json!(2), &json!(53)));
    assert_eq!(
        (&record["phase_key"], &record["phase_status_name"]),
        (&json!("ASSESSMENT"), &json!("In Progress"))
    );
    assert_eq!(caller.data("/automations?status=46").await["totalItems"], 0);
    assert_eq!(caller.data("/automations?status=53").await["totalItems"], 1);
    let (action, before, after) = api.trail(id).await.remove(0);
    assert_eq!(
        (action.as_str(), before, after),
        ("idea.move", Some(json!({"status": 46})), Some(json!({"status": 53})))
    );
    assert_eq!(moved(&caller, id, 53).await, 201, "where it is already it may be sent");
    assert_eq!(api.trail(id).await.len(), 1, "and nothing is written of it");
}

#[tokio::test]
async fn variables_name_a_place_as_well() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let caller = api.admin().await;
    for (status, expected) in [("ARCHIVED", 89), ("ASSESSMENT_NOT_STARTED", 51)] {
        let body = json!({"process_id": id, "phase_variable": "ASSESSMENT", "status_variable": status});
        assert_eq!(caller.post("/automations/status", &body).await.status, 201);
        assert_eq!(status_of(&api, id).await, expected);
    }
    for status in ["IN_PROGRESS", "DEVELOPMENT_IN_PROGRESS", "ON_TRACK"] {
        let body = json!({"process_id": id, "phase_variable": "DEVELOPMENT", "status_variable": status});
        let answer = caller.post("/automations/status", &body).await;
        assert_eq!(answer.status, 201, "{status}: {}", answer.text());
        assert_eq!(status_of(&api, id).await, 71);
    }
}

#[tokio::test]
async fn id_and_variables_together_have_to_name_one_place() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let caller = api.admin().await;
    let with = |more: Value| {
        let mut body = json!({"process_id": id, "phase_status_id": 53});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (more, field) in [
        (json!({"phase_variable": "DEVELOPMENT", "status_variable": "IN_PROGRESS"}), "phase_variable"),
        (json!({"phase_variable": "DEVELOPMENT"}), "phase_variable"),
        (json!({"phase_variable": "ASSESSMENT", "status_variable": "NOT_STARTED"}), "status_variable"),
        (json!({"status_variable": "NONE_SUCH"}), "status_variable"),
        (json!({"status_variable": 53}), "status_variable"),
    ] {
        let answer = caller.post("/automations/status", &with(more)).await;
        assert_problem(&answer, 400, "invalid-input");
        assert_eq!(answer.json()["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), [field]);
        assert_eq!(status_of(&api, id).await, 46);
    }
    for more in [
        json!({"phase_variable": "ASSESSMENT", "status_variable": "IN_PROGRESS"}),
        json!({"phase_variable": "ASSESSMENT", "status_variable": "ASSESSMENT_IN_PROGRESS"}),
        json!({"phase_variable": "ASSESSMENT"}),
        json!({"phase_variable": null, "status_variable": ""}),
    ] {
        let answer = caller.post("/automations/status", &with(more)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(status_of(&api, id).await, 53);
}

#[tokio::test]
async fn an_approver_moves_along_the_transitions_only() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let approver = api.with_roles("petra@nordwind.example", &[IDEA_APPROVER]).await;
    assert_eq!(moved(&approver, id, 48).await, 201, "rejects");
    assert_eq!(moved(&approver, id, 46).await, 201, "opens it again");
    assert_eq!(moved(&approver, id, 96).await, 403, "no transition leads to Live");
    name_owner(&api, id).await;
    assert_eq!(moved(&approver, id, 51).await, 201, "passes it on");
    assert_eq!(moved(&approver, id, 53).await, 403, "the assessment is the owner's");
    assert_eq!(status_of(&api, id).await, 51);
}

async fn name_owner(api: &Api, id: i64) {
    let owner = answers("OVR", json!({"OVR-PROCESS_OWNER": {"value": "omar@nordwind.example"}}));
    let admin = api.with_roles("ada@nordwind.example", &[SYSTEM_ADMIN]).await;
    let named = admin.call(Method::PATCH, &format!("/automations/{id}"), &owner).await;
    assert_eq!(named.status, 200, "{}", named.text());
}

#[tokio::test]
async fn an_idea_is_approved_once_somebody_owns_it() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let approver = api.with_roles("petra@nordwind.example", &[IDEA_APPROVER]).await;
    for (place, field) in [
        (json!({"phase_status_id": 47}), "phase_status_id"),
        (json!({"phase_status_id": 51}), "phase_status_id"),
        (json!({"phase_variable": "ASSESSMENT", "status_variable": "NOT_STARTED"}), "status_variable"),
    ] {
        let mut body = place;
        body["process_id"] = json!(id);
        let answer = approver.post("/automations/status", &body).await;
        assert_problem(&answer, 400, "invalid-input");
        let told = answer.json()["errorDetails"].clone();
        assert_eq!(told, json!({field: ["A process owner has to be named first."]}), "{body}");
        assert_eq!(status_of(&api, id).await, 46);
    }
    name_owner(&api, id).await;
    assert_eq!(moved(&approver, id, 47).await, 201, "approves");
    assert_eq!(moved(&approver, id, 51).await, 201, "passes it on");
}

#[tokio::test]
async fn who_may_force_a_status_approves_an_idea_that_nobody_owns() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let manager = api.with_roles("mara@nordwind.example", &[PROGRAM_MANAGER]).await;
    assert_eq!(moved(&manager, id, 47).await, 201);
    assert_eq!(moved(&manager, id, 51).await, 201);
}

#[tokio::test]
async fn the_owner_assesses_and_hands_in_but_goes_no_further() {
    let api = Api::start().await;
    let owner = api.standard("ana@nordwind.example", None).await;
    let admin = api.admin().await;
    let mut new = idea("One", admin.id(), api.payables, 0);
    new.owner = Some(owner.id());
    api.add(vec![new]).await;
    let id = id_of(&api, "one").await;
    assert_eq!(moved(&owner, id, 51).await, 403);
    assert_eq!(moved(&admin, id, 51).await, 201);
    assert_eq!(moved(&owner, id, 53).await, 201);
    assert_eq!(moved(&owner, id, 54).await, 201);
    assert_eq!(moved(&owner, id, 56).await, 403);
}

#[tokio::test]
async fn whoever_may_force_a_status_needs_no_transition() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let manager = api.with_roles("mia@nordwind.example", &[PROGRAM_MANAGER]).await;
    for status in [96, 46, 88, 71] {
        assert_eq!(moved(&manager, id, status).await, 201, "{status}");
    }
}

#[tokio::test]
async fn who_is_only_a_user_moves_nothing_not_even_their_own() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    api.add_ideas(ana.id(), api.payables, &["Mine"]).await;
    let id = id_of(&api, "mine").await;
    assert_eq!(moved(&ana, id, 47).await, 403);
    assert_eq!(moved(&ana, id, 999).await, 403, "and learns of no status either");
    assert_problem(
        &api.powerless().await.post("/automations/status", &json!({})).await,
        403,
        "permission-missing",
    );
    let token = api.nobody_in_particular().await;
    assert_problem(&token.post("/automations/status", &json!({})).await, 403, "submitter-required");
}

#[tokio::test]
async fn the_idea_is_named_by_its_slug_too() {
    let api = Api::start().await;
    let id = waiting(&api).await;
    let admin = api.admin().await;
    let slug = admin.data(&format!("/automations/{id}")).await["process_slug"].clone();
    let moved = admin.post("/automations/status", &json!({"process_id": slug, "phase_status_id": 47})).await;
    assert_eq!((moved.status.as_u16(), status_of(&api, id).await), (201, 47), "{}", moved.text());
    for (key, status, kind) in [
        (json!("nothing-like-it"), 404, "not-found"),
        (json!(id.to_string()), 400, "invalid-input"),
        (json!(" "), 400, "invalid-input"),
        (json!(1.5), 400, "invalid-input"),
    ] {
        let refused =
            admin.post("/automations/status", &json!({"process_id": key, "phase_status_id": 46})).await;
        assert_problem(&refused, status, kind);
        assert!(refused.json()["errorDetails"]["process_id"].is_array(), "{}", refused.text());
    }
}

#[rstest]
#[case(json!({}), 400, &["phase_status_id", "process_id"])]
#[case(json!({"process_id": "1", "phase_status_id": 47.5}), 400, &["phase_status_id", "process_id"])]
#[case(json!({"process_id": ID, "phase_status_id": "IDEA_APPROVED"}), 400, &["phase_status_id"])]
#[case(json!({"process_id": ID, "phase_status_id": 999}), 400, &["phase_status_id"])]
#[case(json!({"process_id": ID, "phase_status_id": 100}), 400, &["phase_status_id"])]
#[case(json!({"process_id": ID, "phase_variable": "IDEA"}), 400, &["status_variable"])]
#[case(json!({"process_id": ID, "phase_variable": "IDEA", "status_variable": "ONGOING"}), 400, &["status_variable"])]
#[case(json!({"process_id": 999, "phase_status_id": 47}), 404, &["process_id"])]
#[tokio::test]
async fn what_is_wrong_is_named(#[case] mut body: Value, #[case] status: u16, #[case] fields: &[&str]) {
    let api = Api::start().await;
    let id = waiting(&api).await;
    if body["process_id"] == ID {
        body["process_id"] = id.into();
    }
    let answer = api.admin().await.post("/automations/status", &body).await;
    assert_problem(&answer, status, if status == 404 { "not-found" } else { "invalid-input" });
    let json = answer.json();
    assert_eq!(json["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), fields);
    assert_eq!(status_of(&api, id).await, 46);
}

const ID: &str = "the idea's";

#[tokio::test]
async fn a_scoped_role_moves_only_what_lies_in_its_category() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.legal, &["Law"]).await;
    let user = api.hub.add_user("sara@nordwind.example", &[]).await;
    let (legal, finance) = (api.legal, api.finance);
    let role = |category| automation_hub_domain::user::RoleAssignment {
        role: SYSTEM_ADMIN,
        category: Some(category),
    };
    for (category, outcome) in [(finance, 403), (legal, 201)] {
        let set = move |s: &mut automation_hub_storage::Session<'_>| {
            automation_hub_storage::users::set_role_assignments(s, user, &[role(category)])
        };
        api.hub.app.store.write(api.hub.tenant, set).await.unwrap();
        let sara = api.user(user).await;
        assert_eq!(moved(&sara, id_of(&api, "law").await, 47).await, outcome);
    }
    let count = move |s: &mut automation_hub_storage::Session<'_>| {
        ideas::count(
            s,
            &IdeaFilter {
                submission_types: Some(vec![SubmissionType::EmployeeDriven]),
                ..IdeaFilter::default()
            },
        )
    };
    assert_eq!(api.hub.app.store.read(api.hub.tenant, count).await.unwrap(), 1);
}
