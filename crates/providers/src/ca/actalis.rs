//! Actalis, from Italy. As known in 2026-11.

use crate::ca_entry::{profile, public, quirk};
use certwright_core::authority::Authority;
use certwright_core::authority_details::{AuthorityDetails, NameCount};

/// The directory.
pub(crate) fn authority() -> Authority {
    Authority {
        external_account_required: true,
        profiles: vec![profile("", 2, false, true)],
        details: AuthorityDetails {
            description: "A European authority: free certificates of 90 days for one name and its www."
                .into(),
            website: Some("https://www.actalis.com/".into()),
            terms: Some("https://www.actalis.it/acme/terms".into()),
            email_required: true,
            external_account_help: Some("Make one with your account at Actalis".into()),
            lifetime_days: Some(90),
            name_count: NameCount::OneAndWww,
            wildcards: false,
            quirks: vec![quirk("Wildcard names and more names are sold, not free: not offered here")],
            ..AuthorityDetails::default()
        },
        ..public("actalis", "Actalis", "https://acme-api.actalis.com/acme/directory")
    }
}
