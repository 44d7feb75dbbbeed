use automation_hub_domain::{id::CategoryId, token::value::TokenForm};
use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::ideas::{STANDARD_USER, SYSTEM_ADMIN, assessed, described, idea, limit, plant, standing, submit};
use crate::{
    app::{BASE, TestHub},
    calls::Issued,
};

fn path(key: &str) -> String {
    format!("{BASE}/automation-profile/{key}")
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_where_an_automation_stands_and_how_its_score_comes_about() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let lena = hub.add_user("lena@nordwind.test", &[STANDARD_USER]).await;
    let mut new = assessed(idea("Match supplier invoices", tree.payables, lena), [5, 4, 3, 4, 5]);
    new.content.benefit_hours = Some(1012.0);
    new.content.benefit_cost = Some(27_600.0);
    submit(&hub, vec![standing(new, "QUALIFICATION_ON_HOLD")]).await;
    let mut lena = hub.signed_in("lena@nordwind.test").await;

    let answer = lena.get(&path("match-supplier-invoices")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = answer.text();
    assert!(text.contains("Finance, Payables · submitted by Lena Tester on"));
    assert!(
        text.contains(
            r#"<li aria-current="step"><b title="Qualification">Qualification</b><span>On Hold</span></li>"#
        ),
        "{text}"
    );
    assert!(text.contains("21 ÷ 25") && text.contains("84\u{a0}%"));
    assert!(text.contains("Standard operating procedure") || text.contains("Detailed work instructions"));
    assert!(text.contains("1,012\u{a0}h") && text.contains("27,600\u{a0}€"));
    assert!(text.contains("No Process Owner"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_leads_to_the_slug() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    submit(&hub, vec![idea("請求書 処理", tree.legal, ines)]).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let answer = ines.get(&path("1")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.location().contains("/automation-profile/%E8%AB%8B"));
    let page = ines.get(answer.location()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("<h1 class=\"ah-title grow\" dir=\"auto\">請求書 処理</h1>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_in_any_form_is_shown_as_text() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let document = r#"{"blocks":[{"text":"Open the <b>mail</b>."}],"entityMap":{}}"#;
    submit(
        &hub,
        vec![
            described(idea("From a document", tree.legal, ines), document),
            described(
                idea("From markup", tree.legal, ines),
                "<p>One</p><img src=x onerror=alert(1)><script>alert(2)</script>",
            ),
        ],
    )
    .await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let text = ines.get(&path("from-a-document")).await.text();
    assert!(text.contains("<p>Open the &#60;b&#62;mail&#60;/b&#62;.</p>"), "{text}");
    let text = ines.get(&path("from-markup")).await.text();
    assert!(text.contains("<p>One</p>"));
    assert!(!text.contains("alert("), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn others_categories_are_refused_and_nothing_is_not_found() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let lena = hub.add_user("lena@nordwind.test", &[]).await;
    limit(&hub, lena, STANDARD_USER, tree.finance).await;
    submit(
        &hub,
        vec![
            idea("Archive contracts", tree.legal, ines),
            idea("My contract idea", tree.legal, lena),
            idea("Pay invoices", tree.payables, ines),
        ],
    )
    .await;
    let mut lena = hub.signed_in("lena@nordwind.test").await;

    let refused = lena.get(&path("archive-contracts")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.text().contains("Archive contracts"));
    assert!(refused.text().contains("“View automation program”"));
    assert_eq!(lena.get(&path("1")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(lena.get(&path("my-contract-idea")).await.status, StatusCode::OK);
    assert_eq!(lena.get(&path("pay-invoices")).await.status, StatusCode::OK);
    for missing in ["nothing", "999", "99999999999999999999", "%00", "-1"] {
        let answer = lena.get(&path(missing)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
        assert!(answer.text().contains("There is no such automation"), "{missing}");
    }
    assert_eq!(tree.legal, CategoryId::new(3));
}

/// Attaches a document to the first automation by the Open API.
async fn attach(hub: &TestHub, token: &Issued, (member, content): (&str, Value)) {
    let mut body =
        json!({"document_title": "Plan <1>", "document_description": "How it goes", "document_type_id": 1});
    body.as_object_mut().unwrap().insert(member.to_owned(), content);
    let mut request = token.request("/api/v1/openapi/automations/1/documents");
    *request.method_mut() = Method::POST;
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    *request.body_mut() = Body::from(body.to_string());
    let answer = hub.send(request).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_a_tab_that_clients_lead_to() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let lena = hub.add_user("lena@nordwind.test", &[]).await;
    limit(&hub, lena, STANDARD_USER, tree.finance).await;
    submit(&hub, vec![idea("Archive contracts", tree.legal, ines), idea("Others", tree.legal, ines)]).await;
    let mut browser = hub.signed_in("ines@nordwind.test").await;
    let documentation = path("archive-contracts/documentation");
    assert!(
        browser.get(&path("archive-contracts")).await.text().contains(&format!("href=\"{documentation}\""))
    );
    assert!(browser.get(&documentation).await.text().contains("No documents yet"));

    let token = hub.issue(Some(ines), TokenForm::Uuid, None).await;
    let content = STANDARD.encode("<script>alert(1)</script>");
    let file = json!({"file_name": "plan.html", "mimetype": "text/html", "file_content": content,
        "file_encoding": "base64"});
    attach(&hub, &token, ("file", file)).await;
    attach(&hub, &token, ("embed_link", json!("https://wiki.example/plan?a=1"))).await;
    let page = browser.get(&documentation).await.text();
    assert!(page.contains("Plan &#60;1&#62;") && page.contains("How it goes"), "{page}");
    assert!(page.contains("href=\"https://wiki.example/plan?a=1\""), "{page}");
    assert!(page.contains(&format!("href=\"{documentation}/1\"")), "{page}");
    let file = browser.get(&format!("{documentation}/1")).await;
    assert_eq!((file.status, file.text().as_str()), (StatusCode::OK, "<script>alert(1)</script>"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"plan.html\"");
    assert_eq!(file.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(
        browser.get(&path("others/documentation/1")).await.status,
        StatusCode::NOT_FOUND,
        "not its own"
    );

    let answer = browser.get(&path("1/documentation")).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, documentation.as_str()));
    for missing in
        ["nothing/documentation", "archive-contracts/documentation/9", "archive-contracts/documentation/x"]
    {
        assert_eq!(browser.get(&path(missing)).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    let mut lena = hub.signed_in("lena@nordwind.test").await;
    for refused in [documentation.clone(), format!("{documentation}/1")] {
        assert_eq!(lena.get(&refused).await.status, StatusCode::FORBIDDEN, "{refused}");
    }
    let nobody = hub.browser().get(&documentation).await;
    assert!(nobody.location().contains("/sign-in"), "{}", nobody.location());
}
