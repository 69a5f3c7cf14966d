//! `account list` and `account show`.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::session::Session;
use crate::table::{page, plain, table};
use certwright_api::accounts::{Account, AccountState, BlockKind};
use clap::Args;
use jiff::Timestamp;

/// Lists accounts.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright account list")]
pub struct List;

/// Shows an account.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright account show ACCOUNT")]
pub struct Show {
    /// The account's id
    id: String,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let list = certwright_api::page::List { items: session.client.accounts().await? };
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&list), |look| rows(&list.items, look, now))?;
        Ok(Exit::Done)
    }
}

impl Show {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let account = session.client.account(&self.id).await?;
        let now = session.now();
        session
            .output
            .answer(|| serde_json::to_string_pretty(&account), |look| words(&account, look, now))?;
        Ok(Exit::Done)
    }
}

fn state(account: &Account) -> (Tone, String) {
    let (tone, word) = match (&account.blocked, account.state) {
        (Some(block), AccountState::Valid) => match block.kind {
            BlockKind::ActionRequired => (Tone::Bad, "blocked: the authority wants something"),
            BlockKind::Unknown => (Tone::Bad, "blocked: unknown to the authority"),
        },
        (_, AccountState::KeyStored) => (Tone::Warn, "not confirmed"),
        (_, AccountState::Valid) => (Tone::Good, "valid"),
        (_, AccountState::Deactivated) => (Tone::Dim, "deactivated"),
    };
    (tone, word.to_owned())
}

fn rows(accounts: &[Account], look: Look, now: Timestamp) -> String {
    let rows = accounts.iter().map(|account| {
        vec![
            plain(&account.id),
            plain(&account.authority),
            state(account),
            plain(account.contact.join(", ")),
            plain(moment::day(account.created_at, now)),
        ]
    });
    let nothing = "No accounts. Register one: certwright account create --ca letsencrypt";
    table(look, &["ACCOUNT", "AUTHORITY", "STATE", "CONTACT", "CREATED"], rows, nothing)
}

fn words(account: &Account, look: Look, now: Timestamp) -> String {
    let agreed = account.terms_agreed_at.map_or_else(String::new, |at| moment::minute(at, now));
    page(
        look,
        [
            ("Account", plain(&account.id)),
            ("Authority", plain(&account.authority)),
            ("State", state(account)),
            (
                "Blocked",
                plain(account.blocked.as_ref().map_or_else(String::new, |block| block.answer.clone())),
            ),
            (
                "See",
                plain(account.blocked.as_ref().and_then(|block| block.instance.clone()).unwrap_or_default()),
            ),
            ("URL", plain(account.url.clone().unwrap_or_default())),
            ("Contact", plain(account.contact.join(", "))),
            ("Terms agreed", plain(account.terms_agreed.clone().unwrap_or_default())),
            ("Agreed", plain(agreed)),
            ("External account", plain(account.external_account.clone().unwrap_or_default())),
            ("Key", plain(format!("{:?}", account.key_type))),
            ("Chain", plain(account.preferred_chain.clone().unwrap_or_default())),
            ("Thumbprint", plain(&account.thumbprint)),
            (
                "New key",
                plain(account.key_change.as_ref().map_or_else(String::new, |change| {
                    format!("{:?}, {}; whether it holds is not known yet", change.key_type, change.thumbprint)
                })),
            ),
            ("Created", plain(moment::minute(account.created_at, now))),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};
    use certwright_api::accounts::AccountKeyType;

    #[test]
    fn an_account_says_what_was_agreed_to_and_when() {
        let account = Account {
            id: "acct-1".to_owned(),
            authority: "letsencrypt".to_owned(),
            state: AccountState::Valid,
            url: Some("https://ca.example/acct/1".to_owned()),
            contact: vec!["admin@example.com".to_owned()],
            terms_agreed: Some("https://ca.example/terms".to_owned()),
            terms_agreed_at: Some(hours(-72)),
            external_account: None,
            thumbprint: "abc".to_owned(),
            key_type: AccountKeyType::ES256,
            preferred_chain: None,
            created_at: hours(-72),
            key_change: None,
            blocked: None,
        };
        assert_eq!(
            words(&account, Look::default(), now()),
            "\
Account       acct-1
Authority     letsencrypt
State         valid
URL           https://ca.example/acct/1
Contact       admin@example.com
Terms agreed  https://ca.example/terms
Agreed        3 days ago (2026-11-21 12:00 UTC)
Key           ES256
Thumbprint    abc
Created       3 days ago (2026-11-21 12:00 UTC)
"
        );
        assert_eq!(
            rows(&[account], Look::default(), now()),
            "\
ACCOUNT  AUTHORITY    STATE  CONTACT            CREATED
acct-1   letsencrypt  valid  admin@example.com  3 days ago (2026-11-21)
"
        );
    }
}
