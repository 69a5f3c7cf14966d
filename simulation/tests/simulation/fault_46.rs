//! Fault 46: everything was imported at once, and the authority is out of order for a day when it is due.

use crate::calm;
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_simulation::{World, on_this_thread};

/// As many as CI can afford; 10,000 go the same way.
const CERTIFICATES: u64 = 100;

#[test]
fn fault_46_a_bulk_import_and_a_day_without_authority_expire_nothing() -> Result<()> {
    on_this_thread(async |trace| {
        let begin_of_outage = 24 * 31;
        let mut world = World::new(calm(Some((begin_of_outage, begin_of_outage + 24))), trace).await?;
        for _ in 0..CERTIFICATES {
            world.create("forty-seven").await?;
        }
        let begin = world.clock.real();
        world.run_until(begin + SignedDuration::from_hours(24 * 40)).await?;
        let (asked, served) = (world.authority.asked(), world.servers.served());
        ensure!(served.needed == 2 * CERTIFICATES && asked.orders == 2 * CERTIFICATES, "{}", asked.orders);
        let first = begin.as_second() / 3600;
        let outage = (first + begin_of_outage)..(first + begin_of_outage + 24);
        let in_outage: u64 = asked.requests_by_hour.range(outage.clone()).map(|(_, count)| count).sum();
        ensure!(in_outage > 0, "the outage met nobody");
        ensure!(in_outage <= 14 * CERTIFICATES, "{in_outage} requests in a day of outage");
        let most = asked.orders_by_hour.range(outage.start..).map(|(_, count)| *count).max().unwrap_or(0);
        eprintln!(
            "fault 46: of {CERTIFICATES} certificates {most} were ordered in the busiest hour after the outage; \
             {in_outage} requests in it"
        );
        world.check_nothing_lost().await
    })
}
