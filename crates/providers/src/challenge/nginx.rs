//! nginx as the one who answers http-01: from the webroot of the site that is asked, or by a location (or a
//! condition) that is added for the time of the order. The answer needs no file: the token is in the request,
//! the account's thumbprint in the location.

use crate::deploy::nginx::{
    Act, Change, Configuration, Listeners, MISSING, Nginx, Selected, ServerBlock as Site, answer, condition,
    edit, in_the_way, inner_indentation, location, observe, remove_answer, without_answers,
};
use crate::deploy::nginx::{Found, Settings};
use async_trait::async_trait;
use certwright_contract::ports::Ports;
use certwright_contract::target::{unwrap, wrap};
use certwright_contract::{Asker, InTheWay, Target, Way, WebServer, WebWays};
use certwright_core::edit::FileEdit;
use certwright_core::endpoint::Endpoint;
use certwright_core::failure::Failure;
use certwright_core::id::CertificateId;
use certwright_core::identifier::Identifier;
use certwright_core::step::ProviderAct;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

/// nginx on this machine.
pub(crate) struct NginxAnswers;

#[async_trait]
impl WebServer for NginxAnswers {
    fn name(&self) -> &'static str {
        Nginx::NAME
    }

    async fn owns(&self, settings: &Map<String, Value>, port: u16, ports: &Ports) -> Result<bool, Failure> {
        let found = match observe(&read(settings)?.server, ports).await {
            Err(failure) if failure.kind == MISSING => return Ok(false),
            other => other?,
        };
        let configuration = Configuration::read(&found)?;
        let sockets = Listeners::of(&configuration.sites()).sockets();
        Ok(sockets.iter().any(|socket| socket.port() == port))
    }

    async fn ways(
        &self,
        settings: &Map<String, Value>,
        port: u16,
        identifiers: &[Identifier],
        asker: &Asker<'_>,
        ports: &Ports,
    ) -> Result<WebWays, Failure> {
        let found = observe(&read(settings)?.server, ports).await?;
        decide(found, port, identifiers, asker)
    }

    async fn in_the_way(&self, act: &ProviderAct) -> Result<Vec<InTheWay>, Failure> {
        let Some(edit) = edit_of(act)? else { return Ok(Vec::new()) };
        in_background(move || in_the_way(&edit)).await
    }

    async fn remove_left_over(&self, act: &ProviderAct, certificate: &CertificateId) -> Result<(), Failure> {
        let Some(edit) = edit_of(act)? else { return Ok(()) };
        let certificate = certificate.clone();
        in_background(move || remove_answer(&edit, certificate.as_str())).await
    }
}

/// The edit that an act is; `None` where it changes no file.
fn edit_of(act: &ProviderAct) -> Result<Option<FileEdit>, Failure> {
    match unwrap::<Nginx>(act)? {
        Act::Edit { edit, .. } => Ok(Some(edit)),
        Act::Check { .. } | Act::Reload { .. } => Ok(None),
    }
}

/// Reading and writing wait for the disk.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        let attempted = "look for answers in nginx's configuration files";
        Err(Failure::retry("nginx-unreadable", attempted, error.to_string(), "try again"))
    })
}

fn read(settings: &Map<String, Value>) -> Result<Settings, Failure> {
    Nginx.settings(settings, "settings").map_err(|refusals| {
        let words: Vec<_> = refusals.iter().map(ToString::to_string).collect();
        Failure::person("settings", "read nginx's settings", words.join("; "), "correct the settings")
    })
}

/// Decides for all identifiers. Pure.
pub(crate) fn decide(
    mut found: Found,
    port: u16,
    identifiers: &[Identifier],
    asker: &Asker<'_>,
) -> Result<WebWays, Failure> {
    if !is_plain(asker.thumbprint) || !is_plain(asker.certificate.as_str()) {
        return Err(Failure::person(
            "thumbprint",
            "write the account's answer into nginx's configuration",
            "the account key's thumbprint or the certificate's id has characters that do not belong there",
            "this is a fault of Certwright: please report it",
        ));
    }
    // Lines that answer for another certificate are gone in a moment: the plan is made for the file as it is then,
    // and its edit waits for that (`IN_USE`). Those of this certificate were left by a run whose clean-up could not
    // be done: the edit takes their place, so that they go when it is taken back.
    for file in &mut found.files {
        if let Some(text) = without_answers(&file.text) {
            file.set_text(text);
        }
    }
    let found = &found;
    let configuration = Configuration::read(found)?;
    let sites = configuration.sites();
    let listeners = Listeners::of(&sites);
    let mut edited = BTreeSet::new();
    let mut ways = Vec::new();
    let mut looks = Vec::new();
    for identifier in identifiers {
        let way = match asked(&listeners, &sites, port, identifier) {
            Err(why) => Way::Unserved { why },
            Ok(Asked { sites: asked, sockets }) => {
                let reached = sockets.into_iter().filter_map(|socket| listeners.reach(socket));
                looks.extend(reached.map(|address| Endpoint { address, host: identifier.ascii() }));
                match common_webroot(found, &sites, &asked) {
                    Some((root, site)) => Way::Webroot {
                        root,
                        shown_by: format!(
                            "nginx, server block at {}",
                            configuration.place(sites[site].server)
                        ),
                    },
                    None => {
                        edited.extend(asked);
                        Way::Server
                    }
                }
            }
        };
        ways.push((identifier.clone(), way));
    }
    let preparation = preparation(found, &configuration, &sites, &edited, asker);
    Ok(WebWays { ways, preparation, looks })
}

/// Who may be asked for a name.
struct Asked {
    sites: BTreeSet<usize>,
    sockets: Vec<SocketAddr>,
}

/// The server blocks that may be asked, at whatever address the authority finds.
fn asked(
    listeners: &Listeners,
    sites: &[Site<'_>],
    port: u16,
    identifier: &Identifier,
) -> Result<Asked, String> {
    if identifier.is_wildcard() {
        return Err("http-01 cannot show control over a wildcard name; only dns-01 can".to_owned());
    }
    let host = identifier.ascii();
    let mut sockets: Vec<_> = listeners
        .sockets()
        .into_iter()
        .filter(|socket| socket.port() == port && !listeners.speaks_tls(*socket))
        .collect();
    if let Identifier::Ip(ip) = identifier {
        narrow(&mut sockets, |socket| socket.is_ipv4() == ip.is_ipv4());
        narrow(&mut sockets, |socket| socket.ip() == *ip);
    }
    // No authority arrives at a loopback address, unless there is nothing else: then it is a test's.
    narrow(&mut sockets, |socket| !socket.ip().is_loopback());
    if sockets.is_empty() {
        return Err(format!("nginx has no server block that listens on port {port} with http"));
    }
    let mut selected: Vec<_> = sockets
        .into_iter()
        .filter_map(|socket| Some((socket, listeners.select(sites, socket, &host)?)))
        .collect();
    // An address that does not know the name is not where the name points, if another one does.
    narrow(&mut selected, |(socket, selected)| {
        matches!(selected, Selected::Named { .. }) || socket.ip().is_unspecified()
    });
    let sockets = selected
        .iter()
        // A socket that speaks the PROXY protocol answers nobody who connects directly.
        .filter(|(socket, _)| !listeners.speaks_proxy(*socket))
        .map(|(socket, _)| *socket)
        .collect();
    let sites = selected
        .into_iter()
        .flat_map(|(_, selected)| match selected {
            Selected::Named { site, .. } | Selected::Default(site) => vec![site],
            // Whichever regular expression matches: all of them are prepared.
            Selected::Undecided(sites) => sites,
        })
        .collect();
    Ok(Asked { sites, sockets })
}

/// Keeps those that fit, or all where none does.
fn narrow<T>(items: &mut Vec<T>, fits: impl Fn(&T) -> bool) {
    if items.iter().any(&fits) {
        items.retain(|item| fits(item));
    }
}

/// The folder that all these blocks show, and the first of them.
fn common_webroot(found: &Found, sites: &[Site<'_>], asked: &BTreeSet<usize>) -> Option<(String, usize)> {
    let first = *asked.first()?;
    let root = answer(found, &sites[first]).webroot?;
    asked
        .iter()
        .all(|&site| answer(found, &sites[site]).webroot.as_ref() == Some(&root))
        .then_some((root, first))
}

fn preparation(
    found: &Found,
    configuration: &Configuration<'_>,
    sites: &[Site<'_>],
    edited: &BTreeSet<usize>,
    asker: &Asker<'_>,
) -> Vec<ProviderAct> {
    let mut changes: BTreeMap<&str, (usize, Vec<Change>)> = BTreeMap::new();
    for &site in edited {
        let server = sites[site].server;
        let file = configuration.file(server);
        let indent = inner_indentation(&file.text, server);
        let write = if answer(found, &sites[site]).needs_condition { condition } else { location };
        let lines = write(&indent, asker.thumbprint, asker.certificate.as_str());
        let at = server.block.as_ref().map_or(server.end, |block| block.open);
        let entry = changes.entry(&file.real).or_insert_with(|| (server.file, Vec::new()));
        entry.1.push(Change::InsertAfter { at, lines, known_by: known_by(&sites[site]) });
    }
    let edits: Vec<_> = changes
        .into_values()
        .filter_map(|(file, changes)| edit(&found.files[file], &changes))
        .map(|edit| Act::Edit { edit, movable: true })
        .collect();
    if edits.is_empty() {
        return Vec::new();
    }
    edits.into_iter().chain(Act::settle(&found.server)).map(|act| wrap(&Nginx, &act)).collect()
}

/// How far a block must be read to know it from every other: to the end of its names, or its own end where they
/// stand elsewhere or it has none.
fn known_by(site: &Site<'_>) -> usize {
    let server = site.server;
    let inside = |end: &usize| (server.start..server.end).contains(end);
    let names = site.own("server_name").into_iter().filter(|name| name.file == server.file);
    names.map(|name| name.end).filter(inside).max().unwrap_or(server.end)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::nginx::tests::{Case, golden};

    fn asker<'a>(thumbprint: &'a str, certificate: &'a CertificateId) -> Asker<'a> {
        Asker { thumbprint, certificate }
    }

    fn words(case: &Case) -> String {
        let decided = decide(
            case.found.clone(),
            case.port,
            &case.wanted.identifiers,
            &asker("THUMBPRINT", &"cert-1".into()),
        )
        .unwrap();
        let mut out = String::new();
        for (identifier, way) in &decided.ways {
            out.push_str(&match way {
                Way::Webroot { root, shown_by } => {
                    format!("{identifier}: files below {root}, shown by {shown_by}\n")
                }
                Way::Server => format!("{identifier}: the server\n"),
                Way::Unserved { why } => format!("{identifier}: nobody: {why}\n"),
            });
        }
        for act in &decided.preparation {
            out.push_str(&format!("{}\n", act.words));
            act.lines.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
        }
        out
    }

    #[test]
    fn ways_are_as_written_down_and_edits_can_be_taken_back() {
        for (path, case) in golden("answer", words) {
            let decided = decide(
                case.found.clone(),
                case.port,
                &case.wanted.identifiers,
                &asker("T", &"cert-1".into()),
            )
            .unwrap();
            for act in decided.preparation.iter().filter(|act| act.act.get("settles").is_none()) {
                let edit: FileEdit = serde_json::from_value(act.act["edit"].clone()).unwrap();
                let text = &case.found.files.iter().find(|file| file.real == edit.path).unwrap().text;
                let after = edit.apply(text).unwrap();
                assert_ne!(after, *text);
                assert_eq!(edit.revert(&after).unwrap(), *text, "{path}");
            }
        }
    }

    #[test]
    fn a_thumbprint_that_could_be_configuration_is_refused() {
        let case = Case::read("==> /etc/nginx/nginx.conf\nhttp { server { listen 80; } }\n");
        for thumbprint in ["", "a\"; }", "a b", "$host"] {
            assert!(decide(case.found.clone(), 80, &[], &asker(thumbprint, &"cert-1".into())).is_err());
        }
    }
}
