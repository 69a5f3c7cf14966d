//! Revocation lists of other authorities (RFC 5280 §5): where a certificate says that its list is, and what a list says.

use crate::certificate::{self, moment};
use crate::chain::signature::{Signed, element, verify};
use certwright_core::revocation::RevocationReason;
use certwright_core::{SignedDuration, Timestamp};
use std::collections::HashMap;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::oid_registry::OID_X509_EXT_DELTA_CRL_INDICATOR;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

/// How far the clocks of an authority and of this machine may be apart.
const CLOCK_ALLOWANCE: SignedDuration = SignedDuration::from_hours(1);
/// RFC 5280 §5.3.1: an entry of a delta list that takes a hold back.
const REMOVE_FROM_LIST: u8 = 8;

/// A list whose signature was checked.
#[derive(Clone, Debug)]
pub struct RevocationList {
    /// When the authority will have made the next one at the latest.
    pub next_update: Option<Timestamp>,
    revoked: HashMap<Box<[u8]>, (Timestamp, RevocationReason)>,
}

impl RevocationList {
    /// Reads a list (DER) that was found at this address, and checks that it is one of the issuer (DER). An older list
    /// than the newest is taken too: what it says is revoked stays so, but for certificates on hold.
    ///
    /// # Errors
    /// In words: what is wrong with it.
    pub fn read(der: &[u8], address: &str, issuer: &[u8], now: Timestamp) -> Result<Self, String> {
        let (rest, list) = CertificateRevocationList::from_der(der)
            .map_err(|_| "it is no certificate revocation list in DER".to_owned())?;
        if !rest.is_empty() {
            return Err("there are bytes after its end".to_owned());
        }
        let issuer = certificate::read(issuer).map_err(|error| error.to_string())?;
        if list.issuer().as_raw() != issuer.subject().as_raw() {
            return Err("it is not one of the authority that issued the certificate".to_owned());
        }
        let usage = issuer.key_usage().map_err(|_| "the issuer's key usage is damaged".to_owned())?;
        if usage.is_some_and(|usage| !usage.value.crl_sign()) {
            return Err("the issuer's key may not sign revocation lists".to_owned());
        }
        check_signature(der, &list, issuer.public_key().raw)?;
        check_scope(&list, address)?;
        if moment(list.last_update()) > now + CLOCK_ALLOWANCE {
            return Err("it was made in the future, by this machine's clock".to_owned());
        }
        let next_update = list.next_update().map(moment);
        let outdated = next_update.is_some_and(|next| next + CLOCK_ALLOWANCE < now);
        let mut revoked = HashMap::new();
        for entry in list.iter_revoked_certificates() {
            let code = entry.reason_code().map_or(0, |(_, code)| code.0);
            let reason = RevocationReason::from_code(code);
            if code == REMOVE_FROM_LIST || (outdated && reason == RevocationReason::CertificateHold) {
                continue;
            }
            revoked.insert(entry.raw_serial().into(), (moment(entry.revocation_date), reason));
        }
        Ok(Self { next_update, revoked })
    }

    /// When and why the certificate with this serial number (hex, as in its facts) was revoked, if it was.
    pub fn find(&self, serial: &str) -> Option<(Timestamp, RevocationReason)> {
        self.revoked.get(hex::decode(serial).ok()?.as_slice()).copied()
    }
}

fn check_signature(der: &[u8], list: &CertificateRevocationList<'_>, key: &[u8]) -> Result<(), String> {
    let algorithm = element(der, 1).ok_or("its signature algorithm cannot be read")?;
    // RFC 5280 §5.1.1.2: both must be the same, or what is signed is not what is claimed.
    if list.signature_algorithm != list.tbs_cert_list.signature {
        return Err("it names two signature algorithms".to_owned());
    }
    match verify(key, algorithm, list.tbs_cert_list.as_ref(), &list.signature_value.data) {
        Signed::Yes => Ok(()),
        Signed::No => Err("it is not signed by the authority that issued the certificate".to_owned()),
        Signed::UnknownAlgorithm => {
            Err("it is signed in a way that current clients do not accept".to_owned())
        }
    }
}

/// RFC 5280 §6.3.3 (b): whether the list is about the certificates that name it. A list in parts (as those of Let's
/// Encrypt) says which part it is, so that nobody can show another part that is signed as well.
fn check_scope(list: &CertificateRevocationList<'_>, address: &str) -> Result<(), String> {
    for extension in list.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::IssuingDistributionPoint(point) => {
                if point.indirect_crl || point.only_contains_ca_certs || point.only_contains_attribute_certs {
                    return Err("it is not about certificates of servers of its own issuer".to_owned());
                }
                match &point.distribution_point {
                    Some(DistributionPointName::FullName(names)) if !named(names, address) => {
                        return Err("it is another part of the authority's list".to_owned());
                    }
                    _ => {}
                }
            }
            // RFC 5280 §5.2: a list with a critical extension that is not understood must not be used.
            ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::ParseError { .. }
                if extension.critical && extension.oid != OID_X509_EXT_DELTA_CRL_INDICATOR =>
            {
                return Err("it has a critical extension that is not understood".to_owned());
            }
            _ => {}
        }
    }
    Ok(())
}

fn named(names: &[GeneralName<'_>], address: &str) -> bool {
    names.iter().any(|name| matches!(name, GeneralName::URI(uri) if *uri == address))
}

/// The address of the revocation list that a certificate (DER) names: the first one by HTTP. `None` where it names
/// none, or one that another authority signs.
pub fn distribution_point(der: &[u8]) -> Option<String> {
    let certificate = certificate::read(der).ok()?;
    let points =
        certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::CRLDistributionPoints(points) => Some(points),
            _ => None,
        })?;
    points.points.iter().filter(|point| point.crl_issuer.is_none()).find_map(|point| {
        let Some(DistributionPointName::FullName(names)) = &point.distribution_point else { return None };
        names.iter().find_map(|name| match name {
            GeneralName::URI(uri) if is_plain(uri) => Some((*uri).to_owned()),
            _ => None,
        })
    })
}

fn is_plain(uri: &str) -> bool {
    (uri.starts_with("http://") || uri.starts_with("https://"))
        && uri.len() <= 2048
        && uri.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Authority, key, now, serial};
    use rcgen::{CrlDistributionPoint, RevocationReason as Code};

    const ADDRESS: &str = "http://crl.example/1.crl";
    const SERIAL: &[u8] = &[0x4a, 0, 7];

    #[test]
    fn a_list_says_who_is_revoked_since_when_and_why() {
        let root = Authority::root("Root");
        let leaf = root.leaf_with(&key(), &["a.example.com"], |parameters| {
            parameters.serial_number = serial(SERIAL);
            let uris = vec!["ldap://crl.example/1".to_owned(), ADDRESS.to_owned()];
            parameters.crl_distribution_points = vec![CrlDistributionPoint { uris }];
        });
        assert_eq!(distribution_point(&leaf).as_deref(), Some(ADDRESS));
        assert_eq!(distribution_point(&root.leaf(&key(), &["a.example.com"])), None);
        let serial = crate::facts(&leaf).unwrap().serial;
        for part in [None, Some(ADDRESS)] {
            let der = root.list(SERIAL, Code::KeyCompromise, part);
            let list = RevocationList::read(&der, ADDRESS, &root.der, now()).unwrap();
            let since = now() - SignedDuration::from_hours(2);
            assert_eq!(list.find(&serial), Some((since, RevocationReason::KeyCompromise)));
            assert_eq!(list.find("4a0008"), None);
            assert_eq!(list.next_update, Some(now() + SignedDuration::from_hours(24)));
        }
    }

    #[test]
    fn a_list_of_somebody_else_or_about_something_else_is_refused() {
        let (root, namesake) = (Authority::root("Root"), Authority::root("Root"));
        let der = root.list(SERIAL, Code::KeyCompromise, Some(ADDRESS));
        let refused = |der: &[u8], address: &str, issuer: &[u8], now| {
            RevocationList::read(der, address, issuer, now).unwrap_err()
        };
        for (words, said) in [
            ("not signed", refused(&der, ADDRESS, &namesake.der, now())),
            ("not one of the authority", refused(&der, ADDRESS, &Authority::root("Other").der, now())),
            ("another part", refused(&der, "http://crl.example/2.crl", &root.der, now())),
            ("future", refused(&der, ADDRESS, &root.der, now() - SignedDuration::from_hours(9))),
            ("no certificate revocation list", refused(&root.der, ADDRESS, &root.der, now())),
            ("after its end", refused(&[&der[..], &[0]].concat(), ADDRESS, &root.der, now())),
        ] {
            assert!(said.contains(words), "{said}");
        }
        let mut changed = der;
        let serial = changed.windows(SERIAL.len()).position(|window| window == SERIAL).unwrap();
        changed[serial] ^= 1;
        assert!(refused(&changed, ADDRESS, &root.der, now()).contains("not signed"));
    }

    #[test]
    fn an_old_list_can_hide_a_revocation_and_take_none_back() {
        let root = Authority::root("Root");
        let late = now() + SignedDuration::from_hours(24 * 30);
        for (reason, found) in [(Code::Superseded, true), (Code::CertificateHold, false)] {
            let der = root.list(SERIAL, reason, None);
            let old = RevocationList::read(&der, ADDRESS, &root.der, late).unwrap();
            assert_eq!(old.find("4a0007").is_some(), found, "{reason:?}");
            assert!(RevocationList::read(&der, ADDRESS, &root.der, now()).unwrap().find("4a0007").is_some());
        }
        let removed = root.list(SERIAL, Code::RemoveFromCrl, None);
        let list = RevocationList::read(&removed, ADDRESS, &root.der, now()).unwrap();
        assert_eq!(list.find("4a0007"), None);
    }
}
