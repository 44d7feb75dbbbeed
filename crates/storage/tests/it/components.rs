//! The catalogue of components, and the Automation Store.

use automation_hub_domain::{
    clock::Timestamp,
    component::{ComponentStatus, ComponentType, ComponentUse},
    id::{ApplicationId, ComponentId},
    page::PageRequest,
    review::Stars,
};
use automation_hub_storage::components::{
    self, ComponentFilter, NewComponent, NewReview, NewVersion, Sight, VersionContent,
};
use automation_hub_storage::listings::{self, ListingFilter, NewListing};
use automation_hub_storage::{Constraint, Session, StorageError, ideas};

use crate::organization::{Organization, found_tenant};

const WIRE: &str = r#""process_is_published":0"#;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn everything() -> Sight {
    Sight { user: None, views: None, curates: None }
}

fn component(acme: &Organization, name: &str) -> NewComponent {
    NewComponent {
        name: name.into(),
        summary: String::new(),
        description: String::new(),
        component_type: ComponentType::Snippet,
        category: acme.finance,
        applications: Vec::new(),
        benefits: String::new(),
        dependencies: String::new(),
        compatibility: String::new(),
        author: acme.ana,
        created_at: at(1),
    }
}

fn add_version(session: &mut Session<'_>, component: ComponentId) -> Result<i64, StorageError> {
    let content = VersionContent::Link("https://a.example".into());
    components::insert_version(
        session,
        &NewVersion { component, name: "1".into(), content, created_at: at(2) },
    )
}

fn statuses(
    session: &mut Session<'_>,
    sight: &Sight,
    filter: &ComponentFilter,
) -> Result<Vec<ComponentStatus>, StorageError> {
    let page = components::list(session, sight, filter, PageRequest::default())?;
    assert_eq!(page.total, u64::try_from(page.items.len()).unwrap());
    Ok(page.items.into_iter().map(|item| item.status).collect())
}

#[tokio::test]
async fn a_component_stands_where_its_versions_stand() {
    let acme = Organization::found().await;
    let (new, finance, legal, ana) = (component(&acme, "One"), acme.finance, acme.legal, acme.ana);
    acme.write(move |s| {
        let id = components::insert(s, &new)?;
        assert_eq!((add_version(s, id)?, add_version(s, id)?), (1, 2));
        let [first, second]: [_; 2] = components::list_versions(s, &[id])?.try_into().unwrap();
        assert!(components::set_version_status(s, &first, ComponentStatus::Published, Some(ana), at(3))?);
        // The same once more has been overtaken.
        assert!(!components::set_version_status(s, &first, ComponentStatus::Archived, None, at(4))?);
        assert!(components::set_version_status(s, &second, ComponentStatus::Submitted, None, at(4))?);
        let all = ComponentFilter::default();
        assert_eq!(statuses(s, &everything(), &all)?, [ComponentStatus::Published]);
        let drafts = ComponentFilter { statuses: vec![ComponentStatus::Draft], ..all.clone() };
        assert_eq!(statuses(s, &everything(), &drafts)?, []);
        for (views, expected) in [(vec![finance], 1), (vec![legal], 0), (vec![], 0)] {
            let sight = Sight { user: None, views: Some(views), curates: Some(Vec::new()) };
            assert_eq!(statuses(s, &sight, &all)?.len(), expected);
        }
        let own = Sight { user: Some(ana), views: Some(Vec::new()), curates: Some(Vec::new()) };
        assert_eq!(statuses(s, &own, &all)?.len(), 1);
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_application_of_nobody_is_refused() {
    let acme = Organization::found().await;
    let mut new = component(&acme, "One");
    new.applications = vec![ApplicationId::new(9)];
    let refused = acme.write(move |s| components::insert(s, &new)).await;
    assert!(matches!(refused, Err(StorageError::Conflict(Constraint::Reference))), "{refused:?}");
}

#[tokio::test]
async fn the_store_shows_what_is_published_and_says_so_in_the_record() {
    let acme = Organization::found().await;
    let (new, ana, payables, legal) = (acme.idea("One", 1), acme.ana, acme.payables, acme.legal);
    let idea = acme.write(move |s| Ok(ideas::insert(s, &new, WIRE)?.id)).await.unwrap();
    acme.write(move |s| {
        let listing =
            NewListing { idea, summary: "Does it".into(), published_by: Some(ana), published_at: at(5) };
        assert!(listings::publish(s, &listing)?);
        assert!(!listings::publish(s, &listing)?);
        for (stars, comment) in [(2, "No"), (5, "Yes")] {
            let stars = Stars::new(stars).unwrap();
            let review = NewReview { user: ana, stars, comment: comment.into(), at: at(stars.get()) };
            listings::put_review(s, idea, &review)?;
        }
        Ok(())
    })
    .await
    .unwrap();
    for (categories, search, expected) in [
        (None, None, 1),
        (Some(vec![payables]), Some("oNE"), 1),
        (Some(vec![legal]), None, 0),
        (Some(vec![]), None, 0),
        (None, Some("two"), 0),
    ] {
        let filter = ListingFilter { categories, search: search.map(str::to_owned) };
        let page = acme.read(move |s| listings::list(s, &filter, PageRequest::default())).await;
        assert_eq!((page.total, page.items.len()), (expected, usize::try_from(expected).unwrap()));
    }
    let page = acme.read(|s| listings::list(s, &ListingFilter::default(), PageRequest::default())).await;
    assert_eq!((page.items[0].reviews, page.items[0].stars), (1, 5));
    let wire = move |s: &mut Session<'_>| {
        ideas::find_record(s, ideas::IdeaKey::Id(idea), |record| {
            String::from_utf8_lossy(record.wire).into_owned()
        })
    };
    assert_eq!(acme.read(wire).await.unwrap(), r#""process_is_published":1"#);
    assert!(acme.write(move |s| listings::withdraw(s, idea, at(9))).await.unwrap());
    let record = acme.read(move |s| ideas::find(s, ideas::IdeaKey::Id(idea))).await.unwrap();
    assert_eq!(
        (record.updated_at, record.version),
        (at(9), 3),
        "a change each, but for what was there already"
    );
    assert_eq!(acme.read(wire).await.unwrap(), WIRE);
    assert_eq!(acme.read(move |s| listings::list_reviews(s, idea, PageRequest::default())).await.total, 0);
}

#[tokio::test]
async fn another_tenant_sees_and_changes_nothing() {
    let acme = Organization::found().await;
    let (new, idea) = (component(&acme, "One"), acme.idea("One", 1));
    let (id, idea) = acme
        .write(move |s| {
            let id = components::insert(s, &new)?;
            add_version(s, id)?;
            Ok((id, ideas::insert(s, &idea, WIRE)?.id))
        })
        .await
        .unwrap();
    let other = found_tenant(acme.store(), "other").await;
    acme.store()
        .write(other, move |s| {
            assert_eq!(statuses(s, &everything(), &ComponentFilter::default())?, []);
            assert!(components::find(s, &everything(), id)?.is_none());
            assert_eq!(components::list_versions(s, &[id])?, []);
            let linked = components::link(s, id, idea, ComponentUse::UsedBy);
            assert!(matches!(linked, Err(StorageError::Conflict(Constraint::Reference))), "{linked:?}");
            assert!(!components::unlink(s, id, idea)?);
            assert!(!listings::withdraw(s, idea, at(9))?);
            Ok::<_, StorageError>(())
        })
        .await
        .unwrap();
}
