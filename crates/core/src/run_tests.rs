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
        run = run.begin(index, now()).absorb(index, outcome(index), now(), 0.5);
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
        run = run.begin(2, at).absorb(2, failure(FailureClass::Retry), at, 0.5);
    }
    assert_eq!(waits, [1, 10, 100]);
    assert_eq!(run.next(at), Next::Do(3), "clean-up comes next");
}

#[test]
fn the_authoritys_word_is_waited_for() {
    let until = now() + SignedDuration::from_hours(5);
    let later = |index| if index == 2 { failure(FailureClass::WaitUntil(until)) } else { Outcome::Done };
    assert_eq!(perform(run(), later).0.next(now()), Next::Wait(until));
}

#[test]
fn a_cancel_cleans_up_and_comes_too_late_once_the_request_was_sent() {
    for begun in 0..6 {
        let mut run = run();
        for index in 0..begun {
            run = run.begin(index, now()).absorb(index, Outcome::Done, now(), 0.5);
        }
        run = run.begin(begun, now());
        run.stop = Stop::Cancel;
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

/// The run up to step `index`, and then what comes of it again and again: the waits in minutes, at most `most`.
fn waits(index: usize, outcome: impl Fn(Timestamp) -> Outcome, most: usize) -> (Run, Vec<i64>) {
    let (mut run, mut at, mut waits) = (run(), now(), Vec::new());
    for before in 0..index {
        run = run.begin(before, at).absorb(before, Outcome::Done, at, 0.5);
    }
    loop {
        run = run.begin(index, at).absorb(index, outcome(at), at, 0.5);
        match run.next(at) {
            Next::Wait(until) if waits.len() < most => {
                waits.push(until.duration_since(at).as_mins());
                at = until;
            }
            _ => return (run, waits),
        }
    }
}

#[test]
fn after_the_request_was_sent_trouble_never_ends_the_run_before_the_order_is_gone() {
    let (run, first) = waits(4, |_| failure(FailureClass::Retry), 50);
    assert_eq!(first[..4], [1, 10, 10, 10]);
    assert!(run.failure().is_none());
    let (run, all) = waits(4, |_| failure(FailureClass::Retry), usize::MAX);
    assert!(run.failure().is_some(), "an order does not live for ever");
    assert_eq!(all.iter().sum::<i64>() / 60 / 24, 7);
    let (run, _) = waits(5, |_| failure(FailureClass::Retry), 5000);
    assert!(run.failure().is_none(), "what was obtained is published, however long that takes");
    let (run, _) = waits(4, |_| failure(FailureClass::NeedsPerson), 5);
    assert!(run.failure().is_some(), "the authority's refusal is an end");
}

#[test]
fn a_run_in_long_trouble_after_the_request_can_be_given_up_by_a_person() {
    for (tries, given_up) in [(1, false), (2, false), (3, true), (10, true)] {
        let (mut run, _) = waits(4, |_| failure(FailureClass::Retry), tries - 1);
        assert_eq!(run.can_be_given_up(), given_up, "{tries} tries");
        run.stop = Stop::GiveUp;
        assert_eq!(run.next(now()) == Next::Over(RunState::Cancelled), given_up, "{tries} tries");
        let run = run.begin(4, now()).absorb(4, Outcome::Done, now(), 0.5);
        assert_eq!(run.next(now()), Next::Do(5), "a certificate that came all the same is published");
    }
}

#[test]
fn a_cancel_that_came_too_late_never_becomes_a_giving_up() {
    let (mut run, _) = waits(4, |_| failure(FailureClass::Retry), 0);
    run.stop = Stop::Cancel;
    let mut at = now();
    for _ in 0..10 {
        let Next::Wait(until) = run.next(at) else { panic!("{:?}", run.next(at)) };
        at = until;
        run = run.begin(4, at).absorb(4, failure(FailureClass::Retry), at, 0.5);
    }
    let (run, performed) = {
        let run = run.begin(4, at).absorb(4, Outcome::Done, at, 0.5);
        perform(run, |_| Outcome::Done)
    };
    assert_eq!((performed, run.next(at)), (vec![5], Next::Over(RunState::Done)));
}

#[test]
fn an_authority_that_answers_again_is_no_longer_in_trouble() {
    let (run, _) = waits(4, |_| failure(FailureClass::Retry), 5);
    assert!(run.can_be_given_up());
    let mut run = run.begin(4, now()).absorb(4, Outcome::Later(now(), "processing".to_owned()), now(), 0.5);
    assert!(!run.can_be_given_up());
    run.stop = Stop::GiveUp;
    assert_ne!(
        run.next(now()),
        Next::Over(RunState::Cancelled),
        "asked while it was, answered while it is not"
    );
}

#[test]
fn time_in_which_nobody_looked_is_not_the_authoritys() {
    let mut run = run();
    for index in 0..2 {
        run = run.begin(index, now()).absorb(index, Outcome::Done, now(), 0.5);
    }
    let pending = || Outcome::Later(now(), "looking".to_owned());
    let down = SignedDuration::from_hours(5);
    // Cut off before it looked, and after.
    let run = run.begin(2, now());
    let (at, run) = (now() + down, run.begin(2, now() + down).absorb(2, pending(), now() + down, 0.5));
    assert!(run.failure().is_none());
    let run = run.begin(2, at + down).absorb(2, pending(), at + down, 0.5);
    assert!(run.failure().is_none());
    let up = SignedDuration::from_mins(61);
    let Mark::Later { at: next, .. } = run.marks[2] else { panic!() };
    let Mark::Later { since: Some(since), .. } = run.marks[2] else { panic!() };
    assert!(next.duration_since(since) < up, "some seconds have been looked at, not ten hours");
}

#[test]
fn an_authority_that_never_looks_is_given_up_after_an_hour() {
    let pending = |at| Outcome::Later(at + SignedDuration::from_secs(1), "looking".to_owned());
    let (run, waits) = waits(2, pending, usize::MAX);
    assert_eq!(run.failure().map(|failure| failure.kind.as_str()), Some("no-verdict"));
    assert!(waits.len() < 250);
    assert_eq!(run.next(now()), Next::Do(3), "clean-up comes next");
}

#[test]
fn asked_to_come_back_at_once_a_run_still_pauses() {
    let at_once = |at| failure(FailureClass::WaitUntil(at));
    let (_, after_the_request) = waits(4, at_once, 5);
    assert_eq!(after_the_request, [1, 10, 10, 10, 10], "minutes");
    let run = run().begin(2, now()).absorb(2, at_once(now()), now(), 0.5);
    assert!(matches!(run.marks[2], Mark::Later { at, .. } if at > now()));
}

#[test]
fn a_cancel_during_a_poll_is_no_failure() {
    let mut run = run();
    for index in 0..2 {
        run = run.begin(index, now()).absorb(index, Outcome::Done, now(), 0.5);
    }
    run = run.begin(2, now());
    run.stop = Stop::Cancel;
    let run = run.absorb(2, Outcome::Later(now(), "looking".to_owned()), now(), 0.5);
    assert_eq!((run.failure(), run.next(now())), (None, Next::Do(3)), "clean-up comes next");
    let run = run.begin(3, now()).absorb(3, Outcome::Done, now(), 0.5);
    assert_eq!(run.next(now()), Next::Over(RunState::Cancelled));
}

#[test]
fn answers_are_taken_back_between_their_begin_and_their_end_and_not_by_a_run_that_could_not() {
    let responder = Responder::Server { provider: "nginx".into() };
    let preparation = Preparation { responder, acts: vec![] };
    let steps = vec![
        Step::ProveStorage,
        Step::PrepareResponder { preparation: preparation.clone() },
        Step::RetireResponder { preparation },
        Step::Publish,
    ];
    let plan = Plan { kind: PlanKind::Obtain, steps, warnings: vec![] };
    let mut run = Run::new("run-1".into(), "cert-1".into(), "test".into(), plan, None, now());
    assert!(!run.takes_answers_back(), "it has not begun");
    for (index, outcome, expected) in [
        (0, Outcome::Done, false),
        (1, Outcome::Later(now(), "another is answered for".into()), true),
        (1, Outcome::Done, true),
        (2, failure(FailureClass::Retry), true),
        (2, failure(FailureClass::NeedsPerson), false),
    ] {
        run = run.begin(index, now());
        assert_eq!(run.takes_answers_back(), expected || index == 2, "begun {index}");
        run = run.absorb(index, outcome, now(), 0.5);
        assert_eq!(run.takes_answers_back(), expected, "after {index}");
    }
    run.marks[2] = Mark::Todo;
    assert!(run.takes_answers_back());
    run.state = RunState::Failed;
    assert!(!run.takes_answers_back(), "it is over");
}

#[test]
fn an_authority_that_never_finishes_an_order_can_be_given_up_after_an_hour() {
    let processing = |at| Outcome::Later(at + SignedDuration::from_secs(1), "processing".to_owned());
    let (short, _) = waits(4, processing, 10);
    assert!(!short.can_be_given_up());
    let (long, _) = waits(4, processing, 250);
    assert!(long.can_be_given_up());
    let mut given_up = long;
    given_up.stop = Stop::GiveUp;
    assert_eq!(given_up.next(now()), Next::Over(RunState::Cancelled));
}

#[test]
fn a_person_who_gives_up_while_the_authority_is_asked_ends_a_run_without_a_failure() {
    let (run, _) = waits(4, |_| failure(FailureClass::Retry), 5);
    let mut run = run.begin(4, now());
    run.stop = Stop::GiveUp;
    let run = run.absorb(4, failure(FailureClass::Retry), now(), 0.5);
    assert_eq!((run.failure(), run.next(now())), (None, Next::Over(RunState::Cancelled)));
}

#[test]
fn what_is_concluded_is_not_rolled_back_by_a_cancel_that_comes_after_it() {
    let roll_back = Step::RollBack { acts: vec![], settle: vec![], link: None };
    let kind = PlanKind::Deploy { deployment: "dep-1".into(), target: "nginx".to_owned() };
    let plan = Plan { kind, steps: vec![Step::Conclude, roll_back], warnings: vec![] };
    let mut run = Run::new("run-1".into(), "cert-1".into(), "test".into(), plan, None, now());
    run.stop = Stop::Cancel;
    assert_eq!(run.next(now()), Next::Do(1), "in time");
    let run = run.begin(0, now()).absorb(0, Outcome::Done, now(), 0.5);
    assert_eq!(run.next(now()), Next::Over(RunState::Done), "after it");
}
