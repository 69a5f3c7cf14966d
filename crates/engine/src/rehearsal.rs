//! Rehearsing an order in an authority's staging environment, and what its outcome means.

use crate::drive::{Interrupted, Work};
use crate::engine::Engine;
use crate::observe::plan_obtain_from;
use crate::obtain_run;
use crate::order_from::OrderFrom;
use crate::standing::with_next;
use certwright_core::authority::Authority;
use certwright_core::certificate::{CertificateSettings, Standing};
use certwright_core::due::Reason;
use certwright_core::event::{EventKind, Level};
use certwright_core::failure::Failure;
use certwright_core::rehearsal::{self, is_of_validation};
use certwright_core::validate::usable;
use certwright_store::{CertificateRow, Fence, ObtainEnd, RunWrite};

impl Engine {
    /// The staging environment where the next order is rehearsed, if it is: one with an account here.
    pub(crate) async fn rehearsal_at(
        &self,
        row: &CertificateRow,
        authority: &Authority,
    ) -> Option<OrderFrom> {
        let standing = &row.certificate.standing;
        if !standing.last_failure.as_ref().is_some_and(is_of_validation) {
            return None;
        }
        let entries = self.authorities().await.ok()?;
        let wanted =
            |entry: &Authority| usable(entry).is_none() && rehearsal::is_wanted(standing, authority, entry);
        let staging = entries.into_iter().find(wanted)?;
        let settings = CertificateSettings {
            authority: staging.id.clone(),
            account: None,
            profile: None,
            ..row.certificate.settings.clone()
        };
        let account = self.account_of(&settings, &staging).await.ok()?;
        let why = format!(
            "Validations failed {} times in a row at {}, which counts them: {} is tried first, and nothing is issued there",
            standing.failures, authority.title, staging.title
        );
        Some(OrderFrom {
            authority: staging,
            account,
            settings,
            why: Some(why),
            remarks: Vec::new(),
            others_free_at: None,
        })
    }

    /// Rehearses the order where that is wanted; true when it does. One that cannot be planned decides nothing.
    pub(crate) async fn rehearse(
        &self,
        row: &CertificateRow,
        authority: &Authority,
        reason: Reason,
        fence: Fence,
    ) -> Result<bool, Interrupted> {
        let Some(staging) = self.rehearsal_at(row, authority).await else { return Ok(false) };
        let title = staging.authority.title.clone();
        match plan_obtain_from(self, row, staging).await {
            Ok(plan) => {
                let run = obtain_run::open(self, row, rehearsal::of(plan), reason, fence).await?;
                self.drive_run(row, run, fence).await?;
                Ok(true)
            }
            Err(failure) => {
                let words = format!("{title} could not be tried first: {}", failure.answer);
                let certificate = &row.certificate.id;
                let event = self.event(certificate, None, None, EventKind::Note, Level::Warning, words);
                self.store.append_events(&[event]).await?;
                Ok(false)
            }
        }
    }
}

/// Whether what a rehearsal found lets the authority itself be asked. That a name cannot be validated there either
/// does not; what says nothing about the names does.
pub(crate) fn permits(failure: Option<&Failure>) -> bool {
    failure.is_none_or(|failure| !is_of_validation(failure))
}

/// Ends a rehearsal after which the authority itself is asked, at once: the failure that gave cause for it is marked as
/// rehearsed.
pub(crate) async fn passed(work: &mut Work<'_>) -> Result<(), Interrupted> {
    let engine = work.engine;
    let now = engine.now();
    let row = engine.store.certificate_row(&work.run.certificate).await?;
    let certificate = &row.certificate;
    let words = match work.run.failure() {
        None => "The staging environment validates every name: the authority itself is asked now".to_owned(),
        Some(failure) => format!(
            "The staging environment could not tell ({}): the authority itself is asked now",
            failure.answer
        ),
    };
    let event = engine.event(&certificate.id, Some(&work.run.id), None, EventKind::Note, Level::Info, words);
    work.events.push(event);
    let last_failure = certificate
        .standing
        .last_failure
        .clone()
        .map(|failure| Failure { rehearsed_at: Some(now), ..failure });
    let standing = Standing { not_before: None, last_failure, ..certificate.standing.clone() };
    let standing = with_next(&engine.rules(), certificate, standing, row.version.as_ref(), now);
    let events = std::mem::take(&mut work.events);
    let write = RunWrite { run: &work.run, fence: work.fence, wake_at: None, events: &events };
    let end = ObtainEnd { version: None, before: certificate, standing: &standing, write };
    Ok(engine.store.end_obtain(&end).await?)
}
