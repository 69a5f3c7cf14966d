//! What happened, in order: a hash of all of it, and the last lines for whoever asks why an invariant broke.

use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber, level_filters::LevelFilter};

/// How many lines are kept for people.
const KEPT: usize = 20_000;

/// Where the ACME client says how long it has waited, by the real clock.
const WAITED: &str = "no answer within ";

#[derive(Default)]
struct Lines {
    hash: Sha256,
    count: u64,
    last: VecDeque<String>,
    hidden: String,
}

/// The trace of one simulation. As a subscriber it hears what the engine says on this thread.
#[derive(Clone, Default)]
pub struct Trace(Arc<Mutex<Lines>>);

impl Trace {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this path is left out of every line: it has another name each time.
    pub(crate) fn hide(&self, path: &Path) {
        self.lines().hidden = path.display().to_string();
    }

    /// Adds a line. What comes of keys is left out, and for how long the client says that it has waited: they are never
    /// the same twice.
    pub fn add(&self, line: &str) {
        let mut line = without_fingerprints(line);
        if let Some((before, after)) = line.split_once(WAITED) {
            let rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
            line = format!("{before}{WAITED}…{rest}");
        }
        let mut lines = self.lines();
        if !lines.hidden.is_empty() && line.contains(&lines.hidden) {
            line = line.replace(&lines.hidden, "…");
        }
        lines.hash.update(line.as_bytes());
        lines.hash.update(b"\n");
        lines.count += 1;
        if lines.last.len() == KEPT {
            lines.last.pop_front();
        }
        lines.last.push_back(line);
    }

    /// How many lines there were.
    pub fn count(&self) -> u64 {
        self.lines().count
    }

    /// SHA-256 over all lines.
    pub fn hash(&self) -> String {
        let digest = self.lines().hash.clone().finalize();
        digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The last lines that speak of `what`, oldest first.
    pub fn last_of(&self, what: &str, most: usize) -> Vec<String> {
        let lines = self.lines();
        let mut found: Vec<_> =
            lines.last.iter().rev().filter(|line| line.contains(what)).take(most).cloned().collect();
        found.reverse();
        found
    }
}

/// The line with every run of 40 and more hexadecimal digits taken out.
fn without_fingerprints(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut run = String::new();
    let end = |run: &mut String, out: &mut String| {
        out.push_str(if run.len() >= 40 { "…" } else { run });
        run.clear();
    };
    for letter in line.chars() {
        if letter.is_ascii_hexdigit() {
            run.push(letter);
            continue;
        }
        end(&mut run, &mut out);
        out.push(letter);
    }
    end(&mut run, &mut out);
    out
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Trace {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO && metadata.target().starts_with("certwright_engine")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(event.metadata().level().to_string());
        event.record(&mut text);
        self.add(&text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_do_not_count_and_everything_else_does() {
        let of = |lines: &[&str]| {
            let trace = Trace::default();
            lines.iter().for_each(|line| trace.add(line));
            trace.hash()
        };
        let (one, other) = ("ab".repeat(32), "cd".repeat(32));
        assert_eq!(of(&[&format!("SHA-256 {one}, b")]), of(&[&format!("SHA-256 {other}, b")]));
        assert_eq!(of(&["no answer within 0.1 s"]), of(&["no answer within 0.25 s"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a 12"]), of(&["a 13"]));
    }
}
