//! The rest of the outside: a free port 80 with our own listener on it, and a resolver that knows nobody.

use async_trait::async_trait;
use certwright_contract::ports::{CertificateSlot, ChallengeBoard, HttpLook, HttpProbe, Resolver, Sockets};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The answers that our listener gives: gone with the process, as in life.
#[derive(Debug, Default)]
pub(crate) struct Board(Mutex<HashMap<String, String>>);

impl Board {
    /// The answer to a token.
    pub(crate) fn answer(&self, token: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    /// How many answers are shown.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The process has died.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[async_trait]
impl ChallengeBoard for Board {
    async fn put(&self, _port: u16, token: &str, key_authorization: &str) -> Result<(), String> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert(token.to_owned(), key_authorization.to_owned());
        Ok(())
    }

    async fn take(&self, _port: u16, token: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}

#[async_trait]
impl HttpProbe for Board {
    async fn get(&self, _address: SocketAddr, _host: &str, path: &str) -> Result<HttpLook, String> {
        let answer = path.rsplit('/').next().and_then(|token| self.answer(token));
        let status = if answer.is_some() { 200 } else { 404 };
        Ok(HttpLook { status, location: None, server: None, body: answer.unwrap_or_default() })
    }
}

/// A machine on which nothing else listens, without names.
#[derive(Debug)]
pub(crate) struct Quiet;

#[async_trait]
impl Sockets for Quiet {
    async fn listener(&self, _port: u16) -> Option<String> {
        None
    }

    async fn has_address(&self, _address: IpAddr) -> bool {
        true
    }
}

#[async_trait]
impl Resolver for Quiet {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        Err(format!("{name} is not known in a simulation"))
    }
}

#[async_trait]
impl CertificateSlot for Quiet {
    fn addresses(&self) -> Vec<SocketAddr> {
        Vec::new()
    }

    fn folder(&self) -> Result<Option<PathBuf>, String> {
        Ok(None)
    }

    async fn remember(&self, _folder: Option<&Path>) -> Result<(), String> {
        Err("the simulated service has no certificate of its own".to_owned())
    }

    async fn read(&self) -> Result<(), String> {
        Ok(())
    }
}
