//! `certwright user …`: people who sign in to the web interface.

mod change;
mod list;
mod password;

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use certwright_api::sign_in::Role;
use certwright_api::users::User;
use clap::{Args, Subcommand, ValueEnum};

/// People who sign in to the web interface.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// List users
    List(list::List),
    /// Show a user
    Show(list::Show),
    /// Make a user, with a password
    #[command(visible_alias = "create")]
    Add(password::Add),
    /// Give a user another role
    Role(change::ChangeRole),
    /// Rename a user, or forbid or permit signing in
    Edit(change::Edit),
    /// Give a user another password; the user's sessions end
    Password(password::Password),
    /// Turn a user's second factor off
    ResetTotp(change::ResetTotp),
    /// Remove a user, whose sessions end
    #[command(visible_alias = "delete")]
    Remove(change::Remove),
}

/// Which user.
#[derive(Clone, Debug, Args)]
struct Which {
    /// The user's name or id
    user: String,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleWord {
    /// Everything
    Administrator,
    /// Certificates, runs, tests and renewals; nothing that names commands, paths or keys
    Operator,
    /// Reading
    Viewer,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Administrator => Self::Administrator,
            RoleWord::Operator => Self::Operator,
            RoleWord::Viewer => Self::Viewer,
        }
    }
}

/// The word for a role.
pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Operator => "operator",
        Role::Viewer => "viewer",
    }
}

impl UserCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::List(list) => list.run(session).await,
            Self::Show(show) => show.run(session).await,
            Self::Add(add) => add.run(session).await,
            Self::Role(role) => role.run(session).await,
            Self::Edit(edit) => edit.run(session).await,
            Self::Password(password) => password.run(session).await,
            Self::ResetTotp(reset) => reset.run(session).await,
            Self::Remove(remove) => remove.run(session).await,
        }
    }
}

/// The user as JSON, or what was done in words.
fn done(session: &Session, user: &User, words: &str) -> Result<Exit, Fault> {
    session.output.answer(|| serde_json::to_string_pretty(user), |_| format!("{words}\n"))?;
    Ok(Exit::Done)
}
