//! Path building with webpki, as TLS clients do it.

use crate::certificate::{moment, person_readable};
use crate::chain::validity::CLOCK_ALLOWANCE;
use certwright_core::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};
use x509_parser::asn1_rs::{Sequence, ToDer};
use x509_parser::prelude::{FromDer, X509Certificate, X509Name};

/// The name of the root that the chain's leaf leads to.
pub(super) fn to_anchor(
    chain: &[Vec<u8>],
    anchors: &[TrustAnchor<'_>],
    now: Timestamp,
) -> Result<String, Error> {
    let ders: Vec<CertificateDer<'_>> =
        chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let [leaf, issuers @ ..] = ders.as_slice() else {
        return Err(Error::UnknownIssuer);
    };
    let certificates: Vec<_> = chain.iter().filter_map(|der| crate::certificate::read(der).ok()).collect();
    let seconds = u64::try_from(verification_time(&certificates, now).as_second()).unwrap_or(0);
    let leaf = EndEntityCert::try_from(leaf)?;
    let path = leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        anchors,
        issuers,
        UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        KeyUsage::server_auth(),
        None,
        None,
    )?;
    Ok(anchor_name(path.anchor()))
}

/// Why webpki found no path.
pub(super) struct Refusal {
    /// What it said.
    pub(super) error: Error,
    /// Whether it refused the form of a certificate rather than what it says.
    pub(super) of_form: bool,
}

/// The same with certificates as roots. One that webpki cannot read is left to our own check.
pub(super) fn to_certificates(
    chain: &[Vec<u8>],
    roots: &[X509Certificate<'_>],
    now: Timestamp,
) -> Result<String, Refusal> {
    let ders: Vec<CertificateDer<'_>> =
        roots.iter().map(|root| CertificateDer::from(root.as_raw())).collect();
    let anchors: Vec<_> = ders.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
    to_anchor(chain, &anchors, now).map_err(|error| Refusal {
        of_form: match error {
            Error::BadDer
            | Error::BadDerTime
            | Error::TrailingData(_)
            | Error::UnsupportedCriticalExtension => true,
            Error::UnknownIssuer => anchors.len() < ders.len(),
            _ => false,
        },
        error,
    })
}

/// Now, or as much later as the clock allowance permits where a certificate of the chain begins only then.
pub(super) fn verification_time(certificates: &[X509Certificate<'_>], now: Timestamp) -> Timestamp {
    certificates
        .iter()
        .map(|certificate| moment(certificate.validity().not_before))
        .filter(|from| *from > now && from.duration_since(now) <= CLOCK_ALLOWANCE)
        .max()
        .unwrap_or(now)
}

/// Why there is no path, for people.
pub(super) fn words(error: &Error, certificates: &[X509Certificate<'_>], roots: &str) -> String {
    match error {
        Error::UnknownIssuer => certificates.last().map_or_else(String::new, |last| {
            format!(
                "the chain ends with {}, issued by {}, which is none of {roots}; \
                 a certificate is missing at its end, or another root is in use",
                person_readable(last.subject()),
                person_readable(last.issuer()),
            )
        }),
        Error::InvalidSignatureForPublicKey => {
            format!("a certificate names one of {roots} as its issuer, but is not signed by it")
        }
        Error::CertExpired { .. } => "a certificate of the chain has expired".to_owned(),
        Error::CertNotValidYet { .. } => "a certificate of the chain is not valid yet".to_owned(),
        Error::CaUsedAsEndEntity => "the first certificate is that of a certificate authority".to_owned(),
        Error::RequiredEkuNotFoundContext(_) => "the certificate may not be used by TLS servers".to_owned(),
        Error::NameConstraintViolation => {
            "an authority in the chain may not issue for these names".to_owned()
        }
        Error::PathLenConstraintViolated => {
            "there are more authorities in the chain than one permits".to_owned()
        }
        other => format!("TLS clients refuse the chain ({other})"),
    }
}

/// An anchor's subject comes without the outer sequence of a name.
fn anchor_name(anchor: &TrustAnchor<'_>) -> String {
    let name = Sequence::new(anchor.subject.as_ref().into()).to_der_vec().unwrap_or_default();
    X509Name::from_der(&name)
        .map_or_else(|_| "(a root whose name cannot be read)".to_owned(), |(_, name)| person_readable(&name))
}

#[cfg(test)]
mod tests {
    use super::anchor_name;

    #[test]
    fn public_roots_have_names() {
        let names: Vec<String> = webpki_roots::TLS_SERVER_ROOTS.iter().map(anchor_name).collect();
        assert!(names.iter().any(|name| name.contains("CN=ISRG Root X1")), "{names:?}");
        assert!(names.iter().all(|name| !name.starts_with('(')), "{names:?}");
    }
}
