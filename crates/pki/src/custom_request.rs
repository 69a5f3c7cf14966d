//! A certificate request that a person gave: read from PEM, its signature verified, and what it asks for in words.

use crate::certificate::{identifier, key_type, printable};
use crate::chain::signature::{Signed, element, verify};
use crate::error::PkiError;
use crate::fingerprint;
use certwright_core::identifier::Identifier;
use certwright_core::options::CustomRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509CertificationRequest};

/// Longer requests are not read: a hundred names and the largest key fit many times.
const LONGEST: usize = 32 * 1024;
/// RFC 7633: the extension that makes clients insist on a stapled OCSP response.
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";

/// Reads a request in PEM. `has_key` is left false: whoever has the key says so.
///
/// # Errors
/// It cannot be read, its signature is wrong, its key is none that certificates here have, or a name in it is none.
pub fn read_custom_request(pem_text: &str) -> Result<CustomRequest, PkiError> {
    if pem_text.len() > LONGEST {
        return Err(refused("it is longer than 32 KiB"));
    }
    let blocks = pem::parse_many(pem_text).map_err(|_| PkiError::DamagedPem)?;
    // OpenSSL wrote "NEW" until 1.1; both are common.
    let [block] = &blocks[..] else {
        return Err(refused("expected one block CERTIFICATE REQUEST and no other"));
    };
    if !matches!(block.tag(), "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
        return Err(refused("expected a PEM block -----BEGIN CERTIFICATE REQUEST-----"));
    }
    let der = block.contents();
    let Ok(([], request)) = X509CertificationRequest::from_der(der) else {
        return Err(refused("it is no PKCS#10 certificate request"));
    };
    let info = &request.certification_request_info;
    let key_type = key_type(&info.subject_pki)?;
    let algorithm = element(der, 1).ok_or_else(|| refused("it is no PKCS#10 certificate request"))?;
    match verify(info.subject_pki.raw, algorithm, info.raw, &request.signature_value.data) {
        Signed::Yes => {}
        Signed::No => return Err(refused("it is not signed by the key that it is for")),
        Signed::UnknownAlgorithm => return Err(refused("it is signed in a way that no authority accepts")),
    }
    let (identifiers, mut notes) = asked(&request)?;
    for name in info.subject.iter_common_name().filter_map(|name| name.as_str().ok()) {
        if !identifiers.iter().any(|identifier| identifier.ascii().eq_ignore_ascii_case(name)) {
            return Err(PkiError::UnusableRequest(format!(
                "its common name {:?} is not among its alternative names, which authorities refuse",
                printable(name)
            )));
        }
    }
    if info.subject.iter_attributes().count() > info.subject.iter_common_name().count() {
        notes.push("names a person or an organisation: authorities leave that out".to_owned());
    }
    Ok(CustomRequest {
        pem: request_pem(der),
        identifiers,
        key_type,
        fingerprint: fingerprint::of(info.subject_pki.raw),
        has_key: false,
        notes,
    })
}

/// A request (DER) as PEM text.
pub fn request_pem(der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("CERTIFICATE REQUEST", der), config)
}

/// The request in DER, as finalize wants it.
///
/// # Errors
/// It is none that was read by [`read_custom_request`].
pub fn custom_request_der(request: &CustomRequest) -> Result<Vec<u8>, PkiError> {
    pem::parse(&request.pem).map(pem::Pem::into_contents).map_err(|_| PkiError::DamagedPem)
}

/// SHA-256 of the public key info of a request in DER, lower-case hex.
///
/// # Errors
/// It is no request.
pub fn request_key_fingerprint(der: &[u8]) -> Result<String, PkiError> {
    match X509CertificationRequest::from_der(der) {
        Ok(([], request)) => Ok(fingerprint::of(request.certification_request_info.subject_pki.raw)),
        _ => Err(refused("it is no PKCS#10 certificate request")),
    }
}

/// Names in the request's order, and notes about what else it asks for.
fn asked(request: &X509CertificationRequest<'_>) -> Result<(Vec<Identifier>, Vec<String>), PkiError> {
    let (mut identifiers, mut notes): (Vec<Identifier>, Vec<String>) = (Vec::new(), Vec::new());
    let mut lists = 0;
    let extensions = request
        .certification_request_info
        .iter_attributes()
        .filter_map(|attribute| match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(asked) => Some(asked),
            _ => None,
        })
        .flat_map(|asked| asked.extensions.iter());
    for extension in extensions {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(list) => {
                lists += 1;
                for name in &list.general_names {
                    let read = identifier(name).ok_or_else(|| {
                        PkiError::UnusableRequest(format!(
                            "it asks for a name that is neither a host name nor an IP address: {}",
                            printable(&name.to_string())
                        ))
                    })?;
                    if !identifiers.contains(&read) {
                        identifiers.push(read);
                    }
                }
            }
            ParsedExtension::ParseError { .. } => return Err(refused("its extensions are damaged")),
            // Every certificate of a server has these; authorities set them as they do.
            ParsedExtension::KeyUsage(_)
            | ParsedExtension::ExtendedKeyUsage(_)
            | ParsedExtension::SubjectKeyIdentifier(_)
            | ParsedExtension::BasicConstraints(_) => {}
            _ => notes.push(note(&extension.oid.to_id_string())),
        }
    }
    if lists > 1 {
        return Err(refused("it has several lists of alternative names"));
    }
    if identifiers.is_empty() {
        return Err(refused("it has no subject alternative names; the common name alone does not count"));
    }
    Ok((identifiers, notes))
}

fn note(oid: &str) -> String {
    if oid == TLS_FEATURE {
        "asks for OCSP must-staple: many authorities refuse that, and those without OCSP make certificates that no browser \
         takes"
            .to_owned()
    } else {
        format!("asks for the extension {oid}: authorities leave it out or refuse it")
    }
}

fn refused(why: &str) -> PkiError {
    PkiError::UnusableRequest(why.to_owned())
}

#[cfg(test)]
mod tests;
