//! Fills the floor's database with the records the product serves.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::{SCHEMA, open};

/// The token that is asked for; it stands among a thousand.
pub(crate) const TOKEN: &str = "00000000-0000-4000-8000-000000000500";
const TOKENS: u32 = 1000;

/// What the floor keeps in columns of its own.
#[derive(Deserialize)]
struct Record {
    #[serde(rename = "process_id")]
    id: i64,
    #[serde(rename = "process_name")]
    name: String,
    #[serde(rename = "process_phase_status_id")]
    status: i64,
    #[serde(rename = "process_created_epoch")]
    created: i64,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    processes: Vec<&'a RawValue>,
}

/// Adds the records of one of the product's list answers, and says how many there were.
pub(crate) fn fill(database: &mut Connection, answer: &[u8]) -> Result<usize> {
    let Envelope { data } = serde_json::from_slice(answer)?;
    let transaction = database.transaction()?;
    for raw in &data.processes {
        let record: Record = serde_json::from_str(raw.get())?;
        transaction.prepare_cached("INSERT INTO ideas VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            record.id,
            record.status,
            record.created,
            record.name,
            raw.get(),
        ])?;
    }
    transaction.commit()?;
    Ok(data.processes.len())
}

/// A database without ideas yet.
pub(crate) fn create(file: &Path) -> Result<Connection> {
    let mut database = open(file)?;
    database.execute_batch(SCHEMA)?;
    let transaction = database.transaction()?;
    for number in 0..TOKENS {
        let token = format!("00000000-0000-4000-8000-{number:012}");
        let digest: [u8; 32] = Sha256::digest(token).into();
        transaction.execute(
            "INSERT INTO users VALUES (?1, ?2, ?3)",
            params![number, format!("user-{number}@nordwind.example"), "Ana Prado"],
        )?;
        transaction.execute("INSERT INTO tokens VALUES (?1, ?2)", params![digest, number])?;
    }
    transaction.commit()?;
    Ok(database)
}

/// The status with the most ideas: its list is the one that is measured.
pub(crate) fn most_common_status(database: &Connection) -> Result<i64> {
    let sql = "SELECT status FROM ideas GROUP BY status ORDER BY count(*) DESC LIMIT 1";
    Ok(database.query_row(sql, [], |row| row.get(0))?)
}

/// Ids from all over the table.
pub(crate) fn ids_of(database: &Connection, count: i64) -> Result<Vec<i64>> {
    let total: i64 = database.query_row("SELECT count(*) FROM ideas", [], |row| row.get(0))?;
    let mut statement = database.prepare(
        "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM ideas) WHERE number % ?1 = 0",
    )?;
    let ids = statement.query_map([(total / count).max(1)], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
