//! Switching the link: one rename moves key and chain together (fault 29).

use super::{fail, missing};
use crate::blocking::blocking;
use crate::drive::{Interrupted, Work};
use crate::engine::storage;
use crate::observe::linked_version;
use certwright_contract::files;
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::run::Outcome;
use std::path::Path;

pub(super) async fn perform(
    work: &Work<'_>,
    link: &str,
    from: Option<&VersionId>,
) -> Result<Outcome, Interrupted> {
    let Some(version) = work.run.learnt.version.clone() else { return Ok(missing("version")) };
    let link = Path::new(link);
    let now = linked_version(link);
    if now.as_ref() == Some(&version) {
        // Done by this run before it was cut off counts as done: a roll-back must take it back.
        let already = from == Some(&version);
        let why = "the link points to this version already".to_owned();
        return Ok(if already { Outcome::Skipped(why) } else { Outcome::Done });
    }
    if now.as_ref() != from {
        return Ok(fail(Failure::retry(
            "link-changed",
            format!("switch {}", link.display()),
            format!(
                "it points to {} instead of what was planned",
                now.map_or_else(|| "nothing".to_owned(), |id| id.to_string())
            ),
            "nothing: the deployment is planned again",
        )));
    }
    let link = link.to_owned();
    let switched = blocking(move || {
        files::switch_link(&link, Path::new(version.as_str())).map_err(|error| storage(&error.to_string()))
    });
    Ok(switched.await.map_or_else(fail, |()| Outcome::Done))
}
