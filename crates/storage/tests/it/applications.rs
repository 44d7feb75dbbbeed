//! The application inventory.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use automation_hub_domain::{clock::Timestamp, id::ApplicationId, page::PageRequest};
use automation_hub_storage::applications::{self, ApplicationChange, InventoryVersion, NewApplication};
use automation_hub_storage::chunk::Start;
use automation_hub_storage::{Constraint, Engine, Session, StorageError, ideas, values};
use tokio::sync::oneshot;

use crate::organization::{Organization, found_tenant};

const LATER: Timestamp = Timestamp::from_millis(9);
/// Looks at what another session does, until it has to be there: each is a round trip.
const PATIENCE: usize = 200_000;

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

/// Names stand the other way round than ids, and there are more than one statement names.
#[tokio::test]
async fn each_entry_of_a_long_list_has_its_own_categories_and_chunks_follow_one_another() {
    const ENTRIES: u64 = 503;
    let acme = Organization::found().await;
    let (finance, legal) = (acme.finance, acme.legal);
    acme.write(move |s| {
        for n in 0..ENTRIES {
            let mut new = application(&format!("Tool {:04}", ENTRIES - n), "");
            new.categories = if n % 2 == 0 { vec![finance] } else { vec![finance, legal] };
            applications::insert(s, &new)?;
        }
        Ok(())
    })
    .await
    .unwrap();
    let before = acme.store().statement_count();
    let all = acme.read(|s| applications::list(s, PageRequest { offset: 0, limit: ENTRIES })).await.items;
    assert_eq!(acme.store().statement_count() - before, 4, "a count, the rows, twice their categories");
    for (n, entry) in (1..).zip(&all) {
        assert_eq!(entry.name, format!("Tool {n:04}"));
        let expected = if (ENTRIES - n).is_multiple_of(2) { vec![finance] } else { vec![finance, legal] };
        assert_eq!(entry.categories, expected, "{}", entry.name);
    }
    let (mut chunked, mut start) = (Vec::new(), Start::Offset(3));
    loop {
        let chunk = acme.read(move |s| applications::chunk(s, "tool", &start, 100)).await;
        chunked.extend(chunk.items);
        let Some(end) = chunk.end else { break };
        start = Start::After(end);
    }
    assert_eq!(chunked, all[3..]);
}

#[tokio::test]
async fn name_and_version_are_unique_ignoring_case_and_outer_blanks() {
    let acme = Organization::found().await;
    acme.write(|s| applications::insert(s, &application("SAP GUI", "8.00"))).await.unwrap();
    let again = acme.write(|s| applications::insert(s, &application(" sap gui", "8.00 "))).await;
    assert!(matches!(again, Err(StorageError::Conflict(Constraint::ApplicationKey))), "{again:?}");
    acme.write(|s| applications::insert(s, &application("SAP GUI", "8.10"))).await.unwrap();
}

fn change(name: &str, version: &str) -> ApplicationChange {
    ApplicationChange {
        name: name.into(),
        version: version.into(),
        language: "German".into(),
        comments: "Terminal server".into(),
        is_thin_client: true,
        is_active: false,
        categories: Vec::new(),
    }
}

#[tokio::test]
async fn a_change_replaces_all_that_an_entry_holds() {
    let acme = Organization::found().await;
    let mut new = application("SAP GUI", "8.00");
    new.categories = vec![acme.finance];
    let id = acme.write(move |s| applications::insert(s, &new)).await.unwrap();
    let mut changed = change("SAP Ariba", "2602");
    changed.categories = vec![acme.legal];
    let expected = changed.categories.clone();
    assert!(acme.write(move |s| applications::update(s, id, &changed, LATER)).await.unwrap());
    let found = acme.read(move |s| applications::find(s, id)).await.unwrap();
    assert_eq!((found.code.as_str(), found.language.as_str()), ("sap-ariba-2602", "German"));
    assert_eq!((found.is_thin_client, found.is_active, found.categories.clone()), (true, false, expected));
    let by_name = acme.read(|s| applications::find_entry(s, " sap  ARIBA", "2602")).await;
    assert_eq!(by_name, Some(found));
    assert_eq!(acme.read(|s| applications::find_entry(s, "SAP GUI", "8.00")).await, None);
}

#[tokio::test]
async fn a_change_to_the_name_of_another_entry_is_a_conflict() {
    let acme = Organization::found().await;
    acme.write(|s| applications::insert(s, &application("Excel", "365"))).await.unwrap();
    let id = acme.write(|s| applications::insert(s, &application("Word", "365"))).await.unwrap();
    let taken = acme.write(move |s| applications::update(s, id, &change("EXCEL", "365"), LATER)).await;
    assert!(matches!(taken, Err(StorageError::Conflict(Constraint::ApplicationKey))), "{taken:?}");
}

#[tokio::test]
async fn another_tenant_finds_changes_and_deletes_nothing() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let id = acme.write(|s| applications::insert(s, &application("Excel", "365"))).await.unwrap();
    let work = move |s: &mut automation_hub_storage::Session<'_>| {
        Ok::<_, StorageError>((
            applications::find(s, id)?,
            applications::find_entry(s, "Excel", "365")?,
            applications::update(s, id, &change("Word", "1"), LATER)?,
            applications::delete(s, id, LATER)?,
        ))
    };
    assert_eq!(acme.store().write(other, work).await.unwrap(), (None, None, false, false));
    assert_eq!(acme.read(move |s| applications::find(s, id)).await.unwrap().name, "Excel");
}

#[tokio::test]
async fn wildcards_in_a_search_are_letters() {
    let acme = Organization::found().await;
    for name in ["100% Office", "1000 Office"] {
        acme.write(move |s| applications::insert(s, &application(name, "1"))).await.unwrap();
    }
    let all = PageRequest::default();
    for (text, expected) in [("", 2), ("office 1", 2), ("0% o", 1), ("_", 0), ("none", 0)] {
        let page = acme.read(move |s| applications::search(s, text, all)).await;
        assert_eq!((page.total, page.items.len()), (expected, usize::try_from(expected).unwrap()), "{text}");
    }
}

async fn use_it(acme: &Organization, id: ApplicationId) {
    let mut idea = acme.idea("Uses it", 0);
    idea.content.applications = vec![id];
    acme.write(move |s| ideas::insert(s, &idea, "")).await.unwrap();
}

#[tokio::test]
async fn an_entry_that_ideas_name_stays_until_they_are_deleted() {
    let acme = Organization::found().await;
    let id = acme.write(|s| applications::insert(s, &application("Excel", "365"))).await.unwrap();
    use_it(&acme, id).await;
    let refused = acme.write(move |s| applications::delete(s, id, LATER)).await;
    assert!(matches!(refused, Err(StorageError::Conflict(Constraint::Reference))), "{refused:?}");
    let tenant = acme.tenant;
    let delete = "UPDATE ideas SET is_deleted = 1 WHERE tenant_id = $1";
    acme.write(move |s| s.execute(delete, values![tenant])).await.unwrap();
    assert!(acme.write(move |s| applications::delete(s, id, LATER)).await.unwrap());
    assert!(!acme.write(move |s| applications::delete(s, id, LATER)).await.unwrap(), "once");
}

#[tokio::test]
async fn each_change_of_the_inventory_makes_it_another_one_and_nothing_else_does() {
    let acme = Organization::found().await;
    let version = async || acme.read(applications::version).await;
    let first = version().await;
    let id = acme.write(|s| applications::insert(s, &application("Excel", "365"))).await.unwrap();
    let filled = version().await;
    assert_eq!(filled, InventoryVersion { count: first.count + 1, changed_at: Timestamp::from_millis(7) });
    let twice = acme.write(|s| applications::insert(s, &application("excel", "365"))).await;
    assert!(twice.is_err());
    assert_eq!(
        acme.write(|s| applications::find_or_insert(s, &application("Excel", "365"))).await.unwrap(),
        id
    );
    assert_eq!(acme.write(applications::version_to_change).await.unwrap(), filled);
    let gone = ApplicationId::new(999);
    acme.write(move |s| {
        applications::update(s, gone, &change("Word", "1"), LATER)?;
        applications::delete(s, gone, LATER)
    })
    .await
    .unwrap();
    assert_eq!(version().await, filled);
    acme.write(|s| applications::find_or_insert(s, &application("Word", "1"))).await.unwrap();
    acme.write(move |s| applications::update(s, id, &change("Excel", "366"), LATER)).await.unwrap();
    acme.write(move |s| applications::delete(s, id, LATER)).await.unwrap();
    assert_eq!(version().await, InventoryVersion { count: filled.count + 3, changed_at: LATER });
    let other = found_tenant(acme.store(), "other").await;
    assert_eq!(acme.store().read(other, applications::version).await.unwrap(), first);
}

/// Whether another connection waits for what this one has changed.
fn is_awaited(session: &mut Session<'_>) -> Result<bool, StorageError> {
    session.one(
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))",
        values![],
        |row| Ok(row.get::<i64>(0)? != 0),
    )
}

#[tokio::test]
async fn whoever_names_a_new_application_waits_for_whoever_changes_the_inventory() {
    let acme = Organization::found().await;
    let is_embedded = acme.store().engine() == Engine::Sqlite;
    let tries = Arc::new(AtomicUsize::new(0));
    let (has_begun, is_begun) = oneshot::channel();
    let (mut has_begun, of_manager, of_author) = (Some(has_begun), Arc::clone(&tries), Arc::clone(&tries));
    let manager = acme.write(move |s| {
        of_manager.fetch_add(1, Ordering::SeqCst);
        applications::version_to_change(s)?;
        if let Some(has_begun) = has_begun.take() {
            has_begun.send(()).unwrap();
            // The embedded engine's one writer has nobody who waits for it within a transaction.
            let mut looks = 0;
            while !is_embedded && !is_awaited(s)? {
                looks += 1;
                assert!(looks < PATIENCE, "nobody waits for the inventory");
            }
        }
        applications::insert(s, &application("Excel", "365"))
    });
    let author = async {
        is_begun.await.unwrap();
        acme.write(move |s| {
            of_author.fetch_add(1, Ordering::SeqCst);
            applications::find_or_insert(s, &application("excel", "365"))
        })
        .await
    };
    let (entered, named) = tokio::join!(manager, author);
    assert_eq!(named.unwrap(), entered.unwrap());
    assert_eq!(tries.load(Ordering::SeqCst), 2, "neither was in the other's way");
}
