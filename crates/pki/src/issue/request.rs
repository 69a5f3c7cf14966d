//! Certificate requests as strangers send them (PKCS#10, RFC 2986): read, checked, and reduced to what counts.

use super::PublicKey;
use crate::certificate::{identifier, printable};
use crate::chain::signature::{Signed, element, verify};
use certwright_core::identifier::Identifier;
use std::collections::BTreeSet;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509CertificationRequest};

/// Longer requests are not read: a hundred names and the largest key fit many times.
const LONGEST: usize = 32 * 1024;

/// Why a request is refused, in words for whoever sent it. What it quotes of the request is safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// Not a request at all.
    #[error("the request is no PKCS#10 certificate request in DER")]
    Unreadable,
    /// The request's own signature.
    #[error("the request is not signed by the key that it is for")]
    WrongSignature,
    /// The algorithm of the signature.
    #[error("the request is signed in a way that is not accepted; use SHA-256 or better")]
    UnknownAlgorithm,
    /// The kind of key.
    #[error("the request's key is not accepted; use ECDSA P-256, ECDSA P-384 or RSA from 2048 bits")]
    UnknownKey,
    /// The strength of the key.
    #[error("the request's key is not accepted: {0}")]
    WeakKey(String),
    /// No names.
    #[error("the request has no subject alternative names; the common name alone does not count")]
    NoNames,
    /// A name that is neither a host name nor an address.
    #[error("the request has an alternative name that is neither a host name nor an IP address: {0}")]
    OddName(String),
    /// An extension that is damaged, or there twice.
    #[error("the request's extensions are damaged, or there more than once")]
    DamagedExtensions,
    /// The common name.
    #[error("the request's common name {0:?} is not among its alternative names")]
    ForeignCommonName(String),
}

/// A request whose signature holds and whose names are host names and addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRequest {
    /// The names it asks for, sorted and each once.
    pub identifiers: Vec<Identifier>,
    /// The common name it asks for, if any; one of the names, as it goes into a certificate.
    pub common_name: Option<String>,
    /// The key it is for.
    pub key: PublicKey,
    public_key_info: Vec<u8>,
}

impl CheckedRequest {
    /// Reads and checks a request in DER. Anything it asks for beyond names and key is passed over.
    pub fn read(der: &[u8]) -> Result<Self, RequestRefusal> {
        if der.len() > LONGEST {
            return Err(RequestRefusal::Unreadable);
        }
        let Ok(([], request)) = X509CertificationRequest::from_der(der) else {
            return Err(RequestRefusal::Unreadable);
        };
        let info = &request.certification_request_info;
        let key = PublicKey::from_info(&info.subject_pki).ok_or(RequestRefusal::UnknownKey)?;
        if let Some(weakness) = key.weakness() {
            return Err(RequestRefusal::WeakKey(weakness));
        }
        let algorithm = element(der, 1).ok_or(RequestRefusal::Unreadable)?;
        match verify(info.subject_pki.raw, algorithm, info.raw, &request.signature_value.data) {
            Signed::Yes => {}
            Signed::No => return Err(RequestRefusal::WrongSignature),
            Signed::UnknownAlgorithm => return Err(RequestRefusal::UnknownAlgorithm),
        }
        let identifiers = identifiers(&request)?;
        let common_name = common_name(&request, &identifiers)?;
        Ok(Self { identifiers, common_name, key, public_key_info: info.subject_pki.raw.to_vec() })
    }

    /// The public key info (SPKI) in DER, as it goes into the certificate.
    pub fn public_key_info(&self) -> &[u8] {
        &self.public_key_info
    }

    /// SHA-256 of the public key info in lower-case hex, as in `CertificateFacts`.
    pub fn key_fingerprint(&self) -> String {
        crate::fingerprint::of(&self.public_key_info)
    }
}

fn identifiers(request: &X509CertificationRequest<'_>) -> Result<Vec<Identifier>, RequestRefusal> {
    let mut asked = request.certification_request_info.iter_attributes().filter_map(|attribute| {
        match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(asked) => Some(asked),
            _ => None,
        }
    });
    let extensions = asked.next().map_or(&[][..], |asked| asked.extensions.as_slice());
    let mut names = BTreeSet::new();
    let mut lists = 0;
    for extension in extensions {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(list) => {
                lists += 1;
                for name in &list.general_names {
                    let read = identifier(name)
                        .ok_or_else(|| RequestRefusal::OddName(printable(&name.to_string())))?;
                    names.insert(read);
                }
            }
            ParsedExtension::ParseError { .. } | ParsedExtension::Unparsed => {
                return Err(RequestRefusal::DamagedExtensions);
            }
            _ => {}
        }
    }
    if lists > 1 || asked.next().is_some() {
        return Err(RequestRefusal::DamagedExtensions);
    }
    if names.is_empty() {
        return Err(RequestRefusal::NoNames);
    }
    Ok(names.into_iter().collect())
}

fn common_name(
    request: &X509CertificationRequest<'_>,
    identifiers: &[Identifier],
) -> Result<Option<String>, RequestRefusal> {
    let mut found = None;
    for attribute in request.certification_request_info.subject.iter_common_name() {
        let text =
            attribute.as_str().map_err(|_| RequestRefusal::ForeignCommonName("(unreadable)".to_owned()))?;
        let known = identifiers.iter().map(Identifier::ascii).find(|name| name.eq_ignore_ascii_case(text));
        match known {
            Some(name) if found.as_ref().is_none_or(|other| *other == name) => found = Some(name),
            _ => return Err(RequestRefusal::ForeignCommonName(printable(text))),
        }
    }
    Ok(found)
}
