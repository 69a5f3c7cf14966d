//! One file per kind of step. Every step says what it does when it is begun a second time: it looks first.

mod authorizations;
mod await_certificate;
pub(crate) mod challenges;
mod check_issued;
mod conclude;
mod finalize;
mod left_over;
mod make_key;
mod open_order;
mod prove_storage;
mod publish;
mod responder;
mod roll_back;
mod store_files;
mod superseded;
mod switch_version;
mod target;
mod verify;

use crate::drive::{Interrupted, Work};
use certwright_core::failure::Failure;
use certwright_core::run::Outcome;
use certwright_core::step::Step;

/// Performs one step. `again` tells that it was begun before: perhaps it happened.
pub(crate) async fn perform(work: &mut Work<'_>, step: &Step, again: bool) -> Result<Outcome, Interrupted> {
    match step {
        Step::ProveStorage => prove_storage::perform(work).await,
        Step::MakeKey { key_type, identifiers, common_name } => {
            make_key::perform(work, *key_type, identifiers, common_name.as_deref()).await
        }
        Step::OpenOrder { identifiers, profile, .. } => {
            open_order::perform(work, identifiers, profile.as_deref()).await
        }
        Step::PrepareResponder { preparation } => responder::prepare(work, preparation).await,
        Step::PresentChallenges { responder, identifiers, looks } => {
            challenges::present(work, responder, identifiers, looks).await
        }
        Step::AwaitAuthorizations { identifiers } => authorizations::perform(work, identifiers, again).await,
        Step::RemoveChallenges { responder, identifiers } => {
            challenges::remove(work, responder, identifiers).await
        }
        Step::RetireResponder { preparation } => responder::retire(work, preparation).await,
        Step::Finalize => finalize::perform(work, again).await,
        Step::AwaitCertificate { identifiers } => await_certificate::perform(work, identifiers).await,
        Step::Publish => publish::perform(work).await,
        Step::StoreFiles { .. } => store_files::perform(work).await,
        Step::Act { act } => target::apply(work, act).await,
        Step::SwitchVersion { link, from } => switch_version::perform(work, link, from.as_ref()).await,
        Step::Verify { binding } => verify::perform(work, binding).await,
        Step::Conclude => conclude::perform(work).await,
        Step::RollBack { acts, settle, link } => {
            roll_back::perform(work, acts, settle, link.as_deref()).await
        }
    }
}

/// A failure as an outcome.
fn fail(failure: Failure) -> Outcome {
    Outcome::Failed(failure)
}

/// What a step without a needed earlier value says: the stored run is not one that this program made.
fn missing(what: &str) -> Outcome {
    Outcome::Failed(Failure::person(
        "run-incomplete",
        "go on with the stored run",
        format!("it has no {what}"),
        "cancel the run and ask again",
    ))
}
