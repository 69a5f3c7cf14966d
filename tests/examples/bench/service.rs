//! The service under measurement: the release binary on a data directory of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use certwright_api::client::{Address, Client};
use certwright_api::health::Health;
use certwright_tests::{Launch, Pebble, Running, certwright_binary, free_port};
use tempfile::TempDir;

pub(super) struct Service {
    running: Running,
    pub(super) client: Client,
    pub(super) ready_after: Duration,
}

/// A data directory with the file that configures it.
pub(super) struct Place {
    pub(super) folder: TempDir,
    challenge_port: u16,
}

impl Place {
    pub(super) fn new(challenge_port: u16) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("certwright-bench-").tempdir()?;
        Ok(Self { folder, challenge_port })
    }

    pub(super) fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Starts the service and waits until it says that it is ready.
    pub(super) async fn start(&self, parallel: usize) -> Result<Service> {
        let configuration = self.folder.path().join("certwright.toml");
        std::fs::write(&configuration, format!("parallel-runs = {parallel}\n"))?;
        let begun = Instant::now();
        let running = Launch::new(certwright_binary()?, self.folder.path().join("service.log"))
            .arguments(["serve", "--listen", &format!("127.0.0.1:{}", free_port()?)])
            .arguments(["--challenge-port", &self.challenge_port.to_string()])
            .arguments(["--challenge-addresses", "127.0.0.1"])
            .arguments(["--config".into(), configuration.into_os_string()])
            .arguments(["--data-dir".into(), self.data().into_os_string()])
            .start()?;
        let client = Client::new(Address::Socket(self.data().join("certwright.sock")));
        loop {
            running.expect_running()?;
            if client.health().await.is_ok() {
                break;
            }
            ensure!(begun.elapsed() < Duration::from_secs(60), "it does not start:\n{}", running.log_tail());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(Service { running, client, ready_after: begun.elapsed() })
    }

    /// Runs the command line against the service.
    pub(super) fn command(&self, arguments: &[&str]) -> Result<()> {
        let output = std::process::Command::new(certwright_binary()?)
            .args(arguments)
            .env("CERTWRIGHT_DATA_DIR", self.data())
            .output()
            .context("starting certwright")?;
        ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// Tells the service of Pebble, and registers there.
    pub(super) fn add_pebble(&self, pebble: &Pebble) -> Result<()> {
        let mut words = pebble.as_entry(self.folder.path())?;
        // What is measured is our pace, not the one that an authority is spared by.
        for option in ["--open-orders", "--open-orders-of-account", "--orders-per-second"] {
            words.extend([option.to_owned(), "1000".to_owned()]);
        }
        self.command(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
        self.command(&[
            "account",
            "create",
            "--ca",
            "pebble",
            "--contact",
            "bench@example.test",
            "--agree-terms",
        ])
    }
}

impl Service {
    pub(super) const fn process(&self) -> u32 {
        self.running.process_id()
    }

    pub(super) fn stop(self) -> Result<()> {
        self.running.terminate(Duration::from_secs(30)).map(drop)
    }

    /// How many certificates are healthy.
    pub(super) async fn healthy(&self) -> Result<u64> {
        let service = self.client.service().await?;
        let failed: u64 =
            service.certificates.iter().filter(|it| it.health.is_grave()).map(|it| it.number).sum();
        ensure!(failed == 0, "{failed} certificates failed:\n{}", self.running.log_tail());
        Ok(service.certificates.iter().filter(|it| it.health == Health::Healthy).map(|it| it.number).sum())
    }
}

/// The size of a file or of everything below a folder, in bytes.
pub(super) fn size(path: &Path) -> u64 {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::read_dir(path)
            .map(|entries| entries.flatten().map(|entry| size(&entry.path())).sum())
            .unwrap_or_default(),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    }
}
