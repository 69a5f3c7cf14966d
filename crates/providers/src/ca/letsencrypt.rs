//! Let's Encrypt: free, for public names and addresses. Limits and profiles as published on 2026-11.

use crate::ca_entry::{profile, public, quirk};
use certwright_core::authority::{Authority, ProfileLimits};
use certwright_core::authority_details::AuthorityDetails;
use certwright_core::rate_limit::{RateLimit, Scope};

pub(super) const MINUTE: u64 = 60;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// The production directory.
pub(crate) fn authority() -> Authority {
    Authority {
        profiles: profiles(),
        details: AuthorityDetails {
            description: "Free certificates for public names and addresses, of 90 or 45 days or 160 hours"
                .into(),
            website: Some("https://letsencrypt.org/".into()),
            terms: Some("https://letsencrypt.org/repository/".into()),
            privacy: Some("https://letsencrypt.org/privacy/".into()),
            status: Some("https://letsencrypt.status.io/".into()),
            lifetime_days: Some(90),
            reuses_validations: true,
            rate_limits: limits(),
            quirks: vec![
                quirk("A wish for another lifetime (notAfter) is ignored: the profile decides"),
                quirk("The intermediate is picked at random for each certificate: never pin one"),
            ],
            ..AuthorityDetails::default()
        },
        ..public("letsencrypt", "Let's Encrypt", "https://acme-v02.api.letsencrypt.org/directory")
    }
}

/// By <https://letsencrypt.org/docs/profiles/>; the first is what an order without a profile gets.
pub(super) fn profiles() -> Vec<ProfileLimits> {
    vec![
        profile("classic", 100, false, true),
        profile("tlsserver", 25, false, false),
        profile("shortlived", 25, true, false),
    ]
}

/// By <https://letsencrypt.org/docs/rate-limits/>: token buckets all.
fn limits() -> Vec<RateLimit> {
    vec![
        RateLimit::bucket(Scope::Accounts, 10, 3 * HOUR),
        RateLimit::bucket(Scope::Orders, 300, 3 * HOUR),
        RateLimit::bucket(Scope::Domain, 50, 7 * DAY),
        RateLimit::bucket(Scope::IdentifierSet, 5, 7 * DAY),
        RateLimit::bucket(Scope::Failures, 5, HOUR),
        RateLimit::bucket(Scope::ConsecutiveFailures, 1152, 1152 * DAY),
    ]
}
