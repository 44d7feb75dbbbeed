//! People who work on an automation: listed, added, removed, and what their roles let them do.

use automation_hub_domain::{
    id::{RoleId, UserId},
    role::STANDARD_USER,
};
use automation_hub_storage::users;
use axum::{body::Body, http::Method};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, assert_problem, documents};
use crate::app::NOON;

const PATH: &str = "/automations/one/collaborators";
const LIST: &str = "/automations/collaborators?id=one";
const PROJECT_MANAGER: i64 = 11;
const BUSINESS_ANALYST: i64 = 16;
const SELF_USER: i64 = 12;

fn named(email: &str, role: i64) -> Value {
    json!({"user_email": email, "role_id": role})
}

fn body(collaborators: &[Value]) -> Value {
    json!({ "collaborators": collaborators })
}

fn entry(id: UserId, name: &str, (role, slug, title): (i64, &str, &str)) -> Value {
    json!({
        "user_id": id.get(), "user_email": format!("{}@nordwind.example", name.to_lowercase()),
        "user_first_name": name, "user_last_name": "Tester",
        "role_id": role, "role_slug": slug, "role_name": title
    })
}

const SUBMITS: (i64, &str, &str) = (9, "ah-submitter", "Submitter");
const OWNS: (i64, &str, &str) = (10, "ah-process-owner", "Process Owner");
const BUILDS: (i64, &str, &str) = (12, "ah-citizen-developer-self-user", "Citizen Developer – Self User");
const ANALYSES: (i64, &str, &str) = (16, "ah-business-analyst", "Business Analyst");

/// A hub with Ana's idea One, and Mia.
async fn begin() -> (Api, UserId) {
    let api = documents::begin().await;
    let mia = api.hub.add_user("mia@nordwind.example", &[STANDARD_USER]).await;
    (api, mia)
}

#[tokio::test]
async fn people_are_added_listed_and_removed_and_records_show_them() {
    let (api, mia) = begin().await;
    let ana = documents::ana(&api).await;
    let submitter = entry(ana.id(), "Ana", SUBMITS);
    assert_eq!(ana.data(LIST).await, json!({"collaborators": [submitter]}));

    api.hub.clock.set(NOON.plus_days(1));
    let by_slug = json!({"user_id": mia.get(), "role_slug": "business-analyst"});
    let asked = body(&[by_slug, named("MIA@nordwind.example", SELF_USER)]);
    let answer = ana.post(PATH, &asked).await;
    let all = json!({"collaborators": [submitter, entry(mia, "Mia", BUILDS), entry(mia, "Mia", ANALYSES)]});
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json(), json!({"message": "Resource Created", "statusCode": 201, "data": all}));
    for path in [LIST, "/collaborators?collaborators=one", "/collaborators?id=one"] {
        assert_eq!(ana.data(path).await, all, "{path}");
    }
    let added = [entry(mia, "Mia", BUILDS), entry(mia, "Mia", ANALYSES)];
    let record = ana.data("/automations/one").await;
    assert_eq!((&record["collaborators"], &record["process_num_collaborators"]), (&json!(added), &json!(1)));
    assert_eq!(record["process_updated_epoch"], NOON.plus_days(1).millis());
    assert_eq!(ana.data("/automations").await["processes"], json!([record]));

    let id = record["process_id"].as_i64().unwrap();
    let as_event = |roles: &[i64]| {
        let each: Vec<_> = roles.iter().map(|role| json!({"user": mia.get(), "role": role})).collect();
        Some(json!({ "collaborators": each }))
    };
    let gone = ana.call(Method::DELETE, PATH, &body(&[named("mia@nordwind.example", SELF_USER)])).await;
    assert_eq!(gone.status, 200, "{}", gone.text());
    assert_eq!(gone.json()["data"], json!({"collaborators": [submitter, entry(mia, "Mia", ANALYSES)]}));
    let all_roles = body(&[json!({"user_id": mia.get()})]);
    assert_eq!(ana.call(Method::DELETE, PATH, &all_roles).await.status, 200);
    let record = ana.data("/automations/one").await;
    assert_eq!((&record["collaborators"], &record["process_num_collaborators"]), (&json!([]), &json!(0)));
    assert_eq!(
        api.trail(id).await,
        [
            ("idea.remove-collaborators".to_owned(), as_event(&[16]), None),
            ("idea.remove-collaborators".to_owned(), as_event(&[12]), None),
            ("idea.add-collaborators".to_owned(), None, as_event(&[16, 12])),
        ]
    );
}

#[tokio::test]
async fn a_change_of_answers_leaves_collaborators_and_tags() {
    let (api, mia) = begin().await;
    let ana = documents::ana(&api).await;
    let added = ana.post(PATH, &body(&[named("mia@nordwind.example", SELF_USER)])).await;
    assert_eq!(added.status, 201);
    ana.changed(Method::POST, "/automations/one/tags", &json!({"tags": ["Quick win"]})).await;
    let answers = json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_PAIN_POINTS": {"value": "Slow"}}}}});
    let record = ana.changed(Method::PATCH, "/automations/one", &answers).await;
    assert_eq!(record["process_pain_points"], "Slow");
    assert_eq!(record["collaborators"], json!([entry(mia, "Mia", BUILDS)]));
    assert_eq!((&record["process_num_collaborators"], &record["tags"]), (&json!(1), &json!(["Quick win"])));
}

#[tokio::test]
async fn a_name_that_changes_changes_in_records_too() {
    let (api, mia) = begin().await;
    let ana = documents::ana(&api).await;
    ana.post(PATH, &body(&[named("mia@nordwind.example", SELF_USER)])).await;
    assert_eq!(ana.data("/automations/one").await["collaborators"][0]["user_first_name"], "Mia");
    let rename = move |s: &mut automation_hub_storage::Session<'_>| {
        let mut user = users::find(s, mia)?.unwrap();
        user.profile.first_name = "Maria".into();
        users::update_profile(s, mia, &user.email, &user.profile, NOON)
    };
    api.hub.app.store.write(api.hub.tenant, rename).await.unwrap();
    assert_eq!(ana.data("/automations/one").await["collaborators"][0]["user_first_name"], "Maria");
}

#[rstest]
#[case::nobody(json!({"user_email": "nobody@nordwind.example", "role_id": 11}), "user_email", "Nobody has this address.")]
#[case::no_address(json!({"user_email": "x", "role_id": 11}), "user_email", "")]
#[case::no_such_id(json!({"user_id": 999_999, "role_id": 11}), "user_id", "There is no such person.")]
#[case::no_role(json!({"user_email": "mia@nordwind.example", "role_id": 2}), "role_id", "There is no such collaborator role.")]
#[case::no_slug(json!({"user_email": "mia@nordwind.example", "role_slug": "boss"}), "role_slug", "There is no such collaborator role.")]
#[case::submitter(json!({"user_email": "mia@nordwind.example", "role_id": 9}), "role_id", "Who submits and who owns an automation is said by its own answers.")]
#[case::owner(json!({"user_email": "mia@nordwind.example", "role_slug": "ah-process-owner"}), "role_slug", "Who submits and who owns an automation is said by its own answers.")]
#[case::inactive(json!({"user_email": "ivan@nordwind.example", "role_id": 11}), "user_email", "This person is deactivated.")]
#[case::elsewhere(json!({"user_email": "leo@nordwind.example", "role_id": 11}), "user_email", "This person doesn't see the category of the automation.")]
#[case::twice(json!({"user_email": "mia@nordwind.example", "role_id": 16}), "user_email", "This person has this role already.")]
#[case::no_person(json!({"role_id": 11}), "user_email", "This is required.")]
#[case::nothing(json!({"user_email": "mia@nordwind.example"}), "role_id", "This is required.")]
#[case::text(json!({"user_email": "mia@nordwind.example", "role_id": "11"}), "role_id", "A whole number is needed.")]
#[tokio::test]
async fn one_mistake_is_named_and_nobody_is_added(
    #[case] second: Value,
    #[case] field: &str,
    #[case] message: &str,
) {
    let (api, _) = begin().await;
    let ivan = api.hub.add_user("ivan@nordwind.example", &[STANDARD_USER]).await;
    api.hub.app.store.write(api.hub.tenant, move |s| users::set_active(s, ivan, false, NOON)).await.unwrap();
    api.standard("leo@nordwind.example", Some(api.legal)).await;
    let ana = documents::ana(&api).await;
    let first = named("mia@nordwind.example", BUSINESS_ANALYST);
    let answer = ana.post(PATH, &body(&[first, second])).await;
    assert_problem(&answer, 400, "invalid-input");
    let details = &answer.json()["errorDetails"];
    assert_eq!(details.as_object().unwrap().len(), 1, "{details}");
    let told = details[format!("collaborators/1/{field}")][0].as_str().unwrap();
    assert!(message.is_empty() || told == message, "{told}");
    assert_eq!(answer.json()["errors"][0]["pointer"], format!("#/collaborators/1/{field}"));
    assert_eq!(ana.data("/automations/one").await["process_num_collaborators"], 0);
}

fn wrong_in_many_ways() -> Value {
    body(&[
        named("nobody@nordwind.example", PROJECT_MANAGER),
        json!({"user_email": 5, "role_slug": "boss"}),
        json!({"user_email": "x..", "role_id": "11"}),
        json!({"user_id": 999_999, "role_slug": " "}),
        json!(7),
        json!({"user_email": "mia@nordwind.example", "role_id": "11"}),
    ])
}

#[tokio::test]
async fn what_cannot_be_read_is_told_with_what_is_not_there() {
    let (api, mia) = begin().await;
    let ana = documents::ana(&api).await;
    ana.post(PATH, &body(&[named("mia@nordwind.example", SELF_USER)])).await;
    for method in [Method::POST, Method::DELETE] {
        let answer = ana.call(method, PATH, &wrong_in_many_ways()).await;
        assert_problem(&answer, 400, "invalid-input");
        assert_eq!(
            answer.json()["errorDetails"],
            json!({
                "collaborators/0/user_email": ["Nobody has this address."],
                "collaborators/1/user_email": ["A text is needed."],
                "collaborators/1/role_slug": ["There is no such collaborator role."],
                "collaborators/2/user_email": ["This isn't an e-mail address. It needs a name, an @ and a domain."],
                "collaborators/2/role_id": ["A whole number is needed."],
                "collaborators/3/user_id": ["There is no such person."],
                "collaborators/3/role_slug": ["This is required."],
                "collaborators/4": ["An object is needed."],
                "collaborators/5/role_id": ["A whole number is needed."],
            })
        );
    }
    let kept = ana.data("/automations/one").await["collaborators"].clone();
    assert_eq!(kept, json!([entry(mia, "Mia", BUILDS)]));
}

/// Of an idea that is not there or not theirs, people learn nothing but what their own words tell.
#[tokio::test]
async fn what_cannot_be_read_is_told_before_the_idea_is_looked_for() {
    let (api, mia) = begin().await;
    let mia = api.user(mia).await;
    for method in [Method::POST, Method::DELETE] {
        for path in [PATH, "/automations/none/collaborators"] {
            let answer = mia.call(method.clone(), path, &wrong_in_many_ways()).await;
            assert_problem(&answer, 400, "invalid-input");
            let told = answer.json()["errorDetails"].as_object().unwrap().len();
            assert_eq!(told, 5, "{path}: {}", answer.text());
        }
    }
}

#[rstest]
#[case(json!({}))]
#[case(json!({"collaborators": []}))]
#[case(json!({"collaborators": null}))]
#[case(json!({"collaborators": "mia@nordwind.example"}))]
#[case(json!({"collaborators": (0..101).map(|_| named("mia@nordwind.example", 11)).collect::<Vec<_>>()}))]
#[tokio::test]
async fn the_list_itself_has_bounds(#[case] body: Value) {
    let (api, _) = begin().await;
    let ana = documents::ana(&api).await;
    for method in [Method::POST, Method::DELETE] {
        let answer = ana.call(method, PATH, &body).await;
        assert_problem(&answer, 400, "invalid-input");
        assert!(answer.json()["errorDetails"]["collaborators"].is_array(), "{}", answer.text());
    }
}

#[tokio::test]
async fn without_a_body_it_is_told_who_is_to_be_removed() {
    let (api, _) = begin().await;
    let refused = api.admin().await.send(Method::DELETE, PATH, "text/plain", Body::empty()).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(refused.json()["errorDetails"], json!({"collaborators": ["This is required."]}));
}

#[tokio::test]
async fn who_is_not_there_can_not_be_removed() {
    let (api, mia) = begin().await;
    let ana = documents::ana(&api).await;
    ana.post(PATH, &body(&[named("mia@nordwind.example", SELF_USER)])).await;
    let submitter = json!({"user_email": "ana@nordwind.example", "role_id": 9});
    for (second, field, message) in [
        (
            named("mia@nordwind.example", BUSINESS_ANALYST),
            "user_email",
            "This person doesn't have this role.",
        ),
        (json!({"user_email": "ana@nordwind.example"}), "user_email", "This person is no collaborator."),
        (submitter, "role_id", "Who submits and who owns an automation is said by its own answers."),
    ] {
        let both = body(&[named("mia@nordwind.example", SELF_USER), second]);
        let answer = ana.call(Method::DELETE, PATH, &both).await;
        assert_problem(&answer, 400, "invalid-input");
        assert_eq!(answer.json()["errorDetails"], json!({format!("collaborators/1/{field}"): [message]}));
    }
    let kept = ana.data("/automations/one").await["collaborators"].clone();
    assert_eq!(kept, json!([entry(mia, "Mia", BUILDS)]));
}

#[tokio::test]
async fn a_project_manager_moves_what_is_built_and_nobody_else_does() {
    let (api, mia) = begin().await;
    let (admin, mia) = (api.admin().await, api.user(mia).await);
    let id = admin.data("/automations/one").await["process_id"].clone();
    let to = |status: i64| json!({"process_id": id, "phase_status_id": status});
    // Development: on track, on hold.
    assert_eq!(admin.post("/automations/status", &to(71)).await.status, 201);
    let record = admin.data("/automations/one").await;
    assert_eq!(record["phase_key"], "DEVELOPMENT");
    assert_problem(&mia.post("/automations/status", &to(72)).await, 403, "permission-missing");
    let analyst = body(&[named("mia@nordwind.example", BUSINESS_ANALYST)]);
    assert_eq!(admin.post(PATH, &analyst).await.status, 201);
    assert_problem(&mia.post("/automations/status", &to(72)).await, 403, "permission-missing");
    let manager = body(&[named("mia@nordwind.example", PROJECT_MANAGER)]);
    assert_eq!(admin.post(PATH, &manager).await.status, 201);
    assert_eq!(mia.post("/automations/status", &to(72)).await.status, 201);
    assert_problem(&mia.post("/automations/status", &to(46)).await, 403, "permission-missing");
    assert_eq!(admin.call(Method::DELETE, PATH, &manager).await.status, 200);
    assert_problem(&mia.post("/automations/status", &to(71)).await, 403, "permission-missing");
}

#[tokio::test]
async fn a_part_in_the_automation_is_not_enough_to_name_who_manages_it() {
    let (api, mia) = begin().await;
    let anton = api.standard("anton@nordwind.example", None).await;
    api.add_ideas(anton.id(), api.finance, &["Two"]).await;
    let path = "/automations/two/collaborators";
    let manager = body(&[named("mia@nordwind.example", PROJECT_MANAGER)]);
    let herself = body(&[named("anton@nordwind.example", PROJECT_MANAGER)]);
    let everything = body(&[json!({"user_email": "mia@nordwind.example"})]);
    let analyst = body(&[named("mia@nordwind.example", BUSINESS_ANALYST)]);
    for asked in [&manager, &herself] {
        assert_problem(&anton.post(path, asked).await, 403, "permission-missing");
    }
    assert_eq!(anton.post(path, &analyst).await.status, 201);
    assert_problem(&anton.get("/cba?id=two").await, 403, "permission-missing");

    let paul = api.person("paul@nordwind.example", &[(RoleId::new(5), Some(api.finance))]).await;
    assert_eq!(paul.post(path, &manager).await.status, 201);
    for asked in [&manager, &everything] {
        assert_problem(&anton.call(Method::DELETE, path, asked).await, 403, "permission-missing");
    }
    assert_eq!(api.user(mia).await.get("/cba?id=two").await.status, 200, "she still manages it");
    assert_eq!(anton.call(Method::DELETE, path, &analyst).await.status, 200);
    assert_eq!(paul.call(Method::DELETE, path, &everything).await.status, 200);
}

#[tokio::test]
async fn only_who_may_edit_the_idea_changes_its_people() {
    let (api, mia) = begin().await;
    let (mia, leo) = (api.user(mia).await, api.standard("leo@nordwind.example", Some(api.legal)).await);
    let nobody = api.nobody_in_particular().await;
    let asked = body(&[named("mia@nordwind.example", PROJECT_MANAGER)]);
    for method in [Method::POST, Method::DELETE] {
        assert_problem(&mia.call(method.clone(), PATH, &asked).await, 403, "permission-missing");
        assert_problem(&nobody.call(method.clone(), PATH, &asked).await, 403, "submitter-required");
        let missing = mia.call(method, "/automations/none/collaborators", &asked).await;
        assert_problem(&missing, 404, "not-found");
    }
    assert_eq!(mia.get(LIST).await.status, 200);
    assert_eq!(nobody.get(LIST).await.status, 200, "a tenant-level token may look");
    assert_problem(&leo.get(LIST).await, 403, "permission-missing");
    assert_problem(&mia.get("/collaborators?id=none").await, 404, "not-found");
    let unnamed = mia.get("/automations/collaborators").await;
    assert_problem(&unnamed, 400, "invalid-input");
    assert_eq!(unnamed.json()["errorDetails"], json!({"id": ["This is required."]}));
}

#[tokio::test]
async fn the_owner_is_listed_as_such() {
    let (api, mia) = begin().await;
    let admin = api.admin().await;
    let answers = json!({"user_inputs": {"OVR": {"any": {"OVR-PROCESS_OWNER": "mia@nordwind.example"}}}});
    let changed = admin.call(Method::PATCH, "/automations/one", &answers).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let listed = admin.data(LIST).await["collaborators"].clone();
    assert_eq!(listed[1], entry(mia, "Mia", OWNS));
}
