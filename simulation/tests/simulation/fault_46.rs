//! Fault 46: everything was imported at once, and the authority is out of order for a day when it is due.

use crate::calm;
use anyhow::{Result, bail, ensure};
use certwright_core::SignedDuration;
use certwright_core::event::EventKind;
use certwright_core::incident::{CauseKind, EXAMPLES};
use certwright_simulation::{World, on_this_thread};
use certwright_store::{EventFilter, Page};

/// As many as CI can afford; 10,000 go the same way.
const CERTIFICATES: u64 = 150;
/// The most orders in any minute: thirty that wait for nobody, then one a second.
const HERD: u64 = 92;
/// The same once the authority is back: those that failed in it come back one by one.
const HERD_AFTER: u64 = 12;

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
        let busiest =
            |from: i64| asked.orders_by_minute.range(from..).map(|(_, count)| *count).max().unwrap_or(0);
        let (import, back) = (busiest(0), busiest(outage.end * 60));
        ensure!(import <= HERD, "{import} orders in one minute");
        ensure!((1..=HERD_AFTER).contains(&back), "{back} orders in one minute after the outage");
        let most = asked.orders_by_hour.range(outage.start..).map(|(_, count)| *count).max().unwrap_or(0);
        eprintln!(
            "fault 46: of {CERTIFICATES} certificates {most} were ordered in the busiest hour after the outage; \
             {in_outage} requests in it; {import} in the busiest minute of all, {back} after the outage"
        );
        // All of that is one incident: opened once, with a count and a few examples, and closed when it was over.
        let incidents = world.store.incidents(None, Page::default()).await?;
        let [incident] = &incidents.items[..] else { bail!("{} incidents: {incidents:?}", incidents.total) };
        ensure!(incident.cause.kind == CauseKind::AuthorityOutage, "{incident:?}");
        ensure!(incident.gathered.count > EXAMPLES as u64 && incident.gathered.examples.len() <= EXAMPLES);
        ensure!(incident.closed_at.is_some(), "it is still open: {incident:?}");
        let events = world.store.events_after(0, &EventFilter::default(), 1_000_000).await?;
        let told = |kind| events.iter().filter(|event| event.event.kind == kind).count();
        ensure!(told(EventKind::IncidentOpened) == 1 && told(EventKind::IncidentClosed) == 1);
        eprintln!("fault 46: {} failures in one incident", incident.gathered.count);
        world.check_nothing_lost().await
    })
}
