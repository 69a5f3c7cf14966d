//! Revocation lists in the background: each is fetched once a day, however many certificates name it, and every current
//! version that names it is looked up.

use crate::engine::{Engine, storage};
use crate::error::EngineError;
use certwright_core::failure::Failure;
use certwright_core::revocation::RevocationSource;
use certwright_core::version::Version;
use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::parse_chain;
use certwright_pki::revocation_list::{RevocationList, distribution_point};
use certwright_store::{StoreError, Watched};
use std::collections::HashMap;

/// Authorities publish within a day (CA/Browser Forum Baseline Requirements §4.9.7), so more often finds little more. It
/// costs the same for a certificate of six days as for one of ninety.
const BETWEEN: SignedDuration = SignedDuration::from_hours(24);
/// A list that ends sooner is fetched again when it has ended, but never more often than this.
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
/// After a list could not be used.
const AFTER_TROUBLE: SignedDuration = SignedDuration::from_hours(4);
/// The largest lists of public authorities have a few MiB.
const MOST_BYTES: usize = 32 << 20;
const LISTS_AT_ONCE: u32 = 16;
const PAGE: u32 = 500;

/// When a list is looked into that nobody has named before: within a day, spread, because many certificates may be
/// obtained at once.
pub(crate) fn first_look(now: Timestamp, draw: f64) -> Timestamp {
    now + SHORTEST + spread(BETWEEN - SHORTEST, draw)
}

fn spread(span: SignedDuration, draw: f64) -> SignedDuration {
    SignedDuration::from_millis((span.as_millis() as f64 * draw.clamp(0.0, 1.0)) as i64)
}

fn next_look(next_update: Option<Timestamp>, now: Timestamp, draw: f64) -> Timestamp {
    let sooner = next_update.map(|next| next.max(now + SHORTEST));
    sooner.map_or(now + BETWEEN, |sooner| sooner.min(now + BETWEEN)) + spread(SHORTEST, draw)
}

impl Engine {
    /// Looks into every revocation list that is due.
    pub(crate) async fn look_into_lists(&self) -> Result<(), StoreError> {
        for list in self.store.due_lists(self.now(), LISTS_AT_ONCE).await? {
            let looked = self.look_into(&list).await?;
            let (now, draw) = (self.now(), self.chance.draw());
            match looked {
                Ok(next_update) => {
                    self.store.list_looked_into(&list, next_look(next_update, now, draw), None).await?;
                }
                Err(words) => {
                    tracing::warn!(
                        list,
                        words,
                        "a revocation list cannot be used; trying again in some hours"
                    );
                    let next = now + AFTER_TROUBLE + spread(SHORTEST, draw);
                    self.store.list_looked_into(&list, next, Some(&words)).await?;
                }
            }
        }
        Ok(())
    }

    /// Looks up the newest version in the revocation list that it names, now.
    ///
    /// # Errors
    /// When nothing was issued, it names no list, or the list cannot be used.
    pub async fn check_revocation(&self, id_or_name: &str) -> Result<Version, EngineError> {
        let row = self.store.find_certificate(id_or_name).await?;
        let name = row.certificate.settings.name;
        let nothing = || EngineError::NotFound { what: "issued version of", id: name.clone() };
        let version = row.version.ok_or_else(nothing)?;
        let facts = version.facts.as_ref().ok_or_else(nothing)?;
        let chain = self.store.version_chain(&version.id).await?.unwrap_or_default();
        let chain = parse_chain(&chain).map_err(|error| storage(&error.to_string()))?;
        let Some(address) = chain.first().and_then(|leaf| distribution_point(leaf)) else {
            return Err(EngineError::in_use(
                format!("the certificate of {name} names no revocation list"),
                "nothing: such certificates are short-lived, or their authority answers otherwise",
            ));
        };
        let watched = Watched {
            version: version.id.clone(),
            certificate: version.certificate.clone(),
            serial: facts.serial.clone(),
            issuer: facts.issuer.clone(),
        };
        let list = self.read_list(&address, &watched, &mut None).await?.map_err(|words| {
            let attempted = format!("look into the revocation list {address}");
            Failure::retry("revocation-list", attempted, words, "nothing: it is looked into every day")
        })?;
        if let Some((since, reason)) = list.find(&watched.serial) {
            let said_by = format!("the revocation list {address}");
            self.store_revocation(&version, reason, RevocationSource::List, since, &said_by).await?;
        }
        Ok(self.store.version(&version.id).await?)
    }

    /// Looks up every version that names the list. The inner error says why the list cannot be used.
    async fn look_into(&self, address: &str) -> Result<Result<Option<Timestamp>, String>, StoreError> {
        let mut der: Option<Vec<u8>> = None;
        // One list may be of several issuers' certificates by mistake or malice: each is checked for its own.
        let mut lists: HashMap<String, Result<RevocationList, String>> = HashMap::new();
        let (mut after, mut next_update, mut trouble) = (None, None, None);
        loop {
            let page = self.store.watched(address, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.version.clone());
            for watched in page {
                if !lists.contains_key(&watched.issuer) {
                    let read = self.read_list(address, &watched, &mut der).await?;
                    lists.insert(watched.issuer.clone(), read);
                }
                match lists.get(&watched.issuer) {
                    Some(Ok(list)) => {
                        next_update = list.next_update;
                        if let Some((since, reason)) = list.find(&watched.serial) {
                            let version = self.store.version(&watched.version).await?;
                            let said_by = format!("the revocation list {address}");
                            let source = RevocationSource::List;
                            self.store_revocation(&version, reason, source, since, &said_by).await?;
                        }
                    }
                    Some(Err(words)) => trouble = Some(words.clone()),
                    None => {}
                }
            }
        }
        Ok(trouble.map_or(Ok(next_update), Err))
    }

    /// The list, checked for the issuer of this version; fetched unless it was.
    async fn read_list(
        &self,
        address: &str,
        watched: &Watched,
        der: &mut Option<Vec<u8>>,
    ) -> Result<Result<RevocationList, String>, StoreError> {
        let version = self.store.version(&watched.version).await?;
        let chain = self.store.version_chain(&version.id).await?.unwrap_or_default();
        let bytes = match der.take() {
            Some(bytes) => bytes,
            None => {
                let authority = match self.authority_of(&version.authority).await {
                    Ok(authority) => authority,
                    Err(Failure { answer, .. }) => return Ok(Err(answer)),
                };
                match self.acme.fetch(&authority, address, MOST_BYTES).await {
                    Ok(bytes) => bytes,
                    Err(words) => return Ok(Err(words)),
                }
            }
        };
        let read = parse_chain(&chain).map_err(|error| error.to_string()).and_then(|chain| {
            let issuer = chain.get(1).ok_or("the chain has no issuer that the list could be checked with")?;
            RevocationList::read(&bytes, address, issuer, self.now())
        });
        *der = Some(bytes);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_fetched_daily_and_never_in_a_loop() {
        let now = Timestamp::UNIX_EPOCH;
        let hours = SignedDuration::from_hours;
        for (next_update, earliest) in [
            (None, 24),
            (Some(now + hours(24 * 9)), 24),
            (Some(now + hours(8)), 8),
            (Some(now), 1),
            (Some(now - hours(24)), 1),
        ] {
            assert_eq!(next_look(next_update, now, 0.0), now + hours(earliest), "{next_update:?}");
            assert_eq!(next_look(next_update, now, 1.0), now + hours(earliest + 1), "{next_update:?}");
        }
        assert_eq!((first_look(now, 0.0), first_look(now, 1.0)), (now + hours(1), now + hours(24)));
    }
}
