//! Our own, narrower check for private chains whose form webpki cannot read, such as with a critical certificate
//! policy: link by link to the root. Links were checked before; whatever is not understood is refused.

use crate::certificate;
use crate::chain::signature::{Signed, signed_by};
use crate::chain::validity;
use certwright_core::Timestamp;
use x509_parser::oid_registry::{
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_CERTIFICATE_POLICIES,
    OID_X509_EXT_CRL_DISTRIBUTION_POINTS, OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_SUBJECT_ALT_NAME, OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, Oid,
};
use x509_parser::prelude::X509Certificate;

/// Extensions that may be critical: those looked at, and policies, which bind nobody who asks for none
/// (RFC 5280 §6.1.1, user-initial-policy-set of any-policy).
const UNDERSTOOD: [Oid<'static>; 8] = [
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
    OID_X509_EXT_CERTIFICATE_POLICIES,
    OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
];

/// The root that the chain, whose links hold, ends in.
pub(super) fn ends_in<'r, 'd>(
    chain: &[X509Certificate<'_>],
    roots: &'r [X509Certificate<'d>],
    now: Timestamp,
) -> Option<&'r X509Certificate<'d>> {
    let leaf = certificate::facts_of(chain.first()?).ok()?;
    let mut faults = Vec::new();
    validity::check_leaf(&leaf, now, &mut faults);
    validity::check_issuers(chain, now, &mut faults);
    if leaf.is_authority || !faults.is_empty() || !chain.iter().all(is_understood) {
        return None;
    }
    let last = chain.last()?;
    roots.iter().filter(|root| has_no_name_constraints(root)).find(|root| is_or_issued(root, last))
}

/// Whether the root is this certificate, or its issuer by name and signature.
pub(super) fn is_or_issued(root: &X509Certificate<'_>, certificate: &X509Certificate<'_>) -> bool {
    let same_key = root.public_key().raw == certificate.public_key().raw;
    let same = root.subject().as_raw() == certificate.subject().as_raw() && same_key;
    let issued = root.subject().as_raw() == certificate.issuer().as_raw()
        && signed_by(certificate, root.public_key().raw) == Signed::Yes;
    same || issued
}

/// No critical extension that is not looked at here, and good for TLS servers where it says what it is good for.
fn is_understood(certificate: &X509Certificate<'_>) -> bool {
    let for_servers = match certificate.extended_key_usage() {
        Ok(None) => true,
        Ok(Some(usage)) => usage.value.server_auth || usage.value.any,
        Err(_) => false,
    };
    let unknown = |extension: &&x509_parser::extensions::X509Extension<'_>| {
        extension.critical && !UNDERSTOOD.contains(&extension.oid)
    };
    // A map refuses extensions that are there twice (RFC 5280 §4.2).
    for_servers
        && certificate.extensions_map().is_ok()
        && certificate.extensions().iter().find(unknown).is_none()
        && has_no_name_constraints(certificate)
}

/// Name constraints are webpki's to judge; critical or not, they are not looked at here.
fn has_no_name_constraints(certificate: &X509Certificate<'_>) -> bool {
    matches!(certificate.get_extension_unique(&OID_X509_EXT_NAME_CONSTRAINTS), Ok(None))
}
