//! Roles that people have in one automation, beside those they hold in the tenant. Tenants keep them as data.

use crate::{
    flow::CollaboratorRole,
    id::{RoleId, UserId},
};

/// A role that somebody can have in an automation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutomationRole {
    /// From the same range as the ids of tenant roles, as on the wire.
    pub id: RoleId,
    /// `ah-project-manager` on the wire.
    pub slug: String,
    pub name: String,
    /// Administrators can't remove it.
    pub is_permanent: bool,
}

const PREFIX: &str = "ah-";

impl AutomationRole {
    /// What flows call it, if they know it.
    pub fn part(&self) -> Option<CollaboratorRole> {
        CollaboratorRole::from_key(self.slug.strip_prefix(PREFIX)?)
    }

    /// Whether the idea itself says who has it, so that nobody is added or removed.
    pub fn is_of_idea(&self) -> bool {
        matches!(self.part(), Some(CollaboratorRole::Submitter | CollaboratorRole::ProcessOwner))
    }

    /// Whether a text is its slug, with or without what all slugs begin with.
    pub fn is_called(&self, text: &str) -> bool {
        let text = text.trim();
        self.slug.eq_ignore_ascii_case(text)
            || self.slug.strip_prefix(PREFIX).is_some_and(|key| key.eq_ignore_ascii_case(text))
    }
}

/// Somebody and their role in an automation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Collaborator {
    pub user: UserId,
    pub role: RoleId,
}

/// Most collaborators that one change names.
pub const CHANGE_LIMIT: usize = 100;

/// 11 is that of the mirrored API, 9 and 10 are the gaps before it. The citizen developers' are those of the tenant
/// roles of the same name; the others are ours.
pub const DEFAULT_ROLES: &[(i64, &str, &str, bool)] = &[
    (9, "ah-submitter", "Submitter", true),
    (10, "ah-process-owner", "Process Owner", true),
    (11, "ah-project-manager", "Project Manager", true),
    (12, "ah-citizen-developer-self-user", "Citizen Developer – Self User", false),
    (13, "ah-citizen-developer-power-user", "Citizen Developer – Power User", false),
    (16, "ah-business-analyst", "Business Analyst", false),
    (17, "ah-solution-architect", "Solution Architect", false),
    (18, "ah-rpa-developer", "RPA Developer", false),
];

/// The role of whoever submitted an idea, and of whoever owns it.
pub const SUBMITTER: RoleId = RoleId::new(9);
pub const PROCESS_OWNER: RoleId = RoleId::new(10);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role;

    fn roles() -> impl Iterator<Item = AutomationRole> {
        DEFAULT_ROLES.iter().map(|&(id, slug, name, is_permanent)| AutomationRole {
            id: RoleId::new(id),
            slug: slug.to_owned(),
            name: name.to_owned(),
            is_permanent,
        })
    }

    #[test]
    fn every_part_that_flows_know_is_a_role_and_two_are_of_the_idea_itself() {
        for part in CollaboratorRole::ALL {
            assert_eq!(roles().filter(|role| role.part() == Some(part)).count(), 1, "{part:?}");
        }
        let of_idea: Vec<_> = roles().filter(AutomationRole::is_of_idea).map(|role| role.id).collect();
        assert_eq!(of_idea, [SUBMITTER, PROCESS_OWNER]);
    }

    #[test]
    fn an_id_that_tenant_roles_have_too_means_the_same_role() {
        for role in roles() {
            if let Some(same) = role::DEFAULT_ROLES.iter().find(|other| other.id == role.id.get()) {
                assert_eq!((same.slug, same.name), (role.slug.as_str(), role.name.as_str()));
            }
        }
    }

    #[test]
    fn a_role_goes_by_its_slug_with_or_without_the_prefix() {
        let manager = roles().find(|role| role.id == RoleId::new(11)).unwrap();
        for (text, is_its) in [
            ("ah-project-manager", true),
            (" Project-Manager ", true),
            ("project manager", false),
            ("", false),
        ] {
            assert_eq!(manager.is_called(text), is_its, "{text:?}");
        }
    }
}
