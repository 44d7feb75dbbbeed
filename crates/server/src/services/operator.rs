//! What the operator does at the command line, beside or without a running server, is written down like the rest.

use std::{net::Ipv4Addr, sync::Arc};

use automation_hub_domain::{audit::AuditAction, clock::Timestamp, tenant::Tenant};
use automation_hub_storage::audit::AuditEvent;

use crate::{
    auth::actor::{Actor, Via},
    middleware::request::RequestId,
};

/// The operator as whoever acts in a use case that pages and the Open API have too.
pub fn actor(tenant: Tenant) -> Actor {
    Actor {
        tenant: Arc::new(tenant),
        user: None,
        via: Via::Operator,
        address: Ipv4Addr::LOCALHOST.into(),
        request_id: RequestId::next(),
        claim: None,
    }
}

/// An entry of the audit trail for what the operator did.
pub fn event(
    at: Timestamp,
    action: AuditAction,
    (object_type, object_id): (&'static str, i64),
    object_name: &str,
) -> AuditEvent {
    AuditEvent {
        happened_at: at,
        actor_user: None,
        actor_token: None,
        actor_name: "Operator".to_owned(),
        action,
        object_type,
        object_id,
        object_name: object_name.to_owned(),
        before: None,
        after: None,
        address: String::new(),
        request_id: String::new(),
        claim: None,
    }
}
