//! Changing people.

use std::collections::HashSet;

use automation_hub_domain::{
    id::{RoleId, UserId},
    role::ACCOUNT_OWNER,
    token::value::TokenForm,
    user::InviteStatus,
};
use automation_hub_storage::{Session, users};
use axum::http::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Api, Caller, STANDARD_USER, SYSTEM_ADMIN, assert_problem};
use crate::{
    app::{Answer, BASE, NOON, found_tenant},
    calls::{AUTHINFO, Issued},
};

const ANA: &str = "ana@nordwind.example";
const PROGRAM_MANAGER: RoleId = RoleId::new(5);

async fn edit(caller: &Caller<'_>, email: &str, change: Value) -> Answer {
    let mut body = change;
    body["user_email"] = json!(email);
    caller.post("/edituser", &body).await
}

async fn done(caller: &Caller<'_>, email: &str, change: Value) -> Value {
    let answer = edit(caller, email, change).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["message"], "Resource Updated");
    answer.json()["data"].clone()
}

async fn call(api: &Api, token: &Issued) -> Answer {
    api.hub.send(token.request(AUTHINFO)).await
}

async fn set_status(api: &Api, id: UserId, status: InviteStatus) {
    let write = move |s: &mut Session<'_>| users::set_invite_status(s, id, status, NOON);
    api.hub.app.store.write(api.hub.tenant, write).await.unwrap();
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let api = Api::start().await;
    let (admin, ana) = (api.admin().await, api.standard(ANA, Some(api.finance)).await);
    let change = json!({"user_department": "Finance", "user_location": "Bremen", "user_job_title": "Clerk"});
    let before = done(&admin, "ANA@nordwind.example", change).await;
    assert_eq!(before["user_email"], ANA, "the address only says who is meant");
    let after =
        done(&admin, ANA, json!({"user_first_name": null, "user_last_name": "Costa", "user_location": null, "user_job_title": ""}))
            .await;
    let mut expected = before.clone();
    expected["user_last_name"] = json!("Costa");
    expected["user_location"] = json!(null);
    expected["user_job_title"] = json!(null);
    assert_eq!(after, expected);
    assert_eq!(done(&admin, ANA, after.clone()).await, after, "its own record changes nothing");
    let events = api.events("user", ana.id().get()).await;
    let changes: Vec<_> = events
        .iter()
        .map(|event| (event.action.as_str(), event.before.as_deref(), event.after.as_deref()))
        .collect();
    let parse = |text: Option<&str>| text.map(|text| serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!(changes[1].0, "user.edit");
    assert_eq!(
        parse(changes[1].1),
        Some(json!({"last_name": "Tester", "location": "Bremen", "job_title": "Clerk"}))
    );
    assert_eq!(parse(changes[1].2), Some(json!({"last_name": "Costa", "location": null, "job_title": null})));
}

#[tokio::test]
async fn given_roles_replace_all_and_count_at_once() {
    let api = Api::start().await;
    let (admin, ana) = (api.admin().await, api.standard(ANA, None).await);
    let token = api.hub.issue(Some(ana.id()), TokenForm::Uuid, None).await;
    let mut browser = api.hub.signed_in(ANA).await;
    let people = format!("{BASE}/admin/manage-access/assign-roles");
    assert_eq!(browser.get(&people).await.status, StatusCode::FORBIDDEN);
    assert!(!call(&api, &token).await.text().contains("ah-program-manager"));

    let roles = json!([{"role_id": 5, "category_id": 0}, {"role_id": 6, "category_id": api.legal.get()}]);
    let data = done(&admin, ANA, json!({ "user_roles": roles })).await;
    assert_eq!(data["user_roles"], roles);
    assert_eq!(browser.get(&people).await.status, StatusCode::OK);
    let told = call(&api, &token).await.text();
    assert!(told.contains("ah-program-manager") && !told.contains("ah-standard-user"), "{told}");

    assert_eq!(done(&admin, ANA, json!({"user_roles": null})).await["user_roles"], roles);
    assert_eq!(done(&admin, ANA, json!({"user_roles": []})).await["user_roles"], json!([]));
    assert_eq!(api.actions("user", ana.id().get()).await, ["user.assign-roles", "user.assign-roles"]);
}

#[rstest]
#[case(json!({"user_is_active": 0, "user_invite_status": 1}))]
#[case(json!({"user_is_active": 0, "user_invite_status": 0}))]
#[case(json!({"user_is_active": 0, "user_invite_status": 3}))]
#[case(json!({"user_is_active": 0}))]
#[tokio::test]
async fn deactivating_shuts_out_at_once_and_can_be_undone(#[case] change: Value) {
    let api = Api::start().await;
    let (admin, ana) = (api.admin().await, api.standard(ANA, None).await);
    let token = api.hub.issue(Some(ana.id()), TokenForm::Uuid, None).await;
    let mut browser = api.hub.signed_in(ANA).await;
    assert_eq!(call(&api, &token).await.status, StatusCode::OK);

    let data = done(&admin, ANA, change).await;
    assert_eq!((&data["user_is_active"], &data["user_invite_status"]), (&json!(0), &json!(0)));
    assert_eq!(call(&api, &token).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get(&format!("{BASE}/")).await.status, StatusCode::SEE_OTHER, "signed out");

    let mut record = data.clone();
    record["user_is_active"] = json!(1);
    let data = done(&admin, ANA, record).await;
    assert_eq!((&data["user_is_active"], &data["user_invite_status"]), (&json!(1), &json!(3)));
    assert_eq!(call(&api, &token).await.status, StatusCode::OK);
    assert_eq!(api.actions("user", ana.id().get()).await, ["user.deactivate", "user.activate"]);
}

#[tokio::test]
async fn an_invite_status_moves_as_far_as_it_can() {
    let api = Api::start().await;
    let (admin, ana) = (api.admin().await, api.standard(ANA, None).await);
    for (from, asked, active, shown) in [
        (InviteStatus::NotInvited, 1, 1, Some(1)),
        (InviteStatus::PendingUnsent, 0, 1, Some(0)),
        (InviteStatus::Pending, 2, 1, Some(2)),
        (InviteStatus::Pending, 1, 1, Some(1)),
        (InviteStatus::Pending, 3, 1, None),
        (InviteStatus::NotInvited, 2, 0, None),
        (InviteStatus::Active, 3, 1, Some(3)),
        (InviteStatus::Active, 1, 1, Some(3)),
        (InviteStatus::Active, 2, 1, Some(3)),
    ] {
        set_status(&api, ana.id(), from).await;
        let change = json!({"user_invite_status": asked, "user_is_active": active});
        let answer = edit(&admin, ANA, change).await;
        if let Some(shown) = shown {
            assert_eq!(answer.json()["data"]["user_invite_status"], shown, "{from:?} {asked}");
        } else {
            assert_problem(&answer, 400, "invalid-input");
            assert!(answer.json()["errorDetails"]["user_invite_status"].is_array(), "{from:?} {asked}");
        }
    }
}

#[tokio::test]
async fn all_mistakes_come_in_one_answer_and_nothing_changes() {
    let api = Api::start().await;
    let (admin, ana) = (api.admin().await, api.standard(ANA, None).await);
    let change = json!({"user_first_name": " ", "user_last_name": "x".repeat(51), "user_location": 7,
        "user_is_active": 5, "user_invite_status": 9, "user_department": "Finance",
        "user_roles": [{"role_id": 77}, {"role_id": 8, "category_id": 99}]});
    let answer = edit(&admin, ANA, change.clone()).await;
    assert_problem(&answer, 400, "invalid-input");
    let details = answer.json()["errorDetails"].clone();
    let fields: HashSet<_> = details.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "user_first_name",
        "user_last_name",
        "user_location",
        "user_is_active",
        "user_invite_status",
        "user_roles/0/role_id",
        "user_roles/1/category_id",
    ];
    assert_eq!(fields, HashSet::from(expected));
    assert_eq!(api.actions("user", ana.id().get()).await, [""; 0]);
    let nobody = edit(&admin, "nobody", json!({"user_is_active": 5})).await;
    assert_problem(&nobody, 400, "invalid-input");
    assert!(nobody.json()["errorDetails"]["user_email"].is_array());
    let without = admin.post("/edituser", &json!({"user_location": "Bremen"})).await;
    assert_eq!(without.json()["message"], "Please fill in all the required information");
}

#[tokio::test]
async fn nobody_of_another_tenant_is_found() {
    let api = Api::start().await;
    let other = found_tenant(&api.hub.database, "suedwind", "test", Uuid::from_u128(2)).await;
    let admin = api.admin().await;
    let answer = edit(&admin, "theo@suedwind.example", json!({"user_location": "Bremen"})).await;
    assert_problem(&answer, 404, "not-found");
    let theo = automation_hub_domain::user::NewUser {
        email: automation_hub_domain::user::Email::parse("theo@suedwind.example").unwrap(),
        profile: automation_hub_domain::user::Profile::default(),
        is_active: true,
        invite_status: InviteStatus::Active,
        password_hash: None,
        created_at: NOON,
    };
    let theo = api.hub.app.store.write(other, move |s| users::insert(s, &theo)).await.unwrap();
    let answer = edit(&admin, "theo@suedwind.example", json!({"user_is_active": 0})).await;
    assert_problem(&answer, 404, "not-found");
    let left = api.hub.app.store.read(other, move |s| users::find(s, theo)).await.unwrap().unwrap();
    assert!(left.is_active);
}

#[tokio::test]
async fn who_only_manages_users_is_refused() {
    let api = Api::start().await;
    api.standard(ANA, None).await;
    let paula = api.person("paula@nordwind.example", &[(PROGRAM_MANAGER, None)]).await;
    let change = json!({"user_location": "Bremen"});
    assert_problem(&edit(&paula, ANA, change.clone()).await, 403, "permission-missing");
    assert_problem(&edit(&api.powerless().await, ANA, change.clone()).await, 403, "permission-missing");
    let token = api.nobody_in_particular().await;
    assert_eq!(done(&token, ANA, change).await["user_location"], "Bremen");
}

#[tokio::test]
async fn an_administrator_of_one_category_gets_at_nobody_beyond_it() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let fay = api.person("fay@nordwind.example", &[(SYSTEM_ADMIN, Some(api.finance))]).await;
    api.standard(ANA, None).await;
    api.standard("ben@nordwind.example", Some(api.payables)).await;
    let (finance, legal) = (api.finance.get(), api.legal.get());
    for (email, change) in [
        ("fay@nordwind.example", json!({"user_roles": [{"role_id": 2}]})),
        ("adam@nordwind.example", json!({"user_is_active": 0})),
        ("adam@nordwind.example", json!({"user_roles": []})),
        (ANA, json!({"user_location": "Bremen"})),
        (ANA, json!({"user_roles": []})),
        (ANA, json!({"user_roles": [{"role_id": 8}, {"role_id": 6, "category_id": legal}]})),
    ] {
        assert_problem(&edit(&fay, email, change.clone()).await, 403, "permission-missing");
    }
    // What stays is not looked at, and a role in her own category is hers to give.
    let roles = json!([{"role_id": 6, "category_id": finance}, {"role_id": 8, "category_id": 0}]);
    assert_eq!(done(&fay, ANA, json!({ "user_roles": roles })).await["user_roles"], roles);
    assert_eq!(done(&fay, "ben@nordwind.example", json!({"user_is_active": 0})).await["user_is_active"], 0);
    assert_eq!(done(&admin, ANA, json!({"user_location": "Bremen"})).await["user_location"], "Bremen");
}

#[tokio::test]
async fn the_last_administrators_stay() {
    let api = Api::start().await;
    let roles = [(SYSTEM_ADMIN, None), (ACCOUNT_OWNER, None)];
    let ines = api.person("ines@nordwind.example", &roles).await;
    api.standard(ANA, None).await;
    let token = api.nobody_in_particular().await;
    assert_problem(
        &edit(&ines, "ines@nordwind.example", json!({"user_is_active": 0})).await,
        409,
        "conflict",
    );
    for (change, told) in [
        (
            json!({"user_is_active": 0}),
            "This is the last System Admin. Give the role to somebody else first.",
        ),
        (
            json!({"user_roles": [{"role_id": 1}]}),
            "This is the last System Admin. Give the role to somebody else first.",
        ),
        (
            json!({"user_roles": [{"role_id": 2}]}),
            "This is the last Account Owner. Give the role to somebody else first.",
        ),
        (
            json!({"user_roles": [{"role_id": 1}, {"role_id": 2, "category_id": api.finance.get()}]}),
            "This is the last System Admin. Give the role to somebody else first.",
        ),
    ] {
        let answer = edit(&token, "ines@nordwind.example", change).await;
        assert_problem(&answer, 409, "conflict");
        assert_eq!(answer.json()["message"], told);
    }
    done(&ines, ANA, json!({"user_roles": [{"role_id": 1}, {"role_id": 2}]})).await;
    done(&token, "ines@nordwind.example", json!({"user_is_active": 0})).await;
}

#[tokio::test]
async fn two_administrators_can_not_take_each_others_role_at_once() {
    let api = Api::start().await;
    let ines = api.person("ines@nordwind.example", &[(SYSTEM_ADMIN, None)]).await;
    let adam = api.admin().await;
    let none = || json!({"user_roles": [{"role_id": STANDARD_USER.get()}]});
    let answers = tokio::join!(
        edit(&ines, "adam@nordwind.example", none()),
        edit(&adam, "ines@nordwind.example", none())
    );
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn people_can_be_deactivated_where_nobody_is_the_account_owner() {
    let api = Api::start().await;
    api.standard(ANA, None).await;
    let data = done(&api.admin().await, ANA, json!({"user_is_active": 0})).await;
    assert_eq!(data["user_is_active"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_different_particulars_at_once_keeps_what_the_other_wrote() {
    let api = Api::start().await;
    let (admin, ana) = (api.admin().await, api.standard(ANA, None).await);
    for round in 0..12 {
        let (department, location) = (format!("Department {round}"), format!("Location {round}"));
        let (one, other) = tokio::join!(
            edit(&admin, ANA, json!({"user_department": department})),
            edit(&admin, ANA, json!({"user_location": location}))
        );
        assert_eq!((one.status, other.status), (StatusCode::CREATED, StatusCode::CREATED));
        let kept = admin.data("/users?search=ana").await["users"][0].clone();
        assert_eq!(kept["user_id"], ana.id().get());
        assert_eq!(
            (&kept["user_department"], &kept["user_location"]),
            (&json!(department), &json!(location))
        );
    }
}
