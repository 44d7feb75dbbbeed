//! What was entered of automations for their cost-benefit analyses.

use automation_hub_domain::{clock::Timestamp, cost_benefit::Plan, id::IdeaId};

use crate::{Session, StorageError, values};

/// What was entered of an idea; nothing where nothing was.
pub fn find(session: &mut Session<'_>, idea: IdeaId) -> Result<Plan, StorageError> {
    let tenant = session.tenant();
    let found = session.optional(
        "SELECT entered FROM project_plans WHERE tenant_id = $1 AND idea_id = $2",
        values![tenant, idea],
        |row| {
            serde_json::from_str(row.get(0)?)
                .map_err(|error| StorageError::Corrupt(format!("project_plans: {error}")))
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Puts a plan in place of the one an idea had, which is held for a change.
pub fn set(session: &mut Session<'_>, idea: IdeaId, plan: &Plan, at: Timestamp) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let entered = serde_json::to_string(plan).map_err(StorageError::driver)?;
    session.execute(
        "INSERT INTO project_plans (tenant_id, idea_id, entered, updated_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, idea_id) DO UPDATE SET entered = excluded.entered, \
         updated_at = excluded.updated_at",
        values![tenant, idea, &entered, at.millis()],
    )?;
    Ok(())
}
