//! `run list`.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::page::Page;
use certwright_api::preview::PlanKind;
use certwright_api::runs::{Run, RunQuery, RunState};
use clap::Args;
use jiff::Timestamp;

/// Lists runs.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright run list --cert shop")]
pub struct List {
    /// Only those of this certificate
    #[arg(long, value_name = "NAME")]
    cert: Option<String>,
    /// Only those that go on or wait
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    part: Part,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let query = RunQuery {
            certificate: self.cert,
            live: self.live.then_some(true),
            offset: Some(self.part.offset),
            limit: Some(self.part.limit),
        };
        let page = session.client.runs(&query).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| words(&page, look, now))?;
        more(&session.output, &page)?;
        Ok(Exit::Done)
    }
}

/// What a run is for.
pub(super) fn purpose(run: &Run) -> String {
    match (run.kind, &run.target) {
        (PlanKind::Obtain, _) => "obtain".to_owned(),
        (PlanKind::Deploy, Some(target)) => format!("deploy to {target}"),
        (PlanKind::Deploy, None) => "deploy".to_owned(),
    }
}

/// A run's state, with its tone.
pub(super) fn state(state: RunState) -> (Tone, String) {
    let (tone, word) = match state {
        RunState::Active => (Tone::Plain, "active"),
        RunState::Waiting => (Tone::Warn, "waiting"),
        RunState::Done => (Tone::Good, "done"),
        RunState::Failed => (Tone::Bad, "failed"),
        RunState::Cancelled => (Tone::Warn, "cancelled"),
    };
    (tone, word.to_owned())
}

fn words(page: &Page<Run>, look: Look, now: Timestamp) -> String {
    let rows = page.items.iter().map(|run| {
        vec![
            plain(&run.id),
            plain(run.certificate_name.as_ref().unwrap_or(&run.certificate)),
            plain(purpose(run)),
            state(run.state),
            plain(moment::minute(run.created_at, now)),
            plain(&run.reason),
        ]
    });
    table(look, &["RUN", "CERTIFICATE", "FOR", "STATE", "BEGUN", "WHY"], rows, "No runs yet.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{now, run};

    #[test]
    fn one_line_for_each() {
        let items = vec![run("run-2", Some("dep-1"), RunState::Failed), run("run-1", None, RunState::Done)];
        assert_eq!(
            words(&Page { items, total: 2, offset: 0, limit: 50 }, Look::default(), now()),
            "\
RUN    CERTIFICATE  FOR              STATE   BEGUN                                  WHY
run-2  cert-1       deploy to nginx  failed  60 minutes ago (2026-11-24 11:00 UTC)  it was asked for by hand
run-1  cert-1       obtain           done    60 minutes ago (2026-11-24 11:00 UTC)  it was asked for by hand
"
        );
    }
}
