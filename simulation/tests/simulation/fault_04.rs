//! Fault 4: the authority is out of order for eight hours, just when everything is due.

use crate::calm;
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_simulation::{World, on_this_thread};

const CERTIFICATES: u64 = 60;

#[test]
fn fault_04_eight_hours_outage_expire_nothing_and_are_not_hammered_at() -> Result<()> {
    on_this_thread(async |trace| {
        // Six days, renewed at half of it: all are due on the fourth day, when nobody answers.
        let mut world = World::new(calm(Some((71, 79))), trace).await?;
        for _ in 0..CERTIFICATES {
            world.create("six").await?;
        }
        let begin = world.clock.real();
        world.run_until(begin + SignedDuration::from_hours(24 * 6)).await?;
        let (asked, served) = (world.authority.asked(), world.servers.served());
        ensure!(served.needed == 2 * CERTIFICATES, "served were {}", served.needed);
        ensure!(asked.orders == 2 * CERTIFICATES, "an outage costs no order: {}", asked.orders);
        ensure!(asked.in_outage >= CERTIFICATES, "the outage met nobody");
        // Four tries, each a request or two (a nonce may be wanted first), and once more after the back-off.
        let each = asked.in_outage as f64 / CERTIFICATES as f64;
        ensure!(each <= 10.0, "{each:.1} requests for each certificate in the outage");
        eprintln!("fault 4: {each:.1} requests for each certificate in eight hours");
        world.check_nothing_lost().await
    })
}
