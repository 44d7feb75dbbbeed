//! Writing very many ideas into a database without any, as samples are: indexes are made once at the end.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use super::insert::PreparedIdea;
use crate::{Engine, StorageError, System, indexes, values};

/// To be called before very many ideas are written. In a database without any, lists are slow from now on, and only
/// [`Apart`] keeps names and slugs distinct; however that ends, [`end_filling`] or the next start of the program makes
/// the indexes again. Where there are ideas nothing happens.
pub fn begin_filling(system: &mut System<'_>) -> Result<(), StorageError> {
    if system.optional("SELECT 1 FROM ideas LIMIT 1", values![], |_| Ok(()))?.is_some() {
        return Ok(());
    }
    indexes::put_aside(system, "ideas")
}

pub fn end_filling(system: &mut System<'_>) -> Result<(), StorageError> {
    indexes::bring_back(system)
}

/// To be called after very many ideas were written. A server that knows nothing about its rows yet finds an idea by its
/// submitter, ten times as slowly as by its key; left to itself it would look a minute later.
pub fn analyze(system: &mut System<'_>) -> Result<(), StorageError> {
    if system.engine() == Engine::Postgres {
        system.execute("ANALYZE ideas", values![])?;
    }
    Ok(())
}

/// Keeps the ideas of one tenant apart while no index does. Remembers hashes alone: a million take some
/// 40 MB.
#[derive(Default)]
pub struct Apart {
    names: HashSet<u64>,
    slugs: HashSet<u64>,
    hasher: RandomState,
}

impl Apart {
    /// The idea with a slug no other has; none if another has its name.
    pub fn admit(&mut self, idea: PreparedIdea<'static>) -> Option<PreparedIdea<'static>> {
        if !self.names.insert(self.hasher.hash_one(idea.name_key())) {
            return None;
        }
        let mut slugs = idea.slugs();
        let slug = slugs.find(|slug| self.slugs.insert(self.hasher.hash_one(slug)))?;
        drop(slugs);
        Some(idea.with_slug(slug))
    }
}
