//! Test: checks, each with cause and remedy. No order is opened anywhere (F42), and nothing stays changed: what is
//! shown for a look (`probe`) goes with it.

mod judge;
mod names;
pub(crate) mod probe;

use crate::acme_failure::failure;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::observe::{WantedVersion, plan_deploy};
use certwright_core::authority::Authority;
use certwright_core::failure::Failure;
use certwright_core::plan::Plan;
use certwright_core::step::Step;
use serde::{Deserialize, Serialize};

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// May be a fault.
    Warning,
    /// A request would fail.
    Fault,
    /// Could not be looked at, for the reason given.
    Skipped,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at: a stable short name.
    pub name: String,
    /// On what.
    pub subject: String,
    /// What was found.
    pub verdict: Verdict,
    /// In words.
    pub words: String,
    /// What to do.
    pub remedy: String,
}

impl Check {
    fn new(
        name: &str,
        subject: impl Into<String>,
        verdict: Verdict,
        words: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            subject: subject.into(),
            verdict,
            words: words.into(),
            remedy: remedy.into(),
        }
    }

    fn fault(name: &str, subject: impl Into<String>, failure: &Failure) -> Self {
        Self::new(
            name,
            subject,
            Verdict::Fault,
            format!("could not {}: {}", failure.attempted, failure.answer),
            failure.remedy.clone(),
        )
    }
}

impl Engine {
    /// Looks at everything a request would need.
    ///
    /// # Errors
    /// When there is no such certificate. Faults are in the answer.
    pub async fn test(&self, id_or_name: &str) -> Result<Vec<Check>, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let certificate = &row.certificate;
        let mut checks = vec![self.check_storage().await];
        match self.authority_of(&certificate.settings.authority).await {
            Ok(authority) => {
                checks.push(self.check_directory(&authority).await);
                match self.account_of(&certificate.settings, &authority).await {
                    Ok(account) => {
                        checks.push(Check::new(
                            "account",
                            account.id.as_str(),
                            Verdict::Ok,
                            "is there and usable",
                            "",
                        ));
                        self.check_challenges(&row, &account, &mut checks).await;
                    }
                    Err(failure) => checks.push(Check::fault("account", authority.title, &failure)),
                }
            }
            Err(failure) => {
                checks.push(Check::fault("authority", certificate.settings.authority.as_str(), &failure))
            }
        }
        for deployment in &certificate.settings.deployments {
            checks.push(
                match plan_deploy(self, certificate, deployment, &WantedVersion::next(certificate)).await {
                    Ok(plan) => {
                        Check::new("deployment", &deployment.target, Verdict::Ok, bindings(&plan), "")
                    }
                    Err(failure) => Check::fault("deployment", &deployment.target, &failure),
                },
            );
        }
        Ok(checks)
    }

    async fn check_storage(&self) -> Check {
        let folder = self.layout.root().display().to_string();
        match self.store.prove_writable().await {
            Ok(()) => Check::new("storage", folder, Verdict::Ok, "can be written", ""),
            Err(error) => Check::new(
                "storage",
                folder,
                Verdict::Fault,
                error.to_string(),
                "free space or repair permissions",
            ),
        }
    }

    async fn check_directory(&self, authority: &Authority) -> Check {
        let asked = async {
            let client = self.acme.client(authority)?;
            client.refresh_directory().await.map_err(|error| failure(&error, &authority.title))
        };
        match asked.await {
            Ok(_) => Check::new("directory", &authority.directory, Verdict::Ok, "answers and is trusted", ""),
            Err(failure) => Check::fault("directory", &authority.directory, &failure),
        }
    }
}

fn bindings(plan: &Plan) -> String {
    let count = plan.steps.iter().filter(|step| matches!(step, Step::Verify { .. })).count();
    format!("can be planned; bindings to verify by handshake: {count}")
}
