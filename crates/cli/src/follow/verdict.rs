//! Whether what is followed has come to an end: a pure question about a certificate and its runs.

use crate::fault::failure_words;
use crate::moment;
use certwright_api::certificates::{Certificate, Deployment};
use certwright_api::failures::Failure;
use certwright_api::preview::PlanKind;
use certwright_api::runs::{Mark, Run, RunState};
use jiff::{SignedDuration, Timestamp};

/// A wait that ends sooner is waited for; the first back-off is about a minute.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not at an end.
    GoesOn,
    /// The new version is served everywhere it should be.
    Served,
    /// There is a new version, and no target to serve it.
    Issued,
    /// It failed, with the words.
    Failed(String),
    /// A person cancelled it.
    Cancelled,
    /// Nothing happens before this moment.
    Waits {
        /// Until when.
        until: Timestamp,
        /// Why.
        why: String,
    },
}

/// How a certificate's newest request stands. `runs` are its runs, the newest first; `asked` is the obtain run
/// that answered the request, or else the newest one is taken.
pub(super) fn of_certificate(
    certificate: &Certificate,
    runs: &[Run],
    asked: Option<&str>,
    now: Timestamp,
) -> Verdict {
    let obtain = runs.iter().find(|run| asked.map_or(run.kind == PlanKind::Obtain, |id| run.id == id));
    let answered = asked.is_some() || certificate.asked_at.is_none();
    let Some(obtain) = obtain.filter(|run| answered || !run.state.is_over()) else {
        let why = certificate.next_why.clone().unwrap_or_default();
        return wait(certificate.next_at, why, now);
    };
    match of_run(obtain, certificate.next_at, now) {
        Verdict::Served => of_deployments(certificate, runs, obtain.version.as_deref(), now),
        other => other,
    }
}

/// How one run stands; a run that is done has `Served`. `again` is the next try, should it have failed.
fn of_run(run: &Run, again: Option<Timestamp>, now: Timestamp) -> Verdict {
    match run.state {
        RunState::Done => Verdict::Served,
        RunState::Cancelled => Verdict::Cancelled,
        RunState::Failed => Verdict::Failed(failed(run.failure.as_ref(), &run.words, again, now)),
        RunState::Active => Verdict::GoesOn,
        RunState::Waiting => {
            let later = run.steps.iter().find(|step| step.mark == Mark::Later);
            let why = later.and_then(|step| step.why.clone()).unwrap_or_else(|| run.words.clone());
            wait(later.and_then(|step| step.at), why, now)
        }
    }
}

fn wait(until: Option<Timestamp>, why: String, now: Timestamp) -> Verdict {
    match until {
        Some(until) if until > now + PATIENCE => Verdict::Waits { until, why },
        _ => Verdict::GoesOn,
    }
}

fn failed(failure: Option<&Failure>, otherwise: &str, again: Option<Timestamp>, now: Timestamp) -> String {
    let mut words = failure.map_or_else(|| format!("{otherwise}\n"), failure_words);
    if let Some(again) = again {
        words.push_str(&format!("Tried again by itself {}\n", moment::minute(again, now)));
    }
    words
}

fn of_deployments(certificate: &Certificate, runs: &[Run], version: Option<&str>, now: Timestamp) -> Verdict {
    let verdicts: Vec<_> = certificate
        .deployments
        .iter()
        .map(|deployment| of_deployment(deployment, runs, deployment.wanted.as_deref().or(version), now))
        .collect();
    if verdicts.is_empty() {
        return Verdict::Issued;
    }
    // While one goes on the others' ends are not the whole story.
    let gravest = |verdict: &&Verdict| match verdict {
        Verdict::GoesOn => 4,
        Verdict::Failed(_) => 3,
        Verdict::Cancelled => 2,
        Verdict::Waits { .. } => 1,
        Verdict::Issued | Verdict::Served => 0,
    };
    verdicts.iter().max_by_key(gravest).cloned().unwrap_or(Verdict::Issued)
}

fn of_deployment(deployment: &Deployment, runs: &[Run], version: Option<&str>, now: Timestamp) -> Verdict {
    let its = |run: &&Run| {
        run.deployment.as_deref() == Some(deployment.id.as_str()) && run.version.as_deref() == version
    };
    match runs.iter().find(its) {
        Some(run) => of_run(run, deployment.next_at, now),
        None if version.is_some() && deployment.deployed.as_deref() == version => Verdict::Served,
        // Publishing sets the count back, so these failures are of this version.
        None if deployment.failures > 0 => Verdict::Failed(failed(
            deployment.last_failure.as_ref(),
            "deploying failed",
            deployment.next_at,
            now,
        )),
        None => wait(
            deployment.next_at,
            format!("the deployment to {} is not due before", deployment.target),
            now,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{certificate, failure, hours, now, run};

    fn fresh() -> Certificate {
        let mut fresh = certificate();
        fresh.deployments[0].deployed = None;
        fresh
    }

    fn waiting(hours_from_now: i64) -> Run {
        let mut waiting = run("run-1", None, RunState::Waiting);
        waiting.steps[1].mark = Mark::Later;
        waiting.steps[1].at = Some(hours(hours_from_now));
        waiting.steps[1].why = Some("too many orders".to_owned());
        waiting
    }

    #[test]
    fn it_ends_when_it_is_served_or_cannot_go_on() {
        let obtained = || run("run-1", None, RunState::Done);
        let deploy = |state| run("run-2", Some("dep-1"), state);
        let waits = |hour| Verdict::Waits { until: hours(hour), why: "too many orders".to_owned() };
        for (name, runs, verdict) in [
            ("no run yet", vec![], Verdict::GoesOn),
            ("obtaining", vec![run("run-1", None, RunState::Active)], Verdict::GoesOn),
            ("waiting shortly", vec![waiting(0)], Verdict::GoesOn),
            ("waiting for long", vec![waiting(3)], waits(3)),
            ("cancelled", vec![run("run-1", None, RunState::Cancelled)], Verdict::Cancelled),
            ("obtained", vec![obtained()], Verdict::GoesOn),
            ("deploying", vec![deploy(RunState::Active), obtained()], Verdict::GoesOn),
            ("deployed", vec![deploy(RunState::Done), obtained()], Verdict::Served),
            ("deployment cancelled", vec![deploy(RunState::Cancelled), obtained()], Verdict::Cancelled),
        ] {
            let mut fresh = fresh();
            fresh.next_at = None;
            assert_eq!(of_certificate(&fresh, &runs, Some("run-1"), now()), verdict, "{name}");
        }
    }

    #[test]
    fn without_targets_it_is_issued() {
        let mut bare = certificate();
        bare.deployments.clear();
        let runs = [run("run-1", None, RunState::Done)];
        assert_eq!(of_certificate(&bare, &runs, None, now()), Verdict::Issued);
    }

    #[test]
    fn a_run_that_had_ended_before_the_request_is_no_answer() {
        let mut asked = fresh();
        asked.asked_at = Some(now());
        asked.next_at = Some(now());
        let old = [run("run-0", None, RunState::Failed)];
        assert_eq!(of_certificate(&asked, &old, None, now()), Verdict::GoesOn);
        asked.asked_at = None;
        assert!(matches!(of_certificate(&asked, &old, None, now()), Verdict::Failed(_)));
    }

    #[test]
    fn a_failure_says_when_it_is_tried_again() {
        let mut broken = run("run-1", None, RunState::Failed);
        broken.failure = Some(failure());
        assert_eq!(
            of_run(&broken, Some(hours(3)), now()),
            Verdict::Failed(
                "Could not validate shop.example.com: connection refused\n  What to do: open port 80\n\
                 Tried again by itself in 3 hours (2026-11-24 15:00 UTC)\n"
                    .to_owned()
            )
        );
    }

    #[test]
    fn one_failed_deployment_of_two_counts_once_the_other_is_over() {
        let mut two = fresh();
        let mut other = two.deployments[0].clone();
        other.id = "dep-2".to_owned();
        two.deployments.push(other);
        let obtained = run("run-1", None, RunState::Done);
        let first = run("run-2", Some("dep-1"), RunState::Failed);
        let second = |state| run("run-3", Some("dep-2"), state);
        let judge = |state| {
            of_certificate(&two, &[second(state), first.clone(), obtained.clone()], Some("run-1"), now())
        };
        assert_eq!(judge(RunState::Active), Verdict::GoesOn);
        assert!(matches!(judge(RunState::Done), Verdict::Failed(_)));
    }
}
