//! The engine's answers as the API's types.

use certwright_api::certificates::{Certificate, CertificateParts};
use certwright_api::checks::{Check, Verdict};
use certwright_api::page::Page;
use certwright_api::preview::Preview;
use certwright_core::Timestamp;
use certwright_engine as engine;
use certwright_engine::{CertificateRow, Listing};

/// A certificate with everything a list or a page shows of it.
pub(crate) fn certificate(row: &CertificateRow, now: Timestamp) -> Certificate {
    CertificateParts {
        certificate: &row.certificate,
        version: row.version.as_ref(),
        deployments: &row.deployments,
        live_run: row.live_run.as_ref(),
        graded: &row.graded,
        now,
    }
    .into()
}

/// One page of a list.
pub(crate) fn page<S, T>(listing: Listing<S>, asked: engine::Page, each: impl FnMut(S) -> T) -> Page<T> {
    Page {
        items: listing.items.into_iter().map(each).collect(),
        total: listing.total,
        offset: asked.offset,
        limit: asked.limit,
    }
}

/// What would be done.
pub(crate) fn preview(preview: &engine::Preview) -> Preview {
    Preview::new(
        &preview.certificate,
        preview.due,
        preview.plans.iter().map(|previewed| (&previewed.kind, previewed.plan.as_ref())),
        preview.fingerprint.clone(),
        preview.text(),
    )
}

/// One check.
pub(crate) fn check(check: engine::Check) -> Check {
    Check {
        name: check.name,
        subject: check.subject,
        verdict: match check.verdict {
            engine::Verdict::Ok => Verdict::Ok,
            engine::Verdict::Warning => Verdict::Warning,
            engine::Verdict::Fault => Verdict::Fault,
            engine::Verdict::Skipped => Verdict::Skipped,
        },
        words: check.words,
        remedy: check.remedy,
    }
}
