//! What a closure works with: a connection inside its transaction, bound to one tenant or to none.

use std::ops::{Deref, DerefMut};

use automation_hub_domain::id::TenantId;

use crate::db::Connection;

/// One tenant's view of the database: aggregate functions take it and put its tenant in their `WHERE`.
pub struct Session<'c> {
    connection: Connection<'c>,
    tenant: TenantId,
}

impl<'c> Session<'c> {
    pub(crate) fn new(connection: Connection<'c>, tenant: TenantId) -> Self {
        Self { connection, tenant }
    }

    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}

impl<'c> Deref for Session<'c> {
    type Target = Connection<'c>;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl DerefMut for Session<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}

/// Work across tenants: set-up, sign-in by slug, maintenance.
pub struct System<'c> {
    connection: Connection<'c>,
}

impl<'c> System<'c> {
    pub(crate) fn new(connection: Connection<'c>) -> Self {
        Self { connection }
    }

    /// Enters one tenant within the same transaction.
    pub fn tenant(&mut self, tenant: TenantId) -> Session<'_> {
        Session::new(self.connection.reborrow(), tenant)
    }
}

impl<'c> Deref for System<'c> {
    type Target = Connection<'c>;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl DerefMut for System<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}
