//! Showing answers where the authority will look, and removing them. What is owed is stored before it is shown.

use super::fail;
use crate::blocking::blocking;
use crate::drive::{Interrupted, Work, stored};
use crate::engine::Engine;
use certwright_contract::files::webroot;
use certwright_core::challenge::{Challenge, HTTP_01_PATH, Responder};
use certwright_core::endpoint::Endpoint;
use certwright_core::failure::Failure;
use certwright_core::identifier::Identifier;
use certwright_core::run::Outcome;
use futures_util::{StreamExt as _, stream};
use std::path::Path;
use std::time::Duration;

/// How many answers are looked at at once.
const AT_ONCE: usize = 32;
/// The pause between looks. Right answers must span more than the 100 ms in which nginx lets new and old
/// workers answer side by side after a reload.
const PAUSE: Duration = Duration::from_millis(100);

/// Shows the answers for those names that still need one.
pub(super) async fn present(
    work: &Work<'_>,
    responder: &Responder,
    identifiers: &[Identifier],
    looks: &[Endpoint],
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
    Ok(look_first(work.engine, &challenges, looks).await.map_or_else(fail, |()| Outcome::Done))
}

/// Looks at the answers on this machine until they are right several times in a row: after a reload old workers
/// linger, and an authority that meets one counts a failure against the name (fault 25).
async fn look_first(engine: &Engine, challenges: &[Challenge], looks: &[Endpoint]) -> Result<(), Failure> {
    let pairs: Vec<(Endpoint, Challenge)> = looks
        .iter()
        .filter_map(|look| {
            let challenge = challenges.iter().find(|challenge| challenge.identifier.ascii() == look.host)?;
            Some((look.clone(), challenge.clone()))
        })
        .collect();
    let looked: Vec<Option<String>> = stream::iter(pairs)
        .map(|(look, challenge)| look_until_right(engine, look, challenge))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let wrong: Vec<String> = looked.into_iter().flatten().collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::person(
        "not-answered",
        "see our own answers on this machine before the authority is asked to look",
        wrong.join("; "),
        "the authority was not asked, so no failure counts against the name; look at the server's error log, and at \
         rules of the site that catch the challenge path first",
    ))
}

/// What was wrong to the end at one address, in words.
async fn look_until_right(engine: &Engine, look: Endpoint, challenge: Challenge) -> Option<String> {
    let path = format!("{HTTP_01_PATH}{}", challenge.token);
    let until = engine.clock.instant() + engine.options.verify_within;
    let mut in_a_row = 0;
    loop {
        let seen = match engine.ports.http.get(look.address, &look.host, &path).await {
            Ok(seen) if seen.body.trim() == challenge.key_authorization => Ok(()),
            Ok(seen) => Err(format!("status {} with another answer", seen.status)),
            Err(words) => Err(words),
        };
        in_a_row = if seen.is_ok() { in_a_row + 1 } else { 0 };
        if in_a_row >= engine.options.verify_times {
            return None;
        }
        match seen {
            Err(words) if engine.clock.instant() >= until => {
                return Some(format!("{} for {}: {words}", look.address, look.host));
            }
            _ => engine.clock.pause(PAUSE).await,
        }
    }
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
            let attempted = format!("write the answer for {} below {root}", challenge.identifier);
            below(root, challenge, attempted, webroot::show).await
        }
        // The server answers every token by the thumbprint in its prepared location.
        Responder::Server { .. } => Ok(()),
    }
}

/// Takes one answer away. Absent is fine; only what we wrote and made is removed.
pub(crate) async fn hide(engine: &Engine, challenge: &Challenge) -> Result<(), Failure> {
    match &challenge.responder {
        Responder::Listener { port } => {
            engine.ports.board.take(*port, &challenge.token).await;
            Ok(())
        }
        Responder::Webroot { root, .. } => {
            let attempted = format!("remove the answer for {} below {root}", challenge.identifier);
            below(root, challenge, attempted, webroot::hide).await
        }
        Responder::Server { .. } => Ok(()),
    }
}

/// Does something to the answer's file below a webroot.
async fn below(
    root: &str,
    challenge: &Challenge,
    attempted: String,
    act: fn(&Path, &str, &str) -> Result<(), webroot::Trouble>,
) -> Result<(), Failure> {
    let (root, token, answer) =
        (root.to_owned(), challenge.token.clone(), challenge.key_authorization.clone());
    blocking(move || act(Path::new(&root), &token, &answer).map_err(|trouble| trouble.failure(attempted)))
        .await
}
