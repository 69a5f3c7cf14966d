//! `certwright renew`: new versions of several certificates.

use crate::certificate::{exit_of, tell_end};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::follow::{self, End};
use crate::look::{Look, Tone};
use crate::session::{Session, once};
use certwright_api::page::List;
use certwright_api::renewals::{RenewRequest, Renewed};
use clap::Args;

/// Asks for new versions of several certificates.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It follows one certificate after the other until all have ended; the code is that of the gravest end.

Examples:
  certwright renew shop mail
  certwright renew --due --no-wait
  certwright renew --all --preview")]
pub struct Renew {
    /// Certificates, by name or id
    #[arg(required_unless_present_any = ["due", "failed", "new", "all"], value_name = "NAME")]
    names: Vec<String>,
    /// All that are due
    #[arg(long)]
    due: bool,
    /// All whose last try failed
    #[arg(long)]
    failed: bool,
    /// All that were never issued
    #[arg(long)]
    new: bool,
    /// All
    #[arg(long)]
    all: bool,
    /// Only show what would be requested, and what our own count of the limits says against it
    #[arg(long, conflicts_with = "no_wait")]
    preview: bool,
    /// Also where our own count says that a rate limit of the authority is used up
    #[arg(long)]
    force: bool,
    /// Do not follow the runs
    #[arg(long)]
    no_wait: bool,
}

impl Renew {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let named = !self.names.is_empty();
        let request = RenewRequest {
            certificates: self.names,
            due: self.due,
            failed: self.failed,
            new: self.new,
            all: self.all,
            preview: self.preview,
            force: self.force,
        };
        let after = follow::newest_event(session).await?;
        let renewed = session.client.renew(&request, &once()).await?;
        // A paused certificate among all is no fault; one that was named is.
        let mut worst = if named && !renewed.refused.is_empty() { Exit::Refused } else { Exit::Done };
        if self.no_wait || self.preview {
            let verb = if self.preview { ("Would request", "Would not request") } else { ASKED };
            session
                .output
                .answer(|| serde_json::to_string_pretty(&renewed), |look| words(&renewed, verb, look))?;
            return Ok(worst);
        }
        if !session.output.json {
            session.output.text(&words(&renewed, ASKED, session.output.look))?;
        }
        let mut ended = List { items: Vec::new() };
        for started in &renewed.started {
            match follow::certificate(session, &started.certificate, None, after).await? {
                End::Interrupted => {
                    session.output.note("\nThe runs go on in the service. See them: certwright run list")?;
                    return Ok(Exit::Interrupted);
                }
                End::Here((verdict, certificate)) => {
                    worst = graver(worst, exit_of(&verdict));
                    if session.output.json {
                        ended.items.push(certificate);
                    } else {
                        let text = tell_end(&verdict, &certificate, session.output.look, session.now());
                        session.output.text(&text)?;
                    }
                }
            }
        }
        session.output.answer(|| serde_json::to_string_pretty(&ended), |_| String::new())?;
        Ok(worst)
    }
}

fn graver(one: Exit, other: Exit) -> Exit {
    let weight = |exit: Exit| match exit {
        Exit::Failed => 3,
        Exit::Refused => 2,
        Exit::Waiting => 1,
        _ => 0,
    };
    if weight(other) > weight(one) { other } else { one }
}

/// What was asked for, and what was not.
const ASKED: (&str, &str) = ("Requested", "Not requested");

fn words(renewed: &Renewed, (asked, not_asked): (&str, &str), look: Look) -> String {
    if renewed.started.is_empty() && renewed.refused.is_empty() {
        return "Nothing to renew.\n".to_owned();
    }
    let started = renewed
        .started
        .iter()
        .map(|started| format!("{asked} {}.\n", look.paint(Tone::Plain, &started.name)));
    let refused = renewed.refused.iter().map(|refused| {
        look.paint(Tone::Warn, &format!("{not_asked}: {}: {}", refused.name, refused.reason)) + "\n"
    });
    started.chain(refused).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_api::renewals::{RefusedRenewal, StartedRenewal};

    #[test]
    fn says_what_was_requested_and_what_was_not() {
        let renewed = Renewed {
            started: vec![StartedRenewal { certificate: "cert-1".to_owned(), name: "shop".to_owned() }],
            refused: vec![RefusedRenewal {
                certificate: "cert-2".to_owned(),
                name: "mail".to_owned(),
                reason: "it is paused".to_owned(),
            }],
        };
        assert_eq!(
            words(&renewed, ASKED, Look::default()),
            "Requested shop.\nNot requested: mail: it is paused\n"
        );
        assert_eq!(words(&Renewed::default(), ASKED, Look::default()), "Nothing to renew.\n");
    }

    #[test]
    fn the_gravest_end_counts() {
        for (ends, worst) in [
            (&[][..], Exit::Done),
            (&[Exit::Done, Exit::Waiting], Exit::Waiting),
            (&[Exit::Failed, Exit::Waiting, Exit::Done], Exit::Failed),
            (&[Exit::Refused, Exit::Waiting], Exit::Refused),
        ] {
            assert_eq!(ends.iter().copied().fold(Exit::Done, graver), worst);
        }
    }
}
