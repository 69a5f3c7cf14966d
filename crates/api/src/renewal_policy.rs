//! When a certificate is renewed.

use certwright_core::renewal_policy as core;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a certificate is to be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "policy", rename_all = "kebab-case", deny_unknown_fields)]
pub enum RenewalPolicy {
    /// When this share of its lifetime is over.
    Share {
        /// From 1 to 99.
        percent: u8,
    },
    /// So long before it expires.
    BeforeExpiry {
        /// How long, from 1 second to 398 days.
        seconds: i64,
    },
    /// So long after it was renewed.
    AfterRenewal {
        /// How long, from 1 second to 398 days.
        seconds: i64,
    },
}

impl From<core::RenewalPolicy> for RenewalPolicy {
    fn from(policy: core::RenewalPolicy) -> Self {
        match policy {
            core::RenewalPolicy::Share { percent } => Self::Share { percent },
            core::RenewalPolicy::BeforeExpiry { seconds } => Self::BeforeExpiry { seconds },
            core::RenewalPolicy::AfterRenewal { seconds } => Self::AfterRenewal { seconds },
        }
    }
}

impl From<RenewalPolicy> for core::RenewalPolicy {
    fn from(policy: RenewalPolicy) -> Self {
        match policy {
            RenewalPolicy::Share { percent } => Self::Share { percent },
            RenewalPolicy::BeforeExpiry { seconds } => Self::BeforeExpiry { seconds },
            RenewalPolicy::AfterRenewal { seconds } => Self::AfterRenewal { seconds },
        }
    }
}
