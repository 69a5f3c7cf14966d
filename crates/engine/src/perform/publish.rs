//! Publishing: one transaction makes the version the newest, stores the next moment, queues the deployments.

use super::{fail, missing};
use crate::drive::{Interrupted, Work, stored};
use crate::standing::with_next;
use certwright_core::certificate::Standing;
use certwright_core::describe;
use certwright_core::event::{EventKind, Level};
use certwright_core::run::Outcome;
use certwright_core::version::VersionState;
use certwright_pki::parse_chain;
use certwright_pki::revocation_list::distribution_point;
use certwright_store::{Publication, QueuedDeployment, RunWrite};

pub(super) async fn perform(work: &mut Work<'_>) -> Result<Outcome, Interrupted> {
    let engine = work.engine;
    let Some(id) = work.run.learnt.version.clone() else { return Ok(missing("version")) };
    let mut version = match stored(engine.store.version(&id).await)? {
        Ok(version) => version,
        Err(failure) => return Ok(fail(failure)),
    };
    if version.state == VersionState::Published {
        return Ok(Outcome::Done);
    }
    let Some(facts) = version.facts.clone() else { return Ok(missing("certificate")) };
    // Read again: what a person edited while the order went on decides about the next one.
    let certificate = match stored(engine.store.certificate(&work.run.certificate).await)? {
        Ok(certificate) => certificate,
        Err(failure) => return Ok(fail(failure)),
    };
    let now = engine.now();
    version.published_at = Some(now);
    let asked_at = crate::obtain_run::still_asked(&certificate, &work.run);
    let standing = Standing { current: Some(id.clone()), asked_at, ..Standing::default() };
    let standing = with_next(&engine.rules(), &certificate, standing, Some(&version), now);
    let deployments: Vec<_> = certificate
        .settings
        .deployments
        .iter()
        .map(|deployment| QueuedDeployment {
            id: deployment.id.clone(),
            approved: work
                .run
                .learnt
                .approved
                .iter()
                .find(|(approved, _)| *approved == deployment.id)
                .map(|(_, fingerprint)| fingerprint.clone()),
            by_hand: work.run.learnt.by_hand,
        })
        .collect();
    let words = format!(
        "Published {id}: {} until {}, issued by {}; {}",
        describe::names(&facts.identifiers),
        facts.not_after,
        facts.issuer,
        standing.next_why.clone().unwrap_or_default()
    );
    let event = engine.event(
        &work.run.certificate,
        Some(&work.run.id),
        Some(work.index),
        EventKind::Published,
        Level::Info,
        words,
    );
    work.events.push(event);
    let chain = match stored(engine.store.version_chain(&id).await)? {
        Ok(chain) => chain.unwrap_or_default(),
        Err(failure) => return Ok(fail(failure)),
    };
    let list = parse_chain(&chain).ok().and_then(|chain| distribution_point(chain.first()?));
    let first_look = crate::revocation_lists::first_look(now, engine.chance.draw());
    // The step is saved as done in the same transaction, so that nothing can be published twice.
    let saved = work.run.clone().absorb(work.index, Outcome::Done, now, 0.5);
    let publication = Publication {
        version: &id,
        write: RunWrite { run: &saved, fence: work.fence, wake_at: None, events: &work.events },
        before: &certificate,
        standing: &standing,
        deployments: &deployments,
        watch: list.as_deref().map(|list| (list, first_look)),
        now,
    };
    if let Err(failure) = stored(engine.store.publish(&publication).await)? {
        return Ok(fail(failure));
    }
    work.events.clear();
    work.pass("publish:stored")?;
    Ok(Outcome::Done)
}
