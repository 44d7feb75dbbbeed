//! Whom a request acts for: the tenant and the person, as the authenticators of tokens and sessions give them.

use automation_hub_domain::{
    access::Access,
    id::{TenantId, UserId},
    tenant::Tenant,
    user::initials,
};
use automation_hub_storage::principals::Principal;

/// A tenant as kept in memory.
pub type TenantRecord = Tenant;

/// A person as kept in memory: what a call shows of its caller, and what they may do.
#[derive(Clone, Debug)]
pub struct UserRecord {
    pub tenant: TenantId,
    pub id: UserId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub business_unit: Option<String>,
    pub is_active: bool,
    pub role_slugs: Vec<String>,
    pub access: Access,
}

impl UserRecord {
    pub fn of(tenant: TenantId, principal: Principal) -> Self {
        let Principal { user, role_slugs, access } = principal;
        Self {
            tenant,
            id: user.id,
            email: user.email.as_str().to_owned(),
            first_name: user.profile.first_name,
            last_name: user.profile.last_name,
            job_title: user.profile.job_title,
            department: user.profile.department,
            business_unit: user.profile.business_unit,
            is_active: user.is_active,
            role_slugs,
            access,
        }
    }

    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    pub fn initials(&self) -> String {
        initials(&self.first_name, &self.last_name)
    }
}
