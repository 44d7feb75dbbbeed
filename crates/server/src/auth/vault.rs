//! Seals the few values that have to be read again: drafts until they are shown, and copies where a tenant
//! allows them. Each is bound to its place, so that a ciphertext moved elsewhere opens for nobody.

use std::sync::Arc;

use automation_hub_domain::id::{SessionId, TenantId, TokenId, UserId};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::{auth::random::RandomSource, error::Error, keys::Key};

const NUMBER_LENGTH: usize = 8;
const NONCE_LENGTH: usize = 24;

/// Which of the two secrets of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Value,
    AppKey,
}

/// Where a sealed value rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Draft {
        tenant: TenantId,
        session: SessionId,
        draft: i64,
        column: Column,
    },
    Token {
        tenant: TenantId,
        token: TokenId,
        column: Column,
    },
    /// The code of a link that a mail is to bring somebody.
    Invitation {
        tenant: TenantId,
        user: UserId,
    },
    /// The code of a link that a page is about to show.
    HandedInvitation {
        tenant: TenantId,
        session: SessionId,
        draft: i64,
        user: UserId,
    },
    /// A copied value that a page is about to show.
    HandedCopy {
        tenant: TenantId,
        session: SessionId,
        draft: i64,
        token: TokenId,
        column: Column,
    },
}

impl Place {
    /// The same bytes for no other place: a kind, then numbers of fixed length.
    fn associated_data(self, key_number: i64) -> Vec<u8> {
        let (kind, column, numbers) = match self {
            Self::Draft { tenant, session, draft, column } => {
                (1, column, vec![tenant.get(), session.get(), draft])
            }
            Self::Token { tenant, token, column } => (2, column, vec![tenant.get(), token.get(), 0]),
            Self::Invitation { tenant, user } => (3, Column::Value, vec![tenant.get(), user.get(), 0]),
            Self::HandedInvitation { tenant, session, draft, user } => {
                (4, Column::Value, vec![tenant.get(), session.get(), draft, user.get()])
            }
            Self::HandedCopy { tenant, session, draft, token, column } => {
                (5, column, vec![tenant.get(), session.get(), draft, token.get()])
            }
        };
        let mut data = vec![kind, u8::from(column == Column::AppKey)];
        data.extend(key_number.to_be_bytes());
        data.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
        data
    }
}

/// Holds the outer key, which never stands in the database.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    number: i64,
    random: Arc<dyn RandomSource>,
}

impl Vault {
    pub fn new(key: &Key, random: Arc<dyn RandomSource>) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.expose().into()), number: key.number().get(), random }
    }

    /// Key number, random nonce, ciphertext with its tag.
    pub fn seal(&self, place: Place, secret: &str) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LENGTH];
        self.random.fill(&mut nonce)?;
        let aad = place.associated_data(self.number);
        let payload = Payload { msg: secret.as_bytes(), aad: &aad };
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal("a value could not be sealed"))?;
        Ok([&self.number.to_be_bytes()[..], &nonce, &ciphertext].concat())
    }

    /// What was sealed at this very place. Anything else is damage, and told as such.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Zeroizing<String>, Error> {
        let damaged = || Error::internal("a sealed value does not open");
        let (number, rest) = sealed.split_first_chunk::<NUMBER_LENGTH>().ok_or_else(damaged)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or_else(damaged)?;
        let aad = place.associated_data(i64::from_be_bytes(*number));
        let payload = Payload { msg: ciphertext, aad: &aad };
        let opened = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| damaged())?;
        String::from_utf8(opened).map(Zeroizing::new).map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::random::SystemRandom, keys::Keys};

    const PLACE: Place =
        Place::Token { tenant: TenantId::new(1), token: TokenId::new(2), column: Column::Value };

    fn vault() -> Vault {
        Vault::new(&Keys::draw().unwrap().outer, Arc::new(SystemRandom))
    }

    #[test]
    fn a_value_opens_where_it_was_sealed_and_nowhere_else() {
        let vault = vault();
        let sealed = vault.seal(PLACE, "c41e07da").unwrap();
        assert_eq!(vault.open(PLACE, &sealed).unwrap().as_str(), "c41e07da");
        let (tenant, token) = (TenantId::new(1), TokenId::new(2));
        let session = SessionId::new(2);
        for other in [
            Place::Token { tenant: TenantId::new(3), token, column: Column::Value },
            Place::Token { tenant, token: TokenId::new(3), column: Column::Value },
            Place::Token { tenant, token, column: Column::AppKey },
            Place::Draft { tenant, session, draft: 0, column: Column::Value },
            Place::Invitation { tenant, user: UserId::new(2) },
            Place::HandedInvitation { tenant, session, draft: 0, user: UserId::new(2) },
            Place::HandedCopy { tenant, session, draft: 0, token, column: Column::Value },
        ] {
            assert!(vault.open(other, &sealed).is_err(), "{other:?}");
        }
    }

    #[test]
    fn damage_another_key_and_another_key_number_fail() {
        let vault = vault();
        let sealed = vault.seal(PLACE, "c41e07da").unwrap();
        assert!(self::vault().open(PLACE, &sealed).is_err());
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(vault.open(PLACE, &damaged).is_err(), "{at}");
            assert!(vault.open(PLACE, &sealed[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn the_same_value_is_never_sealed_to_the_same_bytes() {
        let vault = vault();
        assert_ne!(vault.seal(PLACE, "same").unwrap(), vault.seal(PLACE, "same").unwrap());
    }
}
