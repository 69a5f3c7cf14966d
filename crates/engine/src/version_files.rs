//! A version's files: made of what is stored, into a directory of its own. Written twice, they are the same bytes.

use crate::blocking::blocking;
use crate::engine::{Engine, storage};
use certwright_contract::files::{self, Access};
use certwright_core::failure::Failure;
use certwright_core::id::{CertificateId, VersionId};
use certwright_pki::certificate::{chain_pem, parse_chain};
use certwright_pki::key::PrivateKey;
use certwright_store::StoreResult;
use std::path::Path;
use zeroize::Zeroizing;

/// Writes the directory of a version; `None` when it has no certificate, or its key is kept elsewhere.
pub(crate) async fn write_version(
    engine: &Engine,
    certificate: &CertificateId,
    version: &VersionId,
) -> StoreResult<Option<Result<(), Failure>>> {
    let Some(chain) = engine.store.version_chain(version).await? else { return Ok(None) };
    let sealed = engine.store.version_key(version).await?;
    if sealed.is_empty() {
        return Ok(None);
    }
    let directory = engine.layout.version(certificate, version);
    Ok(Some(match contents(engine, version, &chain, &sealed) {
        Ok(files) => blocking(move || write(&directory, &files)).await,
        Err(failure) => Err(failure),
    }))
}

/// A file of the directory: name, contents, access.
type Contents = (&'static str, Zeroizing<Vec<u8>>, Access);

fn contents(
    engine: &Engine,
    version: &VersionId,
    chain: &str,
    sealed: &[u8],
) -> Result<[Contents; 4], Failure> {
    let chain = parse_chain(chain).map_err(|error| storage(&error.to_string()))?;
    let key = engine.vault.open_version_key(version, sealed)?;
    let key = PrivateKey::from_pkcs8_der(&key).map_err(|error| storage(&error.to_string()))?;
    let public =
        |name, part: &[Vec<u8>]| (name, Zeroizing::new(chain_pem(part).into_bytes()), Access::PUBLIC);
    let (leaf, above) = chain.split_at(1.min(chain.len()));
    Ok([
        ("privkey.pem", Zeroizing::new(key.to_pkcs8_pem().as_bytes().to_vec()), Access::PRIVATE),
        public("cert.pem", leaf),
        public("chain.pem", above),
        public("fullchain.pem", &chain),
    ])
}

fn write(directory: &Path, files: &[Contents]) -> Result<(), Failure> {
    files::make_directory(directory, files::PRIVATE_DIRECTORY)
        .and_then(|()| {
            files
                .iter()
                .try_for_each(|(name, text, access)| files::replace(&directory.join(name), text, *access))
        })
        .map_err(|error| storage(&error.to_string()))
}
