//! Who works on an automation, and in which role. Records show it from a column beside the idea, rewritten with every
//! change.

use automation_hub_domain::{
    clock::Timestamp,
    collaborator::{AutomationRole, Collaborator, DEFAULT_ROLES},
    id::{IdeaId, RoleId, UserId},
};

use crate::{Session, StorageError, values};

/// The tenant's roles for automations, in the order of their ids.
pub fn roles(session: &mut Session<'_>) -> Result<Vec<AutomationRole>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT id, slug, name, is_permanent FROM collaborator_roles WHERE tenant_id = $1 ORDER BY id",
        values![tenant],
        |row| {
            Ok(AutomationRole {
                id: row.get(0)?,
                slug: row.get(1)?,
                name: row.get(2)?,
                is_permanent: row.get(3)?,
            })
        },
    )
}

/// Whether the tenant has any. One founded before there was such a thing has not.
pub(crate) fn has_roles(session: &mut Session<'_>) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let found = session.optional(
        "SELECT 1 FROM collaborator_roles WHERE tenant_id = $1 LIMIT 1",
        values![tenant],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// What a tenant starts with.
pub(crate) fn insert_default_roles(session: &mut Session<'_>) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for &(id, slug, name, is_permanent) in DEFAULT_ROLES {
        session.execute(
            "INSERT INTO collaborator_roles (tenant_id, id, slug, name, is_permanent) VALUES ($1, $2, $3, $4, $5)",
            values![tenant, id, slug, name, is_permanent],
        )?;
    }
    Ok(())
}

/// Those that were added to an idea, in the order of role and person.
pub fn list(session: &mut Session<'_>, idea: IdeaId) -> Result<Vec<Collaborator>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT user_id, role_id FROM collaborators WHERE tenant_id = $1 AND idea_id = $2 ORDER BY role_id, user_id",
        values![tenant, idea],
        |row| Ok(Collaborator { user: row.get(0)?, role: row.get(1)? }),
    )
}

/// The roles that somebody was given in an idea.
pub fn roles_of(
    session: &mut Session<'_>,
    idea: IdeaId,
    user: UserId,
) -> Result<Vec<AutomationRole>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT r.id, r.slug, r.name, r.is_permanent FROM collaborators c \
         JOIN collaborator_roles r ON r.tenant_id = c.tenant_id AND r.id = c.role_id \
         WHERE c.tenant_id = $1 AND c.idea_id = $2 AND c.user_id = $3 ORDER BY r.id",
        values![tenant, idea, user],
        |row| {
            Ok(AutomationRole {
                id: row.get(0)?,
                slug: row.get(1)?,
                name: row.get(2)?,
                is_permanent: row.get(3)?,
            })
        },
    )
}

/// Adds people to an idea that is held for a change. Who is there already stays.
pub fn add(
    session: &mut Session<'_>,
    idea: IdeaId,
    added: &[Collaborator],
    at: Timestamp,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for one in added {
        session.execute(
            "INSERT INTO collaborators (tenant_id, idea_id, user_id, role_id, added_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, idea_id, user_id, role_id) DO NOTHING",
            values![tenant, idea, one.user, one.role, at.millis()],
        )?;
    }
    show(session, idea, at)
}

/// Takes people off an idea that is held for a change.
pub fn remove(
    session: &mut Session<'_>,
    idea: IdeaId,
    removed: &[Collaborator],
    at: Timestamp,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for one in removed {
        session.execute(
            "DELETE FROM collaborators WHERE tenant_id = $1 AND idea_id = $2 AND user_id = $3 AND role_id = $4",
            values![tenant, idea, one.user, one.role],
        )?;
    }
    show(session, idea, at)
}

fn show(session: &mut Session<'_>, idea: IdeaId, at: Timestamp) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let shown = encode(&list(session, idea)?);
    session.execute(
        "UPDATE ideas SET collaborators = $1, updated_at = $2, version = version + 1 \
         WHERE tenant_id = $3 AND id = $4",
        values![&shown, at.millis(), tenant, idea],
    )?;
    Ok(())
}

fn encode(collaborators: &[Collaborator]) -> String {
    let pairs: Vec<_> = collaborators.iter().map(|one| format!("{}:{}", one.user, one.role)).collect();
    pairs.join(" ")
}

pub(crate) fn decode(text: &str) -> impl Iterator<Item = Collaborator> {
    text.split_ascii_whitespace().filter_map(|pair| {
        let (user, role) = pair.split_once(':')?;
        Some(Collaborator { user: UserId::new(user.parse().ok()?), role: RoleId::new(role.parse().ok()?) })
    })
}
