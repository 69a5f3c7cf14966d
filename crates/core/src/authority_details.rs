//! What else is known of an authority: how it is reached by people, what it can do, what is odd about it.

use crate::id::AuthorityId;
use crate::pace::Pace;
use crate::rate_limit::RateLimit;
use serde::{Deserialize, Serialize};

/// How many DNS names a certificate may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
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

impl NameCount {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::One, Self::OneAndWww, Self::Several];

    /// The name in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::OneAndWww => "one-and-www",
            Self::Several => "several",
        }
    }

    /// The value of this name, if it is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|count| count.name() == name)
    }
}

/// An authority that issues no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Since when, as a date.
    pub since: String,
    /// What happened, in words.
    pub words: String,
    /// Which entry does the same job.
    pub instead: Option<AuthorityId>,
}

/// Something odd, to be known before an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quirk {
    /// In words.
    pub words: String,
    /// Whether every order is preceded by it, in its plan.
    #[serde(default)]
    pub before_ordering: bool,
}

/// What else is known of an authority. The default is an authority of which nothing is known, that can do everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorityDetails {
    /// What it is, in a sentence.
    pub description: String,
    /// Its web site.
    pub website: Option<String>,
    /// Its terms of service, for people; an order needs those of its directory.
    pub terms: Option<String>,
    /// Its privacy policy.
    pub privacy: Option<String>,
    /// Where it tells of its outages.
    pub status: Option<String>,
    /// Whether it is not to be used: nothing new is ordered from it, and it is not offered.
    pub disabled: bool,
    /// That it issues no more.
    pub ended: Option<Ended>,
    /// Whether accounts need a mail address.
    pub email_required: bool,
    /// Where to get an external account, and what to know of it.
    pub external_account_help: Option<String>,
    /// Parts of its directory's address that everybody has to fill in for themselves, such as `region`.
    pub directory_parts: Vec<String>,
    /// For how many days its certificates are valid, where nobody asks for another time.
    pub lifetime_days: Option<u32>,
    /// How many DNS names a certificate may have, where that is not a matter of number alone.
    pub name_count: NameCount,
    /// Whether it certifies wildcard names.
    pub wildcards: bool,
    /// Whether it takes what it has validated lately as proof for the next order too.
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
        Self {
            description: String::new(),
            website: None,
            terms: None,
            privacy: None,
            status: None,
            disabled: false,
            ended: None,
            email_required: false,
            external_account_help: None,
            directory_parts: Vec::new(),
            lifetime_days: None,
            name_count: NameCount::Several,
            wildcards: true,
            reuses_validations: false,
            rate_limits: Vec::new(),
            pace: Pace::default(),
            quirks: Vec::new(),
        }
    }
}
