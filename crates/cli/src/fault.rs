//! Why a command could not do what was asked, as words for a person and as JSON for a script.

use crate::exit::Exit;
use crate::look::{Look, Tone, clean};
use certwright_api::client::ClientError;
use certwright_api::failures::Failure;
use certwright_api::problem::{Problem, ProblemKind};
use certwright_core::absence::Absence;
use std::fmt::Write as _;

/// Why a command could not do what was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The service said no.
    Problem(Box<Problem>),
    /// This program said no, or could not.
    Own {
        /// The code.
        exit: Exit,
        /// What happened.
        what: String,
        /// What to do; may be empty.
        remedy: String,
    },
    /// The service does not answer, and it was looked why.
    Absent(Box<Absence>),
    /// Whoever read our output has gone: nothing is left to be said.
    NobodyReads,
}

impl Fault {
    /// What was typed cannot be taken.
    pub(crate) fn refused(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Own { exit: Exit::Refused, what: what.into(), remedy: remedy.into() }
    }

    /// No option says what this command is to change.
    pub(crate) fn nothing_to_change(command: &str) -> Self {
        Self::refused("nothing is to be changed", format!("name what: certwright {command} --help"))
    }

    /// Something on this machine failed.
    pub(crate) fn failed(what: impl Into<String>) -> Self {
        Self::Own { exit: Exit::Failed, what: what.into(), remedy: String::new() }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem) => Exit::of(problem),
            Self::Own { exit, .. } => *exit,
            Self::Absent(_) => Exit::Unreachable,
            Self::NobodyReads => Exit::Done,
        }
    }

    /// As words.
    pub(crate) fn words(&self, look: Look) -> String {
        match self {
            Self::Problem(problem) => problem_words(problem, look),
            Self::Own { what, remedy, .. } => headed(what, remedy, look),
            Self::Absent(absence) => absence_words(absence, look),
            Self::NobodyReads => String::new(),
        }
    }

    /// As JSON: the problem document as it came, or one in its likeness.
    pub(crate) fn json(&self) -> String {
        let own = |kind: &str, title: &str, what: &str, remedy: &str| {
            serde_json::json!({ "type": kind, "title": title, "detail": what, "remedy": remedy }).to_string()
        };
        match self {
            Self::Problem(problem) => serde_json::to_string(problem).unwrap_or_default(),
            Self::Own { exit: Exit::Refused, what, remedy } => {
                own("/problems/refused", "The command line was refused", what, remedy)
            }
            Self::Own { exit: Exit::Unreachable, what, remedy } => {
                own("/problems/unreachable", "The service cannot be reached", what, remedy)
            }
            Self::Absent(absence) => serde_json::json!({
                "type": "/problems/unreachable", "title": "The service cannot be reached", "state": absence.kind,
                "detail": absence.what, "remedy": absence.remedy, "obstacles": absence.obstacles,
            })
            .to_string(),
            Self::Own { what, remedy, .. } => own("/problems/failed", "It failed", what, remedy),
            Self::NobodyReads => String::new(),
        }
    }
}

impl From<ClientError> for Fault {
    fn from(error: ClientError) -> Self {
        let words = error.to_string();
        match error {
            ClientError::Problem(problem) => Self::Problem(problem),
            ClientError::Unreachable { what, words, remedy } => Self::Own {
                exit: Exit::Unreachable,
                what: format!("Could not reach {what}: {words}"),
                remedy,
            },
            ClientError::TimedOut { .. } => Self::Own {
                exit: Exit::Unreachable,
                what: words,
                remedy: "look at what was done: certwright run list".to_owned(),
            },
            ClientError::Unreadable { .. } => Self::Own {
                exit: Exit::Failed,
                what: words,
                remedy: "see that service and command are of one version: certwright status".to_owned(),
            },
        }
    }
}

fn headed(what: &str, remedy: &str, look: Look) -> String {
    let mut text = format!("{} {}\n", look.paint(Tone::Bad, "error:"), clean(what));
    if !remedy.is_empty() {
        let _ = writeln!(text, "  What to do: {}", clean(remedy));
    }
    text
}

fn absence_words(absence: &Absence, look: Look) -> String {
    let mut text = headed(&absence.what, "", look);
    if !absence.obstacles.is_empty() {
        text.push_str("  As things are it cannot start:\n");
    }
    for obstacle in &absence.obstacles {
        let _ = writeln!(text, "    {}", look.paint(Tone::Bold, &obstacle.what));
        let _ = writeln!(text, "      What to do: {}", clean(&obstacle.remedy));
    }
    let _ = writeln!(text, "  What to do: {}", clean(&absence.remedy));
    text
}

fn problem_words(problem: &Problem, look: Look) -> String {
    // A failure says all of it in its own words: what was attempted, the answer, what to do.
    if let Some(failure) = &problem.failure {
        return format!("{} {}", look.paint(Tone::Bad, "error:"), failure_words(failure));
    }
    let mut what = problem.title.clone();
    if problem.refusals.is_empty() && !problem.detail.is_empty() {
        what = format!("{what}: {}", problem.detail);
    }
    let mut text = headed(&what, "", look);
    for refusal in &problem.refusals {
        let _ = writeln!(text, "  {} {}", look.paint(Tone::Bold, &refusal.field), clean(&refusal.reason));
        if !refusal.remedy.is_empty() {
            let _ = writeln!(text, "    What to do: {}", clean(&refusal.remedy));
        }
    }
    // Each refusal says its own remedy.
    if problem.refusals.is_empty() && !problem.remedy.is_empty() {
        let _ = writeln!(text, "  What to do: {}", clean(&problem.remedy));
    }
    if !problem.difference.is_empty() {
        text.push_str("  What has changed since it was shown:\n");
        for line in &problem.difference {
            let _ = writeln!(text, "    {}", clean(line));
        }
    }
    if let Some(fingerprint) = problem.preview.as_ref().and_then(|preview| preview.fingerprint.as_ref()) {
        let _ = writeln!(text, "  The plan as it is now: --plan {}", clean(fingerprint));
    }
    if problem.is(ProblemKind::Outdated)
        && let Some(revision) = problem.current.as_ref().and_then(|current| current.get("revision"))
    {
        let _ = writeln!(text, "  It is at revision {revision} now.");
    }
    text
}

/// A failure in words: what, the other side's answer, identifier by identifier, what to do.
pub(crate) fn failure_words(failure: &Failure) -> String {
    let mut text = format!("Could not {}: {}\n", failure.attempted, failure.answer);
    for problem in &failure.identifiers {
        let _ = writeln!(text, "  {}: {} ({})", problem.identifier, problem.detail, problem.kind);
    }
    if !failure.remedy.is_empty() {
        let _ = writeln!(text, "  What to do: {}", failure.remedy);
    }
    clean(&text)
}

/// The text two columns further in.
pub(crate) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_api::failures::{FailureClass, IdentifierProblem};
    use certwright_api::problem::Refusal;

    fn words(problem: Problem) -> String {
        Fault::Problem(Box::new(problem)).words(Look::default())
    }

    #[test]
    fn a_plain_problem_says_what_and_what_to_do() {
        let problem = Problem::new(ProblemKind::NotFound, "there is no certificate shop", "list them");
        assert_eq!(
            words(problem),
            "error: There is no such thing: there is no certificate shop\n  What to do: list them\n"
        );
    }

    #[test]
    fn refusals_come_field_by_field() {
        let refusal = |field: &str, reason: &str, remedy: &str| Refusal {
            field: field.to_owned(),
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        };
        let problem = Problem::refused(vec![
            refusal("identifiers[1]", "has a port", "leave the port out"),
            refusal("name", "is taken", "choose another"),
        ]);
        assert_eq!(
            words(problem),
            "\
error: Some fields were refused
  identifiers[1] has a port
    What to do: leave the port out
  name is taken
    What to do: choose another
"
        );
    }

    #[test]
    fn a_changed_plan_says_the_difference() {
        let problem = Problem {
            difference: vec!["- listen on port 80".to_owned(), "+ files in /srv/www".to_owned()],
            ..Problem::new(ProblemKind::PlanChanged, "2 lines differ", "look at the preview again")
        };
        assert_eq!(
            words(problem),
            "\
error: The plan has changed since it was shown: 2 lines differ
  What to do: look at the preview again
  What has changed since it was shown:
    - listen on port 80
    + files in /srv/www
"
        );
    }

    #[test]
    fn a_failure_says_the_other_sides_words() {
        let failure = Failure {
            kind: "challenge-failed".to_owned(),
            class: FailureClass::NeedsPerson,
            until: None,
            attempted: "validate shop.example.com".to_owned(),
            answer: "no route\u{7} to host".to_owned(),
            remedy: "open port 80".to_owned(),
            link: None,
            identifiers: vec![IdentifierProblem {
                identifier: "shop.example.com".to_owned(),
                kind: "connection".to_owned(),
                detail: "timeout".to_owned(),
            }],
        };
        let problem = Problem {
            failure: Some(Box::new(failure)),
            ..Problem::new(ProblemKind::Failed, "the authority did not answer", "not said twice")
        };
        assert_eq!(
            words(problem),
            "\
error: Could not validate shop.example.com: no route  to host
  shop.example.com: timeout (connection)
  What to do: open port 80
"
        );
    }

    #[test]
    fn a_service_that_does_not_run_says_what_is_in_its_way() {
        let fault = Fault::Absent(Box::new(crate::samples::absence("/d/certwright.sock")));
        assert_eq!(
            fault.words(Look::default()),
            "\
error: The service does not run: it has never run on the data directory /d
  As things are it cannot start:
    127.0.0.1:9644 is held by nginx (pid 812)
      What to do: stop that, or listen elsewhere: certwright serve --listen 127.0.0.1:PORT, or listen = \
[\"127.0.0.1:PORT\"] in the configuration
  What to do: then start it: systemctl start certwright, or certwright serve
"
        );
        let json: serde_json::Value = serde_json::from_str(&fault.json()).unwrap();
        assert_eq!(json["state"], "never-started");
        assert_eq!(json["obstacles"][0]["kind"], "port-held");
    }

    #[test]
    fn json_is_one_line_with_a_type() {
        let fault = Fault::refused("two targets", "name one");
        assert_eq!(
            fault.json(),
            r#"{"detail":"two targets","remedy":"name one","title":"The command line was refused","type":"/problems/refused"}"#
        );
        let problem = Problem::new(ProblemKind::NotFound, "no", "");
        assert!(Fault::Problem(Box::new(problem)).json().starts_with(r#"{"type":"/problems/not-found""#));
    }
}
