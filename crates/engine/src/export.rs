//! Export: the one answer that holds a secret, with an audit line of its own.

use crate::engine::{Engine, storage};
use crate::error::EngineError;
use certwright_core::facts::CertificateFacts;
use certwright_core::refusal::Refusal;
use certwright_pki::certificate::{chain_pem, facts, parse_chain};
use certwright_pki::key::PrivateKey;
use zeroize::Zeroizing;

/// The newest version, as PEM.
pub struct Exported {
    /// The certificate alone.
    pub certificate: String,
    /// The issuers.
    pub chain: String,
    /// Certificate and issuers.
    pub fullchain: String,
    /// The key, if it was asked for.
    pub private_key: Option<Zeroizing<String>>,
}

impl Engine {
    /// The newest version with its chain, and its key if asked for.
    ///
    /// # Errors
    /// When nothing was issued yet.
    pub async fn export(&self, id_or_name: &str, with_key: bool, who: &str) -> Result<Exported, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let Some(version) = row.certificate.standing.current else {
            return Err(EngineError::NotFound {
                what: "issued version of",
                id: row.certificate.settings.name,
            });
        };
        let pem = self.store.version_chain(&version).await?.unwrap_or_default();
        let chain = parse_chain(&pem).map_err(|error| storage(&error.to_string()))?;
        let private_key = if with_key {
            let sealed = self.store.version_key(&version).await?;
            if sealed.is_empty() {
                return Err(EngineError::Refused(vec![Refusal::new(
                    "key",
                    "the private key is not stored here: the certificate was ordered by a request of yours",
                    "export without the key; it is where the request was made",
                )]));
            }
            let der = self.vault.open_version_key(&version, &sealed)?;
            let key = PrivateKey::from_pkcs8_der(&der).map_err(|error| storage(&error.to_string()))?;
            let audit = self.audit(
                who,
                "export-key",
                format!("certificate {}", row.certificate.id),
                None,
                Some(serde_json::json!({ "version": version })),
            );
            self.store.append_audit(&audit).await?;
            Some(key.to_pkcs8_pem())
        } else {
            None
        };
        Ok(Exported {
            certificate: chain_pem(&chain[..1]),
            chain: chain_pem(&chain[1..]),
            fullchain: chain_pem(&chain),
            private_key,
        })
    }

    /// The newest version's chain, the certificate itself first: what each link says of itself, and the link in PEM. Empty
    /// before anything was issued.
    ///
    /// # Errors
    /// When there is no such certificate; when what is stored cannot be read.
    pub async fn chain(&self, id_or_name: &str) -> Result<Vec<(CertificateFacts, String)>, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let Some(version) = row.certificate.standing.current else { return Ok(Vec::new()) };
        let pem = self.store.version_chain(&version).await?.unwrap_or_default();
        let links = parse_chain(&pem).map_err(|error| storage(&error.to_string()))?;
        let read = |link: Vec<u8>| {
            let facts = facts(&link).map_err(|error| storage(&error.to_string()))?;
            Ok((facts, chain_pem(&[link])))
        };
        links.into_iter().map(read).collect()
    }
}
