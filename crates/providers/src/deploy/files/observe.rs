//! What stands where the files are to go.

use super::form::Settings;
use super::write::{LARGEST, not_written};
use certwright_contract::files;
use certwright_contract::ports::Ports;
use certwright_core::failure::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// By the path of the settings: the real path, and the digest where there is a file.
    pub(super) places: BTreeMap<String, Place>,
    /// Where the handshake goes.
    pub(super) verify: Option<SocketAddr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) real: String,
    pub(super) digest: Option<String>,
}

/// Looks. Only reads.
pub(super) async fn observe(settings: &Settings, ports: &Ports) -> Result<Found, Failure> {
    let mut places = BTreeMap::new();
    for (_, path, _) in &settings.parts {
        places.insert(path.clone(), look(path)?);
    }
    let verify = match &settings.verify {
        None => None,
        Some((host, port)) => {
            let addresses = ports.resolver.addresses(host).await;
            let address = match host.parse() {
                Ok(ip) => Some(ip),
                Err(_) => addresses.clone().unwrap_or_default().first().copied(),
            };
            let address = address.ok_or_else(|| {
                Failure::retry(
                    "verify-unresolved",
                    format!("resolve {host}, where the handshake should go"),
                    addresses.err().unwrap_or_else(|| "it has no address".to_owned()),
                    "correct the setting `verify`, or give an address instead of a name",
                )
            })?;
            Some(SocketAddr::new(address, *port))
        }
    };
    Ok(Found { places, verify })
}

fn look(path: &str) -> Result<Place, Failure> {
    let file = Path::new(path);
    let folder = file.parent().unwrap_or(file);
    if !folder.is_dir() {
        return Err(Failure::person(
            "folder-missing",
            format!("find a place for {path}"),
            format!("there is no folder {}", folder.display()),
            "make the folder with the owner and mode that the server needs, or correct the setting",
        ));
    }
    let seen = |error: std::io::Error| not_written(path, &error.to_string());
    // A link stays a link: the file behind it is replaced.
    let Ok(real) = fs::canonicalize(file) else {
        return Ok(Place { real: path.to_owned(), digest: None });
    };
    let digest = files::digest(&files::read(&real, LARGEST).map_err(seen)?);
    Ok(Place { real: real.to_str().map_or_else(|| path.to_owned(), str::to_owned), digest: Some(digest) })
}
