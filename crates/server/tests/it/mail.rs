//! Invitations by mail: from the call or the page that asks for one to the server that takes it, and what happens where
//! that one doesn't.
#![expect(clippy::indexing_slicing, reason = "an answer without the member is a failed test")]

mod receiver;

use automation_hub_domain::{
    clock::Timestamp,
    id::UserId,
    role::SYSTEM_ADMIN,
    token::value::TokenForm,
    user::{Email, InviteStatus, NewUser, Profile},
};
use automation_hub_server::{
    config::{Config, MailTls},
    error::Error,
    jobs::worker::work_off,
};
use automation_hub_storage::{audit, jobs, users};
use axum::{body::Body, http::StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    app::{Answer, BASE, NOON, ORIGIN, PASSWORD, TestHub},
    calls::Issued,
    mail::receiver::{Receiver, Turn},
};

const INES: &str = "ines@nordwind.test";
const MIA: &str = "mia@nordwind.test";

/// A hub whose mail goes to a server of ours, and an administrator's token.
struct Post {
    hub: TestHub,
    receiver: Receiver,
    token: Issued,
}

fn with_mail(config: &mut Config, port: u16) {
    ORIGIN.clone_into(&mut config.server.public_url);
    "127.0.0.1".clone_into(&mut config.mail.smtp_host);
    config.mail.smtp_port = port;
    config.mail.smtp_tls = MailTls::None;
    "Automation Hub <hub@nordwind.test>".clone_into(&mut config.mail.from);
}

impl Post {
    async fn start(turns: &[Turn]) -> Self {
        Self::start_with(turns, |_| ()).await
    }

    async fn start_with(turns: &[Turn], change: impl FnOnce(&mut Config)) -> Self {
        let receiver = Receiver::start(turns).await;
        let hub = TestHub::start_with(|config| {
            with_mail(config, receiver.port);
            change(config);
        })
        .await;
        let ines = hub.add_user(INES, &[SYSTEM_ADMIN]).await;
        let token = hub.issue(Some(ines), TokenForm::Uuid, None).await;
        Self { hub, receiver, token }
    }

    async fn call(&self, path: &str, body: Value) -> Answer {
        let mut request = self.token.request(&format!("/api/v1/openapi{path}"));
        *request.method_mut() = axum::http::Method::POST;
        request.headers_mut().insert("content-type", "application/json".parse().unwrap());
        *request.body_mut() = Body::from(body.to_string());
        self.hub.send(request).await
    }

    /// Adds Mia with an invitation to be sent.
    async fn invite_mia(&self) -> UserId {
        let body = json!({"user_email": MIA, "user_first_name": "Mia", "user_last_name": "Berg",
            "user_invite_status": 2});
        let answer = self.call("/adduser", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let data = answer.json()["data"].clone();
        assert_eq!(data["user_invite_status"], 2);
        UserId::new(data["user_id"].as_i64().unwrap())
    }

    async fn work(&self) -> usize {
        work_off(&self.hub.app).await.unwrap()
    }

    async fn work_at(&self, at: Timestamp) -> usize {
        self.hub.clock.set(at);
        self.work().await
    }

    async fn waiting(&self) -> i64 {
        self.hub.app.store.read(self.hub.tenant, jobs::count).await.unwrap()
    }

    async fn status(&self, id: UserId) -> InviteStatus {
        let read = self.hub.app.store.read(self.hub.tenant, move |s| users::find(s, id));
        read.await.unwrap().unwrap().invite_status
    }

    async fn actions(&self, id: UserId) -> Vec<String> {
        let read = move |s: &mut automation_hub_storage::Session<'_>| {
            audit::list_of_object(s, "user", id.get(), 50).map_err(Error::from)
        };
        let events = self.hub.app.store.read(self.hub.tenant, read).await.unwrap();
        events.into_iter().rev().map(|event| event.action).collect()
    }
}

fn person(id: UserId) -> String {
    format!("{BASE}/admin/manage-access/assign-roles/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_sent_once_and_lets_in() {
    let post = Post::start(&[]).await;
    let mia = post.invite_mia().await;
    assert!(post.receiver.mails().is_empty(), "nothing leaves before the change is answered");
    assert_eq!(post.work().await, 1);
    let [mail] = post.receiver.mails().try_into().unwrap();
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("hub@nordwind.test", &[MIA.to_owned()][..]));
    assert_eq!(mail.credential, None);
    assert_eq!(mail.header("From"), "\"Automation Hub\" <hub@nordwind.test>");
    assert_eq!(mail.header("To"), "\"Mia Berg\" <mia@nordwind.test>");
    assert_eq!(mail.header("Subject"), "Nordwind Group invites you to Automation Hub");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Date"), "Tue, 17 Nov 2026 12:00:00 +0000");
    assert!(mail.header("Message-ID").ends_with("@nordwind.test>"));
    assert!(mail.header("Content-Type").starts_with("multipart/alternative"));
    assert!(mail.data.contains("Hello Mia,") && mail.data.contains("<p>Hello Mia,</p>"));
    assert_eq!((post.work().await, post.waiting().await), (0, 0));

    let mut guest = post.hub.browser();
    let taken = guest.get(&mail.path()).await;
    let accepted = guest.post(taken.location(), &[("password", PASSWORD)]).await;
    assert_eq!((accepted.status, accepted.location()), (StatusCode::SEE_OTHER, format!("{BASE}/").as_str()));
    assert_eq!(post.status(mia).await, InviteStatus::Active);
    assert_eq!(post.actions(mia).await, ["user.create", "user.invite", "user.change-password"]);
}

#[tokio::test]
async fn an_edit_that_asks_for_an_invitation_sends_one_and_its_repetition_none() {
    let post = Post::start(&[]).await;
    let body = json!({"user_email": MIA, "user_first_name": "Mia", "user_last_name": "Berg"});
    assert_eq!(post.call("/adduser", body).await.status, 201);
    for _ in 0..2 {
        let answer = post.call("/edituser", json!({"user_email": MIA, "user_invite_status": 2})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!((post.work().await, post.receiver.mails().len()), (1, 1));
    // Taken back to “not invited”, its link is nobody's.
    post.call("/edituser", json!({"user_email": MIA, "user_invite_status": 0})).await;
    let mut guest = post.hub.browser();
    guest.get(&post.receiver.mails()[0].path()).await;
    assert_eq!(guest.get(&format!("{BASE}/invitation")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refused_change_sends_nothing() {
    let post = Post::start(&[]).await;
    post.invite_mia().await;
    assert_eq!(post.work().await, 1);
    let again = json!({"user_email": MIA, "user_first_name": "Mia", "user_last_name": "Berg", "user_invite_status": 2});
    assert_eq!(post.call("/adduser", again).await.status, 409);
    let wrong = json!({"user_email": "leo@nordwind.test", "user_invite_status": 2});
    assert_eq!(post.call("/adduser", wrong).await.status, 400);
    assert_eq!(post.waiting().await, 0);
}

#[tokio::test]
async fn a_recipient_who_is_refused_is_shown_as_not_sent_to() {
    let post = Post::start(&[Turn::Answer("RCPT", "550 5.1.1 no such mailbox")]).await;
    let mia = post.invite_mia().await;
    assert_eq!((post.work().await, post.waiting().await), (1, 0));
    assert_eq!(post.status(mia).await, InviteStatus::PendingUnsent);
    assert_eq!(post.actions(mia).await, ["user.create", "user.invite", "user.invitation-failed"]);
    assert_eq!(post.work_at(NOON.plus_days(1)).await, 0, "it is not tried again");
    assert!(post.receiver.mails().is_empty());
}

#[rstest]
#[case(Turn::Answer("RCPT", "451 4.7.1 try again later"))]
#[case(Turn::Answer(".", "452 4.3.1 disk full"))]
#[case(Turn::Answer("EHLO", "421 4.3.2 shutting down"))]
#[case(Turn::HangUp("EHLO"))]
#[case(Turn::HangUp("RCPT"))]
#[case(Turn::HangUp("."))]
#[tokio::test]
async fn what_fails_for_now_is_sent_later(#[case] turn: Turn) {
    let post = Post::start(&[turn]).await;
    let mia = post.invite_mia().await;
    assert_eq!((post.work().await, post.receiver.mails().len()), (1, 0));
    assert_eq!(post.status(mia).await, InviteStatus::Pending);
    assert_eq!(post.work_at(NOON.plus_millis(29_999)).await, 0, "not before its pause is over");
    assert_eq!(post.work_at(NOON.plus_millis(30_000)).await, 1);
    assert_eq!((post.receiver.mails().len(), post.waiting().await), (1, 0));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_after_a_while() {
    let post = Post::start_with(&[Turn::Silence("RCPT")], |config| config.mail.timeout_secs = 1).await;
    post.invite_mia().await;
    assert_eq!((post.work().await, post.waiting().await), (1, 1));
    assert_eq!(post.work_at(NOON.plus_minutes(1)).await, 1);
    assert_eq!(post.receiver.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_whose_fate_is_unknown_is_repeated_as_the_same_mail() {
    let post = Post::start(&[Turn::KeepAndHangUp]).await;
    post.invite_mia().await;
    post.work().await;
    post.work_at(NOON.plus_minutes(1)).await;
    let [first, second] = post.receiver.mails().try_into().unwrap();
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
    assert_eq!(first.path(), second.path(), "the first one's link still works");
}

#[tokio::test]
async fn a_worker_that_died_is_replaced_once_its_lease_is_over() {
    let post = Post::start(&[]).await;
    post.invite_mia().await;
    let claim = |s: &mut automation_hub_storage::System<'_>| {
        jobs::claim(s, &[7; 16], NOON, NOON.plus_minutes(15)).map_err(Error::from)
    };
    assert!(post.hub.app.store.system().write(claim).await.unwrap().is_some());
    assert_eq!(post.work_at(NOON.plus_minutes(14)).await, 0);
    assert_eq!(post.work_at(NOON.plus_minutes(15)).await, 1);
    assert_eq!((post.receiver.mails().len(), post.waiting().await), (1, 0));
}

#[tokio::test]
async fn after_half_a_day_of_failures_it_is_given_up() {
    let post = Post::start_with(&[], |config| config.mail.smtp_port = 1).await;
    let mia = post.invite_mia().await;
    let mut now = NOON;
    let mut attempts = 0;
    while post.waiting().await > 0 {
        attempts += post.work_at(now).await;
        now = now.plus_hours(1);
        assert!(attempts < 100, "it has to end");
    }
    assert_eq!(attempts, 18);
    assert_eq!(post.status(mia).await, InviteStatus::PendingUnsent);
    assert_eq!(post.actions(mia).await.last().unwrap(), "user.invitation-failed");
}

#[tokio::test]
async fn a_link_that_has_run_out_is_not_sent() {
    let post = Post::start(&[]).await;
    let mia = post.invite_mia().await;
    assert_eq!(post.work_at(NOON.plus_hours(72)).await, 1);
    assert!(post.receiver.said().is_empty());
    assert_eq!(post.status(mia).await, InviteStatus::PendingUnsent);
}

#[tokio::test]
async fn who_was_deactivated_or_taken_back_meanwhile_gets_nothing() {
    for change in
        [json!({"user_is_active": 0}), json!({"user_invite_status": 0}), json!({"user_invite_status": 1})]
    {
        let post = Post::start(&[]).await;
        post.invite_mia().await;
        let mut body = change.clone();
        body["user_email"] = json!(MIA);
        assert_eq!(post.call("/edituser", body).await.status, 201);
        assert_eq!((post.work().await, post.waiting().await), (1, 0));
        assert!(post.receiver.said().is_empty(), "{change}");
    }
}

#[tokio::test]
async fn several_workers_send_each_mail_once() {
    let post = Post::start(&[]).await;
    for n in 0..6 {
        let body = json!({"user_email": format!("p{n}@nordwind.test"), "user_first_name": "P",
            "user_last_name": "Q", "user_invite_status": 2});
        assert_eq!(post.call("/adduser", body).await.status, 201);
    }
    let app = &post.hub.app;
    let done = tokio::join!(work_off(app), work_off(app), work_off(app));
    let begun = [done.0, done.1, done.2].map(Result::unwrap).iter().sum::<usize>() + post.work().await;
    assert_eq!(begun, 6);
    let mut to: Vec<_> = post.receiver.mails().into_iter().flat_map(|mail| mail.to).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((to.len(), post.receiver.mails().len()), (6, 6));
}

#[tokio::test]
async fn the_hub_signs_in_where_it_is_told_to() {
    let sign_in = |config: &mut Config| {
        "hub".clone_into(&mut config.mail.smtp_user);
        "geheim".clone_into(&mut config.mail.smtp_password);
    };
    let post = Post::start_with(&[Turn::Answer("AUTH", "535 5.7.8 wrong")], sign_in).await;
    let mia = post.invite_mia().await;
    assert_eq!((post.work().await, post.waiting().await), (1, 1), "the operator can put that right");
    assert!(!post.receiver.said().iter().any(|line| line.starts_with("MAIL")));
    assert_eq!(post.work_at(NOON.plus_minutes(1)).await, 1);
    let [mail] = post.receiver.mails().try_into().unwrap();
    assert_eq!(STANDARD.decode(mail.credential.unwrap()).unwrap(), b"\0hub\0geheim");
    assert_eq!(post.status(mia).await, InviteStatus::Pending);
}

#[rstest]
#[case(MailTls::StartTls)]
#[case(MailTls::Tls)]
#[tokio::test]
async fn without_the_encryption_asked_for_nothing_is_told(#[case] tls: MailTls) {
    let sign_in = |config: &mut Config| {
        config.mail.smtp_tls = tls;
        config.mail.timeout_secs = 1;
        "hub".clone_into(&mut config.mail.smtp_user);
        "geheim".clone_into(&mut config.mail.smtp_password);
    };
    let post = Post::start_with(&[], sign_in).await;
    post.invite_mia().await;
    assert_eq!((post.work().await, post.waiting().await), (1, 1));
    assert!(post.receiver.mails().is_empty());
    assert!(!post.receiver.said().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
}

#[tokio::test]
async fn no_name_adds_a_header_or_a_recipient() {
    for (first_name, last_name) in [
        ("Mia\r\nBcc: eve@evil.test", "Berg"),
        ("Mia", "Berg\nSubject: Won\n\n<b>body</b>"),
        ("\"Mia\" <eve@evil.test>,", "Berg"),
        ("<script>alert(1)</script>\r\n.\r\nRCPT TO:<eve@evil.test>", "Bérg\r\n.\r\nRCPT TO:<eve@evil.test>"),
    ] {
        let post = Post::start(&[]).await;
        // Past the rules of forms and calls, which refuse control characters.
        let profile = Profile {
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            ..Profile::default()
        };
        let new = NewUser {
            email: Email::parse(MIA).unwrap(),
            profile,
            is_active: true,
            invite_status: InviteStatus::NotInvited,
            password_hash: None,
            created_at: NOON,
        };
        post.hub.app.store.write(post.hub.tenant, move |s| users::insert(s, &new)).await.unwrap();
        let answer = post.call("/edituser", json!({"user_email": MIA, "user_invite_status": 2})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        post.work().await;
        let recipients: Vec<_> =
            post.receiver.said().into_iter().filter(|line| line.starts_with("RCPT")).collect();
        assert_eq!(recipients, [format!("RCPT TO:<{MIA}>")]);
        let [mail] = post.receiver.mails().try_into().unwrap();
        let head = mail.data.split("\r\n\r\n").next().unwrap();
        let fields: Vec<_> = head
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':').map(|(field, _)| field))
            .collect();
        for field in &fields {
            let known = [
                "From",
                "To",
                "Subject",
                "Message-ID",
                "Date",
                "Auto-Submitted",
                "MIME-Version",
                "Content-Type",
            ];
            assert!(known.contains(field), "{first_name:?}: {head}");
        }
        assert_eq!(fields.iter().filter(|field| **field == "Subject").count(), 1);
        assert!(!mail.data.contains("<script>") || !mail.data.contains("<p>Hello <script>"), "{}", mail.data);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_pages_send_invitations_or_make_links() {
    let post = Post::start(&[]).await;
    let mia = post.invite_mia().await;
    let mut browser = post.hub.signed_in(INES).await;
    assert!(browser.get(&person(mia)).await.text().contains("Send again"));
    let sent = browser.post(&format!("{}/invite", person(mia)), &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let page = browser.get(sent.location()).await.text();
    assert!(page.contains("The invitation is on its way.") && !page.contains("/invitation/"), "{page}");
    assert_eq!(post.work().await, 2);
    assert_eq!(post.receiver.mails().len(), 1, "the one asked for last");

    let made = browser.post(&format!("{}/invite", person(mia)), &[("by", "link")]).await;
    let link = browser.get(made.location()).await.text();
    assert!(link.contains("/invitation/"), "{link}");
    assert_eq!(post.status(mia).await, InviteStatus::PendingUnsent);
    assert_eq!((post.work().await, post.waiting().await), (0, 0));
    let mut guest = post.hub.browser();
    guest.get(&post.receiver.mails()[0].path()).await;
    assert_eq!(guest.get(&format!("{BASE}/invitation")).await.status, StatusCode::NOT_FOUND, "replaced");
}

#[tokio::test]
async fn without_a_mail_server_an_invitation_is_one_without_a_mail() {
    let hub = TestHub::start().await;
    let ines = hub.add_user(INES, &[SYSTEM_ADMIN]).await;
    let token = hub.issue(Some(ines), TokenForm::Uuid, None).await;
    let post = Post { hub, receiver: Receiver::start(&[]).await, token };
    let body = json!({"user_email": MIA, "user_first_name": "Mia", "user_last_name": "Berg", "user_invite_status": 2});
    let answer = post.call("/adduser", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let mia = UserId::new(answer.json()["data"]["user_id"].as_i64().unwrap());
    assert_eq!(post.status(mia).await, InviteStatus::PendingUnsent);
    for asked in [0, 2] {
        let answer = post.call("/edituser", json!({"user_email": MIA, "user_invite_status": asked})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(post.status(mia).await.code(), i64::from(asked > 0));
    }
    assert_eq!((post.work().await, post.waiting().await), (0, 0));
}
