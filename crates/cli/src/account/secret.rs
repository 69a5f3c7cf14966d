//! What the commands about accounts share: keys from files, and the account as the answer.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, read};
use certwright_api::accounts::Account;
use certwright_api::secret::SecretText;
use std::io::Read;
use std::path::Path;

/// A secret from a file or from standard input; line ends around it are no part of it.
pub(super) fn secret(file: &Path) -> Result<SecretText, Fault> {
    let mut text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .read_to_string(&mut text)
            .map_err(|error| Fault::refused(format!("standard input cannot be read: {error}"), ""))?;
        text
    } else {
        read(file)?
    };
    text.truncate(text.trim_end().len());
    let begin = text.len() - text.trim_start().len();
    text.drain(..begin);
    if text.is_empty() {
        return Err(Fault::refused("the key is empty", "name the file that holds it"));
    }
    Ok(SecretText::from(text))
}

/// A private key as PEM.
pub(super) fn private_key(file: &Path) -> Result<SecretText, Fault> {
    secret(file)
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
