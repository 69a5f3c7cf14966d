//! Endpoints: where a certificate should be served, what is expected there and what was observed.

use crate::facts::Trust;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// A place that answers TLS: the listen address to connect to and the name to ask for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// The listen address of the server itself, not what public DNS says.
    pub address: SocketAddr,
    /// The name sent as SNI; for an IP address no SNI is sent (RFC 6066 §3).
    pub host: String,
}

/// What a handshake at an endpoint showed: three verdicts, never one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Where.
    pub endpoint: Endpoint,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the certificate that was served; `None` when there was no handshake.
    pub fingerprint: Option<String>,
    /// Served: whether it is the expected certificate.
    pub served: bool,
    /// Trusted: whether the served chain ends where it should.
    pub trust: Option<Trust>,
    /// Matching: whether the served certificate is good for the name.
    pub matching: bool,
    /// Until when the served certificate is valid.
    pub not_after: Option<Timestamp>,
    /// What is not as it should be, in words.
    pub problem: Option<String>,
}
