//! Which applications an idea may name, and those that enter the inventory with it.

use automation_hub_domain::id::ApplicationId;
use automation_hub_storage::{Session, applications};
use serde_json::Value;

use super::Filling;
use crate::{
    error::Error,
    forms,
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
            if !self.unusable(session, &[id])?.is_empty() {
                let new_applications::Mistake { at, told } = new_applications::inactive(place, id);
                self.refuse_at(given, given.beside(&at), told);
            } else if !self.draft.content.applications.contains(&id) {
                self.draft.content.applications.push(id);
            }
        }
        Ok(())
    }

    /// The ids of a list, if all of them are entries that can be used.
    pub(super) fn usable(
        &self,
        session: &mut Session<'_>,
        value: &Value,
    ) -> Result<Result<Vec<ApplicationId>, String>, Error> {
        let ids = forms::application_ids(value);
        let unknown: Vec<_> = self.unusable(session, &ids)?.iter().map(ToString::to_string).collect();
        Ok(if unknown.is_empty() {
            Ok(ids)
        } else {
            Err(format!("Invalid Application Data. Unknown application id(s): {}", unknown.join(", ")))
        })
    }

    /// Those that are no entries, or inactive ones that the idea doesn't name yet.
    fn unusable(
        &self,
        session: &mut Session<'_>,
        ids: &[ApplicationId],
    ) -> Result<Vec<ApplicationId>, Error> {
        let mut new: Vec<_> = ids.iter().copied().filter(|id| !self.named.contains(id)).collect();
        let usable = applications::list_usable(session, &new)?;
        new.retain(|id| !usable.contains(id));
        Ok(new)
    }
}
