//! What people are told of an authority, and how its certificates are: options of `ca add` and `ca edit` alike.

use certwright_api::authority_details::{AuthorityDetails, NameCount};
use certwright_api::authority_edits::AuthorityDetailsChanges;
use certwright_core::authority_details;
use clap::Args;

/// Facts of an authority. Whatever may be absent is taken away by the word none.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Facts {
    /// What it is, in a sentence
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Its web site, or none
    #[arg(long, value_name = "URL")]
    website: Option<String>,
    /// Its terms of service for people, or none
    #[arg(long, value_name = "URL")]
    terms: Option<String>,
    /// Its privacy policy, or none
    #[arg(long, value_name = "URL")]
    privacy: Option<String>,
    /// Where it tells of its outages, or none
    #[arg(long, value_name = "URL")]
    status: Option<String>,
    /// Where to get an external account, or none
    #[arg(long, value_name = "TEXT")]
    external_account_help: Option<String>,
    /// For how many days its certificates are valid, or none where that is not known
    #[arg(long, value_name = "N", value_parser = days)]
    lifetime_days: Option<Days>,
    /// How many names a certificate may have: one, one-and-www or several
    #[arg(long, value_name = "COUNT", value_parser = name_count)]
    name_count: Option<NameCount>,
}

/// A number of days, or none.
#[derive(Clone, Copy, Debug)]
struct Days(Option<u32>);

fn days(text: &str) -> Result<Days, String> {
    match text {
        "none" => Ok(Days(None)),
        number => {
            let days = number.parse().ok().filter(|days| *days > 0);
            days.map(|days| Days(Some(days))).ok_or_else(|| "write a number of days, or none".to_owned())
        }
    }
}

fn name_count(text: &str) -> Result<NameCount, String> {
    let known = || authority_details::NameCount::ALL.iter().map(|count| count.name()).collect::<Vec<_>>();
    authority_details::NameCount::from_name(text)
        .map(NameCount::from)
        .ok_or_else(|| format!("it is one of: {}", known().join(", ")))
}

/// What is given, or none.
pub(super) fn unless_none(text: String) -> Option<String> {
    (text != "none").then_some(text)
}

impl Facts {
    /// As they are of a new entry.
    pub(super) fn details(self) -> AuthorityDetails {
        AuthorityDetails {
            description: self.description.unwrap_or_default(),
            website: self.website.and_then(unless_none),
            terms: self.terms.and_then(unless_none),
            privacy: self.privacy.and_then(unless_none),
            status: self.status.and_then(unless_none),
            external_account_help: self.external_account_help.and_then(unless_none),
            lifetime_days: self.lifetime_days.and_then(|days| days.0),
            name_count: self.name_count.unwrap_or_default(),
            ..AuthorityDetails::default()
        }
    }

    /// What changes of an entry.
    pub(super) fn changes(self) -> AuthorityDetailsChanges {
        AuthorityDetailsChanges {
            description: self.description,
            website: self.website.map(unless_none),
            terms: self.terms.map(unless_none),
            privacy: self.privacy.map(unless_none),
            status: self.status.map(unless_none),
            external_account_help: self.external_account_help.map(unless_none),
            lifetime_days: self.lifetime_days.map(|days| days.0),
            name_count: self.name_count,
            ..AuthorityDetailsChanges::default()
        }
    }
}
