//! `cert log`: the certificate's own log, with requests and answers.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::clean;
use crate::session::Session;
use certwright_api::exports::LogLines;
use clap::Args;
use std::time::Duration;

/// How often a followed log is read again.
const EVERY: Duration = Duration::from_secs(1);

/// How many lines are read again each time: more than a step writes in a second.
const WINDOW: usize = 1000;

/// How many of the last known lines are looked for: each begins with its millisecond, yet two may be alike.
const MARKS: usize = 5;

/// Shows a log.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright cert log shop --lines 50 --follow")]
pub struct Log {
    #[command(flatten)]
    which: Which,
    /// How many of the newest lines, at most 5000
    #[arg(long, value_name = "N", default_value_t = 200)]
    lines: usize,
    /// Go on showing what is added, until interrupted
    #[arg(short, long)]
    follow: bool,
}

impl Log {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let mut known = session.client.log(&self.which.name, Some(self.lines)).await?;
        if !self.follow {
            let answer = LogLines { lines: known };
            session.output.answer(|| serde_json::to_string_pretty(&answer), |_| text(&answer.lines))?;
            return Ok(Exit::Done);
        }
        let print = |lines: &[String]| {
            session.output.answer(
                || lines.iter().map(json_line).collect::<Result<Vec<_>, _>>().map(|all| all.join("\n")),
                |_| text(lines),
            )
        };
        if !known.is_empty() {
            print(&known)?;
        }
        loop {
            tokio::time::sleep(EVERY).await;
            let read = session.client.log(&self.which.name, Some(WINDOW)).await?;
            let added = added(&known, &read);
            if !added.is_empty() {
                print(added)?;
                known = read;
            }
        }
    }
}

fn json_line(line: &String) -> serde_json::Result<String> {
    serde_json::to_string(line)
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{}\n", clean(line))).collect()
}

/// The lines after those that are known; all of them where none is found again, as after a rotation.
fn added<'a>(known: &[String], read: &'a [String]) -> &'a [String] {
    let marks = &known[known.len().saturating_sub(MARKS)..];
    if marks.is_empty() {
        return read;
    }
    let end = (1..=read.len()).rev().find(|&end| {
        // The window may begin in the midst of the marks.
        let reach = marks.len().min(end);
        read[end - reach..end] == marks[marks.len() - reach..]
    });
    end.map_or(read, |end| &read[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_added_is_shown() {
        let lines = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (known, read, expected) in [
            ("", "", ""),
            ("", "a b", "a b"),
            ("a b", "a b", ""),
            ("a b", "a b c d", "c d"),
            ("a b c d e f g", "f g h", "h"),
            ("a b c", "x y", "x y"),
        ] {
            assert_eq!(added(&lines(known), &lines(read)), lines(expected), "{known} | {read}");
        }
    }
}
