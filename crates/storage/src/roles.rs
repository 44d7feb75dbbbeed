//! Roles of a tenant and what they allow.

use automation_hub_domain::{
    id::RoleId,
    permission::{Permission, PermissionSet},
    role::Role,
};

use crate::{Session, StorageError, values};

/// All roles, in the order of their ids.
pub fn list(session: &mut Session<'_>) -> Result<Vec<Role>, StorageError> {
    let tenant = session.tenant();
    let mut roles = session.all(
        "SELECT id, slug, name, description, is_default, is_active FROM roles WHERE tenant_id = $1 ORDER BY id",
        values![tenant],
        |row| {
            Ok(Role {
                id: RoleId::new(row.get(0)?),
                slug: row.get(1)?,
                name: row.get(2)?,
                description: row.get(3)?,
                is_default: row.get(4)?,
                is_active: row.get(5)?,
                permissions: PermissionSet::EMPTY,
            })
        },
    )?;
    session.each(
        "SELECT role_id, permission FROM role_permissions WHERE tenant_id = $1",
        values![tenant],
        |row| {
            let id = RoleId::new(row.get(0)?);
            let role = roles.iter_mut().find(|role| role.id == id);
            if let (Some(role), Some(permission)) = (role, Permission::from_key(row.get(1)?)) {
                role.permissions.insert(permission);
            }
            Ok(())
        },
    )?;
    Ok(roles)
}
