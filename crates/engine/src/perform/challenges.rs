//! Showing answers where the authority will look, and removing them. What is owed is stored before it is shown.

use super::fail;
use crate::drive::{Interrupted, Work, stored};
use crate::engine::{Engine, storage};
use certwright_contract::files::{self, Access};
use certwright_core::challenge::{Challenge, HTTP_01_PATH, Responder};
use certwright_core::failure::Failure;
use certwright_core::identifier::Identifier;
use certwright_core::run::Outcome;
use std::path::PathBuf;

/// Shows the answers for those names that still need one.
pub(super) async fn present(
    work: &Work<'_>,
    responder: &Responder,
    identifiers: &[Identifier],
) -> Result<Outcome, Interrupted> {
    let challenges = match owed(work, responder, identifiers).await {
        Ok(challenges) => challenges,
        Err(failure) => return Ok(fail(failure)),
    };
    if challenges.is_empty() {
        return Ok(Outcome::Skipped("the authority has validated these names already".to_owned()));
    }
    if let Err(failure) = stored(work.engine.store.owe(&challenges, work.fence).await)? {
        return Ok(fail(failure));
    }
    work.pass("present-challenges:owed")?;
    for challenge in &challenges {
        if let Err(failure) = show(work.engine, challenge).await {
            return Ok(fail(failure));
        }
    }
    Ok(Outcome::Done)
}

/// The answers that these names need now.
async fn owed(
    work: &Work<'_>,
    responder: &Responder,
    identifiers: &[Identifier],
) -> Result<Vec<Challenge>, Failure> {
    let (session, authority) = super::open_order::session(work).await?;
    let mut challenges = Vec::new();
    for known in work.run.learnt.authorizations.iter().filter(|known| !known.valid) {
        let Some(token) = known.token.as_deref().filter(|_| identifiers.contains(&known.identifier)) else {
            continue;
        };
        let answer = session
            .key()
            .key_authorization(token)
            .map_err(|error| crate::acme_failure::failure(&error, &authority.title))?;
        challenges.push(Challenge {
            run: work.run.id.clone(),
            certificate: work.run.certificate.clone(),
            identifier: known.identifier.clone(),
            responder: responder.clone(),
            token: token.to_owned(),
            key_authorization: answer.as_str().to_owned(),
        });
    }
    Ok(challenges)
}

/// Removes every answer of this run that this responder gives.
pub(super) async fn remove(
    work: &Work<'_>,
    responder: &Responder,
    identifiers: &[Identifier],
) -> Result<Outcome, Interrupted> {
    let owed = match stored(work.engine.store.owed_of(&work.run.id).await)? {
        Ok(owed) => owed,
        Err(failure) => return Ok(fail(failure)),
    };
    let ours: Vec<_> = owed
        .into_iter()
        .filter(|challenge| challenge.responder == *responder && identifiers.contains(&challenge.identifier))
        .collect();
    if ours.is_empty() {
        return Ok(Outcome::Skipped("no answer was left anywhere".to_owned()));
    }
    for challenge in &ours {
        if let Err(failure) = hide(work.engine, challenge).await {
            return Ok(fail(failure));
        }
    }
    work.pass("remove-challenges:hidden")?;
    let removed: Vec<_> = ours.into_iter().map(|challenge| challenge.identifier).collect();
    if let Err(failure) = stored(work.engine.store.challenges_removed(&work.run.id, &removed).await)? {
        return Ok(fail(failure));
    }
    Ok(Outcome::Done)
}

/// Makes one answer readable. Twice is once; after a restart it must be done again for our own listener.
pub(crate) async fn show(engine: &Engine, challenge: &Challenge) -> Result<(), Failure> {
    match &challenge.responder {
        Responder::Listener { port } => {
            engine.ports.board.put(*port, &challenge.token, &challenge.key_authorization).await.map_err(
                |answer| {
                    Failure::retry(
                        "listener",
                        format!("listen on TCP port {port} to answer http-01"),
                        answer,
                        "stop what holds the port, or permit Certwright to bind it",
                    )
                },
            )
        }
        Responder::Webroot { root, .. } => {
            let file = file_of(root, &challenge.token);
            let folder = file.parent().map(PathBuf::from).unwrap_or_default();
            // Readable by everybody: the web server's workers run as somebody else, and the answer is no secret.
            files::make_directory(&folder, 0o755)
                .and_then(|()| files::replace(&file, challenge.key_authorization.as_bytes(), Access::PUBLIC))
                .map_err(|error| {
                    Failure::retry(
                        "webroot",
                        format!("write the answer for {} below {root}", challenge.identifier),
                        error.to_string(),
                        "check that the folder exists and can be written by Certwright",
                    )
                })
        }
        // The server answers every token by the thumbprint in its prepared location.
        Responder::Server { .. } => Ok(()),
    }
}

/// Takes one answer away. Absent is fine; only what we wrote is removed.
pub(crate) async fn hide(engine: &Engine, challenge: &Challenge) -> Result<(), Failure> {
    match &challenge.responder {
        Responder::Listener { port } => {
            engine.ports.board.take(*port, &challenge.token).await;
            Ok(())
        }
        Responder::Webroot { root, .. } => {
            let file = file_of(root, &challenge.token);
            let ours =
                files::read(&file, 4096).is_ok_and(|text| text == challenge.key_authorization.as_bytes());
            if ours {
                files::remove(&file).map_err(|error| storage(&error.to_string()))?;
            }
            // Folders that we or somebody else made stay unless they are empty.
            for folder in file.ancestors().skip(1).take(2) {
                if std::fs::remove_dir(folder).is_err() {
                    break;
                }
            }
            Ok(())
        }
        Responder::Server { .. } => Ok(()),
    }
}

fn file_of(root: &str, token: &str) -> PathBuf {
    // The token is base64url (checked by the protocol crate), so it cannot leave the folder (fault 9).
    PathBuf::from(root).join(HTTP_01_PATH.trim_start_matches('/')).join(token)
}
