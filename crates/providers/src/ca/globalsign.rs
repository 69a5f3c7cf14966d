//! GlobalSign Atlas: by contract. As known in 2026-11.

use crate::ca_entry::{keys, public, quirk};
use certwright_core::authority::Authority;
use certwright_core::authority_details::AuthorityDetails;

/// The directory of the region EMEA.
pub(crate) fn authority() -> Authority {
    Authority {
        external_account_required: true,
        key_types: keys(&["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-2048", "rsa-3072", "rsa-4096"]),
        details: AuthorityDetails {
            description: "Certificates by contract, for at most 199 days".into(),
            website: Some("https://www.globalsign.com/".into()),
            terms: Some("https://www.globalsign.com/en/repository".into()),
            status: Some("https://status.globalsign.com/".into()),
            email_required: true,
            external_account_help: Some("GlobalSign gives you one with your contract".into()),
            lifetime_days: Some(90),
            wildcards: false,
            reuses_validations: true,
            quirks: vec![quirk(
                "The directory depends on the region of your account: where yours is not EMEA, add it with \
                 `certwright ca add`",
            )],
            ..AuthorityDetails::default()
        },
        ..public(
            "globalsign-atlas",
            "GlobalSign Atlas (EMEA)",
            "https://emea.acme.atlas.globalsign.com/directory",
        )
    }
}
