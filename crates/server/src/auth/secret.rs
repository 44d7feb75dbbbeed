//! Random secrets that travel once (session cookies, one-time links) and are kept as digests.

use std::fmt;

use automation_hub_domain::clock::Timestamp;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::random;
use crate::error::Error;

/// 256 random bits. Written as 43 characters of URL-safe base64.
pub struct Secret([u8; 32]);

impl Secret {
    /// Draws from the operating system; fails rather than fall back on anything weaker.
    pub fn draw() -> Result<Self, Error> {
        Ok(Self(random::draw()?))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The only way to read it: for the cookie or the link.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored. No key or slow hash: there are 256 random bits behind it.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The hidden field that forms of this browser carry. Whoever can't read the cookie can't make it.
    pub fn csrf_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(b"csrf"))
    }

    pub fn is_csrf_token(&self, text: &str) -> bool {
        self.csrf_token().as_bytes().ct_eq(text.as_bytes()).into()
    }

    fn mac(&self, purpose: &[u8]) -> [u8; 32] {
        // A key of any length is accepted; 32 bytes can't fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        mac.update(purpose);
        mac.finalize().into_bytes().into()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How long after its last request, and after signing in, a session ends.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
}

impl SessionLimits {
    pub fn has_ended(self, last_seen: Timestamp, begun: Timestamp, now: Timestamp) -> bool {
        now >= last_seen.plus_minutes(self.idle_minutes) || now >= begun.plus_hours(self.absolute_hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_its_form_field_belongs_to_it_alone() {
        let secret = Secret::draw().unwrap();
        let again = Secret::parse(&secret.expose()).unwrap();
        assert_eq!(secret.digest(), again.digest());
        assert!(again.is_csrf_token(&secret.csrf_token()));
        assert!(!Secret::draw().unwrap().is_csrf_token(&secret.csrf_token()));
        assert_eq!(format!("{secret:?}"), "[redacted]");
    }

    #[test]
    fn damaged_secrets_do_not_parse() {
        for text in ["", "short", "=====", &"a".repeat(44), "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"] {
            assert!(Secret::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn sessions_end_when_idle_or_old() {
        let limits = SessionLimits { idle_minutes: 30, absolute_hours: 12 };
        let begun = Timestamp::from_millis(0);
        assert!(!limits.has_ended(begun, begun, begun.plus_minutes(30).plus_millis(-1)));
        assert!(limits.has_ended(begun, begun, begun.plus_minutes(30)));
        let later = begun.plus_hours(12);
        assert!(limits.has_ended(later, begun, later));
    }
}
