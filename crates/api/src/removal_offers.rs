//! Names that hold up a certificate, as the API offers them for removal.

use certwright_core::certificate::CertificateSettings;
use certwright_core::failure::Failure;
use certwright_core::identifier::Identifier;
use certwright_core::poison;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name that the authority refuses again and again while the others pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoisonedName {
    /// The name, as the authority writes it.
    pub identifier: String,
    /// The ACME error type of the last refusal, such as `connection`.
    pub kind: String,
    /// The authority's words of the last refusal.
    pub detail: String,
    /// When it was first refused in this row.
    pub since: Timestamp,
    /// How often in a row.
    pub times: u32,
}

/// An edit that lets the other names go on. It is never made unasked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemovalOffer {
    /// The names that hold up the certificate.
    pub names: Vec<PoisonedName>,
    /// The certificate's `identifiers` without them: a change of exactly this accepts the offer.
    pub identifiers: Vec<String>,
    /// The command that does the same.
    pub command: String,
}

impl RemovalOffer {
    /// The offer after this failure, where there is one.
    pub(crate) fn after(settings: &CertificateSettings, failure: Option<&Failure>) -> Option<Self> {
        let offer = poison::offer(settings, failure?)?;
        Some(Self {
            command: offer.command(&settings.name),
            identifiers: offer.kept.iter().map(|identifier| Identifier::ascii(identifier)).collect(),
            names: offer
                .names
                .into_iter()
                .map(|name| PoisonedName {
                    identifier: name.identifier.clone(),
                    kind: name.kind.clone(),
                    detail: name.detail.clone(),
                    since: name.since,
                    times: name.times,
                })
                .collect(),
        })
    }
}
