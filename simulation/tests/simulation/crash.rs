//! Random stops over obtain and deploy: nothing is lost, and no pair that does not match is ever to be seen.

use crate::calm;
use anyhow::{Context as _, Result, ensure};
use certwright_core::SignedDuration;
use certwright_pki::{facts, key::PrivateKey, parse_chain};
use certwright_simulation::{Dice, Stop, World, on_this_thread};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// So many stops; `CERTWRIGHT_SIMULATION_STOPS=10000` before an issue is closed.
const STOPS: u64 = 500;

#[test]
fn stopped_hundreds_of_times_anywhere_it_ends_the_same() -> Result<()> {
    match std::env::var("CERTWRIGHT_SIMULATION_STOPS") {
        Ok(text) => stopped(text.parse()?),
        Err(_) => stopped(STOPS),
    }
}

#[expect(clippy::print_stderr, reason = "the figures are shown with --nocapture")]
fn stopped(stops: u64) -> Result<()> {
    on_this_thread(async |trace| {
        let seen = trace.clone();
        let mut world = World::new(calm(None), trace).await?;
        // One on nginx, one with plain files.
        for _ in 0..5 {
            world.create("ninety").await?;
        }
        let begin = world.clock.real();
        world.run_until(begin + SignedDuration::from_hours(2)).await?;
        let watch = Watch::begin(&world);
        let dice = Dice::new(32, 1);
        // The others are renewed by their age meanwhile.
        let (mut asked, mut died) = ([1_u64; 5], 0_u64);
        while died < stops {
            let number = if dice.happens(0.3) { 4 } else { 0 };
            let name = world.name(number).to_owned();
            let before = world.servers.loaded(number).context("nothing is served")?.serial;
            world.engine()?.request(&name, None, "test").await?;
            asked[number] += 1;
            // Several deaths on the way to one certificate: the second one meets what the first has left.
            for _ in 0..=dice.below(3) {
                if dice.happens(0.75) {
                    Stop::at_place(dice.below(90) as usize);
                } else {
                    world.stop.at_request(dice.below(10) as u32, dice.happens(0.5));
                }
                let alive = world.work().await?;
                world.stop.disarm();
                if !alive {
                    died += 1;
                    world.restart(Duration::from_secs(1)).await?;
                }
            }
            let until = world.clock.real() + SignedDuration::from_hours(3);
            world.run_until(until).await?;
            let after = world.servers.loaded(number).context("nothing is served")?.serial;
            ensure!(after != before, "{name} was not replaced after {died} deaths");
            let orders = world.authority.asked().orders_by_name[&name];
            ensure!(
                orders == asked[number],
                "{orders} orders of {name} instead of {asked:?}, after {died} deaths; the last that happened:\n{}",
                seen.last_of("", 120).join("\n")
            );
        }
        let all = world.authority.asked();
        ensure!(all.issued.len() as u64 == all.orders, "one certificate for each order");
        let looks = watch.end()?;
        eprintln!("crash: {died} deaths, {asked:?} certificates, {looks} looks at key and certificate");
        ensure!(looks > 100, "nobody looked");
        world.check_nothing_lost().await
    })
}

/// A server's eye: follows the link once, and reads key and certificate of the folder behind it, all the time.
struct Watch {
    over: Arc<AtomicBool>,
    looks: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<Result<()>>,
}

impl Watch {
    fn begin(world: &World) -> Self {
        let folder = world.data().join("certificates");
        let (over, looks) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (ended, counted) = (Arc::clone(&over), Arc::clone(&looks));
        let thread = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                for entry in std::fs::read_dir(&folder)? {
                    look(&entry?.path())?;
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            Ok(())
        });
        Self { over, looks, thread }
    }

    fn end(self) -> Result<u64> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow::anyhow!("the eye panicked"))??;
        Ok(self.looks.load(Ordering::Relaxed))
    }
}

fn look(certificate: &Path) -> Result<()> {
    // Plain files are written elsewhere, and no link is switched for them.
    let Ok(version) = std::fs::read_link(certificate.join("current")) else { return Ok(()) };
    let folder: PathBuf = certificate.join(version);
    let chain = parse_chain(&std::fs::read_to_string(folder.join("fullchain.pem"))?)?;
    let key = PrivateKey::from_pem(&std::fs::read_to_string(folder.join("privkey.pem"))?)?;
    let leaf = facts(chain.first().context("an empty chain")?)?;
    ensure!(leaf.key_fingerprint == key.spki_fingerprint(), "{} does not match", folder.display());
    Ok(())
}
