//! Opening the order. Begun again without a stored URL it is opened again: authorities hand back the pending
//! order of the same account and names, or the orphan expires (design §5).

use super::fail;
use crate::acme_failure::failure;
use crate::drive::{Interrupted, Work};
use certwright_acme::{NewOrder, Session};
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use certwright_core::identifier::Identifier;
use certwright_core::run::{KnownAuthorization, Outcome};
use certwright_core::step::Step;
use std::collections::BTreeSet;

pub(super) async fn perform(
    work: &mut Work<'_>,
    identifiers: &[Identifier],
    profile: Option<&str>,
) -> Result<Outcome, Interrupted> {
    if work.run.learnt.order.is_some() {
        return Ok(Outcome::Done);
    }
    let (session, authority) = match session(work).await {
        Ok(found) => found,
        Err(failure) => return Ok(fail(failure)),
    };
    let new = NewOrder {
        identifiers: identifiers.iter().map(wire).collect(),
        profile: profile.map(str::to_owned),
        replaces: None,
    };
    let opened = match session.new_order(&new).await {
        Ok(answered) => answered.value,
        Err(error) => return Ok(fail(failure(&error, &authority.title))),
    };
    // An authority that changes what was asked would have us answer for names nobody wanted (fault 8).
    let asked: BTreeSet<_> = identifiers.iter().map(Identifier::ascii).collect();
    let got: BTreeSet<_> =
        opened.order.identifiers.iter().map(|identifier| identifier.value.to_lowercase()).collect();
    if !got.is_empty() && got != asked {
        return Ok(fail(Failure::person(
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
        return Ok(fail(Failure::retry(
            "order-incomplete",
            format!("open an order at {}", authority.title),
            "its answer names no finalize address",
            "nothing yet: Certwright tries again",
        )));
    };
    work.run.learnt.order = Some(opened.url);
    work.run.learnt.finalize = Some(finalize);
    let mut known = Vec::new();
    for url in opened.order.authorizations {
        let answered = match session.authorization(&url).await {
            Ok(answered) => answered.value,
            Err(error) => return Ok(forget(work, &error, &authority)),
        };
        let text = &answered.identifier.value;
        let text =
            if answered.wildcard && !text.starts_with("*.") { format!("*.{text}") } else { text.clone() };
        let Some(identifier) =
            identifiers.iter().find(|identifier| identifier.ascii().eq_ignore_ascii_case(&text))
        else {
            return Ok(fail(Failure::person(
                "order-changed",
                format!("read the authorizations of the order at {}", authority.title),
                format!("one is for {text:?}, which nobody asked for"),
                "ask the authority why; nothing was answered for it",
            )));
        };
        let valid = answered.status == certwright_acme::AuthorizationStatus::Valid;
        let challenge = answered.challenge("http-01");
        let (url_of, token) = match challenge.map(|challenge| (challenge.url(), challenge.token())) {
            None => (None, None),
            Some((Ok(url), Ok(token))) => (url.map(str::to_owned), token.map(str::to_owned)),
            Some((Err(error), _) | (_, Err(error))) => return Ok(forget(work, &error, &authority)),
        };
        if !valid && (url_of.is_none() || token.is_none()) {
            let offered: Vec<_> = answered.challenges.iter().map(certwright_acme::Challenge::kind).collect();
            return Ok(fail(Failure::person(
                "no-http-01",
                format!("find an http-01 challenge for {identifier}"),
                format!("{} offers only: {}", authority.title, offered.join(", ")),
                "choose another authority, or another way of validation for this name",
            )));
        }
        known.push(KnownAuthorization {
            identifier: identifier.clone(),
            url,
            challenge: url_of,
            token,
            told: false,
            valid,
        });
    }
    work.run.learnt.authorizations = known;
    Ok(Outcome::Done)
}

/// An order whose authorizations could not be read is opened again: half of it is no use.
fn forget(work: &mut Work<'_>, error: &certwright_acme::Error, authority: &Authority) -> Outcome {
    work.run.learnt.order = None;
    work.run.learnt.finalize = None;
    fail(failure(error, &authority.title))
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
    let account = engine
        .store
        .account(account)
        .await
        .map_err(|error| crate::engine::storage(&error.to_string()))?
        .account;
    let session = engine.session(&authority, &account, Some(&engine.log(&work.run.certificate))).await?;
    Ok((session, authority))
}
