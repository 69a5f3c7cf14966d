//! How a certificate is: one word and the reason for it, from what is served, what failed, and what a person decided.
//!
//! It is a function of stored facts and of time. What time does to it is known beforehand, so that it can be stored with
//! the facts: until a moment it is this, from then on it is an error.

use crate::failure::FailureClass;
use crate::id::AuthorityId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Under this part of its life, what fails or is held back is an error: the rest is needed for repairing it.
const SHORT_WHEN_FAILING: i32 = 6;
/// Under this part of its life it should have been renewed long ago, whatever the reason.
const SHORT: i32 = 20;

/// How a certificate is, in one word; lists, metrics and alerts use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
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

/// Why it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthReason {
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
    /// Its authority is retired: nobody there speaks ACME any more (fault 47).
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

impl HealthReason {
    /// In words, as a sentence without its stop.
    pub fn words(self) -> &'static str {
        match self {
            Self::Expired => "the newest version has expired",
            Self::ServedExpired => "what is served has expired",
            Self::Revoked => "the newest version is revoked",
            Self::RunningOut => "too little of its life is left",
            Self::NeverIssued => "nothing was issued yet, and the last try failed",
            Self::Hopeless => "it cannot be obtained as it is configured",
            Self::NeedsPerson => "it cannot be obtained before a person has done something",
            Self::DeploymentNeedsPerson => "it cannot be deployed before a person has done something",
            Self::AuthorityRetired => "its authority seems to be retired, and it cannot be renewed there",
            Self::AuthorityOff => "its authority is switched off here, and it is not renewed there",
            Self::Failing => "the last try to obtain it failed",
            Self::DeploymentFailing => "the last try to deploy it failed",
            Self::NotDeployed => "it is issued, and not deployed yet",
            Self::Staging => "it is a certificate for tests, which nobody trusts",
            Self::Paused => "it is paused: nobody renews it",
            Self::New => "nothing was issued yet",
            Self::Pending => "a newer version is about to be deployed",
            Self::Issued => "it is issued, and no handshake can show whether it is served",
            Self::Served => "it is served",
        }
    }

    /// What to do, where no failure says it: the authority is the one that the certificate names.
    pub fn remedy(self, authority: &AuthorityId) -> Option<String> {
        let elsewhere = format!("order it elsewhere: certwright ca move {authority} --to ID --preview");
        match self {
            Self::AuthorityRetired => Some(elsewhere),
            Self::AuthorityOff => {
                Some(format!("switch it on: certwright ca edit {authority} --enable; or {elsewhere}"))
            }
            _ => None,
        }
    }
}

/// What health depends on.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HealthFacts {
    /// Paused by a person.
    pub paused: bool,
    /// Whether its authority is retired.
    pub authority_retired: bool,
    /// Whether its authority is switched off here.
    pub authority_off: bool,
    /// How obtaining it failed last, if it failed since it last succeeded.
    pub failure: Option<FailureClass>,
    /// The newest published version.
    pub newest: Option<NewestFacts>,
    /// Each place where it is to be served.
    pub deployments: Vec<DeploymentFacts>,
}

impl HealthFacts {
    /// When what is served ends first, wherever it is deployed.
    fn served_until(&self) -> Option<Timestamp> {
        self.deployments.iter().filter_map(|deployment| deployment.until).min()
    }
}

/// The newest published version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewestFacts {
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Whether it is known to be revoked.
    pub revoked: bool,
    /// Whether it is for tests only.
    pub staging: bool,
}

/// A place where it is to be served.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DeploymentFacts {
    /// How deploying failed last, if it failed since it last succeeded.
    pub failure: Option<FailureClass>,
    /// Until when what it serves is valid, if anything was deployed there.
    pub until: Option<Timestamp>,
    /// Whether what it serves is the newest version.
    pub newest: bool,
    /// Whether a handshake showed it.
    pub verified: bool,
}

/// A health with its reason, and what time will make of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// How it is.
    pub health: Health,
    /// Why.
    pub reason: HealthReason,
    /// From when on it is an [`Error`](Health::Error), and why, if nothing changes: in the order of time, at most two.
    pub turns: Vec<(Timestamp, HealthReason)>,
}

impl Graded {
    /// How it is at a moment.
    pub fn at(&self, now: Timestamp) -> (Health, HealthReason) {
        let turned = self.turns.iter().rfind(|(at, _)| *at <= now);
        turned.map_or((self.health, self.reason), |(_, reason)| (Health::Error, *reason))
    }

    /// From when on it is an error by the passing of time.
    pub fn error_at(&self) -> Option<Timestamp> {
        self.turns.first().map(|(at, _)| *at)
    }
}

impl Health {
    /// All of them, the gravest first.
    pub const ALL: [Self; 7] = [
        Self::Error,
        Self::Invalid,
        Self::WaitingForPerson,
        Self::Warning,
        Self::Paused,
        Self::NoneYet,
        Self::Healthy,
    ];

    /// The word in lists and filters.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Invalid => "invalid",
            Self::WaitingForPerson => "waiting-for-person",
            Self::Warning => "warning",
            Self::Paused => "paused",
            Self::NoneYet => "none-yet",
            Self::Healthy => "healthy",
        }
    }

    /// Whether a person should look.
    pub fn is_grave(self) -> bool {
        !matches!(self, Self::Paused | Self::NoneYet | Self::Healthy)
    }

    /// When what is served ends first, as far as anything was issued: whoever orders serves those who end first, first.
    pub fn deadline(facts: &HealthFacts) -> Option<Timestamp> {
        facts.served_until().into_iter().chain(facts.newest.as_ref().map(|newest| newest.not_after)).min()
    }

    /// The health of a certificate, the gravest fact first.
    pub fn of(facts: &HealthFacts) -> Graded {
        let (health, reason) = regardless_of_time(facts);
        let turns = if health == Self::Error { Vec::new() } else { turning(facts, reason) };
        Graded { health, reason, turns }
    }
}

fn regardless_of_time(facts: &HealthFacts) -> (Health, HealthReason) {
    use Health::{Error, Healthy, Invalid, NoneYet, Paused, WaitingForPerson, Warning};
    let failing = |wanted: fn(&FailureClass) -> bool| {
        facts.deployments.iter().any(|deployment| deployment.failure.as_ref().is_some_and(wanted))
    };
    let newest = facts.newest.as_ref();
    if newest.is_some_and(|newest| newest.revoked) {
        return (Error, HealthReason::Revoked);
    }
    if facts.paused {
        return (Paused, HealthReason::Paused);
    }
    match &facts.failure {
        Some(FailureClass::Hopeless) => return (Invalid, HealthReason::Hopeless),
        Some(FailureClass::NeedsPerson) => return (WaitingForPerson, HealthReason::NeedsPerson),
        Some(_) if newest.is_none() => return (Error, HealthReason::NeverIssued),
        _ => {}
    }
    // Why it fails, or soon will, says more than that it does.
    let halted = match (facts.authority_off, facts.authority_retired) {
        (true, _) => Some((Warning, HealthReason::AuthorityOff)),
        (_, true) => Some((Warning, HealthReason::AuthorityRetired)),
        _ => None,
    };
    let Some(newest) = newest else { return halted.unwrap_or((NoneYet, HealthReason::New)) };
    if failing(|class| matches!(class, FailureClass::NeedsPerson | FailureClass::Hopeless)) {
        return (WaitingForPerson, HealthReason::DeploymentNeedsPerson);
    }
    if let Some(halted) = halted {
        return halted;
    }
    if facts.failure.is_some() {
        return (Warning, HealthReason::Failing);
    }
    if failing(|_| true) {
        return (Warning, HealthReason::DeploymentFailing);
    }
    if newest.staging {
        return (Warning, HealthReason::Staging);
    }
    if facts.deployments.iter().any(|deployment| deployment.until.is_none()) {
        return (Warning, HealthReason::NotDeployed);
    }
    if facts.deployments.iter().any(|deployment| !deployment.newest) {
        return (Healthy, HealthReason::Pending);
    }
    let verified = facts.deployments.iter().all(|deployment| deployment.verified);
    if verified && !facts.deployments.is_empty() {
        (Healthy, HealthReason::Served)
    } else {
        (Healthy, HealthReason::Issued)
    }
}

/// When it becomes an error by the passing of time, and what is to be said then.
fn turning(facts: &HealthFacts, reason: HealthReason) -> Vec<(Timestamp, HealthReason)> {
    let Some(newest) = &facts.newest else { return Vec::new() };
    let (end, ended) = match facts.served_until() {
        Some(end) if end < newest.not_after => (end, HealthReason::ServedExpired),
        _ => (newest.not_after, HealthReason::Expired),
    };
    let calm = matches!(reason, HealthReason::Served | HealthReason::Issued | HealthReason::Pending);
    let part = if calm { SHORT } else { SHORT_WHEN_FAILING };
    // A newer version that only waits to be deployed has a life of its own: what counts is how long the old one holds.
    let life = newest.not_after.duration_since(newest.not_before).max(SignedDuration::ZERO);
    let short = end.checked_sub(life / part).unwrap_or(end);
    // What was short from the beginning is told when it is over: a certificate may be as short as a minute.
    let short = (short > newest.not_before).then_some((short, HealthReason::RunningOut));
    short.into_iter().chain([(end, ended)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    /// Valid for 120 hours, deployed and seen at one place.
    fn served() -> HealthFacts {
        HealthFacts {
            newest: Some(NewestFacts {
                not_before: at(0),
                not_after: at(120),
                revoked: false,
                staging: false,
            }),
            deployments: vec![DeploymentFacts {
                until: Some(at(120)),
                newest: true,
                verified: true,
                failure: None,
            }],
            ..HealthFacts::default()
        }
    }

    fn with(change: impl FnOnce(&mut HealthFacts)) -> HealthFacts {
        let mut facts = served();
        change(&mut facts);
        facts
    }

    #[test]
    fn the_gravest_fact_is_told_first() {
        let newest = |change: fn(&mut NewestFacts)| with(|facts| facts.newest.iter_mut().for_each(change));
        let place = |change: fn(&mut DeploymentFacts)| with(|facts| change(&mut facts.deployments[0]));
        let failed = |class| with(|facts| facts.failure = Some(class));
        let never = |class| HealthFacts { failure: class, ..HealthFacts::default() };
        let wait = FailureClass::WaitUntil(at(3));
        let halted = |authority_retired, authority_off, failure| HealthFacts {
            authority_retired,
            authority_off,
            failure,
            ..served()
        };
        for (facts, health, reason) in [
            (served(), Health::Healthy, HealthReason::Served),
            (place(|it| it.verified = false), Health::Healthy, HealthReason::Issued),
            (with(|facts| facts.deployments.clear()), Health::Healthy, HealthReason::Issued),
            (place(|it| it.newest = false), Health::Healthy, HealthReason::Pending),
            (place(|it| it.until = None), Health::Warning, HealthReason::NotDeployed),
            (newest(|it| it.staging = true), Health::Warning, HealthReason::Staging),
            (
                place(|it| it.failure = Some(FailureClass::Retry)),
                Health::Warning,
                HealthReason::DeploymentFailing,
            ),
            (failed(FailureClass::Retry), Health::Warning, HealthReason::Failing),
            (halted(true, false, None), Health::Warning, HealthReason::AuthorityRetired),
            (halted(true, true, None), Health::Warning, HealthReason::AuthorityOff),
            (halted(true, false, Some(FailureClass::Retry)), Health::Warning, HealthReason::AuthorityRetired),
            (
                halted(true, false, Some(FailureClass::NeedsPerson)),
                Health::WaitingForPerson,
                HealthReason::NeedsPerson,
            ),
            (
                HealthFacts { authority_retired: true, ..HealthFacts::default() },
                Health::Warning,
                HealthReason::AuthorityRetired,
            ),
            (failed(wait), Health::Warning, HealthReason::Failing),
            (
                place(|it| it.failure = Some(FailureClass::NeedsPerson)),
                Health::WaitingForPerson,
                HealthReason::DeploymentNeedsPerson,
            ),
            (failed(FailureClass::NeedsPerson), Health::WaitingForPerson, HealthReason::NeedsPerson),
            (failed(FailureClass::Hopeless), Health::Invalid, HealthReason::Hopeless),
            (with(|facts| facts.paused = true), Health::Paused, HealthReason::Paused),
            (newest(|it| it.revoked = true), Health::Error, HealthReason::Revoked),
            (never(None), Health::NoneYet, HealthReason::New),
            (never(Some(FailureClass::Retry)), Health::Error, HealthReason::NeverIssued),
            (never(Some(FailureClass::NeedsPerson)), Health::WaitingForPerson, HealthReason::NeedsPerson),
        ] {
            let graded = Health::of(&facts);
            assert_eq!((graded.health, graded.reason), (health, reason), "{facts:?}");
            assert_eq!(graded.at(at(1)), (health, reason), "{facts:?}");
        }
    }

    #[test]
    fn time_makes_an_error_of_everything_and_sooner_of_what_fails() {
        let failing = with(|facts| facts.failure = Some(FailureClass::Retry));
        let paused = with(|facts| facts.paused = true);
        let old = with(|facts| {
            facts.deployments[0] =
                DeploymentFacts { until: Some(at(40)), newest: false, ..Default::default() };
        });
        // What is served ends before the newest version begins.
        let began_later = with(|facts| {
            facts.newest.iter_mut().for_each(|newest| newest.not_before = at(200));
            facts.newest.iter_mut().for_each(|newest| newest.not_after = at(320));
        });
        for (facts, short, end, reason) in [
            (served(), Some(114), 120, HealthReason::Expired),
            (failing, Some(100), 120, HealthReason::Expired),
            (paused, Some(100), 120, HealthReason::Expired),
            (old, Some(34), 40, HealthReason::ServedExpired),
            (began_later, None, 120, HealthReason::ServedExpired),
        ] {
            let graded = Health::of(&facts);
            if let Some(short) = short {
                assert_eq!(graded.error_at(), Some(at(short)), "{facts:?}");
                assert_eq!(graded.at(at(short)), (Health::Error, HealthReason::RunningOut), "{facts:?}");
            }
            assert_ne!(graded.at(at(1)).0, Health::Error, "{facts:?}");
            assert_ne!(graded.at(at(end - 1)).1, reason, "{facts:?}");
            assert_eq!(graded.at(at(end)), (Health::Error, reason), "{facts:?}");
        }
        assert_eq!(Health::of(&HealthFacts::default()).turns, [], "of nothing nothing expires");
    }

    #[test]
    fn an_authority_that_issues_no_more_comes_with_what_to_do() {
        let remedy = HealthReason::AuthorityRetired.remedy(&"old".into()).unwrap();
        assert!(remedy.contains("certwright ca move old --to ID"), "{remedy}");
        let remedy = HealthReason::AuthorityOff.remedy(&"old".into()).unwrap();
        assert!(remedy.contains("certwright ca edit old --enable"), "{remedy}");
        assert_eq!(HealthReason::Failing.remedy(&"old".into()), None);
    }

    #[test]
    fn words_are_the_serialised_ones_and_all_are_listed() {
        for health in Health::ALL {
            assert_eq!(serde_json::to_value(health).unwrap(), health.word());
        }
        assert!(Health::ALL.is_sorted());
    }
}
