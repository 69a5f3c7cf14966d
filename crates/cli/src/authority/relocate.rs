//! `ca probe`, `ca move`: whether an authority is still there, and ordering elsewhere.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::clean;
use crate::moment;
use crate::session::Session;
use certwright_api::authorities::{MoveAnswer, MoveRequest, Probe};
use clap::Args;
use jiff::Timestamp;
use std::fmt::Write as _;

/// Looks at an authority's directory now.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The service looks by itself once a week, and tells when nobody was there for days.

Example:
  certwright ca probe letsencrypt")]
pub struct ProbeNow {
    /// The authority's id
    id: String,
}

/// Has the certificates of an authority ordered from another one.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Each certificate is edited: it is ordered from the other authority in an hour, or by hand. What is served stays until then.

Examples:
  certwright ca move retired --to letsencrypt --preview
  certwright ca move retired --to letsencrypt --yes")]
pub struct Move {
    /// The authority that they are ordered from now
    from: String,
    /// The authority that they shall be ordered from
    #[arg(long, value_name = "ID")]
    to: String,
    /// Only show what would be done
    #[arg(long)]
    preview: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl ProbeNow {
    /// Does it.
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let probe = session.client.probe(&self.id).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&probe), |_| words(&probe, now))?;
        Ok(if probe.answer.is_none() { Exit::Done } else { Exit::Failed })
    }
}

impl Move {
    /// Does it.
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let request = MoveRequest { to: self.to.clone(), preview: true };
        let mut answer = session.client.move_certificates(&self.from, &request).await?;
        if !self.preview && !answer.moved.is_empty() {
            let question = format!("Order {} certificates from {} from now on?", answer.moved.len(), self.to);
            session.confirm(&question, self.yes)?;
            let request = MoveRequest { preview: false, ..request };
            answer = session.client.move_certificates(&self.from, &request).await?;
        }
        let verb = if self.preview { "Would be ordered" } else { "Ordered" };
        let title = format!("{verb} from {}", self.to);
        session.output.answer(|| serde_json::to_string_pretty(&answer), |_| moved_words(&answer, &title))?;
        Ok(if answer.kept.is_empty() { Exit::Done } else { Exit::Refused })
    }
}

fn words(probe: &Probe, now: Timestamp) -> String {
    let mut text = match &probe.answer {
        None => format!("{} is there.\n", probe.authority),
        Some(answer) => format!("{}: {}\n", probe.authority, clean(answer)),
    };
    if let Some(good_at) = probe.good_at.filter(|_| probe.answer.is_some()) {
        let _ = writeln!(text, "It was there {}.", moment::minute(good_at, now));
    }
    if probe.retired {
        let _ = writeln!(
            text,
            "It seems to be retired. See: certwright ca move {} --to ID --preview",
            probe.authority
        );
    }
    text
}

fn moved_words(answer: &MoveAnswer, title: &str) -> String {
    let mut text = String::new();
    if answer.moved.is_empty() && answer.kept.is_empty() {
        return "No certificate is ordered from it.\n".to_owned();
    }
    for name in &answer.moved {
        let _ = writeln!(text, "{title}: {}", clean(name));
    }
    for kept in &answer.kept {
        let _ = writeln!(text, "Stays: {}: {}", clean(&kept.name), clean(&kept.reason));
    }
    text
}
