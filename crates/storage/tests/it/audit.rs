//! The names of what was done, and when an idea came to where.

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{IdeaId, StatusId},
};
use automation_hub_storage::{
    Session, StorageError,
    audit::{self, AuditEvent},
    values,
};

use crate::organization::{Organization, found_tenant};

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

fn event(at: i64, idea: IdeaId, action: AuditAction, after: &str) -> AuditEvent {
    AuditEvent {
        happened_at: Timestamp::from_millis(at),
        actor_user: None,
        actor_token: None,
        actor_name: "Operator".into(),
        action,
        object_type: "idea",
        object_id: idea.get(),
        object_name: "One".into(),
        before: None,
        after: Some(after.into()),
        address: String::new(),
        request_id: String::new(),
        claim: None,
    }
}

#[tokio::test]
async fn an_idea_first_came_to_a_status_when_it_was_first_moved_there() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let (one, two) = (IdeaId::new(1), IdeaId::new(2));
    let (moved, answered) = (AuditAction::IDEA_MOVE, AuditAction::IDEA_ANSWER);
    let flow = AuditAction::IDEA_CHANGE_FLOW;
    let events = [
        event(1, two, moved, r#"{"status":96}"#),
        event(2, one, answered, r#"{"status":96}"#),
        event(3, one, moved, r#"{"status":960}"#),
        event(4, one, moved, r#"{"status":47,"name":"\"status\":96"}"#),
        event(5, one, flow, r#"{"status":96,"submission_type":2}"#),
        event(6, one, moved, r#"{"status":97}"#),
        event(7, one, moved, r#"{"status":96}"#),
        event(8, one, flow, r#"{"submission_type":1}"#),
    ];
    let insert = move |s: &mut Session<'_>| events.iter().try_for_each(|event| audit::insert(s, event));
    acme.write(insert).await.unwrap();
    let live = StatusId::new(96);
    for (idea, status, at) in [
        (one, 96, Some(5)),
        (two, 96, Some(1)),
        (one, 97, Some(6)),
        (two, 97, None),
        (IdeaId::new(3), 96, None),
    ] {
        let found = acme.read(move |s| audit::first_arrival(s, idea, StatusId::new(status))).await;
        assert_eq!(found.map(Timestamp::millis), at, "{idea} {status}");
    }
    let theirs = acme.store().read(other, move |s| audit::first_arrival(s, one, live));
    assert_eq!(theirs.await.unwrap(), None);
}
