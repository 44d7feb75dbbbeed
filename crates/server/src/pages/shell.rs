//! What surrounds a page's content: sidebar, top bar, breadcrumb. Navigation lists only what exists and
//! what the person may see.

use automation_hub_domain::permission::Permission;

use crate::pages::visit::{SessionLeft, Visit};

/// The look a person chose; without a choice the system's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const COOKIE: &'static str = "ah-theme";

    pub fn of(cookie: Option<&str>) -> Self {
        match cookie {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// Which page this is: marks it in the navigation and names it in the breadcrumb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Home,
    Pipeline,
    Profile,
    Keyboard,
    Users,
    OpenApi,
    Error,
}

/// An entry of the navigation.
struct Entry {
    section: Section,
    title: &'static str,
    icon: &'static str,
    path: &'static str,
    group: &'static str,
    /// What to press to get there.
    key: &'static str,
    needs: Option<Permission>,
}

/// The daily work, from top to bottom.
const WORK: &[Entry] = &[
    Entry {
        section: Section::Home,
        title: "Home",
        icon: "home",
        path: "/",
        group: "",
        key: "g h",
        needs: None,
    },
    Entry {
        section: Section::Pipeline,
        title: "Automation Pipeline",
        icon: "list-details",
        path: "/automation-pipeline",
        group: "Workspace",
        key: "g p",
        needs: Some(Permission::Explore),
    },
];

/// The Admin Console, which replaces the daily work's entries.
const ADMIN: &[Entry] = &[
    Entry {
        section: Section::Users,
        title: "Assign Roles",
        icon: "users",
        path: "/admin/manage-access/assign-roles",
        group: "Manage Access",
        key: "g r",
        needs: Some(Permission::ManageUsers),
    },
    Entry {
        section: Section::OpenApi,
        title: "Open API",
        icon: "plug-connected",
        path: "/admin/platform-setup/open-api",
        group: "Platform Setup",
        key: "g o",
        needs: Some(Permission::OpenApi),
    },
];

/// A link of the navigation, ready for the template.
#[derive(Clone, Debug)]
pub struct NavLink {
    pub section: Section,
    pub title: &'static str,
    pub icon: &'static str,
    pub href: String,
    /// Keys that follow it, as `app.js` reads them.
    pub key: &'static str,
    /// The heading to put above it, where a group begins.
    pub heading: Option<&'static str>,
    pub is_current: bool,
}

#[derive(Clone, Debug)]
pub struct Crumb {
    pub title: String,
    pub href: Option<String>,
}

/// What the layout needs beside a page's own content.
#[derive(Clone, Debug)]
pub struct Shell {
    pub base: String,
    pub organization: String,
    pub tenant: String,
    pub user_name: String,
    pub initials: String,
    pub tint: u8,
    pub csrf_token: String,
    pub user_id: i64,
    pub session_left: Option<SessionLeft>,
    pub theme: Option<&'static str>,
    pub has_keys: bool,
    pub is_admin: bool,
    /// The first console page this person may see, if any.
    pub admin_href: Option<String>,
    pub nav: Vec<NavLink>,
    /// What the navigation doesn't show here and keys reach all the same.
    pub elsewhere: Vec<NavLink>,
    pub crumbs: Vec<Crumb>,
    pub may_explore: bool,
}

impl Shell {
    /// The shell of a signed-in person's page; none for others.
    pub fn of(visit: &Visit, section: Section) -> Option<Self> {
        let actor = visit.actor.as_ref()?;
        let user = actor.user.as_ref()?;
        let base = visit.base();
        let may = |entry: &Entry| entry.needs.is_none_or(|permission| actor.may(permission));
        let is_admin = ADMIN.iter().any(|entry| entry.section == section);
        let (entries, others) = if is_admin { (ADMIN, WORK) } else { (WORK, ADMIN) };
        let admin_href = ADMIN.iter().find(|entry| may(entry)).map(|entry| format!("{base}{}", entry.path));
        Some(Self {
            organization: visit.tenant.organization_name.clone(),
            tenant: visit.tenant.tenant_name.clone(),
            user_name: user.full_name(),
            initials: user.initials(),
            tint: tint(user.id.get()),
            csrf_token: visit.csrf_token(),
            user_id: user.id.get(),
            session_left: visit.session_left,
            theme: visit.theme.attribute(),
            has_keys: visit.has_keys,
            is_admin,
            admin_href,
            nav: links(entries, &base, section, may),
            elsewhere: links(others, &base, section, may),
            crumbs: crumbs(entries, &base, section, is_admin),
            may_explore: actor.may(Permission::Explore),
            base,
        })
    }

    /// The same shell with one more step in the breadcrumb, for a page below the section's own.
    #[must_use]
    pub fn below(mut self, title: impl Into<String>) -> Self {
        self.crumbs.push(Crumb { title: title.into(), href: None });
        self
    }
}

/// One of the four tints of round pictures, the same for a person everywhere.
pub fn tint(user_id: i64) -> u8 {
    u8::try_from(user_id.rem_euclid(4)).unwrap_or_default() + 1
}

fn links(entries: &[Entry], base: &str, current: Section, may: impl Fn(&Entry) -> bool) -> Vec<NavLink> {
    let mut group = "";
    let mut links = Vec::new();
    for entry in entries.iter().filter(|entry| may(entry)) {
        let heading = (entry.group != group).then_some(entry.group);
        group = entry.group;
        links.push(NavLink {
            section: entry.section,
            title: entry.title,
            icon: entry.icon,
            href: format!("{base}{}", entry.path),
            key: entry.key,
            heading,
            is_current: entry.section == current,
        });
    }
    links
}

fn crumbs(entries: &[Entry], base: &str, section: Section, is_admin: bool) -> Vec<Crumb> {
    let plain = |title: &str| Crumb { title: title.to_owned(), href: None };
    let Some(entry) = entries.iter().find(|entry| entry.section == section) else {
        return match section {
            Section::Profile => vec![plain("Your profile")],
            Section::Keyboard => vec![plain("Keyboard")],
            _ => Vec::new(),
        };
    };
    let mut crumbs = Vec::new();
    if is_admin {
        crumbs.push(plain("Admin Console"));
    }
    if !entry.group.is_empty() {
        crumbs.push(plain(entry.group));
    }
    crumbs.push(Crumb { title: entry.title.to_owned(), href: Some(format!("{base}{}", entry.path)) });
    crumbs
}
