//! Where a certificate stands after something happened: the next moment is computed from what is stored.

use certwright_core::Timestamp;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::describe;
use certwright_core::due::{CurrentFacts, Due, DueFacts, due};
use certwright_core::facts::CertificateFacts;
use certwright_store::CertificateRow;

/// When the certificate of this row is due.
pub(crate) fn due_of(row: &CertificateRow, now: Timestamp) -> Due {
    let facts = row.version.as_ref().and_then(|version| version.facts.as_ref());
    decide(&row.certificate, &row.certificate.standing, facts, now)
}

fn decide(
    certificate: &Certificate,
    standing: &Standing,
    facts: Option<&CertificateFacts>,
    now: Timestamp,
) -> Due {
    due(
        &DueFacts {
            paused: certificate.settings.paused,
            created_at: certificate.created_at,
            updated_at: certificate.updated_at,
            asked_at: standing.asked_at,
            not_before: standing.not_before,
            wanted: &certificate.settings.identifiers,
            current: facts.map(|facts| CurrentFacts {
                not_before: facts.not_before,
                not_after: facts.not_after,
                identifiers: &facts.identifiers,
                renewal_window: None,
            }),
        },
        now,
    )
}

/// The standing with its next moment filled in, from everything else in it.
pub(crate) fn with_next(
    certificate: &Certificate,
    mut standing: Standing,
    facts: Option<&CertificateFacts>,
    now: Timestamp,
) -> Standing {
    let answer = decide(certificate, &standing, facts, now);
    standing.next_at = match answer {
        Due::Now(_) => Some(now),
        Due::At(moment, _) => Some(moment),
        Due::Paused => None,
    };
    standing.next_why = Some(describe::due(answer));
    standing
}
