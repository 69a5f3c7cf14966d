//! Ids of stored things: opaque text with a short prefix, so that a log line says what it names.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// An id from a unique part made by the caller, because chance is never drawn in this crate.
            pub fn from_unique(unique: &str) -> Self {
                Self(format!("{}{unique}", $prefix))
            }

            /// The whole text, prefix included.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

id!(
    /// A managed certificate.
    CertificateId,
    "cert-"
);
id!(
    /// An account with a certificate authority.
    AccountId,
    "acct-"
);
id!(
    /// An incident: what happens to many for the same cause.
    IncidentId,
    "inc-"
);
id!(
    /// A certificate version: one issued certificate with its key and chain.
    VersionId,
    "ver-"
);
id!(
    /// A run: one performance of a plan.
    RunId,
    "run-"
);
id!(
    /// A deployment of one managed certificate on one target.
    DeploymentId,
    "dep-"
);
id!(
    /// A certificate authority entry: a short name chosen by us or by the user, such as `letsencrypt`.
    AuthorityId,
    ""
);
id!(
    /// A user: a person who signs in.
    UserId,
    "user-"
);
id!(
    /// A session: a browser that is signed in.
    SessionId,
    "session-"
);
id!(
    /// An API token.
    TokenId,
    "token-"
);
