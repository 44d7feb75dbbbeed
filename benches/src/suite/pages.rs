//! Pages as somebody signed in gets them: the console with 10,000 tokens in each of its orders and filters, and the
//! list of automations beside the call that answers the same.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tempfile::TempDir;

use crate::http::Connection;
use crate::load::{Plan, get};
use crate::process::{Server, stop};

use super::compare::{Side, in_turns};
use super::hub::OPEN_API;
use super::progress;
use super::report::{Report, Row, Target};

const IDEAS: &str = "10000";
const TOKENS: &str = "10000";
const ROUNDS: usize = 3;
const LIST_ROUNDS: usize = 9;
const COUNT: u32 = 60;
const LIST_COUNT: u32 = 600;
const CONSOLE: &str = "/admin/platform-setup/open-api";
/// Of a page of the console, in milliseconds.
const LIMIT: Target = Target::below(20.0, 5.0);

/// Each order and filter of the console's table.
const VARIANTS: [(&str, &str); 17] = [
    ("all, newest first", ""),
    ("active", "?state=active"),
    ("expiring", "?state=expiring"),
    ("expired", "?state=expired"),
    ("inactive", "?state=inactive"),
    ("user deactivated", "?state=user-deactivated"),
    ("personal", "?type=personal"),
    ("tenant level", "?type=tenant-level"),
    ("of a user by name", "?user=ines"),
    ("of users by e-mail, all of them", "?user=nordwind.test"),
    ("page 190", "?page=190"),
    ("by name", "?sort=name"),
    ("by user", "?sort=user"),
    ("by expiry", "?sort=expires"),
    ("by state", "?sort=active"),
    ("by last use", "?sort=used"),
    ("by state, page 190", "?sort=active&page=190"),
];

/// As much of `demo --json`'s first line as is needed.
#[derive(Deserialize)]
struct Ready {
    organization: String,
    tenant: String,
    tenant_id: String,
    users: Vec<ReadyUser>,
    tokens: Vec<ReadyToken>,
}

#[derive(Deserialize)]
struct ReadyUser {
    email: String,
    password: String,
    role: String,
}

#[derive(Deserialize)]
struct ReadyToken {
    user: Option<String>,
    token: String,
    app_key: Option<String>,
}

/// `status` is one that many ideas are in.
pub(super) async fn measure(program: &Path, status: i64, report: &mut Report) -> Result<()> {
    progress("pages: making 10,000 tokens");
    let folder = TempDir::new()?;
    let ready = make(program, folder.path())?;
    let server = Server::start(program, |address| {
        let place = folder.path().display().to_string();
        let args = ["serve", "--listen", &address.to_string(), "--data-dir", &place, "--log-level", "warn"];
        args.map(str::to_owned).to_vec()
    })?;
    let base = format!("/{}/{}/automationhub_", ready.organization, ready.tenant);
    let admin = ready.users.iter().find(|user| user.role == "System Admin").context("a System Admin")?;
    let session = vec![format!("Cookie: {}", sign_in(server.address, &base, admin)?)];
    console(&server, &format!("{base}{CONSOLE}"), &session, report).await?;
    report.section("Automation Pipeline: 50 of 10,000 as a page, beside the call that answers the same");
    let filter = format!("status={status}");
    for (name, filter) in [("one status, as W2", filter.as_str()), ("all", "")] {
        let page = get(&format!("{base}/automation-pipeline?{filter}"), &session);
        let shown =
            String::from_utf8_lossy(&answer(&server, &page).await?).matches("/automation-profile/").count();
        ensure!(shown >= 50, "{name}: only {shown} automations on the page");
        list(&server, name, (&page, &ready.call(admin, filter)?), report).await?;
    }
    Ok(())
}

fn make(program: &Path, folder: &Path) -> Result<Ready> {
    let mut child = Command::new(program)
        .args(["demo", "--json", "--listen", "127.0.0.1:0", "--ideas", IDEAS, "--tokens", TOKENS])
        .arg("--data-dir")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    stop(&mut child);
    serde_json::from_str(&line).context("`demo --json` did not print its line")
}

impl Ready {
    /// The call that answers what the first page of the list shows.
    fn call(&self, user: &ReadyUser, filter: &str) -> Result<Vec<u8>> {
        let token = self.tokens.iter().find(|token| token.user.as_ref() == Some(&user.email));
        let token = token.context("a token of the System Admin")?;
        let mut headers = vec![
            "x-ah-openapi-auth: openapi-token".to_owned(),
            format!("Authorization: Bearer {}/{}", self.tenant_id, token.token),
        ];
        headers.extend(token.app_key.iter().map(|app_key| format!("x-ah-openapi-app-key: {app_key}")));
        let query = format!("{filter}&sort=process_created_epoch&sortOrder=desc&limit=50");
        Ok(get(&format!("{OPEN_API}/automations?{query}"), &headers))
    }
}

/// Answers the session's cookie.
fn sign_in(address: SocketAddr, base: &str, user: &ReadyUser) -> Result<String> {
    let path = format!("{base}/sign-in");
    let page = ask(address, &format!("GET {path} HTTP/1.1\r\n"), "")?;
    let token = after(&page, "name=\"csrf_token\" value=\"", '"').context("the form's hidden field")?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf_token", token)
        .append_pair("email", &user.email)
        .append_pair("password", &user.password)
        .finish();
    let visit = after(&page, "set-cookie: ", ';').context("a visit's cookie")?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nOrigin: http://localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: {visit}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        form.len()
    );
    let answer = ask(address, &head, &form)?;
    ensure!(answer.starts_with("HTTP/1.1 303"), "signing in was refused");
    let mut cookies = answer.split("set-cookie: ").skip(1).filter_map(|rest| rest.split(';').next());
    let session = cookies.find(|cookie| cookie.starts_with("__Host-ah-session"));
    session.map(str::to_owned).context("a session's cookie")
}

/// One request on a connection of its own, with the head of the answer.
fn ask(address: SocketAddr, head: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "{head}Host: localhost\r\nConnection: close\r\n\r\n{body}")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn after<'t>(text: &'t str, mark: &str, end: char) -> Option<&'t str> {
    text.split_once(mark)?.1.split(end).next()
}

async fn console(server: &Server, path: &str, session: &[String], report: &mut Report) -> Result<()> {
    progress("pages: the Open API console");
    report.section("Open API console with 10,000 tokens, a page of 50");
    for (name, query) in VARIANTS {
        let plan = Plan { connections: 1, ..Plan::new([get(&format!("{path}{query}"), session)], COUNT) };
        let [figures] = in_turns(ROUNDS, [&Side { server, plan }]).await?;
        report.add(Row::new(&format!("{name}, CPU ms"), figures.cpu_micros / 1e3).target(LIMIT));
        report.add(Row::new(&format!("{name}, p50 ms"), figures.p50_micros / 1e3).target(LIMIT));
    }
    Ok(())
}

async fn answer(server: &Server, request: &[u8]) -> Result<Vec<u8>> {
    Ok(Connection::open(server.address).await?.fetch(request).await?.1)
}

async fn list(server: &Server, name: &str, (page, call): (&[u8], &[u8]), report: &mut Report) -> Result<()> {
    progress("pages: the list of automations");
    let side = |request: &[u8]| Side { server, plan: Plan::new([request.to_owned()], LIST_COUNT) };
    let [call, page] = in_turns(LIST_ROUNDS, [&side(call), &side(page)]).await?;
    report.add(Row::new(&format!("{name}: call, CPU us"), call.cpu_micros));
    report.add(Row::new(&format!("{name}: page, CPU us"), page.cpu_micros));
    let ratio = page.cpu_micros / call.cpu_micros;
    report.add(Row::new(&format!("{name}: page / call, CPU"), ratio).target(Target::below(2.0, 1.3)));
    Ok(())
}
