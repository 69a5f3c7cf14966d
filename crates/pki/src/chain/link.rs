//! Whether every certificate of a chain is issued by the next one, up to the last one sent.

use super::fault::{ChainFault, called};
use super::signature::{Signed, signed_by};
use crate::certificate::{self, person_readable};
use crate::error::PkiError;
use x509_parser::prelude::X509Certificate;

pub(super) fn read_all(chain: &[Vec<u8>]) -> Result<Vec<X509Certificate<'_>>, ChainFault> {
    if chain.is_empty() {
        return Err(empty_chain());
    }
    let mut certificates = Vec::with_capacity(chain.len());
    for (index, der) in chain.iter().enumerate() {
        certificates
            .push(certificate::read(der).map_err(|error| unreadable(index + 1, chain.len(), &error))?);
    }
    Ok(certificates)
}

pub(super) fn empty_chain() -> ChainFault {
    ChainFault::new("empty-chain", "there is no certificate at all")
}

pub(super) fn unreadable(position: usize, length: usize, error: &PkiError) -> ChainFault {
    ChainFault::new("unreadable", format!("certificate {position} of {length}: {error}"))
}

/// Names, signatures, and the right of each issuer to issue (RFC 5280 §6.1.3 and §6.1.4).
pub(super) fn check(chain: &[X509Certificate<'_>], faults: &mut Vec<ChainFault>) {
    for (index, pair) in chain.windows(2).enumerate() {
        let [certificate, issuer] = pair else { continue };
        check_link(chain, index, certificate, issuer, faults);
        check_right_to_issue(chain, index + 1, issuer, faults);
    }
}

fn check_link(
    chain: &[X509Certificate<'_>],
    index: usize,
    certificate: &X509Certificate<'_>,
    issuer: &X509Certificate<'_>,
    faults: &mut Vec<ChainFault>,
) {
    let (this, next) = (called(chain, index), called(chain, index + 1));
    if certificate.issuer().as_raw() != issuer.subject().as_raw() {
        let named = person_readable(certificate.issuer());
        faults.push(ChainFault::new(
            "wrong-issuer",
            format!("{this} names {named} as its issuer, but {next} follows"),
        ));
        return;
    }
    match signed_by(certificate, issuer.public_key().raw) {
        Signed::Yes => {}
        Signed::No => {
            let words = format!("{this} is not signed by {next}, although that has the right name");
            faults.push(ChainFault::new("wrong-signature", words));
        }
        Signed::UnknownAlgorithm => {
            let words = format!("{this} is signed in a way that current clients do not accept");
            faults.push(ChainFault::new("unknown-signature", words));
        }
    }
}

fn check_right_to_issue(
    chain: &[X509Certificate<'_>],
    index: usize,
    issuer: &X509Certificate<'_>,
    faults: &mut Vec<ChainFault>,
) {
    let (Ok(constraints), Ok(usage)) = (issuer.basic_constraints(), issuer.key_usage()) else {
        let words = format!("{} has damaged basic constraints or key usage", called(chain, index));
        faults.push(ChainFault::new("unreadable", words));
        return;
    };
    let is_authority = constraints.as_ref().is_some_and(|constraints| constraints.value.ca);
    let may_sign = usage.is_none_or(|usage| usage.value.key_cert_sign());
    if !is_authority || !may_sign {
        let words = format!("{} is not that of an authority, so it cannot issue", called(chain, index));
        faults.push(ChainFault::new("not-an-authority", words));
    }
    // RFC 5280 §4.2.1.9: certificates that an authority issued to itself do not count, nor does the leaf.
    let below = chain[1..index]
        .iter()
        .filter(|between| between.subject().as_raw() != between.issuer().as_raw())
        .count();
    let limit = constraints.and_then(|constraints| constraints.value.path_len_constraint);
    if limit.is_some_and(|limit| below > limit as usize) {
        let words = format!("{} may not have that many authorities below it", called(chain, index));
        faults.push(ChainFault::new("path-too-long", words));
    }
}
