//! The built-in certificate authorities of the service: what they are, and who may ask what of them.
//!
//! An issuer is asked by clients of its own; whom this service asks is an [`authority`](crate::authorities).

use crate::secret::SecretText;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// From where an issuer is reached, and where it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum IssuerReach {
    /// From this machine only. It looks at this machine only.
    Loopback {
        /// Where http-01 challenges are looked at; 80 when left out.
        #[serde(default = "usual_challenge_port")]
        challenge_port: u16,
    },
    /// From the network, by HTTPS. Accounts must be bound to external keys, and http-01 is looked at on port 80.
    Network,
}

fn usual_challenge_port() -> u16 {
    80
}

impl Default for IssuerReach {
    fn default() -> Self {
        Self::Loopback { challenge_port: usual_challenge_port() }
    }
}

/// Which names and addresses may be certified. Empty, it permits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerPolicy {
    /// Each of these names, and all names below them.
    pub names: Vec<String>,
    /// All addresses of these ranges, such as `10.0.0.0/8`.
    pub networks: Vec<String>,
    /// Whether wildcard names below them are permitted too.
    pub wildcards: bool,
    /// Whether all names and addresses are permitted, whatever the lists say.
    pub anything: bool,
}

/// A kind of certificate that clients can ask for by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerProfile {
    /// What it is, for people.
    pub description: String,
    /// How long its certificates last.
    pub lifetime_seconds: i64,
}

/// What can be set of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerSettings {
    /// From where it is reached; from this machine only when left out.
    pub reach: IssuerReach,
    /// What it certifies. When an issuer is made, its root is constrained to this for good.
    pub policy: IssuerPolicy,
    /// How long certificates last that name no profile: from 60 seconds to 398 days; 90 days when left out.
    pub lifetime_seconds: i64,
    /// Other kinds of certificates, by name.
    pub profiles: BTreeMap<String, IssuerProfile>,
    /// Whether new accounts must be bound to an external key; always, when it is reached from the network.
    pub external_account_required: bool,
    /// The address of terms that clients must agree to.
    pub terms_of_service: Option<String>,
}

impl Default for IssuerSettings {
    fn default() -> Self {
        Self {
            reach: IssuerReach::default(),
            policy: IssuerPolicy::default(),
            lifetime_seconds: 90 * 24 * 3600,
            profiles: BTreeMap::new(),
            external_account_required: false,
            terms_of_service: None,
        }
    }
}

impl IssuerSettings {
    /// Whether a new account must be bound to an external key.
    pub fn binds_accounts(&self) -> bool {
        self.external_account_required || self.reach == IssuerReach::Network
    }
}

/// What the root allows to be certified, fixed when it was made: no client takes anything else of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuerConstraints {
    /// Each of these names, and all names below them.
    pub names: Vec<String>,
    /// All addresses of these ranges.
    pub networks: Vec<String>,
}

/// A certificate of the issuer itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuerCertificate {
    /// The subject, RFC 4514.
    pub subject: String,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, hex.
    pub sha256: String,
    /// SHA-1 of the certificate, hex: for comparing with lists that show nothing else.
    pub sha1: String,
    /// The certificate.
    pub pem: String,
}

/// An issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Issuer {
    /// Its name, as in its addresses.
    pub name: String,
    /// What people see in lists of trusted roots, where the root says it.
    pub title: Option<String>,
    /// Whether it is to answer.
    pub enabled: bool,
    /// Whether it answers now: enabled, and its keys could be opened.
    pub mounted: bool,
    /// The ACME directory's URL: what clients are configured with.
    pub directory: String,
    /// Where the root is served.
    pub root_url: String,
    /// Where the revocation list is served.
    pub revocation_list_url: String,
    /// What can be set of it.
    pub settings: IssuerSettings,
    /// What the root allows to be certified; absent for one that allows anything.
    pub constraints: Option<IssuerConstraints>,
    /// The root: what clients must trust.
    pub root: IssuerCertificate,
    /// The intermediate, which signs what is issued and comes with every chain.
    pub intermediate: IssuerCertificate,
    /// Roots (PEM) for the directory's own HTTPS certificate as it is now; absent where the system's trust store is
    /// to know it, and over plain HTTP.
    pub directory_tls_roots: Option<String>,
    /// What is not as somebody may think it is.
    pub warnings: Vec<String>,
    /// Grows with every change; to be sent with the next one.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A key for external account binding (RFC 8555 §7.3.4). It binds one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExternalKey {
    /// Its identifier, which is no secret: the kid.
    pub id: String,
    /// What an account bound with it may ask for, within what the issuer certifies at all.
    pub policy: IssuerPolicy,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it binds no more; an account that is bound stays.
    pub expires_at: Option<Timestamp>,
    /// The account that was bound with it.
    pub account: Option<String>,
    /// When that was.
    pub used_at: Option<Timestamp>,
}

/// A key for external account binding as it is given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewExternalKey {
    /// Its identifier, which is no secret: the kid.
    pub id: String,
    /// Its secret in base64url: the HMAC key, for HS256, HS384 or HS512. It is shown this once.
    pub secret: SecretText,
    /// The ACME directory that it is for.
    pub directory: String,
    /// What an account bound with it may ask for, within what the issuer certifies at all.
    pub policy: IssuerPolicy,
    /// When it binds no more.
    pub expires_at: Option<Timestamp>,
}

/// A certificate that an issuer signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuedCertificate {
    /// Its serial number, hex.
    pub serial: String,
    /// What it is for, in ASCII.
    pub identifiers: Vec<String>,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked, by its number (RFC 5280 §5.3.1).
    pub revocation_reason: Option<u8>,
    /// The account of the issuer that ordered it.
    pub account: String,
}

/// The certificates (DER) of a text in PEM, in order; what is none is passed over.
pub fn certificates_in(pem: &[u8]) -> Vec<Vec<u8>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).map(|der| der.to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_usual_and_what_nobody_knows_is_refused() {
        let read = serde_json::from_str::<IssuerSettings>;
        assert_eq!(read("{}").unwrap(), IssuerSettings::default());
        let settings = read(r#"{"reach":{"kind":"loopback"},"policy":{"names":["home.arpa"]}}"#).unwrap();
        assert_eq!(settings.reach, IssuerReach::Loopback { challenge_port: 80 });
        assert!(!settings.binds_accounts());
        let network = read(r#"{"reach":{"kind":"network"}}"#).unwrap();
        assert!(network.binds_accounts(), "whatever the switch says");
        for wrong in [r#"{"constraints":{}}"#, r#"{"policy":{"name":[]}}"#, r#"{"reach":{"kind":"world"}}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let text = serde_json::to_string(&network).unwrap();
        assert_eq!(read(&text).unwrap(), network);
    }

    #[test]
    fn certificates_are_found_between_other_words() {
        let pem = b"# a root\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\nx\n\
            -----BEGIN CERTIFICATE-----\nMAAw\nAA==\n-----END CERTIFICATE-----\n";
        assert_eq!(certificates_in(pem), [vec![0x30, 0], vec![0x30, 0, 0x30, 0]]);
        assert!(certificates_in(b"nothing").is_empty());
    }
}
