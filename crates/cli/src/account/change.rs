//! `account import`, `account edit`, `account key`, `account agree`, `account check`, `account deactivate`.

use super::create::AccountKey;
use super::secret::{key, show};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use certwright_api::account_changes::{AccountChanges, AccountImport, AccountKeyChange};
use certwright_api::accounts::AccountKeyType;
use clap::Args;
use std::path::PathBuf;

/// Takes over an account.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The authority is asked by the key; nothing is made there. The key is PEM (PKCS#8, SEC1 or PKCS#1): ECDSA P-256,
P-384 or RSA, without a passphrase.

Example:
  certwright account import --ca letsencrypt --url https://acme-v02.api.letsencrypt.org/acme/acct/1 --key-file ./account.pem")]
pub struct Import {
    /// With whom, by the id that `ca list` shows
    #[arg(long, value_name = "ID")]
    ca: String,
    /// The account's URL; must be the one of the key
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The file that holds the account's private key; - for standard input
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
}

/// Changes an account.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright account edit ACCOUNT --contact admin@example.com")]
pub struct Edit {
    /// The account's id
    id: String,
    /// A mail address to give to the authority, in place of all earlier ones; repeat it for several
    #[arg(long = "contact", value_name = "MAIL", required_unless_present = "no_contact")]
    contact: Vec<String>,
    /// Remove all mail addresses
    #[arg(long, conflicts_with = "contact")]
    no_contact: bool,
}

/// Changes an account's key.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The new key is stored beside the old one before the authority is asked. If its answer is lost, the authority is asked
which of the two it knows. Its URL stays, so CAA records with accounturi stay right.

Examples:
  certwright account key ACCOUNT
  certwright account key ACCOUNT --type ES384
  certwright account key ACCOUNT --key-file ./new.pem")]
pub struct Key {
    /// The account's id
    id: String,
    /// The algorithm of a key to be made
    #[arg(long = "type", value_name = "NAME", default_value = "ES256", conflicts_with = "key_file")]
    key_type: AccountKey,
    /// The file that holds the new private key; - for standard input
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Agrees to terms.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
`ca terms` shows the address of the terms that the authority states now.

Example:
  certwright account agree ACCOUNT https://letsencrypt.org/documents/LE-SA-v1.6.pdf")]
pub struct Agree {
    /// The account's id
    id: String,
    /// The terms that you have read and agree to
    url: String,
}

/// Looks whether the authority knows an account.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The authority is asked by the account's key. An account is never made by that.

Example:
  certwright account check ACCOUNT")]
pub struct Check {
    /// The account's id
    id: String,
}

/// Deactivates an account.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It cannot be taken back. The account stays in the list; `account delete` removes it with its key.

Example:
  certwright account deactivate ACCOUNT --yes")]
pub struct Deactivate {
    /// The account's id
    id: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Import {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let import = AccountImport { authority: self.ca, url: self.url, key: key(&self.key_file)? };
        let account = session.client.import_account(&import).await?;
        show(session, &account, |account| {
            format!("Took over {} as {}.", account.url.as_deref().unwrap_or_default(), account.id)
        })
    }
}

impl Edit {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let changes = AccountChanges { contact: Some(self.contact) };
        let account = session.client.update_account(&self.id, &changes).await?;
        show(session, &account, |account| match account.contact.as_slice() {
            [] => format!("{} has no contact any more.", account.id),
            contact => format!("The contact of {} is {} now.", account.id, contact.join(", ")),
        })
    }
}

impl Key {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let account = session.client.account(&self.id).await?;
        let question = format!(
            "Change the key of {} at {}? The old one is good for nothing then.",
            account.id, account.authority
        );
        session.confirm(&question, self.yes)?;
        let change = match &self.key_file {
            Some(file) => AccountKeyChange { key_type: None, key: Some(key(file)?) },
            None => AccountKeyChange { key_type: Some(AccountKeyType::from(self.key_type)), key: None },
        };
        let account = session.client.change_account_key(&account.id, &change).await?;
        show(session, &account, |account| {
            format!(
                "{} has a new key ({:?}), thumbprint {}.",
                account.id, account.key_type, account.thumbprint
            )
        })
    }
}

impl Agree {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let account = session.client.agree_to_terms(&self.id, &self.url).await?;
        show(session, &account, |account| {
            format!("Agreed to {} for {}. What waited for that goes on.", self.url, account.id)
        })
    }
}

impl Check {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let check = session.client.check_account(&self.id).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&check),
            |_| {
                let account = &check.account;
                let mut lines = check.words.clone();
                if account.blocked.is_none() {
                    let url = account.url.as_deref().unwrap_or_default();
                    lines.insert(0, format!("{} knows {} as {url}.", account.authority, account.id));
                }
                lines.iter().map(|line| format!("{line}\n")).collect()
            },
        )?;
        Ok(if check.account.blocked.is_some() { Exit::Failed } else { Exit::Done })
    }
}

impl Deactivate {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let account = session.client.account(&self.id).await?;
        session
            .confirm(&format!("Deactivate {} at {} for good?", account.id, account.authority), self.yes)?;
        let account = session.client.deactivate_account(&account.id).await?;
        show(session, &account, |account| format!("Deactivated {}.", account.id))
    }
}
