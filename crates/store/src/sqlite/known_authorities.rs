//! Authorities that were read a moment ago: every step of every run asks for its own. Only this process writes to the
//! database, and a change forgets them all.

use crate::{AuthorityRow, AuthoritySettingsRow};
use certwright_core::id::AuthorityId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A change whose caller went away is made all the same, at a moment that nobody here is told.
const KEPT_FOR: Duration = Duration::from_secs(2);

/// What is known, with the number of changes there were.
#[derive(Debug, Default)]
pub(super) struct KnownAuthorities(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    changes: u64,
    rows: HashMap<AuthorityId, (Instant, AuthorityRow)>,
    /// `None` where nothing is set of it.
    settings: HashMap<AuthorityId, (Instant, Option<AuthoritySettingsRow>)>,
}

fn fresh<T: Clone>(kept: &HashMap<AuthorityId, (Instant, T)>, id: &AuthorityId) -> Option<T> {
    kept.get(id).filter(|(read, _)| read.elapsed() < KEPT_FOR).map(|(_, value)| value.clone())
}

impl KnownAuthorities {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row, or the number of changes that whoever reads it now gives to [`keep_row`](Self::keep_row).
    pub(super) fn row(&self, id: &AuthorityId) -> Result<AuthorityRow, u64> {
        let known = self.known();
        fresh(&known.rows, id).ok_or(known.changes)
    }

    /// Keeps what was read, unless something was changed since.
    pub(super) fn keep_row(&self, changes: u64, row: &AuthorityRow) {
        let mut known = self.known();
        if known.changes == changes {
            known.rows.insert(row.authority.id.clone(), (Instant::now(), row.clone()));
        }
    }

    /// The same for what is set of an authority of the catalogue.
    pub(super) fn settings(&self, id: &AuthorityId) -> Result<Option<AuthoritySettingsRow>, u64> {
        let known = self.known();
        fresh(&known.settings, id).ok_or(known.changes)
    }

    pub(super) fn keep_settings(&self, changes: u64, id: &AuthorityId, row: Option<&AuthoritySettingsRow>) {
        let mut known = self.known();
        if known.changes == changes {
            known.settings.insert(id.clone(), (Instant::now(), row.cloned()));
        }
    }

    /// Something is being changed: forgets everything when the change is made, or has failed.
    pub(super) fn changing(&self) -> Changing<'_> {
        Changing(self)
    }
}

/// Held while something is changed.
pub(super) struct Changing<'a>(&'a KnownAuthorities);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        let mut known = self.0.known();
        let changes = known.changes.wrapping_add(1);
        *known = Known { changes, ..Known::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let known = KnownAuthorities::default();
        let id = AuthorityId::from("zerossl");
        let before = known.settings(&id).unwrap_err();
        drop(known.changing());
        known.keep_settings(before, &id, None);
        let now = known.settings(&id).unwrap_err();
        known.keep_settings(now, &id, None);
        assert_eq!(known.settings(&id), Ok(None));
        drop(known.changing());
        assert!(known.settings(&id).is_err());
    }
}
