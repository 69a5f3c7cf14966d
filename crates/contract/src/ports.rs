//! Ports: the outside as providers and the engine see it. Implementations are wired in the binary.

use async_trait::async_trait;
use certwright_core::endpoint::Endpoint;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Everything a provider is handed.
#[derive(Clone)]
pub struct Ports {
    /// Programs.
    pub process: Arc<dyn Process>,
    /// TLS handshakes.
    pub handshake: Arc<dyn Handshake>,
    /// Plain HTTP looks, as an authority would look.
    pub http: Arc<dyn HttpProbe>,
    /// Names to addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Who listens where on this machine.
    pub sockets: Arc<dyn Sockets>,
    /// The answers that our own http-01 listener gives.
    pub board: Arc<dyn ChallengeBoard>,
    /// Where this service shows its own certificate.
    pub slot: Arc<dyn CertificateSlot>,
}

/// A program to run: no shell ever reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program, by name or path.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// After this time it and everything it started is killed.
    pub timeout: Duration,
}

impl Command {
    /// A command with the timeout that configuration checks and reloads get.
    pub fn new(program: impl Into<String>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            timeout: Duration::from_secs(60),
        }
    }

    /// As a person would type it.
    pub fn words(&self) -> String {
        std::iter::once(&self.program)
            .chain(&self.arguments)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// What a program left behind. Output is capped at 4 MiB by the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Whether it says that all went well.
    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }
}

/// Runs programs.
#[async_trait]
pub trait Process: Send + Sync {
    /// Runs it to its end. The environment is the service's own without secrets; standard input is empty. What it
    /// leaves running when it ends is neither waited for nor killed.
    ///
    /// # Errors
    /// In words: not found, not permitted, timed out and killed.
    async fn run(&self, command: &Command) -> Result<Finished, String>;
}

/// Looks at what is served.
#[async_trait]
pub trait Handshake: Send + Sync {
    /// The certificates (DER, leaf first) served at the endpoint, whatever they are: nothing is trusted here.
    /// Sends SNI for names and none for addresses. Bounded by a timeout of its own.
    ///
    /// # Errors
    /// In words: refused, timed out, not TLS.
    async fn served_chain(&self, endpoint: &Endpoint) -> Result<Vec<Vec<u8>>, String>;
}

/// What came back from a plain HTTP look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpLook {
    /// The status code.
    pub status: u16,
    /// Where a redirect points.
    pub location: Option<String>,
    /// The `Server` header.
    pub server: Option<String>,
    /// The first 4 KiB of the body.
    pub body: String,
}

/// Looks at a web server as an authority would.
#[async_trait]
pub trait HttpProbe: Send + Sync {
    /// `GET http://{host}{path}` at exactly this address, following nothing. The host is a name or an address; an
    /// IPv6 address comes without brackets here.
    ///
    /// # Errors
    /// In words: refused, timed out, no HTTP.
    async fn get(&self, address: SocketAddr, host: &str, path: &str) -> Result<HttpLook, String>;
}

/// Resolves names.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// All addresses of the name, IPv6 first as authorities prefer it.
    ///
    /// # Errors
    /// In words: no such name, no answer, no addresses.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String>;
}

/// What `Sockets::listener` answers when this very process listens.
pub const OURSELVES: &str = "certwright itself";
/// What `Sockets::listener` answers when the process cannot be seen.
pub const UNSEEN: &str = "another process";

/// Knows who listens on this machine.
#[async_trait]
pub trait Sockets: Send + Sync {
    /// The process that listens on the TCP port, for people: `nginx (pid 812)`; `None` when the port is free.
    /// This very process is [`OURSELVES`]; one that cannot be seen is [`UNSEEN`].
    async fn listener(&self, port: u16) -> Option<String>;

    /// Whether the address is one of this machine's own.
    async fn has_address(&self, address: IpAddr) -> bool;
}

/// Our own http-01 listener: bound only while an answer is on the board.
#[async_trait]
pub trait ChallengeBoard: Send + Sync {
    /// Answers `token` with `key_authorization` on the port. Twice is once.
    ///
    /// # Errors
    /// In words: the port is taken, not permitted.
    async fn put(&self, port: u16, token: &str, key_authorization: &str) -> Result<(), String>;

    /// Takes the answer away; the listener closes with the last one. Absent is fine.
    async fn take(&self, port: u16, token: &str);
}

/// Where this service shows its own certificate. What is shown changes between two handshakes: no connection is
/// dropped, nothing is started again.
#[async_trait]
pub trait CertificateSlot: Send + Sync {
    /// Where a handshake on this machine shows it; empty while the service speaks no TLS.
    fn addresses(&self) -> Vec<SocketAddr>;

    /// The folder whose `fullchain.pem` and `privkey.pem` are shown; `None` is the self-signed certificate.
    ///
    /// # Errors
    /// In words, when what is stored cannot be read.
    fn folder(&self) -> Result<Option<PathBuf>, String>;

    /// Stores that the files of this folder are to be shown, also after a restart. They are read by `read`.
    ///
    /// # Errors
    /// In words, when it cannot be stored; then nothing has changed.
    async fn remember(&self, folder: Option<&Path>) -> Result<(), String>;

    /// Reads the files, and shows them from the next handshake on.
    ///
    /// # Errors
    /// In words, when they cannot be read or the key is not the certificate's; then what was shown is shown on.
    async fn read(&self) -> Result<(), String>;
}
