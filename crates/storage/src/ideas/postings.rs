//! The tables of the index that searches go by, as what is indexed is written into them. The embedded engine is asked for
//! one row after the other; a server, which each statement is a way to, for all at once.

use std::{collections::HashMap, thread};

use super::{
    id_set::{Block, place},
    indexing::word_ids,
};
use crate::{Engine, StorageError, System, query::listed, values};

/// How many blocks are read before they are written, each of them in at most a kilobyte of memory.
const BLOCKS_AT_ONCE: usize = 500;

/// Ids of words, those of new ones among them.
pub(super) fn ids_of_words<'w>(
    system: &mut System<'_>,
    tenant: i64,
    words: impl Iterator<Item = &'w String>,
) -> Result<HashMap<String, i64>, StorageError> {
    let words: Vec<&str> = words.map(String::as_str).collect();
    let mut ids = known_words(system, tenant, &words)?;
    let (first, last) = word_ids(tenant);
    let mut next: i64 = system.one(
        "SELECT COALESCE(MAX(id), $1) + 1 FROM search_words WHERE id BETWEEN $1 AND $2",
        values![first, last],
        |row| row.get(0),
    )?;
    for word in words {
        if ids.contains_key(word) {
            continue;
        }
        system.put_off(
            "INSERT INTO search_words (id, tenant_id, word) VALUES ($1, $2, $3)",
            values![next, tenant, word],
        )?;
        if system.engine() == Engine::Sqlite {
            system.execute(
                "INSERT INTO search_word_parts (rowid, word) VALUES ($1, $2)",
                values![next, word],
            )?;
        }
        ids.insert(word.to_owned(), next);
        next += 1;
    }
    Ok(ids)
}

fn known_words(
    system: &mut System<'_>,
    tenant: i64,
    words: &[&str],
) -> Result<HashMap<String, i64>, StorageError> {
    match system.engine() {
        Engine::Sqlite => known_words_one_by_one(system, tenant, words),
        Engine::Postgres => known_words_at_once(system, tenant, words),
    }
}

fn known_words_one_by_one(
    system: &mut System<'_>,
    tenant: i64,
    words: &[&str],
) -> Result<HashMap<String, i64>, StorageError> {
    let mut ids = HashMap::with_capacity(words.len());
    for word in words {
        let known = "SELECT id FROM search_words WHERE tenant_id = $1 AND word = $2";
        if let Some(id) = system.optional(known, values![tenant, *word], |row| row.get(0))? {
            ids.insert((*word).to_owned(), id);
        }
    }
    Ok(ids)
}

fn known_words_at_once(
    system: &mut System<'_>,
    tenant: i64,
    words: &[&str],
) -> Result<HashMap<String, i64>, StorageError> {
    // Each in the index: without the limit the planner would rather read the whole table once than so many places in it.
    let known = system.all(
        "SELECT sought.word, known.id FROM json_array_elements_text(CAST($1 AS JSON)) AS sought (word) \
         CROSS JOIN LATERAL (SELECT w.id FROM search_words w WHERE w.word = sought.word AND w.tenant_id = $2 LIMIT 1) \
         AS known",
        values![&serde_json::to_string(words).map_err(StorageError::driver)?, tenant],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(known.into_iter().collect())
}

/// Where the ideas of a word lie: its id and the number of a block.
pub(super) type Place = (i64, i64);

/// What changes in one block of a word.
pub(super) struct BlockEdit {
    pub(super) place: Place,
    ideas: Vec<(u16, bool)>,
}

impl BlockEdit {
    /// Of ideas in the same block.
    pub(super) fn of(word: i64, ideas: &[(i64, bool)]) -> Self {
        let number = ideas.first().map_or(0, |(id, _)| place(*id).0);
        let ideas = ideas.iter().map(|(id, is_in)| (place(*id).1, *is_in)).collect();
        Self { place: (word, number), ideas }
    }
}

pub(super) fn write_blocks(system: &mut System<'_>, edits: &[BlockEdit]) -> Result<(), StorageError> {
    for edits in edits.chunks(BLOCKS_AT_ONCE) {
        let mut known = known_blocks(system, edits)?;
        for BlockEdit { place: (word, number), ideas } in edits {
            give_way();
            let mut block = known.remove(&(*word, *number)).unwrap_or_default();
            for (offset, is_in) in ideas {
                block.set(*offset, *is_in);
            }
            write_block(system, (*word, *number), &block)?;
        }
    }
    Ok(())
}

/// All together takes milliseconds, which nobody who reads should have to wait for where there is one processor.
fn give_way() {
    thread::yield_now();
}

fn known_blocks(system: &mut System<'_>, edits: &[BlockEdit]) -> Result<HashMap<Place, Block>, StorageError> {
    match system.engine() {
        Engine::Sqlite => known_blocks_one_by_one(system, edits),
        Engine::Postgres => known_blocks_at_once(system, edits),
    }
}

fn known_blocks_one_by_one(
    system: &mut System<'_>,
    edits: &[BlockEdit],
) -> Result<HashMap<Place, Block>, StorageError> {
    let mut blocks = HashMap::with_capacity(edits.len());
    for BlockEdit { place: (word, number), .. } in edits {
        give_way();
        let mut block = Block::default();
        system.optional(
            "SELECT ideas FROM search_postings WHERE word_id = $1 AND block = $2",
            values![*word, *number],
            |row| block.decode(row.get(0)?),
        )?;
        blocks.insert((*word, *number), block);
    }
    Ok(blocks)
}

fn known_blocks_at_once(
    system: &mut System<'_>,
    edits: &[BlockEdit],
) -> Result<HashMap<Place, Block>, StorageError> {
    let words = listed(Engine::Postgres, edits.iter().map(|edit| edit.place.0));
    let numbers = listed(Engine::Postgres, edits.iter().map(|edit| edit.place.1));
    // Each in the index, as in `known_words_at_once`.
    let known = system.all(
        "SELECT sought.word_id, sought.block, known.ideas \
         FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS sought (word_id, block) \
         CROSS JOIN LATERAL (SELECT p.ideas FROM search_postings p \
         WHERE p.word_id = sought.word_id AND p.block = sought.block LIMIT 1) AS known",
        values![&words, &numbers],
        |row| {
            let mut block = Block::default();
            block.decode(row.get(2)?)?;
            Ok(((row.get(0)?, row.get(1)?), block))
        },
    )?;
    Ok(known.into_iter().collect())
}

fn write_block(system: &mut System<'_>, (word, number): Place, block: &Block) -> Result<(), StorageError> {
    if block.is_empty() {
        return system
            .put_off("DELETE FROM search_postings WHERE word_id = $1 AND block = $2", values![word, number]);
    }
    system.put_off(
        "INSERT INTO search_postings (word_id, block, ideas) VALUES ($1, $2, $3) \
         ON CONFLICT (word_id, block) DO UPDATE SET ideas = excluded.ideas",
        values![word, number, &block.encode()[..]],
    )
}
