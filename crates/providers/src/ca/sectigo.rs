//! Sectigo: by contract, one directory for each kind of validation. As known in 2026-11.

use crate::ca_entry::{keys, public, quirk};
use certwright_core::authority::Authority;
use certwright_core::authority_details::AuthorityDetails;

/// Domain validated.
pub(crate) fn dv() -> Authority {
    entry("sectigo-dv", "Sectigo (DV)", "https://acme.sectigo.com/v2/DV")
}

/// Organisation validated.
pub(crate) fn ov() -> Authority {
    entry("sectigo-ov", "Sectigo (OV)", "https://acme.sectigo.com/v2/OV")
}

/// Extended validation.
pub(crate) fn ev() -> Authority {
    entry("sectigo-ev", "Sectigo (EV)", "https://acme.sectigo.com/v2/EV")
}

fn entry(id: &str, title: &str, directory: &str) -> Authority {
    Authority {
        external_account_required: true,
        key_types: keys(&["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-3072", "rsa-4096"]),
        details: AuthorityDetails {
            description: "Certificates by contract, for at most 199 days".into(),
            website: Some("https://www.sectigo.com/".into()),
            terms: Some("https://www.sectigo.com/legal".into()),
            privacy: Some("https://www.sectigo.com/privacy-policy".into()),
            status: Some("https://sectigo.status.io/".into()),
            email_required: true,
            external_account_help: Some("Sectigo gives you one with your contract".into()),
            lifetime_days: Some(90),
            reuses_validations: true,
            quirks: vec![
                quirk("Domains are often validated beforehand there: an order may need no challenge"),
                quirk("The lifetime can be wished for"),
            ],
            ..AuthorityDetails::default()
        },
        ..public(id, title, directory)
    }
}
