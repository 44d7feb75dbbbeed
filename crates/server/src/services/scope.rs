//! Which categories a caller sees.

use automation_hub_domain::{access::Reach, id::CategoryId, permission::Permission};
use automation_hub_storage::categories::CategoryTree;

use crate::auth::actor::Actor;

/// The categories of a filter that the caller may look into, those below them included. `None` means all.
pub fn visible(tree: &CategoryTree, actor: &Actor, asked: Option<&[CategoryId]>) -> Option<Vec<CategoryId>> {
    within(tree, actor, &[Permission::Explore], asked.map(|ids| tree.with_descendants(ids)))
}

/// Those of some categories where the caller holds any of some permissions. `None` means all.
pub fn within(
    tree: &CategoryTree,
    actor: &Actor,
    permissions: &[Permission],
    categories: Option<Vec<CategoryId>>,
) -> Option<Vec<CategoryId>> {
    let mut granted = Vec::new();
    for &permission in permissions {
        match actor.reach(permission) {
            Reach::Everywhere => return categories,
            Reach::Categories(ids) => granted.extend(ids),
            Reach::Nowhere => {}
        }
    }
    let granted = tree.with_descendants(&granted);
    Some(match categories {
        Some(ids) => ids.into_iter().filter(|id| granted.contains(id)).collect(),
        None => granted,
    })
}
