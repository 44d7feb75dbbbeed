//! The Automation Store: live automations published for everybody, and what people say of them.

use automation_hub_domain::{
    audit::AuditAction,
    id::UserId,
    lifecycle,
    page::{Page, PageRequest},
    permission::Permission,
    review::Stars,
    text,
    user::User,
};
use automation_hub_storage::{
    Session, audit,
    components::{NewReview, Review},
    ideas::IdeaKey,
    listings::{self, Listing, ListingFilter, NewListing},
    users,
};

use crate::{
    app::App,
    auth::actor::Actor,
    error::Error,
    services::{components::check_comment, ideas, scope},
};

const SUMMARY_LIMIT: usize = 500;

/// A review with whoever wrote it.
#[derive(Clone, Debug)]
pub struct Signed {
    pub review: Review,
    pub user: Option<User>,
}

/// Publishes a live automation that the actor may edit.
pub async fn publish(app: &App, actor: &Actor, key: &str, summary: String) -> Result<(), Error> {
    text::line(&summary, SUMMARY_LIMIT).map_err(|error| Error::invalid("summary", error.to_string()))?;
    let (shared, actor, now, key) = (app.clone(), actor.clone(), app.clock.now(), key.to_owned());
    app.store
        .write(actor.tenant_id(), move |s| {
            let idea = ideas::get_editable(&shared, s, &actor, IdeaKey::parse(&key))?;
            if idea.phase != lifecycle::LIVE {
                return Err(Error::Conflict("Only a live automation can be published.".into()));
            }
            let new = NewListing {
                idea: idea.id,
                summary: summary.trim().to_owned(),
                published_by: actor.user_id(),
                published_at: now,
            };
            if !listings::publish(s, &new)? {
                return Err(Error::Conflict("The automation is published already.".into()));
            }
            let event = actor.event(now, AuditAction::IDEA_PUBLISH, ("idea", idea.id.get()), &idea.name);
            Ok(audit::insert(s, &event)?)
        })
        .await
}

/// Takes an automation out of the store; its reviews wait for its return.
pub async fn withdraw(app: &App, actor: &Actor, key: &str) -> Result<(), Error> {
    let (shared, actor, now, key) = (app.clone(), actor.clone(), app.clock.now(), key.to_owned());
    app.store
        .write(actor.tenant_id(), move |s| {
            let idea = ideas::get_editable(&shared, s, &actor, IdeaKey::parse(&key))?;
            if !listings::withdraw(s, idea.id, now)? {
                return Err(Error::Conflict("The automation isn't published.".into()));
            }
            let event = actor.event(now, AuditAction::IDEA_WITHDRAW, ("idea", idea.id.get()), &idea.name);
            Ok(audit::insert(s, &event)?)
        })
        .await
}

/// Writes the actor's review of a published automation, in the place of an earlier one of theirs.
pub async fn review(app: &App, actor: &Actor, key: &str, stars: Stars, comment: String) -> Result<(), Error> {
    check_comment(&comment)?;
    let (shared, actor, now, key) = (app.clone(), actor.clone(), app.clock.now(), key.to_owned());
    app.store
        .write(actor.tenant_id(), move |s| {
            let user = actor.user()?.id;
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            if !listings::is_published(s, idea.id)? {
                return Err(Error::Conflict("Only a published automation can be reviewed.".into()));
            }
            let review = NewReview { user, stars, comment: comment.trim().to_owned(), at: now };
            listings::put_review(s, idea.id, &review)?;
            let mut event = actor.event(now, AuditAction::IDEA_REVIEW, ("idea", idea.id.get()), &idea.name);
            event.after = Some(serde_json::json!({ "stars": stars.get() }).to_string());
            Ok(audit::insert(s, &event)?)
        })
        .await
}

/// Published automations in the categories the actor may see, the newest first.
pub async fn list(
    app: &App,
    actor: &Actor,
    search: Option<String>,
    request: PageRequest,
) -> Result<Page<Listing>, Error> {
    actor.require(Permission::Explore)?;
    let (shared, actor) = (app.clone(), actor.clone());
    app.store
        .read(actor.tenant_id(), move |s| {
            let directory = shared.directories.of(s)?;
            let categories = scope::visible(directory.tree(), &actor, None);
            let filter = ListingFilter { categories, search: search.clone() };
            Ok(listings::list(s, &filter, request)?)
        })
        .await
}

/// Reviews of an automation the actor may view; none unless it is published.
pub async fn list_reviews(
    app: &App,
    actor: &Actor,
    key: &str,
    request: PageRequest,
) -> Result<Page<Signed>, Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            let page = listings::list_reviews(s, idea.id, request)?;
            let mut items = Vec::with_capacity(page.items.len());
            for review in page.items {
                let user = person(s, review.user)?;
                items.push(Signed { review, user });
            }
            Ok(Page { items, total: page.total, request })
        })
        .await
}

fn person(session: &mut Session<'_>, id: UserId) -> Result<Option<User>, Error> {
    Ok(users::find(session, id)?)
}
