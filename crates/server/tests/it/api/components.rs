//! The catalogue of components: who sees what of it, the way of a version through curation, and where one is used.

use automation_hub_domain::{
    component::{ComponentStatus, ComponentType, ComponentUse},
    file::{FileName, MediaType},
    id::{CategoryId, ComponentId, RoleId, UserId},
    review::Stars,
    role::{STANDARD_USER, SYSTEM_ADMIN},
};
use automation_hub_server::{
    error::Error,
    services::{
        components::{self, NewComponent, NewContent, Place},
        files::{self, ReceivedFile},
    },
};
use automation_hub_storage::{
    audit,
    components::{NewComponent as Row, NewVersion, VersionContent},
};
use bytes::Bytes;
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Api, Caller, assert_problem,
    documents::{ana, begin, stored},
};
use crate::app::{NOON, found_tenant};

const CURATOR: RoleId = RoleId::new(4);
const PATH: &str = "/components";

/// A row as storage takes it.
pub(super) fn component(name: &str, author: UserId, category: CategoryId) -> Row {
    Row {
        name: name.into(),
        summary: String::new(),
        description: String::new(),
        component_type: ComponentType::Snippet,
        category,
        applications: Vec::new(),
        benefits: String::new(),
        dependencies: String::new(),
        compatibility: String::new(),
        author,
        created_at: NOON,
    }
}

pub(super) fn version(component: ComponentId, content: VersionContent) -> NewVersion {
    NewVersion { component, name: "1.0".into(), content, created_at: NOON }
}

fn link() -> NewContent {
    NewContent { name: "1.0".into(), place: Place::Link("https://wiki.example/c".into()) }
}

fn new(name: &str, category: CategoryId, version: NewContent) -> NewComponent {
    NewComponent {
        name: name.into(),
        summary: "Reads both formats".into(),
        description: "At length".into(),
        component_type: ComponentType::Connector,
        category,
        applications: Vec::new(),
        benefits: String::new(),
        dependencies: String::new(),
        compatibility: String::new(),
        version,
    }
}

impl Caller<'_> {
    async fn upload(&self, name: &str) -> ComponentId {
        let new = new(name, self.api.finance, link());
        components::upload_component(&self.api.hub.app, &self.actor, new).await.unwrap()
    }

    async fn take(&self, id: ComponentId, next: ComponentStatus) -> Result<(), Error> {
        components::move_version(&self.api.hub.app, &self.actor, id, 1, next).await
    }

    /// Names and statuses that a list shows.
    async fn seen(&self, path: &str) -> Vec<(String, String)> {
        let data = self.data(path).await;
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = data["components"].as_array().unwrap();
        rows.iter().map(|row| (text(row, "component_name"), text(row, "component_status_key"))).collect()
    }
}

async fn curator<'a>(api: &'a Api, email: &str) -> Caller<'a> {
    let id = api.hub.add_user(email, &[CURATOR]).await;
    api.user(id).await
}

async fn publish(author: &Caller<'_>, curator: &Caller<'_>, id: ComponentId) {
    author.take(id, ComponentStatus::Submitted).await.unwrap();
    curator.take(id, ComponentStatus::InReview).await.unwrap();
    curator.take(id, ComponentStatus::Published).await.unwrap();
}

async fn file(api: &Api, name: &str, size: usize) -> ReceivedFile {
    let mut draft = files::begin(&api.hub.app, api.hub.tenant).await.unwrap();
    draft.write(Bytes::from(vec![7; size])).await.unwrap();
    ReceivedFile {
        name: FileName::parse(name).unwrap(),
        media_type: MediaType::parse("application/zip"),
        whole: draft.finish().await.unwrap(),
    }
}

#[tokio::test]
async fn a_component_is_seen_by_everybody_once_it_is_published() {
    let api = begin().await;
    let (ana, bob) = (ana(&api).await, api.standard("bob@nordwind.example", None).await);
    let cleo = curator(&api, "cleo@nordwind.example").await;
    let id = ana.upload("Statement reader").await;
    let own = [("Statement reader".to_owned(), "DRAFT".to_owned())];
    assert_eq!(ana.seen("/components?status=all").await, own);
    assert_eq!(cleo.seen("/components?status=all").await, []);
    ana.take(id, ComponentStatus::Submitted).await.unwrap();
    assert_eq!(cleo.seen("/components?status=submitted").await.len(), 1);
    assert_eq!(bob.seen("/components?status=all").await, []);
    cleo.take(id, ComponentStatus::InReview).await.unwrap();
    cleo.take(id, ComponentStatus::Published).await.unwrap();

    let data = bob.data(PATH).await;
    assert_eq!((&data["totalItems"], &data["page"], &data["totalPages"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(
        data["components"][0],
        json!({
            "component_id": id.get(), "component_name": "Statement reader",
            "component_summary": "Reads both formats", "component_description": "At length",
            "component_type_key": "CONNECTOR", "component_type_name": "Connector",
            "component_status_key": "PUBLISHED", "component_status_name": "Published",
            "category_id": api.finance.get(), "category_name": "Finance", "applications": [],
            "component_benefits": "", "component_dependencies": "", "component_compatibility": "",
            "author": {
                "user_id": ana.id().get(), "user_email": "ana@nordwind.example", "user_first_name": "Ana",
                "user_last_name": "Tester"
            },
            "component_rating": null, "component_num_reviews": 0, "component_num_downloads": 0,
            "versions": [{
                "version_number": 1, "version_name": "1.0", "version_status_key": "PUBLISHED",
                "version_status_name": "Published", "file_id": null, "embed_link": "https://wiki.example/c",
                "version_num_downloads": 0, "version_created_epoch": NOON.millis(),
                "version_published_epoch": NOON.millis()
            }],
            "component_created_epoch": NOON.millis(), "component_updated_epoch": NOON.millis()
        })
    );
    assert_eq!(api.nobody_in_particular().await.seen(PATH).await.len(), 1);
    assert_eq!(api.powerless().await.seen(PATH).await, []);
    let elsewhere = api.standard("eva@nordwind.example", Some(api.legal)).await;
    assert_eq!(elsewhere.seen(PATH).await, []);
    assert_problem(&bob.get("/components?status=LOST").await, 400, "invalid-input");
    assert_problem(&bob.get("/components?limit=0").await, 400, "invalid-input");
    assert_eq!(bob.seen("/components?search=STATEMENT").await.len(), 1);
    assert_eq!(bob.seen("/components?s=other").await, []);
}

#[tokio::test]
async fn each_step_is_taken_by_whom_it_is_for() {
    let api = begin().await;
    let (ana, bob) = (ana(&api).await, api.standard("bob@nordwind.example", None).await);
    let (cleo, dan) =
        (curator(&api, "cleo@nordwind.example").await, curator(&api, "dan@nordwind.example").await);
    let id = ana.upload("One").await;
    assert!(matches!(bob.take(id, ComponentStatus::Submitted).await, Err(Error::NotFound(_))));
    assert!(matches!(ana.take(id, ComponentStatus::Published).await, Err(Error::Conflict(_))));
    ana.take(id, ComponentStatus::Submitted).await.unwrap();
    ana.take(id, ComponentStatus::Draft).await.unwrap();
    ana.take(id, ComponentStatus::Submitted).await.unwrap();
    assert!(matches!(ana.take(id, ComponentStatus::InReview).await, Err(Error::Forbidden(_))));
    assert!(matches!(cleo.take(id, ComponentStatus::Draft).await, Err(Error::Forbidden(_))));
    cleo.take(id, ComponentStatus::InReview).await.unwrap();
    assert!(matches!(dan.take(id, ComponentStatus::Published).await, Err(Error::Forbidden(_))));
    cleo.take(id, ComponentStatus::NeedsUpdate).await.unwrap();
    ana.take(id, ComponentStatus::Submitted).await.unwrap();
    dan.take(id, ComponentStatus::InReview).await.unwrap();
    dan.take(id, ComponentStatus::Published).await.unwrap();
    cleo.take(id, ComponentStatus::Archived).await.unwrap();
    assert_eq!(bob.seen("/components?status=all").await, []);
    assert_eq!(ana.seen("/components?status=all").await, [("One".to_owned(), "ARCHIVED".to_owned())]);

    let read = move |s: &mut automation_hub_storage::Session<'_>| {
        audit::list_of_object(s, "component", id.get(), 20)
    };
    let events = api.hub.app.store.read(api.hub.tenant, read).await.unwrap();
    assert_eq!(events.len(), 10);
    assert_eq!(events[0].before.as_deref(), Some(r#"{"status":"PUBLISHED","version":"1.0"}"#));
    assert_eq!(events[0].after.as_deref(), Some(r#"{"status":"ARCHIVED","version":"1.0"}"#));
}

#[tokio::test]
async fn the_next_version_waits_for_the_one_before() {
    let api = begin().await;
    let (ana, cleo) = (ana(&api).await, curator(&api, "cleo@nordwind.example").await);
    let id = ana.upload("One").await;
    let app = &api.hub.app;
    let more = async |caller: &Caller<'_>| components::upload_version(app, &caller.actor, id, link()).await;
    assert!(matches!(more(&ana).await, Err(Error::Conflict(_))));
    publish(&ana, &cleo, id).await;
    assert!(matches!(more(&cleo).await, Err(Error::Forbidden(_))));
    assert_eq!(more(&ana).await.unwrap(), 2);
    // What is on its way doesn't hide what is there.
    assert_eq!(cleo.seen(PATH).await.len(), 1);
    let versions = async |caller: &Caller<'_>| {
        caller.data(PATH).await["components"][0]["versions"].as_array().unwrap().len()
    };
    assert_eq!((versions(&ana).await, versions(&cleo).await), (2, 1));
}

#[rstest]
#[case(|new: &mut NewComponent| new.name = " ".into(), "name")]
#[case(|new: &mut NewComponent| new.summary = "a".repeat(201), "summary")]
#[case(|new: &mut NewComponent| new.description = "a".repeat(10_001), "description")]
#[case(|new: &mut NewComponent| new.version.name = String::new(), "version")]
#[case(|new: &mut NewComponent| new.version.place = Place::Link("ftp://x".into()), "link")]
#[case(|new: &mut NewComponent| new.category = CategoryId::new(999), "category")]
#[case(|new: &mut NewComponent| new.applications = vec![automation_hub_domain::id::ApplicationId::new(99)], "applications")]
#[tokio::test]
async fn what_is_wrong_with_a_component_is_named(#[case] change: fn(&mut NewComponent), #[case] field: &str) {
    let api = begin().await;
    let ana = ana(&api).await;
    let mut new = new("One", api.finance, link());
    change(&mut new);
    let refused = components::upload_component(&api.hub.app, &ana.actor, new).await;
    let Err(Error::Invalid(violations)) = refused else { panic!("{refused:?}") };
    assert!(violations.of(field).is_some(), "{violations:?}");
    assert_eq!(ana.seen("/components?status=all").await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_components_file_is_taken_counted_and_given_up_when_refused() {
    let api = begin().await;
    let (ana, bob) = (ana(&api).await, api.standard("bob@nordwind.example", None).await);
    let cleo = curator(&api, "cleo@nordwind.example").await;
    let app = &api.hub.app;
    let with =
        async |name: &str| NewContent { name: "1.0".into(), place: Place::File(file(&api, name, 10).await) };
    let wrong = new("One", api.finance, with("one.exe").await);
    let refused = components::upload_component(app, &ana.actor, wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let below = new("One", api.payables, with("one.zip").await);
    let refused = components::upload_component(app, &ana.actor, below).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    assert_eq!(stored(api.hub.folder.path()), Vec::<String>::new());

    let good = new("One", api.finance, with("one.nupkg").await);
    let id = components::upload_component(app, &ana.actor, good).await.unwrap();
    let file = ana.data("/components?status=all").await["components"][0]["versions"][0]["file_id"].clone();
    let path = format!("/download/file/{file}");
    assert_eq!(ana.get(&path).await.status, 200);
    assert_problem(&bob.get(&path).await, 404, "not-found");
    assert_problem(&cleo.get(&path).await, 404, "not-found");
    publish(&ana, &cleo, id).await;
    assert_eq!(bob.get(&path).await.body, [7; 10]);
    let downloads = bob.data(PATH).await["components"][0]["component_num_downloads"].clone();
    assert_eq!(downloads, 2);
    cleo.take(id, ComponentStatus::Archived).await.unwrap();
    assert_problem(&bob.get(&path).await, 404, "not-found");
    assert_eq!(ana.get(&path).await.status, 200);
}

#[tokio::test]
async fn an_automation_shows_the_components_it_has_to_do_with() {
    let api = begin().await;
    let (ana, bob) = (ana(&api).await, api.standard("bob@nordwind.example", None).await);
    let cleo = curator(&api, "cleo@nordwind.example").await;
    let (one, two) = (ana.upload("One").await, ana.upload("Two").await);
    publish(&ana, &cleo, one).await;
    let app = &api.hub.app;
    for id in [one, two] {
        components::link_component(app, &ana.actor, id, "one", ComponentUse::UsedBy).await.unwrap();
    }
    components::link_component(app, &ana.actor, one, "one", ComponentUse::BuiltFor).await.unwrap();
    let refused = components::link_component(app, &bob.actor, one, "one", ComponentUse::UsedBy).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let path = "/automations/one/components";
    assert_eq!(ana.seen(path).await.len(), 2);
    assert_eq!(bob.seen(path).await, [("One".to_owned(), "PUBLISHED".to_owned())]);
    let eva = api.standard("eva@nordwind.example", Some(api.legal)).await;
    assert_problem(&eva.get(path).await, 403, "permission-missing");
    assert_problem(&bob.get("/automations/none/components").await, 404, "not-found");
    assert_problem(&api.nobody_in_particular().await.get(path).await, 403, "submitter-required");
    components::unlink_component(app, &ana.actor, one, "one").await.unwrap();
    let again = components::unlink_component(app, &ana.actor, one, "one").await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
    assert_eq!(bob.seen(path).await, []);
}

#[tokio::test]
async fn a_published_component_is_reviewed_once_by_each() {
    let api = begin().await;
    let (ana, bob) = (ana(&api).await, api.standard("bob@nordwind.example", None).await);
    let cleo = curator(&api, "cleo@nordwind.example").await;
    let id = ana.upload("One").await;
    let app = &api.hub.app;
    let review = async |caller: &Caller<'_>, stars: i64, comment: &str| {
        let stars = Stars::new(stars).unwrap();
        components::review_component(app, &caller.actor, id, stars, comment.to_owned()).await
    };
    assert!(matches!(review(&ana, 5, "").await, Err(Error::Conflict(_))));
    publish(&ana, &cleo, id).await;
    assert!(matches!(review(&bob, 1, &"a".repeat(3001)).await, Err(Error::Invalid(_))));
    review(&bob, 1, "No").await.unwrap();
    review(&bob, 4, "Better now").await.unwrap();
    review(&cleo, 5, "").await.unwrap();
    let row = bob.data(PATH).await["components"][0].clone();
    assert_eq!((&row["component_rating"], &row["component_num_reviews"]), (&json!(4.5), &json!(2)));
}

#[tokio::test]
async fn another_tenants_components_are_not_there() {
    let mut api = begin().await;
    let id = {
        let (ana, cleo) = (ana(&api).await, curator(&api, "cleo@nordwind.example").await);
        let id = ana.upload("One").await;
        publish(&ana, &cleo, id).await;
        id
    };
    let uuid = uuid::Uuid::from_u128(7);
    api.hub.tenant = found_tenant(&api.hub.database, "solveig", "production", uuid).await;
    let stranger = api.hub.add_user("sven@solveig.example", &[SYSTEM_ADMIN, STANDARD_USER]).await;
    let stranger = api.user(stranger).await;
    assert_eq!(stranger.seen("/components?status=all").await, []);
    let taken = stranger.take(id, ComponentStatus::Archived).await;
    assert!(matches!(taken, Err(Error::NotFound(_))), "{taken:?}");
}
