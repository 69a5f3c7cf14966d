//! The next move, for every state a run can be in.

use super::*;
use crate::challenge::Responder;

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn run() -> Run {
    let names = vec![Identifier::parse("a.example.com").unwrap()];
    let responder = Responder::Listener { port: 80 };
    let steps = vec![
        Step::ProveStorage,
        Step::PresentChallenges { responder: responder.clone(), identifiers: names.clone(), looks: vec![] },
        Step::AwaitAuthorizations { identifiers: names.clone() },
        Step::RemoveChallenges { responder, identifiers: names },
        Step::Finalize,
        Step::Publish,
    ];
    let plan = Plan { kind: PlanKind::Obtain, steps, warnings: vec![] };
    Run::new("run-1".into(), "cert-1".into(), "test".into(), plan, None, now())
}

fn failure(class: FailureClass) -> Outcome {
    Outcome::Failed(Failure::new("test", class, "do it", "no", "wait"))
}

/// Performs steps until `stop` says so; gives the indexes performed.
fn perform(mut run: Run, outcome: impl Fn(usize) -> Outcome) -> (Run, Vec<usize>) {
    let mut performed = Vec::new();
    while let Next::Do(index) = run.next(now()) {
        performed.push(index);
        run = run.begin(index).absorb(index, outcome(index), now(), 0.5);
    }
    (run, performed)
}

#[test]
fn all_goes_well_in_order() {
    let (run, performed) = perform(run(), |_| Outcome::Done);
    assert_eq!((performed, run.next(now())), (vec![0, 1, 2, 3, 4, 5], Next::Over(RunState::Done)));
}

#[test]
fn clean_up_survives_a_failure_and_nothing_else_does() {
    let refused = |index| if index == 2 { failure(FailureClass::NeedsPerson) } else { Outcome::Done };
    let (run, performed) = perform(run(), refused);
    assert_eq!((performed, run.next(now())), (vec![0, 1, 2, 3], Next::Over(RunState::Failed)));
}

#[test]
fn a_step_that_waits_in_place_is_tried_three_times_and_then_fails() {
    let mut run =
        perform(run(), |index| if index == 2 { failure(FailureClass::Retry) } else { Outcome::Done }).0;
    let mut waits = Vec::new();
    let mut at = now();
    while let Next::Wait(until) = run.next(at) {
        waits.push(until.duration_since(at).as_mins());
        at = until;
        run = run.begin(2).absorb(2, failure(FailureClass::Retry), at, 0.5);
    }
    assert_eq!(waits, [1, 10, 100]);
    assert_eq!(run.next(at), Next::Do(3), "clean-up comes next");
}

#[test]
fn the_authoritys_word_is_waited_for() {
    let until = now() + crate::SignedDuration::from_hours(5);
    let later = |index| if index == 2 { failure(FailureClass::WaitUntil(until)) } else { Outcome::Done };
    assert_eq!(perform(run(), later).0.next(now()), Next::Wait(until));
}

#[test]
fn a_cancel_cleans_up_and_comes_too_late_once_the_request_was_sent() {
    for begun in 0..6 {
        let mut run = run();
        for index in 0..begun {
            run = run.begin(index).absorb(index, Outcome::Done, now(), 0.5);
        }
        run = run.begin(begun);
        run.cancelled = true;
        let (run, performed) = perform(run, |_| Outcome::Done);
        let expected: (&[usize], _) = match begun {
            0..=2 => (&[3], RunState::Cancelled),
            3 => (&[3], RunState::Cancelled),
            4 => (&[4, 5], RunState::Done),
            _ => (&[5], RunState::Done),
        };
        assert_eq!(
            (performed.as_slice(), run.next(now())),
            (expected.0, Next::Over(expected.1)),
            "begun {begun}"
        );
    }
}
