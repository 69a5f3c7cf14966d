//! The whole story, by the real program: account, create, preview, test, request through nginx's own port with
//! Pebble at its nastiest; then a certificate of 60 seconds' life is renewed unattended, with a restart between.

use crate::lane::{Files, configuration, two_sites};
use crate::lines::{announced, between};
use crate::service::{Service, deploy_to};
use anyhow::{Context, Result, ensure};
use certwright_core::Timestamp;
use certwright_tests::{Nginx, Pebble, Served, trusted_handshake};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

const HOSTS: [&str; 3] = ["shop.example.test", "www.shop.example.test", "blog.example.test"];

/// Half of 60 seconds, and what the steps take with Pebble's sleeping validation and a busy machine.
const RENEWED_WITHIN: Duration = Duration::from_secs(70);

struct World {
    pebble: Pebble,
    nginx: Nginx,
    service: Service,
    roots: String,
    original: Files,
}

impl World {
    fn start() -> Result<Self> {
        let nginx = two_sites()?;
        let pebble = Pebble::builder()
            .http_port(nginx.http_port())
            .profile("default", "ninety days", 7_776_000)
            .profile("minute", "sixty seconds", 60)
            .start()?;
        let service = Service::start(&pebble)?;
        let (roots, original) = (pebble.issuing_root_pem()?, configuration(&nginx)?);
        service.join(&pebble)?;
        let deploy = deploy_to(&nginx);
        let options: Vec<&str> = deploy.iter().map(String::as_str).collect();
        let create = ["cert", "create", "--name=sites", "--ca=pebble", "--profile=default"];
        service.done(&[&create[..], &HOSTS, &options].concat())?;
        Ok(Self { pebble, nginx, service, roots, original })
    }

    /// What every host is served; an error unless it is valid now, trusted and for that host.
    fn served(&self) -> Result<Vec<Served>> {
        let all = HOSTS.map(|host| trusted_handshake(self.nginx.https_address(), host, &self.roots));
        let all: Vec<Served> = all.into_iter().collect::<Result<_>>()?;
        for (served, host) in all.iter().zip(HOSTS) {
            ensure!(served.not_after.parse::<Timestamp>()? > Timestamp::now(), "{host} is served {served:?}");
        }
        Ok(all)
    }

    fn preview(&self) -> Result<(Value, String)> {
        let preview = self.service.done(&["cert", "preview", "sites"])?;
        let fingerprint = preview["fingerprint"].as_str().context("a preview without a fingerprint")?;
        let fingerprint = fingerprint.to_owned();
        Ok((preview, fingerprint))
    }

    fn check_no_challenge_left(&self) -> Result<()> {
        for (path, text) in configuration(&self.nginx)? {
            ensure!(!text.contains("acme-challenge"), "{} answers challenges:\n{text}", path.display());
        }
        ensure!(!self.nginx.path("blog/.well-known").exists(), "an answer is left in the webroot");
        Ok(())
    }

    /// A preview whose plan no longer fits is refused with the difference, and nothing is ordered.
    fn refuses_an_outdated_plan(&self, change: impl Fn(&str) -> String, words: &[&str]) -> Result<()> {
        let (_, fingerprint) = self.preview()?;
        let blog = Path::new("sites/blog.conf");
        let text = self.original.get(blog).context("no blog")?;
        self.nginx.write("sites/blog.conf", &change(text))?;
        let said = self.service.ask(&["cert", "request", "sites", "--plan", &fingerprint, "--yes"])?;
        ensure!(said.code == 5 && said.err.contains("What has changed since it was shown"), "{said:?}");
        for word in words {
            ensure!(said.err.contains(word), "it does not say {word:?}: {said:?}");
        }
        ensure!(self.pebble.orders_opened() == 0, "an order was opened");
        self.nginx.write("sites/blog.conf", text)
    }
}

#[test]
fn from_an_account_to_unattended_renewals() -> Result<()> {
    let mut world = World::start()?;

    let insertion = |text: &str| format!("# Grace was here\n{text}");
    world.refuses_an_outdated_plan(
        insertion,
        &["- ", "sites/blog.conf, line 3:", "+ ", "sites/blog.conf, line 4:"],
    )?;
    // The plan reads the same, but the file it edits is another.
    world.refuses_an_outdated_plan(|text| format!("{text}# Grace again\n"), &["file", "changed"])?;

    let (preview, fingerprint) = world.preview()?;
    let report = world.service.done(&["cert", "test", "sites"])?;
    ensure!(report["passed"] == true, "{report:#}");
    ensure!(world.pebble.orders_opened() == 0, "Preview or Test opened an order");
    ensure!(configuration(&world.nginx)? == world.original, "Preview or Test changed the configuration");

    let asked = Instant::now();
    let certificate = world.service.done(&["cert", "request", "sites", "--plan", &fingerprint, "--yes"])?;
    println!("issued and served after {:.1} s", asked.elapsed().as_secs_f32());
    ensure!(certificate["health_reason"] == "served", "{certificate:#}");
    let served = world.served()?;
    for served in &served {
        ensure!(world.pebble.issued_serials() == [served.serial.as_str()], "{served:?}");
        let expected = served.fingerprint_sha256.as_str();
        ensure!(certificate["version"]["facts"]["fingerprint"] == expected, "{certificate:#}");
    }
    only_announced_lines_changed(&world, &preview)?;
    let deployed = configuration(&world.nginx)?;
    follows_a_policy(&world)?;

    let lives = renews_unattended(&mut world)?;
    ensure!(configuration(&world.nginx)? == deployed, "a renewal changed the configuration");
    world.check_no_challenge_left()?;
    println!("served {lives} lives of 60 seconds in turn");
    Ok(())
}

fn only_announced_lines_changed(world: &World, preview: &Value) -> Result<()> {
    let changed = between(&world.original, &configuration(&world.nginx)?);
    let deploy = announced(preview, "deploy", world.nginx.dir())?;
    ensure!(changed == deploy, "announced was {deploy:#?}\nand it became {changed:#?}");
    let shop = &changed[Path::new("sites/shop.conf")];
    ensure!(shop.0.len() == 2 && shop.1.len() == 2, "a re-pointed site changes two lines: {shop:#?}");
    ensure!(!changed.contains_key(Path::new("nginx.conf")), "the main file changed: {changed:#?}");
    // What let nginx answer was announced too, only adds, and is gone.
    let answering = announced(preview, "obtain", world.nginx.dir())?;
    let answers = |(went, came): &(Vec<String>, Vec<String>)| {
        went.is_empty() && came.iter().any(|line| line.contains("acme-challenge"))
    };
    ensure!(!answering.is_empty() && answering.values().all(answers), "{answering:#?}");
    world.check_no_challenge_left()
}

/// When it is renewed is a person's to say, as far as that is safe; the certificate says which it was.
fn follows_a_policy(world: &World) -> Result<()> {
    let refused = world.service.ask(&["cert", "edit", "sites", "--renew=100%"])?;
    ensure!(refused.code != 0 && refused.err.contains("renewal.percent"), "{refused:?}");
    // Pebble's renewal window lies around two thirds of the lifetime: the earlier of both answers.
    for (policy, whys) in [
        ("50%", &["the share of its lifetime that its policy names"][..]),
        ("before:1s", &["moved earlier, because a third must be left", "the authority suggests to renew it"]),
        ("auto", &["the authority suggests to renew it"]),
    ] {
        let certificate = world.service.done(&["cert", "edit", "sites", &format!("--renew={policy}")])?;
        let said = certificate["next_why"].as_str().unwrap_or_default();
        ensure!(whys.iter().any(|why| said.contains(why)), "{policy}: {certificate:#}");
    }
    Ok(())
}

/// Three renewals, each seen served at every host; at every look everything served is valid. Gives the number
/// of different certificates seen.
fn renews_unattended(world: &mut World) -> Result<usize> {
    // A profile that the authority does not offer is found before anything is ordered.
    world.service.done(&["cert", "edit", "sites", "--profile=weekly"])?;
    let preview = world.service.expect(1, &["cert", "preview", "sites"])?;
    let why = preview["plans"][0]["failure"]["answer"].as_str().unwrap_or_default();
    ensure!(why == "the authority offers: default, minute", "{preview:#}");
    world.service.done(&["cert", "edit", "sites", "--profile=minute"])?;
    world.service.done(&["cert", "request", "sites", "--yes"])?;
    let mut seen = vec![world.served()?];
    for renewal in 1..=3 {
        let since = Instant::now();
        loop {
            ensure!(
                since.elapsed() < RENEWED_WITHIN,
                "renewal {renewal} was not served in time; the log:\n{}",
                world.service.log()
            );
            std::thread::sleep(Duration::from_millis(500));
            let now = world.served().with_context(|| format!("before renewal {renewal}"))?;
            if now.iter().zip(&seen[seen.len() - 1]).all(|(one, other)| one.serial != other.serial) {
                println!("renewal {renewal} is served after {:.1} s", since.elapsed().as_secs_f32());
                seen.push(now);
                break;
            }
        }
        if renewal == 1 {
            let ended = world.service.terminate()?;
            ensure!(ended == certwright_tests::Ended::Code(0), "the service ended by {ended}");
            world.served()?;
            world.service.start_again()?;
        }
    }
    let runs = world.service.done(&["run", "list", "--cert=sites", "--limit=200"])?;
    let runs = runs["items"].as_array().context("no runs")?;
    let unattended = |run: &&Value| {
        run["kind"] == "obtain"
            && ["half of its short", "the authority suggests"]
                .iter()
                .any(|reason| run["reason"].as_str().is_some_and(|why| why.contains(reason)))
    };
    ensure!(runs.iter().filter(unattended).count() >= 3, "{runs:#?}");
    let failed: Vec<_> = runs.iter().filter(|run| run["state"] != "done").map(|run| &run["words"]).collect();
    ensure!(failed.len() <= 1, "more than the run that may be going on is not done: {failed:?}");
    Ok(seen.len())
}
