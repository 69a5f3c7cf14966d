//! `certwright session …`: browsers that are signed in.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::Look;
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session as Door;
use crate::table::{plain, table};
use certwright_api::sessions::{Session, SessionQuery};
use clap::{Args, Subcommand};
use jiff::Timestamp;

/// Browsers that are signed in.
#[derive(Clone, Debug, Subcommand)]
pub enum SessionCommand {
    /// List sessions, those that were used last first
    List(List),
    /// End a session: that browser is signed out
    End(End),
}

/// Lists sessions.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright session list")]
pub struct List {
    #[command(flatten)]
    part: Part,
}

/// Ends a session.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "All sessions of somebody end with: certwright user password NAME\n\nExample:\n  certwright session end session-01jx"
)]
pub struct End {
    /// The session's id
    session: String,
}

impl SessionCommand {
    /// Does it.
    pub(crate) async fn run(self, door: &Door) -> Result<Exit, Fault> {
        match self {
            Self::List(list) => {
                let query = SessionQuery {
                    all: Some(true),
                    offset: Some(list.part.offset),
                    limit: Some(list.part.limit),
                };
                let page = door.client.sessions(&query).await?;
                let now = door.now();
                door.output
                    .answer(|| serde_json::to_string_pretty(&page), |look| rows(&page.items, look, now))?;
                more(&door.output, &page)?;
            }
            Self::End(End { session }) => {
                door.client.end_session(&session).await?;
                door.output.say(&format!("Ended {session}."))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn rows(sessions: &[Session], look: Look, now: Timestamp) -> String {
    let rows = sessions.iter().map(|session| {
        vec![
            plain(&session.id),
            plain(&session.user.name),
            plain(moment::relative(session.last_seen_at, now)),
            plain(moment::relative(session.expires_at, now)),
            plain(&session.address),
            plain(&session.user_agent),
        ]
    });
    let heading = ["SESSION", "USER", "LAST USED", "ENDS", "FROM", "BROWSER"];
    table(look, &heading, rows, "Nobody is signed in.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};
    use certwright_api::sessions::SessionOwner;

    #[test]
    fn who_is_signed_in_from_where_and_until_when() {
        let session = Session {
            id: "session-1".to_owned(),
            user: SessionOwner { id: "user-1".to_owned(), name: "alice".to_owned() },
            created_at: hours(-3),
            last_seen_at: hours(-2),
            expires_at: hours(10),
            address: "192.0.2.1".to_owned(),
            user_agent: "Firefox\u{1b}[2J".to_owned(),
            current: false,
        };
        assert_eq!(
            rows(&[session], Look::default(), now()),
            "\
SESSION    USER   LAST USED    ENDS         FROM       BROWSER
session-1  alice  2 hours ago  in 10 hours  192.0.2.1  Firefox [2J
"
        );
    }
}
