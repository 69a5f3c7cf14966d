//! Upkeep beside the work: can everything be saved, is the database sound, the daily backup, history pruned.

use crate::condition::{Tallies, Trouble};
use crate::engine::Engine;
use crate::incidents::Words;
use certwright_contract::files;
use certwright_core::event::Level;
use certwright_core::incident::{Cause, CauseKind, Example};
use certwright_core::{SignedDuration, Timestamp};
use certwright_store::StoreResult;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is proved that everything can be saved.
const BETWEEN_PROOFS: Duration = Duration::from_secs(60);
/// The same while it cannot: whoever made room wants to see it.
const WHILE_NOTHING_CAN_BE_SAVED: Duration = Duration::from_secs(5);
/// The age at which a backup is followed by another one.
const BETWEEN_BACKUPS: SignedDuration = SignedDuration::from_hours(24);
/// A backup that failed is tried again after this.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_hours(1);
/// Integrity and history are looked at as often as backups are made.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// Does the upkeep until `shutdown`. Whatever it is at may be dropped.
pub async fn run(engine: Arc<Engine>, shutdown: CancellationToken) {
    let upkeep = async {
        let mut daily_at: Option<Timestamp> = None;
        let mut backup_at: Option<Timestamp> = None;
        loop {
            engine.prove_storage().await;
            let works = engine.condition.storage_works();
            tokio::time::sleep(if works { BETWEEN_PROOFS } else { WHILE_NOTHING_CAN_BE_SAVED }).await;
            let now = engine.now();
            if is_due(daily_at, now) {
                daily_at = Some(now + DAILY);
                engine.check_database().await;
                if let Err(error) = engine.store.prune_sessions(now).await {
                    tracing::error!(%error, "sessions that have ended could not be removed; trying again tomorrow");
                }
                match engine.prune().await {
                    Ok(0) => {}
                    Ok(rows) => tracing::info!(rows, "pruned history"),
                    Err(words) => {
                        tracing::error!(words, "history could not be pruned; trying again tomorrow")
                    }
                }
            }
            if is_due(backup_at, now) {
                backup_at = Some(engine.daily_backup().await);
            }
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = upkeep => {}
    }
}

/// Whether that moment has come; one further ahead than any that is set is of a clock that was put back since.
fn is_due(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_none_or(|at| at <= now || at > now + DAILY)
}

impl Engine {
    /// Makes a backup unless the newest one is young; gives when to look again.
    async fn daily_backup(&self) -> Timestamp {
        let now = self.now();
        let newest =
            self.backups().await.ok().and_then(|backups| backups.first().map(|newest| newest.made_at));
        match newest {
            Some(made_at) if made_at <= now && made_at + BETWEEN_BACKUPS > now => made_at + BETWEEN_BACKUPS,
            _ => match self.back_up(None).await {
                Ok(_) => now + BETWEEN_BACKUPS,
                Err(_) => now + AFTER_FAILURE,
            },
        }
    }

    /// Proves that rows and files can be saved (fault 27), and tells when that changes.
    pub async fn prove_storage(&self) {
        let folder = self.layout.root().to_owned();
        let written = tokio::task::spawn_blocking(move || {
            let proof = folder.join(".proof");
            files::replace(&proof, &[0; 16 * 1024], files::Access::PRIVATE)
                .and_then(|()| files::remove(&proof))
        });
        let noted = match self.store.prove_writable().await {
            Ok(()) => self.note_the_time().await,
            Err(error) => Err(error),
        };
        let trouble = match (noted, written.await) {
            (Err(error), _) => Some(error.to_string()),
            (Ok(()), Ok(Err(error))) => Some(error.to_string()),
            (Ok(()), Err(error)) => Some(error.to_string()),
            (Ok(()), Ok(Ok(()))) => None,
        };
        let cause = Cause::new(CauseKind::Storage, "");
        let told = match (self.condition.storage(trouble.clone()), trouble) {
            (true, Some(words)) => self.cannot_save(cause, words).await,
            // Also after a restart in between: what was open then is over now.
            (_, None) => self.is_over(&cause, "everything can be saved again").await,
            (false, Some(_)) => Ok(()),
        };
        if let Err(error) = told {
            tracing::error!(%error, "that could not be stored either");
        }
    }

    async fn cannot_save(&self, cause: Cause, words: String) -> StoreResult<()> {
        let name = self.layout.root().display().to_string();
        let example = Example { at: self.now(), certificate: None, name, words: words.clone() };
        self.occurred(cause, example, |_| Words {
            words: format!("Nothing can be saved, so nothing is ordered: {words}"),
            remedy: "make room, or repair the permissions of the data directory".to_owned(),
        })
        .await
    }

    async fn check_database(&self) {
        let found = self.store.check_integrity().await;
        self.condition.database(found.as_ref().err().map(ToString::to_string));
        if let Err(error) = found {
            self.tell(
                Level::Error,
                format!(
                    "The database is damaged: {error}. Stop the service, keep a copy, and restore a backup: \
                     certwright restore FILE"
                ),
            )
            .await;
        }
    }

    /// What a person should know about the service itself.
    pub fn troubles(&self) -> Vec<Trouble> {
        self.condition.troubles(self.now())
    }

    /// What was counted since the process began.
    pub fn tallies(&self) -> Tallies {
        self.condition.tallies()
    }
}
