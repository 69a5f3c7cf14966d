//! Shared by the tests of this crate: authorities that issue what a test needs, at a time that stands still.

use crate::PrivateKey;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CrlScope, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData as _, RevocationReason, RevokedCertParams,
    SerialNumber,
};

pub(crate) fn identifiers(names: &[&str]) -> Vec<Identifier> {
    names.iter().map(|name| Identifier::parse(name).unwrap()).collect()
}

/// The time now in all tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// Parameters of a certificate that is valid for an hour before and the days after now.
pub(crate) fn parameters(common_name: Option<&str>, names: &[&str], days: i64) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names).unwrap();
    parameters.distinguished_name = DistinguishedName::new();
    if let Some(name) = common_name {
        parameters.distinguished_name.push(DnType::CommonName, name);
    }
    valid(
        &mut parameters,
        now() - SignedDuration::from_hours(1),
        now() + SignedDuration::from_hours(24 * days),
    );
    parameters
}

pub(crate) fn valid(parameters: &mut CertificateParams, from: Timestamp, until: Timestamp) {
    // rcgen wants the `time` crate's type; its epoch plus a duration avoids naming that crate.
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let since = |moment: Timestamp| std::time::Duration::from_secs(moment.as_second().try_into().unwrap());
    parameters.not_before = epoch + since(from);
    parameters.not_after = epoch + since(until);
}

/// A certificate authority with its own certificate.
pub(crate) struct Authority {
    pub(crate) der: Vec<u8>,
    parameters: CertificateParams,
    key: KeyPair,
}

impl Authority {
    /// A root of ten years.
    pub(crate) fn root(name: &str) -> Self {
        Self::root_with(name, |_| {})
    }

    /// A root with something changed.
    pub(crate) fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = authority_parameters(name);
        change(&mut parameters);
        let der = parameters.self_signed(&key).unwrap().der().to_vec();
        Self { der, parameters, key }
    }

    /// An authority below this one.
    pub(crate) fn authority(&self, name: &str) -> Self {
        self.authority_with(name, |_| {})
    }

    /// An authority below this one with something changed.
    pub(crate) fn authority_with(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = authority_parameters(name);
        change(&mut parameters);
        let der = parameters.signed_by(&key, &self.issuer()).unwrap().der().to_vec();
        Self { der, parameters, key }
    }

    /// A leaf for the key and names.
    pub(crate) fn leaf(&self, key: &PrivateKey, names: &[&str]) -> Vec<u8> {
        self.leaf_with(key, names, |_| {})
    }

    /// A leaf with something changed.
    pub(crate) fn leaf_with(
        &self,
        key: &PrivateKey,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Vec<u8> {
        let mut parameters = parameters(None, names, 90);
        parameters.use_authority_key_identifier_extension = true;
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        change(&mut parameters);
        let key = key.signer().unwrap();
        parameters.signed_by(&*key, &self.issuer()).unwrap().der().to_vec()
    }

    /// A revocation list that names one serial number, for the certificates that name the list by this address.
    pub(crate) fn list(&self, revoked: &[u8], reason: RevocationReason, part: Option<&str>) -> Vec<u8> {
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let at = |moment: Timestamp| epoch + std::time::Duration::from_secs(moment.as_second() as u64);
        let parameters = CertificateRevocationListParams {
            this_update: at(now() - SignedDuration::from_hours(1)),
            next_update: at(now() + SignedDuration::from_hours(24)),
            crl_number: SerialNumber::from_slice(&[1]),
            issuing_distribution_point: part.map(|part| CrlIssuingDistributionPoint {
                distribution_point: CrlDistributionPoint { uris: vec![part.to_owned()] },
                scope: Some(CrlScope::UserCertsOnly),
            }),
            revoked_certs: vec![RevokedCertParams {
                serial_number: SerialNumber::from_slice(revoked),
                revocation_time: at(now() - SignedDuration::from_hours(2)),
                reason_code: Some(reason),
                invalidity_date: None,
            }],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        parameters.signed_by(&self.issuer()).unwrap().der().to_vec()
    }

    /// The key identifier that leaves name this authority by.
    pub(crate) fn key_identifier(&self) -> Vec<u8> {
        self.parameters.key_identifier(&self.key)
    }

    /// Its public key info.
    pub(crate) fn public_key_info(&self) -> Vec<u8> {
        self.key.subject_public_key_info()
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.parameters, &self.key)
    }
}

fn authority_parameters(name: &str) -> CertificateParams {
    let mut parameters = parameters(Some(name), &[], 3650);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

/// A serial number of these bytes.
pub(crate) fn serial(bytes: &[u8]) -> Option<SerialNumber> {
    Some(SerialNumber::from_slice(bytes))
}

/// A new ECDSA key.
pub(crate) fn key() -> PrivateKey {
    PrivateKey::generate(KeyType::EcdsaP256).unwrap()
}
