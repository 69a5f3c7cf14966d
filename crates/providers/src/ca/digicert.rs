//! DigiCert: by contract. As known in 2026-11; the old `acme.digicert.com` has been dead since 2026-02-24.

use crate::ca_entry::{public, quirk};
use certwright_core::authority::Authority;
use certwright_core::authority_details::AuthorityDetails;

/// The directory of DigiCert ONE.
pub(crate) fn authority() -> Authority {
    Authority {
        external_account_required: true,
        details: AuthorityDetails {
            description: "Certificates by contract, for at most 199 days".into(),
            website: Some("https://www.digicert.com/".into()),
            terms: Some("https://www.digicert.com/legal-repository".into()),
            privacy: Some("https://www.digicert.com/legal-repository/privacy-policy".into()),
            status: Some("https://status.digicert.com/".into()),
            email_required: true,
            external_account_help: Some("DigiCert gives you one with your contract".into()),
            lifetime_days: Some(199),
            quirks: vec![quirk(
                "The directory depends on the region of your account: where yours is another one, add it with \
                 `certwright ca add`",
            )],
            ..AuthorityDetails::default()
        },
        ..public("digicert", "DigiCert", "https://one.digicert.com/mpki/api/v1/acme/v2/directory")
    }
}
