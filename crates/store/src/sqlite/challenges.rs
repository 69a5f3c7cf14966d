//! Challenges in SQLite.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, damaged, each, id, json, to_json};
use super::write::check_fence;
use crate::{Challenges, Fence, StoreResult};
use async_trait::async_trait;
use certwright_core::challenge::Challenge;
use certwright_core::id::RunId;
use certwright_core::identifier::Identifier;
use sqlx::sqlite::SqliteRow;

fn challenge(row: &SqliteRow) -> StoreResult<Challenge> {
    let identifier: &str = column(row, "identifier")?;
    Ok(Challenge {
        run: id(row, "run")?,
        certificate: id(row, "certificate")?,
        identifier: Identifier::parse(identifier).map_err(|error| damaged("an identifier", &error))?,
        responder: json(row, "responder")?,
        token: column(row, "token")?,
        key_authorization: column(row, "key_authorization")?,
    })
}

#[async_trait]
impl Challenges for SqliteStore {
    async fn owe(&self, challenges: &[Challenge], fence: Fence) -> StoreResult<()> {
        let attempted = "store what is owed to the authority";
        let mut write = self.write(attempted).await?;
        for challenge in challenges {
            check_fence(&mut write, &challenge.certificate, fence).await?;
            sqlx::query(
                "INSERT INTO challenges (run, certificate, identifier, responder, token, key_authorization, state) \
                 VALUES ($1, $2, $3, $4, $5, $6, 'owed') \
                 ON CONFLICT (run, identifier) DO UPDATE SET responder = excluded.responder, \
                   token = excluded.token, key_authorization = excluded.key_authorization, state = 'owed'",
            )
            .bind(challenge.run.as_str())
            .bind(challenge.certificate.as_str())
            .bind(challenge.identifier.ascii())
            .bind(to_json(&challenge.responder)?)
            .bind(&challenge.token)
            .bind(&challenge.key_authorization)
            .execute(write.on())
            .await
            .attempt(attempted)?;
        }
        write.commit_quietly().await
    }

    async fn challenges_removed(&self, run: &RunId, identifiers: &[Identifier]) -> StoreResult<()> {
        let attempted = "store that challenges were removed";
        let identifiers: Vec<_> = identifiers.iter().map(Identifier::ascii).collect();
        let mut write = self.write(attempted).await?;
        sqlx::query(
            "UPDATE challenges SET state = 'removed' \
             WHERE run = $1 AND identifier IN (SELECT value FROM json_each($2))",
        )
        .bind(run.as_str())
        .bind(to_json(&identifiers)?)
        .execute(write.on())
        .await
        .attempt(attempted)?;
        write.commit_quietly().await
    }

    async fn owed(&self, after: Option<(&RunId, &Identifier)>, limit: u32) -> StoreResult<Vec<Challenge>> {
        let (run, identifier) = match after {
            Some((run, identifier)) => (run.as_str(), identifier.ascii()),
            None => ("", String::new()),
        };
        let rows = sqlx::query(
            "SELECT * FROM challenges WHERE state = 'owed' AND (run, identifier) > ($1, $2) \
             ORDER BY run, identifier LIMIT $3",
        )
        .bind(run)
        .bind(identifier)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .attempt("read what is owed to authorities")?;
        each(&rows, challenge)
    }

    async fn owed_of(&self, run: &RunId) -> StoreResult<Vec<Challenge>> {
        let rows =
            sqlx::query("SELECT * FROM challenges WHERE run = $1 AND state = 'owed' ORDER BY identifier")
                .bind(run.as_str())
                .fetch_all(&self.readers)
                .await
                .attempt("read what the run owes")?;
        each(&rows, challenge)
    }

    async fn key_authorization(&self, token: &str) -> StoreResult<Option<String>> {
        sqlx::query_scalar(
            "SELECT key_authorization FROM challenges WHERE token = $1 AND state = 'owed' LIMIT 1",
        )
        .bind(token)
        .fetch_optional(&self.readers)
        .await
        .attempt("look for the token")
    }
}
