//! Roles every tenant starts with, and what each allows. Tenants keep them as data.

use crate::{
    id::RoleId,
    permission::{Permission, PermissionSet},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub id: RoleId,
    /// `ah-standard-user` on the wire.
    pub slug: String,
    pub name: String,
    pub description: String,
    /// Default roles can't be edited, disabled or deleted.
    pub is_default: bool,
    pub is_active: bool,
    pub permissions: PermissionSet,
}

pub struct DefaultRole {
    pub id: i64,
    pub slug: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    permissions: &'static [Permission],
    all: bool,
}

impl DefaultRole {
    pub fn permissions(&self) -> PermissionSet {
        if self.all {
            // Currency, logo and feature switches stay with the Account Owner.
            Permission::ALL
                .iter()
                .copied()
                .filter(|&permission| permission != Permission::TenantSettings)
                .collect()
        } else {
            self.permissions.iter().copied().collect()
        }
    }
}

pub const ACCOUNT_OWNER: RoleId = RoleId::new(1);
pub const SYSTEM_ADMIN: RoleId = RoleId::new(2);
pub const STANDARD_USER: RoleId = RoleId::new(8);

/// Ids 2 to 8 and 11 are those of the mirrored API; 1 and 7 are the gaps it leaves, the others are ours.
pub const DEFAULT_ROLES: &[DefaultRole] = {
    use Permission::{
        BusinessReview, ChangeIdeaFlow, ConvertChangeRequest, CostSetup, CurateComponents, DeleteIdea,
        EditAnyIdea, EditCostBenefit, Explore, ManageUsers, ReviewIdeas, ShareAutomation,
        SubmitBusinessProcess, SubmitChangeRequest, SubmitCoeIdea, SubmitEmployeeIdea, TechnicalReview,
        TenantSettings, UpdatePhaseAndStatus, UploadComponent, ViewComponents, ViewCostBenefit,
        ViewDashboards, ViewDecisionPipeline, ViewImplementation,
    };
    &[
        role(
            1,
            "ah-account-owner",
            "Account Owner",
            "The first user of the tenant; keeps its settings, logo and currency.",
            &[
                Explore,
                SubmitEmployeeIdea,
                ChangeIdeaFlow,
                DeleteIdea,
                ViewComponents,
                UploadComponent,
                ViewDashboards,
                TenantSettings,
            ],
        ),
        DefaultRole {
            id: 2,
            slug: "ah-system-admin",
            name: "System Admin",
            description: "Sees and edits everything; looks after users and the platform.",
            permissions: &[],
            all: true,
        },
        role(
            3,
            "ah-rpa-sponsor",
            "RPA Sponsor",
            "Reads all ideas, components, dashboards and reports.",
            &[
                Explore,
                ViewDecisionPipeline,
                ViewImplementation,
                ViewCostBenefit,
                ViewComponents,
                ViewDashboards,
            ],
        ),
        role(
            4,
            "ah-component-curator",
            "Component Curator",
            "Runs the curation of reusable components.",
            &[Explore, SubmitEmployeeIdea, ViewComponents, UploadComponent, CurateComponents],
        ),
        role(
            5,
            "ah-program-manager",
            "Program Manager",
            "Decides what goes into implementation, and names the team.",
            &[
                Explore,
                SubmitEmployeeIdea,
                SubmitCoeIdea,
                SubmitChangeRequest,
                SubmitBusinessProcess,
                ReviewIdeas,
                ViewDecisionPipeline,
                ViewImplementation,
                EditAnyIdea,
                UpdatePhaseAndStatus,
                ChangeIdeaFlow,
                ConvertChangeRequest,
                ViewCostBenefit,
                EditCostBenefit,
                DeleteIdea,
                ViewComponents,
                UploadComponent,
                ViewDashboards,
                ManageUsers,
                CostSetup,
            ],
        ),
        role(
            6,
            "ah-idea-approver",
            "Idea Approver",
            "The first gate: spots duplicates and approves ideas for assessment.",
            &[Explore, SubmitEmployeeIdea, ReviewIdeas, ViewComponents, UploadComponent, ViewDashboards],
        ),
        role(
            7,
            "ah-authorized-user",
            "Authorized User",
            "Knows a process in depth and may submit CoE-driven ideas.",
            &[
                Explore,
                SubmitEmployeeIdea,
                SubmitCoeIdea,
                SubmitChangeRequest,
                SubmitBusinessProcess,
                ViewComponents,
                UploadComponent,
            ],
        ),
        role(
            8,
            "ah-standard-user",
            "Standard User",
            "Every employee: submits ideas and explores what there is.",
            &[Explore, SubmitEmployeeIdea, ViewComponents, UploadComponent],
        ),
        role(
            11,
            "ah-project-manager",
            "Project Manager",
            "Can be named to run the implementation of an automation.",
            &[Explore, ViewComponents],
        ),
        role(
            12,
            "ah-citizen-developer-self-user",
            "Citizen Developer – Self User",
            "Builds small automations for own use and shares them.",
            &[Explore, SubmitEmployeeIdea, ShareAutomation, ViewComponents, UploadComponent],
        ),
        role(
            13,
            "ah-citizen-developer-power-user",
            "Citizen Developer – Power User",
            "Builds automations for a team and picks approved ideas to build.",
            &[
                Explore,
                SubmitEmployeeIdea,
                ShareAutomation,
                ViewImplementation,
                ViewComponents,
                UploadComponent,
            ],
        ),
        role(
            14,
            "ah-business-reviewer",
            "Business Reviewer",
            "Reviews submitted citizen automations for their use.",
            &[Explore, SubmitEmployeeIdea, BusinessReview, ViewComponents, UploadComponent],
        ),
        role(
            15,
            "ah-technical-reviewer",
            "Technical Reviewer",
            "Reviews submitted citizen automations for their making.",
            &[Explore, SubmitEmployeeIdea, TechnicalReview, ViewComponents, UploadComponent],
        ),
    ]
};

const fn role(
    id: i64,
    slug: &'static str,
    name: &'static str,
    description: &'static str,
    permissions: &'static [Permission],
) -> DefaultRole {
    DefaultRole { id, slug, name, description, permissions, all: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(slug: &str) -> PermissionSet {
        DEFAULT_ROLES.iter().find(|role| role.slug == slug).map(DefaultRole::permissions).unwrap_or_default()
    }

    #[test]
    fn the_default_matrix_holds_what_its_sources_say() {
        assert!(permissions("ah-system-admin").contains(Permission::OpenApi));
        assert!(!permissions("ah-system-admin").contains(Permission::TenantSettings));
        assert!(permissions("ah-account-owner").contains(Permission::TenantSettings));
        assert!(!permissions("ah-account-owner").contains(Permission::OpenApi));
        assert!(permissions("ah-program-manager").contains(Permission::ManageUsers));
        assert!(!permissions("ah-program-manager").contains(Permission::ManageUserRoles));
        assert!(!permissions("ah-rpa-sponsor").contains(Permission::SubmitEmployeeIdea));
        assert!(permissions("ah-standard-user").contains(Permission::SubmitEmployeeIdea));
        assert!(!permissions("ah-standard-user").contains(Permission::SubmitCoeIdea));
    }

    #[test]
    fn every_role_but_the_sponsor_and_project_manager_can_submit_something() {
        for role in DEFAULT_ROLES {
            let submits = role.permissions().contains(Permission::SubmitEmployeeIdea);
            assert_eq!(submits, !matches!(role.id, 3 | 11), "{}", role.name);
        }
    }
}
