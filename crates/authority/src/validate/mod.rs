//! Looking at challenges: what the authority needs of the world for it, and what it makes of what it sees.

mod dns_01;
mod http_01;

use crate::policy::NamePolicy;
use crate::problem::{Kind, Problem};
use crate::settings::Settings;
use async_trait::async_trait;
use certwright_core::identifier::Identifier;
use certwright_store::issuer::ChallengeKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// One look by HTTP, complete: the authority decided all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Where to connect to, and nowhere else.
    pub address: SocketAddr,
    /// Whether to speak TLS. Certificates are not judged: who can redirect here can answer here.
    pub tls: bool,
    /// The name for TLS: a host name or an address.
    pub host: String,
    /// The Host header.
    pub host_header: String,
    /// Path and query.
    pub path: String,
    /// How many bytes of the body to read at most; beyond them, cut it off.
    pub body_cap: usize,
}

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The Location header, if there was one in ASCII.
    pub location: Option<String>,
    /// The body, at most as long as was asked for. It never leaves the authority.
    pub body: Vec<u8>,
}

/// Why a look found nothing. The words go to a stranger: nothing of what the other side said may be in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// No connection: refused, no route, no TLS.
    NoConnection(String),
    /// A connection, but no answer in HTTP.
    NoAnswer(String),
}

/// Looks by HTTP.
///
/// An implementation sends one GET to exactly that address, follows nothing, sends no credentials, and gives up on
/// its own after some seconds; the authority drops the future when it takes too long.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Looks once.
    async fn get(&self, look: &Look) -> Result<Fetched, FetchError>;
}

/// Asks DNS. The words of an error go to a stranger.
#[async_trait]
pub trait Names: Send + Sync {
    /// The addresses of a name, in ASCII and without a last dot. Never asked for `localhost` and what is below it.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String>;

    /// The TXT records of a name, the strings of each joined.
    async fn texts(&self, name: &str) -> Result<Vec<String>, String>;
}

/// What a challenge is about.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) kind: ChallengeKind,
    pub(crate) identifier: Identifier,
    pub(crate) token: String,
    /// RFC 8555 §8.1: token and thumbprint of the account's key.
    pub(crate) key_authorization: String,
    /// What the authority certifies and what this client may ask for: where redirects may lead.
    pub(crate) policies: [NamePolicy; 3],
}

/// Looks at challenges.
#[derive(Clone)]
pub(crate) struct Validator {
    pub(crate) fetch: Arc<dyn Fetch>,
    pub(crate) names: Arc<dyn Names>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) time_limit: Duration,
}

impl Validator {
    /// Looks once. The problem is what the client is told.
    pub(crate) async fn look(&self, question: &Question) -> Result<(), Problem> {
        let look = async {
            match question.kind {
                ChallengeKind::Http01 => http_01::look(self, question).await,
                ChallengeKind::Dns01 => dns_01::look(self.names.as_ref(), question).await,
            }
        };
        tokio::time::timeout(self.time_limit, look).await.unwrap_or_else(|_| {
            let seconds = self.time_limit.as_secs();
            Err(Problem::new(Kind::Connection, format!("there was no whole answer within {seconds} s")))
        })
    }
}
