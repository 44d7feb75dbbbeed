//! What hangs on sample ideas: documents with their files, people and tags, plans, components, and the Automation Store.
//! Made once.

use std::collections::HashMap;

use automation_hub_domain::{
    clock::Timestamp,
    collaborator::Collaborator,
    component::{ComponentStatus, ComponentType, ComponentUse},
    document::DocumentType,
    id::{IdeaId, TenantId, UserId},
    page::PageRequest,
    review::Stars,
    tag::Tag,
    text,
};
use automation_hub_storage::{
    Session, StorageError, collaborators,
    components::{self, ComponentFilter, NewComponent, NewReview, NewVersion, Sight, VersionContent},
    documents::{self, Content, NewDocument},
    files::{self, NewFile},
    ideas::{self, IdeaKey},
    listings::{self, NewListing},
    tags,
};
use bytes::Bytes;

use super::{Workshop, organization::Directory, parents, plans};
use crate::{
    files::{Whole, draw_object},
    sample::{
        self, SampleComponent, SampleContent, SampleDocument, SampleDocumentContent, SampleListing,
        SampleReview, SampleTeam, SampleVersion,
    },
};

pub(super) async fn furnish(workshop: &Workshop<'_>, directory: &Directory) -> anyhow::Result<()> {
    if is_furnished(workshop, directory.tenant).await? {
        return Ok(());
    }
    for document in sample::documents() {
        add_document(workshop, directory, document).await?;
    }
    for team in sample::teams() {
        add_team(workshop, directory, team).await?;
    }
    for listing in sample::listings() {
        add_listing(workshop, directory, listing).await?;
    }
    parents::name(workshop, directory).await?;
    plans::enter(workshop, directory).await?;
    // Last, as it is by them that a later start sees that everything is there.
    for component in sample::components() {
        add_component(workshop, directory, component).await?;
    }
    Ok(())
}

async fn is_furnished(workshop: &Workshop<'_>, tenant: TenantId) -> Result<bool, StorageError> {
    let everything = Sight { user: None, views: None, curates: None };
    let work = move |s: &mut Session<'_>| {
        components::list(s, &everything, &ComponentFilter::default(), PageRequest { offset: 0, limit: 1 })
    };
    Ok(workshop.store.read(tenant, work).await?.total > 0)
}

/// Files come one by one through the store, as uploads do.
async fn store_file(workshop: &Workshop<'_>, tenant: TenantId, bytes: Vec<u8>) -> anyhow::Result<Whole> {
    let (object, now) = (draw_object(), workshop.now);
    let noted = object.clone();
    workshop.store.write(tenant, move |s| files::note_object(s, &noted, now)).await?;
    let mut draft = workshop.files.begin(object);
    draft.write(Bytes::from(bytes)).await?;
    Ok(draft.finish().await?)
}

fn new_file(whole: &Whole, name: &str, media_type: &str, created_at: Timestamp) -> NewFile {
    NewFile {
        object: whole.object.clone(),
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        size: whole.size,
        digest: whole.digest,
        created_at,
    }
}

fn keep(session: &mut Session<'_>, new: &NewFile) -> Result<automation_hub_domain::id::FileId, StorageError> {
    files::keep(session, new)?.ok_or(StorageError::Busy)
}

fn idea(session: &mut Session<'_>, name: &str) -> Result<Option<IdeaId>, StorageError> {
    let slug = text::slug(name);
    Ok(ideas::find(session, IdeaKey::Slug(&slug))?.map(|idea| idea.id))
}

async fn add_document(
    workshop: &Workshop<'_>,
    directory: &Directory,
    document: &'static SampleDocument,
) -> anyhow::Result<()> {
    let (tenant, at) = (directory.tenant, days_ago(workshop.now, document.days_ago));
    let author = directory.people.get(document.author).copied();
    let Some(document_type) = DocumentType::from_id(document.type_id) else { return Ok(()) };
    let has_idea = workshop.store.read(tenant, |s| idea(s, document.idea)).await?.is_some();
    if !has_idea {
        return Ok(());
    }
    let file = match document.content.file() {
        Some((name, media_type, bytes)) => {
            let whole = store_file(workshop, tenant, bytes).await?;
            Some(new_file(&whole, name, media_type, at))
        }
        None => None,
    };
    let work = move |s: &mut Session<'_>| -> Result<(), StorageError> {
        let Some(idea) = idea(s, document.idea)? else { return Ok(()) };
        let content = match (&file, document.content) {
            (Some(file), _) => Content::File(keep(s, file)?),
            (None, SampleDocumentContent::Link(link)) => Content::Link(link.to_owned()),
            (None, _) => return Ok(()),
        };
        let new = NewDocument {
            idea,
            document_type,
            title: document.title.to_owned(),
            description: document.description.to_owned(),
            content,
            author,
            created_at: at,
        };
        documents::insert(s, &new).map(drop)
    };
    workshop.store.write(tenant, work).await?;
    Ok(())
}

async fn add_team(
    workshop: &Workshop<'_>,
    directory: &Directory,
    team: &'static SampleTeam,
) -> anyhow::Result<()> {
    let people = directory.people.clone();
    let work = move |s: &mut Session<'_>| -> Result<(), StorageError> {
        let Some(idea) = ideas::find_to_change(s, IdeaKey::Slug(&text::slug(team.idea)))? else {
            return Ok(());
        };
        let roles = collaborators::roles(s)?;
        let members = team.collaborators.iter().filter_map(|(email, role)| {
            let role = roles.iter().find(|known| known.slug == *role)?.id;
            Some(Collaborator { user: *people.get(email)?, role })
        });
        // When the idea was last worked on stays as the sample has it.
        collaborators::add(s, idea.id, &members.collect::<Vec<_>>(), idea.updated_at)?;
        let tags: Vec<_> = team.tags.iter().filter_map(|text| Tag::parse(text).ok()).collect();
        tags::set(s, idea.id, &tags, idea.updated_at).map(drop)
    };
    workshop.store.write(directory.tenant, work).await?;
    Ok(())
}

async fn add_listing(
    workshop: &Workshop<'_>,
    directory: &Directory,
    listing: &'static SampleListing,
) -> anyhow::Result<()> {
    let now = workshop.now;
    let people = directory.people.clone();
    let work = move |s: &mut Session<'_>| -> Result<(), StorageError> {
        let Some(idea) = idea(s, listing.idea)? else { return Ok(()) };
        let new = NewListing {
            idea,
            summary: listing.summary.to_owned(),
            published_by: people.get(listing.published_by).copied(),
            published_at: days_ago(now, listing.days_ago),
        };
        listings::publish(s, &new)?;
        for review in listing.reviews {
            if let Some(review) = new_review(&people, review, now) {
                listings::put_review(s, idea, &review)?;
            }
        }
        Ok(())
    };
    workshop.store.write(directory.tenant, work).await?;
    Ok(())
}

async fn add_component(
    workshop: &Workshop<'_>,
    directory: &Directory,
    component: &'static SampleComponent,
) -> anyhow::Result<()> {
    let (tenant, now) = (directory.tenant, workshop.now);
    let Some(new) = new_component(directory, component, now) else { return Ok(()) };
    let mut contents = Vec::new();
    for version in component.versions {
        let file = match version.content {
            SampleContent::Link(_) => None,
            SampleContent::Workflow(name) => {
                let whole = store_file(workshop, tenant, sample::workflow(name).into_bytes()).await?;
                let at = days_ago(now, version.days_ago);
                Some(new_file(&whole, &format!("{name}.xaml"), "application/xaml+xml", at))
            }
        };
        contents.push((version, file));
    }
    let people = directory.people.clone();
    let curator = people.get(sample::CURATOR).copied();
    let work = move |s: &mut Session<'_>| -> Result<(), StorageError> {
        let id = components::insert(s, &new)?;
        for (version, file) in &contents {
            add_version(s, id, version, file.as_ref(), (curator, now))?;
        }
        for review in component.reviews {
            if let Some(review) = new_review(&people, review, now) {
                components::put_review(s, id, &review)?;
            }
        }
        for name in component.used_by {
            if let Some(idea) = idea(s, name)? {
                components::link(s, id, idea, ComponentUse::UsedBy)?;
            }
        }
        Ok(())
    };
    workshop.store.write(tenant, work).await?;
    Ok(())
}

fn new_review(
    people: &HashMap<&'static str, UserId>,
    review: &SampleReview,
    now: Timestamp,
) -> Option<NewReview> {
    Some(NewReview {
        user: *people.get(review.author)?,
        stars: Stars::new(review.stars.into())?,
        comment: review.comment.to_owned(),
        at: days_ago(now, review.days_ago),
    })
}

/// None where it refers to something that is no longer there.
fn new_component(directory: &Directory, component: &SampleComponent, now: Timestamp) -> Option<NewComponent> {
    let first = component.versions.first()?;
    let applications = component.applications.iter();
    Some(NewComponent {
        name: component.name.to_owned(),
        summary: component.summary.to_owned(),
        description: component.description.to_owned(),
        component_type: ComponentType::from_key(component.component_type)?,
        category: *directory.categories.get(component.category)?,
        applications: applications.filter_map(|&name| directory.applications.get(name).copied()).collect(),
        benefits: String::new(),
        dependencies: component.dependencies.to_owned(),
        compatibility: String::new(),
        author: *directory.people.get(component.author)?,
        created_at: days_ago(now, first.days_ago),
    })
}

/// Puts a version where the sample has it, step by step is not needed.
fn add_version(
    session: &mut Session<'_>,
    component: automation_hub_domain::id::ComponentId,
    version: &SampleVersion,
    file: Option<&NewFile>,
    (curator, now): (Option<UserId>, Timestamp),
) -> Result<(), StorageError> {
    let created_at = days_ago(now, version.days_ago);
    let content = match (file, version.content) {
        (Some(file), _) => VersionContent::File(keep(session, file)?),
        (None, SampleContent::Link(link)) => VersionContent::Link(link.to_owned()),
        (None, SampleContent::Workflow(_)) => return Ok(()),
    };
    let new = NewVersion { component, name: version.name.to_owned(), content: content.clone(), created_at };
    components::insert_version(session, &new)?;
    let Some(status) = ComponentStatus::from_key(version.status) else { return Ok(()) };
    let versions = components::list_versions(session, &[component])?;
    if let Some(newest) = versions.last()
        && status != ComponentStatus::Draft
    {
        components::set_version_status(session, newest, status, curator, created_at.plus_days(1))?;
    }
    if let VersionContent::File(file) = content {
        components::add_downloads(session, file, version.downloads.into())?;
    }
    Ok(())
}

fn days_ago(now: Timestamp, days: u32) -> Timestamp {
    now.plus_days(-i64::from(days))
}
