//! Nonces: random, each good for one request, and never more than so many remembered (RFC 8555 §6.5).

use crate::base64url;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// The nonces that were given out and not used.
#[derive(Debug)]
pub(crate) struct Nonces {
    most: usize,
    given: Mutex<Given>,
}

#[derive(Debug, Default)]
struct Given {
    unused: HashSet<[u8; 16]>,
    /// In the order they were given, used ones included: at most `most`.
    order: VecDeque<[u8; 16]>,
}

impl Nonces {
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), given: Mutex::default() }
    }

    /// Gives one out, made of what was drawn.
    pub(crate) fn give(&self, drawn: [u8; 16]) -> String {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if given.order.len() >= self.most
            && let Some(oldest) = given.order.pop_front()
        {
            given.unused.remove(&oldest);
        }
        given.order.push_back(drawn);
        given.unused.insert(drawn);
        base64url::encode(drawn)
    }

    /// Takes one back: whether it was given out and is used for the first time.
    pub(crate) fn take(&self, text: &str) -> bool {
        let Some(nonce) = base64url::decode(text).and_then(|bytes| bytes.try_into().ok()) else {
            return false;
        };
        self.given.lock().unwrap_or_else(PoisonError::into_inner).unused.remove::<[u8; 16]>(&nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_once_and_the_oldest_is_forgotten() {
        let nonces = Nonces::new(2);
        let [first, second, third] = [1, 2, 3].map(|byte| nonces.give([byte; 16]));
        assert!(!nonces.take(&first), "forgotten");
        assert!(nonces.take(&second));
        assert!(!nonces.take(&second), "used");
        assert!(nonces.take(&third));
        for other in ["", "x", "AAAAAAAAAAAAAAAAAAAAAA", &"A".repeat(10_000)] {
            assert!(!nonces.take(other));
        }
        for byte in 0..100 {
            nonces.give([byte; 16]);
        }
        let given = nonces.given.lock().unwrap();
        assert!(given.order.len() <= 2 && given.unused.len() <= 2, "bounded");
    }
}
