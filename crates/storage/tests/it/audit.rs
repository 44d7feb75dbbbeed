//! The names of what was done.

use automation_hub_domain::audit::AuditAction;
use automation_hub_storage::{Session, StorageError, audit, values};

use crate::organization::Organization;

const RENAMING: &str = include_str!("../../migrations/0014_audit_actions.sql");
const INSERT: &str = "INSERT INTO audit_events (tenant_id, happened_at, actor_name, action, object_type, object_id, \
    object_name, address, request_id) VALUES ($1, 0, 'Ana', $2, 'token', 1, 'Nightly', '', '')";

/// As a database of an earlier version holds them.
#[tokio::test]
async fn events_of_earlier_versions_take_over_the_names_of_today() {
    let acme = Organization::found().await;
    let names = acme
        .write(|s: &mut Session<'_>| -> Result<_, StorageError> {
            let tenant = s.tenant();
            for old in [
                "token.update",
                "token.create_for_user",
                "tenant.token_settings",
                "idea.change_flow",
                "other",
            ] {
                s.execute(INSERT, values![tenant, old])?;
            }
            s.execute(RENAMING.trim_end().trim_end_matches(';'), &[])?;
            Ok(audit::list_of_object(s, "token", 1, 10)?
                .into_iter()
                .rev()
                .map(|event| event.action)
                .collect())
        })
        .await;
    let names: Vec<String> = names.unwrap();
    let today = [
        AuditAction::TOKEN_EDIT,
        AuditAction::TOKEN_CREATE_FOR_USER,
        AuditAction::TENANT_EDIT_TOKEN_SETTINGS,
        AuditAction::IDEA_CHANGE_FLOW,
    ];
    let mut expected = today.map(AuditAction::as_str).to_vec();
    expected.push("other");
    assert_eq!(names, expected);
}
