//! `certwright demo`: the main job on this machine alone, in ten seconds: an authority, a site with three names, a
//! certificate that is requested, validated, deployed, proven, and renewed before the newcomer's eyes.

mod proof;
mod screen;
mod site;
mod stage;

use crate::doorway::link_as_administrator;
use anyhow::{Context as _, Result, bail};
use certwright_api::secret::SecretText;
use certwright_core::event::{Event, EventKind, Level};
use certwright_core::id::VersionId;
use certwright_engine::EventFilter;
use screen::{Screen, clock};
use stage::{NAMES, Stage};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Options of the demo.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Go through one issue and one renewal, then end: 0 when both were served, else 1.
    #[arg(long)]
    pub once: bool,
    /// Keep everything in this folder [default: a new one, removed at the end].
    #[arg(long = "data-dir", value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

/// Something is wrong when an issue or a renewal takes longer.
const WITHIN: Duration = Duration::from_secs(90);
/// How many events are read at once.
const PAGE: u32 = 100;

/// Runs the demo until the shutdown; `color` is as wanted, `None` lets the terminal decide.
///
/// # Errors
/// When something could not be started, or with `once` when something was not served.
pub async fn run(options: &Options, color: Option<bool>, shutdown: CancellationToken) -> Result<()> {
    let screen = Screen::new(color);
    let temporary = match &options.folder {
        Some(_) => None,
        None => Some(tempfile::Builder::new().prefix("certwright-demo-").tempdir()?),
    };
    let folder = match (&options.folder, &temporary) {
        (Some(folder), _) => folder.clone(),
        (None, Some(folder)) => folder.path().to_owned(),
        (None, None) => bail!("there is no folder"),
    };
    certwright_contract::files::make_directory(&folder, certwright_contract::files::PRIVATE_DIRECTORY)?;
    let folder = folder.canonicalize().with_context(|| format!("find {}", folder.display()))?;
    screen.head("Certwright demo: everything happens on this machine, below one folder");
    let stage = Stage::set_up(&folder).await?;
    screen.done(&format!("a built-in authority at {}", stage.directory));
    screen.done(&format!("a web site at {} that is to be served as {}", stage.site, NAMES.join(", ")));
    let shown = tokio::select! {
        shown = show(&stage, &screen, options) => shown,
        () = shutdown.cancelled() => Ok(()),
    };
    screen.head("Ending");
    let ended = stage.take_down().await;
    if let Some(temporary) = temporary {
        temporary.close().context("remove the demo's folder")?;
        screen.done("nothing is left behind");
    } else {
        screen.done(&format!("everything is kept in {}", folder.display()));
    }
    shown.and(ended)
}

async fn show(stage: &Stage, screen: &Screen, options: &Options) -> Result<()> {
    let id = stage.certificate().await?;
    let mut seen = stage.engine.store().latest_event().await?;
    let before = stage.engine.certificate(&id).await?.version.map(|version| version.id);
    screen.head("One certificate: requested, validated, deployed, verified");
    stage.engine.request(&id, None, "demo").await?;
    let mut served = next_served(stage, screen, &id, before, &mut seen, true).await?;
    screen.head("Proof: handshakes as any client makes them, trusting the demo's root alone");
    prove(stage, screen).await?;
    screen.done(&format!("{} after the start", screen.seconds()));
    let link = link_as_administrator(stage.data_directory.join("certwright.sock"), "demo").await?;
    where_things_are(stage, screen, options, &link);
    screen.head("From here on it renews by itself: a certificate lives for a minute here, and is renewed at half of it");
    loop {
        served = next_served(stage, screen, &id, Some(served), &mut seen, false).await?;
        let row = stage.engine.certificate(&id).await?;
        let facts =
            row.version.and_then(|version| version.facts).context("the version has no certificate")?;
        for name in NAMES {
            let shown = proof::handshake(stage.site, name, &stage.root).await?;
            if shown.facts.fingerprint != facts.fingerprint {
                bail!("{name} is served another certificate: {}", shown.facts.serial);
            }
        }
        screen.done(&format!(
            "{}  renewed and served at {} names: serial {}…, valid until {}",
            clock(stage.engine.now()),
            NAMES.len(),
            facts.serial.chars().take(16).collect::<String>(),
            clock(facts.not_after)
        ));
        if options.once {
            return Ok(());
        }
    }
}

/// Waits until another version than `before` is deployed and verified, telling what happens meanwhile.
async fn next_served(
    stage: &Stage,
    screen: &Screen,
    id: &str,
    before: Option<VersionId>,
    seen: &mut i64,
    every_step: bool,
) -> Result<VersionId> {
    let mut changes = stage.engine.store().subscribe();
    let mut until = Instant::now() + WITHIN;
    loop {
        changes.mark_unchanged();
        for event in stage.engine.store().events_after(*seen, &EventFilter::default(), PAGE).await? {
            *seen = event.id;
            tell(screen, &event, every_step);
        }
        let row = stage.engine.certificate(id).await?;
        let newest = row.version.map(|version| version.id);
        if let (Some(newest), Some(deployment)) = (newest, row.deployments.first())
            && Some(&newest) != before.as_ref()
            && deployment.deployed.as_ref() == Some(&newest)
            && deployment.verified_at.is_some()
        {
            return Ok(newest);
        }
        if let Some(failure) = row.certificate.standing.last_failure.filter(|_| every_step) {
            bail!("{failure}");
        }
        // A machine that was asleep is no failure: what is waited for is no longer than the next moment plus this.
        if let Some(next) = row.certificate.standing.next_at {
            let left = Duration::try_from(next.duration_since(stage.engine.now())).unwrap_or_default();
            until = until.max(Instant::now() + left);
        }
        if Instant::now() >= until + WITHIN {
            bail!("nothing new was served for {} s", WITHIN.as_secs());
        }
        let _ = tokio::time::timeout(Duration::from_millis(500), changes.changed()).await;
    }
}

fn tell(screen: &Screen, event: &Event, every_step: bool) {
    let event = &event.event;
    let first_line = event.message.lines().next().unwrap_or_default();
    match (event.kind, event.level) {
        (_, Level::Error) => screen.failed(&event.message.replace('\n', "\n    ")),
        (EventKind::StepDone, _) if every_step => {
            screen.done(first_line.strip_prefix("Done: ").unwrap_or(first_line));
        }
        (EventKind::Note, _) if every_step => screen.quiet(first_line),
        (_, Level::Warning) => screen.quiet(first_line),
        _ => {}
    }
}

async fn prove(stage: &Stage, screen: &Screen) -> Result<()> {
    for name in NAMES {
        let seen = proof::handshake(stage.site, name, &stage.root).await?;
        screen.done(&format!(
            "{name}: {}, valid until {}, issued by {}, trusted and matching",
            seen.protocol,
            clock(seen.facts.not_after),
            seen.facts.issuer
        ));
    }
    Ok(())
}

fn where_things_are(stage: &Stage, screen: &Screen, options: &Options, link: &SecretText) {
    let data = stage.data_directory.display();
    screen.head("Look around, in a browser: this link signs you in, once, within 15 minutes");
    screen.line(&format!("    {}", link.reveal()));
    screen.line("");
    screen.line("    Another link:");
    screen.line(&format!("    certwright --socket {data}/certwright.sock gui --print"));
    screen.head("Look around, in a second terminal");
    screen.line(&format!("    certwright --socket {data}/certwright.sock cert show demo"));
    screen.line(&format!("    certwright --socket {data}/certwright.sock cert log demo"));
    screen.line(&format!(
        "    curl --cacert {} --connect-to ::{} https://{}/",
        stage.root_path.display(),
        stage.site,
        NAMES[0]
    ));
    screen.line("");
    screen.line(&format!("    The service listens at {}, and its API asks for the token in", stage.url));
    screen.line(&format!("    {data}/api-token. The site is https://{}:{};", NAMES[0], stage.site.port()));
    screen.line(&format!("    a browser trusts it once it knows {}.", stage.root_path.display()));
    if !options.once {
        screen.line("    Ctrl-C ends the demo.");
    }
}
