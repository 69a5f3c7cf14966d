//! The checks before publishing: key, names, validity, every link; and the verdict on trust (fault 10, F87).

use super::fail;
use crate::drive::{Interrupted, Work, stored};
use certwright_core::authority::Authority;
use certwright_core::event::Level;
use certwright_core::facts::Trust;
use certwright_core::failure::Failure;
use certwright_core::id::VersionId;
use certwright_core::identifier::Identifier;
use certwright_core::run::Outcome;
use certwright_pki::certificate::{chain_pem, parse_chain};
use certwright_pki::chain::{Expected, Roots, check_issued, trust};
use certwright_pki::key::PrivateKey;

pub(super) async fn check_and_store(
    work: &mut Work<'_>,
    version: &VersionId,
    pem: &str,
    identifiers: &[Identifier],
    authority: &Authority,
) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    let sealed = match stored(engine.store.version_key(version).await)? {
        Ok(sealed) => sealed,
        Err(failure) => return Ok(fail(failure)),
    };
    let now = engine.now();
    let checked = (|| {
        let key = engine.vault.open_version_key(version, &sealed)?;
        let key = PrivateKey::from_pkcs8_der(&key).map_err(|error| refused(authority, error.to_string()))?;
        let chain = parse_chain(pem).map_err(|error| refused(authority, error.to_string()))?;
        let expected = Expected { identifiers, key_fingerprint: &key.spki_fingerprint(), now };
        let facts = check_issued(&chain, &expected).map_err(|faults| {
            let words: Vec<_> = faults.iter().map(|fault| fault.words.clone()).collect();
            refused(authority, words.join("; "))
        })?;
        let roots = Roots::from_core(&authority.issuing_roots)
            .map_err(|error| refused(authority, error.to_string()))?;
        let verdict = trust(&chain, &roots, now);
        if let Trust::Untrusted { why } = &verdict {
            return Err(refused(authority, why.clone()));
        }
        Ok((facts, verdict, chain_pem(&chain)))
    })();
    let (facts, verdict, chain) = match checked {
        Ok(checked) => checked,
        Err(failure) => {
            // Kept for people to look at: the authority has issued it, even if nobody may serve it.
            if let Err(failure) = stored(engine.store.keep_refused_chain(version, pem, work.fence).await)? {
                return Ok(fail(failure));
            }
            return Ok(fail(failure));
        }
    };
    match &verdict {
        Trust::Trusted { root } => work.note(Level::Info, format!("The chain ends in {root}")),
        Trust::Unknown { why } | Trust::Untrusted { why } => {
            work.note(Level::Warning, format!("Whether clients trust the chain is unknown: {why}"));
        }
    }
    if let Err(failure) =
        stored(engine.store.store_chain(version, &chain, &facts, &verdict, work.fence).await)?
    {
        return Ok(fail(failure));
    }
    work.pass("await-certificate:stored")?;
    Ok(Outcome::Done)
}

fn refused(authority: &Authority, answer: String) -> Failure {
    Failure::person(
        "issued-wrong",
        format!("accept the certificate that {} issued", authority.title),
        answer,
        "it is not published, and what is served stays; ask the authority, and check its issuing roots in its entry",
    )
}
