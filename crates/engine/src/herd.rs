//! The lines in which certificates stand that would all begin at once, one for each authority. In memory alone: the
//! places that were given are stored with the certificates, and a restart begins with an empty line.

use crate::engine::Engine;
use crate::rules::Rules;
use crate::standing::with_next;
use certwright_core::certificate::Standing;
use certwright_core::herd::{Line, within_life};
use certwright_core::id::AuthorityId;
use certwright_core::{SignedDuration, Timestamp};
use certwright_store::CertificateRow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Everybody's lines.
#[derive(Debug, Default)]
pub(crate) struct Lines(Mutex<HashMap<AuthorityId, Line>>);

impl Engine {
    /// How much later than the others one more begins that is ordered from this authority.
    pub(crate) fn place_in_line(&self, authority: &AuthorityId) -> SignedDuration {
        let mut lines = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = lines.entry(authority.clone()).or_default().place(self.now(), self.chance.draw());
        // Stored in milliseconds: a finer one would come back another one.
        SignedDuration::from_millis(i64::try_from(place.as_millis()).unwrap_or_default())
    }

    /// Where a certificate stands whose next moment was computed anew together with those of all others: one that has
    /// become due by that takes a place in line. Whoever was asked for waits for nobody.
    pub(crate) fn spread(
        &self,
        rules: &Rules,
        row: &CertificateRow,
        next: Standing,
        now: Timestamp,
    ) -> Standing {
        let was = row.certificate.standing.next_at;
        let became_due = next.next_at.is_some_and(|at| at <= now) && was.is_none_or(|at| at > now);
        if !became_due || next.asked_at.is_some() {
            return next;
        }
        let place = self.place_in_line(&row.certificate.settings.authority);
        let place = within_life(place, row.not_after(), now);
        if place.is_zero() {
            return next;
        }
        let later = Standing { not_before: Some(now + place), ..next };
        with_next(rules, &row.certificate, later, row.version.as_ref(), now)
    }
}
