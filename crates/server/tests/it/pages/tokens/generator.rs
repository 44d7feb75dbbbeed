//! What happens while the system gives no random numbers: nothing is made, and nothing is drawn from elsewhere.

use automation_hub_domain::id::TokenId;
use automation_hub_storage::{
    audit,
    tokens::{self, StateFilter, TokenFilter},
};

use super::*;
use crate::app::NOON;

/// How many tokens there are, their revisions, and what was written down of them.
async fn rows(hub: &TestHub) -> (u64, Vec<i64>, usize) {
    let read = hub.app.store.read(hub.tenant, |s| -> Result<_, automation_hub_server::error::Error> {
        let counts = tokens::count_by_state(s, &TokenFilter::default(), NOON)?;
        let (mut revisions, mut events) = (Vec::new(), 0);
        for id in (1..10).map(TokenId::new) {
            revisions.extend(tokens::find(s, id, NOON)?.map(|token| token.revision));
            events += audit::list_of_object(s, "token", id.get(), 50)?.len();
        }
        Ok((counts.of(StateFilter::All), revisions, events))
    });
    read.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_generator_fails_nothing_is_made_and_afterwards_all_goes_on() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    let draft = open_form(&mut ines).await;
    let before = rows(&hub).await;

    hub.random.break_down(true);
    let form = ines.get(&console("/tokens/new")).await;
    assert_eq!(form.status, StatusCode::SERVICE_UNAVAILABLE, "{}", form.text());
    assert!(!form.header("retry-after").is_empty());
    let saved = save(&mut ines, &draft, &[("app_key", "s3cret key")]).await;
    assert_eq!(saved.status, StatusCode::SERVICE_UNAVAILABLE, "{}", saved.text());
    let rotated = ines.post(&console("/tokens/1/rotate"), &[("revision", "1"), ("overlap", "5")]).await;
    assert_eq!(rotated.status, StatusCode::SERVICE_UNAVAILABLE, "{}", rotated.text());
    assert_eq!(rows(&hub).await, before, "no row was added or changed");
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK, "what there is works on");

    hub.random.break_down(false);
    assert_eq!(save(&mut ines, &draft, &[]).await.status, StatusCode::SEE_OTHER, "the draft waited");
    let next = shown_credential(&mut ines).await;
    assert_eq!(call(&hub, &next).await.status, StatusCode::OK);
}
