//! Fault 32: the clock is wrong for a while, and the machine sleeps.

use crate::calm;
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_simulation::{World, on_this_thread};
use std::time::Duration;

const CERTIFICATES: u64 = 20;

#[test]
fn fault_32_a_clock_a_year_behind_and_a_long_sleep_renew_nothing_twice_and_lose_nothing() -> Result<()> {
    on_this_thread(async |trace| {
        let hours = SignedDuration::from_hours;
        let mut world = World::new(calm(None), trace).await?;
        for _ in 0..CERTIFICATES {
            world.create("six").await?;
        }
        let begin = world.clock.real();
        world.run_until(begin + hours(24)).await?;
        ensure!(world.authority.orders() == CERTIFICATES);
        // A year back for two hours: nothing is due, and nothing is forgotten.
        world.clock.jump(-hours(24 * 365));
        world.run_until(begin + hours(26)).await?;
        world.clock.jump(hours(24 * 365));
        world.run_until(begin + hours(27)).await?;
        ensure!(world.authority.orders() == CERTIFICATES, "something was renewed twice");
        // Asleep from before the renewals are due until after: they come once, on waking.
        world.clock.pass(Duration::from_secs(60 * 3600));
        world.run_until(begin + hours(24 * 5)).await?;
        ensure!(world.authority.orders() == 2 * CERTIFICATES, "{} orders", world.authority.orders());
        ensure!(world.servers.served().needed == 2 * CERTIFICATES);
        world.check_nothing_lost().await
    })
}
