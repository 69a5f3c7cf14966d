//! Managed certificates at the engine's front: create, read, change, list, delete; validated before stored.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::own_keys::KeyInput;
use crate::preview::unknown_target;
use crate::standing::with_next;
use certwright_contract::{AnyTarget, Wanted};
use certwright_core::certificate::{Certificate, CertificateSettings, DeploymentSettings, Standing};
use certwright_core::challenge::ChallengeSettings;
use certwright_core::defaults::unknown_window;
use certwright_core::endpoint::Observation;
use certwright_core::event::{EventKind, Level};
use certwright_core::form::Field;
use certwright_core::id::{AccountId, AuthorityId, CertificateId, DeploymentId};
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::maintenance::WindowChoice;
use certwright_core::options::{CertificateOptions, KeySource, ProfileMissing};
use certwright_core::refusal::Refusal;
use certwright_core::renewal_policy::RenewalPolicy;
use certwright_core::validate::{self, Surroundings};
use certwright_core::version::Version;
use certwright_providers::deploy;
use certwright_store::{
    CertificateEdit, CertificateQuery, CertificateRow, Listing, NewCertificate, OwnKeyChange, Page,
};
use serde_json::{Map, Value};
use std::time::Duration;

/// How often, and with which pause, a deletion looks whether the cancelled runs have cleaned up: 20 s in all.
pub(crate) const CANCEL_LOOKS: u32 = 100;
pub(crate) const CANCEL_PAUSE: Duration = Duration::from_millis(200);

/// A certificate as a person asks for it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Its name; `None` takes the first identifier.
    pub name: Option<String>,
    /// Free text.
    pub notes: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Whether it is paused from the start.
    pub paused: bool,
    /// Identifiers as typed; pasted lists are read.
    pub identifiers: Vec<String>,
    /// The authority; `None` takes Let's Encrypt (F23).
    pub authority: Option<AuthorityId>,
    /// The account.
    pub account: Option<AccountId>,
    /// The profile.
    pub profile: Option<String>,
    /// The key's type.
    pub key_type: Option<KeyType>,
    /// How control is shown.
    pub challenge: ChallengeSettings,
    /// When it is renewed.
    pub renewal: Option<RenewalPolicy>,
    /// Which maintenance window it keeps to; `None` is that of its tags, or the default.
    pub window: Option<WindowChoice>,
    /// Seldom choices; key source and staging are decided from what follows.
    pub options: CertificateOptions,
    /// Whether it is ordered from the authority's staging environment; `None` takes the authority as it is named.
    pub staging: Option<bool>,
    /// Where its keys come from.
    pub key: KeyInput,
    /// Targets with their filled forms; `None` takes nginx where it is installed.
    pub deployments: Option<Vec<(String, Map<String, Value>)>>,
}

/// Changes of a certificate: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The name.
    pub name: Option<String>,
    /// The notes.
    pub notes: Option<String>,
    /// The tags.
    pub tags: Option<Vec<String>>,
    /// Whether it is paused.
    pub paused: Option<bool>,
    /// The identifiers, all of them.
    pub identifiers: Option<Vec<String>>,
    /// The authority.
    pub authority: Option<AuthorityId>,
    /// The account; `Some(None)` lets the authority's newest be taken.
    pub account: Option<Option<AccountId>>,
    /// The profile; `Some(None)` takes the authority's default.
    pub profile: Option<Option<String>>,
    /// The key's type; `Some(None)` lets the targets choose.
    pub key_type: Option<Option<KeyType>>,
    /// How control is shown.
    pub challenge: Option<ChallengeSettings>,
    /// When it is renewed; `Some(None)` is the product's own choice.
    pub renewal: Option<Option<RenewalPolicy>>,
    /// Which maintenance window it keeps to; `Some(None)` is that of its tags, or the default.
    pub window: Option<Option<WindowChoice>>,
    /// An issuer that its chain should have; `Some(None)` leaves that to account and authority.
    pub preferred_chain: Option<Option<String>>,
    /// What happens when the profile is not offered.
    pub profile_missing: Option<ProfileMissing>,
    /// How long it is to be valid; `Some(None)` is the authority's choice.
    pub lifetime_seconds: Option<Option<u64>>,
    /// Whether it is ordered from the authority's staging environment.
    pub staging: Option<bool>,
    /// Whether one for tests may replace a trusted one.
    pub staging_may_replace: Option<bool>,
    /// Where its keys come from.
    pub key: KeyInput,
    /// The targets, all of them.
    pub deployments: Option<Vec<(String, Map<String, Value>)>>,
}

/// A kind of target, for forms.
#[derive(Clone, Copy, Debug)]
pub struct TargetKind {
    /// The name in settings.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// The form.
    pub fields: &'static [Field],
}

impl Engine {
    /// Creates a certificate. Nothing is ordered yet: unless somebody asks, that happens an hour later.
    ///
    /// # Errors
    /// Every complaint about the draft.
    pub async fn create_certificate(&self, draft: Draft, who: &str) -> Result<CertificateRow, EngineError> {
        let (mut certificate, own_key) = self.assemble(draft).await?;
        self.check(None, None, &certificate.settings).await?;
        // Not before this: a preview takes no place from anybody.
        certificate.spread = self.place_in_line(&certificate.settings.authority);
        let (id, now) = (certificate.id.clone(), certificate.created_at);
        let standing = with_next(&self.rules(), &certificate, Standing::default(), None, now);
        let words = format!("{who} created {}", certificate.settings.name);
        let new = NewCertificate {
            id: id.clone(),
            settings: certificate.settings,
            own_key: match own_key {
                OwnKeyChange::Replace(sealed) => Some(sealed),
                OwnKeyChange::Keep | OwnKeyChange::Remove => None,
            },
            next_at: standing.next_at,
            next_why: standing.next_why,
            spread: certificate.spread,
            who: who.to_owned(),
            now,
            events: vec![self.event(&id, None, None, EventKind::CertificateChanged, Level::Info, words)],
        };
        self.store.create_certificate(&new).await?;
        Ok(self.store.certificate_row(&id).await?)
    }

    /// A draft with everything that it leaves to the service; not checked, not stored.
    pub(crate) async fn assemble(&self, draft: Draft) -> Result<(Certificate, OwnKeyChange), EngineError> {
        let id = CertificateId::from_unique(&self.chance.unique());
        let (key_source, own_key) = self.key_source(&id, &KeySource::New, draft.key).await?;
        let mut identifiers =
            validate::parse_identifiers(&draft.identifiers).map_err(EngineError::Refused)?;
        if let (KeySource::Request(request), true) = (&key_source, identifiers.is_empty()) {
            identifiers.clone_from(&request.identifiers);
        }
        let mut authority = draft.authority.unwrap_or_else(|| "letsencrypt".into());
        if let Some(staging) = draft.staging {
            authority = self.counterpart(&authority, staging).await?;
        }
        let staging = self.find_authority(&authority).await?.is_some_and(|entry| entry.staging);
        let name = draft.name.or_else(|| identifiers.first().map(ToString::to_string)).unwrap_or_default();
        let deployments = match draft.deployments {
            Some(deployments) => deployments,
            // A server could not serve it.
            None if !key_source.has_key() => Vec::new(),
            None => self.usual_deployments(&id, &identifiers).await,
        };
        let settings = CertificateSettings {
            name: name.trim().to_owned(),
            notes: draft.notes,
            tags: tidy(draft.tags),
            paused: draft.paused,
            identifiers,
            authority,
            account: draft.account,
            profile: draft.profile,
            key_type: draft.key_type,
            challenge: draft.challenge,
            renewal: draft.renewal,
            window: draft.window,
            options: CertificateOptions { key_source, staging, ..draft.options },
            deployments: self.deployments(deployments, &[]),
        };
        let now = self.now();
        let certificate = Certificate {
            id,
            settings,
            revision: 0,
            created_at: now,
            updated_at: now,
            order_changed_at: None,
            spread: jiff::SignedDuration::ZERO,
            standing: Standing::default(),
        };
        Ok((certificate, own_key))
    }

    /// One certificate, by id or name.
    ///
    /// # Errors
    /// When there is none.
    pub async fn certificate(&self, id_or_name: &str) -> Result<CertificateRow, EngineError> {
        Ok(self.store.find_certificate(id_or_name).await?)
    }

    /// A page of certificates.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list_certificates(
        &self,
        query: &CertificateQuery,
    ) -> Result<Listing<CertificateRow>, EngineError> {
        Ok(self.store.list_certificates(query).await?)
    }

    /// Changes a certificate that is still at the revision the caller read. A change of what is ordered cancels
    /// a run that is ordering; other changes count from the next run on.
    ///
    /// # Errors
    /// Every complaint; the certificate as it is now, when somebody else changed it.
    pub async fn update_certificate(
        &self,
        id_or_name: &str,
        expected_revision: i64,
        changes: Changes,
        who: &str,
    ) -> Result<CertificateRow, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let (settings, own_key) = self.edited(&row, changes).await?;
        self.store_update(&row, expected_revision, settings, own_key, who).await
    }

    /// The settings with these changes, checked.
    pub(crate) async fn edited(
        &self,
        row: &CertificateRow,
        changes: Changes,
    ) -> Result<(CertificateSettings, OwnKeyChange), EngineError> {
        let old = &row.certificate.settings;
        let mut settings = old.clone();
        let new_request = matches!(changes.key.request, Some(Some(_)));
        let (key_source, own_key) =
            self.key_source(&row.certificate.id, &old.options.key_source, changes.key).await?;
        if let Some(typed) = &changes.identifiers {
            settings.identifiers = validate::parse_identifiers(typed).map_err(EngineError::Refused)?;
        } else if let (KeySource::Request(request), true) = (&key_source, new_request) {
            settings.identifiers.clone_from(&request.identifiers);
        }
        settings.options.key_source = key_source;
        if let Some(name) = changes.name {
            settings.name = name.trim().to_owned();
        }
        settings.notes = changes.notes.unwrap_or(settings.notes);
        settings.tags = changes.tags.map_or(settings.tags, tidy);
        settings.paused = changes.paused.unwrap_or(settings.paused);
        let mut authority = changes.authority.unwrap_or_else(|| settings.authority.clone());
        if let Some(staging) = changes.staging {
            authority = self.counterpart(&authority, staging).await?;
        }
        if authority != settings.authority {
            // Account and profile belong to the old authority.
            settings.authority = authority;
            settings.account = None;
            settings.profile = None;
        }
        settings.account = changes.account.unwrap_or(settings.account);
        settings.profile = changes.profile.unwrap_or(settings.profile);
        settings.key_type = changes.key_type.unwrap_or(settings.key_type);
        settings.challenge = changes.challenge.unwrap_or(settings.challenge);
        settings.renewal = changes.renewal.unwrap_or(settings.renewal);
        settings.window = changes.window.unwrap_or(settings.window);
        let options = &mut settings.options;
        if let Some(preferred) = changes.preferred_chain {
            options.preferred_chain = preferred;
        }
        options.profile_missing = changes.profile_missing.unwrap_or(options.profile_missing);
        options.lifetime_seconds = changes.lifetime_seconds.unwrap_or(options.lifetime_seconds);
        options.staging_may_replace = changes.staging_may_replace.unwrap_or(options.staging_may_replace);
        options.staging = self.find_authority(&settings.authority).await?.is_some_and(|entry| entry.staging);
        if let Some(deployments) = changes.deployments {
            settings.deployments = self.deployments(deployments, &old.deployments);
        }
        self.check(Some(&row.certificate.id), Some(&old.authority), &settings).await?;
        Ok((settings, own_key))
    }

    async fn store_update(
        &self,
        row: &CertificateRow,
        expected_revision: i64,
        settings: CertificateSettings,
        own_key: OwnKeyChange,
        who: &str,
    ) -> Result<CertificateRow, EngineError> {
        let now = self.now();
        let old = &row.certificate.settings;
        let ordered = |settings: &CertificateSettings| {
            let CertificateSettings {
                identifiers,
                authority,
                account,
                profile,
                key_type,
                challenge,
                options,
                ..
            } = settings.clone();
            // Whether it may replace a trusted one is a question of deploying.
            let options = CertificateOptions { staging_may_replace: false, ..options };
            (identifiers, authority, account, profile, key_type, challenge, options)
        };
        let reset = ordered(old) != ordered(&settings);
        let another = |settings: &CertificateSettings| {
            let CertificateOptions { key_source, lifetime_seconds, .. } = settings.options.clone();
            (
                settings.authority.clone(),
                settings.profile.clone(),
                settings.key_type,
                key_source,
                lifetime_seconds,
            )
        };
        let changes_order = another(old) != another(&settings);
        // Paused certificates are never ordered, also not by a run that waits.
        let pausing = settings.paused && !old.paused;
        let queue = settings
            .deployments
            .iter()
            .filter(|deployment| !old.deployments.contains(deployment))
            .map(|deployment| deployment.id.clone())
            .collect();
        let id = row.certificate.id.clone();
        let mut changed = row.certificate.clone();
        changed.settings = settings;
        changed.updated_at = now;
        if changes_order {
            changed.order_changed_at = Some(now);
        }
        if reset {
            // One of many that are changed at once, perhaps.
            changed.spread = self.place_in_line(&changed.settings.authority);
        }
        let mut standing = changed.standing.clone();
        if reset {
            standing.failures = 0;
            standing.not_before = None;
            standing.last_failure = None;
        }
        let standing = with_next(&self.rules(), &changed, standing, row.version.as_ref(), now);
        let words = format!("{who} changed {}", changed.settings.name);
        let edit = CertificateEdit {
            id: id.clone(),
            expected_revision,
            settings: changed.settings,
            own_key,
            next_at: standing.next_at,
            next_why: standing.next_why,
            spread: changed.spread,
            reset_failures: reset,
            changes_order,
            cancel_ordering: reset || pausing,
            queue,
            who: who.to_owned(),
            now,
            events: vec![self.event(&id, None, None, EventKind::CertificateChanged, Level::Info, words)],
        };
        self.store.update_certificate(&edit).await?;
        Ok(self.store.certificate_row(&id).await?)
    }

    /// Deletes a certificate: cancels what is going on, waits for its clean-up, then removes it. Served files and
    /// the server's configuration stay as they are.
    ///
    /// # Errors
    /// When a run is still cleaning up, or somebody else changed it.
    pub async fn delete_certificate(
        &self,
        id_or_name: &str,
        expected_revision: i64,
        who: &str,
    ) -> Result<(), EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        // Compared before anything is stopped; the store compares again.
        if row.certificate.revision != expected_revision {
            return Err(EngineError::Revision { current: Box::new(row.certificate) });
        }
        let id = row.certificate.id;
        for run in self.store.live_runs(&id).await? {
            self.stop(&run, who).await?;
        }
        // Its clean-up is short; what takes longer is told by the store's refusal, and asking again is harmless.
        for _ in 0..CANCEL_LOOKS {
            if self.store.live_run(&id).await?.is_none() {
                break;
            }
            tokio::time::sleep(CANCEL_PAUSE).await;
        }
        let words =
            format!("{who} deleted {}; served files were left in place", row.certificate.settings.name);
        let event = self.event(&id, None, None, EventKind::CertificateChanged, Level::Info, words);
        Ok(self.store.delete_certificate(&id, expected_revision, who, self.now(), &[event]).await?)
    }

    /// The certificate's versions, the newest first.
    ///
    /// # Errors
    /// When there is no such certificate.
    pub async fn versions(&self, id_or_name: &str, page: Page) -> Result<Listing<Version>, EngineError> {
        let id = self.store.find_certificate(id_or_name).await?.certificate.id;
        Ok(self.store.versions(&id, page).await?)
    }

    /// What was last observed at the certificate's endpoints.
    ///
    /// # Errors
    /// When there is no such certificate.
    pub async fn observations(&self, id_or_name: &str) -> Result<Vec<Observation>, EngineError> {
        let id = self.store.find_certificate(id_or_name).await?.certificate.id;
        Ok(self.store.observations(&id).await?)
    }

    /// The last lines of the certificate's log, oldest first.
    ///
    /// # Errors
    /// When there is no such certificate.
    pub async fn certificate_log(&self, id_or_name: &str, lines: usize) -> Result<Vec<String>, EngineError> {
        let id = self.store.find_certificate(id_or_name).await?.certificate.id;
        self.log(&id).last(lines).map_err(|error| EngineError::Storage { words: error.to_string() })
    }

    /// The kinds of targets.
    pub fn targets(&self) -> Vec<TargetKind> {
        deploy::TARGETS
            .iter()
            .map(|target| TargetKind { name: target.name(), title: target.title(), fields: target.fields() })
            .collect()
    }

    /// Every complaint about what is wanted of a certificate, which was ordered from the authority `before`.
    pub(crate) async fn check(
        &self,
        id: Option<&CertificateId>,
        before: Option<&AuthorityId>,
        settings: &CertificateSettings,
    ) -> Result<(), EngineError> {
        let authority = self.find_authority(&settings.authority).await?;
        let ids: Vec<_> = self.authorities().await?.into_iter().map(|authority| authority.id).collect();
        let accounts: Vec<_> = self
            .store
            .accounts(Some(&settings.authority))
            .await?
            .into_iter()
            .map(|row| row.account)
            .collect();
        let surroundings = Surroundings {
            authority: authority.as_ref(),
            authorities: &ids,
            accounts: &accounts,
            dns_provider: false,
        };
        let mut refusals = validate::check(settings, &surroundings);
        // One that is switched off takes no new certificate; those it has may be paused, renamed or deployed elsewhere.
        if before == Some(&settings.authority) {
            let off = authority.as_ref().and_then(validate::usable);
            refusals.retain(|refusal| off.as_ref() != Some(refusal));
        }
        for (index, deployment) in settings.deployments.iter().enumerate() {
            match deploy::target(&deployment.target) {
                Some(target) => {
                    refusals.extend(
                        target.check(&deployment.settings, &format!("deployments[{index}].settings")),
                    );
                    if target.is_single() {
                        let before = &settings.deployments[..index];
                        refusals.extend(self.taken(target, id, index, before).await?);
                    }
                }
                None => refusals.push(unknown_target(index, &deployment.target)),
            }
        }
        if let Some(WindowChoice::Named(name)) = &settings.window
            && !self.rules().defaults.has_window(name)
        {
            refusals.push(unknown_window("window", name));
        }
        if let ChallengeSettings::Http01Webroot { root } = &settings.challenge
            && !root.starts_with('/')
        {
            refusals.push(Refusal::new(
                "challenge.root",
                "is no absolute path",
                "give the site's root folder, such as /var/www/html",
            ));
        }
        if refusals.is_empty() { Ok(()) } else { Err(EngineError::Refused(refusals)) }
    }

    /// A complaint where the target shows the certificate of another deployment already.
    async fn taken(
        &self,
        target: &dyn AnyTarget,
        id: Option<&CertificateId>,
        index: usize,
        before: &[DeploymentSettings],
    ) -> Result<Option<Refusal>, EngineError> {
        let title = target.title();
        let reason = match self.store.deployed_to(target.name(), id).await? {
            Some(other) => {
                let name = self.store.certificate(&other).await?.settings.name;
                format!("is taken: {title} shows one certificate, and that is {name:?}")
            }
            None if before.iter().any(|other| other.target == target.name()) => {
                format!("is given twice: {title} shows one certificate, once")
            }
            None => return Ok(None),
        };
        let remedy = "change that certificate instead, or take its deployment away first";
        Ok(Some(Refusal::new(format!("deployments[{index}].target"), reason, remedy)))
    }

    /// Deployment settings with ids: one that was there before with the same target and place keeps its id.
    fn deployments(
        &self,
        wanted: Vec<(String, Map<String, Value>)>,
        before: &[DeploymentSettings],
    ) -> Vec<DeploymentSettings> {
        let mut free: Vec<&DeploymentSettings> = before.iter().collect();
        wanted
            .into_iter()
            .map(|(target, settings)| {
                let known = free
                    .iter()
                    .position(|old| old.target == target)
                    .map(|index| free.remove(index).id.clone());
                let id = known.unwrap_or_else(|| DeploymentId::from_unique(&self.chance.unique()));
                DeploymentSettings { id, target, settings }
            })
            .collect()
    }

    /// What a new certificate is deployed to when nobody says: nginx, in mode Auto, where one of its sites would serve
    /// it. A server that could serve none of its names could only fail, at every renewal.
    async fn usual_deployments(
        &self,
        id: &CertificateId,
        identifiers: &[Identifier],
    ) -> Vec<(String, Map<String, Value>)> {
        let Some(nginx) = deploy::target("nginx") else { return Vec::new() };
        let wanted =
            Wanted { identifiers: identifiers.to_vec(), link: self.layout.link(id), earlier: Vec::new() };
        match nginx.plan(&Map::new(), &wanted, &self.ports).await {
            Ok(planned) if !planned.bindings.is_empty() => vec![("nginx".to_owned(), Map::new())],
            _ => Vec::new(),
        }
    }
}

fn tidy(tags: Vec<String>) -> Vec<String> {
    let mut tags: Vec<_> = tags.into_iter().map(|tag| tag.trim().to_owned()).collect();
    tags.sort();
    tags.dedup();
    tags
}
