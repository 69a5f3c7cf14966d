//! What a port really serves, as OpenSSL sees it: a verdict that shares no code with the product.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::program::find_program;

/// Seconds one handshake may take.
const LIMIT: &str = "10";

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificate a server showed in a TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The subject's common name, if it has one.
    pub subject_common_name: Option<String>,
    /// The issuer's distinguished name (RFC 2253).
    pub issuer: String,
    /// The names it is for, as OpenSSL prints them without their kind: `a.example`, `127.0.0.1`.
    pub names: Vec<String>,
    /// SHA-256 over the DER, lower-case hex without separators.
    pub fingerprint_sha256: String,
    /// The serial number, lower-case hex without leading zeros (as Pebble logs it, see `Pebble::issued_serials`).
    pub serial: String,
    /// The end of its validity: `2026-11-23T23:18:00Z`.
    pub not_after: String,
    /// How many certificates the server sent, the leaf included.
    pub chain_length: usize,
    /// The leaf certificate.
    pub certificate_pem: String,
    /// Everything the server sent, leaf first.
    pub chain_pem: String,
}

/// Connects to `address`, asks for `server_name` (empty: no SNI) and reports what was shown, trusted or not.
pub fn handshake(address: SocketAddr, server_name: &str) -> Result<Served> {
    // Nothing is judged here, and to read this machine's roots takes longer than the handshake.
    let shown = connect(address, server_name, &["-no-CAfile", "-no-CApath", "-no-CAstore"])?;
    describe(&shown)
}

/// As [`handshake`], but an error unless the chain leads to one of `roots_pem` and is for `server_name`.
pub fn trusted_handshake(address: SocketAddr, server_name: &str, roots_pem: &str) -> Result<Served> {
    let folder = tempfile::tempdir().context("making a folder for the roots")?;
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, roots_pem).context("writing the roots")?;
    let roots = roots.to_str().context("a temporary path that is not UTF-8")?;
    let shown = connect(
        address,
        server_name,
        &[
            "-CAfile",
            roots,
            "-no-CApath",
            "-no-CAstore",
            "-verify_return_error",
            "-verify_hostname",
            server_name,
        ],
    )?;
    describe(&shown)
}

/// The PEM blocks the server sent.
fn connect(address: SocketAddr, server_name: &str, more: &[&str]) -> Result<Vec<String>> {
    let mut command = limited_openssl()?;
    command.args(["s_client", "-showcerts", "-connect", &address.to_string()]);
    if server_name.is_empty() {
        command.arg("-noservername");
    } else {
        command.args(["-servername", server_name]);
    }
    let output = command.args(more).stdin(Stdio::null()).output().context("running openssl s_client")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let shown = pem_blocks(&text);
    if !output.status.success() || shown.is_empty() {
        bail!(
            "no good handshake with {address} for {server_name:?} ({}, {} certificates shown):\n{}",
            output.status,
            shown.len(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(shown)
}

fn describe(shown: &[String]) -> Result<Served> {
    let leaf = shown.first().context("no certificate was shown")?;
    let text = openssl_x509(leaf)?;
    let field = |name: &str| {
        text.lines().find_map(|line| line.trim().strip_prefix(name)).map(|rest| rest.trim().to_owned())
    };
    let wanted = |name: &str| field(name).with_context(|| format!("openssl x509 printed no {name}:\n{text}"));
    let serial = wanted("serial=")?.to_lowercase();
    Ok(Served {
        subject_common_name: common_name(&wanted("subject=")?),
        issuer: wanted("issuer=")?,
        names: names(&text),
        fingerprint_sha256: wanted("sha256 Fingerprint=")?.replace(':', "").to_lowercase(),
        serial: serial.trim_start_matches('0').to_owned(),
        not_after: wanted("notAfter=")?.replacen(' ', "T", 1),
        chain_length: shown.len(),
        certificate_pem: leaf.clone(),
        chain_pem: shown.concat(),
    })
}

/// `openssl x509` over one certificate, in one print.
fn openssl_x509(certificate_pem: &str) -> Result<String> {
    let mut child = limited_openssl()?
        .args(["x509", "-noout", "-subject", "-issuer", "-nameopt", "RFC2253", "-serial", "-fingerprint"])
        .args(["-sha256", "-enddate", "-dateopt", "iso_8601", "-ext", "subjectAltName"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("running openssl x509")?;
    child
        .stdin
        .take()
        .context("openssl x509 has no input")?
        .write_all(certificate_pem.as_bytes())
        .context("handing the certificate to openssl x509")?;
    let Output { status, stdout, stderr } = child.wait_with_output().context("waiting for openssl x509")?;
    ensure!(status.success(), "openssl x509: {}", String::from_utf8_lossy(&stderr).trim());
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}

fn limited_openssl() -> Result<Command> {
    let openssl = find_program("openssl")?;
    let mut command = Command::new(find_program("timeout")?);
    command.arg(LIMIT).arg::<&Path>(&openssl);
    Ok(command)
}

fn pem_blocks(text: &str) -> Vec<String> {
    text.split(BEGIN)
        .skip(1)
        .filter_map(|rest| rest.split_once(END))
        .map(|(body, _)| format!("{BEGIN}{body}{END}\n"))
        .collect()
}

fn common_name(subject: &str) -> Option<String> {
    subject.split(',').find_map(|part| part.trim().strip_prefix("CN=")).map(str::to_owned)
}

/// From `DNS:a.example, IP Address:127.0.0.1`.
fn names(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| line.starts_with("DNS:") || line.starts_with("IP Address:"))
        .flat_map(|line| line.split(','))
        .filter_map(|entry| entry.trim().split_once(':'))
        .map(|(_, name)| name.to_owned())
        .collect()
}
