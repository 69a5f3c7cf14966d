//! Challenges: how control over an identifier is shown, and the rows that say what we left where.

use crate::id::{CertificateId, RunId};
use crate::identifier::Identifier;
use crate::step::ProviderAct;
use serde::{Deserialize, Serialize};

/// The path below which an authority looks for an http-01 answer (RFC 8555 §8.3).
pub const HTTP_01_PATH: &str = "/.well-known/acme-challenge/";

/// How challenges are to be answered, as the user chose it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ChallengeSettings {
    /// http-01 by whatever answers port 80 already, or by our own listener where the port is free.
    #[default]
    #[serde(rename = "http-01")]
    Http01,
    /// http-01 by files below this folder, which some server shows at the root of the site.
    #[serde(rename = "http-01-webroot")]
    Http01Webroot {
        /// The site's root folder on this machine.
        root: String,
    },
}

/// Who answers the authority's request, decided by the planner; plain data in the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "responder", rename_all = "kebab-case")]
pub enum Responder {
    /// Our own listener, bound only while a challenge is open.
    Listener {
        /// The TCP port.
        port: u16,
    },
    /// A file below the root folder of a site that a server shows.
    Webroot {
        /// The folder.
        root: String,
        /// Who shows it, for people: `nginx, server block at /etc/nginx/sites/shop.conf:3`.
        shown_by: String,
    },
    /// A server answers by itself, through a configuration edit made before and taken back after.
    Server {
        /// The provider's name, such as `nginx`.
        provider: String,
    },
}

/// A responder with what must be done before it can answer and is undone after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preparation {
    /// Who will answer.
    pub responder: Responder,
    /// The edits, in order.
    pub acts: Vec<ProviderAct>,
}

/// One answer that is owed to an authority. Stored before anything is shown, removed in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The run it belongs to.
    pub run: RunId,
    /// The certificate it belongs to.
    pub certificate: CertificateId,
    /// Whose control is shown.
    pub identifier: Identifier,
    /// Who answers.
    pub responder: Responder,
    /// The token (RFC 8555 §8.3), checked to be base64url.
    pub token: String,
    /// Token and account thumbprint: what the authority wants to read. Not secret.
    pub key_authorization: String,
}
