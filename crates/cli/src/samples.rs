//! Fixed API values for golden texts.

use certwright_api::authorities::{Authority, CatalogueValues, IssuingRoots, ProfileLimits};
use certwright_api::authority_details::AuthorityDetails;
use certwright_api::certificates::{Certificate, Challenge, Deployment, KeyType};
use certwright_api::failures::{Failure, FailureClass};
use certwright_api::health::{Health, HealthReason};
use certwright_api::incidents::{CauseKind, Incident, IncidentExample};
use certwright_api::issuers::{
    Issuer, IssuerCertificate, IssuerConstraints, IssuerPolicy, IssuerProfile, IssuerReach, IssuerSettings,
};
use certwright_api::options::{KeySource, ProfileMissing};
use certwright_api::preview::{PlanKind, Step, StepRole};
use certwright_api::runs::{Mark, Run, RunState, RunStep};
use certwright_api::sign_in::Role;
use certwright_api::tokens::{Scope, Token};
use certwright_api::users::User;
use certwright_api::versions::{CertificateFacts, Trust, TrustVerdict, Version, VersionState};
use certwright_core::absence::{Absence, Database, Facts, Folder, Port, explain};
use jiff::{SignedDuration, Timestamp};

/// The moment of every golden text.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// So many hours from now.
pub(crate) fn hours(count: i64) -> Timestamp {
    now() + SignedDuration::from_hours(count)
}

/// An authority of one's own.
pub(crate) fn authority() -> Authority {
    Authority {
        id: "internal".to_owned(),
        title: "Our CA".to_owned(),
        directory: "https://acme.example/directory".to_owned(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Public,
        internal_names: false,
        staging: false,
        external_account_required: false,
        profiles: vec![ProfileLimits {
            name: "classic".to_owned(),
            max_identifiers: 100,
            ip_addresses: false,
            common_name: true,
        }],
        key_types: vec![KeyType::EcdsaP256, KeyType::Rsa2048],
        preferred_chain: None,
        staging_of: None,
        chosen_lifetime: false,
        built_in: false,
        details: AuthorityDetails::default(),
        revision: 3,
        catalogue: CatalogueValues::default(),
    }
}

/// An incident that is open.
pub(crate) fn incident() -> Incident {
    Incident {
        id: "inc-1".to_owned(),
        kind: CauseKind::AuthorityOutage,
        of: "letsencrypt".to_owned(),
        words: "Let's Encrypt is out of order".to_owned(),
        remedy: "nothing".to_owned(),
        count: 4100,
        resolved: 0,
        first_at: hours(-2),
        last_at: hours(-1),
        examples: vec![IncidentExample {
            at: hours(-2),
            certificate: Some("cert-1".to_owned()),
            name: "shop".to_owned(),
            words: "it answers 503".to_owned(),
        }],
        opened_at: hours(-2),
        closed_at: None,
        end: None,
    }
}

/// A version that is served.
pub(crate) fn version() -> Version {
    Version {
        id: "ver-1".to_owned(),
        certificate: "cert-1".to_owned(),
        run: "run-1".to_owned(),
        authority: "letsencrypt".to_owned(),
        account: "acct-1".to_owned(),
        state: VersionState::Published,
        key_type: KeyType::EcdsaP256,
        has_key: true,
        staging: false,
        created_at: hours(-700),
        published_at: Some(hours(-700)),
        facts: Some(CertificateFacts {
            serial: "03ab".to_owned(),
            fingerprint: "f00d".to_owned(),
            key_fingerprint: "beef".to_owned(),
            common_name: Some("shop.example.com".to_owned()),
            subject: "CN=shop.example.com".to_owned(),
            issuer: "CN=E7, O=Let's Encrypt".to_owned(),
            identifiers: vec!["shop.example.com".to_owned(), "xn--bcher-kva.example".to_owned()],
            not_before: hours(-29 * 24),
            not_after: hours(61 * 24),
            key_algorithm: "ECDSA P-256".to_owned(),
        }),
        trust: Some(Trust { verdict: TrustVerdict::Trusted, words: "ISRG Root X1".to_owned() }),
        renewal_information: None,
        revocation: None,
        revoking: false,
    }
}

/// A certificate that is served by nginx.
pub(crate) fn certificate() -> Certificate {
    Certificate {
        id: "cert-1".to_owned(),
        revision: 3,
        name: "shop".to_owned(),
        notes: String::new(),
        tags: vec!["web".to_owned()],
        paused: false,
        identifiers: vec!["shop.example.com".to_owned(), "xn--bcher-kva.example".to_owned()],
        identifiers_shown: vec!["shop.example.com".to_owned(), "bücher.example".to_owned()],
        authority: "letsencrypt".to_owned(),
        account: None,
        profile: None,
        key_type: None,
        challenge: Challenge::Http01,
        renewal: None,
        window: None,
        preferred_chain: None,
        profile_missing: ProfileMissing::Require,
        key_source: KeySource::New,
        lifetime_seconds: None,
        staging: false,
        staging_may_replace: false,
        deployments: vec![Deployment {
            id: "dep-1".to_owned(),
            target: "nginx".to_owned(),
            settings: serde_json::json!({ "policy": "update-only" }).as_object().cloned().unwrap(),
            wanted: Some("ver-1".to_owned()),
            deployed: Some("ver-1".to_owned()),
            verified_at: Some(hours(-2)),
            failures: 0,
            next_at: None,
            last_failure: None,
        }],
        health: Health::Healthy,
        health_reason: HealthReason::Served,
        health_words: "it is served".to_owned(),
        health_remedy: None,
        version: Some(version()),
        not_after: Some(hours(61 * 24)),
        live_run: None,
        asked_at: None,
        next_at: Some(hours(30 * 24)),
        next_why: Some(
            "due at 2026-12-24T12:00:00Z because then two thirds of its lifetime are over".to_owned(),
        ),
        failures: 0,
        not_before: None,
        last_failure: None,
        removal_offer: None,
        created_at: hours(-900),
        updated_at: hours(-800),
    }
}

/// A built-in authority that is reached from the network. Its root is an empty SEQUENCE.
pub(crate) fn issuer() -> Issuer {
    let certificate = |kind: &str, days: i64| IssuerCertificate {
        subject: format!("CN=Home CA {kind}"),
        not_before: hours(-24),
        not_after: hours(days * 24 - 24),
        sha256: "00ff".to_owned(),
        sha1: "abcd".to_owned(),
        pem: "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".to_owned(),
    };
    let (names, networks) = (vec!["home.arpa".to_owned()], vec!["10.0.0.0/8".to_owned()]);
    let short = IssuerProfile { description: "certificates of 7 days".to_owned(), lifetime_seconds: 604_800 };
    Issuer {
        name: "home".to_owned(),
        title: Some("Home CA".to_owned()),
        enabled: true,
        mounted: true,
        directory: "https://ca.home.arpa:9643/acme/home/directory".to_owned(),
        root_url: "https://ca.home.arpa:9643/acme/home/root.pem".to_owned(),
        revocation_list_url: "https://ca.home.arpa:9643/acme/home/crl".to_owned(),
        settings: IssuerSettings {
            reach: IssuerReach::Network,
            policy: IssuerPolicy {
                names: names.clone(),
                networks: networks.clone(),
                wildcards: false,
                anything: false,
            },
            profiles: [("short".to_owned(), short)].into(),
            ..IssuerSettings::default()
        },
        constraints: Some(IssuerConstraints { names, networks }),
        root: certificate("Root", 3652),
        intermediate: certificate("Intermediate", 1826),
        directory_tls_roots: Some("self-signed".to_owned()),
        warnings: Vec::new(),
        revision: 2,
        created_at: hours(-24),
    }
}

/// A failure that needs a person.
pub(crate) fn failure() -> Failure {
    Failure {
        kind: "challenge-failed".to_owned(),
        class: FailureClass::NeedsPerson,
        until: None,
        attempted: "validate shop.example.com".to_owned(),
        answer: "connection refused".to_owned(),
        remedy: "open port 80".to_owned(),
        link: None,
        identifiers: Vec::new(),
    }
}

/// One step with a mark.
pub(crate) fn step(name: &str, words: &str, role: StepRole, mark: Mark) -> RunStep {
    RunStep {
        step: Step { name: name.to_owned(), words: words.to_owned(), lines: Vec::new(), role },
        mark,
        at: None,
        tries: 0,
        why: None,
        failure: None,
    }
}

/// A run of two steps.
pub(crate) fn run(id: &str, deployment: Option<&str>, state: RunState) -> Run {
    Run {
        id: id.to_owned(),
        certificate: "cert-1".to_owned(),
        certificate_name: None,
        kind: if deployment.is_some() { PlanKind::Deploy } else { PlanKind::Obtain },
        deployment: deployment.map(str::to_owned),
        target: deployment.map(|_| "nginx".to_owned()),
        reason: "it was asked for by hand".to_owned(),
        state,
        words: "obtaining the certificate: running".to_owned(),
        steps: vec![
            step("make-key", "Make a key", StepRole::Ordinary, Mark::Done),
            step("open-order", "Open an order", StepRole::Ordinary, Mark::Begun),
        ],
        warnings: Vec::new(),
        version: Some("ver-1".to_owned()),
        order: None,
        cancelled: false,
        stopping: false,
        failure: None,
        created_at: hours(-1),
        ended_at: None,
    }
}

/// An administrator with a second factor.
pub(crate) fn user() -> User {
    User {
        id: "user-1".to_owned(),
        name: "alice".to_owned(),
        role: Role::Administrator,
        disabled: false,
        totp: true,
        recovery_codes: 9,
        created_at: hours(-72),
        last_signed_in_at: Some(hours(-2)),
        locked_until: None,
        revision: 1,
    }
}

/// A token for reading.
pub(crate) fn token() -> Token {
    Token {
        id: "token-1".to_owned(),
        name: "deploy".to_owned(),
        role: Role::Operator,
        scopes: vec![Scope::Read, Scope::Metrics],
        created_at: hours(-72),
        created_by: "user alice".to_owned(),
        expires_at: Some(hours(90 * 24)),
        last_used_at: Some(hours(-2)),
    }
}

/// A service that was never started, and whose port somebody holds.
pub(crate) fn absence(socket: &str) -> Absence {
    explain(&Facts {
        directory: "/d".to_owned(),
        socket: socket.to_owned(),
        not_permitted: false,
        held: None,
        folder: Folder::Missing,
        database: Database::Good,
        ports: vec![Port::Held("127.0.0.1:9644".to_owned(), Some("nginx (pid 812)".to_owned()))],
        last: None,
    })
}
