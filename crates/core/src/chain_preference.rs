//! Which of the chains that an authority offers is taken: the first preference that is set, and how it is matched.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose preference it is; the first that is set wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreferredBy {
    /// The certificate's own settings.
    Certificate,
    /// The account it is ordered by.
    Account,
    /// The authority's entry.
    Authority,
}

/// The issuer that a chain should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainPreference {
    /// Common name or SHA-256 fingerprint.
    pub issuer: String,
    /// Who prefers it.
    pub by: PreferredBy,
}

/// An issuer of a chain: a certificate of it above the leaf, or the root that it ends in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its common name, where it has one.
    pub common_name: Option<String>,
    /// SHA-256 of the certificate, lower-case hex; `None` where only the name is known, as of a root that is not sent.
    pub fingerprint: Option<String>,
}

/// How well a chain fits a preference; the larger, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// No issuer of it is the preferred one.
    None,
    /// The preferred issuer is on the way.
    OnTheWay,
    /// The chain ends in the preferred issuer.
    Ends,
}

impl ChainPreference {
    /// The first preference that is set: the certificate's, the account's, the authority's.
    pub fn first(certificate: Option<&str>, account: Option<&str>, authority: Option<&str>) -> Option<Self> {
        [
            (certificate, PreferredBy::Certificate),
            (account, PreferredBy::Account),
            (authority, PreferredBy::Authority),
        ]
        .into_iter()
        .find_map(|(issuer, by)| Some(Self { issuer: issuer?.to_owned(), by }))
    }

    /// How well a chain of these issuers fits, the one next to the leaf first. A root that is cross-signed is on the way
    /// of one chain and the end of another: the latter is what somebody who names it wants.
    pub fn fit(&self, issuers: &[Issuer]) -> Fit {
        match issuers.split_last() {
            Some((end, _)) if self.is(end) => Fit::Ends,
            Some((_, others)) if others.iter().any(|issuer| self.is(issuer)) => Fit::OnTheWay,
            _ => Fit::None,
        }
    }

    fn is(&self, issuer: &Issuer) -> bool {
        let named =
            issuer.common_name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(self.issuer.trim()));
        let wanted = fingerprint(&self.issuer);
        named || wanted.is_some() && issuer.fingerprint == wanted
    }
}

impl fmt::Display for ChainPreference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by {
            PreferredBy::Certificate => "the certificate's settings",
            PreferredBy::Account => "its account",
            PreferredBy::Authority => "the authority's entry",
        };
        write!(f, "{}, preferred by {by}", self.issuer)
    }
}

/// A SHA-256 fingerprint as people paste it, in lower-case hex; `None` where the text is none.
fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ':' | ' ')).collect();
    (digits.len() == 64 && digits.chars().all(|digit| digit.is_ascii_hexdigit()))
        .then(|| digits.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(name: &str, byte: &str) -> Issuer {
        Issuer { common_name: Some(name.to_owned()), fingerprint: Some(byte.repeat(32)) }
    }

    #[test]
    fn the_first_that_is_set_wins() {
        let first = |c, a, e| ChainPreference::first(c, a, e).map(|found| (found.issuer, found.by));
        let set = |issuer: &str, by| Some((issuer.to_owned(), by));
        assert_eq!(first(Some("c"), Some("a"), Some("e")), set("c", PreferredBy::Certificate));
        assert_eq!(first(None, Some("a"), Some("e")), set("a", PreferredBy::Account));
        assert_eq!(first(None, None, Some("e")), set("e", PreferredBy::Authority));
        assert_eq!(first(None, None, None), None);
    }

    #[test]
    fn the_end_counts_more_than_the_way_and_fingerprints_are_read_as_pasted() {
        let through = [issuer("YE1", "aa"), issuer("ISRG Root X2", "ab"), issuer("ISRG Root X1", "ac")];
        let short = [issuer("YE1", "aa"), issuer("ISRG Root X2", "ad")];
        let fit = |wanted: &str, issuers: &[Issuer]| {
            ChainPreference { issuer: wanted.to_owned(), by: PreferredBy::Account }.fit(issuers)
        };
        assert_eq!(fit("isrg root x2", &through), Fit::OnTheWay);
        assert_eq!(fit("ISRG Root X2", &short), Fit::Ends);
        assert_eq!(fit("DST Root CA X3", &through), Fit::None);
        assert_eq!(fit(&["AC"; 32].join(":"), &through), Fit::Ends);
        assert_eq!(fit(&"aa".repeat(32), &short), Fit::OnTheWay);
        assert_eq!(fit("aa", &short), Fit::None, "a part of a fingerprint is none");
        assert_eq!(fit("x", &[]), Fit::None);
    }
}
