//! The service: data directory, store, engine, scheduler and HTTP, started in this order and stopped in the other.

use crate::configuration::Configuration;
use crate::data_directory::{DataDirectory, Fresh};
use crate::last_run::LastRun;
use crate::own_certificate::OwnCertificate;
use crate::ports::{self, Transports};
use crate::quarantine::set_aside;
use anyhow::{Context as _, Result, bail};
use certwright_authority::{Issuers, Limits, SocketFetch, SystemNames};
use certwright_contract::files::{self, Access};
use certwright_core::Timestamp;
use certwright_engine::{
    Chance, Clock, Engine, Options, Parts, SystemChance, SystemClock, Vault, run_scheduler, run_upkeep,
};
use certwright_pki::seal::DataKey;
use certwright_server::{ApiToken, ServeConfig, ServeError, Server, Tls};
use certwright_store::{SqliteStore, Store, StoreError};
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use zeroize::Zeroizing;

/// An opened data directory with its engine; nothing runs yet.
pub struct Opened {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The built-in authorities; none is mounted before the service runs.
    pub issuers: Arc<Issuers>,
    /// The certificate by which the service itself is reached.
    pub own_certificate: Arc<OwnCertificate>,
    /// The data key, for a recovery key at set-up.
    pub data_key: DataKey,
    /// Whether the data directory was just set up.
    pub fresh: Fresh,
    directory: DataDirectory,
}

/// Opens the data directory and makes the engine, with the machine's own clock and chance.
///
/// # Errors
/// With what to do: another process, a missing key, a newer database.
pub async fn open(configuration: &Configuration) -> Result<Opened> {
    open_with(configuration, Arc::new(SystemClock), Arc::new(SystemChance), |options| options).await
}

/// The same with another clock and chance, and with options changed: for tests.
///
/// # Errors
/// As [`open`].
pub async fn open_with(
    configuration: &Configuration,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    adjust: impl FnOnce(Options) -> Options,
) -> Result<Opened> {
    let directory = DataDirectory::open(&configuration.data_directory)?;
    let record = LastRun::begin(configuration, &directory.layout);
    match open_in(configuration, directory, clock, chance, adjust).await {
        Ok(opened) => Ok(opened),
        Err(error) => {
            record.end(Some(&error));
            Err(error)
        }
    }
}

async fn open_in(
    configuration: &Configuration,
    directory: DataDirectory,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    adjust: impl FnOnce(Options) -> Options,
) -> Result<Opened> {
    let sqlite = match SqliteStore::open(&directory.layout.database()).await {
        Ok(sqlite) => sqlite,
        Err(error @ StoreError::Damaged { .. }) => return Err(set_aside(&directory.layout, &error)),
        Err(error) => return Err(error.into()),
    };
    let store: Arc<dyn Store> = Arc::new(sqlite.clone());
    let (data_key, fresh) = directory.data_key(store.as_ref()).await?;
    let own_certificate = Arc::new(OwnCertificate::new(
        directory.layout.root(),
        &configuration.with_tls(),
        configuration.service_host().as_deref(),
    ));
    let vault = Vault::new(DataKey::from_bytes(data_key.expose())?);
    let options = Options {
        challenge_port: configuration.challenge_port,
        parallel_runs: configuration.parallel_runs,
        backups: configuration.backup_folder.clone(),
        backups_kept: configuration.backups_kept,
        history: configuration.history,
        ..Options::default()
    };
    let issuers = Issuers::new(
        certwright_authority::Parts {
            store: Arc::new(sqlite),
            data_key: Arc::new(DataKey::from_bytes(data_key.expose())?),
            fetch: Arc::new(SocketFetch::new()?),
            names: Arc::new(SystemNames::new(&configuration.resolvers).map_err(anyhow::Error::msg)?),
            clock: Arc::new(AuthorityClock(Arc::clone(&clock))),
            chance: Arc::new(certwright_authority::SystemChance),
            limits: Limits::default(),
        },
        configuration.service_url(),
    );
    let engine = Engine::new(Parts {
        store,
        ports: ports::wire(configuration, Arc::clone(&own_certificate))?,
        transports: Arc::new(Transports),
        clock,
        chance,
        vault,
        layout: directory.layout.clone(),
        options: adjust(options),
    });
    Ok(Opened {
        engine: Arc::new(engine),
        issuers: Arc::new(issuers),
        own_certificate,
        data_key,
        fresh,
        directory,
    })
}

/// Serves until `shutdown`: the API at once, the scheduler beside it.
///
/// # Errors
/// When nothing can be listened to, with the process that holds the port and what to change (F39).
pub async fn run(configuration: &Configuration, opened: Opened, shutdown: CancellationToken) -> Result<()> {
    let record = LastRun::begin(configuration, &opened.directory.layout);
    record.store();
    let ended = serve(configuration, opened, shutdown).await;
    record.end(ended.as_ref().err());
    ended
}

async fn serve(configuration: &Configuration, opened: Opened, shutdown: CancellationToken) -> Result<()> {
    let token = token_file(&configuration.data_directory.join("api-token"))?;
    let metrics = token_file(&configuration.data_directory.join("metrics-token"))?;
    let own = Arc::clone(&opened.own_certificate);
    // The serial number of a self-signed certificate: random, because browsers refuse one that they have seen.
    let serial = DataKey::generate()?;
    own.start(opened.engine.now(), serial.expose()[..16].try_into()?)?;
    let with_tls = configuration.with_tls();
    let tls = match with_tls.is_empty() {
        true => None,
        false => Some(Tls {
            configuration: own.configuration()?,
            is_ours: Arc::new(is_ours(Arc::clone(&own), configuration)),
            shown: Arc::new(move || own.chain()),
        }),
    };
    let listen = configuration.listen.iter().map(|address| (*address, with_tls.contains(address))).collect();
    let config = ServeConfig { listen, tls, socket: Some(configuration.socket.clone()) };
    // Before anybody can ask for anything: a lease that was taken by a request must not be voided.
    let left = opened.engine.take_over().await.context("take over from the process before")?;
    // Bound before anything runs: a service that nobody can reach must not order certificates.
    let listening = match Server::new(Arc::clone(&opened.engine), Arc::clone(&opened.issuers), token)
        .with_metrics_token(metrics)
        .with_configuration(configuration.shown())
        .bind(&config)
        .await
    {
        Ok(listening) => listening,
        Err(ServeError::PortTaken { address }) => {
            let holder = ports::listener(address.port()).unwrap_or_else(|| "another process".to_owned());
            bail!(
                "{address} is held by {holder}; stop it, or listen elsewhere: \
                 certwright serve --listen 127.0.0.1:PORT, or listen = [\"127.0.0.1:PORT\"] in the configuration"
            )
        }
        Err(error) => return Err(error.into()),
    };
    let scheduler = tokio::spawn(run_scheduler(Arc::clone(&opened.engine), left, shutdown.clone()));
    let issuers = Arc::clone(&opened.issuers);
    let intermediates = AbortOnDropHandle::new(tokio::spawn(async move { issuers.keep().await }));
    let upkeep = tokio::spawn(run_upkeep(Arc::clone(&opened.engine), shutdown.clone()));
    listening.serve(shutdown.clone()).await;
    shutdown.cancel();
    scheduler.await.context("stop the scheduler")?;
    upkeep.abort();
    drop(intermediates);
    opened.engine.store().close().await;
    Ok(())
}

/// Which host names are this service's: those of the certificate that is shown, and the one that ACME clients use.
fn is_ours(
    own: Arc<OwnCertificate>,
    configuration: &Configuration,
) -> impl Fn(&str) -> bool + Send + Sync + use<> {
    let called = configuration.service_host();
    move |host| own.names(host) || called.as_deref() == Some(host.to_lowercase().as_str())
}

/// The engine's clock, as the built-in authorities ask for it.
struct AuthorityClock(Arc<dyn Clock>);

impl certwright_authority::Clock for AuthorityClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// A token for callers over TCP: made at the first start, readable by this user alone.
fn token_file(path: &Path) -> Result<ApiToken> {
    let text = match files::read(path, 4096) {
        Ok(bytes) => Zeroizing::new(String::from_utf8_lossy(&bytes).trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = DataKey::generate()?;
            let text = Zeroizing::new(hex::encode(key.expose()));
            files::replace(path, text.as_bytes(), Access::PRIVATE)?;
            text
        }
        Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
    };
    ApiToken::new(text).with_context(|| {
        format!("{} is too short to be secret; delete it, and a new one is made", path.display())
    })
}
