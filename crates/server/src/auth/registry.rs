//! Keeps the snapshot true: loads it at the start, and reads again whatever a commit changed before the
//! change is answered.

use automation_hub_domain::{
    id::{TenantId, TokenId, UserId},
    token::state::{Expiry, Switch},
};
use automation_hub_storage::{
    StorageError, Store, principals, tenants,
    tokens::{self, KeyedDigest, TokenRow},
};
use tokio::sync::Mutex;

use crate::{
    auth::{
        digest::{Digest, PepperNumber, Peppers, StoredDigest},
        principal::UserRecord,
        snapshot::{LiveToken, RetiredValue, Snapshot, TokenRecord},
        verify::Verifier,
    },
    error::Error,
};

/// How many tokens are put into the snapshot at once while loading.
const PORTION: usize = 16_384;

/// Decides about credentials, on a snapshot that follows the database.
pub struct TokenRegistry {
    pub verifier: Verifier,
    /// Held from reading a row to putting it into the snapshot: of two changes, the one that gets it later
    /// has read what both committed.
    refreshing: Mutex<()>,
}

impl TokenRegistry {
    pub async fn load(store: &Store, peppers: Peppers) -> Result<Self, Error> {
        let for_loading = peppers.clone();
        let snapshot = store.system().scan(move |system| load(system, &for_loading)).await?;
        Ok(Self { verifier: Verifier::new(snapshot, peppers), refreshing: Mutex::new(()) })
    }

    /// Takes over a token, and its user, as committed. A revoked one is gone from then on.
    pub async fn refresh_token(&self, store: &Store, tenant: TenantId, id: TokenId) -> Result<(), Error> {
        let _alone = self.refreshing.lock().await;
        let (token, user) = store
            .read(tenant, move |s| -> Result<_, Error> {
                let token = tokens::find_record(s, id)?;
                let user = match token.as_ref().and_then(|token| token.user) {
                    Some(user) => principals::find(s, user)?,
                    None => None,
                };
                Ok((token, user))
            })
            .await?;
        let snapshot = self.verifier.snapshot();
        if let Some(user) = user {
            snapshot.put_user(UserRecord::of(tenant, user));
        }
        match token.map(|row| live_token(&row)).transpose()? {
            Some(token) => snapshot.put_token(&token),
            None => snapshot.remove_token(id),
        }
        Ok(())
    }

    /// Takes over a person's particulars, rights and state as committed.
    pub async fn refresh_user(&self, store: &Store, tenant: TenantId, id: UserId) -> Result<(), Error> {
        let _alone = self.refreshing.lock().await;
        let user = store.read(tenant, move |s| principals::find(s, id).map_err(Error::from)).await?;
        match user {
            Some(user) => self.verifier.snapshot().put_user(UserRecord::of(tenant, user)),
            None => self.verifier.snapshot().remove_user(tenant, id),
        }
        Ok(())
    }

    /// Takes over a tenant as committed.
    pub async fn refresh_tenant(&self, store: &Store, id: TenantId) -> Result<(), Error> {
        let _alone = self.refreshing.lock().await;
        let tenant = store.read(id, |s| tenants::get(s).map_err(Error::from)).await?;
        self.verifier.snapshot().put_tenant(tenant);
        Ok(())
    }
}

fn load(system: &mut automation_hub_storage::System<'_>, peppers: &Peppers) -> Result<Snapshot, Error> {
    let expected = usize::try_from(tokens::count_live(system)?).unwrap_or_default();
    let snapshot = Snapshot::new(peppers, expected);
    for tenant in tenants::list(system)? {
        let id = tenant.id;
        for principal in principals::list_of_tokens(&mut system.tenant(id))? {
            snapshot.put_user(UserRecord::of(id, principal));
        }
        snapshot.put_tenant(tenant);
    }
    let mut portion = Vec::with_capacity(PORTION);
    let mut corrupt = None;
    tokens::each_live_record(system, |row| {
        match live_token(&row) {
            Ok(token) => portion.push(token),
            Err(error) => corrupt = Some(error),
        }
        if portion.len() == PORTION {
            snapshot.load(portion.drain(..));
        }
    })?;
    snapshot.load(portion);
    corrupt.map_or(Ok(snapshot), |error| Err(error.into()))
}

fn live_token(row: &TokenRow) -> Result<LiveToken, StorageError> {
    let retired = row.retired.as_ref().map(|retired| {
        Ok::<_, StorageError>(RetiredValue { value: stored(&retired.value)?, until: retired.until })
    });
    Ok(LiveToken {
        record: TokenRecord {
            id: row.id,
            tenant: row.tenant,
            user: row.user,
            expiry: Expiry::from_instant(row.expires_at),
            switch: Switch::new(row.is_active, row.is_suspended),
            app_key: row.app_key.as_ref().map(stored).transpose()?,
        },
        value: stored(&row.value)?,
        retired: retired.transpose()?,
    })
}

fn stored(keyed: &KeyedDigest) -> Result<StoredDigest, StorageError> {
    let pepper = PepperNumber::new(keyed.pepper_number)
        .ok_or_else(|| StorageError::Corrupt("tokens: number of a pepper".to_owned()))?;
    Ok(StoredDigest { digest: Digest::from_bytes(keyed.digest), pepper })
}
