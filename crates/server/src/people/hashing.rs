//! Hashing passwords with Argon2id: slow on purpose, so at most a few at once, and beside the threads that answer.

use crate::trouble::{Answered, Trouble};
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier, Version};
use certwright_api::problem::ProblemKind;
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// So many at once: 38 MiB and two processors at most.
const AT_ONCE: usize = 2;

/// So many may wait; whoever comes then is sent away.
const WAITING: usize = 32;

/// A hash takes as long for somebody who does not exist.
const NOBODYS_SALT: &[u8; 16] = b"nobody's salt...";

/// Hashes passwords, a few at a time.
#[derive(Debug)]
pub(super) struct Hashing {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), queue: Arc::new(Semaphore::new(WAITING)) }
    }
}

fn argon2() -> Result<Argon2<'static>, argon2::Error> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, 1, None)?))
}

impl Hashing {
    /// The password's hash in its PHC form, with a salt of its own.
    pub(super) async fn hash(&self, password: Zeroizing<String>) -> Answered<String> {
        let salt = super::secrets::bytes::<16>()?;
        self.perform(move || {
            let hash: PasswordHash = argon2()
                .map_err(|error| error.to_string())?
                .hash_password_with_salt(password.as_bytes(), &*salt)
                .map_err(|error| error.to_string())?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether it is the password; of nobody (`None`) no password is.
    pub(super) async fn verify(&self, hash: Option<String>, password: Zeroizing<String>) -> Answered<bool> {
        self.perform(move || {
            let argon2 = argon2().map_err(|error| error.to_string())?;
            let Some(hash) = hash else {
                let hash: Result<PasswordHash, _> =
                    argon2.hash_password_with_salt(password.as_bytes(), NOBODYS_SALT);
                std::hint::black_box(hash.is_ok());
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(|error| format!("a stored password: {error}"))?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn perform<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Answered<T> {
        let crowded = || {
            Trouble::new(
                ProblemKind::Overloaded,
                "too many people sign in at this moment",
                "try again in a few seconds",
            )
        };
        let waiting = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| crowded())?;
        // Never closed, so that a place is always given in the end.
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| crowded())?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((place, waiting));
            done
        });
        match done.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(words)) => Err(Trouble::internal(&words)),
            Err(error) => Err(Trouble::internal(&error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_its_hash_says_how_it_was_made() {
        let hashing = Hashing::default();
        let hash = hashing.hash(text("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hashing.hash(text("correct horse")).await.unwrap(), "salted");
        assert!(hashing.verify(Some(hash.clone()), text("correct horse")).await.unwrap());
        assert!(!hashing.verify(Some(hash), text("Correct horse")).await.unwrap());
        assert!(!hashing.verify(None, text("correct horse")).await.unwrap());
    }

    #[tokio::test]
    async fn only_so_many_wait() {
        let hashing = Hashing::default();
        let held = Arc::clone(&hashing.places).acquire_many_owned(2).await.unwrap();
        let queue = Arc::clone(&hashing.queue).acquire_many_owned(WAITING as u32).await.unwrap();
        let trouble = hashing.hash(text("x")).await.unwrap_err();
        assert!(trouble.0.is(ProblemKind::Overloaded), "{trouble:?}");
        drop((held, queue));
        assert!(hashing.hash(text("x")).await.is_ok());
    }
}
