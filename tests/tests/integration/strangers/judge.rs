//! What OpenSSL and curl say of what a client got: they share no code with the product or with the clients.

use crate::process::openssl;
use crate::service::write;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// A chain as a client stored it, leaf first.
pub(super) struct Chain {
    pub(super) pem: String,
    /// Upper-case hex, as OpenSSL prints it.
    pub(super) serial: String,
}

impl Chain {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let pem = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let printed = openssl(&["x509", "-noout", "-serial"], &pem)?;
        let serial = printed.trim().strip_prefix("serial=").context("no serial number")?.to_owned();
        Ok(Self { pem, serial })
    }

    /// Whether it leads to the root, is for this name, and is not on the revocation list.
    pub(super) fn verify(&self, name: &str, root: &Path, revocation_list: &str) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = |file: &str, text: &str| -> Result<String> {
            let path = folder.path().join(file);
            write(&path, text)?;
            Ok(path.display().to_string())
        };
        let (chain, list) = (file("chain.pem", &self.pem)?, file("crl.pem", revocation_list)?);
        let root = root.display().to_string();
        let mut arguments = vec!["verify", "-no-CApath", "-no-CAstore", "-purpose", "sslserver"];
        arguments.extend(["-CAfile", &root, "-untrusted", &chain, "-verify_hostname", name]);
        arguments.extend(["-crl_check", "-CRLfile", &list, &chain]);
        openssl(&arguments, "").map(drop)
    }
}

/// The serial numbers on a revocation list.
pub(super) fn revoked(revocation_list: &str) -> Result<Vec<String>> {
    let text = openssl(&["crl", "-noout", "-text"], revocation_list)?;
    let serials = text.lines().filter_map(|line| line.trim().strip_prefix("Serial Number: "));
    Ok(serials.map(|serial| serial.trim().to_owned()).collect())
}

/// Fetches a revocation list, trusting this root alone.
pub(super) fn crl_pem(url: &str, root: &Path) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("crl.der");
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--max-time", "10", "--cacert"]).arg(root);
    let output = curl.arg("--output").arg(&list).arg(url).output().context("running curl")?;
    ensure!(output.status.success(), "curl {url}: {}", String::from_utf8_lossy(&output.stderr).trim());
    openssl(&["crl", "-inform", "DER", "-in", &list.display().to_string()], "")
}
