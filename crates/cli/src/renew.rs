//! `certwright renew`: new versions of several certificates.

use crate::certificate::{exit_of, tell_end};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::follow::{self, End};
use crate::forecast;
use crate::look::{Look, Tone};
use crate::session::{Session, once};
use certwright_api::certificates::{Certificate, CertificateQuery};
use certwright_api::page::{List, MOST_PER_PAGE};
use certwright_api::renewals::{RenewRequest, Renewed};
use clap::Args;
use jiff::Timestamp;
use std::collections::HashSet;

/// Asks for new versions of several certificates.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It follows one certificate after the other until all have ended; the code is that of the gravest end. --force shows what
our own count of the limits says, and wants a yes (or --yes).

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
    /// Do not ask; --force always wants a yes
    #[arg(short, long)]
    yes: bool,
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
        if self.force && !self.preview {
            forecast::confirm(session, &request, self.yes).await?;
        }
        let after = follow::newest_event(session).await?;
        let renewed = session.client.renew(&request, &once()).await?;
        // A paused certificate among all is no fault; one that was named is.
        let worst = if named && renewed.refused_count > 0 { Exit::Refused } else { Exit::Done };
        if self.no_wait || self.preview {
            let verb = if self.preview { ("Would request", "Would not request") } else { ASKED };
            let now = session.now();
            session
                .output
                .answer(|| serde_json::to_string_pretty(&renewed), |look| words(&renewed, verb, look, now))?;
            return Ok(worst);
        }
        if !session.output.json {
            session.output.text(&words(&renewed, ASKED, session.output.look, session.now()))?;
        }
        Following { session, after, worst, ended: List { items: Vec::new() }, seen: HashSet::new() }
            .all(&renewed)
            .await
    }
}

/// One certificate after the other to its end.
struct Following<'a> {
    session: &'a Session,
    after: i64,
    worst: Exit,
    ended: List<Certificate>,
    seen: HashSet<String>,
}

impl Following<'_> {
    async fn all(mut self, renewed: &Renewed) -> Result<Exit, Fault> {
        for started in &renewed.started {
            if let Some(interrupted) = self.one(&started.certificate).await? {
                return Ok(interrupted);
            }
        }
        // Those that the answer did not name are found while they wait for theirs.
        while (self.seen.len() as u64) < renewed.started_count {
            let query =
                CertificateQuery { asked: Some(true), limit: Some(MOST_PER_PAGE), ..Default::default() };
            let page = self.session.client.certificates(&query).await?;
            let waiting: Vec<_> = page.items.into_iter().filter(|one| !self.seen.contains(&one.id)).collect();
            if waiting.is_empty() {
                break;
            }
            for certificate in waiting {
                if let Some(interrupted) = self.one(&certificate.id).await? {
                    return Ok(interrupted);
                }
            }
        }
        let ended_meanwhile = renewed.started_count.saturating_sub(self.seen.len() as u64);
        if ended_meanwhile > 0 {
            self.session.output.note(&format!(
                "\n{ended_meanwhile} more ended meanwhile. See how: certwright run list; certwright cert list --health warning"
            ))?;
        }
        self.session.output.answer(|| serde_json::to_string_pretty(&self.ended), |_| String::new())?;
        Ok(self.worst)
    }

    /// `Some` when the person does not want to wait any more.
    async fn one(&mut self, certificate: &str) -> Result<Option<Exit>, Fault> {
        let output = &self.session.output;
        self.seen.insert(certificate.to_owned());
        match follow::certificate(self.session, certificate, None, self.after).await? {
            End::Interrupted => {
                output.note("\nThe runs go on in the service. See them: certwright run list")?;
                Ok(Some(Exit::Interrupted))
            }
            End::Here((verdict, certificate)) => {
                self.worst = graver(self.worst, exit_of(&verdict));
                if output.json {
                    self.ended.items.push(certificate);
                } else {
                    output.text(&tell_end(&verdict, &certificate, output.look, self.session.now()))?;
                }
                Ok(None)
            }
        }
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

fn words(renewed: &Renewed, (asked, not_asked): (&str, &str), look: Look, now: Timestamp) -> String {
    if renewed.started_count == 0 && renewed.refused_count == 0 {
        return "Nothing to renew.\n".to_owned();
    }
    let mut text = String::new();
    for started in &renewed.started {
        text.push_str(&format!("{asked} {}.\n", look.paint(Tone::Plain, &started.name)));
    }
    if let Some(more) = more(renewed.started_count, renewed.started.len()) {
        text.push_str(&format!("{asked} {more} more. Those that still wait: certwright cert list --asked\n"));
    }
    for refused in &renewed.refused {
        let line = format!("{not_asked}: {}: {}", refused.name, refused.reason);
        text.push_str(&look.paint(Tone::Warn, &line));
        text.push('\n');
    }
    if let Some(more) = more(renewed.refused_count, renewed.refused.len()) {
        text.push_str(&look.paint(Tone::Warn, &format!("{not_asked}: {more} more")));
        text.push('\n');
    }
    if !renewed.forecasts.is_empty() {
        let forecasts = Renewed { forecasts: renewed.forecasts.clone(), ..Renewed::default() };
        text.push('\n');
        text.push_str(&forecast::words(&forecasts, look, now));
    }
    text
}

fn more(count: u64, named: usize) -> Option<u64> {
    count.checked_sub(named as u64).filter(|more| *more > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::now;
    use certwright_api::renewals::{RefusedRenewal, StartedRenewal};

    #[test]
    fn says_what_was_requested_and_what_was_not() {
        let renewed = Renewed {
            started: vec![StartedRenewal { certificate: "cert-1".to_owned(), name: "shop".to_owned() }],
            started_count: 1,
            refused: vec![RefusedRenewal {
                certificate: "cert-2".to_owned(),
                name: "mail".to_owned(),
                reason: "it is paused".to_owned(),
            }],
            refused_count: 1,
            forecasts: Vec::new(),
        };
        assert_eq!(
            words(&renewed, ASKED, Look::default(), now()),
            "Requested shop.\nNot requested: mail: it is paused\n"
        );
        let many = Renewed { started_count: 4000, refused_count: 9, ..renewed };
        assert_eq!(
            words(&many, ASKED, Look::default(), now()),
            "Requested shop.\nRequested 3999 more. Those that still wait: certwright cert list --asked\n\
             Not requested: mail: it is paused\nNot requested: 8 more\n"
        );
        assert_eq!(words(&Renewed::default(), ASKED, Look::default(), now()), "Nothing to renew.\n");
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
