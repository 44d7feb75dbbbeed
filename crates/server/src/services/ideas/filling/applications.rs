//! Which applications an idea may name, and those that enter the inventory with it.

use std::collections::HashSet;

use automation_hub_domain::id::ApplicationId;
use automation_hub_storage::{Session, applications};
use serde_json::Value;

use super::Filling;
use crate::{
    error::Error,
    services::ideas::{given::Given, new_applications},
};

impl Filling<'_> {
    /// Adds applications to those used, and to the inventory where it has none of their name and version.
    pub(super) fn add_applications(
        &mut self,
        session: &mut Session<'_>,
        given: &Given,
        added: Vec<new_applications::Named>,
    ) -> Result<(), Error> {
        for (place, named) in added.into_iter().enumerate() {
            let entry = named.entry(self.draft.category, self.now);
            let id = applications::find_or_insert(session, &entry)?;
            if !self.unusable(session, [id])?.is_empty() {
                let new_applications::Mistake { at, told } = new_applications::inactive(place, id);
                self.refuse_at(given, given.beside(&at), told);
            } else if !self.draft.content.applications.contains(&id) {
                self.draft.content.applications.push(id);
            }
        }
        Ok(())
    }

    /// Of the ids in a list those that can't be used, each with its place.
    pub(super) fn unusable_places(
        &self,
        session: &mut Session<'_>,
        list: &Value,
    ) -> Result<Vec<(usize, ApplicationId)>, Error> {
        let items = list.as_array().into_iter().flatten().enumerate();
        let mut ids: Vec<_> =
            items.filter_map(|(place, item)| Some((place, ApplicationId::new(item.as_i64()?)))).collect();
        let each: HashSet<_> = ids.iter().map(|(_, id)| *id).collect();
        let unusable = self.unusable(session, each)?;
        ids.retain(|(_, id)| unusable.contains(id));
        Ok(ids)
    }

    /// Those that are no entries, or inactive ones that the idea doesn't name yet.
    fn unusable(
        &self,
        session: &mut Session<'_>,
        ids: impl IntoIterator<Item = ApplicationId>,
    ) -> Result<HashSet<ApplicationId>, Error> {
        let mut new: HashSet<_> = ids.into_iter().filter(|id| !self.named.contains(id)).collect();
        let asked: Vec<_> = new.iter().copied().collect();
        for usable in applications::list_usable(session, &asked)? {
            new.remove(&usable);
        }
        Ok(new)
    }
}
