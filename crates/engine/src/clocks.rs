//! The clocks of authorities beside this machine's: every answer says what the time is. What follows is told, as one
//! incident, and changes nothing else (fault 32).

use crate::clock::Clock;
use crate::engine::Engine;
use crate::incidents::Words;
use async_trait::async_trait;
use certwright_acme::{Answer, Request, Transport, TransportError, http_date};
use certwright_core::clock_check::{APART, ClockCheck, Difference, Judgement, in_words};
use certwright_core::id::AuthorityId;
use certwright_core::incident::{Cause, CauseKind, Example};
use certwright_core::{SignedDuration, Timestamp};
use certwright_store::StoreResult;
use http::HeaderMap;
use http::header::{AGE, DATE};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

const SET_IT: &str = "set this machine's clock, best by NTP: timedatectl set-ntp true";

/// What authorities say the time is.
pub(crate) struct Clocks {
    clock: Arc<dyn Clock>,
    begin: Instant,
    check: Mutex<ClockCheck>,
    /// The differences as they were told last.
    told: Mutex<BTreeMap<Cause, SignedDuration>>,
}

impl Clocks {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { begin: clock.instant(), clock, check: Mutex::default(), told: Mutex::default() }
    }

    /// How long the steady clock has gone on.
    fn passed(&self) -> SignedDuration {
        let passed = self.clock.instant().saturating_duration_since(self.begin);
        SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX)
    }

    /// An authority has answered with this header.
    pub(crate) fn hear(&self, authority: &AuthorityId, directory: &str, headers: &HeaderMap) {
        if let Some(said) = date(headers) {
            let (now, passed) = (self.clock.now(), self.passed());
            let mut check = self.check.lock().unwrap_or_else(PoisonError::into_inner);
            check.hear(authority, is_here(directory), said, now, passed);
        }
    }

    fn judge(&self) -> Judgement {
        let (now, passed) = (self.clock.now(), self.passed());
        self.check.lock().unwrap_or_else(PoisonError::into_inner).judge(now, passed)
    }

    /// Whether the difference is another one than was told last; then it counts as told.
    fn is_news(&self, cause: &Cause, ahead: SignedDuration) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(cause).is_some_and(|told| (*told - ahead).abs() <= APART) {
            return false;
        }
        told.insert(cause.clone(), ahead);
        true
    }

    fn forget(&self, cause: &Cause) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).remove(cause);
    }
}

/// What the time was when the answer was made, and how long it has lain in a cache since (RFC 9111 §4.2.3).
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let said = http_date(headers.get(DATE)?.to_str().ok()?)?;
    match headers.get(AGE) {
        None => Some(said),
        Some(age) => {
            let seconds = age.to_str().ok()?.trim().parse::<u32>().ok()?;
            said.checked_add(SignedDuration::from_secs(seconds.into())).ok()
        }
    }
}

/// Whether the directory is on this machine, where its clock is ours.
fn is_here(directory: &str) -> bool {
    let Some(host) = directory.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)) else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>()
        .map_or_else(|_| bare == "localhost" || bare.ends_with(".localhost"), |ip| ip.is_loopback())
}

/// A transport whose answers are listened to.
pub(crate) struct Listening {
    pub(crate) inner: Arc<dyn Transport>,
    pub(crate) clocks: Arc<Clocks>,
    pub(crate) authority: AuthorityId,
    pub(crate) directory: String,
}

#[async_trait]
impl Transport for Listening {
    async fn send(&self, request: Request) -> Result<Answer, TransportError> {
        let answered = self.inner.send(request).await;
        let headers = match &answered {
            Ok(answer) => Some(&answer.headers),
            Err(TransportError::TooLarge { headers, .. }) => Some(&**headers),
            Err(_) => None,
        };
        if let Some(headers) = headers {
            self.clocks.hear(&self.authority, &self.directory, headers);
        }
        answered
    }
}

fn cause(of: &str) -> Cause {
    Cause::new(CauseKind::Clock, of)
}

fn way(ahead: SignedDuration) -> &'static str {
    if ahead.is_negative() { "behind" } else { "ahead of" }
}

impl Engine {
    /// Tells when the clock of this machine or of an authority is wrong, by how much and who says so, and when it is not
    /// any more.
    pub(crate) async fn compare_clocks(&self) -> StoreResult<()> {
        let judged = self.clocks.judge();
        if let Some(Difference { authority, ahead }) = judged.ours {
            let (title, words) = (self.title(&authority).await, in_words(ahead));
            let words = format!("This machine's clock is {words} {} that of {title}", way(ahead));
            let remedy = format!(
                "{SET_IT}. Until then certificates may be renewed at the wrong time, and new ones may seem not to be valid \
                 yet"
            );
            self.clock_differs(cause(""), ahead, title, Words { words, remedy }).await?;
            for cause in self.open_clocks(|of| !of.is_empty()) {
                self.clock_agrees(&cause, "it is this machine's clock that is wrong").await?;
            }
            return Ok(());
        }
        let over = self.open_clocks(|of| match of {
            "" => judged.is_right,
            of => judged.agreeing.iter().any(|id| id.as_str() == of),
        });
        let agreeing = match judged.agreeing.first() {
            Some(agreeing) if !judged.theirs.is_empty() || !over.is_empty() => self.title(agreeing).await,
            // Nothing to tell, or nobody to name beside it.
            _ => return Ok(()),
        };
        for Difference { authority, ahead } in judged.theirs {
            let (title, words) = (self.title(&authority).await, in_words(ahead));
            let words = format!(
                "The clock of {title} and this machine's differ: this one is {words} {} it. That of {agreeing} agrees \
                 with this machine's",
                way(ahead)
            );
            let remedy = "make sure that this machine's clock is right (timedatectl); if it is, nothing: what an authority \
                          says about the time decides nothing here";
            let remedy = remedy.to_owned();
            self.clock_differs(cause(authority.as_str()), ahead, title, Words { words, remedy }).await?;
        }
        for cause in over {
            let end = match cause.of.as_str() {
                "" => format!("it agrees with that of {agreeing}"),
                _ => "it agrees with this machine's".to_owned(),
            };
            self.clock_agrees(&cause, &end).await?;
        }
        Ok(())
    }

    /// Tells that the clock was put back while nobody looked; over when an authority's agrees with it.
    pub(crate) async fn clock_was_put_back(&self, words: String) -> StoreResult<()> {
        let example = Example {
            at: self.now(),
            certificate: None,
            name: "the start of the service".to_owned(),
            words: words.clone(),
        };
        let remedy = "make sure that it is right now (timedatectl); what was planned by the other time is planned anew";
        self.occurred_otherwise(cause(""), example, Words { words, remedy: remedy.to_owned() }).await
    }

    /// The incidents of clocks that are open.
    fn open_clocks(&self, wanted: impl Fn(&str) -> bool) -> Vec<Cause> {
        let causes = self.open_incidents().into_iter().map(|incident| incident.cause);
        causes.filter(|cause| cause.kind == CauseKind::Clock && wanted(&cause.of)).collect()
    }

    async fn clock_differs(
        &self,
        cause: Cause,
        ahead: SignedDuration,
        title: String,
        words: Words,
    ) -> StoreResult<()> {
        if !self.clocks.is_news(&cause, ahead) {
            return Ok(());
        }
        let said = format!("it says that it is {:.0}", self.now() - ahead);
        let example = Example { at: self.now(), certificate: None, name: title, words: said };
        let stored = self.occurred_otherwise(cause.clone(), example, words).await;
        if stored.is_err() {
            self.clocks.forget(&cause);
        }
        stored
    }

    async fn clock_agrees(&self, cause: &Cause, end: &str) -> StoreResult<()> {
        self.clocks.forget(cause);
        self.is_over(cause, end).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn what_is_no_date_is_not_heard_and_what_lay_in_a_cache_is_older() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let modern = "Thu, 26 Nov 2026 08:49:37 GMT";
        for (date_field, age, heard) in [
            (Some(modern), None, at("2026-11-26T08:49:37Z")),
            (Some("Thursday, 26-Nov-26 08:49:37 GMT"), None, at("2026-11-26T08:49:37Z")),
            (Some(modern), Some("3600"), at("2026-11-26T09:49:37Z")),
            (Some(modern), Some("soon"), None),
            (Some(modern), Some("99999999999"), None),
            (Some("yesterday"), None, None),
            (Some(""), None, None),
            (Some("Thu, 26 Nov 99999 08:49:37 GMT"), None, None),
            (None, Some("5"), None),
        ] {
            let mut headers = HeaderMap::new();
            date_field.map(|value| headers.insert(DATE, HeaderValue::from_str(value).unwrap()));
            age.map(|value| headers.insert(AGE, HeaderValue::from_str(value).unwrap()));
            assert_eq!(date(&headers), heard, "{date_field:?} {age:?}");
        }
    }

    #[test]
    fn an_authority_on_this_machine_is_known_by_its_address() {
        for (directory, here) in [
            ("https://127.0.0.1:14000/dir", true),
            ("https://[::1]:14000/dir", true),
            ("https://localhost/dir", true),
            ("https://ca.localhost/dir", true),
            ("https://ca.example/dir", false),
            ("https://192.0.2.1/dir", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_here(directory), here, "{directory}");
        }
    }
}
