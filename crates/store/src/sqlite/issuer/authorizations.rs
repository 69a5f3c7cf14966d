//! Reading and writing authorizations with their challenges.

use super::super::attempt::Attempt;
use super::super::rows::{
    column, damaged, each, maybe_json, maybe_moment, milliseconds, moment, number, to_word, word,
};
use super::super::write::Write;
use crate::StoreResult;
use crate::issuer::{Authorization, Challenge};
use certwright_core::identifier::Identifier;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

pub(super) fn challenge(row: &SqliteRow) -> StoreResult<Challenge> {
    Ok(Challenge {
        id: column(row, "id")?,
        kind: word(row, "kind")?,
        token: column(row, "token")?,
        status: word(row, "status")?,
        attempts: number(row, "attempts")?,
        validated_at: maybe_moment(row, "validated_at")?,
        error: maybe_json(row, "error")?,
    })
}

pub(super) fn identifier(row: &SqliteRow) -> StoreResult<Identifier> {
    let text: &str = column(row, "identifier")?;
    Identifier::parse(text).map_err(|error| damaged("an identifier", &error))
}

/// One authorization with its challenges, in the order they were made in.
pub(super) async fn read(connection: &mut SqliteConnection, row: &SqliteRow) -> StoreResult<Authorization> {
    let id: String = column(row, "id")?;
    let rows = sqlx::query("SELECT * FROM issuer_challenges WHERE authorization_id = $1 ORDER BY position")
        .bind(&id)
        .fetch_all(connection)
        .await
        .attempt("read the challenges")?;
    Ok(Authorization {
        id,
        issuer: column(row, "issuer")?,
        account: column(row, "account")?,
        order: column(row, "order_id")?,
        identifier: identifier(row)?,
        status: word(row, "status")?,
        expires_at: moment(row, "expires_at")?,
        challenges: each(&rows, challenge)?,
    })
}

/// In the transaction that opens its order.
pub(super) async fn insert(
    write: &mut Write,
    position: usize,
    authorization: &Authorization,
) -> StoreResult<()> {
    let attempted = "store the authorization";
    sqlx::query(
        "INSERT INTO issuer_authorizations \
           (id, issuer, account, order_id, position, identifier, status, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&authorization.id)
    .bind(&authorization.issuer)
    .bind(&authorization.account)
    .bind(&authorization.order)
    .bind(position as i64)
    .bind(authorization.identifier.ascii())
    .bind(to_word(authorization.status)?)
    .bind(milliseconds(authorization.expires_at))
    .execute(write.on())
    .await
    .attempt(attempted)?;
    for (position, challenge) in authorization.challenges.iter().enumerate() {
        sqlx::query(
            "INSERT INTO issuer_challenges \
               (id, issuer, authorization_id, position, kind, token, status, attempts) \
             VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0)",
        )
        .bind(&challenge.id)
        .bind(&authorization.issuer)
        .bind(&authorization.id)
        .bind(position as i64)
        .bind(to_word(challenge.kind)?)
        .bind(&challenge.token)
        .execute(write.on())
        .await
        .attempt(attempted)?;
    }
    Ok(())
}
