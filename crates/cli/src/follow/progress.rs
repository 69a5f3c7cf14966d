//! Progress: a spinner with the step at a terminal, plain lines with the moment everywhere else.

use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::moment;
use crate::output::Output;
use certwright_api::events::{Event, EventKind, Level};
use certwright_api::runs::Run;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::io::{IsTerminal, stderr, stdout};
use std::time::Duration;

/// Shows events as they come.
pub(super) struct Progress {
    output: Output,
    /// At a terminal only.
    spinner: Option<ProgressBar>,
    /// How many steps each run has.
    steps: HashMap<String, usize>,
}

impl Progress {
    pub(super) fn new(output: Output) -> Self {
        let terminal = output.shows_progress() && stdout().is_terminal() && stderr().is_terminal();
        Self { output, spinner: terminal.then(spinner), steps: HashMap::new() }
    }

    /// Learns how long these runs are.
    pub(super) fn know(&mut self, runs: &[Run]) {
        self.steps.extend(runs.iter().map(|run| (run.id.clone(), run.steps.len())));
    }

    /// Shows one event.
    pub(super) fn event(&self, event: &Event) -> Result<(), Fault> {
        if !self.output.shows_progress() {
            return Ok(());
        }
        let Some(spinner) = &self.spinner else {
            // In a pipe or a file one line a step is enough: the one that says how it ended.
            return match event.kind {
                EventKind::StepBegun => Ok(()),
                _ => self.output.text(&plain_line(event)),
            };
        };
        match event.kind {
            EventKind::StepBegun | EventKind::RunWaiting => spinner.set_message(message(event, &self.steps)),
            EventKind::RunEnded => spinner.set_message(""),
            _ => {}
        }
        match line(event, self.output.look) {
            Some(line) => spinner.suspend(|| self.output.text(&line)),
            None => Ok(()),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

fn message(event: &Event, steps: &HashMap<String, usize>) -> String {
    let total = event.run.as_ref().and_then(|run| steps.get(run));
    let text = clean(event.message.lines().next().unwrap_or_default());
    match (event.step, total) {
        (Some(step), Some(total)) => format!("[{}/{total}] {text}", step + 1),
        _ => text,
    }
}

/// An event at a terminal; `None` where the spinner says it.
fn line(event: &Event, look: Look) -> Option<String> {
    let (tone, sign, text) = match event.kind {
        EventKind::StepBegun => return None,
        EventKind::RunStarted => (Tone::Bold, "", event.message.as_str()),
        EventKind::StepDone => (Tone::Good, "  ✓ ", without(&event.message, "Done: ")),
        EventKind::StepSkipped => (Tone::Dim, "  - ", event.message.as_str()),
        EventKind::StepFailed => (Tone::Bad, "  ✗ ", event.message.as_str()),
        EventKind::RunWaiting => (Tone::Warn, "  … ", event.message.as_str()),
        EventKind::RunEnded
        | EventKind::Published
        | EventKind::CertificateChanged
        | EventKind::IncidentOpened
        | EventKind::IncidentClosed => (of_level(event.level), "", event.message.as_str()),
        EventKind::Note => (of_level(event.level), "    ", event.message.as_str()),
    };
    let indent = " ".repeat(sign.chars().count());
    let text = clean(text).replace('\n', &format!("\n{indent}"));
    Some(format!("{}\n", look.paint(tone, &format!("{sign}{text}"))))
}

fn of_level(level: Level) -> Tone {
    match level {
        Level::Info => Tone::Plain,
        Level::Warning => Tone::Warn,
        Level::Error => Tone::Bad,
    }
}

fn without<'a>(text: &'a str, prefix: &str) -> &'a str {
    text.strip_prefix(prefix).unwrap_or(text)
}

/// An event as one line, for files and pipes.
pub(crate) fn plain_line(event: &Event) -> String {
    let text = clean(without(&event.message, "Done: ")).replace('\n', "\n    ");
    format!("{} {:<12} {text}\n", moment::second(event.at), event.kind.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::now;

    fn event(kind: EventKind, message: &str) -> Event {
        Event {
            id: 1,
            at: now(),
            certificate: Some("cert-1".to_owned()),
            run: Some("run-1".to_owned()),
            step: Some(1),
            kind,
            level: Level::Info,
            message: message.to_owned(),
        }
    }

    #[test]
    fn each_kind_has_its_line() {
        let failed = "Could not listen: held\n  What to do: stop it";
        for (kind, message, terminal, file) in [
            (EventKind::RunStarted, "Obtaining", Some("Obtaining\n"), "run-started  Obtaining\n"),
            (EventKind::StepBegun, "Make a key", None, "step-begun   Make a key\n"),
            (EventKind::StepDone, "Done: Make a key", Some("  ✓ Make a key\n"), "step-done    Make a key\n"),
            (
                EventKind::StepFailed,
                failed,
                Some("  ✗ Could not listen: held\n      What to do: stop it\n"),
                "step-failed  Could not listen: held\n      What to do: stop it\n",
            ),
            (EventKind::Note, "bell\u{7}", Some("    bell \n"), "note         bell \n"),
        ] {
            let event = event(kind, message);
            assert_eq!(line(&event, Look::default()).as_deref(), terminal);
            assert_eq!(plain_line(&event), format!("2026-11-24 12:00:00 {file}"));
        }
    }

    #[test]
    fn the_spinner_counts_the_steps() {
        let begun = event(EventKind::StepBegun, "Make a key");
        assert_eq!(message(&begun, &HashMap::new()), "Make a key");
        assert_eq!(message(&begun, &HashMap::from([("run-1".to_owned(), 9)])), "[2/9] Make a key");
    }
}
