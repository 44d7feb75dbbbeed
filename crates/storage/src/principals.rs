//! People together with what they may do, as authentication keeps them.

use std::collections::HashMap;

use automation_hub_domain::{
    access::Access,
    id::{CategoryId, RoleId, UserId},
    permission::PermissionSet,
    user::User,
};

use crate::{Session, StorageError, roles, users, values};

#[derive(Clone, Debug)]
pub struct Principal {
    pub user: User,
    pub role_slugs: Vec<String>,
    pub access: Access,
}

pub fn find(session: &mut Session<'_>, id: UserId) -> Result<Option<Principal>, StorageError> {
    let Some(user) = users::find(session, id)? else { return Ok(None) };
    let role_slugs = users::role_slugs(session, id)?;
    let access = users::access(session, id)?;
    Ok(Some(Principal { user, role_slugs, access }))
}

/// The people that tokens of the tenant stand for: three statements, however many there are.
pub fn list_of_tokens(session: &mut Session<'_>) -> Result<Vec<Principal>, StorageError> {
    let tenant = session.tenant();
    let roles: HashMap<RoleId, (String, PermissionSet)> = roles::list(session)?
        .into_iter()
        .filter(|role| role.is_active)
        .map(|role| (role.id, (role.slug, role.permissions)))
        .collect();
    let mut held: HashMap<UserId, (Vec<String>, Access)> = HashMap::new();
    session.each(
        "SELECT user_id, role_id, category_id FROM role_assignments WHERE tenant_id = $1 \
         ORDER BY user_id, role_id, category_id",
        values![tenant],
        |row| {
            let (slugs, access) = held.entry(row.get(0)?).or_default();
            if let Some((slug, permissions)) = roles.get(&row.get(1)?) {
                let category: i64 = row.get(2)?;
                access.grant(*permissions, (category != 0).then_some(CategoryId::new(category)));
                if slugs.last() != Some(slug) {
                    slugs.push(slug.clone());
                }
            }
            Ok(())
        },
    )?;
    let users = users::list_of_tokens(session)?;
    let principal = |user: User| {
        let (role_slugs, access) = held.remove(&user.id).unwrap_or_default();
        Principal { user, role_slugs, access }
    };
    Ok(users.into_iter().map(principal).collect())
}
