//! Chain and key of a folder, ready to be shown in handshakes.

use certwright_contract::files;
use certwright_core::facts::CertificateFacts;
use certwright_pki::{PrivateKey, facts, parse_chain};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use std::path::Path;
use std::sync::Arc;

/// No chain is larger.
const LARGEST: u64 = 1024 * 1024;

/// A certificate with its key.
#[derive(Debug)]
pub(crate) struct Shown {
    /// For handshakes.
    pub(crate) key: Arc<CertifiedKey>,
    /// For people.
    pub(crate) facts: CertificateFacts,
}

/// Chain and key of a folder, checked to belong together.
pub(crate) fn load(folder: &Path) -> Result<Shown, String> {
    let text = |file: &str| {
        let bytes = zeroize::Zeroizing::new(
            files::read(&folder.join(file), LARGEST).map_err(|error| error.to_string())?,
        );
        String::from_utf8(bytes.to_vec()).map(zeroize::Zeroizing::new).map_err(|error| error.to_string())
    };
    let place = |error: certwright_pki::PkiError| format!("{}: {error}", folder.display());
    let chain = parse_chain(&text("fullchain.pem")?).map_err(place)?;
    let key = PrivateKey::from_pem(&text("privkey.pem")?).map_err(place)?;
    let leaf = chain.first().ok_or_else(|| format!("{}: there is no certificate", folder.display()))?;
    let facts = facts(leaf).map_err(place)?;
    if facts.key_fingerprint != key.spki_fingerprint() {
        return Err(format!("{}: the key is not the certificate's", folder.display()));
    }
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.pkcs8_der().to_vec()));
    let signing = aws_lc_rs::sign::any_supported_type(&der).map_err(|error| error.to_string())?;
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    Ok(Shown { key: Arc::new(CertifiedKey::new(chain, signing)), facts })
}
