//! Who issued a chain: the names and fingerprints by which people prefer one chain to another.

use super::signature::{Signed, signed_by};
use super::{ChainFault, Roots, link};
use crate::{certificate, fingerprint};
use certwright_core::chain_preference::Issuer;
use x509_parser::prelude::{X509Certificate, X509Name};

/// The issuers of a chain (leaf first), the one next to the leaf first and the root last, whether the root is sent or
/// only named by the last certificate.
///
/// # Errors
/// A certificate of it cannot be read.
pub fn issuers(chain: &[Vec<u8>], roots: &Roots) -> Result<Vec<Issuer>, ChainFault> {
    let certificates = link::read_all(chain)?;
    let mut issuers: Vec<_> = certificates
        .iter()
        .skip(1)
        .map(|certificate| Issuer {
            common_name: common_name(certificate.subject()),
            fingerprint: Some(fingerprint::of(certificate.as_raw())),
        })
        .collect();
    let Some(last) = certificates.last() else { return Ok(issuers) };
    let is_root = last.subject().as_raw() == last.issuer().as_raw();
    if !is_root || certificates.len() == 1 {
        issuers.push(Issuer {
            common_name: common_name(last.issuer()),
            fingerprint: root_above(last, roots).map(fingerprint::of),
        });
    }
    Ok(issuers)
}

/// The known root that issued this certificate; browsers' roots are compiled in without their certificates.
fn root_above<'r>(last: &X509Certificate<'_>, roots: &'r Roots) -> Option<&'r [u8]> {
    let Roots::Pem(known) = roots else { return None };
    let issued = |der: &&'r [u8]| {
        certificate::read(der).is_ok_and(|root| {
            root.subject().as_raw() == last.issuer().as_raw()
                && signed_by(last, root.public_key().raw) == Signed::Yes
        })
    };
    known.iter().map(Vec::as_slice).find(issued)
}

fn common_name(name: &X509Name<'_>) -> Option<String> {
    let found = name.iter_common_name().next()?;
    found.as_str().ok().map(certificate::printable)
}
