//! Preview: the plans, from local state, the authority's directory and the targets. Nothing is sent or changed.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::observe::{WantedVersion, plan_deploy, plan_obtain};
use crate::standing::due_of;
use certwright_core::certificate::Certificate;
use certwright_core::due::Due;
use certwright_core::failure::Failure;
use certwright_core::id::CertificateId;
use certwright_core::plan::{Plan, PlanKind, joint_fingerprint};
use certwright_core::{describe, refusal::Refusal};
use certwright_store::CertificateRow;
use futures_util::future::join_all;

/// One plan of a preview, or why it cannot be made.
#[derive(Clone, Debug)]
pub struct PreviewedPlan {
    /// What it is for.
    pub kind: PlanKind,
    /// The plan.
    pub plan: Result<Plan, Failure>,
}

/// What a request would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The certificate.
    pub certificate: CertificateId,
    /// When it is due, and why.
    pub due: Due,
    /// The obtain plan, then one deploy plan per target.
    pub plans: Vec<PreviewedPlan>,
    /// Over all plans; `None` while one of them cannot be made.
    pub fingerprint: Option<String>,
}

impl Preview {
    /// The obtain plan.
    pub(crate) fn obtain(&self) -> Option<&Result<Plan, Failure>> {
        self.plans
            .iter()
            .find(|previewed| previewed.kind == PlanKind::Obtain)
            .map(|previewed| &previewed.plan)
    }

    /// What a person who saw the deploy plans said yes to, by deployment.
    pub(crate) fn approvals(&self) -> Vec<(certwright_core::id::DeploymentId, String)> {
        self.plans
            .iter()
            .filter_map(|previewed| match (&previewed.kind, &previewed.plan) {
                (PlanKind::Deploy { deployment, .. }, Ok(plan)) => {
                    Some((deployment.clone(), plan.permission()))
                }
                _ => None,
            })
            .collect()
    }

    /// The whole as text.
    pub fn text(&self) -> String {
        self.plans
            .iter()
            .map(|previewed| match &previewed.plan {
                Ok(plan) => describe::plan(plan),
                Err(failure) => {
                    let what = match &previewed.kind {
                        PlanKind::Obtain => "Obtain".to_owned(),
                        PlanKind::Deploy { deployment, target } => {
                            format!("Deploy to {target} ({deployment})")
                        }
                    };
                    format!("{what}: cannot be planned\n  {}\n", failure.to_string().replace('\n', "\n  "))
                }
            })
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Engine {
    /// What a request would do now, step by step.
    ///
    /// # Errors
    /// When there is no such certificate. A plan that cannot be made is in the answer, with the reason.
    pub async fn preview(&self, id_or_name: &str) -> Result<Preview, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let preview = self.preview_row(&row).await;
        self.remember_preview(&preview).await?;
        Ok(preview)
    }

    pub(crate) async fn preview_row(&self, row: &CertificateRow) -> Preview {
        let certificate = &row.certificate;
        let mut plan = plan_obtain(self, row).await;
        if let (Ok(plan), Some(warning)) = (&mut plan, self.ledger_warning(row).await) {
            plan.warnings.push(warning);
        }
        if let (Ok(plan), Ok(chosen)) = (&mut plan, self.authority_of(&certificate.settings.authority).await)
            && let Some(staging) = self.rehearsal_at(row, &chosen).await
        {
            plan.warnings.push(format!(
                "Unattended {} would be tried first, because validations failed {} times in a row; by hand it is not",
                staging.authority.title, certificate.standing.failures
            ));
        }
        let obtain = PreviewedPlan { kind: PlanKind::Obtain, plan };
        let deploys = join_all(certificate.settings.deployments.iter().map(|deployment| async {
            let kind =
                PlanKind::Deploy { deployment: deployment.id.clone(), target: deployment.target.clone() };
            PreviewedPlan {
                kind,
                plan: plan_deploy(self, certificate, deployment, &WantedVersion::next(certificate)).await,
            }
        }))
        .await;
        let plans: Vec<_> = std::iter::once(obtain).chain(deploys).collect();
        let made: Option<Vec<Plan>> = plans.iter().map(|previewed| previewed.plan.clone().ok()).collect();
        Preview {
            certificate: certificate.id.clone(),
            due: due_of(&self.rules(), row, self.now()),
            fingerprint: made.map(|plans| joint_fingerprint(&plans)),
            plans,
        }
    }

    /// The refusal that a paused certificate gets.
    pub(crate) fn refuse_paused(certificate: &Certificate) -> Result<(), EngineError> {
        if certificate.settings.paused {
            return Err(EngineError::Paused {
                words: format!(
                    "{} is paused, and paused certificates are never ordered; resume it with: certwright cert edit {} --resume",
                    certificate.settings.name, certificate.settings.name
                ),
            });
        }
        Ok(())
    }
}

/// Lines that went and came between two texts, in order.
pub(crate) fn difference(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}"));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+ {line}"));
    gone.chain(come).collect()
}

/// The refusal of a deployment that names no known target.
pub(crate) fn unknown_target(index: usize, target: &str) -> Refusal {
    let known: Vec<_> = certwright_providers::deploy::TARGETS.iter().map(|target| target.name()).collect();
    Refusal::new(
        format!("deployments[{index}].target"),
        format!("there is no target {target:?}"),
        format!("choose one of: {}", known.join(", ")),
    )
}
