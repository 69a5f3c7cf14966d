//! Nouns for tests, in few words.

use crate::{CertificateEdit, Fence, NewAudit, NewCertificate, OwnKeyChange, RunWrite};
use certwright_core::Timestamp;
use certwright_core::account::{Account, AccountKeyType, AccountState};
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots};
use certwright_core::certificate::{Certificate, CertificateSettings, DeploymentSettings};
use certwright_core::challenge::{Challenge, ChallengeSettings, Responder};
use certwright_core::endpoint::{Endpoint, Observation};
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::facts::CertificateFacts;
use certwright_core::id::{CertificateId, DeploymentId, RunId, VersionId};
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::options::CertificateOptions;
use certwright_core::plan::{Plan, PlanKind};
use certwright_core::renewal_information::RenewalInformation;
use certwright_core::run::Run;
use certwright_core::step::Step;
use certwright_core::version::{Version, VersionState};

/// A moment, in seconds after the first one of the tests.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

pub(crate) fn identifier(name: &str) -> Identifier {
    Identifier::parse(name).unwrap()
}

pub(crate) fn settings(name: &str, identifiers: &[&str], deployments: &[&str]) -> CertificateSettings {
    CertificateSettings {
        name: name.to_owned(),
        notes: String::new(),
        tags: vec!["shop".to_owned()],
        paused: false,
        identifiers: identifiers.iter().map(|name| identifier(name)).collect(),
        authority: "pebble".into(),
        account: None,
        profile: None,
        key_type: Some(KeyType::EcdsaP256),
        challenge: ChallengeSettings::Http01,
        renewal: None,
        window: None,
        options: CertificateOptions::default(),
        deployments: deployments
            .iter()
            .map(|id| DeploymentSettings {
                id: (*id).into(),
                target: "nginx".to_owned(),
                settings: serde_json::Map::new(),
            })
            .collect(),
    }
}

pub(crate) fn event(certificate: &CertificateId, message: &str) -> NewEvent {
    NewEvent {
        at: at(0),
        certificate: Some(certificate.clone()),
        run: None,
        step: None,
        kind: EventKind::CertificateChanged,
        level: Level::Info,
        message: message.to_owned(),
    }
}

pub(crate) fn new(id: &str, settings: CertificateSettings) -> NewCertificate {
    let id = CertificateId::from(id);
    NewCertificate {
        events: vec![event(&id, "created")],
        id,
        settings,
        own_key: None,
        next_at: Some(at(3600)),
        next_why: Some("it was never issued".to_owned()),
        spread: certwright_core::SignedDuration::from_millis(1_500),
        who: "admin".to_owned(),
        now: at(0),
    }
}

pub(crate) fn edit(certificate: &Certificate, settings: CertificateSettings) -> CertificateEdit {
    CertificateEdit {
        id: certificate.id.clone(),
        expected_revision: certificate.revision,
        settings,
        own_key: OwnKeyChange::Keep,
        next_at: certificate.standing.next_at,
        next_why: certificate.standing.next_why.clone(),
        spread: certificate.spread,
        reset_failures: false,
        changes_order: false,
        cancel_ordering: false,
        queue: vec![],
        who: "admin".to_owned(),
        now: at(10),
        events: vec![event(&certificate.id, "changed")],
    }
}

pub(crate) fn audit(action: &str, object: &str) -> NewAudit {
    NewAudit {
        at: at(0),
        who: "admin".to_owned(),
        action: action.to_owned(),
        object: object.to_owned(),
        before: None,
        after: None,
    }
}

pub(crate) fn obtain_run(id: &str, certificate: &CertificateId, now: Timestamp) -> Run {
    let plan = Plan {
        kind: PlanKind::Obtain,
        steps: vec![Step::ProveStorage, Step::Finalize, Step::Publish],
        warnings: vec![],
    };
    let version = VersionId::from(format!("ver-{id}"));
    Run::new(id.into(), certificate.clone(), "asked".to_owned(), plan, Some(version), now)
}

pub(crate) fn deploy_run(id: &str, certificate: &CertificateId, deployment: &str, now: Timestamp) -> Run {
    let plan = Plan {
        kind: PlanKind::Deploy { deployment: DeploymentId::from(deployment), target: "nginx".to_owned() },
        steps: vec![Step::Conclude],
        warnings: vec![],
    };
    Run::new(id.into(), certificate.clone(), "published".to_owned(), plan, None, now)
}

pub(crate) fn write(run: &Run, fence: Fence, wake_at: Option<Timestamp>) -> RunWrite<'_> {
    RunWrite { run, fence, wake_at, events: &[] }
}

pub(crate) fn version(run: &Run) -> Version {
    Version {
        id: run.learnt.version.clone().unwrap(),
        certificate: run.certificate.clone(),
        run: run.id.clone(),
        authority: "pebble".into(),
        account: "acct-1".into(),
        state: VersionState::KeyStored,
        key_type: KeyType::EcdsaP256,
        has_key: true,
        staging: false,
        created_at: at(20),
        published_at: None,
        facts: None,
        trust: None,
        renewal_information: RenewalInformation::default(),
        certificate_url: None,
        revocation: None,
        revoking: None,
    }
}

pub(crate) fn facts(not_after: Timestamp) -> CertificateFacts {
    CertificateFacts {
        serial: "01".to_owned(),
        fingerprint: "aa".to_owned(),
        key_fingerprint: "bb".to_owned(),
        common_name: None,
        subject: "CN=shop".to_owned(),
        issuer: "CN=Pebble".to_owned(),
        identifiers: vec![identifier("shop.example.com")],
        odd_names: vec![],
        not_before: at(0),
        not_after,
        key_algorithm: "ECDSA P-256".to_owned(),
        is_authority: false,
        renewal_info_id: None,
    }
}

pub(crate) fn challenge(run: &Run, name: &str, token: &str) -> Challenge {
    Challenge {
        run: run.id.clone(),
        certificate: run.certificate.clone(),
        identifier: identifier(name),
        responder: Responder::Listener { port: 80 },
        token: token.to_owned(),
        key_authorization: format!("{token}.thumbprint"),
    }
}

pub(crate) fn observation(host: &str, moment: Timestamp, served: bool) -> Observation {
    Observation {
        endpoint: Endpoint { address: "127.0.0.1:443".parse().unwrap(), host: host.to_owned() },
        at: moment,
        fingerprint: Some("aa".to_owned()),
        served,
        trust: None,
        matching: true,
        not_after: None,
        problem: None,
    }
}

pub(crate) fn account(id: &str, authority: &str) -> Account {
    Account {
        id: id.into(),
        authority: authority.into(),
        state: AccountState::KeyStored,
        url: None,
        contact: vec!["admin@example.com".to_owned()],
        terms_agreed: None,
        terms_agreed_at: None,
        external_account: None,
        thumbprint: "thumb".to_owned(),
        key_type: AccountKeyType::ES256,
        preferred_chain: None,
        created_at: at(0),
        key_change: None,
        blocked: None,
    }
}

pub(crate) fn authority(id: &str) -> Authority {
    Authority {
        id: id.into(),
        title: "Our own".to_owned(),
        directory: "https://ca.example/dir".to_owned(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Unknown,
        internal_names: true,
        staging: false,
        external_account_required: false,
        profiles: vec![],
        key_types: vec![KeyType::EcdsaP256],
        choices: AuthorityChoices::default(),
        built_in: false,
        details: Default::default(),
    }
}

pub(crate) fn run_id(id: &str) -> RunId {
    RunId::from(id)
}
