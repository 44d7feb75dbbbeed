//! Brings a database to the schema of this version of the program: the list of migrations and who runs them.

use refinery::{Migration, Runner};

use crate::db::{postgres, sqlite};
use crate::dialect::Engine;
use crate::error::StorageError;

/// Serialises nodes that start at the same time: any number, the same in every version.
const ADVISORY_LOCK: i64 = 0x6175_746f_6875_6200;
const HISTORY: &str = "refinery_schema_history";

struct Source {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// `"0001_what"` is one text for both engines; `"0002_what" differs` a pair `.sqlite.sql` and `.postgres.sql`.
macro_rules! migrations {
    ($($name:literal $($differs:ident)?),* $(,)?) => {
        &[$(migrations!(@ $name $($differs)?)),*]
    };
    (@ $name:literal) => {
        Source {
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/", $name, ".sql")),
        }
    };
    (@ $name:literal differs) => {
        Source {
            name: $name,
            sqlite: include_str!(concat!("../migrations/", $name, ".sqlite.sql")),
            postgres: include_str!(concat!("../migrations/", $name, ".postgres.sql")),
        }
    };
}

/// In the order of their numbers. What was released never changes.
static MIGRATIONS: &[Source] = migrations![
    "0001_tenants_and_people",
    "0002_ideas",
    "0003_tokens",
    "0004_key_checks",
    "0005_changes",
    "0006_token_lists",
    "0007_jobs",
    "0009_idea_flows",
    "0010_questionnaires",
    "0011_failed_calls",
    "0012_files",
    "0013_components_and_store",
    "0014_audit_actions",
    "0015_collaborators_and_tags",
    "0016_cost_benefit",
    "0017_audit_by_instant",
    "0018_idea_versions",
    "0019_idempotency_keys",
    "0020_indexes_aside",
    "0021_priority" differs,
    "0022_unused_indexes",
    "0023_search" differs,
    "0024_usual_ideas_by_status",
    "0025_idea_counts_apart",
    "0026_rows_unpacked" differs,
    "0027_rows_packed_faster" differs,
    "0028_search_words" differs,
    "0029_contents_of_calls",
    "0033_robots",
    "0034_search_keys_and_deleted_ideas",
    "0035_costs",
    "0036_inventory_versions",
    "0037_announced_names" differs,
    "0038_owners_before_approval",
    "0039_hot_references" differs,
    "0040_wire_unpacked" differs,
    "0041_change_requests_of_collaborators",
];

fn runner(engine: Engine) -> Result<Runner, StorageError> {
    let migrations: Result<Vec<_>, _> = MIGRATIONS
        .iter()
        .map(|source| {
            let (number, what) = source.name.split_once('_').unwrap_or_default();
            let name = format!("V{number}__{what}");
            Migration::unapplied(&name, &engine.fill(source.text(engine)))
        })
        .collect();
    Ok(Runner::new(&migrations.map_err(failed)?))
}

impl Source {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

fn failed(error: refinery::Error) -> StorageError {
    StorageError::driver(error)
}

pub(crate) fn migrate_sqlite(settings: &sqlite::Settings) -> Result<u32, StorageError> {
    let mut connection = settings.open_writer()?;
    let report = runner(Engine::Sqlite)?.run(&mut connection).map_err(failed)?;
    Ok(count(report.applied_migrations().len()))
}

pub(crate) fn pending_sqlite(settings: &sqlite::Settings) -> Result<u32, StorageError> {
    let runner = runner(Engine::Sqlite)?;
    let mut connection = settings.open_reader()?;
    if !connection.table_exists(None, HISTORY)? {
        return Ok(count(runner.get_migrations().len()));
    }
    let applied = runner.get_applied_migrations(&mut connection).map_err(failed)?;
    Ok(pending(&runner, &applied))
}

/// Whether a database has been through migrations this version has never heard of.
pub(crate) fn is_newer(settings: &sqlite::Settings) -> Result<bool, StorageError> {
    let runner = runner(Engine::Sqlite)?;
    let mut connection = settings.open_reader()?;
    let applied = runner.get_applied_migrations(&mut connection).map_err(failed)?;
    Ok(applied.iter().any(|migration| !runner.get_migrations().contains(migration)))
}

pub(crate) async fn migrate_postgres(database: &postgres::Database) -> Result<u32, StorageError> {
    // The lock goes with the connection, however this ends.
    let mut connection = database.own_connection().await?;
    connection.execute("SELECT pg_advisory_lock($1)", &[&ADVISORY_LOCK]).await?;
    let report = runner(Engine::Postgres)?.run_async(&mut *connection).await.map_err(failed)?;
    Ok(count(report.applied_migrations().len()))
}

pub(crate) async fn pending_postgres(database: &postgres::Database) -> Result<u32, StorageError> {
    let runner = runner(Engine::Postgres)?;
    let mut connection = database.own_connection().await?;
    let exists: bool =
        connection.query_one("SELECT to_regclass($1::text) IS NOT NULL", &[&HISTORY]).await?.try_get(0)?;
    if !exists {
        return Ok(count(runner.get_migrations().len()));
    }
    let applied = runner.get_applied_migrations_async(&mut *connection).await.map_err(failed)?;
    Ok(pending(&runner, &applied))
}

fn pending(runner: &Runner, applied: &[Migration]) -> u32 {
    let known = runner.get_migrations().iter();
    count(known.filter(|migration| !applied.contains(migration)).count())
}

/// How many there are.
pub fn count_all() -> u32 {
    count(MIGRATIONS.len())
}

fn count(migrations: usize) -> u32 {
    u32::try_from(migrations).unwrap_or(u32::MAX)
}

/// Tells schemas apart, so that tests can reuse a database made for the same one.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint(engine: Engine) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};

    let mut hasher = DefaultHasher::new();
    for source in MIGRATIONS {
        source.name.hash(&mut hasher);
        engine.fill(source.text(engine)).hash(&mut hasher);
    }
    hasher.finish()
}
