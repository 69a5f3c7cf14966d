//! The way to the real Pebble: one connection for each request.

use std::io::{BufReader, ErrorKind};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;

use anyhow::{Context, Result};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::message::{Asked, Reply};

pub(super) struct Upstream {
    port: u16,
    tls: Arc<ClientConfig>,
}

impl Upstream {
    /// To Pebble on `port`, whose HTTPS certificate `roots` vouch for.
    pub(super) fn new(port: u16, roots: &str) -> Result<Self> {
        let mut store = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(roots.as_bytes()) {
            store.add(root.context("reading Pebble's root")?)?;
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self { port, tls: Arc::new(tls) })
    }

    /// Passes a request on; its `Host` stays the proxy's.
    pub(super) fn pass(&self, asked: &Asked) -> std::io::Result<Reply> {
        let name = ServerName::try_from("localhost").map_err(|_| ErrorKind::InvalidInput)?;
        let connection = ClientConnection::new(Arc::clone(&self.tls), name).map_err(std::io::Error::other)?;
        let mut stream = StreamOwned::new(connection, TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?);
        asked.write(&mut stream)?;
        Reply::read(&mut BufReader::new(stream))
    }
}
