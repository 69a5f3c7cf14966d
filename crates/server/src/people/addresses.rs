//! Tries to sign in by address and by names that nobody has, in bounded memory.

use super::secrets::digest;
use super::sign_in::locked;
use super::{People, stored};
use crate::trouble::Answered;
use certwright_core::Timestamp;
use certwright_core::lockout::{Lockout, OF_ADDRESS, OF_USER, Tries};
use certwright_core::password::folded;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// The most subjects that are remembered. Of more, those that are locked for the shortest time are forgotten.
const MOST: usize = 10_000;

/// Whose tries are counted here, by a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    digest: [u8; 32],
    lockout: Lockout,
}

impl Subject {
    /// An address; of IPv6 the network that one customer has.
    pub(super) fn of(address: IpAddr) -> Self {
        let counted = match address {
            IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
            IpAddr::V4(_) => address,
        };
        Self { digest: digest(&format!("address {counted}")), lockout: OF_ADDRESS }
    }

    /// A name that nobody has: it locks as one that somebody has, or the lock would tell.
    pub(super) fn nobodys(name: &str) -> Self {
        Self { digest: digest(&format!("name {}", folded(name))), lockout: OF_USER }
    }
}

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    tries: Mutex<HashMap<[u8; 32], Tries>>,
}

impl Addresses {
    /// Remembers what was stored before a restart.
    fn learn(&self, stored: Vec<([u8; 32], Tries)>) {
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        for (subject, tries) in stored.into_iter().take(MOST) {
            all.entry(subject).or_insert(tries);
        }
    }

    /// Counts a try before it is looked at: the moment until which nobody may try, or how it is now.
    fn begin(&self, subject: &Subject, now: Timestamp) -> Result<Tries, Timestamp> {
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.get(&subject.digest).copied().unwrap_or_default();
        if let Some(until) = subject.lockout.locked(&before, now) {
            return Err(until);
        }
        if all.len() >= MOST && !all.contains_key(&subject.digest) {
            make_room(&mut all, now);
        }
        let after = subject.lockout.after_failure(&before, now);
        all.insert(subject.digest, after);
        Ok(after)
    }

    /// Takes one count back: the try was no guess.
    pub(super) fn withdraw(&self, subject: &Subject) {
        let mut all = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = all.get_mut(&subject.digest) {
            tries.failures = tries.failures.saturating_sub(1);
            if tries.failures <= subject.lockout.free {
                tries.locked_until = None;
            }
            if tries.failures == 0 {
                all.remove(&subject.digest);
            }
        }
    }
}

impl People {
    /// Counts a try, as [`Addresses::begin`]; a lock is stored, so that a restart forgives nobody.
    pub(super) async fn begin_try(&self, subject: &Subject, now: Timestamp) -> Answered<Tries> {
        let learn = async || {
            let stored = self.store().guesses(now - OF_ADDRESS.forgotten_after).await.map_err(stored)?;
            self.addresses.learn(stored);
            Answered::Ok(())
        };
        self.learnt.get_or_try_init(learn).await?;
        let tries = self.addresses.begin(subject, now).map_err(|until| locked(until, now))?;
        if tries.locked_until.is_some() {
            self.store().store_guesses(&subject.digest, &tries).await.map_err(stored)?;
        }
        Ok(tries)
    }
}

/// Forgets what is old, or else the half that is locked for the shortest time.
fn make_room(all: &mut HashMap<[u8; 32], Tries>, now: Timestamp) {
    let old = OF_ADDRESS.forgotten_after.max(OF_USER.forgotten_after);
    all.retain(|_, tries| tries.last_at.is_some_and(|at| at + old > now));
    if all.len() < MOST {
        return;
    }
    let mut order: Vec<_> = all.values().map(|tries| (tries.locked_until, tries.failures)).collect();
    order.sort_unstable();
    let kept = order.get(order.len() / 2).copied().unwrap_or_default();
    all.retain(|_, tries| (tries.locked_until, tries.failures) > kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn an_address_is_locked_and_what_was_no_guess_does_not_count() {
        let addresses = Addresses::default();
        let subject = Subject::of([192, 0, 2, 1].into());
        for _ in 0..20 {
            assert!(addresses.begin(&subject, at(0)).is_ok());
        }
        assert_eq!(addresses.begin(&subject, at(1)), Err(at(30)));
        assert!(addresses.begin(&Subject::of([192, 0, 2, 2].into()), at(1)).is_ok());
        for _ in 0..200 {
            assert!(addresses.begin(&Subject::of([192, 0, 2, 3].into()), at(1)).is_ok());
            addresses.withdraw(&Subject::of([192, 0, 2, 3].into()));
        }
    }

    #[test]
    fn what_was_stored_locks_again() {
        let addresses = Addresses::default();
        let subject = Subject::nobodys(" Admin ");
        let tries = Tries { failures: 5, last_at: Some(at(0)), locked_until: Some(at(30)) };
        addresses.learn(vec![(Subject::nobodys("admin").digest, tries)]);
        assert_eq!(addresses.begin(&subject, at(1)), Err(at(30)));
        assert_eq!(addresses.begin(&subject, at(30)).map(|tries| tries.locked_until), Ok(Some(at(90))));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let two: IpAddr = "2001:db8:1:2:ffff::2".parse().unwrap();
        let other: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        assert_eq!(Subject::of(one), Subject::of(two));
        assert_ne!(Subject::of(one), Subject::of(other));
    }

    #[test]
    fn memory_is_bounded_and_the_worst_are_remembered() {
        let addresses = Addresses::default();
        let worst = Subject::of([192, 0, 2, 1].into());
        for _ in 0..20 {
            addresses.begin(&worst, at(0)).unwrap();
        }
        for number in 0..30_000_u32 {
            let _ =
                addresses.begin(&Subject::of(std::net::Ipv4Addr::from(0x0a00_0000 + number).into()), at(1));
            assert!(addresses.tries.lock().unwrap().len() <= MOST);
        }
        assert!(addresses.begin(&worst, at(2)).is_err());
    }
}
