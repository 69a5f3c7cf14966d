//! Writing a version's files into a directory of its own. Begun again, the same bytes are written again.

use super::{fail, missing};
use crate::drive::{Interrupted, Work, stored};
use crate::engine::storage;
use certwright_contract::files::{self, Access};
use certwright_core::failure::Failure;
use certwright_core::run::Outcome;
use certwright_pki::certificate::{chain_pem, parse_chain};
use certwright_pki::key::PrivateKey;

pub(super) async fn perform(work: &Work<'_>) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    let Some(version) = work.run.learnt.version.clone() else { return Ok(missing("version")) };
    let read = async {
        let chain = engine.store.version_chain(&version).await?;
        let sealed = engine.store.version_key(&version).await?;
        Ok((chain, sealed))
    };
    let (chain, sealed) = match stored(read.await)? {
        Ok((Some(chain), sealed)) => (chain, sealed),
        Ok((None, _)) => return Ok(missing("certificate")),
        Err(failure) => return Ok(fail(failure)),
    };
    let directory = engine.layout.version(&work.run.certificate, &version);
    let write = || -> Result<(), Failure> {
        let chain = parse_chain(&chain).map_err(|error| storage(&error.to_string()))?;
        let key = engine.vault.open_version_key(&version, &sealed)?;
        let key = PrivateKey::from_pkcs8_der(&key).map_err(|error| storage(&error.to_string()))?;
        files::make_directory(&directory, files::PRIVATE_DIRECTORY)
            .and_then(|()| {
                files::replace(&directory.join("privkey.pem"), key.to_pkcs8_pem().as_bytes(), Access::PRIVATE)
            })
            .and_then(|()| {
                files::replace(&directory.join("cert.pem"), chain_pem(&chain[..1]).as_bytes(), Access::PUBLIC)
            })
            .and_then(|()| {
                files::replace(
                    &directory.join("chain.pem"),
                    chain_pem(&chain[1..]).as_bytes(),
                    Access::PUBLIC,
                )
            })
            .and_then(|()| {
                files::replace(&directory.join("fullchain.pem"), chain_pem(&chain).as_bytes(), Access::PUBLIC)
            })
            .map_err(|error| storage(&error.to_string()))
    };
    Ok(write().map_or_else(fail, |()| Outcome::Done))
}
