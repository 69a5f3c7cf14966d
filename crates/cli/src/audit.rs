//! `certwright audit list`: who changed what.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::Look;
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::audit::{AuditLine, AuditQuery};
use clap::{Args, Subcommand};
use jiff::Timestamp;

/// The audit: who changed what.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// List changes, the newest first
    List(List),
}

/// Lists changes.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "What it was before and after is in the JSON.\n\nExamples:\n  certwright audit list --limit 10\n  certwright audit list --who \"user alice\" --action sign-in --after 2026-11-01T00:00:00Z"
)]
pub struct List {
    /// By whom, such as "user alice", "token deploy" or "local uid 0"
    #[arg(long)]
    who: Option<String>,
    /// To what, such as "user user-…" or "certificate cert-…"
    #[arg(long)]
    object: Option<String>,
    /// What was done begins with this, such as sign-in
    #[arg(long)]
    action: Option<String>,
    /// Not before this moment, such as 2026-11-01T00:00:00Z
    #[arg(long, value_name = "MOMENT")]
    after: Option<Timestamp>,
    /// Before this moment
    #[arg(long, value_name = "MOMENT")]
    before: Option<Timestamp>,
    #[command(flatten)]
    part: Part,
}

impl AuditCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let Self::List(list) = self;
        let query = AuditQuery {
            who: list.who,
            object: list.object,
            action: list.action,
            after: list.after,
            before: list.before,
            offset: Some(list.part.offset),
            limit: Some(list.part.limit),
        };
        let page = session.client.audit(&query).await?;
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| words(&page.items, look))?;
        more(&session.output, &page)?;
        Ok(Exit::Done)
    }
}

fn words(lines: &[AuditLine], look: Look) -> String {
    let rows = lines.iter().map(|line| {
        vec![plain(moment::second(line.at)), plain(&line.who), plain(&line.action), plain(&line.object)]
    });
    table(look, &["WHEN (UTC)", "WHO", "WHAT", "OF WHAT"], rows, "No changes yet.")
}
