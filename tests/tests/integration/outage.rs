//! The authority goes away at the worst moment: just after it was sent the certificate request.

use crate::crash::HOSTS;
use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::run::RunState;
use certwright_engine::{Clock, failpoint};
use certwright_tests::{Forwarder, Pebble};

struct Scene {
    lane: Lane,
    way: Forwarder,
}

impl Scene {
    async fn start() -> Result<Self> {
        let nginx = two_sites()?;
        let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
        let pebble = pebble.profile("default", "ninety days", 7_776_000).start()?;
        let directory = pebble.directory_url();
        let rest = directory.strip_prefix("https://").context("no https")?;
        let (host, path) = rest.split_once('/').context("no path")?;
        let (name, port) = host.rsplit_once(':').context("no port")?;
        let way = Forwarder::start(port.parse()?)?;
        let directory = format!("https://{name}:{}/{path}", way.port());
        Ok(Self { lane: Lane::start_at(pebble, nginx, directory).await?, way })
    }

    /// Orders a certificate, and cuts the way as soon as the request was sent.
    async fn cut_after_the_request(&mut self, place: usize) -> Result<String> {
        let row = self.lane.engine().create_certificate(self.lane.draft(&HOSTS), "test").await?;
        let id = row.certificate.id.to_string();
        failpoint::watch(&id, vec![place]);
        self.lane.engine().request(&id, None, "test").await?;
        ensure!(!self.lane.settle().await?, "nothing stopped");
        self.way.cut();
        self.lane.open().await?;
        Ok(id)
    }

    /// Lets this much time go by, with everything that is due in it.
    async fn pass(&self, time: SignedDuration) -> Result<()> {
        let engine = self.lane.engine();
        let end = self.lane.clock.now() + time;
        while let Some(moment) = engine.store().next_moment().await?.filter(|moment| *moment <= end) {
            self.lane.clock.advance_to(moment);
            ensure!(engine.work_off().await.map_err(anyhow::Error::msg)?, "stopped twice");
        }
        self.lane.clock.advance_to(end);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_issued_is_fetched_when_the_authority_is_back_however_late() -> Result<()> {
    let mut scene = Scene::start().await?;
    let original = scene.lane.configuration()?;
    let row = scene.lane.engine().create_certificate(scene.lane.draft(&HOSTS), "test").await?;
    let (id, name) = (row.certificate.id.clone(), row.certificate.settings.name.clone());
    failpoint::watch(id.as_str(), vec![]);
    scene.lane.engine().request(id.as_str(), None, "test").await?;
    ensure!(scene.lane.settle().await?);
    let places = failpoint::passed(id.as_str());
    let sent = places.iter().position(|place| place == "finalize:acted").context("no finalize")?;
    scene.lane.reset(&name, &original).await?;
    let orders = scene.lane.pebble.orders_opened();

    // Twenty hours: ten times what a run is patient for before the request was sent.
    let id = scene.cut_after_the_request(sent).await?;
    scene.pass(SignedDuration::from_hours(20)).await?;
    let row = scene.lane.row(&id).await?;
    ensure!(row.live_run.is_some() && row.certificate.standing.failures == 0, "it was given up: {row:#?}");
    let log = scene.lane.engine().certificate_log(&id, 400).await?.join("\n");
    ensure!(log.contains("Waiting until"), "nobody was told: {log}");
    scene.way.mend()?;
    scene.pass(SignedDuration::from_mins(30)).await?;
    scene.lane.check_served(&id, &HOSTS).await?;
    ensure!(scene.lane.pebble.orders_opened() == orders + 1, "{} orders", scene.lane.pebble.orders_opened());
    scene.lane.reset(&id, &original).await?;

    // A person may give it up, once it has gone on for long; nothing is left behind then.
    let id = scene.cut_after_the_request(sent).await?;
    scene.pass(SignedDuration::from_hours(1)).await?;
    let run = scene.lane.row(&id).await?.live_run.context("it ended by itself")?;
    scene.lane.engine().cancel(run.as_str(), "test").await?;
    scene.pass(SignedDuration::from_mins(1)).await?;
    let ended = scene.lane.engine().run(run.as_str()).await?;
    ensure!(ended.state == RunState::Cancelled, "{:?}", ended.state);
    ensure!(scene.lane.configuration()? == original, "the configuration was changed");
    scene.lane.check_nothing_left().await
}
