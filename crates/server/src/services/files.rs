//! Putting files into the store: noted before the first byte, visible with the change that names them, removed if
//! nothing does.

use automation_hub_domain::{
    clock::Timestamp,
    file::{FileName, MediaType},
    id::{FileId, TenantId},
};
use automation_hub_storage::{
    Session, components as stored_components, documents,
    files::{self, NewFile, StoredFile},
    ideas::IdeaKey,
    media,
};

use crate::{
    app::App,
    auth::actor::Actor,
    error::Error,
    files::{Draft, Whole, draw_object},
    services::{components, ideas},
};

/// A file as somebody handed it in, whole in the store and not yet anybody's.
#[derive(Clone, Debug)]
pub struct ReceivedFile {
    pub name: FileName,
    pub media_type: MediaType,
    pub whole: Whole,
}

/// An upload that takes longer than this is taken for dead.
const UPLOAD_HOURS: i64 = 24;
/// Objects removed in one go.
const BATCH: u64 = 100;

/// Notes a new object and begins it.
pub async fn begin(app: &App, tenant: TenantId) -> Result<Draft, Error> {
    let object = draw_object();
    let (noted, now) = (object.clone(), app.clock.now());
    app.store.write(tenant, move |s| files::note_object(s, &noted, now).map_err(Error::from)).await?;
    Ok(app.files.begin(object))
}

/// Ends an object that is being written; if that fails nothing is left of it.
pub async fn finish(app: &App, tenant: TenantId, draft: Draft) -> Result<Whole, Error> {
    let object = draft.object().to_owned();
    let finished = draft.finish().await;
    if finished.is_err() {
        discard(app, tenant, object).await;
    }
    finished
}

/// Makes an object a file, in the transaction of the change that names it.
pub(crate) fn keep(session: &mut Session<'_>, file: &ReceivedFile, now: Timestamp) -> Result<FileId, Error> {
    let new = NewFile {
        object: file.whole.object.clone(),
        name: file.name.as_str().to_owned(),
        media_type: file.media_type.as_str().to_owned(),
        size: file.whole.size,
        digest: file.whole.digest,
        created_at: now,
    };
    files::keep(session, &new)?.ok_or_else(|| Error::Unavailable("the upload was given up meanwhile".into()))
}

/// Gives up an object that is being written.
pub async fn discard_draft(app: &App, tenant: TenantId, draft: Draft) {
    let object = draft.object().to_owned();
    if let Err(error) = draft.abort().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            object,
            "an upload could not be given up yet"
        );
    }
    discard(app, tenant, object).await;
}

/// Gives up an object. What fails here is done by the next [sweep], as the object stays noted.
pub async fn discard(app: &App, tenant: TenantId, object: String) {
    if let Err(error) = remove_now(app, tenant, object.clone()).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            object,
            "an object could not be removed yet"
        );
    }
}

async fn remove_now(app: &App, tenant: TenantId, object: String) -> Result<(), Error> {
    let name = object.clone();
    let condemn = move |s: &mut Session<'_>| files::condemn_object(s, &name).map_err(Error::from);
    // A commit whose answer got lost may have made it a file.
    if app.store.write(tenant, condemn).await? {
        remove(app, tenant, object).await?;
    }
    Ok(())
}

/// First from the store, then from the notes: whatever happens between is repeated.
async fn remove(app: &App, tenant: TenantId, object: String) -> Result<(), Error> {
    app.files.remove(&object).await?;
    app.store.write(tenant, move |s| files::forget_object(s, &object).map_err(Error::from)).await
}

/// Removes what uploads have left behind that never came to an end. Answers how many objects that were.
pub async fn sweep(app: &App, tenant: TenantId, now: Timestamp) -> Result<u64, Error> {
    let noted_before = now.plus_hours(-UPLOAD_HOURS);
    let mut removed = 0;
    loop {
        let condemn = move |s: &mut Session<'_>| files::condemn(s, noted_before, BATCH).map_err(Error::from);
        let objects = app.store.write(tenant, condemn).await?;
        if objects.is_empty() {
            return Ok(removed);
        }
        for object in objects {
            remove(app, tenant, object).await?;
            removed += 1;
        }
    }
}

/// Notes that somebody took a component's file.
pub async fn count_download(app: &App, actor: &Actor, id: FileId) -> Result<(), Error> {
    let write =
        move |s: &mut Session<'_>| -> Result<(), Error> { Ok(stored_components::add_downloads(s, id, 1)?) };
    app.store.write(actor.tenant_id(), write).await
}

/// A file that somebody may read.
#[derive(Clone, Debug)]
pub struct Visible {
    pub file: StoredFile,
    /// Whether it is a component's: these are counted when they are taken.
    pub is_of_component: bool,
}

/// A file the actor may read: whoever may view what it belongs to.
pub async fn get_visible(app: &App, actor: &Actor, id: FileId) -> Result<Visible, Error> {
    let (shared, actor) = (app.clone(), actor.clone());
    app.store
        .read(actor.tenant_id(), move |s| {
            let file = files::find(s, id)?.ok_or(Error::NotFound("file"))?;
            if let Some(version) = stored_components::find_version_of_file(s, id)? {
                let is_seen = components::may_download(&shared, s, &actor, &version)?;
                return if is_seen {
                    Ok(Visible { file, is_of_component: true })
                } else {
                    Err(Error::NotFound("file"))
                };
            }
            let mut idea = documents::find_idea_of_file(s, id)?;
            if idea.is_none() {
                idea = media::find_idea_of_file(s, id)?;
            }
            let idea = idea.ok_or(Error::NotFound("file"))?;
            match ideas::get_visible(&shared, s, &actor, IdeaKey::Id(idea)) {
                Ok(_) => Ok(Visible { file, is_of_component: false }),
                // With its automation a file is gone as well.
                Err(Error::NotFound(_)) => Err(Error::NotFound("file")),
                Err(error) => Err(error),
            }
        })
        .await
}
