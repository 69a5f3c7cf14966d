//! Work that waits for a disk, on a thread where waiting holds nobody up.

use crate::engine::storage;
use certwright_core::failure::Failure;

/// Runs file work beside the threads that everything else shares: an fsync can take seconds on a busy disk.
///
/// Once begun it is finished, also when nobody waits for it any more.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(storage(&error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    // One thread alone: file work that waited on it would wait for itself.
    #[tokio::test]
    async fn others_go_on_while_a_disk_is_waited_for() {
        let (send, receive) = mpsc::channel();
        let disk = blocking(move || receive.recv().map_err(|error| storage(&error.to_string())));
        let other = async { send.send("written").is_ok() };
        let (written, sent) = tokio::join!(disk, other);
        assert_eq!((written.unwrap(), sent), ("written", true));
        let failure = blocking(|| Err::<(), _>(storage("the disk is full"))).await.unwrap_err();
        assert_eq!((failure.kind.as_str(), failure.answer.as_str()), ("storage", "the disk is full"));
    }
}
