//! Tokens, drafts and calls: each change, what the console finds, and that another tenant finds nothing.

use automation_hub_domain::{
    clock::Timestamp,
    id::{SessionId, TenantId, TokenId, UserId},
    page::{Direction, PageRequest},
    tenant::{NewTenant, Slug, TokenSettings},
    token::{TokenName, TokenType, state::TokenState},
    user::{Email, InviteStatus, NewUser, Profile},
};
use automation_hub_storage::{
    Constraint, Session, StorageError, Store, System,
    calls::{self, CallFilter, CallRecord, RefusedCall},
    drafts, tenants,
    testing::TestDatabase,
    tokens::{
        self, AppKeyChange, KeyedDigest, NewToken, Rotation, SealedValues, StateFilter, TokenChange,
        TokenFilter, TokenSort,
    },
    users,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_millis(1_794_916_800_000);
const SESSION: SessionId = SessionId::new(7);

struct Hub {
    database: TestDatabase,
    tenant: TenantId,
    ines: UserId,
    omar: UserId,
}

impl Hub {
    async fn start() -> Self {
        let database = TestDatabase::create().await.unwrap();
        let tenant = found(&database.store, "nordwind").await;
        let (ines, omar) = database
            .store
            .write(tenant, |s| -> Result<_, StorageError> {
                Ok((
                    add_user(s, "Ines", "ines@nordwind.test")?,
                    add_user(s, "Omar 100%", "omar@nordwind.test")?,
                ))
            })
            .await
            .unwrap();
        Self { database, tenant, ines, omar }
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> T {
        self.database.store.write(self.tenant, work).await.unwrap()
    }

    async fn add(&self, change: impl Fn(&mut NewToken)) -> TokenId {
        let mut new = self.new_token();
        change(&mut new);
        self.write(move |s| tokens::insert(s, &new)).await
    }

    /// Each has a digest of its own, as a unique index wants it.
    fn new_token(&self) -> NewToken {
        NewToken {
            name: TokenName::parse("Power BI refresh").unwrap(),
            user: Some(self.omar),
            creator: Some(self.ines),
            value: digest(*Uuid::new_v4().as_bytes()),
            last_four: "f19a".to_owned(),
            app_key: None,
            created_at: NOW,
            expires_at: Some(NOW.plus_days(90)),
            is_active: true,
        }
    }

    /// Each state's list is as long as it is counted, and holds what the domain calls by that state.
    async fn assert_counts_agree(&self, token_type: Option<TokenType>, user_search: Option<&str>) {
        let filter = |state| TokenFilter { user_search: user_search.map(str::to_owned), state, token_type };
        let unfiltered = filter(StateFilter::All);
        let counts = self.write(move |s| tokens::count_by_state(s, &unfiltered, NOW)).await;
        let never = self.write(|s| Ok(tenants::get(s)?.settings.allows_never_expiring)).await;
        for state in STATES {
            let asked = filter(state);
            let order = (TokenSort::State, Direction::Ascending);
            let page = PageRequest { offset: 0, limit: 100 };
            let found = self.write(move |s| tokens::list(s, &asked, order, (page, None), NOW)).await;
            assert_eq!(found.len() as u64, counts.of(state), "{state:?} {token_type:?} {user_search:?}");
            for token in found {
                assert!(belongs(state, token.state(never, NOW)), "{state:?}: {token:?}");
                assert!(token_type.is_none_or(|wanted| token.token_type() == wanted), "{token_type:?}");
            }
        }
    }

    async fn names(&self, filter: TokenFilter, sort: TokenSort, direction: Direction) -> Vec<String> {
        let page = PageRequest::default();
        let found = self.write(move |s| tokens::list(s, &filter, (sort, direction), (page, None), NOW)).await;
        found.into_iter().map(|token| token.name).collect()
    }
}

const STATES: [StateFilter; 7] = [
    StateFilter::All,
    StateFilter::Active,
    StateFilter::Expiring,
    StateFilter::Expired,
    StateFilter::Inactive,
    StateFilter::UserDeactivated,
    StateFilter::Revoked,
];

fn belongs(filter: StateFilter, state: Option<TokenState>) -> bool {
    match (filter, state) {
        (StateFilter::Revoked, state) => state.is_none(),
        (_, None) => false,
        (StateFilter::All, Some(_)) => true,
        (StateFilter::Active, Some(state)) => state.works(),
        (StateFilter::Expiring, Some(state)) => matches!(state, TokenState::ExpiresInDays(_)),
        (StateFilter::Expired, Some(state)) => {
            matches!(state, TokenState::Expired | TokenState::ExpiryMissing)
        }
        (StateFilter::Inactive, Some(state)) => {
            matches!(state, TokenState::Inactive | TokenState::Suspended)
        }
        (StateFilter::UserDeactivated, Some(state)) => state == TokenState::UserDeactivated,
    }
}

async fn found(store: &Store, organization: &str) -> TenantId {
    let new = NewTenant {
        uuid: Uuid::new_v4(),
        organization_slug: Slug::parse(organization).unwrap(),
        organization_name: "Nordwind".into(),
        tenant_slug: Slug::parse("production").unwrap(),
        tenant_name: "Production".into(),
        currency: "EUR".into(),
        time_zone: "UTC".into(),
        created_at: NOW,
    };
    store.system().write(move |s| tenants::insert(s, &new)).await.unwrap()
}

pub(crate) fn add_user(s: &mut Session<'_>, first_name: &str, email: &str) -> Result<UserId, StorageError> {
    let new = NewUser {
        email: Email::parse(email).unwrap(),
        profile: Profile { first_name: first_name.into(), last_name: "Tester".into(), ..Profile::default() },
        is_active: true,
        invite_status: InviteStatus::Active,
        password_hash: None,
        created_at: NOW,
    };
    users::insert(s, &new)
}

fn digest(bytes: [u8; 16]) -> KeyedDigest {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(&bytes);
    KeyedDigest { digest, pepper_number: 1 }
}

fn named(text: &str) -> TokenName {
    TokenName::parse(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_reads_back_for_verification_and_for_the_console() {
    let hub = Hub::start().await;
    let new = NewToken { app_key: Some(digest([2; 16])), ..hub.new_token() };
    let (value, tenant) = (new.value, hub.tenant);
    let id = hub.write(move |s| tokens::insert(s, &new)).await;

    let record = hub.write(move |s| tokens::find_record(s, id)).await.unwrap();
    assert_eq!((record.id, record.tenant, record.user), (id, tenant, Some(hub.omar)));
    assert_eq!((record.value, record.app_key, record.retired), (value, Some(digest([2; 16])), None));
    assert!(record.is_active && !record.is_suspended);

    let token = hub.write(move |s| tokens::find(s, id, NOW)).await.unwrap();
    assert_eq!(token.token_type(), TokenType::UserAssigned);
    assert_eq!(token.user.as_ref().unwrap().name, "Omar 100% Tester");
    assert!(token.has_app_key && !token.is_sealed);

    let live = hub
        .database
        .store
        .system()
        .read(|s| -> Result<_, StorageError> {
            let mut live = Vec::new();
            tokens::each_live_record(s, |row| live.push(row))?;
            Ok((live, tokens::count_live(s)?))
        })
        .await
        .unwrap();
    assert_eq!(live, (vec![record], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_finds_and_changes_nothing() {
    let hub = Hub::start().await;
    let id = hub.add(|_| {}).await;
    let other = found(&hub.database.store, "suedwind").await;
    hub.database
        .store
        .write(other, move |s| -> Result<_, StorageError> {
            assert_eq!(tokens::find_record(s, id)?, None);
            assert_eq!(tokens::find(s, id, NOW)?, None);
            assert_eq!(tokens::count_by_state(s, &TokenFilter::default(), NOW)?.of(StateFilter::All), 0);
            assert!(!tokens::set_active(s, id, false, None, NOW)?);
            assert!(!tokens::revoke(s, id, None, NOW)?);
            assert!(tokens::sealed_values(s, id)?.is_none());
            Ok(())
        })
        .await
        .unwrap();
    let record = hub.write(move |s| tokens::find_record(s, id)).await.unwrap();
    assert!(record.is_active);
}

/// A person's id is that of the whole database, so a token could name somebody of another tenant.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_names_people_of_another_tenant_shows_nothing_of_them() {
    let hub = Hub::start().await;
    let other = found(&hub.database.store, "suedwind").await;
    let stranger = hub.database.store.write(other, |s| add_user(s, "Stranger", "s@suedwind.test")).await;
    let stranger = stranger.unwrap();
    let id = hub
        .add(|new| {
            new.user = Some(stranger);
            new.creator = Some(stranger);
        })
        .await;
    hub.write(move |s| tokens::set_active(s, id, false, Some(stranger), NOW)).await;
    let shown = hub.write(move |s| tokens::find(s, id, NOW)).await.unwrap();
    assert_eq!((shown.user, shown.creator, shown.switched_by), (None, None, None));
    let by_user = (TokenSort::User, Direction::Ascending);
    let (all, page) = (TokenFilter::default(), PageRequest::default());
    let listed = hub.write(move |s| tokens::list(s, &all, by_user, (page, None), NOW)).await;
    assert_eq!(
        listed.iter().map(|token| (token.id, token.user.is_some())).collect::<Vec<_>>(),
        [(id, false)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tokens_never_share_a_digest() {
    let hub = Hub::start().await;
    let new = hub.new_token();
    let same = new.clone();
    hub.write(move |s| tokens::insert(s, &new)).await;
    let refused = hub.database.store.write(hub.tenant, move |s| tokens::insert(s, &same)).await;
    assert!(matches!(refused, Err(StorageError::Conflict(Constraint::TokenDigest))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_needs_the_revision_it_was_made_on() {
    let hub = Hub::start().await;
    let id = hub.add(|_| {}).await;
    let change = TokenChange {
        name: named("Power BI"),
        user: None,
        expires_at: None,
        is_active: false,
        app_key: AppKeyChange::Replace(digest([3; 16])),
        by: Some(hub.ines),
        at: NOW.plus_minutes(1),
    };
    let stale = change.clone();
    assert!(hub.write(move |s| tokens::update(s, id, 1, &change)).await);
    assert!(!hub.write(move |s| tokens::update(s, id, 1, &stale)).await);

    let token = hub.write(move |s| tokens::find(s, id, NOW)).await.unwrap();
    assert_eq!((token.name.as_str(), token.revision, token.is_active), ("Power BI", 2, false));
    assert_eq!(token.switched_by.as_ref().map(|by| by.id), Some(hub.ines));
    assert_eq!(token.token_type(), TokenType::TenantLevel);
    let record = hub.write(move |s| tokens::find_record(s, id)).await.unwrap();
    assert_eq!(record.app_key, Some(digest([3; 16])));
}

#[tokio::test(flavor = "multi_thread")]
async fn rotating_retires_the_old_value_and_revoking_leaves_a_tombstone() {
    let hub = Hub::start().await;
    let old = digest([4; 16]);
    let id = hub.add(|new| new.value = old).await;
    hub.write(move |s| {
        tokens::put_sealed(s, id, &SealedValues { value: Some(vec![1]), app_key: Some(vec![2]) })
    })
    .await;
    let rotation = Rotation {
        value: digest([5; 16]),
        last_four: "1234".into(),
        retired_until: NOW.plus_minutes(5),
        at: NOW,
    };
    assert!(hub.write(move |s| tokens::rotate(s, id, 1, &rotation)).await);
    let record = hub.write(move |s| tokens::find_record(s, id)).await.unwrap();
    assert_eq!(record.value, digest([5; 16]));
    assert_eq!(record.retired.map(|old| (old.value, old.until)), Some((old, NOW.plus_minutes(5))));
    let sealed = hub.write(move |s| tokens::sealed_values(s, id)).await.unwrap();
    assert_eq!(sealed, SealedValues { value: None, app_key: Some(vec![2]) });

    assert!(hub.write(move |s| tokens::revoke(s, id, None, NOW)).await);
    assert_eq!(hub.write(move |s| tokens::find_record(s, id)).await, None);
    let token = hub.write(move |s| tokens::find(s, id, NOW)).await.unwrap();
    assert_eq!(token.revoked_at, Some(NOW));
    assert_eq!(token.state(true, NOW), None);
    assert!(!hub.write(move |s| tokens::set_active(s, id, true, None, NOW)).await);
    assert!(!hub.write(move |s| tokens::revoke(s, id, None, NOW)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_ends_when_somebody_switches_the_token_on() {
    let hub = Hub::start().await;
    let id = hub.add(|_| {}).await;
    assert!(hub.write(move |s| tokens::suspend(s, id, NOW)).await);
    assert!(!hub.write(move |s| tokens::suspend(s, id, NOW)).await);
    assert!(hub.write(move |s| tokens::find_record(s, id)).await.unwrap().is_suspended);
    hub.write(move |s| tokens::set_active(s, id, true, None, NOW)).await;
    assert!(!hub.write(move |s| tokens::find_record(s, id)).await.unwrap().is_suspended);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_counted_filtered_and_sorted_by_state() {
    let hub = Hub::start().await;
    let (ines, gone) = (hub.ines, hub.write(|s| add_user(s, "Gone", "gone@nordwind.test")).await);
    hub.write(move |s| users::set_active(s, gone, false, NOW)).await;
    hub.add(|new| new.name = named("Active")).await;
    hub.add(|new| {
        new.name = named("Expiring");
        new.expires_at = Some(NOW.plus_days(14));
        new.user = Some(ines);
    })
    .await;
    hub.add(|new| {
        new.name = named("Expired");
        new.expires_at = Some(NOW);
        new.user = None;
    })
    .await;
    hub.add(|new| {
        new.name = named("Never");
        new.expires_at = None;
    })
    .await;
    hub.add(|new| {
        new.name = named("Inactive");
        new.is_active = false;
    })
    .await;
    hub.add(|new| {
        new.name = named("Deactivated");
        new.user = Some(gone);
    })
    .await;
    let revoked = hub.add(|new| new.name = named("Revoked")).await;
    hub.write(move |s| tokens::revoke(s, revoked, None, NOW)).await;

    let counts = hub.write(|s| tokens::count_by_state(s, &TokenFilter::default(), NOW)).await;
    let of = |state| counts.of(state);
    assert_eq!(of(StateFilter::All), 6);
    assert_eq!((of(StateFilter::Active), of(StateFilter::Expiring), of(StateFilter::Expired)), (2, 1, 2));
    assert_eq!(
        (of(StateFilter::Inactive), of(StateFilter::UserDeactivated), of(StateFilter::Revoked)),
        (1, 1, 1)
    );

    for (state, expected) in [
        (StateFilter::Active, &["Expiring", "Active"][..]),
        (StateFilter::Expiring, &["Expiring"]),
        (StateFilter::Expired, &["Never", "Expired"]),
        (StateFilter::Inactive, &["Inactive"]),
        (StateFilter::UserDeactivated, &["Deactivated"]),
        (StateFilter::Revoked, &["Revoked"]),
    ] {
        let filter = TokenFilter { state, ..TokenFilter::default() };
        assert_eq!(hub.names(filter, TokenSort::Created, Direction::Descending).await, expected, "{state:?}");
    }
    let personal = TokenFilter { token_type: Some(TokenType::Personal), ..TokenFilter::default() };
    assert_eq!(hub.names(personal, TokenSort::Name, Direction::Ascending).await, ["Expiring"]);
    let all = hub.names(TokenFilter::default(), TokenSort::State, Direction::Ascending).await;
    assert_eq!(all, ["Active", "Expiring", "Never", "Expired", "Deactivated", "Inactive"]);
    let all = hub.names(TokenFilter::default(), TokenSort::Expires, Direction::Descending).await;
    assert_eq!((all[0].as_str(), all[5].as_str()), ("Never", "Expired"));
    assert_eq!(hub.write(move |s| tokens::count_newer(s, revoked)).await, 0);
    assert_eq!(hub.write(|s| tokens::count_newer(s, TokenId::new(0))).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_agree_with_lists_whatever_is_asked_for() {
    let hub = Hub::start().await;
    let gone = hub.write(|s| add_user(s, "Gone", "gone@nordwind.test")).await;
    hub.write(move |s| users::set_active(s, gone, false, NOW)).await;
    let (ines, omar) = (hub.ines, hub.omar);
    for user in [None, Some(ines), Some(omar), Some(gone)] {
        for expires_at in [None, Some(NOW), Some(NOW.plus_days(14)), Some(NOW.plus_days(90))] {
            hub.add(|new| (new.user, new.expires_at) = (user, expires_at)).await;
            let off =
                hub.add(|new| (new.user, new.expires_at, new.is_active) = (user, expires_at, false)).await;
            hub.write(move |s| tokens::suspend(s, off, NOW)).await;
            let revoked = hub.add(|new| (new.user, new.expires_at) = (user, expires_at)).await;
            hub.write(move |s| tokens::revoke(s, revoked, None, NOW)).await;
        }
    }
    for allows_never_expiring in [false, true] {
        hub.write(move |s| {
            let settings = TokenSettings { allows_never_expiring, ..tenants::get(s)?.settings };
            tenants::update_token_settings(s, settings)
        })
        .await;
        for token_type in [None].into_iter().chain(TokenType::ALL.map(Some)) {
            for user_search in [None, Some("omar"), Some("tester"), Some("nobody")] {
                hub.assert_counts_agree(token_type, user_search).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_parts_of_the_whole_list_whether_or_not_its_length_is_known() {
    const SORTS: [TokenSort; 6] = [
        TokenSort::Created,
        TokenSort::Name,
        TokenSort::User,
        TokenSort::Expires,
        TokenSort::State,
        TokenSort::LastUsed,
    ];
    let hub = Hub::start().await;
    let ines = hub.ines;
    // Many alike in what they are sorted by.
    for number in 0..11 {
        hub.add(|new| {
            new.user = Some(ines).filter(|_| number % 3 == 0);
            new.expires_at = Some(NOW.plus_days(number / 5));
            new.is_active = number % 2 == 0;
        })
        .await;
    }
    let counts = hub.write(|s| tokens::count_by_state(s, &TokenFilter::default(), NOW)).await;
    let list = async |state, order, page, total| {
        let filter = TokenFilter { state, ..TokenFilter::default() };
        let found = hub.write(move |s| tokens::list(s, &filter, order, (page, total), NOW)).await;
        found.into_iter().map(|token| token.id).collect::<Vec<_>>()
    };
    let directions = [Direction::Ascending, Direction::Descending];
    let orders: Vec<_> =
        SORTS.into_iter().flat_map(|sort| directions.map(|direction| (sort, direction))).collect();
    for (state, order) in STATES.into_iter().flat_map(|state| orders.iter().map(move |order| (state, *order)))
    {
        let total = counts.of(state);
        let all = PageRequest { offset: 0, limit: u64::MAX };
        let whole = list(state, order, all, None).await;
        assert_eq!(whole.len() as u64, total, "{state:?}");
        for offset in 0..=total + 1 {
            for limit in [4, u64::MAX] {
                let page = PageRequest { offset, limit };
                let found = list(state, order, page, Some(total)).await;
                let expected = whole.iter().skip(usize::try_from(offset).unwrap());
                let expected: Vec<_> =
                    expected.take(usize::try_from(limit).unwrap_or(usize::MAX)).copied().collect();
                assert_eq!(found, expected, "{state:?} {order:?} {page:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searching_by_user_takes_wildcards_literally() {
    let hub = Hub::start().await;
    let ines = hub.ines;
    hub.add(|new| new.name = named("Omar's")).await;
    hub.add(|new| {
        new.name = named("Ines's");
        new.user = Some(ines);
    })
    .await;
    hub.add(|new| new.user = None).await;
    for (search, expected) in [
        ("OMAR", &["Omar's"][..]),
        ("ines@nordwind", &["Ines's"]),
        ("100%", &["Omar's"]),
        ("%", &["Omar's"]),
        ("_", &[]),
        ("'\"\\", &[]),
    ] {
        let filter = TokenFilter { user_search: Some(search.to_owned()), ..TokenFilter::default() };
        assert_eq!(hub.names(filter, TokenSort::User, Direction::Ascending).await, expected, "{search}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_belongs_to_its_session_becomes_one_token_and_is_erased_once() {
    let hub = Hub::start().await;
    let token = hub.add(|_| {}).await;
    hub.write(move |s| {
        let id = drafts::insert(s, SESSION, NOW)?;
        drafts::put_sealed(s, id, &SealedValues { value: Some(vec![1]), app_key: None })?;
        let before = NOW.plus_millis(-1);
        assert_eq!(drafts::find(s, SESSION, id, before)?.unwrap().sealed.value, Some(vec![1]));
        assert!(drafts::find(s, SessionId::new(8), id, before)?.is_none(), "another session");
        assert!(drafts::find(s, SESSION, id, NOW)?.is_none(), "too old");
        assert!(drafts::list_unshown(s, SESSION, before)?.is_empty(), "not saved yet");

        assert!(drafts::claim(s, id, token)?);
        assert!(!drafts::claim(s, id, token)?);
        assert_eq!(drafts::list_unshown(s, SESSION, before)?.len(), 1);
        assert!(drafts::erase(s, id)?);
        assert!(!drafts::erase(s, id)?);
        assert!(drafts::list_unshown(s, SESSION, before)?.is_empty());
        assert_eq!(drafts::find(s, SESSION, id, before)?.unwrap().token, Some(token));
        assert_eq!(drafts::delete_old(s, NOW)?, 1);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_all_copies_counts_them_and_reveals_are_counted_by_hour() {
    let hub = Hub::start().await;
    let id = hub.add(|_| {}).await;
    let ines = hub.ines;
    hub.write(move |s| {
        tokens::put_sealed(s, id, &SealedValues { value: Some(vec![1]), app_key: None })?;
        assert_eq!(tokens::sealed_count(s)?, 1);
        assert_eq!(tokens::erase_sealed(s)?, 1);
        assert_eq!(tokens::sealed_count(s)?, 0);
        tokens::insert_reveal(s, ines, id, NOW)?;
        assert_eq!(tokens::count_reveals(s, ines, NOW.plus_millis(-1))?, 1);
        assert_eq!(tokens::count_reveals(s, ines, NOW)?, 0);
        Ok(())
    })
    .await;
}

fn call(tenant: TenantId, token: TokenId, at: Timestamp, address: &str) -> CallRecord<'_> {
    CallRecord {
        tenant,
        token,
        user: None,
        called_at: at,
        method: "GET",
        route: "/authinfo",
        path: "/api/v1/openapi/authinfo",
        status: 200,
        duration_micros: 1_500,
        address,
        client: "curl/8",
        request_id: "0",
        content: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_calls_is_counted_by_day_route_and_address() {
    let hub = Hub::start().await;
    let (id, tenant) = (hub.add(|_| {}).await, hub.tenant);
    let accepted = [
        call(tenant, id, NOW.plus_minutes(2), "10.0.0.2"),
        call(tenant, id, NOW, "10.0.0.1"),
        call(tenant, id, NOW.plus_days(-1), "10.0.0.1"),
    ];
    let refused = [RefusedCall { tenant, token: id, called_at: NOW }];
    hub.database.store.system().write(move |s| calls::insert_batch(s, &accepted, &refused)).await.unwrap();

    let token = hub.write(move |s| tokens::find(s, id, NOW)).await.unwrap();
    assert_eq!((token.last_used_at, token.refused_calls), (Some(NOW.plus_minutes(2)), 1));
    assert_eq!(token.last_used_address.as_deref(), Some("10.0.0.2"));
    hub.write(move |s| {
        let days = calls::list_days(s, id, 0)?;
        assert_eq!(days.iter().map(|day| (day.accepted, day.refused)).collect::<Vec<_>>(), [(1, 0), (2, 1)]);
        let since = NOW.plus_days(-7);
        let routes = calls::list_routes(s, id, since)?;
        assert_eq!(
            routes.iter().map(|route| (route.route.as_str(), route.calls)).collect::<Vec<_>>(),
            [("/authinfo", 3)]
        );
        let addresses = calls::list_addresses(s, id, since)?;
        let counted: Vec<_> = addresses.iter().map(|one| (one.address.as_str(), one.calls)).collect();
        assert_eq!(counted, [("10.0.0.2", 1), ("10.0.0.1", 2)]);
        assert_eq!(calls::durations(s, id, since)?.unwrap().slow_micros, 1_500);
        assert_eq!([calls::delete_old(s, NOW)?, calls::delete_old(s, NOW)?], [1, 0]);
        Ok(())
    })
    .await;
}

/// More than any statement of a batch has, with a few left over for the others.
#[tokio::test]
async fn calls_of_one_instant_are_kept_in_the_order_they_came_in() {
    let hub = Hub::start().await;
    let (tenant, token) = (hub.tenant, hub.add(|_| {}).await);
    let came: Vec<String> = (0..2 * 256 + 32 + 3).map(|number| format!("/automations/{number}")).collect();
    let paths = came.clone();
    let keep = move |s: &mut System<'_>| {
        let made: Vec<_> =
            paths.iter().map(|path| CallRecord { path, ..call(tenant, token, NOW, "10.0.0.1") }).collect();
        calls::insert_batch(s, &made, &[])
    };
    hub.database.store.system().write(keep).await.unwrap();
    let found = hub.write(move |s| calls::list(s, CallFilter::default(), 1000)).await;
    assert!(found.iter().rev().map(|call| &call.path).eq(&came), "the newest is listed first");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_listed_newest_first_page_by_page_and_by_token_or_failure() {
    let hub = Hub::start().await;
    let (one, other) = (hub.add(|_| {}).await, hub.add(|_| {}).await);
    let tenant = hub.tenant;
    let omar = Some(hub.omar);
    let made = [
        CallRecord { user: omar, ..call(tenant, one, NOW, "10.0.0.1") },
        CallRecord { status: 404, ..call(tenant, other, NOW, "10.0.0.2") },
        CallRecord { status: 500, ..call(tenant, one, NOW.plus_minutes(1), "10.0.0.3") },
        call(tenant, other, NOW.plus_minutes(-1), "10.0.0.4"),
    ];
    hub.database.store.system().write(move |s| calls::insert_batch(s, &made, &[])).await.unwrap();
    let list = async |filter: CallFilter, limit| {
        let found = hub.write(move |s| calls::list(s, filter, limit)).await;
        let addresses: Vec<_> = found.iter().map(|call| call.address.clone()).collect();
        (addresses.join(" "), found.last().map(calls::CallEntry::position))
    };
    let all = CallFilter::default();
    assert_eq!(list(all, 50).await.0, "10.0.0.3 10.0.0.2 10.0.0.1 10.0.0.4");
    // Two of one millisecond are told apart by their ids, so that no page ends between them for ever.
    let (first, position) = list(all, 2).await;
    let (second, end) = list(CallFilter { after: position, ..all }, 2).await;
    assert_eq!((first.as_str(), second.as_str()), ("10.0.0.3 10.0.0.2", "10.0.0.1 10.0.0.4"));
    assert_eq!(list(CallFilter { after: end, ..all }, 2).await.0, "");
    assert_eq!(list(CallFilter { is_failed: true, ..all }, 50).await.0, "10.0.0.3 10.0.0.2");
    assert_eq!(list(CallFilter { token: Some(one), ..all }, 50).await.0, "10.0.0.3 10.0.0.1");
    assert_eq!(list(CallFilter { token: Some(other), is_failed: true, after: None }, 50).await.0, "10.0.0.2");

    let of_one = hub.write(move |s| calls::list(s, CallFilter { token: Some(one), ..all }, 50)).await;
    let names: Vec<_> = of_one.iter().map(|call| call.user.as_ref().map(|(_, name)| name.as_str())).collect();
    assert_eq!(names, [None, Some("Omar 100% Tester")]);
    assert!(of_one.iter().all(|call| call.token_name == "Power BI refresh"));

    let stranger = found(&hub.database.store, "other").await;
    let theirs = hub.database.store.write(stranger, move |s| calls::list(s, all, 50)).await.unwrap();
    assert_eq!(theirs, [], "another tenant sees nothing");
}
