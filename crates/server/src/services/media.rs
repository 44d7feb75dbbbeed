//! Pictures and videos of automations. What one is, its content says; what it is called by doesn't count.

use automation_hub_domain::{
    audit::AuditAction,
    file::MediaType,
    id::{FileId, IdeaId, MediaId},
    page::{Page, PageRequest},
    text,
};
use automation_hub_storage::{
    audit,
    ideas::IdeaKey,
    media::{self, Media, NewMedia},
};

use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::{
        files::{self, ReceivedFile},
        ideas,
    },
};

const TITLE_LIMIT: usize = 255;

/// A picture or video as somebody hands it in.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// The file's name unless given.
    pub title: Option<String>,
    pub file: ReceivedFile,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    pub media: MediaId,
    pub file: FileId,
}

/// Adds a picture or video to an automation the actor may edit. If it is refused, its file is given up.
pub async fn add_media(app: &App, actor: &Actor, idea: IdeaId, new: NewSubmission) -> Result<Added, Error> {
    let object = new.file.whole.object.clone();
    let added = match check(app, new) {
        Ok(new) => insert(app, actor, idea, new).await,
        Err(violations) => Err(Error::Invalid(violations)),
    };
    if added.is_err() {
        files::discard(app, actor.tenant_id(), object).await;
    }
    added
}

fn check(app: &App, mut new: NewSubmission) -> Result<NewSubmission, Violations> {
    let mut violations = Violations::default();
    if let Some(title) = &new.title {
        violations.check("media_title", text::optional_line(title, TITLE_LIMIT));
    }
    match recognise(&new.file.whole.head) {
        Some(media_type) => new.file.media_type = media_type,
        None => violations
            .add("file", "A picture (PNG, JPEG, GIF, WebP, AVIF) or a video (MP4, WebM, MOV) is needed."),
    }
    let limit = app.config.files.media_limit_bytes;
    if new.file.whole.size > limit {
        violations.add("file", format!("At most {limit} bytes; this has {}.", new.file.whole.size));
    }
    if violations.is_empty() { Ok(new) } else { Err(violations) }
}

/// What a file is by its first bytes, if it is a picture or video that browsers show.
fn recognise(head: &[u8]) -> Option<MediaType> {
    let kind = infer::get(head)?;
    let is_seen = matches!(kind.matcher_type(), infer::MatcherType::Image | infer::MatcherType::Video);
    Some(MediaType::parse(kind.mime_type())).filter(|media_type| is_seen && media_type.is_shown_in_place())
}

async fn insert(app: &App, actor: &Actor, idea: IdeaId, new: NewSubmission) -> Result<Added, Error> {
    let (shared, actor, now) = (app.clone(), actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| {
            // Rights may have changed while the file was on its way.
            let idea = ideas::get_editable(&shared, s, &actor, IdeaKey::Id(idea))?;
            let file = files::keep(s, &new.file, now)?;
            let title = new.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
            let row = NewMedia {
                idea: idea.id,
                title: title.unwrap_or(new.file.name.as_str()).to_owned(),
                file,
                author: actor.user_id(),
                created_at: now,
            };
            let media = media::insert(s, &row)?;
            let mut event = actor.event(now, AuditAction::MEDIA_CREATE, ("media", media.get()), &row.title);
            let after = serde_json::json!({
                "idea": idea.id.get(),
                "name": new.file.name.as_str(),
                "size": new.file.whole.size,
            });
            event.after = Some(after.to_string());
            audit::insert(s, &event)?;
            Ok(Added { media, file })
        })
        .await
}

/// Pictures and videos of an automation the actor may view.
pub async fn list_media(
    app: &App,
    actor: &Actor,
    key: &str,
    request: PageRequest,
) -> Result<Page<Media>, Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            Ok(media::list(s, idea.id, request)?)
        })
        .await
}
