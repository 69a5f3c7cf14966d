//! Fault 32: the clock is wrong for a while, and the machine sleeps.

use crate::calm;
use anyhow::{Result, bail, ensure};
use certwright_core::SignedDuration;
use certwright_core::incident::CauseKind;
use certwright_simulation::{World, on_this_thread};
use certwright_store::Page;
use std::time::Duration;

const CERTIFICATES: u64 = 20;

#[test]
fn fault_32_a_clock_put_back_by_a_year_while_the_service_is_off_loses_nothing() -> Result<()> {
    on_this_thread(async |trace| {
        let hours = SignedDuration::from_hours;
        // Out of order when the clock is wrong: what fails then is to be tried again a year later.
        let mut world = World::new(calm(Some((30, 31))), trace).await?;
        for _ in 0..CERTIFICATES {
            world.create("six").await?;
        }
        let begin = world.clock.real();
        world.run_until(begin + hours(30)).await?;
        world.clock.jump(hours(24 * 365));
        world.run_until(begin + hours(30) + SignedDuration::from_mins(20)).await?;
        world.engine()?.prove_storage().await;
        let waiting = world.authority.orders();
        world.clock.jump(-hours(24 * 365));
        world.restart(Duration::from_secs(60)).await?;
        let open = world.engine()?.open_incidents();
        ensure!(open.iter().any(|it| it.words.contains("was put back by 365 days")), "{open:?}");
        // Before the six days are over everything is renewed, each about once.
        world.run_until(begin + hours(24 * 8)).await?;
        world.engine()?.keep_up().await?;
        let open = world.engine()?.open_incidents();
        ensure!(open.is_empty(), "{open:?}");
        let orders = world.authority.orders();
        ensure!((2 * CERTIFICATES..=4 * CERTIFICATES).contains(&orders), "{waiting} orders, then {orders}");
        world.check_nothing_lost().await
    })
}

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
        // It is told, though nobody was asked meanwhile, and over when the clock is right.
        world.engine()?.keep_up().await?;
        let open = world.engine()?.open_incidents();
        ensure!(open.len() == 1 && open[0].words.contains("365 days behind"), "{open:?}");
        world.clock.jump(hours(24 * 365));
        world.engine()?.keep_up().await?;
        ensure!(world.engine()?.open_incidents().is_empty());
        world.run_until(begin + hours(27)).await?;
        ensure!(world.authority.orders() == CERTIFICATES, "something was renewed twice");
        // Asleep from before the renewals are due until after: they come once, on waking.
        world.clock.pass(Duration::from_secs(60 * 3600));
        world.run_until(begin + hours(24 * 5)).await?;
        ensure!(world.authority.orders() == 2 * CERTIFICATES, "{} orders", world.authority.orders());
        ensure!(world.servers.served().needed == 2 * CERTIFICATES);
        let incidents = world.store.incidents(None, Page::default()).await?;
        let [told] = &incidents.items[..] else { bail!("{incidents:?}") };
        ensure!(told.cause.kind == CauseKind::Clock && told.gathered.count == 1, "{told:?}");
        world.check_nothing_lost().await
    })
}
