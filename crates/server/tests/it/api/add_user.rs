//! Adding people.

use automation_hub_domain::{id::RoleId, page::PageRequest};
use automation_hub_storage::users::{self, UserFilter};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Api, STANDARD_USER, SYSTEM_ADMIN, assert_problem};
use crate::app::found_tenant;

const PROGRAM_MANAGER: RoleId = RoleId::new(5);

fn jane() -> Value {
    json!({"user_email": "jane@nordwind.example", "user_first_name": "Jane", "user_last_name": "Doe"})
}

fn jane_with(change: Value) -> Value {
    let mut body = jane();
    let Value::Object(members) = change else { panic!("an object is needed") };
    body.as_object_mut().unwrap().extend(members);
    body
}

async fn count(api: &Api) -> u64 {
    let all = UserFilter::default();
    let read = api.hub.app.store.read(api.hub.tenant, move |s| users::list(s, &all, PageRequest::default()));
    read.await.unwrap().total
}

#[tokio::test]
async fn somebody_is_added_with_all_fields_and_roles() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let body = jane_with(json!({
        "user_location": "Brooklyn", "user_department": "Engineering", "user_business_unit": "Product",
        "user_job_title": " Developer ", "user_is_active": 1, "user_invite_status": 1, "user_nickname": "J",
        "user_roles": [{"role_id": 6, "category_id": 0}, {"role_id": 8, "category_id": api.finance.get()},
            {"role_id": 6}]
    }));
    let answer = admin.post("/adduser", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let json = answer.json();
    assert_eq!((&json["message"], &json["statusCode"]), (&json!("Resource Updated"), &json!(201)));
    let id = json["data"]["user_id"].as_i64().unwrap();
    assert_eq!(
        json["data"],
        json!({
            "user_id": id, "user_email": "jane@nordwind.example", "user_first_name": "Jane",
            "user_last_name": "Doe", "user_location": "Brooklyn", "user_department": "Engineering",
            "user_business_unit": "Product", "user_job_title": "Developer", "user_is_active": 1,
            "user_invite_status": 1,
            "user_roles": [{"role_id": 6, "category_id": 0}, {"role_id": 8, "category_id": api.finance.get()}]
        })
    );
    assert_eq!(admin.data("/users?search=jane").await["users"][0], json["data"]);
    let events = api.events("user", id).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.action.as_str(), event.actor_user), ("user.create", Some(admin.id())));
    assert_eq!(event.object_name, "Jane Doe");
}

#[tokio::test]
async fn little_is_needed_and_makes_a_standard_user_who_is_not_invited() {
    let api = Api::start().await;
    let answer = api.admin().await.post("/adduser", &jane()).await;
    let data = answer.json()["data"].clone();
    assert_eq!((&data["user_is_active"], &data["user_invite_status"]), (&json!(1), &json!(0)));
    assert_eq!(data["user_roles"], json!([{"role_id": 8, "category_id": 0}]));
    assert_eq!(data["user_location"], json!(null));
}

#[rstest]
#[case(json!({"user_is_active": 0}), 0, 0)]
#[case(json!({"user_is_active": 0, "user_invite_status": 0}), 0, 0)]
#[case(json!({"user_is_active": 0, "user_invite_status": 1}), 0, 0)]
#[case(json!({"user_invite_status": 0}), 1, 0)]
#[case(json!({"user_invite_status": 1}), 1, 1)]
#[case(json!({"user_is_active": null, "user_invite_status": null}), 1, 0)]
#[tokio::test]
async fn the_published_states_are_taken(#[case] state: Value, #[case] active: i64, #[case] status: i64) {
    let api = Api::start().await;
    let answer = api.admin().await.post("/adduser", &jane_with(state)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let data = answer.json()["data"].clone();
    assert_eq!((&data["user_is_active"], &data["user_invite_status"]), (&json!(active), &json!(status)));
}

#[rstest]
#[case(json!({"user_invite_status": 3}), "user_invite_status", "Nobody becomes active but by signing in: 0, 1 or 2 is needed.")]
#[case(json!({"user_invite_status": 2, "user_is_active": 0}), "user_invite_status", "Somebody who is inactive can't be sent an invitation: 0 is needed.")]
#[case(json!({"user_invite_status": 4}), "user_invite_status", "A whole number from 0 to 3 is needed.")]
#[case(json!({"user_invite_status": "1"}), "user_invite_status", "A whole number is needed.")]
#[case(json!({"user_is_active": 2}), "user_is_active", "0 or 1 is needed.")]
#[case(json!({"user_is_active": true}), "user_is_active", "0 or 1 is needed.")]
#[case(json!({"user_email": "jane"}), "user_email", "This isn't an e-mail address. It needs a name, an @ and a domain.")]
#[case(json!({"user_email": "a@b..example"}), "user_email", "This isn't an e-mail address. It needs a name, an @ and a domain.")]
#[case(json!({"user_email": "a..b@c.example"}), "user_email", "This isn't an e-mail address. It needs a name, an @ and a domain.")]
#[case(json!({"user_email": 7}), "user_email", "A text is needed.")]
#[case(json!({"user_first_name": " "}), "user_first_name", "This is required.")]
#[case(json!({"user_last_name": null}), "user_last_name", "This is required.")]
#[case(json!({"user_job_title": "x".repeat(51)}), "user_job_title", "At most 50 characters; this has 51.")]
#[case(json!({"user_location": "a\u{202e}b"}), "user_location", "Control and text-direction characters aren't allowed.")]
#[case(json!({"user_roles": {"role_id": 8}}), "user_roles", "A list is needed.")]
#[case(json!({"user_roles": [8]}), "user_roles/0", "An object is needed.")]
#[case(json!({"user_roles": [{"role_id": 8}, {"role_id": 99}]}), "user_roles/1/role_id", "There is no such role.")]
#[case(json!({"user_roles": [{"category_id": 0}]}), "user_roles/0/role_id", "This is required.")]
#[case(json!({"user_roles": [{"role_id": 8, "category_id": 99}]}), "user_roles/0/category_id", "There is no such category.")]
#[case(json!({"user_roles": [{"role_id": 8, "category_id": "1"}]}), "user_roles/0/category_id", "A whole number is needed.")]
#[tokio::test]
async fn what_is_wrong_is_named(#[case] change: Value, #[case] field: &str, #[case] rule: &str) {
    let api = Api::start().await;
    let admin = api.admin().await;
    let answer = admin.post("/adduser", &jane_with(change)).await;
    assert_problem(&answer, 400, "invalid-input");
    let json = answer.json();
    assert_eq!(json["errorDetails"][field], json!([rule]), "{json}");
    assert_eq!(json["errors"][0], json!({"pointer": format!("#/{field}"), "detail": rule}));
    if rule == "This is required." {
        assert_eq!(json["message"], "Please fill in all the required information");
    }
    assert_eq!(count(&api).await, 1, "nobody was added");
}

#[tokio::test]
async fn whoever_was_added_with_two_dots_in_a_row_keeps_the_address() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.hub.add_user("jane@b..example", &[]).await;
    let body = json!({"user_email": "jane@b..example", "user_location": "Bremen"});
    assert_eq!(admin.post("/edituser", &body).await.status, 201);
    let found = admin.data("/users?search=jane").await["users"][0].clone();
    assert_eq!(
        (&found["user_email"], &found["user_location"]),
        (&json!("jane@b..example"), &json!("Bremen"))
    );
}

#[tokio::test]
async fn all_mistakes_come_in_one_answer() {
    let api = Api::start().await;
    let body = json!({"user_email": "jane", "user_last_name": 5, "user_is_active": "yes", "user_department": ["x"],
        "user_invite_status": 3, "user_roles": [{"role_id": 99, "category_id": 99}, {"role_id": 8}, 7]});
    let answer = api.admin().await.post("/adduser", &body).await;
    assert_problem(&answer, 400, "invalid-input");
    let details = answer.json()["errorDetails"].clone();
    let mut fields: Vec<_> = details.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "user_department",
            "user_email",
            "user_first_name",
            "user_invite_status",
            "user_is_active",
            "user_last_name",
            "user_roles/0/category_id",
            "user_roles/0/role_id",
            "user_roles/2"
        ]
    );
}

#[tokio::test]
async fn an_address_that_is_taken_is_a_conflict() {
    let api = Api::start().await;
    let admin = api.admin().await;
    assert_eq!(admin.post("/adduser", &jane()).await.status, 201);
    let again = jane_with(json!({"user_email": "JANE@nordwind.example"}));
    assert_problem(&admin.post("/adduser", &again).await, 409, "conflict");
    assert_eq!(count(&api).await, 2);
}

#[tokio::test]
async fn of_two_who_add_the_same_person_at_once_one_is_refused() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let body = jane();
    let answers = tokio::join!(admin.post("/adduser", &body), admin.post("/adduser", &body));
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(count(&api).await, 2);
}

#[tokio::test]
async fn the_same_address_may_be_somebody_of_another_tenant_too() {
    let api = Api::start().await;
    found_tenant(&api.hub.database, "suedwind", "test", Uuid::from_u128(2)).await;
    let admin = api.admin().await;
    assert_eq!(admin.post("/adduser", &jane()).await.status, 201);
    let theirs = api.hub.app.tenant_by_slugs("suedwind", "test");
    assert!(theirs.is_none(), "made behind the hub's back");
    let other = automation_hub_domain::id::TenantId::new(api.hub.tenant.get() + 1);
    let all = UserFilter::default();
    let found =
        api.hub.app.store.read(other, move |s| users::list(s, &all, PageRequest::default())).await.unwrap();
    assert_eq!(found.total, 0, "another tenant sees nobody");
}

#[tokio::test]
async fn who_manages_users_adds_standard_users_only() {
    let api = Api::start().await;
    let paula = api.person("paula@nordwind.example", &[(PROGRAM_MANAGER, None)]).await;
    for roles in [json!([{"role_id": 2}]), json!([{"role_id": 6}]), json!([{"role_id": 8, "category_id": 1}])]
    {
        let answer = paula.post("/adduser", &jane_with(json!({ "user_roles": roles }))).await;
        assert_problem(&answer, 403, "permission-missing");
        assert!(answer.json()["errorDetails"]["user_roles"].is_array(), "{}", answer.text());
    }
    for (email, roles) in
        [("a@n.example", json!([])), ("b@n.example", json!(null)), ("c@n.example", json!([{"role_id": 8}]))]
    {
        let body = jane_with(json!({ "user_email": email, "user_roles": roles }));
        let answer = paula.post("/adduser", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json()["data"]["user_roles"], json!([{"role_id": 8, "category_id": 0}]));
    }
    let standard = api.standard("olaf@nordwind.example", None).await;
    assert_problem(&standard.post("/adduser", &json!({})).await, 403, "permission-missing");
    assert_problem(&api.powerless().await.post("/adduser", &jane()).await, 403, "permission-missing");
}

#[tokio::test]
async fn an_administrator_of_one_category_gives_roles_there_only() {
    let api = Api::start().await;
    let fay = api.person("fay@nordwind.example", &[(SYSTEM_ADMIN, Some(api.finance))]).await;
    let with_role = |email: &str, role: i64, category: i64| {
        jane_with(json!({"user_email": email, "user_roles": [{"role_id": role, "category_id": category}]}))
    };
    for (role, category) in [(8, 0), (2, 0), (8, api.legal.get()), (6, api.archived.get())] {
        let answer = fay.post("/adduser", &with_role("x@n.example", role, category)).await;
        assert_problem(&answer, 403, "permission-missing");
        let field = if category == 0 && role == 8 { "user_roles" } else { "user_roles/0" };
        assert!(answer.json()["errorDetails"][field].is_array(), "{}", answer.text());
    }
    assert_problem(&fay.post("/adduser", &jane()).await, 403, "permission-missing");
    for (email, role, category) in
        [("a@n.example", 8, api.finance.get()), ("b@n.example", 2, api.payables.get())]
    {
        assert_eq!(fay.post("/adduser", &with_role(email, role, category)).await.status, 201, "{email}");
    }
}

#[tokio::test]
async fn a_tenant_level_token_adds_anybody() {
    let api = Api::start().await;
    let token = api.nobody_in_particular().await;
    let body =
        jane_with(json!({"user_roles": [{"role_id": SYSTEM_ADMIN.get()}, {"role_id": STANDARD_USER.get()}]}));
    let answer = token.post("/adduser", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let events = api.events("user", answer.json()["data"]["user_id"].as_i64().unwrap()).await;
    assert_eq!(events[0].actor_name, "Tenant-level token");
}

#[tokio::test]
async fn the_body_has_to_be_an_object() {
    let api = Api::start().await;
    assert_problem(&api.admin().await.post("/adduser", &json!([jane()])).await, 400, "malformed-body");
}
