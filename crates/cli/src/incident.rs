//! `certwright incident`: what happens to many for the same cause.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{page, plain, table};
use certwright_api::incidents::{CauseKind, Incident, IncidentQuery};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use std::fmt::Write as _;

/// Incidents: what happens to many for the same cause.
#[derive(Clone, Debug, Subcommand)]
pub enum IncidentCommand {
    /// List incidents, the newest first
    List(List),
    /// Show an incident with examples
    Show(Show),
}

/// Which incidents to list.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright incident list --open")]
pub struct List {
    /// Only those that are open
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    part: Part,
}

/// Which incident to show.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright incident show INCIDENT")]
pub struct Show {
    /// The incident's id
    id: String,
}

impl IncidentCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let now = session.now();
        match self {
            Self::List(list) => {
                let query = IncidentQuery {
                    open: list.open.then_some(true),
                    offset: Some(list.part.offset),
                    limit: Some(list.part.limit),
                };
                let found = session.client.incidents(&query).await?;
                session
                    .output
                    .answer(|| serde_json::to_string_pretty(&found), |look| rows(&found.items, look, now))?;
                more(&session.output, &found)?;
            }
            Self::Show(show) => {
                let incident = session.client.incident(&show.id).await?;
                session
                    .output
                    .answer(|| serde_json::to_string_pretty(&incident), |look| words(&incident, look, now))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn rows(incidents: &[Incident], look: Look, now: Timestamp) -> String {
    let rows = incidents.iter().map(|incident| {
        let state = match incident.closed_at {
            None => (Tone::Bad, "open".to_owned()),
            Some(at) => (Tone::Good, format!("over {}", moment::relative(at, now))),
        };
        vec![
            plain(&incident.id),
            state,
            plain(moment::relative(incident.first_at, now)),
            plain(incident.count.to_string()),
            plain(incident.kind.word()),
            plain(&incident.of),
        ]
    });
    table(look, &["INCIDENT", "STATE", "SINCE", "TIMES", "WHAT", "OF"], rows, "No incidents.")
}

fn words(incident: &Incident, look: Look, now: Timestamp) -> String {
    let times = match incident.kind {
        CauseKind::MassRenewal | CauseKind::MassRevocation => {
            format!("{}, {} replaced", incident.count, incident.resolved)
        }
        _ => incident.count.to_string(),
    };
    let mut text = page(
        look,
        [
            ("Incident", plain(&incident.id)),
            ("What", (Tone::Bad, incident.words.clone())),
            ("What to do", plain(&incident.remedy)),
            ("Times", plain(times)),
            ("First", plain(moment::minute(incident.first_at, now))),
            ("Last", plain(moment::minute(incident.last_at, now))),
            ("Over", plain(incident.closed_at.map_or_else(String::new, |at| moment::minute(at, now)))),
            ("How", plain(incident.end.clone().unwrap_or_default())),
        ],
    );
    if !incident.examples.is_empty() {
        text.push_str("\nFor example:\n");
    }
    for example in &incident.examples {
        let _ = writeln!(
            text,
            "  {} {}: {}",
            moment::second(example.at),
            clean(&example.name),
            clean(&example.words)
        );
    }
    text
}

/// What is open, for `status`.
pub(crate) fn open(incidents: &[Incident], total: u64, look: Look) -> String {
    let mut text = String::new();
    for incident in incidents {
        let times = if incident.count > 1 { format!(" ({} times)", incident.count) } else { String::new() };
        let line = format!("Incident: {}{times}", clean(&incident.words));
        let _ = writeln!(text, "\n{}", look.paint(Tone::Bad, &line));
        let _ = writeln!(text, "  See: certwright incident show {}", clean(&incident.id));
    }
    let rest = total.saturating_sub(incidents.len() as u64);
    if rest > 0 {
        let _ = writeln!(text, "\n{rest} more incidents: certwright incident list --open");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{incident, now};

    #[test]
    fn one_line_for_each_and_a_page_with_examples() {
        let mut incident = incident();
        assert_eq!(
            rows(&[incident.clone()], Look::default(), now()),
            "\
INCIDENT  STATE  SINCE        TIMES  WHAT              OF
inc-1     open   2 hours ago  4100   authority-outage  letsencrypt
"
        );
        incident.closed_at = Some(now());
        incident.end = Some("it opens orders again".to_owned());
        assert_eq!(
            words(&incident, Look::default(), now()),
            "\
Incident    inc-1
What        Let's Encrypt is out of order
What to do  nothing
Times       4100
First       2 hours ago (2026-11-24 10:00 UTC)
Last        60 minutes ago (2026-11-24 11:00 UTC)
Over        now (2026-11-24 12:00 UTC)
How         it opens orders again

For example:
  2026-11-24 10:00:00 shop: it answers 503
"
        );
    }

    #[test]
    fn status_names_what_is_open_and_where_the_rest_is() {
        assert_eq!(
            open(&[incident()], 3, Look::default()),
            "\nIncident: Let's Encrypt is out of order (4100 times)\n  See: certwright incident show inc-1\n\
             \n2 more incidents: certwright incident list --open\n"
        );
    }
}
