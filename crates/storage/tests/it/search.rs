//! Searching ideas: the same is found however far the index is behind, in every order and beside every other filter.

use std::sync::mpsc;

use automation_hub_domain::{
    clock::Timestamp,
    id::{IdeaId, TenantId},
    idea::{Idea, NewIdea, SubmissionType},
    page::{Direction, PageRequest},
    text,
};
use automation_hub_storage::ideas::{self, IdeaFilter, IdeaKey, IdeaOrder, IdeaSort, PreparedIdea, Window};
use automation_hub_storage::{
    Constraint, Engine, Indexing, Prepared, Session, StorageError, Store, StoreOptions, System, values,
};
use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use rstest::rstest;
use tokio::sync::oneshot;

use crate::older::go_back_before;
use crate::organization::{APPROVED, Organization, found_tenant};

/// More than an index takes in at once, than are sorted without a second thought, and than are looked through for a
/// page while they aren't indexed.
const MANY: usize = 2100;

fn text(search: &str) -> IdeaFilter {
    IdeaFilter { search: Some(search.into()), ..IdeaFilter::default() }
}

/// What a search means, said another way: the words of it stand in name, description or slug.
fn means(idea: &Idea, search: &str) -> bool {
    let fold = |text: &str| text::fold(&text.replace('-', " "));
    let search = fold(search);
    [&*idea.name, &idea.slug, &idea.content.description].iter().any(|part| fold(part).contains(&search))
}

async fn index_once(store: &Store) -> bool {
    matches!(store.index_ideas().await.unwrap(), Indexing::Behind)
}

async fn index_all(store: &Store) {
    while index_once(store).await {}
}

async fn change(
    acme: &Organization,
    id: IdeaId,
    change: impl Fn(&mut Idea) + Send + 'static,
) -> Result<(), StorageError> {
    acme.change_idea(id, "", change).await
}

async fn delete(acme: &Organization, id: IdeaId) {
    acme.write(move |s| {
        let idea = ideas::find_to_change(s, IdeaKey::Id(id))?.unwrap();
        ideas::delete(s, &idea, Timestamp::from_millis(9))
    })
    .await
    .unwrap();
}

async fn insert_all(acme: &Organization, new: Vec<NewIdea>) -> Vec<IdeaId> {
    let rows: Vec<_> = new.into_iter().map(|idea| PreparedIdea::new(idea, String::new()).unwrap()).collect();
    let inserted = acme.write(move |s| ideas::insert_many(s, &rows)).await.unwrap();
    inserted.into_iter().map(|one| one.id).collect()
}

/// All that a tenant has, in an order.
fn everything(s: &mut Session<'_>, order: IdeaOrder) -> Result<Vec<Idea>, StorageError> {
    Ok(ideas::chunk(s, &IdeaFilter::default(), order, None, u64::MAX >> 1)?.0)
}

fn page(
    s: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    request: PageRequest,
) -> Result<(u64, Vec<IdeaId>), StorageError> {
    let page = ideas::list(s, filter, order, request)?;
    assert_eq!(ideas::count(s, filter)?, page.total);
    Ok((page.total, page.items.into_iter().map(|line| line.id).collect()))
}

async fn found(store: &Store, tenant: TenantId, search: &str) -> Vec<IdeaId> {
    let filter = text(search);
    let request = PageRequest { offset: 0, limit: 1000 };
    let work = move |s: &mut Session<'_>| page(s, &filter, IdeaOrder::default(), request);
    let (total, ids) = store.read(tenant, work).await.unwrap();
    assert_eq!(total, ids.len() as u64);
    ids
}

#[derive(Clone, Debug)]
enum Step {
    Insert(String, String),
    Rename(Index, String),
    Describe(Index, String),
    Delete(Index),
    Index,
}

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        select(vec![
            "Rechnung",
            "rechnungen",
            "prüfen",
            "STRASSE",
            "straße",
            "100%",
            "a_b",
            "c\\d",
            "\"so\"",
            "it's",
            "x-ray",
            "Ünïcode",
            "ﬁle",
            "of",
            "日本語処理",
            "İstanbul",
            "ab,cd",
            "e",
            "AND",
            "*",
            "naïve–ok",
        ])
        .prop_map(str::to_owned),
        "[a-c%_]{1,4}",
    ];
    proptest::collection::vec(word, 1..5).prop_map(|words| words.join(" "))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (words(), words()).prop_map(|(name, description)| Step::Insert(name, description)),
        2 => (any::<Index>(), words()).prop_map(|(idea, name)| Step::Rename(idea, name)),
        2 => (any::<Index>(), words()).prop_map(|(idea, description)| Step::Describe(idea, description)),
        1 => any::<Index>().prop_map(Step::Delete),
        2 => Just(Step::Index),
    ]
}

/// A part of what somebody wrote, or something else.
#[derive(Clone, Debug)]
enum Search {
    Part(Index, Index, usize),
    Other(String),
}

fn search() -> impl Strategy<Value = Search> {
    prop_oneof![
        3 => (any::<Index>(), any::<Index>(), 1_usize..9).prop_map(|(idea, at, len)| Search::Part(idea, at, len)),
        1 => "[a-e%_ü\\\\\"' -]{1,4}".prop_map(Search::Other),
        1 => words().prop_map(Search::Other),
    ]
}

impl Search {
    fn text(&self, ideas: &[Idea]) -> String {
        match self {
            Self::Other(text) => text.clone(),
            Self::Part(..) if ideas.is_empty() => "e".into(),
            Self::Part(idea, at, len) => {
                let idea = idea.get(ideas);
                // Across the end of the name too, where nothing is to be found.
                let written: Vec<_> =
                    format!("{} {}", &*idea.name, idea.content.description).chars().collect();
                written.iter().skip(at.index(written.len())).take(*len).collect()
            }
        }
    }
}

async fn take(acme: &Organization, step: Step) {
    let live = acme.read(|s| everything(s, IdeaOrder::default())).await;
    let id = |index: Index| index.get(&live).id;
    let done = match step {
        Step::Index => {
            index_once(acme.store()).await;
            return;
        }
        Step::Insert(name, description) => {
            let mut new = acme.idea(&name, 1);
            new.content.description = description;
            acme.write(move |s| ideas::insert(s, &new, "")).await.map(|_| ())
        }
        _ if live.is_empty() => return,
        Step::Rename(idea, name) => change(acme, id(idea), move |idea| idea.name.clone_from(&name)).await,
        Step::Describe(idea, text) => {
            change(acme, id(idea), move |idea| idea.content.description.clone_from(&text)).await
        }
        Step::Delete(idea) => {
            delete(acme, id(idea)).await;
            Ok(())
        }
    };
    assert!(matches!(done, Ok(()) | Err(StorageError::Conflict(Constraint::IdeaName))), "{done:?}");
}

async fn check(acme: &Organization, searches: &[Search]) {
    let live = acme.read(|s| everything(s, IdeaOrder::default())).await;
    for search in searches {
        let search = search.text(&live);
        let expected: Vec<_> = live.iter().filter(|idea| means(idea, &search)).map(|idea| idea.id).collect();
        assert_eq!(found(acme.store(), acme.tenant, &search).await, expected, "{search:?}");
    }
}

#[test]
fn searches_find_whatever_contains_them_before_while_and_after_it_is_indexed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
    let cases = (proptest::collection::vec(step(), 1..12), proptest::collection::vec(search(), 1..10));
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    runner
        .run(&cases, |(steps, searches)| {
            runtime.block_on(async {
                let acme = Organization::found().await;
                for step in steps {
                    take(&acme, step).await;
                    check(&acme, &searches).await;
                }
                index_all(acme.store()).await;
                check(&acme, &searches).await;
            });
            Ok(())
        })
        .unwrap();
}

/// Ideas of which each third, each seventh and so on share a word.
fn many(acme: &Organization) -> Vec<NewIdea> {
    (0..MANY)
        .map(|n| {
            // Neither in the order of ids nor without ties.
            let at = i64::try_from(n * 7919 % 400).unwrap();
            let mut idea = acme.idea(&format!("Idea {n}"), at);
            let mut description = vec!["all of them"];
            description.extend((n % 2 == 0).then_some("even"));
            description.extend((n % 3 == 0).then_some("third party"));
            description.extend((n % 3 == 1).then_some("party third"));
            description.extend((n % 41 == 0).then_some("rare"));
            idea.content.description = description.join(" ");
            idea.content.idea_score = (n % 5 > 0).then(|| f64::from(u32::try_from(n % 9).unwrap()));
            if n % 4 == 0 {
                idea.status = APPROVED;
            }
            if n % 6 == 0 {
                idea.category = acme.legal;
                idea.submission_type = SubmissionType::ChangeRequest;
            }
            idea
        })
        .collect()
}

const EVERY_SORT: [IdeaSort; 5] =
    [IdeaSort::Created, IdeaSort::Updated, IdeaSort::Name, IdeaSort::Score, IdeaSort::Id];

#[rstest]
#[case::not_indexed(0)]
#[case::indexed_in_part(2)]
#[case::indexed(9)]
#[tokio::test]
async fn long_lists_of_what_a_search_finds_are_in_every_order(#[case] portions: usize) {
    let acme = Organization::found().await;
    let ids = insert_all(&acme, many(&acme)).await;
    for _ in 0..portions {
        index_once(acme.store()).await;
    }
    change(&acme, ids[4], |idea| idea.content.description = "third party, all of them and even".into())
        .await
        .unwrap();
    delete(&acme, ids[6]).await;
    for sort in EVERY_SORT {
        for direction in [Direction::Ascending, Direction::Descending] {
            acme.read(move |s| check_order(s, IdeaOrder { sort, direction })).await;
        }
    }
}

/// Pages from the start, from the middle and from the end, and going on after positions.
fn check_order(s: &mut Session<'_>, order: IdeaOrder) -> Result<(), StorageError> {
    let live = everything(s, order)?;
    for search in ["all", "even", "third party", "rare", "hird", "y th", "idea 1", "of them"] {
        let filter = text(search);
        let expected: Vec<_> = live.iter().filter(|idea| means(idea, search)).map(|idea| idea.id).collect();
        for (offset, limit) in
            [(0, 50), (3, 7), (expected.len() / 2, 60), (expected.len() - 3, 10), (9999, 5)]
        {
            let request = PageRequest { offset: offset as u64, limit: limit as u64 };
            let (total, ids) = page(s, &filter, order, request)?;
            assert_eq!(total, expected.len() as u64, "{search}");
            let expected: Vec<_> = expected.iter().copied().skip(offset).take(limit).collect();
            assert_eq!(ids, expected, "{search} {order:?} {offset} {limit}");
        }
        let mut ids = Vec::new();
        let first = PageRequest { offset: 0, limit: 64 };
        let mut position = ideas::each_record(s, &filter, order, first, |record| ids.push(record.id))?;
        while let Some(after) = position {
            position =
                ideas::each_record_after(s, &filter, order, &after, 64, |record, _| ids.push(record.id))?;
        }
        assert_eq!(ids, expected, "{search} {order:?} in steps");
    }
    Ok(())
}

type Check<'c> = &'c dyn Fn(&Idea) -> bool;

#[tokio::test]
async fn a_search_goes_together_with_every_other_filter() {
    let acme = Organization::found().await;
    insert_all(&acme, many(&acme)).await;
    index_all(acme.store()).await;
    let (legal, payables, ana) = (acme.legal, acme.payables, acme.ana);
    acme.read(move |s| {
        let at = |at| Some(Timestamp::from_millis(at));
        for search in ["all of", "even", "third", "rare", "party third"] {
            let with = || text(search);
            let filters: [(IdeaFilter, Check<'_>); 8] = [
                (IdeaFilter { statuses: vec![APPROVED], ..with() }, &|idea| idea.status == APPROVED),
                (IdeaFilter { categories: Some(vec![legal]), ..with() }, &|idea| idea.category == legal),
                (IdeaFilter { categories: Some(vec![legal, payables]), ..with() }, &|_| true),
                (IdeaFilter { categories: Some(vec![]), ..with() }, &|_| false),
                (
                    IdeaFilter { submission_types: Some(vec![SubmissionType::ChangeRequest]), ..with() },
                    &|idea| idea.submission_type == SubmissionType::ChangeRequest,
                ),
                (IdeaFilter { created: Window { from: at(100), to: at(300) }, ..with() }, &|idea| {
                    (100..=300).contains(&idea.created_at.millis())
                }),
                (IdeaFilter { submitter: Some(ana), ..with() }, &|_| true),
                (IdeaFilter { business_unit: Some("Legal".into()), ..with() }, &|_| false),
            ];
            for (filter, lets_through) in filters {
                for order in EVERY_SORT.map(|sort| IdeaOrder { sort, direction: Direction::Descending }) {
                    let live = everything(s, order)?;
                    let meant = live.iter().filter(|idea| means(idea, search) && lets_through(idea));
                    let expected: Vec<_> = meant.map(|idea| idea.id).collect();
                    let (total, ids) = page(s, &filter, order, PageRequest { offset: 10, limit: 50 })?;
                    assert_eq!(total, expected.len() as u64, "{filter:?}");
                    let expected: Vec<_> = expected.into_iter().skip(10).take(50).collect();
                    assert_eq!(ids, expected, "{filter:?} {order:?}");
                }
            }
        }
        Ok(())
    })
    .await;
}

#[rstest]
#[case::before_the_index_follows(false)]
#[case::after_it_followed(true)]
#[tokio::test]
async fn a_changed_idea_is_found_by_its_new_words_alone(#[case] follows: bool) {
    let acme = Organization::found().await;
    let new = ["Match invoices", "Pay suppliers", "Close the month"].map(|name| acme.idea(name, 1));
    let [renamed, described, deleted] = insert_all(&acme, new.into()).await[..] else { panic!() };
    index_all(acme.store()).await;
    change(&acme, renamed, |idea| idea.name = "Compare bills".into()).await.unwrap();
    // Twice: what counts is what it was indexed by.
    change(&acme, renamed, |idea| idea.name = "Compare receipts".into()).await.unwrap();
    change(&acme, described, |idea| idea.content.description = "Through the portal".into()).await.unwrap();
    delete(&acme, deleted).await;
    if follows {
        index_all(acme.store()).await;
    }
    let found = async |search| found(acme.store(), acme.tenant, search).await;
    assert_eq!(found("receipt").await, [renamed]);
    assert_eq!(found("match inv").await, [renamed], "by its address, which stays");
    assert_eq!(found("bill").await, []);
    assert_eq!(found("portal").await, [described]);
    assert_eq!(found("hand").await, [renamed]);
    assert_eq!(found("month").await, []);
}

#[tokio::test]
async fn a_search_finds_nothing_of_another_tenant() {
    let acme = Organization::found().await;
    let ids = insert_all(&acme, many(&acme)).await;
    let other = found_tenant(acme.store(), "other").await;
    // Their ideas are as alike as can be.
    let mut theirs = acme.idea("Idea 0 of others", 1);
    theirs.content.description = "rare".into();
    let theirs = acme.store().write(other, move |s| ideas::insert(s, &theirs, "")).await.unwrap().id;
    for _ in 0..2 {
        let ours = found(acme.store(), acme.tenant, "rare").await;
        assert_eq!(ours.len(), ids.len().div_ceil(41));
        assert!(!ours.contains(&theirs));
        assert_eq!(found(acme.store(), other, "rare").await, [theirs]);
        assert_eq!(found(acme.store(), other, "party").await, []);
        index_all(acme.store()).await;
    }
}

#[tokio::test]
async fn whoever_goes_on_after_an_interruption_indexes_each_idea_once() {
    let acme = Organization::found().await;
    let ids = insert_all(&acme, many(&acme)).await;
    assert!(index_once(acme.store()).await, "there are more than are indexed at once");
    // As another process would after this one was killed: the first was never closed.
    let again = Store::open(StoreOptions::new(acme.database.location())).await.unwrap();
    index_once(&again).await;
    index_all(acme.store()).await;
    delete(&acme, ids[0]).await;
    index_all(&again).await;
    let search = "third party";
    let live = acme.read(|s| everything(s, IdeaOrder::default())).await;
    let expected: Vec<_> = live.iter().filter(|idea| means(idea, search)).map(|idea| idea.id).collect();
    assert_eq!(found(&again, acme.tenant, search).await, expected);
    again.close().await;
}

#[tokio::test]
async fn few_of_very_many_words_are_looked_up() {
    let acme = Organization::found().await;
    let long = "one two three four five six seven eight nine ten eleven";
    let ids = insert_all(&acme, vec![acme.idea(long, 1), acme.idea("one two three four five", 2)]).await;
    index_all(acme.store()).await;
    let repeated = "e ".repeat(2000);
    let unknown: Vec<_> = (0..500).map(|n| format!("nobody{n}")).collect();
    for (search, expected) in [(long, &ids[..1]), (&repeated, &[]), (&unknown.join(" "), &[])] {
        let before = acme.store().statement_count();
        assert_eq!(found(acme.store(), acme.tenant, search).await, expected, "{search}");
        let statements = acme.store().statement_count() - before;
        assert!(statements < 60, "{statements} statements for {search}");
    }
}

#[tokio::test]
async fn nothing_is_written_where_nothing_is_to_be_indexed() {
    let acme = Organization::found().await;
    let ids = insert_all(&acme, vec![acme.idea("Match invoices", 1)]).await;
    let before = acme.store().commit_count();
    assert!(!index_once(acme.store()).await, "one portion is enough for one idea");
    assert_eq!(acme.store().commit_count(), before + 1);
    change(&acme, ids[0], |idea| idea.status = APPROVED).await.unwrap();
    let before = acme.store().commit_count();
    assert!(matches!(acme.store().index_ideas().await, Ok(Indexing::UpToDate)), "what it says is the same");
    assert_eq!(acme.store().commit_count(), before);
}

const DRAFT: &str = r#"{"blocks":[{"key":"a1","text":"Zur\u00fcckweisung \"hochpriorit\u00e4r\"","type":"unstyled"},{"text":"Pay it"}],"entityMap":{}}"#;
const HTML: &str = "<p><b>Bold</b>word &amp; more</p><p>Gr&ouml;&szlig;e</p>";

/// An idea for each form that a description may have.
async fn insert_rich(acme: &Organization) -> [IdeaId; 3] {
    let new = [("Draft", DRAFT), ("Fragment", HTML), ("Plain", "Blocks of <k & l> text")];
    let new = new.map(|(name, description)| {
        let mut idea = acme.idea(name, 1);
        idea.content.description = description.into();
        idea
    });
    insert_all(acme, new.into()).await.try_into().unwrap()
}

/// Of these ideas alone: there may be others whose turn hasn't come.
async fn check_rich(acme: &Organization, rich: [IdeaId; 3]) {
    let [draft, html, plain] = rich;
    for (search, expected) in [
        ("zurückweisung", vec![draft]),
        ("\"hochprioritär\"", vec![draft]),
        ("pay it", vec![draft]),
        ("boldword", vec![html]),
        ("& more", vec![html]),
        ("Größe", vec![html]),
        ("<k & l>", vec![plain]),
        ("blocks", vec![plain]),
        ("entityMap", vec![]),
        ("unstyled", vec![]),
        ("u00fc", vec![]),
        ("szlig", vec![]),
        ("<p>", vec![]),
        ("amp;", vec![]),
    ] {
        let mut found = found(acme.store(), acme.tenant, search).await;
        found.retain(|id| rich.contains(id));
        assert_eq!(found, expected, "{search}");
    }
}

#[tokio::test]
async fn what_people_read_of_a_description_is_found_and_its_markup_is_not() {
    let acme = Organization::found().await;
    let ids = insert_rich(&acme).await;
    check_rich(&acme, ids).await;
    index_all(acme.store()).await;
    check_rich(&acme, ids).await;
    let [draft, ..] = ids;
    change(&acme, draft, |idea| idea.content.description = "<p>Ablehnung</p>".into()).await.unwrap();
    assert_eq!(found(acme.store(), acme.tenant, "ablehnung").await, [draft]);
    assert_eq!(found(acme.store(), acme.tenant, "<p>").await, []);
}

/// Brings a database back to before descriptions were searched by what people read of them: its migrations are to be run
/// again.
async fn go_back_to_markup(acme: &Organization) -> u64 {
    let undone = go_back_before(acme.store(), index_of_words(acme.store().engine())).await;
    acme.write(|s| {
        let fold = |text: &str| text::fold(&text.replace('-', " "));
        for idea in everything(s, IdeaOrder::default())? {
            let key = [&*idea.name, &idea.slug, &idea.content.description].map(fold).join("\n");
            s.execute("UPDATE ideas SET search_key = $1 WHERE id = $2", values![&key, idea.id])?;
        }
        Ok(())
    })
    .await
    .unwrap();
    undone
}

#[tokio::test]
async fn descriptions_of_an_older_version_are_found_by_what_people_read_once_their_turn_came() {
    let acme = Organization::found().await;
    let rich = insert_rich(&acme).await;
    let many: Vec<_> = (0..900)
        .map(|n| {
            let mut idea = acme.idea(&format!("Idea {n}"), 1);
            idea.content.description = format!("<p>Pr&uuml;fung {n}</p>");
            idea
        })
        .collect();
    let many = insert_all(&acme, many).await;
    let undone = go_back_to_markup(&acme).await;
    let store = acme.store();
    assert_eq!(u64::from(store.migrate().await.unwrap()), undone);
    assert_eq!(
        found(store, acme.tenant, "entityMap").await,
        [rich[0]],
        "by what it was, until its turn comes"
    );
    assert_eq!(found(store, acme.tenant, "prüfung").await, []);

    assert!(index_once(store).await);
    check_rich(&acme, rich).await;
    let half = found(store, acme.tenant, "prüfung").await.len();
    assert!(0 < half && half < many.len(), "{half} of them");
    // Whoever writes one meanwhile is right at once, and stays so.
    change(&acme, many[899], |idea| idea.content.description = "<p>Sp&auml;ter</p>".into()).await.unwrap();
    assert_eq!(found(store, acme.tenant, "später").await, [many[899]]);

    // As another process would after this one was killed: the first was never closed.
    let again = Store::open(StoreOptions::new(acme.database.location())).await.unwrap();
    let mut portions = 0;
    while index_once(&again).await {
        portions += 1;
    }
    assert!(portions < 20, "{portions} portions");
    check_rich(&acme, rich).await;
    assert_eq!(found(&again, acme.tenant, "prüfung").await.len(), 899);
    assert_eq!(found(&again, acme.tenant, "<p>").await, []);
    assert_eq!(found(&again, acme.tenant, "später").await, [many[899]]);
    let before = again.commit_count();
    assert!(matches!(again.index_ideas().await, Ok(Indexing::UpToDate)));
    assert_eq!(again.commit_count(), before, "it is done once");
    again.close().await;
}

#[tokio::test]
async fn new_keys_wait_for_the_index_so_that_searches_have_little_to_look_through() {
    let acme = Organization::found().await;
    // As each block of a document has a key of its own.
    let of_their_own = |n: usize| {
        (0..30).map(|block| format!(r#"{{"key":"k{n}x{block}","text":"Same"}}"#)).collect::<Vec<_>>()
    };
    let many = (0..3000).map(|n| {
        let mut idea = acme.idea(&format!("Idea {n}"), 1);
        idea.content.description = format!(r#"{{"blocks":[{}]}}"#, of_their_own(n).join(","));
        idea
    });
    let many = insert_all(&acme, many.collect()).await;
    let undone = go_back_to_markup(&acme).await;
    let store = acme.store();
    assert_eq!(u64::from(store.migrate().await.unwrap()), undone);
    // All are indexed by their old keys first, as they are in a database that was in use.
    let hold = |s: &mut System<'_>| s.execute("UPDATE search_keys SET after_idea = 999999", values![]);
    store.system().write(hold).await.unwrap();
    index_all(store).await;
    let begin = |s: &mut System<'_>| s.execute("UPDATE search_keys SET rule = 1, after_idea = 0", values![]);
    store.system().write(begin).await.unwrap();
    let mut most = 0;
    while index_once(store).await {
        let waiting = |s: &mut System<'_>| {
            s.one("SELECT COUNT(*) FROM search_backlog", values![], |row| row.get::<i64>(0))
        };
        most = most.max(store.system().write(waiting).await.unwrap());
    }
    assert!(0 < most && most < 1500, "{most} of {}", many.len());
    assert_eq!(found(store, acme.tenant, "k7x3").await, []);
}

/// The migration that brought the index of words.
const fn index_of_words(engine: Engine) -> i64 {
    match engine {
        Engine::Sqlite => 23,
        Engine::Postgres => 28,
    }
}

#[tokio::test]
async fn a_database_from_before_the_index_is_searched_at_once_and_indexed_later() {
    let acme = Organization::found().await;
    let ids = insert_all(&acme, many(&acme)).await;
    let store = acme.store();
    let undone = go_back_before(store, index_of_words(store.engine())).await;
    assert_eq!(u64::from(store.migrate().await.unwrap()), undone);
    let rare = found(store, acme.tenant, "rare").await;
    assert_eq!(rare.len(), ids.len().div_ceil(41));
    assert!(matches!(store.prepare_searches().await, Ok(Prepared::Done)));
    assert_eq!(found(store, acme.tenant, "rare").await, rare);
    index_all(store).await;
    assert_eq!(found(store, acme.tenant, "rare").await, rare);
    // As each start does.
    assert!(matches!(store.prepare_searches().await, Ok(Prepared::Done)));
    store.clear_searches().await.unwrap();
    assert_eq!(search_indexes(&acme).await, i64::from(store.engine() == Engine::Postgres));
}

/// How many indexes there are that a server's extension made.
async fn search_indexes(acme: &Organization) -> i64 {
    let count = match acme.store().engine() {
        Engine::Sqlite => "SELECT COUNT(*) FROM sqlite_schema WHERE sql LIKE '%trgm%'",
        Engine::Postgres => "SELECT COUNT(*) FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'",
    };
    acme.read(move |s| s.one(count, values![], |row| row.get(0))).await
}

/// On a server, transactions are committed in another order than they began in, and portions come in between.
#[tokio::test]
async fn what_others_are_about_to_commit_is_indexed_afterwards() {
    let acme = Organization::found().await;
    let ids = insert_all(&acme, ["Match", "Pay"].map(|name| acme.idea(name, 1)).into()).await;
    let (noted, indexed) = (ids[0], ids[1]);
    if acme.store().engine() == Engine::Postgres {
        index_all(acme.store()).await;
        // Noted once more, and held by whoever changes it again.
        change(&acme, noted, |idea| idea.content.description = "Twice".into()).await.unwrap();
    }
    let (has_written, is_written) = oneshot::channel();
    let (held_back, let_go) = mpsc::channel::<()>();
    let is_embedded = acme.store().engine() == Engine::Sqlite;
    let (mut has_written, new) = (Some(has_written), acme.idea("Scan", 1));
    let under_way = acme.write(move |s| {
        for id in [noted, indexed] {
            let before = ideas::find_to_change(s, IdeaKey::Id(id))?.unwrap();
            let mut after = before.clone();
            after.content.description = "Through the portal".into();
            ideas::update(s, &before, &after, "")?;
        }
        let scanned = ideas::insert(s, &new, "")?.id;
        has_written.take().unwrap().send(()).unwrap();
        // The embedded engine's one writer has nobody to wait for.
        if !is_embedded {
            assert!(let_go.recv().is_err());
        }
        Ok(scanned)
    });
    let meanwhile = async {
        is_written.await.unwrap();
        let later = insert_all(&acme, vec![acme.idea("Close", 1)]);
        let later = if is_embedded { None } else { Some(later.await) };
        index_once(acme.store()).await;
        drop(held_back);
        later
    };
    let (scanned, later) = tokio::join!(under_way, meanwhile);
    let scanned = scanned.unwrap();
    for _ in 0..2 {
        let found = async |search| found(acme.store(), acme.tenant, search).await;
        assert_eq!(found("portal").await, [indexed, noted]);
        assert_eq!(found("twice").await, []);
        assert_eq!(found("scan").await, [scanned]);
        assert_eq!(found("close").await, later.clone().unwrap_or_default());
        index_all(acme.store()).await;
    }
}

#[tokio::test]
async fn what_was_found_before_is_looked_at_again_where_it_is_shown_later() {
    let acme = Organization::found().await;
    let new = ["Match", "Pay", "Scan"].map(|name| acme.idea(name, 1));
    let [matched, paid, scanned] = insert_all(&acme, new.into()).await[..] else { panic!() };
    index_all(acme.store()).await;
    let mut later = text("hand");
    later.found = acme
        .read(|s| {
            let mut filter = text("hand");
            filter.look_up(s)?;
            assert_eq!(ideas::count(s, &filter)?, 3);
            Ok(filter.found.for_later())
        })
        .await;
    change(&acme, paid, |idea| idea.content.description = "Through the portal".into()).await.unwrap();
    delete(&acme, scanned).await;
    let request = PageRequest { offset: 0, limit: 9 };
    let shown = acme
        .read(move |s| {
            let mut ids = Vec::new();
            ideas::each_record(s, &later, IdeaOrder::default(), request, |record| ids.push(record.id))?;
            Ok(ids)
        })
        .await;
    assert_eq!(shown, [matched]);
}

#[tokio::test]
async fn a_page_looks_through_no_more_ideas_than_it_needs_while_many_wait_for_the_index() {
    let acme = Organization::found().await;
    let mut new = many(&acme);
    let later = new.split_off(MANY / 2);
    let changed = insert_all(&acme, new).await;
    index_all(acme.store()).await;
    // By changed ones and new ones, neither of whom would be too many alone.
    let added = insert_all(&acme, later).await;
    let change_all = move |s: &mut Session<'_>| {
        for &id in &changed {
            let before = ideas::find_to_change(s, IdeaKey::Id(id))?.unwrap();
            let mut after = before.clone();
            after.content.description.push_str(" again");
            ideas::update(s, &before, &after, "")?;
        }
        Ok::<_, StorageError>(changed.len())
    };
    assert_eq!(acme.write(change_all).await.unwrap() + added.len(), MANY);
    let page = async || {
        let before = acme.store().statement_count();
        let filter = text("all of them");
        let (page, _) = acme.read(move |s| ideas::chunk(s, &filter, IdeaOrder::default(), None, 20)).await;
        assert_eq!(page.len(), 20);
        acme.store().statement_count() - before
    };
    assert_eq!(page().await, 2, "how far the index lags, and the page");
    index_all(acme.store()).await;
    assert!(page().await > 2, "the index is asked");
}
