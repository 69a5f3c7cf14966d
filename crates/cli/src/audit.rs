//! `certwright audit list`: who changed what.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::Look;
use crate::moment;
use crate::page::more;
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::audit::AuditLine;
use certwright_api::page::PageQuery;
use clap::{Args, Subcommand};

/// The audit: who changed what.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// List changes, the newest first
    List(List),
}

/// Lists changes.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "What it was before and after is in the JSON.\n\nExample:\n  certwright audit list --limit 10"
)]
pub struct List {
    /// How many to show, at most 200
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// How many to pass over
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
}

impl AuditCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let Self::List(list) = self;
        let page =
            session.client.audit(&PageQuery { offset: Some(list.offset), limit: Some(list.limit) }).await?;
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
