//! Looks into the index that searches go by: which ideas have the words of a search, and which aren't indexed yet.

use super::{
    id_set::IdSet,
    indexing::word_ids,
    search::{Fragment, Fragments},
};
use crate::{Engine, Row, Session, StorageError, values};

/// Ideas that have words which fit, as far as they are indexed.
pub(super) fn ids_having_all(
    session: &mut Session<'_>,
    fragments: &Fragments,
) -> Result<IdSet, StorageError> {
    let mut ids: Option<IdSet> = None;
    for fragment in fragments.to_look_up() {
        // Whatever else is asked for, nothing has all of it.
        if ids.as_ref().is_some_and(|ids| ids.len() == 0) {
            break;
        }
        let having = ids_having(session, fragment)?;
        match &mut ids {
            Some(ids) => ids.intersect(&having),
            None => ids = Some(having),
        }
    }
    Ok(ids.unwrap_or_default())
}

/// Ideas with a word that fits, as far as they are indexed.
fn ids_having(session: &mut Session<'_>, fragment: &Fragment) -> Result<IdSet, StorageError> {
    match session.engine() {
        Engine::Sqlite => ids_having_word_by_word(session, fragment),
        Engine::Postgres => ids_having_at_once(session, fragment),
    }
}

fn ids_having_at_once(session: &mut Session<'_>, fragment: &Fragment) -> Result<IdSet, StorageError> {
    let tenant = session.tenant();
    let mut ids = IdSet::default();
    let add = |row: &Row<'_>| ids.add_encoded(row.get(0)?, row.get(1)?);
    if fragment.is_long() {
        // By no range of ids: the planner would take that for the better way once it plans for any value.
        session.each(
            "SELECT p.block, p.ideas FROM search_words w JOIN search_postings p ON p.word_id = w.id \
             WHERE w.tenant_id = $1 AND w.word LIKE $2",
            values![tenant, &fragment.pattern()],
            add,
        )?;
    } else {
        let (first, last) = word_ids(tenant.get());
        session.each(
            "SELECT p.block, p.ideas FROM search_words w JOIN search_postings p ON p.word_id = w.id \
             WHERE w.id BETWEEN $1 AND $2 AND w.word LIKE $3",
            values![first, last, &fragment.pattern()],
            add,
        )?;
    }
    Ok(ids)
}

fn ids_having_word_by_word(session: &mut Session<'_>, fragment: &Fragment) -> Result<IdSet, StorageError> {
    let mut ids = IdSet::default();
    for word in words_fitting(session, fragment)? {
        session.each(
            "SELECT block, ideas FROM search_postings WHERE word_id = $1",
            values![word],
            |row| ids.add_encoded(row.get(0)?, row.get(1)?),
        )?;
    }
    Ok(ids)
}

fn words_fitting(session: &mut Session<'_>, fragment: &Fragment) -> Result<Vec<i64>, StorageError> {
    let tenant = session.tenant();
    let mut words = Vec::new();
    let mut visit = |row: &Row<'_>| {
        if fragment.fits(row.get(1)?) {
            words.push(row.get(0)?);
        }
        Ok(())
    };
    if fragment.is_long() {
        let (first, last) = word_ids(tenant.get());
        session.each(
            "SELECT w.id, w.word FROM search_word_parts p CROSS JOIN search_words w ON w.id = p.rowid \
             WHERE p.search_word_parts MATCH $1 AND p.rowid BETWEEN $2 AND $3",
            values![&fragment.trigrams(), first, last],
            &mut visit,
        )?;
    } else {
        // No three characters to go by: all words of the tenant.
        session.each(
            "SELECT id, word FROM search_words WHERE tenant_id = $1 ORDER BY word",
            values![tenant],
            &mut visit,
        )?;
    }
    Ok(words)
}

/// Ideas that came, changed or went since they were indexed.
#[derive(Default)]
pub(super) struct Unindexed {
    /// Those that the index may tell something else of than is true.
    pub(super) all: IdSet,
    pub(super) having: IdSet,
}

impl Unindexed {
    pub(super) fn of(session: &mut Session<'_>, pattern: &str) -> Result<Self, StorageError> {
        let tenant = session.tenant();
        let mut unindexed = Self::default();
        session.each(
            "SELECT idea_id, has FROM (SELECT b.idea_id, b.indexed_key, COALESCE(i.is_deleted = 0 \
             AND i.search_key LIKE $1 ESCAPE '\\', FALSE) AS has FROM search_backlog b \
             LEFT JOIN ideas i ON i.id = b.idea_id WHERE b.tenant_id = $2) AS noted WHERE has OR indexed_key <> ''",
            values![pattern, tenant],
            |row| {
                unindexed.note(row.get(0)?, row.get::<i64>(1)? != 0);
                Ok(())
            },
        )?;
        if session.engine() == Engine::Sqlite {
            // By id alone: an index of the tenant's ideas would lead past those that are indexed, too.
            session.each(
                "SELECT id FROM ideas NOT INDEXED WHERE id > (SELECT indexed_up_to FROM search_progress) \
                 AND tenant_id = $1 AND is_deleted = 0 AND search_key LIKE $2 ESCAPE '\\'",
                values![tenant, pattern],
                |row| {
                    unindexed.note(row.get(0)?, true);
                    Ok(())
                },
            )?;
        }
        Ok(unindexed)
    }

    fn note(&mut self, id: i64, has: bool) {
        self.all.set(id, true);
        if has {
            self.having.set(id, true);
        }
    }
}
