//! Pebble's management interface, asked with curl: HTTPS under the testbed's own root.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::process::Running;
use crate::program::find_program;
use crate::waiting::wait_for;

/// Generous, because the first start on a busy machine makes several RSA keys.
const START_LIMIT: Duration = Duration::from_secs(20);

pub(super) struct Management {
    origin: String,
    curl: PathBuf,
    roots: PathBuf,
}

impl Management {
    pub(super) fn new(port: u16, folder: &TempDir) -> Result<Self> {
        Ok(Self {
            origin: format!("https://localhost:{port}"),
            curl: find_program("curl")?,
            roots: folder.path().join("roots.pem"),
        })
    }

    pub(super) fn get(&self, path: &str) -> Result<String> {
        self.curl(&format!("{}{path}", self.origin), &[])
    }

    pub(super) fn certificate_status(&self, serial: &str) -> Result<String> {
        let answer = self.get(&format!("/cert-status-by-serial/{serial}"))?;
        let answer: serde_json::Value = serde_json::from_str(&answer).context("reading the status")?;
        let status = answer.get("Status").and_then(serde_json::Value::as_str);
        Ok(status.with_context(|| format!("no status in {answer}"))?.to_owned())
    }

    pub(super) fn set_renewal_information(&self, certificate_pem: &str, body: &str) -> Result<()> {
        let request = serde_json::json!({ "Certificate": certificate_pem, "ARIResponse": body }).to_string();
        self.curl(&format!("{}/set-renewal-info/", self.origin), &["--data", &request]).map(drop)
    }

    /// Waits until the directory and the management interface answer, and refuses a Pebble that is too old.
    pub(super) fn wait_until_up(&self, server: &Running, directory_url: &str) -> Result<()> {
        let directory = wait_for("Pebble to answer", START_LIMIT, || {
            server.expect_running()?;
            let directory = self.curl(directory_url, &[]).ok();
            Ok(directory.filter(|_| self.get("/roots/0").is_ok()))
        })
        .with_context(|| format!("Pebble did not start; its log ends with:\n{}", server.log_tail()))?;
        super::check_age(&directory)
    }

    fn curl(&self, url: &str, more: &[&str]) -> Result<String> {
        let output = Command::new(&self.curl)
            .args(["--silent", "--show-error", "--fail", "--max-time", "10", "--noproxy", "*", "--cacert"])
            .arg(&self.roots)
            .args(more)
            .arg(url)
            .stdin(Stdio::null())
            .output()
            .context("running curl")?;
        ensure!(output.status.success(), "{url}: {}", String::from_utf8_lossy(&output.stderr).trim());
        String::from_utf8(output.stdout).with_context(|| format!("{url} answered something that is not text"))
    }
}
