//! Fault 54: a defect of ours panics in a worker of the real scheduler.

use crate::calm;
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_engine::{LeftBehind, run_scheduler};
use certwright_simulation::{World, on_this_thread};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How long the engine's leases last.
const LEASE_MINUTES: u64 = 5;
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn fault_54_a_panic_keeps_neither_the_only_permit_nor_the_certificate() -> Result<()> {
    on_this_thread(async |trace| {
        let mut world = World::new(calm(None), trace).await?;
        for _ in 0..3 {
            world.create("ninety").await?;
        }
        world.servers.panic_at(Some(0));
        let shutdown = CancellationToken::new();
        // One permit in all: kept by the worker that panics, it would be missing to everybody.
        let engine = Arc::clone(world.engine()?);
        let scheduler = tokio::spawn(run_scheduler(engine, LeftBehind::default(), shutdown.clone()));
        world.clock.pass(Duration::from_secs(2 * 3600));
        wait_for(&world, |world| world.servers.loaded(1).is_some() && world.servers.loaded(2).is_some())
            .await?;
        ensure!(world.servers.loaded(0).is_none(), "it cannot have been deployed");
        // And it goes on: one try for each lease that ends, and no hot loop.
        let (begin, tries) = (world.clock.real(), world.servers.panics());
        wait_for(&world, |world| world.clock.real() >= begin + SignedDuration::from_hours(6)).await?;
        let more = world.servers.panics() - tries;
        ensure!((1..=6 * 60 / LEASE_MINUTES + 1).contains(&more), "{more} tries in six hours");
        // The lease of the dead worker ends, and the certificate is taken up again where it was.
        world.servers.panic_at(None);
        wait_for(&world, |world| world.servers.loaded(0).is_some()).await?;
        ensure!(world.authority.orders() == 3, "a panic costs no order");
        shutdown.cancel();
        scheduler.await?;
        world.check_nothing_lost().await
    })
}

/// Waits for a fact, with a limit; virtual time passes meanwhile, a minute for each look.
async fn wait_for(world: &World, is_so: impl Fn(&World) -> bool) -> Result<()> {
    let started = Instant::now();
    while !is_so(world) {
        ensure!(started.elapsed() < LIMIT, "it never came to that");
        tokio::time::sleep(Duration::from_millis(10)).await;
        world.clock.pass(Duration::from_secs(60));
        // Wakes the scheduler, as a look of a person who asks for something would.
        let name = world.name(1);
        world.engine()?.deploy(name, "test").await.ok();
    }
    Ok(())
}
