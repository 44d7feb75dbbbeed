//! What records of a tenant show of other things (statuses, categories, people), written once and kept until one of
//! them changes. Whether it did is told by two numbers, read in the session that reads the records.

use std::{collections::HashMap, sync::Arc};

use automation_hub_domain::{
    collaborator::AutomationRole,
    id::{CategoryId, PhaseId, RoleId, StatusId, TenantId, UserId},
    lifecycle::{Phase, Status},
    user::User,
};
use automation_hub_storage::{
    Session, StorageError,
    categories::{self, Category, CategoryTree},
    collaborators, lifecycle,
    tenants::{self, Versions},
    users,
};

use sha2::{Digest as _, Sha256};

use crate::{
    hash::{QuickHash, hex},
    json::{self, Members},
};

type SharedMap<K, V> = papaya::HashMap<K, V, QuickHash>;

/// The directories of all tenants.
#[derive(Default)]
pub struct Directories(SharedMap<TenantId, TenantDirectory>);

/// One tenant's directory as of one moment. Cheap to clone.
#[derive(Clone)]
pub struct TenantDirectory {
    versions: Versions,
    catalogue: Arc<Catalogue>,
    people: Arc<SharedMap<UserId, Person>>,
}

struct Catalogue {
    phases: Vec<Phase>,
    lifecycle: Vec<Status>,
    tree: CategoryTree,
    hierarchy: String,
    tree_version: String,
    statuses: HashMap<StatusId, ShownStatus, QuickHash>,
    categories: HashMap<CategoryId, String, QuickHash>,
    automation_roles: Vec<AutomationRole>,
}

/// A status as records show it.
struct ShownStatus {
    phase: PhaseId,
    members: String,
}

/// A person as records and pages show them. All of it is empty for an id that is nobody's.
#[derive(Default)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub initials: String,
    /// Id, address and name.
    pub members: String,
    pub as_submitter: String,
    pub as_owner: String,
}

impl Directories {
    /// The directory as it was last seen; whether it still holds is for the caller to find out.
    pub fn last(&self, tenant: TenantId) -> Option<TenantDirectory> {
        self.0.pin().get(&tenant).cloned()
    }

    /// What is known holds nearly always, and what is read next tells: asking first would be a statement more.
    pub fn last_or_of(&self, session: &mut Session<'_>) -> Result<TenantDirectory, StorageError> {
        match self.last(session.tenant()) {
            Some(last) => Ok(last),
            None => self.of(session),
        }
    }

    /// As [`Directories::of`] for a session that writes and has read the versions, and whether it was kept. What a
    /// session finds that may still be undone isn't kept for others.
    pub fn of_writer(
        &self,
        session: &mut Session<'_>,
        versions: Versions,
    ) -> Result<(TenantDirectory, bool), StorageError> {
        if let Some(last) = self.last(session.tenant()).filter(|last| last.is_of(versions)) {
            return Ok((last, true));
        }
        let catalogue = Arc::new(Catalogue::read(session)?);
        Ok((TenantDirectory { versions, catalogue, people: Arc::default() }, false))
    }

    /// The directory as the session sees it: one indexed read if nothing changed.
    pub fn of(&self, session: &mut Session<'_>) -> Result<TenantDirectory, StorageError> {
        let tenant = session.tenant();
        let versions = tenants::versions(session)?;
        let kept = self.last(tenant);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.versions == versions) {
            return Ok(kept.clone());
        }
        let same_catalogue = kept.as_ref().filter(|kept| kept.versions.catalogue == versions.catalogue);
        let same_people = kept.as_ref().filter(|kept| kept.versions.people == versions.people);
        let directory = TenantDirectory {
            versions,
            catalogue: match same_catalogue {
                Some(kept) => Arc::clone(&kept.catalogue),
                None => Arc::new(Catalogue::read(session)?),
            },
            people: same_people.map_or_else(Arc::default, |kept| Arc::clone(&kept.people)),
        };
        // A session that began earlier than another must not put its older view in place of the newer one.
        let is_newer = kept.is_none_or(|kept| {
            kept.versions.catalogue <= versions.catalogue && kept.versions.people <= versions.people
        });
        if is_newer {
            self.0.pin().insert(tenant, directory.clone());
        }
        Ok(directory)
    }
}

impl TenantDirectory {
    pub fn versions(&self) -> Versions {
        self.versions
    }

    pub fn is_of(&self, versions: Versions) -> bool {
        self.versions == versions
    }

    pub fn is_same_as(&self, other: &Self) -> bool {
        self.is_of(other.versions)
    }

    /// In their order.
    pub fn phases(&self) -> &[Phase] {
        &self.catalogue.phases
    }

    /// In their order, of all phases.
    pub fn statuses(&self) -> &[Status] {
        &self.catalogue.lifecycle
    }

    pub fn tree(&self) -> &CategoryTree {
        &self.catalogue.tree
    }

    /// `levels` and `categories` of the whole tree, as members.
    pub fn hierarchy(&self) -> &str {
        &self.catalogue.hierarchy
    }

    /// As [`tree_version`].
    pub fn tree_version(&self) -> &str {
        &self.catalogue.tree_version
    }

    /// Phase and status, as members.
    pub fn status(&self, id: StatusId) -> Option<&str> {
        self.catalogue.statuses.get(&id).map(|status| status.members.as_str())
    }

    pub fn phase_of(&self, id: StatusId) -> Option<PhaseId> {
        self.catalogue.statuses.get(&id).map(|status| status.phase)
    }

    /// A category and its chain from the top, as members.
    pub fn category(&self, id: CategoryId) -> Option<&str> {
        self.catalogue.categories.get(&id).map(String::as_str)
    }

    /// Roles that people have in automations, in the order of their ids.
    pub fn automation_roles(&self) -> &[AutomationRole] {
        &self.catalogue.automation_roles
    }

    pub fn automation_role(&self, id: RoleId) -> Option<&AutomationRole> {
        self.automation_roles().iter().find(|role| role.id == id)
    }

    pub fn person<T>(&self, id: UserId, show: impl FnOnce(Option<&Person>) -> T) -> T {
        show(self.people.pin().get(&id))
    }

    pub fn knows(&self, id: UserId) -> bool {
        self.people.pin().contains_key(&id)
    }

    /// Reads people that weren't asked for before.
    pub fn learn(&self, session: &mut Session<'_>, ids: &[UserId]) -> Result<(), StorageError> {
        for &id in ids {
            if !self.knows(id) {
                let user = users::find(session, id)?;
                // Whoever isn't there shows nothing, but counts as asked for: records wait for no one twice.
                self.people.pin().insert(id, user.as_ref().map(Person::of).unwrap_or_default());
            }
        }
        Ok(())
    }
}

impl Catalogue {
    fn read(session: &mut Session<'_>) -> Result<Self, StorageError> {
        let tree = categories::tree(session)?;
        let (phases, statuses) = lifecycle::list(session)?;
        let phase_of = |status: &Status| phases.iter().find(|phase| phase.id == status.phase);
        Ok(Self {
            hierarchy: hierarchy(&tree),
            tree_version: tree_version(&tree),
            statuses: statuses
                .iter()
                .filter_map(|status| {
                    let members = status_members(phase_of(status)?, status);
                    Some((status.id, ShownStatus { phase: status.phase, members }))
                })
                .collect(),
            categories: tree.nodes().iter().map(|node| (node.id, category_members(&tree, node))).collect(),
            phases,
            lifecycle: statuses,
            tree,
            automation_roles: collaborators::roles(session)?,
        })
    }
}

fn status_members(phase: &Phase, status: &Status) -> String {
    json::members(|m| {
        m.integer("process_phase_id", phase.id.get());
        m.integer("process_phase_status_id", status.id.get());
        m.text("phase_name", &phase.name);
        m.text("phase_status_name", &status.name);
        m.text("phase_key", &phase.key);
        m.text("phase_status_key", &status.key);
        m.object("process_phase", |m| {
            m.integer("phase_id", phase.id.get());
            m.text("phase_key", &phase.key);
            m.text("phase_name", &phase.name);
            m.flag("phase_is_active", phase.is_active);
            m.integer("phase_order", phase.position);
        });
        m.object("process_phase_status", |m| {
            m.integer("phase_status_id", status.id.get());
            m.integer("phase_id", phase.id.get());
            m.text("phase_status_key", &status.key);
            m.text("phase_status_name", &status.name);
        });
    })
}

fn category_members(tree: &CategoryTree, node: &Category) -> String {
    let path = tree.path(node.id);
    let ids: Vec<_> = path.iter().map(|node| node.id.to_string()).collect();
    json::members(|m| {
        m.integer("category_id", node.id.get());
        m.text("category_name", &node.name);
        m.integer("category_level_id", node.level);
        m.flag("category_is_other", node.is_other);
        // What lies below isn't of the record: so it ends in `categories` too.
        m.raw("subcategories", "[]");
        m.text("hierarchy", &ids.join(","));
        for (depth, name) in ["process_l1_id", "process_l2_id", "process_l3_id"].into_iter().enumerate() {
            m.optional_integer(name, path.get(depth).map(|node| node.id.get()));
        }
        m.array("categories", path.split_first(), |buffer, (top, below)| {
            chain(buffer, (top, top.is_active), below);
        });
    })
}

/// One line through the tree, each node in the `subcategories` of the one above.
fn chain(buffer: &mut Vec<u8>, (node, is_open): (&Category, bool), below: &[&Category]) {
    json::object(buffer, |m| {
        node_members(m, node, is_open);
        m.array("subcategories", below.split_first(), |buffer, (next, rest)| {
            chain(buffer, (next, is_open && next.is_active), rest);
        });
    });
}

fn hierarchy(tree: &CategoryTree) -> String {
    json::members(|m| {
        m.array("levels", tree.levels(), |buffer, level| {
            json::object(buffer, |m| {
                m.integer("category_level_id", level.id);
                m.text("category_level_name", &level.name);
                m.text("category_level_slug", &level.slug);
            });
        });
        m.array("categories", tree.children(None), |buffer, node| subtree(buffer, tree, node));
    })
}

/// Differs wherever trees do. It is made of what they hold: a count would begin again in a database that was restored.
pub fn tree_version(tree: &CategoryTree) -> String {
    let mut digest = Sha256::new_with_prefix(hierarchy(tree));
    // What a node says itself doesn't show where one above it is archived.
    for node in tree.nodes() {
        digest.update([u8::from(node.is_active)]);
    }
    hex(&digest.finalize())
}

fn subtree(buffer: &mut Vec<u8>, tree: &CategoryTree, node: &Category) {
    json::object(buffer, |m| {
        node_members(m, node, tree.is_open(node.id));
        m.array("subcategories", tree.children(Some(node.id)), |buffer, node| subtree(buffer, tree, node));
    });
}

/// `is_open` is what is shown, as nothing can be filed below an archived node either; its own value is kept for when the
/// one above is taken back.
fn node_members(m: &mut Members<'_>, node: &Category, is_open: bool) {
    m.integer("category_id", node.id.get());
    m.text("category_name", &node.name);
    m.integer("category_level_id", node.level);
    m.integer("category_order_number", node.order_number);
    m.flag("category_is_other", node.is_other);
    m.flag("category_is_active", is_open);
    // 3 in all that is published of the mirrored API; nobody says what else it may be.
    m.integer("category_scope", 3);
}

impl Person {
    fn of(user: &User) -> Self {
        let object = |m: &mut Members<'_>| {
            m.integer("user_id", user.id.get());
            m.text("user_email", user.email.as_str());
            m.text("user_first_name", &user.profile.first_name);
            m.text("user_last_name", &user.profile.last_name);
        };
        Self {
            name: user.full_name(),
            email: user.email.as_str().to_owned(),
            initials: user.initials(),
            members: json::members(object),
            as_submitter: json::members(|m| {
                m.integer("process_submitter_user_id", user.id.get());
                m.object("process_submitter", object);
                m.optional_text("user_department", user.profile.department.as_deref());
                m.optional_text("user_business_unit", user.profile.business_unit.as_deref());
            }),
            as_owner: json::members(|m| {
                m.integer("process_owner_user_id", user.id.get());
                m.object("owner", object);
            }),
        }
    }
}
