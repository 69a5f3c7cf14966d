//! What is done beside the work on certificates: what was cut off is brought to its end, revocation lists are read, directories
//! looked at, clocks compared.

use crate::engine::Engine;
use certwright_store::StoreError;
use std::sync::Arc;
use std::time::Duration;

const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
/// What was cut off is an exception: the authority is not asked for it every minute.
const LOOKS_BETWEEN_ENDINGS: u32 = 10;

/// Runs until it is dropped, which it may be at any moment.
pub(crate) async fn keep(engine: Arc<Engine>) {
    let mut looks = 0;
    loop {
        let done = async {
            if looks % LOOKS_BETWEEN_ENDINGS == 0 {
                engine.finish_what_was_cut_off().await?;
            }
            engine.look_around().await
        };
        if let Err(error) = done.await {
            tracing::error!(%error, "the store cannot be used; trying again in a minute");
        }
        looks = looks.wrapping_add(1);
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

impl Engine {
    /// One round of it, for tests that move the clock themselves.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn keep_up(&self) -> Result<(), StoreError> {
        self.finish_what_was_cut_off().await?;
        self.look_around().await
    }

    async fn look_around(&self) -> Result<(), StoreError> {
        self.look_into_lists().await?;
        self.close_old_incidents().await?;
        self.probe_directories().await?;
        self.compare_clocks().await
    }

    async fn finish_what_was_cut_off(&self) -> Result<(), StoreError> {
        for row in self.store.accounts(None).await? {
            if row.account.key_change.is_none() {
                continue;
            }
            let Ok(Some(authority)) = self.find_authority(&row.account.authority).await else { continue };
            if let Err(failure) = self.settle_key_change(&authority, &row.account.id).await {
                tracing::warn!(account = %row.account.id, %failure, "which key the account has is not known yet");
            }
        }
        self.finish_revocations().await
    }
}
