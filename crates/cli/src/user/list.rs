//! `user list` and `user show`.

use super::{Which, role_word};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{page, plain, table};
use certwright_api::users::User;
use clap::Args;
use jiff::Timestamp;

/// Lists users.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright user list")]
pub struct List {
    #[command(flatten)]
    part: Part,
}

/// Shows a user.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright user show alice")]
pub struct Show {
    #[command(flatten)]
    which: Which,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let query = self.part.query();
        let page = session.client.users(&query).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| rows(&page.items, look, now))?;
        more(&session.output, &page)?;
        Ok(Exit::Done)
    }
}

impl Show {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let user = session.client.user(&self.which.user).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&user), |look| words(&user, look, now))?;
        Ok(Exit::Done)
    }
}

fn state(user: &User) -> (Tone, String) {
    match (user.disabled, user.locked_until) {
        (true, _) => (Tone::Dim, "disabled".to_owned()),
        (false, Some(until)) => (Tone::Warn, format!("locked until {}", moment::second(until))),
        (false, None) => (Tone::Good, "may sign in".to_owned()),
    }
}

fn second_factor(user: &User) -> String {
    if user.totp { format!("on, {} recovery codes left", user.recovery_codes) } else { "off".to_owned() }
}

fn last(user: &User, said: impl Fn(Timestamp) -> String) -> String {
    user.last_signed_in_at.map_or_else(|| "never".to_owned(), said)
}

fn rows(users: &[User], look: Look, now: Timestamp) -> String {
    let rows = users.iter().map(|user| {
        vec![
            plain(&user.name),
            plain(role_word(user.role)),
            state(user),
            plain(if user.totp { "on" } else { "off" }),
            plain(last(user, |at| moment::day(at, now))),
        ]
    });
    let nothing = "No users yet. The first administrator is made by: certwright gui";
    table(look, &["USER", "ROLE", "STATE", "SECOND FACTOR", "LAST SIGNED IN"], rows, nothing)
}

fn words(user: &User, look: Look, now: Timestamp) -> String {
    page(
        look,
        [
            ("User", plain(&user.name)),
            ("Id", plain(&user.id)),
            ("Role", plain(role_word(user.role))),
            ("State", state(user)),
            ("Second factor", plain(second_factor(user))),
            ("Last signed in", plain(last(user, |at| moment::minute(at, now)))),
            ("Made", plain(moment::minute(user.created_at, now))),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now, user};

    #[test]
    fn who_may_sign_in_and_how_is_seen_at_once() {
        let alice = user();
        let bob = User { name: "bob".to_owned(), totp: false, locked_until: Some(hours(1)), ..user() };
        let carol =
            User { name: "carol".to_owned(), disabled: true, totp: false, last_signed_in_at: None, ..user() };
        assert_eq!(
            rows(&[alice.clone(), bob, carol], Look::default(), now()),
            "\
USER   ROLE           STATE                             SECOND FACTOR  LAST SIGNED IN
alice  administrator  may sign in                       on             2 hours ago (2026-11-24)
bob    administrator  locked until 2026-11-24 13:00:00  off            2 hours ago (2026-11-24)
carol  administrator  disabled                          off            never
"
        );
        assert_eq!(
            words(&alice, Look::default(), now()),
            "\
User            alice
Id              user-1
Role            administrator
State           may sign in
Second factor   on, 9 recovery codes left
Last signed in  2 hours ago (2026-11-24 10:00 UTC)
Made            3 days ago (2026-11-21 12:00 UTC)
"
        );
    }
}
