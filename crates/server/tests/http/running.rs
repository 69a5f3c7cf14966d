//! A running service: an engine on a database of its own, served over a socket and over TCP.

use certwright::configuration::Configuration;
use certwright::service::{Opened, open};
use certwright_api::client::{Address, Client};
use certwright_api::edits::CertificateDraft;
use certwright_api::secret::SecretText;
use certwright_server::{ApiToken, ServeConfig, Server};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// What callers by TCP show.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A running service with a client for each way in.
pub(crate) struct Running {
    pub(crate) local: Client,
    pub(crate) tcp: Client,
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) served: JoinHandle<()>,
    pub(crate) folder: tempfile::TempDir,
    _opened: Opened,
}

/// Starts one.
pub(crate) async fn running() -> Running {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(&Configuration::of(folder.path().join("data"))).await.unwrap();
    let socket = folder.path().join("api.sock");
    let config = ServeConfig {
        listen: vec![("127.0.0.1:0".parse().unwrap(), false)],
        tls: None,
        socket: Some(socket.clone()),
    };
    let token = ApiToken::new(Zeroizing::new(TOKEN.to_owned())).unwrap();
    let listening = Server::new(Arc::clone(&opened.engine), Arc::clone(&opened.issuers), token)
        .bind(&config)
        .await
        .unwrap();
    let address = listening.addresses()[0];
    let shutdown = CancellationToken::new();
    let served = tokio::spawn(listening.serve(shutdown.clone()));
    let token = SecretText::from(TOKEN.to_owned());
    Running {
        local: Client::new(Address::Socket(socket)),
        tcp: Client::new(Address::from_url(&format!("http://{address}"), token, None).unwrap()),
        address,
        shutdown,
        served,
        folder,
        _opened: opened,
    }
}

/// A certificate for one name, served nowhere.
pub(crate) fn draft(name: &str) -> CertificateDraft {
    CertificateDraft {
        identifiers: vec![name.to_owned()],
        deployments: Some(Vec::new()),
        ..CertificateDraft::default()
    }
}
