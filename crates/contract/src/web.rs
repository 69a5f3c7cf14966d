//! The contract of web servers that can answer http-01 for us where they own the port.

use crate::ports::Ports;
use async_trait::async_trait;
use certwright_core::endpoint::Endpoint;
use certwright_core::failure::Failure;
use certwright_core::id::CertificateId;
use certwright_core::identifier::Identifier;
use certwright_core::step::ProviderAct;
use serde_json::{Map, Value};

/// How one identifier's challenge can be answered by a web server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The site that answers for the name shows files below this folder.
    Webroot {
        /// The folder.
        root: String,
        /// The site, for people.
        shown_by: String,
    },
    /// The server answers by itself once the preparation is made.
    Server,
    /// No site of this server answers for the name on the port.
    Unserved {
        /// Why, in words.
        why: String,
    },
}

/// How a web server can answer for several identifiers.
#[derive(Clone, Debug, PartialEq)]
pub struct WebWays {
    /// For each identifier asked about, in the same order.
    pub ways: Vec<(Identifier, Way)>,
    /// Where on this machine an answer can be looked at before the authority is asked to: listen address and
    /// name. After a reload old workers still answer for a moment, and an authority that sees that counts a
    /// failure.
    pub looks: Vec<Endpoint>,
    /// The acts (of the target provider of the same name) that make `Way::Server` true: edits, check, reload.
    /// Empty when no identifier needs them. They are applied before and undone after, through `AnyTarget`.
    pub preparation: Vec<ProviderAct>,
}

/// For whom a server is to answer.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The account key's thumbprint (RFC 7638): together with the token from the request it is the whole answer, so
    /// no file is needed.
    pub thumbprint: &'a str,
    /// The certificate that is to be ordered: what is added for it names it.
    pub certificate: &'a CertificateId,
}

/// An answer for another certificate that stands where an act of a preparation is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTheWay {
    /// The certificate that it names; `None` where somebody took the name away.
    pub certificate: Option<CertificateId>,
    /// File and line, for people.
    pub place: String,
}

/// The kind of a failure that passes: another certificate's preparation stands where this one's is to be made.
pub const IN_USE: &str = "responder-in-use";

/// A web server on this machine that may own the challenge port. The promises are those of `Target`:
/// looking only reads, acts carry what they expect, undo restores exactly.
#[async_trait]
pub trait WebServer: Send + Sync {
    /// The provider's name, as in the list of targets.
    fn name(&self) -> &'static str;

    /// Whether this server is installed and its configuration, by these settings, listens on the port.
    ///
    /// # Errors
    /// When the configuration cannot be read because it is broken: with file and line.
    async fn owns(&self, settings: &Map<String, Value>, port: u16, ports: &Ports) -> Result<bool, Failure>;

    /// How it can answer for the identifiers on the port. What a server was made to answer for other certificates
    /// at this moment is left out of sight: the preparation is for the server as it is without that, and waits.
    ///
    /// # Errors
    /// When the configuration is broken: with file and line.
    async fn ways(
        &self,
        settings: &Map<String, Value>,
        port: u16,
        identifiers: &[Identifier],
        asker: &Asker<'_>,
        ports: &Ports,
    ) -> Result<WebWays, Failure>;

    /// The answers for other certificates that stand where this act is to be made. The server does not know which of
    /// them are still wanted: whoever knows the runs does. Only reads.
    ///
    /// # Errors
    /// When the act or what it changes cannot be read.
    async fn in_the_way(&self, act: &ProviderAct) -> Result<Vec<InTheWay>, Failure>;

    /// Removes the answers for this certificate from where the act is to be made, and nothing else: nobody else will.
    /// The server reads that with the act's own change.
    ///
    /// # Errors
    /// When what holds them cannot be read or written.
    async fn remove_left_over(&self, act: &ProviderAct, certificate: &CertificateId) -> Result<(), Failure>;
}
