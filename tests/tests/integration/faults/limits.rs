//! Faults 5, 6 and 12: rate limits in all their forms, paused names, and limits of profiles.

use super::scene::{MOST_NAMES, Scene, is};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::failure::FailureClass;
use certwright_engine::{Clock as _, Draft};
use certwright_tests::{Deed, Pebble, Reply, Resource, Rule};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn fault_05_a_rate_limit_is_waited_out_over_a_restart_in_every_form() -> Result<()> {
    let mut scene = Scene::start(Pebble::builder().gentle()).await?;
    let limited = || Reply::problem(429, "rateLimited", "too many of them");
    for (issued, (host, form, least, most)) in [
        ("seconds.example.test", "7200", 118, 121),
        ("date.example.test", "date", 118, 121),
        ("page.example.test", "page", 28, 31),
        ("none.example.test", "", 0, 2),
    ]
    .into_iter()
    .enumerate()
    {
        let in_two_hours = scene.clock.now() + SignedDuration::from_hours(2);
        let date = in_two_hours.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let reply = match form {
            "" => limited(),
            "date" => limited().with("retry-after", &date),
            "page" => Reply::page(429).with("retry-after", "1800"),
            seconds => limited().with("retry-after", seconds),
        };
        scene.way.add(Rule::always(Resource::NewOrder, Deed::Answer(reply)));
        let before = scene.count(Resource::NewOrder);
        scene.ask(&[host]).await?;
        scene.engine().work_off().await.map_err(anyhow::Error::msg)?;
        let asked = scene.count(Resource::NewOrder) - before;
        ensure!(asked == 1, "{host}: {asked} requests");
        let wait = scene.next_in(host).await?;
        let (least, most) = (SignedDuration::from_mins(least), SignedDuration::from_mins(most));
        ensure!(wait > least && wait <= most, "{host}: the next request is in {wait}");

        scene.reopen().await?;
        scene.settle(wait - MINUTE / 2).await?;
        ensure!(scene.count(Resource::NewOrder) == before + 1, "{host}: it was asked too early");
        scene.way.clear();
        scene.settle(most).await?;
        scene.check_issued(host, issued).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_06_a_paused_name_stops_and_shows_the_link() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    let link = "https://portal.example.test/unpause?jwt=abc";
    let words =
        format!("Your account is temporarily prevented from requesting these names: paused, see {link}");
    let paused = Reply::problem(429, "rateLimited", &words).with("retry-after", "60");
    scene.way.add(Rule::always(Resource::NewOrder, Deed::Answer(paused)));
    let host = "paused.example.test";
    scene.perform(&[host]).await?;
    let failure = scene.failure(host).await?;
    is(&failure, "acme-paused", &[link, "lift the pause"])?;
    ensure!(failure.class == FailureClass::NeedsPerson, "{failure:?}");
    scene.settle(SignedDuration::from_hours(6 * 24)).await?;
    let asked = scene.count(Resource::NewOrder);
    ensure!(asked == 1, "the authority was asked {asked} times in six days");

    // A person has lifted it, and asks.
    scene.way.clear();
    scene.request(host).await?;
    scene.settle(MINUTE).await?;
    scene.check_issued(host, 0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_12_a_profile_that_vanished_or_is_too_small_is_told_before_an_order() -> Result<()> {
    let pebble = Pebble::builder().gentle().profile("short", "six days", 518_400);
    let mut scene = Scene::start(pebble).await?;
    let many: Vec<_> = (0..=MOST_NAMES).map(|number| format!("n{number}.example.test")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let refused = scene.engine().create_certificate(Scene::draft(&many), "test").await;
    let refused = refused.err().context("too many names were accepted")?.to_string();
    ensure!(refused.contains("25"), "{refused}");

    let host = "short.example.test";
    let draft = Draft { profile: Some("short".to_owned()), ..Scene::draft(&[host]) };
    scene.engine().create_certificate(draft, "test").await?;
    // It vanishes between two looks at the directory: the authority says so, and the directory is read again.
    let gone = Reply::problem(400, "invalidProfile", "no profile \"short\"");
    scene.way.add(Rule::once(Resource::NewOrder, Deed::Answer(gone)));
    scene.way.add(Rule::always(
        Resource::Directory,
        Deed::change_json(|directory| {
            directory["meta"]["profiles"].as_object_mut().unwrap().remove("short");
        }),
    ));
    scene.request(host).await?;
    scene.engine().work_off().await.map_err(anyhow::Error::msg)?;
    is(&scene.failure(host).await?, "acme-invalidProfile", &["short"])?;
    let asked = scene.count(Resource::NewOrder);
    let again =
        scene.request(host).await.err().context("it was planned with a profile that is gone")?.to_string();
    ensure!(again.contains("short") && again.contains("default"), "{again}");

    scene.reopen().await?;
    let again =
        scene.request(host).await.err().context("it was planned with a profile that is gone")?.to_string();
    ensure!(again.contains("short") && again.contains("default"), "{again}");
    ensure!(scene.count(Resource::NewOrder) == asked, "an order was opened");
    scene.way.clear();
    scene.reopen().await?;
    scene.request(host).await?;
    scene.settle(MINUTE).await?;
    scene.check_issued(host, 0).await
}
