//! Keeps the index of the embedded engine that searches go by: words, and which ideas have them. It follows the ideas
//! in portions, each in a transaction of its own, and whoever searches looks through what isn't indexed yet.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
    thread,
};

use automation_hub_domain::id::IdeaId;

use super::{
    id_set::{Block, place},
    search::indexed_words,
};
use crate::{Engine, Session, StorageError, System, values};

/// How many ideas are indexed at once, and about how many words they have. Each word is a place to write to, so it is
/// they who tell how long others' writes have to wait; of texts on the same subjects a thousand have hardly more than a
/// hundred.
const PORTION: i64 = 1000;
const WORDS: usize = 2500;
/// A tenant's words are numbered within a range of ids.
const TENANT_BITS: u32 = 32;

/// The ids that words of a tenant have.
pub(super) const fn word_ids(tenant: i64) -> (i64, i64) {
    (tenant << TENANT_BITS, (tenant << TENANT_BITS) | ((1 << TENANT_BITS) - 1))
}

/// To be called before an idea becomes searchable by something else: what it is indexed by is no longer true, and is
/// needed once more to take it out of the index. An empty key says that it becomes searchable by nothing.
pub(super) fn note_change(session: &mut Session<'_>, id: IdeaId, new_key: &str) -> Result<(), StorageError> {
    if session.engine() == Engine::Postgres {
        return Ok(());
    }
    let tenant = session.tenant();
    session.execute(
        "INSERT INTO search_backlog (idea_id, tenant_id, indexed_key) SELECT id, tenant_id, search_key FROM ideas \
         WHERE tenant_id = $1 AND id = $2 AND search_key <> $3 AND is_deleted = 0 \
         AND id <= (SELECT indexed_up_to FROM search_progress) ON CONFLICT (idea_id) DO NOTHING",
        values![tenant, id, new_key],
    )?;
    Ok(())
}

/// Whether there are ideas that aren't indexed as they are.
pub(crate) fn is_behind(system: &mut System<'_>) -> Result<bool, StorageError> {
    system.one(
        "SELECT EXISTS (SELECT 1 FROM search_backlog) \
         OR COALESCE((SELECT MAX(id) FROM ideas), 0) > (SELECT indexed_up_to FROM search_progress)",
        values![],
        |row| Ok(row.get::<i64>(0)? != 0),
    )
}

/// How many ideas came since the last one that is indexed, if their ids have no gaps.
pub(super) fn lag(session: &mut Session<'_>) -> Result<i64, StorageError> {
    session.one(
        "SELECT COALESCE((SELECT MAX(id) FROM ideas), 0) - (SELECT indexed_up_to FROM search_progress)",
        values![],
        |row| row.get(0),
    )
}

/// Indexes some of the ideas that aren't, and tells whether it left any. What is written of an idea, and that it is
/// indexed, is one transaction, so it may be broken off at any moment.
pub(crate) fn index_portion(system: &mut System<'_>) -> Result<bool, StorageError> {
    let mut edits = Edits::default();
    take_changed(system, &mut edits)?;
    take_new(system, &mut edits)?;
    edits.write(system)?;
    is_behind(system)
}

fn take_changed(system: &mut System<'_>, edits: &mut Edits) -> Result<(), StorageError> {
    let mut done = Vec::new();
    system.each_until(
        "SELECT b.idea_id, b.tenant_id, b.indexed_key, CASE WHEN i.is_deleted = 0 THEN i.search_key ELSE '' END \
         FROM search_backlog b LEFT JOIN ideas i ON i.id = b.idea_id ORDER BY b.idea_id LIMIT $1",
        values![PORTION],
        |row| {
            let (id, tenant): (i64, i64) = (row.get(0)?, row.get(1)?);
            let before = row.get::<&str>(2)?.to_ascii_lowercase();
            let after = row.get::<&str>(3)?.to_ascii_lowercase();
            let (before, after): (HashSet<_>, HashSet<_>) =
                (indexed_words(&before).collect(), indexed_words(&after).collect());
            let words = edits.0.entry(tenant).or_default();
            before.difference(&after).for_each(|word| words.note(word, id, false));
            after.difference(&before).for_each(|word| words.note(word, id, true));
            done.push(id);
            Ok(if edits.is_enough() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        },
    )?;
    for id in done {
        system.execute("DELETE FROM search_backlog WHERE idea_id = $1", values![id])?;
    }
    Ok(())
}

fn take_new(system: &mut System<'_>, edits: &mut Edits) -> Result<(), StorageError> {
    let mut last: Option<i64> = None;
    system.each_until(
        "SELECT id, tenant_id, is_deleted, search_key FROM ideas \
         WHERE id > (SELECT indexed_up_to FROM search_progress) ORDER BY id LIMIT $1",
        values![PORTION],
        |row| {
            let (id, tenant): (i64, i64) = (row.get(0)?, row.get(1)?);
            if row.get::<i64>(2)? == 0 {
                let key = row.get::<&str>(3)?.to_ascii_lowercase();
                let words = edits.0.entry(tenant).or_default();
                indexed_words(&key).for_each(|word| words.note(word, id, true));
            }
            last = Some(id);
            Ok(if edits.is_enough() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        },
    )?;
    if let Some(last) = last {
        system.execute("UPDATE search_progress SET indexed_up_to = $1", values![last])?;
    }
    Ok(())
}

/// What is to be written, by tenant.
#[derive(Default)]
struct Edits(BTreeMap<i64, WordEdits>);

/// Which ideas get a word, and which lose it.
#[derive(Default)]
struct WordEdits(HashMap<String, Vec<(i64, bool)>>);

impl WordEdits {
    fn note(&mut self, word: &str, id: i64, is_in: bool) {
        if let Some(ideas) = self.0.get_mut(word) {
            ideas.push((id, is_in));
        } else {
            self.0.insert(word.to_owned(), vec![(id, is_in)]);
        }
    }
}

impl Edits {
    fn is_enough(&self) -> bool {
        self.0.values().map(|words| words.0.len()).sum::<usize>() >= WORDS
    }

    /// In the order of the index, which then finds each place near the one before.
    fn write(self, system: &mut System<'_>) -> Result<(), StorageError> {
        for (tenant, words) in self.0 {
            let mut edits = Vec::with_capacity(words.0.len());
            for (word, ideas) in words.0 {
                edits.push((word_id(system, tenant, &word)?, ideas));
            }
            edits.sort_unstable_by_key(|(word, _)| *word);
            for (word, ideas) in edits {
                // It takes milliseconds, which nobody who reads should have to wait for where there is one processor.
                thread::yield_now();
                for ideas in ideas.chunk_by(|(one, _), (next, _)| place(*one).0 == place(*next).0) {
                    edit_block(system, word, ideas)?;
                }
            }
        }
        Ok(())
    }
}

fn word_id(system: &mut System<'_>, tenant: i64, word: &str) -> Result<i64, StorageError> {
    let known = "SELECT id FROM search_words WHERE tenant_id = $1 AND word = $2";
    if let Some(id) = system.optional(known, values![tenant, word], |row| row.get(0))? {
        return Ok(id);
    }
    let (first, last) = word_ids(tenant);
    let id: i64 = system.one(
        "INSERT INTO search_words (id, tenant_id, word) \
         VALUES ((SELECT COALESCE(MAX(id), $1) + 1 FROM search_words WHERE id BETWEEN $1 AND $2), $3, $4) RETURNING id",
        values![first, last, tenant, word],
        |row| row.get(0),
    )?;
    system.execute("INSERT INTO search_word_parts (rowid, word) VALUES ($1, $2)", values![id, word])?;
    Ok(id)
}

/// Of ideas in the same block.
fn edit_block(system: &mut System<'_>, word: i64, ideas: &[(i64, bool)]) -> Result<(), StorageError> {
    let Some((number, _)) = ideas.first().map(|(id, _)| place(*id)) else { return Ok(()) };
    let mut block = Block::default();
    system.optional(
        "SELECT ideas FROM search_postings WHERE word_id = $1 AND block = $2",
        values![word, number],
        |row| block.decode(row.get(0)?),
    )?;
    for (id, is_in) in ideas {
        block.set(place(*id).1, *is_in);
    }
    if block.is_empty() {
        system.execute(
            "DELETE FROM search_postings WHERE word_id = $1 AND block = $2",
            values![word, number],
        )?;
    } else {
        system.execute(
            "INSERT INTO search_postings (word_id, block, ideas) VALUES ($1, $2, $3) \
             ON CONFLICT (word_id, block) DO UPDATE SET ideas = excluded.ideas",
            values![word, number, &block.encode()[..]],
        )?;
    }
    Ok(())
}
