//! The revocation list: signed when somebody asks and the last one is old, or something was revoked since.

use crate::answer::Answer;
use crate::authority::Shared;
use crate::problem::Problem;
use bytes::Bytes;
use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::issue::{RevocationReason, Revoked, Serial};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// Until when a list is good. Clients that cache it learn of a revocation by then.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// After that, a new one is signed: nobody gets one that is about to end.
const FRESH_FOR: SignedDuration = SignedDuration::from_hours(8);

/// A certificate stays on the list for this long after its end, so that it is on one list at least that was made after
/// that (RFC 5280 §3.3).
const AFTER_THE_END: SignedDuration = SignedDuration::from_hours(48);

const LINES_PER_READ: u32 = 1000;

/// The last list.
#[derive(Debug, Default)]
pub(crate) struct ListCache {
    /// Counts revocations.
    revocations: AtomicU64,
    last: Mutex<Option<List>>,
}

#[derive(Debug)]
struct List {
    der: Bytes,
    signed_at: Timestamp,
    revocations: u64,
}

impl ListCache {
    /// Something was revoked.
    pub(crate) fn outdate(&self) {
        self.revocations.fetch_add(1, Ordering::SeqCst);
    }
}

impl Shared {
    pub(crate) async fn published_list(&self) -> Result<Answer, Problem> {
        // Whoever comes while it is signed waits for it: however many ask, one is signed.
        let mut last = self.list.last.lock().await;
        let (now, revocations) = (self.now(), self.list.revocations.load(Ordering::SeqCst));
        let fresh = last.as_ref().filter(|list| {
            let age = list.signed_at.duration_until(now);
            list.revocations == revocations && !age.is_negative() && age < FRESH_FOR
        });
        let der = match fresh {
            Some(list) => list.der.clone(),
            None => {
                let der = self.sign_list(now).await?;
                *last = Some(List { der: der.clone(), signed_at: now, revocations });
                der
            }
        };
        Ok(Answer::bytes(200, "application/pkix-crl", der))
    }

    async fn sign_list(&self, now: Timestamp) -> Result<Bytes, Problem> {
        let failed = |error: &dyn std::fmt::Display| Problem::internal("sign a revocation list", error);
        let mut lines: Vec<Revoked> = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let since = now - AFTER_THE_END;
            let page = self
                .parts
                .store
                .revoked_certificates(self.name(), since, after.as_deref(), LINES_PER_READ)
                .await?;
            for (serial, revocation) in &page {
                lines.push(Revoked {
                    serial: Serial::from_hex(serial).ok_or_else(|| failed(&"a damaged serial number"))?,
                    at: revocation.at,
                    reason: RevocationReason::from_code(revocation.reason.into())
                        .unwrap_or(RevocationReason::Unspecified),
                });
            }
            after = page.last().map(|(serial, _)| serial.clone());
            if page.len() < LINES_PER_READ as usize {
                break;
            }
        }
        let number = self.parts.store.next_list_number(self.name()).await?;
        let der = self
            .signing
            .sign_revocation_list(number, now, now + GOOD_FOR, &lines)
            .map_err(|error| failed(&error))?;
        Ok(der.into())
    }
}
