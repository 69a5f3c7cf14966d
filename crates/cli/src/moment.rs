//! Moments as people read them: how far off, and exactly when. Always UTC, as in logs.

use jiff::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far off: `in 61 days`, `3 hours ago`, `now`.
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.duration_since(now).as_secs();
    let (count, unit) = match seconds.abs() {
        0 => return "now".to_owned(),
        span @ 1..100 => (span, "second"),
        span if span < 100 * MINUTE => (span / MINUTE, "minute"),
        span if span < 2 * DAY => (span / HOUR, "hour"),
        span => (span / DAY, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if seconds > 0 { format!("in {count} {unit}{plural}") } else { format!("{count} {unit}{plural} ago") }
}

/// The day, with how far off it is: for tables.
pub(crate) fn day(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", relative(at, now), at.strftime("%Y-%m-%d"))
}

/// The minute, with how far off it is: for pages and messages.
pub(crate) fn minute(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", relative(at, now), at.strftime("%Y-%m-%d %H:%M UTC"))
}

/// The other way round, for "until …".
pub(crate) fn exactly(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", at.strftime("%Y-%m-%d %H:%M UTC"), relative(at, now))
}

/// The second, for lines of events.
pub(crate) fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_grow_with_the_distance() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        for (at, words) in [
            ("2026-11-24T12:00:00Z", "now (2026-11-24)"),
            ("2026-11-24T12:00:01Z", "in 1 second (2026-11-24)"),
            ("2026-11-24T11:58:30Z", "90 seconds ago (2026-11-24)"),
            ("2026-11-24T13:30:00Z", "in 90 minutes (2026-11-24)"),
            ("2026-11-24T14:00:00Z", "in 2 hours (2026-11-24)"),
            ("2026-11-23T00:00:00Z", "36 hours ago (2026-11-23)"),
            ("2027-01-24T12:00:00Z", "in 61 days (2027-01-24)"),
        ] {
            assert_eq!(day(at.parse().unwrap(), now), words);
        }
        assert_eq!(minute("2027-01-24T12:00:00Z".parse().unwrap(), now), "in 61 days (2027-01-24 12:00 UTC)");
        assert_eq!(second(now), "2026-11-24 12:00:00");
    }
}
