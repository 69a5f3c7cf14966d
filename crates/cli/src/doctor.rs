//! `certwright doctor`: what may keep the service from its work, and repairs that one may accept.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::session::Session;
use certwright_api::doctor::{Diagnosis, Finding, Grade, RepairKind};
use clap::Args;
use std::fmt::Write as _;

/// Looks for what may keep the service from its work.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Without --fix nothing is changed. It ends with 7 where something keeps the service from its work.

Example:
  certwright doctor --fix")]
pub struct Doctor {
    /// Ask for each repair that is offered, and do what is accepted
    #[arg(long)]
    fix: bool,
    /// Accept every repair
    #[arg(long, requires = "fix")]
    yes: bool,
}

impl Doctor {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let mut diagnosis = session.client.diagnosis().await?;
        if self.fix && self.repair(session, &diagnosis).await? {
            diagnosis = session.client.diagnosis().await?;
        }
        session
            .output
            .answer(|| serde_json::to_string_pretty(&diagnosis), |look| words(&diagnosis.findings, look))?;
        let wrong = diagnosis.findings.iter().any(|finding| finding.grade == Grade::Error);
        Ok(if wrong { Exit::Faults } else { Exit::Done })
    }

    /// Asks for each repair; gives whether something was repaired.
    async fn repair(&self, session: &Session, diagnosis: &Diagnosis) -> Result<bool, Fault> {
        let mut repaired = false;
        for finding in &diagnosis.findings {
            let Some(repair) = finding.repair else { continue };
            let question = format!("{}: {}. {}?", finding.check, clean(&finding.words), offer(repair));
            if !self.yes && !session.can_ask() {
                return Err(Fault::refused("nobody is there to be asked", "add --yes"));
            }
            if self.yes || crate::ask::yes(&question)? {
                session.client.repair(repair).await?;
                repaired = true;
            }
        }
        Ok(repaired)
    }
}

fn offer(repair: RepairKind) -> &'static str {
    match repair {
        RepairKind::Modes => "Take the permissions of others away",
        RepairKind::Backup => "Make a backup now",
    }
}

fn words(findings: &[Finding], look: Look) -> String {
    let mut text = String::new();
    for finding in findings {
        let (tone, word) = match finding.grade {
            Grade::Ok => (Tone::Good, "ok"),
            Grade::Warning => (Tone::Warn, "warning"),
            Grade::Error => (Tone::Bad, "error"),
        };
        let _ = writeln!(
            text,
            "{} {:<12} {}",
            look.paint(tone, &format!("{word:<8}")),
            finding.check,
            clean(&finding.words)
        );
        if !finding.remedy.is_empty() {
            let _ = writeln!(text, "{:21} What to do: {}", "", clean(&finding.remedy));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_check_with_what_to_do() {
        let finding = |check: &str, grade, words: &str, remedy: &str| Finding {
            check: check.to_owned(),
            grade,
            words: words.to_owned(),
            remedy: remedy.to_owned(),
            repair: None,
        };
        let findings = [
            finding("space", Grade::Ok, "900 MiB are free", ""),
            finding("clock", Grade::Error, "400 s ahead", "set it by NTP"),
        ];
        assert_eq!(
            words(&findings, Look::default()),
            "\
ok       space        900 MiB are free
error    clock        400 s ahead
                      What to do: set it by NTP
"
        );
    }
}
