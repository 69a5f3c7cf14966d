//! Answers for other certificates that stand in the way of ours: whether a run still takes them back, or nobody does.
//!
//! The server's files say for whom, the store says what goes on. What a certificate without such a run has left (it
//! was deleted, or its clean-up could not be done) is removed by whoever meets it; it would be waited for in vain.

use crate::drive::{Interrupted, Work};
use certwright_contract::InTheWay;
use certwright_core::challenge::Responder;
use certwright_core::event::Level;
use certwright_core::failure::Failure;
use certwright_core::id::CertificateId;
use certwright_core::run::Run;
use certwright_core::step::ProviderAct;
use certwright_providers::challenge::web_server;
use certwright_store::StoreError;
use std::collections::BTreeSet;

/// Removes what was left over where this act is to be made; whether nothing is in the way any more. The server's lock
/// is held by the caller.
pub(super) async fn clear(
    work: &mut Work<'_>,
    responder: &Responder,
    act: &ProviderAct,
) -> Result<Result<bool, Failure>, Interrupted> {
    let Responder::Server { provider } = responder else { return Ok(Ok(false)) };
    let Some(server) = web_server(provider) else { return Ok(Ok(false)) };
    let found = match server.in_the_way(act).await {
        Ok(found) => found,
        Err(failure) => return Ok(Err(failure)),
    };
    let mut is_clear = true;
    let mut done = BTreeSet::new();
    for InTheWay { certificate, place } in found {
        let Some(certificate) = certificate else { return Ok(Err(nameless(act, &place))) };
        if !done.insert(certificate.clone()) {
            continue;
        }
        if is_taken_back(work, &certificate).await? {
            is_clear = false;
            continue;
        }
        if let Err(failure) = server.remove_left_over(act, &certificate).await {
            return Ok(Err(stuck(&certificate, &place, failure)));
        }
        let words = format!("Removed at {place} what was left of answering http-01 for {certificate}");
        work.note(Level::Warning, words);
    }
    Ok(Ok(is_clear))
}

/// Whether a run of this certificate is there that will take its answers back.
async fn is_taken_back(work: &Work<'_>, certificate: &CertificateId) -> Result<bool, Interrupted> {
    match work.engine.store.live_runs(certificate).await {
        Ok(runs) => Ok(runs.iter().any(Run::takes_answers_back)),
        // A run that cannot be read is ended by its own worker; until then nobody knows what it has shown.
        Err(StoreError::Damaged { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

fn nameless(act: &ProviderAct, place: &str) -> Failure {
    Failure::person(
        "answer-left-over",
        act.words.clone(),
        format!(
            "at {place} the server answers http-01 by lines of Certwright that name no certificate any more"
        ),
        format!("remove these lines at {place} by hand; the certificate is then ordered by its back-off"),
    )
}

fn stuck(certificate: &CertificateId, place: &str, failure: Failure) -> Failure {
    Failure::new(
        "answer-left-over",
        failure.class,
        format!(
            "remove at {place} what was left of answering http-01 for {certificate}, which no run takes back"
        ),
        failure.answer,
        format!("{}; or remove the lines at {place} by hand", failure.remedy),
    )
}
