//! Root certificates in files: the same one is left alone, another one is not written over by accident.

use certwright_api::issuers::{IssuerCertificate, certificates_in};
use std::fs;
use std::io;
use std::path::Path;

/// What stands where a certificate is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// This very certificate.
    Same,
    /// Another certificate.
    Other,
    /// Something else: never to be written over.
    Strange,
}

/// Looks at the file.
pub(super) fn found(path: &Path, certificate: &IssuerCertificate) -> io::Result<Found> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    let wanted = der(certificate);
    Ok(match certificates_in(&bytes).as_slice() {
        [only] if Some(only) == wanted.as_ref() => Found::Same,
        [_] => Found::Other,
        [] if Some(&bytes) == wanted.as_ref() => Found::Same,
        _ => Found::Strange,
    })
}

/// The certificate in DER.
pub(super) fn der(certificate: &IssuerCertificate) -> Option<Vec<u8>> {
    certificates_in(certificate.pem.as_bytes()).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::publish;
    use crate::samples;

    #[test]
    fn a_certificate_is_known_again_in_both_writings() {
        let folder = std::env::temp_dir().join(format!("certwright-cli-{}", crate::session::once()));
        fs::create_dir(&folder).unwrap();
        let root = samples::issuer().root;
        let path = folder.join("root");
        let other = "-----BEGIN CERTIFICATE-----\nMAEB\n-----END CERTIFICATE-----\n";
        let mut texts: Vec<(Vec<u8>, Found)> = vec![
            (root.pem.clone().into_bytes(), Found::Same),
            (format!("# mine\r\n{}", root.pem.replace('\n', "\r\n")).into_bytes(), Found::Same),
            (der(&root).unwrap(), Found::Same),
            (other.as_bytes().to_vec(), Found::Other),
            (format!("{other}{}", root.pem).into_bytes(), Found::Strange),
            (b"something".to_vec(), Found::Strange),
        ];
        assert_eq!(found(&path, &root).unwrap(), Found::Nothing);
        for (text, expected) in texts.drain(..) {
            publish(&path, &text, true).unwrap();
            assert_eq!(found(&path, &root).unwrap(), expected, "{}", String::from_utf8_lossy(&text));
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
