//! `user add` and `user password`: passwords are typed at a terminal or come from a file, never from the command line,
//! which others on the machine can see.

use super::{RoleWord, Which, done, role_word};
use crate::ask;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, secret_line};
use certwright_api::secret::SecretText;
use certwright_api::users::UserDraft;
use clap::Args;
use std::path::{Path, PathBuf};

/// Makes a user.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Without --password-file the password is asked for. It has 12 characters or more.\n\nExamples:\n  certwright user add alice --role operator\n  certwright user add alice --role viewer --password-file -"
)]
pub struct Add {
    /// The name to sign in with
    name: String,
    /// What the user may do
    #[arg(long, value_enum)]
    role: RoleWord,
    /// A file that holds the password, - for standard input
    #[arg(long, value_name = "PATH")]
    password_file: Option<PathBuf>,
}

/// Gives a user another password.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  certwright user password alice\n  certwright user password alice --password-file ./password"
)]
pub struct Password {
    #[command(flatten)]
    which: Which,
    /// A file that holds the password, - for standard input
    #[arg(long, value_name = "PATH")]
    password_file: Option<PathBuf>,
}

impl Add {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let password = password(session, self.password_file.as_deref(), &self.name)?;
        let draft = UserDraft { name: self.name, password, role: self.role.into() };
        let user = session.client.create_user(&draft).await?;
        done(session, &user, &format!("Made {}, {}.", user.name, role_word(user.role)))
    }
}

impl Password {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let user = session.client.user(&self.which.user).await?;
        let password = password(session, self.password_file.as_deref(), &user.name)?;
        session.client.set_password(&user.id, password).await?;
        let user = session.client.user(&user.id).await?;
        done(
            session,
            &user,
            &format!("{} has another password; all sessions of {} ended.", user.name, user.name),
        )
    }
}

fn password(session: &Session, file: Option<&Path>, name: &str) -> Result<SecretText, Fault> {
    match file {
        Some(file) => secret_line(file, "password"),
        None if session.can_ask() => ask::new_password(name),
        None => Err(Fault::refused(
            "nobody is there to type a password",
            "name a file that holds it, or - for standard input: --password-file PATH",
        )),
    }
}
