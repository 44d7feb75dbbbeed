//! `x-ah-openapi-app-key`: the second secret some tokens have.

use automation_hub_domain::token::value::TokenForm;
use automation_hub_server::auth::digest::Purpose;
use automation_hub_storage::tokens::{self, AppKeyChange};

use super::{APP_KEY, Call, Desk, NEVER_ISSUED, state::change_of, told};
use crate::{
    app::NOON,
    calls::{Issued, keyed},
};

const RIGHT: &str = "correct-app-key";

impl Desk {
    async fn keyed_token(&self) -> Issued {
        self.hub.issue(Some(self.ana), TokenForm::Uuid, Some(RIGHT)).await
    }

    async fn change_app_key(&self, token: &Issued, revision: i64, app_key: Option<&str>) {
        let mut change = change_of(self);
        change.app_key = match app_key {
            Some(app_key) => AppKeyChange::Replace(keyed(self.hub.digest(Purpose::AppKey, app_key))),
            None => AppKeyChange::Remove,
        };
        let id = token.id;
        self.write(move |s| Ok(tokens::update(s, id, revision, &change)?)).await;
        self.hub.token_changed(id).await;
    }
}

#[tokio::test]
async fn a_token_without_one_takes_whatever_is_sent() {
    let desk = Desk::start().await;
    for call in [
        desk.call(),
        desk.call().with(APP_KEY, ""),
        desk.call().with(APP_KEY, "  "),
        desk.call().with(APP_KEY, "anything"),
        desk.call().with(APP_KEY, b"caf\xe9"),
        desk.call().with(APP_KEY, &desk.token.value),
        desk.call().with(APP_KEY, "one").and(APP_KEY, "two"),
        desk.call().with(APP_KEY, "a".repeat(8000)),
    ] {
        desk.accepted(&call).await;
    }
}

#[tokio::test]
async fn a_token_with_one_needs_it() {
    let desk = Desk::start().await;
    let token = desk.keyed_token().await;
    desk.refused(&Call::of(&token).without(APP_KEY), 401, "app-key-required").await;
    desk.accepted(&Call::of(&token)).await;
    desk.accepted(&Call::of(&token).with(APP_KEY, format!("  {RIGHT}\t"))).await;
}

#[tokio::test]
async fn another_one_is_not_accepted_however_near() {
    let desk = Desk::start().await;
    let mut first = None;
    for (number, wrong) in [
        "",
        "   ",
        "wrong-app-key",
        "correct-app-ke",
        "correct-app-keyy",
        "Correct-App-Key",
        "correct-app-key,correct-app-key",
        "\"correct-app-key\"",
        "correct%2Dapp-key",
        "correct-app-key\u{200b}",
    ]
    .into_iter()
    .enumerate()
    {
        let token = desk.keyed_token().await;
        let answer = desk.refused(&Call::of(&token).with(APP_KEY, wrong), 401, "app-key-rejected").await;
        let told = told(&answer);
        assert_eq!(&told, first.get_or_insert_with(|| told.clone()), "{number}");
        desk.accepted(&Call::of(&token)).await;
    }
}

#[tokio::test]
async fn that_of_another_token_and_the_tokens_own_value_are_wrong() {
    let desk = Desk::start().await;
    let token = desk.keyed_token().await;
    let other = desk.hub.issue(Some(desk.ana), TokenForm::Uuid, Some("another-app-key")).await;
    for wrong in ["another-app-key", &token.value, &other.value] {
        desk.refused(&Call::of(&token).with(APP_KEY, wrong), 401, "app-key-rejected").await;
    }
    desk.accepted(&Call::of(&other)).await;
}

#[tokio::test]
async fn after_a_change_only_the_new_one_counts_and_after_removal_any() {
    let desk = Desk::start().await;
    let token = desk.keyed_token().await;
    desk.change_app_key(&token, 1, Some("the-next-app-key")).await;
    desk.refused(&Call::of(&token), 401, "app-key-rejected").await;
    desk.accepted(&Call::of(&token).with(APP_KEY, "the-next-app-key")).await;
    desk.change_app_key(&token, 2, None).await;
    desk.accepted(&Call::of(&token)).await;
    desk.accepted(&Call::of(&token).without(APP_KEY)).await;
}

#[tokio::test]
async fn one_added_to_a_live_token_is_needed_from_then_on() {
    let desk = Desk::start().await;
    desk.accepted(&desk.call()).await;
    let token = desk.token.clone();
    desk.change_app_key(&token, 1, Some("the-first-app-key")).await;
    desk.refused(&desk.call(), 401, "app-key-required").await;
    desk.accepted(&desk.call().with(APP_KEY, "the-first-app-key")).await;
}

#[tokio::test]
async fn sent_twice_it_makes_the_request_ambiguous() {
    let desk = Desk::start().await;
    let token = desk.keyed_token().await;
    for second in [RIGHT, "other", ""] {
        desk.refused(&Call::of(&token).and(APP_KEY, second), 400, "invalid-request").await;
    }
    desk.accepted(&Call::of(&token)).await;
}

#[tokio::test]
async fn signs_outside_ascii_are_wrong() {
    let desk = Desk::start().await;
    let token = desk.keyed_token().await;
    for wrong in [&b"correct-app-key\xe9"[..], b"\xffcorrect-app-key", "пароль".as_bytes()] {
        desk.refused(&Call::of(&token).with(APP_KEY, wrong), 401, "app-key-rejected").await;
    }
}

#[tokio::test]
async fn the_right_one_alone_proves_nothing() {
    let desk = Desk::start().await;
    let token = desk.keyed_token().await;
    for value in [NEVER_ISSUED, &desk.witness.value] {
        desk.rejected(&desk.call_with_value(value).with(APP_KEY, RIGHT)).await;
    }
    desk.accepted(&Call::of(&token)).await;
}

#[tokio::test]
async fn the_eleventh_wrong_one_within_a_minute_slows_this_token_down_and_no_other() {
    let desk = Desk::start().await;
    let (token, neighbour) = (desk.keyed_token().await, desk.keyed_token().await);
    let wrong = Call::of(&token).with(APP_KEY, "wrong-app-key");
    for _ in 0..10 {
        desk.refused(&wrong, 401, "app-key-rejected").await;
    }
    let answer = desk.refused(&wrong, 429, "too-many-requests").await;
    assert_eq!(answer.header("retry-after"), "60");
    assert_eq!(
        answer.json()["message"],
        "This token is locked for 60 seconds, because too many wrong app keys were sent with it. Check the one in \
         x-ah-openapi-app-key, then try again: until then none is accepted."
    );
    // Whoever guesses must not learn that a guess was right.
    let to_the_right_one = desk.refused(&Call::of(&token), 429, "too-many-requests").await;
    assert_eq!(told(&to_the_right_one), told(&answer));
    desk.accepted(&Call::of(&neighbour)).await;
    desk.accepted(&desk.call()).await;
    desk.hub.clock.set(NOON.plus_minutes(1));
    desk.accepted(&Call::of(&token)).await;
}

#[tokio::test]
async fn a_hundred_wrong_ones_in_a_row_suspend_the_token_until_somebody_activates_it() {
    let desk = Desk::start().await;
    let token = desk.keyed_token().await;
    let wrong = Call::of(&token).with(APP_KEY, "wrong-app-key");
    let mut now = NOON;
    for _ in 1..100 {
        let answer = desk.send(&wrong).await;
        if answer.status == 429 {
            now = now.plus_millis(1000 * answer.header("retry-after").parse::<i64>().unwrap());
            desk.hub.clock.set(now);
        }
    }
    desk.refused(&wrong, 401, "app-key-rejected").await;
    desk.refused(&Call::of(&token), 401, "token-inactive").await;
    while desk.audited(token.id, "token.suspend").await == 0 {
        tokio::task::yield_now().await;
    }
    // The suspension is written before it is read into memory again; both say the same.
    desk.refused(&Call::of(&token), 401, "token-inactive").await;
    let (id, ana) = (token.id, desk.ana);
    desk.write(move |s| Ok(tokens::set_active(s, id, true, Some(ana), now)?)).await;
    desk.hub.token_changed(id).await;
    desk.accepted(&Call::of(&token)).await;
    assert_eq!(desk.audited(id, "token.suspend").await, 1);
}
