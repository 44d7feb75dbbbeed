//! Tokens of a demo: the sample ones with values of their own for each start, and any number of others to measure with.

use automation_hub_domain::{
    clock::Timestamp,
    id::UserId,
    page::{Direction, PageRequest},
    token::{
        TokenName, TokenType,
        app_key::AppKey,
        value::{TokenForm, TokenValue},
    },
};
use automation_hub_storage::{
    Session, StorageError,
    tokens::{
        self as stored, AppKeyChange, KeyedDigest, NewToken, Rotation, Token, TokenChange, TokenFilter,
        TokenSort,
    },
};

use super::{Workshop, access::TokenAccess, organization::Directory, progress};
use crate::{
    auth::{digest::Purpose, random},
    sample::{self, SampleToken, SampleTokenUser},
};

const BATCH: u64 = 5000;
/// The sample tokens are the oldest of their tenant.
const LOOKED_THROUGH: u64 = 1000;

/// Gives every sample token a new value, and makes those that are missing. Answers those that work.
pub(super) async fn renew(
    workshop: &Workshop<'_>,
    directory: &Directory,
) -> anyhow::Result<Vec<TokenAccess>> {
    let now = workshop.now;
    let list = move |s: &mut Session<'_>| {
        let request = PageRequest { offset: 0, limit: LOOKED_THROUGH };
        let order = (TokenSort::Created, Direction::Ascending);
        stored::list(s, &TokenFilter::default(), order, (request, None), now)
    };
    let known = workshop.store.read(directory.tenant, list).await?;
    let mut access = Vec::new();
    for sample in sample::tokens() {
        let token = known.iter().find(|token| token.name == sample.name).cloned();
        let Some(drawn) = Drawn::of(&sample, directory)? else { continue };
        let keyed = drawn.keyed(workshop, directory);
        let (creator, user) = (drawn.creator, drawn.user);
        let write = move |s: &mut Session<'_>| {
            if let Some(token) = &token {
                return renew_row(s, token, &sample, &keyed, now);
            }
            stored::insert(s, &new_row(&sample, &keyed, (creator, user), now)?).map(drop)
        };
        workshop.store.write(directory.tenant, write).await?;
        if sample.works {
            access.push(drawn.access(&sample));
        }
    }
    Ok(access)
}

/// A sample token with secrets, before they are forgotten.
struct Drawn {
    user: Option<UserId>,
    creator: UserId,
    value: TokenValue,
    app_key: Option<AppKey>,
}

/// What is kept of them.
#[derive(Clone)]
struct Keyed {
    value: KeyedDigest,
    last_four: String,
    app_key: Option<KeyedDigest>,
}

impl Drawn {
    /// None if somebody deleted the token's user or creator.
    fn of(sample: &SampleToken, directory: &Directory) -> anyhow::Result<Option<Self>> {
        let find = |email| directory.people.get(email).copied();
        let user = match sample.user {
            SampleTokenUser::Tenant => None,
            SampleTokenUser::User(email) => match find(email) {
                Some(user) => Some(user),
                None => return Ok(None),
            },
        };
        let Some(creator) = find(sample.creator) else { return Ok(None) };
        let value = TokenValue::from_random(TokenForm::Uuid, random::draw()?);
        let app_key = if sample.has_app_key { Some(AppKey::from_random(&random::draw()?)) } else { None };
        Ok(Some(Self { user, creator, value, app_key }))
    }

    fn keyed(&self, workshop: &Workshop<'_>, directory: &Directory) -> Keyed {
        let digest = |purpose, secret: &str| {
            let stored = workshop.peppers.current().store(purpose, directory.tenant_uuid, secret.as_bytes());
            KeyedDigest { digest: *stored.digest.as_bytes(), pepper_number: stored.pepper.get() }
        };
        Keyed {
            value: digest(Purpose::Token, self.value.expose()),
            last_four: self.value.last_four().to_owned(),
            app_key: self.app_key.as_ref().map(|key| digest(Purpose::AppKey, key.expose())),
        }
    }

    fn access(&self, sample: &SampleToken) -> TokenAccess {
        TokenAccess {
            name: sample.name,
            token_type: TokenType::of(self.user, Some(self.creator)).key(),
            user: match sample.user {
                SampleTokenUser::Tenant => None,
                SampleTokenUser::User(email) => Some(email),
            },
            token: self.value.expose().to_owned(),
            app_key: self.app_key.as_ref().map(|key| key.expose().to_owned()),
        }
    }
}

fn name(text: &str) -> Result<TokenName, StorageError> {
    TokenName::parse(text).map_err(|error| StorageError::Corrupt(format!("{text}: {error}")))
}

fn new_row(
    sample: &SampleToken,
    keyed: &Keyed,
    (creator, user): (UserId, Option<UserId>),
    now: Timestamp,
) -> Result<NewToken, StorageError> {
    Ok(NewToken {
        name: name(sample.name)?,
        user,
        creator: Some(creator),
        value: keyed.value,
        last_four: keyed.last_four.clone(),
        app_key: keyed.app_key,
        created_at: now.plus_days(-i64::from(sample.created_days_ago)),
        expires_at: Some(now.plus_days(sample.expires_in_days.into())),
        is_active: sample.is_active,
    })
}

/// The old value ends at once, whatever overlap a rotation in the console would leave it.
fn renew_row(
    session: &mut Session<'_>,
    token: &Token,
    sample: &SampleToken,
    keyed: &Keyed,
    now: Timestamp,
) -> Result<(), StorageError> {
    let rotation =
        Rotation { value: keyed.value, last_four: keyed.last_four.clone(), retired_until: now, at: now };
    stored::rotate(session, token.id, token.revision, &rotation)?;
    let change = TokenChange {
        name: name(sample.name)?,
        user: token.user.as_ref().map(|user| user.id),
        expires_at: Some(now.plus_days(sample.expires_in_days.into())),
        is_active: sample.is_active,
        app_key: keyed.app_key.map_or(AppKeyChange::Remove, AppKeyChange::Replace),
        by: None,
        at: now,
    };
    stored::update(session, token.id, token.revision + 1, &change).map(drop)
}

/// Adds tokens that nobody knows the value of, until there are as many as asked for.
pub(super) async fn top_up(
    workshop: &Workshop<'_>,
    directory: &Directory,
    count: usize,
) -> anyhow::Result<()> {
    let present = workshop.store.system().read(stored::count_live).await?;
    let wanted = u64::try_from(count)?;
    let mut users: Vec<_> = directory.people.iter().collect();
    users.sort_by_key(|(_, id)| id.get());
    let users: Vec<_> = users.into_iter().map(|(_, &id)| id).collect();
    let bar = progress("Tokens", wanted.saturating_sub(present));
    let mut next = present;
    while next < wanted && !users.is_empty() {
        let end = wanted.min(next + BATCH);
        let batch = (next..end)
            .map(|number| extra(workshop, directory, &users, number))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let write =
            move |s: &mut Session<'_>| batch.iter().try_for_each(|new| stored::insert(s, new).map(drop));
        workshop.store.write(directory.tenant, write).await?;
        bar.inc(end - next);
        next = end;
    }
    bar.finish_and_clear();
    Ok(())
}

fn extra(
    workshop: &Workshop<'_>,
    directory: &Directory,
    users: &[UserId],
    number: u64,
) -> anyhow::Result<NewToken> {
    let value = TokenValue::from_random(TokenForm::Uuid, random::draw()?);
    let secret = value.expose().as_bytes();
    let stored = workshop.peppers.current().store(Purpose::Token, directory.tenant_uuid, secret);
    let person =
        |number: u64| Ok::<_, anyhow::Error>(users.get(usize::try_from(number)? % users.len()).copied());
    let creator = person(number)?;
    // Of every type and in every state, as they are where tokens are many.
    let user = match number % 10 {
        0 => None,
        1 | 2 => person(number + 1)?,
        _ => creator,
    };
    // Backwards, so that the sample ones stay the oldest and the list has a history.
    let minutes_ago = i64::try_from(number % 500_000)?;
    Ok(NewToken {
        name: name(&format!("Script {:06}", number + 1))?,
        user,
        creator,
        value: KeyedDigest { digest: *stored.digest.as_bytes(), pepper_number: stored.pepper.get() },
        last_four: value.last_four().to_owned(),
        app_key: None,
        created_at: workshop.now.plus_minutes(-minutes_ago),
        expires_at: Some(workshop.now.plus_days(i64::try_from(number % 330)? - 30)),
        is_active: !number.is_multiple_of(23),
    })
}
