//! The category tree.

use automation_hub_storage::{Constraint, StorageError, categories, tenants};

use crate::organization::{Organization, found_tenant, node};

#[tokio::test]
async fn siblings_stand_in_their_order_and_paths_lead_from_the_top() {
    let acme = Organization::found().await;
    let (finance, payables, legal) = (acme.finance, acme.payables, acme.legal);
    let taxes = acme.write(move |s| categories::insert(s, &node("Tax", Some(finance), 0))).await.unwrap();
    let tree = acme.read(categories::tree).await;

    let names: Vec<_> = tree.children(Some(finance)).map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["Tax", "Accounts payable"]);
    assert_eq!(tree.path_ids(payables), [finance, payables]);
    assert!(tree.path(automation_hub_domain::id::CategoryId::new(999)).is_empty());
    let mut below = tree.with_descendants(&[finance]);
    below.sort();
    let mut expected = vec![finance, payables, taxes];
    expected.sort();
    assert_eq!(below, expected);
    assert_eq!(tree.with_descendants(&[legal, legal]), [legal]);
    assert_eq!(tree.levels().len(), 2);
}

#[tokio::test]
async fn another_tenant_sees_nothing_and_can_not_file_below() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let tree = acme.store().read(other, categories::tree).await.unwrap();
    assert!(tree.nodes().is_empty());
    let finance = acme.finance;
    let refused =
        acme.store().write(other, move |s| categories::insert(s, &node("Spy", Some(finance), 1))).await;
    assert!(matches!(refused, Err(StorageError::Conflict(Constraint::Reference))), "{refused:?}");
}

#[tokio::test]
async fn every_change_raises_the_version_of_the_catalogue() {
    let acme = Organization::found().await;
    let before = acme.read(tenants::versions).await.catalogue;
    let legal = acme.legal;
    assert!(acme.write(move |s| categories::set_active(s, legal, false)).await.unwrap());
    assert!(acme.read(tenants::versions).await.catalogue > before);
    assert!(!acme.read(categories::tree).await.find(legal).unwrap().is_active);
}
