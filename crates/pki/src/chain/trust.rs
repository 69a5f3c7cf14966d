//! The verdict on where a chain ends.

mod own;
mod path;

use super::{
    fault::{ChainFault, sentence},
    link,
    roots::Roots,
    validity,
};
use crate::certificate::{self, moment, person_readable};
use certwright_core::{Timestamp, facts::Trust};
use x509_parser::prelude::X509Certificate;

/// Whether the chain, leaf first, ends in one of the roots, or is one away from it. A wrong link is never
/// trusted; without roots the answer is "unknown", never silently "trusted".
pub fn trust(chain: &[Vec<u8>], roots: &Roots, now: Timestamp) -> Trust {
    let certificates = match link::read_all(chain) {
        Ok(certificates) => certificates,
        Err(fault) => return untrusted(fault.words),
    };
    let mut faults = Vec::new();
    link::check(&certificates, &mut faults);
    if !faults.is_empty() {
        return untrusted(sentence(&faults));
    }
    match roots {
        Roots::Unknown => without_roots(&certificates, now, faults),
        Roots::Public => match path::to_anchor(chain, webpki_roots::TLS_SERVER_ROOTS, now) {
            Ok(root) => Trust::Trusted { root },
            Err(error) => untrusted(path::words(&error, &certificates, "the roots that browsers trust")),
        },
        Roots::Pem(roots) => with_own_roots(chain, &certificates, roots, now),
    }
}

fn without_roots(certificates: &[X509Certificate<'_>], now: Timestamp, mut faults: Vec<ChainFault>) -> Trust {
    match certificates.first().map(certificate::facts_of) {
        Some(Ok(leaf)) => validity::check_leaf(&leaf, now, &mut faults),
        Some(Err(error)) => return untrusted(error.to_string()),
        None => return untrusted(link::empty_chain().words),
    }
    validity::check_issuers(certificates, now, &mut faults);
    if !faults.is_empty() {
        return untrusted(sentence(&faults));
    }
    Trust::Unknown {
        why: "no root is known for this authority, so only the links between the certificates it sent were checked"
            .to_owned(),
    }
}

fn with_own_roots(
    chain: &[Vec<u8>],
    certificates: &[X509Certificate<'_>],
    roots: &[Vec<u8>],
    now: Timestamp,
) -> Trust {
    let Ok(roots) = roots.iter().map(|root| certificate::read(root)).collect::<Result<Vec<_>, _>>() else {
        return untrusted("a root certificate set for this authority cannot be read".to_owned());
    };
    // webpki takes anchors as they are; an expired root of one's own is refused by OpenSSL and browsers alike.
    let (current, outside): (Vec<_>, Vec<_>) = roots.into_iter().partition(|root| {
        moment(root.validity().not_before) <= path::verification_time(certificates, now)
            && now < moment(root.validity().not_after)
    });
    let last = certificates.last();
    let refusal = match path::to_certificates(chain, &current, now) {
        Ok(root) => return Trust::Trusted { root },
        Err(refusal) => refusal,
    };
    if refusal.of_form
        && let Some(root) = own::ends_in(certificates, &current, now)
    {
        return Trust::Trusted { root: person_readable(root.subject()) };
    }
    let expired = outside.iter().find(|root| last.is_some_and(|last| own::is_or_issued(root, last)));
    untrusted(match expired {
        Some(root) => format!("the root {} is outside its time of validity", person_readable(root.subject())),
        None => path::words(&refusal.error, certificates, "the roots set for this authority"),
    })
}

fn untrusted(why: String) -> Trust {
    Trust::Untrusted { why }
}
