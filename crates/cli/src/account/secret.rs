//! What the commands about accounts share: keys from files, and the account as the answer.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, secret};
use certwright_api::accounts::Account;
use certwright_api::secret::SecretText;
use std::path::Path;
use zeroize::Zeroizing;

/// A key; blanks around it are no part of it.
pub(super) fn key(file: &Path) -> Result<SecretText, Fault> {
    let text = secret(file, "key")?.into_zeroizing();
    Ok(SecretText::from(Zeroizing::new(text.trim().to_owned())))
}

/// The account as JSON, or what was done in words.
pub(super) fn show(
    session: &Session,
    account: &Account,
    words: impl FnOnce(&Account) -> String,
) -> Result<Exit, Fault> {
    session.output.answer(|| serde_json::to_string_pretty(account), |_| format!("{}\n", words(account)))?;
    Ok(Exit::Done)
}
