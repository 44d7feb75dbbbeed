//! The category tree: business areas, their categories, and sub-categories where there is much to file.

/// One node. Its path is the names from the top, joined by slashes; people, applications and ideas refer to it.
#[derive(Clone, Copy, Debug)]
pub struct SampleCategory {
    pub path: &'static str,
    pub parent: Option<&'static str>,
    pub name: &'static str,
    pub level: u8,
    /// Place among its siblings, from 1.
    pub order: u32,
    pub is_other: bool,
    pub is_active: bool,
}

const OTHER: &str = "Other";
/// Nordwind stopped going to fairs; old ideas about them are not offered a place any more.
const ARCHIVED: &str = "Sales/Trade fairs";

const PATHS: &[&str] = &[
    "Finance",
    "Finance/Accounts payable",
    "Finance/Accounts payable/Invoice entry",
    "Finance/Accounts payable/Payment runs",
    "Finance/Accounts receivable",
    "Finance/Accounts receivable/Dunning",
    "Finance/Group accounting",
    "Finance/Tax",
    "Finance/Treasury",
    "Finance/Travel",
    "People",
    "People/Recruiting",
    "People/Onboarding",
    "People/Payroll",
    "People/Payroll/Time and shifts",
    "People/Learning",
    "Logistics",
    "Logistics/Warehousing",
    "Logistics/Warehousing/Goods receipt",
    "Logistics/Transport",
    "Logistics/Trade compliance",
    "Procurement",
    "Procurement/Supplier data",
    "Procurement/Ordering",
    "Procurement/Ordering/Framework contracts",
    "Procurement/Sourcing",
    "Service",
    "Service/Complaints",
    "Service/Field service",
    "Service/Field service/Spare parts",
    "Service/Customer requests",
    "Sales",
    "Sales/Tenders",
    "Sales/Order entry",
    "Sales/Order entry/Price lists",
    "Sales/Customer data",
    "Sales/Trade fairs",
    "IT",
    "IT/Service desk",
    "IT/Service desk/Accounts and access",
    "IT/Operations",
    "IT/Data and reports",
    "Legal",
    "Legal/Contracts",
    "Legal/Data protection",
    "Production",
    "Production/Planning",
    "Production/Quality",
    "Production/Quality/Inspection records",
    "Production/Maintenance",
    "Other",
];

/// Every node, parents before their children, siblings in order.
pub fn categories() -> Vec<SampleCategory> {
    let mut nodes: Vec<SampleCategory> = Vec::with_capacity(PATHS.len());
    for &path in PATHS {
        let (parent, name) = match path.rsplit_once('/') {
            Some((parent, name)) => (Some(parent), name),
            None => (None, path),
        };
        let elder = nodes.iter().rev().find(|node| node.parent == parent);
        let order = elder.map_or(1, |node| node.order + 1);
        let above = parent.and_then(|parent| nodes.iter().find(|node| node.path == parent));
        let level = above.map_or(1, |node| node.level + 1);
        let (is_other, is_active) = (path == OTHER, path != ARCHIVED);
        nodes.push(SampleCategory { path, parent, name, level, order, is_other, is_active });
    }
    nodes
}

/// The business area a path lies in.
pub(super) fn area_of(path: &'static str) -> &'static str {
    path.split_once('/').map_or(path, |(area, _)| area)
}
