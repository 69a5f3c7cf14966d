//! Certificate authorities at the engine's front: those that came with the program, and custom ones.

use crate::acme_failure::failure;
use crate::engine::Engine;
use crate::error::EngineError;
use certwright_core::authority::Authority;
use certwright_core::id::AuthorityId;
use certwright_core::pace::Pace;
use certwright_core::rate_limit::RateLimit;
use certwright_core::refusal::Refusal;
use certwright_core::validate_options::issuer_refusal;
use certwright_pki::chain::Roots;
use certwright_providers::ca;
use certwright_store::{NewAudit, StoreError};
use serde_json::json;
use std::collections::BTreeMap;

/// What an authority's directory says of itself now.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The current terms of service, by URL.
    pub terms_of_service: Option<String>,
    /// Its web site.
    pub website: Option<String>,
    /// Whether an external account is needed.
    pub external_account_required: bool,
    /// Profiles it offers, with their descriptions.
    pub profiles: BTreeMap<String, String>,
}

impl Engine {
    /// All authorities that issue, the built-in ones first. One that has ended explains itself to who names it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn authorities(&self) -> Result<Vec<Authority>, EngineError> {
        let custom = self.store.authorities().await?;
        Ok(ca::AUTHORITIES
            .iter()
            .map(|make| make())
            .filter(|authority| authority.details.ended.is_none())
            .chain(custom.into_iter().map(|row| row.authority))
            .collect())
    }

    /// One authority.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn authority(&self, id: &str) -> Result<Authority, EngineError> {
        self.find_authority(&id.into())
            .await?
            .ok_or_else(|| EngineError::NotFound { what: "certificate authority", id: id.to_owned() })
    }

    /// Adds or replaces a custom authority.
    ///
    /// # Errors
    /// Every complaint about the entry.
    pub async fn put_authority(&self, authority: Authority, who: &str) -> Result<Authority, EngineError> {
        check(&authority)?;
        let known = match self.store.authority(&authority.id).await {
            Ok(row) => Some(row),
            Err(StoreError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let audit = self.audit(
            who,
            if known.is_some() { "update" } else { "create" },
            format!("authority {}", authority.id),
            known.as_ref().map(|row| json!(row.authority)),
            Some(json!(authority)),
        );
        let expected = known.map(|row| row.revision);
        Ok(self.store.put_authority(&authority, expected, &audit).await?.authority)
    }

    /// Removes a custom authority that nothing uses.
    ///
    /// # Errors
    /// When it is built in, or an account or certificate uses it.
    pub async fn delete_authority(&self, id: &str, who: &str) -> Result<(), EngineError> {
        let id = AuthorityId::from(id);
        if ca::AUTHORITIES.iter().any(|make| make().id == id) {
            return Err(EngineError::in_use(
                format!("{id} came with the program and cannot be removed"),
                "leave it: an authority that no certificate names is never asked",
            ));
        }
        let row = self.store.authority(&id).await?;
        let audit = self.audit(who, "delete", format!("authority {id}"), Some(json!(row.authority)), None);
        Ok(self.store.delete_authority(&id, row.revision, &audit).await?)
    }

    /// Asks the authority's directory what it says of itself.
    ///
    /// # Errors
    /// When the directory cannot be read, with the reason: no network, TLS, or the authority's refusal (F29).
    pub async fn terms(&self, id: &str) -> Result<Terms, EngineError> {
        let authority = self.authority(id).await?;
        let client = self.acme.client(&authority)?;
        let directory =
            client.refresh_directory().await.map_err(|error| failure(&error, &authority.title))?.value;
        Ok(Terms {
            terms_of_service: directory.meta.terms_of_service.clone(),
            website: directory.meta.website.clone(),
            external_account_required: directory.meta.external_account_required,
            profiles: directory.meta.profiles.clone(),
        })
    }

    pub(crate) fn audit(
        &self,
        who: &str,
        action: &str,
        object: String,
        before: Option<serde_json::Value>,
        after: Option<serde_json::Value>,
    ) -> NewAudit {
        NewAudit { at: self.now(), who: who.to_owned(), action: action.to_owned(), object, before, after }
    }
}

fn check(authority: &Authority) -> Result<(), EngineError> {
    let mut refusals = Vec::new();
    let id = authority.id.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 40 || !id.chars().all(plain) {
        refusals.push(Refusal::new("id", "is no short name", "use lower-case letters, digits and hyphens"));
    }
    if ca::AUTHORITIES.iter().any(|make| make().id == authority.id) {
        refusals.push(Refusal::new(
            "id",
            format!("{id} came with the program and cannot be changed"),
            "choose another name",
        ));
    }
    if !authority.directory.starts_with("https://") && !authority.directory.starts_with("http://") {
        refusals.push(Refusal::new(
            "directory",
            "is no address of an ACME directory",
            "give a URL that begins with https://",
        ));
    }
    if authority.profiles.is_empty() || authority.key_types.is_empty() {
        refusals.push(Refusal::new(
            "profiles",
            "there are no limits or key types",
            "give at least one of each",
        ));
    }
    if let Some(issuer) = &authority.choices.preferred_chain {
        refusals.extend(issuer_refusal("preferred_chain", issuer));
    }
    if authority.choices.staging_of.is_some() && !authority.staging {
        refusals.push(Refusal::new(
            "staging_of",
            "the entry is not marked as one for tests",
            "mark it as staging, or leave this out",
        ));
    }
    if let Some(roots) = &authority.directory_tls_roots
        && let Err(error) = certwright_pki::parse_chain(roots)
    {
        refusals.push(Refusal::new(
            "directory_tls_roots",
            error.to_string(),
            "give the root certificates as PEM",
        ));
    }
    if let Err(error) = Roots::from_core(&authority.issuing_roots) {
        refusals.push(Refusal::new("issuing_roots", error.to_string(), "give the root certificates as PEM"));
    }
    check_rate_limits(&authority.details.rate_limits, &mut refusals);
    check_pace(&authority.details.pace, &mut refusals);
    if refusals.is_empty() { Ok(()) } else { Err(EngineError::Refused(refusals)) }
}

/// The longest period of a limit: longer ones are none that anybody keeps.
const LONGEST_PERIOD: u64 = 10 * 366 * 86_400;

fn check_pace(pace: &Pace, refusals: &mut Vec<Refusal>) {
    for (field, value) in [
        ("open_orders", pace.open_orders),
        ("open_orders_of_account", pace.open_orders_of_account),
        ("orders_per_second", pace.orders_per_second),
    ] {
        if !Pace::BOUNDS.contains(&value) {
            refusals.push(Refusal::new(
                format!("details.pace.{field}"),
                format!("{value} is out of range"),
                format!("use {} to {}", Pace::BOUNDS.start(), Pace::BOUNDS.end()),
            ));
        }
    }
}

fn check_rate_limits(limits: &[RateLimit], refusals: &mut Vec<Refusal>) {
    for (index, limit) in limits.iter().enumerate() {
        let field = format!("details.rate_limits[{index}]");
        if limit.most == 0 || limit.seconds == 0 || limit.seconds > LONGEST_PERIOD {
            refusals.push(Refusal::new(
                &field,
                "permits nothing, or has no period that ends",
                "give how many are permitted in how many seconds, at least one of each",
            ));
        }
        if limits[..index].iter().any(|other| other.scope == limit.scope) {
            refusals.push(Refusal::new(
                &field,
                format!("there is another limit of {}", limit.scope.words()),
                "give the stricter one",
            ));
        }
    }
}
