//! What can be seen of a running service from outside: arguments and environment of it and of all it starts, its
//! answers over HTTP, its stream of events.

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often `/proc` is looked at: a child that checks a configuration lives for some milliseconds.
const PAUSE: Duration = Duration::from_millis(3);

/// Watches a process and its children until it is asked what it saw.
pub(crate) struct Watch {
    ending: Arc<AtomicBool>,
    thread: JoinHandle<BTreeSet<Vec<u8>>>,
}

impl Watch {
    pub(crate) fn begin(process: u32) -> Self {
        let ending = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let ending = Arc::clone(&ending);
            move || {
                let mut seen = BTreeSet::new();
                while !ending.load(Ordering::SeqCst) {
                    look(process, &mut seen);
                    std::thread::sleep(PAUSE);
                }
                seen
            }
        });
        Self { ending, thread }
    }

    /// Every command line and every environment there was.
    pub(crate) fn end(self) -> BTreeSet<Vec<u8>> {
        self.ending.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

fn look(watched: u32, seen: &mut BTreeSet<Vec<u8>>) {
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let read = |name: &str| std::fs::read(process.path().join(name)).unwrap_or_default();
        let stat = read("stat");
        // `7 (name) S parent …`
        let stat = String::from_utf8_lossy(&stat);
        let parent = stat.rsplit_once(')').and_then(|(_, fields)| fields.split_whitespace().nth(1));
        let watched = watched.to_string();
        if parent == Some(&watched) || process.file_name() == *watched {
            seen.extend([read("cmdline"), read("environ")].into_iter().filter(|bytes| !bytes.is_empty()));
        }
    }
}

/// A request over TCP with this token, and the whole answer as it came.
pub(crate) fn ask(port: u16, method: &str, path: &str, token: &str, body: &str) -> Result<String> {
    let mut answer = Vec::new();
    let mut stream = send(port, method, path, token, body)?;
    stream.read_to_end(&mut answer).with_context(|| format!("reading what {method} {path} answers"))?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Follows the stream of events, from the first one on, until the service ends it.
pub(crate) fn follow(port: u16, token: &str) -> Result<JoinHandle<Vec<u8>>> {
    let mut stream = send(port, "GET", "/api/v1/events?after=0", token, "")?;
    Ok(std::thread::spawn(move || {
        let mut all = Vec::new();
        // However it ends, what came before counts.
        let _ = stream.read_to_end(&mut all);
        all
    }))
}

fn send(port: u16, method: &str, path: &str, token: &str, body: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).context("connecting to the service")?;
    // More than the pause between two signs of life of the stream.
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    Ok(stream)
}
