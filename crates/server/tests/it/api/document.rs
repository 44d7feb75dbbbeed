//! The document that describes the calls, and the table that guards them.

use std::collections::BTreeSet;

use automation_hub_domain::{
    flow::{Condition, DefaultFlow, default_flows},
    permission::Permission,
    role::{DEFAULT_ROLES, DefaultRole},
};
use automation_hub_server::api::{
    document_page,
    router::document,
    routes::{Callers, Extent, FlowPart, Further, ROUTES, Route},
};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{Answer, TestHub};

#[test]
fn every_call_has_its_row_and_every_row_its_call() {
    let document = document();
    let described: BTreeSet<_> = described(&serde_json::to_value(document).unwrap())
        .into_iter()
        .map(|(path, method, _)| format!("{method} {path}"))
        .collect();
    let guarded: BTreeSet<_> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(described, guarded);
}

/// What lets somebody make a call beside its permission, in words.
fn in_words(further: Further) -> String {
    let alternatives = alternatives(further);
    let mut words: Vec<_> =
        alternatives.iter().map(|&condition| condition_in_words(condition, further)).collect();
    words.dedup();
    let any = words.join(", or ");
    match further {
        Further::Nothing => "-".to_owned(),
        Further::Permissions(_) | Further::Conditions(_) => any,
        Further::Flow(FlowPart::Submit | FlowPart::SubmitByRole) => format!("to submit into the flow: {any}"),
        Further::Flow(FlowPart::SubmitInto(_)) => format!("to submit into its flow: {any}"),
        Further::Flow(FlowPart::Edit) => format!("to edit by the flow: {any}"),
        Further::Flow(FlowPart::Delete) => format!("to delete by the flow: {any}"),
        Further::Flow(FlowPart::Move) => format!("for the way it goes by the flow: {any}"),
    }
}

fn condition_in_words(condition: Condition, further: Further) -> String {
    match condition {
        Condition::Permission(permission) => permission.title().to_owned(),
        // In an idea that isn't there yet nobody has one.
        Condition::Collaborator(_) if matches!(further, Further::Flow(FlowPart::Submit)) => {
            "having a part in the automation to be changed".to_owned()
        }
        Condition::Collaborator(part) => format!("being its {}", part.key().replace('-', " ")),
    }
}

/// Each once, of all flows that a tenant starts with or of the one that is meant.
fn alternatives(further: Further) -> Vec<Condition> {
    let all = match further {
        Further::Nothing => Vec::new(),
        Further::Permissions(any) => any.iter().copied().map(Condition::Permission).collect(),
        Further::Conditions(any) => any.to_vec(),
        Further::Flow(part) => {
            let is_meant =
                |default: &DefaultFlow| !matches!(part, FlowPart::SubmitInto(kind) if kind != default.kind);
            let flows = default_flows().into_iter().filter(is_meant);
            flows.flat_map(|default| part.conditions(&default.flow)).collect()
        }
    };
    let mut each = Vec::new();
    for condition in all {
        if !each.contains(&condition) {
            each.push(condition);
        }
    }
    each
}

/// Which roles alone are enough, whatever part somebody has in an automation.
fn roles_of(route: &Route) -> String {
    let alternatives = alternatives(route.further);
    let may = |role: &&DefaultRole| {
        let held = role.permissions();
        let holds = |condition: &Condition| matches!(condition, Condition::Permission(permission) if held.contains(*permission));
        route.permission.is_none_or(|permission| held.contains(permission))
            && (matches!(route.further, Further::Nothing) || alternatives.iter().any(holds))
    };
    let (may, may_not): (Vec<_>, Vec<_>) = DEFAULT_ROLES.iter().partition(may);
    let names = |roles: Vec<&DefaultRole>| roles.iter().map(|role| role.name).collect::<Vec<_>>().join(", ");
    match may_not.len() {
        0 => "all".to_owned(),
        1..=3 => format!("all but {}", names(may_not)),
        _ => names(may),
    }
}

/// The page prints what is enforced: the route table, and which default roles may make a call by it. That calls go by the
/// table is tested in `credentials/roles.rs`.
#[test]
fn the_page_of_permissions_is_the_table() {
    let rows = ROUTES.iter().map(|route| {
        let tokens = match route.callers {
            Callers::All => "any",
            Callers::Users => "of a user",
            Callers::UsersOrNamedSubmitter => "of a user, or any if the body names a submitter",
        };
        let is_free = route.permission.is_none() && matches!(route.further, Further::Nothing);
        let extent = match route.extent {
            _ if is_free => "-",
            Extent::Somewhere => "any category",
            Extent::There => "its category",
            Extent::Everywhere => "all categories",
        };
        let permission = route.permission.map_or("none", Permission::title);
        let (further, roles) = (in_words(route.further), roles_of(route));
        format!(
            "| `{} {}` | {tokens} | {permission} | {further} | {extent} | {roles} |\n",
            route.method, route.path
        )
    });
    let table: String = rows.collect();
    let page = include_str!("../../../../../docs/api-permissions.md");
    let printed: String =
        page.lines().filter(|line| line.starts_with("| `")).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(printed, table, "docs/api-permissions.md has to hold these rows:\n{table}");
}

#[test]
fn who_may_call_what_is_reviewed() {
    let rows: Vec<_> = ROUTES
        .iter()
        .map(|route| {
            let permission = route.permission.map_or("-", |permission| permission.key());
            format!("{} {} {:?} {permission}", route.method, route.path, route.callers)
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    GET /authinfo All -
    GET /hierarchy All -
    GET /appinventory All -
    PUT /appinventory Users MANAGE_APP_INVENTORY
    DELETE /appinventory/{id} Users MANAGE_APP_INVENTORY
    PUT /categories Users MANAGE_CATEGORIES
    GET /roles All MANAGE_USERS
    GET /users All MANAGE_USERS
    POST /adduser All MANAGE_USERS
    POST /edituser All MANAGE_USER_ROLES
    GET /idea-flows All -
    GET /idea-schema All -
    GET /questionnaire All -
    GET /automations Users EXPLORE
    POST /automations UsersOrNamedSubmitter -
    GET /automations/{id} Users EXPLORE
    PATCH /automations/{id} Users EXPLORE
    DELETE /automations/{id} Users DELETE_IDEA
    GET /automations/{id}/schema Users EXPLORE
    POST /automations/status Users EXPLORE
    POST /automations/{id}/idea-flow Users CHANGE_IDEA_FLOW
    PUT /automation/{id}/categories Users EXPLORE
    POST /idea-from-schema UsersOrNamedSubmitter -
    GET /automations/{id}/documents Users EXPLORE
    POST /automations/{id}/documents Users EXPLORE
    GET /automations/{id}/media Users EXPLORE
    POST /automations/{id}/media Users EXPLORE
    GET /automations/{id}/components Users EXPLORE
    GET /automations/collaborators All EXPLORE
    GET /collaborators All EXPLORE
    POST /automations/{id}/collaborators Users EXPLORE
    DELETE /automations/{id}/collaborators Users EXPLORE
    POST /automations/{id}/tags Users EXPLORE
    GET /cba All EXPLORE
    PUT /automations/{id}/cba Users EXPLORE
    PUT /automations/cba/{id}/project-plan-baseline Users EXPLORE
    GET /automationpipeline Users EXPLORE
    GET /auditlogs Users AUDIT_LOGS
    GET /components All -
    GET /automation-store Users EXPLORE
    GET /automation-store/{id}/reviews Users EXPLORE
    GET /download/file/{file_id} Users EXPLORE
    POST /automationidea UsersOrNamedSubmitter SUBMIT_EMPLOYEE_DRIVEN_IDEA
    POST /coe-automationidea UsersOrNamedSubmitter SUBMIT_COE_DRIVEN_IDEA
    POST /processmining-idea UsersOrNamedSubmitter SUBMIT_EMPLOYEE_DRIVEN_IDEA
    ");
}

#[test]
fn a_category_goes_by_either_of_its_names() {
    let document = document();
    let document = serde_json::to_value(document).unwrap();
    let schemas = &document["components"]["schemas"];
    for name in
        ["SubmitIdeaRequest", "SubmitCoeIdeaRequest", "SubmitMiningIdeaRequest", "FlatAutomationRequest"]
    {
        let ways = schemas[name]["anyOf"].as_array().unwrap().iter();
        let needed = ways.map(|way| {
            let at = way["$ref"].as_str().unwrap().trim_start_matches('#');
            let required = document.pointer(at).unwrap()["required"].as_array().unwrap();
            required.iter().filter_map(Value::as_str).find(|member| member.starts_with("category")).unwrap()
        });
        assert_eq!(needed.collect::<Vec<_>>(), ["category_id", "category"], "{name}");
    }
}

#[test]
fn every_call_tells_its_failures_and_credentials() {
    let document = document();
    let document = serde_json::to_value(document).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, method, operation) in described(&document) {
        let of_body: &[&str] =
            if operation["requestBody"].is_object() { &["408", "413", "415"] } else { &[] };
        for status in ["400", "401", "403", "404", "429", "500", "503"].iter().chain(of_body) {
            let told = &operation["responses"][status];
            let shared = told["$ref"].as_str().and_then(|at| document.pointer(at.trim_start_matches('#')));
            let content = &shared.unwrap_or(told)["content"]["application/problem+json"];
            assert_eq!(content["schema"]["$ref"], "#/components/schemas/Problem", "{method} {path} {status}");
        }
        assert!(operation["security"].as_array().is_some_and(|schemes| !schemes.is_empty()), "{path}");
        assert!(operation["operationId"].is_string() && operation["summary"].is_string(), "{path}");
    }
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["mode"]["name"], "x-ah-openapi-auth");
    assert_eq!(schemes["app_key"]["name"], "x-ah-openapi-app-key");
    assert_eq!(schemes["token"]["scheme"], "bearer");
}

#[test]
fn calls_tell_which_conditions_and_keys_they_take() {
    let document = document();
    for (path, method, operation) in described(&serde_json::to_value(document).unwrap()) {
        let takes = |header: &str| {
            let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            parameters.iter().any(|parameter| parameter["in"] == "header" && parameter["name"] == header)
        };
        let answers = |status: &str| operation["responses"][status].is_object();
        assert_eq!(takes("Idempotency-Key"), method == "POST", "{method} {path}");
        assert_eq!(answers("422"), method == "POST", "{method} {path}");
        assert_eq!(takes("If-Match"), answers("412"), "{method} {path}");
        assert_eq!(takes("If-None-Match"), operation["responses"]["304"].is_object(), "{method} {path}");
    }
}

#[test]
fn every_body_has_an_example() {
    let document = document();
    let document = serde_json::to_value(document).unwrap();
    for (path, method, operation) in described(&document) {
        let body = &operation["requestBody"];
        let has_example = !body["content"]["application/json"]["example"].is_null();
        assert_eq!(body.is_object(), has_example, "{method} {path}");
    }
}

#[test]
fn every_success_has_an_example() {
    let document = document();
    let document = serde_json::to_value(document).unwrap();
    for (path, method, operation) in described(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let json = &response["content"]["application/json"];
            if status.starts_with('2') && json.is_object() {
                assert!(!json["example"].is_null(), "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = document();
    let document = serde_json::to_value(document).unwrap();
    let text = document.to_string();
    for (at, _) in text.match_indices("\"#/components/") {
        let pointer = text[at..].split('"').nth(1).unwrap().trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn the_page_shows_the_document_without_inline_code() {
    let hub = TestHub::start().await;
    let document = document();
    let router = document_page::router().with_state(hub.app.clone());
    let get = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        Answer::of(router.clone().oneshot(request).await.unwrap()).await
    };
    let page = get("/api/v1/api-doc/").await;
    assert_eq!(page.status, 200);
    let html = page.text();
    assert!(html.contains("id=\"api-doc\"") && html.contains("swagger-ui"), "{html}");
    assert!(!html.contains("<style") && !html.contains("style=") && !html.contains("<script>"), "{html}");
    let told = get("/api/v1/api-doc/openapi.json").await;
    assert_eq!(told.header("content-type"), "application/json");
    assert_eq!(told.json(), serde_json::to_value(document).unwrap());
    for root in ["", "/automationhub_", "/nordwind/production/automationhub_"] {
        assert_eq!(get(&format!("{root}/api/v1/api-doc")).await.location(), "/api/v1/api-doc/");
    }
    for root in ["/automationhub_", "/nordwind/production/automationhub_"] {
        for path in ["/api/v1/api-doc/", "/api/v1/api-doc/openapi.json"] {
            assert_eq!(get(&format!("{root}{path}")).await.location(), path);
        }
    }
}

fn described(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(|(method, operation)| (path.clone(), method.to_uppercase(), operation.clone()))
        })
        .collect()
}

/// Whether a value looks as another one, of which it may leave something out.
fn is_like(example: &Value, answered: &Value) -> bool {
    match (example, answered) {
        (Value::Object(members), Value::Object(all)) => members
            .iter()
            .all(|(name, member)| all.get(name).is_some_and(|answered| is_like(member, answered))),
        (Value::Array(items), Value::Array(all)) => {
            items.iter().all(|item| all.iter().any(|answered| is_like(item, answered)))
        }
        (Value::Null, _) | (_, Value::Null) => true,
        (example, answered) => std::mem::discriminant(example) == std::mem::discriminant(answered),
    }
}

#[tokio::test]
async fn examples_of_answers_look_as_what_the_server_answers() {
    let api = super::Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["One"]).await;
    let document = document();
    let document = serde_json::to_value(document).unwrap();
    let example = |path: &str, method: &str, status: &str| {
        document["paths"][path][method]["responses"][status]["content"]["application/json"]["example"].clone()
    };
    let tagged = admin.post("/automations/one/tags", &json!({"tags": ["audit"]})).await.json();
    let told = example("/automations/{id}/tags", "post", "200");
    assert_eq!((&told["message"], &told["statusCode"]), (&tagged["message"], &tagged["statusCode"]));
    // Answers to questions of the sample's own have a code in their name.
    for name in told["data"].as_object().unwrap().keys().filter(|name| !name.contains('-')) {
        assert!(tagged["data"].get(name).is_some(), "{name}");
    }
    for (path, asked) in [
        ("/idea-flows", "/idea-flows"),
        ("/questionnaire", "/questionnaire"),
        ("/idea-schema", "/idea-schema?idea_flow_id=1"),
        ("/automations/{id}/schema", "/automations/one/schema"),
        ("/auditlogs", "/auditlogs?kind=event"),
    ] {
        let (told, answered) = (example(path, "get", "200"), admin.get(asked).await.json());
        assert!(is_like(&told, &answered), "{path}\n{told}\n{answered}");
    }
}
