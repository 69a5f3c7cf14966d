//! The secrets that the service makes by itself, taken out of a copy of its data directory: what a search looks for.

use anyhow::{Context, Result};
use certwright::configuration::Configuration;
use certwright::service::open;
use certwright_engine::{CertificateQuery, Page};
use certwright_pki::seal::{DataKey, Place};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// What a P-256 key's number follows in PKCS#8 (RFC 5915: version 1, then an octet string of 32 bytes).
const BEFORE_SCALAR: [u8; 5] = [2, 1, 1, 4, 32];

/// Random bytes, as long as a key.
pub(crate) fn random() -> Result<Vec<u8>> {
    Ok(DataKey::generate()?.expose().to_vec())
}

/// The data key, and every key that is sealed in the database: what each is, and bytes that are secret.
pub(crate) fn keys_of(data: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("data");
    std::fs::DirBuilder::new().mode(0o700).create(&copy)?;
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        if path.is_file() {
            std::fs::copy(&path, copy.join(path.file_name().context("a file without a name")?))?;
        }
    }
    tokio::runtime::Runtime::new()?.block_on(keys_of_copy(&copy))
}

async fn keys_of_copy(data: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let opened = open(&Configuration::of(data.to_owned())).await?;
    let (store, data_key) = (opened.engine.store(), &opened.data_key);
    let mut keys = vec![("data key".to_owned(), data_key.expose().to_vec())];
    for account in opened.engine.accounts().await? {
        let place = Place { table: "accounts", row: account.id.as_str(), column: "sealed_key" };
        let der = data_key.open(&place, &store.account_key(&account.id).await?)?;
        keys.extend(secret_parts(&format!("account key of {}", account.id), &der)?);
    }
    for row in opened.engine.list_certificates(&CertificateQuery::default()).await?.items {
        for version in store.versions(&row.certificate.id, Page::default()).await?.items {
            let place = Place { table: "versions", row: version.id.as_str(), column: "sealed_key" };
            let der = data_key.open(&place, &store.version_key(&version.id).await?)?;
            keys.extend(secret_parts(&format!("leaf key of {}", version.id), &der)?);
        }
    }
    Ok(keys)
}

/// The number of a P-256 key; of an RSA key pieces of the private exponent and both primes.
fn secret_parts(what: &str, der: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    if der.len() > 1000 {
        return Ok([320, 480, 620, 750].map(|at| (what.to_owned(), der[at..at + 32].to_vec())).into());
    }
    let at = der.windows(BEFORE_SCALAR.len()).position(|window| window == BEFORE_SCALAR);
    let at = at.with_context(|| format!("{what} is no key of a known kind"))? + BEFORE_SCALAR.len();
    Ok(vec![(what.to_owned(), der[at..at + 32].to_vec())])
}
