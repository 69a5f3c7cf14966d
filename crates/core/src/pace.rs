//! How fast orders are placed with one authority: how many at the same time, and how many in a second.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The pace at which an authority is asked for certificates. The defaults are what public authorities bear well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// The most orders that are open at the same time, of all accounts together.
    pub open_orders: u32,
    /// The most of one account.
    pub open_orders_of_account: u32,
    /// The most new orders in a second.
    pub orders_per_second: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { open_orders: 100, open_orders_of_account: 50, orders_per_second: 10 }
    }
}

impl Pace {
    /// The bounds of each figure.
    pub const BOUNDS: std::ops::RangeInclusive<u32> = 1..=10_000;

    /// How many more runs may begin, with so many going on at the authority and of them with the account.
    pub fn room(&self, at_authority: u32, of_account: u32) -> u32 {
        let authority = self.open_orders.saturating_sub(at_authority);
        authority.min(self.open_orders_of_account.saturating_sub(of_account))
    }
}

/// When the next orders may be placed: each takes a slot, and waits for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slots {
    next: Option<Timestamp>,
}

impl Slots {
    /// Takes the next slot. Of what was left unused in the last second as many orders may be placed at once.
    pub fn take(&mut self, pace: &Pace, now: Timestamp) -> Timestamp {
        let apart =
            SignedDuration::from_secs(1) / i32::try_from(pace.orders_per_second.max(1)).unwrap_or(i32::MAX);
        let unused = now.checked_sub(SignedDuration::from_secs(1)).unwrap_or(now);
        // A slot of the far future is one of a clock that was put back since.
        let next = self.next.filter(|next| *next <= now + SignedDuration::from_hours(1));
        let slot = next.unwrap_or(unused).max(unused);
        self.next = Some(slot + apart);
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + milliseconds).unwrap()
    }

    #[test]
    fn no_second_has_twice_as_many_orders_as_are_permitted() {
        let pace = Pace { orders_per_second: 10, ..Pace::default() };
        let mut slots = Slots::default();
        let mut placed: Vec<Timestamp> = (0..100).map(|_| slots.take(&pace, at(0)).max(at(0))).collect();
        // A pause of a minute saves up no more than one second's worth.
        placed.extend((0..100).map(|_| slots.take(&pace, at(70_000)).max(at(70_000))));
        placed.sort();
        for (number, moment) in placed.iter().enumerate() {
            let within =
                placed[number..].iter().take_while(|other| **other < *moment + SignedDuration::from_secs(1));
            assert!(within.count() <= 20, "from {moment}");
        }
        assert_eq!(placed[99].duration_since(at(0)), SignedDuration::from_millis(8_900));
    }

    #[test]
    fn a_clock_that_is_put_back_stops_nobody() {
        let mut slots = Slots::default();
        slots.take(&Pace::default(), at(365 * 86_400_000));
        assert!(slots.take(&Pace::default(), at(0)) <= at(0));
    }

    #[test]
    fn room_is_what_authority_and_account_leave() {
        let pace = Pace { open_orders: 10, open_orders_of_account: 4, orders_per_second: 1 };
        for (at_authority, of_account, room) in [(0, 0, 4), (3, 3, 1), (8, 1, 2), (10, 0, 0), (12, 5, 0)] {
            assert_eq!(pace.room(at_authority, of_account), room);
        }
    }
}
