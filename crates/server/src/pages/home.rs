//! Home: what is new, what became of one's own ideas, and where everything stands.

use askama::Template;
use automation_hub_domain::{
    id::{CategoryId, UserId},
    lifecycle::Phase,
    page::{Direction, PageRequest},
    permission::Permission,
};
use automation_hub_storage::{
    Session, StorageError,
    ideas::{self, IdeaFilter, IdeaLine, IdeaOrder, IdeaSort},
};
use axum::{extract::State, response::Response};

use crate::{
    app::App,
    auth::actor::Actor,
    error::Error,
    pages::{
        catalogue::{Catalogue, Place},
        error::PageError,
        format::{self, Format, Moment},
        html,
        pipeline::{
            self,
            query::{Condition, ListQuery},
            view::profile_path,
        },
        shell::{Section, Shell},
        visit::SignedIn,
    },
};

/// Rows of each list; the whole is one click away.
const ROWS: u64 = 6;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    first_name: String,
    newest: Vec<Item>,
    own: Vec<Item>,
    own_total: u64,
    own_href: String,
    list_href: String,
    phases: Vec<PhaseCount>,
    /// Every idea belongs to one, and a new tenant has none.
    has_categories: bool,
}

/// An idea in one line.
struct Item {
    name: String,
    href: String,
    number: String,
    category: String,
    place: Place,
    at: Moment,
}

struct PhaseCount {
    name: String,
    href: String,
    count: String,
}

struct Found {
    catalogue: Catalogue,
    newest: Vec<IdeaLine>,
    own: Vec<IdeaLine>,
    own_total: u64,
    phases: Vec<(Phase, u64)>,
}

pub async fn show(State(app): State<App>, signed_in: SignedIn) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let found = find(&app, actor).await?;
    let shell = Shell::of(&signed_in.visit, Section::Home).ok_or(Error::SignedOut)?;
    let format = Format::of(&actor.tenant, app.clock.now());
    let first_name = actor.user()?.first_name.clone();
    html::page(&HomePage::new(shell, first_name, &found, &format))
}

async fn find(app: &App, actor: &Actor) -> Result<Found, Error> {
    let user = actor.user()?.id;
    let (reach, shared) = (actor.reach(Permission::Explore), app.clone());
    app.store
        .scan(actor.tenant_id(), move |s| -> Result<_, Error> {
            let catalogue = Catalogue::read(&shared.directories, s)?;
            let seen = catalogue.reached(&reach);
            let newest = newest(s, seen.as_ref())?;
            let (own, own_total) = submitted_by(s, user)?;
            let phases = counts(s, &catalogue, seen.as_ref())?;
            Ok(Found { catalogue, newest, own, own_total, phases })
        })
        .await
}

fn first(order: IdeaOrder) -> (IdeaOrder, PageRequest) {
    (order, PageRequest { offset: 0, limit: ROWS })
}

fn newest(s: &mut Session<'_>, seen: Option<&Vec<CategoryId>>) -> Result<Vec<IdeaLine>, StorageError> {
    if seen.is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let filter = IdeaFilter { categories: seen.cloned(), ..IdeaFilter::default() };
    let (order, request) = first(IdeaOrder::default());
    Ok(ideas::list(s, &filter, order, request)?.items)
}

fn submitted_by(s: &mut Session<'_>, user: UserId) -> Result<(Vec<IdeaLine>, u64), StorageError> {
    let filter = IdeaFilter { submitter: Some(user), ..IdeaFilter::default() };
    let (order, request) = first(IdeaOrder { sort: IdeaSort::Updated, direction: Direction::Descending });
    let page = ideas::list(s, &filter, order, request)?;
    Ok((page.items, page.total))
}

/// The phases in which something stands.
fn counts(
    s: &mut Session<'_>,
    catalogue: &Catalogue,
    seen: Option<&Vec<CategoryId>>,
) -> Result<Vec<(Phase, u64)>, StorageError> {
    let mut counts = Vec::new();
    if seen.is_some_and(Vec::is_empty) {
        return Ok(counts);
    }
    let by_status = ideas::count_by_status(s, seen.map(Vec::as_slice))?;
    for phase in catalogue.phases() {
        let stands_in = |status| catalogue.status(status).is_some_and(|status| status.phase == phase.id);
        let of_phase = by_status.iter().filter(|(status, _)| stands_in(*status));
        let count = of_phase.map(|(_, count)| count).sum();
        if count > 0 {
            counts.push((phase.clone(), count));
        }
    }
    Ok(counts)
}

impl HomePage {
    fn new(shell: Shell, first_name: String, found: &Found, format: &Format) -> Self {
        let path = format!("{}{}", shell.base, pipeline::PATH);
        let list =
            |condition| ListQuery { conditions: vec![condition], ..ListQuery::default() }.address(&path);
        let item = |idea: &IdeaLine, at| Item {
            name: idea.name.clone(),
            href: profile_path(&shell.base, &idea.slug),
            number: format::idea_number(idea.id),
            category: found.catalogue.category_words(idea.category),
            place: found.catalogue.place(idea.phase, idea.status),
            at,
        };
        let phase = |(phase, count): &(Phase, u64)| PhaseCount {
            name: phase.name.clone(),
            href: list(Condition::Phase(phase.id)),
            count: format::count(*count),
        };
        Self {
            newest: found.newest.iter().map(|idea| item(idea, format.ago(idea.created_at))).collect(),
            own: found.own.iter().map(|idea| item(idea, format.ago(idea.updated_at))).collect(),
            own_total: found.own_total,
            own_href: list(Condition::SubmittedByMe),
            phases: found.phases.iter().map(phase).collect(),
            has_categories: !found.catalogue.categories().nodes().is_empty(),
            list_href: path,
            first_name,
            shell,
        }
    }
}
