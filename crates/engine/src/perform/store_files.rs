//! Writing a version's files into a directory of its own. Begun again, the same bytes are written again.

use super::{fail, missing};
use crate::drive::{Interrupted, Work, stored};
use crate::version_files::write_version;
use certwright_core::run::Outcome;

pub(super) async fn perform(work: &Work<'_>) -> Result<Outcome, Interrupted> {
    let Some(version) = work.run.learnt.version.clone() else { return Ok(missing("version")) };
    match stored(write_version(work.engine, &work.run.certificate, &version).await)? {
        Ok(Some(written)) => Ok(written.map_or_else(fail, |()| Outcome::Done)),
        Ok(None) => Ok(missing("certificate or private key")),
        Err(failure) => Ok(fail(failure)),
    }
}
