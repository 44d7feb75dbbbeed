//! Who acts in a request, and the one place that says whether they may.

use std::{net::IpAddr, sync::Arc};

use automation_hub_domain::{
    access::Reach,
    audit::AuditAction,
    clock::Timestamp,
    id::{CategoryId, SessionId, TenantId, TokenId, UserId},
    permission::Permission,
};
use automation_hub_storage::{audit::AuditEvent, idempotency::Claim};

use crate::{
    auth::principal::{TenantRecord, UserRecord},
    error::{Denial, Error},
    middleware::request::RequestId,
};

/// What proved who the actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A signed-in browser, and when its credential was last checked.
    Session { id: SessionId, credential_checked_at: Timestamp },
    /// An Open API token.
    Token(TokenId),
    /// The command line of the server itself.
    Operator,
}

/// Whoever makes a request: a person, or a tenant-level token without one.
#[derive(Clone, Debug)]
pub struct Actor {
    pub tenant: Arc<TenantRecord>,
    pub user: Option<Arc<UserRecord>>,
    pub via: Via,
    pub address: IpAddr,
    pub request_id: RequestId,
    /// The key its caller gave the request, if it has one.
    pub claim: Option<Arc<Claim>>,
}

impl Actor {
    pub fn tenant_id(&self) -> TenantId {
        self.tenant.id
    }

    /// The acting person; a tenant-level token has none and is refused.
    pub fn user(&self) -> Result<&Arc<UserRecord>, Error> {
        self.user.as_ref().ok_or(Error::Forbidden(Denial::UserNeeded))
    }

    pub fn user_id(&self) -> Option<UserId> {
        self.user.as_ref().map(|user| user.id)
    }

    /// Whether the person holds the permission somewhere. A tenant-level token holds the permissions of the
    /// calls that accept it: which ones those are is said in the route table.
    pub fn may(&self, permission: Permission) -> bool {
        self.user.as_ref().is_some_and(|user| user.access.holds(permission))
    }

    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.user()?.access.holds(permission) {
            Ok(())
        } else {
            Err(Error::Forbidden(Denial::Permission(permission)))
        }
    }

    /// As [`Actor::require`] for something filed in a category, given with all its ancestors.
    pub fn require_in(&self, permission: Permission, path: &[CategoryId]) -> Result<(), Error> {
        if self.user()?.access.holds_in(permission, path) {
            Ok(())
        } else {
            Err(Error::Forbidden(Denial::Permission(permission)))
        }
    }

    /// Nobody in particular: a tenant-level token or the operator. What such a one may do is said by the route table
    /// and by which commands there are.
    pub fn is_impersonal(&self) -> bool {
        self.user.is_none() && matches!(self.via, Via::Token(_) | Via::Operator)
    }

    /// As [`Actor::require`], for what a tenant-level token may do as well.
    pub fn require_if_personal(&self, permission: Permission) -> Result<(), Error> {
        if self.is_impersonal() { Ok(()) } else { self.require(permission) }
    }

    /// As [`Actor::require_if_personal`] for one place: all categories, or one, given with all its ancestors.
    pub fn require_at(&self, permission: Permission, place: Option<&[CategoryId]>) -> Result<(), Error> {
        if self.is_impersonal() || self.user()?.access.holds_at(permission, place) {
            Ok(())
        } else {
            Err(Error::Forbidden(Denial::Permission(permission)))
        }
    }

    pub fn reach(&self, permission: Permission) -> Reach {
        self.user.as_ref().map_or(Reach::Nowhere, |user| user.access.reach(permission))
    }

    /// Refuses API tokens: what administers tokens can't be done with one.
    pub fn require_session(&self) -> Result<SessionId, Error> {
        match self.via {
            Via::Session { id, .. } => Ok(id),
            Via::Token(_) | Via::Operator => Err(Error::Forbidden(Denial::SessionNeeded)),
        }
    }

    /// The step before something that acts for somebody else: the password was asked for in the last five minutes.
    pub fn require_fresh_credential(&self, now: Timestamp) -> Result<(), Error> {
        const FRESH_MILLIS: i64 = 5 * 60 * 1000;
        match self.via {
            Via::Session { credential_checked_at, .. }
                if now.since(credential_checked_at) <= FRESH_MILLIS =>
            {
                Ok(())
            }
            Via::Session { .. } => Err(Error::StepUp),
            Via::Token(_) => Err(Error::Forbidden(Denial::SessionNeeded)),
            Via::Operator => Ok(()),
        }
    }

    /// The password was checked within this very request.
    pub fn note_credential_check(&mut self, at: Timestamp) {
        if let Via::Session { credential_checked_at, .. } = &mut self.via {
            *credential_checked_at = at;
        }
    }

    pub fn name(&self) -> String {
        match (&self.user, self.via) {
            (Some(user), _) => user.full_name(),
            (None, Via::Operator) => "Operator".to_owned(),
            (None, _) => "Tenant-level token".to_owned(),
        }
    }

    /// An audit event of this actor, to be filled with what changed.
    pub fn event(
        &self,
        at: Timestamp,
        action: AuditAction,
        object: (&'static str, i64),
        object_name: &str,
    ) -> AuditEvent {
        let (object_type, object_id) = object;
        // Commands come from no address and are no requests.
        let (address, request_id) = match self.via {
            Via::Operator => (String::new(), String::new()),
            _ => (self.address.to_string(), self.request_id.to_string()),
        };
        AuditEvent {
            happened_at: at,
            actor_user: self.user_id(),
            actor_token: if let Via::Token(id) = self.via { Some(id) } else { None },
            actor_name: self.name(),
            action,
            object_type,
            object_id,
            object_name: object_name.to_owned(),
            before: None,
            after: None,
            address,
            request_id,
            claim: self.claim.clone(),
        }
    }
}
