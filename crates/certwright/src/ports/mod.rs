//! The ports, on the real machine: programs, handshakes, HTTP looks, names, sockets, the challenge board.

mod board;
mod handshake;
mod http_probe;
mod process;
mod resolver;
mod sockets;
mod transport;

pub use sockets::listener;
pub use transport::Transports;

use crate::configuration::Configuration;
use crate::own_certificate::OwnCertificate;
use anyhow::Result;
use certwright_contract::Ports;
use std::sync::Arc;

/// All ports by this configuration.
///
/// # Errors
/// When the system's resolver configuration cannot be read.
pub fn wire(configuration: &Configuration, own: Arc<OwnCertificate>) -> Result<Ports> {
    Ok(Ports {
        process: Arc::new(process::Programs),
        handshake: Arc::new(handshake::TlsHandshake::new()?),
        http: Arc::new(http_probe::PlainHttp),
        resolver: Arc::new(resolver::Names::new(&configuration.resolvers)?),
        sockets: Arc::new(sockets::MachineSockets::default()),
        board: Arc::new(board::Board::new(configuration.challenge_addresses.clone())),
        slot: own,
    })
}
