//! Keeps the index that searches go by: words, and which ideas have them. It follows the ideas in portions, each in a
//! transaction of its own, and whoever searches looks through what isn't indexed yet.
//!
//! What isn't is noted in `search_backlog`. The embedded engine, whose ideas come one after the other, notes those alone
//! that changed: new ones are those after the last that was indexed. On a server its own triggers note both.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
};

use automation_hub_domain::id::IdeaId;

use super::{
    id_set::place,
    postings::{BlockEdit, ids_of_words, write_blocks},
    search::indexed_words,
};
use crate::{
    Engine, Session, StorageError, System,
    query::{is_listed, listed},
    values,
};

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
    let is_behind = match system.engine() {
        Engine::Sqlite => {
            "SELECT EXISTS (SELECT 1 FROM search_backlog) \
             OR COALESCE((SELECT MAX(id) FROM ideas), 0) > (SELECT indexed_up_to FROM search_progress)"
        }
        Engine::Postgres => "SELECT EXISTS (SELECT 1 FROM search_backlog)",
    };
    system.one(is_behind, values![], |row| Ok(row.get::<i64>(0)? != 0))
}

/// Whether so many ideas have changed since they were indexed that no more should be added to them without need.
pub(crate) fn lags_far_behind(system: &mut System<'_>) -> Result<bool, StorageError> {
    let noted = "SELECT COUNT(*) FROM (SELECT 1 FROM search_backlog LIMIT $1) AS noted";
    system.one(noted, values![PORTION], |row| Ok(row.get::<i64>(0)? >= PORTION))
}

/// Whether more ideas of the tenant than this aren't indexed as they are. The embedded engine takes the new ones of all
/// tenants for this one's, which it would only tell apart by looking at each.
pub(super) fn lags_by(session: &mut Session<'_>, many: i64) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let is_more = match session.engine() {
        Engine::Sqlite => {
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM search_backlog WHERE tenant_id = $1 LIMIT $2 + 1)) \
             + COALESCE((SELECT MAX(id) FROM ideas), 0) - (SELECT indexed_up_to FROM search_progress) > $2"
        }
        Engine::Postgres => "SELECT EXISTS (SELECT 1 FROM search_backlog WHERE tenant_id = $1 OFFSET $2)",
    };
    session.one(is_more, values![tenant, many], |row| Ok(row.get::<i64>(0)? != 0))
}

/// Indexes some of the ideas that aren't, and tells whether it left any. What is written of an idea, and that it is
/// indexed, is one transaction, so it may be broken off at any moment.
pub(crate) fn index_portion(system: &mut System<'_>) -> Result<bool, StorageError> {
    let mut edits = Edits::default();
    take_noted(system, &mut edits)?;
    if system.engine() == Engine::Sqlite {
        take_new(system, &mut edits)?;
    }
    edits.write(system)?;
    is_behind(system)
}

/// What is noted and not held by anyone: whoever holds a note has changed its idea, and not committed that yet.
const fn free_notes(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SELECT idea_id FROM search_backlog ORDER BY idea_id LIMIT $1",
        Engine::Postgres => {
            "SELECT idea_id FROM search_backlog ORDER BY idea_id LIMIT $1 FOR UPDATE SKIP LOCKED"
        }
    }
}

/// The ideas are read by another statement than the one that gets hold of their notes: it sees whatever was committed by
/// those who held them before.
fn take_noted(system: &mut System<'_>, edits: &mut Edits) -> Result<(), StorageError> {
    let engine = system.engine();
    let noted: Vec<i64> = system.all(free_notes(engine), values![PORTION], |row| row.get(0))?;
    if noted.is_empty() {
        return Ok(());
    }
    let mut done = Vec::new();
    let sql = [
        "SELECT b.idea_id, b.tenant_id, b.indexed_key, CASE WHEN i.is_deleted = 0 THEN i.search_key ELSE '' END \
         FROM search_backlog b LEFT JOIN ideas i ON i.id = b.idea_id WHERE b.idea_id",
        is_listed(engine),
        " ORDER BY b.idea_id",
    ];
    system.each_until(&sql.concat(), values![&listed(engine, noted.into_iter())], |row| {
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
    })?;
    let sql = ["DELETE FROM search_backlog WHERE idea_id", is_listed(engine)];
    system.execute(&sql.concat(), values![&listed(engine, done.into_iter())])?;
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

    fn write(self, system: &mut System<'_>) -> Result<(), StorageError> {
        for (tenant, words) in self.0 {
            let ids = ids_of_words(system, tenant, words.0.keys())?;
            let mut edits = Vec::with_capacity(words.0.len());
            for (word, ideas) in words.0 {
                let word =
                    *ids.get(&word).ok_or_else(|| StorageError::Corrupt("search_words: word".to_owned()))?;
                let blocks = ideas.chunk_by(|(one, _), (next, _)| place(*one).0 == place(*next).0);
                edits.extend(blocks.map(|ideas| BlockEdit::of(word, ideas)));
            }
            // In the order of the index, which then finds each place near the one before.
            edits.sort_unstable_by_key(|edit| edit.place);
            write_blocks(system, &edits)?;
        }
        Ok(())
    }
}
