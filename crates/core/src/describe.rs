//! Words: steps, plans, due moments and runs as people read them, in the log, on the command line, in the GUI.

use crate::binding::{Binding, BindingChange};
use crate::challenge::{HTTP_01_PATH, Responder};
use crate::due::Due;
use crate::identifier::Identifier;
use crate::key::KeyType;
use crate::options::KeyUse;
use crate::plan::{Plan, PlanKind};
use crate::run::{Run, RunState, Stop};
use crate::step::{Step, StepRole};
use std::fmt::Write as _;

/// How many identifiers a line names before it counts the rest.
const NAMED: usize = 4;

/// A few names, and how many more.
pub fn names(identifiers: &[Identifier]) -> String {
    let shown: Vec<_> = identifiers.iter().take(NAMED).map(Identifier::unicode).collect();
    match identifiers.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn responder(responder: &Responder) -> String {
    match responder {
        Responder::Listener { port } => format!("our own listener on TCP port {port}, open only meanwhile"),
        Responder::Webroot { root, shown_by } => {
            format!("files in {}{HTTP_01_PATH} ({shown_by})", root.trim_end_matches('/'))
        }
        Responder::Server { provider } => format!("{provider} itself"),
    }
}

/// What a step does, beginning with a verb.
pub fn step(step: &Step) -> String {
    match step {
        Step::ProveStorage => {
            "Prove that database and files can be written, before anything is ordered".to_owned()
        }
        Step::MakeKey { key_type, common_name, key_use, .. } => {
            make_key(*key_type, common_name.as_deref(), key_use)
        }
        Step::OpenOrder {
            authority,
            account,
            identifiers,
            profile,
            or_default_profile,
            lifetime_seconds,
            replaces,
        } => format!(
            "Open an order at {authority} by account {account}{}{} for {}{}",
            profile.as_ref().map_or_else(String::new, |profile| {
                let or = if *or_default_profile { ", or the authority's default," } else { "," };
                format!(", profile {profile}{or}")
            }),
            lifetime_seconds.map_or_else(String::new, |seconds| format!(", valid for {},", span(seconds))),
            names(identifiers),
            if replaces.is_some() { ", which replaces the newest version" } else { "" }
        ),
        Step::PrepareResponder { preparation } => {
            format!("Let {} answer http-01 challenges", responder(&preparation.responder))
        }
        Step::PresentChallenges { responder: by, identifiers, looks } => {
            let mut at: Vec<_> = looks.iter().map(|look| look.address.to_string()).collect();
            at.sort();
            at.dedup();
            let first =
                if at.is_empty() { String::new() } else { format!(", and look at {} first", at.join(", ")) };
            format!("Answer http-01 for {} by {}{first}", names(identifiers), responder(by))
        }
        Step::AwaitAuthorizations { identifiers } => {
            format!("Ask the authority to look, and wait until it has validated {}", names(identifiers))
        }
        Step::RemoveChallenges { responder: by, .. } => format!("Remove the answers from {}", responder(by)),
        Step::RetireResponder { preparation } => {
            format!("Take back what let {} answer", responder(&preparation.responder))
        }
        Step::Finalize => "Send the stored certificate request".to_owned(),
        Step::AwaitCertificate { preferred_chain, .. } => {
            let check = "Fetch the chain and check it: key, names, validity, every link to the end";
            match preferred_chain {
                Some(preferred) => {
                    format!("{check}; take one with the issuer {preferred}, where there is one")
                }
                None => check.to_owned(),
            }
        }
        Step::Publish => {
            "Make it the newest version, store the next renewal, queue the deployments".to_owned()
        }
        Step::StoreFiles { folder } => {
            format!("Write certificate, chain and key into a new directory below {folder}")
        }
        Step::Act { act } => capital(&act.words),
        Step::SwitchVersion { link, from } => match from {
            Some(from) => format!("Switch {link} from {from} to the new version in one rename"),
            None => format!("Point {link} to the new version"),
        },
        Step::Verify { binding } => verify(binding),
        Step::Conclude => "Record that the new version is served".to_owned(),
        Step::RollBack { .. } => {
            "Put back exactly what was there, and let the server read it again".to_owned()
        }
    }
}

fn make_key(key_type: KeyType, common_name: Option<&str>, key_use: &KeyUse) -> String {
    let common =
        common_name.map_or_else(|| "no common name".to_owned(), |name| format!("common name {name}"));
    match key_use {
        KeyUse::New => {
            format!("Make a new {key_type} key and the certificate request ({common}), and store both sealed")
        }
        KeyUse::Again { version } => format!(
            "Take the {key_type} key of {version} again, make the certificate request ({common}), and store both sealed"
        ),
        KeyUse::Own { .. } => format!(
            "Take your own {key_type} key, make the certificate request ({common}), and store both sealed"
        ),
        KeyUse::Request { .. } => format!("Take your own certificate request for an {key_type} key as it is"),
    }
}

/// A span in the largest unit that gives a whole number.
pub fn span(seconds: u64) -> String {
    for (unit, length) in [("days", 86_400), ("hours", 3_600), ("minutes", 60)] {
        if seconds >= 2 * length && seconds.is_multiple_of(length) {
            return format!("{} {unit}", seconds / length);
        }
    }
    format!("{seconds} seconds")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn verify(binding: &Binding) -> String {
    let change = match binding.change {
        BindingChange::Keep => "names our files already",
        BindingChange::Repoint => "re-pointed",
        BindingChange::Add => "TLS listener added",
    };
    let mut addresses: Vec<_> =
        binding.endpoints.iter().map(|endpoint| endpoint.address.to_string()).collect();
    addresses.dedup();
    let mut hosts: Vec<_> = binding.endpoints.iter().map(|endpoint| endpoint.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    format!(
        "Verify by handshake that {} serves it at {} for {} ({change})",
        binding.site,
        addresses.join(", "),
        hosts.join(", ")
    )
}

/// Lines of detail below a step: files with what goes and what comes.
pub fn step_lines(step: &Step) -> Vec<String> {
    match step {
        Step::Act { act } => act.lines.clone(),
        Step::PrepareResponder { preparation } => preparation
            .acts
            .iter()
            .flat_map(|act| std::iter::once(act.words.clone()).chain(act.lines.iter().cloned()))
            .collect(),
        Step::MakeKey { identifiers, .. } if identifiers.len() > NAMED => {
            vec![format!(
                "names: {}",
                identifiers.iter().map(Identifier::unicode).collect::<Vec<_>>().join(", ")
            )]
        }
        _ => Vec::new(),
    }
}

/// A plan as Preview prints it.
pub fn plan(plan: &Plan) -> String {
    let mut text = match &plan.kind {
        PlanKind::Obtain => "Obtain\n".to_owned(),
        PlanKind::Deploy { deployment, target } => format!("Deploy to {target} ({deployment})\n"),
    };
    for (index, planned) in plan.steps.iter().enumerate() {
        let note = match planned.role() {
            StepRole::Ordinary => "",
            StepRole::CleanUp => "  [always]",
            StepRole::AfterFailure => "  [only if a step above fails]",
        };
        let _ = writeln!(text, "{:>3}. {}{note}", index + 1, step(planned));
        for line in step_lines(planned) {
            let _ = writeln!(text, "       {line}");
        }
    }
    for warning in &plan.warnings {
        let _ = writeln!(text, "  !  {warning}");
    }
    text
}

/// When a certificate is due, and why.
pub fn due(due: Due) -> String {
    match due {
        Due::Now(reason) => format!("due now because {}", reason.words()),
        Due::At(moment, reason) => format!("due at {moment:.0} because then {}", reason.words()),
        Due::Paused => "never ordered while it is paused".to_owned(),
    }
}

/// How a run stands, in a line.
pub fn run(run: &Run) -> String {
    let what = match &run.plan.kind {
        PlanKind::Obtain if run.plan.is_rehearsal() => "trying the staging environment".to_owned(),
        PlanKind::Obtain => "obtaining the certificate".to_owned(),
        PlanKind::Deploy { target, .. } => format!("deploying to {target}"),
    };
    match run.state {
        RunState::Active | RunState::Waiting if run.is_stopping() => format!("{what}: stopping"),
        RunState::Active | RunState::Waiting if run.stop != Stop::No => format!(
            "{what}: too late to stop: the authority may have issued the certificate already, so it is fetched and stored"
        ),
        RunState::Active => format!("{what}: running"),
        RunState::Waiting => format!("{what}: waiting"),
        RunState::Done => format!("{what}: done"),
        RunState::Cancelled => format!("{what}: cancelled"),
        RunState::Failed => format!("{what}: failed"),
    }
}
