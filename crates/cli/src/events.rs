//! `certwright events`: what happened, and what happens.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::follow::plain_line;
use crate::session::Session;
use certwright_api::events::EventQuery;
use clap::Args;
use futures_util::StreamExt;

/// Shows events.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
With --json --follow every event is one line.

Examples:
  certwright events --cert shop
  certwright events --follow")]
pub struct Events {
    /// Only those of this certificate
    #[arg(long, value_name = "NAME")]
    cert: Option<String>,
    /// Only those of this run
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Those after the event of this id; 0 is from the beginning
    #[arg(long, value_name = "ID")]
    after: Option<i64>,
    /// How many to show, at most 200
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "follow")]
    limit: u32,
    /// Go on showing what happens, until interrupted
    #[arg(short, long)]
    follow: bool,
}

impl Events {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let mut query =
            EventQuery { certificate: self.cert, run: self.run, after: self.after, limit: Some(self.limit) };
        if !self.follow {
            let list = session.client.event_list(&query).await?;
            session.output.answer(
                || serde_json::to_string_pretty(&list),
                |_| list.items.iter().map(plain_line).collect(),
            )?;
            return Ok(Exit::Done);
        }
        query.limit = None;
        let mut events = session.client.events(query);
        while let Some(event) = events.next().await {
            let event = event?;
            session.output.answer(|| serde_json::to_string(&event), |_| plain_line(&event))?;
        }
        Ok(Exit::Done)
    }
}
