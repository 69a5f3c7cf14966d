//! The mischief proxy: stands between Certwright and a real Pebble, passes everything on as it is, and does what a
//! test's script says: refuses, stalls, cuts, lies. Addresses stay consistent, because Pebble writes those it hands out
//! by the `Host` that it is asked for, and a signed request (RFC 8555 §6.4) names the address it is for.

mod connection;
mod deed;
mod message;
mod resource;
mod script;
mod upstream;

#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result};

pub use deed::Deed;
pub use message::{Asked, Reply};
pub use resource::Resource;
pub use script::Rule;

use crate::Pebble;
use crate::ports::free_port;
use crate::process::start_where_free;
use script::Script;
use upstream::Upstream;

/// A proxy before a Pebble, with a script.
pub struct Mischief {
    port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What every connection's thread needs.
struct Shared {
    tls: Arc<rustls::ServerConfig>,
    upstream: Upstream,
    script: Mutex<Script>,
    streams: Mutex<Vec<TcpStream>>,
    ending: AtomicBool,
}

impl Mischief {
    /// A proxy before `pebble` that is honest so far. It shows Pebble's own HTTPS certificate.
    pub fn before(pebble: &Pebble) -> Result<Self> {
        start_where_free(|| Self::start(pebble))
    }

    fn start(pebble: &Pebble) -> Result<Self> {
        let port = free_port()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("binding 127.0.0.1:{port} for the mischief proxy"))?;
        let shared = Arc::new(Shared {
            tls: connection::identity(&pebble.https_identity()?)?,
            upstream: Upstream::new(pebble.acme_port(), pebble.directory_roots_pem())?,
            script: Mutex::default(),
            streams: Mutex::default(),
            ending: AtomicBool::new(false),
        });
        let thread = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming() {
                    if shared.ending.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let shared = Arc::clone(&shared);
                    std::thread::spawn(move || {
                        // A side that went away is its own business.
                        let _ = connection::serve(stream, &shared);
                    });
                }
            }
        });
        Ok(Self { port, shared, thread: Some(thread) })
    }

    /// Where an ACME client begins.
    pub fn directory_url(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// Adds to the script. Of several rules that fit a request, the earliest that is not used up decides.
    pub fn add(&self, rule: Rule) {
        self.shared.script().add(rule);
    }

    /// Is honest from now on.
    pub fn clear(&self) {
        self.shared.script().clear();
    }

    /// How often a resource was asked for so far, whatever came of it.
    pub fn count(&self, resource: Resource) -> usize {
        self.shared.script().count(resource)
    }

    /// How many requests there were so far.
    pub fn requests(&self) -> usize {
        self.shared.script().requests()
    }
}

impl Drop for Mischief {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::SeqCst);
        // One last connection, so that `accept` returns and sees the flag.
        let woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
        for stream in self.shared.streams().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn streams(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
