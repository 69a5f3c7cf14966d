//! What an earlier process left behind: leases are voided before anything else, answers that nobody will remove are
//! removed beside everything else.

use crate::engine::Engine;
use crate::perform::challenges::hide;
use certwright_core::challenge::Challenge;
use certwright_core::id::RunId;
use certwright_store::StoreError;
use std::path::PathBuf;
use std::time::Duration;

const PAGE: u32 = 200;
/// How long one answer may take to be removed: a webroot on a dead disk holds up no other.
const WITHIN: Duration = Duration::from_secs(30);

/// What a predecessor left behind outside the store, still to be removed.
#[derive(Debug, Default)]
pub struct LeftBehind {
    probes: Vec<PathBuf>,
}

impl Engine {
    /// Takes over from the predecessor. To be called once, before anybody can ask for anything, by the only process on
    /// this data directory; it waits for no disk but that of the data directory.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn take_over(&self) -> Result<LeftBehind, StoreError> {
        self.load_rules().await?;
        self.load_incidents().await?;
        self.look_at_the_clock().await?;
        self.store.void_leases().await?;
        self.store.forget_unanswered_requests().await?;
        self.store.prune_requests(self.now()).await?;
        Ok(LeftBehind { probes: self.old_probes().await })
    }

    /// Removes what nobody else will remove. It may take as long as the slowest disk of a webroot (one on a dead
    /// network file system, for ever), and be dropped at any moment.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn sweep(&self, left: LeftBehind) -> Result<(), StoreError> {
        if tokio::time::timeout(WITHIN, self.hide_old_probes(left.probes)).await.is_err() {
            tracing::warn!("old files of tests could not be removed in time");
        }
        self.prune_ledger().await?;
        let mut after = None;
        loop {
            let owed = self.store.owed(after.as_ref().map(|(run, name)| (run, name)), PAGE).await?;
            let Some(last) = owed.last() else { return Ok(()) };
            after = Some((last.run.clone(), last.identifier.clone()));
            for challenge in owed {
                // A run that is not over removes its own; its responder must stay until then.
                let over = match self.store.run(&challenge.run).await {
                    Ok(run) => run.state.is_over(),
                    Err(StoreError::NotFound { .. }) => true,
                    Err(StoreError::Damaged { .. }) => false,
                    Err(error) => return Err(error),
                };
                if over {
                    self.remove_old(challenge).await?;
                }
            }
        }
    }

    /// Removes the answers of a run that is over and did not do so itself.
    pub(crate) async fn sweep_run(&self, run: &RunId) -> Result<(), StoreError> {
        for challenge in self.store.owed_of(run).await? {
            self.remove_old(challenge).await?;
        }
        Ok(())
    }

    async fn remove_old(&self, challenge: Challenge) -> Result<(), StoreError> {
        match tokio::time::timeout(WITHIN, hide(self, &challenge)).await {
            Ok(Ok(())) => self.store.challenges_removed(&challenge.run, &[challenge.identifier]).await,
            Err(_) => {
                tracing::warn!(run = %challenge.run, "an old answer could not be removed in time; trying again in an hour");
                Ok(())
            }
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "an old answer could not be removed");
                Ok(())
            }
        }
    }
}
