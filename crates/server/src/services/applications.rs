//! The application inventory: what may be picked where an idea says what it works with.

use std::collections::{BTreeSet, HashMap, HashSet};

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{ApplicationId, CategoryId},
    permission::Permission,
    text,
};
use automation_hub_storage::{
    Constraint, Session, StorageError,
    applications::{self, Application, ApplicationChange, InventoryVersion, NewApplication},
    audit,
    categories::{self, CategoryTree},
};
use serde_json::{Value, json};

use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, REQUIRED, Violations},
    services::expected::ExpectedList,
};

const IN_USE: &str =
    "Ideas name this application. Set application_is_active to 0, and it is offered no more.";

/// One entry as it is to be. What could not be read is absent, and has been noted as a mistake.
#[derive(Clone, Debug, Default)]
pub struct ApplicationRow {
    /// The path to it in the body.
    pub at: String,
    /// None for one to be added, or for the one with this name and version.
    pub id: Option<ApplicationId>,
    pub name: Option<String>,
    pub version: Option<String>,
    pub language: Option<String>,
    pub comments: Option<String>,
    pub is_thin_client: Option<bool>,
    pub is_active: Option<bool>,
    pub categories: Option<Vec<Option<CategoryId>>>,
}

/// Entries, and the inventory they stand in.
pub struct Saved {
    pub entries: Vec<Application>,
    pub tag: String,
}

/// Differs wherever inventories of a tenant do.
pub fn tag(InventoryVersion { count, changed_at }: InventoryVersion) -> String {
    format!("{count}.{}", changed_at.millis())
}

/// Adds and changes entries, all of them or none. `mistakes` are those found in the input already.
pub async fn save(
    app: &App,
    actor: &Actor,
    rows: Vec<ApplicationRow>,
    expected: ExpectedList,
    mistakes: Violations,
) -> Result<Saved, Error> {
    actor.require(Permission::ManageAppInventory)?;
    let (actor, now) = (actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let version = applications::version_to_change(s)?;
            let mut saving = Saving {
                actor: &actor,
                tree: categories::tree(s)?,
                now,
                wrong: mistakes.clone(),
                ids: HashSet::new(),
                names: HashMap::new(),
            };
            let mut found = Vec::with_capacity(rows.len());
            for row in &rows {
                found.push(saving.check(s, row)?);
            }
            expected.require(&tag(version))?;
            saving.wrong.clone().into_result()?;
            let mut entries = Vec::with_capacity(rows.len());
            for (row, before) in rows.iter().zip(found) {
                let id = saving.store(s, row, before.as_ref())?;
                entries.push(applications::find(s, id)?.ok_or(Error::NotFound("application"))?);
            }
            Ok(Saved { entries, tag: tag(applications::version(s)?) })
        })
        .await
}

/// Deletes an entry that no idea names.
pub async fn delete(
    app: &App,
    actor: &Actor,
    id: ApplicationId,
    expected: ExpectedList,
) -> Result<(), Error> {
    actor.require(Permission::ManageAppInventory)?;
    let (actor, now) = (actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let version = applications::version_to_change(s)?;
            let entry = applications::find(s, id)?.ok_or(Error::NotFound("application"))?;
            require_power(&actor, &categories::tree(s)?, &entry.categories)?;
            expected.require(&tag(version))?;
            applications::delete(s, id, now).map_err(|error| match error {
                StorageError::Conflict(Constraint::Reference) => Error::Conflict(IN_USE.into()),
                other => other.into(),
            })?;
            let mut event =
                actor.event(now, AuditAction::APPLICATION_DELETE, ("application", id.get()), &entry.name);
            event.before = Some(described(&entry).to_string());
            Ok(audit::insert(s, &event)?)
        })
        .await
}

/// Whoever manages the inventory of some categories looks after entries that are in no others.
fn require_power(actor: &Actor, tree: &CategoryTree, categories: &[CategoryId]) -> Result<(), Error> {
    if categories.is_empty() {
        return actor.require_at(Permission::ManageAppInventory, None);
    }
    let mut places = categories.iter().map(|&category| tree.path_ids(category));
    places.try_for_each(|place| actor.require_at(Permission::ManageAppInventory, Some(&place)))
}

/// One call, in the transaction that does it.
struct Saving<'a> {
    actor: &'a Actor,
    tree: CategoryTree,
    now: Timestamp,
    wrong: Violations,
    /// Which entries the rows so far are about, and what these are then called.
    ids: HashSet<ApplicationId>,
    names: HashMap<(String, String), Option<ApplicationId>>,
}

impl Saving<'_> {
    /// The entry as it is, if there is one. What is wrong with the row is noted.
    fn check(&mut self, s: &mut Session<'_>, row: &ApplicationRow) -> Result<Option<Application>, Error> {
        let namesake = match (&row.name, &row.version) {
            (Some(name), Some(version)) => applications::find_entry(s, name, version)?,
            _ => None,
        };
        let before = match row.id {
            Some(id) => {
                let found = applications::find(s, id)?;
                if found.is_none() {
                    self.refuse(row, "application_id", "There is no such application.");
                }
                found
            }
            None => namesake.clone(),
        };
        if let Some(entry) = &before {
            require_power(self.actor, &self.tree, &entry.categories)?;
            if !self.ids.insert(entry.id) {
                self.refuse(row, "application_id", "This application stands further up too.");
            }
        }
        self.check_name(row, before.as_ref(), namesake.as_ref());
        self.check_filled(row, before.as_ref());
        self.check_categories(row)?;
        Ok(before)
    }

    fn check_name(
        &mut self,
        row: &ApplicationRow,
        before: Option<&Application>,
        namesake: Option<&Application>,
    ) {
        let (Some(name), Some(version)) = (&row.name, &row.version) else { return };
        let key = (text::fold(name), text::fold(version));
        if self.names.insert(key, row.id).is_some() {
            self.refuse(row, "application_name", "Name and version stand further up too.");
        } else if let Some(other) = namesake.filter(|other| before.is_none_or(|own| own.id != other.id)) {
            let told = format!("Application {} has this name and version already.", other.id);
            self.wrong.add(format!("{}/application_name", row.at), told);
        }
    }

    /// Whoever names an application in an idea need not say all of it: what is empty since then may stay so, and each
    /// entry can be sent back as it was read.
    fn check_filled(&mut self, row: &ApplicationRow, before: Option<&Application>) {
        let lines = [
            ("application_version", &row.version, before.map(|entry| &entry.version)),
            ("application_language", &row.language, before.map(|entry| &entry.language)),
        ];
        for (member, given, kept) in lines {
            let is_kept = kept.is_some_and(String::is_empty);
            if given.as_ref().is_some_and(String::is_empty) && !is_kept {
                self.refuse(row, member, REQUIRED);
            }
        }
        let is_kept = before.is_some_and(|entry| entry.categories.is_empty());
        if row.categories.as_ref().is_some_and(Vec::is_empty) && !is_kept {
            self.refuse(row, "categoryIds", "At least one category is needed.");
        }
    }

    fn check_categories(&mut self, row: &ApplicationRow) -> Result<(), Error> {
        for (position, category) in row.categories.iter().flatten().enumerate() {
            let Some(category) = *category else { continue };
            if self.tree.find(category).is_none() {
                self.refuse(row, &format!("categoryIds/{position}"), "There is no such category.");
            } else {
                require_power(self.actor, &self.tree, &[category])?;
            }
        }
        Ok(())
    }

    fn refuse(&mut self, row: &ApplicationRow, member: &str, rule: &'static str) {
        self.wrong.add(format!("{}/{member}", row.at), rule);
    }

    fn store(
        &self,
        s: &mut Session<'_>,
        row: &ApplicationRow,
        before: Option<&Application>,
    ) -> Result<ApplicationId, Error> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let change = ApplicationChange {
            name: text(&row.name),
            version: text(&row.version),
            language: text(&row.language),
            comments: match (&row.comments, before) {
                (Some(comments), _) => comments.clone(),
                (None, before) => before.map(|entry| entry.comments.clone()).unwrap_or_default(),
            },
            is_thin_client: row
                .is_thin_client
                .unwrap_or_else(|| before.is_some_and(|entry| entry.is_thin_client)),
            is_active: row.is_active.unwrap_or_else(|| before.is_none_or(|entry| entry.is_active)),
            categories: each_once(row.categories.iter().flatten().flatten()),
        };
        let id = match before {
            Some(entry) if ApplicationChange::from(entry) == change => return Ok(entry.id),
            Some(entry) => entry.id,
            None => applications::insert(s, &self.entry(&change)).map_err(|error| taken(error, row))?,
        };
        if before.is_some() || !change.is_active {
            applications::update(s, id, &change, self.now).map_err(|error| taken(error, row))?;
        }
        self.record(s, id, before)?;
        Ok(id)
    }

    fn entry(&self, change: &ApplicationChange) -> NewApplication {
        NewApplication {
            name: change.name.clone(),
            version: change.version.clone(),
            language: change.language.clone(),
            comments: change.comments.clone(),
            is_thin_client: change.is_thin_client,
            is_added_by_end_user: false,
            categories: change.categories.clone(),
            created_at: self.now,
        }
    }

    fn record(
        &self,
        s: &mut Session<'_>,
        id: ApplicationId,
        before: Option<&Application>,
    ) -> Result<(), Error> {
        let after = applications::find(s, id)?.ok_or(Error::NotFound("application"))?;
        let action =
            if before.is_some() { AuditAction::APPLICATION_EDIT } else { AuditAction::APPLICATION_CREATE };
        let mut event = self.actor.event(self.now, action, ("application", id.get()), &after.name);
        event.before = before.map(|entry| described(entry).to_string());
        event.after = Some(described(&after).to_string());
        Ok(audit::insert(s, &event)?)
    }
}

/// In the order of their ids.
fn each_once<'c>(categories: impl Iterator<Item = &'c CategoryId>) -> Vec<CategoryId> {
    categories.copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Somebody else was faster, or two rows trade their names.
fn taken(error: StorageError, row: &ApplicationRow) -> Error {
    match error {
        StorageError::Conflict(Constraint::ApplicationKey) => {
            Error::Conflict("Another application has this name and version.".into())
                .of_field(format!("{}/application_name", row.at))
        }
        other => other.into(),
    }
}

fn described(entry: &Application) -> Value {
    let categories: Vec<_> = entry.categories.iter().map(|category| category.get()).collect();
    json!({
        "name": entry.name,
        "version": entry.version,
        "language": entry.language,
        "comments": entry.comments,
        "is_thin_client": entry.is_thin_client,
        "is_active": entry.is_active,
        "categories": categories,
    })
}
