//! The category tree: what of it is to change is laid over what there is, checked as a whole, and stored at once.

mod draft;

use automation_hub_domain::{
    audit::AuditAction, clock::Timestamp, id::CategoryId, permission::Permission, text,
};
use automation_hub_storage::{
    Session, audit,
    categories::{self, Category, CategoryLevel, NewCategory},
    tenants,
};
use serde_json::{Value, json};

use crate::{
    app::App,
    auth::actor::Actor,
    directory,
    error::{Error, Violations},
    services::{categories::draft::Draft, expected::ExpectedList},
};

/// How deep the tree may be.
pub const LEVELS: i64 = 5;

/// What a level is to be called. What could not be read is absent, and has been noted as a mistake.
#[derive(Clone, Debug)]
pub struct LevelRow {
    pub at: String,
    pub id: Option<i64>,
    pub name: Option<String>,
    pub slug: Option<String>,
}

/// A node as it is to be, and those below it. What is absent of one that exists stays.
#[derive(Clone, Debug, Default)]
pub struct CategoryRow {
    /// The path to it in the body.
    pub at: String,
    pub id: Option<CategoryId>,
    pub name: Option<String>,
    pub level: Option<i64>,
    pub order_number: Option<i64>,
    pub is_other: Option<bool>,
    pub is_active: Option<bool>,
    pub below: Vec<CategoryRow>,
}

/// What of the tree is to change. Levels and nodes that are left out stay as they are.
#[derive(Clone, Debug, Default)]
pub struct TreeChange {
    pub levels: Vec<LevelRow>,
    pub categories: Vec<CategoryRow>,
}

/// Changes the tree, all of it or nothing. `mistakes` are those found in the input already.
pub async fn save(
    app: &App,
    actor: &Actor,
    change: TreeChange,
    expected: ExpectedList,
    mistakes: Violations,
) -> Result<(), Error> {
    actor.require(Permission::ManageCategories)?;
    let (actor, now) = (actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            // First of all, so that two who change the tree at once wait for one another.
            tenants::touch_catalogue(s)?;
            let tree = categories::tree(s)?;
            let mut wrong = mistakes.clone();
            let levels = check_levels(&change.levels, tree.levels(), &mut wrong);
            let mut draft = Draft::of(&tree, &change.categories, &mut wrong);
            draft.check(&levels, &mut wrong);
            let saving = Saving { actor: &actor, now };
            saving.require_power(&draft, !change.levels.is_empty())?;
            expected.require(&directory::tree_version(&tree))?;
            wrong.into_result()?;
            saving.store_levels(s, tree.levels(), &levels)?;
            saving.store_nodes(s, draft)
        })
        .await
}

/// All levels as they are to be.
fn check_levels(rows: &[LevelRow], known: &[CategoryLevel], wrong: &mut Violations) -> Vec<CategoryLevel> {
    let mut levels = known.to_vec();
    for row in rows {
        let Some(id) = row.id else { continue };
        let next = levels.iter().map(|level| level.id).max().unwrap_or_default() + 1;
        let name = row.name.clone().unwrap_or_default();
        let slug = || row.slug.clone().unwrap_or_else(|| text::slug(&name));
        if let Some(level) = levels.iter_mut().find(|level| level.id == id) {
            if let Some(slug) = &row.slug {
                level.slug.clone_from(slug);
            }
            level.name = name;
        } else if id == next && id <= LEVELS {
            levels.push(CategoryLevel { id, slug: slug(), name });
        } else {
            let rule = if next <= LEVELS {
                format!("Of a level that there is, or {next} for the next one.")
            } else {
                format!("At most {LEVELS} levels.")
            };
            wrong.add(format!("{}/category_level_id", row.at), rule);
        }
    }
    levels
}

struct Saving<'a> {
    actor: &'a Actor,
    now: Timestamp,
}

impl Saving<'_> {
    /// A node is changed by who may where it is, and where it goes; levels and the top by who may everywhere.
    fn require_power(&self, draft: &Draft<'_>, names_levels: bool) -> Result<(), Error> {
        let require =
            |place: Option<&[CategoryId]>| self.actor.require_at(Permission::ManageCategories, place);
        if names_levels {
            require(None)?;
        }
        for node in draft.changed() {
            if let Some(before) = &node.before {
                require(Some(&draft.path_before(before.id)))?;
            }
            if node.is_moved() {
                let above = draft.path_above(node);
                require((!above.is_empty()).then_some(above.as_slice()))?;
            }
        }
        Ok(())
    }

    fn store_levels(
        &self,
        s: &mut Session<'_>,
        before: &[CategoryLevel],
        after: &[CategoryLevel],
    ) -> Result<(), Error> {
        for level in after {
            let old = before.iter().find(|old| old.id == level.id);
            if old == Some(level) {
                continue;
            }
            let described = |level: &CategoryLevel| json!({ "name": level.name, "slug": level.slug });
            let action = if old.is_some() {
                AuditAction::CATEGORY_LEVEL_EDIT
            } else {
                AuditAction::CATEGORY_LEVEL_CREATE
            };
            match old {
                Some(_) => drop(categories::update_level(s, level)?),
                None => categories::insert_level(s, level)?,
            }
            let object = ("category-level", level.id);
            self.record(s, action, object, &level.name, old.map(described), &described(level))?;
        }
        Ok(())
    }

    /// Those above come before those below, so that each finds its parent stored.
    fn store_nodes(&self, s: &mut Session<'_>, mut draft: Draft<'_>) -> Result<(), Error> {
        for position in draft.in_turn() {
            let Some(stored) = draft.category(position) else { continue };
            let before = draft.before(position).cloned();
            if before.as_ref() == Some(&stored) {
                continue;
            }
            let id = if before.is_some() {
                categories::update(s, &stored)?;
                stored.id
            } else {
                let id = categories::insert(s, &new(&stored))?;
                draft.is_stored(position, id);
                id
            };
            let action =
                if before.is_some() { AuditAction::CATEGORY_EDIT } else { AuditAction::CATEGORY_CREATE };
            let object = ("category", id.get());
            let was = before.as_ref().map(described);
            self.record(s, action, object, &stored.name, was, &described(&stored))?;
        }
        Ok(())
    }

    fn record(
        &self,
        s: &mut Session<'_>,
        action: AuditAction,
        object: (&'static str, i64),
        name: &str,
        before: Option<Value>,
        after: &Value,
    ) -> Result<(), Error> {
        let mut event = self.actor.event(self.now, action, object, name);
        event.before = before.map(|value| value.to_string());
        event.after = Some(after.to_string());
        Ok(audit::insert(s, &event)?)
    }
}

fn new(stored: &Category) -> NewCategory {
    NewCategory {
        parent: stored.parent,
        level: stored.level,
        name: stored.name.clone(),
        order_number: stored.order_number,
        is_other: stored.is_other,
        is_active: stored.is_active,
    }
}

fn described(category: &Category) -> Value {
    json!({
        "name": category.name,
        "parent": category.parent.map(CategoryId::get),
        "level": category.level,
        "order": category.order_number,
        "is_other": category.is_other,
        "is_active": category.is_active,
    })
}
