//! Works off jobs, one after the other. Several servers on one database share them.

use std::{sync::Arc, time::Duration};

use automation_hub_domain::clock::Timestamp;
use automation_hub_storage::{
    Session,
    jobs::{self, Lease},
};

use super::{Job, JobError, invitation_mail::InvitationMail};
use crate::{app::App, error::Error};

/// How often the worker looks for what is due again, or was asked for by another process.
const EVERY: Duration = Duration::from_secs(5);
/// Longer than any job takes: within it nobody else begins the same.
const LEASE_MINUTES: i64 = 15;
/// A pause of half a minute after the first failure, twice as long after each further one, but no more than an hour:
/// about half a day in all.
const FIRST_PAUSE_MILLIS: i64 = 30 * 1000;
const LONGEST_PAUSE_MILLIS: i64 = 60 * 60 * 1000;
const ATTEMPTS: i64 = 18;
/// What is done but can't be noted would be done again, so that is tried several times.
const NOTES: u32 = 5;
const BETWEEN_NOTES: Duration = Duration::from_secs(2);

/// Works until told to stop, and ends when the job in hand is over.
pub async fn run(app: App) {
    while !app.jobs.is_stopping() {
        if let Err(error) = work_off(&app).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "jobs could not be worked off");
        }
        app.jobs.wait(EVERY).await;
    }
}

/// Does all that is due now. How many jobs were begun.
pub async fn work_off(app: &App) -> Result<usize, Error> {
    let mut begun = 0;
    while !app.jobs.is_stopping() {
        let now = app.clock.now();
        if !app.store.system().read(move |s| jobs::is_any_due(s, now).map_err(Error::from)).await? {
            break;
        }
        let mut lease = Lease::default();
        app.random.fill(&mut lease)?;
        let until = now.plus_minutes(LEASE_MINUTES);
        let system = app.store.system();
        let claim = system.write(move |s| jobs::claim(s, &lease, now, until).map_err(Error::from));
        // Where another worker was faster there may be more.
        let Some(job) = claim.await? else { continue };
        begun += 1;
        work_on(app, job, lease).await?;
    }
    Ok(begun)
}

async fn work_on(app: &App, job: jobs::Job, lease: Lease) -> Result<(), Error> {
    match job.name.as_str() {
        InvitationMail::NAME => work_on_a::<InvitationMail>(app, job, lease).await,
        // A newer version's, on the same database: it is left to that one.
        _ => postpone(app, &job, lease, "this version doesn't know such jobs").await,
    }
}

async fn work_on_a<J: Job>(app: &App, job: jobs::Job, lease: Lease) -> Result<(), Error> {
    let work: Arc<J> = match serde_json::from_str(&job.payload) {
        Ok(work) => Arc::new(work),
        Err(error) => return postpone(app, &job, lease, &error.to_string()).await,
    };
    // A task of its own: should it panic, the worker goes on.
    let (shared, running, claimed) = (app.clone(), Arc::clone(&work), job.clone());
    let task = tokio::spawn(async move { running.run(&shared, &claimed).await });
    let done = task.await.unwrap_or_else(|panic| Err(JobError::Postponed(panic.into())));
    match done {
        Ok(()) => note_done(app, &job, lease).await,
        Err(JobError::Postponed(error)) if job.attempts < ATTEMPTS => {
            postpone(app, &job, lease, &format!("{error:#}")).await
        }
        Err(JobError::Postponed(error) | JobError::Impossible(error)) => {
            give_up(app, work, job, lease, format!("{error:#}")).await
        }
    }
}

async fn note_done(app: &App, job: &jobs::Job, lease: Lease) -> Result<(), Error> {
    let id = job.id;
    let mut noted = 1;
    loop {
        let delete = move |s: &mut Session<'_>| jobs::delete(s, id, &lease).map_err(Error::from);
        match app.store.write(job.tenant, delete).await {
            Ok(_) => return Ok(()),
            Err(error) if noted == NOTES => return Err(error),
            Err(_) => {
                noted += 1;
                tokio::time::sleep(BETWEEN_NOTES).await;
            }
        }
    }
}

async fn postpone(app: &App, job: &jobs::Job, lease: Lease, reason: &str) -> Result<(), Error> {
    tracing::warn!(
        job = job.id.get(),
        name = job.name,
        attempts = job.attempts,
        reason,
        "a job was postponed"
    );
    let (id, reason) = (job.id, reason.to_owned());
    let due_at = app.clock.now().plus_millis(pause_after(job.attempts));
    app.store
        .write(job.tenant, move |s| -> Result<_, Error> {
            jobs::postpone(s, id, &lease, due_at, &reason)?;
            Ok(())
        })
        .await
}

fn pause_after(attempts: i64) -> i64 {
    let doubled = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    let pause = 2_i64.checked_pow(doubled).and_then(|times| FIRST_PAUSE_MILLIS.checked_mul(times));
    pause.unwrap_or(i64::MAX).min(LONGEST_PAUSE_MILLIS)
}

async fn give_up<J: Job>(
    app: &App,
    work: Arc<J>,
    job: jobs::Job,
    lease: Lease,
    reason: String,
) -> Result<(), Error> {
    tracing::error!(
        job = job.id.get(),
        name = job.name,
        attempts = job.attempts,
        reason,
        "a job was given up"
    );
    let now: Timestamp = app.clock.now();
    app.store
        .write(job.tenant, move |s| -> Result<_, Error> {
            if jobs::delete(s, job.id, &lease)? {
                work.give_up(s, &job, &reason, now)?;
            }
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds: Vec<_> = (1..=9).map(|attempts| pause_after(attempts) / 1000).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(pause_after(i64::MAX), LONGEST_PAUSE_MILLIS);
    }
}
