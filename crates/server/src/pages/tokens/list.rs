//! The table of tokens, with what every call needs above it.

use askama::Template;
use automation_hub_domain::{
    id::TokenId,
    page::{Direction, PageRequest, total_pages},
    permission::Permission,
    token::TokenType,
};
use automation_hub_storage::tokens::{StateFilter, Token, TokenFilter, TokenSort};
use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::Response,
};

use super::{
    PATH,
    fresh::{Fresh, api_path},
    notice::{self, Notice},
    row::{Row, Writer},
};
use crate::{
    app::App,
    auth::actor::Actor,
    pages::{
        error::PageError,
        format, html,
        paging::{self, Turn, turns},
        query::{Ignored, Query},
        shell::Shell,
        visit::SignedIn,
    },
    services::tokens::{self, TokenList},
};

#[derive(Template)]
#[template(path = "tokens/list.html")]
struct ListPage {
    shell: Shell,
    path: String,
    tenant_uuid: String,
    api_address: String,
    search: String,
    sort_key: &'static str,
    dir_key: &'static str,
    states: Vec<StateLink>,
    types: Vec<(TokenType, bool)>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    total: String,
    empty: Option<Empty>,
    turns: Vec<Turn>,
    shown: Option<String>,
    copies_again: bool,
    state_key: &'static str,
    notice: Option<Notice>,
    passed_over: Option<String>,
}

struct StateLink {
    title: &'static str,
    count: String,
    href: String,
    is_current: bool,
}

/// A sortable heading; `class` is that of its cells' width.
struct Column {
    title: &'static str,
    class: &'static str,
    href: Option<String>,
    aria_sort: Option<&'static str>,
}

struct Empty {
    title: String,
    href: Option<String>,
    link: String,
}

const STATES: [(StateFilter, &str, &str); 7] = [
    (StateFilter::All, "", "All"),
    (StateFilter::Active, "active", "Active"),
    (StateFilter::Expiring, "expiring", "Expiring"),
    (StateFilter::Expired, "expired", "Expired"),
    (StateFilter::Inactive, "inactive", "Inactive"),
    (StateFilter::UserDeactivated, "user-deactivated", "User deactivated"),
    (StateFilter::Revoked, "revoked", "Revoked"),
];

/// Title, class of the cells' width, and what it sorts by.
type Heading = (&'static str, &'static str, Option<(TokenSort, &'static str)>);

const COLUMNS: [Heading; 7] = [
    ("Token Name", "c-name", Some((TokenSort::Name, "name"))),
    ("Token", "c-dots", None),
    ("User", "c-user", Some((TokenSort::User, "user"))),
    ("Expires", "", Some((TokenSort::Expires, "expires"))),
    ("Active", "", Some((TokenSort::State, "active"))),
    ("App Key", "", None),
    ("Last used", "", Some((TokenSort::LastUsed, "used"))),
];

/// What the address asks for. Unknown words mean the default.
struct Asked {
    search: String,
    state: (StateFilter, &'static str),
    token_type: Option<TokenType>,
    sort: (TokenSort, &'static str),
    direction: Direction,
    page: PageRequest,
    ignored: Ignored,
}

impl Asked {
    fn of(query: &Query) -> Self {
        let state = STATES.iter().find(|(_, key, _)| *key == query.text("state"));
        let sort = COLUMNS.iter().filter_map(|column| column.2).find(|(_, key)| *key == query.text("sort"));
        let token_type = TokenType::from_key(query.text("type"));
        let mut ignored = Ignored::default();
        ignored.unless(state.is_some(), "state", query.text("state"));
        ignored.unless(token_type.is_some(), "type", query.text("type"));
        ignored.unless(sort.is_some(), "sort", query.text("sort"));
        let is_default_sort = sort.is_none();
        let direction = match query.text("dir") {
            "desc" => Direction::Descending,
            "asc" => Direction::Ascending,
            _ if is_default_sort => Direction::Descending,
            _ => Direction::Ascending,
        };
        Self {
            search: query.text("user").to_owned(),
            state: state.map_or((StateFilter::All, ""), |(filter, key, _)| (*filter, *key)),
            token_type,
            sort: sort.unwrap_or((TokenSort::Created, "")),
            direction,
            page: PageRequest::numbered(paging::number(query.text("page")), PageRequest::DEFAULT_LIMIT),
            ignored,
        }
    }

    /// Whether it asks for nothing but the list as it comes.
    fn is_plain(&self) -> bool {
        self.href("", |parameters| parameters.page = self.page.number()).is_empty()
    }

    fn filter(&self) -> TokenFilter {
        TokenFilter {
            user_search: (!self.search.is_empty()).then(|| self.search.clone()),
            state: self.state.0,
            token_type: self.token_type,
        }
    }

    /// The address of the list with some things asked differently.
    fn href(&self, path: &str, change: impl FnOnce(&mut Parameters<'_>)) -> String {
        let mut parameters = Parameters {
            user: &self.search,
            state: self.state.1,
            kind: self.token_type.map_or("", TokenType::key),
            sort: self.sort.1,
            dir: dir_key(self.sort.0, self.direction),
            page: 1,
        };
        change(&mut parameters);
        let query = parameters.query();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

const fn dir_key(sort: TokenSort, direction: Direction) -> &'static str {
    match (sort, direction) {
        (TokenSort::Created, Direction::Ascending) => "asc",
        (TokenSort::Created, Direction::Descending) | (_, Direction::Ascending) => "",
        (_, Direction::Descending) => "desc",
    }
}

struct Parameters<'a> {
    user: &'a str,
    state: &'a str,
    kind: &'a str,
    sort: &'a str,
    dir: &'a str,
    page: u64,
}

impl Parameters<'_> {
    /// Only what differs from the default.
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let texts = [
            ("user", self.user),
            ("state", self.state),
            ("type", self.kind),
            ("sort", self.sort),
            ("dir", self.dir),
        ];
        query.extend_pairs(texts.iter().filter(|(_, value)| !value.is_empty()));
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        query.finish()
    }
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    query: Query,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    actor.require(Permission::OpenApi)?;
    let mut asked = Asked::of(&query);
    // A row that was just saved is on the page shown.
    if let Some(token) = notice::token(&query).filter(|_| asked.is_plain()) {
        asked.page = tokens::page_with(&app, actor, token).await?;
    }
    let sort = (asked.sort.0, asked.direction);
    let mut found = tokens::list(&app, actor, asked.filter(), sort, asked.page).await?;
    if let Some(last) = asked.page.back_within(found.page.total) {
        asked.page = last;
        found = tokens::list(&app, actor, asked.filter(), sort, asked.page).await?;
    }
    let ids: Vec<TokenId> = found.page.items.iter().map(|token| token.id).collect();
    // What is shown once needs a whole page: a part can be swapped away again, and HEAD shows nothing.
    let is_seen = method == Method::GET && !html::is_htmx(&headers);
    let saved = if is_seen { tokens::show_saved(&app, actor, &ids).await? } else { Vec::new() };
    let writer = Writer::new(actor, app.clock.now());
    let fresh = |token: &Token| {
        let shown = saved.iter().find(|shown| shown.token == token.id)?;
        Some(Fresh::new(&app, actor, &headers, token, &shown.secrets))
    };
    let TokenList { page, counts } = found;
    let rows = page.items.into_iter().map(|token| {
        let fresh = fresh(&token);
        writer.row(token, fresh)
    });
    let shell = super::shell(&signed_in.visit)?;
    let path = format!("{}{PATH}", shell.base);
    let address = app.public_origin.address(&headers);
    let rows = rows.collect();
    let notice = Notice::of(&app, actor, &query, &path).await?;
    let list = ListPage::new(shell, path, &asked, rows, &counts, (page.total, address, actor));
    html::page(&ListPage { notice, ..list })
}

impl ListPage {
    fn new(
        shell: Shell,
        path: String,
        asked: &Asked,
        rows: Vec<Row>,
        counts: &automation_hub_storage::tokens::StateCounts,
        (total, address, actor): (u64, String, &Actor),
    ) -> Self {
        let pages = total_pages(total, asked.page.limit);
        let state_link = |(filter, key, title): &(StateFilter, &'static str, &'static str)| StateLink {
            title,
            count: format::count(counts.of(*filter)),
            href: asked.href(&path, |p| p.state = key),
            is_current: *filter == asked.state.0,
        };
        let is_offered =
            |filter| filter != StateFilter::Revoked || asked.state.0 == filter || counts.of(filter) > 0;
        let first = asked.page.offset.saturating_add(1);
        let last = asked.page.offset.saturating_add(rows.len() as u64);
        Self {
            // Tombstones are asked for rarely, and most tenants have none.
            states: STATES.iter().filter(|(filter, ..)| is_offered(*filter)).map(state_link).collect(),
            types: TokenType::ALL.iter().map(|kind| (*kind, asked.token_type == Some(*kind))).collect(),
            columns: columns(asked, &path),
            empty: rows.is_empty().then(|| Empty::of(asked, &path)),
            total: format::counted(total, "token", "tokens"),
            turns: turns(asked.page.number(), pages, |page| asked.href(&path, |p| p.page = page)),
            shown: (pages > 1 && !rows.is_empty())
                .then(|| format!("{}–{} of ", format::count(first), format::count(last))),
            rows,
            tenant_uuid: actor.tenant.uuid.to_string(),
            api_address: format!("{address}{}", api_path(actor)),
            search: asked.search.clone(),
            sort_key: asked.sort.1,
            dir_key: dir_key(asked.sort.0, asked.direction),
            state_key: asked.state.1,
            copies_again: actor.tenant.settings.copy_again_since.is_some(),
            passed_over: asked.ignored.sentence(),
            shell,
            path,
            notice: None,
        }
    }
}

fn columns(asked: &Asked, path: &str) -> Vec<Column> {
    let column = |(title, class, sort): &Heading| {
        let is_sorted = sort.is_some_and(|(sort, _)| sort == asked.sort.0);
        let is_ascending = asked.direction == Direction::Ascending;
        let aria_sort = is_sorted.then_some(if is_ascending { "ascending" } else { "descending" });
        let href = sort.map(|(_, key)| {
            asked.href(path, |p| {
                p.sort = key;
                p.dir = if is_sorted && is_ascending { "desc" } else { "" };
            })
        });
        Column { title, class, href, aria_sort }
    };
    COLUMNS.iter().map(column).collect()
}

impl Empty {
    fn of(asked: &Asked, path: &str) -> Self {
        let state =
            STATES.iter().find(|(filter, ..)| *filter == asked.state.0).map_or("", |(.., title)| title);
        let is_all = asked.state.0 == StateFilter::All;
        if is_all && asked.search.is_empty() && asked.token_type.is_none() {
            let title = "No tokens yet. A token lets a script or report call the Open API.".to_owned();
            return Self { title, href: None, link: String::new() };
        }
        let state = if is_all { String::new() } else { format!("{} ", state.to_lowercase()) };
        let kind =
            asked.token_type.map(|kind| format!("{} ", kind.name().to_lowercase())).unwrap_or_default();
        let user =
            if asked.search.is_empty() { String::new() } else { format!(" for “{}”", asked.search) };
        Self {
            title: format!("No {state}{kind}tokens{user}."),
            href: Some(path.to_owned()),
            link: "Show all".to_owned(),
        }
    }
}
