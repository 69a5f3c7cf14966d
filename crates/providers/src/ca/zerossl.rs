//! ZeroSSL (HID): free by ACME, with an account of theirs. As known in 2026-11.

use crate::ca_entry::{public, quirk, warning};
use certwright_core::authority::Authority;
use certwright_core::authority_details::AuthorityDetails;

/// The directory; there is no documented staging environment.
pub(crate) fn authority() -> Authority {
    Authority {
        external_account_required: true,
        details: AuthorityDetails {
            description: "Free certificates of 90 days for holders of a ZeroSSL account".into(),
            website: Some("https://zerossl.com/".into()),
            terms: Some("https://zerossl.com/terms/".into()),
            privacy: Some("https://zerossl.com/privacy/".into()),
            status: Some("https://status.zerossl.com/".into()),
            email_required: true,
            external_account_help: Some(
                "Make one with your account at ZeroSSL. Each can be used once".into(),
            ),
            lifetime_days: Some(90),
            quirks: vec![
                warning(
                    "ZeroSSL is slow at times: an order may stay \"processing\" for hours. The run waits; nothing is \
                     to be done",
                ),
                quirk("Validations are not reused: every name of every order is validated again"),
                quirk("The key of an account cannot be changed there"),
            ],
            ..AuthorityDetails::default()
        },
        ..public("zerossl", "ZeroSSL", "https://acme.zerossl.com/v2/DV90")
    }
}
