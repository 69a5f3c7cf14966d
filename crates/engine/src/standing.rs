//! Where a certificate stands after something happened: the next moment is computed from what is stored.

use certwright_core::Timestamp;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::describe;
use certwright_core::due::{CurrentFacts, Due, DueFacts, due};
use certwright_core::version::Version;
use certwright_store::CertificateRow;

/// When the certificate of this row is due.
pub(crate) fn due_of(row: &CertificateRow, now: Timestamp) -> Due {
    decide(&row.certificate, &row.certificate.standing, row.version.as_ref(), now)
}

fn decide(certificate: &Certificate, standing: &Standing, newest: Option<&Version>, now: Timestamp) -> Due {
    due(
        &DueFacts {
            paused: certificate.settings.paused,
            created_at: certificate.created_at,
            updated_at: certificate.updated_at,
            asked_at: standing.asked_at,
            not_before: standing.not_before,
            renewal: certificate.settings.renewal,
            wanted: &certificate.settings.identifiers,
            current: newest.and_then(|version| Some((version, version.facts.as_ref()?))).map(
                |(version, facts)| CurrentFacts {
                    not_before: facts.not_before,
                    not_after: facts.not_after,
                    published_at: version.published_at,
                    identifiers: &facts.identifiers,
                    renewal_window: None,
                    revoked_at: version.revocation.as_ref().map(|revocation| revocation.known_at),
                },
            ),
        },
        now,
    )
}

/// The standing with its next moment filled in, from everything else in it.
pub(crate) fn with_next(
    certificate: &Certificate,
    mut standing: Standing,
    newest: Option<&Version>,
    now: Timestamp,
) -> Standing {
    let answer = decide(certificate, &standing, newest, now);
    standing.next_at = match answer {
        Due::Now(_) => Some(now),
        Due::At(moment, _) => Some(moment),
        Due::Paused => None,
    };
    standing.next_why = Some(describe::due(answer));
    standing
}
