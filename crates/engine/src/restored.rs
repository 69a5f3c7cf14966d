//! After a restore: files and links are made again, and what happened after the backup is not ordered a second time
//! blindly (fault 33).

use crate::blocking::blocking;
use crate::engine::{Engine, storage};
use crate::error::EngineError;
use crate::version_files::write_version;
use certwright_contract::files;
use certwright_core::SignedDuration;
use certwright_core::Timestamp;
use certwright_core::certificate::Standing;
use certwright_core::event::{EventKind, Level};
use certwright_core::history::held_until;
use certwright_core::id::VersionId;
use certwright_core::plan::PlanKind;
use certwright_core::run::Stop;
use certwright_pki::certificate;
use certwright_store::{CertificateQuery, CertificateRow, Page};
use std::path::Path;

/// What is due at the moment of the restore waits so long for a person to look.
const LOOK_FIRST: SignedDuration = SignedDuration::from_hours(1);

/// What was done after a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Versions whose files were written.
    pub versions: u64,
    /// Links that were made.
    pub links: u64,
    /// Certificates that were due and wait.
    pub held: u64,
    /// Runs that were stopped, because nobody knows how they went on after the backup.
    pub stopped: u64,
    /// What could not be done, in words.
    pub troubles: Vec<String>,
}

impl Engine {
    /// Makes a restored data directory usable: to be called once, before anything else, on a store of this moment.
    ///
    /// # Errors
    /// When the store cannot be used; what fails for one certificate is in the answer.
    pub async fn rebuild(&self, made_at: Timestamp) -> Result<Rebuilt, EngineError> {
        let mut rebuilt = Rebuilt::default();
        // Who signed out after the backup is not to be signed in again by it.
        self.store.end_all_sessions().await?;
        let mut page = Page { offset: 0, limit: 200 };
        loop {
            let query = CertificateQuery { page, ..CertificateQuery::default() };
            let listing = self.store.list_certificates(&query).await?;
            page.offset += listing.items.len() as u64;
            let last = listing.items.is_empty() || page.offset >= listing.total;
            for row in &listing.items {
                self.rebuild_files(row, &mut rebuilt).await?;
                self.stop_blind_runs(row, &mut rebuilt).await?;
                self.hold(row, made_at, &mut rebuilt).await?;
            }
            if last {
                return Ok(rebuilt);
            }
        }
    }

    /// Writes the files of what is current, wanted and served, and the link to what was served. A link that leads
    /// somewhere stays: what it leads to is served, and may be newer than the backup.
    async fn rebuild_files(&self, row: &CertificateRow, rebuilt: &mut Rebuilt) -> Result<(), EngineError> {
        let id = &row.certificate.id;
        let deployed = row.deployments.iter().find_map(|deployment| deployment.deployed.clone());
        let mut versions: Vec<VersionId> = row
            .deployments
            .iter()
            .flat_map(|deployment| [deployment.deployed.clone(), deployment.wanted.clone()])
            .flatten()
            .chain(row.certificate.standing.current.clone())
            .collect();
        versions.sort();
        versions.dedup();
        for version in &versions {
            match write_version(self, id, version).await? {
                Some(Ok(())) => rebuilt.versions += 1,
                Some(Err(failure)) => rebuilt.troubles.push(failure.to_string()),
                None => {}
            }
        }
        let Some(shown) = deployed else { return Ok(()) };
        let link = self.layout.link(id);
        let linked = blocking(move || {
            // Followed: one that leads nowhere is as good as none.
            if link.exists() {
                return Ok(false);
            }
            files::switch_link(&link, Path::new(shown.as_str()))
                .map(|()| true)
                .map_err(|error| storage(&error.to_string()))
        });
        match linked.await {
            Ok(made) => rebuilt.links += u64::from(made),
            Err(failure) => rebuilt.troubles.push(failure.to_string()),
        }
        Ok(())
    }

    /// A run that had not sent its request is stopped: after the backup it may have come to its end, and another one is
    /// begun when the certificate is due. One that had sent it goes on: it reads its order first.
    async fn stop_blind_runs(&self, row: &CertificateRow, rebuilt: &mut Rebuilt) -> Result<(), EngineError> {
        if row.live_run.is_none() {
            return Ok(());
        }
        for run in self.store.live_runs(&row.certificate.id).await? {
            if run.plan.kind == PlanKind::Obtain && !run.request_may_be_sent() {
                self.store.request_cancel(&run.id, Stop::Cancel, "restore", self.now()).await?;
                rebuilt.stopped += 1;
            }
        }
        Ok(())
    }

    /// What is due by the backup may have been done after it. It waits: an hour for a person to look, or as long as a
    /// certificate holds that is served and not in the backup.
    async fn hold(
        &self,
        row: &CertificateRow,
        made_at: Timestamp,
        rebuilt: &mut Rebuilt,
    ) -> Result<(), EngineError> {
        let (certificate, now) = (&row.certificate, self.now());
        if certificate.standing.next_at.is_none_or(|at| at > now) {
            return Ok(());
        }
        let unknown = self.served_and_unknown(row).await?;
        let held = unknown.map_or(now + LOOK_FIRST, |not_after| held_until(not_after, now));
        let why = match unknown {
            Some(not_after) => format!(
                "a certificate is served that is not in the backup, valid until {not_after}; not ordered before {held:.0}"
            ),
            None => format!("not ordered before {held:.0}, so that a person can look first"),
        };
        let words = format!(
            "Restored from a backup of {made_at:.0}, after which it was due and may have been renewed: {why}"
        );
        let standing = Standing { asked_at: None, not_before: Some(held), ..certificate.standing.clone() };
        let standing =
            crate::standing::with_next(&self.rules(), certificate, standing, row.version.as_ref(), now);
        let Some(fence) = self.claim(&certificate.id).await? else { return Ok(()) };
        let event = self.event(&certificate.id, None, None, EventKind::Note, Level::Warning, words);
        self.store.set_standing(certificate, fence, &standing).await?;
        self.store.append_events(&[event]).await?;
        self.store.release(&certificate.id, fence).await?;
        rebuilt.held += 1;
        Ok(())
    }

    /// Looks by handshake where it was served before: until when a certificate is good there that nobody stores.
    async fn served_and_unknown(&self, row: &CertificateRow) -> Result<Option<Timestamp>, EngineError> {
        let known: Vec<_> = self
            .store
            .versions(&row.certificate.id, Page { offset: 0, limit: 200 })
            .await?
            .items
            .into_iter()
            .filter_map(|version| Some(version.facts?.fingerprint))
            .collect();
        let mut ends = Vec::new();
        for observed in self.store.observations(&row.certificate.id).await? {
            let Ok(served) = self.ports.handshake.served_chain(&observed.endpoint).await else { continue };
            let Some(Ok(facts)) = served.first().map(|leaf| certificate::facts(leaf)) else { continue };
            let newer = row.not_after().is_none_or(|end| facts.not_after > end);
            if newer && facts.covers(&observed.endpoint.host) && !known.contains(&facts.fingerprint) {
                ends.push(facts.not_after);
            }
        }
        Ok(ends.into_iter().min())
    }
}
