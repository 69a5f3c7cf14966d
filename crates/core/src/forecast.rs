//! What the ledger predicts of many orders together: how much of each limit they would use, and which they would exceed.

use crate::ledger::{Exemption, History, PlannedOrder, Subject, Wait};
use crate::rate_limit::{RateLimit, Scope};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// So many limits of subjects are kept; beyond that only those that are used up already.
const MOST: usize = 2_000;

/// One limit of one subject under the orders of a forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The limit.
    pub limit: RateLimit,
    /// For whom.
    pub subject: Subject,
    /// How much is used now.
    pub used: u32,
    /// How much is left now.
    pub left: u32,
    /// How many of the orders would count against it.
    pub planned: u32,
    /// When there is room for one, where there is none now.
    pub frees_at: Option<Timestamp>,
}

impl Line {
    /// Whether the authority would refuse some of the orders by it.
    pub fn is_exceeded(&self) -> bool {
        self.left == 0 || self.planned > self.left
    }
}

/// The orders at one authority.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Forecast {
    /// How many orders.
    pub orders: u32,
    /// How many of them are exempt from every limit, because they say what they replace (RFC 9773 §5).
    pub replacing: u32,
    /// How many are exempt from the limits of orders and domains, because the same names were issued before.
    pub same_identifiers: u32,
    lines: BTreeMap<(Subject, usize), Line>,
    waits: BTreeMap<Subject, Wait>,
    passed_over: u64,
}

impl Forecast {
    /// Adds an order. One that the authority itself has told us to keep back is no order; only its words are kept.
    pub fn add(&mut self, limits: &[RateLimit], history: &History, order: &PlannedOrder<'_>, now: Timestamp) {
        let subjects = order.subjects();
        let waits: Vec<_> = subjects.iter().filter_map(|subject| history.waits.get(subject)).collect();
        let mut held = false;
        for wait in waits.into_iter().filter(|wait| wait.until > now) {
            held = true;
            if self.waits.len() < MOST {
                self.waits.insert(wait.subject.clone(), wait.clone());
            }
        }
        if held {
            return;
        }
        self.orders += 1;
        match order.exemption {
            Exemption::Replaces => self.replacing += 1,
            Exemption::SameIdentifiers => self.same_identifiers += 1,
            Exemption::None => {}
        }
        for subject in subjects.into_iter().filter(|subject| !order.exemption.covers(subject.scope)) {
            for (number, limit) in limits.iter().enumerate().filter(|(_, limit)| limit.scope == subject.scope)
            {
                self.count((subject.clone(), number), *limit, history, now);
            }
        }
    }

    fn count(&mut self, key: (Subject, usize), limit: RateLimit, history: &History, now: Timestamp) {
        // An order uses up no failed validations.
        let planned = u32::from(matches!(limit.scope, Scope::Orders | Scope::Domain | Scope::IdentifierSet));
        if let Some(line) = self.lines.get_mut(&key) {
            line.planned += planned;
            return;
        }
        let room = history.room(&limit, &key.0, now);
        if planned == 0 && room.used == 0 {
            return;
        }
        let is_full = self.lines.len() >= MOST && (room.left > 0 || self.lines.len() >= 2 * MOST);
        if is_full {
            self.passed_over += 1;
            return;
        }
        let subject = key.0.clone();
        let frees_at = (room.left == 0).then_some(room.frees_at);
        self.lines.insert(key, Line { limit, subject, used: room.used, left: room.left, planned, frees_at });
    }

    /// The limits, those first that would be exceeded, then those of which the least would be left; and how many more
    /// there are than are given.
    pub fn lines(&self, most: usize) -> (Vec<&Line>, u64) {
        let mut lines: Vec<_> = self.lines.values().collect();
        let left = |line: &Line| i64::from(line.left) - i64::from(line.planned);
        lines.sort_by_key(|line| (Reverse(line.is_exceeded()), left(line), Reverse(line.frees_at)));
        let more = lines.len().saturating_sub(most) as u64 + self.passed_over;
        lines.truncate(most);
        (lines, more)
    }

    /// What the authority itself has told us to wait for, the last to pass first.
    pub fn waits(&self, most: usize) -> Vec<&Wait> {
        let mut waits: Vec<_> = self.waits.values().collect();
        waits.sort_by_key(|wait| Reverse(wait.until));
        waits.truncate(most);
        waits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;
    use crate::identifier::Identifier;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn limits() -> Vec<RateLimit> {
        vec![
            RateLimit::bucket(Scope::Orders, 3, 3600),
            RateLimit::bucket(Scope::Domain, 50, 7 * 86_400),
            RateLimit::bucket(Scope::Failures, 5, 3600),
        ]
    }

    fn forecast(names: &[(&str, Exemption)], history: &History) -> Forecast {
        let account = AccountId::from("acct-1");
        let mut forecast = Forecast::default();
        for (name, exemption) in names {
            let identifiers = [Identifier::parse(name).unwrap()];
            let order = PlannedOrder { account: &account, identifiers: &identifiers, exemption: *exemption };
            forecast.add(&limits(), history, &order, now());
        }
        forecast
    }

    #[test]
    fn orders_that_are_permitted_one_by_one_exceed_a_limit_together() {
        let history = History {
            uses: BTreeMap::from([(Subject::new(Scope::Orders, "acct-1"), vec![now()])]),
            ..History::default()
        };
        let names = [
            ("a.example.com", Exemption::None),
            ("b.example.com", Exemption::None),
            ("c.example.com", Exemption::None),
            ("d.example.com", Exemption::Replaces),
            ("e.example.com", Exemption::SameIdentifiers),
        ];
        let forecast = forecast(&names, &history);
        assert_eq!((forecast.orders, forecast.replacing, forecast.same_identifiers), (5, 1, 1));
        let (lines, more) = forecast.lines(10);
        assert_eq!((lines.len(), more), (2, 0), "failures are told where there are some");
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.subject.of.as_str(), line.used, line.planned, line.is_exceeded()))
            .collect();
        assert_eq!(told, [("acct-1", 1, 3, true), ("example.com", 0, 3, false)]);
        assert_eq!(forecast.lines(1).1, 1);
    }

    #[test]
    fn what_the_authority_wants_waited_for_is_no_order() {
        let subject = Subject::new(Scope::Orders, "acct-1");
        let until = now() + jiff::SignedDuration::from_hours(3);
        let wait = Wait { subject: subject.clone(), since: now(), until, words: "too many".to_owned() };
        let history = History { waits: BTreeMap::from([(subject, wait)]), ..History::default() };
        let forecast = forecast(&[("a.example.com", Exemption::Replaces)], &history);
        assert_eq!((forecast.orders, forecast.waits(5).len()), (0, 1));
    }

    #[test]
    fn failures_of_a_name_are_told_once_there_are_some() {
        let account = AccountId::from("acct-1");
        let subject = crate::ledger::validations(Scope::Failures, &account, "a.example.com");
        let history = History { uses: BTreeMap::from([(subject, vec![now(); 5])]), ..History::default() };
        let forecast = forecast(&[("a.example.com", Exemption::None)], &history);
        let (lines, _) = forecast.lines(10);
        assert_eq!((lines[0].limit.scope, lines[0].planned), (Scope::Failures, 0));
        assert!(lines[0].is_exceeded() && lines[0].frees_at > Some(now()));
    }
}
