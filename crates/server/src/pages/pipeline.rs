//! The Automation Pipeline: every submission a person may see, as tables that can be searched, filtered,
//! sorted and downloaded.

pub mod csv;
pub mod find;
pub mod query;
pub mod tables;
pub mod view;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue},
    response::Response,
};

use crate::{
    app::App,
    error::Error,
    pages::{
        error::PageError,
        format::{self, Format},
        html,
        paging::{Turn, turns},
        shell::{Section, Shell},
        visit::SignedIn,
    },
};

use find::Found;
use query::ListQuery;
use view::{Chip, Choices, Column, Row, Tab};

/// Below a tenant's base.
pub const PATH: &str = "/automation-pipeline";

#[derive(Template)]
#[template(path = "pipeline.html", blocks = ["tabs", "chips", "list"])]
struct PipelinePage {
    shell: Shell,
    path: String,
    tabs: Vec<Tab>,
    search: String,
    /// What the search form carries along.
    fields: Vec<(&'static str, String)>,
    chips: Vec<Chip>,
    choices: Choices,
    list: List,
    passed_over: Option<String>,
    /// Answers htmx: tabs and chips go to their places by their ids. In a whole page that htmx brings back from the
    /// history they would be taken out of it.
    is_part: bool,
}

struct List {
    columns: Vec<Column>,
    order: &'static str,
    rows: Vec<Row>,
    /// `1–50 of 382 matching, 1,248 in total`
    extent: String,
    turns: Vec<Turn>,
    /// The whole table, where something narrows it.
    widened: Option<String>,
    total: String,
    /// Nothing was ever submitted that the person could see.
    is_first_time: bool,
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
) -> Result<Response, PageError> {
    let address = address.unwrap_or_default();
    let query = ListQuery::parse(&address)?;
    let is_part = html::is_htmx(&headers) && !headers.contains_key("hx-history-restore-request");
    if !is_part && address.split('&').any(|pair| pair.ends_with('=')) {
        // A form sends its empty fields too; the address to keep and to pass on is the one without them.
        return Ok(html::see_other(&query.address(&format!("{}{PATH}", signed_in.visit.base()))));
    }
    signed_in.actor.require(query.table.permission())?;
    let found = find::find(&app, &signed_in.actor, &query).await?;
    let query = query.on_page(found.page.request.number());
    let shell = Shell::of(&signed_in.visit, Section::Pipeline).ok_or(Error::SignedOut)?;
    let format = Format::of(&signed_in.actor.tenant, app.clock.now());
    let page = PipelinePage { is_part, ..PipelinePage::new(shell, &query, &found, &format) };
    if is_part { page.fragment(&query) } else { html::page(&page) }
}

impl PipelinePage {
    fn new(shell: Shell, query: &ListQuery, found: &Found, format: &Format) -> Self {
        let path = format!("{}{PATH}", shell.base);
        Self {
            tabs: view::tabs(&found.tables, query, &path),
            search: query.search.clone(),
            fields: query.fields(),
            chips: view::chips(query, &found.catalogue, format, &path),
            choices: Choices::of(query, &found.catalogue),
            list: List::new(query, found, format, &shell.base, &path),
            passed_over: query.ignored.sentence(),
            path,
            shell,
            is_part: false,
        }
    }

    /// What changes as somebody searches, filters, sorts or turns the page. The address they get is the short
    /// one, without the form's empty fields.
    fn fragment(&self, query: &ListQuery) -> Result<Response, PageError> {
        let mut response =
            html::parts([self.as_tabs().render(), self.as_chips().render(), self.as_list().render()])?;
        if let Ok(address) = HeaderValue::try_from(query.address(&self.path)) {
            response.headers_mut().insert("hx-push-url", address);
        }
        Ok(response)
    }
}

impl List {
    fn new(query: &ListQuery, found: &Found, format: &Format, base: &str, path: &str) -> Self {
        let total =
            found.tables.iter().find(|count| count.table == query.table).map_or(0, |count| count.count);
        let page = &found.page;
        Self {
            columns: view::columns(query, path),
            order: view::order_words(query),
            rows: view::rows(found, format, base),
            extent: extent(found, query.is_narrowed(), total),
            turns: turns(page.request.number(), page.total_pages(), |page| query.on_page(page).address(path)),
            widened: query.is_narrowed().then(|| query.widened().address(path)),
            total: format::count(total),
            is_first_time: found.tables.iter().all(|count| count.count == 0),
        }
    }
}

fn extent(found: &Found, is_narrowed: bool, total: u64) -> String {
    let page = &found.page;
    let first = page.request.offset.saturating_add(1);
    let last = page.request.offset.saturating_add(u64::try_from(page.items.len()).unwrap_or_default());
    let matching =
        format!("{}–{} of {}", format::count(first), format::count(last), format::count(page.total));
    if is_narrowed { format!("{matching} matching, {} in total", format::count(total)) } else { matching }
}
