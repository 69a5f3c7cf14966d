//! Who listens on this machine, by the kernel's own tables.

use async_trait::async_trait;
use certwright_contract::ports::{OURSELVES, Sockets, UNSEEN};
use std::collections::HashSet;
use std::fs;
use std::net::{IpAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How often it is looked while every holder ends under the look.
const LOOKS: u32 = 3;

/// Plans that are made together share one look: the kernel's tables are as long as the machine has connections.
const LOOK_HOLDS_FOR: Duration = Duration::from_millis(250);

#[derive(Debug, Default)]
pub(super) struct MachineSockets {
    /// The last look: when, at which port, and who was there.
    last: Mutex<Option<(Instant, u16, Option<String>)>>,
}

#[async_trait]
impl Sockets for MachineSockets {
    async fn listener(&self, port: u16) -> Option<String> {
        let mut last = self.last.lock().await;
        if let Some((at, of, found)) = &*last
            && *of == port
            && at.elapsed() < LOOK_HOLDS_FOR
        {
            return found.clone();
        }
        let begun = Instant::now();
        let found = tokio::task::spawn_blocking(move || listener(port)).await.unwrap_or_default();
        *last = Some((begun, port, found.clone()));
        found
    }

    async fn has_address(&self, address: IpAddr) -> bool {
        // Only an address of this machine can be bound. Nothing is sent. Where the kernel is told to let foreign ones
        // be bound too (`ip_nonlocal_bind`), all of them seem to be ours.
        UdpSocket::bind((address, 0)).is_ok()
    }
}

/// The process that listens on the TCP port: `nginx (pid 812)`. `None` when nobody does, or where the kernel
/// has no such tables.
pub fn listener(port: u16) -> Option<String> {
    // Every holder may end under the look: then it is looked again.
    for _ in 0..LOOKS {
        let inodes: HashSet<String> =
            ["/proc/net/tcp", "/proc/net/tcp6"].iter().flat_map(|table| listening(table, port)).collect();
        if inodes.is_empty() {
            return None;
        }
        let mut holders: Vec<u32> = fs::read_dir("/proc")
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter(|pid| holds(*pid, &inodes))
            .collect();
        holders.sort_unstable();
        if holders.contains(&std::process::id()) {
            return Some(OURSELVES.to_owned());
        }
        if holders.is_empty() {
            return Some(UNSEEN.to_owned());
        }
        let named = first_named(&holders, Path::new("/proc"));
        if named.is_some() {
            return named;
        }
    }
    Some(UNSEEN.to_owned())
}

/// The first of these processes that is still there: one that ended since it was seen (an old worker after a reload)
/// has no name any more. Servers with workers share the socket; the oldest process is the one to name.
fn first_named(holders: &[u32], table: &Path) -> Option<String> {
    holders.iter().find_map(|pid| {
        let name = fs::read_to_string(table.join(pid.to_string()).join("comm")).ok()?;
        (!name.trim().is_empty()).then(|| format!("{} (pid {pid})", name.trim()))
    })
}

/// Inodes of sockets that listen on the port, from a table of the kernel: columns are local address (hex),
/// remote address, state (`0A` is LISTEN), …, inode.
fn listening(table: &str, port: u16) -> Vec<String> {
    let text = fs::read_to_string(table).unwrap_or_default();
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let local = columns.get(1)?.rsplit(':').next()?;
            let listens = *columns.get(3)? == "0A" && u16::from_str_radix(local, 16) == Ok(port);
            listens.then(|| columns.get(9).map(|inode| format!("socket:[{inode}]"))).flatten()
        })
        .collect()
}

fn holds(pid: u32, inodes: &HashSet<String>) -> bool {
    let Ok(handles) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    handles.flatten().any(|handle| {
        fs::read_link(handle.path()).is_ok_and(|target| inodes.contains(&*target.to_string_lossy()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_listener_is_known_and_a_free_port_is_free() {
        let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = held.local_addr().unwrap().port();
        assert_eq!(listener(port).as_deref(), Some(OURSELVES));
        drop(held);
        assert_eq!(listener(port), None);
    }

    #[test]
    fn a_process_that_has_just_ended_is_not_the_one_to_name() {
        let us = std::process::id();
        // No process has a number this large (PID_MAX_LIMIT is 2^22).
        let ended = u32::MAX;
        let named = first_named(&[ended, us], Path::new("/proc")).unwrap();
        assert!(named.ends_with(&format!(" (pid {us})")) && !named.starts_with(' '), "{named}");
        assert_eq!(first_named(&[ended], Path::new("/proc")), None);
    }

    #[tokio::test]
    async fn addresses_of_this_machine_are_told_from_others() {
        assert!(MachineSockets::default().has_address([127, 0, 0, 1].into()).await);
        // RFC 5737: for documentation, so nobody's.
        assert!(!MachineSockets::default().has_address([192, 0, 2, 1].into()).await);
    }
}
