//! The whole tree as it is to be, while it is being checked. Nodes refer to one another by position, as new ones have
//! no id yet.

use std::collections::HashMap;

use automation_hub_domain::{id::CategoryId, text};
use automation_hub_storage::categories::{Category, CategoryLevel, CategoryTree};

use super::{CategoryRow, LEVELS};
use crate::error::Violations;

pub(super) struct Node {
    /// Absent until a new one is stored.
    id: Option<CategoryId>,
    parent: Option<usize>,
    name: String,
    level: i64,
    order_number: i64,
    is_other: bool,
    is_active: bool,
    /// As it was, unless it is new.
    pub(super) before: Option<Category>,
    /// Where in the body it stands, and what level it says it has.
    at: Option<String>,
    level_given: Option<i64>,
    parent_before: Option<usize>,
}

impl Node {
    fn of(category: &Category) -> Self {
        Self {
            id: Some(category.id),
            parent: None,
            name: category.name.clone(),
            level: category.level,
            order_number: category.order_number,
            is_other: category.is_other,
            is_active: category.is_active,
            before: Some(category.clone()),
            at: None,
            level_given: None,
            parent_before: None,
        }
    }

    fn empty() -> Self {
        Self {
            id: None,
            parent: None,
            name: String::new(),
            level: 0,
            order_number: 0,
            is_other: false,
            is_active: true,
            before: None,
            at: None,
            level_given: None,
            parent_before: None,
        }
    }

    /// Whether it gets another place, or its first.
    pub(super) fn is_moved(&self) -> bool {
        self.before.is_none() || self.parent != self.parent_before
    }

    fn is_renamed(&self) -> bool {
        self.before.as_ref().is_none_or(|before| before.name != self.name)
    }

    fn is_changed(&self) -> bool {
        self.is_moved()
            || self.is_renamed()
            || self.before.as_ref().is_some_and(|before| {
                (before.order_number, before.is_other, before.is_active)
                    != (self.order_number, self.is_other, self.is_active)
            })
    }
}

pub(super) struct Draft<'t> {
    tree: &'t CategoryTree,
    nodes: Vec<Node>,
    /// Positions of the nodes in the body, each after the one it stands below.
    turns: Vec<usize>,
}

impl<'t> Draft<'t> {
    pub(super) fn of(tree: &'t CategoryTree, rows: &[CategoryRow], wrong: &mut Violations) -> Self {
        let positions: HashMap<_, _> = tree.nodes().iter().map(|node| node.id).zip(0..).collect();
        let mut nodes: Vec<_> = tree.nodes().iter().map(Node::of).collect();
        for (node, category) in nodes.iter_mut().zip(tree.nodes()) {
            node.parent_before = category.parent.and_then(|parent| positions.get(&parent).copied());
            node.parent = node.parent_before;
        }
        let mut draft = Self { tree, nodes, turns: Vec::new() };
        for row in rows {
            draft.place(row, None, &positions, wrong);
        }
        draft
    }

    fn place(
        &mut self,
        row: &CategoryRow,
        above: Option<usize>,
        positions: &HashMap<CategoryId, usize>,
        wrong: &mut Violations,
    ) {
        let known = row.id.and_then(|id| positions.get(&id).copied());
        if row.id.is_some() && known.is_none() {
            wrong.add(format!("{}/category_id", row.at), "There is no such category.");
        }
        let position = known.unwrap_or(self.nodes.len());
        if known.is_none() {
            self.nodes.push(Node::empty());
        }
        let next = self.next_order_number(above);
        if let Some(node) = self.nodes.get_mut(position) {
            if node.at.is_some() {
                wrong.add(format!("{}/category_id", row.at), "This category stands further up too.");
                return;
            }
            let is_new = node.before.is_none();
            // At the top of the body a node stays where it is, unless it says that it belongs there.
            if above.is_some() || is_new || row.level == Some(1) {
                node.parent = above;
            }
            node.at = Some(row.at.clone());
            node.level_given = row.level;
            node.name = row.name.clone().unwrap_or_else(|| std::mem::take(&mut node.name));
            node.order_number = row.order_number.unwrap_or(if is_new { next } else { node.order_number });
            node.is_other = row.is_other.unwrap_or(node.is_other);
            // 0 of what is shown so for one above it is no more than what was read.
            let is_as_read = row.is_active == Some(false) && node.id.is_some_and(|id| !self.tree.is_open(id));
            if !is_as_read {
                node.is_active = row.is_active.unwrap_or(node.is_active);
            }
        }
        self.turns.push(position);
        for below in &row.below {
            self.place(below, Some(position), positions, wrong);
        }
    }

    fn next_order_number(&self, parent: Option<usize>) -> i64 {
        let beside = self.nodes.iter().filter(|node| node.parent == parent);
        beside.map(|node| node.order_number).max().unwrap_or_default().saturating_add(1)
    }

    /// Gives every node its level; notes what can't be so.
    pub(super) fn check(&mut self, levels: &[CategoryLevel], wrong: &mut Violations) {
        let depths: Vec<_> = (0..self.nodes.len()).map(|position| self.depth(position)).collect();
        for (position, depth) in depths.into_iter().enumerate() {
            let rule = match depth {
                None => Some("A category can't stand below itself.".to_owned()),
                Some(depth) if depth > LEVELS => Some(format!("At most {LEVELS} levels.")),
                Some(depth) => {
                    let Some(node) = self.nodes.get_mut(position) else { continue };
                    let is_known = levels.iter().any(|level| level.id == depth);
                    let is_elsewhere = node.before.as_ref().is_none_or(|before| before.level != depth);
                    node.level = depth;
                    (is_elsewhere && !is_known)
                        .then(|| format!("There is no level {depth} yet. Name it under “levels”."))
                }
            };
            if let (Some(rule), Some(at)) = (rule, self.nearest_at(position)) {
                wrong.add(at, rule);
            }
        }
        for (turn, &position) in self.turns.iter().enumerate() {
            self.check_named(turn, position, wrong);
        }
    }

    fn check_named(&self, turn: usize, position: usize, wrong: &mut Violations) {
        let Some(node) = self.nodes.get(position) else { return };
        let Some(at) = &node.at else { return };
        if node.level_given.is_some_and(|given| given != node.level) {
            let rule = format!("This stands on level {}.", node.level);
            wrong.add(format!("{at}/category_level_id"), rule);
        }
        if node.name.is_empty() || !(node.is_moved() || node.is_renamed()) {
            return;
        }
        let name = text::fold(&node.name);
        let is_later = |other: usize| self.turns.iter().skip(turn).any(|&later| later == other);
        let is_taken = self.nodes.iter().enumerate().any(|(other, beside)| {
            other != position
                && beside.parent == node.parent
                && text::fold(&beside.name) == name
                && !is_later(other)
        });
        if is_taken {
            wrong.add(format!("{at}/category_name"), "A category beside it has this name.");
        }
    }

    /// How deep a node stands, the top being 1; none where it stands below itself.
    fn depth(&self, position: usize) -> Option<i64> {
        let limit = self.nodes.len();
        let depth = self.line(position).take(limit + 1).count();
        (depth <= limit).then_some(i64::try_from(depth).unwrap_or(i64::MAX))
    }

    /// The nodes from one up to the top, itself first. Endless where it stands below itself.
    fn line(&self, position: usize) -> impl Iterator<Item = &Node> {
        let node = |position: usize| self.nodes.get(position);
        std::iter::successors(node(position), move |below| below.parent.and_then(node))
    }

    /// Where the body tells of a node, or of the nearest one above it.
    fn nearest_at(&self, position: usize) -> Option<String> {
        self.line(position).take(self.nodes.len()).find_map(|node| node.at.clone())
    }

    /// What the body changes.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Node> {
        self.turns.iter().filter_map(|&position| self.nodes.get(position)).filter(|node| node.is_changed())
    }

    pub(super) fn path_before(&self, id: CategoryId) -> Vec<CategoryId> {
        self.tree.path_ids(id)
    }

    /// The ids of all above a node, as it is to be.
    pub(super) fn path_above(&self, node: &Node) -> Vec<CategoryId> {
        let Some(parent) = node.parent else { return Vec::new() };
        self.line(parent).take(self.nodes.len()).filter_map(|node| node.id).collect()
    }

    /// All nodes, in an order in which each comes after the one it is to stand below.
    pub(super) fn in_turn(&self) -> Vec<usize> {
        let rest = (0..self.nodes.len()).filter(|position| !self.turns.contains(position));
        self.turns.iter().copied().chain(rest).collect()
    }

    pub(super) fn before(&self, position: usize) -> Option<&Category> {
        self.nodes.get(position)?.before.as_ref()
    }

    /// The node as it is to be stored; a new one without an id of its own.
    pub(super) fn category(&self, position: usize) -> Option<Category> {
        let node = self.nodes.get(position)?;
        let parent = node.parent.and_then(|parent| self.nodes.get(parent)).and_then(|parent| parent.id);
        Some(Category {
            id: node.id.unwrap_or(CategoryId::new(0)),
            parent,
            level: node.level,
            name: node.name.clone(),
            order_number: node.order_number,
            is_other: node.is_other,
            is_active: node.is_active,
        })
    }

    pub(super) fn is_stored(&mut self, position: usize, id: CategoryId) {
        if let Some(node) = self.nodes.get_mut(position) {
            node.id = Some(id);
        }
    }
}
