//! Free loopback ports that no outgoing connection of this machine can take away.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};

/// Below `ip_local_port_range` (32768 upwards): a port from there may belong to an outgoing connection.
const RANGE: Range<u16> = 20_000..32_000;

/// How many addresses are tried: whoever holds a port at all addresses holds it at each of them.
const LOW_ADDRESSES: usize = 20;

/// The ports this process has handed out; none is handed out twice.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

struct Taken {
    next: u16,
    given: HashSet<u16>,
}

/// A port that was free on 127.0.0.1 a moment ago, for TCP and UDP, and was never given out by this process.
///
/// Another process may still take it before its server binds it, so a server's start is to be tried again
/// when it reports "address already in use".
pub fn free_port() -> Result<u16> {
    let mut guard = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = guard.get_or_insert_with(|| Taken { next: random_start(), given: HashSet::new() });
    for _ in RANGE {
        let port = taken.next;
        taken.next = if port + 1 == RANGE.end { RANGE.start } else { port + 1 };
        if !taken.given.contains(&port) && is_free(port) {
            taken.given.insert(port);
            return Ok(port);
        }
    }
    bail!("no free port from {} to {} on 127.0.0.1", RANGE.start, RANGE.end - 1)
}

/// A loopback address at which the ports 53 and 80 were free a moment ago, which only root may bind: for servers that
/// look nowhere else. Never given out twice by this process.
pub(crate) fn free_low_address() -> Result<IpAddr> {
    static NEXT: Mutex<Option<u16>> = Mutex::new(None);
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut reason = None;
    for _ in 0..LOW_ADDRESSES {
        let number = next.unwrap_or_else(random_start);
        *next = Some(number.wrapping_add(1));
        let [high, low] = number.to_be_bytes();
        let address = Ipv4Addr::new(127, 77, high, low);
        match are_low_ports_free(address) {
            Ok(()) => return Ok(address.into()),
            Err(error) => reason = Some(error),
        }
    }
    let reason = reason.map_or_else(String::new, |error| format!(": {error}"));
    bail!("ports 53 and 80 are taken at {LOW_ADDRESSES} loopback addresses{reason}")
}

fn are_low_ports_free(address: Ipv4Addr) -> std::io::Result<()> {
    TcpListener::bind((address, 80))?;
    TcpListener::bind((address, 53))?;
    UdpSocket::bind((address, 53)).map(drop)
}

/// Where to begin looking: test binaries that run side by side shall not meet.
fn random_start() -> u16 {
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let mixed = u64::from(std::process::id()).wrapping_mul(7919).wrapping_add(u64::from(nanoseconds / 1000));
    let offset = u16::try_from(mixed % u64::from(RANGE.end - RANGE.start)).unwrap_or_default();
    RANGE.start + offset
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_in_range_and_never_given_twice() {
        let ports: Vec<u16> = (0..200).map(|_| free_port().unwrap()).collect();
        assert!(ports.iter().all(|port| RANGE.contains(port)));
        assert_eq!(ports.iter().collect::<HashSet<_>>().len(), ports.len());
    }

    #[test]
    fn an_occupied_port_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port().unwrap())).unwrap();
        assert!(!is_free(listener.local_addr().unwrap().port()));
    }
}
