//! Failover: whether another authority is asked, because the chosen one cannot issue, and which.

use crate::account::Account;
use crate::authority::Authority;
use crate::certificate::CertificateSettings;
use crate::failure::{Failure, FailureClass};
use crate::validate::{self, Surroundings};
use jiff::Timestamp;

/// After so many failures in a row another authority is asked. By the back-off that is after about two hours: most
/// outages are shorter, and who switches at the first trouble has two authorities to explain.
pub const AFTER_FAILURES: u32 = 3;

/// Failures that another authority may well not have, by kind: this one is out of reach or in trouble of its own, does
/// not want the names, or our account there cannot be used. A name that cannot be validated fails everywhere.
const OF_AUTHORITY: &[&str] = &[
    "account-incomplete",
    "acme-accountDoesNotExist",
    "acme-badCSR",
    "acme-badPublicKey",
    "acme-externalAccountRequired",
    "acme-gone",
    "acme-hostile-answer",
    "acme-invalidProfile",
    "acme-rateLimited",
    "acme-rejectedIdentifier",
    "acme-serverInternal",
    "acme-timeout",
    "acme-transport",
    "acme-unauthorized",
    "acme-unavailable",
    "acme-unexpected-answer",
    "acme-unreachable",
    "acme-unresolved",
    "acme-unsupportedIdentifier",
    "acme-untrusted",
    "acme-userActionRequired",
    "authority-gone",
    "authority-off",
    "issued-wrong",
    "no-account",
    "order-changed",
    "order-incomplete",
    "processing-endless",
    "profile-gone",
];

/// An authority that could be asked instead, with a valid account there.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The authority.
    pub authority: &'a Authority,
    /// The account.
    pub account: &'a Account,
}

/// What the decision needs.
#[derive(Clone, Copy, Debug)]
pub struct FailoverFacts<'a> {
    /// What the user wants.
    pub settings: &'a CertificateSettings,
    /// The chosen authority; `None` when its entry is gone.
    pub chosen: Option<&'a Authority>,
    /// Failures in a row.
    pub failures: u32,
    /// The last one.
    pub failure: Option<&'a Failure>,
    /// Who could be asked instead, in a lasting order.
    pub candidates: &'a [Candidate<'a>],
    /// The moment.
    pub now: Timestamp,
}

/// Whether failures of this kind say something about the authority, and nothing about the names.
pub fn is_of_authority(failure: &Failure) -> bool {
    OF_AUTHORITY.contains(&failure.kind.as_str())
}

/// Whether the authority has said when it wants to be asked again, and that moment has not come.
pub fn is_waited_for(failure: Option<&Failure>, now: Timestamp) -> Option<Timestamp> {
    match failure?.class {
        FailureClass::WaitUntil(until) if until > now => Some(until),
        _ => None,
    }
}

/// Who is asked instead of the chosen authority; `None` when that one is asked. They take turns, the chosen one among
/// them, each after the one that failed last: whoever works first, issues. One that must be waited for has no turn.
pub fn instead<'a>(facts: &FailoverFacts<'a>) -> Option<Candidate<'a>> {
    let failure = facts.failure.filter(|failure| is_of_authority(failure))?;
    let chosen = facts.chosen?;
    let asked = failure.authority.as_ref().unwrap_or(&chosen.id);
    let waiting = is_waited_for(Some(failure), facts.now).is_some();
    if !waiting && facts.failures < AFTER_FAILURES {
        return None;
    }
    // `None` is the turn of the chosen one.
    let mut turns: Vec<Option<Candidate<'a>>> = vec![None];
    turns.extend(facts.candidates.iter().filter(|candidate| suits(facts, candidate)).copied().map(Some));
    let id = |turn: &Option<Candidate<'a>>| turn.map_or(&chosen.id, |candidate| &candidate.authority.id);
    let last = turns.iter().position(|turn| id(turn) == asked).unwrap_or(0);
    turns.rotate_left(last + 1);
    turns.into_iter().find(|turn| !(waiting && id(turn) == asked)).flatten()
}

/// Whether it can really issue this certificate, whatever clients trust.
pub fn can_take(settings: &CertificateSettings, candidate: &Candidate<'_>) -> bool {
    let surroundings = Surroundings {
        authority: Some(candidate.authority),
        authorities: &[],
        accounts: &[],
        dns_provider: settings.identifiers.iter().any(|name| name.is_wildcard()),
    };
    validate::check(&settings_for(settings, candidate), &surroundings).is_empty()
}

/// Whether it can really issue this certificate, and clients that trust the chosen authority trust it as well.
fn suits(facts: &FailoverFacts<'_>, candidate: &Candidate<'_>) -> bool {
    let authority = candidate.authority;
    let Some(chosen) = facts.chosen else { return false };
    let alike = authority.id != chosen.id
        && authority.staging == chosen.staging
        && authority.issuing_roots == chosen.issuing_roots;
    alike && can_take(facts.settings, candidate)
}

/// The settings as they are when this candidate is asked: account and profile belong to the chosen authority.
pub fn settings_for(settings: &CertificateSettings, candidate: &Candidate<'_>) -> CertificateSettings {
    CertificateSettings {
        authority: candidate.authority.id.clone(),
        account: None,
        profile: None,
        ..settings.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountKeyType, AccountState};
    use crate::authority::{IssuingRoots, ProfileLimits};
    use crate::challenge::ChallengeSettings;
    use crate::identifier::Identifier;
    use crate::key::KeyType;

    fn authority(id: &str, most: u32, staging: bool, roots: IssuingRoots) -> Authority {
        Authority {
            id: id.into(),
            title: id.to_uppercase(),
            directory: format!("https://{id}.example/directory"),
            directory_tls_roots: None,
            issuing_roots: roots,
            internal_names: false,
            staging,
            external_account_required: false,
            profiles: vec![ProfileLimits {
                name: String::new(),
                max_identifiers: most,
                ip_addresses: false,
                common_name: true,
            }],
            key_types: KeyType::ALL.to_vec(),
            choices: crate::authority::AuthorityChoices::default(),
            details: Default::default(),
            built_in: false,
        }
    }

    fn account(authority: &str) -> Account {
        Account {
            id: format!("acct-{authority}").into(),
            authority: authority.into(),
            state: AccountState::Valid,
            url: None,
            contact: vec![],
            terms_agreed: None,
            terms_agreed_at: None,
            external_account: None,
            thumbprint: String::new(),
            key_type: AccountKeyType::ES256,
            preferred_chain: None,
            key_change: None,
            blocked: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn settings(names: &[&str]) -> CertificateSettings {
        CertificateSettings {
            name: "shop".into(),
            notes: String::new(),
            tags: vec![],
            paused: false,
            identifiers: names.iter().map(|name| Identifier::parse(name).unwrap()).collect(),
            authority: "a".into(),
            account: Some("acct-a".into()),
            profile: None,
            key_type: None,
            challenge: ChallengeSettings::Http01,
            renewal: None,
            window: None,
            options: crate::options::CertificateOptions::default(),
            deployments: vec![],
        }
    }

    #[test]
    fn another_authority_is_asked_only_when_it_helps() {
        let public = || IssuingRoots::Public;
        let chosen = authority("a", 100, false, public());
        let others = [
            authority("one-name", 1, false, public()),
            authority("staging", 100, true, public()),
            authority("private", 100, false, IssuingRoots::Unknown),
            authority("b", 100, false, public()),
            authority("c", 100, false, public()),
        ];
        let accounts: Vec<_> = others.iter().map(|other| account(other.id.as_str())).collect();
        let candidates: Vec<_> = others
            .iter()
            .zip(&accounts)
            .map(|(authority, account)| Candidate { authority, account })
            .collect();
        let names = settings(&["shop.example.com", "www.example.com"]);
        let address = settings(&["192.0.2.1"]);
        let kind = |kind: &str| Failure::retry(kind, "open an order", "no", "");
        let at = |failure: &Failure, id: &str| failure.clone().with_authority(Some(id.into()));
        let (down, name) = (kind("acme-serverInternal"), kind("acme-connection"));
        let now = Timestamp::UNIX_EPOCH;
        let later = now + jiff::SignedDuration::from_hours(100);
        let limited = |until| Failure { class: FailureClass::WaitUntil(until), ..kind("acme-rateLimited") };
        let (soon, long) = (limited(now), limited(later));
        let (down_b, down_c, gone) = (at(&down, "b"), at(&down, "c"), at(&down, "deleted"));
        let (long_b, long_c) = (at(&long, "b"), at(&long, "c"));
        for (what, settings, failures, failure, expected) in [
            ("the first failures", &names, 2, Some(&down), None),
            ("an outage", &names, 3, Some(&down), Some("b")),
            ("however many tries a run has counted", &names, 4, Some(&down), Some("b")),
            ("the next one has its turn", &names, 5, Some(&down_b), Some("c")),
            ("and then the chosen one again", &names, 6, Some(&down_c), None),
            ("one that is not there any more", &names, 6, Some(&gone), Some("b")),
            ("a name that fails everywhere", &names, 9, Some(&name), None),
            ("a limit that still holds", &names, 1, Some(&long), Some("b")),
            ("and never the one that is to be waited for", &names, 5, Some(&long), Some("b")),
            ("nor another one", &names, 5, Some(&long_b), Some("c")),
            ("after whom the chosen one has its turn", &names, 5, Some(&long_c), None),
            ("a limit that has passed", &names, 1, Some(&soon), None),
            ("nobody else certifies addresses", &address, 3, Some(&down), None),
            ("no failure", &names, 0, None, None),
        ] {
            let chosen = Some(&chosen);
            let facts = FailoverFacts { settings, chosen, failures, failure, candidates: &candidates, now };
            let found = instead(&facts).map(|candidate| candidate.authority.id.as_str().to_owned());
            assert_eq!(found.as_deref(), expected, "{what}");
        }
    }
}
