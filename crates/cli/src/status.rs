//! `certwright status`: the service, how many certificates are how, and what needs a person.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::incident;
use crate::look::{Look, Tone, clean};
use crate::moment;
use crate::session::Session;
use crate::table::{page, plain};
use certwright_api::certificates::{Certificate, CertificateQuery};
use certwright_api::failures::Failure;
use certwright_api::health::Health;
use certwright_api::service::{HealthCount, Service};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use std::fmt::Write as _;

/// How many certificates of each grave health are named.
const NAMED: u32 = 10;

/// Shows the service and what needs a person.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright status")]
pub struct Status;

struct Found {
    service: Service,
    grave: Vec<Certificate>,
}

impl Status {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let service = session.client.service().await?;
        let mut grave = Vec::new();
        for health in counted(&service).filter(|health| health.is_grave()) {
            let query =
                CertificateQuery { health: Some(health), limit: Some(NAMED), ..CertificateQuery::default() };
            grave.extend(session.client.certificates(&query).await?.items);
        }
        let found = Found { service, grave };
        let now = session.now();
        session.output.answer(|| json_of(&found), |look| words(&found, look, now))?;
        Ok(Exit::Done)
    }
}

/// Put together here from several answers; each part is as the API gives it.
fn json_of(found: &Found) -> serde_json::Result<String> {
    let counts: serde_json::Map<_, _> =
        found.service.certificates.iter().map(|it| (it.health.word().to_owned(), json!(it.number))).collect();
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
            ("Certificates", plain(counts(&service.certificates))),
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
    text.push_str(&incident::open(&service.incidents, service.incidents_open, look));
    for certificate in &found.grave {
        let (tone, health) = (Tone::of_health(certificate.health), certificate.health.word());
        let line = format!("{}: {health}: {}", clean(&certificate.name), clean(&certificate.health_words));
        let _ = writeln!(text, "\n{}", look.paint(tone, &line));
        if let Some(remedy) = &certificate.health_remedy {
            let _ = writeln!(text, "  What to do: {}", clean(remedy));
        }
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
    let grave: u64 = service.certificates.iter().filter(|it| it.health.is_grave()).map(|it| it.number).sum();
    if grave > named {
        let first = counted(service).next().map_or("error", Health::word);
        let _ = writeln!(text, "\n{} more: certwright cert list --health {first}", grave - named);
    }
    if grave == 0 && service.troubles.is_empty() && service.incidents_open == 0 {
        text.push_str("\nNothing needs you.\n");
    }
    text
}

fn failure(certificate: &Certificate) -> Option<&Failure> {
    let deployed = || certificate.deployments.iter().find_map(|deployment| deployment.last_failure.as_ref());
    certificate.last_failure.as_ref().or_else(deployed)
}

/// Those healths that any certificate is of, the gravest first.
fn counted(service: &Service) -> impl Iterator<Item = Health> {
    service.certificates.iter().filter(|it| it.number > 0).map(|it| it.health)
}

fn counts(counts: &[HealthCount]) -> String {
    let total: u64 = counts.iter().map(|it| it.number).sum();
    let parts: Vec<_> = counts
        .iter()
        .filter(|it| it.number > 0)
        .map(|it| format!("{} {}", it.number, it.health.word()))
        .collect();
    if parts.is_empty() { "none".to_owned() } else { format!("{total}: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(grave: Vec<Certificate>, counts: &[(Health, u64)]) -> Found {
        let service = Service {
            version: "0.1.0".to_owned(),
            data_directory: "/var/lib/certwright".to_owned(),
            database: certwright_api::service::Database::default(),
            started_at: samples::hours(-50),
            listeners: vec!["unix:/run/certwright/api.sock".to_owned()],
            next_moment: Some(samples::hours(3)),
            certificates: counts
                .iter()
                .map(|(health, number)| HealthCount { health: *health, number: *number })
                .collect(),
            incidents: Vec::new(),
            incidents_open: 0,
            troubles: Vec::new(),
        };
        Found { service, grave }
    }

    #[test]
    fn says_what_needs_a_person() {
        let mut failing = samples::certificate();
        failing.health = Health::Warning;
        failing.health_words = "the last try to obtain it failed".to_owned();
        failing.last_failure = Some(samples::failure());
        let found =
            found(vec![failing], &[(Health::Warning, 1), (Health::NoneYet, 0), (Health::Healthy, 41)]);
        assert_eq!(
            words(&found, Look::default(), samples::now()),
            "\
Service        certwright 0.1.0
Running since  2 days ago (2026-11-22 10:00 UTC)
Listens at     unix:/run/certwright/api.sock
Data           /var/lib/certwright
Next moment    in 3 hours (2026-11-24 15:00 UTC)
Certificates   42: 1 warning, 41 healthy

shop: warning: the last try to obtain it failed
  Could not validate shop.example.com: connection refused
  What to do: open port 80
"
        );
    }

    #[test]
    fn says_when_nobody_is_needed() {
        let text = words(&found(Vec::new(), &[(Health::Healthy, 1)]), Look::default(), samples::now());
        assert!(text.ends_with("\nNothing needs you.\n"), "{text}");
        let many = words(&found(Vec::new(), &[(Health::Invalid, 12)]), Look::default(), samples::now());
        assert!(many.ends_with("\n12 more: certwright cert list --health invalid\n"), "{many}");
    }
}
