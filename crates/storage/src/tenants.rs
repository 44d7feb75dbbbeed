//! Tenants: found by UUID or by the slugs of an address, and founded with their default roles and lifecycle.

use automation_hub_domain::{
    clock::Timestamp,
    id::TenantId,
    lifecycle::DEFAULT_PHASES,
    role::DEFAULT_ROLES,
    tenant::{KeptContents, NewTenant, Slug, Tenant, TokenSettings},
};

use crate::{
    Row, Session, StorageError, System,
    changes::{self, Changed},
    collaborators, forms, values,
};

const COLUMNS: &str = "id, uuid, organization_slug, organization_name, tenant_slug, tenant_name, currency, \
    time_zone, is_active, created_at, token_form, copy_again, copy_again_since, allows_never_expiring, \
    kept_contents";

fn from_row(row: &Row<'_>) -> Result<Tenant, StorageError> {
    let copies_again: bool = row.get(11)?;
    Ok(Tenant {
        id: TenantId::new(row.get(0)?),
        uuid: row.get(1)?,
        organization_slug: slug(row.get(2)?)?,
        organization_name: row.get(3)?,
        tenant_slug: slug(row.get(4)?)?,
        tenant_name: row.get(5)?,
        currency: row.get(6)?,
        time_zone: row.get(7)?,
        is_active: row.get(8)?,
        created_at: Timestamp::from_millis(row.get(9)?),
        settings: TokenSettings {
            is_prefixed: row.get::<&str>(10)? == "prefixed",
            copy_again_since: row
                .get::<Option<i64>>(12)?
                .filter(|_| copies_again)
                .map(Timestamp::from_millis),
            allows_never_expiring: row.get(13)?,
            kept_contents: kept_contents(row.get(14)?)?,
        },
    })
}

fn kept_contents(code: &str) -> Result<KeptContents, StorageError> {
    KeptContents::from_code(code).ok_or_else(|| StorageError::Corrupt(format!("kept contents: {code}")))
}

fn slug(text: &str) -> Result<Slug, StorageError> {
    Slug::parse(text).map_err(|error| StorageError::Corrupt(format!("tenant slug: {error}")))
}

pub fn find_by_slugs(
    system: &mut System<'_>,
    organization: &str,
    tenant: &str,
) -> Result<Option<Tenant>, StorageError> {
    let sql = format_columns("WHERE organization_slug = $1 AND tenant_slug = $2");
    system.optional(&sql, values![organization, tenant], from_row)
}

pub fn list(system: &mut System<'_>) -> Result<Vec<Tenant>, StorageError> {
    system.all(&format_columns("ORDER BY organization_slug, tenant_slug"), values![], from_row)
}

/// Active ones that never had anybody.
pub fn list_deserted(system: &mut System<'_>) -> Result<Vec<Tenant>, StorageError> {
    let deserted = "WHERE is_active = 1 AND NOT EXISTS (SELECT 1 FROM users WHERE users.tenant_id = tenants.id) \
         ORDER BY organization_slug, tenant_slug";
    system.all(&format_columns(deserted), values![], from_row)
}

/// The session's own tenant.
pub fn get(session: &mut Session<'_>) -> Result<Tenant, StorageError> {
    let id = session.tenant();
    session.one(&format_columns("WHERE id = $1"), values![id], from_row)
}

fn format_columns(rest: &str) -> String {
    ["SELECT ", COLUMNS, " FROM tenants ", rest].concat()
}

/// Founds a tenant with the default roles of the tenant and of automations, permissions, phases, statuses, flows,
/// questionnaires and formulas.
pub fn insert(system: &mut System<'_>, new: &NewTenant) -> Result<TenantId, StorageError> {
    let id = system.one(
        "INSERT INTO tenants (uuid, organization_slug, organization_name, tenant_slug, tenant_name, currency, \
         time_zone, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        values![
            &new.uuid,
            new.organization_slug.as_str(),
            &new.organization_name,
            new.tenant_slug.as_str(),
            &new.tenant_name,
            &new.currency,
            &new.time_zone,
            new.created_at.millis()
        ],
        |row| row.get(0).map(TenantId::new),
    )?;
    let mut session = system.tenant(id);
    insert_default_roles(&mut session)?;
    insert_default_lifecycle(&mut session)?;
    collaborators::insert_default_roles(&mut session)?;
    forms::insert_defaults(&mut session)?;
    changes::note(&mut session, Changed::Tenant)?;
    Ok(id)
}

/// Gives tenants that were founded by an earlier version what later ones are founded with.
pub(crate) fn complete(system: &mut System<'_>) -> Result<(), StorageError> {
    let ids = system.all("SELECT id FROM tenants ORDER BY id", values![], |row| row.get::<TenantId>(0))?;
    for id in ids {
        let mut session = system.tenant(id);
        if !forms::are_there(&mut session)? {
            insert_default_lifecycle(&mut session)?;
            forms::insert_defaults(&mut session)?;
            touch_catalogue(&mut session)?;
        }
        if !collaborators::has_roles(&mut session)? {
            collaborators::insert_default_roles(&mut session)?;
            touch_catalogue(&mut session)?;
        }
    }
    Ok(())
}

fn insert_default_roles(session: &mut Session<'_>) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for role in DEFAULT_ROLES {
        session.execute(
            "INSERT INTO roles (tenant_id, id, slug, name, description, is_default) VALUES ($1, $2, $3, $4, $5, 1)",
            values![tenant, role.id, role.slug, role.name, role.description],
        )?;
        for permission in role.permissions().iter() {
            session.execute(
                "INSERT INTO role_permissions (tenant_id, role_id, permission) VALUES ($1, $2, $3)",
                values![tenant, role.id, permission.key()],
            )?;
        }
    }
    Ok(())
}

fn insert_default_lifecycle(session: &mut Session<'_>) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for (position, phase) in (1_i64..).zip(DEFAULT_PHASES) {
        session.execute(
            "INSERT INTO phases (tenant_id, id, phase_key, name, position) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, id) DO NOTHING",
            values![tenant, phase.id, phase.key, phase.name, position],
        )?;
        for (position, status) in (1_i64..).zip(phase.statuses) {
            session.execute(
                "INSERT INTO phase_statuses (tenant_id, id, phase_id, status_key, name, tone, position) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, id) DO NOTHING",
                values![tenant, status.id, phase.id, status.key, status.name, status.tone.key(), position],
            )?;
        }
    }
    Ok(())
}

/// Switches the tenant on or off. Whether a row changed.
pub fn set_active(session: &mut Session<'_>, is_active: bool) -> Result<bool, StorageError> {
    let id = session.tenant();
    let changed =
        session.execute("UPDATE tenants SET is_active = $1 WHERE id = $2", values![is_active, id])?;
    changes::note_if(session, changed, Changed::Tenant)
}

pub fn update_token_settings(session: &mut Session<'_>, settings: TokenSettings) -> Result<(), StorageError> {
    let id = session.tenant();
    session.execute(
        "UPDATE tenants SET token_form = $1, copy_again = $2, copy_again_since = $3, allows_never_expiring = $4, \
         kept_contents = $5 WHERE id = $6",
        values![
            if settings.is_prefixed { "prefixed" } else { "uuid" },
            settings.copy_again_since.is_some(),
            settings.copy_again_since.map(Timestamp::millis),
            settings.allows_never_expiring,
            settings.kept_contents.code(),
            id
        ],
    )?;
    changes::note(session, Changed::Tenant)
}

/// How often the tenant's catalogue (categories, phases, roles) and its people's particulars have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    pub catalogue: i64,
    pub people: i64,
}

/// Two numbers that tell whether a cached copy is still true: one indexed read.
pub fn versions(session: &mut Session<'_>) -> Result<Versions, StorageError> {
    let id = session.tenant();
    session.one("SELECT catalogue_version, people_version FROM tenants WHERE id = $1", values![id], |row| {
        Ok(Versions { catalogue: row.get(0)?, people: row.get(1)? })
    })
}

/// As [`versions`], and how often the tenant's forms (flows, questionnaires, formulas) have changed.
pub fn all_versions(session: &mut Session<'_>) -> Result<(Versions, i64), StorageError> {
    let id = session.tenant();
    session.one(
        "SELECT catalogue_version, people_version, forms_version FROM tenants WHERE id = $1",
        values![id],
        |row| Ok((Versions { catalogue: row.get(0)?, people: row.get(1)? }, row.get(2)?)),
    )
}

/// Whether the tenant still has these versions, as [`Connection::finds`](crate::Connection::finds) tells.
pub fn has_versions(session: &mut Session<'_>, versions: Versions, forms: i64) -> Result<bool, StorageError> {
    let id = session.tenant();
    session.finds(
        "SELECT 1 FROM tenants WHERE id = $1 AND catalogue_version = $2 AND people_version = $3 AND forms_version = $4",
        values![id, versions.catalogue, versions.people, forms],
    )
}

/// Called in the transaction that changes flows, questionnaires or formulas.
pub fn touch_forms(session: &mut Session<'_>) -> Result<(), StorageError> {
    let id = session.tenant();
    session.execute("UPDATE tenants SET forms_version = forms_version + 1 WHERE id = $1", values![id])?;
    Ok(())
}

/// Called in the transaction that changes categories, phases, statuses or roles.
pub fn touch_catalogue(session: &mut Session<'_>) -> Result<(), StorageError> {
    let id = session.tenant();
    session
        .execute("UPDATE tenants SET catalogue_version = catalogue_version + 1 WHERE id = $1", values![id])?;
    Ok(())
}

/// Called in the transaction that changes what people show of themselves.
pub fn touch_people(session: &mut Session<'_>) -> Result<(), StorageError> {
    let id = session.tenant();
    session.execute("UPDATE tenants SET people_version = people_version + 1 WHERE id = $1", values![id])?;
    Ok(())
}
