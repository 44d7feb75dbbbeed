//! The log at its finest: what callers send does not fill it.
#![expect(clippy::indexing_slicing, reason = "the log only grows")]

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    app::{BASE, ORIGIN, TestHub},
    calls::AUTHINFO,
};

/// All lines that this process logs from now on.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn keep() -> Self {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        tracing::trace!("the log is kept");
        assert!(String::from_utf8(log.bytes()).unwrap().contains("the log is kept"));
        log
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

const MARK: &str = "letter-of-a-flood";

/// What the log grows by while something is done.
async fn growth(log: &Log, work: impl Future<Output = ()>) -> String {
    let before = log.bytes().len();
    work.await;
    String::from_utf8(log.bytes()[before..].to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn large_input_of_strangers_makes_no_large_log() {
    let log = Log::keep();
    let hub = TestHub::start().await;
    let mut browser = hub.browser();
    browser.get(&format!("{BASE}/sign-in")).await;
    let name = MARK.repeat(1_000_000 / MARK.len());
    let grown = growth(&log, async {
        let answer = browser.post(&format!("{BASE}/sign-in"), &[("email", &name), ("password", "x")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
    let grown = grown.await;
    assert!(grown.len() < 16 * 1024 && grown.matches(MARK).count() <= 4, "a user name of 1 MB: {grown}");

    let text = MARK.repeat(8000 / MARK.len());
    for request in [
        Request::get(AUTHINFO).header("authorization", format!("Bearer {text}")),
        Request::get(AUTHINFO).header("x-ah-openapi-auth", &text).header("authorization", "Bearer x"),
        Request::get(AUTHINFO).header("user-agent", &text),
        Request::get(AUTHINFO).header("x-forwarded-for", &text),
        Request::get(format!("{AUTHINFO}?access_token={text}")),
        Request::get(format!("/api/v1/openapi/{text}")),
        Request::get(format!("{BASE}/{text}")).header("cookie", format!("__Host-ah-session={text}")),
        Request::post(format!("{BASE}/sign-in")).header("origin", ORIGIN).header("content-type", &text),
    ] {
        let request = request.body(Body::empty()).unwrap();
        let told = format!("{} {}", request.method(), request.uri().path().get(..20).unwrap_or_default());
        let grown = growth(&log, async { drop(hub.send(request).await) }).await;
        assert!(grown.len() < 4096 && grown.matches(MARK).count() <= 4, "{told}: {grown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_a_line_without_secrets() {
    let log = Log::keep();
    let hub = TestHub::start().await;
    let token = "0b6a44a2-4b76-4a4e-9d6c-0d3b0c1a7c11";
    for (path, shown) in [
        (
            "/api/v1/openapi/automations/pay-invoices?search=letter",
            "/api/v1/openapi/automations/pay-invoices",
        ),
        (&format!("/api/v1/openapi/{token}/authinfo"), "/api/v1/openapi/…/authinfo"),
        (&format!("/api/v1/openapi/tenant:{token}"), "/api/v1/openapi/…"),
        (&format!("{BASE}/invitation/abcd-efgh"), &format!("{BASE}/invitation/…")),
        ("/set-up/abcd-efgh", "/set-up/…"),
        ("/Set-Up//abcd-efgh", "/Set-Up/…/…"),
        (&format!("/{}", token.to_uppercase()), "/…"),
        (&format!("/{}", token.replace('-', "%2D")), "/…"),
    ] {
        let mut answer = None;
        let request = Request::get(path).body(Body::empty()).unwrap();
        let grown = growth(&log, async { answer = Some(hub.send(request).await) }).await;
        let answer = answer.unwrap();
        let line = grown.lines().find(|line| line.contains("answered")).unwrap_or_default();
        assert!(line.contains(&format!("method=GET path=\"{shown}\"")), "{line}");
        assert!(line.contains(&format!("status={}", answer.status.as_u16())), "{line}");
        assert!(line.contains(answer.header("x-request-id")), "{line}");
        assert!(!grown.to_lowercase().contains("6a44a2") && !grown.contains("abcd-efgh"), "{grown}");
    }
}
