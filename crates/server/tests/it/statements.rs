//! What the database has to do with authentication: nothing while calls come in, one batch now and then.

use automation_hub_domain::token::value::TokenForm;
use axum::http::StatusCode;
use std::net::Ipv4Addr;

use crate::{app::TestHub, calls::AUTHINFO};

const CALLS: u32 = 10_000;
const FLOOD: u32 = 100_000;

#[tokio::test]
async fn ten_thousand_verified_calls_read_nothing_and_are_written_in_one_batch() {
    let hub = TestHub::start().await;
    let (_, token) = hub.issue_personal().await;
    let (statements, commits) = (hub.app.store.statement_count(), hub.app.store.commit_count());
    for _ in 0..CALLS {
        assert_eq!(hub.call_from(Ipv4Addr::LOCALHOST, &token).await, StatusCode::OK);
    }
    assert_eq!(hub.app.store.statement_count(), statements, "no call asks the database");
    hub.app.calls.flush(&hub.app).await.unwrap();
    assert_eq!(hub.app.store.commit_count(), commits + 1, "one batch writes down all of them");
    hub.app.calls.flush(&hub.app).await.unwrap();
    assert_eq!(hub.app.store.commit_count(), commits + 1, "there is nothing more to write");
}

/// Guessing from everywhere at once costs neither the database nor, once the tables of addresses stand, memory.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_flood_of_refusals_asks_and_keeps_nothing() {
    let hub = TestHub::start().await;
    let (_, witness) = hub.issue_personal().await;
    let mut token = witness.clone();
    token.value = "0f8fad5b-d9cb-469f-a165-70867728950e".into();
    let (statements, commits) = (hub.app.store.statement_count(), hub.app.store.commit_count());
    let (mut slowed, mut before) = (0, 0);
    for caller in 0..FLOOD {
        if caller == FLOOD / 10 {
            before = crate::raw::anonymous_kib();
        }
        // Half of them from one address, the others from ever new ones.
        let address = if caller % 2 == 0 { 7 } else { caller };
        let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + address);
        match hub.call_from(address, &token).await {
            StatusCode::UNAUTHORIZED => {}
            StatusCode::TOO_MANY_REQUESTS => slowed += 1,
            other => panic!("{other}"),
        }
    }
    let grown = crate::raw::anonymous_kib().saturating_sub(before);
    assert!(grown < 4096, "{FLOOD} refusals left {grown} KiB behind");
    // The first 1,000 are told plainly (one of them came as the eighth of the others), and each other address that
    // shares the place of its count hides one more.
    assert!(
        (FLOOD / 2 - 1010..=FLOOD / 2 - 999).contains(&slowed),
        "{slowed} of one address were slowed down"
    );
    assert_eq!(hub.call_from(Ipv4Addr::new(10, 0, 0, 7), &witness).await, StatusCode::OK);
    assert_eq!(hub.app.store.statement_count(), statements, "nothing was asked");
    assert_eq!(hub.app.store.commit_count(), commits, "nothing was written");
}

#[tokio::test]
async fn refused_calls_ask_and_write_nothing() {
    let hub = TestHub::start().await;
    let mut token = hub.issue(None, TokenForm::Uuid, None).await;
    token.value = "0f8fad5b-d9cb-469f-a165-70867728950e".into();
    let (statements, commits) = (hub.app.store.statement_count(), hub.app.store.commit_count());
    for caller in 0..CALLS / 4 {
        let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + caller / 900);
        assert_eq!(hub.call_from(address, &token).await, StatusCode::UNAUTHORIZED, "{AUTHINFO} {caller}");
    }
    hub.app.calls.flush(&hub.app).await.unwrap();
    assert_eq!(hub.app.store.statement_count(), statements);
    assert_eq!(hub.app.store.commit_count(), commits);
}
