//! Handing in components and their versions.

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    component::{ComponentType, FILE_ENDINGS, FILE_LIMIT, SUMMARY_LIMIT},
    document,
    id::{ApplicationId, CategoryId, ComponentId},
    permission::Permission,
    text,
};
use automation_hub_storage::{
    Constraint, Session, StorageError, audit,
    components::{self, NewVersion, VersionContent},
    tenants,
};

use super::get;
use crate::{
    app::App,
    auth::actor::Actor,
    error::{Denial, Error, Violations},
    services::files::{self, ReceivedFile},
};

const NAME_LIMIT: usize = 100;
const VERSION_LIMIT: usize = 50;
const TEXT_LIMIT: usize = 10_000;

/// A component as its author hands it in, with its first version.
#[derive(Clone, Debug)]
pub struct NewComponent {
    pub name: String,
    pub summary: String,
    pub description: String,
    pub component_type: ComponentType,
    /// Of the first level.
    pub category: CategoryId,
    pub applications: Vec<ApplicationId>,
    pub benefits: String,
    pub dependencies: String,
    pub compatibility: String,
    pub version: NewContent,
}

/// A version's name and where its content is.
#[derive(Clone, Debug)]
pub struct NewContent {
    pub name: String,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub enum Place {
    File(ReceivedFile),
    Link(String),
}

/// Hands in a component as a draft. If it is refused, its file is given up.
pub async fn upload_component(app: &App, actor: &Actor, new: NewComponent) -> Result<ComponentId, Error> {
    let object = object(&new.version);
    let mut violations = Violations::default();
    check(&new, &mut violations);
    let added = match violations.into_result() {
        Ok(()) => insert(app, actor, new).await,
        Err(error) => Err(error),
    };
    give_up_if_refused(app, actor, added, object).await
}

fn object(content: &NewContent) -> Option<String> {
    match &content.place {
        Place::File(file) => Some(file.whole.object.clone()),
        Place::Link(_) => None,
    }
}

async fn give_up_if_refused<T>(
    app: &App,
    actor: &Actor,
    result: Result<T, Error>,
    object: Option<String>,
) -> Result<T, Error> {
    if let (Err(_), Some(object)) = (&result, object) {
        files::discard(app, actor.tenant_id(), object).await;
    }
    result
}

fn check(new: &NewComponent, violations: &mut Violations) {
    violations.check("name", text::line(&new.name, NAME_LIMIT));
    violations.check("summary", text::optional_line(&new.summary, SUMMARY_LIMIT));
    for (field, value) in [
        ("description", &new.description),
        ("benefits", &new.benefits),
        ("dependencies", &new.dependencies),
        ("compatibility", &new.compatibility),
    ] {
        if value.chars().count() > TEXT_LIMIT {
            violations.add(field, format!("At most {TEXT_LIMIT} characters."));
        }
    }
    check_content(&new.version, violations);
}

fn check_content(content: &NewContent, violations: &mut Violations) {
    violations.check("version", text::line(&content.name, VERSION_LIMIT));
    match &content.place {
        Place::Link(link) => {
            violations.check("link", document::link(link));
        }
        Place::File(file) => {
            let ending = file.name.extension().unwrap_or_default();
            if !FILE_ENDINGS.iter().any(|allowed| allowed.eq_ignore_ascii_case(ending)) {
                violations.add("file", format!("A file ending in {} is needed.", FILE_ENDINGS.join(", ")));
            }
            if file.whole.size > FILE_LIMIT {
                violations.add("file", format!("At most {FILE_LIMIT} bytes; this has {}.", file.whole.size));
            }
        }
    }
}

async fn insert(app: &App, actor: &Actor, new: NewComponent) -> Result<ComponentId, Error> {
    let (shared, actor, now) = (app.clone(), actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| {
            let author = actor.user()?.id;
            let versions = tenants::versions(s)?;
            let (directory, _) = shared.directories.of_writer(s, versions)?;
            let category = directory.tree().find(new.category).filter(|node| node.is_active);
            if category.is_none_or(|node| node.parent.is_some()) {
                return Err(Error::invalid("category", "An active category of the first level is needed."));
            }
            actor.require_in(Permission::UploadComponent, &[new.category])?;
            let row = components::NewComponent {
                name: new.name.trim().to_owned(),
                summary: new.summary.trim().to_owned(),
                description: new.description.clone(),
                component_type: new.component_type,
                category: new.category,
                applications: new.applications.clone(),
                benefits: new.benefits.clone(),
                dependencies: new.dependencies.clone(),
                compatibility: new.compatibility.clone(),
                author,
                created_at: now,
            };
            let id = components::insert(s, &row).map_err(|error| match error {
                StorageError::Conflict(Constraint::Reference) => {
                    Error::invalid("applications", "One of them isn't in the inventory.")
                }
                other => other.into(),
            })?;
            add_version(s, id, &new.version, now)?;
            let mut event =
                actor.event(now, AuditAction::COMPONENT_CREATE, ("component", id.get()), &row.name);
            event.after = Some(
                serde_json::json!({ "type": row.component_type.key(), "version": new.version.name })
                    .to_string(),
            );
            audit::insert(s, &event)?;
            Ok(id)
        })
        .await
}

fn add_version(
    session: &mut Session<'_>,
    component: ComponentId,
    content: &NewContent,
    now: Timestamp,
) -> Result<i64, Error> {
    let place = match &content.place {
        Place::File(file) => VersionContent::File(files::keep(session, file, now)?),
        Place::Link(link) => VersionContent::Link(link.clone()),
    };
    let new = NewVersion { component, name: content.name.trim().to_owned(), content: place, created_at: now };
    Ok(components::insert_version(session, &new)?)
}

/// Begins the next version of one's own component, once none is on its way any more. Answers its number.
pub async fn upload_version(
    app: &App,
    actor: &Actor,
    id: ComponentId,
    content: NewContent,
) -> Result<i64, Error> {
    let object = object(&content);
    let mut violations = Violations::default();
    check_content(&content, &mut violations);
    let added = match violations.into_result() {
        Ok(()) => insert_version(app, actor, id, content).await,
        Err(error) => Err(error),
    };
    give_up_if_refused(app, actor, added, object).await
}

async fn insert_version(
    app: &App,
    actor: &Actor,
    id: ComponentId,
    content: NewContent,
) -> Result<i64, Error> {
    let (shared, actor, now) = (app.clone(), actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| {
            let shown = get(&shared, s, &actor, id)?;
            if actor.user_id() != Some(shown.component.author) {
                return Err(Error::Forbidden(Denial::Permission(Permission::UploadComponent)));
            }
            actor.require_in(Permission::UploadComponent, &[shown.component.category])?;
            if shown.versions.iter().any(|version| version.status.is_open()) {
                return Err(Error::Conflict("Another version is on its way.".into()));
            }
            let number = add_version(s, id, &content, now)?;
            let name = &shown.component.name;
            let mut event =
                actor.event(now, AuditAction::COMPONENT_ADD_VERSION, ("component", id.get()), name);
            event.after = Some(serde_json::json!({ "version": content.name }).to_string());
            audit::insert(s, &event)?;
            Ok(number)
        })
        .await
}
