//! Workers: one piece of due work, under the certificate's lease. Everything is decided from what is stored.

use crate::drive::{Interrupted, drive};
use crate::engine::Engine;
use crate::incidents::Passage;
use crate::observe::{WantedVersion, plan_deploy, plan_obtain_from};
use crate::order_from::OrderFrom;
use crate::standing::{self, due_of, with_next};
use crate::{deploy_run, obtain_run};
use certwright_core::SignedDuration;
use certwright_core::certificate::{Certificate, Deployment, DeploymentSettings, Standing};
use certwright_core::due::{Due, Reason};
use certwright_core::event::{EventKind, Level};
use certwright_core::failover::is_waited_for;
use certwright_core::failure::{Failure, back_off};
use certwright_core::herd::within_life;
use certwright_core::id::{CertificateId, DeploymentId, RunId};
use certwright_core::maintenance::Timing;
use certwright_core::run::Run;
use certwright_providers::challenge::WEB_SERVERS;
use certwright_providers::deploy;
use certwright_store::{CertificateRow, Fence, StoreError, UnreadableEnd, Work};
use std::time::Duration;

/// How long a lease lasts unless it is renewed. This process alone uses the database, and voids leases at
/// its start, so the length matters only to a worker that hangs.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
const RENEW_EVERY: Duration = Duration::from_secs(60);
const RENEW_AGAIN: Duration = Duration::from_secs(5);
/// How long an order is held at least while its authority is out of order, and where life runs short.
const HOLD_AT_LEAST: SignedDuration = SignedDuration::from_mins(5);
const SHORTEST_HOLD: SignedDuration = SignedDuration::from_mins(1);
/// How long the answers of an unreadable run may take to be removed before that is left to a later sweep.
const SWEEP_WITHIN: Duration = Duration::from_secs(30);
/// The last try to renew a lease must be over before it ends: a busy database is waited for so long.
const LEASE_TRY: SignedDuration = SignedDuration::from_secs(30);

impl Engine {
    /// Takes the lease of a certificate; `None` while another worker holds it.
    pub(crate) async fn claim(&self, certificate: &CertificateId) -> Result<Option<Fence>, StoreError> {
        let now = self.now();
        self.store.claim(certificate, &self.holder, now + LEASE, now).await
    }

    /// Does one piece of work that is due.
    ///
    /// # Errors
    /// When the store cannot be used, or a test stopped the engine. A failure of the work itself is stored.
    pub(crate) async fn work(&self, work: &Work) -> Result<(), Interrupted> {
        let certificate = work.certificate().clone();
        let Some(fence) = self.claim(&certificate).await? else { return Ok(()) };
        let performed = tokio::select! {
            performed = self.perform_work(work, fence) => performed,
            error = self.keep_lease(&certificate, fence) => Err(error),
        };
        if matches!(performed, Err(Interrupted::Stopped)) {
            // As a dead process: nothing is given back.
            return performed;
        }
        self.store.release(&certificate, fence).await?;
        performed
    }

    /// Renews the lease for as long as the work goes on; ends only when that is refused, or when the store has not
    /// answered for as long as the lease lasts. One error is no reason to drop an act that is half done.
    async fn keep_lease(&self, certificate: &CertificateId, fence: Fence) -> Interrupted {
        let mut held_until = self.now() + LEASE;
        let mut pause = RENEW_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let now = self.now();
            match self.store.renew(certificate, fence, now + LEASE).await {
                Ok(()) => (held_until, pause) = (now + LEASE, RENEW_EVERY),
                Err(error @ StoreError::Stale { .. }) => return error.into(),
                Err(error) if now + LEASE_TRY >= held_until => return error.into(),
                Err(error) => {
                    tracing::warn!(%certificate, %error, "a lease could not be renewed; trying again");
                    pause = RENEW_AGAIN;
                }
            }
        }
    }

    async fn perform_work(&self, work: &Work, fence: Fence) -> Result<(), Interrupted> {
        match work {
            Work::Certificate(id) => self.decide(id, fence).await,
            Work::Run { run, certificate } => self.go_on(run, certificate, fence).await,
            Work::Deployment { deployment, certificate } => {
                self.deploy_due(deployment, certificate, fence).await
            }
            Work::RenewalInformation { version, certificate } => {
                self.ask_when_to_renew(version, certificate, fence).await
            }
        }
    }

    /// Decides about a certificate: not yet, or a new obtain run.
    async fn decide(&self, id: &CertificateId, fence: Fence) -> Result<(), Interrupted> {
        let row = self.store.certificate_row(id).await?;
        let certificate = &row.certificate;
        let reason = match due_of(&self.rules(), &row, self.now()) {
            Due::Now(reason) => reason,
            Due::At(..) | Due::Paused => {
                let standing = with_next(
                    &self.rules(),
                    certificate,
                    certificate.standing.clone(),
                    row.version.as_ref(),
                    self.now(),
                );
                self.store.set_standing(certificate, fence, &standing).await?;
                return Ok(());
            }
        };
        let (asked, chosen) = match self.order_from(&row).await {
            Ok(chosen) => (reason == Reason::AskedByHand, chosen),
            Err(failure) => return self.not_planned(&row, failure, fence).await,
        };
        let said_by =
            |failure: &&Failure| failure.authority.as_ref().is_none_or(|id| *id == chosen.authority.id);
        let last_failure = certificate.standing.last_failure.as_ref().filter(said_by);
        let until = is_waited_for(last_failure, self.now());
        if let (Some(until), false, false) = (until, asked, chosen.is_another()) {
            // Nobody else can issue it now: the authority's word holds, however little life is left. One whose own
            // limits forbid it may be asked sooner.
            let until = chosen.others_free_at.map_or(until, |free_at| until.min(free_at));
            self.remark(certificate, &chosen.remarks).await?;
            let standing = Standing { not_before: Some(until), ..certificate.standing.clone() };
            let standing = with_next(&self.rules(), certificate, standing, row.version.as_ref(), self.now());
            self.store.set_standing(certificate, fence, &standing).await?;
            return Ok(());
        }
        if !chosen.is_another() && self.defer(&row, reason, fence).await? {
            return Ok(());
        }
        if !asked && self.hold_back(&row, &chosen, fence).await? {
            return Ok(());
        }
        if !asked
            && !chosen.is_another()
            && Box::pin(self.rehearse(&row, &chosen.authority, reason, fence)).await?
        {
            return Ok(());
        }
        let asked_of = chosen.authority.id.clone();
        match plan_obtain_from(self, &row, chosen).await {
            Ok(plan) => {
                let run = obtain_run::open(self, &row, plan, reason, fence).await?;
                self.drive_run(&row, run, fence).await
            }
            Err(failure) => self.not_planned(&row, failure.with_authority(Some(asked_of)), fence).await,
        }
    }

    /// Puts an order off while its authority is out of order and another one tries it; true when that was done. Its
    /// next moment is a place in line, so that what was held is no herd afterwards.
    async fn hold_back(
        &self,
        row: &CertificateRow,
        chosen: &OrderFrom,
        fence: Fence,
    ) -> Result<bool, Interrupted> {
        let (now, authority) = (self.now(), &chosen.authority);
        let Passage::Held(since, next_try) = self.watch.passage(&authority.id, now) else { return Ok(false) };
        let place = HOLD_AT_LEAST.max(next_try.duration_since(now)) + self.place_in_line(&authority.id);
        let until = now + within_life(place, row.not_after(), now).max(SHORTEST_HOLD);
        let certificate = &row.certificate;
        let standing = Standing { not_before: Some(until), ..certificate.standing.clone() };
        let mut standing = with_next(&self.rules(), certificate, standing, row.version.as_ref(), now);
        standing.next_why = Some(format!(
            "{} is out of order since {since:.0}: orders there are held while one at a time tries it",
            authority.title
        ));
        self.store.set_standing(certificate, fence, &standing).await?;
        Ok(true)
    }

    /// Tells in the log why another authority is not asked.
    async fn remark(&self, certificate: &Certificate, remarks: &[String]) -> Result<(), Interrupted> {
        if remarks.is_empty() {
            return Ok(());
        }
        let event = |words: &String| {
            self.event(&certificate.id, None, None, EventKind::Note, Level::Warning, words.clone())
        };
        Ok(self.store.append_events(&remarks.iter().map(event).collect::<Vec<_>>()).await?)
    }

    /// An obtain plan that cannot be made: no order is opened, the back-off decides when to look again.
    async fn not_planned(
        &self,
        row: &CertificateRow,
        failure: Failure,
        fence: Fence,
    ) -> Result<(), Interrupted> {
        let certificate = &row.certificate;
        let now = self.now();
        let event = self.event(
            &certificate.id,
            None,
            None,
            EventKind::RunEnded,
            Level::Error,
            format!("Not ordered: {failure}"),
        );
        let standing = obtain_run::failed(certificate, row.not_after(), failure, 0, now, self.chance.draw());
        let standing = with_next(&self.rules(), certificate, standing, row.version.as_ref(), now);
        self.store.set_standing(certificate, fence, &standing).await?;
        self.store.append_events(&[event]).await?;
        if let Some(failure) = &standing.last_failure {
            self.order_failed(certificate, failure).await?;
        }
        Ok(())
    }

    async fn go_on(&self, run: &RunId, certificate: &CertificateId, fence: Fence) -> Result<(), Interrupted> {
        let row = self.store.certificate_row(certificate).await?;
        let run = match self.store.run(run).await {
            Err(StoreError::Damaged { words }) => return self.end_unreadable(run, &row, &words, fence).await,
            run => run?,
        };
        if run.state.is_over() {
            return Ok(());
        }
        self.drive_run(&row, run, fence).await
    }

    /// A run that nobody can go on with must not hold up its certificate for ever: it has failed, like any other. Its
    /// answers are rows of their own, and are removed now, or by a later sweep.
    async fn end_unreadable(
        &self,
        run: &RunId,
        row: &CertificateRow,
        why: &str,
        fence: Fence,
    ) -> Result<(), Interrupted> {
        let (id, now, draw) = (&row.certificate.id, self.now(), self.chance.draw());
        let failure = Failure::retry(
            "run-unreadable",
            format!("go on with the run {run}"),
            format!("what is stored of it cannot be read: {why}"),
            format!(
                "if it was changing a server's configuration or files, look at them: copies of what it replaced are in \
                 {}. If it had asked an authority for a certificate, one may have been issued that is not stored. The \
                 certificate's log tells how far it came",
                self.layout.copies(run).display()
            ),
        );
        let event = self.event(id, Some(run), None, EventKind::RunEnded, Level::Error, failure.to_string());
        let standing = obtain_run::failed(&row.certificate, row.not_after(), failure.clone(), 0, now, draw);
        let standing = with_next(&self.rules(), &row.certificate, standing, row.version.as_ref(), now);
        let end = UnreadableEnd {
            run,
            fence,
            now,
            before: &row.certificate,
            standing: &standing,
            failure: &failure,
            next_at: now + back_off(1, draw),
            events: &[event],
        };
        self.store.end_unreadable_run(&end).await?;
        // A webroot on a dead disk must hold up nobody; the hourly sweep tries again.
        match tokio::time::timeout(SWEEP_WITHIN, self.sweep_run(run)).await {
            Ok(swept) => Ok(swept?),
            Err(_) => Ok(()),
        }
    }

    /// Drives a run with the lock of its target held, where it has one.
    pub(crate) async fn drive_run(
        &self,
        row: &CertificateRow,
        run: Run,
        fence: Fence,
    ) -> Result<(), Interrupted> {
        let settings = run
            .deployment()
            .and_then(|id| row.certificate.settings.deployments.iter().find(|settings| settings.id == *id));
        let _lock = match settings {
            Some(settings) => Some(self.locks.lock(&lock_name(settings)).await),
            None => None,
        };
        drive(self, run, fence).await.map(|_| ())
    }

    /// Puts a deployment off until its maintenance window opens; true when that was done.
    async fn put_off(
        &self,
        row: &CertificateRow,
        deployment: &Deployment,
        fence: Fence,
    ) -> Result<bool, Interrupted> {
        let rules = self.rules();
        let Some(window) = rules.window(&row.certificate.settings).filter(|_| !deployment.by_hand) else {
            return Ok(false);
        };
        let served = match &deployment.deployed {
            Some(version) => standing::life(&self.store.version(version).await?),
            None => None,
        };
        let now = self.now();
        let (until, timing) = window.deploy(now, served);
        let certificate = &row.certificate.id;
        let note = |words| self.event(certificate, None, None, EventKind::Note, Level::Info, words);
        if until <= now {
            if timing != Timing::Free {
                let words = format!("Deploying to {} now{}", deployment.target, timing.words());
                self.store.append_events(&[note(words)]).await?;
            }
            return Ok(false);
        }
        let words = format!("Deploying to {} at {until:.0}{}", deployment.target, timing.words());
        self.store.postpone_deployment(&deployment.id, certificate, until, fence, &[note(words)]).await?;
        Ok(true)
    }

    /// Plans and drives a deployment.
    async fn deploy_due(
        &self,
        id: &DeploymentId,
        certificate: &CertificateId,
        fence: Fence,
    ) -> Result<(), Interrupted> {
        let row = self.store.certificate_row(certificate).await?;
        let deployment = self.store.deployment(id).await?;
        let settings = row.certificate.settings.deployments.iter().find(|settings| settings.id == *id);
        let (Some(settings), Some(version)) = (settings, deployment.wanted.clone()) else { return Ok(()) };
        if self.put_off(&row, &deployment, fence).await? {
            return Ok(());
        }
        let _lock = self.locks.lock(&lock_name(settings)).await;
        // By what is in the version, not by what is wanted now: a site must never get a certificate without its name.
        let stored = self.store.version(&version).await?;
        let names = stored.facts.map(|facts| facts.identifiers).unwrap_or_default();
        let wanted = WantedVersion { identifiers: &names, has_key: stored.has_key, staging: stored.staging };
        let planned = match plan_deploy(self, &row.certificate, settings, &wanted).await {
            Ok(plan) => match &deployment.approved {
                Some(approved) if *approved != plan.permission() => Err(changed(&settings.target)),
                _ => Ok(plan),
            },
            Err(failure) => Err(failure),
        };
        match planned {
            Ok(plan) => {
                let run = deploy_run::open(self, &row, plan, version, fence).await?;
                drive(self, run, fence).await.map(|_| ())
            }
            Err(failure) => {
                deploy_run::unplanned(self, &row, &deployment, version, failure, fence).await?;
                Ok(())
            }
        }
    }
}

/// What two deployments must not change at once. A web server is one thing whether certificates are deployed to
/// it or challenges answered through it.
fn lock_name(settings: &DeploymentSettings) -> String {
    if WEB_SERVERS.iter().any(|server| server.name() == settings.target) {
        return format!("server {}", settings.target);
    }
    deploy::target(&settings.target).map_or_else(String::new, |target| target.lock(&settings.settings))
}

fn changed(target: &str) -> Failure {
    Failure::person(
        "plan-changed",
        format!("deploy to {target} by the plan that was approved"),
        "the target has changed since the plan was shown",
        "look at the new plan (certwright cert preview), then deploy by it: certwright cert deploy",
    )
}
