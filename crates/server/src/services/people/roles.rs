//! Which roles somebody may give and take: those they hold themselves, where they hold them. So nobody gets more
//! rights, or gives more, than they have.

use automation_hub_domain::{
    id::{CategoryId, RoleId},
    permission::Permission,
    role::{Role, STANDARD_USER},
    user::RoleAssignment,
};
use automation_hub_storage::{
    Session,
    categories::{self, CategoryTree},
    roles,
};
use serde_json::json;

use crate::{
    auth::actor::Actor,
    error::{Error, Violations},
};

/// The roles and categories of the tenant.
pub(super) struct Catalogue {
    roles: Vec<Role>,
    tree: CategoryTree,
}

impl Catalogue {
    pub(super) fn load(s: &mut Session<'_>) -> Result<Self, Error> {
        Ok(Self { roles: roles::list(s)?, tree: categories::tree(s)? })
    }

    /// The roles of somebody new. Being a Standard User comes with the account; any other role has to be given.
    pub(super) fn of_new(
        &self,
        actor: &Actor,
        asked: &[RoleAssignment],
        wrong: &mut Violations,
    ) -> Result<Vec<RoleAssignment>, Error> {
        let standard = [everywhere(STANDARD_USER)];
        if asked.is_empty() || asked == standard {
            // Where that is too much, a role in some category may do.
            actor.require_at(Permission::ManageUsers, None).map_err(|error| error.of_field("roles"))?;
            return Ok(standard.to_vec());
        }
        self.check_change(actor, &[], asked, wrong)?;
        Ok(asked.to_vec())
    }

    /// Whether the actor may put `after` in the place of `before`. What stays isn't looked at.
    pub(super) fn check_change(
        &self,
        actor: &Actor,
        before: &[RoleAssignment],
        after: &[RoleAssignment],
        wrong: &mut Violations,
    ) -> Result<(), Error> {
        // Whoever may change the person otherwise is told what they may not.
        let of_roles = |error: Error| error.of_field("roles");
        actor.require_if_personal(Permission::ManageUserRoles).map_err(of_roles)?;
        for taken in before.iter().filter(|one| !after.contains(one)) {
            self.require_power(actor, taken).map_err(of_roles)?;
        }
        for (position, given) in after.iter().enumerate().filter(|(_, one)| !before.contains(one)) {
            let role = self.role(given.role).filter(|role| role.is_active);
            if role.is_none() {
                wrong.add(format!("roles/{position}/role_id"), "There is no such role.");
            }
            if given.category.is_some_and(|category| self.tree.find(category).is_none()) {
                wrong.add(format!("roles/{position}/category_id"), "There is no such category.");
            } else if role.is_some() {
                let may_give = self.require_power(actor, given);
                may_give.map_err(|error| error.of_field(format!("roles/{position}")))?;
            }
        }
        Ok(())
    }

    /// Giving and taking needs Manage User Roles there, and all that the role allows. Tenant settings aside: a System
    /// Admin has everything else, and nobody but them could name another Account Owner.
    fn require_power(&self, actor: &Actor, assignment: &RoleAssignment) -> Result<(), Error> {
        let place = self.place(assignment);
        actor.require_at(Permission::ManageUserRoles, place.as_deref())?;
        let allowed = self.role(assignment.role).map(|role| role.permissions).unwrap_or_default();
        allowed
            .given_for(assignment.category)
            .iter()
            .filter(|&permission| permission != Permission::TenantSettings)
            .try_for_each(|permission| actor.require_at(permission, place.as_deref()))
    }

    /// Whether the actor may do all that these roles allow, or would if those that are disabled weren't.
    pub(super) fn covers(&self, actor: &Actor, held: &[RoleAssignment]) -> bool {
        held.iter().all(|one| {
            let place = self.place(one);
            self.role(one.role).is_none_or(|role| {
                let mut rights = role.permissions.given_for(one.category).iter();
                rights.all(|right| actor.require_at(right, place.as_deref()).is_ok())
            })
        })
    }

    fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    fn place(&self, assignment: &RoleAssignment) -> Option<Vec<CategoryId>> {
        assignment.category.map(|category| self.tree.path_ids(category))
    }
}

pub(super) const fn everywhere(role: RoleId) -> RoleAssignment {
    RoleAssignment { role, category: None }
}

/// As the audit trail has them.
pub(super) fn named(assignments: &[RoleAssignment]) -> Vec<serde_json::Value> {
    let one =
        |a: &RoleAssignment| json!({ "role": a.role.get(), "category": a.category.map(CategoryId::get) });
    assignments.iter().map(one).collect()
}
