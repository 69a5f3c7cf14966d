//! Rate limits of an authority, as data: what is counted, how many, and how it frees again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Accounts that this service has registered: authorities count them by its IP address.
    Accounts,
    /// Orders of one account.
    Orders,
    /// Certificates for one registered domain, one IPv4 address or one IPv6 /64, of whatever account.
    Domain,
    /// Certificates for exactly the same identifiers, of whatever account.
    IdentifierSet,
    /// Validations of one identifier that failed, by one account.
    Failures,
    /// Validations of one identifier by one account that failed one after the other. Then the authority *pauses* it.
    ConsecutiveFailures,
    /// Everything that is asked of the authority: nothing is counted, but it may tell us to wait.
    Everything,
}

impl Scope {
    /// All scopes that can have a limit, in the order in which they are shown.
    pub const LIMITED: &'static [Self] = &[
        Self::Accounts,
        Self::Orders,
        Self::Domain,
        Self::IdentifierSet,
        Self::Failures,
        Self::ConsecutiveFailures,
    ];

    /// The name in settings, answers and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Orders => "orders",
            Self::Domain => "domain",
            Self::IdentifierSet => "identifier-set",
            Self::Failures => "failures",
            Self::ConsecutiveFailures => "consecutive-failures",
            Self::Everything => "everything",
        }
    }

    /// The scope of this name, if it is one that can have a limit.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::LIMITED.iter().copied().find(|scope| scope.name() == name)
    }

    /// What is counted, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Accounts => "new accounts",
            Self::Orders => "new orders by one account",
            Self::Domain => "certificates for one registered domain",
            Self::IdentifierSet => "certificates for exactly the same names",
            Self::Failures => "failed validations of one name",
            Self::ConsecutiveFailures => "failed validations of one name in a row",
            Self::Everything => "requests",
        }
    }
}

/// How what was used frees again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refill {
    /// A token bucket: one after the other, evenly over the period.
    #[default]
    Bucket,
    /// A sliding window: each as long after its use as the period lasts.
    Window,
}

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// What is counted.
    pub scope: Scope,
    /// How many are permitted in a period.
    pub most: u32,
    /// How long the period lasts.
    pub seconds: u64,
    /// How it frees again.
    #[serde(default)]
    pub refill: Refill,
}

/// How much of a limit is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How much is used now.
    pub used: u32,
    /// How much is left now.
    pub left: u32,
    /// When there is room for one more: a moment that has passed where there is some already.
    pub frees_at: Timestamp,
}

/// The word of the authority itself that nothing was left at a moment, which beats what was counted before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// When it said so.
    pub since: Timestamp,
    /// From when on it permits one more.
    pub until: Timestamp,
}

impl RateLimit {
    /// A token bucket of this size that is full again after so many seconds.
    pub const fn bucket(scope: Scope, most: u32, seconds: u64) -> Self {
        Self { scope, most, seconds, refill: Refill::Bucket }
    }

    /// How far back use matters. What is older can matter only where a bucket was used to the brim all along; then
    /// the authority's own word corrects us.
    pub fn horizon(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX / 4)) * 2
    }

    fn period(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX / 4))
    }

    /// How long one takes to free.
    pub fn interval(&self) -> SignedDuration {
        match self.refill {
            Refill::Bucket => self.period() / i32::try_from(self.most.max(1)).unwrap_or(i32::MAX),
            Refill::Window => self.period(),
        }
    }

    /// What is left after these uses, the oldest first.
    pub fn room(&self, uses: &[Timestamp], spent: Option<Spent>, now: Timestamp) -> Room {
        let later = |spent: Spent| uses.iter().filter(move |at| **at > spent.since);
        match (self.refill, spent) {
            (Refill::Bucket, None) => self.bucket_room(uses.iter(), None, now),
            (Refill::Bucket, Some(spent)) => {
                // One is there again at `until`, so the bucket is full that many intervals later.
                let full =
                    spent.until.saturating_add(self.interval() * self.less_one()).unwrap_or(spent.until);
                self.bucket_room(later(spent), Some(full), now)
            }
            (Refill::Window, spent) => {
                let period = self.period();
                let mut ends: Vec<_> = match spent {
                    None => uses.iter().map(|at| *at + period).collect(),
                    Some(spent) => {
                        let before = std::iter::repeat_n(spent.until, self.most as usize);
                        before.chain(later(spent).map(|at| *at + period)).collect()
                    }
                };
                ends.retain(|end| *end > now);
                ends.sort();
                let used = u32::try_from(ends.len()).unwrap_or(u32::MAX);
                let over = ends.len().checked_sub(self.most.max(1) as usize);
                let frees_at = over.map_or(now, |over| ends[over]);
                Room { used: used.min(self.most), left: self.most.saturating_sub(used), frees_at }
            }
        }
    }

    fn less_one(&self) -> i32 {
        i32::try_from(self.most.saturating_sub(1)).unwrap_or(i32::MAX)
    }

    /// The generic cell rate algorithm: one moment, at which the bucket would be full again, holds all of the past.
    fn bucket_room<'a>(
        &self,
        uses: impl Iterator<Item = &'a Timestamp>,
        full: Option<Timestamp>,
        now: Timestamp,
    ) -> Room {
        let interval = self.interval();
        let full = uses.fold(full, |full, at| Some(full.map_or(*at, |full| full.max(*at)) + interval));
        self.room_until(full.unwrap_or(now), now)
    }

    /// What is left of a bucket that would be full again at this moment.
    pub fn room_until(&self, full: Timestamp, now: Timestamp) -> Room {
        let interval = self.interval().as_millis().max(1);
        let missing = full.duration_since(now).as_millis().max(0);
        let used = u32::try_from((missing + interval - 1) / interval).unwrap_or(u32::MAX);
        Room {
            used: used.min(self.most),
            left: self.most.saturating_sub(used),
            frees_at: full.saturating_sub(self.interval() * self.less_one()).unwrap_or(now),
        }
    }

    /// The limit in words, such as `300 new orders by one account in 3 hours`.
    pub fn words(&self) -> String {
        format!("{} {} in {}", self.most, self.scope.words(), span(self.seconds))
    }
}

fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..3600 => (seconds.div_ceil(60), "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("one {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_bucket_frees_one_after_the_other() {
        let limit = RateLimit::bucket(Scope::IdentifierSet, 5, 7 * 86_400);
        assert_eq!(limit.words(), "5 certificates for exactly the same names in 7 days");
        let uses: Vec<_> = (0..5).map(at).collect();
        let interval = limit.interval().as_secs();
        assert_eq!(interval, 120_960, "33.6 hours");
        let room = limit.room(&uses, None, at(10));
        assert_eq!((room.used, room.left, room.frees_at), (5, 0, at(interval)));
        assert_eq!(limit.room(&uses, None, at(interval)).left, 1);
        assert_eq!(limit.room(&uses, None, at(5 * interval)).left, 5);
        assert_eq!(limit.room(&[], None, at(0)).left, 5);
    }

    #[test]
    fn a_window_frees_each_use_by_itself() {
        let limit = RateLimit { scope: Scope::Orders, most: 2, seconds: 3600, refill: Refill::Window };
        let uses = [at(0), at(600), at(700)];
        let room = limit.room(&uses, None, at(800));
        assert_eq!((room.left, room.frees_at), (0, at(HOUR + 600)), "the third was one too many");
        assert_eq!(limit.room(&uses, None, at(HOUR + 600)).left, 1);
        assert_eq!(limit.room(&uses, None, at(HOUR + 700)).left, 2);
    }

    #[test]
    fn the_authoritys_word_beats_our_count() {
        for refill in [Refill::Bucket, Refill::Window] {
            let limit = RateLimit { scope: Scope::Orders, most: 10, seconds: 3600, refill };
            let spent = Some(Spent { since: at(0), until: at(900) });
            let room = limit.room(&[at(-5)], spent, at(1));
            assert_eq!((room.left, room.frees_at), (0, at(900)), "{refill:?}");
            assert!(limit.room(&[at(-5)], spent, at(900)).left >= 1, "{refill:?}");
        }
        let limit = RateLimit::bucket(Scope::Orders, 10, 3600);
        let spent = Some(Spent { since: at(0), until: at(900) });
        assert_eq!(limit.room(&[], spent, at(900)).left, 1, "one came back, not ten");
        assert_eq!(limit.room(&[at(901)], spent, at(902)).left, 0);
    }
}
