//! Certificates the tests make themselves: a small authority, and self-signed ones.

use std::path::Path;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

/// A private key and the certificate over it, both PEM.
#[derive(Debug, Clone)]
pub struct KeyAndCertificate {
    /// The private key (PKCS#8).
    pub key_pem: String,
    /// The certificate.
    pub certificate_pem: String,
}

impl KeyAndCertificate {
    /// A self-signed certificate for `names` (DNS names or IP addresses) that is valid until 2049.
    pub fn self_signed(names: &[&str]) -> Result<Self> {
        let key = KeyPair::generate().context("making a key")?;
        let certificate = leaf(names)?.self_signed(&key).context("signing a certificate")?;
        Ok(Self { key_pem: key.serialize_pem(), certificate_pem: certificate.pem() })
    }
}

/// A certificate authority of the tests' own.
pub struct TestAuthority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
}

impl TestAuthority {
    /// A new authority with a self-signed root called `name`.
    pub fn new(name: &str) -> Result<Self> {
        let key = KeyPair::generate().context("making the authority's key")?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate_pem = parameters.self_signed(&key).context("signing the authority's root")?.pem();
        Ok(Self { issuer: Issuer::new(parameters, key), certificate_pem })
    }

    /// The root certificate.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// A server certificate for `names` (DNS names or IP addresses), valid until 2049.
    pub fn issue(&self, names: &[&str]) -> Result<KeyAndCertificate> {
        self.sign(&leaf(names)?)
    }

    /// A server certificate for `names` that ends with the given day, which may be past.
    pub fn issue_until(&self, names: &[&str], year: i32, month: u8, day: u8) -> Result<KeyAndCertificate> {
        let mut parameters = leaf(names)?;
        parameters.not_before = date_time_ymd(2010, 1, 1);
        parameters.not_after = date_time_ymd(year, month, day);
        self.sign(&parameters)
    }

    fn sign(&self, parameters: &CertificateParams) -> Result<KeyAndCertificate> {
        let key = KeyPair::generate().context("making a key")?;
        let certificate = parameters.signed_by(&key, &self.issuer).context("signing a certificate")?;
        Ok(KeyAndCertificate { key_pem: key.serialize_pem(), certificate_pem: certificate.pem() })
    }
}

/// Writes `server.key` and `server.pem` for a server that is reached as `localhost`, and returns the root behind them.
pub(crate) fn https_files(folder: &Path) -> Result<String> {
    let authority = TestAuthority::new("Certwright testbed")?;
    let server = authority.issue(&["localhost", "127.0.0.1"])?;
    std::fs::write(folder.join("server.key"), &server.key_pem).context("writing server.key")?;
    std::fs::write(folder.join("server.pem"), &server.certificate_pem).context("writing server.pem")?;
    Ok(authority.certificate_pem)
}

fn leaf(names: &[&str]) -> Result<CertificateParams> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let common_name = names.first().cloned().unwrap_or_default();
    let mut parameters = CertificateParams::new(names).context("a name that can't be in a certificate")?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.not_before = date_time_ymd(2024, 1, 1);
    parameters.not_after = date_time_ymd(2049, 1, 1);
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}
