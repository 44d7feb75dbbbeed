use automation_hub_domain::{clock::Clock, user::Email};
use automation_hub_server::error::Error;
use automation_hub_server::services::setup;
use automation_hub_storage::{Engine, audit, categories, tenants, users};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::app::{Answer, Browser, ORIGIN, PASSWORD, TestHub};

const FORM: [(&str, &str); 9] = [
    ("company", "Müller & Söhne"),
    ("company_slug", ""),
    ("tenant", "Production"),
    ("tenant_slug", "live"),
    ("first_name", "Ines"),
    ("last_name", "Moreau"),
    ("email", "ines.moreau@nordwind.test"),
    ("currency", "EUR"),
    ("time_zone", "Europe/Copenhagen"),
];
const BASE: &str = "/muller-sohne/live/automationhub_";

fn form() -> Vec<(&'static str, &'static str)> {
    FORM.into_iter().chain([("password", PASSWORD)]).collect()
}

/// A hub without tenants, and the path of its set-up link.
async fn fresh() -> (TestHub, String) {
    let hub = TestHub::start_empty().await;
    let link = setup::prepare(&hub.app, ORIGIN).await.unwrap().unwrap();
    (hub, link.strip_prefix(ORIGIN).unwrap().to_owned())
}

async fn open<'h>(hub: &'h TestHub, link: &str) -> Browser<'h> {
    let mut browser = hub.browser();
    let taken = browser.get(link).await;
    assert_eq!((taken.status, taken.location()), (StatusCode::SEE_OTHER, "/set-up"));
    let page = browser.get("/set-up").await;
    assert!(page.text().contains("The one-time code was accepted."), "{}", page.text());
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_founds_the_tenant_and_its_first_administrator_once() {
    let (hub, link) = fresh().await;
    let mut browser = open(&hub, &link).await;
    browser.get("/set-up/guess").await;

    let answer = browser.post("/set-up", &form()).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, format!("{BASE}/").as_str()));
    let home = browser.get(&format!("{BASE}/")).await;
    assert!(home.text().contains("Hello Ines<"));
    assert!(home.text().contains("Admin Console"));
    assert!(!browser.cookies.contains_key("__Host-ah-setup"));

    for path in ["/set-up", link.as_str()] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(browser.post("/set-up", &form()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(setup::prepare(&hub.app, ORIGIN).await.unwrap(), None, "no second link");

    let tenant = hub.app.tenants().first().unwrap().clone();
    assert_eq!(tenant.organization_name, "Müller & Söhne");
    let read = hub.app.store.read(tenant.id, |s| -> Result<_, Error> {
        let email = Email::parse("ines.moreau@nordwind.test").unwrap();
        let user = users::find_by_email(s, &email)?.unwrap();
        let levels: Vec<_> = categories::tree(s)?.levels().iter().map(|level| level.name.clone()).collect();
        let founded = audit::list_of_object(s, "tenant", s.tenant().get(), 10)?;
        Ok((users::role_slugs(s, user.id)?, levels, founded))
    });
    let (roles, levels, founded) = read.await.unwrap();
    assert_eq!(roles, ["ah-account-owner", "ah-system-admin"]);
    assert_eq!(levels, ["Business Area", "Category", "Sub-category"]);
    assert_eq!(founded.first().unwrap().action, "tenant.create");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_claims_at_once_exactly_one_wins() {
    let (hub, link) = fresh().await;
    let browser = open(&hub, &link).await;
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form()).append_pair("csrf_token", &browser.csrf_token());
    let body = body.finish();
    let claims = (0..100).map(|_| {
        let request = Request::post("/set-up")
            .header("sec-fetch-site", "same-origin")
            .header("origin", ORIGIN)
            .header("host", "127.0.0.1:8080")
            .header("cookie", browser.cookie_header())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.clone()))
            .unwrap();
        hub.send(request)
    });
    let answers: Vec<Answer> = futures_util::future::join_all(claims).await;

    let won = answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    let lost = answers.iter().filter(|answer| answer.status == StatusCode::NOT_FOUND).count();
    assert_eq!((won, lost), (1, 99));
    let tenants = hub.app.store.system().read(|s| tenants::list(s).map_err(Error::from)).await.unwrap();
    assert_eq!(tenants.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_codes_close_the_page_until_a_restart() {
    let (hub, link) = fresh().await;
    let mut browser = hub.browser();
    assert!(browser.get("/set-up").await.text().contains("Set-up link or code"));
    let cut_short = browser.get("/set-up/guess").await;
    assert_eq!(cut_short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(cut_short.text().contains("This code doesn’t work."), "a link that was cut short");
    for n in 0..10 {
        let answer = browser.post("/set-up/code", &[("code", "guess")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "try {n}");
    }
    let refused = browser.post("/set-up/code", &[("code", &link)]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "the right one too");

    let link = setup::prepare(&hub.app, ORIGIN).await.unwrap().unwrap();
    let answer = browser.post("/set-up/code", &[("code", &link)]).await;
    assert_eq!(answer.location(), "/set-up", "a restart prints a new one, and the whole link may be pasted");
    assert_eq!(browser.get("/set-up").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_for_a_day_and_until_the_next_one() {
    let (hub, old) = fresh().await;
    let new = setup::prepare(&hub.app, ORIGIN).await.unwrap().unwrap();
    let new = new.strip_prefix(ORIGIN).unwrap();
    let mut browser = hub.browser();
    browser.get(&old).await;
    assert_eq!(browser.get("/set-up").await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let mut browser = open(&hub, new).await;
    hub.clock.set(hub.clock.now().plus_hours(24));
    assert_eq!(browser.get("/set-up").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_told_and_nothing_is_founded() {
    let (hub, link) = fresh().await;
    let mut browser = open(&hub, &link).await;
    let answer = browser
        .post(
            "/set-up",
            &[
                ("company", "請求書"),
                ("tenant", ""),
                ("first_name", "Ines"),
                ("last_name", &"x".repeat(51)),
                ("email", "nowhere"),
                ("password", "short"),
                ("currency", "Shells"),
                ("time_zone", "Moon/Crater"),
            ],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    for expected in [
        "7 fields need another look: <a href=\"#company_slug\">Short name in addresses</a>, <a href=\"#tenant\">Tenant</a>, ",
        "<a href=\"#time_zone\">Time zone</a></span>",
        "id=\"company_slug\" name=\"company_slug\" autocomplete=\"off\" maxlength=\"50\" value=\"\" \
         aria-invalid=\"true\" aria-describedby=\"company_slug-error\" autofocus>",
        "Type a short name of a-z and 0-9",
        "This can&#39;t be empty.",
        "At most 50 characters; this has 51.",
        "This isn&#39;t an e-mail address.",
        "At least 12 characters; this has 5.",
        "One of these is needed: EUR, USD, ",
        "UTC or the name of a place is needed, such as Europe/Copenhagen.",
        "value=\"請求書\"",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert_eq!(text.matches(" autofocus").count(), 1, "the first wrong field alone");
    assert!(!text.contains("value=\"short\""), "a password isn't sent back");
    assert!(hub.app.tenants().is_empty());
    assert_eq!(browser.post("/set-up", &form()).await.status, StatusCode::SEE_OTHER, "the code still works");
}

#[tokio::test(flavor = "multi_thread")]
async fn set_up_stays_on_its_own_machine() {
    let (hub, _) = fresh().await;
    let mut request = Request::get("/set-up").body(Body::empty()).unwrap();
    let peer = automation_hub_server::middleware::request::Peer(([192, 0, 2, 1], 4711).into());
    request.extensions_mut().insert(peer);
    let answer = hub.send(request).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text().contains("Set this hub up on its own machine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_what_the_server_found_out_about_itself() {
    let (hub, link) = fresh().await;
    let mut browser = open(&hub, &link).await;
    let text = browser.get("/set-up").await.text();
    for expected in
        ["/company/tenant/…</span>", "Database ready", "Secret keys made", "No mail server", "Plain HTTP"]
    {
        assert!(text.contains(expected), "{expected}");
    }
    // The hub's clock stands still in tests; only a server has another to compare it with.
    assert_eq!(text.contains("Clock differs"), hub.app.store.engine() == Engine::Postgres);
    assert!(!text.contains("Clock agrees"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_proxy_passes_on_comes_from_elsewhere() {
    let (hub, link) = fresh().await;
    for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let request = Request::get(&link).header(name, "198.51.100.7:5678").body(Body::empty()).unwrap();
        assert_eq!(hub.send(request).await.status, StatusCode::FORBIDDEN, "{name}");
    }
    open(&hub, &link).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_not_the_code_learns_nothing_from_a_wrong_form() {
    let (hub, link) = fresh().await;
    let code = link.rsplit('/').next().unwrap();
    let other = [if code.starts_with('A') { "B" } else { "A" }, code.get(1..).unwrap()].concat();
    let mut browser = hub.browser();
    browser.get("/set-up").await;
    browser.get(&format!("/set-up/{other}")).await;
    for _ in 0..10 {
        let answer = browser.post("/set-up", &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(!answer.text().contains("Secret keys"), "{}", answer.text());
    }
    let answer = browser.post("/set-up", &[]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "each try counts");
}
