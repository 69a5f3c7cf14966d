//! Changes go on to their end even when whoever asked has gone away or the time is up.

use crate::trouble::{Answered, Trouble};

/// Does the work in a task of its own: hyper drops a handler when its connection breaks, and a change that
/// has several parts must not stop between them.
pub(crate) async fn unbroken<T: Send + 'static>(
    work: impl Future<Output = Answered<T>> + Send + 'static,
) -> Answered<T> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(Trouble::internal(&error.to_string())))
}
