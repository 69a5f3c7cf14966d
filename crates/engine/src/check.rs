//! Test: read-only checks, each with cause and remedy. No order is opened anywhere (F42).

use crate::acme_failure::failure;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::observe::{plan_deploy, plan_obtain};
use certwright_core::account::Account;
use certwright_core::authority::Authority;
use certwright_core::certificate::Certificate;
use certwright_core::challenge::{HTTP_01_PATH, Responder};
use certwright_core::failure::Failure;
use certwright_core::identifier::Identifier;
use certwright_core::plan::Plan;
use certwright_core::step::Step;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// How many names are looked at at once.
const AT_ONCE: usize = 8;

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
                        self.check_challenges(certificate, &account, &mut checks).await;
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
                match plan_deploy(self, certificate, deployment, &certificate.settings.identifiers).await {
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

    async fn check_challenges(&self, certificate: &Certificate, account: &Account, checks: &mut Vec<Check>) {
        let port = self.options.challenge_port;
        let plan = match plan_obtain(self, certificate).await {
            Ok(plan) => plan,
            Err(failure) => {
                let name = if failure.kind == "port-taken" { "challenge-port" } else { "plan" };
                checks.push(Check::fault(name, format!("TCP port {port}"), &failure));
                return;
            }
        };
        let groups: Vec<_> = plan
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::PresentChallenges { responder, identifiers, .. } => {
                    Some((responder.clone(), identifiers.clone()))
                }
                _ => None,
            })
            .collect();
        for (responder, identifiers) in groups {
            let looked: Vec<Check> = stream::iter(identifiers)
                .map(|identifier| self.check_name(identifier, &responder, account))
                .buffered(AT_ONCE)
                .collect()
                .await;
            checks.extend(looked);
        }
    }

    /// Looks at one name as the authority would: resolves it, connects to each address, asks for the path.
    async fn check_name(&self, identifier: Identifier, responder: &Responder, account: &Account) -> Check {
        let host = identifier.ascii();
        let addresses = match &identifier {
            Identifier::Ip(address) => Ok(vec![*address]),
            _ => self.ports.resolver.addresses(&host).await,
        };
        let addresses = match addresses {
            Ok(addresses) => addresses,
            Err(words) => {
                return Check::new(
                    "http-01",
                    host,
                    Verdict::Fault,
                    words,
                    "add an A or AAAA record for the name that points to this machine",
                );
            }
        };
        // Our own listener is opened for the look, with an answer that only this Test knows.
        let token = format!("certwright-test-{}", self.chance.unique());
        let answer = format!("{token}.{}", account.thumbprint);
        let own = if let Responder::Listener { port } = responder { Some(*port) } else { None };
        if let Some(port) = own
            && let Err(words) = self.ports.board.put(port, &token, &answer).await
        {
            return Check::new(
                "challenge-port",
                format!("TCP port {port}"),
                Verdict::Fault,
                words,
                "free the port, or permit Certwright to bind it",
            );
        }
        let mut worst: Option<Check> = None;
        for address in &addresses {
            let check = self.look(*address, &host, responder, &token, &answer).await;
            if worst.as_ref().is_none_or(|known| gravity(check.verdict) > gravity(known.verdict)) {
                worst = Some(check);
            }
        }
        if let Some(port) = own {
            self.ports.board.take(port, &token).await;
        }
        worst.unwrap_or_else(|| {
            Check::new("http-01", host, Verdict::Fault, "has no address", "add an A or AAAA record")
        })
    }

    async fn look(
        &self,
        address: IpAddr,
        host: &str,
        responder: &Responder,
        token: &str,
        answer: &str,
    ) -> Check {
        let at = SocketAddr::new(address, self.options.challenge_port);
        let path = format!("{HTTP_01_PATH}{token}");
        let look = match self.ports.http.get(at, host, &path).await {
            Ok(look) => look,
            Err(words) => {
                return Check::new(
                    "http-01",
                    host,
                    Verdict::Fault,
                    format!("no answer at {at}: {words}"),
                    "the authority must reach this port from the internet: check address records, firewall and router; blocks by country hit authorities too",
                );
            }
        };
        let server = look.server.clone().unwrap_or_else(|| "a server without a name".to_owned());
        if let Some(location) = &look.location {
            let same = location.contains(host);
            let verdict = if same { Verdict::Warning } else { Verdict::Fault };
            return Check::new(
                "http-01",
                host,
                verdict,
                format!("{at} redirects the challenge path to {location} (answered by {server})"),
                format!(
                    "let {HTTP_01_PATH} be answered on port 80 without a redirect; authorities follow redirects only to ports 80 and 443"
                ),
            );
        }
        let foreign = match responder {
            Responder::Listener { .. } => look.body.trim() != answer,
            Responder::Server { provider } => !server.to_lowercase().contains(provider.as_str()),
            Responder::Webroot { shown_by, .. } => {
                shown_by.starts_with("nginx") && !server.to_lowercase().contains("nginx")
            }
        };
        if foreign {
            return Check::new(
                "http-01",
                host,
                Verdict::Fault,
                format!("something else answers at {at}: {server}, status {}", look.status),
                "make the name point to this machine, and let no proxy, CDN or other program answer the challenge path",
            );
        }
        if look.status >= 500 || look.status == 401 || look.status == 403 {
            return Check::new(
                "http-01",
                host,
                Verdict::Warning,
                format!("{at} answers the challenge path with status {}", look.status),
                "check the site's own rules for this path; if it refuses real answers too, the request will say so",
            );
        }
        Check::new(
            "http-01",
            host,
            Verdict::Ok,
            format!("{at} answers, through the responder that the plan names"),
            "",
        )
    }
}

fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Skipped => 0,
        Verdict::Ok => 1,
        Verdict::Warning => 2,
        Verdict::Fault => 3,
    }
}

fn bindings(plan: &Plan) -> String {
    let count = plan.steps.iter().filter(|step| matches!(step, Step::Verify { .. })).count();
    format!("can be planned; bindings to verify by handshake: {count}")
}
