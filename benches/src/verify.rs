//! Verification in process: a million live tokens in memory, presented one by one in an order of no pattern.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use automation_hub_domain::access::Access;
use automation_hub_domain::clock::Timestamp;
use automation_hub_domain::id::{TenantId, TokenId, UserId};
use automation_hub_domain::tenant::{Slug, Tenant, TokenSettings};
use automation_hub_domain::token::state::{Expiry, Switch};
use automation_hub_server::auth::credential::Presented;
use automation_hub_server::auth::digest::{Pepper, PepperNumber, Peppers, Purpose};
use automation_hub_server::auth::principal::UserRecord;
use automation_hub_server::auth::snapshot::{LiveToken, Snapshot, TokenRecord};
use automation_hub_server::auth::verify::Verifier;
use axum::http::{HeaderMap, HeaderValue, header};
use clap::Args;
use uuid::Uuid;

use crate::process::Usage;
use crate::timing::{Stopwatch, percentile};

const TENANT: Uuid = Uuid::from_u128(0x8f3c_1b52_6a0e_4d8e_9d7b_2f41_c6a0_b9e3);
const NOW: Timestamp = Timestamp::from_millis(1_794_916_800_000);
const PRESENTED: usize = 200_000;
const BATCH: usize = 50;
const USERS: i64 = 10_000;

#[derive(Args)]
pub(crate) struct Options {
    /// How many live tokens there are
    #[arg(long, default_value_t = 1_000_000)]
    tokens: usize,
}

/// What verification came to.
pub(crate) struct Figures {
    pub(crate) load: Duration,
    pub(crate) resident_mb: f64,
    pub(crate) accepted: Pass,
    pub(crate) refused: Pass,
}

#[derive(Default)]
pub(crate) struct Pass {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) per_second: f64,
}

#[expect(clippy::print_stdout, reason = "the figures are the command's output")]
pub(crate) fn run(options: &Options) -> Result<()> {
    let Figures { load, resident_mb, accepted, refused } = measure(options.tokens)?;
    println!("{} live tokens: loaded in {load:.1?}, {resident_mb:.0} MiB resident", options.tokens);
    for (name, pass) in [("accepted", accepted), ("refused", refused)] {
        println!("{name}: p50 {:?}, p99 {:?}, {:.0}/s on one core", pass.p50, pass.p99, pass.per_second);
    }
    Ok(())
}

pub(crate) fn measure(tokens: usize) -> Result<Figures> {
    let number = PepperNumber::new(1).context("a pepper's number")?;
    let peppers = Peppers::new(Pepper::new(number, &[7; 32]), None);
    let live: Vec<LiveToken> = (0..).take(tokens).map(|at| live_token(peppers.current(), at)).collect();
    let usage = Usage::of(std::process::id());
    let before = usage.anonymous_mb()?;
    let before_load = usage.cpu()?;
    let snapshot = Snapshot::new(&peppers, tokens);
    snapshot.put_tenant(tenant()?);
    for id in 0..USERS {
        snapshot.put_user(user(id));
    }
    snapshot.load(live.iter().copied());
    let load = usage.cpu()?.saturating_sub(before_load);
    let resident_mb = usage.anonymous_mb()? - before;
    drop(live);
    let verifier = Verifier::new(snapshot, peppers);
    // Consecutive requests of different holders: each record comes from far away in memory.
    let stride = |at: usize| at.wrapping_mul(7_919) % tokens;
    let accepted = pass(&verifier, |at| value(stride(at)), true)?;
    let refused = pass(&verifier, |at| value(tokens + stride(at)), false)?;
    Ok(Figures { load, resident_mb, accepted, refused })
}

/// Throughput is measured apart from latencies: reading the clock costs a good part of a verification.
fn pass(verifier: &Verifier, token: impl Fn(usize) -> String, is_good: bool) -> Result<Pass> {
    let verify = |at: u32, headers: &HeaderMap| {
        // A caller each: no address fails often enough to be slowed down.
        let address = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 | at));
        verifier.verify(black_box(&Presented::of(headers, None)), address, NOW)
    };
    let (mut times, mut batches, mut number) = (Vec::with_capacity(PRESENTED), Vec::new(), 0);
    for batch in 0..PRESENTED / BATCH {
        // As a server has them: just parsed, while the record is wherever it was left.
        let token_of = |at: usize| headers(&token(batch * BATCH + at));
        let presented: Vec<HeaderMap> = (0..BATCH).map(token_of).collect::<Result<_>>()?;
        let watch = Stopwatch::start();
        for headers in &presented {
            number += 1;
            ensure!(verify(number, headers).is_ok() == is_good, "a credential was taken for another");
        }
        batches.push(watch.elapsed());
        // Other tokens, as these are in the cache now.
        let token_of = |at: usize| headers(&token(PRESENTED + batch * BATCH + at));
        for headers in (0..BATCH).map(token_of).collect::<Result<Vec<_>>>()? {
            number += 1;
            let watch = Stopwatch::start();
            let _ = black_box(verify(number, &headers));
            times.push(watch.elapsed());
        }
    }
    // The median batch: some are interrupted by whatever else the machine has to do.
    let per_second = f64::from(u32::try_from(BATCH)?) / percentile(&mut batches, 0.5).as_secs_f64();
    Ok(Pass { p50: percentile(&mut times, 0.5), p99: percentile(&mut times, 0.99), per_second })
}

/// Values follow from their number, so that a million needn't be kept to present some.
fn value(number: usize) -> String {
    let mixed = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    Uuid::from_u128(mixed).hyphenated().to_string()
}

fn live_token(pepper: &Pepper, at: usize) -> LiveToken {
    let id = i64::try_from(at).unwrap_or(i64::MAX);
    let record = TokenRecord {
        id: TokenId::new(id),
        tenant: TenantId::new(1),
        user: Some(UserId::new(id % USERS)),
        expiry: Expiry::At(NOW.plus_days(90)),
        switch: Switch::On,
        app_key: None,
    };
    let value = pepper.store(Purpose::Token, TENANT, value(at).as_bytes());
    LiveToken { record, value, retired: None }
}

fn headers(token: &str) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_static("localhost"));
    headers.insert("x-ah-openapi-auth", HeaderValue::from_static("openapi-token"));
    headers.insert("x-ah-openapi-app-key", HeaderValue::from_static("unused-app-key"));
    headers.insert(header::AUTHORIZATION, format!("Bearer {TENANT}/{token}").parse()?);
    Ok(headers)
}

fn tenant() -> Result<Tenant> {
    Ok(Tenant {
        id: TenantId::new(1),
        uuid: TENANT,
        organization_slug: Slug::parse("nordwind").context("a slug")?,
        organization_name: "Nordwind Group".into(),
        tenant_slug: Slug::parse("production").context("a slug")?,
        tenant_name: "Production".into(),
        currency: "EUR".into(),
        time_zone: "Europe/Copenhagen".into(),
        is_active: true,
        created_at: NOW,
        settings: TokenSettings::default(),
    })
}

fn user(id: i64) -> UserRecord {
    UserRecord {
        tenant: TenantId::new(1),
        id: UserId::new(id),
        email: format!("user-{id}@nordwind.example"),
        first_name: "Ana".into(),
        last_name: "Prado".into(),
        job_title: None,
        department: None,
        business_unit: None,
        is_active: true,
        role_slugs: vec!["standard-user".into()],
        access: Access::default(),
    }
}
