//! Which rule of the schema a refused change ran into.

use automation_hub_domain::id::TenantId;
use automation_hub_storage::{Constraint, Engine, StorageError, Store, values};
use uuid::Uuid;

use crate::support::{database, insert};

async fn insert_tenant(store: &Store, slug: &'static str) -> Result<TenantId, StorageError> {
    store
        .system()
        .write(move |system| {
            system.one(
                "INSERT INTO tenants (uuid, organization_slug, organization_name, tenant_slug, tenant_name, \
                 currency, time_zone, created_at) VALUES ($1, 'acme', 'Acme', $2, 'Main', 'EUR', 'UTC', 0) \
                 RETURNING id",
                values![&Uuid::new_v4(), slug],
                |row| row.get(0),
            )
        })
        .await
}

async fn insert_user(store: &Store, tenant: TenantId) -> Result<u64, StorageError> {
    store
        .write(tenant, move |session| {
            session.execute(
                "INSERT INTO users (tenant_id, email, email_key, first_name, last_name, name_key, search_key, \
                 created_at, updated_at) VALUES ($1, 'A@b.c', 'a@b.c', 'A', 'B', 'a b', 'a b', 0, 0)",
                values![tenant],
            )
        })
        .await
}

fn conflict<T>(result: Result<T, StorageError>) -> Option<Constraint> {
    match result {
        Err(StorageError::Conflict(constraint)) => Some(constraint),
        _ => None,
    }
}

#[tokio::test]
async fn conflicts_name_the_rule_that_was_broken() {
    let database = database().await;
    let store = &database.store;
    let tenant = insert_tenant(store, "main").await.unwrap();
    assert_eq!(conflict(insert_tenant(store, "main").await), Some(Constraint::TenantSlug));
    insert_user(store, tenant).await.unwrap();
    assert_eq!(conflict(insert_user(store, tenant).await), Some(Constraint::UserEmail));
    assert_eq!(conflict(insert_user(store, TenantId::new(999)).await), Some(Constraint::Reference));
    insert(store, 1).await.unwrap();
    let other = match store.engine() {
        Engine::Sqlite => "scratch.number",
        Engine::Postgres => "scratch_number_key",
    };
    assert_eq!(conflict(insert(store, 1).await), Some(Constraint::Other(other.to_owned())));
}

#[tokio::test]
async fn every_unique_index_with_a_name_of_its_own_is_known_by_its_columns_too() {
    let database = database().await;
    let listing = match database.store.engine() {
        Engine::Sqlite => {
            "SELECT index_list.name, group_concat(tables.name || '.' || info.name, ', ') \
             FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS index_list, \
             pragma_index_info(index_list.name) AS info \
             WHERE tables.type = 'table' AND index_list.\"unique\" = 1 GROUP BY index_list.name"
        }
        Engine::Postgres => {
            "SELECT CAST(named.relname AS TEXT), \
             string_agg(tables.relname || '.' || parts.attname, ', ' ORDER BY listed.position) \
             FROM pg_index AS guards JOIN pg_class AS named ON named.oid = guards.indexrelid \
             JOIN pg_class AS tables ON tables.oid = guards.indrelid \
             CROSS JOIN LATERAL unnest(guards.indkey) WITH ORDINALITY AS listed (number, position) \
             JOIN pg_attribute AS parts ON parts.attrelid = tables.oid AND parts.attnum = listed.number \
             WHERE guards.indisunique AND tables.relnamespace = 'public'::regnamespace GROUP BY named.relname"
        }
    };
    let columns: Vec<(String, String)> = database
        .store
        .system()
        .scan(move |system| system.all(listing, &[], |row| Ok((row.get(0)?, row.get(1)?))))
        .await
        .map_err(|error: StorageError| error)
        .unwrap();
    for (index, guarded) in Constraint::unique_indexes() {
        assert!(
            columns.iter().any(|(name, listed)| name == index && listed == guarded),
            "{index} does not guard {guarded} in the schema"
        );
    }
}
