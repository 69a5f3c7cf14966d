//! An ACME error as a failure: what class it is of, and what a person should do.

use certwright_acme::{Error, Problem, ProblemKind, TransportError};
use certwright_core::failure::{Failure, FailureClass, IdentifierProblem};
use certwright_core::{SignedDuration, Timestamp};

/// The failure that an error of the authority called `title` is, told to a person who waits for the answer: when the
/// authority wants to be asked again is for that person to read.
pub(crate) fn failure(error: &Error, title: &str) -> Failure {
    of(error, title, None)
}

/// The same for a run, at `now`: it waits until the moment that the authority named.
pub(crate) fn failure_at(error: &Error, title: &str, now: Timestamp) -> Failure {
    of(error, title, Some(now))
}

fn of(error: &Error, title: &str, now: Option<Timestamp>) -> Failure {
    let text = error.to_string();
    let (attempted, answer) = match text.strip_prefix("could not ").and_then(|rest| rest.split_once(": ")) {
        Some((attempted, answer)) => (attempted.to_owned(), answer.to_owned()),
        None => ("talk to the authority".to_owned(), text),
    };
    let attempted = format!("{attempted} ({title})");
    let (kind, class, remedy) = match error.problem() {
        Some(problem) if is_paused(problem) => {
            ("paused".to_owned(), FailureClass::NeedsPerson, paused(problem))
        }
        Some(problem) => (problem.kind.name().to_owned(), class_of(error, problem, now), remedy_of(problem)),
        None => outside(error, now),
    };
    let identifiers = error.problem().map(identifiers).unwrap_or_default();
    let link = error.problem().and_then(|problem| problem.instance.as_deref());
    Failure::new(&format!("acme-{kind}"), class, attempted, answer, remedy)
        .with_identifiers(identifiers)
        .with_link(link)
}

/// How long an authority must have said that it knows no such order before that counts.
const UNKNOWN_FOR: SignedDuration = SignedDuration::from_mins(20);

/// The failure that an error is once the request may have been sent: perhaps there is a certificate, so only the
/// authority's word that there is none may end the run. Everything else passes, however long that takes.
///
/// That it knows no such order is its word only in the form of a problem document, and only when it has been saying so
/// for long (since `unknown_since`, which this keeps): a load balancer or a replica that lags behind answers 404 for
/// moments.
pub(crate) fn undecided(
    error: &Error,
    title: &str,
    now: Timestamp,
    unknown_since: &mut Option<Timestamp>,
) -> Failure {
    let failure = failure_at(error, title, now);
    let gone = matches!(error.status(), Some(404 | 410));
    let refused = error.problem().is_some_and(|problem| {
        error.status().is_some_and(|status| (400..500).contains(&status))
            && !matches!(problem.kind, ProblemKind::RateLimited | ProblemKind::UserActionRequired)
    });
    if gone && refused {
        unknown_since.get_or_insert(now);
    } else {
        *unknown_since = None;
    }
    let for_long = unknown_since.is_some_and(|since| now.duration_since(since) >= UNKNOWN_FOR);
    let refused = refused && (!gone || for_long);
    match failure.class {
        FailureClass::WaitUntil(_) => failure,
        FailureClass::Hopeless | FailureClass::NeedsPerson if refused => failure,
        _ => Failure { class: FailureClass::Retry, ..failure },
    }
}

fn class_of(error: &Error, problem: &Problem, now: Option<Timestamp>) -> FailureClass {
    if error.is_passing() {
        return wait(error, now);
    }
    match problem.kind {
        ProblemKind::OrderNotReady => FailureClass::Retry,
        ProblemKind::RejectedIdentifier
        | ProblemKind::BadCsr
        | ProblemKind::BadPublicKey
        | ProblemKind::BadSignatureAlgorithm
        | ProblemKind::UnsupportedIdentifier => FailureClass::Hopeless,
        _ => FailureClass::NeedsPerson,
    }
}

fn wait(error: &Error, now: Option<Timestamp>) -> FailureClass {
    match (error.retry_after(), now) {
        (Some(retry_after), Some(now)) => FailureClass::WaitUntil(retry_after.moment(now)),
        _ => FailureClass::Retry,
    }
}

/// Let's Encrypt pauses names that never validate, and says so with a link to its portal. It is lifted there alone, by
/// a person: every further order is refused and counted (fault 6).
fn is_paused(problem: &Problem) -> bool {
    let detail = problem.detail.as_str();
    problem.kind == ProblemKind::RateLimited
        && detail.contains("paused")
        && (detail.contains("http") || problem.instance.is_some())
}

fn paused(problem: &Problem) -> String {
    let link = problem
        .instance
        .as_ref()
        .map_or_else(|| "open the link in the answer".to_owned(), |instance| format!("open {instance}"));
    format!(
        "{link} and lift the pause there, after repairing why the names never validate; then ask again: certwright cert \
         request. Until then Certwright leaves the authority alone"
    )
}

fn identifiers(problem: &Problem) -> Vec<IdentifierProblem> {
    problem
        .subproblems
        .iter()
        .filter_map(|sub| {
            Some(IdentifierProblem {
                identifier: sub.identifier.as_ref()?.value.clone(),
                kind: sub.kind.name().to_owned(),
                detail: sub.detail.clone(),
            })
        })
        .collect()
}

fn remedy_of(problem: &Problem) -> String {
    remedy(&problem.kind, problem.instance.as_deref())
}

/// What to do about a problem of this kind.
pub(crate) fn remedy(kind: &ProblemKind, instance: Option<&str>) -> String {
    match kind {
        ProblemKind::RateLimited => "nothing: Certwright waits as long as the authority asked".to_owned(),
        ProblemKind::RejectedIdentifier => "remove the refused name from the certificate, or choose an authority that may certify it".to_owned(),
        ProblemKind::UserActionRequired => format!(
            "read what the authority wants{}; if those are new terms and you agree: certwright account agree ACCOUNT URL",
            instance.map_or_else(String::new, |url| format!(" at {url}"))
        ),
        ProblemKind::AccountDoesNotExist => "the authority does not know the account; look for it by its key: certwright account check ACCOUNT. CAA records with accounturi may name it, so a new one is never made by itself".to_owned(),
        ProblemKind::ExternalAccountRequired => "create the account with the external account key that the authority gave you".to_owned(),
        ProblemKind::Caa => "the name's CAA record forbids this authority: add it to the record, or choose another authority".to_owned(),
        ProblemKind::Dns => "the authority could not resolve the name: check its A, AAAA and CAA records, and DNSSEC".to_owned(),
        ProblemKind::Connection => "the authority could not connect to port 80 of the name: check that the name points here, and firewall, router and country blocks".to_owned(),
        ProblemKind::Tls => "the name redirects to HTTPS and that handshake failed: repair it, or answer the challenge path on port 80".to_owned(),
        ProblemKind::Unauthorized | ProblemKind::IncorrectResponse => "something else answered the challenge: check that the name points to this machine and that no proxy, CDN or other site answers for it".to_owned(),
        ProblemKind::InvalidProfile => "choose a profile that the authority offers, or none".to_owned(),
        ProblemKind::ServerInternal => "nothing: the authority has a fault of its own; Certwright tries again".to_owned(),
        _ => "read the authority's words above; the certificate's log has the whole exchange".to_owned(),
    }
}

fn outside(error: &Error, now: Option<Timestamp>) -> (String, FailureClass, String) {
    let (kind, class, remedy) = match error {
        Error::Transport { source, .. } => match source {
            TransportError::NameNotResolved { .. } => (
                "unresolved",
                FailureClass::Retry,
                "check this machine's DNS: the authority's host name does not resolve",
            ),
            TransportError::Unreachable { .. } => (
                "unreachable",
                FailureClass::Retry,
                "check that outgoing HTTPS to the authority is permitted; Certwright tries again",
            ),
            TransportError::Untrusted { .. } => (
                "untrusted",
                FailureClass::NeedsPerson,
                "the directory's own HTTPS certificate is not trusted: give its root as directory_tls_roots, or find out who intercepts the connection",
            ),
            _ => ("transport", wait(error, now), "nothing yet: Certwright tries again"),
        },
        Error::TimedOut { .. } => (
            "timeout",
            FailureClass::Retry,
            "nothing yet: Certwright looks at what became of it and tries again",
        ),
        Error::HostileAnswer { .. } => (
            "hostile-answer",
            FailureClass::NeedsPerson,
            "do not trust this answer: check that the directory is the right one",
        ),
        Error::UnexpectedAnswer { .. } | Error::TooLarge { .. } if error.is_passing() => {
            ("unavailable", wait(error, now), "nothing yet: Certwright tries again")
        }
        Error::UnexpectedAnswer { status: 404, .. } => {
            ("gone", FailureClass::Hopeless, "nothing: the authority has forgotten it; a new order is opened")
        }
        _ => (
            "unexpected-answer",
            FailureClass::NeedsPerson,
            "check that the directory's URL is an ACME directory",
        ),
    };
    (kind.to_owned(), class, remedy.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problem(status: u16, kind: &str) -> Error {
        let document =
            json!({ "type": format!("urn:ietf:params:acme:error:{kind}"), "detail": "no", "status": status });
        let mut problem = Problem::read(document.as_object().unwrap());
        problem.status = Some(status);
        Error::Problem {
            attempted: "read the order".to_owned(),
            problem: Box::new(problem),
            retry_after: None,
        }
    }

    fn page(status: u16) -> Error {
        Error::UnexpectedAnswer {
            attempted: "read the order".to_owned(),
            status,
            retry_after: None,
            what: "no JSON".to_owned(),
            excerpt: "<html>".to_owned(),
        }
    }

    #[test]
    fn trouble_before_does_not_make_one_404_the_end() {
        let (mut since, now) = (None, Timestamp::UNIX_EPOCH);
        for (minutes, error, ends) in [
            (0, problem(404, "malformed"), false),
            (19, page(502), false),
            (30, problem(404, "malformed"), false),
            (49, problem(404, "malformed"), false),
            (50, problem(404, "malformed"), true),
        ] {
            let failure = undecided(&error, "Example", now + SignedDuration::from_mins(minutes), &mut since);
            assert_eq!(failure.class != FailureClass::Retry, ends, "{minutes}");
        }
    }

    #[test]
    fn after_the_request_only_the_authoritys_own_word_ends_a_run() {
        for (error, at_once, in_long_trouble) in [
            (page(404), false, false),
            (page(410), false, false),
            (page(403), false, false),
            (page(502), false, false),
            (problem(404, "malformed"), false, true),
            (problem(410, "malformed"), false, true),
            (problem(500, "serverInternal"), false, false),
            (problem(429, "rateLimited"), false, false),
            (problem(403, "userActionRequired"), false, false),
            (problem(403, "unauthorized"), true, true),
            (problem(400, "badCSR"), true, true),
        ] {
            let (mut since, first) = (None, Timestamp::UNIX_EPOCH);
            let mut ends = |now| {
                let class = undecided(&error, "Example", now, &mut since).class;
                matches!(class, FailureClass::Hopeless | FailureClass::NeedsPerson)
            };
            let (now, later) = (ends(first), ends(first + UNKNOWN_FOR));
            assert_eq!((now, later), (at_once, in_long_trouble), "{error}");
        }
    }
}
