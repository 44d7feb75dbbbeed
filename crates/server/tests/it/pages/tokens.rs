//! The Open API console: every sentence of its life cycle, with the calls its tokens make in between.

mod bad_input;
mod call_log;
mod generator;
mod life;
mod settings;

use automation_hub_domain::id::RoleId;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::app::{Answer, BASE, Browser, TENANT_UUID, TestHub};

const SYSTEM_ADMIN: RoleId = RoleId::new(2);
const STANDARD_USER: RoleId = RoleId::new(8);
const INES: &str = "ines@nordwind.test";
const OMAR: &str = "omar@nordwind.test";

/// Those of the console, where there is one token.
const PAGES: [&str; 7] =
    ["", "/tokens/new", "/tokens/1", "/tokens/1/edit", "/tokens/1/rotate", "/tokens/1/revoke", "/settings"];

fn console(rest: &str) -> String {
    format!("{BASE}/admin/platform-setup/open-api{rest}")
}

/// A hub with an administrator, Ines, and a standard user, Omar.
async fn hub() -> TestHub {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[SYSTEM_ADMIN]).await;
    hub.add_user(OMAR, &[STANDARD_USER]).await;
    hub
}

/// The value of the attribute that follows `mark` in a page.
fn after<'t>(text: &'t str, mark: &str) -> &'t str {
    let (_, rest) = text.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {text}"));
    rest.split('"').next().unwrap()
}

/// Opens Add Token and answers its draft.
async fn open_form(browser: &mut Browser<'_>) -> String {
    let page = browser.get(&console("/tokens/new")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    after(&page.text(), "name=\"draft\" value=\"").to_owned()
}

/// Saves Add Token with fields in the place of the usual ones.
async fn save(browser: &mut Browser<'_>, draft: &str, changes: &[(&str, &str)]) -> Answer {
    let usual = [
        ("draft", draft),
        ("name", "Power BI refresh"),
        ("user", INES),
        ("expires_in", "90"),
        ("expires_on", "2027-02-15"),
        ("expires_on_shown", "2027-02-15"),
        ("active", "1"),
    ];
    let mut fields: Vec<_> =
        usual.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name)).collect();
    fields.extend(changes);
    browser.post(&console("/tokens"), &fields).await
}

/// Makes a token and answers its credential, as the console shows it once.
async fn make(browser: &mut Browser<'_>, changes: &[(&str, &str)]) -> String {
    let draft = open_form(browser).await;
    let saved = save(browser, &draft, changes).await;
    assert_eq!(
        (saved.status, saved.location()),
        (StatusCode::SEE_OTHER, console("").as_str()),
        "{}",
        saved.text()
    );
    shown_credential(browser).await
}

async fn shown_credential(browser: &mut Browser<'_>) -> String {
    let list = browser.get(&console("")).await;
    after(&list.text(), "data-credential=\"").to_owned()
}

/// Calls `/authinfo` with a credential.
async fn call(hub: &TestHub, credential: &str) -> Answer {
    call_with_key(hub, credential, None).await
}

async fn call_with_key(hub: &TestHub, credential: &str, app_key: Option<&str>) -> Answer {
    let mut request = Request::get(format!("{BASE}/api/v1/openapi/authinfo"))
        .header("authorization", format!("Bearer {credential}"))
        .header("x-ah-openapi-auth", "openapi-token");
    if let Some(key) = app_key {
        request = request.header("x-ah-openapi-app-key", key);
    }
    hub.send(request.body(Body::empty()).unwrap()).await
}

fn pair(token: &str) -> String {
    format!("{TENANT_UUID}/{token}")
}
