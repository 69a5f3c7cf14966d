//! Renewal information (RFC 9773) of the simulated authority, and the day on which it wants everything replaced.

use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::{PkiError, facts};
use serde_json::{Value, json};
use std::collections::HashMap;

/// How often it wants to be asked again, in seconds.
const ASK_AGAIN: i64 = 3600;

/// What it knows of what it issued.
#[derive(Debug, Default)]
pub(crate) struct Advice {
    /// Each by its identifier (RFC 9773 §4.1).
    issued: HashMap<String, Issued>,
    /// Everything older than this is to be replaced at once.
    revoked_before: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug)]
struct Issued {
    /// Later than its first moment, which is dated back.
    at: Timestamp,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Advice {
    pub(crate) fn issued(&mut self, der: &[u8], at: Timestamp) -> Result<(), PkiError> {
        let facts = facts(der)?;
        if let Some(id) = facts.renewal_info_id {
            self.issued.insert(id, Issued { at, not_before: facts.not_before, not_after: facts.not_after });
        }
        Ok(())
    }

    pub(crate) fn revoke_before(&mut self, moment: Timestamp) {
        self.revoked_before = Some(moment);
    }

    /// Window and `Retry-After` in seconds; nothing of what it has not issued.
    pub(crate) fn of(&self, id: &str) -> Option<(Value, i64)> {
        let Issued { at, not_before, not_after } = *self.issued.get(id)?;
        let is_revoked = self.revoked_before.is_some_and(|moment| at < moment);
        let hours = SignedDuration::from_hours;
        // A window that is over means: now (§4.2).
        let (start, end) = if is_revoked {
            (not_before - hours(2), not_before)
        } else {
            let start = not_after - not_after.duration_since(not_before) / 3;
            (start, start + hours(48))
        };
        let window = json!({ "start": start, "end": end });
        let answer = match is_revoked {
            true => {
                json!({ "suggestedWindow": window, "explanationURL": "https://ca.simulation.test/incident" })
            }
            false => json!({ "suggestedWindow": window }),
        };
        Some((answer, ASK_AGAIN))
    }
}
