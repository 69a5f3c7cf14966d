//! A self-signed certificate, for a service that has none yet.

use crate::error::PkiError;
use crate::key::PrivateKey;
use crate::request::alternative_name;
use certwright_core::identifier::Identifier;
use certwright_core::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose,
    SerialNumber,
};

/// Clocks differ: it is valid a little before it was made.
const BACKDATED: SignedDuration = SignedDuration::from_hours(1);

/// A certificate in DER for these identifiers, signed by its own key, valid from `now` on for `lifetime`. The serial
/// number (RFC 5280 §4.1.2.2) is handed in, because browsers refuse two certificates of one issuer with the same one.
///
/// # Errors
/// When there is no identifier, or the key cannot sign.
pub fn self_signed(
    key: &PrivateKey,
    identifiers: &[Identifier],
    serial: &[u8; 16],
    now: Timestamp,
    lifetime: SignedDuration,
) -> Result<Vec<u8>, PkiError> {
    if identifiers.is_empty() {
        return Err(PkiError::NoIdentifiers);
    }
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, "Certwright, self-signed");
    parameters.subject_alt_names = identifiers.iter().map(alternative_name).collect::<Result<_, _>>()?;
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut serial = *serial;
    // Positive and not zero.
    serial[0] = serial[0] & 0x7f | 0x01;
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
    // rcgen wants the `time` crate's type; its epoch plus a duration avoids naming that crate.
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let since = |moment: Timestamp| {
        epoch + std::time::Duration::from_secs(u64::try_from(moment.as_second()).unwrap_or_default())
    };
    parameters.not_before = since(now - BACKDATED);
    parameters.not_after = since(now + lifetime);
    let made = parameters
        .self_signed(&*key.signer()?)
        .map_err(|_| PkiError::Cryptography("the certificate cannot be signed"))?;
    Ok(made.der().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{identifiers, now};
    use certwright_core::key::KeyType;

    #[test]
    fn names_what_was_asked_and_is_no_authority() {
        let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
        let names = identifiers(&["localhost.example", "127.0.0.1"]);
        let lifetime = SignedDuration::from_hours(24 * 397);
        let der = self_signed(&key, &names, &[0xff; 16], now(), lifetime).unwrap();
        let facts = crate::certificate::facts(&der).unwrap();
        assert_eq!(facts.identifiers, names);
        assert_eq!(facts.key_fingerprint, key.spki_fingerprint());
        assert_eq!(facts.not_after, now() + lifetime);
        assert!(!facts.is_authority && facts.subject == facts.issuer);
    }
}
