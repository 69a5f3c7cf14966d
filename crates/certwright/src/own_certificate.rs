//! The certificate by which this service itself is reached: self-signed until a managed one is deployed to it, and
//! swapped between two handshakes.

use crate::configuration::host_name;
use crate::shown::{Shown, load};
use anyhow::{Context as _, Result};
use async_trait::async_trait;
use certwright_contract::files::{self, Access};
use certwright_contract::ports::CertificateSlot;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::self_signed::self_signed;
use certwright_pki::{PrivateKey, chain_pem};
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// Longer than browsers accept of public authorities is refused by some of them for everybody.
const LIFETIME: SignedDuration = SignedDuration::from_hours(397 * 24);
/// A self-signed certificate that ends sooner is made again at the start.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What is shown, and where that is stored.
#[derive(Debug)]
pub struct OwnCertificate {
    /// Points to the folder that is shown; absent for the self-signed one.
    link: PathBuf,
    /// The folder of the self-signed certificate.
    fallback: PathBuf,
    /// Where we listen with TLS, as a caller on this machine reaches it.
    addresses: Vec<SocketAddr>,
    /// The name by which ACME clients are told to reach the service; the self-signed certificate has it too.
    called: Option<Identifier>,
    shown: RwLock<Option<Arc<Shown>>>,
}

impl OwnCertificate {
    /// The certificate of the service with this data directory, listening with TLS at these addresses and called by
    /// this name. Nothing is read yet.
    pub fn new(data_directory: &Path, listen: &[SocketAddr], called: Option<&str>) -> Self {
        Self {
            link: data_directory.join("own-certificate"),
            fallback: data_directory.join("self-signed"),
            addresses: listen.iter().copied().map(reached).collect(),
            called: called.and_then(|name| Identifier::parse(name).ok()),
            shown: RwLock::default(),
        }
    }

    /// Makes the self-signed certificate where there is none or it ends soon, and shows what is to be shown. A
    /// managed one that cannot be read is told, and the self-signed one shown instead: a service that cannot be
    /// reached cannot be repaired from elsewhere.
    ///
    /// # Errors
    /// When not even the self-signed one can be made.
    pub fn start(&self, now: Timestamp, serial: &[u8; 16]) -> Result<()> {
        if self.addresses.is_empty() {
            return Ok(());
        }
        let names = self.own_names(&host_name());
        let usable = load(&self.fallback).is_ok_and(|shown| {
            shown.facts.not_after > now + RENEWED_BEFORE
                && names.iter().all(|name| shown.facts.covers(&name.ascii()))
        });
        if !usable {
            self.make_self_signed(&names, now, serial).context("make a self-signed certificate")?;
        }
        if let Err(words) = self.read_now() {
            tracing::error!(%words, "the service's own certificate cannot be shown; the self-signed one is");
            let shown = load(&self.fallback).map_err(anyhow::Error::msg)?;
            self.show(shown);
        }
        Ok(())
    }

    /// By which names and addresses this machine reaches the service, and others if they know its name.
    fn own_names(&self, host: &str) -> Vec<Identifier> {
        let mut names: Vec<Identifier> =
            [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(Identifier::Ip).into();
        names.extend(["localhost", host].iter().filter_map(|name| Identifier::parse(name).ok()));
        let listened = self.addresses.iter().map(|address| Identifier::Ip(address.ip()));
        for name in listened.chain(self.called.clone()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn make_self_signed(&self, names: &[Identifier], now: Timestamp, serial: &[u8; 16]) -> Result<()> {
        let key = PrivateKey::generate(KeyType::EcdsaP256)?;
        let made = self_signed(&key, names, serial, now, LIFETIME)?;
        files::make_directory(&self.fallback, files::PRIVATE_DIRECTORY)?;
        files::replace(&self.fallback.join("privkey.pem"), key.to_pkcs8_pem().as_bytes(), Access::PRIVATE)?;
        files::replace(&self.fallback.join("fullchain.pem"), chain_pem(&[made]).as_bytes(), Access::PUBLIC)?;
        Ok(())
    }

    fn read_now(&self) -> Result<(), String> {
        let folder = self.folder()?;
        let shown = load(folder.as_deref().unwrap_or(&self.fallback))?;
        self.show(shown);
        Ok(())
    }

    fn show(&self, shown: Shown) {
        tracing::info!(
            subject = %shown.facts.subject,
            issuer = %shown.facts.issuer,
            not_after = %shown.facts.not_after,
            sha256 = %shown.facts.fingerprint,
            "shown as the service's own certificate"
        );
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(shown));
    }

    fn current(&self) -> Option<Arc<Shown>> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the certificate that is shown is good for this host name.
    pub fn names(&self, host: &str) -> bool {
        self.current().is_some_and(|shown| shown.facts.covers(host))
    }

    /// The chain that is shown, its own certificate first; empty where there is none.
    pub fn chain(&self) -> Vec<Vec<u8>> {
        self.current().map_or_else(Vec::new, |shown| shown.key.cert.iter().map(|der| der.to_vec()).collect())
    }

    /// How TLS is spoken with it.
    ///
    /// # Errors
    /// When the cryptography library refuses.
    pub fn configuration(self: &Arc<Self>) -> Result<Arc<rustls::ServerConfig>> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let resolver: Arc<dyn ResolvesServerCert> = self.clone();
        let mut configuration = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(configuration))
    }
}

impl ResolvesServerCert for OwnCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current()?.key))
    }
}

#[async_trait]
impl CertificateSlot for OwnCertificate {
    fn addresses(&self) -> Vec<SocketAddr> {
        self.addresses.clone()
    }

    fn folder(&self) -> Result<Option<PathBuf>, String> {
        match std::fs::read_link(&self.link) {
            Ok(folder) => Ok(Some(folder)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", self.link.display())),
        }
    }

    async fn remember(&self, folder: Option<&Path>) -> Result<(), String> {
        let (link, folder) = (self.link.clone(), folder.map(Path::to_owned));
        let written = tokio::task::spawn_blocking(move || match folder {
            Some(folder) => files::switch_link(&link, &folder),
            None => files::remove(&link),
        });
        written.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }

    async fn read(&self) -> Result<(), String> {
        // Two small files, read once at a renewal.
        self.read_now()
    }
}

/// The address by which a caller on this machine reaches a listener.
fn reached(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    fn issue(folder: &Path, name: &str, serial: u8) {
        let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
        let names = [Identifier::parse(name).unwrap()];
        let made = self_signed(&key, &names, &[serial; 16], now(), LIFETIME).unwrap();
        files::make_directory(folder, files::PRIVATE_DIRECTORY).unwrap();
        files::replace(&folder.join("privkey.pem"), key.to_pkcs8_pem().as_bytes(), Access::PRIVATE).unwrap();
        files::replace(&folder.join("fullchain.pem"), chain_pem(&[made]).as_bytes(), Access::PUBLIC).unwrap();
    }

    #[tokio::test]
    async fn self_signed_first_then_managed_and_a_bad_one_changes_nothing() {
        let data = tempfile::tempdir().unwrap();
        let listen = ["0.0.0.0:9643".parse().unwrap()];
        let own = OwnCertificate::new(data.path(), &listen, None);
        assert_eq!(own.addresses(), ["127.0.0.1:9643".parse().unwrap()]);
        own.start(now(), &[1; 16]).unwrap();
        let first = own.current().unwrap().facts.clone();
        assert!(own.names("localhost") && own.names("127.0.0.1") && !own.names("certs.example.com"));
        let again = OwnCertificate::new(data.path(), &listen, None);
        again.start(now(), &[2; 16]).unwrap();
        assert_eq!(again.current().unwrap().facts, first, "kept over a restart");
        again.start(now() + LIFETIME - RENEWED_BEFORE, &[3; 16]).unwrap();
        assert_ne!(again.current().unwrap().facts, first, "made again before it ends");
        let moved = OwnCertificate::new(data.path(), &["192.0.2.7:9643".parse().unwrap()], None);
        moved.start(now(), &[6; 16]).unwrap();
        assert!(moved.names("192.0.2.7"), "it follows the addresses that are listened to");

        let called = OwnCertificate::new(data.path(), &listen, Some("ca.home.arpa"));
        called.start(now() + LIFETIME - RENEWED_BEFORE, &[6; 16]).unwrap();
        assert!(called.names("ca.home.arpa"), "made again for another name");
        assert_eq!(called.chain().len(), 1);

        let folder = data.path().join("managed");
        issue(&folder, "certs.example.com", 4);
        own.remember(Some(&folder)).await.unwrap();
        assert!(!own.names("certs.example.com"), "not before it is read");
        own.read().await.unwrap();
        assert!(own.names("certs.example.com"));
        files::replace(&folder.join("fullchain.pem"), b"half", Access::PUBLIC).unwrap();
        own.read().await.unwrap_err();
        assert!(own.names("certs.example.com"), "what was shown is shown on");
        let restarted = OwnCertificate::new(data.path(), &listen, None);
        restarted.start(now(), &[5; 16]).unwrap();
        assert!(restarted.names("localhost"), "reachable all the same");
    }
}
