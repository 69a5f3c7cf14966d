//! How many new accounts one source may open in an hour, counted in bounded memory.

use certwright_core::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// Sources that are counted apart. Beyond that, all others share one count: who has so many addresses is one source.
const MOST_SOURCES: usize = 4096;

const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Counts by source.
#[derive(Debug)]
pub(crate) struct Flood {
    most: u32,
    counts: Mutex<HashMap<IpAddr, Count>>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Timestamp,
    number: u32,
}

impl Flood {
    pub(crate) fn new(most: u32) -> Self {
        Self { most, counts: Mutex::default() }
    }

    /// Counts one more from the source; otherwise the seconds until it may come again.
    pub(crate) fn admit(&self, source: IpAddr, now: Timestamp) -> Result<(), u64> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut source = network(source);
        if !counts.contains_key(&source) && counts.len() >= MOST_SOURCES {
            counts.retain(|_, count| is_running(count, now));
            if counts.len() >= MOST_SOURCES {
                source = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
            }
        }
        let count = counts.entry(source).or_insert(Count { since: now, number: 0 });
        if !is_running(count, now) {
            *count = Count { since: now, number: 0 };
        }
        if count.number >= self.most {
            let left = now.duration_until(count.since + WINDOW).as_secs();
            return Err(u64::try_from(left).unwrap_or(0).max(1));
        }
        count.number += 1;
        Ok(())
    }
}

/// A clock that was set back begins anew.
fn is_running(count: &Count, now: Timestamp) -> bool {
    let age = count.since.duration_until(now);
    !age.is_negative() && age < WINDOW
}

/// One IPv6 client has a network of 64 bits, at least.
fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_source_is_stopped_for_the_rest_of_its_hour() {
        let flood = Flood::new(2);
        for (address, seconds, answer) in [
            ("192.0.2.1", 0, Ok(())),
            ("::ffff:192.0.2.1", 1, Ok(())),
            ("192.0.2.1", 600, Err(3000)),
            ("192.0.2.2", 600, Ok(())),
            ("192.0.2.1", 3600, Ok(())),
            ("2001:db8::1", 0, Ok(())),
            ("2001:db8::2", 0, Ok(())),
            ("2001:db8::3", 0, Err(3600)),
            ("2001:db8:0:1::3", 0, Ok(())),
        ] {
            assert_eq!(flood.admit(address.parse().unwrap(), at(seconds)), answer, "{address} {seconds}");
        }
    }

    #[test]
    fn many_sources_are_counted_in_bounded_memory() {
        let flood = Flood::new(1);
        let admitted = (0..6_000_u32)
            .filter(|number| flood.admit(std::net::Ipv4Addr::from_bits(*number + 1).into(), at(0)).is_ok())
            .count();
        assert_eq!(admitted, MOST_SOURCES + 1);
        assert!(flood.counts.lock().unwrap().len() <= MOST_SOURCES + 1);
    }
}
