//! Following what the service does: events as they come, and the question whether it has come to an end.

mod progress;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use progress::plain_line;
pub(crate) use verdict::Verdict;

use crate::fault::Fault;
use crate::session::Session;
use certwright_api::certificates::Certificate;
use certwright_api::events::{Event, EventKind, EventQuery};
use certwright_api::runs::{Run, RunQuery};
use futures_util::StreamExt;
use progress::Progress;
use std::pin::pin;
use std::time::Duration;

/// How often it is asked how things stand even when no event says so: events tell, the state decides.
const EVERY: Duration = Duration::from_secs(5);

/// How long to wait for events that tell of an end that is known already.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// How it ended, and the certificate then.
#[derive(Debug)]
pub(crate) enum End<T> {
    /// It came to an end.
    Here(T),
    /// A person interrupted; the service goes on.
    Interrupted,
}

/// Follows the certificate's events after `after`, until its obtain run (this one, or else the newest) and the
/// deploy runs of the version it made have come to an end.
pub(crate) async fn certificate(
    session: &Session,
    id: &str,
    run: Option<&str>,
    after: i64,
) -> Result<End<(Verdict, Certificate)>, Fault> {
    let query = EventQuery { certificate: Some(id.to_owned()), after: Some(after), ..EventQuery::default() };
    let runs = RunQuery { certificate: Some(id.to_owned()), ..RunQuery::default() };
    follow(session, query, async |progress: &mut Progress| {
        let runs = session.client.runs(&runs).await?.items;
        let certificate = session.client.certificate(id).await?;
        progress.know(&runs);
        let verdict = verdict::of_certificate(&certificate, &runs, run, session.now());
        Ok((verdict != Verdict::GoesOn).then_some((verdict, certificate)))
    })
    .await
}

/// Follows one run until it is over, however long it waits.
pub(crate) async fn run(session: &Session, id: &str, after: i64) -> Result<End<Run>, Fault> {
    let query = EventQuery { run: Some(id.to_owned()), after: Some(after), ..EventQuery::default() };
    follow(session, query, async |progress: &mut Progress| {
        let run = session.client.run(id).await?;
        progress.know(std::slice::from_ref(&run));
        Ok(run.state.is_over().then_some(run))
    })
    .await
}

/// The id of the newest event: what happens from now on comes after it.
pub(crate) async fn newest_event(session: &Session) -> Result<i64, Fault> {
    let query = EventQuery { limit: Some(1), ..EventQuery::default() };
    Ok(session.client.event_list(&query).await?.latest)
}

async fn follow<T>(
    session: &Session,
    query: EventQuery,
    ended: impl AsyncFn(&mut Progress) -> Result<Option<T>, Fault>,
) -> Result<End<T>, Fault> {
    let mut progress = Progress::new(session.output);
    let mut events = session.client.events(query);
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        let look = tokio::select! {
            _ = &mut interrupted => return Ok(End::Interrupted),
            _ = ticks.tick() => true,
            event = events.next() => {
                let event = event.ok_or_else(|| Fault::failed("the stream of events ended"))??;
                progress.event(&event)?;
                may_end(&event)
            }
        };
        if look && let Some(end) = ended(&mut progress).await? {
            while let Ok(Some(Ok(event))) = tokio::time::timeout(LAST_WORDS, events.next()).await {
                progress.event(&event)?;
            }
            return Ok(End::Here(end));
        }
    }
}

fn may_end(event: &Event) -> bool {
    matches!(
        event.kind,
        EventKind::RunStarted | EventKind::RunWaiting | EventKind::RunEnded | EventKind::CertificateChanged
    )
}
