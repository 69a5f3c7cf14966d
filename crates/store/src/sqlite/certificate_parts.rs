//! What follows a certificate's settings: search words, tags, identifiers, deployment rows.

use super::attempt::Attempt;
use super::rows::{milliseconds, to_json};
use super::write::Write;
use crate::{StoreError, StoreResult};
use certwright_core::Timestamp;
use certwright_core::certificate::{Certificate, CertificateSettings};
use certwright_core::id::{CertificateId, DeploymentId};

/// The name in the form in which it is unique and sorted.
pub(super) fn name_key(name: &str) -> String {
    name.to_lowercase()
}

/// Refuses a name that another certificate has.
pub(super) async fn check_name(
    write: &mut Write,
    certificate: &CertificateId,
    settings: &CertificateSettings,
) -> StoreResult<()> {
    let taken: Option<String> =
        sqlx::query_scalar("SELECT id FROM certificates WHERE name_key = $1 AND id <> $2")
            .bind(name_key(&settings.name))
            .bind(certificate.as_str())
            .fetch_optional(write.on())
            .await
            .attempt("look for the name")?;
    match taken {
        None => Ok(()),
        Some(other) => Err(StoreError::Conflict {
            field: "name",
            words: format!("{:?} is the name of {other} already", settings.name),
        }),
    }
}

/// Refuses an account that does not exist, or is one of another authority.
pub(super) async fn check_account(write: &mut Write, settings: &CertificateSettings) -> StoreResult<()> {
    let Some(account) = &settings.account else {
        return Ok(());
    };
    let authority: Option<String> = sqlx::query_scalar("SELECT authority FROM accounts WHERE id = $1")
        .bind(account.as_str())
        .fetch_optional(write.on())
        .await
        .attempt("look for the account")?;
    match authority {
        Some(authority) if authority == settings.authority.as_str() => Ok(()),
        Some(authority) => Err(StoreError::Conflict {
            field: "account",
            words: format!("{account} is an account with {authority}, not with {}", settings.authority),
        }),
        None => {
            Err(StoreError::Conflict { field: "account", words: format!("there is no account {account}") })
        }
    }
}

/// Replaces identifiers, tags and search words.
pub(super) async fn write_words(
    write: &mut Write,
    number: i64,
    certificate: &CertificateId,
    settings: &CertificateSettings,
) -> StoreResult<()> {
    let attempted = "write the search words";
    for clear in [
        "DELETE FROM certificate_identifiers WHERE certificate = $1",
        "DELETE FROM certificate_tags WHERE certificate = $1",
    ] {
        sqlx::query(clear).bind(certificate.as_str()).execute(write.on()).await.attempt(attempted)?;
    }
    let identifiers: Vec<_> = settings.identifiers.iter().map(|one| one.ascii()).collect();
    sqlx::query(
        "INSERT INTO certificate_identifiers (certificate, position, identifier) \
         SELECT $1, key, value FROM json_each($2)",
    )
    .bind(certificate.as_str())
    .bind(to_json(&identifiers)?)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    sqlx::query(
        "INSERT INTO certificate_tags (certificate, tag) SELECT DISTINCT $1, value FROM json_each($2)",
    )
    .bind(certificate.as_str())
    .bind(to_json(&settings.tags)?)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    forget_words(write, number).await?;
    let mut words = vec![settings.name.clone()];
    for (identifier, ascii) in settings.identifiers.iter().zip(identifiers) {
        let unicode = identifier.unicode();
        if unicode != ascii {
            words.push(unicode);
        }
        words.push(ascii);
    }
    words.extend(settings.tags.iter().cloned());
    sqlx::query("INSERT INTO certificate_search (rowid, words) VALUES ($1, $2)")
        .bind(number)
        .bind(words.join("\n"))
        .execute(write.on())
        .await
        .attempt(attempted)?;
    Ok(())
}

/// Removes the search words.
pub(super) async fn forget_words(write: &mut Write, number: i64) -> StoreResult<()> {
    sqlx::query("DELETE FROM certificate_search WHERE rowid = $1")
        .bind(number)
        .execute(write.on())
        .await
        .attempt("remove the search words")?;
    Ok(())
}

/// Lets deployment rows follow the settings: missing ones go, new ones come, kept ones keep their state.
pub(super) async fn write_deployments(write: &mut Write, certificate: &Certificate) -> StoreResult<()> {
    let attempted = "write the deployments";
    let settings = &certificate.settings.deployments;
    let ids: Vec<_> = settings.iter().map(|deployment| &deployment.id).collect();
    sqlx::query(
        "DELETE FROM deployments WHERE certificate = $1 AND id NOT IN (SELECT value FROM json_each($2))",
    )
    .bind(certificate.id.as_str())
    .bind(to_json(&ids)?)
    .execute(write.on())
    .await
    .attempt(attempted)?;
    for (position, deployment) in (0i64..).zip(settings) {
        let written = sqlx::query(
            "INSERT INTO deployments (id, certificate, position, target, wanted) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (id) DO UPDATE SET position = excluded.position, target = excluded.target \
             WHERE deployments.certificate = excluded.certificate",
        )
        .bind(deployment.id.as_str())
        .bind(certificate.id.as_str())
        .bind(position)
        .bind(&deployment.target)
        .bind(certificate.standing.current.as_ref().map(|id| id.as_str()))
        .execute(write.on())
        .await
        .attempt(attempted)?;
        if written.rows_affected() == 0 || ids.iter().filter(|id| **id == &deployment.id).count() > 1 {
            return Err(StoreError::Conflict {
                field: "deployments",
                words: format!("the id {} is taken", deployment.id),
            });
        }
    }
    Ok(())
}

/// Makes deployments of a certificate that has a version due at `now`.
pub(super) async fn queue_deployments(
    write: &mut Write,
    certificate: &CertificateId,
    deployments: &[DeploymentId],
    now: Timestamp,
) -> StoreResult<()> {
    sqlx::query(
        "UPDATE deployments SET next_at = $3, failures = 0, approved = NULL, by_hand = 0, \
           wanted = (SELECT current FROM certificates WHERE certificates.id = deployments.certificate) \
         WHERE certificate = $1 AND id IN (SELECT value FROM json_each($2)) \
         AND EXISTS (SELECT 1 FROM certificates WHERE certificates.id = $1 AND current IS NOT NULL)",
    )
    .bind(certificate.as_str())
    .bind(to_json(deployments)?)
    .bind(milliseconds(now))
    .execute(write.on())
    .await
    .attempt("queue the deployments")?;
    Ok(())
}
