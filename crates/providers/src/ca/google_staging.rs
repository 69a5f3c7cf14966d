//! Google Trust Services' staging environment. As known in 2026-11.

use super::google;
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots};
use certwright_core::id::AuthorityId;

/// The staging directory; the older address `dv.acme-staging…` is not it.
pub(crate) fn authority() -> Authority {
    Authority {
        id: AuthorityId::from("google-staging"),
        title: "Google Trust Services (staging: for tests only)".into(),
        directory: "https://dv.acme-v02.test-api.pki.goog/directory".into(),
        issuing_roots: IssuingRoots::Unknown,
        staging: true,
        choices: AuthorityChoices {
            staging_of: Some(AuthorityId::from("google")),
            ..AuthorityChoices::default()
        },
        ..google::authority()
    }
}
