//! What else may sit on a port: a web server that is not ours, or something that only occupies it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::ports::free_port;

/// A web server that answers every request with `200` and the same body.
pub struct OtherServer {
    address: SocketAddr,
    ending: Arc<AtomicBool>,
    requests: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl OtherServer {
    /// Answers `body` on a free port.
    pub fn start(body: &str) -> Result<Self> {
        Self::start_on(free_port()?, body)
    }

    /// Answers `body` on `port` of 127.0.0.1.
    pub fn start_on(port: u16, body: &str) -> Result<Self> {
        Self::start_as((Ipv4Addr::LOCALHOST, port).into(), "", body)
    }

    /// Answers `body` at an address, with more lines in the head: `Server: nginx\r\n`.
    pub fn start_as(address: SocketAddr, head: &str, body: &str) -> Result<Self> {
        let listener =
            TcpListener::bind(address).with_context(|| format!("binding {address} for another server"))?;
        let ending = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(AtomicUsize::new(0));
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n{head}\r\n{body}",
            body.len()
        );
        let thread = std::thread::spawn({
            let (ending, requests) = (Arc::clone(&ending), Arc::clone(&requests));
            move || {
                for stream in listener.incoming() {
                    if ending.load(Ordering::SeqCst) {
                        return;
                    }
                    requests.fetch_add(1, Ordering::SeqCst);
                    // A client that went away is its own business.
                    let _ = stream.and_then(|stream| reply(stream, &answer));
                }
            }
        });
        Ok(Self { address, ending, requests, thread: Some(thread) })
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections it has taken.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for OtherServer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        // One last connection, so that `accept` returns and sees the flag.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

fn reply(mut stream: TcpStream, answer: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let count = stream.read(&mut piece)?;
        if count == 0 {
            break;
        }
        request.extend_from_slice(&piece[..count]);
    }
    stream.write_all(answer.as_bytes())
}

/// A port that is taken and never answers: connections are accepted by the kernel alone.
pub struct OccupiedPort {
    listener: TcpListener,
    port: u16,
}

impl OccupiedPort {
    /// Occupies a free port.
    pub fn any() -> Result<Self> {
        Self::take(free_port()?)
    }

    /// Occupies `port` of 127.0.0.1 until dropped.
    pub fn take(port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("occupying 127.0.0.1:{port}"))?;
        Ok(Self { listener, port })
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The listener behind it, for a test that wants to play a server of its own.
    pub const fn listener(&self) -> &TcpListener {
        &self.listener
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::get;

    #[test]
    fn another_server_says_the_same_to_everyone() {
        let server = OtherServer::start("not yours").unwrap();
        for path in ["/", "/.well-known/acme-challenge/x"] {
            let answer = get(server.port(), "localhost", path).unwrap();
            assert_eq!((answer.status, answer.body.as_str()), (200, "not yours"));
        }
        assert_eq!(server.requests(), 2);
        let port = server.port();
        drop(server);
        OtherServer::start_on(port, "again").unwrap();
    }

    #[test]
    fn an_occupied_port_can_be_had_again_after_the_drop() {
        let occupied = OccupiedPort::any().unwrap();
        assert!(OtherServer::start_on(occupied.port(), "").is_err());
        let port = occupied.port();
        drop(occupied);
        OtherServer::start_on(port, "").unwrap();
    }
}
