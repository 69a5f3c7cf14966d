//! How a certificate is, as lists, pages, metrics and alerts say it.

use certwright_core::health;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The same variants under another roof, and both ways between.
macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl From<health::$name> for $name {
            fn from(here: health::$name) -> Self {
                match here {
                    $(health::$name::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for health::$name {
            fn from(here: $name) -> Self {
                match here {
                    $($name::$variant => Self::$variant,)+
                }
            }
        }
    };
}

mirrored! {
    /// How a certificate is, in one word.
    Health {
        /// Somebody meets, or soon will meet, a certificate that is not valid.
        Error,
        /// It cannot work as it is configured.
        Invalid,
        /// Only a person can go on.
        WaitingForPerson,
        /// Something is wrong, and there is time to repair it.
        Warning,
        /// Paused by a person.
        Paused,
        /// Nothing was issued yet.
        NoneYet,
        /// Nothing is wrong.
        Healthy,
    }
}

mirrored! {
    /// Why a certificate is as it is.
    HealthReason {
        /// The newest version has expired.
        Expired,
        /// What a target serves has expired.
        ServedExpired,
        /// The newest version is revoked.
        Revoked,
        /// Too little of its life is left.
        RunningOut,
        /// Nothing was ever issued, and the last try failed.
        NeverIssued,
        /// The last try to obtain it failed in a way that will not pass as it is configured.
        Hopeless,
        /// The last try to obtain it failed in a way that needs a person.
        NeedsPerson,
        /// The last try to deploy it failed in a way that needs a person.
        DeploymentNeedsPerson,
        /// Its authority is retired: nobody there speaks ACME any more.
        AuthorityRetired,
        /// Its authority is switched off here.
        AuthorityOff,
        /// The last try to obtain it failed.
        Failing,
        /// The last try to deploy it failed.
        DeploymentFailing,
        /// It was obtained, and a target has nothing of it yet.
        NotDeployed,
        /// It is a certificate for tests, which nobody trusts.
        Staging,
        /// Paused by a person.
        Paused,
        /// Nothing was ever issued.
        New,
        /// A newer version is about to be deployed.
        Pending,
        /// Obtained, and deployed where it should be, but no handshake can show that, or no target is configured.
        Issued,
        /// Deployed where it should be, and a handshake showed it.
        Served,
    }
}

impl Health {
    /// All of them, the gravest first.
    pub fn all() -> impl Iterator<Item = Self> {
        health::Health::ALL.into_iter().map(Self::from)
    }

    /// The word, as in JSON.
    pub fn word(self) -> &'static str {
        health::Health::from(self).word()
    }

    /// Whether a person should look.
    pub fn is_grave(self) -> bool {
        health::Health::from(self).is_grave()
    }
}
