//! Telling the authority to look, and polling the authorizations until it has seen all answers.
//!
//! Polled are the authorizations, never the order: polling an order that is being completed wedges Pebble
//! (`letsencrypt/pebble#554`), and says less. First at Retry-After, else not faster than once a second.

use super::fail;
use crate::acme_failure::{failure_at, remedy};
use crate::drive::{Interrupted, Work, stored};
use certwright_acme::{Answered, Authorization, AuthorizationStatus, ChallengeStatus, Session};
use certwright_core::authority::Authority;
use certwright_core::event::Level;
use certwright_core::failure::{Failure, FailureClass, IdentifierProblem};
use certwright_core::identifier::Identifier;
use certwright_core::run::Outcome;
use certwright_core::{SignedDuration, Timestamp, describe};
use futures_util::{StreamExt as _, stream};

/// How many authorizations are looked at at once.
const AT_ONCE: usize = 8;

/// The pause where the authority asks for none.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// What one look at an authorization showed.
struct Look {
    index: usize,
    state: LookState,
    next: Timestamp,
}

enum LookState {
    Valid,
    Open,
    Refused(IdentifierProblem, String),
}

pub(super) async fn perform(
    work: &mut Work<'_>,
    identifiers: &[Identifier],
    again: bool,
) -> Result<Outcome, Interrupted> {
    let (session, authority) = match super::open_order::session(work).await {
        Ok(found) => found,
        Err(failure) => return Ok(fail(failure)),
    };
    if again {
        // A restart took our own listener with it: what is owed is shown again.
        let owed = match stored(work.engine.store.owed_of(&work.run.id).await)? {
            Ok(owed) => owed,
            Err(failure) => return Ok(fail(failure)),
        };
        for challenge in &owed {
            if let Err(failure) = super::challenges::show(work.engine, challenge).await {
                return Ok(fail(failure));
            }
        }
    }
    let now = work.engine.now();
    let open: Vec<_> = work
        .run
        .learnt
        .authorizations
        .iter()
        .enumerate()
        .filter(|(_, known)| !known.valid && identifiers.contains(&known.identifier))
        .map(|(index, known)| (index, known.clone()))
        .collect();
    if open.is_empty() {
        return Ok(Outcome::Done);
    }
    // Each at the moment that the authority named for it, not at the earliest of all.
    let (later, now_due): (Vec<_>, Vec<_>) =
        open.into_iter().partition(|(_, known)| known.look_at.is_some_and(|at| at > now));
    let looks: Vec<Result<Look, certwright_acme::Error>> = stream::iter(now_due)
        .map(|(index, known)| look(&session, index, known.url, known.challenge.filter(|_| !known.told), now))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut refused = Vec::new();
    let mut waiting: Vec<_> = later.iter().map(|(_, known)| known.identifier.clone()).collect();
    let mut next: Option<Timestamp> = later.iter().filter_map(|(_, known)| known.look_at).min();
    let mut trouble = None;
    for look in looks {
        let look = match look {
            Ok(look) => look,
            // What the others showed is remembered all the same: they are not told twice.
            Err(error) => {
                trouble.get_or_insert(error);
                continue;
            }
        };
        let known = &mut work.run.learnt.authorizations[look.index];
        known.told = true;
        match look.state {
            LookState::Valid => {
                known.valid = true;
                let words = format!("{} has validated {}", authority.title, known.identifier);
                work.note(Level::Info, words);
            }
            LookState::Open => {
                waiting.push(known.identifier.clone());
                known.look_at = Some(look.next);
                next = Some(next.map_or(look.next, |other| other.min(look.next)));
            }
            LookState::Refused(problem, remedy) => refused.push((problem, remedy)),
        }
    }
    if let Some(error) = trouble {
        return Ok(fail(failure_at(&error, &authority.title, now)));
    }
    Ok(match next {
        // All verdicts are waited for, so that one failure names every bad name of a hundred at once.
        Some(next) => {
            Outcome::Later(next, format!("{} is validating {}", authority.title, describe::names(&waiting)))
        }
        None if refused.is_empty() => Outcome::Done,
        None => fail(refusal(&authority, refused)),
    })
}

async fn look(
    session: &Session,
    index: usize,
    url: String,
    challenge_url: Option<String>,
    now: Timestamp,
) -> Result<Look, certwright_acme::Error> {
    let mut answered = session.authorization(&url).await?;
    if answered.value.status == AuthorizationStatus::Pending {
        let to_tell = answered.value.challenge("http-01").is_some_and(|challenge| {
            // Caddy leaves a failed challenge pending with its error set; telling again would hide that.
            challenge.status() == ChallengeStatus::Pending && challenge.error().is_none()
        });
        if let (true, Some(challenge_url)) = (to_tell, &challenge_url) {
            let told = session.challenge_ready(challenge_url).await?;
            answered.retry_after = told.retry_after.or(answered.retry_after);
        }
    }
    let next =
        answered.retry_after.map_or(now + PAUSE, |retry_after| retry_after.moment(now)).max(now + PAUSE / 2);
    Ok(Look { index, state: state(&answered), next })
}

fn state(answered: &Answered<Authorization>) -> LookState {
    let authorization = &answered.value;
    let error = authorization.challenges.iter().find_map(certwright_acme::Challenge::error);
    match &authorization.status {
        AuthorizationStatus::Valid => LookState::Valid,
        AuthorizationStatus::Pending if error.is_none() => LookState::Open,
        AuthorizationStatus::Unknown(_) => LookState::Open,
        status => {
            let (kind, detail, remedy) = match &error {
                Some(problem) => (
                    problem.kind.name().to_owned(),
                    problem.detail.clone(),
                    remedy(&problem.kind, problem.instance.as_deref()),
                ),
                None => (
                    format!("{status:?}").to_lowercase(),
                    "the authority gave no reason".to_owned(),
                    "look at the certificate's log".to_owned(),
                ),
            };
            LookState::Refused(
                IdentifierProblem { identifier: authorization.identifier.value.clone(), kind, detail },
                remedy,
            )
        }
    }
}

fn refusal(authority: &Authority, refused: Vec<(IdentifierProblem, String)>) -> Failure {
    let mut remedies: Vec<_> = refused.iter().map(|(_, remedy)| remedy.clone()).collect();
    remedies.sort();
    remedies.dedup();
    let problems: Vec<_> = refused.into_iter().map(|(problem, _)| problem).collect();
    let names: Vec<_> = problems.iter().map(|problem| problem.identifier.as_str()).collect();
    Failure::new(
        "challenge-failed",
        FailureClass::NeedsPerson,
        format!("show control over {} to {}", names.join(", "), authority.title),
        "the authority did not see the right answer",
        remedies.join("; "),
    )
    .with_identifiers(problems)
}
