//! `certwright status`: the service, how many certificates are how, and what needs a person.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::moment;
use crate::session::Session;
use crate::table::{page, plain};
use certwright_api::certificates::{Certificate, CertificateQuery, Health};
use certwright_api::failures::Failure;
use certwright_api::service::Service;
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use std::fmt::Write as _;

/// Every health, the gravest first.
const ALL: [Health; 8] = [
    Health::Expired,
    Health::Failing,
    Health::NotDeployed,
    Health::New,
    Health::Working,
    Health::Served,
    Health::Issued,
    Health::Paused,
];

/// Those of them that may need a person.
const GRAVE: [Health; 3] = [Health::Expired, Health::Failing, Health::NotDeployed];

/// How many certificates of each grave health are named.
const NAMED: u32 = 10;

/// Shows the service and what needs a person.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright status")]
pub struct Status;

struct Found {
    service: Service,
    counts: Vec<(Health, u64)>,
    grave: Vec<Certificate>,
}

impl Status {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let service = session.client.service().await?;
        let mut found = Found { service, counts: Vec::new(), grave: Vec::new() };
        for health in ALL {
            let query =
                CertificateQuery { health: Some(health), limit: Some(NAMED), ..CertificateQuery::default() };
            let page = session.client.certificates(&query).await?;
            found.counts.push((health, page.total));
            if GRAVE.contains(&health) {
                found.grave.extend(page.items);
            }
        }
        let now = session.now();
        session.output.answer(|| json_of(&found), |look| words(&found, look, now))?;
        Ok(Exit::Done)
    }
}

/// Put together here from several answers; each part is as the API gives it.
fn json_of(found: &Found) -> serde_json::Result<String> {
    let counts: serde_json::Map<_, _> =
        found.counts.iter().map(|(health, count)| (health.word().to_owned(), json!(count))).collect();
    serde_json::to_string_pretty(&json!({
        "service": serde_json::to_value(&found.service)?,
        "counts": counts,
        "attention": serde_json::to_value(&found.grave)?,
    }))
}

fn words(found: &Found, look: Look, now: Timestamp) -> String {
    let service = &found.service;
    let next =
        service.next_moment.map_or_else(|| "nothing is planned".to_owned(), |at| moment::minute(at, now));
    let mut text = page(
        look,
        [
            ("Service", plain(format!("certwright {}", service.version))),
            ("Running since", plain(moment::minute(service.started_at, now))),
            ("Listens at", plain(service.listeners.join("\n"))),
            ("Data", plain(&service.data_directory)),
            ("Next moment", plain(next)),
            ("Certificates", plain(counts(&found.counts))),
        ],
    );
    for trouble in &service.troubles {
        let _ = writeln!(
            text,
            "\n{}",
            look.paint(Tone::Bad, &format!("{}: {}", trouble.about, clean(&trouble.words)))
        );
        let _ = writeln!(text, "  What to do: {}", clean(&trouble.remedy));
    }
    for certificate in &found.grave {
        let (tone, health) = (Tone::of_health(certificate.health), certificate.health.word());
        let _ = writeln!(text, "\n{}", look.paint(tone, &format!("{}: {health}", certificate.name)));
        match failure(certificate) {
            Some(failure) => {
                let _ =
                    writeln!(text, "  Could not {}: {}", clean(&failure.attempted), clean(&failure.answer));
                if !failure.remedy.is_empty() {
                    let _ = writeln!(text, "  What to do: {}", clean(&failure.remedy));
                }
            }
            None => {
                let _ = writeln!(text, "  See: certwright cert show {}", clean(&certificate.name));
            }
        }
    }
    let named = found.grave.len() as u64;
    let grave: u64 =
        found.counts.iter().filter(|(health, _)| GRAVE.contains(health)).map(|(_, count)| count).sum();
    if grave > named {
        let _ = writeln!(text, "\n{} more: certwright cert list --health failing", grave - named);
    }
    if grave == 0 && service.troubles.is_empty() {
        text.push_str("\nNothing needs you.\n");
    }
    text
}

fn failure(certificate: &Certificate) -> Option<&Failure> {
    let deployed = || certificate.deployments.iter().find_map(|deployment| deployment.last_failure.as_ref());
    certificate.last_failure.as_ref().or_else(deployed)
}

fn counts(counts: &[(Health, u64)]) -> String {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let parts: Vec<_> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(health, count)| format!("{count} {}", health.word()))
        .collect();
    if parts.is_empty() { "none".to_owned() } else { format!("{total}: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(grave: Vec<Certificate>, counts: Vec<(Health, u64)>) -> Found {
        let service = Service {
            version: "0.1.0".to_owned(),
            data_directory: "/var/lib/certwright".to_owned(),
            started_at: samples::hours(-50),
            listeners: vec!["unix:/run/certwright/api.sock".to_owned()],
            next_moment: Some(samples::hours(3)),
            troubles: Vec::new(),
        };
        Found { service, counts, grave }
    }

    #[test]
    fn says_what_needs_a_person() {
        let mut failing = samples::certificate();
        failing.health = Health::Failing;
        failing.last_failure = Some(samples::failure());
        let found = found(vec![failing], vec![(Health::Failing, 1), (Health::New, 0), (Health::Served, 41)]);
        assert_eq!(
            words(&found, Look::default(), samples::now()),
            "\
Service        certwright 0.1.0
Running since  2 days ago (2026-11-22 10:00 UTC)
Listens at     unix:/run/certwright/api.sock
Data           /var/lib/certwright
Next moment    in 3 hours (2026-11-24 15:00 UTC)
Certificates   42: 1 failing, 41 served

shop: failing
  Could not validate shop.example.com: connection refused
  What to do: open port 80
"
        );
    }

    #[test]
    fn says_when_nobody_is_needed() {
        let text = words(&found(Vec::new(), vec![(Health::Served, 1)]), Look::default(), samples::now());
        assert!(text.ends_with("\nNothing needs you.\n"), "{text}");
        let many = words(&found(Vec::new(), vec![(Health::Failing, 12)]), Look::default(), samples::now());
        assert!(many.ends_with("\n12 more: certwright cert list --health failing\n"), "{many}");
    }
}
