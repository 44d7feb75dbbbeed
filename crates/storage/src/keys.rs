//! What the database knows of the server's secret keys: which ones its rows need, and how to tell a wrong one.

use crate::{StorageError, System, values};

/// Numbers of the peppers that digests of tokens and app keys were made under, in ascending order.
pub fn pepper_numbers(system: &mut System<'_>) -> Result<Vec<i64>, StorageError> {
    system.all(
        "SELECT pepper_number FROM tokens WHERE digest IS NOT NULL \
         UNION SELECT app_key_pepper_number FROM tokens WHERE app_key_digest IS NOT NULL \
         UNION SELECT retired_pepper_number FROM tokens WHERE retired_digest IS NOT NULL ORDER BY 1",
        values![],
        |row| row.get(0),
    )
}

/// Whether any row holds a value that only the outer key opens. Drafts don't count: they last minutes.
pub fn has_sealed_values(system: &mut System<'_>) -> Result<bool, StorageError> {
    system.one(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM tokens WHERE value_sealed IS NOT NULL \
         OR app_key_sealed IS NOT NULL) THEN 1 ELSE 0 END",
        values![],
        |row| row.get(0),
    )
}

/// The check value of a key, if the database was ever used with one of that name and number.
pub fn find_check(system: &mut System<'_>, name: &str, number: i64) -> Result<Option<Vec<u8>>, StorageError> {
    system.optional(
        "SELECT digest FROM key_checks WHERE name = $1 AND number = $2",
        values![name, number],
        |row| row.get(0),
    )
}

/// Whether the database was ever used with keys.
pub fn has_checks(system: &mut System<'_>) -> Result<bool, StorageError> {
    system.one("SELECT CASE WHEN EXISTS (SELECT 1 FROM key_checks) THEN 1 ELSE 0 END", values![], |row| {
        row.get(0)
    })
}

pub fn put_check(
    system: &mut System<'_>,
    name: &str,
    number: i64,
    digest: &[u8; 32],
) -> Result<(), StorageError> {
    system.execute(
        "INSERT INTO key_checks (name, number, digest) VALUES ($1, $2, $3) \
         ON CONFLICT (name, number) DO UPDATE SET digest = excluded.digest",
        values![name, number, &digest[..]],
    )?;
    Ok(())
}
