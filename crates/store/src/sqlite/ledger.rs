//! The rate-limit ledger in SQLite. Every question is a few ranges of an index; none reads a whole table.

use super::SqliteStore;
use super::attempt::Attempt;
use super::rows::{column, milliseconds, moment, number, timestamp, to_word};
use super::write::Write;
use crate::ledger::{Ledger, LedgerOrder, UsedSubject};
use crate::{StoreError, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::id::{AuthorityId, RunId};
use certwright_core::ledger::{History, Streak, Subject, Verdict, Wait, validations};
use certwright_core::rate_limit::Scope;
use certwright_core::run::Run;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite};

/// Subjects that are asked for at once: SQLite takes 32,766 values in a statement.
const AT_ONCE: usize = 500;
const COUNT: &str = "count in the ledger";
const READ: &str = "read the ledger";

async fn use_of(
    write: &mut Write,
    authority: &str,
    subject: &Subject,
    at: Timestamp,
    run: Option<&RunId>,
) -> StoreResult<()> {
    sqlx::query("INSERT INTO ledger_uses (authority, scope, subject, at, run) VALUES ($1, $2, $3, $4, $5)")
        .bind(authority)
        .bind(subject.scope.name())
        .bind(&subject.of)
        .bind(milliseconds(at))
        .bind(run.map(RunId::as_str))
        .execute(write.on())
        .await
        .attempt(COUNT)?;
    Ok(())
}

async fn store_wait(write: &mut Write, authority: &AuthorityId, wait: &Wait) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO ledger_waits (authority, scope, subject, since, until, words) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (authority, scope, subject) DO UPDATE SET since = excluded.since, words = excluded.words, \
           until = excluded.until WHERE excluded.until > until",
    )
    .bind(authority.as_str())
    .bind(wait.subject.scope.name())
    .bind(&wait.subject.of)
    .bind(milliseconds(wait.since))
    .bind(milliseconds(wait.until))
    .bind(&wait.words)
    .execute(write.on())
    .await
    .attempt(COUNT)?;
    Ok(())
}

/// Writes what became of the order of a run that is over, in the transaction of its end.
pub(super) async fn conclude(write: &mut Write, run: &Run, now: Timestamp) -> StoreResult<()> {
    let Some(verdict) = certwright_core::ledger::verdict(run) else { return Ok(()) };
    let outcome = if verdict.issued { "issued" } else { "failed" };
    let authority: Option<String> = sqlx::query_scalar(
        "UPDATE ledger_orders SET outcome = $2 WHERE run = $1 AND outcome = 'opening' RETURNING authority",
    )
    .bind(run.id.as_str())
    .bind(outcome)
    .fetch_optional(write.on())
    .await
    .attempt(COUNT)?;
    let Some(authority) = authority else { return Ok(()) };
    if !verdict.issued {
        sqlx::query("DELETE FROM ledger_uses WHERE run = $1 AND scope IN ('domain', 'identifier-set')")
            .bind(run.id.as_str())
            .execute(write.on())
            .await
            .attempt(COUNT)?;
    }
    tell_validations(write, &authority, &verdict, &run.id, now).await
}

async fn tell_validations(
    write: &mut Write,
    authority: &str,
    verdict: &Verdict,
    run: &RunId,
    now: Timestamp,
) -> StoreResult<()> {
    for identifier in &verdict.validated {
        sqlx::query("DELETE FROM ledger_streaks WHERE authority = $1 AND subject = $2")
            .bind(authority)
            .bind(validations(Scope::ConsecutiveFailures, &verdict.account, identifier).of)
            .execute(write.on())
            .await
            .attempt(COUNT)?;
    }
    for identifier in &verdict.failed {
        let subject = validations(Scope::Failures, &verdict.account, identifier);
        use_of(write, authority, &subject, now, Some(run)).await?;
        sqlx::query(
            "INSERT INTO ledger_streaks (authority, subject, failures, last_at) VALUES ($1, $2, 1, $3) \
             ON CONFLICT (authority, subject) DO UPDATE SET failures = failures + 1, last_at = excluded.last_at",
        )
        .bind(authority)
        .bind(&subject.of)
        .bind(milliseconds(now))
        .execute(write.on())
        .await
        .attempt(COUNT)?;
    }
    Ok(())
}

fn scope(row: &SqliteRow) -> StoreResult<Scope> {
    let name: String = column(row, "scope")?;
    match Scope::from_name(&name) {
        Some(scope) => Ok(scope),
        None if name == Scope::Everything.name() => Ok(Scope::Everything),
        None => Err(StoreError::Damaged { words: format!("{name} is no scope of the ledger") }),
    }
}

fn wait(row: &SqliteRow) -> StoreResult<Wait> {
    Ok(Wait {
        subject: Subject::new(scope(row)?, column::<String>(row, "subject")?),
        since: moment(row, "since")?,
        until: moment(row, "until")?,
        words: column(row, "words")?,
    })
}

impl SqliteStore {
    /// Rows of these subjects of one scope, a few hundred at once.
    async fn rows_of(
        &self,
        select: &'static str,
        authority: &AuthorityId,
        of: &[&str],
        rest: impl Fn(&mut QueryBuilder<Sqlite>),
    ) -> StoreResult<Vec<SqliteRow>> {
        let mut rows = Vec::new();
        for some in of.chunks(AT_ONCE) {
            let mut query = QueryBuilder::new(select);
            query.push(" WHERE authority = ").push_bind(authority.as_str().to_owned());
            query.push(" AND subject IN (");
            let mut list = query.separated(", ");
            for subject in some {
                list.push_bind((*subject).to_owned());
            }
            query.push(")");
            rest(&mut query);
            rows.extend(query.build().fetch_all(&self.readers).await.attempt(READ)?);
        }
        Ok(rows)
    }
}

#[async_trait]
impl Ledger for SqliteStore {
    async fn count_order(&self, order: &LedgerOrder<'_>) -> StoreResult<i64> {
        let mut write = self.write(COUNT).await?;
        let number: i64 = sqlx::query_scalar(
            "INSERT INTO ledger_orders (run, certificate, authority, account, identifier_set, exemption, outcome, at) \
             VALUES ($1, $2, $3, $4, $5, $6, 'opening', $7) RETURNING number",
        )
        .bind(order.run.as_str())
        .bind(order.certificate.as_str())
        .bind(order.authority.as_str())
        .bind(order.account.as_str())
        .bind(order.identifier_set)
        .bind(to_word(order.exemption)?)
        .bind(milliseconds(order.at))
        .fetch_one(write.on())
        .await
        .attempt(COUNT)?;
        for subject in order.counted {
            use_of(&mut write, order.authority.as_str(), subject, order.at, Some(order.run)).await?;
        }
        write.commit_quietly().await?;
        Ok(number)
    }

    async fn order_refused(
        &self,
        number: i64,
        run: &RunId,
        at: Timestamp,
        wait: Option<(&AuthorityId, &Wait)>,
    ) -> StoreResult<()> {
        let mut write = self.write(COUNT).await?;
        sqlx::query("UPDATE ledger_orders SET outcome = 'refused' WHERE number = $1")
            .bind(number)
            .execute(write.on())
            .await
            .attempt(COUNT)?;
        sqlx::query("DELETE FROM ledger_uses WHERE run = $1 AND at = $2")
            .bind(run.as_str())
            .bind(milliseconds(at))
            .execute(write.on())
            .await
            .attempt(COUNT)?;
        if let Some((authority, wait)) = wait {
            store_wait(&mut write, authority, wait).await?;
        }
        write.commit_quietly().await
    }

    async fn count_use(&self, authority: &AuthorityId, subject: &Subject, at: Timestamp) -> StoreResult<()> {
        let mut write = self.write(COUNT).await?;
        use_of(&mut write, authority.as_str(), subject, at, None).await?;
        write.commit_quietly().await
    }

    async fn wait(&self, authority: &AuthorityId, wait: &Wait) -> StoreResult<()> {
        let mut write = self.write(COUNT).await?;
        store_wait(&mut write, authority, wait).await?;
        write.commit_quietly().await
    }

    async fn history(
        &self,
        authority: &AuthorityId,
        subjects: &[Subject],
        since: &[(Scope, Timestamp)],
    ) -> StoreResult<History> {
        let mut history = History::default();
        let of = |scope: Scope| -> Vec<&str> {
            subjects
                .iter()
                .filter(|subject| subject.scope == scope)
                .map(|subject| subject.of.as_str())
                .collect()
        };
        for &(scope, since) in since {
            let select = "SELECT subject, at FROM ledger_uses";
            let rows = self
                .rows_of(select, authority, &of(scope), |query| {
                    query.push(" AND scope = ").push_bind(scope.name());
                    query.push(" AND at > ").push_bind(milliseconds(since)).push(" ORDER BY subject, at");
                })
                .await?;
            for row in rows {
                let subject = Subject::new(scope, column::<String>(&row, "subject")?);
                history.uses.entry(subject).or_default().push(moment(&row, "at")?);
            }
        }
        let select = "SELECT * FROM ledger_streaks";
        for row in self.rows_of(select, authority, &of(Scope::ConsecutiveFailures), |_| {}).await? {
            let subject = Subject::new(Scope::ConsecutiveFailures, column::<String>(&row, "subject")?);
            let streak = Streak { failures: number(&row, "failures")?, last_at: moment(&row, "last_at")? };
            history.streaks.insert(subject, streak);
        }
        // All scopes at once: two subjects of different scopes never have one text but "", which only one has.
        let all: Vec<_> = subjects.iter().map(|subject| subject.of.as_str()).collect();
        for row in self.rows_of("SELECT * FROM ledger_waits", authority, &all, |_| {}).await? {
            let wait = wait(&row)?;
            if subjects.contains(&wait.subject) {
                history.waits.insert(wait.subject.clone(), wait);
            }
        }
        Ok(history)
    }

    async fn most_used(
        &self,
        authority: &AuthorityId,
        scope: Scope,
        since: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<UsedSubject>> {
        let subjects: Vec<String> = sqlx::query_scalar(
            "SELECT subject FROM ledger_uses WHERE authority = $1 AND scope = $2 AND at > $3 \
             GROUP BY subject ORDER BY count(*) DESC, subject LIMIT $4",
        )
        .bind(authority.as_str())
        .bind(scope.name())
        .bind(milliseconds(since))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .attempt(READ)?;
        let mut used = Vec::new();
        for subject in subjects {
            let uses: Vec<i64> = sqlx::query_scalar(
                "SELECT at FROM ledger_uses WHERE authority = $1 AND scope = $2 AND subject = $3 AND at > $4 \
                 ORDER BY at",
            )
            .bind(authority.as_str())
            .bind(scope.name())
            .bind(&subject)
            .bind(milliseconds(since))
            .fetch_all(&self.readers)
            .await
            .attempt(READ)?;
            let uses = uses.into_iter().map(timestamp).collect::<StoreResult<_>>()?;
            used.push(UsedSubject { subject: Subject::new(scope, subject), uses });
        }
        Ok(used)
    }

    async fn waits(&self, authority: &AuthorityId, now: Timestamp, limit: u32) -> StoreResult<Vec<Wait>> {
        let rows = sqlx::query(
            "SELECT * FROM ledger_waits WHERE authority = $1 AND until > $2 ORDER BY until DESC LIMIT $3",
        )
        .bind(authority.as_str())
        .bind(milliseconds(now))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await
        .attempt(READ)?;
        rows.iter().map(wait).collect()
    }

    async fn prune_ledger(&self, before: Timestamp) -> StoreResult<()> {
        let mut write = self.write("prune the ledger").await?;
        for statement in [
            "DELETE FROM ledger_orders WHERE at < $1",
            "DELETE FROM ledger_uses WHERE at < $1",
            "DELETE FROM ledger_waits WHERE until < $1",
        ] {
            sqlx::query(statement)
                .bind(milliseconds(before))
                .execute(write.on())
                .await
                .attempt("prune the ledger")?;
        }
        write.commit_quietly().await
    }
}
