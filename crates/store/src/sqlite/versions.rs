//! Certificate versions in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::{add_audit, line};
use super::certificate_rows::stored;
use super::certificates::check_no_live_run;
use super::events::add_events;
use super::health::grade;
use super::ledger::conclude;
use super::rows::{
    column, each, id, maybe_json, maybe_milliseconds, maybe_moment, milliseconds, moment, to_json, to_word,
    word,
};
use super::runs::save;
use super::standing::{merged, write_standing};
use super::write::{Write, check_fence};
use crate::{
    Fence, Listing, NewChain, ObtainEnd, Page, Publication, RollBack, StoreError, StoreResult, Suggestion,
    Versions,
};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::certificate::Standing;
use certwright_core::facts::{CertificateFacts, Trust};
use certwright_core::id::{CertificateId, RunId, VersionId};
use certwright_core::run::Stop;
use certwright_core::version::{Version, VersionState};
use serde_json::json;
use sqlx::sqlite::SqliteRow;

/// Everything but key, request and chain: those are read by those who need them.
macro_rules! select_versions {
    ($rest:literal) => {
        concat!(
            "SELECT id, certificate, run, authority, account, state, key_type, facts, trust, created_at, \
             published_at, renewal_information, certificate_url, revocation, revoking, \
             length(sealed_key) > 0 AS has_key, staging FROM versions ",
            $rest
        )
    };
}

/// Versions by a JSON list of ids.
pub(super) const SELECT_VERSIONS_OF_LIST: &str =
    select_versions!("WHERE id IN (SELECT value FROM json_each($1))");

/// A version as its row says.
pub(super) fn version(row: &SqliteRow) -> StoreResult<Version> {
    Ok(Version {
        id: id(row, "id")?,
        certificate: id(row, "certificate")?,
        run: id(row, "run")?,
        authority: id(row, "authority")?,
        account: id(row, "account")?,
        state: word(row, "state")?,
        key_type: word(row, "key_type")?,
        has_key: column(row, "has_key")?,
        staging: column(row, "staging")?,
        created_at: moment(row, "created_at")?,
        published_at: maybe_moment(row, "published_at")?,
        facts: maybe_json(row, "facts")?,
        trust: maybe_json(row, "trust")?,
        renewal_information: maybe_json(row, "renewal_information")?.unwrap_or_default(),
        certificate_url: column(row, "certificate_url")?,
        revocation: maybe_json(row, "revocation")?,
        revoking: maybe_json(row, "revoking")?,
    })
}

/// The version, whoever holds the lease of its certificate.
pub(super) async fn unguarded(write: &mut Write, id: &VersionId) -> StoreResult<Version> {
    let row = sqlx::query(select_versions!("WHERE id = $1"))
        .bind(id.as_str())
        .fetch_optional(write.on())
        .await
        .attempt("read the version")?
        .ok_or_else(|| StoreError::not_found("version", id))?;
    version(&row)
}

/// The version, if the writer holds the lease of its certificate.
async fn guarded(write: &mut Write, id: &VersionId, fence: Fence) -> StoreResult<Version> {
    let version = unguarded(write, id).await?;
    check_fence(write, &version.certificate, fence).await?;
    Ok(version)
}

/// Of a certificate's versions the current one alone is looked up in a revocation list.
async fn watch(write: &mut Write, version: &Version, watch: Option<(&str, Timestamp)>) -> StoreResult<()> {
    let attempted = "store which revocation list names the version";
    let list = watch.map(|(list, _)| list);
    sqlx::query(
        "UPDATE versions SET revocation_list = CASE WHEN id = $2 THEN $3 END \
         WHERE certificate = $1 AND (id = $2 OR revocation_list IS NOT NULL)",
    )
    .bind(version.certificate.as_str())
    .bind(version.id.as_str())
    .bind(list)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    let Some((list, first)) = watch else { return Ok(()) };
    sqlx::query("INSERT INTO revocation_lists (url, next_at) VALUES ($1, $2) ON CONFLICT (url) DO NOTHING")
        .bind(list)
        .bind(milliseconds(first))
        .execute(write.on())
        .await
        .attempt(attempted)?;
    Ok(())
}

fn refused(version: &Version, words: &str) -> StoreError {
    StoreError::Conflict { field: "version", words: format!("{} {words}", version.id) }
}

#[async_trait]
impl Versions for SqliteStore {
    async fn store_key(
        &self,
        version: &Version,
        sealed_key: &[u8],
        request: &[u8],
        fence: Fence,
    ) -> StoreResult<()> {
        let attempted = "store the version's key";
        let mut write = self.write(attempted).await?;
        check_fence(&mut write, &version.certificate, fence).await?;
        let added = sqlx::query(
            "INSERT INTO versions (id, certificate, run, authority, account, state, key_type, sealed_key, \
               request, created_at, staging) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        )
        .bind(version.id.as_str())
        .bind(version.certificate.as_str())
        .bind(version.run.as_str())
        .bind(version.authority.as_str())
        .bind(version.account.as_str())
        .bind(to_word(VersionState::KeyStored)?)
        .bind(to_word(version.key_type)?)
        .bind(sealed_key)
        .bind(request)
        .bind(milliseconds(version.created_at))
        .bind(version.staging)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if added.rows_affected() == 0 {
            return Err(refused(version, "or another version of its run is stored already"));
        }
        write.commit_quietly().await
    }

    async fn store_chain(
        &self,
        id: &VersionId,
        chain: &str,
        facts: &CertificateFacts,
        trust: &Trust,
        fence: Fence,
    ) -> StoreResult<()> {
        let attempted = "store the version's chain";
        let mut write = self.write(attempted).await?;
        let version = guarded(&mut write, id, fence).await?;
        if !matches!(version.state, VersionState::KeyStored | VersionState::Obtained) {
            return Err(refused(&version, "is published or abandoned already"));
        }
        sqlx::query(
            "UPDATE versions SET state = $2, chain = $3, facts = $4, trust = $5, not_after = $6 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(to_word(VersionState::Obtained)?)
        .bind(chain)
        .bind(to_json(facts)?)
        .bind(to_json(trust)?)
        .bind(milliseconds(facts.not_after))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn keep_refused_chain(&self, id: &VersionId, chain: &str, fence: Fence) -> StoreResult<()> {
        let attempted = "keep the refused chain";
        let mut write = self.write(attempted).await?;
        let version = guarded(&mut write, id, fence).await?;
        if version.state != VersionState::KeyStored {
            return Err(refused(&version, "has a chain already, or was abandoned"));
        }
        sqlx::query("UPDATE versions SET chain = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(chain)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn end_obtain(&self, end: &ObtainEnd<'_>) -> StoreResult<()> {
        let attempted = "end the run";
        let mut write = self.write(attempted).await?;
        if let Some(id) = end.version {
            let version = guarded(&mut write, id, end.write.fence).await?;
            if version.state == VersionState::Published {
                return Err(refused(&version, "is published"));
            }
            sqlx::query("UPDATE versions SET state = $2 WHERE id = $1")
                .bind(id.as_str())
                .bind(to_word(VersionState::Abandoned)?)
                .execute(write.on())
                .await
                .attempt(attempted)?;
        }
        // Checks the fence, also where there is no version.
        save(&mut write, &end.write).await?;
        let ended = end.write.run.ended_at.unwrap_or(end.write.run.created_at);
        conclude(&mut write, end.write.run, ended).await?;
        let found = stored(write.on(), &end.before.id).await?;
        let standing = merged(&found, end.before, end.standing);
        write_standing(&mut write, &end.before.id, &standing).await?;
        write.commit().await
    }

    async fn publish(&self, publication: &Publication<'_>) -> StoreResult<Stop> {
        let attempted = "publish the version";
        let id = publication.version;
        let mut write = self.write(attempted).await?;
        let version = guarded(&mut write, id, publication.write.fence).await?;
        if !matches!(version.state, VersionState::Obtained | VersionState::Published) {
            return Err(refused(&version, "has no chain, or was abandoned"));
        }
        sqlx::query(
            "UPDATE versions SET state = $2, published_at = coalesce(published_at, $3), \
               certificate_url = $4 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(to_word(VersionState::Published)?)
        .bind(milliseconds(publication.now))
        .bind(&publication.write.run.learnt.certificate)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        // RFC 9773 §4.3: asked right after issuance; a version that was replaced is asked about no more.
        sqlx::query(
            "UPDATE versions SET ask_at = \
               CASE WHEN id = $2 AND json_extract(facts, '$.renewal_info_id') IS NOT NULL THEN $3 END \
             WHERE certificate = $1 AND (id = $2 OR ask_at IS NOT NULL)",
        )
        .bind(version.certificate.as_str())
        .bind(id.as_str())
        .bind(milliseconds(publication.now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        watch(&mut write, &version, publication.watch).await?;
        let found = stored(write.on(), &version.certificate).await?;
        let standing = Standing {
            current: Some(id.clone()),
            ..merged(&found, publication.before, publication.standing)
        };
        write_standing(&mut write, &version.certificate, &standing).await?;
        for queued in publication.deployments {
            sqlx::query(
                "UPDATE deployments SET wanted = $3, next_at = $4, failures = 0, approved = $5, by_hand = $6 \
                 WHERE id = $1 AND certificate = $2",
            )
            .bind(queued.id.as_str())
            .bind(version.certificate.as_str())
            .bind(id.as_str())
            .bind(milliseconds(publication.now))
            .bind(&queued.approved)
            .bind(queued.by_hand)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        }
        let stop = save(&mut write, &publication.write).await?;
        conclude(&mut write, publication.write.run, publication.now).await?;
        write.commit().await?;
        Ok(stop)
    }

    async fn store_suggestion(&self, suggestion: &Suggestion<'_>) -> StoreResult<()> {
        let attempted = "store when the authority suggests to renew";
        let mut write = self.write(attempted).await?;
        let certificate = &suggestion.before.id;
        check_fence(&mut write, certificate, suggestion.fence).await?;
        sqlx::query(
            "UPDATE versions SET renewal_information = $2, ask_at = \
               CASE WHEN EXISTS (SELECT 1 FROM certificates c WHERE c.id = $4 AND c.current = $1) THEN $3 END \
             WHERE id = $1 AND certificate = $4",
        )
        .bind(suggestion.version.as_str())
        .bind(to_json(suggestion.known)?)
        .bind(maybe_milliseconds(suggestion.ask_at))
        .bind(certificate.as_str())
        .execute(write.on())
        .await
        .attempt(attempted)?;
        let found = stored(write.on(), certificate).await?;
        write_standing(&mut write, certificate, &merged(&found, suggestion.before, suggestion.standing))
            .await?;
        add_events(&mut write, suggestion.events).await?;
        write.commit().await
    }

    async fn replace_chain(&self, new: &NewChain<'_>) -> StoreResult<()> {
        let attempted = "replace the version's chain";
        let mut write = self.write(attempted).await?;
        let version = unguarded(&mut write, new.version).await?;
        let replaced = sqlx::query(
            "UPDATE versions SET chain = $3, facts = $4, trust = $5, not_after = $6 \
             WHERE id = $1 AND chain = $2 AND state = $7",
        )
        .bind(new.version.as_str())
        .bind(new.before)
        .bind(new.chain)
        .bind(to_json(new.facts)?)
        .bind(to_json(new.trust)?)
        .bind(milliseconds(new.facts.not_after))
        .bind(to_word(VersionState::Published)?)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if replaced.rows_affected() == 0 {
            return Err(refused(&version, "is not published, or its chain was replaced meanwhile"));
        }
        sqlx::query("UPDATE certificates SET not_after = $2 WHERE current = $3 AND id = $1")
            .bind(version.certificate.as_str())
            .bind(milliseconds(new.facts.not_after))
            .bind(new.version.as_str())
            .execute(write.on())
            .await
            .attempt(attempted)?;
        sqlx::query(
            "UPDATE deployments SET next_at = $3, failures = 0, approved = NULL \
             WHERE certificate = $1 AND wanted = $2",
        )
        .bind(version.certificate.as_str())
        .bind(new.version.as_str())
        .bind(milliseconds(new.now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        grade(&mut write, &version.certificate).await?;
        add_events(&mut write, new.events).await?;
        add_audit(&mut write, new.audit).await?;
        write.commit().await
    }

    async fn roll_back(&self, roll_back: &RollBack<'_>) -> StoreResult<()> {
        let attempted = "roll back to the version";
        let (id, certificate) = (roll_back.version, &roll_back.before.id);
        let mut write = self.write(attempted).await?;
        let version = guarded(&mut write, id, roll_back.fence).await?;
        if version.certificate != *certificate || version.state != VersionState::Published {
            return Err(refused(&version, "was never published for this certificate"));
        }
        check_no_live_run(&mut write, certificate).await?;
        let found = stored(write.on(), certificate).await?;
        let was = found.certificate.standing.current.clone();
        let standing =
            Standing { current: Some(id.clone()), ..merged(&found, roll_back.before, roll_back.standing) };
        sqlx::query(
            "UPDATE deployments SET wanted = $2, next_at = $3, failures = 0, approved = NULL WHERE certificate = $1",
        )
        .bind(certificate.as_str())
        .bind(id.as_str())
        .bind(milliseconds(roll_back.now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write_standing(&mut write, certificate, &standing).await?;
        // The authority is asked about the newest version only (RFC 9773 §4.3); this one is that again.
        sqlx::query("UPDATE versions SET ask_at = CASE WHEN id = $2 THEN $3 END WHERE certificate = $1 AND (id = $2 OR ask_at IS NOT NULL)")
            .bind(certificate.as_str())
            .bind(id.as_str())
            .bind(milliseconds(roll_back.now))
            .execute(write.on())
            .await
            .attempt(attempted)?;
        let (was, is) = (json!({ "version": was }), json!({ "version": id }));
        let object = format!("certificate {certificate}");
        let audit = line(roll_back.now, roll_back.who, "roll-back", object, Some(was), Some(is));
        add_audit(&mut write, &audit).await?;
        add_events(&mut write, roll_back.events).await?;
        write.commit().await
    }

    async fn version(&self, id: &VersionId) -> StoreResult<Version> {
        let row = sqlx::query(select_versions!("WHERE id = $1"))
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the version")?
            .ok_or_else(|| StoreError::not_found("version", id))?;
        version(&row)
    }

    async fn version_of_run(&self, run: &RunId) -> StoreResult<Option<Version>> {
        let row = sqlx::query(select_versions!("WHERE run = $1"))
            .bind(run.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the run's version")?;
        row.as_ref().map(version).transpose()
    }

    async fn versions(&self, certificate: &CertificateId, page: Page) -> StoreResult<Listing<Version>> {
        let attempted = "list versions";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let total: i64 = sqlx::query_scalar("SELECT count(*) FROM versions WHERE certificate = $1")
            .bind(certificate.as_str())
            .fetch_one(&mut *read)
            .await
            .attempt(attempted)?;
        let rows = sqlx::query(select_versions!(
            "WHERE certificate = $1 ORDER BY created_at DESC, rowid DESC LIMIT $2 OFFSET $3"
        ))
        .bind(certificate.as_str())
        .bind(page.clamped_limit())
        .bind(page.clamped_offset())
        .fetch_all(&mut *read)
        .await
        .attempt(attempted)?;
        Ok(Listing { items: each(&rows, version)?, total: total.unsigned_abs() })
    }

    async fn version_key(&self, id: &VersionId) -> StoreResult<Vec<u8>> {
        sqlx::query_scalar("SELECT sealed_key FROM versions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the version's key")?
            .ok_or_else(|| StoreError::not_found("version", id))
    }

    async fn version_request(&self, id: &VersionId) -> StoreResult<Vec<u8>> {
        sqlx::query_scalar("SELECT request FROM versions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the version's request")?
            .ok_or_else(|| StoreError::not_found("version", id))
    }

    async fn version_chain(&self, id: &VersionId) -> StoreResult<Option<String>> {
        let row = sqlx::query("SELECT chain FROM versions WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the version's chain")?
            .ok_or_else(|| StoreError::not_found("version", id))?;
        column(&row, "chain")
    }
}
