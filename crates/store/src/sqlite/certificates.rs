//! Managed certificates in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::audit::{add_audit, line};
use super::certificate_list;
use super::certificate_parts::{
    check_account, check_name, forget_words, name_key, queue_deployments, write_deployments, write_words,
};
use super::certificate_rows::{Stored, certificate, certificate_row, stored};
use super::events::add_events;
use super::health::grade;
use super::keys::change_own_key;
use super::rows::{maybe_milliseconds, milliseconds, timestamp, to_json};
use super::runs::cancel_ordering;
use super::standing::{merged, write_standing};
use super::write::{Write, check_fence};
use crate::{
    CertificateEdit, CertificateQuery, CertificateRow, Certificates, Fence, Listing, NewCertificate,
    OwnKeyChange, StoreError, StoreResult,
};
use async_trait::async_trait;
use certwright_core::certificate::{Certificate, CertificateSettings, Standing};
use certwright_core::due::Reason;
use certwright_core::event::NewEvent;
use certwright_core::id::CertificateId;
use certwright_core::{SignedDuration, Timestamp};
use serde_json::Value;

fn object(id: &CertificateId) -> String {
    format!("certificate {id}")
}

fn as_value(settings: &CertificateSettings) -> Option<Value> {
    serde_json::to_value(settings).ok()
}

/// The certificate, if its revision is the expected one.
async fn expected(write: &mut Write, id: &CertificateId, revision: i64) -> StoreResult<Stored> {
    let found = stored(write.on(), id).await?;
    if found.certificate.revision == revision {
        Ok(found)
    } else {
        Err(StoreError::Revision { current: Box::new(found.certificate) })
    }
}

/// Refuses while a run of the certificate is live.
pub(super) async fn check_no_live_run(write: &mut Write, id: &CertificateId) -> StoreResult<()> {
    let run: Option<String> =
        sqlx::query_scalar("SELECT id FROM runs WHERE certificate = $1 AND wake_at IS NOT NULL LIMIT 1")
            .bind(id.as_str())
            .fetch_optional(write.on())
            .await
            .attempt("look for live runs")?;
    match run {
        None => Ok(()),
        Some(run) => {
            Err(StoreError::Busy { words: format!("the run {run} of {id} is going on: cancel it first") })
        }
    }
}

/// A moment as the store will give it back.
fn kept(moment: Option<Timestamp>) -> StoreResult<Option<Timestamp>> {
    maybe_milliseconds(moment).map(timestamp).transpose()
}

/// A span in milliseconds.
fn span(span: SignedDuration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or_default()
}

/// Stores that somebody wants a new version, with its audit line.
pub(super) async fn asked(
    write: &mut Write,
    id: &CertificateId,
    now: Timestamp,
    who: &str,
) -> StoreResult<Certificate> {
    let mut certificate = stored(write.on(), id).await?.certificate;
    certificate.standing.asked_at = kept(Some(now))?;
    certificate.standing.next_at = certificate.standing.asked_at;
    certificate.standing.next_why = Some(Reason::AskedByHand.words().to_owned());
    write_standing(write, id, &certificate.standing).await?;
    add_audit(write, &line(now, who, "ask", object(id), None, None)).await?;
    Ok(certificate)
}

#[async_trait]
impl Certificates for SqliteStore {
    async fn create_certificate(&self, new: &NewCertificate) -> StoreResult<Certificate> {
        let attempted = "create the certificate";
        let mut write = self.write(attempted).await?;
        check_name(&mut write, &new.id, &new.settings).await?;
        check_account(&mut write, &new.settings).await?;
        let now = timestamp(milliseconds(new.now))?;
        let certificate = Certificate {
            id: new.id.clone(),
            settings: new.settings.clone(),
            revision: 1,
            created_at: now,
            updated_at: now,
            order_changed_at: None,
            spread: SignedDuration::from_millis(span(new.spread)),
            standing: Standing {
                next_at: kept(new.next_at)?,
                next_why: new.next_why.clone(),
                ..Standing::default()
            },
        };
        let added = sqlx::query(
            "INSERT INTO certificates (id, name_key, authority, account, settings, revision, created_at, \
               updated_at, paused, next_at, next_why, spread) \
             VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $7, $8, $9, $10)",
        )
        .bind(new.id.as_str())
        .bind(name_key(&new.settings.name))
        .bind(new.settings.authority.as_str())
        .bind(new.settings.account.as_ref().map(|id| id.as_str()))
        .bind(to_json(&new.settings)?)
        .bind(milliseconds(now))
        .bind(new.settings.paused)
        .bind(maybe_milliseconds(new.next_at))
        .bind(&new.next_why)
        .bind(span(new.spread))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        let number = added.last_insert_rowid();
        write_words(&mut write, number, &new.id, &new.settings).await?;
        write_deployments(&mut write, &certificate).await?;
        grade(&mut write, &new.id).await?;
        let own_key = new.own_key.clone().map_or(OwnKeyChange::Keep, OwnKeyChange::Replace);
        change_own_key(&mut write, &new.id, &own_key).await?;
        let audit = line(now, &new.who, "create", object(&new.id), None, as_value(&new.settings));
        add_audit(&mut write, &audit).await?;
        add_events(&mut write, &new.events).await?;
        write.commit().await?;
        Ok(certificate)
    }

    async fn certificate(&self, id: &CertificateId) -> StoreResult<Certificate> {
        let row = sqlx::query("SELECT * FROM certificates WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .attempt("read the certificate")?
            .ok_or_else(|| StoreError::not_found("certificate", id))?;
        certificate(&row)
    }

    async fn certificate_row(&self, id: &CertificateId) -> StoreResult<CertificateRow> {
        let attempted = "read the certificate";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let row = sqlx::query("SELECT * FROM certificates WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *read)
            .await
            .attempt(attempted)?;
        certificate_row(&mut read, row, id.as_str()).await
    }

    async fn find_certificate(&self, id_or_name: &str) -> StoreResult<CertificateRow> {
        let attempted = "find the certificate";
        let mut read = self.readers.begin().await.attempt(attempted)?;
        let row = sqlx::query(
            "SELECT * FROM certificates WHERE id = $1 \
             UNION ALL SELECT * FROM certificates WHERE name_key = $2 LIMIT 1",
        )
        .bind(id_or_name)
        .bind(name_key(id_or_name))
        .fetch_optional(&mut *read)
        .await
        .attempt(attempted)?;
        certificate_row(&mut read, row, id_or_name).await
    }

    async fn list_certificates(&self, query: &CertificateQuery) -> StoreResult<Listing<CertificateRow>> {
        let mut read = self.readers.begin().await.attempt("list certificates")?;
        certificate_list::list(&mut read, query).await
    }

    async fn update_certificate(&self, edit: &CertificateEdit) -> StoreResult<Certificate> {
        let attempted = "update the certificate";
        let mut write = self.write(attempted).await?;
        let found = expected(&mut write, &edit.id, edit.expected_revision).await?;
        let before = found.certificate;
        check_name(&mut write, &edit.id, &edit.settings).await?;
        check_account(&mut write, &edit.settings).await?;
        let mut after = Certificate {
            settings: edit.settings.clone(),
            revision: before.revision + 1,
            updated_at: timestamp(milliseconds(edit.now))?,
            order_changed_at: if edit.changes_order {
                kept(Some(edit.now))?
            } else {
                before.order_changed_at
            },
            spread: SignedDuration::from_millis(span(edit.spread)),
            ..before.clone()
        };
        after.standing.next_at = kept(edit.next_at)?;
        after.standing.next_why.clone_from(&edit.next_why);
        let mut reset_revision = found.reset_revision;
        if edit.reset_failures {
            after.standing.failures = 0;
            after.standing.not_before = None;
            after.standing.last_failure = None;
            reset_revision = after.revision;
        }
        sqlx::query(
            "UPDATE certificates SET name_key = $2, authority = $3, account = $4, settings = $5, \
               revision = $6, reset_revision = $7, updated_at = $8, paused = $9, order_changed_at = $10, spread = $11 \
             WHERE id = $1",
        )
        .bind(edit.id.as_str())
        .bind(name_key(&edit.settings.name))
        .bind(edit.settings.authority.as_str())
        .bind(edit.settings.account.as_ref().map(|id| id.as_str()))
        .bind(to_json(&edit.settings)?)
        .bind(after.revision)
        .bind(reset_revision)
        .bind(milliseconds(edit.now))
        .bind(edit.settings.paused)
        .bind(maybe_milliseconds(after.order_changed_at))
        .bind(span(edit.spread))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write_words(&mut write, found.number, &edit.id, &edit.settings).await?;
        write_deployments(&mut write, &after).await?;
        // Last of these: it grades the certificate by what its deployments are now.
        write_standing(&mut write, &edit.id, &after.standing).await?;
        change_own_key(&mut write, &edit.id, &edit.own_key).await?;
        queue_deployments(&mut write, &edit.id, &edit.queue, edit.now).await?;
        if edit.cancel_ordering {
            cancel_ordering(&mut write, &edit.id, &edit.who, edit.now).await?;
        }
        let (was, is) = (as_value(&before.settings), as_value(&after.settings));
        let audit = line(edit.now, &edit.who, "update", object(&edit.id), was, is);
        add_audit(&mut write, &audit).await?;
        add_events(&mut write, &edit.events).await?;
        write.commit().await?;
        Ok(after)
    }

    async fn delete_certificate(
        &self,
        id: &CertificateId,
        expected_revision: i64,
        who: &str,
        now: Timestamp,
        events: &[NewEvent],
    ) -> StoreResult<()> {
        let attempted = "delete the certificate";
        let mut write = self.write(attempted).await?;
        let found = expected(&mut write, id, expected_revision).await?;
        check_no_live_run(&mut write, id).await?;
        forget_words(&mut write, found.number).await?;
        for delete in [
            "DELETE FROM challenges WHERE certificate = $1 AND state = 'removed'",
            "DELETE FROM certificates WHERE id = $1",
        ] {
            sqlx::query(delete).bind(id.as_str()).execute(write.on()).await.attempt(attempted)?;
        }
        let was = as_value(&found.certificate.settings);
        add_audit(&mut write, &line(now, who, "delete", object(id), was, None)).await?;
        add_events(&mut write, events).await?;
        write.commit().await
    }

    async fn ask(
        &self,
        id: &CertificateId,
        now: Timestamp,
        who: &str,
        events: &[NewEvent],
    ) -> StoreResult<Certificate> {
        let mut write = self.write("ask for a new version").await?;
        let certificate = asked(&mut write, id, now, who).await?;
        add_events(&mut write, events).await?;
        write.commit().await?;
        Ok(certificate)
    }

    async fn reset_failures(
        &self,
        id: &CertificateId,
        standing: &Standing,
        who: &str,
        now: Timestamp,
        events: &[NewEvent],
    ) -> StoreResult<Certificate> {
        let attempted = "reset the failures";
        let mut write = self.write(attempted).await?;
        let found = stored(write.on(), id).await?;
        let mut after = found.certificate.clone();
        after.revision += 1;
        after.standing.failures = 0;
        after.standing.not_before = None;
        after.standing.last_failure = None;
        after.standing.next_at = kept(standing.next_at)?;
        after.standing.next_why.clone_from(&standing.next_why);
        // A revision of its own: a worker that read an older one does not bring the failures back.
        sqlx::query("UPDATE certificates SET revision = $2, reset_revision = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(after.revision)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        sqlx::query(
            "UPDATE deployments SET failures = 0, last_failure = NULL, \
               next_at = CASE WHEN wanted IS NOT deployed AND wanted IS NOT NULL THEN $2 ELSE next_at END \
             WHERE certificate = $1",
        )
        .bind(id.as_str())
        .bind(milliseconds(now))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write_standing(&mut write, id, &after.standing).await?;
        let was = serde_json::json!({
            "failures": found.certificate.standing.failures,
            "last_failure": found.certificate.standing.last_failure,
        });
        add_audit(&mut write, &line(now, who, "reset", object(id), Some(was), None)).await?;
        add_events(&mut write, events).await?;
        write.commit().await?;
        Ok(after)
    }

    async fn set_standing(&self, before: &Certificate, fence: Fence, after: &Standing) -> StoreResult<()> {
        let mut write = self.write("store where the certificate stands").await?;
        check_fence(&mut write, &before.id, fence).await?;
        let found = stored(write.on(), &before.id).await?;
        write_standing(&mut write, &before.id, &merged(&found, before, after)).await?;
        write.commit().await
    }
}
