//! Phases and statuses of a tenant.

use automation_hub_domain::{
    id::{PhaseId, StatusId},
    lifecycle::{Phase, Status, Tone},
};

use crate::{Session, StorageError, values};

/// All phases in their order, and all statuses in the order of phase and place.
pub fn list(session: &mut Session<'_>) -> Result<(Vec<Phase>, Vec<Status>), StorageError> {
    let tenant = session.tenant();
    let phases = session.all(
        "SELECT id, phase_key, name, position, is_active FROM phases WHERE tenant_id = $1 ORDER BY position",
        values![tenant],
        |row| {
            Ok(Phase {
                id: PhaseId::new(row.get(0)?),
                key: row.get(1)?,
                name: row.get(2)?,
                position: row.get(3)?,
                is_active: row.get(4)?,
            })
        },
    )?;
    let statuses = session.all(
        "SELECT id, phase_id, status_key, name, tone, position FROM phase_statuses WHERE tenant_id = $1 \
         ORDER BY phase_id, position",
        values![tenant],
        |row| {
            Ok(Status {
                id: StatusId::new(row.get(0)?),
                phase: PhaseId::new(row.get(1)?),
                key: row.get(2)?,
                name: row.get(3)?,
                tone: Tone::from_key(row.get(4)?)
                    .ok_or_else(|| StorageError::Corrupt("phase_statuses: tone".to_owned()))?,
                position: row.get(5)?,
            })
        },
    )?;
    Ok((phases, statuses))
}
