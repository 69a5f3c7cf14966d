//! `cert show`.

use super::Which;
use super::choices::{key_words, profile_words};
use crate::exit::Exit;
use crate::fault::{Fault, failure_words, indented};
use crate::look::{Look, Tone};
use crate::moment;
use crate::renewal;
use crate::session::Session;
use crate::span;
use crate::table::{page, plain, table};
use crate::window;
use certwright_api::certificates::{Certificate, Challenge, Deployment};
use certwright_api::observations::Observation;
use certwright_api::versions::{RenewalInformation, TrustVerdict, Version};
use clap::Args;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Shows a certificate.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright cert show shop")]
pub struct Show {
    #[command(flatten)]
    which: Which,
}

impl Show {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let certificate = session.client.certificate(&self.which.name).await?;
        // A script asks for the certificate; the endpoints are for the person who reads.
        let seen = if session.output.json {
            Vec::new()
        } else {
            session.client.observations(&certificate.id).await?
        };
        let now = session.now();
        session.output.answer(
            || serde_json::to_string_pretty(&certificate),
            |look| words(&certificate, &seen, look, now),
        )?;
        Ok(Exit::Done)
    }
}

fn words(certificate: &Certificate, seen: &[Observation], look: Look, now: Timestamp) -> String {
    let mut text = page(look, facts(certificate, now));
    if let Some(failure) = &certificate.last_failure {
        text.push_str(&section(look, "Last failure"));
        text.push_str(&indented(&failure_words(failure)));
    }
    if let Some(offer) = &certificate.removal_offer {
        text.push_str(&section(look, "Offered for removal"));
        text.push_str(&indented(&super::removal_offer::words(offer, now)));
    }
    text.push_str(&section(look, "Deployments"));
    text.push_str(&deployments(certificate, look, now));
    for deployment in &certificate.deployments {
        if let Some(failure) = &deployment.last_failure {
            text.push_str(&section(look, &format!("Last failure on {}", deployment.target)));
            text.push_str(&indented(&failure_words(failure)));
        }
    }
    if !seen.is_empty() {
        text.push_str(&section(look, "Endpoints, as last seen"));
        text.push_str(&endpoints(seen, look, now));
    }
    text
}

fn section(look: Look, title: &str) -> String {
    format!("\n{}\n", look.paint(Tone::Bold, title))
}

fn facts(certificate: &Certificate, now: Timestamp) -> Vec<(&'static str, (Tone, String))> {
    let or = |text: &Option<String>, otherwise: &str| text.clone().unwrap_or_else(|| otherwise.to_owned());
    let next = match (certificate.next_at, &certificate.next_why) {
        (Some(at), Some(why)) => format!("{}: {why}", moment::minute(at, now)),
        (Some(at), None) => moment::minute(at, now),
        (None, why) => why.clone().unwrap_or_default(),
    };
    let live = certificate
        .live_run
        .as_ref()
        .map_or_else(String::new, |id| format!("{id}: certwright run watch {id}"));
    vec![
        ("Name", (Tone::Bold, certificate.name.clone())),
        ("Id", plain(&certificate.id)),
        ("Health", (Tone::of_health(certificate.health), health(certificate))),
        ("What to do", plain(or(&certificate.health_remedy, ""))),
        ("For", plain(certificate.identifiers_shown.join("\n"))),
        ("Tags", plain(certificate.tags.join(", "))),
        ("Notes", plain(&certificate.notes)),
        ("Authority", authority(certificate)),
        ("Account", plain(or(&certificate.account, "auto"))),
        ("Profile", plain(profile_words(certificate))),
        ("Key", plain(key_words(certificate))),
        (
            "Chain",
            plain(certificate.preferred_chain.as_ref().map_or_else(String::new, |issuer| {
                format!("one with the issuer {issuer}, where there is one")
            })),
        ),
        (
            "Lifetime",
            plain(
                certificate.lifetime_seconds.map_or_else(String::new, |seconds| {
                    span::words(i64::try_from(seconds).unwrap_or(i64::MAX))
                }),
            ),
        ),
        ("Challenge", plain(challenge(&certificate.challenge))),
        (
            "Renewed",
            plain(certificate.renewal.map_or_else(|| "default".to_owned(), |it| renewal::words(Some(it)))),
        ),
        ("Window", plain(window::choice_words(certificate.window.as_ref()))),
        (
            "Version",
            plain(certificate.version.as_ref().map_or_else(|| "none yet".to_owned(), |it| version(it, now))),
        ),
        (
            "Suggested",
            plain(suggested(
                certificate.version.as_ref().and_then(|it| it.renewal_information.as_ref()),
                now,
            )),
        ),
        ("Run", plain(live)),
        ("Next moment", plain(next)),
        ("Revision", plain(certificate.revision.to_string())),
    ]
}

fn authority(certificate: &Certificate) -> (Tone, String) {
    if !certificate.staging {
        return plain(&certificate.authority);
    }
    let replaces =
        if certificate.staging_may_replace { "\nit may take the place of a trusted one" } else { "" };
    (Tone::Warn, format!("{} (staging: for tests, nobody trusts it){replaces}", certificate.authority))
}

fn challenge(challenge: &Challenge) -> String {
    match challenge {
        Challenge::Http01 => "http-01".to_owned(),
        Challenge::Http01Webroot { root } => format!("http-01 by files below {root}"),
    }
}

fn version(version: &Version, now: Timestamp) -> String {
    let mut text = version.id.clone();
    if version.staging {
        text.push_str("\nfor tests: its authority is a staging environment");
    }
    if !version.has_key {
        text.push_str("\nits private key is not stored here");
    }
    if let Some(facts) = &version.facts {
        text.push_str(&format!(
            "\nby {}\nvalid until {}\nserial {}",
            facts.issuer,
            moment::minute(facts.not_after, now),
            facts.serial
        ));
    }
    if let Some(trust) = &version.trust {
        let verdict = match trust.verdict {
            TrustVerdict::Trusted => "trusted",
            TrustVerdict::Unknown => "trust unknown",
            TrustVerdict::Untrusted => "not trusted",
        };
        text.push_str(&format!("\n{verdict}: {}", trust.words));
    }
    text
}

const MINUTE: &str = "%Y-%m-%d %H:%M";

/// What the authority suggests (ARI), as far as it was asked.
fn suggested(known: Option<&RenewalInformation>, now: Timestamp) -> String {
    let Some(known) = known else { return String::new() };
    let mut lines = Vec::new();
    if let (Some(start), Some(end), Some(chosen)) = (known.start, known.end, known.chosen) {
        lines.push(format!("{} to {} UTC", start.strftime(MINUTE), end.strftime(MINUTE)));
        lines.push(format!("the moment drawn is {}", moment::minute(chosen, now)));
    }
    lines.extend(known.explanation_url.iter().map(|url| format!("explained at {url}")));
    lines.extend(known.problem.iter().map(|problem| format!("not known now: {problem}")));
    lines.join("\n")
}

/// How far a deployment has come.
pub(super) fn deployment_state(deployment: &Deployment, now: Timestamp) -> (Tone, String) {
    let again =
        deployment.next_at.map_or_else(String::new, |at| format!("; next try {}", moment::minute(at, now)));
    if deployment.last_failure.is_some() {
        return (Tone::Bad, format!("failed{again}"));
    }
    match (&deployment.wanted, &deployment.deployed, deployment.verified_at) {
        (None, None, _) => plain("nothing to serve yet"),
        (wanted, deployed, Some(at)) if wanted == deployed => {
            (Tone::Good, format!("served, verified {}", moment::minute(at, now)))
        }
        (wanted, deployed, None) if wanted == deployed => {
            (Tone::Warn, "deployed; no handshake can verify it (see the target's verify setting)".to_owned())
        }
        _ => (Tone::Warn, format!("the newest version is not deployed yet{again}")),
    }
}

fn settings(settings: &Map<String, Value>) -> String {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    settings.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect::<Vec<_>>().join(" ")
}

fn deployments(certificate: &Certificate, look: Look, now: Timestamp) -> String {
    let rows = certificate.deployments.iter().map(|deployment| {
        vec![
            plain(&deployment.target),
            deployment_state(deployment, now),
            plain(settings(&deployment.settings)),
        ]
    });
    table(look, &["TARGET", "STATE", "SETTINGS"], rows, "None: fetch it with certwright cert export.")
}

fn endpoints(seen: &[Observation], look: Look, now: Timestamp) -> String {
    let yes = |good: bool| if good { (Tone::Good, "yes".to_owned()) } else { (Tone::Bad, "no".to_owned()) };
    let rows = seen.iter().map(|seen| {
        let trust = match seen.trust.as_ref().map(|trust| trust.verdict) {
            Some(TrustVerdict::Trusted) => yes(true),
            Some(TrustVerdict::Untrusted) => yes(false),
            Some(TrustVerdict::Unknown) | None => plain("unknown"),
        };
        vec![
            plain(&seen.host),
            plain(&seen.address),
            yes(seen.served),
            trust,
            yes(seen.matching),
            plain(moment::relative(seen.at, now)),
            plain(seen.problem.clone().unwrap_or_default()),
        ]
    });
    table(look, &["HOST", "ADDRESS", "SERVED", "TRUSTED", "MATCHING", "SEEN", "PROBLEM"], rows, "None.")
}

fn health(certificate: &Certificate) -> String {
    match certificate.health_words.as_str() {
        "" => certificate.health.word().to_owned(),
        words => format!("{}: {words}", certificate.health.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use certwright_api::health::Health;
    use certwright_api::versions::Trust;

    #[test]
    fn says_what_is_wanted_and_where_it_stands() {
        let seen = Observation {
            address: "192.0.2.1:443".to_owned(),
            host: "shop.example.com".to_owned(),
            at: samples::hours(-2),
            fingerprint: Some("f00d".to_owned()),
            served: true,
            trust: Some(Trust { verdict: TrustVerdict::Trusted, words: "ISRG Root X1".to_owned() }),
            matching: true,
            not_after: None,
            problem: None,
        };
        assert_eq!(
            words(&samples::certificate(), &[seen], Look::default(), samples::now()),
            "\
Name         shop
Id           cert-1
Health       healthy: it is served
For          shop.example.com
             bücher.example
Tags         web
Authority    letsencrypt
Account      auto
Profile      auto
Key          auto
Challenge    http-01
Renewed      default
Window       default
Version      ver-1
             by CN=E7, O=Let's Encrypt
             valid until in 61 days (2027-01-24 12:00 UTC)
             serial 03ab
             trusted: ISRG Root X1
Next moment  in 30 days (2026-12-24 12:00 UTC): due at 2026-12-24T12:00:00Z because then two thirds of its lifetime are over
Revision     3

Deployments
TARGET  STATE                                                SETTINGS
nginx   served, verified 2 hours ago (2026-11-24 10:00 UTC)  policy=update-only

Endpoints, as last seen
HOST              ADDRESS        SERVED  TRUSTED  MATCHING  SEEN         PROBLEM
shop.example.com  192.0.2.1:443  yes     yes      yes       2 hours ago
"
        );
    }

    #[test]
    fn what_the_authority_suggests_is_said_with_its_explanation() {
        let known = RenewalInformation {
            start: Some(samples::hours(24)),
            end: Some(samples::hours(48)),
            chosen: Some(samples::hours(36)),
            explanation_url: Some("https://ca.example/why".to_owned()),
            asked_at: Some(samples::now()),
            problem: None,
        };
        let mut certificate = samples::certificate();
        certificate.version.as_mut().unwrap().renewal_information = Some(known);
        let text = words(&certificate, &[], Look::default(), samples::now());
        assert!(
            text.contains(
                "\
Suggested    2026-11-25 12:00 to 2026-11-26 12:00 UTC
             the moment drawn is in 36 hours (2026-11-26 00:00 UTC)
             explained at https://ca.example/why
"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_failure_is_said_with_its_remedy() {
        let mut certificate = samples::certificate();
        certificate.health = Health::Warning;
        certificate.version = None;
        certificate.deployments.clear();
        certificate.last_failure = Some(samples::failure());
        let text = words(&certificate, &[], Look::default(), samples::now());
        let end = text.split_once("\nLast failure").unwrap().1;
        assert_eq!(
            end,
            "
  Could not validate shop.example.com: connection refused
    What to do: open port 80

Deployments
None: fetch it with certwright cert export.
"
        );
        assert!(text.contains("Version      none yet\n"), "{text}");
    }
}
