//! The running service, asked over its own socket: for one-time links at the first start and in the demo.

use anyhow::{Context as _, Result, bail};
use certwright_api::client::{Address, Client, ClientError};
use certwright_api::problem::ProblemKind;
use certwright_api::secret::SecretText;
use certwright_api::sign_in::Role;
use certwright_api::users::UserDraft;
use certwright_pki::seal::DataKey;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long it may take until it answers.
const WITHIN: Duration = Duration::from_secs(30);

/// A client of the service that starts at this socket, once it answers.
///
/// # Errors
/// When it does not.
pub async fn answering(socket: PathBuf) -> Result<Client> {
    let until = Instant::now() + WITHIN;
    let client = Client::new(Address::Socket(socket));
    loop {
        match client.session_state().await {
            Ok(_) => return Ok(client),
            Err(ClientError::Unreachable { .. }) if Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error).context("ask the service"),
        }
    }
}

/// A one-time link by which a browser is signed in as this administrator, who is made unless there already.
///
/// # Errors
/// When the service refuses, or listens at no address for browsers.
pub async fn link_as_administrator(socket: PathBuf, name: &str) -> Result<SecretText> {
    let service = answering(socket).await?;
    // Signs in by links alone: nobody knows this password.
    let password = Zeroizing::new(hex::encode(DataKey::generate()?.expose()));
    let draft = UserDraft { name: name.to_owned(), password: password.into(), role: Role::Administrator };
    match service.create_user(&draft).await {
        Ok(_) => {}
        Err(error) if error.is(ProblemKind::Conflict) => {}
        Err(error) => return Err(error).with_context(|| format!("make the user {name}")),
    }
    match service.create_link(Some(name)).await?.url {
        Some(url) => Ok(url),
        None => bail!("the service listens at no address for browsers"),
    }
}
