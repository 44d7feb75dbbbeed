//! A change counts from its answer on: no call that begins later is judged by what was before.

use std::{
    env,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use automation_hub_domain::{
    id::UserId,
    role::STANDARD_USER,
    token::{TokenName, value::TokenForm},
};
use automation_hub_server::{auth::digest::Purpose, error::Error};
use automation_hub_storage::{
    Session, tenants,
    tokens::{self, AppKeyChange, TokenChange},
    users,
};
use axum::http::StatusCode;

use crate::{
    app::{NOON, TestHub},
    calls::{Issued, keyed},
};

const CALLERS: u32 = 1000;

/// What takes a token's rights away.
#[derive(Clone, Copy, Debug)]
enum Change {
    Deactivate,
    Revoke,
    Expire,
    AddAppKey,
    DeactivateUser,
    DeactivateTenant,
}

const CHANGES: [Change; 6] = [
    Change::Deactivate,
    Change::Revoke,
    Change::Expire,
    Change::AddAppKey,
    Change::DeactivateUser,
    Change::DeactivateTenant,
];

/// What the callers of one round share, and what they saw.
struct Round {
    hub: Arc<TestHub>,
    token: Issued,
    /// Set once the change has been answered.
    is_told: AtomicBool,
    warm: AtomicU32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_that_begins_after_the_answer_to_a_change_is_accepted() {
    let rounds = env::var("HUB_TEST_ROUNDS").map_or(CHANGES.len(), |rounds| rounds.parse().unwrap());
    let hub = Arc::new(TestHub::start().await);
    let user = hub.add_user("ana@nordwind.example", &[STANDARD_USER]).await;
    for (number, change) in CHANGES.into_iter().cycle().take(rounds).enumerate() {
        let token = hub.issue(Some(user), TokenForm::Uuid, None).await;
        let round =
            Round { hub: Arc::clone(&hub), token, is_told: AtomicBool::new(false), warm: AtomicU32::new(0) };
        let round = Arc::new(round);
        let callers: Vec<_> =
            (0..CALLERS).map(|caller| tokio::spawn(call(Arc::clone(&round), caller))).collect();
        while round.warm.load(Ordering::SeqCst) < CALLERS {
            tokio::task::yield_now().await;
        }
        round.hub.apply(change, user, &round.token).await;
        round.is_told.store(true, Ordering::SeqCst);
        for caller in callers {
            let too_late = caller.await.unwrap();
            assert_eq!(too_late, None, "round {number}, {change:?}");
        }
        hub.restore(user).await;
    }
}

/// Calls again and again, until twice after the change was told. Answers what should not have been.
async fn call(round: Arc<Round>, caller: u32) -> Option<&'static str> {
    let address = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + caller);
    let (mut has_seen_it, mut calls_after, mut is_warm) = (false, 0, false);
    while calls_after < 2 {
        let begins_after = round.is_told.load(Ordering::SeqCst);
        let is_accepted = match round.hub.call_from(address, &round.token).await {
            StatusCode::OK => true,
            StatusCode::UNAUTHORIZED => false,
            _ => return Some("neither accepted nor refused"),
        };
        match (is_accepted, begins_after, has_seen_it) {
            (true, true, _) => return Some("accepted after the change was answered"),
            (true, false, true) => return Some("refused, then accepted again"),
            _ => {}
        }
        has_seen_it |= !is_accepted;
        calls_after += u32::from(begins_after);
        if !is_warm {
            is_warm = true;
            round.warm.fetch_add(1, Ordering::SeqCst);
        }
        tokio::task::yield_now().await;
    }
    None
}

impl TestHub {
    async fn write(&self, work: impl FnMut(&mut Session<'_>) -> Result<bool, Error> + Send + 'static) {
        assert!(self.app.store.write(self.tenant, work).await.unwrap());
    }

    async fn apply(&self, change: Change, user: UserId, token: &Issued) {
        let id = token.id;
        match change {
            Change::Deactivate => {
                self.write(move |s| Ok(tokens::set_active(s, id, false, Some(user), NOON)?)).await;
                self.token_changed(id).await;
            }
            Change::Revoke => {
                self.write(move |s| Ok(tokens::revoke(s, id, Some(user), NOON)?)).await;
                self.token_changed(id).await;
            }
            Change::Expire => self.edit(token, user, |change| change.expires_at = Some(NOON)).await,
            Change::AddAppKey => {
                let app_key = keyed(self.digest(Purpose::AppKey, "a new app key"));
                self.edit(token, user, move |change| change.app_key = AppKeyChange::Replace(app_key)).await;
            }
            Change::DeactivateUser => self.switch_user(user, false).await,
            Change::DeactivateTenant => self.switch_tenant(false).await,
        }
    }

    async fn edit(&self, token: &Issued, user: UserId, edit: impl FnOnce(&mut TokenChange)) {
        let mut change = TokenChange {
            name: TokenName::parse(&format!("Edited {}", token.id.get())).unwrap(),
            user: Some(user),
            expires_at: Some(NOON.plus_days(90)),
            is_active: true,
            app_key: AppKeyChange::Keep,
            by: Some(user),
            at: NOON,
        };
        edit(&mut change);
        let id = token.id;
        self.write(move |s| Ok(tokens::update(s, id, 1, &change)?)).await;
        self.token_changed(id).await;
    }

    async fn switch_user(&self, user: UserId, is_active: bool) {
        self.write(move |s| Ok(users::set_active(s, user, is_active, NOON)?)).await;
        self.app.person_changed(self.tenant, user).await.unwrap();
    }

    async fn switch_tenant(&self, is_active: bool) {
        self.write(move |s| Ok(tenants::set_active(s, is_active)?)).await;
        self.app.tenant_changed(self.tenant).await.unwrap();
    }

    async fn restore(&self, user: UserId) {
        self.switch_user(user, true).await;
        self.switch_tenant(true).await;
    }
}
