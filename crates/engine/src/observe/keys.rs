//! What is known about keys before a plan is made.

use crate::engine::{Engine, storage};
use certwright_core::certificate::Certificate;
use certwright_core::failure::Failure;
use certwright_core::obtain_plan::{KeyFacts, NewestKey};
use certwright_core::options::KeySource;
use certwright_store::StoreError;

pub(super) async fn key_facts(engine: &Engine, certificate: &Certificate) -> Result<KeyFacts, Failure> {
    let failed = |error: StoreError| storage(&error.to_string());
    let source = &certificate.settings.options.key_source;
    let mut facts = KeyFacts::default();
    if let Some(fingerprint) = source.fingerprint() {
        facts.source_compromised = engine.store.is_key_compromised(fingerprint).await.map_err(failed)?;
    }
    if let (KeySource::Reuse, Some(id)) = (source, &certificate.standing.current) {
        let version = engine.store.version(id).await.map_err(failed)?;
        let fingerprint = version.facts.as_ref().map(|facts| facts.key_fingerprint.as_str());
        let compromised = match fingerprint {
            Some(fingerprint) => engine.store.is_key_compromised(fingerprint).await.map_err(failed)?,
            None => false,
        };
        facts.newest = version.has_key.then_some(NewestKey {
            version: version.id,
            key_type: version.key_type,
            compromised,
        });
    }
    Ok(facts)
}
