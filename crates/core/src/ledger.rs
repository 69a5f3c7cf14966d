//! The rate-limit ledger: what an order counts against, and whether the authority would refuse it now.

use crate::id::AccountId;
use crate::identifier::Identifier;
use crate::rate_limit::{RateLimit, Room, Scope, Spent};
use crate::run::Run;
use crate::step::Step;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// From which limits an order is exempt, because it renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exemption {
    /// From none: it is the first of its kind.
    #[default]
    None,
    /// A certificate for exactly the same identifiers was issued before: from those of orders and domains.
    SameIdentifiers,
    /// It names the certificate that it replaces (RFC 9773 §5): from all.
    Replaces,
}

impl Exemption {
    /// Whether an order with it is not counted in this scope.
    pub fn covers(self, scope: Scope) -> bool {
        match self {
            Self::None => false,
            Self::SameIdentifiers => matches!(scope, Scope::Orders | Scope::Domain),
            Self::Replaces => scope != Scope::Everything,
        }
    }
}

/// An order that might be opened.
#[derive(Clone, Copy, Debug)]
pub struct PlannedOrder<'a> {
    /// By which account.
    pub account: &'a AccountId,
    /// For which identifiers.
    pub identifiers: &'a [Identifier],
    /// What it is exempt from.
    pub exemption: Exemption,
}

/// One thing that is counted at one authority: a scope, and whose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// What is counted.
    pub scope: Scope,
    /// Whose: an account, a domain, a digest of identifiers, an account and an identifier.
    pub of: String,
}

impl Subject {
    /// A subject.
    pub fn new(scope: Scope, of: impl Into<String>) -> Self {
        Self { scope, of: of.into() }
    }

    /// Whatever is asked of the authority.
    pub fn everything() -> Self {
        Self::new(Scope::Everything, "")
    }

    /// Whose it is, for people.
    pub fn words(&self) -> String {
        match self.scope {
            Scope::Failures | Scope::ConsecutiveFailures => {
                self.of.split_once(' ').map_or(self.of.as_str(), |(_, name)| name).to_owned()
            }
            Scope::IdentifierSet => "the same names".to_owned(),
            Scope::Accounts => "this service".to_owned(),
            Scope::Everything => "everything".to_owned(),
            Scope::Orders | Scope::Domain => self.of.clone(),
        }
    }
}

/// The digest by which certificates for exactly the same identifiers are counted.
pub fn identifier_set(identifiers: &[Identifier]) -> String {
    let names: BTreeSet<_> = identifiers.iter().map(Identifier::ascii).collect();
    hex::encode(Sha256::digest(names.into_iter().collect::<Vec<_>>().join("\n")))
}

/// What certificates for this identifier are counted by: its registered domain, its IPv4 address or its IPv6 /64. A
/// name below no known public suffix counts for itself.
pub fn domain(identifier: &Identifier) -> String {
    match identifier {
        Identifier::Dns(name) | Identifier::Wildcard(name) => {
            name.registered_domain().unwrap_or_else(|| name.ascii()).to_owned()
        }
        Identifier::Ip(IpAddr::V4(address)) => address.to_string(),
        Identifier::Ip(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The subject of validations of one identifier by one account.
pub fn validations(scope: Scope, account: &AccountId, identifier: &str) -> Subject {
    Subject::new(scope, format!("{account} {}", identifier.to_ascii_lowercase()))
}

impl PlannedOrder<'_> {
    /// Everything that it is measured by, exempt or not: the authority may tell us to wait for any of these.
    pub fn subjects(&self) -> BTreeSet<Subject> {
        let mut subjects = BTreeSet::from([
            Subject::everything(),
            Subject::new(Scope::Orders, self.account.as_str()),
            Subject::new(Scope::IdentifierSet, identifier_set(self.identifiers)),
        ]);
        for identifier in self.identifiers {
            subjects.insert(Subject::new(Scope::Domain, domain(identifier)));
            for scope in [Scope::Failures, Scope::ConsecutiveFailures] {
                subjects.insert(validations(scope, self.account, &identifier.ascii()));
            }
        }
        subjects
    }

    /// What is counted when it is opened. Failed validations are counted when they have failed.
    pub fn counted(&self) -> Vec<Subject> {
        let opened = |subject: &Subject| {
            matches!(subject.scope, Scope::Orders | Scope::Domain | Scope::IdentifierSet)
                && !self.exemption.covers(subject.scope)
        };
        self.subjects().into_iter().filter(opened).collect()
    }
}

/// The authority's own word that nothing is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// For whom.
    pub subject: Subject,
    /// When it said so.
    pub since: Timestamp,
    /// From when on it may be asked again.
    pub until: Timestamp,
    /// Its words.
    pub words: String,
}

/// Failures of one identifier in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streak {
    /// How many.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

/// What is known of the past of some subjects.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct History {
    /// Moments of use by subject, the oldest first.
    pub uses: BTreeMap<Subject, Vec<Timestamp>>,
    /// Failures in a row.
    pub streaks: BTreeMap<Subject, Streak>,
    /// What the authority told.
    pub waits: BTreeMap<Subject, Wait>,
}

impl History {
    /// What is left of a limit for one subject.
    pub fn room(&self, limit: &RateLimit, subject: &Subject, now: Timestamp) -> Room {
        let wait = self.waits.get(subject);
        if let (Scope::ConsecutiveFailures, None, Some(streak)) =
            (subject.scope, wait, self.streaks.get(subject))
        {
            let failures = i32::try_from(streak.failures).unwrap_or(i32::MAX);
            return limit.room_until(streak.last_at + limit.interval() * failures, now);
        }
        let spent = wait.map(|wait| Spent { since: wait.since, until: wait.until });
        limit.room(self.uses.get(subject).map_or(&[], Vec::as_slice), spent, now)
    }
}

/// A limit that an order would exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// For whom.
    pub subject: Subject,
    /// When there is room again.
    pub frees_at: Timestamp,
    /// Why, in words: the end to "not before …, because".
    pub words: String,
    /// Whether the authority itself has said so: then nobody may ask it sooner, by hand neither.
    pub told: bool,
}

/// What the ledger says of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// The authority's limits permit it now.
    Permitted,
    /// It would be refused.
    Exceeds(Exceeded),
}

/// Whether the authority would refuse the order now, and until when. Of several reasons the last to pass is told.
pub fn predict(
    limits: &[RateLimit],
    history: &History,
    order: &PlannedOrder<'_>,
    now: Timestamp,
) -> Prediction {
    let mut last: Option<Exceeded> = None;
    let mut tell = |exceeded: Exceeded| {
        let later = |known: &Exceeded| (exceeded.frees_at, exceeded.told) > (known.frees_at, known.told);
        if last.as_ref().is_none_or(later) {
            last = Some(exceeded);
        }
    };
    for subject in order.subjects() {
        if let Some(wait) = history.waits.get(&subject).filter(|wait| wait.until > now) {
            tell(Exceeded {
                words: format!(
                    "the authority has said that its limit of {} ({}) is used up: {}; it frees at {:.0}",
                    subject.scope.words(),
                    subject.words(),
                    wait.words,
                    wait.until
                ),
                frees_at: wait.until,
                told: true,
                subject: subject.clone(),
            });
        }
        if order.exemption.covers(subject.scope) {
            continue;
        }
        for limit in limits.iter().filter(|limit| limit.scope == subject.scope) {
            let room = history.room(limit, &subject, now);
            if room.left == 0 && room.frees_at > now {
                tell(Exceeded {
                    words: format!(
                        "the limit of {} is used up for {}; it frees at {:.0}",
                        limit.words(),
                        subject.words(),
                        room.frees_at
                    ),
                    frees_at: room.frees_at,
                    told: false,
                    subject: subject.clone(),
                });
            }
        }
    }
    last.map_or(Prediction::Permitted, Prediction::Exceeds)
}

/// For whom an authority has said that it is asked too often, by its words about an order; `None` words are those of
/// something in front of it, which knows no orders.
pub fn refused(words: Option<&str>, order: &PlannedOrder<'_>) -> Subject {
    let Some(words) = words.map(str::to_ascii_lowercase) else { return Subject::everything() };
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let named = || {
        let quoted =
            |text: &str| words.contains(&format!("\"{text}\"")) || words.contains(&format!(" {text} "));
        order.identifiers.iter().find(|identifier| quoted(&identifier.ascii()))
    };
    if says(&["exact set", "duplicate certificate"]) {
        return Subject::new(Scope::IdentifierSet, identifier_set(order.identifiers));
    }
    if says(&["failed authorizations", "failed validation", "authorization-failures"]) {
        return match (named(), order.identifiers) {
            (Some(identifier), _) | (None, [identifier]) => {
                validations(Scope::Failures, order.account, &identifier.ascii())
            }
            // Which one is not said: it is this set that must wait, and no other certificate of the account.
            (None, _) => Subject::new(Scope::IdentifierSet, identifier_set(order.identifiers)),
        };
    }
    if says(&["certificates already issued for", "already issued for", "registered domain"]) {
        let domains: BTreeSet<_> = order.identifiers.iter().map(domain).collect();
        let spoken = domains
            .iter()
            .find(|domain| words.contains(&format!("\"{domain}\"")))
            .or_else(|| domains.first());
        return spoken
            .map_or_else(Subject::everything, |domain| Subject::new(Scope::Domain, domain.as_str()));
    }
    Subject::new(Scope::Orders, order.account.as_str())
}

/// What became of a run's order, as far as limits count it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether a certificate was, or may have been, issued.
    pub issued: bool,
    /// Which account ordered.
    pub account: AccountId,
    /// Identifiers whose validation failed.
    pub failed: Vec<String>,
    /// Identifiers that were validated.
    pub validated: Vec<String>,
}

/// What became of the order of an obtain run that is over; `None` for a run that orders nothing.
pub fn verdict(run: &Run) -> Option<Verdict> {
    let account = run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { account, .. } => Some(account.clone()),
        _ => None,
    })?;
    let failed = run
        .failure()
        .filter(|failure| failure.kind == "challenge-failed")
        .map(|failure| failure.identifiers.iter().map(|problem| problem.identifier.clone()).collect())
        .unwrap_or_default();
    let known = run.learnt.authorizations.iter().filter(|known| known.valid);
    Some(Verdict {
        issued: run.request_may_be_sent(),
        account,
        failed,
        validated: known.map(|known| known.identifier.ascii()).collect(),
    })
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
