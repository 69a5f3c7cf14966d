//! What the demo says: a line per step as it is done, in colour where a person looks.

use certwright_core::Timestamp;
use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

/// Where the demo is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    color: bool,
    began: Instant,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Quiet,
    Bold,
}

impl Screen {
    /// In colour as wanted; `None` lets the terminal decide.
    pub(super) fn new(color: Option<bool>) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let usual = std::io::stdout().is_terminal() && !no_color;
        Self { color: color.unwrap_or(usual), began: Instant::now() }
    }

    /// Seconds since the start, for people.
    pub(super) fn seconds(&self) -> String {
        format!("{:.1} s", self.began.elapsed().as_secs_f32())
    }

    fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Quiet => "2",
            Tone::Bold => "1",
        };
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A line as it is. A reader that has gone away is no failure of the demo.
    pub(super) fn line(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }

    /// The head of a part.
    pub(super) fn head(&self, text: &str) {
        self.line("");
        self.line(&self.paint(Tone::Bold, text));
    }

    /// Something that is done.
    pub(super) fn done(&self, text: &str) {
        self.line(&format!("  {} {text}", self.paint(Tone::Good, "✓")));
    }

    /// Something that went wrong.
    pub(super) fn failed(&self, text: &str) {
        self.line(&format!("  {} {text}", self.paint(Tone::Bad, "✗")));
    }

    /// Something beside the point.
    pub(super) fn quiet(&self, text: &str) {
        self.line(&self.paint(Tone::Quiet, &format!("    {text}")));
    }
}

/// The time of day, UTC.
pub(super) fn clock(moment: Timestamp) -> String {
    moment.strftime("%H:%M:%S UTC").to_string()
}
