//! Verifying: a handshake at the binding's own listen address must show the new version, several times in a
//! row within a time limit, because old workers linger after a reload (faults 36, 38).

use super::{fail, missing};
use crate::drive::{Interrupted, Work, stored};
use crate::engine::Engine;
use certwright_core::binding::Binding;
use certwright_core::endpoint::{Endpoint, Observation};
use certwright_core::facts::CertificateFacts;
use certwright_core::failure::Failure;
use certwright_core::run::Outcome;
use certwright_pki::{certificate, chain};
use futures_util::{StreamExt as _, stream};
use std::time::Duration;

/// How many endpoints are looked at at once.
const AT_ONCE: usize = 32;
/// The pause between two looks at one endpoint. Right answers must span more than the 100 ms in which nginx lets
/// new and old workers answer side by side after a reload.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn perform(work: &Work<'_>, binding: &Binding) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    let Some(id) = work.run.learnt.version.clone() else { return Ok(missing("version")) };
    let version = match stored(engine.store.version(&id).await)? {
        Ok(version) => version,
        Err(failure) => return Ok(fail(failure)),
    };
    let Some(expected) = version.facts else { return Ok(missing("certificate")) };
    let roots = match engine.authority_of(&version.authority).await {
        Ok(authority) => chain::Roots::from_core(&authority.issuing_roots).unwrap_or(chain::Roots::Unknown),
        Err(_) => chain::Roots::Unknown,
    };
    let observations: Vec<Observation> = stream::iter(binding.endpoints.clone())
        .map(|endpoint| settle(engine, endpoint, &expected, &roots))
        .buffered(AT_ONCE)
        .collect()
        .await;
    if let Err(failure) = stored(engine.store.put_observations(&work.run.certificate, &observations).await)? {
        return Ok(fail(failure));
    }
    let wrong: Vec<_> = observations
        .iter()
        .filter_map(|observed| {
            let problem = observed.problem.as_ref().filter(|_| !observed.served)?;
            Some(format!("{} for {}: {problem}", observed.endpoint.address, observed.endpoint.host))
        })
        .collect();
    if wrong.is_empty() {
        return Ok(Outcome::Done);
    }
    Ok(fail(Failure::retry(
        "not-served",
        format!("verify by handshake that {} serves the new certificate", binding.site),
        wrong.join("; "),
        "look at the server's error log: it may not have taken its configuration, or something else may hold the address",
    )))
}

/// Looks until the endpoint showed the certificate several times in a row, or time is up.
async fn settle(
    engine: &Engine,
    endpoint: Endpoint,
    expected: &CertificateFacts,
    roots: &chain::Roots,
) -> Observation {
    let until = engine.clock.instant() + engine.options.verify_within;
    let mut in_a_row = 0;
    loop {
        let observed = look(engine, &endpoint, expected, roots).await;
        in_a_row = if observed.served { in_a_row + 1 } else { 0 };
        if in_a_row >= engine.options.verify_times || engine.clock.instant() >= until {
            return Observation { served: in_a_row >= engine.options.verify_times, ..observed };
        }
        engine.clock.pause(PAUSE).await;
    }
}

async fn look(
    engine: &Engine,
    endpoint: &Endpoint,
    expected: &CertificateFacts,
    roots: &chain::Roots,
) -> Observation {
    let at = engine.now();
    let nothing = |problem: String| Observation {
        endpoint: endpoint.clone(),
        at,
        fingerprint: None,
        served: false,
        trust: None,
        matching: false,
        not_after: None,
        problem: Some(problem),
    };
    let served = match engine.ports.handshake.served_chain(endpoint).await {
        Ok(served) => served,
        Err(words) => return nothing(words),
    };
    let facts = match served.first().map(|leaf| certificate::facts(leaf)) {
        Some(Ok(facts)) => facts,
        Some(Err(error)) => return nothing(format!("what is served is no certificate: {error}")),
        None => return nothing("no certificate was served".to_owned()),
    };
    let right = facts.fingerprint == expected.fingerprint;
    let matching = facts.covers(&endpoint.host);
    let problem = if !right {
        Some(format!(
            "another certificate is served: {}, issued by {}, valid until {}, SHA-256 {}",
            facts.subject, facts.issuer, facts.not_after, facts.fingerprint
        ))
    } else if !matching {
        Some(format!("the certificate is not good for {}", endpoint.host))
    } else {
        None
    };
    Observation {
        endpoint: endpoint.clone(),
        at,
        fingerprint: Some(facts.fingerprint),
        served: right,
        trust: Some(chain::trust(&served, roots, at)),
        matching,
        not_after: Some(facts.not_after),
        problem,
    }
}
