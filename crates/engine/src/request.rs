//! Requests by hand for one certificate; cancelling; reading runs.

use crate::certificates::{CANCEL_LOOKS, CANCEL_PAUSE};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::obtain_run;
use crate::preview::{Preview, difference};
use certwright_core::id::{CertificateId, RunId};
use certwright_core::plan::PlanKind;
use certwright_core::run::{Mark, Run, RunState, Stop};
use certwright_store::{CertificateRow, Fence, Listing, Page, RunFilter, RunWrite, StoreError};

impl Engine {
    /// Asks for a new version now. With the fingerprint of a preview, only if a preview would show the same.
    /// A run that is waiting is woken instead of starting another one.
    ///
    /// # Errors
    /// Paused; the plan has changed; the plan cannot be made: then nothing was ordered.
    pub async fn request(&self, id_or_name: &str, plan: Option<&str>, who: &str) -> Result<Run, EngineError> {
        self.request_forced(id_or_name, plan, who, false).await
    }

    /// The same; `force` passes over our own count of what the authority permits, never over its own word.
    ///
    /// # Errors
    /// As of [`request`](Self::request).
    pub async fn request_forced(
        &self,
        id_or_name: &str,
        plan: Option<&str>,
        who: &str,
        force: bool,
    ) -> Result<Run, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        Self::refuse_paused(&row.certificate)?;
        let id = row.certificate.id.clone();
        self.outlast_cancelled(&row, plan, who).await?;
        let preview = match plan {
            Some(_) => Some(self.preview_row(&row).await),
            None => None,
        };
        if let (Some(wanted), Some(preview)) = (plan, &preview) {
            self.compare(wanted, preview, &row).await?;
        }
        let Some(fence) = self.claim(&id).await? else {
            let name = &row.certificate.settings.name;
            let going_on = self.live_obtain_run(&id).await?.filter(|_| plan.is_none());
            return going_on.ok_or_else(|| {
                EngineError::in_use(format!("{name} is being worked on right now"), "ask again in a moment")
            });
        };
        let started = self.start(&row, preview, who, force, fence).await;
        self.store.release(&id, fence).await?;
        started
    }

    async fn start(
        &self,
        row: &CertificateRow,
        preview: Option<Preview>,
        who: &str,
        force: bool,
        fence: Fence,
    ) -> Result<Run, EngineError> {
        let certificate = &row.certificate;
        if let Some(run) = self.live_obtain_run(&certificate.id).await? {
            return self.wake(run, preview.as_ref(), fence).await;
        }
        self.refuse_exceeding(row, force).await?;
        let approvals = preview.as_ref().map(Preview::approvals).unwrap_or_default();
        let planned = match preview.as_ref().and_then(Preview::obtain) {
            Some(planned) => planned.clone(),
            None => crate::observe::plan_obtain(self, row).await,
        };
        let plan = planned?;
        let asked = obtain_run::Asked { who, approved: approvals, forced: force };
        obtain_run::open_asked(self, row, plan, asked, fence).await.map_err(|error| match error {
            StoreError::Stale { .. } => EngineError::in_use(
                format!("{} was changed while its plan was made", certificate.settings.name),
                "look at the plan again, and ask again",
            ),
            other => other.into(),
        })
    }

    pub(crate) async fn live_obtain_run(
        &self,
        certificate: &CertificateId,
    ) -> Result<Option<Run>, EngineError> {
        let runs = self.store.live_runs(certificate).await?;
        Ok(runs.into_iter().find(|run| run.plan.kind == PlanKind::Obtain))
    }

    /// A run that an edit or a person has cancelled is no answer to a request: it is waited for while it cleans up.
    /// One that takes longer is followed by another one by itself, unless a person approved exactly one plan: that
    /// cannot be known to hold when it is over.
    async fn outlast_cancelled(
        &self,
        row: &CertificateRow,
        plan: Option<&str>,
        who: &str,
    ) -> Result<(), EngineError> {
        let id = &row.certificate.id;
        if let Some(run) = self.live_obtain_run(id).await?.filter(|run| run.plan.is_rehearsal()) {
            // Whoever asks wants the certificate, and not what would become of asking for it.
            self.stop(&run, who).await?;
        }
        for _ in 0..CANCEL_LOOKS {
            let ending = self.live_obtain_run(id).await?.is_some_and(|run| run.is_stopping());
            if !ending {
                return Ok(());
            }
            tokio::time::sleep(CANCEL_PAUSE).await;
        }
        let words = format!("a cancelled run of {} is still cleaning up", row.certificate.settings.name);
        if plan.is_some() {
            return Err(EngineError::in_use(
                words,
                "look at the plan again when that is over, and ask by it",
            ));
        }
        self.store.ask(id, self.now(), who, &[]).await?;
        Err(EngineError::in_use(words, "nothing: a new version is requested as soon as that is over"))
    }

    /// Makes a waiting run look again at once. A person who asked for exactly one plan gets no other.
    async fn wake(&self, mut run: Run, preview: Option<&Preview>, fence: Fence) -> Result<Run, EngineError> {
        if let Some(preview) = preview {
            let same = preview.obtain().is_some_and(|plan| plan.as_ref().is_ok_and(|plan| *plan == run.plan));
            if !same {
                return Err(EngineError::in_use(
                    format!("{} goes on already, by another plan than the one that was approved", run.id),
                    format!("let it end, or stop it with: certwright run cancel {}", run.id),
                ));
            }
            run.learnt.approved = preview.approvals();
        }
        run.learnt.by_hand = true;
        Ok(self.look_at_once(run, fence).await?)
    }

    /// Makes a waiting run look again at once.
    pub(crate) async fn look_at_once(&self, mut run: Run, fence: Fence) -> Result<Run, StoreError> {
        let now = self.now();
        for known in &mut run.learnt.authorizations {
            known.look_at = None;
        }
        for mark in &mut run.marks {
            if let Mark::Later { at, .. } = mark {
                *at = (*at).min(now);
            }
        }
        run.state = RunState::Active;
        self.store.save_run(RunWrite { run: &run, fence, wake_at: Some(now), events: &[] }).await?;
        Ok(run)
    }

    /// Refuses with the difference when the world is not what the fingerprint was made of.
    async fn compare(
        &self,
        wanted: &str,
        preview: &Preview,
        row: &CertificateRow,
    ) -> Result<(), EngineError> {
        if preview.fingerprint.as_deref() == Some(wanted) {
            return Ok(());
        }
        let key = format!("preview {}", row.certificate.id);
        let shown =
            self.store.meta(&key).await?.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let mut lines = match shown.split_once('\n') {
            Some((fingerprint, text)) if fingerprint == wanted => difference(text, &preview.text()),
            _ => {
                let head = "the plan that was shown is not kept any more; this is the plan now:".to_owned();
                std::iter::once(head).chain(preview.text().lines().map(str::to_owned)).collect()
            }
        };
        if lines.is_empty() {
            lines.push("a file that the plan replaces was changed".to_owned());
        }
        Err(EngineError::PlanChanged { difference: lines, preview: Box::new(preview.clone()) })
    }

    /// Keeps what a preview showed, so that a later refusal can say what has changed since.
    pub(crate) async fn remember_preview(&self, preview: &Preview) -> Result<(), EngineError> {
        if let Some(fingerprint) = &preview.fingerprint {
            let key = format!("preview {}", preview.certificate);
            self.store.set_meta(&key, format!("{fingerprint}\n{}", preview.text()).as_bytes()).await?;
        }
        Ok(())
    }

    /// One run.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn run(&self, id: &str) -> Result<Run, EngineError> {
        Ok(self.store.run(&RunId::from(id)).await?)
    }

    /// Runs, the newest first.
    ///
    /// # Errors
    /// When the certificate does not exist.
    pub async fn runs(&self, certificate: Option<&str>, page: Page) -> Result<Listing<Run>, EngineError> {
        self.runs_that(certificate, None, page).await
    }

    /// The same, only those that go on or wait (`true`), or that are over (`false`).
    ///
    /// # Errors
    /// As of [`runs`](Self::runs).
    pub async fn runs_that(
        &self,
        certificate: Option<&str>,
        live: Option<bool>,
        page: Page,
    ) -> Result<Listing<Run>, EngineError> {
        let certificate = match certificate {
            Some(name) => Some(self.store.find_certificate(name).await?.certificate.id),
            None => None,
        };
        Ok(self.store.runs(&RunFilter { certificate, live, deployment: None }, page).await?)
    }

    /// Asks a run to stop. It cleans up first; what was published stays published.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn cancel(&self, id: &str, who: &str) -> Result<Run, EngineError> {
        let run = self.store.run(&RunId::from(id)).await?;
        self.stop(&run, who).await
    }

    /// A person stops a run. That gives it up only where that is permitted at this moment: a cancel that comes too
    /// late must not become a giving up when the authority gets into trouble afterwards.
    pub(crate) async fn stop(&self, run: &Run, who: &str) -> Result<Run, EngineError> {
        let stop = if run.can_be_given_up() { Stop::GiveUp } else { Stop::Cancel };
        Ok(self.store.request_cancel(&run.id, stop, who, self.now()).await?)
    }

    /// Deploys the newest version again wherever it should be served, now; the authority is not asked for
    /// anything. What a person cancelled or must look at again goes on by this.
    ///
    /// # Errors
    /// When nothing was issued yet, or there is no target.
    pub async fn deploy(&self, id_or_name: &str, who: &str) -> Result<CertificateRow, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        if row.deployments.is_empty() {
            return Err(EngineError::Conflict {
                field: "deployments".to_owned(),
                words: "there is no target".to_owned(),
                remedy: "add one: certwright cert edit NAME --deploy nginx".to_owned(),
            });
        }
        for deployment in &row.deployments {
            self.store.ask_deployment(&deployment.id, None, self.now(), who, &[]).await?;
        }
        Ok(self.store.certificate_row(&row.certificate.id).await?)
    }
}
