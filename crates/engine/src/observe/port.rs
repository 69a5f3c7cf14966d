//! Who owns the challenge port on this machine, and how a web server there can answer for us.

use crate::engine::Engine;
use certwright_contract::{Asker, Way};
use certwright_core::account::Account;
use certwright_core::certificate::Certificate;
use certwright_core::challenge::ChallengeSettings;
use certwright_core::choose::{PortOwner, WebAnswer};
use certwright_core::failure::Failure;
use certwright_core::identifier::Identifier;
use certwright_providers::challenge::WEB_SERVERS;
use serde_json::Map;

impl Engine {
    /// Observes the owner of the challenge port, as far as the certificate's challenge settings need it.
    pub(crate) async fn port_owner(
        &self,
        certificate: &Certificate,
        account: &Account,
    ) -> Result<PortOwner, Failure> {
        let settings = &certificate.settings;
        if matches!(settings.challenge, ChallengeSettings::Http01Webroot { .. }) {
            return Ok(PortOwner::Free);
        }
        let port = self.options.challenge_port;
        let Some(process) = self.ports.sockets.listener(port).await else { return Ok(PortOwner::Free) };
        if process == certwright_contract::ports::OURSELVES {
            return Ok(PortOwner::Free);
        }
        for server in WEB_SERVERS {
            // A configuration that names the port proves nothing when another program holds it.
            if !process.contains(server.name()) && process != certwright_contract::ports::UNSEEN {
                continue;
            }
            let none = Map::new();
            let form = settings
                .deployments
                .iter()
                .find(|deployment| deployment.target == server.name())
                .map_or(&none, |deployment| &deployment.settings);
            if !server.owns(form, port, &self.ports).await? {
                if process.contains(server.name()) {
                    return Err(elsewhere(server.name(), port, &process));
                }
                continue;
            }
            let asker = Asker { thumbprint: &account.thumbprint, certificate: &certificate.id };
            let ways = server.ways(form, port, &settings.identifiers, &asker, &self.ports).await?;
            return Ok(PortOwner::WebServer {
                provider: server.name().to_owned(),
                answers: ways
                    .ways
                    .into_iter()
                    .map(|(identifier, way)| (identifier, answer(way)))
                    .collect::<Vec<(Identifier, WebAnswer)>>(),
                preparation: ways.preparation,
                looks: ways.looks,
            });
        }
        Ok(PortOwner::Other { process })
    }
}

/// The port is held by a server of this kind, but not by the one whose configuration we read.
fn elsewhere(server: &str, port: u16, process: &str) -> Failure {
    Failure::person(
        "other-server",
        format!("find how {server} answers on TCP port {port}"),
        format!(
            "{process} holds the port, and the configuration of {server} that Certwright reads does not listen there"
        ),
        format!(
            "tell it which configuration that {server} runs with: a deployment to {server} with its settings \
             configuration and prefix; or give the site's root folder as the certificate's webroot"
        ),
    )
}

fn answer(way: Way) -> WebAnswer {
    match way {
        Way::Webroot { root, shown_by } => WebAnswer::Webroot { root, shown_by },
        Way::Server => WebAnswer::Prepared,
        Way::Unserved { why } => WebAnswer::Unserved { why },
    }
}
