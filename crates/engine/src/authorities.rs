//! Certificate authorities at the engine's front: those that came with the program, and custom ones.

use crate::acme_failure::failure;
use crate::engine::Engine;
use crate::error::EngineError;
use certwright_core::authority::Authority;
use certwright_core::authority_details::AuthorityDetails;
use certwright_core::authority_settings::{AuthorityEntry, AuthoritySettings};
use certwright_core::id::AuthorityId;
use certwright_core::pace::Pace;
use certwright_core::rate_limit::RateLimit;
use certwright_core::refusal::Refusal;
use certwright_core::validate_options::issuer_refusal;
use certwright_pki::chain::Roots;
use certwright_providers::ca;
use certwright_store::{AuthorityRow, AuthoritySettingsRow, NewAudit, StoreError};
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
        Ok(self.authority_entries().await?.into_iter().map(|entry| entry.authority).collect())
    }

    /// The same, with what is to be known for changing them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn authority_entries(&self) -> Result<Vec<AuthorityEntry>, EngineError> {
        let mut set = self.store.authority_settings(None).await?;
        let custom = self.store.authorities().await?;
        let built_in = ca::AUTHORITIES
            .iter()
            .map(|make| make())
            .filter(|authority| authority.details.ended.is_none())
            .map(|catalogue| {
                let row = set.iter().position(|row| row.authority == catalogue.id);
                built_in(catalogue, row.map(|index| set.swap_remove(index)))
            });
        let mut entries: Vec<_> = built_in.collect();
        entries.extend(custom.into_iter().map(|row| AuthorityEntry::own(row.authority, row.revision)));
        Ok(entries)
    }

    /// What people call the authority; its id where nothing more is known.
    pub(crate) async fn title(&self, id: &AuthorityId) -> String {
        let found = self.find_authority(id).await.ok().flatten();
        found.map_or_else(|| id.to_string(), |authority| authority.title)
    }

    /// One authority.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn authority(&self, id: &str) -> Result<Authority, EngineError> {
        Ok(self.authority_entry(id).await?.authority)
    }

    /// The same, with what is to be known for changing it.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn authority_entry(&self, id: &str) -> Result<AuthorityEntry, EngineError> {
        self.find_entry(&id.into())
            .await?
            .ok_or_else(|| EngineError::NotFound { what: "certificate authority", id: id.to_owned() })
    }

    pub(crate) async fn find_entry(&self, id: &AuthorityId) -> Result<Option<AuthorityEntry>, EngineError> {
        if let Some(catalogue) = catalogue(id) {
            let set = self.store.authority_settings(Some(id)).await?.pop();
            return Ok(Some(built_in(catalogue, set)));
        }
        match self.store.authority(id).await {
            Ok(row) => Ok(Some(AuthorityEntry::own(row.authority, row.revision))),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Adds or replaces a custom authority.
    ///
    /// # Errors
    /// Every complaint about the entry.
    pub async fn put_authority(
        &self,
        authority: Authority,
        who: &str,
    ) -> Result<AuthorityEntry, EngineError> {
        check(&authority)?;
        let known = match self.store.authority(&authority.id).await {
            Ok(row) => Some(row),
            Err(StoreError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        self.store_authority(known, authority, who).await
    }

    /// Changes a custom authority, if nobody else did since `expected` was read.
    ///
    /// # Errors
    /// Every complaint about the entry; there is none of that id; somebody else has changed it.
    pub async fn update_authority(
        &self,
        authority: Authority,
        expected: i64,
        who: &str,
    ) -> Result<AuthorityEntry, EngineError> {
        check(&authority)?;
        let known = AuthorityRow { revision: expected, ..self.store.authority(&authority.id).await? };
        self.store_authority(Some(known), authority, who).await
    }

    async fn store_authority(
        &self,
        known: Option<AuthorityRow>,
        authority: Authority,
        who: &str,
    ) -> Result<AuthorityEntry, EngineError> {
        let audit = self.audit(
            who,
            if known.is_some() { "update" } else { "create" },
            format!("authority {}", authority.id),
            known.as_ref().map(|row| json!(row.authority)),
            Some(json!(authority)),
        );
        let expected = known.as_ref().map(|row| row.revision);
        let row = self.store.put_authority(&authority, expected, &audit).await?;
        if known.is_some_and(|known| known.authority.directory != authority.directory) {
            self.no_more_retired(&authority.id, "its directory is another one now").await?;
        }
        Ok(AuthorityEntry::own(row.authority, row.revision))
    }

    /// Sets what can be set of an authority that came with the program, if nobody else did since `expected` was read.
    ///
    /// # Errors
    /// Every complaint; there is none of that id; somebody else has changed it.
    pub async fn set_authority(
        &self,
        id: &str,
        settings: AuthoritySettings,
        expected: i64,
        who: &str,
    ) -> Result<AuthorityEntry, EngineError> {
        let id = AuthorityId::from(id);
        let missing = || EngineError::NotFound { what: "certificate authority", id: id.to_string() };
        let catalogue = catalogue(&id).ok_or_else(missing)?;
        let mut refusals = Vec::new();
        check_rate_limits(settings.rate_limits.as_deref().unwrap_or_default(), &mut refusals);
        check_pace(&settings.pace.unwrap_or_default(), &mut refusals);
        if !refusals.is_empty() {
            return Err(EngineError::Refused(refusals));
        }
        let before = self.store.authority_settings(Some(&id)).await?.pop();
        let before = before.map(|row| row.settings).unwrap_or_default();
        let audit =
            self.audit(who, "update", format!("authority {id}"), Some(json!(before)), Some(json!(settings)));
        let row = self.store.put_authority_settings(&id, &settings, expected, &audit).await?;
        Ok(built_in(catalogue, Some(row)))
    }

    /// Removes a custom authority that nothing uses.
    ///
    /// # Errors
    /// When it is built in, or an account or certificate uses it.
    pub async fn delete_authority(&self, id: &str, who: &str) -> Result<(), EngineError> {
        let id = AuthorityId::from(id);
        if catalogue(&id).is_some() {
            return Err(EngineError::in_use(
                format!("{id} came with the program and cannot be removed"),
                format!("switch it off: certwright ca edit {id} --disable"),
            ));
        }
        let row = self.store.authority(&id).await?;
        let audit = self.audit(who, "delete", format!("authority {id}"), Some(json!(row.authority)), None);
        self.store.delete_authority(&id, row.revision, &audit).await?;
        Ok(self.no_more_retired(&id, "its entry was removed").await?)
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

/// The entry that came with the program.
fn catalogue(id: &AuthorityId) -> Option<Authority> {
    ca::AUTHORITIES.iter().map(|make| make()).find(|entry| entry.id == *id)
}

fn built_in(catalogue: Authority, set: Option<AuthoritySettingsRow>) -> AuthorityEntry {
    let (settings, revision) = set.map(|row| (row.settings, row.revision)).unwrap_or_default();
    AuthorityEntry::built_in(catalogue, settings, revision)
}

fn check(authority: &Authority) -> Result<(), EngineError> {
    let mut refusals = Vec::new();
    let id = authority.id.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 40 || !id.chars().all(plain) {
        refusals.push(Refusal::new("id", "is no short name", "use lower-case letters, digits and hyphens"));
    }
    if catalogue(&authority.id).is_some() {
        refusals.push(Refusal::new(
            "id",
            format!("{id} came with the program and cannot be replaced"),
            "choose another name; or set what can be set of it: certwright ca edit",
        ));
    }
    if !is_web_address(&authority.directory) {
        refusals.push(Refusal::new(
            "directory",
            "is no address of an ACME directory",
            "give a URL that begins with https://",
        ));
    }
    if authority.title.trim().is_empty() {
        refusals.push(Refusal::new("title", "there is none", "give one that people know it by"));
    }
    if authority.profiles.iter().any(|limits| limits.max_identifiers == 0) {
        refusals.push(Refusal::new("max_identifiers", "permits no name at all", "give at least 1"));
    }
    check_links(&authority.details, &mut refusals);
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

fn is_web_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// What people are given to follow must be a page, and nothing else that a browser would do.
fn check_links(details: &AuthorityDetails, refusals: &mut Vec<Refusal>) {
    for (field, address) in [
        ("website", &details.website),
        ("terms", &details.terms),
        ("privacy", &details.privacy),
        ("status", &details.status),
    ] {
        if !address.as_deref().is_none_or(is_web_address) {
            refusals.push(Refusal::new(
                format!("details.{field}"),
                "is no address of a page",
                "give a URL that begins with https://, or none",
            ));
        }
    }
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
