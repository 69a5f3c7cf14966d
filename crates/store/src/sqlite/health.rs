//! The health of certificates: graded by `core` in every transaction that changes a fact it depends on, and stored.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{
    column, each, id, json, maybe_json, maybe_milliseconds, maybe_moment, to_json, to_word, word,
};
use super::write::Write;
use crate::StoreResult;
use certwright_core::failure::Failure;
use certwright_core::health::{DeploymentFacts, Graded, Health, HealthFacts, NewestFacts};
use certwright_core::id::{AuthorityId, CertificateId};
use sqlx::sqlite::SqliteRow;

/// One that was never issued stands in line as if it had been issued at its creation, and held for a month: behind those
/// that are about to expire, before those with time.
const NEVER_ISSUED: i64 = 30 * 86_400_000;
/// How many certificates are graded in one transaction, where there may be any number of them.
const AT_ONCE: i64 = 500;

/// The certificates of an authority, a page at a time.
pub(super) const GRADED_NEXT: &str =
    "SELECT number, id FROM certificates WHERE authority = $1 AND number > $2 ORDER BY number LIMIT $3";

/// What is stored.
pub(super) fn graded(row: &SqliteRow) -> StoreResult<Graded> {
    Ok(Graded {
        health: word(row, "health")?,
        reason: word(row, "health_reason")?,
        turns: json(row, "health_turns")?,
    })
}

/// Grades the certificate anew. To be called at the end of every transaction that changes a deployment, the current
/// version or what is known of it, a failure, its authority, or whether it is paused.
pub(super) async fn grade(write: &mut Write, certificate: &CertificateId) -> StoreResult<()> {
    let attempted = "store how the certificate is";
    let facts = facts(write, certificate).await?;
    let graded = Health::of(&facts);
    sqlx::query(
        "UPDATE certificates SET health = $2, health_reason = $3, error_at = $4, health_turns = $5, \
           deadline = coalesce($6, created_at + $7) WHERE id = $1",
    )
    .bind(certificate.as_str())
    .bind(to_word(graded.health)?)
    .bind(to_word(graded.reason)?)
    .bind(maybe_milliseconds(graded.error_at()))
    .bind(to_json(&graded.turns)?)
    .bind(maybe_milliseconds(Health::deadline(&facts)))
    .bind(NEVER_ISSUED)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    Ok(())
}

async fn facts(write: &mut Write, certificate: &CertificateId) -> StoreResult<HealthFacts> {
    let attempted = "read how the certificate is";
    let row = sqlx::query(
        "SELECT c.paused, c.failures, c.last_failure, v.not_after, v.facts ->> '$.not_before' AS not_before, \
           coalesce(v.staging, 0) AS staging, v.revocation IS NOT NULL AS revoked, \
           EXISTS (SELECT 1 FROM authority_probes p WHERE p.authority = c.authority AND p.retired) AS retired, \
           EXISTS (SELECT 1 FROM authorities a WHERE a.id = c.authority AND a.disabled) \
             OR EXISTS (SELECT 1 FROM authority_settings s WHERE s.authority = c.authority AND s.disabled) AS off \
         FROM certificates c LEFT JOIN versions v ON v.id = c.current WHERE c.id = $1",
    )
    .bind(certificate.as_str())
    .fetch_one(write.on())
    .await
    .attempt(attempted)?;
    let not_before: Option<String> = column(&row, "not_before")?;
    let not_before = not_before.and_then(|text| text.parse().ok());
    let newest = match (not_before, maybe_moment(&row, "not_after")?) {
        (Some(not_before), Some(not_after)) => Some(NewestFacts {
            not_before,
            not_after,
            revoked: column(&row, "revoked")?,
            staging: column(&row, "staging")?,
        }),
        _ => None,
    };
    let failing: i64 = column(&row, "failures")?;
    let failure: Option<Failure> = maybe_json(&row, "last_failure")?;
    let deployments = sqlx::query(
        "SELECT d.last_failure, d.verified_at IS NOT NULL AS verified, v.not_after AS until, \
           d.deployed IS c.current AS newest \
         FROM deployments d JOIN certificates c ON c.id = d.certificate LEFT JOIN versions v ON v.id = d.deployed \
         WHERE d.certificate = $1",
    )
    .bind(certificate.as_str())
    .fetch_all(write.on())
    .await
    .attempt(attempted)?;
    Ok(HealthFacts {
        paused: column(&row, "paused")?,
        authority_retired: column(&row, "retired")?,
        authority_off: column(&row, "off")?,
        failure: failure.filter(|_| failing > 0).map(|failure| failure.class),
        newest,
        deployments: each(&deployments, deployment)?,
    })
}

fn deployment(row: &SqliteRow) -> StoreResult<DeploymentFacts> {
    let failure: Option<Failure> = maybe_json(row, "last_failure")?;
    Ok(DeploymentFacts {
        failure: failure.map(|failure| failure.class),
        until: maybe_moment(row, "until")?,
        newest: column(row, "newest")?,
        verified: column(row, "verified")?,
    })
}

/// Notes, in the transaction that gives cause for it, that every certificate of this authority is to be graded anew:
/// [`SqliteStore::grade_noted`] does it afterwards, because there may be any number of them.
pub(super) async fn note_authority(write: &mut Write, authority: &AuthorityId) -> StoreResult<()> {
    sqlx::query("INSERT OR REPLACE INTO authority_gradings (authority) VALUES ($1)")
        .bind(authority.as_str())
        .execute(write.on())
        .await
        .attempt("note whose certificates are to be graded")?;
    Ok(())
}

impl SqliteStore {
    /// Grades the certificates of every authority that was noted. Cut off, it goes on at the next call or start.
    pub(super) async fn grade_noted(&self) -> StoreResult<()> {
        let attempted = "store how the certificates of an authority are";
        let noted = "SELECT authority, graded_to FROM authority_gradings LIMIT 1";
        while sqlx::query(noted).fetch_optional(&self.readers).await.attempt(attempted)?.is_some() {
            let mut write = self.write(attempted).await?;
            let Some(row) = sqlx::query(noted).fetch_optional(write.on()).await.attempt(attempted)? else {
                return Ok(());
            };
            let (authority, graded_to): (String, i64) =
                (column(&row, "authority")?, column(&row, "graded_to")?);
            let rows = sqlx::query(GRADED_NEXT)
                .bind(&authority)
                .bind(graded_to)
                .bind(AT_ONCE)
                .fetch_all(write.on())
                .await
                .attempt(attempted)?;
            for row in &rows {
                grade(&mut write, &id(row, "id")?).await?;
            }
            let last = rows.last().map(|row| column::<i64>(row, "number")).transpose()?;
            let done = match last {
                Some(number) => {
                    sqlx::query("UPDATE authority_gradings SET graded_to = $2 WHERE authority = $1")
                        .bind(&authority)
                        .bind(number)
                }
                None => sqlx::query("DELETE FROM authority_gradings WHERE authority = $1").bind(&authority),
            };
            done.execute(write.on()).await.attempt(attempted)?;
            write.commit().await?;
        }
        Ok(())
    }

    /// The same after a change that holds already: trouble with it is no trouble of the change.
    pub(super) async fn grade_noted_soon(&self) {
        if let Err(error) = self.grade_noted().await {
            tracing::warn!(%error, "the health of an authority's certificates is stored later");
        }
    }

    /// Grades what an older program stored, once.
    pub(super) async fn grade_all(&self) -> StoreResult<()> {
        let attempted = "store how certificates are";
        loop {
            let mut write = self.write(attempted).await?;
            let rows = sqlx::query("SELECT id FROM certificates WHERE health IS NULL LIMIT $1")
                .bind(AT_ONCE)
                .fetch_all(write.on())
                .await
                .attempt(attempted)?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                grade(&mut write, &id(row, "id")?).await?;
            }
            write.commit_quietly().await?;
        }
    }
}
