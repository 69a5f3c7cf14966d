//! `run show`.

use super::list::{purpose, state};
use crate::exit::Exit;
use crate::fault::{Fault, failure_words};
use crate::look::{Look, Tone, clean};
use crate::moment;
use crate::session::Session;
use crate::table::{page, plain};
use certwright_api::preview::StepRole;
use certwright_api::runs::{Mark, Run, RunStep};
use clap::Args;
use jiff::Timestamp;
use std::fmt::Write as _;

/// Shows a run.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright run show RUN")]
pub struct Show {
    /// The run's id
    id: String,
}

impl Show {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let run = session.client.run(&self.id).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&run), |look| words(&run, look, now))?;
        Ok(Exit::Done)
    }
}

/// A run with its steps.
pub(super) fn words(run: &Run, look: Look, now: Timestamp) -> String {
    let ended = run.ended_at.map_or_else(String::new, |at| moment::minute(at, now));
    let mut text = page(
        look,
        [
            ("Run", plain(&run.id)),
            ("Certificate", plain(&run.certificate)),
            ("For", plain(format!("{}, because {}", purpose(run), run.reason))),
            ("State", state(run.state)),
            ("Version", plain(run.version.clone().unwrap_or_default())),
            ("Order", plain(run.order.clone().unwrap_or_default())),
            ("Begun", plain(moment::minute(run.created_at, now))),
            ("Ended", plain(ended)),
            ("Warnings", (Tone::Warn, run.warnings.join("\n"))),
        ],
    );
    text.push('\n');
    for (index, step) in run.steps.iter().enumerate() {
        text.push_str(&step_words(index, step, look, now));
    }
    text
}

fn step_words(index: usize, step: &RunStep, look: Look, now: Timestamp) -> String {
    let (tone, sign) = match step.mark {
        Mark::Todo => (Tone::Dim, " "),
        Mark::Begun => (Tone::Plain, "▶"),
        Mark::Later => (Tone::Warn, "…"),
        Mark::Done => (Tone::Good, "✓"),
        Mark::Skipped => (Tone::Dim, "-"),
        Mark::Failed => (Tone::Bad, "✗"),
    };
    let role = match step.step.role {
        StepRole::Ordinary => "",
        StepRole::Always => "  [always]",
        StepRole::AfterFailure => "  [only if a step above fails]",
    };
    let line = format!("{sign} {:>2}. {}{role}", index + 1, step.step.words);
    let mut text = look.paint(tone, &line) + "\n";
    let mut detail = |words: &str| {
        for line in clean(words).lines() {
            let _ = writeln!(text, "      {line}");
        }
    };
    step.step.lines.iter().for_each(|line| detail(line));
    if let Some(at) = step.at {
        detail(&format!("again {}", moment::minute(at, now)));
    }
    if let Some(why) = &step.why {
        detail(why);
    }
    if let Some(failure) = &step.failure {
        detail(&failure_words(failure));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{failure, hours, now, run, step};
    use certwright_api::runs::RunState;

    #[test]
    fn every_step_says_how_far_it_has_come() {
        let mut run = run("run-1", None, RunState::Waiting);
        run.warnings = vec!["for tests only".to_owned()];
        run.steps[1].mark = Mark::Later;
        run.steps[1].at = Some(hours(3));
        run.steps[1].why = Some("too many orders".to_owned());
        let mut broken = step("finalize", "Send the request", StepRole::Ordinary, Mark::Failed);
        broken.failure = Some(failure());
        run.steps.push(broken);
        run.steps.push(step("remove", "Remove the answers", StepRole::Always, Mark::Todo));
        assert_eq!(
            words(&run, Look::default(), now()),
            "\
Run          run-1
Certificate  cert-1
For          obtain, because it was asked for by hand
State        waiting
Version      ver-1
Begun        60 minutes ago (2026-11-24 11:00 UTC)
Warnings     for tests only

✓  1. Make a key
…  2. Open an order
      again in 3 hours (2026-11-24 15:00 UTC)
      too many orders
✗  3. Send the request
      Could not validate shop.example.com: connection refused
        What to do: open port 80
   4. Remove the answers  [always]
"
        );
    }
}
