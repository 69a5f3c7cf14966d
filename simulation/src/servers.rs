//! Simulated web servers: each reads key and chain when it is told to, and then serves what it has read.

use crate::dice::Dice;
use crate::trace::Trace;
use async_trait::async_trait;
use certwright_contract::ports::{Command, Finished, Handshake, Process};
use certwright_core::endpoint::Endpoint;
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::Clock;
use certwright_pki::{facts, key::PrivateKey, parse_chain};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The program by which a server with plain files is told to read them.
pub(crate) const RELOAD: &str = "reload-simulated-server";

/// What a server serves.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The chain in DER, leaf first.
    pub chain: Vec<Vec<u8>>,
    /// The leaf's serial number.
    pub serial: String,
    /// First moment of its validity.
    pub not_before: Timestamp,
    /// Last moment of its validity.
    pub not_after: Timestamp,
}

/// One server: where its configuration or files are.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Nginx { configuration: PathBuf },
    Files { fullchain: PathBuf, key: PathBuf },
}

struct Server {
    kind: Kind,
    loaded: Option<Loaded>,
    /// First moment of the newest that it ever served: what was rolled back and comes again is counted once.
    newest: Option<Timestamp>,
}

/// What the servers have seen.
#[derive(Clone, Debug, Default)]
pub struct Served {
    /// Certificates that were replaced or served for the first time, each because it was time.
    pub needed: u64,
    /// Certificates that were replaced though it was not time yet.
    pub early: u64,
    /// The least of its life that a certificate had left when it was replaced, as a share, with the server.
    pub least_left: Option<(f64, SignedDuration, usize)>,
    /// Reloads that failed because the world is bad.
    pub flaky: u64,
}

impl Served {
    /// Certificates that were replaced or served for the first time.
    pub fn replaced(&self) -> u64 {
        self.needed + self.early
    }
}

struct All {
    servers: Vec<Server>,
    /// Ends of what is served, the earliest first.
    ends: BTreeSet<(Timestamp, usize)>,
    served: Served,
    broken: Option<(usize, String)>,
    panics_at: Option<usize>,
    panics: u64,
}

/// All servers of a world.
pub struct Servers {
    all: Mutex<All>,
    unconfigured: Vec<u8>,
    dice: Dice,
    flaky: f64,
    clock: Arc<dyn Clock>,
    trace: Trace,
}

impl Servers {
    /// No server yet. `unconfigured` (DER) is what a server shows that has loaded nothing.
    pub(crate) fn new(
        unconfigured: Vec<u8>,
        dice: Dice,
        flaky: f64,
        clock: Arc<dyn Clock>,
        trace: Trace,
    ) -> Self {
        let all = All {
            servers: Vec::new(),
            ends: BTreeSet::new(),
            served: Served::default(),
            broken: None,
            panics_at: None,
            panics: 0,
        };
        Self { all: Mutex::new(all), unconfigured, dice, flaky, clock, trace }
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a server; gives its number.
    pub(crate) fn add(&self, kind: Kind) -> usize {
        let mut all = self.all();
        all.servers.push(Server { kind, loaded: None, newest: None });
        all.servers.len() - 1
    }

    /// From now on whoever asks this server for anything panics: a defect of ours in a place that nobody foresaw.
    pub fn panic_at(&self, server: Option<usize>) {
        self.all().panics_at = server;
    }

    /// How often somebody has panicked so far.
    pub fn panics(&self) -> u64 {
        self.all().panics
    }

    /// What a server serves.
    pub fn loaded(&self, server: usize) -> Option<Loaded> {
        self.all().servers.get(server)?.loaded.clone()
    }

    /// Figures.
    pub fn served(&self) -> Served {
        self.all().served.clone()
    }

    /// The server whose certificate ends first, if that is before this moment.
    pub(crate) fn expired(&self, now: Timestamp) -> Option<(Timestamp, usize)> {
        self.all().ends.first().copied().filter(|(end, _)| *end <= now)
    }

    /// A pair that did not match, in words.
    pub(crate) fn broken(&self) -> Option<(usize, String)> {
        self.all().broken.clone()
    }

    fn number_of(&self, configuration: &str) -> Option<usize> {
        // The folder is named by the number: no search through ten thousand servers.
        Path::new(configuration).parent()?.file_name()?.to_str()?.parse().ok()
    }

    /// Reads key and chain as a server does at a reload; when they do not fit it goes on with what it had.
    fn reload(&self, server: usize) -> Result<(), String> {
        let kind =
            self.all().servers.get(server).map(|server| server.kind.clone()).ok_or("no such server")?;
        let (fullchain, key) = match &kind {
            Kind::Files { fullchain, key } => (fullchain.clone(), key.clone()),
            Kind::Nginx { configuration } => named(&read(configuration)?)?,
        };
        let chain = parse_chain(&read(&fullchain)?).map_err(|error| error.to_string())?;
        let leaf = chain.first().ok_or("the chain is empty")?;
        let facts = facts(leaf).map_err(|error| error.to_string())?;
        let key = PrivateKey::from_pem(&read(&key)?).map_err(|error| error.to_string())?;
        if key.spki_fingerprint() != facts.key_fingerprint {
            let words = format!("{} does not belong to the key beside it", fullchain.display());
            self.all().broken = Some((server, words.clone()));
            return Err(words);
        }
        let loaded =
            Loaded { serial: facts.serial, not_before: facts.not_before, not_after: facts.not_after, chain };
        self.replace(server, loaded);
        Ok(())
    }

    fn replace(&self, server: usize, loaded: Loaded) {
        // A first deployment that was rolled back leads here.
        if loaded.chain.first() == Some(&self.unconfigured) {
            self.all().servers[server].loaded = None;
            return;
        }
        let now = self.clock.now();
        let mut all = self.all();
        let all = &mut *all;
        let old = all.servers[server].loaded.replace(loaded.clone());
        if let Some(old) = &old {
            all.ends.remove(&(old.not_after, server));
        }
        all.ends.insert((loaded.not_after, server));
        let newest = all.servers[server].newest;
        if newest.is_some_and(|newest| loaded.not_before <= newest) {
            return;
        }
        all.servers[server].newest = Some(loaded.not_before);
        let Some(old) = old else {
            all.served.needed += 1;
            return;
        };
        let (life, left) = (old.not_after.duration_since(old.not_before), old.not_after.duration_since(now));
        let share = left.as_secs_f64() / life.as_secs_f64();
        // A third, half of a short life (core's own rule), and a little for a certificate that is dated back.
        let due = if life < SignedDuration::from_hours(240) { 0.5 } else { 1.0 / 3.0 };
        if share <= due + 0.02 {
            all.served.needed += 1;
        } else {
            all.served.early += 1;
            self.trace.add(&format!("{now} server {server} is early: {share:.3} of {} was left", old.serial));
        }
        if all.served.least_left.is_none_or(|(least, ..)| share < least) {
            all.served.least_left = Some((share, left, server));
        }
    }

    fn run(&self, command: &Command) -> Result<Finished, String> {
        let arguments: Vec<_> = command.arguments.iter().map(String::as_str).collect();
        let ended = |code, stdout: String, stderr: String| Ok(Finished { code: Some(code), stdout, stderr });
        if command.program == RELOAD {
            let number = arguments.first().and_then(|text| text.parse().ok()).ok_or("which server?")?;
            return match self.flake(number).and_then(|()| self.reload(number)) {
                Ok(()) => ended(0, String::new(), String::new()),
                Err(words) => ended(1, String::new(), words),
            };
        }
        let at = arguments.iter().position(|argument| *argument == "-c").ok_or("which configuration?")?;
        let path = *arguments.get(at + 1).ok_or("which configuration?")?;
        let number = self.number_of(path).ok_or("no such server")?;
        let panics = self.all().panics_at == Some(number);
        self.all().panics += u64::from(panics);
        assert!(!panics, "simulated: a defect nobody foresaw");
        match &arguments[at + 2..] {
            ["-T"] => {
                let text = read(Path::new(path))?;
                ended(0, format!("# configuration file {path}:\n{text}\n"), String::new())
            }
            ["-t"] => ended(0, String::new(), String::new()),
            ["-s", "reload"] => match self.flake(number).and_then(|()| self.reload(number)) {
                Ok(()) => ended(0, String::new(), String::new()),
                Err(words) => ended(1, String::new(), words),
            },
            other => Err(format!("the simulated nginx knows no {other:?}")),
        }
    }

    fn flake(&self, server: usize) -> Result<(), String> {
        if !self.dice.happens(self.flaky) {
            return Ok(());
        }
        self.all().served.flaky += 1;
        self.trace.add(&format!("{} server {server} fails a reload", self.clock.now()));
        Err("simulated: the server has no memory left to reload".to_owned())
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Certificate and key of a configuration with one TLS server in it.
fn named(configuration: &str) -> Result<(PathBuf, PathBuf), String> {
    let value = |directive: &str| {
        let lines = configuration.lines().map(str::trim);
        let found = lines.filter_map(|line| line.strip_prefix(directive)?.strip_prefix(' ')).next_back();
        let text = found.ok_or_else(|| format!("there is no {directive}"))?;
        let text = text.split(';').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        Ok::<_, String>(PathBuf::from(text))
    };
    Ok((value("ssl_certificate")?, value("ssl_certificate_key")?))
}

/// The address of a server.
pub(crate) fn address(server: usize) -> Ipv4Addr {
    let [_, a, b, c] = u32::try_from(server).unwrap_or(u32::MAX).to_be_bytes();
    Ipv4Addr::new(10, a, b, c)
}

#[async_trait]
impl Process for Servers {
    async fn run(&self, command: &Command) -> Result<Finished, String> {
        Self::run(self, command)
    }
}

#[async_trait]
impl Handshake for Servers {
    async fn served_chain(&self, endpoint: &Endpoint) -> Result<Vec<Vec<u8>>, String> {
        let IpAddr::V4(ip) = endpoint.address.ip() else { return Err("no server listens there".to_owned()) };
        let [_, a, b, c] = ip.octets();
        let server = u32::from_be_bytes([0, a, b, c]) as usize;
        let all = self.all();
        let server = all.servers.get(server).ok_or("connection refused")?;
        Ok(server
            .loaded
            .as_ref()
            .map_or_else(|| vec![self.unconfigured.clone()], |loaded| loaded.chain.clone()))
    }
}
