//! What is kept of tokens and app keys: keyed digests under a pepper that never stands in the database.

use std::{fmt, hash::Hash, num::NonZeroU32};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What a digest is of, so that a token never passes for an app key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Token,
    AppKey,
}

/// A keyed digest. Compared in constant time wherever it is compared.
#[derive(Clone, Copy, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        // Word by word: byte by byte took as long as half of the hash.
        let (ours, theirs) = (self.0.as_chunks::<8>().0, other.0.as_chunks::<8>().0);
        let differing = |(a, b): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b);
        let difference = ours.iter().zip(theirs).map(differing).fold(0, |all, word| all | word);
        difference.ct_eq(&0).into()
    }
}

impl Hash for Digest {
    /// Random already, and nobody without the pepper can choose it.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        if let Some(head) = self.0.first_chunk() {
            state.write_u64(u64::from_le_bytes(*head));
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Which pepper a row was digested under. Numbers start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PepperNumber(NonZeroU32);

impl PepperNumber {
    pub fn new(number: i64) -> Option<Self> {
        u32::try_from(number).ok().and_then(NonZeroU32::new).map(Self)
    }

    pub fn get(self) -> i64 {
        self.0.get().into()
    }
}

/// A digest as a row keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredDigest {
    pub digest: Digest,
    pub pepper: PepperNumber,
}

/// One secret key, absorbed into one state for each purpose.
#[derive(Clone)]
pub struct Pepper {
    number: PepperNumber,
    token: Hmac<Sha256>,
    app_key: Hmac<Sha256>,
}

impl Pepper {
    pub fn new(number: PepperNumber, key: &[u8; 32]) -> Self {
        let state = |label| Hmac::new(&block(key)).chain_update(block(label));
        Self { number, token: state(b"automation-hub token"), app_key: state(b"automation-hub app key") }
    }

    pub const fn number(&self) -> PepperNumber {
        self.number
    }

    pub fn digest(&self, purpose: Purpose, tenant: Uuid, secret: &[u8]) -> Digest {
        let mut mac = match purpose {
            Purpose::Token => self.token.clone(),
            Purpose::AppKey => self.app_key.clone(),
        };
        mac.update(tenant.as_bytes());
        mac.update(secret);
        Digest(mac.finalize().into_bytes().into())
    }

    pub fn store(&self, purpose: Purpose, tenant: Uuid, secret: &[u8]) -> StoredDigest {
        StoredDigest { digest: self.digest(purpose, tenant, secret), pepper: self.number }
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pepper").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Key and labels each fill one block of the hash, so that both are absorbed once, ahead: a digest of a UUID
/// then costs two blocks. Zeros change no key (RFC 2104 pads with them), and no label is another's beginning.
fn block(bytes: &[u8]) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    block
}

/// The peppers in force: new rows are digested under the current one, rows under the previous still verify.
#[derive(Clone, Debug)]
pub struct Peppers {
    current: Pepper,
    previous: Option<Pepper>,
}

impl Peppers {
    pub const fn new(current: Pepper, previous: Option<Pepper>) -> Self {
        Self { current, previous }
    }

    pub const fn current(&self) -> &Pepper {
        &self.current
    }

    pub const fn previous(&self) -> Option<&Pepper> {
        self.previous.as_ref()
    }

    pub fn get(&self, number: PepperNumber) -> Option<&Pepper> {
        [Some(&self.current), self.previous()].into_iter().flatten().find(|pepper| pepper.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pepper(number: i64, byte: u8) -> Pepper {
        Pepper::new(PepperNumber::new(number).unwrap(), &[byte; 32])
    }

    #[test]
    fn a_digest_is_the_hmac_over_label_tenant_and_secret() {
        let tenant = Uuid::from_bytes([9; 16]);
        let mut label = [0; 64];
        label[..20].copy_from_slice(b"automation-hub token");
        let mut mac = Hmac::<Sha256>::new_from_slice(&[1; 32]).unwrap();
        mac.update(&label);
        mac.update(&[9; 16]);
        mac.update(b"secret");
        let expected: [u8; 32] = mac.finalize().into_bytes().into();
        assert_eq!(pepper(1, 1).digest(Purpose::Token, tenant, b"secret").as_bytes(), &expected);
    }

    #[test]
    fn every_ingredient_changes_the_digest() {
        let (tenant, other) = (Uuid::from_bytes([9; 16]), Uuid::from_bytes([8; 16]));
        let digests = [
            pepper(1, 1).digest(Purpose::Token, tenant, b"secret"),
            pepper(1, 2).digest(Purpose::Token, tenant, b"secret"),
            pepper(1, 1).digest(Purpose::AppKey, tenant, b"secret"),
            pepper(1, 1).digest(Purpose::Token, other, b"secret"),
            pepper(1, 1).digest(Purpose::Token, tenant, b"Secret"),
        ];
        for (at, digest) in digests.iter().enumerate() {
            assert!(digests[..at].iter().all(|earlier| earlier != digest), "{at}");
        }
    }

    #[test]
    fn peppers_are_found_by_number_and_print_no_key() {
        let peppers = Peppers::new(pepper(2, 2), Some(pepper(1, 0x41)));
        let number =
            |number| peppers.get(PepperNumber::new(number).unwrap()).map(|found| found.number().get());
        assert_eq!((number(1), number(2), number(3)), (Some(1), Some(2), None));
        assert!(PepperNumber::new(0).is_none() && PepperNumber::new(-1).is_none());
        assert!(!format!("{peppers:?}").contains("AAAA") && !format!("{peppers:?}").contains("65, 65"));
    }
}
