//! A running service: an engine on a database of its own, served over a socket and over TCP.

use certwright::configuration::Configuration;
use certwright::service::{Opened, open_with};
use certwright_api::client::{Address, Client};
use certwright_api::edits::CertificateDraft;
use certwright_api::secret::SecretText;
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::{Clock, SystemChance};
use certwright_server::{ApiToken, ServeConfig, Server};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
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
    pub(crate) clock: MovedClock,
    opened: Opened,
}

/// A clock that a test puts forward.
#[derive(Clone, Debug, Default)]
pub(crate) struct MovedClock(Arc<AtomicI64>);

impl MovedClock {
    /// Puts it forward.
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Starts one.
pub(crate) async fn running() -> Running {
    start(tempfile::tempdir().unwrap(), MovedClock::default()).await
}

impl Running {
    /// Ends it and starts it again on the same data directory.
    pub(crate) async fn again(self) -> Self {
        self.shutdown.cancel();
        self.served.await.unwrap();
        self.opened.engine.store().close().await;
        drop(self.opened);
        start(self.folder, self.clock).await
    }
}

async fn start(folder: tempfile::TempDir, clock: MovedClock) -> Running {
    let configuration = Configuration::of(folder.path().join("data"));
    let mut tries = 0;
    let opened = loop {
        match open_with(&configuration, Arc::new(clock.clone()), Arc::new(SystemChance), |options| options)
            .await
        {
            Ok(opened) => break opened,
            // A program that another test starts has this process's files, the lock among them, until it is loaded.
            Err(error) if tries < 250 && error.to_string().starts_with("another Certwright uses") => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error:#}"),
        }
    };
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
        clock,
        opened,
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
