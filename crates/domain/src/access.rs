//! What one user may do: the sum of their roles, each limited to categories or to none.

use crate::{
    id::CategoryId,
    permission::{Permission, PermissionSet},
};

/// A user's effective permissions. Rights add up; nothing is ever denied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    everywhere: PermissionSet,
    scoped: Vec<(CategoryId, PermissionSet)>,
}

/// Where a permission holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Nowhere,
    /// In these categories and all below them.
    Categories(Vec<CategoryId>),
    Everywhere,
}

impl Access {
    /// Adds a role's permissions: for all categories, or for one and those below it.
    pub fn grant(&mut self, permissions: PermissionSet, category: Option<CategoryId>) {
        let permissions = permissions.given_for(category);
        match category {
            None => self.everywhere = self.everywhere.union(permissions),
            Some(category) => match self.scoped.iter_mut().find(|(id, _)| *id == category) {
                Some((_, held)) => *held = held.union(permissions),
                None => self.scoped.push((category, permissions)),
            },
        }
    }

    /// Whether the permission holds in at least one place.
    pub fn holds(&self, permission: Permission) -> bool {
        self.everywhere.contains(permission) || self.scoped.iter().any(|(_, held)| held.contains(permission))
    }

    /// Whether the permission holds in a category, given it and all its ancestors.
    pub fn holds_in(&self, permission: Permission, path: &[CategoryId]) -> bool {
        self.everywhere.contains(permission)
            || self.scoped.iter().any(|(id, held)| held.contains(permission) && path.contains(id))
    }

    /// Whether the permission holds in one place: for all categories, or in one, given with all its ancestors.
    pub fn holds_at(&self, permission: Permission, place: Option<&[CategoryId]>) -> bool {
        match place {
            Some(path) => self.holds_in(permission, path),
            None => self.everywhere.contains(permission),
        }
    }

    pub fn reach(&self, permission: Permission) -> Reach {
        if self.everywhere.contains(permission) {
            return Reach::Everywhere;
        }
        let categories: Vec<_> =
            self.scoped.iter().filter(|(_, held)| held.contains(permission)).map(|(id, _)| *id).collect();
        if categories.is_empty() { Reach::Nowhere } else { Reach::Categories(categories) }
    }

    /// Every permission held somewhere, for showing and for choosing what to offer.
    pub fn permissions(&self) -> PermissionSet {
        self.scoped.iter().fold(self.everywhere, |all, (_, held)| all.union(*held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINANCE: CategoryId = CategoryId::new(1);
    const PAYABLES: CategoryId = CategoryId::new(2);
    const LEGAL: CategoryId = CategoryId::new(3);

    fn only(permission: Permission) -> PermissionSet {
        [permission].into_iter().collect()
    }

    #[test]
    fn a_scoped_role_reaches_its_category_and_those_below_only() {
        let mut access = Access::default();
        access.grant(only(Permission::Explore), Some(FINANCE));

        assert!(access.holds_in(Permission::Explore, &[FINANCE, PAYABLES]));
        assert!(!access.holds_in(Permission::Explore, &[LEGAL]));
        assert!(access.holds_at(Permission::Explore, Some(&[FINANCE, PAYABLES])));
        assert!(!access.holds_at(Permission::Explore, None));
        assert_eq!(access.reach(Permission::Explore), Reach::Categories(vec![FINANCE]));
        assert_eq!(access.reach(Permission::OpenApi), Reach::Nowhere);
    }

    #[test]
    fn what_concerns_the_whole_tenant_is_not_held_for_a_category() {
        let mut access = Access::default();
        let wide = [Permission::OpenApi, Permission::AuditLogs, Permission::TenantSettings];
        access.grant([Permission::Explore].into_iter().chain(wide).collect(), Some(FINANCE));

        for permission in wide {
            assert!(!access.holds(permission), "{permission}");
            assert!(!access.holds_in(permission, &[FINANCE]), "{permission}");
            assert_eq!(access.reach(permission), Reach::Nowhere);
        }
        assert_eq!(access.permissions(), only(Permission::Explore));
        access.grant(only(Permission::OpenApi), None);
        assert!(access.holds(Permission::OpenApi));
    }

    #[test]
    fn rights_of_several_roles_add_up() {
        let mut access = Access::default();
        access.grant(only(Permission::Explore), Some(FINANCE));
        access.grant(only(Permission::ReviewIdeas), Some(FINANCE));
        access.grant(only(Permission::Explore), None);

        assert_eq!(access.reach(Permission::Explore), Reach::Everywhere);
        assert!(access.holds_in(Permission::ReviewIdeas, &[FINANCE]));
        assert_eq!(access.permissions().iter().count(), 2);
    }
}
