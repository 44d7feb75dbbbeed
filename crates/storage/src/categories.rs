//! The category tree of a tenant. It is read whole: a tenant has some dozens of nodes, rarely some hundreds.

use std::{
    collections::{HashMap, HashSet},
    iter,
};

use automation_hub_domain::id::CategoryId;

use crate::{Session, StorageError, tenants, values};

/// What the nodes of one depth are called, such as "Business Area".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryLevel {
    pub id: i64,
    pub name: String,
    pub slug: String,
}

/// A node that doesn't exist yet.
#[derive(Clone, Debug)]
pub struct NewCategory {
    pub parent: Option<CategoryId>,
    pub level: i64,
    pub name: String,
    pub order_number: i64,
    pub is_other: bool,
    /// Ideas can't be filed under an archived node.
    pub is_active: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub id: CategoryId,
    pub parent: Option<CategoryId>,
    pub level: i64,
    pub name: String,
    pub order_number: i64,
    pub is_other: bool,
    pub is_active: bool,
}

/// All levels and nodes of a tenant, siblings in their order.
#[derive(Clone, Debug, Default)]
pub struct CategoryTree {
    levels: Vec<CategoryLevel>,
    nodes: Vec<Category>,
    /// Sorted: where each node stands. Some dozens are found more quickly so than by hashing.
    positions: Vec<(CategoryId, usize)>,
    children: HashMap<Option<CategoryId>, Vec<usize>>,
}

impl CategoryTree {
    fn new(levels: Vec<CategoryLevel>, nodes: Vec<Category>) -> Self {
        let mut children: HashMap<_, Vec<_>> = HashMap::new();
        for (position, node) in nodes.iter().enumerate() {
            children.entry(node.parent).or_default().push(position);
        }
        let mut positions: Vec<_> =
            nodes.iter().enumerate().map(|(position, node)| (node.id, position)).collect();
        positions.sort_unstable();
        Self { levels, nodes, positions, children }
    }

    pub fn levels(&self) -> &[CategoryLevel] {
        &self.levels
    }

    pub fn nodes(&self) -> &[Category] {
        &self.nodes
    }

    pub fn find(&self, id: CategoryId) -> Option<&Category> {
        let at = self.positions.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.nodes.get(self.positions.get(at)?.1)
    }

    /// The nodes right below one, or the top ones.
    pub fn children(&self, parent: Option<CategoryId>) -> impl Iterator<Item = &Category> {
        self.children.get(&parent).into_iter().flatten().filter_map(|&position| self.nodes.get(position))
    }

    /// A node and those above it, as far as the top. A ring can't be made through this crate; if one is there all the
    /// same, this ends.
    fn upwards(&self, id: CategoryId) -> impl Iterator<Item = &Category> {
        let above = |node: &&Category| node.parent.and_then(|parent| self.find(parent));
        iter::successors(self.find(id), above).take(self.nodes.len())
    }

    /// The nodes from the top down to one, itself included; empty if there is no such node.
    pub fn path(&self, id: CategoryId) -> Vec<&Category> {
        let mut path: Vec<_> = self.upwards(id).collect();
        path.reverse();
        path
    }

    /// Whether ideas can be filed there: neither the node nor one above it is archived.
    pub fn is_open(&self, id: CategoryId) -> bool {
        self.find(id).is_some() && self.upwards(id).all(|node| node.is_active)
    }

    pub fn path_ids(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut path: Vec<_> = self.upwards(id).map(|node| node.id).collect();
        path.reverse();
        path
    }

    /// The given nodes and all below them, each once.
    pub fn with_descendants(&self, ids: &[CategoryId]) -> Vec<CategoryId> {
        let mut seen = HashSet::new();
        let mut open: Vec<_> = ids.iter().copied().filter(|&id| self.find(id).is_some()).collect();
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                found.push(id);
                open.extend(self.children(Some(id)).map(|child| child.id));
            }
        }
        found
    }
}

/// Gives a level another name. Whether there is such a level.
pub fn update_level(session: &mut Session<'_>, level: &CategoryLevel) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE category_levels SET name = $1, slug = $2 WHERE tenant_id = $3 AND id = $4",
        values![&level.name, &level.slug, tenant, level.id],
    )?;
    tenants::touch_catalogue(session)?;
    Ok(changed == 1)
}

pub fn insert_level(session: &mut Session<'_>, level: &CategoryLevel) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "INSERT INTO category_levels (tenant_id, id, name, slug) VALUES ($1, $2, $3, $4)",
        values![tenant, level.id, &level.name, &level.slug],
    )?;
    tenants::touch_catalogue(session)
}

/// The parent has to be a node of the same tenant.
pub fn insert(session: &mut Session<'_>, new: &NewCategory) -> Result<CategoryId, StorageError> {
    let tenant = session.tenant();
    let parent = new.parent.map_or(0, CategoryId::get);
    let id = session.optional(
        "INSERT INTO categories (tenant_id, parent_id, level_id, name, order_number, is_other, is_active) \
         SELECT $1, NULLIF($2, 0), $3, $4, $5, $6, $7 WHERE $2 = 0 \
         OR EXISTS (SELECT 1 FROM categories p WHERE p.tenant_id = $1 AND p.id = $2) RETURNING id",
        values![tenant, parent, new.level, &new.name, new.order_number, new.is_other, new.is_active],
        |row| row.get(0).map(CategoryId::new),
    )?;
    tenants::touch_catalogue(session)?;
    id.ok_or(StorageError::Conflict(crate::Constraint::Reference))
}

/// Puts all of a node in the place of what was there, its parent included. Whether there is such a node.
pub fn update(session: &mut Session<'_>, category: &Category) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let parent = category.parent.map_or(0, CategoryId::get);
    let changed = session.execute(
        "UPDATE categories SET parent_id = NULLIF($1, 0), level_id = $2, name = $3, order_number = $4, \
         is_other = $5, is_active = $6 WHERE tenant_id = $7 AND id = $8 AND ($1 = 0 OR EXISTS \
         (SELECT 1 FROM categories p WHERE p.tenant_id = $7 AND p.id = $1))",
        values![
            parent,
            category.level,
            &category.name,
            category.order_number,
            category.is_other,
            category.is_active,
            tenant,
            category.id
        ],
    )?;
    tenants::touch_catalogue(session)?;
    Ok(changed == 1)
}

/// Archives a node or takes it back. Whether there is such a node.
pub fn set_active(session: &mut Session<'_>, id: CategoryId, is_active: bool) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE categories SET is_active = $1 WHERE tenant_id = $2 AND id = $3",
        values![is_active, tenant, id],
    )?;
    tenants::touch_catalogue(session)?;
    Ok(changed == 1)
}

pub fn tree(session: &mut Session<'_>) -> Result<CategoryTree, StorageError> {
    let tenant = session.tenant();
    let levels = session.all(
        "SELECT id, name, slug FROM category_levels WHERE tenant_id = $1 ORDER BY id",
        values![tenant],
        |row| Ok(CategoryLevel { id: row.get(0)?, name: row.get(1)?, slug: row.get(2)? }),
    )?;
    let nodes = session.all(
        "SELECT id, parent_id, level_id, name, order_number, is_other, is_active FROM categories \
         WHERE tenant_id = $1 ORDER BY order_number, id",
        values![tenant],
        |row| {
            Ok(Category {
                id: row.get(0)?,
                parent: row.get(1)?,
                level: row.get(2)?,
                name: row.get(3)?,
                order_number: row.get(4)?,
                is_other: row.get(5)?,
                is_active: row.get(6)?,
            })
        },
    )?;
    Ok(CategoryTree::new(levels, nodes))
}
