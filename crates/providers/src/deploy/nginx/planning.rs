//! From what was found to a plan: judge every server block, collect the edits, say where to look afterwards.

use super::act::Act;
use super::adding;
use super::configuration::Configuration;
use super::found::Found;
use super::judging::{Scene, Verdict};
use super::repointing;
use super::rewrite::{self, Change};
use super::select::Listeners;
use super::settings::Settings;
use super::site::Site;
use super::verifying;
use certwright_contract::{Planned, Wanted};
use certwright_core::binding::Binding;
use certwright_core::failure::Failure;
use certwright_core::identifier::Identifier;
use std::collections::{BTreeMap, BTreeSet};

/// Decides what to change. Pure.
pub(super) fn plan(settings: &Settings, found: &Found, wanted: &Wanted) -> Result<Planned<Act>, Failure> {
    let configuration = Configuration::read(found)?;
    let sites = configuration.sites();
    let scene = Scene {
        settings,
        found,
        wanted,
        configuration: &configuration,
        sites: &sites,
        certificate: path(wanted, "fullchain.pem")?,
        key: path(wanted, "privkey.pem")?,
    };
    let mut listeners = Listeners::of(&sites);
    let answered = scene.answered(&listeners);
    let mut warnings = Vec::new();
    let verdicts = judge(&scene, &mut listeners, &answered, &mut warnings);

    let mut changes: BTreeMap<&str, (usize, Vec<Change>)> = BTreeMap::new();
    let mut bindings = Vec::new();
    for (site, verdict) in verdicts.iter().enumerate() {
        let lines: &[String] = match verdict {
            Verdict::Repoint(warning) => {
                warnings.extend(warning.clone());
                &[]
            }
            Verdict::Add(lines) => lines,
            Verdict::Left(why) => {
                warnings.push(why.clone());
                continue;
            }
            Verdict::Keep | Verdict::Nothing => &[],
        };
        if matches!(verdict, Verdict::Repoint(_) | Verdict::Add(_)) {
            for (file, change) in repointing::changes(&scene, site, lines) {
                let entry = changes.entry(&found.files[file].real).or_insert_with(|| (file, Vec::new()));
                entry.1.push(change);
            }
        }
        bindings.extend(verifying::binding(
            &scene,
            &listeners,
            site,
            verdict,
            &answered[site],
            &mut warnings,
        ));
    }
    if bindings.is_empty() {
        return Err(no_site(&scene, &warnings));
    }
    warnings.extend(unserved(wanted, &bindings));
    Ok(Planned {
        before: changes
            .into_values()
            .filter_map(|(file, changes)| rewrite::edit(&found.files[file], &changes))
            .map(|edit| Act::Edit { edit, movable: false })
            .collect(),
        switch_link: true,
        after: Act::settle(&found.server),
        settle: Act::settle(&found.server),
        bindings,
        warnings,
    })
}

fn judge(
    scene: &Scene<'_>,
    listeners: &mut Listeners,
    answered: &[BTreeSet<Identifier>],
    warnings: &mut Vec<String>,
) -> Vec<Verdict> {
    let speaks_tls: Vec<bool> = (0..scene.sites.len())
        .map(|site| {
            let sockets = listeners.of_site(site);
            sockets.iter().any(|&socket| listeners.speaks_tls(socket)) || listens_for_tls(&scene.sites[site])
        })
        .collect();
    let mut verdicts: Vec<_> = (0..scene.sites.len())
        .map(|site| if speaks_tls[site] { scene.judge_tls(site, &answered[site]) } else { Verdict::Nothing })
        .collect();
    repointing::leave_shared(scene, listeners, &mut verdicts);
    let mut plain: Vec<_> = (0..scene.sites.len()).filter(|&site| !speaks_tls[site]).collect();
    // Where several blocks answer for a name on different ports, the one on http's own port is the site.
    plain.sort_by_key(|&site| !listeners.of_site(site).iter().any(|socket| socket.port() == 80));
    for site in plain {
        verdicts[site] = adding::judge(scene, listeners, &verdicts, site, &answered[site], warnings);
    }
    verdicts
}

/// TLS at a name that only nginx resolves, or over QUIC.
fn listens_for_tls(site: &Site<'_>) -> bool {
    site.listens.iter().any(|(_, listen)| listen.ssl || listen.quic)
}

fn path(wanted: &Wanted, file: &str) -> Result<String, Failure> {
    wanted
        .link
        .join(file)
        .to_str()
        .filter(|path| !path.contains(['$', '\n', '\r']))
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::person(
                "unusable-path",
                format!("name {} in nginx's configuration", wanted.link.display()),
                "nginx cannot read a path with a dollar sign, a line break or bytes that are no UTF-8",
                "move Certwright's data directory to a path without them",
            )
        })
}

const LISTED: usize = 20;

fn no_site(scene: &Scene<'_>, warnings: &[String]) -> Failure {
    let names: Vec<_> = scene.wanted.identifiers.iter().map(Identifier::unicode).collect();
    let mut sites: Vec<_> = (0..scene.sites.len()).map(|site| scene.title(site)).collect();
    let more = sites.len().saturating_sub(LISTED);
    sites.truncate(LISTED);
    let mut listed = if sites.is_empty() {
        "there is no server block at all".to_owned()
    } else {
        format!("its sites are {}", sites.join(", "))
    };
    if more > 0 {
        listed.push_str(&format!(" and {more} more"));
    }
    let mut answer = format!("no server block is one that the certificate can be served by; {listed}");
    for warning in warnings {
        answer.push_str(". ");
        answer.push_str(warning);
    }
    Failure::person(
        "no-matching-site",
        format!("find where nginx should serve a certificate for {}", names.join(", ")),
        answer,
        format!(
            "add `server_name {};` to the server block that should serve it, or correct the certificate's names, or choose another kind of deployment",
            scene.wanted.identifiers.first().map_or_else(String::new, Identifier::ascii)
        ),
    )
}

/// A warning for identifiers that no handshake will be asked for.
fn unserved(wanted: &Wanted, bindings: &[Binding]) -> Option<String> {
    let missing: Vec<_> = wanted
        .identifiers
        .iter()
        .filter(|identifier| {
            !bindings
                .iter()
                .flat_map(|binding| &binding.endpoints)
                .any(|endpoint| identifier.covers(&endpoint.host))
        })
        .map(Identifier::unicode)
        .collect();
    (!missing.is_empty()).then(|| {
        format!(
            "no site of this nginx serves {} over TLS: in the certificate, but not verified here",
            missing.join(", ")
        )
    })
}
