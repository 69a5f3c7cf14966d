//! When the CA wants to be asked again: the Retry-After header in both of its forms (RFC 9110 §10.2.3).

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// What the CA said, unclamped; [`RetryAfter::moment`] is what to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// A number of seconds from the answer on.
    Seconds(u64),
    /// A moment, by the CA's clock.
    At(Timestamp),
}

impl RetryAfter {
    /// No wait is longer than this, whatever a CA says: a typo there must not stall a renewal for years.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

    /// The moment to ask again: never before `now`, never later than a day after it.
    #[must_use]
    pub fn moment(&self, now: Timestamp) -> Timestamp {
        let latest = now.checked_add(Self::LONGEST).unwrap_or(Timestamp::MAX);
        match *self {
            Self::Seconds(seconds) => i64::try_from(seconds)
                .ok()
                .and_then(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok())
                .map_or(latest, |moment| moment.min(latest)),
            Self::At(moment) => moment.clamp(now, latest),
        }
    }

    /// Reads one header value; `None` if it is in neither form.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // Too many digits to count is "very long", not "nothing said".
            return Some(Self::Seconds(value.parse().unwrap_or(u64::MAX)));
        }
        http_date(value).map(Self::At)
    }

    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        Self::parse(headers.get(RETRY_AFTER)?.to_str().ok()?)
    }
}

/// A moment in a header, in one of the three forms that a recipient must accept (RFC 9110 §5.6.7), the modern one first.
#[must_use]
pub fn http_date(value: &str) -> Option<Timestamp> {
    let modern = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value).ok();
    modern.or_else(|| {
        let parsed = jiff::fmt::strtime::parse("%A, %d-%b-%y %H:%M:%S GMT", value)
            .or_else(|_| jiff::fmt::strtime::parse("%a %b %e %H:%M:%S %Y", value))
            .ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(parsed.to_datetime().ok()?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn both_forms_are_read() {
        let moment = RetryAfter::At(at("1994-11-06T08:49:37Z"));
        for (value, expected) in [
            ("120", Some(RetryAfter::Seconds(120))),
            (" 0 ", Some(RetryAfter::Seconds(0))),
            ("99999999999999999999999", Some(RetryAfter::Seconds(u64::MAX))),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(moment)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(moment)),
            ("Sun Nov  6 08:49:37 1994", Some(moment)),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(RetryAfter::parse(value), expected, "{value:?}");
        }
    }

    #[test]
    fn absurd_values_are_clamped_to_a_day() {
        let now = at("2026-12-01T00:00:00Z");
        let tomorrow = at("2026-12-02T00:00:00Z");
        for (given, expected) in [
            (RetryAfter::Seconds(90), at("2026-12-01T00:01:30Z")),
            (RetryAfter::Seconds(864_000), tomorrow),
            (RetryAfter::Seconds(u64::MAX), tomorrow),
            (RetryAfter::At(at("2026-12-01T00:05:00Z")), at("2026-12-01T00:05:00Z")),
            (RetryAfter::At(at("2020-01-01T00:00:00Z")), now),
            (RetryAfter::At(at("2999-01-01T00:00:00Z")), tomorrow),
        ] {
            assert_eq!(given.moment(now), expected, "{given:?}");
        }
    }
}
