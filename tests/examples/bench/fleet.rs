//! Many certificates ordered at once from one account at Pebble, over http-01, by the service's own listener.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use certwright_api::edits::CertificateDraft;
use certwright_api::renewals::RenewRequest;
use certwright_tests::{Pebble, free_port};

use crate::process::{cpu, peak, resident};
use crate::service::Place;

/// What one order of a whole fleet took.
#[derive(Clone, Copy)]
pub(super) struct Fleet {
    pub(super) certificates: usize,
    pub(super) at_once: usize,
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
    pub(super) authority_cpu: Duration,
    pub(super) idle_kib: u64,
    pub(super) peak_kib: u64,
}

/// As long as a fleet may take at most: Pebble is known to hang under load.
const LIMIT: Duration = Duration::from_secs(600);

pub(super) async fn order(certificates: usize, at_once: usize) -> Result<Fleet> {
    let port = free_port()?;
    let pebble = Pebble::builder().http_port(port).gentle().retry_after(1, 1).start()?;
    let place = Place::new(port)?;
    let service = place.start(at_once).await?;
    place.add_pebble(&pebble)?;
    for number in 0..certificates {
        let draft = CertificateDraft {
            identifiers: vec![format!("n{number:05}.bench.test")],
            authority: Some("pebble".to_owned()),
            deployments: Some(Vec::new()),
            ..CertificateDraft::default()
        };
        service.client.create_certificate(&draft, &format!("bench-{number}")).await?;
    }
    let idle_kib = resident(service.process())?;
    let before = (cpu(service.process())?, cpu(pebble.process_id())?);
    let begun = Instant::now();
    let everything = RenewRequest { all: true, force: true, ..RenewRequest::default() };
    service.client.renew(&everything, "bench-all").await?;
    loop {
        // To be asked how far it is costs it processor time too.
        tokio::time::sleep(Duration::from_millis(500)).await;
        if service.healthy().await? == certificates as u64 {
            break;
        }
        ensure!(begun.elapsed() < LIMIT, "it is not done after {LIMIT:?}");
    }
    let wall = begun.elapsed();
    let fleet = Fleet {
        certificates,
        at_once,
        wall,
        cpu: cpu(service.process())?.saturating_sub(before.0),
        authority_cpu: cpu(pebble.process_id())?.saturating_sub(before.1),
        idle_kib,
        peak_kib: peak(service.process())?,
    };
    ensure!(pebble.issued_serials().len() >= certificates, "fewer were issued than are healthy");
    service.stop()?;
    Ok(fleet)
}
