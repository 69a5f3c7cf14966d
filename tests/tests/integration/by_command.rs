//! Stories by the command line alone, as a person tells them: whether an authority is there, ordering from another one, an
//! earlier version served again, failures forgotten.

use crate::world::World;
use anyhow::{Context, Result, ensure};
use certwright_tests::{Pebble, handshake};
use serde_json::Value;
use std::net::SocketAddr;

const HOSTS: [&str; 2] = ["shop.example.test", "www.shop.example.test"];
const BLOG: &str = "blog.example.test";

fn start() -> Result<World> {
    let world = World::start(Pebble::builder(), &[])?;
    world.register("pebble")?;
    Ok(world)
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("no {pointer} in {value:#}"))
}

/// A second Pebble, known by this id.
fn add(world: &World, other: &Pebble, id: &str) -> Result<()> {
    let folder = world.service.folder().join(id);
    std::fs::create_dir(&folder)?;
    let words = other.as_entry_named(id, "Another", &folder)?;
    world.service.command(&words.iter().map(String::as_str).collect::<Vec<_>>()).map(drop)
}

#[test]
fn ca_probe_says_who_is_there_and_who_is_not() -> Result<()> {
    let world = start()?;
    let said = world.service.command(&["ca", "probe", "pebble"])?;
    ensure!(said == "pebble is there.\n", "{said}");
    let probed = world.service.json(&["ca", "probe", "pebble"])?;
    ensure!(probed["authority"] == "pebble" && probed["answer"].is_null(), "{probed}");
    let nobody = world.service.tell(&["ca", "probe", "nobody"], "")?;
    ensure!(nobody.code == 4 && nobody.err.contains("certwright ca list"), "{}", nobody.all());

    world.pebble.stop();
    let gone = world.service.tell(&["ca", "probe", "pebble"], "")?;
    ensure!(gone.code == 1, "{}", gone.all());
    ensure!(gone.out.starts_with("pebble: could not fetch the directory"), "{}", gone.all());
    ensure!(gone.out.contains("It was there ") && !gone.out.contains("retired"), "{}", gone.all());
    Ok(())
}

#[test]
fn ca_move_has_certificates_ordered_elsewhere_after_a_preview_and_a_yes() -> Result<()> {
    let world = start()?;
    let first = world.obtain("shop", &HOSTS)?;
    let port = world.nginx.https_port();
    let other = Pebble::builder().http_port(world.nginx.http_port()).gentle().retry_after(0, 0).start()?;
    add(&world, &other, "other")?;
    let authority = || text(&world.show("shop")?, "/authority");
    let moving = ["ca", "move", "pebble", "--to", "other"];

    // Without an account there nothing can be moved, and the answer says what to do.
    let refused = world.service.tell(&moving, "")?;
    ensure!(refused.code != 0 && refused.err.contains("account create --ca other"), "{}", refused.all());
    world.register("other")?;

    let preview = world.service.command(&[&moving[..], &["--preview"]].concat())?;
    ensure!(preview == "Would be ordered from other: shop\n", "{preview}");
    ensure!(authority()? == "pebble", "a preview changed it");
    let unasked = world.service.tell(&moving, "")?;
    ensure!(unasked.code == 2 && unasked.err.contains("--yes"), "{}", unasked.all());
    ensure!(authority()? == "pebble", "moved without a yes");

    let moved = world.service.command(&[&moving[..], &["--yes"]].concat())?;
    ensure!(moved == "Ordered from other: shop\n", "{moved}");
    let shown = world.show("shop")?;
    ensure!(text(&shown, "/authority")? == "other", "{shown:#}");
    ensure!(text(&shown, "/version/id")? == text(&first, "/version/id")?, "what is served stays until then");
    world.service.command(&["cert", "request", "shop", "--yes"])?;
    let after = world.wait_until("shop", "served")?;
    ensure!(text(&after, "/version/authority")? == "other", "{after:#}");
    let served = handshake(SocketAddr::from(([127, 0, 0, 1], port)), HOSTS[0])?;
    ensure!(served.fingerprint_sha256 == text(&after, "/version/facts/fingerprint")?, "{served:?}");

    let again = world.service.command(&[&moving[..], &["--yes"]].concat())?;
    ensure!(again == "No certificate is ordered from it.\n", "{again}");
    let same = world.service.tell(&["ca", "move", "other", "--to", "other", "--yes"], "")?;
    ensure!(same.code != 0 && same.err.contains("name another authority"), "{}", same.all());
    Ok(())
}

#[test]
fn cert_rollback_serves_an_earlier_version_again_without_an_order() -> Result<()> {
    let world = start()?;
    let port = world.nginx.https_port();
    let first = world.obtain("shop", &HOSTS)?;
    let none = world.service.tell(&["cert", "rollback", "shop"], "")?;
    ensure!(none.code == 4 && none.err.contains("earlier version"), "{}", none.all());
    world.service.command(&["cert", "request", "shop", "--yes"])?;
    let second = world.wait_until("shop", "served")?;
    let id = |shown: &Value| text(shown, "/version/id");
    ensure!(id(&first)? != id(&second)?, "it was not renewed");
    let orders = world.pebble.orders_opened();

    world.service.command(&["cert", "rollback", "shop"])?;
    let back = world.wait_until("shop", "served")?;
    ensure!(id(&back)? == id(&first)?, "{back:#}");
    world.check_served("shop", &HOSTS, port)?;

    // By name, to the one that was left; the current one is refused.
    let current = world.service.tell(&["cert", "rollback", "shop", &id(&first)?], "")?;
    ensure!(current.code != 0 && current.err.contains("cert deploy"), "{}", current.all());
    world.service.command(&["cert", "rollback", "shop", &id(&second)?])?;
    let forth = world.wait_until("shop", "served")?;
    ensure!(id(&forth)? == id(&second)?, "{forth:#}");
    world.check_served("shop", &HOSTS, port)?;
    ensure!(world.pebble.orders_opened() == orders, "something was ordered");
    // A request ends it.
    world.service.command(&["cert", "request", "shop", "--yes"])?;
    let third = world.wait_until("shop", "served")?;
    ensure!(id(&third)? != id(&second)? && id(&third)? != id(&first)?, "{third:#}");
    Ok(())
}

#[test]
fn cert_reset_forgets_failures_and_back_off() -> Result<()> {
    let world = start()?;
    world.create("blog", &[BLOG], world.nginx.https_port(), &[])?;
    world.pebble.names().add_a(BLOG, "127.0.0.2")?;
    let failed = world.service.tell(&["cert", "request", "blog", "--yes"], "")?;
    ensure!(failed.code != 0, "{}", failed.all());
    let shown = world.show("blog")?;
    ensure!(shown["failures"].as_u64() > Some(0) && !shown["last_failure"].is_null(), "{shown:#}");
    let waits = text(&shown, "/next_why")?;

    world.pebble.names().clear_a(BLOG)?;
    let said = world.service.command(&["cert", "reset", "blog"])?;
    ensure!(said.starts_with("Forgot the failures of blog: "), "{said}");
    let shown = world.show("blog")?;
    ensure!(shown["failures"] == 0 && shown["last_failure"].is_null(), "{shown:#}");
    ensure!(text(&shown, "/next_why")? != waits, "it still waits for the end of its back-off: {waits}");
    let audit = world.service.json(&["audit", "list", "--limit", "5"])?;
    ensure!(audit.to_string().contains("reset"), "nobody can see who did it: {audit:#}");
    let nobody = world.service.tell(&["cert", "reset", "nobody"], "")?;
    ensure!(nobody.code == 4, "{}", nobody.all());
    // And it can be had.
    world.service.command(&["cert", "request", "blog", "--yes"])?;
    world.wait_until("blog", "served").map(drop)
}
