//! The sweep at start: leases of the dead predecessor are voided, answers that nobody will remove are removed.

use crate::engine::Engine;
use crate::perform::challenges::hide;
use certwright_store::StoreError;

const PAGE: u32 = 200;

impl Engine {
    /// To be called once, before anything else, by the only process on this data directory.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        self.store.void_leases().await?;
        self.store.forget_unanswered_requests().await?;
        self.store.prune_requests(self.now()).await?;
        self.hide_old_probes().await;
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
                    Err(error) => return Err(error),
                };
                if !over {
                    continue;
                }
                match hide(self, &challenge).await {
                    Ok(()) => self.store.challenges_removed(&challenge.run, &[challenge.identifier]).await?,
                    Err(failure) => tracing::warn!(%failure, "an old answer could not be removed"),
                }
            }
        }
    }
}
