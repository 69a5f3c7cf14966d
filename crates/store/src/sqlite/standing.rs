//! Where a certificate stands: a worker's decision, merged with what a person did meanwhile.

use super::attempt::Attempt;
use super::certificate_rows::Stored;
use super::health::grade;
use super::rows::{maybe_milliseconds, to_maybe_json};
use super::write::Write;
use crate::StoreResult;
use certwright_core::Timestamp;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::id::CertificateId;

/// What to store when a worker that read the certificate as `before` decided `after`, and `found` is there now.
///
/// The fence keeps other workers out, so whatever differs from `before` was done by a person: it stays.
pub(super) fn merged(found: &Stored, before: &Certificate, after: &Standing) -> Standing {
    let theirs = &found.certificate.standing;
    let mut merged = after.clone();
    let asked = differs(theirs.asked_at, before.standing.asked_at);
    let edited = found.certificate.revision != before.revision;
    let moved = differs(theirs.next_at, before.standing.next_at);
    if asked {
        merged.asked_at = theirs.asked_at;
    }
    if (asked || edited || moved) && earlier(theirs.next_at, after.next_at) {
        merged.next_at = theirs.next_at;
        merged.next_why.clone_from(&theirs.next_why);
    }
    if found.reset_revision > before.revision {
        merged.failures = theirs.failures;
        merged.not_before = theirs.not_before;
        merged.last_failure.clone_from(&theirs.last_failure);
    }
    merged
}

fn differs(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    maybe_milliseconds(one) != maybe_milliseconds(other)
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one < other,
        (one, None) => one.is_some(),
        (None, Some(_)) => false,
    }
}

/// Writes it as it is; the end of the current version comes along, for sorting.
pub(super) async fn write_standing(
    write: &mut Write,
    certificate: &CertificateId,
    standing: &Standing,
) -> StoreResult<()> {
    sqlx::query(
        "UPDATE certificates SET current = $2, asked_at = $3, next_at = $4, next_why = $5, failures = $6, \
           not_before = $7, last_failure = $8, not_after = (SELECT not_after FROM versions WHERE id = $2) \
         WHERE id = $1",
    )
    .bind(certificate.as_str())
    .bind(standing.current.as_ref().map(|id| id.as_str()))
    .bind(maybe_milliseconds(standing.asked_at))
    .bind(maybe_milliseconds(standing.next_at))
    .bind(&standing.next_why)
    .bind(i64::from(standing.failures))
    .bind(maybe_milliseconds(standing.not_before))
    .bind(to_maybe_json(standing.last_failure.as_ref())?)
    .execute(write.on())
    .await
    .attempt("store where the certificate stands")?;
    grade(write, certificate).await
}
