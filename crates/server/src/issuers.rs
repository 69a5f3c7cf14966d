//! The built-in authorities as the API's types, and back.

use crate::state::Shared;
use crate::tls::Tls;
use crate::trouble::{Answered, Trouble};
use certwright_api::issuers::{
    ExternalKey, IssuedCertificate, Issuer, IssuerCertificate, IssuerConstraints, IssuerPolicy,
    IssuerProfile, IssuerReach, IssuerSettings,
};
use certwright_authority as authority;
use certwright_authority::{NamePolicy, Profile, Reach, Settings};
use certwright_core::SignedDuration;
use certwright_core::identifier::Identifier;
use certwright_core::refusal::Refusal;
use certwright_pki::issue::{NameConstraints, Network};
use certwright_pki::{PkiError, chain_pem, facts, sha1_for_people};

/// How long before its end a root is complained about: two years, because machines that trust it are reached slowly.
const ROOT_WARNING: SignedDuration = SignedDuration::from_hours(24 * 730);

/// More are never made: see `Issuers::create`.
const MOST: u32 = 200;

/// An authority with everything a list or a page shows of it.
pub(crate) async fn issuer(shared: &Shared, issuer: &authority::Issuer) -> Answered<Issuer> {
    let settings = Settings::read(issuer)?;
    let mounted = shared.issuers.mounted(&issuer.name).is_some();
    let constraints = &settings.constraints;
    let damaged = |error: PkiError| Trouble::internal(&format!("the authority {}: {error}", issuer.name));
    let root = certificate(&issuer.root).map_err(damaged)?;
    let named = facts(&issuer.root).map_err(damaged)?.common_name;
    Ok(Issuer {
        title: named.and_then(|name| name.strip_suffix(" Root").map(str::to_owned)),
        enabled: issuer.enabled,
        mounted,
        directory: shared.issuers.directory(&issuer.name),
        root_url: shared.issuers.address(&issuer.name, "root.pem"),
        revocation_list_url: shared.issuers.address(&issuer.name, "crl"),
        constraints: (!constraints.is_empty()).then(|| IssuerConstraints {
            names: constraints.names.clone(),
            networks: constraints.networks.iter().map(ToString::to_string).collect(),
        }),
        intermediate: certificate(&issuer.intermediate).map_err(damaged)?,
        directory_tls_roots: directory_tls_roots(shared, &root.pem).await?,
        root,
        warnings: warnings(shared, issuer, &settings, mounted),
        settings: shown(settings),
        name: issuer.name.clone(),
        revision: issuer.revision,
        created_at: issuer.created_at,
    })
}

fn certificate(der: &[u8]) -> Result<IssuerCertificate, PkiError> {
    let facts = facts(der)?;
    Ok(IssuerCertificate {
        subject: facts.subject,
        not_before: facts.not_before,
        not_after: facts.not_after,
        sha256: facts.fingerprint,
        sha1: sha1_for_people(der),
        pem: chain_pem(&[der.to_vec()]),
    })
}

fn warnings(shared: &Shared, issuer: &authority::Issuer, settings: &Settings, mounted: bool) -> Vec<String> {
    let beyond = settings.beyond_constraints();
    let beyond = (!beyond.is_empty()).then(|| {
        format!(
            "{} is beyond the constraints of its root, which are fixed: it is not certified, and clients would not \
             take it; make another authority for it",
            beyond.join(", ")
        )
    });
    let standing = match (shared.issuers.unreachable(settings), issuer.enabled, mounted) {
        (Some(complaint), false, _) => {
            Some(format!("enabling it {}; {}", complaint.reason, complaint.remedy))
        }
        (Some(complaint), true, false) => {
            Some(format!("it is enabled, but answering {}; {}", complaint.reason, complaint.remedy))
        }
        (None, true, false) => {
            Some("it is enabled, but does not answer; the service's log says why".to_owned())
        }
        _ => None,
    };
    beyond.into_iter().chain(standing).chain(ending(shared, &issuer.root)).collect()
}

/// A root is not renewed: whoever trusts it must be given another one, in time.
fn ending(shared: &Shared, root: &[u8]) -> Option<String> {
    let ends = facts(root).ok()?.not_after;
    (ends < shared.engine.now() + ROOT_WARNING).then(|| {
        format!(
            "its root ends at {ends:.0}, and nothing it issues lasts longer: make another authority, let your machines \
             trust it, and move the clients"
        )
    })
}

/// Which roots a client needs for the HTTPS of the directories, at this moment.
async fn directory_tls_roots(shared: &Shared, root: &str) -> Answered<Option<String>> {
    let host = shared.issuers.service().strip_prefix("https://").and_then(|rest| {
        let uri: axum::http::Uri = rest.parse().ok()?;
        Some(uri.host()?.trim_matches(['[', ']']).to_owned())
    });
    let (Some(host), Some(Tls { shown, .. })) = (host, &shared.tls) else { return Ok(None) };
    let chain = shown();
    let Some(leaf) = chain.first() else { return Ok(None) };
    let Ok(said) = facts(leaf) else { return Ok(None) };
    // Another server speaks TLS in front of us.
    if !said.covers(&host) {
        return Ok(None);
    }
    if chain.len() == 1 && said.subject == said.issuer {
        // Later it may be one of this authority, swapped without anybody telling the clients.
        return Ok(Some(format!("{}{root}", chain_pem(&chain))));
    }
    // By the key of the intermediate, which stays when its certificate is renewed.
    let Some(Ok(above)) = chain.get(1).map(|above| facts(above)) else { return Ok(None) };
    let issuers = shared.issuers.list(None, MOST).await?;
    let ours = issuers.iter().find(|issuer| {
        facts(&issuer.intermediate).is_ok_and(|facts| facts.key_fingerprint == above.key_fingerprint)
    });
    Ok(ours.map(|issuer| chain_pem(std::slice::from_ref(&issuer.root))))
}

fn policy(policy: NamePolicy) -> IssuerPolicy {
    IssuerPolicy {
        names: policy.names,
        networks: policy.networks.iter().map(ToString::to_string).collect(),
        wildcards: policy.wildcards,
        anything: policy.anything,
    }
}

/// Settings as they are shown, and as changes are applied to them.
pub(crate) fn shown(settings: Settings) -> IssuerSettings {
    IssuerSettings {
        reach: match settings.reach {
            Reach::Loopback { challenge_port } => IssuerReach::Loopback { challenge_port },
            Reach::Network => IssuerReach::Network,
        },
        policy: policy(settings.policy),
        lifetime_seconds: settings.lifetime_seconds,
        profiles: settings
            .profiles
            .into_iter()
            .map(|(name, profile)| {
                let Profile { description, lifetime_seconds } = profile;
                (name, IssuerProfile { description, lifetime_seconds })
            })
            .collect(),
        external_account_required: settings.external_account_required,
        terms_of_service: settings.terms_of_service,
    }
}

/// The policy that was sent, with complaints about what cannot be read; names as certificates write them.
pub(crate) fn sent_policy(sent: IssuerPolicy) -> (NamePolicy, Vec<Refusal>) {
    let mut complaints = Vec::new();
    let mut networks = Vec::new();
    for (index, text) in sent.networks.iter().enumerate() {
        match text.trim().parse::<Network>() {
            Ok(network) => networks.push(network),
            Err(error) => complaints.push(Refusal::new(
                format!("policy.networks[{index}]"),
                format!("{text:?} {error}"),
                "write the first address and the bits, such as 10.0.0.0/8",
            )),
        }
    }
    let names = sent.names.into_iter().map(|name| match Identifier::parse(&name) {
        Ok(Identifier::Dns(read)) => read.ascii().to_owned(),
        _ => name,
    });
    let (wildcards, anything) = (sent.wildcards, sent.anything);
    (NamePolicy { names: names.collect(), networks, wildcards, anything }, complaints)
}

/// The settings that were sent, with complaints about what cannot be read.
pub(crate) fn sent_settings(sent: IssuerSettings, constraints: NameConstraints) -> (Settings, Vec<Refusal>) {
    let (policy, complaints) = sent_policy(sent.policy);
    let settings = Settings {
        reach: match sent.reach {
            IssuerReach::Loopback { challenge_port } => Reach::Loopback { challenge_port },
            IssuerReach::Network => Reach::Network,
        },
        policy,
        constraints,
        lifetime_seconds: sent.lifetime_seconds,
        profiles: sent
            .profiles
            .into_iter()
            .map(|(name, profile)| {
                let IssuerProfile { description, lifetime_seconds } = profile;
                (name, Profile { description, lifetime_seconds })
            })
            .collect(),
        external_account_required: sent.external_account_required,
        terms_of_service: sent.terms_of_service,
    };
    (settings, complaints)
}

/// An external key, without its secret.
pub(crate) fn external_key(key: authority::ExternalKey) -> ExternalKey {
    ExternalKey {
        policy: policy(authority::external_key_policy(&key)),
        id: key.id,
        created_at: key.created_at,
        expires_at: key.expires_at,
        account: key.account,
        used_at: key.used_at,
    }
}

/// A certificate that was issued.
pub(crate) fn issued(certificate: authority::Certificate) -> IssuedCertificate {
    IssuedCertificate {
        serial: certificate.serial,
        identifiers: certificate.identifiers.iter().map(Identifier::ascii).collect(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        revoked_at: certificate.revocation.map(|revocation| revocation.at),
        revocation_reason: certificate.revocation.map(|revocation| revocation.reason),
        account: certificate.account,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_people_write_them_and_ranges_are_complained_about_one_by_one() {
        let sent = IssuerPolicy {
            names: ["Home.ARPA", "bücher.example", "*.x"].map(str::to_owned).to_vec(),
            networks: ["10.0.0.0/8", "10.0.0.1/8", "home"].map(str::to_owned).to_vec(),
            ..IssuerPolicy::default()
        };
        let (read, complaints) = sent_policy(sent);
        assert_eq!(read.names, ["home.arpa", "xn--bcher-kva.example", "*.x"]);
        assert_eq!(read.networks.len(), 1);
        let fields: Vec<_> = complaints.iter().map(|complaint| complaint.field.as_str()).collect();
        assert_eq!(fields, ["policy.networks[1]", "policy.networks[2]"]);
    }

    #[test]
    fn settings_come_back_as_they_were_sent() {
        let sent = IssuerSettings {
            reach: IssuerReach::Loopback { challenge_port: 5002 },
            policy: IssuerPolicy { names: vec!["home.arpa".to_owned()], ..IssuerPolicy::default() },
            ..IssuerSettings::default()
        };
        let (settings, complaints) = sent_settings(sent.clone(), NameConstraints::default());
        assert!(complaints.is_empty());
        assert_eq!(shown(settings), sent);
    }
}
