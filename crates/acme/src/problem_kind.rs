//! The registered ACME error types, by name (RFC 8555 §6.7, RFC 9773 §7.4, the profiles draft).

use std::fmt;

/// Every ACME error type starts with this.
pub(crate) const PREFIX: &str = "urn:ietf:params:acme:error:";

macro_rules! problem_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What kind of problem the CA reported.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $($(#[$doc])* $variant,)+
            /// A type that is none of the above; the whole URI.
            Other(String),
        }

        impl ProblemKind {
            fn known(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The short name, such as `rateLimited`; the whole URI for other types.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Other(uri) => uri,
                }
            }

            #[cfg(test)]
            const NAMES: &[&str] = &[$($name),+];
        }
    };
}

problem_kinds! {
    /// The account is unknown to the CA.
    AccountDoesNotExist = "accountDoesNotExist",
    /// `replaces` names a certificate that another order replaces already (RFC 9773 §7.4).
    AlreadyReplaced = "alreadyReplaced",
    /// The certificate is revoked already.
    AlreadyRevoked = "alreadyRevoked",
    /// The CSR is unacceptable.
    BadCsr = "badCSR",
    /// The nonce is unacceptable; retried within this crate.
    BadNonce = "badNonce",
    /// The JWS was signed by a key that the CA does not support.
    BadPublicKey = "badPublicKey",
    /// The revocation reason is not allowed.
    BadRevocationReason = "badRevocationReason",
    /// The signature algorithm is not supported.
    BadSignatureAlgorithm = "badSignatureAlgorithm",
    /// CAA records forbid issuance.
    Caa = "caa",
    /// Several things are wrong: see the subproblems.
    Compound = "compound",
    /// The CA could not connect to the validation target.
    Connection = "connection",
    /// A DNS query failed during validation.
    Dns = "dns",
    /// The CA wants an external account binding.
    ExternalAccountRequired = "externalAccountRequired",
    /// The validation answer was not what the challenge asks for.
    IncorrectResponse = "incorrectResponse",
    /// A contact URL is invalid.
    InvalidContact = "invalidContact",
    /// The CA does not offer this profile, or not to this account (profiles draft §6.3).
    InvalidProfile = "invalidProfile",
    /// The request is malformed.
    Malformed = "malformed",
    /// The order is not ready to be finalized.
    OrderNotReady = "orderNotReady",
    /// Too many requests, or a paused account.
    RateLimited = "rateLimited",
    /// The CA will not issue for the identifier.
    RejectedIdentifier = "rejectedIdentifier",
    /// The CA had an internal error.
    ServerInternal = "serverInternal",
    /// TLS failed during validation.
    Tls = "tls",
    /// The client lacks authorization, or the validation failed.
    Unauthorized = "unauthorized",
    /// A contact URL has an unsupported scheme.
    UnsupportedContact = "unsupportedContact",
    /// The identifier type is not supported.
    UnsupportedIdentifier = "unsupportedIdentifier",
    /// A human has to visit the problem's `instance` URL, often to agree to new terms (RFC 8555 §7.3.3).
    UserActionRequired = "userActionRequired",
}

impl ProblemKind {
    /// Reads the `type` member.
    #[must_use]
    pub fn of(uri: &str) -> Self {
        uri.strip_prefix(PREFIX).and_then(Self::known).unwrap_or_else(|| Self::Other(uri.to_owned()))
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registered_name_is_recognised_and_kept() {
        assert_eq!(ProblemKind::NAMES.len(), 26);
        for name in ProblemKind::NAMES {
            let kind = ProblemKind::of(&format!("{PREFIX}{name}"));
            assert_eq!(kind.name(), *name);
            assert!(!matches!(kind, ProblemKind::Other(_)), "{name}");
        }
    }

    #[test]
    fn other_types_keep_their_whole_uri() {
        for uri in ["about:blank", "badNonce", "urn:ietf:params:acme:error:dnssec", ""] {
            assert_eq!(ProblemKind::of(uri), ProblemKind::Other(uri.to_owned()));
        }
    }
}
