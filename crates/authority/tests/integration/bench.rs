//! An authority in a temporary store, with a world that tests write on.

use async_trait::async_trait;
use certwright_authority::{
    Authority, Chance as _, Clock, Fetch, FetchError, Fetched, Limits, Look, NamePolicy, Names, Parts, Reach,
    Settings, SystemChance, SystemClock, create,
};
use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::seal::DataKey;
use certwright_store::SqliteStore;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub(crate) const SERVICE: &str = "http://127.0.0.1:4999";

/// The machine's clock, set forward by a test.
#[derive(Default)]
pub(crate) struct ShiftedClock(AtomicI64);

impl ShiftedClock {
    pub(crate) fn forward(&self, by: SignedDuration) {
        self.0.fetch_add(by.as_secs(), Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Answers to looks, by token or name; and what was looked at.
#[derive(Default)]
pub(crate) struct Board {
    pub(crate) bodies: Mutex<HashMap<String, String>>,
    pub(crate) texts: Mutex<HashMap<String, Vec<String>>>,
    pub(crate) looks: Mutex<Vec<Look>>,
    /// Looks at names such as `hangs.one.home.arpa` that have not ended, by the second label.
    hanging: Mutex<HashMap<String, usize>>,
    /// The most that there were at once: in all, and for one label.
    pub(crate) most_hanging: Mutex<(usize, usize)>,
}

impl Board {
    pub(crate) fn show(&self, token: &str, body: &str) {
        self.bodies.lock().unwrap().insert(token.to_owned(), body.to_owned());
    }

    async fn hang(&self, label: &str) {
        {
            let mut hanging = self.hanging.lock().unwrap();
            *hanging.entry(label.to_owned()).or_default() += 1;
            let mut most = self.most_hanging.lock().unwrap();
            *most = (most.0.max(hanging.values().sum()), most.1.max(hanging[label]));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        *self.hanging.lock().unwrap().entry(label.to_owned()).or_default() -= 1;
    }

    pub(crate) fn looks(&self) -> usize {
        self.looks.lock().unwrap().len()
    }
}

#[async_trait]
impl Fetch for Board {
    async fn get(&self, look: &Look) -> Result<Fetched, FetchError> {
        self.looks.lock().unwrap().push(look.clone());
        if let Some(rest) = look.host.strip_prefix("hangs.") {
            self.hang(rest.split('.').next().unwrap_or_default()).await;
        }
        let token = look.path.rsplit('/').next().unwrap_or_default();
        match self.bodies.lock().unwrap().get(token) {
            Some(body) => Ok(Fetched { status: 200, location: None, body: body.clone().into_bytes() }),
            None => Ok(Fetched { status: 404, location: None, body: b"secret".to_vec() }),
        }
    }
}

#[async_trait]
impl Names for Board {
    async fn addresses(&self, _name: &str) -> Result<Vec<IpAddr>, String> {
        Ok(vec!["127.0.0.1".parse().unwrap()])
    }

    async fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        Ok(self.texts.lock().unwrap().get(name).cloned().unwrap_or_default())
    }
}

/// An authority with all that is around it.
pub(crate) struct Bench {
    pub(crate) authority: Authority,
    pub(crate) parts: Parts,
    pub(crate) clock: Arc<ShiftedClock>,
    pub(crate) board: Arc<Board>,
    work: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl Bench {
    /// A loopback authority for `home.arpa`, `localhost`, and addresses of loopback.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}, |_| {}).await
    }

    /// The same with something changed.
    pub(crate) async fn with(
        change_settings: impl FnOnce(&mut Settings),
        change_limits: impl FnOnce(&mut Limits),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, board) = (Arc::new(ShiftedClock::default()), Arc::new(Board::default()));
        let mut limits = Limits { attempt_milliseconds: 20, look_seconds: 5, ..Limits::default() };
        change_limits(&mut limits);
        let parts = Parts {
            store: Arc::new(SqliteStore::open(&folder.path().join("db")).await.unwrap()),
            data_key: Arc::new(DataKey::generate().unwrap()),
            fetch: Arc::clone(&board) as Arc<dyn Fetch>,
            names: Arc::clone(&board) as Arc<dyn Names>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            chance: Arc::new(SystemChance),
            limits,
        };
        let policy = NamePolicy {
            names: vec!["home.arpa".to_owned(), "localhost".to_owned()],
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            wildcards: true,
            anything: false,
        };
        let mut settings = Settings::new(Reach::Loopback { challenge_port: 5002 }, policy);
        change_settings(&mut settings);
        create(&parts, "home", "Home", &settings, "test").await.unwrap();
        let authority = Authority::open(parts.clone(), "home", SERVICE).await.unwrap();
        let mut bench = Self { authority, parts, clock, board, work: None, folder };
        bench.start();
        bench
    }

    /// Begins to work.
    pub(crate) fn start(&mut self) {
        let authority = self.authority.clone();
        self.work = Some(tokio::spawn(async move { authority.work().await }));
    }

    /// Ends the work, wherever it is.
    pub(crate) async fn stop(&mut self) {
        if let Some(work) = self.work.take() {
            work.abort();
            let _ = work.await;
        }
    }

    /// As after a restart of the process: everything but what is stored is new. Nothing works yet.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.parts.store = Arc::new(SqliteStore::open(&self.folder.path().join("db")).await.unwrap());
        self.authority = Authority::open(self.parts.clone(), "home", SERVICE).await.unwrap();
    }

    /// Something nobody used before.
    pub(crate) fn unique(&self) -> String {
        SystemChance.draw().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(work) = &self.work {
            work.abort();
        }
    }
}

/// Polls until there is something, for ten seconds.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(std::time::Instant::now() < limit, "it did not come in time: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
