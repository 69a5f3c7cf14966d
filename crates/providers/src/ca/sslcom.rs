//! SSL.com, domain validated: one directory for RSA keys and one for ECDSA keys. As known in 2026-11.

use crate::ca_entry::{keys, profile, public, quirk, warning};
use certwright_core::authority::Authority;
use certwright_core::authority_details::{AuthorityDetails, NameCount};

/// For RSA keys.
pub(crate) fn rsa() -> Authority {
    entry(
        "sslcom-rsa",
        "SSL.com (RSA keys)",
        "https://acme.ssl.com/sslcom-dv-rsa",
        &["rsa-2048", "rsa-3072", "rsa-4096"],
    )
}

/// For ECDSA keys.
pub(crate) fn ecc() -> Authority {
    entry(
        "sslcom-ecc",
        "SSL.com (ECDSA keys)",
        "https://acme.ssl.com/sslcom-dv-ecc",
        &["ecdsa-p256", "ecdsa-p384"],
    )
}

fn entry(id: &str, title: &str, directory: &str, key_types: &[&str]) -> Authority {
    Authority {
        external_account_required: true,
        profiles: vec![profile("", 2, false, true)],
        key_types: keys(key_types),
        details: AuthorityDetails {
            description: "Free certificates of 90 days for one name and its www.; more is sold".into(),
            website: Some("https://www.ssl.com/".into()),
            terms: Some("https://www.ssl.com/repository/".into()),
            privacy: Some("https://www.ssl.com/privacy-policy/".into()),
            email_required: true,
            external_account_help: Some("Make one with your account at SSL.com".into()),
            lifetime_days: Some(90),
            name_count: NameCount::OneAndWww,
            wildcards: false,
            reuses_validations: true,
            quirks: vec![
                warning(
                    "SSL.com charges for a certificate of one year when your account there has funds: without funds \
                     it issues the free one of 90 days",
                ),
                quirk("An account without a contact is refused as a bad request (badCSR)"),
                quirk("Wildcard names are sold, not free: not offered here"),
            ],
            ..AuthorityDetails::default()
        },
        ..public(id, title, directory)
    }
}
