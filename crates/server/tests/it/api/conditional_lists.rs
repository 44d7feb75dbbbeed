//! Conditional requests for what is sent back as a whole, and for what has no entity tag.

use automation_hub_server::api::routes::ROUTES;
use axum::http::Method;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Api,
    answer::answers,
    conditional::{begin, json_of},
};
use crate::calls::{RawAnswer, Script};

const TREE: &str = "/hierarchy";

fn renamed(id: i64, name: &str) -> String {
    json!({"categories": [{"category_id": id, "category_name": name}]}).to_string()
}

impl Script {
    async fn list(&self, path: &str, headers: &[(&str, &str)]) -> RawAnswer {
        self.call("GET", path, headers, "").await
    }

    async fn save_tree(&self, tag: &str, body: &str) -> RawAnswer {
        self.call("PUT", "/categories", &[("if-match", tag)], body).await
    }
}

#[tokio::test]
async fn a_tree_sent_back_after_somebody_else_changed_it_is_refused() {
    let (api, script) = begin().await;
    let read = script.list(TREE, &[]).await;
    let (tag, mut tree) = (read.header("etag").unwrap().to_owned(), json_of(&read)["data"].clone());
    let other = script.call("PUT", "/categories", &[], &renamed(api.legal.get(), "Law")).await;
    assert_eq!(other.status, 201, "{}", other.body);
    let now = script.tag_of(TREE).await;
    assert_ne!(now, tag);
    assert_eq!(other.header("etag"), Some(now.as_str()), "a change answers the tree with its tag");
    tree["categories"][0]["category_name"] = json!("Money");
    for unmatched in [tag.as_str(), "\"bogus\"", &format!("W/{now}")] {
        let answer = script.save_tree(unmatched, &tree.to_string()).await;
        assert_eq!((answer.status, &json_of(&answer)["type"]), (412, &json!("stale")), "{unmatched}");
    }
    assert_eq!(script.tag_of(TREE).await, now, "nothing was changed");
    for matched in [now.clone(), format!("\"x\", {now}"), "*".to_owned()] {
        let name = format!("Money {}", matched.len());
        let answer = script.save_tree(&matched, &renamed(api.finance.get(), &name)).await;
        assert_eq!(answer.status, 201, "{matched}: {}", answer.body);
        let back = script.call("PUT", "/categories", &[], &renamed(api.finance.get(), "Finance")).await;
        assert_eq!((back.status, back.header("etag")), (201, Some(now.as_str())), "the same tree again");
    }
}

#[rstest]
#[case("+gzip")]
#[case("-gzip")]
#[case(";br")]
#[tokio::test]
async fn a_coded_tree_is_the_same_tree(#[case] coding: &str) {
    let (api, script) = begin().await;
    let plain = script.tag_of(TREE).await;
    let coded = format!("\"{}{coding}\"", plain.trim_matches('"'));
    assert_eq!(script.list(TREE, &[("if-none-match", &coded)]).await.status, 304);
    let answer = script.save_tree(&coded, &renamed(api.legal.get(), "Law")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(script.save_tree(&coded, &renamed(api.legal.get(), "Legal")).await.status, 412);
}

#[tokio::test]
async fn who_has_the_tree_isnt_sent_it_again() {
    let (_api, script) = begin().await;
    let tag = script.tag_of(TREE).await;
    for (asked, status) in [(tag.as_str(), 304), (&format!("W/{tag}"), 304), ("*", 304), ("\"x\"", 200)] {
        let answer = script.list(TREE, &[("if-none-match", asked)]).await;
        assert_eq!((answer.status, answer.header("etag")), (status, Some(tag.as_str())), "{asked}");
        assert_eq!(answer.body.is_empty(), status == 304, "{asked}");
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    }
    assert_eq!(script.list(TREE, &[("if-none-match", "x")]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_who_read_the_same_tree_one_wins() {
    const WRITERS: usize = 8;
    let (api, script) = begin().await;
    for round in 0..4 {
        let tag = script.tag_of(TREE).await;
        let writers = (0..WRITERS).map(|n| {
            let (script, tag, legal) = (script.clone(), tag.clone(), api.legal.get());
            tokio::spawn(async move {
                script.save_tree(&tag, &renamed(legal, &format!("Law {round} {n}"))).await.status
            })
        });
        let mut statuses: Vec<_> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [&[201][..], &[412; WRITERS - 1]].concat(), "round {round}");
    }
}

#[tokio::test]
async fn who_may_not_change_the_tree_is_told_that_before_the_tag_is_looked_at() {
    let (api, script) = begin().await;
    let body = renamed(api.legal.get(), "Law");
    let leo = api.hub.add_user("leo@nordwind.example", &[automation_hub_domain::role::STANDARD_USER]).await;
    let form = automation_hub_domain::token::value::TokenForm::Uuid;
    let leo = Script { token: api.hub.issue(Some(leo), form, None).await, ..script.clone() };
    assert_eq!(leo.save_tree("\"bogus\"", &body).await.status, 403);
    let wrong = json!({"categories": [{"category_id": 99_999}]}).to_string();
    assert_eq!(script.save_tree("\"bogus\"", &wrong).await.status, 412, "before the body is judged");
}

/// A body that the call would take, so that only the header can be what is refused.
fn body(api: &Api, path: &str) -> Value {
    match path {
        "/edituser" => json!({"user_email": "ana@nordwind.example", "user_location": "Bremen"}),
        "/adduser" => {
            json!({"user_email": "new@nordwind.example", "user_first_name": "N", "user_last_name": "U"})
        }
        "/appinventory" => json!([{"application_name": "Jira", "application_version": "Cloud",
            "application_language": "English", "categoryIds": [api.legal.get()]}]),
        _ => json!({}),
    }
}

#[tokio::test]
async fn a_change_without_a_tag_to_compare_is_refused_when_one_is_named() {
    let (api, script) = begin().await;
    let users = script.list("/users?inviteStatus=all", &[]).await.body;
    let applications = script.list("/appinventory", &[]).await.body;
    for route in ROUTES.iter().filter(|route| route.method != Method::GET) {
        let path = route.path.replace("{id}", "1");
        let body = body(&api, route.path).to_string();
        let answer = script.call(route.method.as_str(), &path, &[("if-match", "\"bogus\"")], &body).await;
        let problem = json_of(&answer);
        if route.compares {
            assert_ne!(problem["type"], "if-match-unsupported", "{} {path}", route.method);
            continue;
        }
        let told = (answer.status, &problem["type"]);
        assert_eq!(told, (412, &json!("if-match-unsupported")), "{} {path}: {problem}", route.method);
        assert!(problem["message"].as_str().unwrap().contains("without If-Match"), "{problem}");
        let unread = script.call(route.method.as_str(), &path, &[("if-match", "x")], &body).await;
        assert_eq!(unread.status, 400, "{} {path}", route.method);
    }
    assert_eq!(script.list("/users?inviteStatus=all", &[]).await.body, users);
    assert_eq!(script.list("/appinventory", &[]).await.body, applications);
}

#[tokio::test]
async fn whatever_there_is_may_be_changed() {
    let (api, script) = begin().await;
    for path in ["/edituser", "/adduser"] {
        let answer = script.call("POST", path, &[("if-match", "*")], &body(&api, path).to_string()).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    }
    let nobody = json!({"user_email": "none@nordwind.example", "user_location": "Bremen"}).to_string();
    assert_eq!(script.call("POST", "/edituser", &[("if-match", "*")], &nobody).await.status, 404);
    let gone = script.call("DELETE", "/appinventory/99999", &[("if-match", "*")], "").await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn who_may_not_make_a_call_is_told_that_before_it_has_no_tag() {
    let (api, script) = begin().await;
    let leo = api.hub.add_user("leo@nordwind.example", &[automation_hub_domain::role::STANDARD_USER]).await;
    let form = automation_hub_domain::token::value::TokenForm::Uuid;
    let leo = Script { token: api.hub.issue(Some(leo), form, None).await, ..script };
    let body = body(&api, "/edituser").to_string();
    let answer = leo.call("POST", "/edituser", &[("if-match", "\"x\"")], &body).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
}

const INVENTORY: &str = "/appinventory";

fn entry(api: &Api, name: &str) -> Value {
    json!({"application_name": name, "application_version": "1", "application_language": "English",
        "categoryIds": [api.legal.get()]})
}

impl Script {
    async fn save_entries(&self, headers: &[(&str, &str)], rows: &Value) -> RawAnswer {
        self.call("PUT", INVENTORY, headers, &rows.to_string()).await
    }

    async fn add_entry(&self, api: &Api, name: &str) -> (i64, String) {
        let answer = self.save_entries(&[], &json!([entry(api, name)])).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let id = json_of(&answer)["data"]["applications"][0]["application_id"].as_i64().unwrap();
        (id, answer.header("etag").unwrap().to_owned())
    }
}

#[tokio::test]
async fn an_inventory_sent_back_after_somebody_else_changed_it_is_refused() {
    let (api, script) = begin().await;
    let (id, tag) = script.add_entry(&api, "Jira").await;
    for page in [INVENTORY, "/appinventory?limit=1&page=7", "/appinventory?search=none"] {
        assert_eq!(script.tag_of(page).await, tag, "{page} is of the same inventory");
    }
    let mut rows = json_of(&script.list(INVENTORY, &[]).await)["data"]["applications"].clone();
    let unchanged = script.save_entries(&[("if-match", &tag)], &rows).await;
    assert_eq!((unchanged.status, unchanged.header("etag")), (201, Some(tag.as_str())), "nothing changed");
    rows[0]["application_comments"] = json!("Of the service desk");
    let (_, now) = script.add_entry(&api, "Excel").await;
    assert_ne!(now, tag);
    for unmatched in [tag.as_str(), "\"bogus\"", &format!("W/{now}")] {
        let answer = script.save_entries(&[("if-match", unmatched)], &rows).await;
        assert_eq!((answer.status, &json_of(&answer)["type"]), (412, &json!("stale")), "{unmatched}");
        let path = format!("{INVENTORY}/{id}");
        let answer = script.call("DELETE", &path, &[("if-match", unmatched)], "").await;
        assert_eq!((answer.status, &json_of(&answer)["type"]), (412, &json!("stale")), "{unmatched}");
    }
    assert_eq!(script.tag_of(INVENTORY).await, now, "nothing was changed");
    let saved = script.save_entries(&[("if-match", &format!("\"x\", {now}"))], &rows).await;
    assert_eq!(saved.status, 201, "{}", saved.body);
    let now = saved.header("etag").unwrap();
    assert_eq!(script.tag_of(INVENTORY).await, now);
    let answer = script.call("DELETE", &format!("{INVENTORY}/{id}"), &[("if-match", now)], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_ne!(script.tag_of(INVENTORY).await, now);
}

#[tokio::test]
async fn an_application_that_an_idea_brings_along_changes_the_inventory() {
    let (_api, script) = begin().await;
    let tag = script.tag_of(INVENTORY).await;
    let new = json!({"new_applications": [{"application_name": "Rostering", "application_version": "3"}]});
    let body = answers("OVR", json!({"OVR-COUNT_APPS": new})).to_string();
    let answer = script.call("PATCH", "/automations/1", &[], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let named = json_of(&script.list("/appinventory?search=rostering", &[]).await);
    assert_eq!(named["data"]["totalItems"], 1);
    assert_ne!(script.tag_of(INVENTORY).await, tag);
}

#[tokio::test]
async fn who_has_the_inventory_isnt_sent_it_again() {
    let (api, script) = begin().await;
    let (_, tag) = script.add_entry(&api, "Jira").await;
    for (asked, status) in [(tag.as_str(), 304), (&format!("W/{tag}"), 304), ("*", 304), ("\"x\"", 200)] {
        let answer = script.list(INVENTORY, &[("if-none-match", asked)]).await;
        assert_eq!((answer.status, answer.header("etag")), (status, Some(tag.as_str())), "{asked}");
        assert_eq!(answer.body.is_empty(), status == 304, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_who_read_the_same_inventory_one_wins() {
    const WRITERS: usize = 8;
    let (api, script) = begin().await;
    for round in 0..4 {
        let tag = script.tag_of(INVENTORY).await;
        let writers = (0..WRITERS).map(|n| {
            let (script, tag) = (script.clone(), tag.clone());
            let rows = json!([entry(&api, &format!("Tool {round} {n}"))]);
            tokio::spawn(async move { script.save_entries(&[("if-match", &tag)], &rows).await.status })
        });
        let mut statuses: Vec<_> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [&[201][..], &[412; WRITERS - 1]].concat(), "round {round}");
    }
}

#[tokio::test]
async fn who_may_not_change_an_entry_is_told_that_before_the_tag_is_looked_at() {
    let (api, script) = begin().await;
    let (id, _) = script.add_entry(&api, "Jira").await;
    let leo = api.hub.add_user("leo@nordwind.example", &[automation_hub_domain::role::STANDARD_USER]).await;
    let form = automation_hub_domain::token::value::TokenForm::Uuid;
    let leo = Script { token: api.hub.issue(Some(leo), form, None).await, ..script.clone() };
    let bogus = [("if-match", "\"bogus\"")];
    assert_eq!(leo.save_entries(&bogus, &json!([entry(&api, "Jira")])).await.status, 403);
    assert_eq!(leo.call("DELETE", &format!("{INVENTORY}/{id}"), &bogus, "").await.status, 403);
    let wrong = script.save_entries(&bogus, &json!([{"application_id": 99_999}])).await;
    assert_eq!(wrong.status, 412, "before the body is judged");
}
