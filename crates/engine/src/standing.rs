//! Where a certificate stands after something happened: the next moment is computed from what is stored.

use crate::rules::Rules;
use certwright_core::Timestamp;
use certwright_core::certificate::{Certificate, Standing};
use certwright_core::describe;
use certwright_core::due::{CurrentFacts, Due, DueFacts, SuggestedRenewal, due};
use certwright_core::maintenance::{Life, Timing};
use certwright_core::version::Version;
use certwright_store::CertificateRow;

/// When the certificate of this row is due.
pub(crate) fn due_of(rules: &Rules, row: &CertificateRow, now: Timestamp) -> Due {
    decide(rules, &row.certificate, &row.certificate.standing, row.version.as_ref(), now).0
}

fn decide(
    rules: &Rules,
    certificate: &Certificate,
    standing: &Standing,
    newest: Option<&Version>,
    now: Timestamp,
) -> (Due, Timing) {
    let answer = due(
        &DueFacts {
            paused: certificate.settings.paused,
            created_at: certificate.created_at,
            updated_at: certificate.updated_at,
            order_changed_at: certificate.order_changed_at,
            spread: certificate.spread,
            asked_at: standing.asked_at,
            not_before: standing.not_before,
            renewal: certificate.settings.renewal.or(rules.defaults.renewal),
            wanted: &certificate.settings.identifiers,
            current: newest.and_then(|version| Some((version, version.facts.as_ref()?))).map(
                |(version, facts)| CurrentFacts {
                    not_before: facts.not_before,
                    not_after: facts.not_after,
                    ordered_at: version.created_at,
                    published_at: version.published_at,
                    identifiers: &facts.identifiers,
                    suggested: version.renewal_information.window.as_ref().map(|window| SuggestedRenewal {
                        chosen: window.chosen,
                        stale: version.renewal_information.stale,
                    }),
                    revoked_at: version.revocation.as_ref().map(|revocation| revocation.known_at),
                },
            ),
        },
        now,
    );
    match rules.window(&certificate.settings) {
        Some(window) => window.order(answer, newest.and_then(life), now),
        None => (answer, Timing::Free),
    }
}

/// What is at stake while a version is waited for: the life of the one before it.
pub(crate) fn life(version: &Version) -> Option<Life> {
    version.facts.as_ref().map(|facts| Life { not_before: facts.not_before, not_after: facts.not_after })
}

/// The standing with its next moment filled in, from everything else in it.
pub(crate) fn with_next(
    rules: &Rules,
    certificate: &Certificate,
    mut standing: Standing,
    newest: Option<&Version>,
    now: Timestamp,
) -> Standing {
    let (answer, timing) = decide(rules, certificate, &standing, newest, now);
    standing.next_at = match answer {
        Due::Now(_) => Some(now),
        Due::At(moment, _) => Some(moment),
        Due::Paused => None,
    };
    standing.next_why = Some(format!("{}{}", describe::due(answer), timing.words()));
    standing
}
