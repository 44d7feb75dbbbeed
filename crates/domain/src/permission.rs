//! The permission catalogue: what a role can allow.

use std::fmt;

use crate::id::CategoryId;

macro_rules! permissions {
    ($($name:ident = $bit:literal, $key:literal, $group:ident, $title:literal;)+) => {
        /// One right of the catalogue. The key is what is stored; the title is what people read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Permission {
            $($name = $bit,)+
        }

        impl Permission {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            pub const fn group(self) -> PermissionGroup {
                match self { $(Self::$name => PermissionGroup::$group,)+ }
            }

            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

/// The heading under which a permission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermissionGroup {
    Submit,
    Ideas,
    Components,
    Insight,
    Admin,
}

permissions! {
    SubmitEmployeeIdea = 0, "SUBMIT_EMPLOYEE_DRIVEN_IDEA", Submit, "Submit an employee-driven idea";
    SubmitCoeIdea = 1, "SUBMIT_COE_DRIVEN_IDEA", Submit, "Submit a CoE-driven idea";
    ShareAutomation = 2, "SHARE_AUTOMATION", Submit, "Share an automation";
    SubmitChangeRequest = 3, "SUBMIT_CHANGE_REQUEST", Submit, "Submit a change request";
    SubmitBusinessProcess = 4, "SUBMIT_BUSINESS_PROCESS", Submit, "Submit a business process";
    Explore = 8, "EXPLORE", Ideas, "View automation program";
    ReviewIdeas = 9, "REVIEW_IDEAS", Ideas, "Access to the All and Review tables to review a new idea";
    ViewDecisionPipeline = 10, "VIEW_DECISION_PIPELINE", Ideas, "Access to the Decision Pipeline";
    ViewImplementation = 11, "VIEW_IMPLEMENTATION", Ideas, "Access to the Implementation and Live tables";
    EditAnyIdea = 12, "EDIT_ANY_IDEA", Ideas, "Edit all details of any idea";
    UpdatePhaseAndStatus = 13, "UPDATE_PHASE_AND_STATUS", Ideas, "Update the Phase and Status of any idea";
    ChangeIdeaFlow = 14, "CHANGE_IDEA_FLOW", Ideas, "Change idea flow";
    ConvertChangeRequest = 15, "CONVERT_CHANGE_REQUEST", Ideas, "Convert an idea into a change request and back";
    BusinessReview = 16, "BUSINESS_REVIEW", Ideas, "Business review of automations";
    TechnicalReview = 17, "TECHNICAL_REVIEW", Ideas, "Technical review of automations";
    ViewCostBenefit = 18, "VIEW_COST_BENEFIT", Ideas, "View cost-benefit analysis";
    EditCostBenefit = 19, "EDIT_COST_BENEFIT", Ideas, "Edit cost-benefit analysis";
    DeleteIdea = 20, "DELETE_IDEA", Ideas, "Delete idea";
    ViewComponents = 24, "VIEW_COMPONENTS", Components, "View components";
    UploadComponent = 25, "UPLOAD_COMPONENT", Components, "Upload components";
    CurateComponents = 26, "CURATE_COMPONENTS", Components, "Curate components";
    ViewDashboards = 30, "VIEW_DASHBOARDS", Insight, "View dashboards and reports";
    ManageUsers = 34, "MANAGE_USERS", Admin, "Manage Users";
    ManageUserRoles = 35, "MANAGE_USER_ROLES", Admin, "Manage User Roles";
    ManageCategories = 36, "MANAGE_CATEGORIES", Admin, "Manage categories";
    ManageAppInventory = 37, "MANAGE_APP_INVENTORY", Admin, "Manage app inventory";
    ManageDocumentTemplates = 38, "MANAGE_DOCUMENT_TEMPLATES", Admin, "Manage documentation templates";
    CustomizeAssessments = 39, "CUSTOMIZE_ASSESSMENTS", Admin, "Customize Assessments";
    CustomizeIdeaFlows = 40, "CUSTOMIZE_IDEA_FLOWS", Admin, "Customize idea flows";
    CostSetup = 41, "COST_SETUP", Admin, "Cost set-up";
    ImportPipeline = 42, "IMPORT_PIPELINE", Admin, "Import pipeline";
    OpenApi = 43, "OPEN_API", Admin, "Open API";
    AuditLogs = 44, "AUDIT_LOGS", Admin, "Audit logs";
    TenantSettings = 45, "TENANT_SETTINGS", Admin, "Tenant settings";
}

impl Permission {
    /// Whether it is about the tenant as a whole. A role given for a category doesn't bring it: whoever could make tokens
    /// for a category could make one that reaches beyond it.
    const fn is_tenant_wide(self) -> bool {
        matches!(self, Self::OpenApi | Self::AuditLogs | Self::TenantSettings)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// A set of permissions in one machine word: checks cost one instruction on each call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(u64);

impl PermissionSet {
    pub const EMPTY: Self = Self(0);

    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    pub const fn insert(&mut self, permission: Permission) {
        self.0 |= 1 << permission as u8;
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that a role with these brings where it is given: for a category, or for all.
    #[must_use]
    pub fn given_for(self, category: Option<CategoryId>) -> Self {
        self.iter().filter(|permission| category.is_none() || !permission.is_tenant_wide()).collect()
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |&permission| self.contains(permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = Self::EMPTY;
        for permission in permissions {
            set.insert(permission);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_bits_are_unique_and_keys_read_back() {
        let mut all = PermissionSet::EMPTY;
        for &permission in Permission::ALL {
            assert!(!all.contains(permission), "{permission:?} shares its bit");
            all.insert(permission);
            assert_eq!(Permission::from_key(permission.key()), Some(permission));
        }
        assert_eq!(all.iter().count(), Permission::ALL.len());
        assert_eq!(Permission::from_key("NO_SUCH_RIGHT"), None);
    }
}
