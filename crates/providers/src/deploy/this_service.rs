//! This service itself as a target: the certificate by which its API and its pages are reached over HTTPS.

use async_trait::async_trait;
use certwright_contract::ports::{CertificateSlot, Ports};
use certwright_contract::{Applying, Planned, Target, Wanted};
use certwright_core::binding::{Binding, BindingChange};
use certwright_core::endpoint::Endpoint;
use certwright_core::failure::Failure;
use certwright_core::form::Field;
use certwright_core::key::KeyType;
use certwright_core::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::net::SocketAddr;
use std::path::Path;

/// This service.
pub(crate) struct ThisService;

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// Where it is shown.
    addresses: Vec<SocketAddr>,
    /// The folder that is shown; `None` is the self-signed certificate.
    folder: Option<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub(crate) enum Act {
    /// Store which folder is shown.
    Remember {
        /// Which.
        folder: String,
        /// Which one was shown before.
        expects: Option<String>,
    },
    /// Show what is in the folder.
    Read {
        /// Says to the engine: apply this again once everything was taken back.
        settles: bool,
    },
}

#[async_trait]
impl Target for ThisService {
    type Found = Found;
    type Act = Act;
    type Settings = ();

    const NAME: &'static str = "this-service";
    const TITLE: &'static str = "This service";
    const FIELDS: &'static [Field] = &[];
    const KEY: KeyType = KeyType::EcdsaP256;
    const SINGLE: bool = true;

    fn settings(&self, values: &Map<String, Value>, place: &str) -> Result<(), Vec<Refusal>> {
        let unknown = |name: &String| {
            Refusal::new(
                format!("{place}.{name}"),
                "is no setting of this target",
                "leave it out: it has none",
            )
        };
        let refusals: Vec<_> = values.keys().map(unknown).collect();
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }

    fn lock(&self, (): &()) -> String {
        "certificate".to_owned()
    }

    async fn observe(&self, (): &(), ports: &Ports) -> Result<Found, Failure> {
        let folder = ports.slot.folder().map_err(|answer| trouble("find what is shown now", answer))?;
        Ok(Found {
            addresses: ports.slot.addresses(),
            folder: folder.map(|folder| folder.display().to_string()),
        })
    }

    fn plan(&self, (): &(), found: &Found, wanted: &Wanted) -> Result<Planned<Act>, Failure> {
        if found.addresses.is_empty() {
            return Err(Failure::person(
                "no-tls",
                "show the certificate at this service",
                "it listens on loopback only, without TLS",
                "listen beyond loopback, or set `tls = true` in the configuration, and start the service again",
            ));
        }
        let folder = wanted.link.display().to_string();
        let before = (found.folder.as_ref() != Some(&folder))
            .then(|| Act::Remember { folder, expects: found.folder.clone() })
            .into_iter()
            .collect();
        let endpoints = found.addresses.iter().flat_map(|address| {
            wanted
                .identifiers
                .iter()
                .map(|identifier| Endpoint { address: *address, host: identifier.host() })
        });
        let change = if found.folder.is_some() { BindingChange::Keep } else { BindingChange::Repoint };
        let binding = Binding { site: "this service".to_owned(), endpoints: endpoints.collect(), change };
        let read = vec![Act::Read { settles: true }];
        Ok(Planned {
            before,
            switch_link: true,
            after: read.clone(),
            settle: read,
            bindings: vec![binding],
            warnings: Vec::new(),
        })
    }

    fn describe(&self, act: &Act) -> (String, Vec<String>) {
        match act {
            Act::Remember { folder, expects } => {
                let instead = expects.as_deref().unwrap_or("the self-signed certificate");
                (format!("show {folder} at this service"), vec![format!("instead of {instead}")])
            }
            Act::Read { .. } => ("show it from the next handshake on".to_owned(), Vec::new()),
        }
    }

    async fn apply(&self, act: &Act, applying: &Applying<'_>) -> Result<(), Failure> {
        let slot = applying.ports.slot.as_ref();
        match act {
            Act::Remember { folder, expects } => change(slot, expects.as_deref(), Some(folder)).await,
            Act::Read { .. } => slot.read().await.map_err(|answer| trouble("show the certificate", answer)),
        }
    }

    async fn undo(&self, act: &Act, applying: &Applying<'_>) -> Result<(), Failure> {
        let slot = applying.ports.slot.as_ref();
        match act {
            Act::Remember { folder, expects } => {
                let now = shown(slot)?;
                if now.as_ref() != Some(folder) {
                    return Ok(());
                }
                change(slot, Some(folder), expects.as_deref()).await
            }
            // The engine reads again once the folder is back.
            Act::Read { .. } => Ok(()),
        }
    }
}

fn shown(slot: &dyn CertificateSlot) -> Result<Option<String>, Failure> {
    let folder = slot.folder().map_err(|answer| trouble("find what is shown now", answer))?;
    Ok(folder.map(|folder| folder.display().to_string()))
}

async fn change(slot: &dyn CertificateSlot, from: Option<&str>, to: Option<&str>) -> Result<(), Failure> {
    let now = shown(slot)?;
    if now.as_deref() == to {
        return Ok(());
    }
    if now.as_deref() != from {
        return Err(Failure::person(
            "slot-changed",
            "show another certificate at this service",
            format!("it shows {} by now", now.as_deref().unwrap_or("the self-signed certificate")),
            "let only one certificate name this service as its target, then deploy it: certwright cert deploy",
        ));
    }
    slot.remember(to.map(Path::new)).await.map_err(|answer| trouble("store what is shown", answer))
}

fn trouble(attempted: &str, answer: String) -> Failure {
    Failure::retry(
        "own-certificate",
        attempted,
        answer,
        "check free space and permissions of the data directory",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_core::identifier::Identifier;

    fn wanted() -> Wanted {
        Wanted {
            identifiers: vec![Identifier::parse("certs.example.com").unwrap()],
            link: "/data/certificates/cert-1/current".into(),
            earlier: Vec::new(),
        }
    }

    #[test]
    fn it_is_remembered_once_and_read_at_every_renewal() {
        let address = "127.0.0.1:9643".parse().unwrap();
        let first = Found { addresses: vec![address], folder: None };
        let planned = ThisService.plan(&(), &first, &wanted()).unwrap();
        let folder = wanted().link.display().to_string();
        assert_eq!(planned.before, [Act::Remember { folder: folder.clone(), expects: None }]);
        assert_eq!(planned.bindings[0].endpoints[0].host, "certs.example.com");
        let renewal = Found { folder: Some(folder), ..first };
        let planned = ThisService.plan(&(), &renewal, &wanted()).unwrap();
        assert_eq!((planned.before.len(), planned.after.len(), planned.switch_link), (0, 1, true));
    }

    #[test]
    fn without_tls_there_is_nothing_to_show_it_at() {
        let found = Found { addresses: Vec::new(), folder: None };
        let failure = ThisService.plan(&(), &found, &wanted()).unwrap_err();
        assert!(failure.remedy.contains("tls = true"));
    }
}
