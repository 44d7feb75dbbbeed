//! The application inventory.

use automation_hub_domain::{clock::Timestamp, page::PageRequest};
use automation_hub_storage::applications::{self, NewApplication};
use automation_hub_storage::{Constraint, StorageError};

use crate::organization::{Organization, found_tenant};

fn application(name: &str, version: &str) -> NewApplication {
    NewApplication {
        name: name.into(),
        version: version.into(),
        language: "English".into(),
        comments: String::new(),
        is_thin_client: false,
        is_added_by_end_user: false,
        categories: Vec::new(),
        created_at: Timestamp::from_millis(7),
    }
}

#[tokio::test]
async fn the_inventory_is_paged_by_name_with_its_categories() {
    let acme = Organization::found().await;
    let mut ariba = application("SAP Ariba", "2602");
    ariba.categories = vec![acme.legal, acme.finance];
    let expected = vec![acme.finance, acme.legal];
    acme.write(move |s| {
        applications::insert(s, &application("Signicat", "2026"))?;
        applications::insert(s, &ariba)?;
        applications::insert(s, &application("zeta", ""))
    })
    .await
    .unwrap();
    let request = PageRequest { offset: 0, limit: 2 };
    let page = acme.read(move |s| applications::list(s, request)).await;
    assert_eq!(page.total, 3);
    let codes: Vec<_> = page.items.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(codes, ["sap-ariba-2602", "signicat-2026"]);
    assert_eq!(page.items[0].categories, expected);
    assert!(page.items[1].categories.is_empty());
    let other = found_tenant(acme.store(), "other").await;
    let none = acme.store().read(other, move |s| applications::list(s, request)).await.unwrap();
    assert_eq!((none.total, none.items.len()), (0, 0));
}

#[tokio::test]
async fn name_and_version_are_unique_ignoring_case_and_outer_blanks() {
    let acme = Organization::found().await;
    acme.write(|s| applications::insert(s, &application("SAP GUI", "8.00"))).await.unwrap();
    let again = acme.write(|s| applications::insert(s, &application(" sap gui", "8.00 "))).await;
    assert!(matches!(again, Err(StorageError::Conflict(Constraint::ApplicationKey))), "{again:?}");
    acme.write(|s| applications::insert(s, &application("SAP GUI", "8.10"))).await.unwrap();
}
