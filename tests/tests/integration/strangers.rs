//! Clients that are not ours (certbot, lego, uacme) obtain, renew and revoke at the built-in authority as the service
//! mounts it.

mod clients;
mod judge;
mod scene;

use anyhow::{Context, Result, ensure};
use certwright_authority::{NamePolicy, Page};
use certwright_tests::find_program;
use clients::{Client, namespace};
use judge::{Chain, revoked};
use scene::{HOME, Scene};
use std::io::Write as _;
use std::time::Instant;

/// Whether a client is there. Root has it installed by `cargo xtask install`; others are told that it is left out.
fn is_there(program: &str) -> Result<bool> {
    match find_program(program) {
        Ok(_) => Ok(true),
        Err(error) if rustix::process::geteuid().is_root() => Err(error),
        Err(_) => {
            // Not `println!`, which a test that passes keeps to itself.
            writeln!(
                std::io::stderr(),
                "skipped: {program} is not installed; `cargo xtask install` as root installs it"
            )?;
            Ok(false)
        }
    }
}

/// What a client must be able to do, as others see it.
fn story(scene: &Scene, client: &Client) -> Result<()> {
    let began = Instant::now();
    let (host, root) = (client.host.as_str(), scene.root.as_path());
    client.obtain()?;
    let first = Chain::read(&client.chain)?;
    first.verify(host, root, &scene.revocation_list()?).context("what was obtained")?;
    let obtained = began.elapsed();
    client.renew()?;
    let second = Chain::read(&client.chain)?;
    second.verify(host, root, &scene.revocation_list()?).context("what was renewed")?;
    ensure!(first.serial != second.serial, "it was not renewed");
    let renewed = began.elapsed();
    client.revoke()?;
    let list = scene.revocation_list()?;
    let serials = revoked(&list)?;
    ensure!(serials.contains(&second.serial), "{} is not among {serials:?}", second.serial);
    ensure!(!serials.contains(&first.serial), "the first one was revoked too");
    first.verify(host, root, &list).context("the first one, which was not revoked")?;
    let refused = second.verify(host, root, &list).err().context("a revoked certificate is good")?;
    ensure!(format!("{refused:#}").contains("certificate revoked"), "{refused:#}");
    println!(
        "{}: obtained after {:.1} s, renewed after {:.1} s, revoked after {:.1} s",
        client.program,
        obtained.as_secs_f32(),
        renewed.as_secs_f32(),
        began.elapsed().as_secs_f32()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn certbot_lego_and_uacme_obtain_renew_and_revoke() -> Result<()> {
    let scene = Scene::start(true).await?;
    let policy = NamePolicy { names: vec!["lego.localhost".to_owned()], ..NamePolicy::default() };
    let key = scene.issuers.add_external_key(HOME, &policy, None, "test").await?;
    let namespace = namespace();
    // Where nobody may mount, uacme is tried without the door's TLS, at a service of its own.
    let plain =
        if namespace.is_none() && is_there("uacme")? { Some(Scene::start(false).await?) } else { None };
    let mut clients = Vec::new();
    if is_there("certbot")? {
        clients.push((&scene, Client::certbot(&scene)?));
    }
    if is_there("lego")? {
        clients.push((&scene, Client::lego(&scene, &key.id, &key.secret)?));
    }
    if is_there("uacme")? {
        let scene = plain.as_ref().unwrap_or(&scene);
        clients.push((scene, Client::uacme(scene, namespace)?));
    }
    std::thread::scope(|scope| {
        let stories: Vec<_> = clients
            .iter()
            .map(|(scene, client)| scope.spawn(|| story(scene, client).context(client.program)))
            .collect();
        stories.into_iter().try_for_each(|story| story.join().unwrap())
    })?;

    // What the authority says of it: two for each client, one of them revoked; and who lego is.
    for (scene, client) in &clients {
        let issued = scene.issuers.issued(HOME, Page::default()).await?.items;
        let of_client: Vec<_> = issued
            .iter()
            .filter(|certificate| certificate.identifiers.iter().any(|name| name.ascii() == client.host))
            .collect();
        let revoked = of_client.iter().filter(|certificate| certificate.revocation.is_some()).count();
        ensure!((of_client.len(), revoked) == (2, 1), "{}: {of_client:#?}", client.program);
    }
    if clients.iter().any(|(_, client)| client.program == "lego") {
        let keys = scene.issuers.external_keys(HOME, Page::default()).await?.items;
        ensure!(
            keys.iter().any(|stored| stored.id == key.id && stored.account.is_some()),
            "lego is not bound"
        );
    }
    drop(clients);
    if let Some(plain) = plain {
        plain.end().await?;
    }
    scene.end().await
}
