//! Which categories a caller sees.

use automation_hub_domain::{access::Reach, id::CategoryId, permission::Permission};
use automation_hub_storage::categories::CategoryTree;

use crate::auth::actor::Actor;

/// The categories of a filter that the caller may look into, those below them included. `None` means all.
pub fn visible(tree: &CategoryTree, actor: &Actor, asked: Option<&[CategoryId]>) -> Option<Vec<CategoryId>> {
    let asked = asked.map(|ids| tree.with_descendants(ids));
    let granted = match actor.reach(Permission::Explore) {
        Reach::Everywhere => return asked,
        Reach::Categories(ids) => tree.with_descendants(&ids),
        Reach::Nowhere => Vec::new(),
    };
    Some(match asked {
        Some(asked) => asked.into_iter().filter(|id| granted.contains(id)).collect(),
        None => granted,
    })
}
