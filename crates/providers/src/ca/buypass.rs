//! Buypass: it issues no more, and says so to whoever names it.

use crate::ca_entry::{profile, public};
use certwright_core::authority::Authority;
use certwright_core::authority_details::{AuthorityDetails, Ended};
use certwright_core::id::AuthorityId;

/// Its web site stands for the directory, which is gone: nothing is asked there.
pub(crate) fn authority() -> Authority {
    Authority {
        profiles: vec![profile("", 5, false, true)],
        details: AuthorityDetails {
            description: "Was a Norwegian authority with free certificates of 180 days".into(),
            website: Some("https://www.buypass.com/".into()),
            lifetime_days: Some(180),
            wildcards: false,
            ended: Some(Ended {
                since: "2025-10-15".into(),
                words: "Buypass has ended its certificates by ACME".into(),
                instead: Some(AuthorityId::from("letsencrypt")),
            }),
            ..AuthorityDetails::default()
        },
        ..public("buypass", "Buypass Go SSL", "https://www.buypass.com/")
    }
}
