//! The proof: a handshake as any client makes it, with the demo's root as the only one that is trusted.

use anyhow::{Context as _, Result};
use certwright_core::facts::CertificateFacts;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const WITHIN: Duration = Duration::from_secs(5);

/// What a client saw.
pub(super) struct Seen {
    /// The certificate.
    pub(super) facts: CertificateFacts,
    /// `TLSv1_3`.
    pub(super) protocol: String,
}

/// Connects to the address by this name. Chain, name, dates and key are checked by the library that checks them for
/// half the web.
pub(super) async fn handshake(address: SocketAddr, name: &str, root: &[u8]) -> Result<Seen> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root.to_vec())).context("read the root")?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerName::try_from(name.to_owned())?;
    let shake = async {
        let stream = TcpStream::connect(address).await?;
        TlsConnector::from(Arc::new(configuration)).connect(server, stream).await
    };
    let stream = tokio::time::timeout(WITHIN, shake)
        .await
        .context("no answer in time")?
        .with_context(|| format!("shake hands with {name} at {address}"))?;
    let connection = stream.get_ref().1;
    let leaf = connection.peer_certificates().and_then(<[_]>::first).context("no certificate was shown")?;
    let protocol = connection.protocol_version().map(|version| format!("{version:?}")).unwrap_or_default();
    Ok(Seen { facts: certwright_pki::facts(leaf)?, protocol })
}
