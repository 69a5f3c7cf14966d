//! Observations: what handshakes at the endpoints of a certificate showed.

use crate::versions::Trust;
use certwright_core::endpoint;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the last handshake at an endpoint showed: served, trusted and matching are three verdicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Observation {
    /// The listen address that was connected to, with port.
    pub address: String,
    /// The host that was asked for.
    pub host: String,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the certificate that was served; absent when there was no handshake.
    pub fingerprint: Option<String>,
    /// Served: whether it is the expected certificate.
    pub served: bool,
    /// Trusted: whether the served chain ends where it should.
    pub trust: Option<Trust>,
    /// Matching: whether the served certificate is good for the host.
    pub matching: bool,
    /// Until when the served certificate is valid.
    pub not_after: Option<Timestamp>,
    /// What is not as it should be, in words.
    pub problem: Option<String>,
}

impl From<&endpoint::Observation> for Observation {
    fn from(observation: &endpoint::Observation) -> Self {
        Self {
            address: observation.endpoint.address.to_string(),
            host: observation.endpoint.host.clone(),
            at: observation.at,
            fingerprint: observation.fingerprint.clone(),
            served: observation.served,
            trust: observation.trust.as_ref().map(Trust::from),
            matching: observation.matching,
            not_after: observation.not_after,
            problem: observation.problem.clone(),
        }
    }
}
