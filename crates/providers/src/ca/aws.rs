//! AWS Certificate Manager's ACME endpoints: everybody has one of their own. As known in 2026-11.

use crate::ca_entry::{public, quirk};
use certwright_core::authority::Authority;
use certwright_core::authority_details::AuthorityDetails;

/// A template: region and id of the endpoint are part of its address, so it is copied by `ca add`, never ordered from.
pub(crate) fn authority() -> Authority {
    Authority {
        external_account_required: true,
        details: AuthorityDetails {
            description: "Certificates of AWS Certificate Manager, by an endpoint of your own".into(),
            website: Some("https://aws.amazon.com/certificate-manager/".into()),
            terms: Some("https://aws.amazon.com/service-terms/".into()),
            privacy: Some("https://aws.amazon.com/privacy/".into()),
            status: Some("https://health.aws.amazon.com/health/status".into()),
            external_account_help: Some("Make the ACME endpoint, with its domains and an IAM role, in AWS Certificate Manager: it gives key id and key".into()),
            directory_parts: vec!["region".into(), "uuid".into()],
            lifetime_days: Some(198),
            quirks: vec![
                quirk("It issues for the domains of the endpoint alone"),
                quirk(
                    "Names are approved beforehand: orders need no challenge, and issuing takes up to two minutes",
                ),
            ],
            ..AuthorityDetails::default()
        },
        ..public(
            "aws-acm",
            "AWS Certificate Manager",
            "https://acm-acme-enroll.{region}.api.aws/{uuid}/directory",
        )
    }
}
