//! What submissions of a tenant are made with: flows, questionnaires and formulas. Every version is kept; the latest
//! is in force.

use automation_hub_domain::{
    flow::{Flow, default_flows},
    formula::{DEFAULT_FORMULAS, Formulas},
    id::FlowId,
    idea::SubmissionType,
    questionnaire::{DEFAULT_QUESTIONNAIRES, Questionnaire},
};

use crate::{Session, StorageError, tenants, values};

/// A flow in force, and its version.
#[derive(Clone, Debug)]
pub struct StoredFlow {
    pub id: FlowId,
    pub version: i64,
    pub kind: SubmissionType,
    pub flow: Flow,
}

#[derive(Clone, Debug)]
pub struct StoredQuestionnaire {
    /// What flows call it: `high-level`.
    pub name: String,
    pub version: i64,
    pub questionnaire: Questionnaire,
}

#[derive(Clone, Debug)]
pub struct StoredFormulas {
    pub version: i64,
    pub formulas: Formulas,
}

/// In the order of their ids.
pub fn flows(session: &mut Session<'_>) -> Result<Vec<StoredFlow>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT id, version, submission_type, definition FROM idea_flows f WHERE tenant_id = $1 AND version = \
         (SELECT MAX(version) FROM idea_flows WHERE tenant_id = $1 AND id = f.id) ORDER BY id",
        values![tenant],
        |row| {
            let kind = SubmissionType::from_code(row.get(2)?);
            Ok(StoredFlow {
                id: row.get(0)?,
                version: row.get(1)?,
                kind: kind.ok_or_else(|| StorageError::Corrupt("idea_flows: submission_type".to_owned()))?,
                flow: serde_json::from_str(row.get(3)?).map_err(|error| corrupt("idea_flows", &error))?,
            })
        },
    )
}

pub fn questionnaires(session: &mut Session<'_>) -> Result<Vec<StoredQuestionnaire>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT name, version, definition FROM questionnaires q WHERE tenant_id = $1 AND version = \
         (SELECT MAX(version) FROM questionnaires WHERE tenant_id = $1 AND name = q.name) ORDER BY name",
        values![tenant],
        |row| {
            Ok(StoredQuestionnaire {
                name: row.get(0)?,
                version: row.get(1)?,
                questionnaire: Questionnaire::parse(row.get(2)?)
                    .map_err(|error| corrupt("questionnaires", &error))?,
            })
        },
    )
}

pub fn formulas(session: &mut Session<'_>) -> Result<StoredFormulas, StorageError> {
    let tenant = session.tenant();
    session.one(
        "SELECT version, definition FROM formulas WHERE tenant_id = $1 ORDER BY version DESC LIMIT 1",
        values![tenant],
        |row| {
            let formulas = Formulas::parse(row.get(1)?).map_err(|error| corrupt("formulas", &error))?;
            Ok(StoredFormulas { version: row.get(0)?, formulas })
        },
    )
}

fn corrupt(table: &str, error: &dyn std::error::Error) -> StorageError {
    StorageError::Corrupt(format!("{table}: {error}"))
}

/// Puts a new version of a flow in force. Its number, or none if there is no such flow.
pub fn install_flow(session: &mut Session<'_>, id: FlowId, flow: &Flow) -> Result<Option<i64>, StorageError> {
    let tenant = session.tenant();
    let definition = serde_json::to_string(flow).map_err(StorageError::driver)?;
    let version = session.optional(
        "INSERT INTO idea_flows (tenant_id, id, version, submission_type, definition) \
         SELECT tenant_id, id, version + 1, submission_type, $1 FROM idea_flows WHERE tenant_id = $2 AND id = $3 \
         ORDER BY version DESC LIMIT 1 RETURNING version",
        values![&definition, tenant, id],
        |row| row.get(0),
    )?;
    tenants::touch_forms(session)?;
    Ok(version)
}

/// Puts a new version of a questionnaire in force, or the first of a new one. Its number.
pub fn install_questionnaire(
    session: &mut Session<'_>,
    name: &str,
    questionnaire: &Questionnaire,
) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    let definition = serde_json::to_string(questionnaire).map_err(StorageError::driver)?;
    let version = session.one(
        "INSERT INTO questionnaires (tenant_id, name, version, definition) VALUES ($1, $2, (SELECT \
         COALESCE(MAX(version), 0) + 1 FROM questionnaires WHERE tenant_id = $1 AND name = $2), $3) RETURNING version",
        values![tenant, name, &definition],
        |row| row.get(0),
    )?;
    tenants::touch_forms(session)?;
    Ok(version)
}

/// Puts a new version of the formulas in force. Its number.
pub fn install_formulas(session: &mut Session<'_>, formulas: &Formulas) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    let version = session.one(
        "INSERT INTO formulas (tenant_id, version, definition) VALUES ($1, (SELECT \
         COALESCE(MAX(version), 0) + 1 FROM formulas WHERE tenant_id = $1), $2) RETURNING version",
        values![tenant, formulas.definition()],
        |row| row.get(0),
    )?;
    tenants::touch_forms(session)?;
    Ok(version)
}

/// Whether the tenant has what submissions are made with. One founded before there was such a thing has not.
pub(crate) fn are_there(session: &mut Session<'_>) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let found =
        session
            .optional("SELECT 1 FROM idea_flows WHERE tenant_id = $1 LIMIT 1", values![tenant], |_| Ok(()))?;
    Ok(found.is_some())
}

/// What a tenant starts with. Rows that are there already stay as they are.
pub(crate) fn insert_defaults(session: &mut Session<'_>) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for default in default_flows() {
        let definition = serde_json::to_string(&default.flow).map_err(StorageError::driver)?;
        session.execute(
            "INSERT INTO idea_flows (tenant_id, id, version, submission_type, definition) \
             VALUES ($1, $2, 1, $3, $4) ON CONFLICT (tenant_id, id, version) DO NOTHING",
            values![tenant, default.kind.code(), default.kind.code(), &definition],
        )?;
    }
    for (name, definition) in DEFAULT_QUESTIONNAIRES {
        session.execute(
            "INSERT INTO questionnaires (tenant_id, name, version, definition) VALUES ($1, $2, 1, $3) \
             ON CONFLICT (tenant_id, name, version) DO NOTHING",
            values![tenant, *name, *definition],
        )?;
    }
    session.execute(
        "INSERT INTO formulas (tenant_id, version, definition) VALUES ($1, 1, $2) \
         ON CONFLICT (tenant_id, version) DO NOTHING",
        values![tenant, DEFAULT_FORMULAS],
    )?;
    tenants::touch_forms(session)
}
