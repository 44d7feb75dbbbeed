//! Baselines of project plans.

use automation_hub_domain::{
    clock::Timestamp,
    cost_benefit::Baseline,
    id::{IdeaId, UserId},
};

use crate::{Session, StorageError, values};

pub fn find(session: &mut Session<'_>, idea: IdeaId) -> Result<Option<Baseline>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT ease, figures, set_at, launch_date FROM project_baselines WHERE tenant_id = $1 AND idea_id = $2",
        values![tenant, idea],
        |row| {
            Ok(Baseline {
                ease: row.get(0)?,
                figures: serde_json::from_str(row.get(1)?)
                    .map_err(|error| StorageError::Corrupt(format!("project_baselines: figures: {error}")))?,
                set_at: Timestamp::from_millis(row.get(2)?),
                launch: row.get::<Option<i64>>(3)?.map(Timestamp::from_millis),
            })
        },
    )
}

/// Freezes a plan that isn't frozen yet, of an idea that is held.
pub fn insert(
    session: &mut Session<'_>,
    idea: IdeaId,
    baseline: &Baseline,
    by: Option<UserId>,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let figures = serde_json::to_string(&baseline.figures).map_err(StorageError::driver)?;
    session.execute(
        "INSERT INTO project_baselines (tenant_id, idea_id, ease, figures, set_by_user_id, set_at, \
         launch_date) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![
            tenant,
            idea,
            baseline.ease.as_deref(),
            &figures,
            by,
            baseline.set_at.millis(),
            baseline.launch.map(Timestamp::millis)
        ],
    )?;
    Ok(())
}
