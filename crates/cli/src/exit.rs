//! Exit codes: what scripts may rely on. They never change their meaning.

use certwright_api::problem::{Problem, ProblemKind};
use std::process::ExitCode;

/// The list of exit codes for `--help`.
pub const HELP: &str = "\
Exit codes:
    0  done
    1  it ran, and failed
    2  the command line or its input was refused, or is not permitted
    3  the service cannot be reached
    4  there is no such thing
    5  changed meanwhile: another edit, or the plan is no longer the one shown
    6  waiting: it goes on by itself at a later moment
    7  a test found faults
  130  interrupted; what was begun goes on in the service";

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// It ran, and failed.
    Failed,
    /// The command line or its input was refused, or is not permitted.
    Refused,
    /// The service cannot be reached.
    Unreachable,
    /// There is no such thing.
    NotFound,
    /// Changed meanwhile.
    Changed,
    /// Goes on by itself at a later moment.
    Waiting,
    /// A test found faults.
    Faults,
    /// Interrupted by a person.
    Interrupted,
}

impl Exit {
    /// The number a shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Refused => 2,
            Self::Unreachable => 3,
            Self::NotFound => 4,
            Self::Changed => 5,
            Self::Waiting => 6,
            Self::Faults => 7,
            Self::Interrupted => 130,
        }
    }

    /// What a problem document means. A newer service may send kinds unknown here: the status decides then.
    pub fn of(problem: &Problem) -> Self {
        let kind = ProblemKind::ALL.iter().copied().find(|kind| problem.is(*kind));
        match kind {
            Some(ProblemKind::NotFound) => Self::NotFound,
            Some(ProblemKind::Outdated | ProblemKind::PlanChanged) => Self::Changed,
            Some(
                ProblemKind::Unreadable
                | ProblemKind::Refused
                | ProblemKind::Unauthorized
                | ProblemKind::Forbidden
                | ProblemKind::SignInRefused
                | ProblemKind::SecondFactorNeeded
                | ProblemKind::LockedOut
                | ProblemKind::LinkRefused
                | ProblemKind::AlreadySetUp
                | ProblemKind::RoleNotEnough
                | ProblemKind::PreconditionRequired
                | ProblemKind::Conflict
                | ProblemKind::InUse
                | ProblemKind::Paused
                | ProblemKind::RateLimited
                | ProblemKind::IdempotencyMismatch
                | ProblemKind::TooLarge,
            ) => Self::Refused,
            Some(_) => Self::Failed,
            None => match problem.status {
                404 => Self::NotFound,
                412 => Self::Changed,
                400..=499 => Self::Refused,
                _ => Self::Failed,
            },
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_its_code() {
        let table: Vec<(&str, u8)> = ProblemKind::ALL
            .iter()
            .map(|kind| (kind.slug(), Exit::of(&Problem::new(*kind, "", "")).code()))
            .collect();
        assert_eq!(
            table,
            [
                ("unreadable", 2),
                ("refused", 2),
                ("not-found", 4),
                ("no-such-path", 1),
                ("wrong-method", 1),
                ("unauthorized", 2),
                ("forbidden", 2),
                ("sign-in-refused", 2),
                ("second-factor-needed", 2),
                ("locked-out", 2),
                ("link-refused", 2),
                ("already-set-up", 2),
                ("role-not-enough", 2),
                ("outdated", 5),
                ("precondition-required", 2),
                ("conflict", 2),
                ("in-use", 2),
                ("plan-changed", 5),
                ("paused", 2),
                ("rate-limited", 2),
                ("idempotency-mismatch", 2),
                ("in-progress", 1),
                ("failed", 1),
                ("too-large", 2),
                ("too-slow", 1),
                ("overloaded", 1),
                ("storage", 1),
                ("internal", 1),
            ]
        );
    }

    #[test]
    fn an_unknown_problem_is_judged_by_its_status() {
        for (status, code) in [(404, 4), (412, 5), (418, 2), (500, 1), (503, 1)] {
            let problem = Problem {
                kind: "/problems/from-the-future".to_owned(),
                status,
                ..Problem::new(ProblemKind::Internal, "", "")
            };
            assert_eq!(Exit::of(&problem).code(), code, "{status}");
        }
    }

    #[test]
    fn help_names_every_code() {
        for exit in [
            Exit::Done,
            Exit::Failed,
            Exit::Refused,
            Exit::Unreachable,
            Exit::NotFound,
            Exit::Changed,
            Exit::Waiting,
            Exit::Faults,
            Exit::Interrupted,
        ] {
            assert!(HELP.lines().any(|line| line.starts_with(&format!("{:>5}  ", exit.code()))), "{exit:?}");
        }
    }
}
