//! What a token did: who breaks if it is revoked, and whether that was us.

use automation_hub_domain::{clock::Timestamp, id::TokenId, permission::Permission};
use automation_hub_storage::{
    audit::{self, AuditEntry},
    calls::{self, AddressCount, DayCount, Durations, RouteCount},
    tokens::{self, Token},
};

use super::{NOT_FOUND, find_own};
use crate::{app::App, auth::actor::Actor, error::Error};

/// How far back the page looks.
pub const DAYS: i64 = 30;
const EVENTS: u64 = 50;

pub struct Usage {
    pub token: Token,
    /// One for each of the last days, oldest first, those without calls included.
    pub days: Vec<DayCount>,
    pub routes: Vec<RouteCount>,
    pub addresses: Vec<AddressCount>,
    pub durations: Option<Durations>,
    pub events: Vec<AuditEntry>,
}

impl Usage {
    pub fn accepted(&self) -> u64 {
        self.days.iter().map(|day| day.accepted).sum()
    }

    pub fn refused(&self) -> u64 {
        self.days.iter().map(|day| day.refused).sum()
    }

    /// Accepted calls of the day that runs.
    pub fn today(&self) -> u64 {
        self.days.last().map_or(0, |day| day.accepted)
    }

    /// Accepted calls of the last whole day.
    pub fn yesterday(&self) -> u64 {
        self.days.iter().rev().nth(1).map_or(0, |day| day.accepted)
    }
}

/// Accepted calls of today and yesterday, for whom a token acts as: seen without any permission.
pub async fn own_calls(app: &App, actor: &Actor, id: TokenId) -> Result<(u64, u64), Error> {
    find_own(app, actor, id).await?;
    let today = app.clock.now().millis().div_euclid(86_400_000);
    let days = app
        .store
        .read(actor.tenant_id(), move |s| calls::list_days(s, id, today - 1).map_err(Error::from))
        .await?;
    let of = |day| days.iter().find(|count| count.day == day).map_or(0, |count| count.accepted);
    Ok((of(today), of(today - 1)))
}

pub async fn usage(app: &App, actor: &Actor, id: TokenId) -> Result<Usage, Error> {
    actor.require(Permission::OpenApi)?;
    let now = app.clock.now();
    let today = now.millis().div_euclid(86_400_000);
    let first = today - DAYS + 1;
    let since = Timestamp::from_millis(first * 86_400_000);
    app.store
        .scan(actor.tenant_id(), move |s| -> Result<_, Error> {
            let token = tokens::find(s, id, now)?.ok_or(NOT_FOUND)?;
            Ok(Usage {
                days: fill(&calls::list_days(s, id, first)?, first, today),
                routes: calls::list_routes(s, id, since)?,
                addresses: calls::list_addresses(s, id, since)?,
                durations: calls::durations(s, id, since)?,
                events: audit::list_of_object(s, "token", id.get(), EVENTS)?,
                token,
            })
        })
        .await
}

fn fill(counted: &[DayCount], first: i64, last: i64) -> Vec<DayCount> {
    let of = |day| counted.iter().find(|count| count.day == day).copied();
    (first..=last).map(|day| of(day).unwrap_or(DayCount { day, accepted: 0, refused: 0 })).collect()
}
