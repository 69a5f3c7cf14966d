//! What every command is handed: the client and the output.

use crate::fault::Fault;
use crate::options::{Door, Options};
use crate::output::Output;
use certwright_api::client::{Address, Client};
use certwright_api::secret::SecretText;
use jiff::Timestamp;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What every command is handed.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The only door.
    pub(crate) client: Client,
    /// Where answers go.
    pub(crate) output: Output,
}

impl Session {
    /// A session with the service that options, environment and defaults name. Nothing is connected yet.
    pub(crate) fn open(options: &Options, output: Output, usual_socket: PathBuf) -> Result<Self, Fault> {
        let door = options.connection.door(|name| std::env::var(name).ok(), usual_socket);
        Ok(Self { client: Client::new(address(door)?), output })
    }

    /// The moment, for relative times.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Whether a person can be asked, and would see the question.
    pub(crate) fn can_ask(&self) -> bool {
        !self.output.json && crate::ask::somebody_is_there()
    }

    /// Asks before something that cannot be taken back; `yes` answers beforehand.
    pub(crate) fn confirm(&self, question: &str, yes: bool) -> Result<(), Fault> {
        if yes {
            return Ok(());
        }
        if !self.can_ask() {
            return Err(Fault::refused("nobody is there to be asked", "add --yes"));
        }
        if crate::ask::yes(question)? { Ok(()) } else { Err(Fault::refused("nothing was done", "")) }
    }
}

fn address(door: Door) -> Result<Address, Fault> {
    match door {
        Door::Socket(path) => Ok(Address::Socket(path)),
        Door::Url { url, token: None, .. } => Err(Fault::refused(
            format!("the service at {url} wants a token"),
            "name the file that holds it: --token-file PATH, or CERTWRIGHT_TOKEN_FILE",
        )),
        Door::Url { url, token: Some(file), roots } => {
            let token = SecretText::from(read(&file)?.trim().to_owned());
            let roots = roots.as_deref().map(read).transpose()?;
            Address::from_url(&url, token, roots).map_err(|error| Fault::refused(error.to_string(), ""))
        }
    }
}

/// A file that was named on the command line.
pub(crate) fn read(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|error| {
        Fault::refused(format!("{} cannot be read: {error}", path.display()), "name a file that can be read")
    })
}

/// A secret from a file or from standard input.
pub(crate) fn secret(file: &Path, what: &str) -> Result<SecretText, Fault> {
    let text = if file == Path::new("-") {
        let mut text = Zeroizing::new(String::new());
        std::io::stdin().lock().read_to_string(&mut text).map_err(|error| {
            Fault::refused(format!("the {what} cannot be read from standard input: {error}"), "pipe it in")
        })?;
        text
    } else {
        Zeroizing::new(read(file)?)
    };
    if text.trim().is_empty() {
        return Err(Fault::refused(format!("the {what} is empty"), "name the file that holds it"));
    }
    Ok(SecretText::from(text))
}

/// The same without the end of the line, which alone is no part of it: a password may begin or end with a space.
pub(crate) fn secret_line(file: &Path, what: &str) -> Result<SecretText, Fault> {
    let text = secret(file, what)?.into_zeroizing();
    Ok(SecretText::from(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())))
}

/// A key that makes a repeated request harmless.
pub(crate) fn once() -> String {
    uuid::Uuid::new_v4().to_string()
}
