//! A site: what a web server on this machine serves by name, whether it has a certificate yet or not.

use std::net::SocketAddr;

/// One site of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Names it answers for that a certificate can hold: exact ones and `*.…`.
    pub names: Vec<String>,
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    /// Whether it speaks TLS somewhere.
    pub tls: bool,
    /// Where it is configured, for people: file and line.
    pub place: String,
}
