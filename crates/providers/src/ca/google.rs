//! Google Trust Services: free with a Google Cloud project. As known in 2026-11.

use crate::ca_entry::{profile, public, quirk};
use certwright_core::authority::Authority;
use certwright_core::authority_details::AuthorityDetails;

/// The production directory.
pub(crate) fn authority() -> Authority {
    Authority {
        external_account_required: true,
        profiles: vec![profile("standard", 100, false, true), profile("minimal", 100, false, false)],
        details: AuthorityDetails {
            description: "Free certificates for owners of a Google Cloud project".into(),
            website: Some("https://pki.goog/".into()),
            terms: Some("https://pki.goog/repository/".into()),
            status: Some("https://status.pki.goog/".into()),
            external_account_help: Some("Make one in a Google Cloud project. Each can be used once, within seven days: make it just before the account".into()),
            email_required: true,
            lifetime_days: Some(90),
            reuses_validations: true,
            quirks: vec![
                quirk("A lifetime of 1 to 90 days can be wished for; less than three days is advised against"),
                quirk("Internationalised names were refused in 2025"),
            ],
            ..AuthorityDetails::default()
        },
        ..public("google", "Google Trust Services", "https://dv.acme-v02.api.pki.goog/directory")
    }
}
