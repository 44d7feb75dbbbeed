//! Changing the category tree.

use automation_hub_domain::id::{CategoryId, RoleId};
use automation_hub_storage::{Session, categories};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Api, Caller, SYSTEM_ADMIN, assert_problem, node};
use crate::app::found_tenant;

/// The harness founds one level only.
fn levels() -> Value {
    json!([{"category_level_id": 2, "category_level_name": "Category"},
        {"category_level_id": 3, "category_level_name": "Sub-category"}])
}

async fn save(caller: &Caller<'_>, body: Value) -> Value {
    let answer = caller.put("/categories", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["message"], "Resource Updated");
    answer.json()["data"].clone()
}

async fn refused(caller: &Caller<'_>, body: Value) -> Vec<(String, String)> {
    let before = caller.data("/hierarchy").await;
    let answer = caller.put("/categories", &body).await;
    assert_problem(&answer, 400, "invalid-input");
    assert_eq!(caller.data("/hierarchy").await, before, "all or nothing");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.json()["errors"].clone();
    errors.as_array().unwrap().iter().map(|error| (text(&error["pointer"]), text(&error["detail"]))).collect()
}

/// Names with those below them: `Finance(Accounts payable)`.
fn outline(nodes: &Value) -> String {
    let one = |node: &Value| {
        let below = outline(&node["subcategories"]);
        let name = node["category_name"].as_str().unwrap();
        if below.is_empty() { name.to_owned() } else { format!("{name}({below})") }
    };
    nodes.as_array().unwrap().iter().map(one).collect::<Vec<_>>().join(", ")
}

fn find(nodes: &Value, name: &str) -> Option<Value> {
    nodes.as_array()?.iter().find_map(|node| {
        if node["category_name"] == name { Some(node.clone()) } else { find(&node["subcategories"], name) }
    })
}

#[tokio::test]
async fn categories_are_added_renamed_moved_ordered_and_archived_in_one_call() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let body = json!({
        "levels": levels(),
        "categories": [
            {"category_id": api.legal.get(), "category_name": "Law", "category_order_number": 0, "subcategories": [
                {"category_id": api.payables.get(), "subcategories": [{"category_name": "Cards"}]},
                {"category_name": "Contracts", "category_is_other": 1},
                {"category_name": "Claims", "category_is_active": 0}
            ]},
            {"category_name": "People"}
        ]
    });
    let data = save(&admin, body).await;
    assert_eq!(
        outline(&data["categories"]),
        "Law(Accounts payable(Cards), Contracts, Claims), Finance, Fairs, People"
    );
    assert_eq!(admin.data("/hierarchy").await, data, "it shows at once");
    let slugs: Vec<_> =
        data["levels"].as_array().unwrap().iter().map(|level| &level["category_level_slug"]).collect();
    assert_eq!(slugs, ["business-area", "category", "sub-category"]);
    let cards = find(&data["categories"], "Cards").unwrap();
    assert_eq!((&cards["category_level_id"], &cards["category_is_active"]), (&json!(3), &json!(1)));
    assert_eq!(find(&data["categories"], "Claims").unwrap()["category_is_active"], 0);
    assert_eq!(find(&data["categories"], "Contracts").unwrap()["category_is_other"], 1);
    assert_eq!(find(&data["categories"], "Fairs").unwrap()["category_is_active"], 0, "left out, it stays");

    assert_eq!(save(&admin, data.clone()).await, data, "its own answer changes nothing");
    assert_eq!(api.actions("category", api.legal.get()).await, ["category.edit"]);
    assert_eq!(api.actions("category", api.payables.get()).await, ["category.edit"]);
    assert_eq!(api.actions("category", cards["category_id"].as_i64().unwrap()).await, ["category.create"]);
    assert_eq!(api.actions("category-level", 2).await, ["category-level.create"]);
    assert_eq!(api.actions("category", api.finance.get()).await, [""; 0]);
    let event = api.events("category", api.legal.get()).await.remove(0);
    assert_eq!(event.actor_user, Some(admin.id()));
    assert!(event.before.unwrap().contains("Legal") && event.after.unwrap().contains("Law"));
}

#[tokio::test]
async fn ideas_show_renamed_and_moved_categories_at_once() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["One"]).await;
    assert_eq!(admin.data("/automations/one").await["category_name"], "Accounts payable");
    let below = json!([{"category_id": api.payables.get(), "category_name": "Payables"}]);
    let body =
        json!({"levels": levels(), "categories": [{"category_id": api.legal.get(), "subcategories": below}]});
    save(&admin, body).await;
    let record = admin.data("/automations/one").await;
    assert_eq!(record["category_name"], "Payables");
    assert_eq!(record["hierarchy"], format!("{},{}", api.legal, api.payables));
    assert_eq!(admin.names(&format!("/automations?category={}", api.legal)).await, ["One"]);
    assert!(admin.names(&format!("/automations?category={}", api.finance)).await.is_empty());
}

#[tokio::test]
async fn nothing_can_be_filed_in_or_below_an_archived_category() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let submit = async |name: &str| {
        let body = json!({"process_name": name, "process_description": "x", "category_id": api.payables.get(),
            "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1});
        admin.post("/automationidea", &body).await
    };
    assert_eq!(submit("One").await.status, 201);
    let switch = |is_active: i64| json!({"categories": [{"category_id": api.finance.get(), "category_is_active": is_active}]});
    save(&admin, switch(0)).await;
    let answer = submit("Two").await;
    assert_problem(&answer, 400, "invalid-input");
    assert_eq!(answer.json()["message"], "Invalid Category Id.");
    save(&admin, switch(1)).await;
    assert_eq!(submit("Two").await.status, 201);
}

/// A node keeps the tree in memory, and nothing but the database tells it of another's changes as they happen.
#[tokio::test]
async fn a_category_that_another_node_opens_or_archives_is_so_for_the_next_submission() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let submit = async |name: &str, category: CategoryId| {
        let body = json!({"process_name": name, "process_description": "x", "category_id": category.get(),
            "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1});
        admin.post("/automationidea", &body).await
    };
    let known = submit("What makes the tree known", api.payables).await;
    assert_eq!(known.status, 201);
    for (name, is_open, status) in [("One", true, 201), ("Two", false, 400)] {
        let id = api.archived;
        let switch = move |s: &mut Session<'_>| categories::set_active(s, id, is_open);
        api.hub.app.store.write(api.hub.tenant, switch).await.unwrap();
        assert_eq!(submit(name, id).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn what_lies_below_an_archived_category_shows_as_archived_and_comes_back_with_it() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["One"]).await;
    let switch = |id: i64, is_active: i64| json!({"categories": [{"category_id": id, "category_is_active": is_active}]});
    let (finance, payables) = (api.finance.get(), api.payables.get());
    let shown = |data: &Value| {
        let of = |name| find(&data["categories"], name).unwrap()["category_is_active"].as_i64().unwrap();
        [of("Finance"), of("Accounts payable")]
    };
    let archived = save(&admin, switch(finance, 0)).await;
    assert_eq!(shown(&archived), [0, 0]);
    assert_eq!(shown(&admin.data("/hierarchy").await), [0, 0]);
    let record = admin.data("/automations/one").await;
    assert_eq!(shown(&record), [0, 0], "records say the same");

    let events = api.actions("category", payables).await;
    assert_eq!(save(&admin, archived.clone()).await, archived, "sent back as it was read");
    assert_eq!(shown(&save(&admin, switch(payables, 0)).await), [0, 0]);
    assert_eq!(api.actions("category", payables).await, events, "no change of its own value");
    assert_eq!(shown(&save(&admin, switch(finance, 1)).await), [1, 1], "it comes back");

    assert_eq!(shown(&save(&admin, switch(payables, 0)).await), [1, 0]);
    save(&admin, switch(finance, 0)).await;
    assert_eq!(shown(&save(&admin, switch(finance, 1)).await), [1, 0], "its own value was 0");
    save(&admin, switch(finance, 0)).await;
    assert_eq!(
        shown(&save(&admin, switch(payables, 1)).await),
        [0, 0],
        "it can't be open below an archived one"
    );
    assert_eq!(shown(&save(&admin, switch(finance, 1)).await), [1, 1], "but was taken back itself");

    save(&admin, switch(finance, 0)).await;
    let both = |finance_first: bool| {
        let mut rows = vec![
            json!({"category_id": finance, "category_is_active": 1}),
            json!({"category_id": payables, "category_is_active": 0}),
        ];
        if !finance_first {
            rows.reverse();
        }
        json!({ "categories": rows })
    };
    assert_eq!(shown(&save(&admin, both(true)).await), [1, 1], "as it was before");
    save(&admin, switch(finance, 0)).await;
    assert_eq!(shown(&save(&admin, both(false)).await), [1, 1], "in either order");
}

#[tokio::test]
async fn at_the_top_of_the_body_a_category_stays_where_it_is_unless_it_says_level_1() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let renamed = json!({"categories": [{"category_id": api.payables.get(), "category_name": "Payables"}]});
    let data = save(&admin, renamed).await;
    assert_eq!(outline(&data["categories"]), "Finance(Payables), Legal, Fairs");
    let moved = json!({"categories": [{"category_id": api.payables.get(), "category_level_id": 1,
        "category_order_number": 9}]});
    let data = save(&admin, moved).await;
    assert_eq!(outline(&data["categories"]), "Finance, Legal, Fairs, Payables");
}

#[tokio::test]
async fn what_lies_below_a_moved_category_moves_along() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let body = json!({"levels": levels(), "categories": [{"category_id": api.legal.get(), "subcategories": [
        {"category_id": api.finance.get()}]}]});
    let data = save(&admin, body).await;
    assert_eq!(outline(&data["categories"]), "Legal(Finance(Accounts payable)), Fairs");
    assert_eq!(find(&data["categories"], "Accounts payable").unwrap()["category_level_id"], 3);
}

#[tokio::test]
async fn five_levels_are_the_most() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let chain = |names: &[&str]| {
        let wrap = |below: Value, name: &&str| json!([{"category_name": name, "subcategories": below}]);
        names.iter().rev().fold(json!([]), wrap)
    };
    let level = |id: i64| json!({"category_level_id": id, "category_level_name": format!("Level {id}")});
    let unnamed = refused(&admin, json!({"categories": chain(&["A", "B"])})).await;
    let told = "There is no level 2 yet. Name it under “levels”.";
    assert_eq!(unnamed, [("#/categories/0/subcategories/0".to_owned(), told.to_owned())]);
    let unnamed = refused(&admin, json!({"categories": chain(&["A", "B", "C"])})).await;
    assert_eq!(unnamed.len(), 2, "one below the other, each is told: {unnamed:?}");
    let levels: Vec<_> = (2..=5).map(level).collect();
    let six = json!({"levels": levels, "categories": chain(&["A", "B", "C", "D", "E", "F"])});
    let [(pointer, rule)] = refused(&admin, six).await.try_into().unwrap();
    assert_eq!((pointer.matches("subcategories").count(), rule.as_str()), (5, "At most 5 levels."));
    let five = json!({"levels": levels, "categories": chain(&["A", "B", "C", "D", "E"])});
    assert!(outline(&save(&admin, five).await["categories"]).contains("A(B(C(D(E))))"));
    let sixth = refused(&admin, json!({"levels": [level(6)]})).await;
    assert_eq!(sixth, [("#/levels/0/category_level_id".to_owned(), "At most 5 levels.".to_owned())]);
    let renamed = json!({"levels": [{"category_level_id": 1, "category_level_name": "Area"}]});
    let data = save(&admin, renamed).await;
    assert_eq!(
        data["levels"][0],
        json!({"category_level_id": 1, "category_level_name": "Area", "category_level_slug": "business-area"})
    );
}

#[tokio::test]
async fn a_category_can_not_stand_below_itself() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let (finance, payables) = (api.finance.get(), api.payables.get());
    let body =
        json!({"categories": [{"category_id": payables, "subcategories": [{"category_id": finance}]}]});
    let told = refused(&admin, body.clone()).await;
    assert!(told.iter().all(|(_, rule)| rule == "A category can't stand below itself."), "{told:?}");
    assert_eq!(told[0].0, "#/categories/0/subcategories/0");
    let mut body = body;
    body["levels"] = levels();
    body["categories"][0]["category_level_id"] = json!(1);
    let data = save(&admin, body).await;
    assert!(outline(&data["categories"]).contains("Accounts payable(Finance)"), "{data}");
}

#[rstest]
#[case(json!({"categories": [{"category_id": 99_999}]}), "categories/0/category_id", "There is no such category.")]
#[case(json!({"categories": [{"category_id": "1"}]}), "categories/0/category_id", "A whole number is needed.")]
#[case(json!({"categories": [{"category_order_number": 1}]}), "categories/0/category_name", "This is required.")]
#[case(json!({"categories": [{"category_id": 1, "category_name": ""}]}), "categories/0/category_name", "This is required.")]
#[case(json!({"categories": [{"category_name": "x".repeat(101)}]}), "categories/0/category_name", "At most 100 characters; this has 101.")]
#[case(json!({"categories": [{"category_name": " finance"}]}), "categories/0/category_name", "A category beside it has this name.")]
#[case(json!({"categories": [{"category_name": "New"}, {"category_name": "NEW"}]}), "categories/1/category_name", "A category beside it has this name.")]
#[case(json!({"categories": [{"category_name": "New", "category_is_active": 2}]}), "categories/0/category_is_active", "0 or 1 is needed.")]
#[case(json!({"categories": [{"category_name": "New", "category_order_number": -1}]}), "categories/0/category_order_number", "A whole number from 0 to 2147483647 is needed.")]
#[case(json!({"categories": [{"category_name": "New", "category_level_id": 2}]}), "categories/0/category_level_id", "This stands on level 1.")]
#[case(json!({"categories": [{"category_name": "New", "subcategories": 1}]}), "categories/0/subcategories", "A list is needed.")]
#[case(json!({"categories": [{"category_id": 1}, {"category_id": 1}]}), "categories/1/category_id", "This category stands further up too.")]
#[case(json!({"categories": [7]}), "categories/0", "An object is needed.")]
#[case(json!({"categories": 7}), "categories", "A list is needed.")]
#[case(json!({}), "categories", "This is required.")]
#[case(json!({"levels": [{"category_level_id": 3, "category_level_name": "x"}]}), "levels/0/category_level_id", "Of a level that there is, or 2 for the next one.")]
#[case(json!({"levels": [{"category_level_id": 1}]}), "levels/0/category_level_name", "This is required.")]
#[tokio::test]
async fn what_is_wrong_with_a_node_is_named(#[case] body: Value, #[case] field: &str, #[case] rule: &str) {
    let api = Api::start().await;
    let told = refused(&api.admin().await, body).await;
    assert_eq!(told, [(format!("#/{field}"), rule.to_owned())]);
}

#[tokio::test]
async fn every_node_tells_its_own_mistakes() {
    let api = Api::start().await;
    let body = json!({"levels": levels(), "categories": [
        {"category_id": api.finance.get(), "category_name": " ", "subcategories": [{"category_id": 77_777, "subcategories": [
            {"category_name": 5}]}]},
        {"category_name": "Legal", "category_is_other": true}]});
    let told = refused(&api.admin().await, body).await;
    let mut pointers: Vec<_> = told.iter().map(|(pointer, _)| pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "#/categories/0/category_name",
            "#/categories/0/subcategories/0/category_id",
            "#/categories/0/subcategories/0/subcategories/0/category_name",
            "#/categories/1/category_is_other",
            "#/categories/1/category_name"
        ]
    );
}

#[tokio::test]
async fn only_who_manages_categories_changes_them() {
    let api = Api::start().await;
    let body = json!({"categories": [{"category_name": "New"}]});
    let manager = api.person("paula@nordwind.example", &[(RoleId::new(5), None)]).await;
    assert_problem(&manager.put("/categories", &body).await, 403, "permission-missing");
    assert_problem(&api.powerless().await.put("/categories", &body).await, 403, "permission-missing");
    let token = api.nobody_in_particular().await;
    assert_problem(&token.put("/categories", &body).await, 403, "submitter-required");
}

#[tokio::test]
async fn who_manages_one_category_leaves_the_others_alone() {
    let api = Api::start().await;
    let admin = api.admin().await;
    save(&admin, json!({"levels": levels()})).await;
    let fay = api.person("fay@nordwind.example", &[(SYSTEM_ADMIN, Some(api.finance))]).await;
    let (finance, payables, legal) = (api.finance.get(), api.payables.get(), api.legal.get());
    for body in [
        json!({"categories": [{"category_name": "New"}]}),
        json!({"categories": [{"category_id": legal, "category_name": "Law"}]}),
        json!({"categories": [{"category_id": legal, "subcategories": [{"category_name": "New"}]}]}),
        json!({"categories": [{"category_id": legal, "subcategories": [{"category_id": payables}]}]}),
        json!({"categories": [{"category_id": finance, "subcategories": [{"category_id": legal}]}]}),
        json!({"categories": [{"category_id": payables, "category_level_id": 1}]}),
        json!({"levels": [{"category_level_id": 1, "category_level_name": "Area"}]}),
    ] {
        assert_problem(&fay.put("/categories", &body).await, 403, "permission-missing");
    }
    let own = json!({"categories": [{"category_id": legal}, {"category_id": finance, "category_name": "Money", "subcategories": [
        {"category_name": "Tax"}]}]});
    let data = save(&fay, own).await;
    assert_eq!(outline(&data["categories"]), "Money(Accounts payable, Tax), Legal, Fairs");
}

#[tokio::test]
async fn another_tenants_categories_are_none() {
    let api = Api::start().await;
    let other = found_tenant(&api.hub.database, "suedwind", "test", Uuid::from_u128(2)).await;
    let theirs =
        api.hub.app.store.write(other, |s| categories::insert(s, &node("Theirs", None, 1))).await.unwrap();
    let admin = api.admin().await;
    let body = json!({"categories": [{"category_id": theirs.get(), "category_name": "Ours"}]});
    let told = refused(&admin, body).await;
    assert_eq!(told, [("#/categories/0/category_id".to_owned(), "There is no such category.".to_owned())]);
    let tree = api.hub.app.store.read(other, categories::tree).await.unwrap();
    assert_eq!(tree.find(theirs).unwrap().name, "Theirs");
    assert_eq!(tree.nodes().len(), 1);
}

#[tokio::test]
async fn of_two_who_add_the_same_category_at_once_one_is_refused() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let body = json!({"categories": [{"category_name": "New"}]});
    let answers = tokio::join!(admin.put("/categories", &body), admin.put("/categories", &body));
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
    assert_eq!(outline(&admin.data("/hierarchy").await["categories"]).matches("New").count(), 1);
}
