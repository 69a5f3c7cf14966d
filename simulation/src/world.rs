//! A world: the real engine on a store without a file, everything around it simulated, driven from moment to moment.

use crate::authority::{DIRECTORY, Needs, PROFILES, SimulatedAuthority, Way};
use crate::clock::{RealTime, VirtualClock};
use crate::dice::Dice;
use crate::outside::{Board, Quiet};
use crate::servers::{Kind, RELOAD, Servers, address};
use crate::stop::Stop;
use crate::trace::Trace;
use crate::weather::{Faults, outages};
use anyhow::{Context as _, Result, anyhow, ensure};
use certwright_contract::Ports;
use certwright_contract::files::{self, Access};
use certwright_core::account::AccountKeyType;
use certwright_core::authority::{Authority, IssuingRoots, ProfileLimits};
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::pace::Pace;
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::{Clock, Draft, Engine, Layout, NewAccount, Options, Page, Parts, Vault};
use certwright_pki::key::PrivateKey;
use certwright_pki::seal::DataKey;
use certwright_pki::self_signed::self_signed;
use certwright_pki::{chain_pem, facts};
use certwright_store::{SqliteStore, Store};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where every simulation begins.
pub const BEGIN: &str = "2027-01-01T00:00:00Z";
/// One server of five has plain files; the others are nginx, where one link is switched.
const FILES_EVERY: usize = 5;

/// What a world is made of.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Everything that is drawn follows from this.
    pub seed: u64,
    /// What goes wrong.
    pub faults: Faults,
    /// For how long the outages are drawn.
    pub span: SignedDuration,
    /// Instead of those that are drawn: the only outage, by its first and last moment after the beginning.
    pub outage: Option<(SignedDuration, SignedDuration)>,
    /// Whether the authority says when to renew (RFC 9773).
    pub advice: bool,
    /// The pace at which it is asked.
    pub pace: Pace,
}

impl Settings {
    /// A world with these faults over this span, whose authority says nothing of renewal.
    pub fn new(seed: u64, faults: Faults, span: SignedDuration) -> Self {
        Self { seed, faults, span, outage: None, advice: false, pace: Pace::default() }
    }
}

/// The world.
pub struct World {
    /// The virtual clock of the service.
    pub clock: Arc<VirtualClock>,
    /// The authority.
    pub authority: Arc<SimulatedAuthority>,
    /// The web servers.
    pub servers: Arc<Servers>,
    /// What happened.
    pub trace: Trace,
    /// Where the service is to die.
    pub stop: Arc<Stop>,
    /// How often the service was started again.
    pub restarts: u64,
    /// The store, which survives every crash.
    pub store: Arc<dyn Store>,
    board: Arc<Board>,
    engine: Option<Arc<Engine>>,
    data_key: DataKey,
    chance: Arc<Dice>,
    names: Vec<String>,
    folder: tempfile::TempDir,
}

impl World {
    /// A world with an authority and an account, and no certificate.
    ///
    /// # Errors
    /// In words.
    pub async fn new(settings: Settings, trace: Trace) -> Result<Self> {
        let begin: Timestamp = BEGIN.parse()?;
        let clock = Arc::new(VirtualClock::new(begin));
        let outside: Arc<dyn Clock> = Arc::new(RealTime(Arc::clone(&clock)));
        let (board, stop) = (Arc::new(Board::default()), Arc::new(Stop::default()));
        let drawn = match settings.outage {
            Some((from, until)) => vec![(begin + from, begin + until)],
            None => outages(&settings.faults, &Dice::new(settings.seed, 1), (begin, begin + settings.span)),
        };
        let authority = SimulatedAuthority::new(Needs {
            dice: Dice::new(settings.seed, 2),
            faults: settings.faults,
            outages: drawn,
            advice: settings.advice,
            clock: Arc::clone(&outside),
            board: Arc::clone(&board),
            stop: Arc::clone(&stop),
            trace: trace.clone(),
        })?;
        let folder = folder()?;
        trace.hide(folder.path());
        let (unconfigured, key) = unconfigured(begin)?;
        let write = |name: &str, text: &str| {
            files::replace(&folder.path().join(name), text.as_bytes(), Access::PRIVATE)
        };
        write("old.pem", &chain_pem(std::slice::from_ref(&unconfigured)))?;
        write("old.key", &key)?;
        let servers = Servers::new(
            unconfigured,
            Dice::new(settings.seed, 3),
            settings.faults.target,
            Arc::clone(&outside),
            trace.clone(),
        );
        let mut world = Self {
            clock,
            authority: Arc::new(authority),
            servers: Arc::new(servers),
            trace,
            stop,
            restarts: 0,
            store: Arc::new(SqliteStore::in_memory().await?),
            board,
            engine: None,
            data_key: DataKey::generate()?,
            chance: Arc::new(Dice::new(settings.seed, 4)),
            names: Vec::new(),
            folder,
        };
        world.start().await?;
        world.register(settings.pace).await?;
        Ok(world)
    }

    async fn register(&self, pace: Pace) -> Result<()> {
        let profile = |name: &str| ProfileLimits {
            name: name.to_owned(),
            max_identifiers: 100,
            ip_addresses: true,
            common_name: true,
        };
        let entry = json!({
            "id": "simulated", "title": "Simulated", "directory": DIRECTORY,
            "issuing_roots": IssuingRoots::Pem(self.authority.root.clone()),
            "internal_names": true,
            "profiles": PROFILES.iter().map(|(name, _)| profile(name)).collect::<Vec<_>>(),
            "key_types": KeyType::ALL,
            "details": { "pace": pace },
        });
        let entry: Authority = serde_json::from_value(entry)?;
        self.engine()?.put_authority(entry, "simulation").await?;
        let account = NewAccount {
            authority: "simulated".into(),
            contact: vec!["admin@example.com".to_owned()],
            terms_agreed: None,
            external_account: None,
            key_type: AccountKeyType::ES256,
        };
        self.engine()?.create_account(account, "simulation").await?;
        Ok(())
    }

    /// Another process on the same data directory.
    async fn start(&mut self) -> Result<()> {
        self.engine = None;
        self.stop.disarm();
        self.board.clear();
        let quiet = Arc::new(Quiet);
        let ports = Ports {
            process: Arc::<Servers>::clone(&self.servers),
            handshake: Arc::<Servers>::clone(&self.servers),
            http: Arc::<Board>::clone(&self.board),
            resolver: Arc::<Quiet>::clone(&quiet),
            sockets: Arc::<Quiet>::clone(&quiet),
            board: Arc::<Board>::clone(&self.board),
            slot: quiet,
        };
        let engine = Engine::new(Parts {
            store: Arc::clone(&self.store),
            ports,
            transports: Arc::new(Way(Arc::<SimulatedAuthority>::clone(&self.authority))),
            clock: Arc::<VirtualClock>::clone(&self.clock),
            chance: Arc::<Dice>::clone(&self.chance),
            vault: Vault::new(self.data_key.clone()),
            layout: Layout::new(self.folder.path().join("data")),
            // Two right answers in a row instead of four: what is looked at is simulated and does not linger.
            options: Options {
                verify_times: 2,
                verify_within: Duration::from_secs(2),
                parallel_runs: 1,
                ..Options::default()
            },
        });
        let left = engine.take_over().await?;
        engine.sweep(left).await?;
        engine.follow_the_clock().await?;
        self.engine = Some(Arc::new(engine));
        Ok(())
    }

    /// The engine that runs now.
    ///
    /// # Errors
    /// Never, but while it is being started again.
    pub fn engine(&self) -> Result<&Arc<Engine>> {
        self.engine.as_ref().context("the service is down")
    }

    /// The service has died, and is started again after a while.
    ///
    /// # Errors
    /// In words.
    pub async fn restart(&mut self, after: Duration) -> Result<()> {
        self.clock.pass(after);
        self.restarts += 1;
        self.trace.add(&format!("{} the service starts again", self.clock.now()));
        // Logs are not what is simulated: a year of them would fill the memory.
        let _ = std::fs::remove_dir_all(self.folder.path().join("data/logs"));
        self.start().await
    }

    /// Adds a certificate with its server; gives its number.
    ///
    /// # Errors
    /// In words.
    pub async fn create(&mut self, profile: &str) -> Result<usize> {
        let number = self.names.len();
        let name = format!("c{number:05}.example.test");
        let folder = self.folder.path().join("servers").join(number.to_string());
        files::make_directory(&folder, 0o700)?;
        let ip = address(number);
        let (target, settings, kind) = if number % FILES_EVERY == FILES_EVERY - 1 {
            let (fullchain, key) = (folder.join("fullchain.pem"), folder.join("key.pem"));
            let settings = json!({
                "fullchain": fullchain, "key": key, "verify": format!("{ip}:443"),
                "reload": [RELOAD, number.to_string()],
            });
            ("files", settings, Kind::Files { fullchain, key })
        } else {
            let configuration = folder.join("nginx.conf");
            files::replace(
                &configuration,
                self.configuration(&name, &ip.to_string()).as_bytes(),
                Access::PUBLIC,
            )?;
            ("nginx", json!({"configuration": configuration}), Kind::Nginx { configuration })
        };
        ensure!(self.servers.add(kind) == number, "servers and certificates have the same numbers");
        let settings: Map<String, Value> = settings.as_object().cloned().unwrap_or_default();
        let draft = Draft {
            identifiers: vec![name.clone()],
            authority: Some("simulated".into()),
            profile: Some(profile.to_owned()),
            deployments: Some(vec![(target.to_owned(), settings)]),
            ..Draft::default()
        };
        self.engine()?.create_certificate(draft, "simulation").await?;
        self.names.push(name);
        Ok(number)
    }

    fn configuration(&self, name: &str, ip: &str) -> String {
        let old = self.folder.path().join("old");
        let old = old.display();
        format!(
            "events {{}}\nhttp {{\n    server {{\n        listen {ip}:443 ssl;\n        server_name {name};\n        \
             ssl_certificate {old}.pem;\n        ssl_certificate_key {old}.key;\n    }}\n}}\n"
        )
    }

    /// Works off what is due now. False when the service died on the way; it is to be started again.
    ///
    /// # Errors
    /// In words.
    pub async fn work(&self) -> Result<bool> {
        let engine = Arc::clone(self.engine()?);
        tokio::select! {
            biased;
            () = self.stop.dead() => Ok(false),
            worked = engine.work_off() => worked.map_err(|words| anyhow!(words)),
        }
    }

    /// Works from stored moment to stored moment until `until`, by everybody else's clock; the service is started again whenever it dies.
    ///
    /// # Errors
    /// When an invariant breaks, in words.
    pub async fn run_until(&mut self, until: Timestamp) -> Result<()> {
        loop {
            if !self.work().await? {
                self.restart(Duration::from_secs(5)).await?;
                continue;
            }
            self.check()?;
            let left = until.duration_since(self.clock.real());
            let span = self.until_next().await?.map_or(left, |span| span.min(left));
            self.wait(span)?;
            if self.clock.real() >= until {
                return Ok(());
            }
        }
    }

    /// How long it is, by the clock of the service, until something is due.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn until_next(&self) -> Result<Option<SignedDuration>> {
        let next = self.store.next_moment().await?;
        Ok(next.map(|next| next.duration_since(self.clock.now()).max(SignedDuration::ZERO)))
    }

    /// Lets time pass in which nothing is done.
    ///
    /// # Errors
    /// When an invariant breaks in it.
    pub fn wait(&self, span: SignedDuration) -> Result<()> {
        if let Ok(passing) = Duration::try_from(span) {
            self.check_until(self.clock.real() + span)?;
            self.clock.pass(passing);
        }
        Ok(())
    }

    /// What must hold at every moment.
    ///
    /// # Errors
    /// Which certificate broke what, and the last that happened to it.
    pub fn check(&self) -> Result<()> {
        self.check_until(self.clock.real())
    }

    /// The same, of a time in which nothing will happen.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_until(&self, moment: Timestamp) -> Result<()> {
        if let Some((end, server)) = self.servers.expired(moment) {
            return Err(self.broken(server, &format!("what is served expires at {end}")));
        }
        match self.servers.broken() {
            Some((server, words)) => Err(self.broken(server, &words)),
            None => Ok(()),
        }
    }

    fn broken(&self, server: usize, words: &str) -> anyhow::Error {
        let name = self.names.get(server).map_or("?", String::as_str);
        let mut last = self.trace.last_of(name, 30);
        if let Some(id) = last.iter().rev().find_map(|line| line.split("certificate=").nth(1)) {
            let id = id.split(' ').next().unwrap_or_default().to_owned();
            last = self.trace.last_of(&id, 30);
        }
        anyhow!("{} {name}: {words}; the last that happened:\n  {}", self.clock.now(), last.join("\n  "))
    }

    /// What must hold in the end: everything that was issued is stored, and no answer to a challenge is left.
    ///
    /// # Errors
    /// What is lost or left.
    pub async fn check_nothing_lost(&self) -> Result<()> {
        let engine = self.engine()?;
        let mut stored = HashSet::new();
        for name in &self.names {
            let row = engine.certificate(name).await?;
            let mut page = Page::default();
            loop {
                let listing = self.store.versions(&row.certificate.id, page).await?;
                page.offset += listing.items.len() as u64;
                let done = listing.items.is_empty() || page.offset >= listing.total;
                stored.extend(listing.items.into_iter().filter_map(|version| Some(version.facts?.serial)));
                if done {
                    break;
                }
            }
        }
        for (name, serial) in self.authority.asked().issued {
            ensure!(stored.contains(&serial), "{name}: {serial} was issued and nobody stores it");
        }
        ensure!(self.board.count() == 0, "answers to challenges are left");
        ensure!(self.store.owed(None, 1).await?.is_empty(), "answers to challenges are owed");
        Ok(())
    }

    /// How many certificates there are.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// The name of a certificate.
    pub fn name(&self, number: usize) -> &str {
        &self.names[number]
    }

    /// The data directory of the service.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// A folder in memory where the machine has one: no disk is worn out by a simulated year.
fn folder() -> Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("certwright-simulation-");
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = builder.tempdir_in(memory)
    {
        return Ok(folder);
    }
    Ok(builder.tempdir()?)
}

/// What servers show that nobody has configured: a certificate of their own, and its key (PEM).
fn unconfigured(now: Timestamp) -> Result<(Vec<u8>, String)> {
    let key = PrivateKey::generate(KeyType::EcdsaP256)?;
    let name = Identifier::parse("unconfigured.example.test").map_err(|refusal| anyhow!("{refusal:?}"))?;
    let der = self_signed(&key, &[name], &[7; 16], now, SignedDuration::from_hours(24 * 3650))?;
    facts(&der)?;
    Ok((der, key.to_pkcs8_pem().to_string()))
}
