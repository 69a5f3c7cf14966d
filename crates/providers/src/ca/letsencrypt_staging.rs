//! Let's Encrypt's staging environment: the same doors, certificates that nobody trusts.

use super::letsencrypt;
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots};
use certwright_core::id::AuthorityId;

/// The staging directory. Its roots change without notice, so the trust verdict stays "unknown".
pub(crate) fn authority() -> Authority {
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
        ..letsencrypt::authority()
    }
}
