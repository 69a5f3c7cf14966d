//! Opening the order. Begun again without a stored URL it is opened again: authorities hand back the pending
//! order of the same account and names, or the orphan expires (design §5).

use super::fail;
use crate::acme_failure::failure_at;
use crate::drive::{Interrupted, Work};
use crate::ledger;
use certwright_acme::{NewOrder, OrderStatus, Problem, ProblemKind, Session};
use certwright_core::Timestamp;
use certwright_core::authority::Authority;
use certwright_core::describe;
use certwright_core::event::Level;
use certwright_core::failure::{Failure, FailureClass, IdentifierProblem};
use certwright_core::identifier::Identifier;
use certwright_core::run::{KnownAuthorization, Outcome};
use certwright_core::step::Step;
use std::collections::BTreeSet;

/// What the step asks for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) identifiers: &'a [Identifier],
    pub(super) profile: Option<&'a str>,
    pub(super) or_default_profile: bool,
    pub(super) lifetime_seconds: Option<u64>,
    pub(super) replaces: Option<&'a str>,
}

pub(super) async fn perform(work: &mut Work<'_>, asked: Asked<'_>) -> Result<Outcome, Interrupted> {
    let identifiers = asked.identifiers;
    let (session, authority) = match session(work).await {
        Ok(found) => found,
        Err(failure) => return Ok(fail(failure)),
    };
    let urls = match work.run.learnt.order.clone() {
        None => {
            let (engine, now) = (work.engine, work.engine.now());
            let slot = engine.admission.slot(&work.run.id, &authority.id, &authority.details.pace, now);
            if slot > now {
                let words = format!("its turn at {}: others are ordered first", authority.title);
                return Ok(Outcome::Later(slot, words));
            }
            let counted = match ledger::admit(work, &authority, identifiers).await? {
                Ok(counted) => counted,
                Err(outcome) => return Ok(outcome),
            };
            work.pass("open-order:counted")?;
            match open(work, &session, &authority, asked).await? {
                Ok(urls) => urls,
                Err(failure) => {
                    ledger::not_opened(work, &counted, &authority, identifiers, &failure).await?;
                    return Ok(fail(failure));
                }
            }
        }
        // Opened before the last stop: what is left is to read its authorizations.
        Some(url) => match session.order(&url).await {
            Ok(answered) => answered.value.authorizations,
            Err(error) => return Ok(lost(work, &error, &authority)),
        },
    };
    let mut known = Vec::new();
    for url in urls {
        match read(&session, &authority, identifiers, url).await {
            Ok(Ok(authorization)) => known.push(authorization),
            Ok(Err(failure)) => return Ok(fail(failure)),
            Err(error) => return Ok(lost(work, &error, &authority)),
        }
    }
    work.run.learnt.authorizations = known;
    Ok(Outcome::Done)
}

/// Whether an order may have been refused because it names the version it replaces (RFC 9773 §5), and how to say so.
/// Authorities have several words for one they cannot find; an order that is right but for that is worth one more try.
fn because_of_replaces(kind: &ProblemKind) -> Option<&'static str> {
    match kind {
        // Of a lost answer, or of another node.
        ProblemKind::AlreadyReplaced => Some("says that another order replaces the newest version already"),
        ProblemKind::Malformed | ProblemKind::ServerInternal | ProblemKind::Unauthorized => {
            Some("refuses an order that replaces the newest version")
        }
        _ => None,
    }
}

/// Opens the order and stores where it is, before anything else is asked: one that is lost counts against limits.
async fn open(
    work: &mut Work<'_>,
    session: &Session,
    authority: &Authority,
    asked: Asked<'_>,
) -> Result<Result<Vec<String>, Failure>, Interrupted> {
    let identifiers = asked.identifiers;
    let mut new = NewOrder {
        identifiers: identifiers.iter().map(wire).collect(),
        profile: asked.profile.map(str::to_owned),
        not_after: asked.lifetime_seconds.and_then(|seconds| not_after(work.engine.now(), seconds)),
        replaces: asked.replaces.map(str::to_owned),
    };
    let mut answered = session.new_order(&new).await;
    if let Some(words) = answered.as_ref().err().and_then(|error| because_of_replaces(error.kind()?))
        && new.replaces.take().is_some()
    {
        work.note(Level::Warning, format!("The authority {words}; ordered without naming it"));
        answered = session.new_order(&new).await;
    }
    if answered.as_ref().is_err_and(|error| error.kind() == Some(&ProblemKind::InvalidProfile)) {
        // The directory that the plan was made by is out of date: the next plan shall know what is offered now.
        let offered = session.client().refresh_directory().await.map(|answered| answered.value);
        if asked.or_default_profile {
            let default = authority.limits(None).map(|limits| limits.name.clone());
            new.profile = default.filter(|name| {
                Some(name.as_str()) != asked.profile
                    && offered.is_ok_and(|directory| directory.meta.profiles.contains_key(name))
            });
            work.note(
                Level::Warning,
                format!(
                    "{} does not know the profile {} any more: the order falls back to its default",
                    authority.title,
                    asked.profile.unwrap_or_default()
                ),
            );
            answered = session.new_order(&new).await;
        }
    }
    let opened = match answered {
        Ok(answered) => answered.value,
        Err(error) => {
            let failure = failure_at(&error, &authority.title, work.engine.now());
            return Ok(Err(naming(failure, &error, identifiers)));
        }
    };
    // An authority that changes what was asked would have us answer for names nobody wanted (fault 8).
    let asked: BTreeSet<_> = identifiers.iter().map(Identifier::ascii).collect();
    let got: BTreeSet<_> =
        opened.order.identifiers.iter().map(|identifier| identifier.value.to_lowercase()).collect();
    if !got.is_empty() && got != asked {
        return Ok(Err(Failure::person(
            "order-changed",
            format!("open an order at {}", authority.title),
            format!(
                "the authority opened it for other names: {}",
                got.into_iter().collect::<Vec<_>>().join(", ")
            ),
            "ask the authority why; nothing was answered for these names",
        )));
    }
    let Some(finalize) = opened.order.finalize else {
        return Ok(Err(Failure::retry(
            "order-incomplete",
            format!("open an order at {}", authority.title),
            "its answer names no finalize address",
            "nothing yet: Certwright tries again",
        )));
    };
    // Authorities that approve names beforehand may leave the authorizations out; an order that still waits for some
    // and does not say where they are would never become ready.
    if opened.order.authorizations.is_empty() && opened.order.status == OrderStatus::Pending {
        return Ok(Err(Failure::retry(
            "order-incomplete",
            format!("open an order at {}", authority.title),
            "it is pending, and its answer names no authorizations",
            "nothing yet: Certwright tries again; if this stays so, ask the authority",
        )));
    }
    work.run.learnt.order = Some(opened.url);
    work.run.learnt.finalize = Some(finalize);
    work.run.learnt.expires = opened.order.expires;
    work.save(None).await?;
    work.pass("open-order:opened")?;
    Ok(Ok(opened.order.authorizations))
}

/// The end of a lifetime that begins now, in whole seconds: what is finer, no certificate can say.
fn not_after(now: Timestamp, seconds: u64) -> Option<Timestamp> {
    let end = now.as_second().checked_add(i64::try_from(seconds).ok()?)?;
    Timestamp::from_second(end).ok()
}

/// The failure with the names that were asked for, where the authority refuses one and does not say which (as Caddy
/// does): a person could do nothing about it.
fn naming(failure: Failure, error: &certwright_acme::Error, identifiers: &[Identifier]) -> Failure {
    let of_a_name = |problem: &&Problem| {
        matches!(problem.kind, ProblemKind::RejectedIdentifier | ProblemKind::UnsupportedIdentifier)
    };
    match error.problem().filter(of_a_name) {
        Some(problem) if failure.identifiers.is_empty() => match identifiers {
            [only] => failure.with_identifiers(vec![IdentifierProblem {
                identifier: only.ascii(),
                kind: problem.kind.name().to_owned(),
                detail: problem.detail.clone(),
            }]),
            several => {
                let names = describe::names(several);
                let answer = format!("{} (it does not say which of {names} it means)", failure.answer);
                Failure { answer, ..failure }
            }
        },
        _ => failure,
    }
}

/// Reads one authorization: the outer error is the authority's or the network's, the inner one is about what it says.
async fn read(
    session: &Session,
    authority: &Authority,
    identifiers: &[Identifier],
    url: String,
) -> Result<Result<KnownAuthorization, Failure>, certwright_acme::Error> {
    let answered = session.authorization(&url).await?.value;
    let text = &answered.identifier.value;
    let text = if answered.wildcard && !text.starts_with("*.") { format!("*.{text}") } else { text.clone() };
    let Some(identifier) =
        identifiers.iter().find(|identifier| identifier.ascii().eq_ignore_ascii_case(&text))
    else {
        return Ok(Err(Failure::person(
            "order-changed",
            format!("read the authorizations of the order at {}", authority.title),
            format!("one is for {text:?}, which nobody asked for"),
            "ask the authority why; nothing was answered for it",
        )));
    };
    let valid = answered.status == certwright_acme::AuthorizationStatus::Valid;
    let (challenge, token) = match answered.challenge("http-01") {
        None => (None, None),
        Some(challenge) => (challenge.url()?.map(str::to_owned), challenge.token()?.map(str::to_owned)),
    };
    if !valid && (challenge.is_none() || token.is_none()) {
        let offered: Vec<_> = answered.challenges.iter().map(certwright_acme::Challenge::kind).collect();
        return Ok(Err(Failure::person(
            "no-http-01",
            format!("find an http-01 challenge for {identifier}"),
            format!("{} offers only: {}", authority.title, offered.join(", ")),
            "choose another authority, or another way of validation for this name",
        )));
    }
    Ok(Ok(KnownAuthorization {
        identifier: identifier.clone(),
        url,
        challenge,
        token,
        told: false,
        valid,
        look_at: None,
    }))
}

/// An order that the authority does not know any more is forgotten: the next try opens another one.
fn lost(work: &mut Work<'_>, error: &certwright_acme::Error, authority: &Authority) -> Outcome {
    let failure = failure_at(error, &authority.title, work.engine.now());
    if error.status() != Some(404) {
        return fail(failure);
    }
    work.run.learnt.order = None;
    work.run.learnt.finalize = None;
    work.run.learnt.expires = None;
    fail(Failure { class: FailureClass::Retry, ..failure })
}

fn wire(identifier: &Identifier) -> certwright_acme::Identifier {
    match identifier {
        Identifier::Ip(address) => certwright_acme::Identifier::ip(*address),
        _ => certwright_acme::Identifier::dns(identifier.ascii()),
    }
}

/// The session of the run's account, with the authority it belongs to.
pub(super) async fn session(work: &Work<'_>) -> Result<(Session, Authority), Failure> {
    let engine = work.engine;
    let ordered = work.run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { authority, account, .. } => Some((authority, account)),
        _ => None,
    });
    let Some((authority, account)) = ordered else {
        return Err(Failure::person(
            "run-incomplete",
            "go on with the stored run",
            "it has no order step",
            "cancel it and ask again",
        ));
    };
    let authority = engine.authority_of(authority).await?;
    engine.refuse_before(&authority).await?;
    let account = engine
        .store
        .account(account)
        .await
        .map_err(|error| crate::engine::storage(&error.to_string()))?
        .account;
    let session = engine.session(&authority, &account, Some(&engine.log(&work.run.certificate))).await?;
    Ok((session, authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the failure says of an order for these names, when the authority refuses with these words.
    fn refused(problem: &serde_json::Value, names: &[&str]) -> Failure {
        let problem = Box::new(Problem::read(problem.as_object().unwrap()));
        let error = certwright_acme::Error::Problem {
            attempted: "open an order".to_owned(),
            problem,
            retry_after: None,
        };
        let names: Vec<_> = names.iter().map(|name| Identifier::parse(name).unwrap()).collect();
        naming(failure_at(&error, "Example", Timestamp::UNIX_EPOCH), &error, &names)
    }

    fn problem(kind: &str) -> serde_json::Value {
        serde_json::json!({ "type": format!("urn:ietf:params:acme:error:{kind}"), "detail": "no" })
    }

    #[test]
    fn a_refusal_that_names_nobody_is_told_with_the_names_that_were_asked_for() {
        let failure = refused(&problem("rejectedIdentifier"), &["a.example", "b.example"]);
        assert!(
            failure.answer.ends_with("(it does not say which of a.example, b.example it means)"),
            "{failure}"
        );
        assert!(failure.identifiers.is_empty());
        let failure = refused(&problem("unsupportedIdentifier"), &["a.example"]);
        assert_eq!(failure.identifiers[0].identifier, "a.example");
        assert_eq!((failure.identifiers[0].detail.as_str(), failure.answer.contains("which")), ("no", false));
    }

    #[test]
    fn what_the_authority_names_itself_is_enough() {
        let mut named = problem("rejectedIdentifier");
        let identifier = serde_json::json!({ "type": "dns", "value": "b.example" });
        let sub = serde_json::json!({ "type": named["type"], "detail": "no", "identifier": identifier });
        named["subproblems"] = serde_json::json!([sub]);
        let failure = refused(&named, &["a.example", "b.example"]);
        assert_eq!(failure.identifiers.len(), 1);
        assert!(!failure.to_string().contains("a.example"), "{failure}");
        let limited = refused(&problem("rateLimited"), &["a.example", "b.example"]);
        assert!(!limited.to_string().contains("a.example"), "{limited}");
    }
}
