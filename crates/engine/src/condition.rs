//! The service's own condition, as its upkeep last found it: for health, status and metrics.

use certwright_core::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The scheduler looks at least once a minute; when it has not for so long, something holds it.
const SILENT_SECONDS: i64 = 180;
/// The most series of a counter: whatever authorities say, what is shown stays bounded.
const MOST_SERIES: usize = 256;

/// Something about the service that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is about: `storage`, `database`, `backup`, `scheduler`. A stable word.
    pub about: &'static str,
    /// What is wrong.
    pub words: String,
    /// What to do.
    pub remedy: String,
}

/// Counters since the process began, by two labels.
pub type Series = BTreeMap<(String, String), u64>;

#[derive(Debug, Default)]
struct Facts {
    ticked_at: Option<Timestamp>,
    storage: Option<String>,
    database: Option<String>,
    backup: Option<String>,
    backup_failures: u64,
    runs: Series,
    orders: Series,
    failures: Series,
}

/// The condition; shared by everything that learns of it.
#[derive(Debug, Default)]
pub(crate) struct Condition(Mutex<Facts>);

/// What metrics show of the process.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    /// Ended runs: by kind and result.
    pub runs: Series,
    /// Orders that were opened: by authority, and nothing.
    pub orders: Series,
    /// Failed steps: by authority or target, and kind.
    pub failures: Series,
    /// Backups that failed.
    pub backup_failures: u64,
    /// Whether everything can be saved.
    pub storage_works: bool,
}

fn count(series: &mut Series, one: &str, other: &str) {
    let key = (one.to_owned(), other.to_owned());
    let key = if series.len() >= MOST_SERIES && !series.contains_key(&key) {
        ("other".to_owned(), "other".to_owned())
    } else {
        key
    };
    *series.entry(key).or_default() += 1;
}

impl Condition {
    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scheduler has looked.
    pub(crate) fn ticked(&self, now: Timestamp) {
        self.facts().ticked_at = Some(now);
    }

    /// Whether everything could be saved. Gives whether that has changed.
    pub(crate) fn storage(&self, trouble: Option<String>) -> bool {
        let mut facts = self.facts();
        let changed = facts.storage.is_some() != trouble.is_some();
        facts.storage = trouble;
        changed
    }

    /// Whether everything could be saved, the last time.
    pub(crate) fn storage_works(&self) -> bool {
        self.facts().storage.is_none()
    }

    /// What is wrong with the database, if anything is.
    pub(crate) fn database(&self, trouble: Option<String>) {
        self.facts().database = trouble;
    }

    /// How the last backup ended.
    pub(crate) fn backup(&self, trouble: Option<String>) {
        let mut facts = self.facts();
        facts.backup_failures += u64::from(trouble.is_some());
        facts.backup = trouble;
    }

    pub(crate) fn count_run(&self, kind: &str, result: &str) {
        count(&mut self.facts().runs, kind, result);
    }

    pub(crate) fn count_order(&self, authority: &str) {
        count(&mut self.facts().orders, authority, "");
    }

    pub(crate) fn count_failure(&self, at: &str, kind: &str) {
        count(&mut self.facts().failures, at, kind);
    }

    pub(crate) fn tallies(&self) -> Tallies {
        let facts = self.facts();
        Tallies {
            runs: facts.runs.clone(),
            orders: facts.orders.clone(),
            failures: facts.failures.clone(),
            backup_failures: facts.backup_failures,
            storage_works: facts.storage.is_none(),
        }
    }

    /// Everything that is wrong.
    pub(crate) fn troubles(&self, now: Timestamp) -> Vec<Trouble> {
        let facts = self.facts();
        let told = |about, words: &Option<String>, remedy: &str| {
            words.clone().map(|words| Trouble { about, words, remedy: remedy.to_owned() })
        };
        let mut troubles: Vec<_> = [
            told(
                "storage",
                &facts.storage,
                "make room, or repair the permissions of the data directory; until then nothing is ordered",
            ),
            told(
                "database",
                &facts.database,
                "stop the service, keep a copy of the data directory, and restore a backup: certwright restore FILE",
            ),
            told("backup", &facts.backup, "repair that, then make one: certwright backup create"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let silent = facts.ticked_at.is_none_or(|at| now.duration_since(at).as_secs() > SILENT_SECONDS);
        if silent {
            troubles.push(Trouble {
                about: "scheduler",
                words: "the scheduler has not looked for what is due for three minutes".to_owned(),
                remedy: "look into the service's log, and restart the service".to_owned(),
            });
        }
        troubles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_authorities_say_cannot_make_ever_more_series() {
        let condition = Condition::default();
        for number in 0..1000 {
            condition.count_failure("pebble", &format!("kind-{number}"));
        }
        let failures = condition.tallies().failures;
        assert_eq!(failures.len(), MOST_SERIES + 1);
        assert_eq!(failures.values().sum::<u64>(), 1000);
    }

    #[test]
    fn a_scheduler_that_looked_is_not_silent() {
        let now: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
        let condition = Condition::default();
        assert_eq!(condition.troubles(now)[0].about, "scheduler");
        condition.ticked(now);
        assert!(condition.troubles(now).is_empty());
        assert!(condition.storage(Some("the disk is full".to_owned())));
        assert_eq!(condition.troubles(now)[0].about, "storage");
    }
}
