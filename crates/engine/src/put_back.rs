//! A clock that was put back, while the service ran or while it was off: what was stored by the other time is believed no
//! more (fault 32). That it happened is stored until everything is planned anew.

use crate::engine::Engine;
use certwright_core::Timestamp;
use certwright_core::clock_check::{APART, in_words};
use certwright_store::{EventFilter, StoreResult};

/// Under this key the store knows when the service was last seen at work, in milliseconds.
const SEEN: &str = "last-seen";
/// Under this one, whether the clock was put back since everything was planned.
const PUT_BACK: &str = "clock-was-put-back";
const YES: &[u8] = b"yes";

impl Engine {
    /// Notes that the service is at work now.
    pub(crate) async fn note_the_time(&self) -> StoreResult<()> {
        self.store.set_meta(SEEN, self.now().as_millisecond().to_string().as_bytes()).await
    }

    /// When the service was last at work, as far as is known.
    async fn last_seen(&self) -> StoreResult<Option<Timestamp>> {
        if let Some(noted) = self.store.meta(SEEN).await? {
            let noted = std::str::from_utf8(&noted).ok().and_then(|text| text.parse().ok());
            return Ok(noted.and_then(|moment| Timestamp::from_millisecond(moment).ok()));
        }
        // One that was stored before this was noted.
        let newest = self.store.recent_events(&EventFilter::default(), 1).await?;
        Ok(newest.first().map(|event| event.event.at))
    }

    /// At the start: whether the clock was put back while the service was off. Then that is told, and stored to be
    /// followed.
    pub(crate) async fn look_at_the_clock(&self) -> StoreResult<()> {
        let now = self.now();
        if let Some(seen) = self.last_seen().await?.filter(|seen| seen.duration_since(now) > APART) {
            self.remember_put_back().await?;
            let by = in_words(seen.duration_since(now));
            self.clock_was_put_back(format!(
                "This machine's clock was put back by {by} while the service was off: it is {now:.0}, and the service was \
                 last at work at {seen:.0}"
            ))
            .await?;
        }
        self.note_the_time().await
    }

    /// Stores that the clock was put back.
    pub(crate) async fn remember_put_back(&self) -> StoreResult<()> {
        self.store.set_meta(PUT_BACK, YES).await
    }

    /// Plans everything anew, if the clock was put back since that was done. Cut off, it begins again at the next start.
    /// Gives whether it was.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn follow_the_clock(&self) -> StoreResult<bool> {
        if self.store.meta(PUT_BACK).await?.as_deref() != Some(YES) {
            return Ok(false);
        }
        tracing::warn!("the clock was put back: every moment is computed anew");
        self.store.bring_back_to(self.now()).await?;
        self.decide_all(true).await?;
        self.store.set_meta(PUT_BACK, b"").await?;
        Ok(true)
    }
}
