//! Preparing a web server to answer challenges by itself, and taking that back.

use super::target::{act_again, applying, read_again, undo_all};
use super::{fail, left_over};
use crate::drive::{Interrupted, Work};
use certwright_contract::IN_USE;
use certwright_core::SignedDuration;
use certwright_core::challenge::{Preparation, Responder};
use certwright_core::failure::Failure;
use certwright_core::run::{Mark, Outcome};
use certwright_core::step::Step;

/// How long to wait while the server answers for another certificate.
const WHILE_IN_USE: SignedDuration = SignedDuration::from_secs(2);

/// Makes the edits, unless every name they are for is validated already.
pub(super) async fn prepare(work: &mut Work<'_>, preparation: &Preparation) -> Result<Outcome, Interrupted> {
    if !is_needed(work, &preparation.responder) {
        return Ok(Outcome::Skipped("the authority has validated these names already".to_owned()));
    }
    let _lock = work.engine.locks.lock(&lock_of(preparation)).await;
    for (index, act) in preparation.acts.iter().enumerate() {
        work.pass(&format!("prepare-responder:before-act-{index}"))?;
        let mut made = act_again(work, act).await;
        if is_in_use(&made) {
            // Decided under the lock: no run begins to answer meanwhile.
            match left_over::clear(work, &preparation.responder, act).await? {
                Ok(true) => made = act_again(work, act).await,
                Ok(false) => {}
                Err(failure) => return Ok(fail(failure)),
            }
        }
        match made {
            Ok(()) => {}
            Err(failure) if failure.kind == IN_USE => return wait(work, preparation, failure).await,
            Err(failure) => return Ok(fail(failure)),
        }
    }
    Ok(Outcome::Done)
}

fn is_in_use(made: &Result<(), Failure>) -> bool {
    made.as_ref().is_err_and(|failure| failure.kind == IN_USE)
}

/// Waits for another certificate to be done. What was edited already would make the other one wait for us: nobody
/// waits holding something. The server has not read it, because edits come first.
async fn wait(work: &Work<'_>, preparation: &Preparation, why: Failure) -> Result<Outcome, Interrupted> {
    let copies = work.engine.layout.copies(&work.run.id);
    let stuck = undo_all(work, &preparation.acts, &applying(work, &copies)).await?;
    Ok(match stuck.into_iter().next() {
        Some(failure) => fail(failure),
        None => Outcome::Later(work.engine.now() + WHILE_IN_USE, why.answer),
    })
}

/// Takes the edits back, if they were made or begun.
pub(super) async fn retire(work: &mut Work<'_>, preparation: &Preparation) -> Result<Outcome, Interrupted> {
    let begun = work.run.plan.steps.iter().zip(&work.run.marks).any(|(step, mark)| {
        matches!(step, Step::PrepareResponder { preparation: other } if other == preparation)
            && !matches!(mark, Mark::Todo | Mark::Skipped { .. })
    });
    if !begun {
        return Ok(Outcome::Skipped("nothing was edited".to_owned()));
    }
    let _lock = work.engine.locks.lock(&lock_of(preparation)).await;
    let copies = work.engine.layout.copies(&work.run.id);
    let failures = undo_all(work, &preparation.acts, &applying(work, &copies)).await?;
    work.pass("retire-responder:undone")?;
    if let Some(failure) = failures.into_iter().next() {
        return Ok(fail(failure));
    }
    read_again(work, preparation.acts.iter().filter(|act| settles(act))).await;
    Ok(Outcome::Done)
}

/// Whether an act only makes the server read its configuration again.
fn settles(act: &certwright_core::step::ProviderAct) -> bool {
    act.act.get("settles").and_then(serde_json::Value::as_bool) == Some(true)
}

fn lock_of(preparation: &Preparation) -> String {
    match &preparation.responder {
        Responder::Server { provider } => format!("server {provider}"),
        other => format!("{other:?}"),
    }
}

fn is_needed(work: &Work<'_>, responder: &Responder) -> bool {
    work.run.plan.steps.iter().any(|step| match step {
        Step::PresentChallenges { responder: by, identifiers, .. } if by == responder => work
            .run
            .learnt
            .authorizations
            .iter()
            .any(|known| !known.valid && identifiers.contains(&known.identifier)),
        _ => false,
    })
}
