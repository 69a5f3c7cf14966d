//! Incidents: what happens to many for the same cause is gathered into one, which is opened once and closed once.

use crate::failure::Failure;
use crate::id::{CertificateId, IncidentId, VersionId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most examples of an incident: each of another certificate.
pub const EXAMPLES: usize = 5;
/// So many failures at an authority in a row are its outage, of one certificate or of many.
const OUTAGE: u64 = 3;
/// So many certificates in a row that cannot be deployed to a target are the target's trouble.
const TARGET: usize = 3;
/// So many certificates whose windows an authority moves to the past are no coincidence.
const MASS: u64 = 20;
/// So many certificates of an authority that its lists revoke are no coincidence either.
const REVOKED: u64 = 3;
/// What lies further apart is gathered into two.
const APART: SignedDuration = SignedDuration::from_hours(6);

/// Failures by which an authority is out of order, or out of reach, whatever is asked of it.
const OF_OUTAGE: &[&str] = &[
    "acme-serverInternal",
    "acme-timeout",
    "acme-transport",
    "acme-unavailable",
    "acme-unreachable",
    "acme-unresolved",
];

/// What kind of cause it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// An authority is out of order or out of reach.
    AuthorityOutage,
    /// An authority wants many certificates renewed at once, as before a mass revocation.
    MassRenewal,
    /// An authority has revoked several certificates, as its lists say.
    MassRevocation,
    /// An authority is gone for good.
    AuthorityRetired,
    /// Nothing can be saved.
    Storage,
    /// A target takes nothing.
    TargetBroken,
    /// The clock of this machine, or of an authority, is wrong.
    Clock,
}

impl CauseKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AuthorityOutage,
        Self::MassRenewal,
        Self::MassRevocation,
        Self::AuthorityRetired,
        Self::Storage,
        Self::TargetBroken,
        Self::Clock,
    ];

    /// The word in lists and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::AuthorityOutage => "authority-outage",
            Self::MassRenewal => "mass-renewal",
            Self::MassRevocation => "mass-revocation",
            Self::AuthorityRetired => "authority-retired",
            Self::Storage => "storage",
            Self::TargetBroken => "target-broken",
            Self::Clock => "clock",
        }
    }

    /// Whether it is about certificates that are to be replaced, and over when all of them are.
    pub fn has_members(self) -> bool {
        matches!(self, Self::MassRenewal | Self::MassRevocation)
    }
}

/// A certificate that is to be replaced before the incident is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The certificate.
    pub certificate: CertificateId,
    /// The version that is to be followed by another one.
    pub version: VersionId,
}

/// What has become of the certificates of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Members {
    /// So many have another version now.
    pub replaced: u64,
    /// So many are still to be replaced: not paused, deleted or expired.
    pub pending: u64,
}

/// One cause: what is the same for all that happens by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cause {
    /// Of which kind.
    pub kind: CauseKind,
    /// Whose: an authority's id, a target's name; empty for the service's own.
    pub of: String,
}

impl Cause {
    /// A cause.
    pub fn new(kind: CauseKind, of: impl fmt::Display) -> Self {
        Self { kind, of: of.to_string() }
    }
}

/// Something that happened by the cause, to one certificate where it is one's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// When.
    pub at: Timestamp,
    /// To which certificate.
    #[serde(default)]
    pub certificate: Option<CertificateId>,
    /// Its name then.
    pub name: String,
    /// What, in words.
    pub words: String,
}

/// What is gathered of one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// How often.
    pub count: u64,
    /// When first.
    pub first_at: Timestamp,
    /// When last.
    pub last_at: Timestamp,
    /// The first ones, each of another certificate.
    pub examples: Vec<Example>,
}

impl Gathered {
    /// The first one.
    pub fn new(example: Example) -> Self {
        let at = example.at;
        Self { count: 1, first_at: at, last_at: at, examples: vec![example] }
    }

    /// One more.
    pub fn add(&mut self, example: Example) {
        self.count += 1;
        self.last_at = self.last_at.max(example.at);
        let known = self.examples.iter().any(|other| other.certificate == example.certificate);
        if !known && self.examples.len() < EXAMPLES {
            self.examples.push(example);
        }
    }

    /// One more, where it belongs to what was gathered before; otherwise it begins anew.
    pub fn gather(before: Option<Self>, example: Example) -> Self {
        match before.filter(|before| example.at.duration_since(before.last_at) <= APART) {
            Some(mut before) => {
                before.add(example);
                before
            }
            None => Self::new(example),
        }
    }

    /// Whether so much of this kind is an incident.
    pub fn is_incident(&self, kind: CauseKind) -> bool {
        match kind {
            CauseKind::AuthorityOutage => self.count >= OUTAGE,
            CauseKind::TargetBroken => self.examples.len() >= TARGET,
            CauseKind::MassRenewal => self.count >= MASS,
            CauseKind::MassRevocation => self.count >= REVOKED,
            CauseKind::AuthorityRetired | CauseKind::Storage | CauseKind::Clock => true,
        }
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The cause.
    pub cause: Cause,
    /// What it is, in words: a sentence without its stop.
    pub words: String,
    /// What to do.
    pub remedy: String,
    /// What was gathered.
    pub gathered: Gathered,
    /// Of a mass renewal or revocation: how many have been replaced.
    #[serde(default)]
    pub resolved: u64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was over.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
    /// How it ended, in words.
    #[serde(default)]
    pub end: Option<String>,
}

impl Incident {
    /// Whether it may be over: nothing has joined it for hours, and none of its certificates is still to be replaced. What
    /// lasts for days, as at a large authority, is one incident, however fast single certificates are replaced in it.
    pub fn is_over(&self, members: Members, now: Timestamp) -> bool {
        // Also where the last one joined by a clock that has been put back since.
        let quiet = now.duration_since(self.gathered.last_at).abs() >= APART;
        self.cause.kind.has_members() && quiet && members.pending == 0
    }
}

/// Whether the failure says that the authority is out of order or out of reach, and nothing about what was asked of it.
pub fn is_outage(failure: &Failure) -> bool {
    OF_OUTAGE.contains(&failure.kind.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn example(certificate: &str, minutes: i64) -> Example {
        Example {
            at: at(minutes),
            certificate: Some(certificate.into()),
            name: certificate.to_owned(),
            words: "no answer".to_owned(),
        }
    }

    fn gathered(what: &[(&str, i64)]) -> Gathered {
        let gather =
            |before, (name, minutes): &(&str, i64)| Some(Gathered::gather(before, example(name, *minutes)));
        what.iter().fold(None, gather).unwrap()
    }

    #[test]
    fn how_much_is_an_incident_depends_on_the_cause() {
        use CauseKind::{AuthorityOutage, MassRenewal, MassRevocation, Storage, TargetBroken};
        let one = gathered(&[("a", 0)]);
        let thrice = gathered(&[("a", 0), ("a", 1), ("a", 10)]);
        let three = gathered(&[("a", 0), ("b", 0), ("c", 0)]);
        for (what, gathered, kind, is) in [
            ("one failure at an authority", &one, AuthorityOutage, false),
            ("three of one certificate", &thrice, AuthorityOutage, true),
            ("three of one certificate at a target", &thrice, TargetBroken, false),
            ("three certificates at a target", &three, TargetBroken, true),
            ("three windows", &three, MassRenewal, false),
            ("one on a list of revoked ones", &one, MassRevocation, false),
            ("three on lists of revoked ones", &three, MassRevocation, true),
            ("a disk", &one, Storage, true),
        ] {
            assert_eq!(gathered.is_incident(kind), is, "{what}");
        }
        let names: Vec<_> = (0..20).map(|number| format!("c{number}")).collect();
        let twenty: Vec<_> = names.iter().map(|name| (name.as_str(), 0)).collect();
        let twenty = gathered(&twenty);
        assert!(twenty.is_incident(MassRenewal));
        assert_eq!((twenty.count, twenty.examples.len()), (20, EXAMPLES));
    }

    #[test]
    fn what_lies_far_apart_is_not_gathered() {
        let apart = gathered(&[("a", 0), ("b", 10), ("c", 10 + 6 * 60 + 1)]);
        assert_eq!((apart.count, apart.first_at), (1, at(371)));
        let together = gathered(&[("a", 0), ("b", 10), ("c", 10 + 6 * 60)]);
        assert_eq!((together.count, together.first_at), (3, at(0)));
    }

    #[test]
    fn what_is_to_be_replaced_is_over_when_nothing_joins_any_more_and_nothing_is_pending() {
        let mut incident = Incident {
            id: "inc-1".into(),
            cause: Cause::new(CauseKind::MassRenewal, "ca"),
            words: String::new(),
            remedy: String::new(),
            gathered: gathered(&[("a", 0), ("b", 5)]),
            resolved: 0,
            opened_at: at(0),
            closed_at: None,
            end: None,
        };
        let (none, one) = (Members { replaced: 2, pending: 0 }, Members { replaced: 1, pending: 1 });
        let six_hours = 5 + 6 * 60;
        for kind in [CauseKind::MassRenewal, CauseKind::MassRevocation] {
            incident.cause.kind = kind;
            for (what, members, minutes, is_over) in [
                ("all are replaced so far", none, 6, false),
                ("nearly six hours", none, six_hours - 1, false),
                ("six hours", none, six_hours, true),
                ("one is not replaced after a month", one, 30 * 24 * 60, false),
                ("all were deleted, paused or have expired", Members::default(), six_hours, true),
                ("the clock was put back by a year", none, -365 * 24 * 60, true),
            ] {
                assert_eq!(incident.is_over(members, at(minutes)), is_over, "{}: {what}", kind.word());
            }
        }
        // One more, and the hours begin again.
        incident.gathered.add(example("c", 300));
        assert!(!incident.is_over(none, at(six_hours)) && incident.is_over(none, at(660)));
        incident.cause.kind = CauseKind::AuthorityOutage;
        assert!(!incident.is_over(none, at(10_000)), "an outage ends by an answer");
    }
}
