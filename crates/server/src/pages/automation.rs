//! The page of one automation: what it is, where it stands, how it scores and why, and who is on it.

pub mod documentation;
pub mod view;

use std::sync::Arc;

use askama::Template;
use automation_hub_domain::{
    id::{ApplicationId, CategoryId},
    idea::{Idea, IdeaContent},
    permission::Permission,
    rich_text,
};
use automation_hub_storage::{
    Session, StorageError, applications,
    ideas::{self, IdeaKey},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
};

use crate::{
    app::App,
    auth::actor::Actor,
    error::Error,
    forms::TenantForms,
    pages::{
        catalogue::{Catalogue, People},
        error::PageError,
        format::{self, Format, Moment},
        html,
        pipeline::view::{Score, profile_path},
        shell::{Section, Shell},
        visit::SignedIn,
    },
};

use view::{Benefit, Fact, Role, ScorePanel, Step};

/// Below a tenant's base. Takes an id too, and leads on to the slug.
pub const PATH: &str = "/automation-profile/{slug}";

#[derive(Template)]
#[template(path = "automation.html")]
struct AutomationPage {
    shell: Shell,
    /// This page's address, for whoever may go on to its other tabs.
    tabs: Option<String>,
    name: String,
    number: String,
    category: String,
    submitter: Option<String>,
    submitted: Moment,
    updated: Moment,
    steps: Vec<Step>,
    description: Vec<String>,
    pain_points: Vec<String>,
    facts: Vec<Fact>,
    scores: Option<ScorePanel>,
    potential: Option<Score>,
    ease: Option<Score>,
    benefit: Option<Benefit>,
    people: Vec<Role>,
}

/// What is read for the page at one moment.
struct Found {
    idea: Idea,
    catalogue: Catalogue,
    forms: Arc<TenantForms>,
    people: People,
    applications: Vec<String>,
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let key = key_of(&params);
    let found = find(&app, actor, key.clone()).await?.ok_or(Error::NotFound("automation"))?;
    let path = found.catalogue.categories().path_ids(found.idea.category);
    require(actor, &found.idea, &path)?;
    let address = profile_path(&signed_in.visit.base(), &found.idea.slug);
    if found.idea.slug != key {
        return Ok(html::see_other(&address));
    }
    let may_explore = actor.require_in(Permission::Explore, &path).is_ok();
    let number = format::idea_number(found.idea.id);
    let shell = Shell::of(&signed_in.visit, Section::Pipeline).ok_or(Error::SignedOut)?.below(number);
    let format = Format::of(&actor.tenant, app.clock.now());
    html::page(&AutomationPage::new((shell, may_explore.then_some(address)), &found, &format))
}

/// The slug or id in the address.
fn key_of(params: &RawPathParams) -> String {
    let slug = params.iter().find(|(name, _)| *name == "slug");
    slug.map(|(_, value)| value.to_owned()).unwrap_or_default()
}

async fn find(app: &App, actor: &Actor, key: String) -> Result<Option<Found>, Error> {
    let shared = app.clone();
    app.store
        .scan(actor.tenant_id(), move |s| -> Result<_, Error> {
            let Some(idea) = ideas::find(s, IdeaKey::parse(&key))? else { return Ok(None) };
            let catalogue = Catalogue::read(&shared.directories, s)?;
            let people =
                People::read(&catalogue, s, [Some(idea.submitter), idea.owner].into_iter().flatten())?;
            let applications = application_names(s, &idea.content.applications)?;
            Ok(Some(Found { idea, catalogue, forms: shared.forms.of(s)?, people, applications }))
        })
        .await
}

fn application_names(s: &mut Session<'_>, ids: &[ApplicationId]) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::with_capacity(ids.len());
    for &id in ids {
        names.extend(applications::find_name(s, id)?);
    }
    Ok(names)
}

/// Whoever may explore its category sees it, and so do those who submitted or own it.
fn require(actor: &Actor, idea: &Idea, categories: &[CategoryId]) -> Result<(), Error> {
    let user = actor.user()?.id;
    if idea.submitter == user || idea.owner == Some(user) {
        return Ok(());
    }
    actor.require_in(Permission::Explore, categories)
}

/// All that the answers make, for explaining the score: what was stored before there were formulas has the score
/// alone.
fn worked_out(found: &Found) -> IdeaContent {
    let mut content = found.idea.content.clone();
    found.forms.work_out(found.idea.submission_type, &mut content, None);
    content
}

impl AutomationPage {
    fn new((shell, tabs): (Shell, Option<String>), found: &Found, format: &Format) -> Self {
        let Found { idea, catalogue, forms, people, applications } = found;
        let content = &idea.content;
        let score = Score::of;
        Self {
            shell,
            tabs,
            name: idea.name.clone(),
            number: format::idea_number(idea.id),
            category: catalogue.category_words(idea.category),
            submitter: people.find(idea.submitter).map(|person| person.name.clone()),
            submitted: format.day(idea.created_at),
            updated: format.ago(idea.updated_at),
            steps: view::steps(idea, catalogue, forms.flow_of(idea.submission_type)),
            description: rich_text::paragraphs(&content.description),
            pain_points: rich_text::paragraphs(content.pain_points.as_deref().unwrap_or_default()),
            facts: view::facts(idea, applications),
            scores: ScorePanel::of(content, &worked_out(found).figures()),
            potential: content.automation_potential.map(score),
            ease: content.ease_of_implementation.map(score),
            benefit: Benefit::of(content, format),
            people: view::roles(idea, people),
        }
    }
}
