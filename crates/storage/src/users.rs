//! People of a tenant, their passwords and the roles they hold.

mod list;

use automation_hub_domain::{
    access::Access,
    clock::Timestamp,
    id::{CategoryId, RoleId, UserId},
    permission::{Permission, PermissionSet},
    text,
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment, User},
};

use sea_query::{Expr, ExprTrait, Order, Query as Build};

pub use list::{UserFilter, chunk, count, list};

use crate::{
    Row, Session, StorageError,
    changes::{self, Changed},
    query::{NAMED_IDS, Query},
    tenants, values,
};

const COLUMNS: &str = "u.id, u.email, u.first_name, u.last_name, u.job_title, u.department, u.business_unit, \
    u.location, u.is_active, u.invite_status, u.deactivated_at, u.last_sign_in_at, u.created_at, u.updated_at";

fn from_row(row: &Row<'_>) -> Result<User, StorageError> {
    let corrupt = |what: String| StorageError::Corrupt(format!("users: {what}"));
    Ok(User {
        id: UserId::new(row.get(0)?),
        email: Email::parse(row.get(1)?).map_err(|error| corrupt(error.to_string()))?,
        profile: Profile {
            first_name: row.get(2)?,
            last_name: row.get(3)?,
            job_title: row.get(4)?,
            department: row.get(5)?,
            business_unit: row.get(6)?,
            location: row.get(7)?,
        },
        is_active: row.get(8)?,
        invite_status: InviteStatus::from_code(row.get(9)?).ok_or_else(|| corrupt("invite_status".into()))?,
        deactivated_at: row.get::<Option<i64>>(10)?.map(Timestamp::from_millis),
        last_sign_in_at: row.get::<Option<i64>>(11)?.map(Timestamp::from_millis),
        created_at: Timestamp::from_millis(row.get(12)?),
        updated_at: Timestamp::from_millis(row.get(13)?),
    })
}

fn select(rest: &str) -> String {
    ["SELECT ", COLUMNS, " FROM users u ", rest].concat()
}

pub fn find(session: &mut Session<'_>, id: UserId) -> Result<Option<User>, StorageError> {
    let tenant = session.tenant();
    session.optional(&select("WHERE u.tenant_id = $1 AND u.id = $2"), values![tenant, id], from_row)
}

pub fn find_by_email(session: &mut Session<'_>, email: &Email) -> Result<Option<User>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        &select("WHERE u.tenant_id = $1 AND u.email_key = $2"),
        values![tenant, &email.key()],
        from_row,
    )
}

/// As [`find()`], of somebody who is about to be changed: whoever else changes them waits until that is done.
pub fn find_to_change(session: &mut Session<'_>, id: UserId) -> Result<Option<User>, StorageError> {
    let tenant = session.tenant();
    // A statement both engines know: it changes nothing, but holds the row.
    session.execute(
        "UPDATE users SET updated_at = updated_at WHERE tenant_id = $1 AND id = $2",
        values![tenant, id],
    )?;
    find(session, id)
}

/// A `LIKE` pattern that finds the folded text anywhere, its wildcards taken literally.
pub(crate) fn contains_pattern(text: &str) -> String {
    let folded = text::fold(text);
    if folded.is_empty() {
        return String::new();
    }
    let mut pattern = String::with_capacity(folded.len() + 2);
    pattern.push('%');
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A count as the engines take it.
pub(crate) fn clamp(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub fn insert(session: &mut Session<'_>, new: &NewUser) -> Result<UserId, StorageError> {
    let tenant = session.tenant();
    let keys = Keys::of(&new.email, &new.profile);
    let profile = &new.profile;
    let id = session.one(
        "INSERT INTO users (tenant_id, email, email_key, first_name, last_name, name_key, search_key, job_title, \
         department, business_unit, location, is_active, invite_status, password_hash, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) RETURNING id",
        values![
            tenant,
            new.email.as_str(),
            &keys.email,
            &profile.first_name,
            &profile.last_name,
            &keys.name,
            &keys.search,
            profile.job_title.as_deref(),
            profile.department.as_deref(),
            profile.business_unit.as_deref(),
            profile.location.as_deref(),
            new.is_active,
            new.invite_status.code(),
            new.password_hash.as_deref(),
            new.created_at.millis()
        ],
        |row| row.get(0).map(UserId::new),
    )?;
    tenants::touch_people(session)?;
    Ok(id)
}

struct Keys {
    email: String,
    name: String,
    search: String,
}

impl Keys {
    fn of(email: &Email, profile: &Profile) -> Self {
        let name = text::fold(&profile.full_name());
        let email = email.key();
        Self { search: format!("{name} {email}"), name, email }
    }
}

pub fn update_profile(
    session: &mut Session<'_>,
    id: UserId,
    email: &Email,
    profile: &Profile,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let keys = Keys::of(email, profile);
    let changed = session.execute(
        "UPDATE users SET email = $1, email_key = $2, first_name = $3, last_name = $4, name_key = $5, \
         search_key = $6, job_title = $7, department = $8, business_unit = $9, location = $10, updated_at = $11 \
         WHERE tenant_id = $12 AND id = $13",
        values![
            email.as_str(),
            &keys.email,
            &profile.first_name,
            &profile.last_name,
            &keys.name,
            &keys.search,
            profile.job_title.as_deref(),
            profile.department.as_deref(),
            profile.business_unit.as_deref(),
            profile.location.as_deref(),
            at.millis(),
            tenant,
            id
        ],
    )?;
    tenants::touch_people(session)?;
    changes::note_if(session, changed, Changed::User(id))
}

/// Switches a person on or off; the instant is kept for the pages that tell since when.
pub fn set_active(
    session: &mut Session<'_>,
    id: UserId,
    is_active: bool,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let deactivated_at = (!is_active).then_some(at.millis());
    let changed = session.execute(
        "UPDATE users SET is_active = $1, deactivated_at = $2, updated_at = $3 WHERE tenant_id = $4 AND id = $5",
        values![is_active, deactivated_at, at.millis(), tenant, id],
    )?;
    tenants::touch_people(session)?;
    changes::note_if(session, changed, Changed::User(id))
}

pub fn set_invite_status(
    session: &mut Session<'_>,
    id: UserId,
    status: InviteStatus,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE users SET invite_status = $1, updated_at = $2 WHERE tenant_id = $3 AND id = $4",
        values![status.code(), at.millis(), tenant, id],
    )?;
    Ok(changed == 1)
}

/// The stored password hash, absent while the person has set none. `None` outside: no such person.
pub fn password_hash(session: &mut Session<'_>, id: UserId) -> Result<Option<Option<String>>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT password_hash FROM users WHERE tenant_id = $1 AND id = $2",
        values![tenant, id],
        |row| row.get(0),
    )
}

pub fn set_password(
    session: &mut Session<'_>,
    id: UserId,
    hash: &str,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE users SET password_hash = $1, password_changed_at = $2, updated_at = $2 \
         WHERE tenant_id = $3 AND id = $4",
        values![hash, at.millis(), tenant, id],
    )?;
    Ok(changed == 1)
}

pub fn touch_sign_in(session: &mut Session<'_>, id: UserId, at: Timestamp) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE users SET last_sign_in_at = $1, invite_status = 3 WHERE tenant_id = $2 AND id = $3",
        values![at.millis(), tenant, id],
    )?;
    Ok(())
}

/// The roles of some people, in the order of role and category. People without roles are absent.
pub fn role_assignments(
    session: &mut Session<'_>,
    users: &[UserId],
) -> Result<Vec<(UserId, RoleAssignment)>, StorageError> {
    let mut assignments = Vec::new();
    for some in users.chunks(NAMED_IDS) {
        let columns = ["user_id", "role_id", "category_id"];
        let mut select = Build::select();
        select
            .columns(columns)
            .from("role_assignments")
            .and_where(Expr::col("tenant_id").eq(session.tenant().get()))
            .and_where(Expr::col("user_id").is_in(some.iter().map(|id| id.get())));
        for column in columns {
            select.order_by(column, Order::Asc);
        }
        let query = Query::render(session.engine(), &select);
        session.each(&query.sql, &query.values()?, |row| {
            let category: i64 = row.get(2)?;
            let category = (category != 0).then_some(CategoryId::new(category));
            assignments.push((row.get(0)?, RoleAssignment { role: row.get(1)?, category }));
            Ok(())
        })?;
    }
    Ok(assignments)
}

/// How many people hold a role for all categories and can sign in.
pub fn count_holders(session: &mut Session<'_>, role: RoleId) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    session.one(
        "SELECT COUNT(*) FROM role_assignments a JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id \
         WHERE a.tenant_id = $1 AND a.role_id = $2 AND a.category_id = 0 AND u.is_active = 1 AND u.invite_status = 3",
        values![tenant, role],
        |row| row.get(0),
    )
}

/// Replaces all roles of a person.
pub fn set_role_assignments(
    session: &mut Session<'_>,
    user: UserId,
    assignments: &[RoleAssignment],
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM role_assignments WHERE tenant_id = $1 AND user_id = $2",
        values![tenant, user],
    )?;
    for assignment in assignments {
        session.execute(
            "INSERT INTO role_assignments (tenant_id, user_id, role_id, category_id) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, user_id, role_id, category_id) DO NOTHING",
            values![tenant, user, assignment.role, assignment.category.map_or(0, CategoryId::get)],
        )?;
    }
    changes::note(session, Changed::User(user))?;
    tenants::touch_people(session)
}

/// What the person may do: the permissions of their active roles, each where the role is assigned.
pub fn access(session: &mut Session<'_>, user: UserId) -> Result<Access, StorageError> {
    let tenant = session.tenant();
    let mut access = Access::default();
    session.each(
        "SELECT a.category_id, p.permission FROM role_assignments a \
         JOIN roles r ON r.tenant_id = a.tenant_id AND r.id = a.role_id AND r.is_active = 1 \
         JOIN role_permissions p ON p.tenant_id = a.tenant_id AND p.role_id = a.role_id \
         WHERE a.tenant_id = $1 AND a.user_id = $2",
        values![tenant, user],
        |row| {
            let category: i64 = row.get(0)?;
            // A key this version doesn't know grants nothing; it may come from a newer one.
            if let Some(permission) = Permission::from_key(row.get(1)?) {
                let permissions: PermissionSet = [permission].into_iter().collect();
                access.grant(permissions, (category != 0).then_some(CategoryId::new(category)));
            }
            Ok(())
        },
    )?;
    Ok(access)
}

/// The slugs of a person's roles, each once.
pub fn role_slugs(session: &mut Session<'_>, user: UserId) -> Result<Vec<String>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT r.slug FROM roles r WHERE r.tenant_id = $1 AND r.is_active = 1 AND r.id IN \
         (SELECT a.role_id FROM role_assignments a WHERE a.tenant_id = $1 AND a.user_id = $2) ORDER BY r.id",
        values![tenant, user],
        |row| row.get(0),
    )
}

/// The people that tokens of the tenant stand for.
pub(crate) fn list_of_tokens(session: &mut Session<'_>) -> Result<Vec<User>, StorageError> {
    let tenant = session.tenant();
    let sql = select(
        "WHERE u.tenant_id = $1 AND EXISTS (SELECT 1 FROM tokens t WHERE t.tenant_id = u.tenant_id \
         AND t.user_id = u.id AND t.digest IS NOT NULL)",
    );
    session.all(&sql, values![tenant], from_row)
}
