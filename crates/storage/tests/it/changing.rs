//! Changing ideas: row, counts, search key and applications move together, and nobody's change is lost.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, IdeaId, PhaseId, StatusId},
    idea::{Idea, Priority, SubmissionType},
    page::PageRequest,
    questionnaire::answer::Answer,
};
use automation_hub_storage::applications::{self, NewApplication};
use automation_hub_storage::ideas::{self, DeletedFilter, IdeaFilter, IdeaKey, IdeaLine, IdeaOrder, Window};
use automation_hub_storage::{Constraint, Session, StorageError};

use crate::organization::{APPROVED, Organization, found_tenant};

const NOT_STARTED: StatusId = StatusId::new(51);

async fn insert(acme: &Organization, name: &str) -> IdeaId {
    let new = acme.idea(name, 1000);
    acme.write(move |s| ideas::insert(s, &new, r#""own":1"#)).await.unwrap().id
}

/// Changes an idea as `change` says.
async fn change(
    acme: &Organization,
    id: IdeaId,
    change: impl Fn(&mut Idea) + Send + 'static,
) -> Result<(), StorageError> {
    acme.change_idea(id, r#""own":2"#, change).await
}

async fn count(acme: &Organization, filter: IdeaFilter) -> u64 {
    let counted = filter.clone();
    let kept = acme.read(move |s| ideas::count(s, &counted)).await;
    // The same by counting rows: nothing is kept of what a search finds, not even of one for nothing.
    let rows = IdeaFilter { search: filter.search.clone().or(Some(String::new())), ..filter };
    assert_eq!(acme.read(move |s| ideas::count(s, &rows)).await, kept, "the counts are those of the rows");
    kept
}

#[tokio::test]
async fn a_change_rewrites_everything_that_shows_the_idea() {
    let acme = Organization::found().await;
    let id = insert(&acme, "Match invoices").await;
    let (legal, ana) = (acme.legal, acme.ana);
    change(&acme, id, move |idea| {
        idea.name = "Read contracts".into();
        idea.category = legal;
        idea.phase = PhaseId::new(2);
        idea.status = NOT_STARTED;
        idea.owner = Some(ana);
        idea.submission_type = SubmissionType::CoeDriven;
        idea.updated_at = Timestamp::from_millis(5000);
        idea.content.description = "Clause by clause".into();
        idea.content.idea_score = Some(91.0);
        idea.content.answers.insert("Q2-VOLUMES".into(), Answer { value: Some(50.into()), comment: None });
    })
    .await
    .unwrap();

    let idea = acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap();
    assert_eq!((idea.name.as_str(), idea.slug.as_str()), ("Read contracts", "match-invoices"));
    assert_eq!((idea.category, idea.status, idea.owner), (legal, NOT_STARTED, Some(ana)));
    assert_eq!((idea.created_at.millis(), idea.updated_at.millis()), (1000, 5000));
    assert_eq!(idea.content.idea_score, Some(91.0));
    assert_eq!(idea.content.answers["Q2-VOLUMES"].value, Some(50.into()));
    let wire = acme
        .read(move |s| {
            ideas::find_record(s, IdeaKey::Id(id), |record| String::from_utf8_lossy(record.wire).into_owned())
        })
        .await;
    assert_eq!(wire.as_deref(), Some(r#""own":2"#));
    for (search, found) in [("clause", 1), ("read contracts", 1), ("by hand", 0), ("match-invoices", 1)] {
        assert_eq!(
            count(&acme, IdeaFilter { search: Some(search.into()), ..IdeaFilter::default() }).await,
            found
        );
    }
    let under = |category| IdeaFilter { categories: Some(vec![category]), ..IdeaFilter::default() };
    assert_eq!((count(&acme, under(acme.payables)).await, count(&acme, under(legal)).await), (0, 1));
    let of_kind =
        IdeaFilter { submission_types: Some(vec![SubmissionType::CoeDriven]), ..IdeaFilter::default() };
    assert_eq!(count(&acme, of_kind).await, 1);
    assert_eq!(count(&acme, IdeaFilter { statuses: vec![NOT_STARTED], ..IdeaFilter::default() }).await, 1);
    assert_eq!(count(&acme, IdeaFilter::default()).await, 1);
}

#[tokio::test]
async fn a_line_of_a_list_is_the_idea_in_short() {
    let acme = Organization::found().await;
    let mut new = acme.idea("Match invoices", 1000);
    new.owner = Some(acme.ana);
    new.content.priority = Priority::High;
    new.content.benefit_hours = Some(120.5);
    let id = acme.write(move |s| ideas::insert(s, &new, "")).await.unwrap().id;
    assert_eq!(the_only_line(&acme).await.priority, Priority::High);
    change(&acme, id, |idea| {
        idea.content.priority = Priority::Low;
        idea.content.benefit_cost = Some(990.0);
        idea.status = NOT_STARTED;
    })
    .await
    .unwrap();
    assert_eq!(the_only_line(&acme).await.priority, Priority::Low);
}

/// The one idea there is, once its line was compared with the whole of it.
async fn the_only_line(acme: &Organization) -> IdeaLine {
    let request = PageRequest::default();
    let page =
        acme.read(move |s| ideas::list(s, &IdeaFilter::default(), IdeaOrder::default(), request)).await;
    let line = page.items.into_iter().next().unwrap();
    let id = line.id;
    let idea = acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap();
    assert_eq!(line, IdeaLine::from(idea));
    line
}

#[tokio::test]
async fn applications_that_are_used_no_more_find_the_idea_no_more() {
    let acme = Organization::found().await;
    let id = insert(&acme, "One").await;
    let (ariba, kofax) = acme.write(|s| Ok((entry(s, "Ariba")?, entry(s, "Kofax")?))).await.unwrap();
    change(&acme, id, move |idea| idea.content.applications = vec![ariba]).await.unwrap();
    change(&acme, id, move |idea| idea.content.applications = vec![kofax]).await.unwrap();
    for (application, found) in [(ariba, 0), (kofax, 1)] {
        let filter = IdeaFilter { application: Some(application), ..IdeaFilter::default() };
        let request = PageRequest::default();
        let page = acme.read(move |s| ideas::list(s, &filter, IdeaOrder::default(), request)).await;
        assert_eq!(page.total, found);
    }
}

fn entry(s: &mut Session<'_>, name: &str) -> Result<automation_hub_domain::id::ApplicationId, StorageError> {
    let new = NewApplication {
        name: name.into(),
        version: "1".into(),
        language: String::new(),
        comments: String::new(),
        is_thin_client: false,
        is_added_by_end_user: true,
        categories: vec![],
        created_at: Timestamp::from_millis(0),
    };
    let id = applications::find_or_insert(s, &new)?;
    let again = NewApplication { name: format!(" {} ", name.to_uppercase()), ..new };
    assert_eq!(applications::find_or_insert(s, &again)?, id, "an entry is one whatever its case");
    Ok(id)
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_nothing_changes() {
    let acme = Organization::found().await;
    insert(&acme, "One").await;
    let id = insert(&acme, "Two").await;
    let refused = change(&acme, id, |idea| {
        idea.name = " ONE".into();
        idea.status = APPROVED;
    })
    .await;
    assert!(matches!(refused, Err(StorageError::Conflict(Constraint::IdeaName))), "{refused:?}");
    let idea = acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap();
    assert_eq!((idea.name.as_str(), idea.status == APPROVED), ("Two", false));
    assert_eq!(count(&acme, IdeaFilter { statuses: vec![APPROVED], ..IdeaFilter::default() }).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_many_to_different_answers_are_all_kept() {
    let acme = Organization::found().await;
    let id = insert(&acme, "One").await;
    let changes = (0..12).map(|number| {
        change(&acme, id, move |idea| {
            let answer = Answer { value: Some(number.into()), comment: None };
            idea.content.answers.insert(format!("Q2-N{number}"), answer);
        })
    });
    for changed in futures_util::future::join_all(changes).await {
        changed.unwrap();
    }
    let idea = acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap();
    assert_eq!(idea.content.answers.len(), 12);
}

#[tokio::test]
async fn a_deleted_idea_is_gone_and_its_name_free() {
    let acme = Organization::found().await;
    let id = insert(&acme, "One").await;
    acme.write(move |s| {
        let idea = ideas::find_to_change(s, IdeaKey::Slug("one"))?.unwrap();
        ideas::delete(s, &idea, Timestamp::from_millis(9))
    })
    .await
    .unwrap();
    assert_eq!(acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await, None);
    assert_eq!(acme.read(move |s| ideas::category_of(s, id)).await, None);
    assert_eq!(acme.write(move |s| ideas::find_to_change(s, IdeaKey::Id(id))).await.unwrap(), None);
    assert_eq!(count(&acme, IdeaFilter::default()).await, 0);
    let again = insert(&acme, "One").await;
    let slug = acme.read(move |s| ideas::find(s, IdeaKey::Id(again))).await.unwrap().slug;
    assert_eq!(slug, "one-2", "addresses of what is gone aren't given to others");
    assert_eq!(count(&acme, IdeaFilter::default()).await, 1);
}

#[tokio::test]
async fn another_tenant_changes_and_deletes_nothing() {
    let acme = Organization::found().await;
    let id = insert(&acme, "One").await;
    let other = found_tenant(acme.store(), "other").await;
    let found = acme.store().write(other, move |s| ideas::find_to_change(s, IdeaKey::Id(id))).await;
    assert_eq!(found.unwrap(), None);
    let idea = acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap();
    let after = Idea { name: "Mine".into(), ..idea.clone() };
    let (before, gone) = (idea.clone(), idea);
    acme.store().write(other, move |s| ideas::update(s, &before, &after, "")).await.unwrap();
    acme.store().write(other, move |s| ideas::delete(s, &gone, Timestamp::from_millis(9))).await.unwrap();
    let idea = acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap();
    assert_eq!(idea.name, "One");
}

#[tokio::test]
async fn deleted_ideas_are_listed_by_when_they_went_and_where_they_lay() {
    let acme = Organization::found().await;
    let (legal, payables) = (acme.legal, acme.payables);
    let mut ids = Vec::new();
    for (name, category) in [("One", payables), ("Two", legal), ("Three", payables), ("Four", payables)] {
        let mut new = acme.idea(name, 1);
        new.category = category;
        ids.push(acme.write(move |s| ideas::insert(s, &new, "")).await.unwrap().id);
    }
    for (place, at) in [(2, 20), (1, 30), (0, 40)] {
        let id = ids[place];
        acme.write(move |s| {
            let idea = ideas::find_to_change(s, IdeaKey::Id(id))?.unwrap();
            ideas::delete(s, &idea, Timestamp::from_millis(at))
        })
        .await
        .unwrap();
    }
    let listed = async |categories: Option<Vec<CategoryId>>, from: Option<i64>, offset, limit| {
        let deleted = Window { from: from.map(Timestamp::from_millis), to: None };
        let filter = DeletedFilter { categories, deleted, after: None };
        let (total, rows) = acme
            .read(move |s| {
                let rows = ideas::list_deleted(s, &filter, (offset, limit))?;
                Ok((ideas::count_deleted(s, &filter)?, rows))
            })
            .await;
        (total, rows.iter().map(|one| (one.id, one.deleted_at.millis())).collect::<Vec<_>>())
    };
    let all = [(ids[2], 20), (ids[1], 30), (ids[0], 40)];
    assert_eq!(listed(None, None, 0, 9).await, (3, all.to_vec()));
    assert_eq!(listed(None, None, 1, 1).await, (3, all[1..2].to_vec()));
    assert_eq!(listed(None, Some(30), 0, 9).await, (2, all[1..].to_vec()));
    assert_eq!(listed(Some(vec![payables]), None, 0, 9).await, (2, vec![all[0], all[2]]));
    assert_eq!(listed(Some(vec![]), None, 0, 9).await, (0, vec![]));
    let other = found_tenant(acme.store(), "other").await;
    let theirs = |s: &mut Session<'_>| ideas::count_deleted(s, &DeletedFilter::default());
    assert_eq!(acme.store().read(other, theirs).await.unwrap(), 0);
}
