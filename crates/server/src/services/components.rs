//! The catalogue of reusable components: handing in, curating, reviewing, and saying where one is used.

mod upload;

use automation_hub_domain::{
    audit::AuditAction,
    component::{ComponentStatus, ComponentUse, Mover},
    id::ComponentId,
    page::{Page, PageRequest},
    permission::Permission,
    review::{COMMENT_LIMIT, Stars},
};
use automation_hub_storage::{
    Session, audit,
    categories::CategoryTree,
    components::{self, Component, ComponentFilter, NewReview, Sight, Version},
    ideas::IdeaKey,
    tenants,
};

use crate::{
    app::App,
    auth::actor::{Actor, Via},
    error::{Denial, Error},
    services::{ideas, scope},
};

pub use upload::{NewComponent, NewContent, Place, upload_component, upload_version};

/// A component with the versions that somebody sees.
#[derive(Clone, Debug)]
pub struct Shown {
    pub component: Component,
    pub versions: Vec<Version>,
}

/// What an actor sees. A tenant-level token sees what is published, everywhere.
fn sight(actor: &Actor, tree: &CategoryTree) -> Sight {
    let reach = |permission| scope::within(tree, actor, &[permission], None);
    let is_tenant_level = actor.user.is_none() && matches!(actor.via, Via::Token(_));
    Sight {
        user: actor.user_id(),
        views: if is_tenant_level { None } else { reach(Permission::ViewComponents) },
        curates: reach(Permission::CurateComponents),
    }
}

/// Components by name, as far as the actor sees them.
pub async fn list_components(
    app: &App,
    actor: &Actor,
    filter: ComponentFilter,
    request: PageRequest,
) -> Result<Page<Shown>, Error> {
    let (shared, actor) = (app.clone(), actor.clone());
    app.store.read(actor.tenant_id(), move |s| list(&shared, s, &actor, &filter, request)).await
}

/// Components that an automation has to do with; the actor has to see the automation, and sees of the
/// components what they see anywhere.
pub async fn list_of_automation(
    app: &App,
    actor: &Actor,
    key: &str,
    request: PageRequest,
) -> Result<Page<Shown>, Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            let filter = ComponentFilter { idea: Some(idea.id), ..ComponentFilter::default() };
            list(&shared, s, &actor, &filter, request)
        })
        .await
}

fn list(
    app: &App,
    session: &mut Session<'_>,
    actor: &Actor,
    filter: &ComponentFilter,
    request: PageRequest,
) -> Result<Page<Shown>, Error> {
    let directory = app.directories.of(session)?;
    let sight = sight(actor, directory.tree());
    let page = components::list(session, &sight, filter, request)?;
    let ids: Vec<_> = page.items.iter().map(|item| item.id).collect();
    let mut versions = components::list_versions(session, &ids)?;
    let items = page.items.into_iter().map(|component| {
        let own = versions.extract_if(.., |version| version.component == component.id).collect();
        shown(&sight, component, own)
    });
    Ok(Page { items: items.collect(), total: page.total, request })
}

/// Authors and curators see all versions, others those that are or were in the catalogue.
fn shown(sight: &Sight, component: Component, mut versions: Vec<Version>) -> Shown {
    let curates = match &sight.curates {
        None => true,
        Some(ids) => ids.contains(&component.category),
    };
    if sight.user != Some(component.author) {
        versions.retain(|version| match version.status {
            ComponentStatus::Published | ComponentStatus::Archived => true,
            status => curates && status.is_seen_by_curators(),
        });
    }
    Shown { component, versions }
}

/// Whether the actor may have a version's file: what isn't in the catalogue is its author's and its curators'.
pub(crate) fn may_download(
    app: &App,
    session: &mut Session<'_>,
    actor: &Actor,
    version: &Version,
) -> Result<bool, Error> {
    let directory = app.directories.of(session)?;
    let sight = sight(actor, directory.tree());
    let Some(component) = components::find(session, &sight, version.component)? else { return Ok(false) };
    let is_author = sight.user == Some(component.author);
    let shown = shown(&sight, component, vec![version.clone()]);
    Ok(is_author || shown.versions.iter().any(|version| version.status != ComponentStatus::Archived))
}

/// What an actor sees, asked in a session that writes.
fn sight_of_writer(app: &App, session: &mut Session<'_>, actor: &Actor) -> Result<Sight, Error> {
    let versions = tenants::versions(session)?;
    let (directory, _) = app.directories.of_writer(session, versions)?;
    Ok(sight(actor, directory.tree()))
}

fn get(app: &App, session: &mut Session<'_>, actor: &Actor, id: ComponentId) -> Result<Shown, Error> {
    let sight = sight_of_writer(app, session, actor)?;
    let component = components::find(session, &sight, id)?.ok_or(Error::NotFound("component"))?;
    let versions = components::list_versions(session, &[id])?;
    Ok(shown(&sight, component, versions))
}

/// Takes a version a step on its way through curation.
pub async fn move_version(
    app: &App,
    actor: &Actor,
    id: ComponentId,
    number: i64,
    next: ComponentStatus,
) -> Result<(), Error> {
    let (shared, actor, now) = (app.clone(), actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| {
            let shown = get(&shared, s, &actor, id)?;
            let version = shown.versions.iter().find(|version| version.number == number);
            let version = version.ok_or(Error::NotFound("version"))?;
            let Some(mover) = version.status.mover(next) else {
                let (from, to) = (version.status.name(), next.name());
                return Err(Error::Conflict(format!("A version can't go from {from} to {to}.").into()));
            };
            require_mover(&actor, &shown.component, version, mover)?;
            let curator = match mover {
                Mover::Author => None,
                Mover::Curator | Mover::Reviewer => actor.user_id(),
            };
            if !components::set_version_status(s, version, next, curator, now)? {
                return Err(Error::Stale);
            }
            let name = &shown.component.name;
            let mut event = actor.event(now, AuditAction::COMPONENT_MOVE, ("component", id.get()), name);
            event.before = Some(status_text(version, version.status));
            event.after = Some(status_text(version, next));
            Ok(audit::insert(s, &event)?)
        })
        .await
}

fn status_text(version: &Version, status: ComponentStatus) -> String {
    serde_json::json!({ "version": version.name, "status": status.key() }).to_string()
}

fn require_mover(actor: &Actor, component: &Component, version: &Version, mover: Mover) -> Result<(), Error> {
    let user = actor.user()?.id;
    let (permission, is_theirs) = match mover {
        Mover::Author => (Permission::UploadComponent, component.author == user),
        Mover::Curator => (Permission::CurateComponents, true),
        Mover::Reviewer => (Permission::CurateComponents, version.curator == Some(user)),
    };
    if !is_theirs {
        return Err(Error::Forbidden(Denial::Permission(permission)));
    }
    actor.require_in(permission, &[component.category])
}

/// Says that an automation the actor may edit uses a component, or that it was built for it.
pub async fn link_component(
    app: &App,
    actor: &Actor,
    id: ComponentId,
    key: &str,
    component_use: ComponentUse,
) -> Result<(), Error> {
    let (shared, actor, now, key) = (app.clone(), actor.clone(), app.clock.now(), key.to_owned());
    app.store
        .write(actor.tenant_id(), move |s| {
            let idea = ideas::get_editable(&shared, s, &actor, IdeaKey::parse(&key))?;
            let shown = get(&shared, s, &actor, id)?;
            components::link(s, id, idea.id, component_use)?;
            let name = &shown.component.name;
            let mut event = actor.event(now, AuditAction::COMPONENT_LINK, ("component", id.get()), name);
            event.after =
                Some(serde_json::json!({ "idea": idea.id.get(), "use": component_use.key() }).to_string());
            Ok(audit::insert(s, &event)?)
        })
        .await
}

/// Takes such a link back.
pub async fn unlink_component(app: &App, actor: &Actor, id: ComponentId, key: &str) -> Result<(), Error> {
    let (shared, actor, now, key) = (app.clone(), actor.clone(), app.clock.now(), key.to_owned());
    app.store
        .write(actor.tenant_id(), move |s| {
            let idea = ideas::get_editable(&shared, s, &actor, IdeaKey::parse(&key))?;
            let shown = get(&shared, s, &actor, id)?;
            if !components::unlink(s, id, idea.id)? {
                return Err(Error::NotFound("link"));
            }
            let name = &shown.component.name;
            let mut event = actor.event(now, AuditAction::COMPONENT_UNLINK, ("component", id.get()), name);
            event.before = Some(serde_json::json!({ "idea": idea.id.get() }).to_string());
            Ok(audit::insert(s, &event)?)
        })
        .await
}

/// Writes the actor's review of a published component, in the place of an earlier one of theirs.
pub async fn review_component(
    app: &App,
    actor: &Actor,
    id: ComponentId,
    stars: Stars,
    comment: String,
) -> Result<(), Error> {
    check_comment(&comment)?;
    let (shared, actor, now) = (app.clone(), actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| {
            let user = actor.user()?.id;
            let shown = get(&shared, s, &actor, id)?;
            if shown.component.status != ComponentStatus::Published {
                return Err(Error::Conflict("Only a published component can be reviewed.".into()));
            }
            let review = NewReview { user, stars, comment: comment.trim().to_owned(), at: now };
            components::put_review(s, id, &review)?;
            let name = &shown.component.name;
            let mut event = actor.event(now, AuditAction::COMPONENT_REVIEW, ("component", id.get()), name);
            event.after = Some(serde_json::json!({ "stars": stars.get() }).to_string());
            Ok(audit::insert(s, &event)?)
        })
        .await
}

pub(crate) fn check_comment(comment: &str) -> Result<(), Error> {
    if comment.chars().count() > COMMENT_LIMIT {
        return Err(Error::invalid("comment", format!("At most {COMMENT_LIMIT} characters.")));
    }
    Ok(())
}
