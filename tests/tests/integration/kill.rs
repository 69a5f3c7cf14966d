//! A real SIGKILL before and after every kind of step: the same end state, the stored key is the served key, and
//! no certificate was issued that nobody stores. The service runs as a process and kills itself where it is told.
#![expect(clippy::print_stdout, reason = "how long each kill took is asked for with --nocapture")]

use crate::lane::Files;
use crate::world::{World, items};
use anyhow::{Context, Result, ensure};
use certwright_engine::failpoint::KILL_VARIABLE;
use certwright_tests::{Ended, OccupiedPort, Pebble, free_port, wait_for};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const HOSTS: [&str; 3] = ["shop.example.test", "www.shop.example.test", "blog.example.test"];

/// How many worlds are killed in side by side.
const WORLDS: usize = 4;

/// How long a service may take until it reaches the place where it dies.
const LIMIT: Duration = Duration::from_secs(90);

/// Kinds of step of a run that succeeds.
const KINDS: [&str; 16] = [
    "prove-storage",
    "make-key",
    "open-order",
    "prepare-responder",
    "present-challenges",
    "await-authorizations",
    "remove-challenges",
    "retire-responder",
    "finalize",
    "await-certificate",
    "publish",
    "store-files",
    "act",
    "switch-version",
    "verify",
    "conclude",
];

/// Places inside of steps and between them. An act is passed for every edit, for nginx's check and its reload.
const INSIDE: [&str; 18] = [
    "make-key:made",
    "make-key:stored",
    "prepare-responder:before-act-0",
    "prepare-responder:before-act-1",
    "present-challenges:owed",
    "await-authorizations:acted#2",
    "remove-challenges:hidden",
    "retire-responder:undone",
    "undo:before-0",
    "await-certificate:fetched",
    "await-certificate:stored",
    "publish:stored",
    "act:begun#2",
    "act:acted#2",
    "act:begun#3",
    "act:acted#3",
    "conclude:stored",
    "run:before-ended",
];

fn world() -> Result<World> {
    let world = World::start(Pebble::builder().profile("default", "ninety days", 7_776_000), &[])?;
    world.register("pebble")?;
    Ok(world)
}

/// Begins a certificate in a service that dies at this place, and starts the service again.
fn die(world: &mut World, name: &str, place: &str) -> Result<()> {
    // Its answer may come or not: the service dies on the way, perhaps before it could give it.
    let _ = world.service.tell(&["cert", "request", name, "--no-wait", "--yes"], "")?;
    let ended = world.service.wait_for_end(LIMIT).with_context(|| format!("it never came to {place}"))?;
    ensure!(ended == Ended::Signal(9), "it ended by {ended}");
    world.service.start(&[])
}

/// One certificate from nothing to served, with a death on the way; gives nginx's configuration at the end.
fn performance(world: &mut World, place: Option<&str>) -> Result<Files> {
    let variables = place.map(|place| (KILL_VARIABLE, place));
    world.service.start(variables.as_slice())?;
    let port = world.nginx.https_port();
    let certificate = world.create("all", &HOSTS, port, &[])?;
    match place {
        Some(place) => die(world, "all", place)?,
        None => drop(world.service.command(&["cert", "request", "all", "--no-wait", "--yes"])?),
    }
    world.check_served("all", &HOSTS, port)?;
    let end = world.normalized(&certificate)?;
    if place.is_none() {
        check_kinds(world)?;
    }
    world.reset("all")?;
    world.service.stop()?;
    Ok(end)
}

/// The list above is the list of kinds that a run really has.
fn check_kinds(world: &World) -> Result<()> {
    let runs = world.service.json(&["run", "list", "--cert", "all"])?;
    let steps = items(&runs)?.iter().filter_map(|run| run["steps"].as_array());
    let kinds: BTreeSet<_> = steps.flatten().filter_map(|step| step["name"].as_str()).collect();
    let listed: BTreeSet<_> = KINDS.into_iter().chain(["roll-back"]).collect();
    ensure!(kinds == listed, "the runs have other kinds of steps: {kinds:?}");
    Ok(())
}

/// A deployment that fails because somebody else holds the port where TLS is to be added: it dies while taking
/// everything back. Then the port is free, and it is asked for again.
fn rolled_back(world: &mut World, place: &str) -> Result<()> {
    let host = ["blog.example.test"];
    world.service.start(&[(KILL_VARIABLE, place)])?;
    let port = free_port()?;
    let occupied = OccupiedPort::take(port)?;
    world.create("blog", &host, port, &[])?;
    die(world, "blog", place)?;
    world.wait_until("blog", "deployment-failing")?;
    let after = world.configuration()?;
    ensure!(after == *world.original(), "not everything was put back: {after:#?}");
    drop(occupied);
    // Whoever held it may just be letting go: the answer says to ask again in a moment.
    wait_for("blog to be nobody's work", LIMIT, || {
        let said = world.service.tell(&["cert", "request", "blog", "--no-wait", "--yes"], "")?;
        if said.code == 2 && said.err.contains("worked on right now") {
            std::thread::sleep(Duration::from_millis(200));
            return Ok(None);
        }
        ensure!(said.code == 0, "{}", said.all());
        Ok(Some(()))
    })?;
    world.check_served("blog", &host, port)?;
    world.reset("blog")?;
    world.service.stop()
}

/// Dies at all of these places, one after the other in each of several worlds.
fn die_everywhere(places: Vec<String>) -> Result<()> {
    let began = Instant::now();
    let total = places.len();
    let queue = Mutex::new(VecDeque::from(places));
    let expected = Mutex::new(None::<Files>);
    std::thread::scope(|scope| {
        let one_world = || -> Result<()> {
            let mut world = world()?;
            let clean = performance(&mut world, None).context("without a kill")?;
            let expected = expected.lock().unwrap().get_or_insert(clean).clone();
            loop {
                let Some(place) = queue.lock().unwrap().pop_front() else { return Ok(()) };
                let began = Instant::now();
                if place.starts_with("roll-back") {
                    rolled_back(&mut world, &place)
                } else {
                    performance(&mut world, Some(&place)).and_then(|end| {
                        ensure!(end == expected, "the configuration ended as {end:#?}, not as {expected:#?}");
                        Ok(())
                    })
                }
                .with_context(|| format!("killed at {place}"))?;
                println!("killed at {place}: as without, after {:.1} s", began.elapsed().as_secs_f32());
            }
        };
        let worlds: Vec<_> = (0..WORLDS).map(|_| scope.spawn(one_world)).collect();
        worlds.into_iter().try_for_each(|world| world.join().unwrap())
    })?;
    println!("{total} real kills in {:.0} s", began.elapsed().as_secs_f32());
    Ok(())
}

#[test]
fn fault_28_killed_at_every_kind_of_step_it_ends_the_same() -> Result<()> {
    let mut places = vec!["roll-back:begun".to_owned(), "roll-back:acted".to_owned()];
    places.extend(KINDS.iter().flat_map(|kind| [format!("{kind}:begun"), format!("{kind}:acted")]));
    die_everywhere(places)
}

#[test]
#[ignore = "long: places inside of steps and between them"]
fn killed_inside_of_steps_it_ends_the_same() -> Result<()> {
    let mut places: Vec<String> =
        ["roll-back:undone", "roll-back:switched"].into_iter().chain(INSIDE).map(str::to_owned).collect();
    places.extend(KINDS.iter().map(|kind| format!("{kind}:before-begun")));
    die_everywhere(places)
}

/// The lock of the data directory dies with the process, and so does every lease and lock inside it.
#[test]
fn fault_33_a_second_service_is_refused_and_what_a_killed_one_held_blocks_nobody() -> Result<()> {
    let mut world = world()?;
    let second = world.service.launch(&[])?.start()?;
    ensure!(second.wait_for_end(LIMIT)? == Ended::Code(1), "two services ran on one data directory");
    let words = second.log_text();
    ensure!(words.contains("another Certwright uses"), "it said: {words}");
    let port = world.nginx.https_port();
    for (host, place) in [("shop.example.test", "act:begun"), ("blog.example.test", "verify:begun")] {
        world.service.start(&[(KILL_VARIABLE, place)])?;
        world.create(host, &[host], port, &[])?;
        die(&mut world, host, place)?;
        world.check_served(host, &[host], port)?;
    }
    // From outside too, with a run on its way.
    world.service.command(&["cert", "request", "shop.example.test", "--no-wait", "--yes"])?;
    world.service.kill();
    world.service.start(&[])?;
    world.check_served("shop.example.test", &["shop.example.test"], port)?;
    let versions = world.service.json(&["cert", "versions", "shop.example.test"])?;
    ensure!(items(&versions)?.len() == 2, "no second version: {versions:#}");
    world.service.stop()
}
