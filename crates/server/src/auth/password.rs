//! Passwords: the rule for new ones, and Argon2id computed off the async threads, few at a time.

use std::{fmt, sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use automation_hub_domain::text;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::random;
use crate::{config, error::Error};

/// How long somebody waits for their turn before being asked to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// A password as typed. Can't be printed; wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// What is wrong with a new password, in words that can stand under its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("At least 12 characters; this has {0}.")]
    TooShort(usize),
    #[error("At most 200 characters; this has {0}.")]
    TooLong(usize),
    #[error("Choose something other than your e-mail address.")]
    Email,
}

impl Password {
    const SHORTEST: usize = 12;
    const LONGEST: usize = 200;

    /// A password to compare with the one that was set.
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// A password to set: long enough, and not what everybody knows. Length is what makes one strong, so
    /// there are no rules about kinds of characters.
    pub fn choose(text: &str, email: &str) -> Result<Self, PasswordError> {
        let length = text.chars().count();
        if length < Self::SHORTEST {
            return Err(PasswordError::TooShort(length));
        }
        if length > Self::LONGEST {
            return Err(PasswordError::TooLong(length));
        }
        if text::fold(text) == text::fold(email) {
            return Err(PasswordError::Email);
        }
        Ok(Self::typed(text))
    }

    /// Nobody's password is this long; hashing it would only take time.
    fn is_too_long(&self) -> bool {
        self.0.chars().count() > Self::LONGEST
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Computes and compares password hashes.
pub struct Passwords {
    argon2: Argon2<'static>,
    /// Compared with where there is no hash, so that the answer takes the same time.
    decoy: String,
    turns: Arc<Semaphore>,
}

impl Passwords {
    pub fn new(config: &config::Passwords) -> anyhow::Result<Self> {
        let params = Params::new(config.memory_kib, config.passes, config.lanes, None)
            .map_err(|error| anyhow::anyhow!("configuration: passwords: {error}"))?;
        let decoy = decoy(&params).map_err(|error| anyhow::anyhow!("passwords: {error}"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self { argon2, decoy, turns: Arc::new(Semaphore::new(config.parallel)) })
    }

    /// What is stored of a password.
    pub async fn hash(&self, password: Password) -> Result<String, Error> {
        let argon2 = self.argon2.clone();
        self.in_turn(move || {
            argon2
                .hash_password(password.0.as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|error| Error::Unavailable(error.to_string().into()))
        })
        .await?
    }

    /// Whether the password is the one with this hash. Without a hash it never is, and takes as long.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool, Error> {
        let argon2 = self.argon2.clone();
        let has_hash = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let password = if password.is_too_long() { Password::typed("") } else { password };
        let matches = self.in_turn(move || argon2.verify_password(password.0.as_bytes(), &*hash).is_ok());
        Ok(matches.await? && has_hash)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let permit = self.turn().await?;
        let work = move || {
            // Held by the work itself: a client that hangs up doesn't make room for one more.
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        turn.map_err(|_| Error::TooMany { retry_after_secs: 5 })?.map_err(Error::internal)
    }
}

/// A hash that no password has, made without computing one.
fn decoy(params: &Params) -> Result<String, Box<dyn std::error::Error>> {
    let bytes: [u8; 32] = random::draw()?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|error| error.to_string())?,
        salt: Some(Salt::new(bytes.get(..16).unwrap_or_default()).map_err(|error| error.to_string())?),
        hash: Some(Output::new(&bytes).map_err(|error| error.to_string())?),
    };
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "ines.moreau@nordwind.test";

    fn passwords() -> Passwords {
        let config = config::Passwords { memory_kib: 8192, passes: 1, lanes: 1, parallel: 1 };
        Passwords::new(&config).unwrap()
    }

    #[test]
    fn a_new_password_needs_length_only() {
        for (text, error) in [
            ("correct hors", None),
            ("elf zeichen", Some(PasswordError::TooShort(11))),
            ("ｆｕｌｌｗｉｄｔｈ１２３", None),
            ("Ines.Moreau@nordwind.TEST", Some(PasswordError::Email)),
        ] {
            assert_eq!(Password::choose(text, EMAIL).err(), error, "{text}");
        }
        assert_eq!(
            Password::choose(&"x".repeat(201), EMAIL).err().unwrap().to_string(),
            "At most 200 characters; this has 201."
        );
    }

    #[tokio::test]
    async fn only_the_password_that_was_hashed_matches() {
        let passwords = passwords();
        let hash = passwords.hash(Password::typed("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8192,t=1,p=1$"), "{hash}");
        for (typed, hash, expected) in [
            ("correct horse", Some(hash.clone()), true),
            ("correct Horse", Some(hash.clone()), false),
            ("", Some(hash), false),
            ("correct horse", None, false),
            ("correct horse", Some("damaged".to_owned()), false),
        ] {
            assert_eq!(passwords.verify(Password::typed(typed), hash).await.unwrap(), expected, "{typed}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::typed("correct horse")), "[redacted]");
    }
}
