//! What else is known of an authority: what it can do, its rate limits, what is odd about it.

use certwright_core::{authority_details as details, pace, rate_limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many DNS names a certificate may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameCount {
    /// One.
    One,
    /// One, and the same with `www.` before it.
    OneAndWww,
    /// As many as the profile permits.
    #[default]
    Several,
}

impl From<details::NameCount> for NameCount {
    fn from(count: details::NameCount) -> Self {
        match count {
            details::NameCount::One => Self::One,
            details::NameCount::OneAndWww => Self::OneAndWww,
            details::NameCount::Several => Self::Several,
        }
    }
}

impl From<NameCount> for details::NameCount {
    fn from(count: NameCount) -> Self {
        match count {
            NameCount::One => Self::One,
            NameCount::OneAndWww => Self::OneAndWww,
            NameCount::Several => Self::Several,
        }
    }
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitScope {
    /// Accounts that this service has registered.
    Accounts,
    /// Orders of one account.
    Orders,
    /// Certificates for one registered domain, one IPv4 address or one IPv6 /64.
    Domain,
    /// Certificates for exactly the same identifiers.
    IdentifierSet,
    /// Failed validations of one identifier by one account.
    Failures,
    /// The same, one after the other without a success.
    ConsecutiveFailures,
    /// Everything: never a limit, but the authority may tell us to wait.
    Everything,
}

impl From<rate_limit::Scope> for LimitScope {
    fn from(scope: rate_limit::Scope) -> Self {
        match scope {
            rate_limit::Scope::Accounts => Self::Accounts,
            rate_limit::Scope::Orders => Self::Orders,
            rate_limit::Scope::Domain => Self::Domain,
            rate_limit::Scope::IdentifierSet => Self::IdentifierSet,
            rate_limit::Scope::Failures => Self::Failures,
            rate_limit::Scope::ConsecutiveFailures => Self::ConsecutiveFailures,
            rate_limit::Scope::Everything => Self::Everything,
        }
    }
}

impl From<LimitScope> for rate_limit::Scope {
    fn from(scope: LimitScope) -> Self {
        match scope {
            LimitScope::Accounts => Self::Accounts,
            LimitScope::Orders => Self::Orders,
            LimitScope::Domain => Self::Domain,
            LimitScope::IdentifierSet => Self::IdentifierSet,
            LimitScope::Failures => Self::Failures,
            LimitScope::ConsecutiveFailures => Self::ConsecutiveFailures,
            LimitScope::Everything => Self::Everything,
        }
    }
}

/// How what was used frees again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refill {
    /// One after the other, evenly over the period: a token bucket.
    #[default]
    Bucket,
    /// Each as long after its use as the period lasts: a sliding window.
    Window,
}

/// A rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// What is counted.
    pub scope: LimitScope,
    /// How many are permitted in a period.
    pub most: u32,
    /// How long the period lasts.
    pub seconds: u64,
    /// How it frees again.
    #[serde(default)]
    pub refill: Refill,
}

impl From<rate_limit::RateLimit> for RateLimit {
    fn from(limit: rate_limit::RateLimit) -> Self {
        let refill = match limit.refill {
            rate_limit::Refill::Bucket => Refill::Bucket,
            rate_limit::Refill::Window => Refill::Window,
        };
        Self { scope: limit.scope.into(), most: limit.most, seconds: limit.seconds, refill }
    }
}

impl From<RateLimit> for rate_limit::RateLimit {
    fn from(limit: RateLimit) -> Self {
        let refill = match limit.refill {
            Refill::Bucket => rate_limit::Refill::Bucket,
            Refill::Window => rate_limit::Refill::Window,
        };
        Self { scope: limit.scope.into(), most: limit.most, seconds: limit.seconds, refill }
    }
}

/// Something odd, to be known before an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quirk {
    /// In words.
    pub words: String,
    /// Whether every plan of an order says so.
    #[serde(default)]
    pub before_ordering: bool,
}

impl From<Quirk> for details::Quirk {
    fn from(quirk: Quirk) -> Self {
        Self { words: quirk.words, before_ordering: quirk.before_ordering }
    }
}

/// An authority that issues no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// Since when, as a date.
    pub since: String,
    /// What happened.
    pub words: String,
    /// Which authority does the same job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

impl From<Ended> for details::Ended {
    fn from(ended: Ended) -> Self {
        Self { since: ended.since, words: ended.words, instead: ended.instead.map(Into::into) }
    }
}

/// How fast orders are placed with an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pace {
    /// The most orders that are open at the same time, of all accounts together.
    #[schema(minimum = 1, maximum = 10_000)]
    pub open_orders: u32,
    /// The most of one account.
    #[schema(minimum = 1, maximum = 10_000)]
    pub open_orders_of_account: u32,
    /// The most new orders in a second.
    #[schema(minimum = 1, maximum = 10_000)]
    pub orders_per_second: u32,
}

impl Default for Pace {
    fn default() -> Self {
        pace::Pace::default().into()
    }
}

impl From<pace::Pace> for Pace {
    fn from(pace: pace::Pace) -> Self {
        Self {
            open_orders: pace.open_orders,
            open_orders_of_account: pace.open_orders_of_account,
            orders_per_second: pace.orders_per_second,
        }
    }
}

impl From<Pace> for pace::Pace {
    fn from(pace: Pace) -> Self {
        Self {
            open_orders: pace.open_orders,
            open_orders_of_account: pace.open_orders_of_account,
            orders_per_second: pace.orders_per_second,
        }
    }
}

/// What else is known of an authority. What is left out is not known, or as with most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorityDetails {
    /// What it is, in a sentence.
    pub description: String,
    /// Its web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Its terms of service, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// Its privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<String>,
    /// Where it tells of its outages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether it is switched off: no new account, no new order.
    pub disabled: bool,
    /// That it issues no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Whether accounts need a mail address.
    pub email_required: bool,
    /// Where to get an external account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_account_help: Option<String>,
    /// Parts of the directory's address that everybody fills in for themselves: such an entry is a template.
    pub directory_parts: Vec<String>,
    /// For how many days its certificates are valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_days: Option<u32>,
    /// How many DNS names a certificate may have.
    pub name_count: NameCount,
    /// Whether it certifies wildcard names.
    pub wildcards: bool,
    /// Whether it takes recent validations as proof for the next order.
    pub reuses_validations: bool,
    /// Its rate limits.
    pub rate_limits: Vec<RateLimit>,
    /// How fast orders are placed with it.
    pub pace: Pace,
    /// What is odd about it.
    pub quirks: Vec<Quirk>,
}

impl Default for AuthorityDetails {
    fn default() -> Self {
        details::AuthorityDetails::default().into()
    }
}

impl From<details::AuthorityDetails> for AuthorityDetails {
    fn from(details: details::AuthorityDetails) -> Self {
        Self {
            description: details.description,
            website: details.website,
            terms: details.terms,
            privacy: details.privacy,
            status: details.status,
            disabled: details.disabled,
            ended: details.ended.map(|ended| Ended {
                since: ended.since,
                words: ended.words,
                instead: ended.instead.map(|id| id.to_string()),
            }),
            email_required: details.email_required,
            external_account_help: details.external_account_help,
            directory_parts: details.directory_parts,
            lifetime_days: details.lifetime_days,
            name_count: details.name_count.into(),
            wildcards: details.wildcards,
            reuses_validations: details.reuses_validations,
            rate_limits: details.rate_limits.into_iter().map(RateLimit::from).collect(),
            pace: details.pace.into(),
            quirks: details
                .quirks
                .into_iter()
                .map(|quirk| Quirk { words: quirk.words, before_ordering: quirk.before_ordering })
                .collect(),
        }
    }
}

impl From<AuthorityDetails> for details::AuthorityDetails {
    fn from(sent: AuthorityDetails) -> Self {
        Self {
            description: sent.description,
            website: sent.website,
            terms: sent.terms,
            privacy: sent.privacy,
            status: sent.status,
            disabled: sent.disabled,
            ended: sent.ended.map(Into::into),
            email_required: sent.email_required,
            external_account_help: sent.external_account_help,
            directory_parts: sent.directory_parts,
            lifetime_days: sent.lifetime_days,
            name_count: sent.name_count.into(),
            wildcards: sent.wildcards,
            reuses_validations: sent.reuses_validations,
            rate_limits: sent.rate_limits.into_iter().map(Into::into).collect(),
            pace: sent.pace.into(),
            quirks: sent.quirks.into_iter().map(Into::into).collect(),
        }
    }
}
