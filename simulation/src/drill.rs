//! The drill: an authority wants everything replaced at once, as before a mass revocation.

use crate::trace::Trace;
use crate::weather::Faults;
use crate::world::{Settings, World};
use anyhow::{Result, bail, ensure};
use certwright_core::SignedDuration;
use certwright_core::event::EventKind;
use certwright_core::incident::{CauseKind, EXAMPLES};
use certwright_core::pace::Pace;
use certwright_store::{EventFilter, Page, Store};
use std::fmt;
use std::time::{Duration, Instant};

/// How many orders a second the authority of the drill takes.
const ORDERS_A_SECOND: u32 = 1;
/// Within what everything must have been replaced: an authority has 24 hours for the gravest reasons (CA/Browser Forum
/// Baseline Requirements §4.9.1.1).
const WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// The figures of a drill.
#[derive(Clone, Debug)]
pub struct DrillReport {
    /// How many certificates there were.
    pub certificates: u64,
    /// How long it took until all were replaced and served, from the moment at which the windows moved.
    pub within: SignedDuration,
    /// How many orders were opened for that.
    pub orders: u64,
    /// The most orders in one minute.
    pub busiest_minute: u64,
    /// Real time it took.
    pub took: Duration,
}

impl fmt::Display for DrillReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "drill: {} certificates whose windows were moved to the past were replaced and served within {} min; \
             {} orders, {} in the busiest minute of an authority that takes {}; one incident; took {:.1} s",
            self.certificates,
            self.within.as_mins(),
            self.orders,
            self.busiest_minute,
            60 * ORDERS_A_SECOND,
            self.took.as_secs_f64()
        )
    }
}

/// Has so many certificates served, moves all their windows to the past, and looks what comes of it.
///
/// # Errors
/// When one of them is not replaced in time or more than once, when the authority is hurried, or when it is not one
/// incident.
pub async fn drill(certificates: u64, trace: Trace) -> Result<DrillReport> {
    let started = Instant::now();
    let settings = Settings {
        advice: true,
        pace: Pace { orders_per_second: ORDERS_A_SECOND, ..Pace::default() },
        ..Settings::new(1, Faults::NONE, SignedDuration::from_hours(24))
    };
    let mut world = World::new(settings, trace).await?;
    for _ in 0..certificates {
        world.create("ninety").await?;
    }
    let half_a_day = SignedDuration::from_hours(12);
    world.run_until(world.clock.real() + half_a_day).await?;
    let before = world.authority.asked();
    ensure!(before.orders == certificates, "{} orders at first", before.orders);

    let moved = world.clock.real();
    world.authority.revoke_everything();
    let mut replaced_at = None;
    while world.clock.real() < moved + WITHIN {
        world.run_until(world.clock.real() + SignedDuration::from_mins(5)).await?;
        if world.servers.served().replaced() == 2 * certificates {
            replaced_at = Some(world.clock.real());
            break;
        }
    }
    let Some(replaced_at) = replaced_at else {
        let (asked, served) = (world.authority.asked(), world.servers.served().replaced());
        let last = world.trace.last_of("c00000.example.test", 12).join("\n  ");
        bail!("within a day {} orders, {served} served; the last of one of them:\n  {last}", asked.orders);
    };
    let within = replaced_at.duration_since(moved);
    // And nothing happens twice.
    world.run_until(world.clock.real() + half_a_day).await?;
    // What the service does beside its work each minute, and a world does not.
    world.engine()?.keep_up().await?;
    let asked = world.authority.asked();
    let orders = asked.orders - before.orders;
    ensure!(orders == certificates, "{orders} orders for {certificates} certificates");
    ensure!(asked.replacing == certificates, "{} of them say what they replace", asked.replacing);
    let since = moved.as_second() / 60;
    let busiest_minute = asked.orders_by_minute.range(since..).map(|(_, count)| *count).max().unwrap_or(0);
    ensure!(busiest_minute <= u64::from(60 * ORDERS_A_SECOND) + 1, "{busiest_minute} orders in a minute");

    let incidents = world.store.incidents(None, Page::default()).await?;
    let [incident] = &incidents.items[..] else { bail!("{} incidents: {incidents:?}", incidents.total) };
    ensure!(incident.cause.kind == CauseKind::MassRenewal, "{incident:?}");
    ensure!((incident.gathered.count, incident.resolved) == (certificates, certificates), "{incident:?}");
    ensure!(incident.gathered.examples.len() <= EXAMPLES && incident.closed_at.is_some(), "{incident:?}");
    let told = told(world.store.as_ref()).await?;
    ensure!(told == [EventKind::IncidentOpened, EventKind::IncidentClosed], "{told:?}");
    world.check_nothing_lost().await?;
    Ok(DrillReport { certificates, within, orders, busiest_minute, took: started.elapsed() })
}

/// The events of incidents, in their order.
async fn told(store: &dyn Store) -> Result<Vec<EventKind>> {
    let (mut told, mut last) = (Vec::new(), 0);
    loop {
        let events = store.events_after(last, &EventFilter::default(), 10_000).await?;
        let Some(event) = events.last() else { return Ok(told) };
        last = event.id;
        let kinds = events.iter().map(|event| event.event.kind);
        told.extend(
            kinds.filter(|kind| matches!(kind, EventKind::IncidentOpened | EventKind::IncidentClosed)),
        );
    }
}
