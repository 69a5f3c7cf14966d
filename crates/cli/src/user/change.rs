//! `user role`, `user edit`, `user reset-totp`, `user remove`.

use super::{RoleWord, Which, done, role_word};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use certwright_api::users::UserChanges;
use clap::Args;

/// Gives a user another role.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "The last administrator who can sign in stays one.\n\nExample:\n  certwright user role alice operator"
)]
pub struct ChangeRole {
    #[command(flatten)]
    which: Which,
    /// What the user may do
    #[arg(value_enum)]
    role: RoleWord,
}

/// Renames a user, forbids or permits signing in.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  certwright user edit alice --disable\n  certwright user edit alice --rename alicia"
)]
pub struct Edit {
    #[command(flatten)]
    which: Which,
    /// The new name
    #[arg(long, value_name = "NAME", required_unless_present_any = ["disable", "enable"])]
    rename: Option<String>,
    /// Forbid signing in; the user's sessions end
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Permit signing in again
    #[arg(long)]
    enable: bool,
}

/// Turns a user's second factor off.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "For somebody who has lost the authenticator and the recovery codes.\n\nExample:\n  certwright user reset-totp alice --yes"
)]
pub struct ResetTotp {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Removes a user.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright user remove alice --yes")]
pub struct Remove {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl ChangeRole {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let user = session.client.user(&self.which.user).await?;
        let changes = UserChanges { role: Some(self.role.into()), ..UserChanges::default() };
        let user = session.client.update_user(&user.id, user.revision, &changes).await?;
        done(session, &user, &format!("{} is {} now.", user.name, role_word(user.role)))
    }
}

impl Edit {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let user = session.client.user(&self.which.user).await?;
        let disabled = (self.disable || self.enable).then_some(self.disable);
        let changes = UserChanges { name: self.rename, disabled, role: None };
        let user = session.client.update_user(&user.id, user.revision, &changes).await?;
        let state = if user.disabled { "may not sign in" } else { "may sign in" };
        done(session, &user, &format!("{} {state}.", user.name))
    }
}

impl ResetTotp {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let user = session.client.user(&self.which.user).await?;
        if !user.totp {
            return done(session, &user, &format!("{} has no second factor.", user.name));
        }
        let question = format!("Let {} sign in with the password alone?", user.name);
        session.confirm(&question, self.yes)?;
        session.client.reset_totp(&user.id).await?;
        let user = session.client.user(&user.id).await?;
        done(session, &user, &format!("{} signs in with the password alone now.", user.name))
    }
}

impl Remove {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let user = session.client.user(&self.which.user).await?;
        session.confirm(&format!("Remove {} ({})?", user.name, role_word(user.role)), self.yes)?;
        session.client.delete_user(&user.id, user.revision).await?;
        session.output.say(&format!("Removed {}.", user.name))?;
        Ok(Exit::Done)
    }
}
