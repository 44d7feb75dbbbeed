//! Ideas: names and slugs, counts, filters, orders and going on after a position.

use std::collections::BTreeSet;
use std::sync::mpsc;

use automation_hub_domain::clock::Timestamp;
use automation_hub_domain::{
    id::{ApplicationId, IdeaId, PhaseId},
    idea::{NewIdea, SubmissionType},
    page::{Direction, PageRequest},
};
use automation_hub_storage::applications::{self, NewApplication};
use automation_hub_storage::ideas::{
    self, Apart, IdeaFilter, IdeaKey, IdeaOrder, IdeaSort, PreparedIdea, Window,
};
use automation_hub_storage::testing::TestDatabase;
use automation_hub_storage::{Constraint, Engine, Session, StorageError, values};
use rstest::rstest;
use tokio::sync::mpsc::unbounded_channel;

use crate::older::go_back_before;
use crate::organization::{APPROVED, Organization, found_tenant};

async fn insert(acme: &Organization, idea: NewIdea) -> IdeaId {
    acme.write(move |s| ideas::insert(s, &idea, r#""own":1"#)).await.unwrap().id
}

async fn names(acme: &Organization, filter: IdeaFilter, order: IdeaOrder) -> Vec<String> {
    let page = acme.read(move |s| ideas::list(s, &filter, order, PageRequest::default())).await;
    assert_eq!(page.total, page.items.len() as u64, "the count tells what the list shows");
    page.items.into_iter().map(|idea| idea.name).collect()
}

#[rstest]
#[case("tenants")]
#[case("users")]
#[case("categories")]
#[tokio::test]
async fn what_an_idea_leads_to_stays(#[case] table: &str) {
    let acme = Organization::found().await;
    insert(&acme, acme.idea("First", 1)).await;
    let delete = ["DELETE FROM ", table].concat();
    let refused = acme.store().system().write(move |s| s.execute(&delete, values![])).await.unwrap_err();
    assert!(matches!(refused, StorageError::Conflict(Constraint::Reference)), "{refused:?}");
}

/// Two creates in the same category at once: neither waits for the other where the engine has more than one writer.
#[tokio::test]
async fn ideas_created_at_the_same_time_are_counted_together() {
    let acme = Organization::found().await;
    let (first, second, third) = (acme.idea("First", 1), acme.idea("Second", 2), acme.idea("Third", 3));
    let filter = IdeaFilter { categories: Some(vec![first.category]), ..IdeaFilter::default() };
    let (signal, mut signals) = unbounded_channel();
    let (go_on, gate) = mpsc::channel::<()>();
    let (store, tenant) = (acme.store().clone(), acme.tenant);
    let held = tokio::spawn(async move {
        let work = move |s: &mut Session<'_>| {
            let inserted = ideas::insert(s, &first, "")?;
            signal.send(()).unwrap();
            gate.recv().unwrap();
            Ok::<_, StorageError>(inserted.id)
        };
        store.write(tenant, work).await
    });
    signals.recv().await.unwrap();
    let mut ids = Vec::new();
    if acme.store().engine() == Engine::Postgres {
        ids.push(insert(&acme, second.clone()).await);
    }
    go_on.send(()).unwrap();
    ids.push(held.await.unwrap().unwrap());
    if acme.store().engine() == Engine::Sqlite {
        ids.push(insert(&acme, second).await);
    }
    assert_eq!(count(&acme, filter.clone()).await, 2);
    for id in ids {
        let delete = move |s: &mut Session<'_>| {
            let idea = ideas::find_to_change(s, IdeaKey::Id(id))?.unwrap();
            ideas::delete(s, &idea, Timestamp::from_millis(9))
        };
        acme.write(delete).await.unwrap();
    }
    assert_eq!(count(&acme, filter.clone()).await, 0);
    assert!(acme.read(|s| ideas::count_by_status(s, None)).await.is_empty());
    insert(&acme, third).await;
    assert_eq!(count(&acme, filter).await, 1);
}

async fn count(acme: &Organization, filter: IdeaFilter) -> u64 {
    acme.read(move |s| ideas::count(s, &filter)).await
}

#[tokio::test]
async fn an_idea_reads_back_by_id_and_slug() {
    let acme = Organization::found().await;
    let mut new = acme.idea("Match supplier invoices", 1000);
    new.content.automation_code = Some("FIN-0042".into());
    new.owner = Some(acme.ana);
    let expected = new.clone();
    let id = insert(&acme, new).await;
    let idea = acme.read(move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap();
    assert_eq!(idea.slug, "match-supplier-invoices");
    assert_eq!((idea.uuid, &idea.content), (expected.uuid, &expected.content));
    assert_eq!(idea.owner, expected.owner);
    let by_slug = acme.read(|s| ideas::find(s, IdeaKey::parse("match-supplier-invoices"))).await;
    assert_eq!(by_slug, Some(idea));
    let wire = acme
        .read(move |s| {
            ideas::find_record(s, IdeaKey::Id(id), |record| String::from_utf8_lossy(record.wire).into_owned())
        })
        .await;
    assert_eq!(wire.as_deref(), Some(r#""own":1"#));
}

#[tokio::test]
async fn another_tenant_sees_nothing() {
    let acme = Organization::found().await;
    let id = insert(&acme, acme.idea("Secret", 1)).await;
    let other = found_tenant(acme.store(), "other").await;
    let store = acme.store();
    assert_eq!(store.read(other, move |s| ideas::find(s, IdeaKey::Id(id))).await.unwrap(), None);
    assert_eq!(store.read(other, |s| ideas::find(s, IdeaKey::Slug("secret"))).await.unwrap(), None);
    assert_eq!(store.read(other, |s| ideas::count(s, &IdeaFilter::default())).await.unwrap(), 0);
    let (filter, request) = (IdeaFilter::default(), PageRequest::default());
    let page =
        store.read(other, move |s| ideas::list(s, &filter, IdeaOrder::default(), request)).await.unwrap();
    assert!(page.items.is_empty());
}

#[rstest]
#[case("Match supplier invoices")]
#[case("  MATCH  Supplier Invoices ")]
#[tokio::test]
async fn a_name_is_taken_ignoring_case_and_blanks(#[case] name: &str) {
    let acme = Organization::found().await;
    insert(&acme, acme.idea("Match supplier invoices", 1)).await;
    let again = acme.idea(name, 2);
    let refused = acme.write(move |s| ideas::insert(s, &again, "")).await;
    assert!(matches!(refused, Err(StorageError::Conflict(Constraint::IdeaName))), "{refused:?}");
    assert_eq!(count(&acme, IdeaFilter::default()).await, 1);
}

#[tokio::test]
async fn slugs_that_clash_are_numbered_and_never_look_like_an_id() {
    let acme = Organization::found().await;
    let new: Vec<_> = ["A b", "A-b", "a, b", "2026", "!!!", "???", "Status"]
        .into_iter()
        .map(|name| PreparedIdea::new(acme.idea(name, 1), String::new()).unwrap())
        .collect();
    let inserted = acme.write(move |s| ideas::insert_many(s, &new)).await.unwrap();
    let slugs: Vec<_> = inserted.iter().map(|one| one.slug.as_str()).collect();
    assert_eq!(
        slugs,
        ["a-b", "a-b-2", "a-b-3", "automation-2026", "automation", "automation-2", "automation-status"]
    );
    assert!(inserted.is_sorted_by_key(|one| one.id));
}

#[tokio::test]
async fn a_refused_idea_leaves_the_rest_of_its_transaction_alone() {
    let acme = Organization::found().await;
    let (first, again, second) = (acme.idea("One", 1), acme.idea("one", 2), acme.idea("Two", 3));
    acme.write(move |s| {
        ideas::insert(s, &first, "")?;
        assert!(ideas::insert(s, &again, "").is_err());
        ideas::insert(s, &second, "")
    })
    .await
    .unwrap();
    assert_eq!(names(&acme, IdeaFilter::default(), IdeaOrder::default()).await, ["Two", "One"]);
}

/// Five ideas that differ in what filters look at.
async fn five(acme: &Organization) {
    let legal = acme.legal;
    let application = acme
        .write(move |s| {
            applications::insert(
                s,
                &NewApplication {
                    name: "Ariba".into(),
                    version: String::new(),
                    language: String::new(),
                    comments: String::new(),
                    is_thin_client: false,
                    is_added_by_end_user: false,
                    categories: vec![],
                    created_at: Timestamp::from_millis(0),
                },
            )
        })
        .await
        .unwrap();
    let mut ideas = [("e 100%", 1000), ("d", 2000), ("c", 3000), ("b", 4000), ("a", 5000)]
        .map(|(name, at)| acme.idea(name, at));
    let [approved, filed, change, plain, owned] = &mut ideas;
    approved.status = APPROVED;
    filed.category = legal;
    change.submission_type = SubmissionType::ChangeRequest;
    plain.content.idea_score = None;
    plain.content.description = "Straight-through processing".into();
    owned.content.applications = vec![application];
    owned.owner = Some(acme.ana);
    let rows: Vec<_> =
        ideas.into_iter().map(|idea| PreparedIdea::new(idea, String::new()).unwrap()).collect();
    acme.write(move |s| ideas::insert_many(s, &rows)).await.unwrap();
}

#[tokio::test]
async fn each_filter_finds_its_ideas_and_counts_them() {
    let acme = Organization::found().await;
    five(&acme).await;
    let default = IdeaFilter::default;
    let text = |search: &str| IdeaFilter { search: Some(search.into()), ..default() };
    let window =
        |from, to| Window { from: Some(Timestamp::from_millis(from)), to: Some(Timestamp::from_millis(to)) };
    let application: ApplicationId =
        acme.read(|s| applications::list(s, PageRequest::default())).await.items[0].id;
    let cases: Vec<(&str, IdeaFilter, &[&str])> = vec![
        ("all", default(), &["a", "b", "c", "d", "e 100%"]),
        ("status", IdeaFilter { statuses: vec![APPROVED], ..default() }, &["e 100%"]),
        ("phase", IdeaFilter { phases: vec![PhaseId::new(1)], ..default() }, &["a", "b", "c", "d", "e 100%"]),
        ("no such phase", IdeaFilter { phases: vec![PhaseId::new(2)], ..default() }, &[]),
        ("category", IdeaFilter { categories: Some(vec![acme.legal, acme.finance]), ..default() }, &["d"]),
        ("no category", IdeaFilter { categories: Some(vec![]), ..default() }, &[]),
        (
            "kind",
            IdeaFilter { submission_types: Some(vec![SubmissionType::ChangeRequest]), ..default() },
            &["c"],
        ),
        ("words across a hyphen", text("STRAIGHT through"), &["b"]),
        ("a wildcard is a character", text("0%"), &["e 100%"]),
        ("no word", text("  "), &["a", "b", "c", "d", "e 100%"]),
        (
            "unit",
            IdeaFilter { business_unit: Some("Shared Services".into()), ..default() },
            &["a", "b", "c", "d", "e 100%"],
        ),
        ("other unit", IdeaFilter { business_unit: Some("Legal".into()), ..default() }, &[]),
        ("application", IdeaFilter { application: Some(application), ..default() }, &["a"]),
        ("created", IdeaFilter { created: window(2000, 3000), ..default() }, &["c", "d"]),
        ("updated", IdeaFilter { updated: window(5000, 9000), ..default() }, &["a"]),
        ("submitter", IdeaFilter { submitter: Some(acme.ana), ..default() }, &["a", "b", "c", "d", "e 100%"]),
        ("owner", IdeaFilter { owner: Some(acme.ana), ..default() }, &["a"]),
    ];
    for (case, filter, expected) in cases {
        assert_eq!(names(&acme, filter, IdeaOrder::default()).await, expected, "{case}");
    }
}

#[rstest]
#[case(IdeaSort::Created)]
#[case(IdeaSort::Updated)]
#[case(IdeaSort::Name)]
#[case(IdeaSort::Score)]
#[case(IdeaSort::Id)]
#[tokio::test]
async fn going_on_after_each_position_shows_the_same_order_as_one_page(#[case] sort: IdeaSort) {
    let acme = Organization::found().await;
    five(&acme).await;
    for direction in [Direction::Ascending, Direction::Descending] {
        let order = IdeaOrder { sort, direction };
        let whole = acme.read(move |s| walk(s, order, 100)).await;
        assert_eq!(whole.len(), 5);
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 5);
        for step in 1..4 {
            assert_eq!(acme.read(move |s| walk(s, order, step)).await, whole, "{order:?} in steps of {step}");
        }
    }
}

#[rstest]
#[case(IdeaSort::Created)]
#[case(IdeaSort::Updated)]
#[case(IdeaSort::Name)]
#[case(IdeaSort::Score)]
#[case(IdeaSort::Id)]
#[tokio::test]
async fn a_page_found_from_the_end_is_the_page_of_the_whole_list(#[case] sort: IdeaSort) {
    let acme = Organization::found().await;
    five(&acme).await;
    for direction in [Direction::Ascending, Direction::Descending] {
        let order = IdeaOrder { sort, direction };
        let whole = acme.read(move |s| walk(s, order, 100)).await;
        for (offset, limit) in (0..7_usize).flat_map(|offset| (1..4_usize).map(move |limit| (offset, limit)))
        {
            let request = PageRequest { offset: offset as u64, limit: limit as u64 };
            let page = acme.read(move |s| page(s, order, request)).await;
            let expected: Vec<_> = whole.iter().copied().skip(offset).take(limit).collect();
            assert_eq!(page, expected, "{order:?} from {offset}, {limit}");
        }
    }
}

fn page(s: &mut Session<'_>, order: IdeaOrder, request: PageRequest) -> Result<Vec<IdeaId>, StorageError> {
    let filter = IdeaFilter::default();
    let total = ideas::count(s, &filter)?;
    let mut ids = Vec::new();
    ideas::each_record_of(s, &filter, order, (request, total), |record| ids.push(record.id))?;
    Ok(ids)
}

fn walk(s: &mut Session<'_>, order: IdeaOrder, limit: u64) -> Result<Vec<IdeaId>, StorageError> {
    let filter = IdeaFilter::default();
    let mut ids = Vec::new();
    let request = PageRequest { offset: 0, limit };
    let mut position = ideas::each_record(s, &filter, order, request, |record| ids.push(record.id))?;
    while let Some(after) = position {
        position =
            ideas::each_record_after(s, &filter, order, &after, limit, |record, _| ids.push(record.id))?;
    }
    Ok(ids)
}

#[tokio::test]
async fn a_missing_score_is_the_least_on_both_engines() {
    let acme = Organization::found().await;
    five(&acme).await;
    let order = |direction| IdeaOrder { sort: IdeaSort::Score, direction };
    let ascending = names(&acme, IdeaFilter::default(), order(Direction::Ascending)).await;
    assert_eq!(ascending.first().map(String::as_str), Some("b"));
    let descending = names(&acme, IdeaFilter::default(), order(Direction::Descending)).await;
    assert_eq!(descending.last().map(String::as_str), Some("b"));
}

#[tokio::test]
async fn an_offset_skips_and_the_count_stays() {
    let acme = Organization::found().await;
    five(&acme).await;
    let request = PageRequest { offset: 3, limit: 1 };
    let page =
        acme.read(move |s| ideas::list(s, &IdeaFilter::default(), IdeaOrder::default(), request)).await;
    assert_eq!((page.total, page.items.len(), page.items[0].name.as_str()), (5, 1, "d"));
}

/// The steps by which the embedded engine finds a page of one status, newest first. The other engine plans by what a
/// table holds, and this one holds nothing.
async fn plan_of_one_status(kinds: &str) -> Vec<String> {
    let acme = Organization::found_in(TestDatabase::embedded().await.unwrap()).await;
    let statement = [
        "EXPLAIN QUERY PLAN SELECT i.wire FROM (SELECT id FROM ideas WHERE tenant_id = $1 AND is_deleted = 0 \
         AND phase_status_id = $2",
        kinds,
        " ORDER BY created_at DESC, id DESC LIMIT 50) f \
         JOIN ideas i ON i.id = f.id ORDER BY i.created_at DESC, i.id DESC",
    ]
    .concat();
    acme.read(move |s| {
        let tenant = s.tenant();
        s.all(&statement, values![tenant, APPROVED], |row| row.get(3))
    })
    .await
}

#[rstest]
#[case::of_all_kinds("", "ideas_by_status")]
#[case::of_some_kinds(" AND submission_type IN (3, 4)", "ideas_by_status")]
#[case::of_the_usual_kinds(" AND submission_type IN (1, 2)", "ideas_usual_by_status")]
#[tokio::test]
async fn the_embedded_engine_finds_a_page_of_one_status_in_an_index_alone(
    #[case] kinds: &str,
    #[case] index: &str,
) {
    let plan = plan_of_one_status(kinds).await;
    let step = format!("SEARCH ideas USING COVERING INDEX {index} (");
    assert!(plan.iter().any(|found| found.starts_with(&step)), "{plan:#?}");
}

#[test]
fn the_usual_kinds_are_those_of_their_index() {
    assert_eq!(SubmissionType::USUAL.map(SubmissionType::code), [1, 2]);
}

async fn indexes(acme: &Organization) -> Vec<String> {
    let query = match acme.store().engine() {
        Engine::Sqlite => {
            "SELECT sql FROM sqlite_schema WHERE tbl_name = 'ideas' AND sql LIKE 'CREATE%INDEX%' ORDER BY name"
        }
        Engine::Postgres => {
            "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'ideas' ORDER BY 1"
        }
    };
    acme.read(move |s| s.all(query, values![], |row| row.get(0))).await
}

#[rstest]
#[case::at_the_end(true)]
#[case::at_the_next_start(false)]
#[tokio::test]
async fn indexes_put_aside_while_ideas_are_filled_in_come_back(#[case] is_finished: bool) {
    let acme = Organization::found().await;
    let before = indexes(&acme).await;
    acme.store().system().write(ideas::begin_filling).await.unwrap();
    let meanwhile = indexes(&acme).await;
    // Others may write to a server meanwhile.
    let are_kept =
        |index: &&String| acme.store().engine() == Engine::Postgres && index.starts_with("CREATE UNIQUE");
    assert_eq!(meanwhile, before.iter().filter(are_kept).cloned().collect::<Vec<_>>());
    five(&acme).await;
    if is_finished {
        acme.store().system().write(ideas::end_filling).await.unwrap();
    } else {
        acme.store().migrate().await.unwrap();
    }
    assert_eq!(indexes(&acme).await, before);
    assert_eq!(names(&acme, IdeaFilter::default(), IdeaOrder::default()).await.len(), 5);
}

#[tokio::test]
async fn a_server_knows_its_ideas_once_they_are_analyzed() {
    let acme = Organization::found().await;
    five(&acme).await;
    acme.store().system().write(ideas::analyze).await.unwrap();
    if acme.store().engine() == Engine::Postgres {
        let known = "SELECT COUNT(*) FROM pg_stats WHERE tablename = 'ideas'";
        let columns: i64 =
            acme.store().system().read(|s| s.one(known, values![], |row| row.get(0))).await.unwrap();
        assert!(columns > 0, "the server has to plan blindly");
    }
}

#[tokio::test]
async fn ideas_kept_apart_get_the_slugs_that_an_index_would_give_them() {
    let acme = Organization::found().await;
    let prepared = |name: &str| PreparedIdea::new(acme.idea(name, 1), String::new()).unwrap();
    let names = ["Pay + post", "Pay post", "pay + POST", "Pay, post", "Status"];
    let mut apart = Apart::default();
    let admitted: Vec<_> = names.iter().filter_map(|name| apart.admit(prepared(name))).collect();
    acme.store().system().write(ideas::begin_filling).await.unwrap();
    let filled = acme.write(move |s| ideas::insert_many(s, &admitted)).await.unwrap();
    acme.store().system().write(ideas::end_filling).await.unwrap();
    let slugs: Vec<_> = filled.into_iter().map(|inserted| inserted.slug).collect();
    assert_eq!(slugs, ["pay-post", "pay-post-2", "pay-post-3", "automation-status"]);

    let other = Organization::found().await;
    for (name, slug) in ["Pay + post", "Pay post", "Pay, post", "Status"].into_iter().zip(slugs) {
        let idea = other.idea(name, 1);
        assert_eq!(other.write(move |s| ideas::insert(s, &idea, "")).await.unwrap().slug, slug);
    }
}

#[test]
fn a_path_of_digits_is_an_id() {
    assert!(matches!(IdeaKey::parse("42"), IdeaKey::Id(id) if id == IdeaId::new(42)));
    assert!(matches!(IdeaKey::parse("+42"), IdeaKey::Slug("+42")));
    assert!(matches!(IdeaKey::parse("42a"), IdeaKey::Slug("42a")));
    assert!(matches!(IdeaKey::parse("99999999999999999999"), IdeaKey::Slug(_)));
}

#[tokio::test]
async fn what_was_written_before_answers_had_announced_names_gets_them() {
    let acme = Organization::found().await;
    let wires = [
        r#""n":"say \"ovr-sub_processes\":1","ovr-sub_processes":"<p>\"A\", \u00e9</p>","ovr-sub_processes__display":"A""#,
        r#""ovr-overview_studio_web_link":"{\"url\":\"https://a.example\"}","ovr-process_documents":["b","c"],"q2-process_negative_impact":"L""#,
        r#""ovr-sub_processes":"A","sub_processes":"A""#,
        r#""own":1"#,
    ];
    let mut ids = Vec::new();
    for (number, wire) in wires.into_iter().enumerate() {
        let idea = acme.idea(&format!("Idea {number}"), 1);
        let inserted = acme.store().write(acme.tenant, move |s| ideas::insert(s, &idea, wire)).await.unwrap();
        ids.push(inserted.id);
    }
    let undone = go_back_before(acme.store(), 37).await;
    assert_eq!(u64::from(acme.store().migrate().await.unwrap()), undone);
    let added = [
        r#","sub_processes":"<p>\"A\", \u00e9</p>""#,
        r#","studio_web_link":"{\"url\":\"https://a.example\"}","process_documents":["b","c"],"process_negative_impact":"L""#,
        "",
        "",
    ];
    for ((id, wire), added) in ids.into_iter().zip(wires).zip(added) {
        let read = move |s: &mut Session<'_>| {
            let text = |record: &ideas::FoundRecord<'_>| String::from_utf8_lossy(record.wire).into_owned();
            ideas::find_record(s, IdeaKey::Id(id), |record| text(record))
        };
        assert_eq!(acme.read(read).await, Some(format!("{wire}{added}")));
    }
}
