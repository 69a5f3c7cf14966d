//! Each name as the authority would look at it: resolved, and asked for the challenge path at every address.

use super::judge::{Proof, Seen, judge};
use super::probe::Probe;
use super::{Check, Verdict};
use crate::engine::Engine;
use crate::observe::plan_obtain;
use certwright_core::account::Account;
use certwright_core::challenge::{HTTP_01_PATH, Responder};
use certwright_core::endpoint::Endpoint;
use certwright_core::identifier::Identifier;
use certwright_core::step::Step;
use certwright_store::CertificateRow;
use futures_util::{StreamExt as _, stream};
use std::net::{IpAddr, SocketAddr};

/// How many names are looked at at once.
const AT_ONCE: usize = 8;

/// What a Test shows for one name while it looks: only it knows the text.
struct Shown {
    token: String,
    answer: String,
    probe: Option<Probe>,
    port: Option<u16>,
}

impl Engine {
    pub(super) async fn check_challenges(
        &self,
        row: &CertificateRow,
        account: &Account,
        checks: &mut Vec<Check>,
    ) {
        let port = self.options.challenge_port;
        let plan = match plan_obtain(self, row).await {
            Ok(plan) => plan,
            Err(failure) => {
                let name = if failure.kind == "port-taken" { "challenge-port" } else { "plan" };
                checks.push(Check::fault(name, format!("TCP port {port}"), &failure));
                return;
            }
        };
        for step in plan.steps {
            let Step::PresentChallenges { responder, identifiers, looks } = step else { continue };
            let looked: Vec<Check> = stream::iter(identifiers)
                .map(|identifier| self.check_name(identifier, &responder, &looks, account))
                .buffered(AT_ONCE)
                .collect()
                .await;
            checks.extend(looked);
        }
    }

    async fn check_name(
        &self,
        identifier: Identifier,
        responder: &Responder,
        looks: &[Endpoint],
        account: &Account,
    ) -> Check {
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
        let shown = match self.show_for_test(responder, &host, account).await {
            Ok(shown) => shown,
            Err(check) => return *check,
        };
        let check = self.look_everywhere(&addresses, &host, responder, looks, &shown).await;
        self.hide_after_test(shown).await;
        check
    }

    /// Lets the responder show an answer of this Test's own, where it can without an edit.
    async fn show_for_test(
        &self,
        responder: &Responder,
        host: &str,
        account: &Account,
    ) -> Result<Shown, Box<Check>> {
        let token = format!("certwright-test-{}", self.chance.unique());
        let answer = format!("{token}.{}", account.thumbprint);
        let mut shown = Shown { token, answer, probe: None, port: None };
        match responder {
            Responder::Listener { port } => {
                self.ports.board.put(*port, &shown.token, &shown.answer).await.map_err(|words| {
                    Box::new(Check::new(
                        "challenge-port",
                        format!("TCP port {port}"),
                        Verdict::Fault,
                        words,
                        "free the port, or permit Certwright to bind it",
                    ))
                })?;
                shown.port = Some(*port);
            }
            Responder::Webroot { root, .. } => {
                let probe =
                    Probe { root: root.clone(), token: shown.token.clone(), answer: shown.answer.clone() };
                let written = self.show_probe(probe.clone()).await;
                // Also when it failed half-way: hiding is what clears up.
                shown.probe = Some(probe);
                if let Err(failure) = written {
                    self.hide_after_test(shown).await;
                    return Err(Box::new(Check::fault("http-01", host, &failure)));
                }
            }
            Responder::Server { .. } => {}
        }
        Ok(shown)
    }

    async fn hide_after_test(&self, shown: Shown) {
        if let Some(port) = shown.port {
            self.ports.board.take(port, &shown.token).await;
        }
        if let Some(probe) = shown.probe
            && let Err(failure) = self.hide_probe(probe).await
        {
            tracing::warn!(%failure, "a file of a test was left behind; it is removed at the next start");
        }
    }

    /// Looks at all addresses and gives the worst that was found.
    async fn look_everywhere(
        &self,
        addresses: &[IpAddr],
        host: &str,
        responder: &Responder,
        looks: &[Endpoint],
        shown: &Shown,
    ) -> Check {
        let path = format!("{HTTP_01_PATH}{}", shown.token);
        // What the server on this machine says to the same question.
        let mut here: Vec<Seen> = Vec::new();
        if matches!(responder, Responder::Server { .. }) {
            for look in looks.iter().filter(|look| look.host == host) {
                let answer = self.ports.http.get(look.address, host, &path).await;
                here.push(Seen { at: look.address, answer });
            }
        }
        let mut worst: Option<Check> = None;
        for address in addresses {
            let at = SocketAddr::new(*address, self.options.challenge_port);
            let seen = Seen { at, answer: self.ports.http.get(at, host, &path).await };
            let proof = match responder {
                Responder::Listener { .. } => Proof::Listener { answer: &shown.answer },
                Responder::Webroot { root, .. } => {
                    Proof::File { root, token: &shown.token, answer: &shown.answer }
                }
                Responder::Server { provider } => Proof::Likeness {
                    provider,
                    here: &here,
                    own_address: self.ports.sockets.has_address(*address).await,
                },
            };
            let check = judge(host, &seen, &proof);
            if worst.as_ref().is_none_or(|known| gravity(check.verdict) > gravity(known.verdict)) {
                worst = Some(check);
            }
        }
        worst.unwrap_or_else(|| {
            Check::new("http-01", host, Verdict::Fault, "has no address", "add an A or AAAA record")
        })
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
