//! The rate-limit ledger: what would be refused is not ordered, and what an authority said holds for all, also across
//! a restart (fault 5).

use crate::lane::{Lane, TestClock, open, two_sites};
use anyhow::{Context, Result, bail, ensure};
use certwright::configuration::Configuration;
use certwright_core::account::AccountKeyType;
use certwright_core::authority::{Authority, IssuingRoots, ProfileLimits};
use certwright_core::authority_details::AuthorityDetails;
use certwright_core::key::KeyType;
use certwright_core::ledger::Prediction;
use certwright_core::rate_limit::{RateLimit, Scope};
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::{Clock, Draft, Engine, EngineError, NewAccount};
use certwright_tests::{Pebble, free_port};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

const WAIT: SignedDuration = SignedDuration::from_hours(3);

/// An authority that registers accounts and finds every order one too many.
struct Strict {
    directory: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Strict {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base = format!("http://{}", listener.local_addr()?);
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, at) = (Arc::clone(&requests), base.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(&stream);
                let (mut line, mut head, mut length) = (String::new(), String::new(), 0);
                if reader.read_line(&mut head).is_err() {
                    continue;
                }
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap_or(0);
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let answer = answer(&path, &at);
                kept.lock().unwrap().push(path);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Ok(Self { directory: format!("{base}/directory"), requests })
    }

    fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    fn orders(&self) -> usize {
        self.requests.lock().unwrap().iter().filter(|path| *path == "/order").count()
    }
}

fn answer(path: &str, base: &str) -> String {
    let (status, kind, more, body) = match path {
        "/directory" => (
            "200 OK",
            "application/json",
            String::new(),
            format!(
                r#"{{"newNonce":"{base}/nonce","newAccount":"{base}/account","newOrder":"{base}/order",
                    "revokeCert":"{base}/revoke","keyChange":"{base}/key"}}"#
            ),
        ),
        "/account" => (
            "201 Created",
            "application/json",
            format!("Location: {base}/account/1\r\n"),
            r#"{"status":"valid"}"#.to_owned(),
        ),
        "/order" => (
            "429 Too Many Requests",
            "application/problem+json",
            format!("Retry-After: {}\r\n", WAIT.as_secs()),
            r#"{"type":"urn:ietf:params:acme:error:rateLimited","status":429,
                "detail":"too many new orders (300) from this account in the last 3h0m0s"}"#
                .to_owned(),
        ),
        _ => ("200 OK", "application/json", String::new(), String::new()),
    };
    // A nonce need not be fresh for an authority that never looks at it, only another one.
    let nonce = Timestamp::now().as_nanosecond();
    let body = if path == "/nonce" { String::new() } else { body };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nReplay-Nonce: n{nonce}\r\nContent-Length: {}\r\n\
         Connection: close\r\n{more}\r\n{body}",
        body.len()
    )
}

fn entry(directory: &str, limits: Vec<RateLimit>) -> Authority {
    Authority {
        id: "strict".into(),
        title: "Strict".into(),
        directory: directory.to_owned(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Unknown,
        internal_names: true,
        staging: false,
        external_account_required: false,
        profiles: vec![ProfileLimits {
            name: String::new(),
            max_identifiers: 100,
            ip_addresses: false,
            common_name: true,
        }],
        key_types: KeyType::ALL.to_vec(),
        choices: certwright_core::authority::AuthorityChoices::default(),
        built_in: false,
        details: AuthorityDetails { rate_limits: limits, ..AuthorityDetails::default() },
    }
}

/// Works off everything until this moment, stopping at each stored one.
async fn work_until(engine: &Engine, clock: &TestClock, end: Timestamp) -> Result<()> {
    loop {
        ensure!(engine.work_off().await.map_err(anyhow::Error::msg)?, "stopped");
        match engine.store().next_moment().await? {
            Some(moment) if moment <= end => clock.advance_to(moment),
            _ => break,
        }
    }
    clock.advance_to(end);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_05_nobody_asks_before_the_moment_that_the_authority_named() -> Result<()> {
    let (strict, folder, clock) = (Strict::start()?, tempfile::tempdir()?, Arc::new(TestClock::default()));
    let mut configuration = Configuration::of(folder.path().join("data"));
    configuration.challenge_port = free_port()?;
    configuration.challenge_addresses = vec![[127, 0, 0, 1].into()];
    let opened = open(&configuration, &clock).await?;
    let engine = &opened.engine;
    engine.put_authority(entry(&strict.directory, vec![]), "test").await?;
    let account = NewAccount {
        authority: "strict".into(),
        contact: vec![],
        terms_agreed: None,
        external_account: None,
        key_type: AccountKeyType::ES256,
    };
    engine.create_account(account, "test").await?;
    for name in ["a.example.test", "b.example.test"] {
        let draft = Draft {
            identifiers: vec![name.to_owned()],
            authority: Some("strict".into()),
            deployments: Some(vec![]),
            ..Draft::default()
        };
        engine.create_certificate(draft, "test").await?;
    }
    engine.request("a.example.test", None, "test").await?;
    let asked_at = clock.now();
    ensure!(engine.work_off().await.map_err(anyhow::Error::msg)?);
    ensure!(strict.orders() == 1, "{} orders", strict.orders());
    let until = match engine.ledger_says(&engine.certificate("b.example.test").await?).await? {
        Prediction::Exceeds(exceeded) if exceeded.told => exceeded.frees_at,
        other => bail!("the other certificate heard nothing: {other:?}"),
    };
    ensure!(until >= asked_at + WAIT && until <= clock.now() + WAIT, "{until}");

    // A person is refused with the authority's words, and force does not help against them.
    for force in [false, true] {
        match engine.request_forced("b.example.test", None, "test", force).await {
            Err(EngineError::RateLimited { words, .. }) => {
                ensure!(words.contains("too many new orders"), "{words}");
            }
            other => bail!("it was not refused: {other:?}"),
        }
    }

    // Another process, and nearly three hours in which both are due: nobody asks for anything.
    let requests = strict.requests();
    drop(opened);
    let opened = open(&configuration, &clock).await?;
    let engine = &opened.engine;
    work_until(engine, &clock, until - SignedDuration::from_secs(1)).await?;
    ensure!(strict.requests() == requests, "asked too early: {:?}", strict.requests.lock().unwrap());
    let standing = engine.certificate("b.example.test").await?.certificate.standing;
    ensure!(
        standing.failures == 0 && standing.last_failure.is_none(),
        "it counts as a failure: {standing:?}"
    );
    ensure!(standing.not_before.is_some_and(|moment| moment >= until), "{standing:?}");
    ensure!(
        standing.next_why.as_ref().is_some_and(|why| why.contains("too many new orders")),
        "{standing:?}"
    );

    work_until(engine, &clock, until + SignedDuration::from_hours(1)).await?;
    ensure!(strict.orders() > 1, "and then it is asked again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_refused_is_not_ordered_before_it_frees() -> Result<()> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
    let lane = Lane::start(pebble.profile("default", "ninety days", 7_776_000).start()?, nginx).await?;
    let engine = lane.engine();
    let limited = |most| async move {
        let mut authority = engine.authority("pebble").await?;
        authority.details.rate_limits = vec![RateLimit::bucket(Scope::Orders, most, 4 * 3600)];
        engine.put_authority(authority, "test").await
    };
    limited(1).await?;
    let (shop, blog) = ("shop.example.test", "blog.example.test");
    for name in [shop, blog] {
        engine.create_certificate(lane.draft(&[name]), "test").await?;
    }
    engine.request(shop, None, "test").await?;
    ensure!(lane.settle_within(SignedDuration::from_secs(50)).await?);
    lane.check_served(shop, &[shop]).await?;

    let preview = engine.preview(blog).await?.text();
    ensure!(preview.contains("Not now: the limit of 1 new orders by one account in 4 hours"), "{preview}");
    let Err(EngineError::RateLimited { words, remedy }) = engine.request(blog, None, "test").await else {
        bail!("a person was let through");
    };
    ensure!(words.contains("it frees at") && remedy.contains("--force"), "{words} {remedy}");
    let state = engine.limits("pebble").await?.limits.into_iter().next().context("no limit")?;
    ensure!(state.used == 1 && state.left == 0 && state.frees_at.is_some(), "{state:?}");

    // Unattended it waits until the limit frees, and that is no failure.
    let frees_at = state.frees_at.context("it never frees")?;
    work_until(engine, &lane.clock, frees_at - SignedDuration::from_secs(1)).await?;
    ensure!(lane.pebble.orders_opened() == 1, "{} orders", lane.pebble.orders_opened());
    ensure!(lane.row(blog).await?.certificate.standing.failures == 0);
    lane.clock.advance_to(frees_at + SignedDuration::from_hours(1));
    ensure!(lane.settle_within(SignedDuration::from_secs(50)).await?);
    lane.check_served(blog, &[blog]).await?;
    ensure!(lane.pebble.orders_opened() == 2);

    // A renewal for the same names is exempt from this limit; a person may pass over our count.
    let renewal = engine.ledger_says(&lane.row(shop).await?).await?;
    ensure!(renewal == Prediction::Permitted, "{renewal:?}");
    let other = "www.shop.example.test";
    engine.create_certificate(lane.draft(&[other]), "test").await?;
    ensure!(engine.request(other, None, "test").await.is_err(), "the blog's order is counted");
    engine.request_forced(other, None, "test", true).await?;
    ensure!(lane.settle_within(SignedDuration::from_secs(50)).await?);
    ensure!(lane.pebble.orders_opened() == 3, "{} orders", lane.pebble.orders_opened());
    Ok(())
}
