//! What the sample's change requests change.

use automation_hub_domain::text;
use automation_hub_storage::{
    Session,
    ideas::{self, IdeaKey},
};

use super::{Workshop, organization::Directory};
use crate::{error::Error, forms::Forms, sample, wire};

/// Names the automation that each of the written change requests is about, as `CR-PARENT` does.
pub(super) async fn name(workshop: &Workshop<'_>, directory: &Directory) -> anyhow::Result<()> {
    let work = move |s: &mut Session<'_>| -> Result<(), Error> {
        let forms = Forms::default().of(s)?;
        for (request, changed) in sample::change_requests() {
            let changed = ideas::find(s, IdeaKey::Slug(&text::slug(changed)))?;
            let request = ideas::find_to_change(s, IdeaKey::Slug(&text::slug(request)))?;
            let (Some(request), Some(changed)) = (request, changed) else { continue };
            let mut named = request.clone();
            named.content.parent = Some(changed.id);
            ideas::update(s, &request, &named, &wire::own_members(&named, &forms))?;
        }
        Ok(())
    };
    Ok(workshop.store.write(directory.tenant, work).await?)
}
