//! `cert test`: read-only checks, each with cause and remedy.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::session::Session;
use certwright_api::checks::{TestReport, Verdict};
use clap::Args;
use std::fmt::Write as _;

/// Tests a certificate.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Exits with 7 when a fault was found.\n\nExample:\n  certwright cert test shop")]
pub struct Test {
    #[command(flatten)]
    which: Which,
}

impl Test {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let report = session.client.test(&self.which.name).await?;
        session.output.answer(|| serde_json::to_string_pretty(&report), |look| words(&report, look))?;
        Ok(if report.passed { Exit::Done } else { Exit::Faults })
    }
}

fn words(report: &TestReport, look: Look) -> String {
    let mut text = String::new();
    let mut counts = [0_usize; 2];
    for check in &report.checks {
        let (tone, word) = match check.verdict {
            Verdict::Ok => (Tone::Good, "ok"),
            Verdict::Warning => (Tone::Warn, "warning"),
            Verdict::Fault => (Tone::Bad, "fault"),
            Verdict::Skipped => (Tone::Dim, "skipped"),
        };
        counts[0] += usize::from(check.verdict == Verdict::Fault);
        counts[1] += usize::from(check.verdict == Verdict::Warning);
        let subject = if check.subject.is_empty() { String::new() } else { format!("{}: ", check.subject) };
        let _ = writeln!(
            text,
            "{} {}",
            look.paint(tone, &format!("{word:<7}")),
            look.paint(Tone::Plain, &format!("{subject}{}", check.words))
        );
        if !check.remedy.is_empty() {
            let _ = writeln!(text, "        What to do: {}", look.paint(Tone::Plain, &check.remedy));
        }
    }
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let _ = writeln!(text, "{}, {}", plural(counts[0], "fault"), plural(counts[1], "warning"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_api::checks::Check;

    #[test]
    fn each_check_comes_with_its_remedy() {
        let check = |subject: &str, verdict, words: &str, remedy: &str| Check {
            name: "port-80".to_owned(),
            subject: subject.to_owned(),
            verdict,
            words: words.to_owned(),
            remedy: remedy.to_owned(),
        };
        let report = TestReport::from(vec![
            check("a.example", Verdict::Ok, "port 80 answers with our token", ""),
            check("b.example", Verdict::Fault, "port 80 is closed", "open it in the firewall"),
            check("", Verdict::Warning, "the clock is 40 s off", "start chrony"),
            check("c.example", Verdict::Skipped, "it is an address", ""),
        ]);
        assert!(!report.passed);
        assert_eq!(
            words(&report, Look::default()),
            "\
ok      a.example: port 80 answers with our token
fault   b.example: port 80 is closed
        What to do: open it in the firewall
warning the clock is 40 s off
        What to do: start chrony
skipped c.example: it is an address
1 fault, 1 warning
"
        );
    }
}
