//! Preview of what is not stored yet: a draft, or changes of a certificate. Nothing is stored, sent or changed.

use crate::certificates::{Changes, Draft};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::preview::Preview;
use certwright_core::health::{Graded, Health, HealthReason};
use certwright_core::site::Site;
use certwright_providers::deploy;
use certwright_store::CertificateRow;

/// The sites of one kind of target, or why they cannot be read.
#[derive(Clone, Debug)]
pub struct FoundSites {
    /// The kind of target.
    pub target: &'static str,
    /// The sites.
    pub sites: Result<Vec<Site>, certwright_core::failure::Failure>,
}

impl Engine {
    /// What a request would do if this draft were created. It has no fingerprint: there is nothing to ask for yet.
    ///
    /// # Errors
    /// Every complaint about the draft.
    pub async fn preview_draft(&self, draft: Draft) -> Result<Preview, EngineError> {
        let (certificate, _) = self.assemble(draft).await?;
        self.check(None, None, &certificate.settings).await?;
        let graded = Graded { health: Health::NoneYet, reason: HealthReason::New, turns: Vec::new() };
        let row =
            CertificateRow { certificate, version: None, deployments: Vec::new(), live_run: None, graded };
        Ok(Preview { fingerprint: None, ..self.preview_row(&row).await })
    }

    /// What a request would do if the certificate were changed like this.
    ///
    /// # Errors
    /// When there is none; every complaint about the changes.
    pub async fn preview_changes(&self, id_or_name: &str, changes: Changes) -> Result<Preview, EngineError> {
        let mut row = self.store.find_certificate(id_or_name).await?;
        let (settings, _) = self.edited(&row, changes).await?;
        row.certificate.settings = settings;
        Ok(Preview { fingerprint: None, ..self.preview_row(&row).await })
    }

    /// The sites that web servers on this machine serve, by kind of target; kinds that are not installed are left out.
    pub async fn sites(&self) -> Vec<FoundSites> {
        let mut found = Vec::new();
        for target in deploy::TARGETS {
            match target.sites(&self.ports).await {
                Ok(sites) if sites.is_empty() => {}
                Err(failure) if failure.kind.ends_with("-missing") => {}
                sites => found.push(FoundSites { target: target.name(), sites }),
            }
        }
        found
    }
}
