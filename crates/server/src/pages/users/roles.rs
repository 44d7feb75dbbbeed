//! Roles as these pages show and take them: a name, and the category they are limited to.

use automation_hub_domain::{
    id::{CategoryId, RoleId, UserId},
    role::Role,
    user::RoleAssignment,
};
use automation_hub_storage::{Session, categories, categories::CategoryTree, roles, users};

use crate::{error::Error, pages::form::Form};

/// Rows of the form that are there to add roles.
const EMPTY_ROWS: usize = 2;

/// A role somebody holds, in words.
#[derive(Clone, Debug)]
pub struct RoleName {
    role: String,
    category: Option<String>,
}

impl RoleName {
    pub fn label(&self) -> String {
        match &self.category {
            Some(category) => format!("{} · {category}", self.role),
            None => self.role.clone(),
        }
    }

    pub fn scope(&self) -> &str {
        self.category.as_deref().unwrap_or("All categories")
    }
}

/// What is needed to put roles into words and to offer them.
pub struct Catalogue {
    pub roles: Vec<Role>,
    tree: CategoryTree,
}

impl Catalogue {
    pub fn load(s: &mut Session<'_>) -> Result<Self, Error> {
        Ok(Self { roles: roles::list(s)?, tree: categories::tree(s)? })
    }

    pub fn name(&self, assignment: RoleAssignment) -> RoleName {
        let role = self.roles.iter().find(|role| role.id == assignment.role);
        RoleName {
            role: role.map_or_else(|| "Unknown role".to_owned(), |role| role.name.clone()),
            category: assignment.category.map(|category| self.path(category)),
        }
    }

    fn path(&self, category: CategoryId) -> String {
        let names: Vec<_> = self.tree.path(category).iter().map(|node| node.name.clone()).collect();
        names.join(" / ")
    }

    /// All categories by their paths, for choosing.
    fn categories(&self) -> Vec<(i64, String)> {
        let mut all: Vec<_> =
            self.tree.nodes().iter().map(|node| (node.id.get(), self.path(node.id))).collect();
        all.sort_by(|a, b| a.1.cmp(&b.1));
        all
    }
}

/// The roles somebody holds, in words.
pub fn role_names(s: &mut Session<'_>, user: UserId) -> Result<Vec<RoleName>, Error> {
    let catalogue = Catalogue::load(s)?;
    let held = users::role_assignments(s, &[user])?;
    Ok(held.into_iter().map(|(_, assignment)| catalogue.name(assignment)).collect())
}

/// The part of a form that assigns roles: a row for each, and some to add more.
pub struct RoleRows {
    pub roles: Vec<(i64, String)>,
    pub categories: Vec<(i64, String)>,
    /// The role and the category chosen in each row, 0 where none.
    pub rows: Vec<(i64, i64)>,
    /// Whether one of them was refused; all have one place for what is wrong.
    pub is_wrong: bool,
}

impl RoleRows {
    pub fn new(catalogue: &Catalogue, assignments: &[RoleAssignment]) -> Self {
        let row = |one: &RoleAssignment| (one.role.get(), one.category.map_or(0, CategoryId::get));
        let active = catalogue.roles.iter().filter(|role| role.is_active);
        Self {
            roles: active.map(|role| (role.id.get(), role.name.clone())).collect(),
            categories: catalogue.categories(),
            rows: assignments.iter().map(row).chain([(0, 0); EMPTY_ROWS]).collect(),
            is_wrong: false,
        }
    }
}

/// The assignments of a form. Rows without a role are those removed or never filled.
pub fn assignments(form: &Form) -> Vec<RoleAssignment> {
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    let mut chosen: Vec<RoleAssignment> = Vec::new();
    for (role, category) in form.all("role").zip(form.all("category")) {
        let category = Some(number(category)).filter(|&id| id != 0).map(CategoryId::new);
        let assignment = RoleAssignment { role: RoleId::new(number(role)), category };
        if assignment.role.get() != 0 && !chosen.contains(&assignment) {
            chosen.push(assignment);
        }
    }
    chosen
}
