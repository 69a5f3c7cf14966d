//! Writing a version's files into a directory of its own. Begun again, the same bytes are written again.

use super::{fail, missing};
use crate::blocking::blocking;
use crate::drive::{Interrupted, Work, stored};
use crate::engine::storage;
use certwright_contract::files::{self, Access};
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::run::Outcome;
use certwright_pki::certificate::{chain_pem, parse_chain};
use certwright_pki::key::PrivateKey;
use std::path::Path;
use zeroize::Zeroizing;

pub(super) async fn perform(work: &Work<'_>) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    let Some(version) = work.run.learnt.version.clone() else { return Ok(missing("version")) };
    let read = async {
        let chain = engine.store.version_chain(&version).await?;
        let sealed = engine.store.version_key(&version).await?;
        Ok((chain, sealed))
    };
    let (chain, sealed) = match stored(read.await)? {
        Ok((_, sealed)) if sealed.is_empty() => return Ok(missing("private key")),
        Ok((Some(chain), sealed)) => (chain, sealed),
        Ok((None, _)) => return Ok(missing("certificate")),
        Err(failure) => return Ok(fail(failure)),
    };
    let directory = engine.layout.version(&work.run.certificate, &version);
    let written = match contents(work, &version, &chain, &sealed) {
        Ok(files) => blocking(move || write(&directory, &files)).await,
        Err(failure) => Err(failure),
    };
    Ok(written.map_or_else(fail, |()| Outcome::Done))
}

/// A file of the directory: name, contents, access.
type Contents = (&'static str, Zeroizing<Vec<u8>>, Access);

fn contents(
    work: &Work<'_>,
    version: &VersionId,
    chain: &str,
    sealed: &[u8],
) -> Result<[Contents; 4], Failure> {
    let chain = parse_chain(chain).map_err(|error| storage(&error.to_string()))?;
    let key = work.engine.vault.open_version_key(version, sealed)?;
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
