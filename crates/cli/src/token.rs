//! `certwright token …`: API tokens, for programs.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::file;
use crate::look::{Look, Tone};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::span;
use crate::table::{plain, table};
use crate::user::{RoleWord, role_word};
use certwright_api::tokens::{NewToken, Scope, Token, TokenDraft};
use clap::{Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;

/// API tokens, for programs.
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// List tokens
    List(List),
    /// Make a token; its secret is shown once
    Create(Create),
    /// Revoke a token: it opens nothing from then on
    #[command(visible_alias = "delete")]
    Revoke(Revoke),
}

/// Lists tokens.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright token list")]
pub struct List {
    #[command(flatten)]
    part: Part,
}

/// Makes a token.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Programs send it as: Authorization: Bearer cw_…\n\nExamples:\n  certwright token create monitoring --role viewer --scope metrics --expires-in 365d\n  certwright token create deploy --role operator --expires-in 90d --out ./deploy.token"
)]
pub struct Create {
    /// What it is called; the audit names it
    name: String,
    /// As far as it goes
    #[arg(long, value_enum)]
    role: RoleWord,
    /// What it may be used for, several times [default: all that the role permits]
    #[arg(long = "scope", value_enum, value_name = "SCOPE")]
    scopes: Vec<ScopeWord>,
    /// When it ends, such as 90d; never when left out
    #[arg(long, value_name = "SPAN", value_parser = span::seconds)]
    expires_in: Option<i64>,
    /// Write the secret to a new file instead of showing it
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

/// Revokes a token.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright token revoke deploy --yes")]
pub struct Revoke {
    /// The token's name or id
    token: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeWord {
    /// Reading
    Read,
    /// Certificates, runs, tests and renewals
    Operate,
    /// Settings, authorities, accounts, users, tokens, commands and paths
    Administer,
    /// Exports that hold a private key
    ExportKeys,
    /// /metrics
    Metrics,
}

impl From<ScopeWord> for Scope {
    fn from(word: ScopeWord) -> Self {
        match word {
            ScopeWord::Read => Self::Read,
            ScopeWord::Operate => Self::Operate,
            ScopeWord::Administer => Self::Administer,
            ScopeWord::ExportKeys => Self::ExportKeys,
            ScopeWord::Metrics => Self::Metrics,
        }
    }
}

fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Operate => "operate",
        Scope::Administer => "administer",
        Scope::ExportKeys => "export-keys",
        Scope::Metrics => "metrics",
    }
}

impl TokenCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        match self {
            Self::List(list) => list.run(session).await,
            Self::Create(create) => create.run(session).await,
            Self::Revoke(Revoke { token, yes }) => {
                session.confirm(&format!("Revoke the token {token}?"), yes)?;
                session.client.delete_token(&token).await?;
                session.output.say(&format!("Revoked {token}."))?;
                Ok(Exit::Done)
            }
        }
    }
}

impl List {
    async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let query = self.part.query();
        let page = session.client.tokens(&query).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| rows(&page.items, look, now))?;
        more(&session.output, &page)?;
        Ok(Exit::Done)
    }
}

impl Create {
    async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let unwritable = |error: std::io::Error| {
            let path = self.out.as_deref().unwrap_or_else(|| std::path::Path::new("")).display();
            Fault::refused(format!("{path} cannot be written: {error}"), "name a file that is not there yet")
        };
        // The file first: a token whose secret could not be kept would have to be revoked again.
        let reserved = self.out.as_deref().map(file::reserve).transpose().map_err(unwritable)?;
        let draft = TokenDraft {
            name: self.name.clone(),
            role: self.role.into(),
            scopes: self.scopes.iter().copied().map(Into::into).collect(),
            expires_at: self.expires_in.map(|seconds| session.now() + SignedDuration::from_secs(seconds)),
        };
        let made = match session.client.create_token(&draft).await {
            Ok(made) => made,
            Err(error) => {
                if let Some(path) = &self.out {
                    let _ = std::fs::remove_file(path);
                }
                return Err(error.into());
            }
        };
        let Some((path, place)) = self.out.as_deref().zip(reserved) else {
            session.output.answer(|| serde_json::to_string_pretty(&made), |_| shown(&made))?;
            return Ok(Exit::Done);
        };
        file::filled(path, place, made.secret.reveal().as_bytes()).map_err(unwritable)?;
        session.output.answer(
            || serde_json::to_string_pretty(&made.token),
            |_| format!("Made the token {}; its secret is in {}.\n", made.token.name, path.display()),
        )?;
        Ok(Exit::Done)
    }
}

fn shown(made: &NewToken) -> String {
    format!(
        "Made the token {}. Its secret is shown this once:\n\n  {}\n",
        made.token.name,
        made.secret.reveal()
    )
}

fn rows(tokens: &[Token], look: Look, now: Timestamp) -> String {
    let rows = tokens.iter().map(|token| {
        let scopes: Vec<_> = token.scopes.iter().copied().map(scope_word).collect();
        let ends = match token.expires_at {
            None => (Tone::Plain, "never".to_owned()),
            Some(at) if at <= now => (Tone::Dim, format!("ended {}", moment::day(at, now))),
            Some(at) => (Tone::Plain, moment::day(at, now)),
        };
        vec![
            plain(&token.name),
            plain(role_word(token.role)),
            plain(if scopes.is_empty() { "all of the role".to_owned() } else { scopes.join(", ") }),
            ends,
            plain(token.last_used_at.map_or_else(|| "never".to_owned(), |at| moment::day(at, now))),
            plain(&token.created_by),
        ]
    });
    let nothing = "No tokens yet. Make one: certwright token create NAME --role viewer";
    table(look, &["TOKEN", "ROLE", "FOR", "ENDS", "LAST USED", "MADE BY"], rows, nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now, token};

    #[test]
    fn what_each_token_opens_and_until_when_is_seen_at_once() {
        let deploy = token();
        let all = Token { name: "all".to_owned(), scopes: Vec::new(), expires_at: None, ..token() };
        let over =
            Token { name: "over".to_owned(), expires_at: Some(hours(-48)), last_used_at: None, ..token() };
        assert_eq!(
            rows(&[deploy, all, over], Look::default(), now()),
            "\
TOKEN   ROLE      FOR              ENDS                           LAST USED                 MADE BY
deploy  operator  read, metrics    in 90 days (2027-02-22)        2 hours ago (2026-11-24)  user alice
all     operator  all of the role  never                          2 hours ago (2026-11-24)  user alice
over    operator  read, metrics    ended 2 days ago (2026-11-22)  never                     user alice
"
        );
    }

    #[test]
    fn the_secret_is_in_the_words_that_are_shown_once() {
        let made = NewToken { secret: "cw_abc".to_owned().into(), token: token() };
        assert_eq!(shown(&made), "Made the token deploy. Its secret is shown this once:\n\n  cw_abc\n");
    }
}
