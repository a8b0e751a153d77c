//! Passwords: only an Argon2id hash is kept (RFC 9106), in the PHC string format.

use argon2::Argon2;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, phc};
use rapport_platform::{Error, Result};
use std::fmt;
use std::ops::RangeInclusive;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How long a password may be, in characters. The upper bound keeps hashing cheap to refuse.
const LENGTH: RangeInclusive<usize> = 8..=128;

/// How many passwords are hashed at once: each takes 19 MiB and a core for some ten milliseconds.
static SLOTS: Semaphore = Semaphore::const_new(4);

/// The hash of a password; it never shows itself in a log.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The PHC string, for the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PasswordHash {
    /// Takes what [`PasswordHash::as_str`] gave.
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(********)")
    }
}

/// Hashes a new password with a salt of its own, on a thread for blocking work. It takes a while: do it
/// before the transaction. `field` is the name under which the caller gave the password.
///
/// # Errors
/// [`Error::Invalid`] when it has fewer than 8 or more than 128 characters.
pub async fn hash(field: &'static str, plain: &str) -> Result<PasswordHash> {
    check(field, plain)?;
    let plain = plain.to_owned();
    let hashed = on_thread(move || {
        let hash: phc::PasswordHash = Argon2::default().hash_password(plain.as_bytes())?;
        Ok::<_, password_hash::Error>(hash.to_string())
    });
    Ok(PasswordHash(hashed.await?.map_err(Error::internal)?))
}

/// Whether `plain` is the password of which `hash` was made.
///
/// # Errors
/// When `hash` is none.
pub async fn verify(plain: &str, hash: &PasswordHash) -> Result<bool> {
    if plain.chars().count() > *LENGTH.end() {
        return Ok(false);
    }
    let (plain, hash) = (plain.to_owned(), hash.clone());
    let verified = on_thread(move || {
        let hash = phc::PasswordHash::new(hash.as_str())?;
        Argon2::default().verify_password(plain.as_bytes(), &hash)
    });
    match verified.await? {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::internal(error)),
    }
}

fn check(field: &'static str, plain: &str) -> Result<()> {
    if LENGTH.contains(&plain.chars().count()) {
        return Ok(());
    }
    let (least, most) = (LENGTH.start(), LENGTH.end());
    Err(Error::invalid(
        field,
        format!("must have between {least} and {most} characters"),
    ))
}

/// The slot goes with the work, which runs on when its caller is gone.
async fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let slot = SLOTS.acquire().await.map_err(Error::internal)?;
    let work = move || {
        let _slot = slot;
        work()
    };
    spawn_blocking(work).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::{PasswordHash, hash, verify};
    use rapport_platform::Error;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let stored = hash("password", "correct horse").await.unwrap();
        assert!(stored.as_str().starts_with("$argon2id$v=19$"));
        assert!(verify("correct horse", &stored).await.unwrap());
        assert!(!verify("Correct horse", &stored).await.unwrap());
        assert!(!verify("", &stored).await.unwrap());
    }

    #[tokio::test]
    async fn equal_passwords_have_different_hashes() {
        let first = hash("password", "correct horse").await.unwrap();
        let second = hash("password", "correct horse").await.unwrap();
        assert_ne!(first.as_str(), second.as_str());
    }

    #[tokio::test]
    async fn the_length_is_counted_in_characters() {
        for plain in ["ääääääää".to_owned(), "ä".repeat(128)] {
            assert!(hash("password", &plain).await.is_ok(), "{plain}");
        }
        for plain in ["äääääää".to_owned(), "ä".repeat(129)] {
            let refused = hash("admin_password", &plain).await.unwrap_err();
            assert!(matches!(refused, Error::Invalid { field, .. } if field == "admin_password"));
        }
    }

    #[tokio::test]
    async fn what_is_no_hash_is_an_error() {
        let broken = PasswordHash::from("plain text".to_owned());
        assert!(verify("plain text", &broken).await.is_err());
    }

    #[test]
    fn a_hash_does_not_show_itself() {
        let stored = PasswordHash::from("$argon2id$secret".to_owned());
        assert!(!format!("{stored:?}").contains("secret"));
    }
}
