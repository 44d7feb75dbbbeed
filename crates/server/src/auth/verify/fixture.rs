//! A small hub for the tests of verification: two tenants of two users each, and requests to it.

use automation_hub_domain::{
    access::Access,
    id::UserId,
    tenant::{Slug, Tenant, TokenSettings},
    token::value::TokenValue,
};
use axum::http::{HeaderMap, HeaderValue};

use super::*;
use crate::auth::{
    digest::PepperNumber,
    snapshot::{LiveToken, RetiredValue, TokenRecord},
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
pub(super) const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
pub(super) const NORDWIND: TenantId = TenantId::new(1);
pub(super) const SUEDWIND: TenantId = TenantId::new(2);

pub(super) fn pepper(number: i64) -> Pepper {
    Pepper::new(PepperNumber::new(number).unwrap(), &[u8::try_from(number).unwrap(); 32])
}

pub(super) fn uuid(tenant: TenantId) -> Uuid {
    Uuid::from_u128(u128::from(tenant.get().unsigned_abs()) << 64 | 7)
}

pub(super) fn tenant(id: TenantId) -> Tenant {
    let slug = Slug::parse(&format!("tenant-{id}")).unwrap();
    Tenant {
        id,
        uuid: uuid(id),
        organization_slug: slug.clone(),
        organization_name: "Nordwind".into(),
        tenant_slug: slug,
        tenant_name: "Production".into(),
        currency: "EUR".into(),
        time_zone: "Europe/Berlin".into(),
        is_active: true,
        created_at: NOW,
        settings: TokenSettings::default(),
    }
}

pub(super) fn user(tenant: TenantId, id: i64, is_active: bool) -> UserRecord {
    UserRecord {
        tenant,
        id: UserId::new(id),
        email: format!("user{id}@nordwind.test"),
        first_name: "Ines".into(),
        last_name: "Moreau".into(),
        job_title: None,
        department: None,
        business_unit: None,
        is_active,
        role_slugs: Vec::new(),
        access: Access::default(),
    }
}

/// Values differ by number; both forms occur.
pub(super) fn value(number: u16) -> TokenValue {
    let form = if number.is_multiple_of(2) { TokenForm::Uuid } else { TokenForm::Prefixed };
    let mut random = [0x5a; 32];
    random[..2].copy_from_slice(&number.to_be_bytes());
    TokenValue::from_random(form, random)
}

pub(super) fn stored(pepper: &Pepper, tenant: TenantId, value: &TokenValue) -> StoredDigest {
    pepper.store(Purpose::Token, uuid(tenant), value.expose().as_bytes())
}

pub(super) fn stored_app_key(pepper: &Pepper, tenant: TenantId, app_key: &str) -> StoredDigest {
    pepper.store(Purpose::AppKey, uuid(tenant), app_key.as_bytes())
}

/// A personal token of Nordwind's user 11 that works for 90 days.
pub(super) fn token(id: i64, value: &TokenValue) -> LiveToken {
    LiveToken {
        record: TokenRecord {
            id: TokenId::new(id),
            tenant: NORDWIND,
            user: Some(UserId::new(11)),
            expiry: Expiry::At(NOW.plus_days(90)),
            switch: Switch::On,
            app_key: None,
        },
        value: stored(&pepper(2), NORDWIND, value),
        retired: None,
    }
}

pub(super) fn retired(value: &TokenValue, until: Timestamp) -> RetiredValue {
    RetiredValue { value: stored(&pepper(2), NORDWIND, value), until }
}

/// Pepper 2 is current, pepper 1 previous.
pub(super) fn hub() -> Verifier {
    hub_of(Peppers::new(pepper(2), Some(pepper(1))))
}

pub(super) fn hub_of(peppers: Peppers) -> Verifier {
    let snapshot = Snapshot::new(&peppers, 0);
    for (id, users) in [(NORDWIND, [11, 12]), (SUEDWIND, [21, 22])] {
        snapshot.put_tenant(tenant(id));
        for number in users {
            snapshot.put_user(user(id, number, true));
        }
    }
    Verifier::new(snapshot, peppers)
}

/// A request with the credential, and with as many app key headers as given.
pub(super) struct Call(HeaderMap);

impl Call {
    pub(super) fn new(tenant: TenantId, token: &str, app_keys: &[&str]) -> Self {
        let mut headers = HeaderMap::new();
        let mut add = |name, value: &str| headers.append(name, HeaderValue::from_str(value).unwrap());
        add("authorization", &format!("Bearer {}/{token}", uuid(tenant)));
        add("x-ah-openapi-auth", "openapi-token");
        for app_key in app_keys {
            add("x-ah-openapi-app-key", app_key);
        }
        Self(headers)
    }

    pub(super) fn of(value: &TokenValue) -> Self {
        Self::new(NORDWIND, value.expose(), &[])
    }

    pub(super) fn at(&self, hub: &Verifier, now: Timestamp) -> Result<Verified, Refused> {
        self.from(hub, HERE, now)
    }

    pub(super) fn from(&self, hub: &Verifier, address: IpAddr, now: Timestamp) -> Result<Verified, Refused> {
        hub.verify(&Presented::of(&self.0, None), address, now)
    }

    pub(super) fn refusal(&self, hub: &Verifier, now: Timestamp) -> Option<Refusal> {
        self.at(hub, now).err().map(|refused| refused.refusal)
    }
}
