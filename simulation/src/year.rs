//! A long run: a population of certificates, the usual faults, and the figures of it.

use crate::dice::Dice;
use crate::trace::Trace;
use crate::weather::Faults;
use crate::world::{Settings, World};
use anyhow::{Context as _, Result, ensure};
use certwright_core::{SignedDuration, Timestamp};
use certwright_engine::Clock as _;
use std::fmt;
use std::time::{Duration, Instant};

/// Over how long the certificates are added: nobody has all of them from the first day.
const ADDED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 20);
/// An order too many is allowed for every ten renewals that were needed.
pub const MOST_ORDERS: f64 = 1.1;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Everything that is drawn follows from this.
    pub seed: u64,
    /// How many certificates: 70 % of ninety days, 25 % of forty-seven, 5 % of six.
    pub certificates: usize,
    /// How many days.
    pub days: i64,
    /// What goes wrong.
    pub faults: Faults,
}

/// The figures of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was simulated.
    pub run: Run,
    /// Certificates that came to be served because it was time, first ones included.
    pub renewals: u64,
    /// Certificates that came to be served before it was time.
    pub early: u64,
    /// Orders that were opened at the authority.
    pub orders: u64,
    /// Certificates that were issued.
    pub issued: u64,
    /// Validations that failed.
    pub failed_validations: u64,
    /// Reloads that failed.
    pub failed_reloads: u64,
    /// The least that was left of a certificate when it was replaced: share, span, name.
    pub least_left: Option<(f64, SignedDuration, String)>,
    /// The longest outage that was ridden out.
    pub longest_outage: SignedDuration,
    /// How often the service died.
    pub restarts: u64,
    /// Requests to the authority.
    pub requests: u64,
    /// Moments to which the clock was moved.
    pub moments: u64,
    /// Lines of the trace.
    pub events: u64,
    /// SHA-256 over the trace.
    pub hash: String,
    /// The end of the trace.
    pub last: Vec<String>,
    /// Real time it took.
    pub took: Duration,
}

impl Report {
    /// Orders for each renewal that was needed.
    pub fn ratio(&self) -> f64 {
        self.orders as f64 / self.renewals.max(1) as f64
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Run { seed, certificates, days, .. } = self.run;
        writeln!(
            f,
            "seed {seed}: {certificates} certificates, {days} days: no served expiry, no pair that does not match"
        )?;
        writeln!(
            f,
            "  renewals {} ({} early), orders {} ({:.3} for each), issued {}, requests {}",
            self.renewals,
            self.early,
            self.orders,
            self.ratio(),
            self.issued,
            self.requests
        )?;
        writeln!(
            f,
            "  failed validations {}, failed reloads {}, restarts {}, longest outage ridden out {} h",
            self.failed_validations,
            self.failed_reloads,
            self.restarts,
            self.longest_outage.as_hours()
        )?;
        if let Some((share, left, name)) = &self.least_left {
            writeln!(
                f,
                "  least left when replaced: {:.1} % ({} h) of {name}",
                share * 100.0,
                left.as_hours()
            )?;
        }
        write!(
            f,
            "  moments {}, trace of {} lines {}, took {:.1} s",
            self.moments,
            self.events,
            &self.hash[..16],
            self.took.as_secs_f64()
        )
    }
}

/// Simulates on a runtime of its own, on this thread, with what the engine says as part of the trace.
///
/// # Errors
/// When an invariant breaks: seed, virtual moment, certificate, the last that happened.
pub fn simulate(run: Run) -> Result<Report> {
    on_this_thread(|trace| year(run, trace)).with_context(|| format!("seed {}", run.seed))
}

/// Runs a simulation on this thread, with the trace hearing what the engine says.
///
/// # Errors
/// What `simulation` says.
pub fn on_this_thread<T, F: Future<Output = Result<T>>>(simulation: impl FnOnce(Trace) -> F) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let trace = Trace::default();
    let heard = tracing::Dispatch::new(trace.clone());
    tracing::dispatcher::with_default(&heard, || runtime.block_on(simulation(trace)))
}

async fn year(run: Run, trace: Trace) -> Result<Report> {
    let started = Instant::now();
    let span = SignedDuration::from_hours(24 * run.days);
    let settings = Settings::new(run.seed, run.faults, span);
    let mut world = World::new(settings, trace).await?;
    let begin = world.clock.now();
    let end = begin + span;
    let dice = Dice::new(run.seed, 5);
    let mut additions: Vec<Timestamp> = (0..run.certificates)
        .map(|_| begin + SignedDuration::from_secs(dice.below(ADDED_WITHIN.as_secs() as u64) as i64))
        .collect();
    additions.sort();
    let mut additions = additions.into_iter().peekable();
    let mut crash = next_crash(&run.faults, &dice, begin);
    let mut moments = 0_u64;
    while world.clock.now() < end {
        let now = world.clock.now();
        while additions.next_if(|at| *at <= now).is_some() {
            world.create(profile(world.count())).await?;
        }
        if crash.is_some_and(|at| at <= now) {
            arm(&world, &dice);
            crash = next_crash(&run.faults, &dice, now);
        }
        if !world.work().await? {
            world.restart(Duration::from_secs(5 + dice.below(600))).await?;
            continue;
        }
        world.check()?;
        moments += 1;
        let stored = world.store.next_moment().await?;
        let next = [stored, additions.peek().copied(), crash, Some(end)].into_iter().flatten().min();
        world.wait(next.unwrap_or(end).duration_since(world.clock.now()))?;
    }
    // What is under way at the end is brought to its end, without further accidents.
    world.stop.disarm();
    world.run_until(end + SignedDuration::from_hours(3)).await?;
    world.check_nothing_lost().await?;
    let (asked, served) = (world.authority.asked(), world.servers.served());
    let longest = world.authority.outages.iter().filter(|outage| outage.1 <= end);
    let report = Report {
        run,
        renewals: served.needed,
        early: served.early,
        orders: asked.orders,
        issued: asked.issued.len() as u64,
        failed_validations: asked.failed_validations,
        failed_reloads: served.flaky,
        least_left: served
            .least_left
            .map(|(share, left, server)| (share, left, world.name(server).to_owned())),
        longest_outage: longest.map(|(from, until)| until.duration_since(*from)).max().unwrap_or_default(),
        restarts: world.restarts,
        requests: asked.requests,
        moments,
        events: world.trace.count(),
        hash: world.trace.hash(),
        last: world.trace.last_of("", usize::MAX),
        took: started.elapsed(),
    };
    ensure!(report.ratio() <= MOST_ORDERS, "too many orders for the renewals that were needed:\n{report}");
    Ok(report)
}

/// 70 % of ninety days, 25 % of forty-seven, 5 % of six.
fn profile(number: usize) -> &'static str {
    match number % 20 {
        0..14 => "ninety",
        14..19 => "forty-seven",
        _ => "six",
    }
}

/// About a day after this moment.
fn next_crash(faults: &Faults, dice: &Dice, after: Timestamp) -> Option<Timestamp> {
    faults.crashes.then(|| after + SignedDuration::from_secs(43_200 + dice.below(86_400) as i64))
}

/// The service dies a little later: between two writes, or at a request.
fn arm(world: &World, dice: &Dice) {
    let is_place = cfg!(feature = "failpoints") && dice.happens(0.7);
    if is_place {
        crate::stop::Stop::at_place(dice.below(80) as usize);
    } else {
        world.stop.at_request(dice.below(15) as u32, dice.happens(0.5));
    }
}
