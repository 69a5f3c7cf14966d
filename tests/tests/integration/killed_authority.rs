//! A real SIGKILL of the built-in authority while a client orders: at every place around its writes, and at moments
//! that nobody chose. The client goes on where it was, and every order that it follows ends with one certificate.

use crate::process::Process;
use anyhow::{Context, Result, bail, ensure};
use certwright::configuration::Configuration;
use certwright::ports::Transports;
use certwright::service;
use certwright_acme::{
    AccountKey, AuthorizationStatus, ChallengeStatus, Client, Identifier, KeyAlgorithm, NewAccount, NewOrder,
    OrderStatus, Session, Settings,
};
use certwright_authority::{NamePolicy, Page, Reach};
use certwright_core::key::KeyType;
use certwright_engine::TransportFactory as _;
use certwright_pki::{PrivateKey, certificate_request, facts, parse_chain};
#[cfg(feature = "failpoints")]
use certwright_tests::Ended;
use certwright_tests::Nginx;
use std::sync::Arc;
use std::time::{Duration, Instant};

const HOME: &str = "home";
const LIMIT: Duration = Duration::from_secs(30);
/// Between two questions of a client in a hurry.
const PAUSE: Duration = Duration::from_millis(20);

/// Before and after every write for an order, in its order; and where a signature exists that nobody has stored.
#[cfg(feature = "failpoints")]
const PLACES: [&str; 10] = [
    "authority-order:asked",
    "authority-order:stored",
    "authority-challenge:asked",
    "authority-challenge:stored",
    "authority-look:looked",
    "authority-look:stored",
    "authority-finalize:asked",
    "authority-finalize:stored",
    "authority-sign:signed",
    "authority-sign:stored",
];

/// A page of certificates has room for as many.
const MOST_KILLS: usize = 200;
/// The seed of the moments: another one finds other moments.
const SEED: u64 = 0x5eed;
/// The latest moment: an order alone takes about a tenth of a second.
const LATEST_MILLISECONDS: u64 = 160;

/// Answers any challenge of one account, because the answer is the token and the account's thumbprint.
const ANSWERING: &str = "{{preamble}}
http {
    {{http_settings}}
    server {
        listen 127.0.0.1:{{http}};
        location ~ ^/.well-known/acme-challenge/(.+)$ { return 200 \"$1.THUMBPRINT\"; }
    }
}
";

struct Scene {
    // Fields drop in order: the service ends first.
    service: Process,
    session: Session,
    nginx: Nginx,
}

impl Scene {
    /// A data directory with an enabled authority, the service on it, and an account.
    async fn start() -> Result<Self> {
        let key = AccountKey::generate(KeyAlgorithm::Es256)?;
        let nginx = Nginx::builder()
            .file("nginx.conf", &ANSWERING.replace("THUMBPRINT", key.thumbprint()))
            .start()?;
        let mut service = Process::with(&["--tls".to_owned()])?;
        {
            let opened = service::open(&Configuration::of(service.data())).await?;
            let policy = NamePolicy { names: vec!["localhost".to_owned()], ..NamePolicy::default() };
            let reach = Reach::Loopback { challenge_port: nginx.http_port() };
            let settings = certwright_authority::Settings::new(reach, policy);
            let created = opened.issuers.create(HOME, "Killed", &settings, "test").await?;
            opened.issuers.update(HOME, &settings, true, created.revision, "test").await?;
            opened.engine.store().close().await;
        }
        service.start(&[])?;
        let self_signed = std::fs::read_to_string(service.data().join("self-signed/fullchain.pem"))?;
        let transport = Transports.transport(Some(&self_signed)).map_err(anyhow::Error::msg)?;
        let directory = format!("https://localhost:{}/acme/{HOME}/directory", service.port());
        let client = Client::new(transport, directory, Settings::default())?;
        let new = NewAccount::default();
        let account = again("make an account", || client.create_account(&key, &new)).await?;
        let session = Session::new(client, Arc::new(key), account.value.url)?;
        Ok(Self { service, session, nginx })
    }

    /// Begins to obtain a certificate for a name.
    fn order(&self, name: &str) -> Result<tokio::task::JoinHandle<Result<String>>> {
        let names = [certwright_core::identifier::Identifier::parse(name)?];
        let request = certificate_request(&PrivateKey::generate(KeyType::EcdsaP256)?, &names, None)?;
        let (session, name) = (self.session.clone(), name.to_owned());
        Ok(tokio::spawn(async move { obtain(&session, &name, &request).await }))
    }

    /// What must be true at the end: of these, each has exactly the one certificate that its client was given, and
    /// nothing else was issued.
    async fn check(mut self, given: &[(String, String)]) -> Result<()> {
        self.service.stop()?;
        let log = std::fs::read_to_string(self.service.log_path())?;
        let opened = service::open(&Configuration::of(self.service.data())).await?;
        let page = Page::default();
        let issued = opened.issuers.issued(HOME, page).await?;
        ensure!(
            issued.total as usize == given.len(),
            "{} certificates for {} names",
            issued.total,
            given.len()
        );
        let issued = issued.items;
        for (name, pem) in given {
            let of_name: Vec<_> = issued
                .iter()
                .filter(|one| one.identifiers.iter().any(|identifier| identifier.ascii() == *name))
                .collect();
            let [certificate] = &of_name[..] else { bail!("{} for {name}", of_name.len()) };
            ensure!(certificate.chain == *pem, "{name}: what is stored is not what the client was given");
            let leaf = facts(&parse_chain(pem)?[0])?;
            ensure!(leaf.serial == certificate.serial, "{name}: another serial number");
            let told = log.lines().filter(|line| line.contains(&leaf.serial) && line.contains("issued"));
            ensure!(told.count() <= 1, "{name}: issued twice");
        }
        drop(self.nginx);
        Ok(())
    }
}

/// Asks again while the authority is not there.
async fn again<T, F>(what: &str, ask: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T, certwright_acme::Error>>,
{
    let until = Instant::now() + LIMIT;
    loop {
        match ask().await {
            // 404: it listens, and the authority is mounted a moment later.
            Err(error) if (error.is_passing() || error.status() == Some(404)) && Instant::now() < until => {
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome.with_context(|| what.to_owned()),
        }
    }
}

/// One certificate, with one order once its address is known. Before anything is sent twice, the order is read.
async fn obtain(session: &Session, name: &str, request: &[u8]) -> Result<String> {
    let new = NewOrder { identifiers: vec![Identifier::dns(name)], ..NewOrder::default() };
    let url = again("open an order", || session.new_order(&new)).await?.value.url;
    let until = Instant::now() + LIMIT;
    loop {
        let order = again("read the order", || session.order(&url)).await?.value;
        match order.status {
            OrderStatus::Pending => {
                for authorization in &order.authorizations {
                    show_control(session, authorization).await?;
                }
            }
            OrderStatus::Ready => {
                let finalize = order.finalize.as_deref().context("no address to finalize at")?;
                match session.finalize(finalize, request).await {
                    Err(error) if !error.is_passing() && error.status() != Some(404) => {
                        return Err(error).context("finalize");
                    }
                    _ => {}
                }
            }
            OrderStatus::Processing => {}
            OrderStatus::Valid => {
                let certificate = order.certificate.as_deref().context("no address of the certificate")?;
                return Ok(again("fetch", || session.certificate(certificate)).await?.value.pem);
            }
            OrderStatus::Invalid | OrderStatus::Unknown(_) => bail!("{name}: {order:?}"),
        }
        ensure!(Instant::now() < until, "{name}: {order:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn show_control(session: &Session, authorization: &str) -> Result<()> {
    let authorization = again("read an authorization", || session.authorization(authorization)).await?.value;
    let challenge = authorization.challenge("http-01").context("no http-01")?;
    if authorization.status == AuthorizationStatus::Pending && challenge.status() == ChallengeStatus::Pending
    {
        let url = challenge.url()?.context("a challenge without an address")?;
        again("say that the answer is there", || session.challenge_ready(url)).await?;
    }
    Ok(())
}

#[cfg(feature = "failpoints")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_around_every_write_each_order_ends_with_one_certificate() -> Result<()> {
    let began = Instant::now();
    let mut scene = Scene::start().await?;
    let mut given = Vec::new();
    for (number, place) in PLACES.into_iter().enumerate() {
        scene.service.start(&[(certwright_engine::failpoint::KILL_VARIABLE, place)])?;
        let name = format!("place{number}.localhost");
        let order = scene.order(&name)?;
        let ended = scene.service.wait_for_end(LIMIT).with_context(|| format!("never at {place}"))?;
        ensure!(ended == Ended::Signal(9), "at {place} it ended by {ended}");
        scene.service.start(&[])?;
        given.push((name, order.await?.with_context(|| format!("killed at {place}"))?));
    }
    scene.check(&given).await?;
    println!(
        "{} kills of the authority at its writes in {:.1} s",
        PLACES.len(),
        began.elapsed().as_secs_f32()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_each_order_ends_with_one_certificate() -> Result<()> {
    at_any_moment(40, SEED).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "half a minute: part of the long suite"]
async fn killed_hundreds_of_times_each_order_ends_with_one_certificate() -> Result<()> {
    at_any_moment(MOST_KILLS, SEED + 1).await
}

/// One order after the other, each killed at a moment of its own.
async fn at_any_moment(kills: usize, seed: u64) -> Result<()> {
    let began = Instant::now();
    let mut scene = Scene::start().await?;
    let (mut state, mut given, mut in_the_middle) = (seed, Vec::new(), 0);
    for number in 0..kills {
        let name = format!("moment{number}.localhost");
        let order = scene.order(&name)?;
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let milliseconds = (state >> 33) % LATEST_MILLISECONDS;
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        in_the_middle += usize::from(!order.is_finished());
        scene.service.kill();
        scene.service.start(&[])?;
        given.push((name, order.await?.with_context(|| format!("killed after {milliseconds} ms"))?));
    }
    ensure!(in_the_middle > 0, "every order was over before its kill");
    scene.check(&given).await?;
    println!(
        "{kills} kills of the authority, {in_the_middle} of them during an order, in {:.1} s",
        began.elapsed().as_secs_f32()
    );
    Ok(())
}
