//! `cert request`: asks for a new version and follows it until it is served.

use super::Which;
use super::preview;
use super::show::deployment_state;
use crate::ask;
use crate::exit::Exit;
use crate::fault::{Fault, indented};
use crate::follow::{self, End, Verdict};
use crate::forecast;
use crate::look::{Look, Tone};
use crate::moment;
use crate::session::{Session, once};
use certwright_api::certificates::Certificate;
use certwright_api::renewals::{CertificateRequest, RenewRequest};
use clap::Args;
use jiff::Timestamp;

/// Requests a new version.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
At a terminal it shows the preview and asks first. --force shows what our own count of the limits says, and always wants
a yes (or --yes). It ends when the certificate is served (0), when something
failed (1), or when nothing will happen for some minutes (6, with the moment and the reason). Interrupted, the
run goes on in the service: `certwright run cancel` stops it.

Examples:
  certwright cert request shop
  certwright cert request shop --plan FINGERPRINT   # exactly what a preview showed, or nothing (5)")]
pub struct Request {
    #[command(flatten)]
    which: Which,
    /// Do exactly what the preview with this fingerprint showed, or nothing
    #[arg(long, value_name = "FINGERPRINT")]
    plan: Option<String>,
    /// Ask also where our own count says that a rate limit of the authority is used up
    #[arg(long)]
    force: bool,
    /// Do not follow the run
    #[arg(long)]
    no_wait: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Request {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let mut plan = self.plan;
        if plan.is_none() && !self.yes && session.can_ask() {
            let preview = session.client.preview(&self.which.name).await?;
            session.output.text(&preview::words(&preview, session.output.look))?;
            // What was shown is what is done.
            plan = preview.fingerprint.clone();
            let question = match preview.fingerprint {
                Some(_) => "\nDo exactly this now?",
                None => "\nNot every plan can be made. Request it all the same?",
            };
            // Forcing has a question of its own, with what the ledger says.
            if !self.force && !ask::yes(question)? {
                return Err(Fault::refused("nothing was requested", ""));
            }
        }
        if self.force {
            let asked = RenewRequest {
                certificates: vec![self.which.name.clone()],
                force: true,
                ..RenewRequest::default()
            };
            forecast::confirm(session, &asked, self.yes).await?;
        }
        let after = follow::newest_event(session).await?;
        let asked = CertificateRequest { plan, force: self.force };
        let run = session.client.request(&self.which.name, &asked, &once()).await?;
        if self.no_wait {
            session.output.answer(
                || serde_json::to_string_pretty(&run),
                |_| format!("Requested: {}\nFollow it: certwright run watch {}\n", run.id, run.id),
            )?;
            return Ok(Exit::Done);
        }
        to_the_end(session, &run.certificate, Some(&run.id), after, &interrupted(&run.id)).await
    }
}

/// Follows a certificate to its end and tells that, or `interrupted` when the person does not want to wait any more.
pub(super) async fn to_the_end(
    session: &Session,
    certificate: &str,
    run: Option<&str>,
    after: i64,
    interrupted: &str,
) -> Result<Exit, Fault> {
    match follow::certificate(session, certificate, run, after).await? {
        End::Interrupted => {
            session.output.note(interrupted)?;
            Ok(Exit::Interrupted)
        }
        End::Here((verdict, certificate)) => {
            let now = session.now();
            session.output.answer(
                || serde_json::to_string_pretty(&certificate),
                |look| tell(&verdict, &certificate, look, now),
            )?;
            Ok(exit(&verdict))
        }
    }
}

/// What is said to whoever does not wait for a deployment.
pub(super) const DEPLOYMENT_GOES_ON: &str = "\nThe deployment goes on in the service.";

fn interrupted(run: &str) -> String {
    format!(
        "\nThe run goes on in the service. See it: certwright run watch {run}\nStop it: certwright run cancel {run}"
    )
}

/// The exit code of an end.
pub(crate) fn exit(verdict: &Verdict) -> Exit {
    match verdict {
        Verdict::Served | Verdict::Issued => Exit::Done,
        Verdict::Failed(_) | Verdict::Cancelled => Exit::Failed,
        Verdict::Waits { .. } | Verdict::GoesOn => Exit::Waiting,
    }
}

/// An end in words.
pub(crate) fn tell(verdict: &Verdict, certificate: &Certificate, look: Look, now: Timestamp) -> String {
    let name = &certificate.name;
    let until = certificate
        .not_after
        .map_or_else(String::new, |at| format!(", valid until {}", moment::exactly(at, now)));
    match verdict {
        Verdict::Served => {
            let mut text = look.paint(Tone::Good, &format!("{name} is served{until}.")) + "\n";
            for deployment in &certificate.deployments {
                let (tone, state) = deployment_state(deployment, now);
                text.push_str(&look.paint(tone, &format!("  {}: {state}", deployment.target)));
                text.push('\n');
            }
            text
        }
        Verdict::Issued => format!(
            "{}\nNo target serves it. Fetch it: certwright cert export {name}\n",
            look.paint(Tone::Good, &format!("{name} is issued{until}."))
        ),
        Verdict::Failed(words) => {
            let head = look.paint(Tone::Bad, &format!("{name} failed."));
            let served =
                if certificate.version.is_some() { "What was served before is served on.\n" } else { "" };
            format!("{head}\n{}{served}See: certwright cert log {name}\n", indented(words))
        }
        Verdict::Cancelled => {
            format!("{}\n", look.paint(Tone::Warn, &format!("{name}: the run was cancelled.")))
        }
        Verdict::Waits { until, why } => format!(
            "{}\n{}It goes on by itself; see: certwright cert show {name}\n",
            look.paint(Tone::Warn, &format!("{name} waits; it goes on {}.", moment::minute(*until, now))),
            indented(&crate::look::clean(why)),
        ),
        Verdict::GoesOn => format!("{name} goes on.\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{certificate, hours, now};

    #[test]
    fn every_end_has_words_and_a_code() {
        let failed = Verdict::Failed("Could not listen: held\n  What to do: stop it\n".to_owned());
        let waits = Verdict::Waits { until: hours(5), why: "too many orders".to_owned() };
        for (verdict, code, words) in [
            (
                Verdict::Served,
                0,
                "shop is served, valid until 2027-01-24 12:00 UTC (in 61 days).\n  \
                 nginx: served, verified 2 hours ago (2026-11-24 10:00 UTC)\n",
            ),
            (
                Verdict::Issued,
                0,
                "shop is issued, valid until 2027-01-24 12:00 UTC (in 61 days).\n\
                 No target serves it. Fetch it: certwright cert export shop\n",
            ),
            (
                failed,
                1,
                "shop failed.\n  Could not listen: held\n    What to do: stop it\n\
                 What was served before is served on.\nSee: certwright cert log shop\n",
            ),
            (Verdict::Cancelled, 1, "shop: the run was cancelled.\n"),
            (
                waits,
                6,
                "shop waits; it goes on in 5 hours (2026-11-24 17:00 UTC).\n  too many orders\n\
                 It goes on by itself; see: certwright cert show shop\n",
            ),
        ] {
            assert_eq!(tell(&verdict, &certificate(), Look::default(), now()), words);
            assert_eq!(exit(&verdict).code(), code);
        }
    }
}
