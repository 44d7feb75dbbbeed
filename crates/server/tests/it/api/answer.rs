//! Changing answers.

use automation_hub_domain::{
    formula::Formulas,
    id::{CategoryId, IdeaId, RoleId},
    questionnaire::Question,
};
use automation_hub_storage::{
    Session, StorageError, forms,
    ideas::{self, IdeaKey},
};
use axum::http::Method;
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem};

pub(super) fn answers(assessment: &str, questions: Value) -> Value {
    // A published client names this section whatever the form has.
    let mut body = json!({"user_inputs": {assessment: {}}});
    body["user_inputs"][assessment]["ah-section-ovr-0-0"] = questions;
    body
}

/// An employee-driven idea of Ana's.
async fn submitted(api: &Api) -> (Caller<'_>, i64) {
    let ana = api.standard("ana@nordwind.example", Some(api.finance)).await;
    let body = json!({
        "process_name": "One", "process_description": "By hand", "category_id": api.payables.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 4, "documentation": 5
    });
    let id = ana.submitted("/automationidea", &body).await["process_id"].as_i64().unwrap();
    (ana, id)
}

async fn patch(caller: &Caller<'_>, id: i64, body: &Value) -> Value {
    caller.changed(Method::PATCH, &format!("/automations/{id}"), body).await
}

#[tokio::test]
async fn name_and_description_change_and_the_address_stays() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let body = answers(
        "OVR",
        json!({"OVR-OVERVIEW_NAME": {"value": "Two"}, "OVR-OVERVIEW_DESCRIPTION": {"value": "By machine"}}),
    );
    let record = patch(&ana, id, &body).await;
    assert_eq!(
        (&record["process_name"], &record["process_description"], &record["process_slug"]),
        (&json!("Two"), &json!("By machine"), &json!("one"))
    );
    assert_eq!(record, ana.data("/automations/one").await);
    assert_eq!(ana.names("/automations?search=machine").await, ["Two"]);
    let (action, before, after) = api.trail(id).await.remove(0);
    assert_eq!(action, "idea.answer");
    assert_eq!(before, Some(json!({"name": "One", "description": "By hand"})));
    assert_eq!(after, Some(json!({"name": "Two", "description": "By machine"})));
    patch(&ana, id, &body).await;
    assert_eq!(api.trail(id).await.len(), 2, "what changes nothing is written nowhere");
}

#[tokio::test]
async fn a_changed_answer_changes_the_scores_that_come_of_it() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    assert_eq!(ana.data("/automations/one").await["process_overall_gauge_score"], 84);
    let code = |question: u8, points: u8| json!({"value": format!("ah-answer_option-q1-0-0-{question}-{}", points - 1)});
    let record = patch(&ana, id, &answers("Q1", json!({"Q1-RULES": code(0, 1)}))).await;
    assert_eq!(
        (&record["process_rules_id"], &record["process_overall_gauge_score"]),
        (&json!(1), &json!(68))
    );
    let detailed = json!({
        "Q2-VOLUMES": {"value": 50}, "Q2-FREQUENCY": {"value": "frequency-weekly"},
        "Q2-AVERAGE_PROCESSING_TIME": {"value": 30}, "Q2-NUMBER_OF_WAYS": {"value": 1},
        "Q2-DIGITAL_INPUT": {"value": 100}
    });
    let record = patch(&ana, id, &answers("Q2", detailed)).await;
    assert_eq!(record["process_estimated_benefit_score"], json!(null), "the structured share is missing");
    let record = patch(&ana, id, &answers("Q2", json!({"Q2-STRUCTURED_INPUT": {"value": 100}}))).await;
    assert_eq!(record["process_automation_score"], 100);
    assert_eq!(record["process_estimated_benefit_score"], 1300);
    let record = patch(&ana, id, &answers("Q2", json!({"Q2-VOLUMES": {"value": null}}))).await;
    assert_eq!((&record["process_estimated_benefit_score"], record.get("q2-volumes")), (&json!(null), None));
    assert_eq!(record["process_overall_gauge_score"], 68);
}

#[tokio::test]
async fn the_version_of_the_formulas_is_kept_with_the_figures() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let version = async || {
        let find = move |s: &mut Session<'_>| ideas::find(s, IdeaKey::Id(IdeaId::new(id)));
        api.hub.app.store.read(api.hub.tenant, find).await.unwrap().unwrap().content.formulas_version
    };
    assert_eq!(version().await, Some(1));
    let install = |s: &mut Session<'_>| -> Result<_, StorageError> {
        let definition = r#"{"inputs": {"rules": "Q1-RULES", "stability": "Q1-STABILITY"},
            "outputs": [{"name": "idea_score", "expression": "min(rules, stability) * 20"}]}"#;
        forms::install_formulas(s, &Formulas::parse(definition).unwrap())
    };
    api.hub.app.store.write(api.hub.tenant, install).await.unwrap();
    assert_eq!(ana.data("/automations/one").await["process_overall_gauge_score"], 84);
    let record =
        patch(&ana, id, &answers("OVR", json!({"OVR-OVERVIEW_PAIN_POINTS": {"value": "Slow"}}))).await;
    assert_eq!((version().await, &record["process_overall_gauge_score"]), (Some(2), &json!(80)));
}

#[tokio::test]
async fn comments_are_kept_and_taken_back_on_their_own() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let shown = async || {
        let schema = ana.get(&format!("/automations/{id}/schema")).await.json();
        schema["data"]["user_inputs"]["Q1"]["ah-section-q1-0-0"]["Q1-RULES"].clone()
    };
    patch(&ana, id, &answers("Q1", json!({"Q1-RULES": {"comment": "Nearly always"}}))).await;
    assert_eq!(shown().await, json!({"value": "ah-answer_option-q1-0-0-0-4", "comment": "Nearly always"}));
    patch(&ana, id, &answers("Q1", json!({"Q1-RULES": {"comment": null}}))).await;
    assert_eq!(shown().await, json!({"value": "ah-answer_option-q1-0-0-0-4"}));
}

#[tokio::test]
async fn null_in_place_of_an_answer_is_as_good_as_none() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let given =
        json!({"OVR-OVERVIEW_PAIN_POINTS": {"value": "Slow"}, "OVR-PROCESS_OWNER": "ana@nordwind.example"});
    let before = patch(&ana, id, &answers("OVR", given)).await;
    let nothing = json!({
        "OVR-OVERVIEW_PAIN_POINTS": null, "OVR-PROCESS_OWNER": null, "OVR-OVERVIEW_NAME": null,
        "OVR-COUNT_APPS": {"new_applications": null}
    });
    assert_eq!(patch(&ana, id, &answers("OVR", nothing)).await, before);
    for back in [json!({"value": null}), json!("")] {
        let record = patch(&ana, id, &answers("OVR", json!({"OVR-PROCESS_OWNER": back}))).await;
        assert_eq!(record["owner"], json!(null));
        let again = answers("OVR", json!({"OVR-PROCESS_OWNER": "ana@nordwind.example"}));
        assert_eq!(patch(&ana, id, &again).await["owner"]["user_email"], "ana@nordwind.example");
    }
    let back = answers("OVR", json!({"OVR-OVERVIEW_PAIN_POINTS": {"value": null}}));
    assert_eq!(patch(&ana, id, &back).await["process_pain_points"], json!(null));
}

#[tokio::test]
async fn a_question_is_answered_once() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let category = |id: CategoryId| json!({"OVR-OVERVIEW_CATEGORY": {"value": id.get()}});
    let body = json!({"user_inputs": {"OVR": {"a": category(api.finance), "b": category(api.legal)}}});
    let refused = ana.call(Method::PATCH, &format!("/automations/{id}"), &body).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(
        refused.json()["errors"],
        json!([{
            "pointer": "#/user_inputs/OVR/b/OVR-OVERVIEW_CATEGORY/value",
            "detail": "This question stands further up too."
        }])
    );
}

/// An application as rows of the inventory have it.
fn entry(api: &Api, name: &str, is_active: u8) -> Value {
    json!({"application_name": name, "application_version": "1", "application_language": "English",
        "application_is_active": is_active, "categoryIds": [api.finance.get()]})
}

async fn set_entries(admin: &Caller<'_>, rows: Value) -> Vec<i64> {
    let answer = admin.put("/appinventory", &rows).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let json = answer.json();
    let entries = json["data"]["applications"].as_array().unwrap();
    entries.iter().map(|entry| entry["application_id"].as_i64().unwrap()).collect()
}

async fn schema(caller: &Caller<'_>, id: i64) -> Value {
    caller.get(&format!("/automations/{id}/schema")).await.json()["data"].take()
}

#[tokio::test]
async fn what_is_stored_can_be_sent_back_although_it_is_closed_since() {
    let api = Api::start().await;
    let (_, id) = submitted(&api).await;
    let admin = api.admin().await;
    let entries = set_entries(&admin, json!([entry(&api, "Kept", 1), entry(&api, "Other", 1)])).await;
    let [kept, other] = entries[..] else { panic!("{entries:?}") };
    let used = json!({"OVR-COUNT_APPS": {"value": [kept]}, "OVR-COUNT_THIN_APPS": {"value": [kept]}});
    let before = patch(&admin, id, &answers("OVR", used)).await;
    set_entries(&admin, json!([entry(&api, "Kept", 0), entry(&api, "Other", 0)])).await;
    let archived = json!({"categories": [{"category_id": api.payables.get(), "category_is_active": 0}]});
    assert_eq!(admin.put("/categories", &archived).await.status, 201);
    let shown = schema(&admin, id).await;
    let overview = &shown["properties"]["schema"]["properties"]["OVR"]["properties"]["ah-section-ovr-0-0"];
    let items = &overview["properties"]["OVR-COUNT_APPS"]["properties"]["value"]["items"];
    assert_eq!((&items["enum"], &items["enumNames"]), (&json!([kept]), &json!(["Kept 1 English"])));
    let record = patch(&admin, id, &json!({"user_inputs": shown["user_inputs"]})).await;
    assert_eq!(record["applications"], json!([kept]));
    assert_eq!(record["process_updated_epoch"], before["process_updated_epoch"], "nothing was changed");
    let new = |name: &str| json!([{"application_name": name, "application_version": "1"}]);
    let unknown = format!("Invalid Application Data. Unknown application id(s): {other}");
    let inactive =
        format!("Invalid Application Data. new_applications[0] names application {other}, which is inactive");
    for (answer, told) in
        [(json!({"value": [kept, other]}), unknown), (json!({"new_applications": new("OTHER")}), inactive)]
    {
        let body = answers("OVR", json!({"OVR-COUNT_APPS": answer}));
        let refused = admin.call(Method::PATCH, &format!("/automations/{id}"), &body).await;
        assert_problem(&refused, 400, "invalid-input");
        assert_eq!(refused.json()["message"], told);
    }
    let by_name = answers("OVR", json!({"OVR-COUNT_APPS": {"new_applications": new("Kept")}}));
    assert_eq!(patch(&admin, id, &by_name).await["applications"], json!([kept]));
}

#[tokio::test]
async fn an_option_that_is_gone_stays_one_where_it_was_chosen() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let ask = async |options: &[&str]| {
        let options: Vec<_> = options.iter().map(|code| json!({"code": code, "label": code})).collect();
        let own = json!({"code": "OVR-WHY", "title": "Why?", "kind": "multiple-choice", "options": options});
        let own: Question = serde_json::from_value(own).unwrap();
        let install = move |s: &mut Session<'_>| -> Result<_, StorageError> {
            let stored = forms::questionnaires(s)?;
            let mut overview =
                stored.into_iter().find(|stored| stored.name == "overview").unwrap().questionnaire;
            overview.sections[0].questions.retain(|question| question.code != own.code);
            overview.sections[0].questions.push(own.clone());
            forms::install_questionnaire(s, "overview", &overview)
        };
        api.hub.app.store.write(api.hub.tenant, install).await.unwrap();
    };
    ask(&["money", "people"]).await;
    patch(&ana, id, &answers("OVR", json!({"OVR-WHY": {"value": ["money"]}}))).await;
    ask(&["people", "planet"]).await;
    let shown = schema(&ana, id).await;
    let overview = &shown["properties"]["schema"]["properties"]["OVR"]["properties"]["ah-section-ovr-0-0"];
    let items = &overview["properties"]["OVR-WHY"]["properties"]["value"]["items"];
    assert_eq!(items["enum"], json!(["people", "planet", "money"]));
    patch(&ana, id, &json!({"user_inputs": shown["user_inputs"]})).await;
    let both = answers("OVR", json!({"OVR-WHY": {"value": ["money", "planet"]}}));
    assert_eq!(patch(&ana, id, &both).await["ovr-why"], json!(["money", "planet"]));
    patch(&ana, id, &answers("OVR", json!({"OVR-WHY": {"value": ["planet"]}}))).await;
    let refused = ana.call(Method::PATCH, &format!("/automations/{id}"), &both).await;
    assert_problem(&refused, 400, "invalid-input");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_changes() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let before = ana.data("/automations/one").await;
    let path = format!("/automations/{id}");
    for (body, message, field) in [
        (json!({}), "Please fill in all the required information", "user_inputs"),
        (json!({"user_inputs": {}}), "Please fill in all the required information", "user_inputs"),
        (
            answers("OVR", json!({"OVR-OVERVIEW_NAME": {"value": ""}})),
            "Please fill in all the required information",
            "OVR-OVERVIEW_NAME",
        ),
        (
            answers("OVR", json!({"OVR-OVERVIEW_DESCRIPTION": {"value": null}})),
            "Please fill in all the required information",
            "OVR-OVERVIEW_DESCRIPTION",
        ),
        (
            answers("OVR", json!({"OVR-OVERVIEW_PROCESS_SUBMITTER": {"value": null}})),
            "Please fill in all the required information",
            "OVR-OVERVIEW_PROCESS_SUBMITTER",
        ),
        (
            answers("Q1", json!({"Q1-RULES": {"value": "very"}})),
            "Please fill in all the required information",
            "Q1-RULES",
        ),
        (
            answers("OVR", json!({"OVR-OVERVIEW_CATEGORY": {"value": api.archived.get()}})),
            "Invalid Category Id.",
            "OVR-OVERVIEW_CATEGORY",
        ),
        (
            answers("OVR", json!({"OVR-PROCESS_OWNER": "nobody@nordwind.example"})),
            "Cannot identify owner by email",
            "OVR-PROCESS_OWNER",
        ),
        (
            answers("CD", json!({"CD-VOLUMES": {"value": 5}})),
            "CD-VOLUMES: There is no such question in this idea flow.",
            "CD-VOLUMES",
        ),
    ] {
        let refused = ana.call(Method::PATCH, &path, &body).await;
        assert_problem(&refused, 400, "invalid-input");
        assert_eq!(refused.json()["message"], message);
        assert!(refused.json()["errorDetails"][field].is_array(), "{}", refused.text());
    }
    assert_eq!(ana.data("/automations/one").await, before);
    api.add_ideas(ana.id(), api.payables, &["Other"]).await;
    let taken = answers("OVR", json!({"OVR-OVERVIEW_NAME": {"value": " OTHER"}}));
    assert_problem(&ana.call(Method::PATCH, &path, &taken).await, 409, "conflict");
}

#[tokio::test]
async fn null_in_place_of_an_assessment_or_a_section_is_as_good_as_none() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let name = json!({"OVR-OVERVIEW_NAME": {"value": "Two"}});
    for beside in [json!({"OVR": {"s": name}, "Q1": null}), json!({"OVR": {"s": name, "t": null}})] {
        assert_eq!(patch(&ana, id, &json!({"user_inputs": beside})).await["process_name"], "Two");
    }
    let refused = ana.call(Method::PATCH, "/automations/one", &json!({"user_inputs": {"OVR": null}})).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(refused.json()["errorDetails"], json!({"user_inputs": ["This is required."]}));
}

#[tokio::test]
async fn a_level_that_is_wrong_is_told_by_its_path_and_one_that_is_missing_at_the_question() {
    let api = Api::start().await;
    let (ana, _) = submitted(&api).await;
    let missing = "The section is missing between this question and its assessment.";
    for (inputs, field, pointer, detail) in [
        (json!({"OVR": 5}), "user_inputs/OVR", "#/user_inputs/OVR", "An object is needed."),
        (json!({"OVR": {"s/t": 5}}), "user_inputs/OVR/s/t", "#/user_inputs/OVR/s~1t", "An object is needed."),
        (json!({"Q2": {"Q2-VOLUMES": {"value": 8}}}), "Q2-VOLUMES", "#/user_inputs/Q2/Q2-VOLUMES", missing),
        (
            json!({"OVR": {"OVR-COUNT_APPS": {"comment": null, "new_applications": []}}}),
            "OVR-COUNT_APPS",
            "#/user_inputs/OVR/OVR-COUNT_APPS",
            missing,
        ),
    ] {
        let refused = ana.call(Method::PATCH, "/automations/one", &json!({"user_inputs": inputs})).await;
        assert_problem(&refused, 400, "invalid-input");
        let told = refused.json();
        assert_eq!(told["errorDetails"], json!({field: [detail]}), "{told}");
        assert_eq!(told["errors"], json!([{"pointer": pointer, "detail": detail}]));
    }
}

#[tokio::test]
async fn an_answer_whose_members_are_misspelled_is_not_taken_for_done() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let answer =
        |answer: Value| json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_PAIN_POINTS": answer}}}});
    let path = format!("/automations/{id}");
    let refused = ana.call(Method::PATCH, &path, &answer(json!({"Value": "Slow"}))).await;
    assert_problem(&refused, 400, "invalid-input");
    assert!(refused.json()["errorDetails"]["OVR-OVERVIEW_PAIN_POINTS"].is_array(), "{}", refused.text());
    for said in [json!({}), json!({"value": "Slow", "Value": "Fast"})] {
        let taken = ana.call(Method::PATCH, &path, &answer(said)).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
    }
    assert_eq!(ana.data(&path).await["process_pain_points"], "Slow");
}

#[tokio::test]
async fn only_those_who_may_edit_an_idea_change_it() {
    let api = Api::start().await;
    let (_, id) = submitted(&api).await;
    let path = format!("/automations/{id}");
    let body = answers("OVR", json!({"OVR-OVERVIEW_NAME": {"value": "Two"}}));
    let omar = api.standard("omar@nordwind.example", None).await;
    assert_problem(&omar.call(Method::PATCH, &path, &body).await, 403, "permission-missing");
    assert_problem(&omar.call(Method::PATCH, "/automations/9999", &body).await, 404, "not-found");
    let token = api.nobody_in_particular().await;
    assert_problem(&token.call(Method::PATCH, &path, &body).await, 403, "submitter-required");
    let mia = api.with_roles("mia@nordwind.example", &[RoleId::new(5)]).await;
    let owner = json!({"OVR-OVERVIEW_NAME": {"value": "Two"}, "OVR-PROCESS_OWNER": "omar@nordwind.example"});
    patch(&mia, id, &answers("OVR", owner)).await;
    let record = patch(&omar, id, &answers("OVR", json!({"OVR-PROCESS_OWNER": {"value": null}}))).await;
    assert_eq!(record["owner"], json!(null));
    assert_problem(&omar.call(Method::PATCH, &path, &body).await, 403, "permission-missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_the_same_time_to_different_answers_are_all_kept() {
    let api = Api::start().await;
    let (ana, id) = submitted(&api).await;
    let volumes = answers("Q2", json!({"Q2-VOLUMES": {"value": 50}}));
    let steps = answers("Q2", json!({"Q2-NUMBER_OF_STEPS": {"value": 9}}));
    let name = answers("OVR", json!({"OVR-OVERVIEW_NAME": {"value": "Two"}}));
    let pain = answers("OVR", json!({"OVR-OVERVIEW_PAIN_POINTS": {"value": "Slow"}}));
    tokio::join!(
        patch(&ana, id, &volumes),
        patch(&ana, id, &steps),
        patch(&ana, id, &name),
        patch(&ana, id, &pain)
    );
    let record = ana.data("/automations/one").await;
    for (name, value) in [
        ("q2-volumes", json!(50)),
        ("q2-number_of_steps", json!(9)),
        ("process_name", json!("Two")),
        ("process_pain_points", json!("Slow")),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
}
