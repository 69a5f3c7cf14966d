//! Revocation of a version: why (RFC 5280 §5.3.1), who said so, and what is intended but not yet done.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a certificate is revoked (RFC 5280 §5.3.1), by the names that the RFC gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RevocationReason {
    /// Nothing said.
    Unspecified,
    /// Somebody else may have the private key.
    KeyCompromise,
    /// Somebody else may have the authority's key.
    #[serde(rename = "cACompromise")]
    CaCompromise,
    /// The subject's names or organization changed.
    AffiliationChanged,
    /// There is a newer certificate.
    Superseded,
    /// The service is gone.
    CessationOfOperation,
    /// For now only.
    CertificateHold,
    /// A right was withdrawn.
    PrivilegeWithdrawn,
    /// An attribute authority was compromised.
    #[serde(rename = "aACompromise")]
    AaCompromise,
}

impl RevocationReason {
    /// All of them, with the name and the number of each.
    const ALL: &'static [(Self, &'static str, u8)] = &[
        (Self::Unspecified, "unspecified", 0),
        (Self::KeyCompromise, "keyCompromise", 1),
        (Self::CaCompromise, "cACompromise", 2),
        (Self::AffiliationChanged, "affiliationChanged", 3),
        (Self::Superseded, "superseded", 4),
        (Self::CessationOfOperation, "cessationOfOperation", 5),
        (Self::CertificateHold, "certificateHold", 6),
        (Self::PrivilegeWithdrawn, "privilegeWithdrawn", 9),
        (Self::AaCompromise, "aACompromise", 10),
    ];

    /// What the holder of a certificate may say; the others are for authorities.
    pub const ASKABLE: &'static [Self] = &[
        Self::Unspecified,
        Self::KeyCompromise,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::AffiliationChanged,
    ];

    /// The reason with this number; a number without a reason (7, or one that is not assigned) says nothing.
    pub fn from_code(code: u8) -> Self {
        Self::ALL
            .iter()
            .find(|(_, _, known)| *known == code)
            .map_or(Self::Unspecified, |(reason, _, _)| *reason)
    }

    /// The name that RFC 5280 gives it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _, _)| *reason == self).map_or("unspecified", |(_, name, _)| name)
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who said that a certificate is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationSource {
    /// The authority revoked it because we asked.
    Asked,
    /// The authority had revoked it already when we asked.
    Authority,
    /// It stands on the authority's revocation list.
    List,
}

/// A version is revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Since when, by the word of who said so.
    pub revoked_at: Timestamp,
    /// When we learnt of it.
    pub known_at: Timestamp,
    /// Why; `Unspecified` where nobody said.
    pub reason: RevocationReason,
    /// Who said so.
    pub source: RevocationSource,
}

/// What signs a revocation request (RFC 8555 §7.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationSigner {
    /// The account that ordered the certificate.
    Account,
    /// The certificate's own key: for when the account is gone, or to prove that the key is known.
    Key,
}

impl RevocationSigner {
    /// What signs unless somebody chooses: a compromise is proven with the key, so that the authority refuses that key
    /// from then on; everything else is the account's word.
    pub fn usual(reason: RevocationReason) -> Self {
        if reason == RevocationReason::KeyCompromise { Self::Key } else { Self::Account }
    }

    /// In words, as an end to "revoked by …".
    pub fn words(self) -> &'static str {
        match self {
            Self::Account => "the account that ordered it",
            Self::Key => "its own key",
        }
    }
}

/// A revocation that was asked for and is stored before the authority hears of it, until its answer is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationOrder {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// By whom.
    pub who: String,
    /// Why.
    pub reason: RevocationReason,
    /// What signs it.
    pub by: RevocationSigner,
}

/// What a revocation would do, as far as a person should know before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationFacts<'a> {
    /// The certificate's name.
    pub name: &'a str,
    /// The version.
    pub version: &'a str,
    /// Its serial number.
    pub serial: &'a str,
    /// Its names, in words.
    pub names: &'a str,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// Who issued it.
    pub authority: &'a str,
    /// Why it is revoked.
    pub reason: RevocationReason,
    /// What signs the request.
    pub by: RevocationSigner,
    /// Whether it is the certificate's newest version.
    pub current: bool,
    /// Whether the certificate is paused.
    pub paused: bool,
    /// Targets that serve this version, as far as is known.
    pub served_by: &'a [&'a str],
}

/// The plan of a revocation, in words.
pub fn plan(facts: &RevocationFacts<'_>) -> Vec<String> {
    let RevocationFacts { name, version, serial, names, not_after, authority, reason, .. } = facts;
    let mut lines = vec![
        format!(
            "Revoke the version {version} of {name} at {authority}: serial {serial}, {names}, valid until {not_after}"
        ),
        format!(
            "The reason is {reason}, the request is signed by {}; it cannot be taken back",
            facts.by.words()
        ),
    ];
    lines.push(
        match (facts.current, facts.paused) {
            (true, false) => "It is the newest version: another one, with a new key, is requested at once",
            (true, true) => "It is the newest version, and the certificate is paused: no other is requested before it is resumed",
            (false, _) => "It is not the newest version: nothing else is requested",
        }
        .to_owned(),
    );
    lines.push(match facts.served_by {
        [] => "No target of this service serves it".to_owned(),
        targets => format!(
            "Until another one is deployed, clients are served the revoked one by {}",
            targets.join(", ")
        ),
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_words_are_those_of_the_rfc() {
        for (reason, _, code) in RevocationReason::ALL {
            assert_eq!(RevocationReason::from_code(*code), *reason);
        }
        assert_eq!(RevocationReason::from_code(7), RevocationReason::Unspecified);
        for (reason, _, _) in RevocationReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name(), "stored as it is named");
        }
        assert_eq!(RevocationSigner::usual(RevocationReason::KeyCompromise), RevocationSigner::Key);
        assert_eq!(RevocationSigner::usual(RevocationReason::Superseded), RevocationSigner::Account);
    }

    #[test]
    fn the_plan_says_what_is_served_and_what_comes_next() {
        let facts = RevocationFacts {
            name: "shop",
            version: "ver-1",
            serial: "03ab",
            names: "shop.example.com",
            not_after: Timestamp::UNIX_EPOCH,
            authority: "Let's Encrypt",
            reason: RevocationReason::KeyCompromise,
            by: RevocationSigner::Key,
            current: true,
            paused: false,
            served_by: &["nginx"],
        };
        assert_eq!(
            plan(&facts).join("\n"),
            "\
Revoke the version ver-1 of shop at Let's Encrypt: serial 03ab, shop.example.com, valid until 1970-01-01T00:00:00Z
The reason is keyCompromise, the request is signed by its own key; it cannot be taken back
It is the newest version: another one, with a new key, is requested at once
Until another one is deployed, clients are served the revoked one by nginx"
        );
        let old = plan(&RevocationFacts { current: false, served_by: &[], ..facts.clone() });
        assert_eq!(
            old[2..],
            [
                "It is not the newest version: nothing else is requested",
                "No target of this service serves it"
            ]
        );
        assert!(plan(&RevocationFacts { paused: true, ..facts })[2].contains("is paused"));
    }
}
