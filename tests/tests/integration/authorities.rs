//! One story, told to three authorities that share no code: Pebble, the built-in authority, and Caddy's
//! `acme_server`. They differ in what a client meets: terms or none, refusals with and without the name, a challenge
//! that failed as `invalid` or as `pending` with an error.

mod ca;
mod stage;

use anyhow::{Context, Result, ensure};
use ca::Ca;
use certwright_tests::Caddy;
use stage::Stage;
use std::io::Write as _;
use std::time::Instant;

const SHOP: [&str; 2] = ["shop.example.test", "wiki.example.test"];
const BLOG: &str = "blog.example.test";
/// Refused by each of them.
const MAIL: &str = "mail.example.test";
const PERMITTED: [&str; 3] = [SHOP[0], SHOP[1], BLOG];

/// Nobody answers there.
const ELSEWHERE: &str = "127.0.0.2";
/// What the name server is asked for one look: Pebble looks from three places, each asks for IPv4 and IPv6.
const MOST_QUESTIONS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_with_pebble() -> Result<()> {
    story(Ca::pebble()?).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_with_the_built_in_authority() -> Result<()> {
    story(Ca::built_in().await?).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_with_caddy() -> Result<()> {
    if let Some(why) = Caddy::why_not() {
        // Not `println!`, which a test that passes keeps to itself.
        writeln!(std::io::stderr(), "skipped: {why}")?;
        return Ok(());
    }
    story(Ca::caddy()?).await
}

async fn story(ca: Ca) -> Result<()> {
    let began = Instant::now();
    let stage = Stage::set(ca).await?;
    account(&stage).await.context("an account")?;
    first_certificate(&stage).await.context("the first certificate")?;
    refused_name(&stage).await.context("a name that is refused")?;
    failed_challenge(&stage).await.context("a challenge that fails")?;
    renewal(&stage).await.context("a renewal")?;
    println!("{}: the story took {:.1} s", stage.ca.entry.title, began.elapsed().as_secs_f32());
    stage.ca.end().await
}

/// Terms are to be agreed to where there are any.
async fn account(stage: &Stage) -> Result<()> {
    let (engine, id) = (stage.engine(), stage.ca.entry.id.as_str());
    let terms = engine.terms(id).await?.terms_of_service;
    ensure!(terms.is_some() == stage.ca.has_terms, "its terms: {terms:?}");
    if let Some(terms) = &terms {
        let refused = engine.create_account(stage.account(None), "test").await.err();
        let refused = refused.context("an account without the terms")?.to_string();
        ensure!(refused.contains(terms), "the terms are not named: {refused}");
    }
    engine.create_account(stage.account(terms), "test").await?;
    Ok(())
}

/// Two names: shown before anything is ordered, requested, deployed, served.
async fn first_certificate(stage: &Stage) -> Result<()> {
    stage.create("shop", &SHOP).await?;
    let before = stage.sites()?;
    let preview = stage.engine().preview("shop").await?;
    ensure!(preview.fingerprint.is_some(), "{}", preview.text());
    for word in [SHOP[0], SHOP[1], stage.ca.entry.title.as_str()] {
        ensure!(preview.text().contains(word), "{word} is not in the preview:\n{}", preview.text());
    }
    ensure!(stage.sites()? == before, "the preview changed something");
    ensure!(stage.judged(SHOP[0]).is_err(), "what is served is trusted before anything was issued");
    stage.request("shop").await?;
    stage.check_served("shop", &SHOP).await.map(drop)
}

/// One of two names is refused: it is named, nothing happened, and without it the certificate can be had.
async fn refused_name(stage: &Stage) -> Result<()> {
    stage.create("blog", &[BLOG, MAIL]).await?;
    let before = stage.sites()?;
    stage.request("blog").await?;
    let failure = stage.failure("blog").await?;
    let text = failure.to_string();
    ensure!(failure.kind == "acme-rejectedIdentifier", "{failure:?}");
    ensure!(text.contains(MAIL) && text.contains("remove the refused name"), "{text}");
    ensure!(stage.sites()? == before, "the configuration changed");
    ensure!(stage.engine().certificate("blog").await?.version.is_none(), "there is a version");
    stage.check_nothing_left().await?;
    stage.check_served("shop", &SHOP).await.map(drop)
}

/// A name leads elsewhere: the authority is told to look once, and again once the name is repaired.
async fn failed_challenge(stage: &Stage) -> Result<()> {
    let names = stage.ca.names();
    stage.rename("blog", &[BLOG]).await?;
    names.add_a(BLOG, ELSEWHERE)?;
    let (before, told) = (stage.sites()?, stage.ca.challenges_told());
    stage.request("blog").await?;
    let failure = stage.failure("blog").await?;
    let text = failure.to_string();
    ensure!(failure.kind == "challenge-failed", "{failure:?}");
    let [problem] = &failure.identifiers[..] else { anyhow::bail!("{failure:?}") };
    ensure!(problem.identifier == BLOG && problem.kind == "connection", "{failure:?}");
    ensure!(text.contains(&problem.detail) && text.contains("check that the name points here"), "{text}");
    ensure!(stage.sites()? == before, "the configuration changed");
    stage.check_nothing_left().await?;
    let (looks, now) = (names.questions(BLOG)?.len(), stage.ca.challenges_told());
    ensure!((1..=MOST_QUESTIONS).contains(&looks), "the name server was asked {looks} times");
    ensure!(now == told.map(|told| told + 1), "it was told {now:?} times, and {told:?} times before");

    names.clear_a(BLOG)?;
    stage.wait_for_next("blog").await?;
    let now = stage.ca.challenges_told();
    ensure!(now == told.map(|told| told + 2), "it was told {now:?} times, and {told:?} times before");
    stage.check_served("blog", &[BLOG]).await.map(drop)
}

/// When half of a short life is over, without anybody asking.
async fn renewal(stage: &Stage) -> Result<()> {
    let first = stage.judged(SHOP[0])?;
    stage.wait_for_next("shop").await?;
    let second = stage.check_served("shop", &SHOP).await?;
    ensure!(second.serial != first.serial && second.not_after >= first.not_after, "{second:?}");
    let versions = stage.engine().versions("shop", certwright_engine::Page::default()).await?.items;
    ensure!(versions.len() == 2, "{versions:#?}");
    stage.check_served("blog", &[BLOG]).await.map(drop)
}
