//! Whether a chain that an authority issued is the one that was asked for.

use super::{
    fault::{ChainFault, list},
    link, validity,
};
use crate::certificate;
use certwright_core::{Timestamp, facts::CertificateFacts, identifier::Identifier};
use std::collections::BTreeSet;

/// What the chain must be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The identifiers asked for; the certificate must have these and no others.
    pub identifiers: &'a [Identifier],
    /// [`spki_fingerprint`](crate::PrivateKey::spki_fingerprint) of the key that the request was signed with.
    pub key_fingerprint: &'a str,
    /// The time now.
    pub now: Timestamp,
}

/// Checks a chain as it came from the authority, leaf first; all that is wrong is reported together. Where it
/// ends is another question: see [`trust`](super::trust()).
pub fn check_issued(chain: &[Vec<u8>], expected: &Expected<'_>) -> Result<CertificateFacts, Vec<ChainFault>> {
    let certificates = link::read_all(chain).map_err(|fault| vec![fault])?;
    let facts = certificates
        .first()
        .ok_or_else(link::empty_chain)
        .and_then(|leaf| {
            certificate::facts_of(leaf).map_err(|error| link::unreadable(1, chain.len(), &error))
        })
        .map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    if facts.key_fingerprint != expected.key_fingerprint {
        faults.push(ChainFault::new(
            "wrong-key",
            "the certificate is for another key than the one it was asked for",
        ));
    }
    check_names(&facts, expected.identifiers, &mut faults);
    if facts.is_authority {
        faults.push(ChainFault::new(
            "leaf-is-authority",
            "the first certificate is that of a certificate authority, not that of a server",
        ));
    }
    validity::check_leaf(&facts, expected.now, &mut faults);
    validity::check_issuers(&certificates, expected.now, &mut faults);
    link::check(&certificates, &mut faults);
    if faults.is_empty() { Ok(facts) } else { Err(faults) }
}

fn check_names(facts: &CertificateFacts, asked: &[Identifier], faults: &mut Vec<ChainFault>) {
    let asked: BTreeSet<&Identifier> = asked.iter().collect();
    let found: BTreeSet<&Identifier> = facts.identifiers.iter().collect();
    let missing: Vec<String> = asked.difference(&found).map(|name| name.ascii()).collect();
    let extra: Vec<String> = found.difference(&asked).map(|name| name.ascii()).collect();
    if !missing.is_empty() {
        faults.push(ChainFault::new(
            "missing-names",
            format!("names that were asked for are missing: {}", list(&missing)),
        ));
    }
    if !extra.is_empty() {
        faults.push(ChainFault::new(
            "extra-names",
            format!("it has names that nobody asked for: {}", list(&extra)),
        ));
    }
    if !facts.odd_names.is_empty() {
        faults.push(ChainFault::new(
            "odd-names",
            format!(
                "it has alternative names that are neither host names nor addresses: {}",
                list(&facts.odd_names)
            ),
        ));
    }
}
