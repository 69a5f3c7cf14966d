//! The checks before publishing: key, names, validity, every link; and the verdict on trust (fault 10, F87).
//!
//! An authority may offer several chains for one certificate (RFC 8555 §7.4.2). Each is checked like the first before it
//! may be chosen, and what none of them fits is a note: a preference never keeps a certificate from being published.

use super::fail;
use crate::drive::{Interrupted, Work, stored};
use certwright_acme::{CertificateChain, Session};
use certwright_core::Timestamp;
use certwright_core::authority::Authority;
use certwright_core::chain_preference::{ChainPreference, Fit};
use certwright_core::event::Level;
use certwright_core::facts::{CertificateFacts, Trust};
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::identifier::Identifier;
use certwright_core::run::Outcome;
use certwright_pki::certificate::{chain_pem, parse_chain};
use certwright_pki::chain::{Expected, Roots, check_issued, issuers, trust};
use certwright_pki::key::PrivateKey;

/// Let's Encrypt offers three, Pebble as many as it is told.
const MOST_ALTERNATES: usize = 8;

/// What an issued chain must be.
pub(super) struct Wanted<'a> {
    pub(super) version: &'a VersionId,
    pub(super) identifiers: &'a [Identifier],
    pub(super) preferred: Option<&'a ChainPreference>,
    pub(super) authority: &'a Authority,
}

/// A chain that holds.
struct Judged {
    facts: CertificateFacts,
    verdict: Trust,
    pem: String,
    fit: Fit,
}

pub(super) async fn check_and_store(
    work: &mut Work<'_>,
    session: &Session,
    wanted: &Wanted<'_>,
    first: &CertificateChain,
) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    let key = match key_fingerprint(work, wanted).await? {
        Ok(key) => key,
        Err(failure) => return Ok(fail(failure)),
    };
    let now = engine.now();
    let judged = judge(&first.pem, wanted, &key, now);
    let chosen = match choose(work, session, wanted, &key, judged, &first.alternates).await {
        Ok(chosen) => chosen,
        Err(failure) => {
            // Kept for people to look at: the authority has issued it, even if nobody may serve it.
            let kept = engine.store.keep_refused_chain(wanted.version, &first.pem, work.fence).await;
            return Ok(fail(stored(kept)?.err().unwrap_or(failure)));
        }
    };
    match &chosen.verdict {
        Trust::Trusted { root } => work.note(Level::Info, format!("The chain ends in {root}")),
        Trust::Unknown { why } | Trust::Untrusted { why } => {
            work.note(Level::Warning, format!("Whether clients trust the chain is unknown: {why}"));
        }
    }
    let Judged { facts, verdict, pem, .. } = chosen;
    let kept = engine.store.store_chain(wanted.version, &pem, &facts, &verdict, work.fence).await;
    if let Err(failure) = stored(kept)? {
        return Ok(fail(failure));
    }
    work.pass("await-certificate:stored")?;
    Ok(Outcome::Done)
}

/// The key that the certificate must be for: the stored one, or that of the request where no key is stored.
async fn key_fingerprint(
    work: &Work<'_>,
    wanted: &Wanted<'_>,
) -> Result<Result<String, Failure>, Interrupted> {
    let engine = work.engine;
    let sealed = match stored(engine.store.version_key(wanted.version).await)? {
        Ok(sealed) => sealed,
        Err(failure) => return Ok(Err(failure)),
    };
    if sealed.is_empty() {
        let request = match stored(engine.store.version_request(wanted.version).await)? {
            Ok(request) => request,
            Err(failure) => return Ok(Err(failure)),
        };
        return Ok(certwright_pki::request_key_fingerprint(&request)
            .map_err(|error| refused(wanted.authority, error.to_string())));
    }
    Ok(engine.vault.open_version_key(wanted.version, &sealed).and_then(|key| {
        PrivateKey::from_pkcs8_der(&key)
            .map(|key| key.spki_fingerprint())
            .map_err(|error| refused(wanted.authority, error.to_string()))
    }))
}

/// The first chain, or an alternate where that fits the preference better or the first one does not hold.
async fn choose(
    work: &mut Work<'_>,
    session: &Session,
    wanted: &Wanted<'_>,
    key: &str,
    first: Result<Judged, Failure>,
    alternates: &[String],
) -> Result<Judged, Failure> {
    let enough = match (&first, wanted.preferred) {
        (Ok(judged), Some(_)) => judged.fit == Fit::Ends,
        (Ok(_), None) => true,
        (Err(_), _) => false,
    };
    if enough {
        return first;
    }
    let mut best = first;
    for url in alternates.iter().take(MOST_ALTERNATES) {
        let judged = match session.certificate(url).await {
            Ok(answered) => judge(&answered.value.pem, wanted, key, work.engine.now()),
            Err(error) => {
                work.note(Level::Warning, format!("An alternate chain was passed over: {error}"));
                continue;
            }
        };
        match judged {
            Ok(judged) if best.as_ref().map_or(true, |best| judged.fit > best.fit) => best = Ok(judged),
            Ok(_) => {}
            Err(failure) => {
                work.note(Level::Warning, format!("An alternate chain was passed over: {}", failure.answer));
            }
        }
    }
    if let (Ok(best), Some(preferred)) = (&best, wanted.preferred) {
        match best.fit {
            Fit::None => work.note(
                Level::Warning,
                format!("No chain on offer has the issuer {preferred}: the authority's own choice is taken"),
            ),
            Fit::OnTheWay | Fit::Ends => {
                work.note(Level::Info, format!("The chain has the issuer {preferred}"));
            }
        }
    }
    best
}

/// Checks one chain; nothing that does not hold is ever chosen.
fn judge(pem: &str, wanted: &Wanted<'_>, key: &str, now: Timestamp) -> Result<Judged, Failure> {
    let authority = wanted.authority;
    let chain = parse_chain(pem).map_err(|error| refused(authority, error.to_string()))?;
    let expected = Expected { identifiers: wanted.identifiers, key_fingerprint: key, now };
    let facts = check_issued(&chain, &expected).map_err(|faults| {
        let words: Vec<_> = faults.iter().map(|fault| fault.words.clone()).collect();
        refused(authority, words.join("; "))
    })?;
    let roots =
        Roots::from_core(&authority.issuing_roots).map_err(|error| refused(authority, error.to_string()))?;
    let verdict = trust(&chain, &roots, now);
    if let Trust::Untrusted { why } = &verdict {
        return Err(refused(authority, why.clone()));
    }
    let fit = match wanted.preferred {
        None => Fit::None,
        Some(preferred) => {
            preferred.fit(&issuers(&chain, &roots).map_err(|fault| refused(authority, fault.to_string()))?)
        }
    };
    Ok(Judged { facts, verdict, pem: chain_pem(&chain), fit })
}

fn refused(authority: &Authority, answer: String) -> Failure {
    Failure::person(
        "issued-wrong",
        format!("accept the certificate that {} issued", authority.title),
        answer,
        "it is not published, and what is served stays; ask the authority, and check its issuing roots in its entry",
    )
}
