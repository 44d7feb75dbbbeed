//! Collaborators and tags: what they leave beside an idea, and that no other tenant sees it.

use automation_hub_domain::clock::Timestamp;
use automation_hub_domain::collaborator::Collaborator;
use automation_hub_domain::id::RoleId;
use automation_hub_domain::tag::Tag;
use automation_hub_storage::ideas::{self, IdeaFilter, IdeaKey};
use automation_hub_storage::{StorageError, collaborators, tags};

use crate::organization::{Organization, found_tenant};

const AT: Timestamp = Timestamp::from_millis(7);

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

#[tokio::test]
async fn both_stand_beside_the_row_and_go_again() {
    let acme = Organization::found().await;
    let (new, ana) = (acme.idea("One", 1), acme.ana);
    let manager = Collaborator { user: ana, role: RoleId::new(11) };
    let analyst = Collaborator { user: ana, role: RoleId::new(16) };
    let idea = acme
        .write(move |s| {
            let idea = ideas::insert(s, &new, r#""a":1"#)?.id;
            collaborators::add(s, idea, &[analyst, manager, manager], AT)?;
            tags::set(s, idea, &[tag("Quick win"), tag("2027"), tag("quick WIN")], AT)?;
            Ok(idea)
        })
        .await
        .unwrap();
    let shown = async || {
        let read = move |s: &mut automation_hub_storage::Session<'_>| {
            ideas::find_record(s, IdeaKey::Id(idea), |record| {
                (record.collaborators().collect::<Vec<_>>(), record.tags.to_owned(), record.updated_at)
            })
        };
        acme.read(read).await.unwrap()
    };
    assert_eq!(shown().await, (vec![manager, analyst], r#"["Quick win","2027"]"#.to_owned(), AT));
    let parts = acme.read(move |s| collaborators::roles_of(s, idea, ana)).await;
    assert_eq!(
        parts.iter().map(|role| role.slug.as_str()).collect::<Vec<_>>(),
        ["ah-project-manager", "ah-business-analyst"]
    );
    acme.write(move |s| {
        collaborators::remove(s, idea, &[manager], AT)?;
        tags::set(s, idea, &[], AT).map(drop)
    })
    .await
    .unwrap();
    assert_eq!(shown().await, (vec![analyst], "[]".to_owned(), AT));
}

#[tokio::test]
async fn another_tenant_sees_neither_collaborators_nor_tags_and_has_roles_of_its_own() {
    let acme = Organization::found().await;
    let (new, ana) = (acme.idea("One", 1), acme.ana);
    let idea = acme
        .write(move |s| {
            let idea = ideas::insert(s, &new, r#""a":1"#)?.id;
            collaborators::add(s, idea, &[Collaborator { user: ana, role: RoleId::new(11) }], AT)?;
            tags::set(s, idea, &[tag("Quick win")], AT)?;
            Ok(idea)
        })
        .await
        .unwrap();
    let tagged = || IdeaFilter { tag: Some("quick win".into()), ..IdeaFilter::default() };
    assert_eq!(acme.read(move |s| ideas::count(s, &tagged())).await, 1);
    let other = found_tenant(acme.store(), "other").await;
    acme.store()
        .write(other, move |s| {
            assert_eq!(collaborators::list(s, idea)?, []);
            assert_eq!(collaborators::roles_of(s, idea, ana)?, []);
            assert_eq!(tags::list(s, idea)?, [""; 0]);
            assert_eq!(ideas::count(s, &tagged())?, 0);
            assert_eq!(collaborators::roles(s)?.len(), 8);
            collaborators::remove(s, idea, &[Collaborator { user: ana, role: RoleId::new(11) }], AT)
        })
        .await
        .unwrap();
    assert_eq!(acme.read(move |s| collaborators::list(s, idea)).await.len(), 1);
    let reads = acme.store().read(acme.tenant, collaborators::roles).await;
    assert!(matches!(reads, Ok::<_, StorageError>(roles) if roles.len() == 8));
}

const MIGRATION: &str = include_str!("../../migrations/0015_collaborators_and_tags.sql");

#[tokio::test]
async fn records_of_an_earlier_version_lose_what_they_said_of_both_and_nothing_else() {
    let acme = Organization::found().await;
    let new = acme.idea("One", 1);
    let rewrite =
        ["UPDATE", MIGRATION.rsplit_once("UPDATE").unwrap().1.trim_end().trim_end_matches(';')].concat();
    let idea = acme
        .write(move |s| {
            let before = r#""d":"\"collaborators\":[],\"tags\":[],","collaborators":[],"tags":[],"process_num_documents":2,"process_num_collaborators":0,"n":1"#;
            let idea = ideas::insert(s, &new, before)?.id;
            s.execute(&rewrite, &[])?;
            Ok(idea)
        })
        .await
        .unwrap();
    let wire = acme.read(move |s| {
        ideas::find_record(s, IdeaKey::Id(idea), |record| String::from_utf8_lossy(record.wire).into_owned())
    });
    let after = r#""d":"\"collaborators\":[],\"tags\":[],","process_num_documents":2,"n":1"#;
    assert_eq!(wire.await.unwrap(), after);
}
