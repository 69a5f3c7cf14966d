//! Fetching a version's chain again while the authority keeps it: a repaired intermediate, or another chain it offers.

use crate::acme_failure::failure;
use crate::engine::{Engine, storage};
use crate::error::EngineError;
use certwright_acme::Session;
use certwright_core::authority::Authority;
use certwright_core::event::{EventKind, Level};
use certwright_core::facts::{CertificateFacts, Trust};
use certwright_core::failure::Failure;
use certwright_core::version::{Version, VersionState};
use certwright_pki::certificate::{chain_pem, parse_chain};
use certwright_pki::chain::{Expected, Roots, check_issued, trust};
use certwright_pki::key::PrivateKey;
use certwright_store::NewChain;
use serde_json::json;

/// An authority that offers more chains than this for one certificate is not followed further.
const MOST_CHAINS: usize = 10;

/// What came of fetching a chain again.
#[derive(Clone, Debug)]
pub struct Refetched {
    /// The version as it is now.
    pub version: Version,
    /// Whether its chain is another one now, and deployments are due.
    pub changed: bool,
    /// The issuers above the certificate, in the chain that holds now.
    pub issuers: Vec<String>,
}

struct Chain {
    pem: String,
    facts: CertificateFacts,
    trust: Trust,
    issuers: Vec<String>,
}

impl Engine {
    /// Fetches the chain of the newest version again; with `issuer`, the first chain in which somebody of that name
    /// stands. It takes the place of the stored one only if it is for the same key and names, and no less trusted.
    ///
    /// # Errors
    /// Nothing was issued; the authority keeps it no longer; no such chain; what came may not be served.
    pub async fn refetch(
        &self,
        id_or_name: &str,
        issuer: Option<&str>,
        who: &str,
    ) -> Result<Refetched, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let name = &row.certificate.settings.name;
        let version = row
            .version
            .filter(|version| version.state == VersionState::Published)
            .ok_or_else(|| EngineError::NotFound { what: "issued version of", id: name.clone() })?;
        let Some(url) = version.certificate_url.clone() else {
            return Err(EngineError::in_use(
                format!("where the authority keeps {} is not known", version.id),
                "request a new version: certwright cert request",
            ));
        };
        let (session, authority) = self.session_of(&version).await?;
        let before = self.store.version_chain(&version.id).await?.unwrap_or_default();
        let pem = self.chosen_chain(&session, &authority, &url, issuer).await?;
        self.put_chain(&version, &before, &pem, who).await
    }

    async fn session_of(&self, version: &Version) -> Result<(Session, Authority), EngineError> {
        let authority = self.authority_of(&version.authority).await?;
        let account = self.store.account(&version.account).await?.account;
        let session = self.session(&authority, &account, Some(&self.log(&version.certificate))).await?;
        Ok((session, authority))
    }

    /// Every chain that the authority gives for a version, the one it prefers first; none where it is not known where.
    pub(crate) async fn offered_chains(&self, version: &Version) -> Result<Vec<String>, EngineError> {
        let Some(url) = &version.certificate_url else { return Ok(Vec::new()) };
        let (session, authority) = self.session_of(version).await?;
        let first = fetch(&session, &authority, url).await?;
        let mut chains = vec![first.pem];
        for url in first.alternates.iter().take(MOST_CHAINS) {
            chains.push(fetch(&session, &authority, url).await?.pem);
        }
        Ok(chains)
    }

    /// Stores another chain of a version, and makes its deployments due; only if it may be served.
    pub(crate) async fn put_chain(
        &self,
        version: &Version,
        before: &str,
        pem: &str,
        who: &str,
    ) -> Result<Refetched, EngineError> {
        let authority = self.authority_of(&version.authority).await?;
        let issuers = issuers_of(pem, &authority)?;
        let chain = self.checked(&authority, version, pem, issuers).await?;
        if !same_chain(before, &chain.pem) {
            let words = format!(
                "The chain of {} was fetched again and is another one: {}; it is deployed again",
                version.id,
                chain.issuers.join(" < ")
            );
            let event = self.event(
                &version.certificate,
                None,
                None,
                EventKind::CertificateChanged,
                Level::Info,
                words,
            );
            let audit = self.audit(
                who,
                "refetch",
                format!("version {}", version.id),
                None,
                Some(json!({ "issuers": chain.issuers })),
            );
            let new = NewChain {
                version: &version.id,
                before,
                chain: &chain.pem,
                facts: &chain.facts,
                trust: &chain.trust,
                now: self.now(),
                events: &[event],
                audit: &audit,
            };
            self.store.replace_chain(&new).await?;
            let version = self.store.version(&version.id).await?;
            return Ok(Refetched { version, changed: true, issuers: chain.issuers });
        }
        Ok(Refetched { version: version.clone(), changed: false, issuers: chain.issuers })
    }

    async fn chosen_chain(
        &self,
        session: &Session,
        authority: &Authority,
        url: &str,
        issuer: Option<&str>,
    ) -> Result<String, EngineError> {
        let first = fetch(session, authority, url).await?;
        let mut offered = Vec::new();
        let mut pem = first.pem;
        let mut others = first.alternates.iter().take(MOST_CHAINS);
        // Chosen by name before it is checked: another chain that may not be served is no reason to refuse this one.
        loop {
            let issuers = issuers_of(&pem, authority)?;
            if issuer.is_none_or(|wanted| issuers.iter().any(|name| name.contains(wanted))) {
                return Ok(pem);
            }
            offered.push(issuers.join(" < "));
            let Some(url) = others.next() else { break };
            pem = fetch(session, authority, url).await?.pem;
        }
        Err(EngineError::Conflict {
            field: "issuer".to_owned(),
            words: format!("{} offers no chain with {}", authority.title, issuer.unwrap_or_default()),
            remedy: format!("choose from what it offers: {}", offered.join("; ")),
        })
    }

    /// The chain, if it may take the place of the version's.
    async fn checked(
        &self,
        authority: &Authority,
        version: &Version,
        pem: &str,
        issuers: Vec<String>,
    ) -> Result<Chain, EngineError> {
        let refused = |words: String| {
            Failure::person(
                "refetched-wrong",
                format!("accept the chain that {} gives for {}", authority.title, version.id),
                words,
                "nothing: the stored chain stays, and what is served too; ask the authority",
            )
        };
        let sealed = self.store.version_key(&version.id).await?;
        let key = self.vault.open_version_key(&version.id, &sealed)?;
        let key = PrivateKey::from_pkcs8_der(&key).map_err(|error| storage(&error.to_string()))?;
        let chain = parse_chain(pem).map_err(|error| refused(error.to_string()))?;
        let known =
            version.facts.as_ref().ok_or_else(|| refused("the version has no certificate".to_owned()))?;
        let now = self.now();
        let expected =
            Expected { identifiers: &known.identifiers, key_fingerprint: &key.spki_fingerprint(), now };
        let facts = check_issued(&chain, &expected).map_err(|faults| {
            refused(faults.iter().map(|fault| fault.words.clone()).collect::<Vec<_>>().join("; "))
        })?;
        let roots = Roots::from_core(&authority.issuing_roots).map_err(|error| refused(error.to_string()))?;
        let verdict = trust(&chain, &roots, now);
        let worse =
            matches!((&version.trust, &verdict), (Some(Trust::Trusted { .. }), Trust::Unknown { .. }));
        match &verdict {
            Trust::Untrusted { why } => return Err(refused(why.clone()).into()),
            Trust::Unknown { why } if worse => return Err(refused(why.clone()).into()),
            _ => {}
        }
        Ok(Chain { pem: chain_pem(&chain), facts, trust: verdict, issuers })
    }
}

async fn fetch(
    session: &Session,
    authority: &Authority,
    url: &str,
) -> Result<certwright_acme::CertificateChain, Failure> {
    let fetched = session.certificate(url).await;
    fetched.map(|answered| answered.value).map_err(|error| failure(&error, &authority.title))
}

fn issuers_of(pem: &str, authority: &Authority) -> Result<Vec<String>, Failure> {
    issuers(pem)
        .map_err(|words| storage(&format!("{} gave a chain that cannot be read: {words}", authority.title)))
}

/// Who issued each certificate of the chain.
pub(crate) fn issuers(pem: &str) -> Result<Vec<String>, String> {
    let chain = parse_chain(pem).map_err(|error| error.to_string())?;
    let facts = chain.iter().map(|der| certwright_pki::facts(der).map(|facts| facts.issuer));
    facts.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

pub(crate) fn same_chain(one: &str, other: &str) -> bool {
    match (parse_chain(one), parse_chain(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
