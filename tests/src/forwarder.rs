//! A way to a server that can be cut and mended: connections are passed through as they are, TLS included.

use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result};

use crate::ports::free_port;

/// Passes connections from a port of its own to another one, while it is not cut.
pub struct Forwarder {
    port: u16,
    to: u16,
    open: Option<Open>,
}

struct Open {
    ending: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    thread: JoinHandle<()>,
}

impl Forwarder {
    /// A way to `to` on 127.0.0.1.
    pub fn start(to: u16) -> Result<Self> {
        let mut forwarder = Self { port: free_port()?, to, open: None };
        forwarder.mend()?;
        Ok(forwarder)
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Ends all connections and refuses new ones.
    pub fn cut(&mut self) {
        let Some(open) = self.open.take() else { return };
        open.ending.store(true, Ordering::SeqCst);
        // One last connection, so that `accept` returns and sees the flag.
        let woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
        for stream in open.streams.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        if woken {
            let _ = open.thread.join();
        }
    }

    /// Passes connections again.
    pub fn mend(&mut self) -> Result<()> {
        if self.open.is_some() {
            return Ok(());
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
            .with_context(|| format!("binding 127.0.0.1:{} for a forwarder", self.port))?;
        let ending = Arc::new(AtomicBool::new(false));
        let streams = Arc::new(Mutex::new(Vec::new()));
        let thread = std::thread::spawn({
            let (ending, streams, to) = (Arc::clone(&ending), Arc::clone(&streams), self.to);
            move || {
                for stream in listener.incoming() {
                    if ending.load(Ordering::SeqCst) {
                        return;
                    }
                    // A side that went away is its own business.
                    let _ = stream.and_then(|stream| pass(stream, to, &streams));
                }
            }
        });
        self.open = Some(Open { ending, streams, thread });
        Ok(())
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.cut();
    }
}

fn pass(near: TcpStream, to: u16, streams: &Mutex<Vec<TcpStream>>) -> std::io::Result<()> {
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, to))?;
    streams.lock().unwrap_or_else(PoisonError::into_inner).extend([near.try_clone()?, far.try_clone()?]);
    for (mut from, mut to) in [(near.try_clone()?, far.try_clone()?), (far, near)] {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OtherServer, get};

    #[test]
    fn a_cut_way_refuses_and_a_mended_one_passes() {
        let server = OtherServer::start("hello").unwrap();
        let mut way = Forwarder::start(server.port()).unwrap();
        for _ in 0..2 {
            assert_eq!(get(way.port(), "localhost", "/").unwrap().body, "hello");
            way.cut();
            // Whoever else takes the port meanwhile is not the server behind the way.
            let answer = get(way.port(), "localhost", "/");
            assert!(answer.map_or(true, |answer| answer.body != "hello"));
            way.mend().unwrap();
        }
    }
}
