//! Let's Encrypt's staging environment: the same doors, certificates that nobody trusts. Limits as of 2026-11.

use super::letsencrypt::{self, DAY, HOUR};
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots};
use certwright_core::authority_details::AuthorityDetails;
use certwright_core::id::AuthorityId;
use certwright_core::rate_limit::{RateLimit, Scope};

/// The staging directory. Its roots change without notice, so the trust verdict stays "unknown".
pub(crate) fn authority() -> Authority {
    let production = letsencrypt::authority();
    Authority {
        id: AuthorityId::from("letsencrypt-staging"),
        title: "Let's Encrypt (staging: for tests only)".into(),
        directory: "https://acme-staging-v02.api.letsencrypt.org/directory".into(),
        issuing_roots: IssuingRoots::Unknown,
        staging: true,
        choices: AuthorityChoices {
            staging_of: Some(AuthorityId::from("letsencrypt")),
            ..AuthorityChoices::default()
        },
        details: AuthorityDetails {
            description: "Let's Encrypt's staging environment, for trying things out".into(),
            rate_limits: vec![
                RateLimit::bucket(Scope::Orders, 1500, 3 * HOUR),
                RateLimit::bucket(Scope::IdentifierSet, 30_000, 7 * DAY),
            ],
            ..production.details.clone()
        },
        ..production
    }
}
