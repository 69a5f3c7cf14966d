//! Many certificates stored and few due: start, memory, idle cost, a page of the list, and what a few orders cost then.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use certwright_api::certificates::{CertificateQuery, CertificateSort};
use certwright_api::edits::CertificateDraft;
use certwright_api::renewals::RenewRequest;
use certwright_core::SignedDuration;
use certwright_core::Timestamp;
use certwright_core::certificate::CertificateSettings;
use certwright_store::{Certificates as _, NewCertificate, SqliteStore, Upkeep as _};
use certwright_tests::{Pebble, free_port};

use crate::process::{cpu, resident};
use crate::service::{Place, size};

/// How long nothing is done, to see what that costs.
const IDLE: Duration = Duration::from_secs(30);
/// How many pages of the list are asked for.
const PAGES: usize = 200;
/// How many certificates are due.
const DUE: usize = 20;

/// What a service with many certificates costs.
pub(super) struct Stored {
    pub(super) certificates: usize,
    pub(super) starts: Vec<Duration>,
    pub(super) start_cpu: Vec<Duration>,
    pub(super) resident_kib: u64,
    pub(super) idle_cpu_percent: f64,
    pub(super) page_median: Duration,
    pub(super) page_p99: Duration,
    pub(super) due_cpu: Duration,
    pub(super) due: usize,
    pub(super) database_bytes: u64,
}

pub(super) async fn measure(certificates: usize, rounds: usize) -> Result<Stored> {
    let port = free_port()?;
    let pebble = Pebble::builder().http_port(port).gentle().retry_after(1, 1).start()?;
    let place = Place::new(port)?;
    // Once, for the key, the authority, the account and one certificate as the service makes it.
    let service = place.start(16).await?;
    place.add_pebble(&pebble)?;
    for number in 0..DUE {
        let draft = CertificateDraft {
            identifiers: vec![format!("due{number}.bench.test")],
            tags: vec!["due".to_owned()],
            authority: Some("pebble".to_owned()),
            deployments: Some(Vec::new()),
            ..CertificateDraft::default()
        };
        service.client.create_certificate(&draft, &format!("due-{number}")).await?;
    }
    service.stop()?;
    fill(&place, certificates - DUE).await?;

    let (mut starts, mut start_cpu) = (Vec::new(), Vec::new());
    for _ in 1..rounds {
        let service = place.start(16).await?;
        starts.push(service.ready_after);
        start_cpu.push(cpu(service.process())?);
        service.stop()?;
    }
    let service = place.start(16).await?;
    starts.push(service.ready_after);
    start_cpu.push(cpu(service.process())?);
    tokio::time::sleep(Duration::from_secs(5)).await;

    let before = (cpu(service.process())?, Instant::now());
    tokio::time::sleep(IDLE).await;
    let idle_cpu = cpu(service.process())?.saturating_sub(before.0);
    let idle_cpu_percent = 100.0 * idle_cpu.as_secs_f64() / before.1.elapsed().as_secs_f64();
    let resident_kib = resident(service.process())?;

    let mut pages = Vec::with_capacity(PAGES);
    for number in 0..PAGES {
        // Pages from everywhere, in every order; a fixed walk, so that each run asks for the same.
        let sorts = [
            CertificateSort::Name,
            CertificateSort::NotAfter,
            CertificateSort::NextAt,
            CertificateSort::CreatedAt,
        ];
        let query = CertificateQuery {
            sort: sorts.get(number % sorts.len()).copied(),
            offset: Some((number * 7919 % certificates) as u64),
            limit: Some(50),
            ..CertificateQuery::default()
        };
        let begun = Instant::now();
        service.client.certificates(&query).await?;
        pages.push(begun.elapsed());
    }
    pages.sort();

    let before = cpu(service.process())?;
    let due = RenewRequest {
        certificates: (0..DUE).map(|number| format!("due{number}.bench.test")).collect(),
        ..RenewRequest::default()
    };
    service.client.renew(&due, "bench-due").await?;
    while service.healthy().await? < DUE as u64 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let due_cpu = cpu(service.process())?.saturating_sub(before);
    service.stop()?;
    Ok(Stored {
        certificates,
        starts,
        start_cpu,
        resident_kib,
        idle_cpu_percent,
        page_median: *pages.get(PAGES / 2).context("no pages")?,
        page_p99: *pages.get(PAGES * 99 / 100).context("no pages")?,
        due_cpu,
        due: DUE,
        database_bytes: size(&place.data().join("certwright.db")),
    })
}

/// Stores certificates that nobody has to look at for months: by the store itself, because the API waits for the disk
/// each time.
async fn fill(place: &Place, certificates: usize) -> Result<()> {
    let store = SqliteStore::open(&place.data().join("certwright.db")).await?;
    let model = store.find_certificate("due0.bench.test").await?.certificate;
    let now = Timestamp::now();
    for number in 0..certificates {
        let name = format!("stored{number:06}.bench.test");
        let identifier = certwright_core::identifier::Identifier::parse(&name)
            .map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
        let settings = CertificateSettings {
            name,
            identifiers: vec![identifier],
            tags: vec![format!("team-{}", number % 50)],
            ..model.settings.clone()
        };
        let later = SignedDuration::from_secs(86_400 * 30 + (number as i64) * 60);
        store
            .create_certificate(&NewCertificate {
                id: format!("stored-{number:06}").into(),
                settings,
                own_key: None,
                next_at: Some(now + later),
                next_why: Some("stored by the benchmark".to_owned()),
                spread: SignedDuration::ZERO,
                who: "bench".to_owned(),
                now,
                events: Vec::new(),
            })
            .await?;
    }
    store.close().await;
    Ok(())
}
