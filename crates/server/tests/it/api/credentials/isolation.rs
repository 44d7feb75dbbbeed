//! Two tenants that know nothing of each other, whatever is asked for and by whatever name.

use automation_hub_domain::{
    clock::Timestamp,
    component::{ComponentStatus, ComponentUse},
    flow::Flow,
    id::{CategoryId, IdeaId, UserId},
    review::Stars,
    role::SYSTEM_ADMIN,
    token::value::TokenForm,
};
use automation_hub_server::api::routes::ROUTES;
use automation_hub_storage::{
    Session, StorageError,
    applications::{self, NewApplication},
    categories::{self, CategoryLevel},
    components::{self, NewReview, VersionContent},
    forms,
    listings::{self, NewListing},
};
use axum::http::Method;
use serde_json::{Value, json};

use super::{Call, Desk, asked};
use crate::{
    api::{
        components::{component, version},
        documents::with_file,
        media::PNG,
        node,
    },
    app::{BASE, NOON},
    calls::Issued,
};

/// One tenant's records, all of which bear its mark.
struct Company {
    mark: &'static str,
    base: &'static str,
    category: CategoryId,
    /// Of an administrator, who may see everything there is.
    token: Issued,
    idea: Value,
    file: Value,
}

impl Company {
    /// A route's path to this company's own records.
    fn path(&self, route: &str) -> String {
        let id = self.idea["process_id"].to_string();
        route.replace("{id}", &id).replace("{file_id}", &self.file.to_string()) + &asked(route, &id)
    }
}

fn submission(token: &Issued, body: &Value) -> Call {
    Call::of(token)
        .by(Method::POST)
        .at("/api/v1/openapi/automationidea")
        .sending("application/json", body.to_string())
}

fn idea(name: &str, category: CategoryId) -> Value {
    json!({
        "process_name": name, "process_description": format!("{name} by hand"), "category_id": category.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1
    })
}

/// Gives a tenant a flow and a question with its mark.
fn mark_forms(s: &mut Session<'_>, mark: &str) -> Result<(), StorageError> {
    let first = forms::flows(s)?.remove(0);
    forms::install_flow(s, first.id, &Flow { name: format!("{mark} ideas"), ..first.flow })?;
    let mut asked = forms::questionnaires(s)?;
    let high_level = asked.iter_mut().find(|stored| stored.name == "high-level").unwrap();
    let question = json!({"code": "Q1-OWN", "title": format!("{mark} question"), "kind": "text"});
    high_level.questionnaire.sections[0].questions.push(serde_json::from_value(question).unwrap());
    forms::install_questionnaire(s, "high-level", &high_level.questionnaire)?;
    Ok(())
}

impl Desk {
    /// Fills the hub's present tenant.
    async fn found(&self, mark: &'static str, base: &'static str) -> Company {
        let add = move |s: &mut Session<'_>| -> Result<_, StorageError> {
            let level = CategoryLevel { id: 1, name: format!("{mark} area"), slug: mark.to_lowercase() };
            categories::insert_level(s, &level)?;
            let category = categories::insert(s, &node(&format!("{mark} finance"), None, 1))?;
            let application = NewApplication {
                name: format!("{mark} ledger"),
                version: "2026".into(),
                language: "English".into(),
                comments: String::new(),
                is_thin_client: false,
                is_added_by_end_user: false,
                categories: vec![category],
                created_at: Timestamp::from_millis(7),
            };
            applications::insert(s, &application)?;
            mark_forms(s, mark)?;
            Ok(category)
        };
        let category = self.hub.app.store.write(self.hub.tenant, add).await.unwrap();
        let email = format!("{}@company.example", mark.to_lowercase());
        let admin = self.hub.add_user(&email, &[SYSTEM_ADMIN]).await;
        let token = self.hub.issue(Some(admin), TokenForm::Uuid, None).await;
        let made = self.accepted(&submission(&token, &idea(&format!("{mark} idea"), category))).await;
        let idea = made.json()["data"].clone();
        let attach = async |what: &str, mut body: Value, name: &str| {
            body[name] = json!(format!("{mark} {what}"));
            let path = format!("/api/v1/openapi/automations/{}/{what}", idea["process_id"]);
            let call = Call::of(&token).by(Method::POST).at(path);
            self.accepted(&call.sending("application/json", body.to_string())).await.json()["data"].clone()
        };
        let text = with_file("plan.txt", "text/plain", format!("{mark} plan").as_bytes());
        let file = attach("documents", text, "document_title").await["file_id"].clone();
        attach("media", with_file("a.png", "image/png", PNG), "media_title").await;
        self.publish(mark, admin, category, IdeaId::new(idea["process_id"].as_i64().unwrap())).await;
        Company { mark, base, category, token, idea, file }
    }
}

impl Desk {
    /// A component that the idea uses, and the idea in the store with a review.
    async fn publish(&self, mark: &'static str, admin: UserId, category: CategoryId, idea: IdeaId) {
        let add = move |s: &mut automation_hub_storage::Session<'_>| -> Result<_, StorageError> {
            let id = components::insert(s, &component(&format!("{mark} snippet"), admin, category))?;
            let link = VersionContent::Link("https://wiki.example".into());
            components::insert_version(s, &version(id, link))?;
            let draft = components::list_versions(s, &[id])?.remove(0);
            components::set_version_status(s, &draft, ComponentStatus::Published, None, NOON)?;
            components::link(s, id, idea, ComponentUse::UsedBy)?;
            let listing =
                NewListing { idea, summary: mark.into(), published_by: Some(admin), published_at: NOON };
            listings::publish(s, &listing)?;
            let stars = Stars::new(5).unwrap();
            let review = NewReview { user: admin, stars, comment: mark.into(), at: NOON };
            listings::put_review(s, idea, &review)
        };
        self.hub.app.store.write(self.hub.tenant, add).await.unwrap();
    }
}

async fn two_companies() -> (Desk, [Company; 2]) {
    let mut desk = Desk::start().await;
    let first = desk.found("Albatross", BASE).await;
    let solveig = desk.hub.app.tenant_by_slugs("solveig", "production").unwrap().id;
    let home = std::mem::replace(&mut desk.hub.tenant, solveig);
    let second = desk.found("Zephyr", "/solveig/production/automationhub_").await;
    desk.hub.tenant = home;
    (desk, [first, second])
}

#[tokio::test]
async fn what_one_reads_bears_no_mark_of_the_other() {
    let (desk, companies) = two_companies().await;
    for (own, other) in [(0, 1), (1, 0)].map(|(own, other)| (&companies[own], &companies[other])) {
        for route in ROUTES.iter().filter(|route| route.method == Method::GET) {
            let path = own.path(route.path);
            for base in ["", "/automationhub_", own.base] {
                let call = Call::of(&own.token).at(format!("{base}/api/v1/openapi{path}"));
                let text = desk.accepted(&call).await.text().to_lowercase();
                assert!(!text.contains(&other.mark.to_lowercase()), "{path}: {text}");
                let bears_own = text.contains(&own.mark.to_lowercase()) || path == "/roles";
                assert!(bears_own, "{path}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn what_belongs_to_the_other_is_not_there_by_any_name() {
    let (desk, companies) = two_companies().await;
    for (own, other) in [(0, 1), (1, 0)].map(|(own, other)| (&companies[own], &companies[other])) {
        let mut missing = None;
        for key in ["process_id", "process_slug"] {
            let key = other.idea[key].to_string().replace('"', "");
            let path = format!("/api/v1/openapi/automations/{key}");
            desk.accepted(&Call::of(&other.token).at(&path)).await;
            let answer = desk.refused(&Call::of(&own.token).at(&path), 404, "not-found").await;
            let told = super::told(&answer);
            assert_eq!(&told, missing.get_or_insert_with(|| told.clone()));
        }
        let nothing = Call::of(&own.token).at("/api/v1/openapi/automations/999999");
        assert_eq!(Some(super::told(&desk.refused(&nothing, 404, "not-found").await)), missing);
        for what in ["documents", "media", "components"] {
            let path = format!("/api/v1/openapi/automations/{}/{what}", other.idea["process_id"]);
            desk.refused(&Call::of(&own.token).at(&path), 404, "not-found").await;
        }
        for path in ["/automations/collaborators", "/collaborators", "/cba"] {
            let path = format!("/api/v1/openapi{}", other.path(path));
            desk.accepted(&Call::of(&other.token).at(&path)).await;
            desk.refused(&Call::of(&own.token).at(&path), 404, "not-found").await;
        }
        let file = format!("/api/v1/openapi/download/file/{}", other.file);
        desk.accepted(&Call::of(&other.token).at(&file)).await;
        desk.refused(&Call::of(&own.token).at(&file), 404, "not-found").await;
        for query in [
            format!("/users?search={}", other.mark),
            format!("/automations?category_id={}", other.category),
            format!("/automations?search={}", other.mark),
        ] {
            let answer = desk.accepted(&Call::of(&own.token).at(format!("/api/v1/openapi{query}"))).await;
            assert!(!answer.text().contains(&format!("{} ", other.mark)), "{query}");
        }
    }
}

#[tokio::test]
async fn what_belongs_to_the_other_can_not_be_changed() {
    let (desk, companies) = two_companies().await;
    for (own, other) in [(0, 1), (1, 0)].map(|(own, other)| (&companies[own], &companies[other])) {
        let id = &other.idea["process_id"];
        let answers = json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_NAME": {"value": "Mine"}}}}});
        let email = format!("{}@company.example", own.mark.to_lowercase());
        let me = json!({"collaborators": [{"user_email": email, "role_id": 11}]});
        let to = json!({"idea_flow_id": 1, "phase_variable": "IDEA", "status_variable": "APPROVED"});
        for (method, path, body) in [
            (Method::PATCH, format!("/automations/{id}"), answers),
            (Method::DELETE, format!("/automations/{id}"), json!({})),
            (Method::PUT, format!("/automation/{id}/categories"), json!({"category_id": own.category.get()})),
            (
                Method::POST,
                "/automations/status".to_owned(),
                json!({"process_id": id, "phase_status_id": 47}),
            ),
            (Method::POST, format!("/automations/{id}/idea-flow"), to),
            (Method::PUT, format!("/automations/{id}/cba"), json!({"horizon_years": 3})),
            (Method::PUT, format!("/automations/cba/{id}/project-plan-baseline"), json!({})),
            (Method::POST, format!("/automations/{id}/tags"), json!({"tags": ["mine"]})),
            (Method::POST, format!("/automations/{id}/collaborators"), me.clone()),
            (Method::DELETE, format!("/automations/{id}/collaborators"), me),
        ] {
            let call = Call::of(&own.token).by(method).at(format!("/api/v1/openapi{path}"));
            desk.refused(&call.sending("application/json", body.to_string()), 404, "not-found").await;
        }
        let record = Call::of(&other.token).at(format!("/api/v1/openapi/automations/{id}"));
        let record = desk.accepted(&record).await.json();
        assert_eq!(record["data"]["process_name"], format!("{} idea", other.mark));
        assert_eq!(record["data"]["process_phase_status_id"], 46);
    }
}

#[tokio::test]
async fn nothing_is_filed_under_the_other_or_in_the_name_of_its_people() {
    let (desk, companies) = two_companies().await;
    for (own, other) in [(0, 1), (1, 0)].map(|(own, other)| (&companies[own], &companies[other])) {
        let email = format!("{}@company.example", other.mark.to_lowercase());
        for (member, value) in [
            ("category_id", json!(other.category.get())),
            ("submitter", json!(email)),
            ("owner", json!(email)),
        ] {
            let mut body = idea("A stray idea", own.category);
            body[member] = value;
            let answer = desk.refused(&submission(&own.token, &body), 400, "invalid-input").await;
            assert!(answer.json()["errorDetails"][member].is_array(), "{member}");
        }
        let id = own.idea["process_id"].to_string();
        let them = json!({"collaborators": [{"user_email": email, "role_id": 11}]});
        let add = Call::of(&own.token).by(Method::POST);
        let add = add.at(format!("/api/v1/openapi/automations/{id}/collaborators"));
        let answer =
            desk.refused(&add.sending("application/json", them.to_string()), 400, "invalid-input").await;
        assert!(answer.json()["errorDetails"]["collaborators/0/user_email"].is_array());
        // A name taken there is free here, and one taken here is free there.
        let body = idea(&format!("{} idea", other.mark), own.category);
        assert_eq!(desk.accepted(&submission(&own.token, &body)).await.status, 201);
    }
}

#[tokio::test]
async fn under_the_others_address_a_token_is_rejected_by_every_call() {
    let (desk, companies) = two_companies().await;
    for (own, other) in [(0, 1), (1, 0)].map(|(own, other)| (&companies[own], &companies[other])) {
        for route in ROUTES {
            let path = other.path(route.path);
            let call = Call::of(&own.token).by(route.method.clone());
            let call = call.at(format!("{}/api/v1/openapi{path}", other.base));
            desk.rejected(&call).await;
        }
        desk.accepted(&Call::of(&own.token).at(format!("{}/api/v1/openapi/authinfo", own.base))).await;
    }
}
