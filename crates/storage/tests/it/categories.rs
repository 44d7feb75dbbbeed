//! The category tree.

use automation_hub_storage::categories::{Category, CategoryLevel};
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

fn moved(tree: &categories::CategoryTree, id: automation_hub_domain::id::CategoryId) -> Category {
    Category { name: "Payables".into(), order_number: 7, is_other: true, ..tree.find(id).unwrap().clone() }
}

#[tokio::test]
async fn a_node_is_renamed_and_moved() {
    let acme = Organization::found().await;
    let (legal, payables) = (acme.legal, acme.payables);
    let mut changed = moved(&acme.read(categories::tree).await, payables);
    changed.parent = Some(legal);
    let expected = changed.clone();
    let before = acme.read(tenants::versions).await.catalogue;
    assert!(acme.write(move |s| categories::update(s, &changed)).await.unwrap());
    let tree = acme.read(categories::tree).await;
    assert_eq!(tree.find(payables), Some(&expected));
    assert_eq!(tree.path_ids(payables), [legal, payables]);
    assert!(acme.read(tenants::versions).await.catalogue > before);
    let mut top = expected;
    top.parent = None;
    assert!(acme.write(move |s| categories::update(s, &top)).await.unwrap());
    assert_eq!(acme.read(categories::tree).await.path_ids(payables), [payables]);
}

#[tokio::test]
async fn a_node_moves_to_no_other_tenant_and_is_changed_by_none() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let theirs =
        acme.store().write(other, |s| categories::insert(s, &node("Theirs", None, 1))).await.unwrap();
    let own = moved(&acme.read(categories::tree).await, acme.payables);
    let mut astray = own.clone();
    astray.parent = Some(theirs);
    assert!(!acme.write(move |s| categories::update(s, &astray)).await.unwrap());
    assert!(!acme.store().write(other, move |s| categories::update(s, &own)).await.unwrap());
    assert_eq!(acme.read(categories::tree).await.find(acme.payables).unwrap().name, "Accounts payable");
}

#[tokio::test]
async fn a_level_is_renamed_in_its_own_tenant_only() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let level = CategoryLevel { id: 1, name: "Area".into(), slug: "area".into() };
    let same = level.clone();
    assert!(!acme.store().write(other, move |s| categories::update_level(s, &same)).await.unwrap());
    let same = level.clone();
    assert!(acme.write(move |s| categories::update_level(s, &same)).await.unwrap());
    assert_eq!(acme.read(categories::tree).await.levels()[0], level);
}

#[tokio::test]
async fn what_lies_below_an_archived_node_is_closed() {
    let acme = Organization::found().await;
    let (finance, payables) = (acme.finance, acme.payables);
    assert!(acme.read(categories::tree).await.is_open(payables));
    acme.write(move |s| categories::set_active(s, finance, false)).await.unwrap();
    let tree = acme.read(categories::tree).await;
    assert!(!tree.is_open(payables) && !tree.is_open(finance) && tree.is_open(acme.legal));
    assert!(!tree.is_open(automation_hub_domain::id::CategoryId::new(999)));
}
