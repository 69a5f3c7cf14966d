//! Never order what cannot be saved: database and files are written, synced and removed first (fault 27).

use super::fail;
use crate::blocking::blocking;
use crate::drive::{Interrupted, Work};
use crate::engine::storage;
use certwright_contract::files;
use certwright_core::run::Outcome;

pub(super) async fn perform(work: &Work<'_>) -> Result<Outcome, Interrupted> {
    if let Err(error) = work.engine.store.prove_writable().await {
        return Ok(fail(storage(&error.to_string())));
    }
    let folder = work.engine.layout.certificate(&work.run.certificate);
    let written = blocking(move || {
        let proof = folder.join(".proof");
        files::make_directory(&folder, files::PRIVATE_DIRECTORY)
            .and_then(|()| files::replace(&proof, &[0; 16 * 1024], files::Access::PRIVATE))
            .and_then(|()| files::remove(&proof))
            .map_err(|error| storage(&error.to_string()))
    });
    Ok(written.await.map_or_else(fail, |()| Outcome::Done))
}
